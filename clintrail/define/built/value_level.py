"""Value-level metadata: which rule gives a variable's values for which tests, parameters or qualifiers, and what those values are.

Where clauses are found from the data: the conditions of a rule's branches run on each combination of values that the conditions look
at, so that every record with a value falls under exactly one clause, whatever the conditions say (`like`, `or`, order of branches).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from clintrail.compile.bind import connect
from clintrail.compile.plan import quoted
from clintrail.compile.rules import rule_names
from clintrail.define.built.sites import Part, Sites
from clintrail.define.model import Comparator, RangeCheck, WhereClause
from clintrail.errors import Place
from clintrail.run.datasets import BuiltDataset
from clintrail.spec.model import AddedStep, Constant, Expression

# More combinations than this are no metadata but data.
MOST_COMBINATIONS = 500
RESULTS = ("ORRES", "STRESC", "STRESN")
ANALYSIS_VALUES = ("AVAL", "AVALC")


@dataclass(frozen=True)
class Slice:
    """Values that one set of rules makes: a combination of selector values, the rules, and the rows of the table that hold it."""

    combination: tuple[str, ...]
    parts: tuple[Part, ...]
    line: int | None
    rows: tuple[int, ...]


def selector(dataset: BuiltDataset, variable: str) -> str:
    """The variable that names tests, parameters or qualifiers; empty for a dataset without.

    Where the guide gives a variable several code lists, one for each category (DSDECOD by DSCAT), it is the category.
    """
    columns, domain = dataset.table.column_names, dataset.name[:2]
    found = next((name for name in ("PARAMCD", "QNAM", f"{domain}TESTCD") if name in columns), "")
    info = dataset.info.variable(variable)
    has_lists = info is not None and len(info.codelists) > 1 and f"{domain}CAT" in columns
    return found or (f"{domain}CAT" if has_lists else "")


def item_label(dataset: BuiltDataset, variable: str, group: Sequence[Slice]) -> str:
    """The name of the test, parameter or qualifier, where an item is about one."""
    names = {"PARAMCD": "PARAM", "QNAM": "QLABEL"}
    by = selector(dataset, variable)
    name = names.get(by, by.removesuffix("CD"))
    codes = {cut.combination[0] for cut in group}
    if len(codes) != 1 or name not in dataset.table.column_names:
        return ""
    return str(dataset.table[name][group[0].rows[0]].as_py() or "")


def wants_values(dataset: BuiltDataset, variable: str, parts: Sequence[Part]) -> bool:
    """Whether a variable may have value-level metadata: results, analysis values, qualifiers, and rules with branches by test."""
    by = selector(dataset, variable)
    if not by or variable == by:
        return False
    if by.endswith("CAT"):
        return True
    results = {f"{dataset.name[:2]}{result}" for result in RESULTS} if by.endswith("TESTCD") else set()
    return variable in results or variable in ANALYSIS_VALUES or variable == "QVAL" or any(by in _bare(part.condition) for part in parts)


class Slicer:
    """Cuts the values of one variable by what makes them."""

    def __init__(self, sites: Sites, dataset: BuiltDataset, variable: str, parts: tuple[Part, ...]) -> None:
        self.sites, self.dataset, self.variable, self.parts = sites, dataset, variable, parts
        self.by = selector(dataset, variable)
        self.branched = self._branched()
        others = sorted({n for p in self.branched for n in _bare(p.condition)} - {self.by})
        self.selectors = (self.by, *others)

    def _branched(self) -> tuple[Part, ...]:
        """The branches of the source records' rule, if their conditions look only at submitted variables, the selector among them."""
        branches = tuple(p for p in self.parts if p.branch is not None and p.step is None)
        names = {n for p in branches for n in _bare(p.condition)}
        plain = all(alias is None for p in branches for alias, _ in _all_names(p.condition))
        return branches if self.by in names and plain and names <= set(self.dataset.table.column_names) else ()

    def slices(self) -> list[Slice]:
        """Every combination of selector values that occurs with a value; nothing where the combinations cannot be told."""
        combinations = self._combinations()
        if combinations is None or None in {value for c in combinations for value in c}:
            return []
        winners = self._winners(combinations)
        if winners is None:
            return []
        found = []
        for combination, rows in combinations.items():
            line = self._line(combination[0])
            parts = self._parts(combination, winners)
            found.append(Slice(tuple(map(_shown, combination)), self._behind_cell(parts, line), line, tuple(rows)))
        return found

    def _combinations(self) -> dict[tuple[object, ...], list[int]] | None:
        table = self.dataset.table
        filled = table[self.variable].is_valid().to_pylist()
        columns = [table[name].to_pylist() for name in self.selectors]
        found: dict[tuple[object, ...], list[int]] = {}
        for row, combination in enumerate(zip(*columns, strict=True)):
            if filled[row]:
                found.setdefault(combination, []).append(row)
        return found if len(found) <= MOST_COMBINATIONS else None

    def _winners(self, combinations: dict[tuple[object, ...], list[int]]) -> dict[tuple[object, ...], int | None] | None:
        """The branch that is true for each combination; None if DuckDB cannot tell from the combination alone."""
        if not self.branched or not combinations:
            return dict.fromkeys(combinations)
        whens = [f"WHEN {p.condition} THEN {k}" if p.condition else f"WHEN TRUE THEN {k}" for k, p in enumerate(self.branched)]
        keys = list(combinations)
        table = pa.table({name: [key[i] for key in keys] for i, name in enumerate(self.selectors)})
        con = connect(threads=1)
        con.register("combinations", table.append_column("_n", pa.array(range(len(keys)))))
        names = ", ".join(quoted(name) for name in self.selectors)
        try:
            rows = con.execute(f"SELECT CASE {' '.join(whens)} END FROM (SELECT _n, {names} FROM combinations) ORDER BY _n").fetchall()
        except duckdb.Error:
            return None
        return {key: row[0] for key, row in zip(keys, rows, strict=True)}

    def _parts(self, combination: tuple[object, ...], winners: dict[tuple[object, ...], int | None]) -> tuple[Part, ...]:
        """The added steps' rules for the code that they set, otherwise the source records' rule or its branch."""
        code = combination[0]
        added = tuple(p for p in self.parts if p.step is not None and self.code_of(p.step) == code)
        if added:
            return added
        winner = winners[combination]
        if winner is not None:
            return (self.branched[winner],)
        own = tuple(p for p in self.parts if p.step is None)
        return own + tuple(p for p in self.parts if p.step is not None and self.code_of(p.step) is None)

    def code_of(self, step: AddedStep) -> str | None:
        """The test or parameter that an added step makes, where it says so by a constant."""
        variable = step.set.get(self.by)
        return variable.rule.text if variable is not None and isinstance(variable.rule, Constant) else None

    # -- wide forms: the column behind a test ------------------------------------------------------------------------------------

    def _line(self, code: object) -> int | None:
        """The line of a wide form's table of columns that stands for a code, where one table says so."""
        lines = [n for record in self.dataset.spec.records if record.columns for n in self._lines(record.columns, code)]
        return lines[0] if len(lines) == 1 and len(self.dataset.spec.records) == 1 else None

    def _lines(self, name: str, code: object) -> list[int]:
        own = self.dataset.spec.tables.get(name) or self.sites.compiled.study.tables.get(name)
        if own is None or self.by not in own.columns:
            return []
        at = own.columns.index(self.by)
        return [n for n, row in enumerate(own.rows) if row[at] == code]

    def _behind_cell(self, parts: tuple[Part, ...], line: int | None) -> tuple[Part, ...]:
        """For a supplemental qualifier, the rules of the variable in the parent dataset that was split off."""
        if line is None or self.by != "QNAM":
            return parts
        cells = [i for p in self.sites.parts(self.dataset.plan.frame, "cell") for i in p.inputs if dict(i.when).get("_columns") == line]
        return self.sites.parts(cells[0].frame, cells[0].column) if len(cells) == 1 else parts


def where_clauses(
    dataset: str,
    selectors: tuple[str, ...],
    members: Sequence[tuple[str, ...]],
    everything: Sequence[tuple[str, ...]],
    negated: bool = False,
) -> tuple[WhereClause, ...]:
    """Clauses that hold for the combinations in `members` and, of `everything`, for no others.

    `negated` says it by what is left out (NE, NOTIN), as conditions that were typed that way are best read.
    """
    if len(selectors) == 1:
        codes = [m[0] for m in members]
        rest = [e[0] for e in everything if e[0] not in set(codes)]
        check = _check(dataset, selectors[0], rest, ("NE", "NOTIN")) if negated and rest else _check(dataset, selectors[0], codes)
        return (WhereClause((check,)),)
    by_rest: dict[tuple[str, ...], list[str]] = {}
    for first, *rest_values in members:
        by_rest.setdefault(tuple(rest_values), []).append(first)
    if _covers(members, everything):
        return (WhereClause((_check(dataset, selectors[0], list(dict.fromkeys(m[0] for m in members))),)),)
    by_codes: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for rest_key, codes in by_rest.items():
        by_codes.setdefault(tuple(codes), []).append(rest_key)
    clauses = []
    for codes_key, rests in by_codes.items():
        first_check = _check(dataset, selectors[0], list(codes_key))
        groups = [rests] if len(selectors) == 2 else [[rest] for rest in rests]
        for group in groups:
            checks = [_check(dataset, name, list(dict.fromkeys(rest[i] for rest in group))) for i, name in enumerate(selectors[1:])]
            clauses.append(WhereClause((first_check, *checks)))
    return tuple(clauses)


def _covers(members: Sequence[tuple[str, ...]], everything: Sequence[tuple[str, ...]]) -> bool:
    """Whether the first selector alone tells the members from all others."""
    codes = {m[0] for m in members}
    return sum(e[0] in codes for e in everything) == len(members)


def _check(dataset: str, name: str, values: Sequence[str], comparators: tuple[Comparator, Comparator] = ("EQ", "IN")) -> RangeCheck:
    return RangeCheck(dataset, name, comparators[0] if len(values) == 1 else comparators[1], tuple(values))


def _shown(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _all_names(condition: str | None) -> set[tuple[str | None, str]]:
    return rule_names(Expression(condition, Place())) if condition else set()


def _bare(condition: str | None) -> set[str]:
    return {name for alias, name in _all_names(condition) if alias is None}
