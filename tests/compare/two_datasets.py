"""Datasets drawn as tables of text: a `#` after a name makes the variable Num; an empty cell is missing, `.A` a special missing number."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from clintrail.compare import DatasetComparison, Options, compare_datasets
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.missing import tagged


def dataset(drawn: str, name: str = "XX", **formats: str) -> Dataset:
    """The dataset of a drawing; `formats` are SAS formats by variable."""
    head, *rows = ([cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines())
    variables, columns = [], {}
    for at, title in enumerate(head):
        own, is_num = title.removesuffix("#"), title.endswith("#")
        cells = [row[at] for row in rows]
        columns[own] = pa.array([_number(cell) for cell in cells], pa.float64()) if is_num else pa.array([c.strip("_") for c in cells])
        variables.append(Variable(own, type="Num" if is_num else "Char", format=formats.get(own, "")))
    return Dataset(name, "", tuple(variables), pa.table(columns))


def _number(cell: str) -> float | None:
    if cell.startswith(".") and cell[1:].isalpha():
        return tagged(cell[1:])
    return float(cell) if cell not in ("", ".") else None


def compare(a: str | Dataset, b: str | Dataset, **options: Any) -> DatasetComparison:
    """Two drawings (or datasets) compared."""
    one, other = (dataset(side) if isinstance(side, str) else side for side in (a, b))
    return compare_datasets(one, other, Options(**options))


def differences(found: DatasetComparison) -> dict[str, list[tuple[Any, ...]]]:
    """By variable: key, value in A and value in B of every example."""
    return {v.name: [(*example.key, example.a, example.b) for example in v.examples] for v in found.different}
