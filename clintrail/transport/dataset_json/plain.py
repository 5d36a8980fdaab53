"""Lines that are plainly records, read as columns without a Python object for each cell.

A regular expression proves that every line is an array of as many cells as there are columns, each of the column's JSON type, in
strings without escapes and without blanks between the cells. Then nothing but strings has quotes, and Arrow's reader of CSV, told
that quotes end strings and nothing escapes them, takes the cells as JSON means them. Both run in C++ without Python's lock. Lines
that are not so are left to `orjson`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from clintrail.transport.dataset_json.cells import EXACT_TO, plain_type
from clintrail.transport.dataset_json.kinds import Kind

_NEW_LINE = ord("\n")
_STRING = r'"[^"\\\x00-\x1f]*"'
_CELLS: dict[pa.DataType, str] = {
    pa.string(): f"(?:{_STRING}|null)",
    pa.float64(): r"(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|null)",
    pa.bool_(): "(?:true|false|null)",
}


class PlainLines:
    """Reads blocks of lines into columns of the given kinds, in the plain types of JSON (see `cells.plain_type`).

    Numbers must be within what is read exactly, so that they are not rounded before they are checked.
    """

    def __init__(self, kinds: Sequence[Kind]) -> None:
        types = [plain_type(kind) for kind in kinds]
        names = [str(place) for place in range(len(types))]
        self._pattern = rf"^\[{','.join(_CELLS[kind] for kind in types)}\]\n$"
        self._read = csv.ReadOptions(column_names=names, use_threads=False, block_size=1 << 30)
        self._parse = csv.ParseOptions(delimiter=",", quote_char='"', double_quote=False, escape_char=False)
        self._convert = csv.ConvertOptions(
            column_types=dict(zip(names, types, strict=True)),
            null_values=["null"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["true"],
            false_values=["false"],
        )
        numbers = [(place, kind) for place, kind in enumerate(kinds) if types[place] == pa.float64()]
        self._limits = {place: EXACT_TO if kind == "integer" else np.inf for place, kind in numbers}

    def columns(self, block: bytes) -> list[pa.Array] | None:
        """The columns of lines that each end in a new line; None where a line is not plainly a record of these columns."""
        if not block.endswith(b"]\n"):
            return None
        lines = _lines(block)
        try:
            if not pc.all(pc.match_substring_regex(lines, self._pattern)).as_py():
                return None
            inner = pc.binary_join_element_wise(pc.binary_slice(lines, 1, -2), b"", b"\n")
            table = csv.read_csv(pa.BufferReader(inner.buffers()[2]), self._read, self._parse, self._convert)
        except pa.ArrowInvalid:  # text that is no UTF-8, or more columns than a pattern can have
            return None
        columns = [column.combine_chunks() for column in table.columns]
        within = (np.abs(np.asarray(columns[place].fill_null(0.0))) < limit for place, limit in self._limits.items())
        return columns if all(mask.all() for mask in within) else None


def _lines(block: bytes) -> pa.Array:
    ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == _NEW_LINE)
    offsets = np.zeros(len(ends) + 1, dtype=np.int32)
    offsets[1:] = ends + 1
    return pa.Array.from_buffers(pa.binary(), len(ends), [None, pa.py_buffer(offsets), pa.py_buffer(block)])
