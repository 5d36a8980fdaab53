"""Reads CDISC's open rules: a folder a rule, with `rule.yml` in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from clintrail.conformance.core.rule import All, AnyOf, Check, Comparison, CoreRule, Match, Not, Operation, Reference, Scope, Value
from clintrail.errors import Place, Problem, Problems, collected
from clintrail.spec.yaml_text import Mapping, Node, Scalar, Sequence, read_yaml

_FILE = "rule.yml"
_WHOLE, _NUMBER = re.compile(r"[-+]?\d+"), re.compile(r"[-+]?\d+\.\d*")
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_GROUPS: tuple[tuple[str, type[All] | type[AnyOf]], ...] = (("all", All), ("any", AnyOf))


def read_core_rules(folder: Path) -> tuple[CoreRule, ...]:
    """The rules of a folder (`*/rule.yml`, or one `rule.yml`) by id.

    Raises `Problems` with those of all files: no rules there, YAML that cannot be read, parts that a rule needs and has not.
    """
    paths = sorted(folder.rglob(_FILE)) if folder.is_dir() else [folder] if folder.is_file() else []
    if not paths:
        fix = "give a folder of CDISC's open rules: a folder for each, with rule.yml in it"
        raise Problems([Problem(Place(str(folder)), "", "there are no rules here", fix)])
    found: list[CoreRule] = []
    problems: list[Problem] = []
    for path in paths:
        with collected(problems):
            found.append(read_core_rule(path))
    if problems:
        raise Problems(problems)
    return tuple(sorted(found, key=lambda rule: rule.id))


def read_core_rule(path: Path) -> CoreRule:
    """One rule. Raises `Problems`."""
    reader = _Reader(str(path))
    root = read_yaml(path, str(path))
    if not isinstance(root, Mapping):
        raise Problems([reader.problem_at(Place(str(path), 1), "not a rule", "write Check, Core, Outcome, Rule Type and Sensitivity")])
    rule = reader.rule(root)
    if reader.problems:
        raise Problems(reader.problems)
    return rule


class _Reader:
    """Reads the parts of one file; what is wrong is kept, so that all of it can be told."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.problems: list[Problem] = []

    def problem_at(self, place: Place, what: str, fix: str) -> Problem:
        problem = Problem(place, "", what, fix)
        self.problems.append(problem)
        return problem

    def rule(self, root: Mapping) -> CoreRule:
        core, outcome = self.part(root, "Core"), self.part(root, "Outcome")
        check = root.get("Check")
        if check is None:
            self.problem_at(root.place, "no Check", "write Check: with all: or any: and conditions")
        return CoreRule(
            self.needed(core, "Id"), self.text(root, "Description"), self.text(outcome, "Message"), self.needed(root, "Rule Type"),
            self.needed(root, "Sensitivity"), self.text(root, "Executability"), self.check(check) if check else All(()),
            Place(self.shown, 1), self.scope(root), tuple(map(self.operation, self.items(root, "Operations"))),
            tuple(map(self.match, self.items(root, "Match Datasets"))), self.texts(outcome, "Output Variables"),
            tuple(self.references(root)),
        )  # fmt: skip

    def check(self, node: Node) -> Check:
        if not isinstance(node, Mapping):
            self.problem_at(node.place, "not a condition", "write name: and operator:, or all: or any: with conditions")
            return All(())
        for key, make in _GROUPS:
            if (inner := node.get(key)) is not None:
                parts = inner.items if isinstance(inner, Sequence) else (inner,)
                return make(tuple(map(self.check, parts)))
        if (inner := node.get("not")) is not None:
            return Not(self.check(inner))
        keys = ("name", "operator", "value")
        options = {key.text: _value(value) for key, value in node.entries if key.text not in keys}
        value = node.get("value")
        name, operator = self.needed(node, "name"), self.needed(node, "operator")
        return Comparison(name, operator, None if value is None else _value(value), options, node.place)

    def operation(self, node: Node) -> Operation:
        of = self.mapping(node)
        keys = ("id", "operator", "name", "domain", "group")
        options = {key.text: _value(value) for key, value in of.entries if key.text not in keys}
        return Operation(
            self.needed(of, "id"), self.needed(of, "operator"), self.text(of, "name"), self.text(of, "domain"),
            self.texts(of, "group"), options, of.place,
        )  # fmt: skip

    def match(self, node: Node) -> Match:
        of = self.mapping(node)
        keys = self.texts(of, "Keys")
        return Match(self.needed(of, "Name"), keys, self.text(of, "Child").lower() == "true", self.text(of, "Wildcard"), of.place)

    def scope(self, root: Mapping) -> Scope:
        scope = self.part(root, "Scope")
        classes, domains = self.part(scope, "Classes"), self.part(scope, "Domains")
        split = self.text(domains, "include_split_datasets").lower()
        return Scope(
            self.texts(classes, "Include"), self.texts(classes, "Exclude"), self.texts(domains, "Include"),
            self.texts(domains, "Exclude"), {"true": True, "false": False}.get(split),
        )  # fmt: skip

    def references(self, root: Mapping) -> Iterator[Reference]:
        for authority in self.items(root, "Authorities"):
            for standard in self.items(self.mapping(authority), "Standards"):
                of = self.mapping(standard)
                for reference in self.items(of, "References"):
                    where = self.mapping(reference)
                    cited = next(iter(self.items(where, "Citations")), None)
                    document = self.mapping(cited) if cited is not None else Mapping((), where.place)
                    yield Reference(
                        self.text(self.mapping(authority), "Organization"), self.text(of, "Name"), self.text(of, "Version"),
                        self.text(self.part(where, "Rule Identifier"), "Id"), self.text(document, "Document"),
                        self.text(document, "Section"),
                    )  # fmt: skip

    def part(self, of: Mapping, key: str) -> Mapping:
        node = of.get(key)
        return node if isinstance(node, Mapping) else Mapping((), of.place)

    def mapping(self, node: Node) -> Mapping:
        if isinstance(node, Mapping):
            return node
        self.problem_at(node.place, "keys and values are expected here", "write them as in CDISC's public rules")
        return Mapping((), node.place)

    def items(self, of: Mapping, key: str) -> tuple[Node, ...]:
        node = of.get(key)
        return node.items if isinstance(node, Sequence) else ()

    def text(self, of: Mapping, key: str) -> str:
        node = of.get(key)
        return node.text if isinstance(node, Scalar) else ""

    def texts(self, of: Mapping, key: str) -> tuple[str, ...]:
        node = of.get(key)
        if isinstance(node, Scalar):
            return (node.text,)
        return tuple(item.text for item in node.items if isinstance(item, Scalar)) if isinstance(node, Sequence) else ()

    def needed(self, of: Mapping, key: str) -> str:
        if not (found := self.text(of, key)):
            self.problem_at(of.place, f"no {key}", f"write {key}: and what CDISC's public rules have there")
        return found


def _value(node: Node) -> Value:
    """A value with the type that YAML gives it: true and false, numbers, text."""
    if isinstance(node, Sequence):
        return tuple(map(_value, node.items))
    if isinstance(node, Mapping):
        return {key.text: _value(value) for key, value in node.entries}
    if not node.style:
        if node.text in _FLAGS:
            return _FLAGS[node.text]
        if _WHOLE.fullmatch(node.text):
            return int(node.text)
        if _NUMBER.fullmatch(node.text):
            return float(node.text)
    return node.text
