"""Where clauses of the legacy layout: a sheet of conditions by ID, to which other sheets refer."""

from __future__ import annotations

from collections.abc import Iterator

from clintrail.define import oids
from clintrail.define.model import RangeCheck, WhereClause
from clintrail.define.workbook.cells import Cell
from clintrail.define.workbook.clauses import format_values, quoted

PREFIX = "WC."


def usual_id(where: WhereClause) -> str:
    """The ID that a where clause has unless it brings its own: what stands behind the prefix of its OID."""
    return oids.where_clause(where).removeprefix(PREFIX)


class WhereIds:
    """Gives where clauses their IDs, and their rows in the order of first use. Clauses with equal conditions share an ID."""

    def __init__(self) -> None:
        self._checks: dict[str, tuple[RangeCheck, ...]] = {}

    def of(self, where: WhereClause) -> str:
        """The ID of a where clause; empty for one that says nothing and has none."""
        wanted = where.id or (usual_id(where) if where.checks else "")
        id, number = wanted, 1
        while id and where.checks and self._checks.setdefault(id, where.checks) != where.checks:
            number += 1
            id = f"{wanted}.{number}"
        return id

    def rows(self) -> Iterator[tuple[str, dict[str, Cell]]]:
        """ID and cells of each condition of the clauses that have their IDs by now."""
        for id, checks in self._checks.items():
            for check in checks:
                yield id, _cells(id, check)


def _cells(id: str, check: RangeCheck) -> dict[str, Cell]:
    is_list = check.comparator in ("IN", "NOTIN")
    fits = bool(check.values) if is_list else len(check.values) == 1
    return {
        "id": id,
        "dataset": check.dataset,
        "variable": check.variable,
        "comparator": check.comparator,
        "value": format_values(check.values) if is_list or not fits else _alone(check.values[0]),
        "checks": "" if fits else 1,
    }


def _alone(value: str) -> str:
    """A single value stands as it is, whatever it holds; quoted only where it would be read otherwise."""
    return value if value and value == value.strip() and not value.startswith('"') else quoted(value)
