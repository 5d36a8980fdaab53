"""Other libraries that read XPT, and their faults: for each a file that shows it, and what becomes of that file."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars_readstat
import pyarrow as pa
import pyreadstat
import xport

from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.missing import LETTERS, missing_names, tagged

Cells = dict[str, list[Any]]
Mend = Callable[[Cells, Dataset], Cells | None]


def plain(value: Any) -> Any:
    """A value as all readers give it: None for missing and blank, `.A` for special missing, counts from 1960 for dates and times."""
    if isinstance(value, float) and math.isnan(value):
        return missing_names(pa.array([value]))[0].as_py()
    if isinstance(value, datetime):
        return (value - datetime(1960, 1, 1)).total_seconds()
    if isinstance(value, date):
        return float((value - date(1960, 1, 1)).days)
    if isinstance(value, time):
        return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return (value.rstrip(" ") or None) if isinstance(value, str) else value


def cells(table: pa.Table) -> Cells:
    """A table's values."""
    return {name: [plain(value) for value in table[name].to_pylist()] for name in table.column_names}


def _pyreadstat(path: Path) -> Cells:
    frame, _ = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
    return {name: [plain(value) for value in frame[name].tolist()] for name in frame.columns}


def _polars_readstat(path: Path) -> Cells:
    frame = polars_readstat.read_readstat(str(path))
    return {name: [plain(value) for value in frame[name].to_list()] for name in frame.columns}


def _xport(path: Path) -> Cells:
    with path.open("rb") as file:
        reader = xport.Reader(file)
        names, rows = list(reader.fields), list(reader)
    return {name: [plain(row[place]) for row in rows] for place, name in enumerate(names)}


READERS: dict[str, Callable[[Path], Cells]] = {"pyreadstat": _pyreadstat, "polars-readstat": _polars_readstat, "xport 2.0.2": _xport}


@dataclass(frozen=True)
class Fault:
    """A fault of a reader. `file` writes what shows it; `given` is what the reader makes of it: cells, so many records, None if it raises.

    `mend` is how the fault changes what is read of any dataset, so that the rest can be compared; its None: nothing can be compared.
    """

    reader: str
    words: str
    file: Callable[[Path], Any]
    given: Cells | int | None
    mend: Mend | None = None
    versions: tuple[int, ...] = (5, 8)


def text(*values: str, **options: Any) -> Callable[[Path], Any]:
    """Text, and a number that is never missing."""
    table = pa.table({"X": values, "N": [1.0] * len(values)})
    return lambda path: xpt.write(table, path, encoding="utf-8", **options)


def only_text(*values: str | None) -> Callable[[Path], Any]:
    """Text in records of 80 bytes, so that the size of the file tells their number."""
    return lambda path: xpt.write(pa.table({"X": values}), path, variables=[Variable("X", length=80)])


def numbers(*values: float) -> Callable[[Path], Any]:
    """Numbers."""
    return lambda path: xpt.write(pa.table({"N": values}), path)


def pattern(digits: str) -> Callable[[Path], Any]:
    """A number of these bytes."""

    def write(path: Path) -> None:
        numbers(1.0)(path)
        path.write_bytes(path.read_bytes().replace(bytes.fromhex("4110000000000000"), bytes.fromhex(digits)))

    return write


def two_datasets(path: Path) -> None:
    """A file of two datasets, the second a copy of the first."""
    numbers(1.0)(path)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[240:])


def cut_short(path: Path) -> None:
    """A file whose last 80 bytes are half there."""
    numbers(*[1.0] * 10)(path)
    path.write_bytes(path.read_bytes()[:-44])


def _blanks_dropped(held: Cells, dataset: Dataset) -> Cells:
    while any(held.values()) and _is_blank(held, dataset, -1):
        held = {name: values[:-1] for name, values in held.items()}
    return held


def _none_with_blanks(held: Cells, dataset: Dataset) -> Cells | None:
    count = len(next(iter(held.values())))
    return None if any(_is_blank(held, dataset, record) for record in range(count)) else held


def _is_blank(held: Cells, dataset: Dataset, record: int) -> bool:
    return all(v.type == "Char" and held[v.name][record] is None for v in dataset.variables)


def each_text(change: Callable[[str], str]) -> Mend:
    def mend(held: Cells, dataset: Dataset) -> Cells:
        return {name: [plain(change(v)) if isinstance(v, str) else v for v in values] for name, values in held.items()}

    return mend


def special_lost(held: Cells, dataset: Dataset) -> Cells:
    """No special missing values."""
    special = {"." + letter for letter in LETTERS}
    numbers = {v.name for v in dataset.variables if v.type == "Num"}
    return {name: [None if name in numbers and value in special else value for value in values] for name, values in held.items()}


FAULTS = [
    Fault("pyreadstat", "drops blank records at the end", only_text("a", None, None), {"X": ["a"]}, _blanks_dropped, (5,)),
    Fault("polars-readstat", "drops blank records at the end", only_text("a", None, None), {"X": ["a"]}, _blanks_dropped),
    Fault("xport 2.0.2", "takes a blank record for the end", only_text("a", None, "b"), None, _none_with_blanks),
    Fault("pyreadstat", "ends text at a NUL", text("a\0b", "c\0"), {"X": ["a", "c"], "N": [1.0, 1.0]},
          each_text(lambda text: text.partition("\0")[0])),
    Fault("polars-readstat", "takes NULs at the end for blanks", text("a\0b", "c\0 "), {"X": ["a\0b", "c"], "N": [1.0, 1.0]},
          each_text(lambda text: text.rstrip("\0 "))),
    Fault("xport 2.0.2", "strips white space of every kind at the end", text("a\t", "b\x1f"), {"X": ["a", "b\x1f"], "N": [1.0, 1.0]},
          each_text(lambda text: text.rstrip("\t\n\r\f\v "))),
    Fault("xport 2.0.2", "reads all text as Latin-1", text("é"), {"X": ["Ã©"], "N": [1.0]},
          each_text(lambda text: text.encode().decode("latin-1").rstrip("\t\n\r\f\v "))),
    Fault("xport 2.0.2", "does not read version 8", text("a", version=8), None),
    *(Fault(reader, "reads special missing values as missing", numbers(tagged("A"), tagged("_")), {"N": [None, None]}, special_lost)
      for reader in READERS),
    Fault("pyreadstat", "reads negative zero as missing", pattern("8000000000000000"), {"N": [None]}),
    Fault("xport 2.0.2", "does not know negative zero", pattern("8000000000000000"), None),
    *(Fault(reader, "cuts the fractions of mainframes", pattern("4180000000000005"), {"N": [8.0]}) for reader in READERS),
    Fault("pyreadstat", "reads a second dataset as records", two_datasets, 91),
    Fault("polars-readstat", "reads a second dataset as records", two_datasets, 91),
    Fault("xport 2.0.2", "does not read a second dataset", two_datasets, None),
    Fault("pyreadstat", "reads what is left of a file cut short", cut_short, {"N": [1.0] * 4}),
    Fault("polars-readstat", "reads what is left of a file cut short", cut_short, {"N": [1.0] * 4}),
]  # fmt: skip
