"""Blocks of records: some thousand records of a table as the bytes that an XPT file holds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from clintrail.transport.dataset import Variable
from clintrail.transport.xpt.cells import Fault, number_cells, text_cells

_BYTES = 8 << 20
_STREAM_BYTES = 4 << 20  # who streams wants little memory
_RECORDS = 32768


@dataclass(frozen=True)
class Column:
    """A column to write: its variable, its place in the table, the bytes of a cell and the cell's first byte in a record.

    `length` is None where none can be written, so that the values are only checked.
    """

    variable: Variable
    number: int
    length: int | None
    position: int


@dataclass(frozen=True)
class Block:
    """Records as bytes, which mean nothing where a fault stops the writing, and the faults of each column."""

    buffer: bytearray
    size: int
    records: int
    faults: list[list[Fault]]

    @property
    def bytes(self) -> memoryview:
        """The records."""
        return memoryview(self.buffer)[: self.records * self.size]

    @property
    def is_last_blank(self) -> bool:
        """Whether the last record is all blanks."""
        return not self.bytes[-self.size :].tobytes().strip(b" ")


@dataclass(frozen=True)
class Records:
    """How tables become records. Buffers that are given back are used again."""

    columns: tuple[Column, ...]
    encoding: str
    nan_is_missing: bool
    is_stream: bool
    spare: deque[bytearray] = field(default_factory=deque)

    @property
    def size(self) -> int:
        """The bytes of a record."""
        return sum(c.length or 0 for c in self.columns)

    @property
    def most(self) -> int:
        """The most records of a block."""
        return max(1, min(_RECORDS, (_STREAM_BYTES if self.is_stream else _BYTES) // max(1, self.size)))

    def block(self, table: pa.Table) -> Block:
        """At most `most` records."""
        try:
            buffer = self.spare.pop()
        except IndexError:
            buffer = bytearray(self.most * self.size)
        faults = []
        for column in self.columns:
            chunks = table.column(column.number)
            values = chunks.chunk(0) if chunks.num_chunks == 1 else chunks.combine_chunks()
            if column.variable.type == "Char":
                cells, found = text_cells(values, column.length, self.encoding)
            else:
                cells, found = number_cells(values, self.nan_is_missing)
            if cells is not None and column.length:
                np.ndarray((len(values),), f"V{column.length}", buffer, column.position, (self.size,))[:] = cells
            faults.append(found)
        return Block(buffer, self.size, table.num_rows, faults)

    def give_back(self, block: Block) -> None:
        """The block's bytes are no longer needed."""
        self.spare.append(block.buffer)


def pieces_of(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The same records in tables of so many rows each, but for the last; nothing is copied."""
    held: list[pa.Table] = []
    count = 0
    for table in tables:
        held.append(table)
        count += table.num_rows
        if count >= rows:
            whole = pa.concat_tables(held)
            for start in range(0, count - rows + 1, rows):
                yield whole.slice(start, rows)
            held = [whole.slice(count - count % rows)]
            count = held[0].num_rows
    if count:
        yield pa.concat_tables(held)
