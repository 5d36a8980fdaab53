"""Arrow columns as SAS holds them: text as bytes without trailing blanks, dates and times as numbers counted from 1960."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.transport.xpt.ibm import Mask

DAYS_1960_TO_1970 = 3653
SECONDS_1960_TO_1970 = DAYS_1960_TO_1970 * 86400
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_EXACT_TO = 2**53

Column = TypeVar("Column", pa.Array, pa.ChunkedArray)


def holds_text(kind: pa.DataType) -> bool:
    """Whether a column of this type can be a Char variable."""
    if pa.types.is_dictionary(kind):
        return holds_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind))


def holds_numbers(kind: pa.DataType) -> bool:
    """Whether a column of this type can be a Num variable. Times of a time zone cannot: SAS has no zones."""
    is_zoned = pa.types.is_timestamp(kind) and kind.tz is not None
    is_moment = pa.types.is_date(kind) or pa.types.is_timestamp(kind) or pa.types.is_time(kind)
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)
    return bool(is_number or (is_moment and not is_zoned))


def as_text(column: Column, encoding: str) -> Column:
    """A column's text in the bytes of an encoding; what it does not have becomes `?` (see `is_foreign`).

    The bytes stand in a string column whatever the encoding: Arrow pads strings and not binaries, and pads by bytes.
    """
    text = column.cast(pa.string())
    if encoding in ("ascii", "utf-8"):
        return text
    distinct = pc.unique(text)
    encoded = [None if value is None else value.encode(encoding, errors="replace") for value in distinct.to_pylist()]
    return pa.array(encoded, pa.binary()).view(pa.string()).take(pc.index_in(text, distinct))


def is_foreign(column: pa.ChunkedArray, encoding: str) -> Mask | None:
    """Where text holds a character that an encoding does not have, or None if nowhere."""
    text = column.cast(pa.string())
    is_ascii = pc.fill_null(pc.string_is_ascii(text), True)
    if encoding == "utf-8" or pc.all(is_ascii, min_count=0).as_py():
        return None
    if encoding == "ascii":
        return ~np.asarray(is_ascii)
    distinct = pc.unique(text)
    foreign = np.array([not _has(encoding, value or "") for value in distinct.to_pylist()], dtype=np.bool_)
    return foreign[np.asarray(pc.index_in(text, distinct))] if foreign.any() else None


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def sizes(text: Column) -> Column:
    """The bytes of each value without its trailing blanks, which a transport file does not keep; 0 for null."""
    if pc.any(pc.ends_with(text, " ")).as_py():
        text = pc.ascii_rtrim(text, characters=" ")
    return pc.fill_null(pc.binary_length(text), 0)


def as_numbers(column: Column) -> Column:
    """A column's values as doubles: numbers as they are, dates as days and times as seconds, counted as SAS counts."""
    kind = column.type
    if pa.types.is_date(kind):
        days = column.cast(pa.date32()).cast(pa.int32()).cast(pa.float64())
        return pc.add(days, float(DAYS_1960_TO_1970))
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        ticks = column.cast(pa.int64() if kind.bit_width == 64 else pa.int32()).cast(pa.int64())
        per_second = _PER_SECOND[kind.unit]
        whole = pc.divide(ticks, per_second)
        rest = pc.divide(pc.subtract(ticks, pc.multiply(whole, per_second)).cast(pa.float64()), float(per_second))
        start = SECONDS_1960_TO_1970 if pa.types.is_timestamp(kind) else 0
        return pc.add(pc.add(whole, start).cast(pa.float64()), rest)
    return column.cast(pa.float64(), safe=False)


def is_exact(column: pa.ChunkedArray) -> Mask:
    """Where a whole number is the same as a double (or is missing); true for every other type."""
    if not pa.types.is_int64(column.type) and not pa.types.is_uint64(column.type):
        return np.ones(len(column), dtype=np.bool_)
    whole = np.asarray(column.fill_null(0))
    low, high = whole.min(initial=0), whole.max(initial=0)
    if max(abs(int(low)), abs(int(high))) <= _EXACT_TO:
        return np.ones(len(column), dtype=np.bool_)
    # one past the type's range overflows on the way back, so compare as Python's exact integers
    return np.array([int(float(value)) == int(value) for value in whole], dtype=np.bool_)
