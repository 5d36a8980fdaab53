"""Reads rules: a folder a rule, with `rule.yaml` in it. The shipped ones lie in `sdtm/rules`, `adam/rules` and `define_xml/rules`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from clintrail.conformance.rules.rule import DATASET, RECORD, Rule, Scope
from clintrail.content import content_dir
from clintrail.errors import Place, Problem, Problems, Severity, collected, did_you_mean
from clintrail.spec.model import Expression, Lookup
from clintrail.spec.parts import NAME, Reader
from clintrail.spec.tables import tables
from clintrail.spec.yaml_text import Mapping, Node, Scalar, read_yaml

RULE_FILE = "rule.yaml"
KINDS = ("sdtm", "adam", "define_xml")
_KEYS = (
    "holds", "each", "scope", "where", "condition", "message", "fix", "severity", "variables", "optional", "lookups", "groups", "tables",
    "stands_for", "source", "for", "distinct",
)  # fmt: skip
_SCOPE = ("class", "domain", "structure", "exclude", "kind")
_SEVERITIES = {severity.name.lower(): severity for severity in Severity}


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """All rules that clintrail ships. Raises `Problems` with those of all files."""
    found: list[Rule] = []
    problems: list[Problem] = []
    for kind in KINDS:
        with collected(problems):
            found += read_rules(content_dir(kind) / "rules", kind, f"{kind}/rules")
    if problems:
        raise Problems(problems)
    return tuple(found)


def read_rules(folder: Path, kind: str, shown: str) -> tuple[Rule, ...]:
    """The rules of a folder by name; none where there is no such folder. Raises `Problems` with those of all files."""
    found: list[Rule] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob(f"*/{RULE_FILE}")):
        with collected(problems):
            found.append(read_rule(path, kind, f"{shown}/{path.parent.name}/{RULE_FILE}"))
    if problems:
        raise Problems(problems)
    return tuple(found)


def read_rule(path: Path, kind: str, shown: str) -> Rule:
    """One rule; its name is that of its folder. Raises `Problems`."""
    root = read_yaml(path, shown)
    if not isinstance(root, Mapping):
        raise Problems([Problem(Place(shown, 1), path.parent.name, "not a rule", "write holds:, condition:, message:, fix: and source:")])
    reader, name = Reader(), path.parent.name
    reader.known_keys(root, _KEYS, name)
    condition, message = _needed(reader, root, name, "condition"), _needed(reader, root, name, "message")
    texts = {key: reader.text(root.get(key), key) or "" for key in ("holds", "each", "fix", "severity", "source")}
    for key in ("holds", "fix", "source"):
        if not texts[key] and root.get(key) is None:
            reader.problem(Place(shown, 1), name, f"no {key}:", f"write {key}: and a text")
    severity = texts["severity"] or "error"
    if severity not in _SEVERITIES:
        reader.problem(root.place, name, f"no severity named {severity}", "write severity: error, warning or note")
    rule = Rule(
        name, kind, Place(shown, 1), texts["holds"], condition or Expression("TRUE", root.place), message or Expression("", root.place),
        texts["fix"], _SEVERITIES.get(severity, Severity.ERROR), texts["each"] or RECORD, _scope(reader, root.get("scope")),
        reader.expression(root.get("where"), "where"), reader.listed(root.get("variables"), "variables"),
        reader.listed(root.get("optional"), "optional"), _lookups(reader, root.get("lookups")), _groups(reader, root.get("groups")),
        tables(reader, root.get("tables"), path.parent, shown), reader.listed(root.get("stands_for"), "stands_for"), texts["source"],
        reader.text(root.get("for"), "for") or "", reader.listed(root.get("distinct"), "distinct"),
    )  # fmt: skip
    _check_each(reader, rule, root)
    for key in ("for", "distinct"):
        if rule.each != RECORD and (node := root.get(key)) is not None:
            reader.problem(node.place, name, f"{key}: in a rule for each {rule.each}", f"leave out each: or {key}:")
    if reader.problems:
        raise Problems(reader.problems)
    return rule


def _needed(reader: Reader, root: Mapping, name: str, key: str) -> Expression | None:
    node = root.get(key)
    if node is None:
        reader.problem(root.place, name, f"no {key}:", f"write {key}: and what it is")
        return None
    if key == "message" and isinstance(node, Scalar):
        return Expression(node.text, node.place)
    return reader.expression(node, key)


def _check_each(reader: Reader, rule: Rule, root: Mapping) -> None:
    from clintrail.conformance.data.metadata import TABLES

    known = (RECORD, *(_singular(name) for name in TABLES), *rule.tables)
    if rule.each not in known:
        node = root.get("each")
        fix = did_you_mean(rule.each, known, "known here: " + ", ".join(known))
        reader.problem(node.place if node else root.place, rule.name, f"there is nothing named {rule.each} to check each of", fix)


def _singular(table: str) -> str:
    return table.removesuffix("s")


def table_for(each: str) -> str:
    """The table of `metadata` of which a rule checks each row: `variables` for `variable`."""
    return f"{each}s" if each != DATASET else "datasets"


def _scope(reader: Reader, node: Node | None) -> Scope:
    if node is None:
        return Scope()
    if isinstance(node, Mapping):
        reader.known_keys(node, _SCOPE, "scope")
    given = dict(reader.mapping(node, "scope"))
    found = {key.text: reader.listed(value, key.text) for key, value in given.items()}
    return Scope(*(found.get(key, ()) for key in _SCOPE))


def _lookups(reader: Reader, node: Node | None) -> dict[str, Lookup]:
    found = {}
    for key, value in reader.mapping(node, "lookups"):
        if isinstance(value, Scalar):
            found[key.text] = Lookup(key.text, value.text, key.place)
        elif isinstance(value, Mapping):
            reader.known_keys(value, ("from", "match", "where"), key.text)
            source = reader.text(value.get("from"), "from") or key.text
            where, match = reader.expression(value.get("where"), "where"), reader.expression(value.get("match"), "match")
            found[key.text] = Lookup(key.text, source, key.place, where, match)
        else:
            reader.problem(value.place, key.text, "must be a dataset, or a mapping", "write {from: SV, match: SV.VISITNUM = VISITNUM}")
    return found


def _groups(reader: Reader, node: Node | None) -> dict[str, tuple[str, ...]]:
    return {key.text: _names(reader, value, key.text) for key, value in reader.mapping(node, "groups")}


def _names(reader: Reader, node: Node, subject: str) -> tuple[str, ...]:
    """Names of variables, of which `--` may stand at the beginning."""
    names = reader.listed(node, subject)
    if not names:
        reader.problem(node.place, subject, "a group of no variables", f"write it on a line of its own: {subject}: USUBJID, --SEQ")
    for name in names:
        if not NAME.match(name.removeprefix("--").replace("*", "X")):
            reader.problem(node.place, subject, f"'{name}' is no name", "names have letters, digits and _, and begin with a letter or --")
    return names
