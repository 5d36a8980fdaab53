"""Dispositions: findings that are meant, with the explanation that goes to the reviewer's guide.

`specs/<study>/dispositions.yaml` is a list:

    - rule: CORE-000334, end_is_not_before_start   # identifiers of rules, or published ones (CG0019)
      dataset: AE                                  # optional, as the next three
      variable: AEENDTC
      where: AESPID = '3'                          # a condition on the record, in the language of the specs
      count: 1                                     # how many findings it explains
      explanation: The end is as collected; the site does not answer the query.
      by: J. Doe                                   # optional text
      date: 2026-03-01
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from clintrail.compile.functions import Function
from clintrail.compile.plan import literal
from clintrail.conformance.data.model import CheckedDataset, Data
from clintrail.conformance.facts import RuleFacts
from clintrail.conformance.rules import Query, Rule, Scope, compile_rules
from clintrail.conformance.run import FINDINGS
from clintrail.errors import Place, Problem, Problems, Severity, closest, counted, did_you_mean
from clintrail.spec.model import Expression
from clintrail.spec.parts import Reader
from clintrail.spec.yaml_text import Mapping as YamlMapping
from clintrail.spec.yaml_text import Node, read_yaml
from clintrail.spec.yaml_text import Sequence as YamlSequence

FILE = "dispositions.yaml"
_KEYS = ("rule", "dataset", "variable", "where", "count", "explanation", "by", "date")
# identifiers that rules of others have: unknown where those rules are not run
_PUBLISHED = re.compile(r"CORE-\d+|[A-Z]{2,4}-?\d{2,4}[A-Z]?")
MATCHES = RuleFacts(
    "dispositions_explain_findings", "Every disposition explains findings, and as many as it says.", Severity.WARNING, (),
    "the study's dispositions.yaml", "take the disposition out, or look at the findings again and say how many it explains", "clintrail",
)  # fmt: skip


@dataclass(frozen=True)
class Disposition:
    """An entry of `dispositions.yaml`: which findings it explains, and why they stand.

    `rules` are identifiers of rules. `dataset`, `variable` and `where` (a condition on the record) say of which findings; what is empty
    restricts nothing. `count` is how many it explains (None: as many as there are). `number` is its position in the file, from 1, which
    the findings have as `disposition`; `found` is how many findings it is for. Where they are more than `count`, nobody has looked at
    some of them, and it explains none.
    """

    number: int
    rules: tuple[str, ...]
    explanation: str
    place: Place
    dataset: str = ""
    variable: str = ""
    where: Expression | None = None
    count: int | None = None
    by: str = ""
    date: str = ""
    found: int = 0

    @property
    def explains(self) -> bool:
        """Whether its findings are explained."""
        return self.count is None or self.found <= self.count


@dataclass(frozen=True)
class Explained:
    """A row of the reviewer's guide: findings of one rule in one dataset, and why they stand."""

    rule: str
    stands_for: tuple[str, ...]
    holds: str
    severity: Severity
    dataset: str
    count: int
    explanation: str
    by: str
    date: str


def read_dispositions(study: Path) -> tuple[Disposition, ...]:
    """The dispositions of a study's folder; none where it has no such file. Raises `Problems` with all of the file."""
    path, shown = study / FILE, f"{study.as_posix()}/{FILE}"
    if not path.is_file():
        return ()
    root, reader = read_yaml(path, shown), Reader()
    if not isinstance(root, YamlSequence):
        raise Problems([Problem(Place(shown, 1), "", "dispositions are a list", "write - rule: and explanation: for each")])
    found = [_disposition(reader, number, node) for number, node in enumerate(root.items, start=1)]
    if reader.problems:
        raise Problems(reader.problems)
    return tuple(d for d in found if d)


def _disposition(reader: Reader, number: int, node: Node) -> Disposition | None:
    if not isinstance(node, YamlMapping):
        reader.problem(node.place, "", "not a disposition", "write rule: and explanation:, each on a line of its own")
        return None
    reader.known_keys(node, _KEYS, "disposition")
    rules = tuple(dict.fromkeys(name for name in reader.listed(node.get("rule"), "rule") if name))
    texts = {key: reader.text(node.get(key), key) or "" for key in ("dataset", "variable", "count", "explanation", "by", "date")}
    if not rules:
        reader.problem(node.place, "rule", "no rule", "write rule: and the identifier of a rule, as findings show it")
    if not texts["explanation"].strip():
        reader.problem(node.place, "explanation", "no explanation", "write explanation: and why the findings stand")
    count = texts["count"]
    if count and not (count.isdecimal() and int(count)):
        what = f"'{count}' is no number of findings"
        reader.problem(node.place, "count", what, "write count: and how many findings it explains, or leave it out")
    return Disposition(
        number, rules, " ".join(texts["explanation"].split()), node.place, texts["dataset"], texts["variable"],
        reader.expression(node.get("where"), "where"), int(count) if count.isdecimal() else None, texts["by"], texts["date"],
    )  # fmt: skip


def check_rule_names(dispositions: Iterable[Disposition], known: Collection[str], *, all_known: bool) -> None:
    """Raise `Problems` for rules that there are not. Without `all_known`, published identifiers may be of rules that are not run."""
    problems = []
    for disposition in dispositions:
        for name in disposition.rules:
            if name not in known and (all_known or not _PUBLISHED.fullmatch(name)):
                fix = did_you_mean(name, known, "'clintrail rules' lists all")
                problems.append(Problem(disposition.place, "rule", f"no rule named {name}", fix))
    if problems:
        raise Problems(problems)


def apply_dispositions(
    data: Data, dispositions: Iterable[Disposition], rules: Mapping[str, RuleFacts], functions: Mapping[str, Function]
) -> tuple[Disposition, ...]:
    """Give every finding that is explained its disposition, the first of the file; and each disposition how many it found.

    `meta.findings` gets the column `disposition`, and a finding of its own for each disposition that explains nothing or another number
    than it says, where all its rules were run. Raises `Problems` for a condition that is not for the dataset.
    """
    data.con.execute(f"ALTER TABLE {FINDINGS} ADD COLUMN disposition INTEGER")
    applied, problems = [], []
    for disposition in dispositions:
        try:
            applied.append(_applied(data, disposition, rules, functions))
        except Problems as error:
            problems += error.problems
    if problems:
        raise Problems(problems)
    for disposition in applied:
        if all(_named(name, rules) for name in disposition.rules) and (message := _mismatch(disposition)):
            row = [MATCHES.id, disposition.dataset or None, [], [str(disposition.place)], message]
            data.con.execute(f"INSERT INTO {FINDINGS} (rule, dataset, variables, vals, message) VALUES (?, ?, ?, ?, ?)", row)
    return tuple(applied)


def _named(name: str, rules: Mapping[str, RuleFacts]) -> list[str]:
    """The rules that have an identifier, their own or a published one."""
    return [name] if name in rules else [rule.id for rule in rules.values() if name in rule.stands_for]


def _applied(data: Data, d: Disposition, rules: Mapping[str, RuleFacts], functions: Mapping[str, Function]) -> Disposition:
    names = sorted({rule for name in d.rules for rule in _named(name, rules)})
    if not names:
        return d
    told = f"disposition IS NULL AND rule IN ({', '.join(map(literal, names))})"
    told += f" AND dataset = {literal(d.dataset)}" if d.dataset else ""
    told += f" AND list_contains(variables, {literal(d.variable)})" if d.variable else ""
    if d.where is not None:
        _make_records(data, d.where, told, functions)
        told += " AND (dataset, record) IN (SELECT dataset, record FROM explained_records)"
    count = int(data.con.execute(f"SELECT count(*) FROM {FINDINGS} WHERE {told}").fetchall()[0][0])
    d = replace(d, found=count)
    if d.explains:
        data.con.execute(f"UPDATE {FINDINGS} SET disposition = {d.number} WHERE {told}")
    return d


def _make_records(data: Data, where: Expression, told: str, functions: Mapping[str, Function]) -> None:
    """The table `explained_records`: of the datasets with the findings that are told, the records for which the condition holds.

    Raises `Problems` for a condition that is not for a dataset.
    """
    data.con.execute("CREATE OR REPLACE TEMP TABLE explained_records (dataset VARCHAR, record BIGINT)")
    for (name,) in data.con.execute(f"SELECT DISTINCT dataset FROM {FINDINGS} WHERE {told} ORDER BY 1").fetchall():
        if dataset := data.dataset(name or ""):
            sql = _records(data, where, dataset, functions)
            try:
                data.con.execute(f"INSERT INTO explained_records SELECT _dataset, _record FROM ({sql}) WHERE _dataset = {literal(name)}")
            except duckdb.Error:
                fix = "compare variables with constants of their type; text stands in single quotes"
                what = f"the condition does not fit the variables of {name}"
                raise Problems([Problem(where.place, "where", what, fix)]) from None


def _records(data: Data, where: Expression, dataset: CheckedDataset, functions: Mapping[str, Function]) -> str:
    """The records of a dataset's domain for which a condition holds, in SQL: those on which a rule that never holds finds something."""
    never = Expression("FALSE", where.place)
    scope = Scope(domains=(dataset.domain,))
    rule = Rule("where", "study", where.place, "", never, Expression("", where.place), "", scope=scope, where=where)
    for made in compile_rules([rule], data, functions):
        if isinstance(made, Query):
            return made.sql
        near = closest(made.reason.rpartition(" ")[2], data.columns(dataset.domain))
        fix = f"did you mean {near}?" if near else "name a variable of it"
        raise Problems([Problem(where.place, "where", made.reason, fix)])
    raise AssertionError("a rule compiles to a query, or to why not")


def _mismatch(d: Disposition) -> str:
    if not d.found:
        return f"it explains no findings: {' and '.join(d.rules)} found none"
    if d.count is not None and d.count != d.found:
        told = "" if d.explains else ", so it explains none of them"
        return f"it explains {counted(d.count, 'finding')} of {' and '.join(d.rules)}, and there {_are(d.found)}{told}"
    return ""


def _are(count: int) -> str:
    return f"is {count:,}" if count == 1 else f"are {count:,}"


def explained_findings(data: Data, rules: Mapping[str, RuleFacts], dispositions: Sequence[Disposition]) -> tuple[Explained, ...]:
    """The rows of the reviewer's guide, in the order of the dispositions: each rule and dataset with its explanation."""
    rows = data.con.execute(
        f"SELECT disposition, rule, coalesce(dataset, ''), count(*) FROM {FINDINGS} WHERE disposition IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    by_number = {d.number: d for d in dispositions}
    return tuple(
        Explained(
            rule, rules[rule].stands_for, rules[rule].holds, rules[rule].severity, dataset, count, d.explanation, d.by, d.date,
        )
        for number, rule, dataset, count in rows
        for d in (by_number[number],)
    )  # fmt: skip
