"""Arrow columns as SAS holds them: text as bytes without trailing blanks, dates and times as numbers counted from 1960."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clintrail.transport.xpt.ibm import Mask

DAYS_1960_TO_1970 = 3653
SECONDS_1960_TO_1970 = DAYS_1960_TO_1970 * 86400
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_EXACT_TO = 2**53
_HIGH_BIT = 0x80
_SLICE = 1 << 16

Column = TypeVar("Column", pa.Array, pa.ChunkedArray)


def holds_text(kind: pa.DataType) -> bool:
    """Whether a column of this type can be a Char variable."""
    if pa.types.is_dictionary(kind):
        return holds_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind))


def holds_numbers(kind: pa.DataType) -> bool:
    """Whether a column of this type can be a Num variable. Times of a time zone cannot: SAS has no zones."""
    if pa.types.is_dictionary(kind):
        return holds_numbers(kind.value_type)
    is_zoned = pa.types.is_timestamp(kind) and kind.tz is not None
    is_moment = pa.types.is_date(kind) or pa.types.is_timestamp(kind) or pa.types.is_time(kind)
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)
    return bool(is_number or (is_moment and not is_zoned))


def plain_text(column: pa.Array) -> pa.Array:
    """Text of any type as a string or large_string array in which null is the empty text and no validity is kept."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        column = column.cast(pa.large_string())
    if column.null_count == 0:
        return column
    plain = pa.Array.from_buffers(column.type, len(column), [None, *column.buffers()[1:]], offset=column.offset)
    offsets = _offsets(plain)
    if (pc.sum(pc.binary_length(column)).as_py() or 0) < offsets[-1] - offsets[0]:  # null, but with bytes
        return pc.fill_null(column, "")
    return plain


def text_sizes(text: pa.Array) -> NDArray[np.int64] | NDArray[np.int32]:
    """The bytes of each value of a string or large_string array; of null what happens to stand there."""
    offsets = _offsets(text)
    return offsets[1:] - offsets[:-1]


def is_ascii(text: pa.Array) -> bool:
    """Whether all the values are ASCII."""
    return not (len(text) and np.bitwise_or.reduce(text_bytes(text), initial=0) & _HIGH_BIT)


def text_bytes(text: pa.Array) -> NDArray[np.uint8]:
    """The bytes of all values of a string or large_string array, one after the other."""
    if not len(text):
        return np.zeros(0, dtype=np.uint8)
    offsets, data = _offsets(text), text.buffers()[2]
    return np.frombuffer(data or b"", dtype=np.uint8)[offsets[0] : offsets[-1]]


def _offsets(text: pa.Array) -> NDArray[np.int64] | NDArray[np.int32]:
    if not len(text):
        return np.zeros(1, dtype=np.int32)
    held = text.buffers()[1]
    values = np.frombuffer(held, dtype=np.int64) if pa.types.is_large_string(text.type) else np.frombuffer(held, dtype=np.int32)
    return values[text.offset : text.offset + len(text) + 1]


def trimmed(text: pa.Array) -> pa.Array:
    """Text without its trailing blanks, which a transport file does not keep."""
    return pc.ascii_rtrim(text, characters=" ")


def in_encoding(text: pa.Array, encoding: str) -> tuple[pa.Array, Mask | None]:
    """Text that is not all ASCII in the bytes of an encoding, and where it holds what the encoding does not have (`?` stands there).

    The bytes stand in a string array whatever the encoding: Arrow pads strings and not binaries, and pads by bytes.
    """
    if encoding == "utf-8":
        return text, None
    if encoding == "ascii":
        return text, ~np.asarray(pc.string_is_ascii(text))
    distinct = text.dictionary_encode()
    values = distinct.dictionary.to_pylist()
    encoded = pa.array([value.encode(encoding, errors="replace") for value in values], pa.binary())
    strings = pa.Array.from_buffers(pa.string(), len(encoded), encoded.buffers())
    foreign = np.array([not _has(encoding, value) for value in values], dtype=np.bool_)[np.asarray(distinct.indices)]
    return strings.take(distinct.indices), foreign if foreign.any() else None


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def longest_text(column: pa.ChunkedArray, encoding: str) -> int:
    """The bytes of the longest value of a text column, without trailing blanks; 0 where there is none."""
    longest = 0
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            used = pc.unique(chunk.indices).drop_null()
            chunk = chunk.dictionary.take(used)
        for start in range(0, len(chunk), _SLICE):
            longest = _longer(longest, plain_text(chunk.slice(start, _SLICE)), encoding)
    return longest


def _longer(longest: int, text: pa.Array, encoding: str) -> int:
    if encoding not in ("ascii", "utf-8") and not is_ascii(text):
        text, _ = in_encoding(text, encoding)
    sizes = text_sizes(text)
    size = int(sizes.max(initial=0))
    if size <= longest:
        return longest
    ends = _offsets(text)[1:][sizes == size]
    if (np.frombuffer(text.buffers()[2], dtype=np.uint8)[ends - 1] != ord(" ")).any():
        return size
    return max(longest, int(text_sizes(trimmed(text)).max(initial=0)))


def as_numbers(column: Column) -> Column:
    """A column's values as doubles: numbers as they are, dates as days and times as seconds, counted as SAS counts."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_numbers(column.cast(kind.value_type))
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


def is_exact(column: Column) -> Mask:
    """Where a whole number is the same as a double (or is missing); true for every other type."""
    if not pa.types.is_int64(column.type) and not pa.types.is_uint64(column.type):
        return np.ones(len(column), dtype=np.bool_)
    whole = np.asarray(column.fill_null(0))
    low, high = whole.min(initial=0), whole.max(initial=0)
    if max(abs(int(low)), abs(int(high))) <= _EXACT_TO:
        return np.ones(len(column), dtype=np.bool_)
    # one past the type's range overflows on the way back, so compare as Python's exact integers
    return np.array([int(float(value)) == int(value) for value in whole], dtype=np.bool_)
