"""What reading a file of data gives: a table, and where each of its records stood in the file."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Place, Problem, Problems, unreadable
from clintrail.transport.dataset import Variable


@dataclass(frozen=True)
class RawFile:
    """A file's records as they stand in it.

    `table` has one column for each of `columns`, in their order. `records` holds each record's number in the file (the first
    is 1) and `lines` the line (of a workbook: the row) on which it starts, 0 where the format has no lines. `sha256` is that of
    the file's bytes. `variables` are what the format knows of the columns (labels, types, formats, code lists), empty where it
    knows no more than names. `encoding` is that of a text file, `sheet` the sheet or form of a file that holds several.
    `notes` are problems that stopped nothing.
    """

    path: str
    sha256: str
    columns: tuple[str, ...]
    table: pa.Table
    records: pa.Int64Array
    lines: pa.Int64Array
    variables: tuple[Variable, ...] = ()
    notes: tuple[Problem, ...] = ()
    encoding: str = ""
    sheet: str = ""

    @property
    def shown(self) -> str:
        """The file's name, and the sheet or form of it: `ae.csv`, `study.xlsx (AE)`."""
        return Path(self.path).name + (f" ({self.sheet})" if self.sheet else "")


def raw_file(
    path: Path,
    table: pa.Table,
    *,
    sha256: str = "",
    lines: pa.Int64Array | None = None,
    variables: tuple[Variable, ...] = (),
    notes: tuple[Problem, ...] = (),
    encoding: str = "",
    sheet: str = "",
) -> RawFile:
    """A `RawFile` of a table whose records stand in the order of the file.

    Raises `Problems` where column names are blank or alike, or the file cannot be read for its SHA-256 (taken where it is not given).
    """
    if problems := list(check_column_names(table.column_names, Place(str(path)))):
        raise Problems(problems)
    records = pa.array(np.arange(1, table.num_rows + 1, dtype=np.int64))
    if lines is None:
        lines = pa.array(np.zeros(table.num_rows, dtype=np.int64))
    digest = sha256 or sha256_of(path)
    return RawFile(str(path), digest, tuple(table.column_names), table, records, lines, variables, notes, encoding, sheet)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises `Problems` where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Problems([unreadable(path, error)]) from None


def check_column_names(names: Iterable[str], place: Place) -> Iterator[Problem]:
    """Problems of blank column names and of names that are alike but for case and blanks around them."""
    alike: dict[str, list[int]] = defaultdict(list)
    spelling: dict[str, set[str]] = defaultdict(set)
    for number, name in enumerate(names, start=1):
        if not name.strip():
            yield Problem(place, "", f"column {number} has no name", "name it, or take the column out of the export")
            continue
        alike[name.strip().casefold()].append(number)
        spelling[name.strip().casefold()].add(name)
    for key, numbers in alike.items():
        if len(numbers) > 1:
            where = ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"
            same = "have the same name" if len(spelling[key]) == 1 else "have names that differ only in case or blanks"
            yield Problem(place, min(spelling[key]), f"columns {where} {same}", "rename all but one")


def blank_to_null(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same text, null where it is empty or only white space. Other values keep their blanks."""
    blank = pc.or_(pc.equal(pc.binary_length(text), 0), pc.utf8_is_space(text))
    return pc.if_else(blank, pa.scalar(None, text.type), text) if pc.any(blank).as_py() else text
