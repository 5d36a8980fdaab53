"""Special missing values of SAS, `._` and `.A` to `.Z`, in columns of doubles: tagged NaNs.

A tagged NaN is the quiet NaN whose lowest byte is the ASCII letter of the value (`_`, `A` to `Z`), as R's haven does it. It stays
what it is in numpy, pandas, Arrow and Parquet. The plain missing value `.` is null. Any other NaN is no missing value of SAS.
"""

from __future__ import annotations

import struct
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

LETTERS = "_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
QUIET_NAN = np.uint64(0x7FF8 << 48)
_BYTES = np.frombuffer(LETTERS.encode("ascii"), dtype=np.uint8)
_IS_LETTER = np.isin(np.arange(256), _BYTES)
_NAMES = pa.array([None, *("." + letter for letter in LETTERS)], pa.string())
_PLACES = np.zeros(256, dtype=np.int32)  # of each letter among the names
_PLACES[_BYTES] = np.arange(1, len(LETTERS) + 1)

Column = TypeVar("Column", pa.Array, pa.ChunkedArray)


def tagged(letter: str) -> float:
    """The NaN that stands for a special missing value: `tagged("A")` for `.A`."""
    if letter not in LETTERS or len(letter) != 1:
        raise ValueError(f"{letter!r} is none of the letters of special missing values: {LETTERS}")
    value: float = struct.unpack("<d", struct.pack("<Q", int(QUIET_NAN) | ord(letter)))[0]
    return value


def tags_of(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The ASCII letter of each special missing value, and 0 for every other value."""
    low = np.ascontiguousarray(values).view(np.uint64) ^ QUIET_NAN
    tags = np.where(low < np.uint64(256), low, np.uint64(0)).astype(np.uint8)
    return np.where(_IS_LETTER[tags], tags, np.uint8(0)) if tags.any() else tags


def missing_names(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The names of a column's special missing values, `.A`, beside its records; null for every other value."""
    return _NAMES.take(pa.array(_PLACES[tags_of(_doubles(column))]))


def without_special_missing(column: Column) -> Column:
    """The column with null in place of every special missing value. Other columns than doubles have none."""
    if column.type != pa.float64() or not pc.any(pc.is_nan(column)).as_py():
        return column
    is_special = pa.array(tags_of(_doubles(column)) != 0)
    return pc.if_else(is_special, pa.scalar(None, pa.float64()), column)


def _doubles(column: pa.Array | pa.ChunkedArray) -> NDArray[np.float64]:
    """A column's values, 0 for null."""
    return np.asarray(column.cast(pa.float64()).fill_null(0.0))
