"""A value as its SAS format shows it, for the eye: the usual formats of dates, times and numbers; by every other one the plain number."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from clintrail.transport.missing import tags_of
from clintrail.transport.xpt.format import LONG, split_format

_EPOCH = datetime(1960, 1, 1)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MARKS = {"B": " ", "C": ":", "D": "-", "N": "", "P": ".", "S": "/"}
_ORDERS = {"DDMMYY": "/", "MMDDYY": "/", "YYMMDD": "-"}  # and the mark between the parts where the name states none


def shown(value: float | str | None, sas_format: str) -> str:
    """A value as SAS would show it, without blanks around it; a special missing value (a tagged NaN) is its letter. Null is blank.

    Numbers are rounded half away from zero. One that its width cannot hold, or that its format cannot show, is the plain number.
    """
    name, width, decimals = split_format(sas_format, LONG) or ("", 0, 0)
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:width] if width and name in ("$", "$CHAR", "$F") else value
    if math.isnan(value):
        return chr(int(tags_of(np.array([value]))[0]))
    try:
        return _number(value, name, width, decimals)
    except (OverflowError, ValueError):  # before year 1 or after year 9999
        return _plain(value)


def _number(value: float, name: str, width: int, decimals: int) -> str:
    order = name if name in _ORDERS else name[:-1]
    if order in _ORDERS and name[len(order) :] in ("", *_MARKS):
        return _ordered(_date(value), order, _MARKS.get(name[len(order) :], _ORDERS[order]), width or 8)
    if name in _DATES:
        return _DATES[name](_date(value), width)
    if name in _MOMENTS:
        return _MOMENTS[name](_EPOCH + timedelta(seconds=value), width, decimals)
    if name in _TIMES:
        return _TIMES[name](value, width, decimals)
    text = _FIXED[name](value, width, decimals) if name in _FIXED and width else ""
    return text if text and len(text) <= width else _plain(value)


def _date(value: float) -> date:
    return (_EPOCH + timedelta(days=math.floor(value))).date()


def _plain(value: float) -> str:
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fixed(value: float, decimals: int) -> str:
    return str(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def _seconds(value: float, decimals: int) -> tuple[int, int, str]:
    """Hours, minutes, and seconds with their decimals, of a count of seconds."""
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    minutes, seconds = divmod(rounded, 60)
    return int(minutes // 60), int(minutes % 60), f"{seconds:0{3 + decimals if decimals else 2}.{decimals}f}"


def _year(year: int, digits: int) -> str:
    return f"{year:04d}"[-digits:]


def _ordered(day: date, order: str, mark: str, width: int) -> str:
    digits = 4 if width >= (8 if not mark else 10) else 2
    parts = {"DD": f"{day.day:02d}", "MM": f"{day.month:02d}", "YY": _year(day.year, digits)}
    return mark.join(parts[order[at : at + 2]] for at in (0, 2, 4))


def _day_month_year(day: date, width: int) -> str:
    mark, month = "-" if width >= 11 else "", _MONTHS[day.month - 1]
    year = "" if 0 < width < 7 else _year(day.year, 4 if width >= 9 else 2)
    return f"{day.day:02d}{mark}{month}{mark}{year}"


def _moment(moment: datetime, width: int, decimals: int) -> str:
    """`10MAR2024:08:30:00`; of narrower formats a part, such as `10MAR24:08:30`."""
    width = width or 16
    day = _day_month_year(moment.date(), 9 if width >= 19 + decimals else 7)
    time = f"{moment:%H:%M:%S}" + (f".{moment.microsecond:06d}"[: decimals + 1] if decimals else "")
    return f"{day}:{time}" if width >= 16 else f"{day}:{time}"[: {13: 13, 14: 13, 15: 13}.get(width, 10 if width >= 10 else 7)]


def _extended(moment: datetime, _: int, decimals: int) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}" + (f".{moment.microsecond:06d}"[: decimals + 1] if decimals else "")


def _time(value: float, width: int, decimals: int) -> str:
    """`8:30:00`, of narrower formats `8:30`; hours over 24 are shown."""
    hours, minutes, seconds = _seconds(abs(value), decimals)
    sign = "-" if value < 0 else ""
    return f"{sign}{hours}:{minutes:02d}" if 0 < width < 7 else f"{sign}{hours}:{minutes:02d}:{seconds}"


def _time_of_day(value: float, width: int, decimals: int) -> str:
    hours, minutes, seconds = _seconds(value % 86400, decimals)
    return f"{hours % 24:02d}:{minutes:02d}" if 0 < width < 8 else f"{hours % 24:02d}:{minutes:02d}:{seconds}"


_DATES: dict[str, Callable[[date, int], str]] = {
    "DATE": _day_month_year,
    "E8601DA": lambda day, _: day.isoformat(),
    "IS8601DA": lambda day, _: day.isoformat(),
    "B8601DA": lambda day, _: day.isoformat().replace("-", ""),
    "MONYY": lambda day, width: _MONTHS[day.month - 1] + _year(day.year, 4 if width >= 7 else 2),
    "YEAR": lambda day, width: _year(day.year, 2 if 0 < width < 4 else 4),
}
_MOMENTS: dict[str, Callable[[datetime, int, int], str]] = {
    "DATETIME": _moment,
    "E8601DT": _extended,
    "IS8601DT": _extended,
    "B8601DT": lambda moment, _, decimals: _extended(moment, 0, decimals).replace("-", "").replace(":", ""),
}
_TIMES: dict[str, Callable[[float, int, int], str]] = {
    "TIME": _time,
    "HHMM": lambda value, _width, _decimals: _time(value, 5, 0),
    "TOD": _time_of_day,
    "E8601TM": _time_of_day,
    "IS8601TM": _time_of_day,
    "B8601TM": lambda value, width, decimals: _time_of_day(value, width, decimals).replace(":", ""),
}
_FIXED: dict[str, Callable[[float, int, int], str]] = {
    "": lambda value, _, decimals: _fixed(value, decimals),
    "F": lambda value, _, decimals: _fixed(value, decimals),
    "COMMA": lambda value, _, decimals: f"{Decimal(_fixed(value, decimals)):,}",
    "DOLLAR": lambda value, _, decimals: f"{Decimal(_fixed(value, decimals)):,}".replace("-", "-$") if value < 0
    else f"${Decimal(_fixed(value, decimals)):,}",
    "Z": lambda value, width, decimals: _fixed(value, decimals).zfill(width),
    "PERCENT": lambda value, _, decimals: f"({_fixed(-value * 100, decimals)}%)" if value < 0 else f"{_fixed(value * 100, decimals)}%",
}  # fmt: skip
