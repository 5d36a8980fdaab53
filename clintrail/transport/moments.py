"""Dates, moments and times as SAS numbers with a format, and as what they are."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from clintrail.transport.xpt.columns import DAYS_1960_TO_1970, SECONDS_1960_TO_1970, as_numbers
from clintrail.transport.xpt.format import LONG, split_format

Moment = Literal["date", "datetime", "time"]
_NUMERIC_DATES = {order + mark for order in ("DDMMYY", "MMDDYY", "YYMMDD") for mark in ("", "B", "C", "D", "N", "P", "S")}
DATE_FORMATS = frozenset(
    {"DATE", "E8601DA", "IS8601DA", "B8601DA", "WORDDATE", "WORDDATX", "WEEKDATE", "WEEKDATX", "JULIAN"} | _NUMERIC_DATES
)
DATETIME_FORMATS = frozenset({"DATETIME", "DATEAMPM", "MDYAMPM", "E8601DT", "IS8601DT", "B8601DT"})
TIME_FORMATS = frozenset({"TIME", "TIMEAMPM", "TOD", "HHMM", "E8601TM", "IS8601TM", "B8601TM"})
_MOMENTS: tuple[tuple[frozenset[str], Moment], ...] = ((DATE_FORMATS, "date"), (DATETIME_FORMATS, "datetime"), (TIME_FORMATS, "time"))
_DAY = 86400.0
_DAYS = (-719162.0, 2932896.0)  # 0001-01-01 and 9999-12-31, from 1970


def moment_of(sas_format: str) -> Moment | None:
    """What numbers with this SAS format are (`DATE9.`, `DATETIME20.`, `TIME8.`, with or without the dot), None for plain numbers."""
    name = (split_format(sas_format if "." in sas_format else f"{sas_format}.", LONG) or ("", 0, 0))[0] if sas_format else ""
    return next((moment for names, moment in _MOMENTS if name in names), None)


def as_moments(numbers: pa.ChunkedArray, moment: Moment) -> pa.ChunkedArray | None:
    """SAS numbers as date32, or timestamp or time64 in microseconds; None where that would change a value or one is out of range.

    Dates go from year 1 to year 9999, times from 0 up to 24 hours.
    """
    start = {"date": float(DAYS_1960_TO_1970), "datetime": float(SECONDS_1960_TO_1970), "time": 0.0}[moment]
    unit = _DAY if moment == "datetime" else 1.0
    least, last = (0.0, _DAY - 1e-6) if moment == "time" else (_DAYS[0] * unit, (_DAYS[1] + 1) * unit - 1e-6)
    counted = pc.subtract(numbers, start)
    if not pc.all(pc.and_(pc.greater_equal(counted, least), pc.less_equal(counted, last)), min_count=0).as_py():
        return None
    if moment == "date":
        found = pc.floor(counted).cast(pa.int32()).cast(pa.date32())
    else:
        microseconds = pc.round(pc.multiply(counted, 1e6)).cast(pa.int64())
        found = microseconds.cast(pa.timestamp("us") if moment == "datetime" else pa.time64("us"))
    return found if pc.all(pc.equal(as_numbers(found), numbers), min_count=0).as_py() else None
