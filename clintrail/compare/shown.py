"""Values as they are shown: dates in ISO 8601, numbers by their shortest exact decimals, missing values as SAS writes them."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

from clintrail.compare.columns import Column, as_doubles, tags
from clintrail.compare.model import Kind

_FIRST_DAY, _LAST_DAY = (date(1582, 1, 1) - date(1960, 1, 1)).days, (date(9999, 12, 31) - date(1960, 1, 1)).days
_DAY = 86400
_LARGEST_WHOLE = 1e15


def values_shown(column: Column) -> list[str]:
    """The values of a column of a few rows. Missing text is empty, a missing number `.` or `.A`, unprintable characters are escaped."""
    if column.kind == "text":
        return [text_shown(value or "") for value in column.data.to_pylist()]
    if column.is_typed:
        return ["." if value is None else value.isoformat() for value in column.data.to_pylist()]
    values = as_doubles(column.data)
    letters = tags(values).tolist()
    return [_missing(tag) if math.isnan(v) else number_shown(v, column.kind) for v, tag in zip(values.tolist(), letters, strict=True)]


def text_shown(text: str) -> str:
    """Text with what cannot be printed escaped."""
    return text if text.isprintable() else "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _missing(tag: int) -> str:
    return f".{chr(tag)}" if tag else "."


def number_shown(value: float, kind: Kind = "number") -> str:
    """A number of SAS by what its format says it is, in ISO 8601; as a number where it is out of the range of dates."""
    if kind == "date" and _FIRST_DAY <= value <= _LAST_DAY and value == math.floor(value):
        return (date(1960, 1, 1) + timedelta(days=value)).isoformat()
    is_exact = round(value, 6) == value  # to the microsecond, the least that is shown of a moment
    if kind == "datetime" and is_exact and _FIRST_DAY * _DAY <= value < _LAST_DAY * _DAY:
        return (datetime(1960, 1, 1) + timedelta(seconds=value)).isoformat()
    if kind == "time" and is_exact and 0 <= value < _DAY:
        return (datetime(1960, 1, 1) + timedelta(seconds=value)).time().isoformat()
    return f"{value:.0f}" if abs(value) < _LARGEST_WHOLE and value == math.floor(value) else repr(value)
