"""The rows that are measured: 18 text columns of 2 to 62 bytes and 7 numeric ones, with gaps, as a large analysis dataset has them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.transport.dataset import Dataset, Variable

WIDTHS = (2, 2, 3, 8, 8, 10, 10, 10, 11, 12, 12, 16, 19, 20, 20, 25, 40, 62)
NUMBERS = 7
_DISTINCT = 200
_GAPS = 0.1


def table(rows: int, seed: int = 1) -> pa.Table:
    """Rows as an Arrow table: `C1` to `C18` large_string, `N1` to `N7` float64. The same seed gives the same rows."""
    random = np.random.default_rng(seed)
    columns: dict[str, pa.Array] = {}
    for number, width in enumerate(WIDTHS, start=1):
        letters = random.integers(ord("A"), ord("Z") + 1, (_DISTINCT, width), dtype=np.uint8)
        whole = [line.tobytes().decode("ascii") for line in letters]
        texts = [text[:size] for text, size in zip(whole, random.integers(1, width + 1, _DISTINCT), strict=True)]
        values = pa.array([*texts, whole[0], None], pa.large_string())
        columns[f"C{number}"] = values.take(pa.array(random.integers(0, len(values), rows)))
    for number in range(1, NUMBERS + 1):
        columns[f"N{number}"] = pa.array(random.normal(100, 30, rows).round(2), mask=random.random(rows) < _GAPS)
    return pa.table(columns)


def frame(rows: int, seed: int = 1) -> pd.DataFrame:
    """The same rows as pandas holds them."""
    return table(rows, seed).to_pandas()


def dataset(rows: int) -> Dataset:
    """The same rows as a dataset."""
    held = table(rows)
    return Dataset("BIG", "Rows to Measure", _variables(held), held)


def pair(rows: int) -> tuple[Dataset, Dataset]:
    """Two datasets with the key `KEY`, which share no memory; in the second, a cell in a thousand of `C5` and of `N3` differs."""
    held, other = _keyed(rows), _keyed(rows)
    changed = pa.array(np.arange(rows) % 1000 == 7)
    other = other.set_column(other.column_names.index("C5"), "C5", pc.if_else(changed, "changed", other["C5"].cast(pa.string())))
    other = other.set_column(other.column_names.index("N3"), "N3", pc.if_else(changed, pc.add(other["N3"], 0.5), other["N3"]))
    return Dataset("BIG", "", _variables(held), held), Dataset("BIG", "", _variables(held), other)


def _variables(held: pa.Table) -> tuple[Variable, ...]:
    return tuple(Variable(name, type="Num" if name.startswith("N") else "Char") for name in held.column_names)


def _keyed(rows: int) -> pa.Table:
    keys = pc.binary_join_element_wise("S-", pc.utf8_lpad(pa.array(np.arange(rows)).cast(pa.string()), 10, "0"), "")
    return table(rows).drop_columns(["C11"]).add_column(0, "KEY", keys)
