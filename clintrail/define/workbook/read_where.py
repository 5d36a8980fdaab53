"""Where clauses of a workbook: those of the sheet WhereClauses by ID, and those written inline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from clintrail.define.model import RangeCheck, WhereClause
from clintrail.define.workbook.book import Book, Row
from clintrail.define.workbook.cells import parts_of
from clintrail.define.workbook.clauses import COMPARATORS, BadClause, comparator_of, parse_clauses, parse_values, unquoted
from clintrail.define.workbook.read_shared import Known
from clintrail.define.workbook.where_rows import usual_id
from clintrail.errors import closest, did_you_mean

_OR = re.compile(r'(?<=\s)OR(?=\s)(?=(?:[^"]*"[^"]*")*[^"]*$)')  # outside quotes
_MANY = 300


class WhereClauses:
    """The where clauses of a workbook; `variables` are the known ones by dataset."""

    def __init__(self, book: Book, variables: Mapping[str, frozenset[str]], known: Known) -> None:
        self._variables, self._known, self._is_legacy = variables, known, book.layout == "legacy"
        self._used: set[str] = set()
        rows: dict[str, list[Row]] = {}
        for row in book.complete("where", "id"):
            rows.setdefault(row.id("id"), []).append(row)
        for of_id in rows.values():
            book.unique(of_id, "id", "dataset", "variable", "comparator", "value", what="this condition of {}")
        self._by_id = {id_: self._stated(id_, of_id) for id_, of_id in rows.items()}

    def of(self, row: Row, home: str, field: str = "where") -> tuple[WhereClause, ...]:
        """The alternatives that a cell names or says, each with its join comment if the row has them. Told where there are none."""
        text = row.id(field)
        found = self._read(row, field, text, home) if text else ()
        if not row.has("join") or not found:
            return found
        comments = row.tried("join", lambda: parts_of(row.text("join"), len(found), "where clauses"), [""] * len(found))
        for comment in comments:
            row.refer("join", comment, self._known.comments, "comment", "Comments")
        return tuple(replace(where, comment=comment) for where, comment in zip(found, comments, strict=True))

    def unused(self) -> tuple[WhereClause, ...]:
        """Those of the sheet WhereClauses that no cell named."""
        return tuple(where for id_, where in self._by_id.items() if id_ not in self._used and where.checks)

    def check(self, row: Row, field: str, found: tuple[WhereClause, ...]) -> None:
        """Tell variables of where clauses that are not there."""
        for check in (check for where in found for check in where.checks):
            self._check(row, field, check)

    def _read(self, row: Row, field: str, text: str, home: str) -> tuple[WhereClause, ...]:
        if text in self._by_id:
            return (self._named(text),)
        try:
            found = parse_clauses(text, home)
        except BadClause as error:
            parts = [unquoted(part.strip()) for part in _OR.split(text)] if self._is_legacy else []
            if not parts:
                row.problem(field, f"a where clause that cannot be read: {error}", error.fix, kind="bad where clause")
            return tuple(self._named(part) if part in self._by_id else self._dangling(row, field, part) for part in parts)
        self.check(row, field, found)
        return found

    def _named(self, id_: str) -> WhereClause:
        self._used.add(id_)
        return self._by_id[id_]

    def _dangling(self, row: Row, field: str, id_: str) -> WhereClause:
        near = closest(id_, self._by_id) if len(self._by_id) <= _MANY else None
        fix = f"did you mean {near}?" if near else "add it to the sheet WhereClauses, or write it inline, as PARAMCD EQ WEIGHT"
        row.problem(field, f"no where clause {id_} in the sheet WhereClauses", fix, kind="dangling where clause")
        return WhereClause((), id=id_)

    def _check(self, row: Row, field: str, check: RangeCheck) -> None:
        if check.variable in self._variables.get(check.dataset, ()):
            return
        names = self._variables.get(check.dataset)
        fix = did_you_mean(check.variable, names, "add it there, or correct the name") if names else "name a dataset of the sheet Datasets"
        row.problem(field, f"no variable {check.dataset}.{check.variable} in the sheet Variables", fix, kind="dangling variable")

    # -- the sheet -------------------------------------------------------------------------------------------------------------

    def _stated(self, id_: str, rows: list[Row]) -> WhereClause:
        """The clause of these rows; one of them that cannot be read leaves it without conditions, lest it mean more than it says."""
        checks = [self._condition(row) for row in rows]
        sound = tuple(check for check in checks if check)
        if len(sound) < len(checks):
            return WhereClause((), id=id_)
        where = WhereClause(sound)
        return where if usual_id(where) == id_ else replace(where, id=id_)

    def _condition(self, row: Row) -> RangeCheck | None:
        said, text = row.id("comparator"), row.id("value")
        comparator = comparator_of(said)
        if comparator is None:
            what = f"'{said}' is no comparator" if said else "the condition has no comparator"
            row.problem("comparator", what, did_you_mean(said, COMPARATORS, f"write one of {', '.join(COMPARATORS)}"), kind="unknown value")
            return None
        for field in ("dataset", "variable"):
            if not row.id(field):
                row.problem(field, f"the condition has no {field}", "write it, or clear the row", kind="incomplete row")
                return None
        if not text:
            row.problem("value", "the condition has no value", 'write the value; "" is the empty one', kind="incomplete row")
            return None
        try:
            values = parse_values(text) if comparator in ("IN", "NOTIN") else (unquoted(text),)
        except BadClause as error:
            row.problem("value", f"values that cannot be read: {error}", error.fix, kind="bad where clause")
            return None
        check = RangeCheck(row.id("dataset"), row.id("variable"), comparator, values)
        self._check(row, "variable", check)
        return check
