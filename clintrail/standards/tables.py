"""Reading the content tables."""

from __future__ import annotations

import csv
from functools import cache
from typing import cast

from clintrail.content import content_dir
from clintrail.standards.info import Core, VariableInfo, VarType

Row = dict[str, str]


@cache
def read_table(standard: str, name: str) -> tuple[Row, ...]:
    """The rows of `<standard>/tables/<name>.csv`, keyed by column header."""
    path = content_dir(standard) / "tables" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def variable_from(row: Row, *, core: str | None = None) -> VariableInfo:
    """One row of a variables table as a `VariableInfo`; `core` overrides the row's own."""
    return VariableInfo(
        name=row["Variable"],
        label=row["Label"],
        type=cast(VarType, row["Type"]),
        role=row.get("Role", ""),
        core=cast(Core, row.get("Core", "") if core is None else core),
        codelists=tuple(row["Codelist Codes"].split()),
        order=float(row["Order"]),
        described=row["Described Value Domain"],
        values=tuple(row.get("Values", "").split()),
    )
