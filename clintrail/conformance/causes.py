"""Root causes: findings that are mended in one place are told as one.

With a trail the cause of a finding is the line of the spec that made the value which the finding is about: one wrong mapping is one
cause, however many records it made and however many rules object. A finding shows several variables; it is about those from which none
of the others is made: `AESTDY` of a finding that shows `AESTDY` and `AESTDTC`, since AESTDY is derived from AESTDTC; and not about those
that only name the record. Where that leaves several (AESTDTC after AEENDTC), it is about all of them, and the line is that of the first
in the dataset. Where the sources of a dataset's records have rules of their own, each rule is a cause, since each is mended for itself.

What is about no variable of the dataset (the dataset itself, or variables that it lacks), or has no trail, is grouped by rule: nothing
tells that two rules object to the same. A value that is in no code list is a cause of its own, since each is mended by its own mapping
or its own term.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from clintrail.compile.plan import literal
from clintrail.conformance.data.model import Data
from clintrail.conformance.dispositions import MATCHES
from clintrail.conformance.facts import RuleFacts
from clintrail.conformance.keys import RECORD_KEYS, make_record_keys
from clintrail.conformance.lines import Lines, about
from clintrail.conformance.run import FINDINGS
from clintrail.errors import Severity

# the raw records of so many causes are looked up at once; of the others, and of single findings, by `raw_of`
_MOST_RAW = 500
_TEXT, _TEXTS = pa.string(), pa.list_(pa.string())


@dataclass(frozen=True)
class Cause:
    """Findings that are mended in one place.

    `dataset` is empty for findings on the study, `variables` those that the findings are about (empty: the dataset). `place` is the
    line of the spec, as `specs/study/sdtm/ae.yaml:14`, and `raw` the raw record behind the first finding, as `ae.csv, record 7`;
    both are empty without a trail. `rules` are those that found it, `count` is how many findings they are, of which `explained` have a
    disposition; `severity` is that of the worst rule with findings that are not explained (of all rules, where all are explained),
    `message` that of the first finding.
    """

    id: int
    dataset: str
    variables: tuple[str, ...]
    place: str
    raw: str
    rules: tuple[str, ...]
    count: int
    severity: Severity
    message: str
    explained: int = 0

    @property
    def open(self) -> int:
        """How many of its findings have no disposition."""
        return self.count - self.explained


@dataclass(frozen=True)
class _Shape:
    """Findings of one rule on the same variables of a dataset: what they are about, and how they are grouped."""

    rule: str
    dataset: str
    variables: tuple[str, ...]
    about: tuple[str, ...]
    place: str
    by_rule: bool
    by_record: bool  # whether the line depends on the record


class _Group(NamedTuple):
    """Findings that are one cause, by dataset, what they are about, line, rule and value; the first record, and what is told of it."""

    dataset: str
    about: list[str]
    place: str
    by_rule: str | None
    by_value: str | None
    rules: list[dict[str, Any]]
    shown: list[str]
    variable: str
    first: int | None
    message: str


def with_causes(data: Data, rules: Mapping[str, RuleFacts], by_value: Iterable[str], lines: Lines | None) -> tuple[Cause, ...]:
    """Give every finding its record's keys and its cause, and tell the causes, the worst and most frequent first.

    `meta.findings` gets the columns `keys` and `cause`. `by_value` are the rules of which each value is a cause. The worst are those
    with findings that are not explained, errors first.
    """
    con = data.con
    shapes = [_shape(data, lines, *found) for found in _found_shapes(data)]
    _register_shapes(data, shapes)
    _make_lines(data, lines, shapes)
    names = ", ".join(map(literal, sorted(by_value))) or "''"
    con.execute(
        "CREATE OR REPLACE TEMP VIEW grouped AS SELECT f.*, s.variable, s.about,"
        f" CASE WHEN f.rule = {literal(MATCHES.id)} THEN f.vals[1] ELSE coalesce(l.line, s.place) END AS place,"
        f" CASE WHEN s.by_rule THEN f.rule END AS by_rule, CASE WHEN f.rule IN ({names}) THEN f.vals[1] END AS by_value"
        f" FROM {FINDINGS} f JOIN shapes s ON s.rule = f.rule AND s.dataset = coalesce(f.dataset, '') AND s.variables = f.variables"
        " LEFT JOIN lines l ON l.dataset = f.dataset AND l.variable = s.variable AND l.record = f.record"
    )
    causes = _causes(data, rules, lines)
    make_record_keys(data, FINDINGS)
    con.execute(
        "CREATE TABLE meta.findings_told AS SELECT g.rule, g.dataset, g.record, g.variables, g.vals, g.message, k.keys, c.id AS cause,"
        " g.disposition FROM grouped g JOIN causes c ON c.dataset = coalesce(g.dataset, '') AND c.about = g.about AND c.place = g.place"
        " AND c.by_rule IS NOT DISTINCT FROM g.by_rule AND c.by_value IS NOT DISTINCT FROM g.by_value"
        f" LEFT JOIN {RECORD_KEYS} k ON k.dataset = g.dataset AND k.record = g.record"
    )
    con.execute(f"DROP VIEW grouped; DROP TABLE {FINDINGS}; DROP TABLE {RECORD_KEYS}; DROP TABLE lines")
    con.execute("ALTER TABLE meta.findings_told RENAME TO findings")
    con.unregister("shapes")
    con.unregister("causes")
    return causes


def _found_shapes(data: Data) -> list[tuple[str, str, tuple[str, ...]]]:
    rows = data.con.execute(f"SELECT DISTINCT rule, coalesce(dataset, ''), variables FROM {FINDINGS} ORDER BY ALL").fetchall()
    return [(rule, dataset, tuple(variables)) for rule, dataset, variables in rows]


def _shape(data: Data, lines: Lines | None, rule: str, dataset: str, variables: tuple[str, ...]) -> _Shape:
    checked = data.dataset(dataset)
    found = about(checked, variables, lines) if checked else ()
    if lines is None or not lines.knows(dataset):
        return _Shape(rule, dataset, variables, found, "", True, False)
    line = lines.of_dataset(dataset)
    if not found:
        return _Shape(rule, dataset, variables, (), line, True, False)
    known = dict.fromkeys(lines.of(dataset, found[0]))
    return _Shape(rule, dataset, variables, found, next(iter(known), line), False, len(known) > 1)


def _register_shapes(data: Data, shapes: Sequence[_Shape]) -> None:
    arrays = {
        "rule": pa.array([s.rule for s in shapes], _TEXT),
        "dataset": pa.array([s.dataset for s in shapes], _TEXT),
        "variables": pa.array([s.variables for s in shapes], _TEXTS),
        "about": pa.array([s.about for s in shapes], _TEXTS),
        "variable": pa.array([s.about[0] if s.about else "" for s in shapes], _TEXT),
        "place": pa.array([s.place for s in shapes], _TEXT),
        "by_rule": pa.array([s.by_rule for s in shapes], pa.bool_()),
    }
    data.con.register("shapes", pa.table(arrays))


def _make_lines(data: Data, lines: Lines | None, shapes: Iterable[_Shape]) -> None:
    """The table `lines`: the line of the spec for each record with findings on a variable whose lines differ."""
    data.con.execute("CREATE OR REPLACE TEMP TABLE lines (dataset VARCHAR, variable VARCHAR, record BIGINT, line VARCHAR)")
    wanted = sorted({(s.dataset, s.about[0]) for s in shapes if s.by_record})
    for dataset, variable in wanted if lines else ():
        assert lines is not None
        records = data.con.execute(
            f"SELECT DISTINCT f.record FROM {FINDINGS} f JOIN shapes s ON s.rule = f.rule AND s.dataset = f.dataset"
            " AND s.variables = f.variables WHERE f.dataset = ? AND s.variable = ? AND f.record IS NOT NULL ORDER BY 1",
            [dataset, variable],
        ).fetchnumpy()["record"]
        records = np.asarray(records, dtype=np.int64)
        found = pa.table({"record": records, "line": pa.array(lines.of(dataset, variable, records), pa.string())})
        data.con.register("found_lines", found)
        data.con.execute("INSERT INTO lines SELECT ?, ?, record, line FROM found_lines", [dataset, variable])
        data.con.unregister("found_lines")


def _causes(data: Data, rules: Mapping[str, RuleFacts], lines: Lines | None) -> tuple[Cause, ...]:
    """The causes of the view `grouped`, which become the table `causes`, too."""
    of_rules = (
        "SELECT coalesce(dataset, '') AS dataset, about, place, by_rule, by_value, rule, count(*) AS n, count(disposition) AS explained,"
        " min(record) AS first, min(variable) AS variable, arg_min(message, (coalesce(record, 0), message)) AS message,"
        " list(DISTINCT variables) AS shown FROM grouped GROUP BY ALL"
    )
    rows = data.con.execute(
        "SELECT dataset, about, place, by_rule, by_value, list({'rule': rule, 'count': n, 'explained': explained} ORDER BY rule),"
        " list_sort(list_distinct(flatten(flatten(list(shown))))), min(variable), min(first), arg_min(message, (first, rule))"
        f" FROM ({of_rules}) GROUP BY ALL"
    ).fetchall()
    found = sorted((_cause(rules, _Group(*row)) for row in rows), key=lambda pair: _order(pair[0]))
    causes = []
    for number, (cause, group) in enumerate(found, start=1):
        raw = ""
        if lines and group.first is not None and number <= _MOST_RAW and lines.knows(cause.dataset):
            raw = lines.raw(cause.dataset, group.variable, group.first)
        causes.append(replace(cause, id=number, raw=raw))
    _register_causes(data, [group for _, group in found])
    return tuple(causes)


def _cause(rules: Mapping[str, RuleFacts], group: _Group) -> tuple[Cause, _Group]:
    """A cause, which has no number yet."""
    counted = [r for r in group.rules if r["explained"] < r["count"]] or group.rules
    severity = max(rules[r["rule"]].severity for r in counted)
    count, explained = sum(r["count"] for r in group.rules), sum(r["explained"] for r in group.rules)
    names, variables = tuple(r["rule"] for r in group.rules), tuple(group.about or group.shown)
    return Cause(0, group.dataset, variables, group.place, "", names, count, severity, group.message, explained), group


def _register_causes(data: Data, groups: Sequence[_Group]) -> None:
    arrays = {
        "id": pa.array(range(1, len(groups) + 1), pa.int32()),
        "dataset": pa.array([g.dataset for g in groups], _TEXT),
        "about": pa.array([g.about for g in groups], _TEXTS),
        "place": pa.array([g.place for g in groups], _TEXT),
        "by_rule": pa.array([g.by_rule for g in groups], _TEXT),
        "by_value": pa.array([g.by_value for g in groups], _TEXT),
    }
    data.con.register("causes", pa.table(arrays))


def _order(cause: Cause) -> tuple[Any, ...]:
    """The open ones first, the worst of them first, then the most frequent."""
    return (cause.open == 0, -cause.severity, -cause.count, cause.dataset, cause.place, cause.variables, cause.rules, cause.message)
