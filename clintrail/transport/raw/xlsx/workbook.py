"""A workbook's sheets as raw files: which sheet, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa

from clintrail.errors import Place, Problem, Problems, did_you_mean
from clintrail.transport.raw.file import RawFile, raw_file, sha256_of
from clintrail.transport.raw.xlsx.complaints import notes_of, problems_of
from clintrail.transport.raw.xlsx.formats import Kind, kinds_of_styles
from clintrail.transport.raw.xlsx.package import Parts, Sheet, open_parts
from clintrail.transport.raw.xlsx.sheet import Found, read_batches, shared_strings
from clintrail.transport.raw.xlsx.table import SheetTable


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Opens a workbook for reading one or several of its sheets. Raises `Problems` (see `open_parts`)."""
    with open_parts(path) as parts:
        yield Workbook(parts)


def read_raw_xlsx(path: Path, *, sheet: str | None = None, header_row: int | None = None) -> RawFile:
    """Reads one sheet of a workbook (see `Workbook.read`)."""
    with open_workbook(path) as book:
        return book.read(sheet, header_row=header_row)


class Workbook:
    """An open workbook. Its texts and styles are read once for all sheets."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self.path = parts, parts.path

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of its worksheets."""
        return tuple(sheet.name for sheet in self._parts.sheets)

    def read(self, sheet: str | None = None, *, likely: tuple[str, ...] = (), header_row: int | None = None) -> RawFile:
        """Reads a sheet whose first row (or `header_row`) has the column names. Every value is text by the rule of `text`.

        Without `sheet` it is the only one, or the one named as one of `likely`, in any case. Numbers are what is stored, dates and
        times what the cell's format makes of them, formulas their stored value; of merged cells only the first has the value.
        Rows and columns without values are left out; `lines` are the rows' numbers. Raises `Problems` with all of them: sheets
        that cannot be told, errors and formulas without values, numbers that are no dates, header rows that are none.
        """
        chosen = self._choose(sheet, likely)
        found, table = Found(), SheetTable(header_row or 1)
        for batch in read_batches(self._parts, chosen.part, self._strings, self._styles, found):
            table.add(batch, found, self._parts.epoch_1904)
        place = Place(str(self.path))
        if problems := list(problems_of(place, chosen.name, table, found)):
            raise Problems(problems)
        notes = tuple(notes_of(place, chosen, table, found))
        lines = pa.array(np.array(table.lines, dtype=np.int64))
        return raw_file(self.path, table.as_table(), sha256=self._sha256, lines=lines, notes=notes, sheet=chosen.name)

    @cached_property
    def _strings(self) -> list[str]:
        return shared_strings(self._parts)

    @cached_property
    def _styles(self) -> Sequence[Kind]:
        return kinds_of_styles(self._parts)

    @cached_property
    def _sha256(self) -> str:
        return sha256_of(self.path)

    def _choose(self, wanted: str | None, likely: tuple[str, ...]) -> Sheet:
        sheets = self._parts.sheets
        if wanted is None and len(sheets) == 1:
            return sheets[0]
        for name in (wanted,) if wanted is not None else likely:
            alike = [s for s in sheets if s.name == name] or [s for s in sheets if s.name.strip().casefold() == name.strip().casefold()]
            if len(alike) == 1:
                return alike[0]
        listed, subject = ", ".join(self.sheets) or "none", likely[0] if likely else ""
        if wanted is not None or likely:
            named = [wanted] if wanted is not None else list(dict.fromkeys(likely))
            what = f"the workbook has no sheet named {' or '.join(named)}; there are {listed}"
            fix = did_you_mean(named[0], self.sheets, "name one of them: {file: ..., sheet: ...}")
        else:
            what, fix = f"the workbook has several sheets: {listed}", "name one: {file: ..., sheet: ...}"
        raise Problems([Problem(Place(str(self.path)), subject, what, fix)])
