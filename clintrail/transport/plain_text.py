"""Typed values as text: one rule, whatever the format.

Numbers are the shortest decimal text that gives the same number again (`61.5`, `10`, `0.00001`: never `10.0` or `1e-05`), dates
`2024-03-10`, moments `2024-03-10T08:30:00` (with `Z` where they are of a time zone, as UTC), times `08:30:00`; fractions of a second
are written where there are any. Booleans are `true` and `false`. Numbers that are none are null.
"""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

_NO_FRACTION, _ZEROS_BEHIND = r"\.0*$", r"(\.\d*?[1-9])0+$"


def plain_text(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """A column of numbers, dates, moments, times or booleans as text, or None where it is of another kind."""
    kind = column.type
    if pa.types.is_floating(kind):
        return _numbers(column.cast(pa.float32()) if pa.types.is_float16(kind) else column)
    if pa.types.is_decimal(kind):
        return _fraction_cut(_plain(column.cast(pa.string())))
    if pa.types.is_timestamp(kind):
        naive = pc.replace_substring(_fraction_cut(column.cast(pa.timestamp(kind.unit)).cast(pa.string())), " ", "T")
        return pc.binary_join_element_wise(naive, "Z", "") if kind.tz else naive
    if pa.types.is_time(kind):
        return _fraction_cut(column.cast(pa.string()))
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_date(kind):
        return (column.cast(pa.date32()) if pa.types.is_date64(kind) else column).cast(pa.string())
    return None


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    zero = pa.scalar(0.0, column.type)  # -0.0 too
    numbers = pc.if_else(pc.equal(column, zero), zero, pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column))
    return _plain(numbers.cast(pa.string()))


def _plain(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Numbers that are written with an exponent, written out; they are rare, so each different one is done once."""
    with_exponent = pc.match_substring(text, "e", ignore_case=True)
    if not pc.any(with_exponent).as_py():
        return text
    different = pc.unique(text.filter(with_exponent))
    written = pa.array([format(Decimal(value), "f") for value in different.to_pylist()], pa.string())
    return pc.coalesce(written.take(pc.index_in(text, different)), text)


def _fraction_cut(text: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(pc.replace_substring_regex(text, _NO_FRACTION, ""), _ZEROS_BEHIND, r"\1")
