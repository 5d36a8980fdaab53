"""Columns out of records: text and numbers as Arrow arrays, taken by stride from a block of whole records."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.transport.missing import QUIET_NAN
from clintrail.transport.xpt import ibm
from clintrail.transport.xpt.members import ENCODING_FIX, Source, XptMember

Cells = np.ndarray[tuple[int], np.dtype[np.void]]
_HIGH_BIT = 0x80


@dataclass(frozen=True)
class Decoder:
    """How the records of a dataset become record batches. `spare` are buffers for the cells of one column, used again and again."""

    source: Source
    member: XptMember
    special_missing: bool
    spare: deque[bytearray] = field(default_factory=deque)

    @cached_property
    def schema(self) -> pa.Schema:
        """Num as float64, Char as string."""
        return pa.schema([(v.name, pa.float64() if v.type == "Num" else pa.string()) for v in self.member.variables])

    @cached_property
    def _widest(self) -> int:
        return max((v.length or 0 for v in self.member.variables), default=0)

    def batch(self, block: bytearray, rows: int) -> pa.RecordBatch:
        """The records of a block, of which nothing is kept."""
        try:
            scratch = self.spare.pop()
        except IndexError:
            scratch = bytearray(len(block) // max(1, self.member.record_length) * self._widest)
        columns = [self._column(block, rows, number, scratch) for number in range(len(self.schema))]
        self.spare.append(scratch)
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _column(self, block: bytearray, rows: int, number: int, scratch: bytearray) -> pa.Array:
        variable, position, size = self.member.variables[number], self.member.positions[number], self.member.record_length
        length = variable.length or 0
        if variable.type == "Num" and length == 8:
            patterns = np.ndarray((rows,), dtype=">u8", buffer=block, offset=position, strides=(size,)).astype(np.uint64)
            return self._numbers(patterns)
        cells = np.ndarray((rows,), dtype=f"V{length}", buffer=block, offset=position, strides=(size,))
        if variable.type == "Num":
            whole = np.zeros((rows, 8), dtype=np.uint8)  # short numbers lack the last bytes of the fraction
            whole[:, :length] = np.ascontiguousarray(cells).view(np.uint8).reshape(rows, length)
            return self._numbers(whole.view(">u8")[:, 0].astype(np.uint64))
        together = np.ndarray((rows,), dtype=f"V{length}", buffer=scratch)
        together[:] = cells
        return self._text(together, variable.name)

    def _numbers(self, patterns: ibm.Patterns) -> pa.Array:
        values, missing = ibm.from_ibm(patterns)
        if self.special_missing and missing.any():
            letters = (patterns[missing] >> np.uint64(56)) | QUIET_NAN
            values[missing] = letters.view(np.float64)
            missing = patterns == ibm.MISSING
        return pa.array(values, mask=missing)

    def _text(self, cells: Cells, name: str) -> pa.Array:
        length, rows = cells.dtype.itemsize, len(cells)
        data = pa.py_buffer(cells)
        if np.bitwise_or.reduce(cells.view(np.uint8)) < _HIGH_BIT:
            offsets = np.arange(0, (rows + 1) * length, length, dtype=np.int32)
            text = pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), data])
        else:
            text = self._decoded(pa.Array.from_buffers(pa.binary(length), rows, [None, data]), name)
        return _without_blanks(pc.ascii_rtrim(text, characters=" "))

    def _decoded(self, fixed: pa.Array, name: str) -> pa.Array:
        encoding = self.source.encoding
        try:
            if encoding == "utf-8":
                return fixed.cast(pa.string())
            distinct = fixed.dictionary_encode()
            decoded = [value.decode(encoding) for value in distinct.dictionary.to_pylist()]
        except (pa.ArrowInvalid, UnicodeDecodeError):
            self.source.refuse(f"values that are not {encoding} text", ENCODING_FIX, name)
        return pa.array(decoded, pa.string()).take(distinct.indices)


def _without_blanks(text: pa.Array) -> pa.Array:
    """The same text with the empty ones null: the bytes stay, only a validity map is added."""
    filled = pc.not_equal(text, "")
    if filled.true_count == len(text):
        return text
    _, offsets, data = text.buffers()
    return pa.Array.from_buffers(pa.string(), len(text), [filled.buffers()[1], offsets, data])
