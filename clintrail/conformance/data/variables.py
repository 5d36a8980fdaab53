"""The variables of the datasets as their files have them, measured, and held against the guide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clintrail.compile.plan import quoted
from clintrail.conformance.data.model import CheckedDataset, Data, table_of
from clintrail.conformance.data.order import misplaced
from clintrail.standards import VariableInfo, sdtm_not_allowed, variable_order

Row = dict[str, Any]


def variable_rows(data: Data) -> Iterator[Row]:
    """A row a variable, in the order of the files."""
    for d in data.datasets:
        measured, places = _measured(data, d), _places(d)
        for position, v in enumerate(d.variables, start=1):
            info = d.guide.variable(v.name) if d.guide else None
            yield {
                "dataset": d.name, "variable": v.name, "domain": d.domain, "class": d.class_name or None, "generic": d.generic(v.name),
                "structure": d.structure or None, "label": v.label or None, "type": v.type, "length": v.length, "format": v.format or None,
                "position": position, "longest": measured[v.name][0], "filled": measured[v.name][1], "records": d.records,
                "standing": _standing(d, v.name, info), "role": info.role or None if info else None,
                "core": info.core or None if info else None, "belongs": places.get(v.name),
            }  # fmt: skip


def blank_rows(data: Data) -> Iterator[Row]:
    """A row a variable that lacks values; its missing `value` stands for the records that lack one."""
    for row in variable_rows(data):
        if row["filled"] < row["records"]:
            yield row | {"value": None, "records": row["records"] - row["filled"], "all": row["filled"] == 0}


def _measured(data: Data, d: CheckedDataset) -> dict[str, tuple[int | None, int]]:
    """The bytes of the longest text and the number of filled values of each variable."""
    if not d.variables:
        return {}
    parts = []
    for v in d.variables:
        name = quoted(v.name)
        parts.append(f"max(strlen({name}))" if v.type == "Char" else "NULL")
        parts.append(f"count({name})")
    row = data.con.execute(f"SELECT {', '.join(parts)} FROM {table_of(d.name)}").fetchall()[0]
    return {v.name: (row[2 * i], row[2 * i + 1]) for i, v in enumerate(d.variables)}


def _standing(d: CheckedDataset, name: str, info: VariableInfo | None) -> str | None:
    """`listed` in the guide's table, `allowed` by the model beside it, `not allowed` by the guide, or `unknown`; missing without guide."""
    if d.guide is None:
        return None
    if info is not None:
        return "listed" if info in d.guide.variables else "allowed"
    return "not allowed" if d.kind == "sdtm" and d.generic(name) in sdtm_not_allowed(d.prefix) else "unknown"


def _places(d: CheckedDataset) -> dict[str, str]:
    """For the variables out of the guide's order where they belong: `first`, or `behind` another variable of the dataset."""
    guide = d.guide
    if guide is None:
        return {}
    known = [v.name for v in d.variables if guide.variable(v.name)]
    ranked = variable_order(guide, known)
    place = {name: index for index, name in enumerate(ranked)}
    wrong = [known[index] for index in misplaced([place[name] for name in known])]
    return {name: f"behind {ranked[place[name] - 1]}" if place[name] else "first" for name in wrong}
