"""Numbers as text: dates, moments and times in ISO 8601 by their format, all others as the shortest decimal text."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from clintrail.transport.missing import without_special_missing
from clintrail.transport.moments import Moment, as_moments, moment_of
from clintrail.transport.plain_text import plain_text

_DAY = 86400.0
# From year 1 to year 9999, which ISO 8601 can tell, as SAS counts; a time lies within a day.
_RANGES: dict[Moment, tuple[float, float]] = {
    "date": (-715509.0, 2936550.0), "datetime": (-715509.0 * _DAY, 2936550.0 * _DAY - 1), "time": (0.0, _DAY - 1e-3),
}  # fmt: skip


def iso_text(numbers: pa.ChunkedArray, sas_format: str) -> pa.ChunkedArray:
    """A column of doubles as text. Missing values, special ones too, are null.

    A date (`DATE9.`) is `2024-03-10`, a moment (`DATETIME20.`) `2024-03-10T08:30:00`, a time (`TIME5.`) `08:30:00`, with the fraction
    of its seconds. What has no such text (a date with a part of a day, a time over 24 hours) is written as a number, as is every
    number with another format: `61.5`, `10`.
    """
    numbers = without_special_missing(numbers)
    plain, moment = plain_text(numbers), moment_of(sas_format)
    moments = _moments(numbers, moment) if moment else None
    return plain if moments is None else pc.coalesce(plain_text(moments), plain)


def _moments(numbers: pa.ChunkedArray, moment: Moment) -> pa.ChunkedArray | None:
    """The values as dates, moments or times; those that are none are null."""
    whole = as_moments(numbers, moment)
    if whole is not None:
        return whole
    least, end = _RANGES[moment]
    unit = 1.0 if moment == "date" else 1e6  # to the day, or to the microsecond
    scaled = pc.multiply(numbers, unit)
    fits = pc.and_(pc.and_(pc.greater_equal(numbers, least), pc.less(numbers, end)), pc.equal(pc.divide(pc.round(scaled), unit), numbers))
    return as_moments(pc.if_else(fits, numbers, pa.scalar(None, pa.float64())), moment)
