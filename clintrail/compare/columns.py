"""Two columns of whatever formats as two that can be compared: both text, or both numbers as SAS counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clintrail.compare.model import Kind
from clintrail.transport.dataset import Variable
from clintrail.transport.moments import moment_of
from clintrail.transport.xpt.columns import as_numbers, holds_text

Doubles = NDArray[np.float64]
_SECONDS = 86400.0
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_ISO: dict[Kind, tuple[str, pa.DataType]] = {
    "date": (r"^\d{4}-\d\d-\d\d$", pa.date32()),
    "datetime": (r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$", pa.timestamp("us")),
    "time": (r"^\d\d:\d\d:\d\d(\.\d+)?$", pa.time64("us")),
}
# Text that is no number is a NaN of a tag that no missing value has (see clintrail/transport/missing.py).
UNREADABLE_TAG = 255
UNREADABLE = np.array([0x7FF8 << 48 | UNREADABLE_TAG], dtype=np.uint64).view(np.float64)[0]


@dataclass(frozen=True)
class Column:
    """A column and what it holds. `is_typed` tells Arrow's own dates and times from SAS's numbers with a format."""

    data: pa.ChunkedArray
    kind: Kind
    is_typed: bool


@dataclass(frozen=True)
class Pair:
    """Two columns that can be compared: both text without blanks at the end, or both doubles; and the kind of values they are."""

    kind: Kind
    a: pa.ChunkedArray
    b: pa.ChunkedArray


def kind_of(arrow_type: pa.DataType, variable: Variable) -> Kind:
    """What a column's values are, which its type tells, or the SAS format of a number."""
    if holds_text(arrow_type):
        return "text"
    if pa.types.is_date(arrow_type):
        return "date"
    if pa.types.is_timestamp(arrow_type):
        return "datetime"
    return "time" if pa.types.is_time(arrow_type) else moment_of(variable.format) or "number"


def column_of(data: pa.ChunkedArray, variable: Variable) -> Column:
    """A dataset's column, ready to be compared: text without blanks at its end, numbers as doubles, dates and times as they are."""
    kind = kind_of(data.type, variable)
    if kind == "text":
        return Column(_trimmed(data), kind, False)
    is_typed = pa.types.is_temporal(data.type)
    return Column(data if is_typed or data.type == pa.float64() else as_numbers(data), kind, is_typed)


def _trimmed(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """The text without blanks at its end; null where nothing is left, since SAS knows no other missing text."""
    text = text.cast(pa.string())
    if pc.any(pc.ends_with(text, " ")).as_py():
        text = pc.ascii_rtrim(text, characters=" ")
    empty = pc.equal(pc.binary_length(text), 0)
    return pc.if_else(empty, pa.scalar(None, pa.string()), text) if pc.any(empty).as_py() else text


def paired(a: Column, b: Column) -> Pair:
    """Both columns as text, or as doubles.

    SAS's numbers are compared as they are, whatever their formats, and with days, seconds or times of other formats counted as SAS
    counts. A date and a moment are the same if the moment is the date's midnight, except where both are SAS's numbers. Text beside
    numbers is read as number, or as ISO 8601 where the numbers are dates or times; what cannot be read is equal to nothing.
    """
    if a.kind == b.kind == "text":
        return Pair("text", a.data, b.data)
    if a.kind == "text":
        a = _read(a.data, b.kind)
    elif b.kind == "text":
        b = _read(b.data, a.kind)
    in_seconds = {a.kind, b.kind} == {"date", "datetime"} and (a.is_typed or b.is_typed)
    kind: Kind = a.kind if a.kind != "number" else b.kind
    return Pair("datetime" if in_seconds else kind, *(_doubles(column, in_seconds=in_seconds) for column in (a, b)))


def _doubles(column: Column, *, in_seconds: bool) -> pa.ChunkedArray:
    numbers = as_numbers(column.data) if column.is_typed else column.data
    return pc.multiply(numbers, _SECONDS) if in_seconds and column.kind == "date" else numbers


def _read(text: pa.ChunkedArray, kind: Kind) -> Column:
    """Text as the numbers that it writes."""
    values = np.full(len(text), UNREADABLE)
    values[np.asarray(pc.is_null(text))] = np.nan
    for pattern, arrow_type in [(_NUMBER, pa.float64()), *([_ISO[kind]] if kind in _ISO else [])]:
        where = np.flatnonzero(np.asarray(pc.fill_null(pc.match_substring_regex(text, pattern), False)))
        if len(where):
            numbers = as_numbers(_cast(text.take(pa.array(where)), arrow_type))
            values[where] = np.where(np.asarray(pc.is_null(numbers)), UNREADABLE, as_doubles(numbers))
    return Column(pa.chunked_array([pa.array(values)]), kind, False)


def _cast(text: pa.ChunkedArray, arrow_type: pa.DataType) -> pa.ChunkedArray:
    """Text as a type; null where it only looks like it (2024-02-30)."""
    try:
        return text.cast(arrow_type)
    except pa.ArrowInvalid:
        distinct = pc.unique(text)
        read = pa.array([_cast_one(value, arrow_type) for value in distinct], arrow_type)
        return pa.chunked_array([read]).take(pc.index_in(text, distinct))


def _cast_one(value: pa.Scalar, arrow_type: pa.DataType) -> object:
    try:
        return value.cast(arrow_type).as_py()
    except pa.ArrowInvalid:
        return None


def as_doubles(column: pa.ChunkedArray) -> Doubles:
    """A column of doubles in one array: null is a plain NaN; special missing values keep the letter in the lowest byte of theirs."""
    return np.asarray(column.to_numpy(), dtype=np.float64)


def tags(values: Doubles) -> NDArray[np.uint8]:
    """The lowest byte of each NaN: 0 a plain missing value, a letter a special one (`.A`), 255 text that is no number. 0 for numbers."""
    lowest = (np.ascontiguousarray(values).view(np.uint64) & np.uint64(0xFF)).astype(np.uint8)
    return np.where(np.isnan(values), lowest, np.uint8(0))
