"""The data types of dates, times and durations, as patterns that their values fit.

Source: ODM 1.3.2, data formats; ISO 8601; SDTMIG 3.4, section 4.4 (missing parts as dashes).
"""

from __future__ import annotations

_YEAR, _MONTH, _DAY = r"\d{4}", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_HOUR, _MINUTE, _SECOND = r"([01]\d|2[0-4])", r"[0-5]\d", r"[0-5]\d([.,]\d+)?"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)?"
_TIME = f"{_HOUR}:{_MINUTE}:{_SECOND}{_ZONE}"
_PARTIAL_TIME = f"{_HOUR}(:{_MINUTE}(:{_SECOND})?)?{_ZONE}"
_INCOMPLETE_TIME = f"({_HOUR}|-)(:({_MINUTE}|-)(:({_SECOND}|-))?)?{_ZONE}"
_DATE = f"{_YEAR}-{_MONTH}-{_DAY}"
_PARTIAL_DATE = f"{_YEAR}(-{_MONTH}(-{_DAY})?)?"
_INCOMPLETE_DATE = f"({_YEAR}|-)(-({_MONTH}|-)(-({_DAY}|-))?)?"
_PARTIAL_DATETIME = f"{_YEAR}(-{_MONTH}(-{_DAY}(T{_PARTIAL_TIME})?)?)?"
_INCOMPLETE_DATETIME = f"({_YEAR}|-)(-({_MONTH}|-)(-({_DAY}|-)(T{_INCOMPLETE_TIME})?)?)?"
_AMOUNT = r"\d+([.,]\d+)?"
_DURATION = f"[+-]?P({_AMOUNT}W|({_AMOUNT}[YMD])+(T({_AMOUNT}[HMS])+)?|T({_AMOUNT}[HMS])+|{_PARTIAL_DATETIME})"
_INTERVAL = f"({_INCOMPLETE_DATETIME}|{_DURATION})/({_INCOMPLETE_DATETIME}|{_DURATION})|{_DURATION}"


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


PATTERNS = {
    "date": _whole(_DATE),
    "datetime": _whole(f"{_DATE}T{_TIME}"),
    "time": _whole(_TIME),
    "partialDate": _whole(_PARTIAL_DATE),
    "partialTime": _whole(_PARTIAL_TIME),
    "partialDatetime": _whole(_PARTIAL_DATETIME),
    "incompleteDate": _whole(_INCOMPLETE_DATE),
    "incompleteTime": _whole(_INCOMPLETE_TIME),
    "incompleteDatetime": _whole(_INCOMPLETE_DATETIME),
    "durationDatetime": _whole(_DURATION),
    "intervalDatetime": _whole(_INTERVAL),
}
# What is ISO 8601 in one way or another.
ANY = _whole("|".join((_INCOMPLETE_DATETIME, _INCOMPLETE_TIME, _INTERVAL)))
