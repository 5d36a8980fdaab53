"""What the data say of a variable: its data type in a define, its length and its decimals.

Source: CDISC Define-XML Specification 2.1, DataType, Length and SignificantDigits; ODM 1.3.2 for dates and times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from clintrail.define.model import DataType

# Digits that a number in a dataset is sure of; those behind are the machine's.
SURE_DIGITS = 12
NUMBER_LENGTH = 8

_DATE = r"\d{4}-\d{2}-\d{2}"
_CLOCK = r"\d{2}:\d{2}:\d{2}(\.\d+)?"
_ISO: tuple[tuple[DataType, re.Pattern[str]], ...] = (
    ("date", re.compile(_DATE)),
    ("datetime", re.compile(f"{_DATE}T{_CLOCK}")),
    ("partialDate", re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")),
    ("partialDatetime", re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?)?)?)?")),
    ("incompleteDate", re.compile(r"(\d{4}|-)-(\d{2}|-)-(\d{2}|-)|\d{4}(-\d{2})?")),
    ("intervalDatetime", re.compile(r".*/.*")),
    ("durationDatetime", re.compile(r"[+-]?P.*")),
)  # fmt: skip
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


@dataclass(frozen=True)
class Measured:
    """Data type, length (None where the type says it) and decimals (of floats)."""

    type: DataType
    length: int | None = None
    digits: int | None = None


def measure(
    values: pa.ChunkedArray, *, described: str = "", coded: bool = False, stated_length: int = 0, numeric_text: bool = False
) -> Measured:
    """What values of one variable, or of some of its records, are.

    `described` is the value domain that the guide names, `coded` tells that a code list holds the values, `stated_length` wins
    over the longest value, and with `numeric_text` text that is only numbers is measured as numbers (results as collected).
    """
    if not pa.types.is_string(values.type):
        return _number(values)
    found = [str(value) for value in pc.unique(values).to_pylist() if value is not None]
    if "ISO 8601" in described:
        return Measured(_iso(found, described))
    length = stated_length or max((len(value.encode()) for value in found), default=1)
    if numeric_text and not coded and found and all(_NUMBER.fullmatch(value) for value in found):
        digits = max(len(value.partition(".")[2]) for value in found)
        return Measured("float", length, digits) if digits else Measured("integer", length)
    return Measured("text", length)


def _number(values: pa.ChunkedArray) -> Measured:
    """Dates are whole days since 1960 in the file, so integers with a display format; so are times and date-times in seconds."""
    if not pa.types.is_floating(values.type):
        return Measured("integer", NUMBER_LENGTH)
    digits = max((_decimals(value) for value in pc.unique(values).to_pylist() if value is not None), default=0)
    if not digits:
        return Measured("integer", NUMBER_LENGTH)
    whole = len(str(int(pc.max(pc.abs(values)).as_py())))
    return Measured("float", max(NUMBER_LENGTH, whole + 1 + digits), digits)


def _decimals(value: float) -> int:
    exponent = Decimal(f"{value:.{SURE_DIGITS}g}").normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _iso(found: list[str], described: str) -> DataType:
    """The narrowest type that all values fit; the one that the guide names where there are none."""
    if not found:
        return "durationDatetime" if "duration" in described and "datetime" not in described else "datetime"
    for type_, pattern in _ISO:
        if all(pattern.fullmatch(value) for value in found):
            return type_
    return "intervalDatetime" if any("/" in value for value in found) else "incompleteDatetime"
