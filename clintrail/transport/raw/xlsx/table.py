"""The header and the records of a sheet, made of its batches of rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from clintrail.transport.raw.file import blank_to_null
from clintrail.transport.raw.xlsx.sheet import NO_NUMBER, Batch, Found, column_letters
from clintrail.transport.raw.xlsx.values import text_of_cells

_FIRST_ROWS = 20


class SheetTable:
    """Takes batches of rows. `header` are the names by column (the first is 0), `lines` the rows of the records.

    `first_rows` are the first rows with values and how many each has, to tell where the names may be if they are not where they
    are looked for. `hidden_times` counts the cells that hold more of a day than their format shows.
    """

    def __init__(self, header_row: int) -> None:
        self.header_row, self.hidden_times = header_row, 0
        self.header: dict[int, str] = {}
        self.lines: list[int] = []
        self.first_rows: list[tuple[int, int]] = []
        self._cells: dict[int, list[pa.Array]] = {}  # of whole batches

    def add(self, batch: Batch, found: Found, epoch_1904: bool) -> None:
        """Adds the next rows. Those above the header are left out."""
        before, rows = len(self.lines), np.array(batch.rows, dtype=np.int64)
        records = np.flatnonzero(rows > self.header_row)
        self.lines += rows[records].tolist()
        if len(self.first_rows) < _FIRST_ROWS:
            filled = np.bincount([row for column in batch.columns.values() for row in column.rows], minlength=len(rows))
            self.first_rows += list(zip(batch.rows[:_FIRST_ROWS], filled[:_FIRST_ROWS].tolist(), strict=True))
        for number, column in batch.columns.items():
            text, wrong, hidden = text_of_cells(column.values, column.kinds, epoch_1904)
            at = np.array(column.rows, dtype=np.int64)
            found.wrong_cells[NO_NUMBER] += [f"{column_letters(number)}{row}" for row in rows[at[wrong]] if row >= self.header_row]
            self.hidden_times += hidden
            for cell in np.flatnonzero(rows[at] == self.header_row):
                self.header[number] = text[int(cell)].as_py()
            place = np.full(len(rows), -1, dtype=np.int64)
            place[at] = np.arange(len(at))
            cells = text.take(pa.array(place[records], mask=place[records] < 0))
            if cells.null_count < len(cells):
                self._cells.setdefault(number, [pa.nulls(before, pa.string())]).append(cells)
        for chunks in self._cells.values():
            chunks.append(pa.nulls(len(self.lines) - sum(map(len, chunks)), pa.string()))

    @property
    def unnamed(self) -> list[int]:
        """Columns that have values, but no name."""
        return sorted(number for number in self._cells if not self.header.get(number, "").strip())

    @property
    def names(self) -> list[str]:
        """The names of the columns, in the order of the sheet."""
        return [self.header[number] for number in sorted(self.header)]

    def as_table(self) -> pa.Table:
        """One column of text for each name."""
        empty = [pa.nulls(len(self.lines), pa.string())]
        columns = [pa.chunked_array(self._cells.get(number, empty), pa.string()) for number in sorted(self.header)]
        return pa.table([blank_to_null(column) for column in columns], names=self.names)
