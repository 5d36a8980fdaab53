"""Cells of a column in JSON as an Arrow column, and which of them are not of the column's data type."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.transport.dataset_json.kinds import Kind

EXACT_TO = 2**53
_SURE_DIGITS = 15  # a decimal of so many digits comes back from its double
_MOST_DIGITS = 76
_PLAIN: dict[Kind, pa.DataType] = {"number": pa.float64(), "integer": pa.float64(), "boolean": pa.bool_()}
_DATE, _CLOCK = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
_DECIMAL = r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?"
_PATTERNS: dict[Kind, str] = {"decimal": _DECIMAL, "date": _DATE, "datetime": f"{_DATE}(T{_CLOCK})?", "time": _CLOCK}
WANTED: dict[Kind, tuple[str, str]] = {
    "text": ("values that are not text", "write them in quotes, or null where there is none"),
    "number": ("values that are not numbers", "write them without quotes, or null where there is none"),
    "integer": ("values that are not whole numbers of 2**53 at most", "correct the dataType, or the values"),
    "decimal": ("values that are not decimals in quotes", 'write them like "162.9", or null where there is none'),
    "boolean": ("values that are neither true nor false", "write true, false or null"),
    "date": ("values that are not dates in ISO 8601", "write them like 2026-01-31, or leave targetDataType out"),
    "datetime": ("values that are not dates with times in ISO 8601", "write them like 2026-01-31T08:30:00, or leave targetDataType out"),
    "time": ("values that are not times of a day in ISO 8601", "write them like 08:30:00, or leave targetDataType out"),
}


def plain_columns(rows: Sequence[Sequence[Any]], kinds: Sequence[Kind]) -> list[pa.Array] | None:
    """The columns of some records in the plain types of JSON: strings, doubles, booleans; None where a cell is of another one.

    Columns of one type are made together: the cost of an array counts with a few hundred records.
    """
    columns = list(zip(*rows, strict=True))
    made: list[pa.Array] = [None] * len(kinds)
    for plain, places in _by_plain_type(kinds).items():
        cells = list(chain.from_iterable([columns[place] for place in places]))
        if plain == pa.float64() and bool in set(map(type, cells)):
            return None  # Arrow would take true for 1
        try:
            together = pa.array(cells, plain)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            return None
        for number, place in enumerate(places):
            made[place] = together.slice(number * len(rows), len(rows))
    return made


def _by_plain_type(kinds: Sequence[Kind]) -> dict[pa.DataType, list[int]]:
    found: dict[pa.DataType, list[int]] = {}
    for place, kind in enumerate(kinds):
        found.setdefault(plain_type(kind), []).append(place)
    return found


def plain_type(kind: Kind) -> pa.DataType:
    """The Arrow type of cells as they stand in JSON."""
    return _PLAIN.get(kind, pa.string())


def plain_column(cells: Sequence[Any], kind: Kind) -> tuple[pa.Array, list[int]]:
    """One column in its plain type, whole numbers of more digits than a double holds rounded, and the places of cells of another type.

    Those are null in the column.
    """
    wrong = [place for place, cell in enumerate(cells) if not _fits(cell, kind)]
    kept: list[Any] = list(cells)
    for place in wrong:
        kept[place] = None
    if kind == "number":
        kept = [None if cell is None else float(cell) for cell in kept]
    return pa.array(kept, plain_type(kind)), wrong


def typed_column(values: pa.Array, kind: Kind) -> tuple[pa.Array | None, list[int]]:
    """A plain column in the type of its kind, decimals still as text; or None and the places of values that are not of the kind."""
    try:
        return _typed(values, kind), []
    except pa.ArrowInvalid:
        return None, [place for place, cell in enumerate(values.to_pylist()) if not _fits(cell, kind)]


def _typed(values: pa.Array, kind: Kind) -> pa.Array:
    if kind == "integer" and not _are_whole(values):
        raise pa.ArrowInvalid
    if kind in _PATTERNS and not _all(pc.match_substring_regex(values, f"^{_PATTERNS[kind]}$")):
        raise pa.ArrowInvalid
    if kind == "date":
        return values.cast(pa.date32())
    if kind == "datetime":
        return values.cast(pa.timestamp("us"))
    if kind == "time":
        return pc.binary_join_element_wise("1970-01-01T", values, "").cast(pa.timestamp("us")).cast(pa.time64("us"))
    return values.cast(pa.string()) if kind == "boolean" else values


def _are_whole(numbers: pa.Array) -> bool:
    values = np.asarray(numbers.fill_null(0.0))
    return bool((np.floor(values) == values).all() and (np.abs(values) <= EXACT_TO).all())


def _all(mask: pa.Array) -> bool:
    return bool(pc.all(mask, min_count=0).as_py())


def _fits(cell: object, kind: Kind) -> bool:
    """Whether one cell is of the kind."""
    if cell is None:
        return True
    if kind == "boolean":
        return isinstance(cell, bool)
    if kind in ("number", "integer"):
        is_number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
        return is_number and (kind == "number" or (cell == int(cell) and abs(cell) <= EXACT_TO))  # type: ignore[call-overload,arg-type]
    if not isinstance(cell, str):
        return False
    return kind == "text" or (re.fullmatch(_PATTERNS[kind], cell, re.ASCII) is not None and _is_in_calendar(cell, kind))


_CALENDARS: dict[Kind, Callable[[str], object]] = {
    "date": date.fromisoformat, "datetime": datetime.fromisoformat, "time": time.fromisoformat,
}  # fmt: skip


def _is_in_calendar(text: str, kind: Kind) -> bool:
    try:
        _CALENDARS.get(kind, str)(text)
    except ValueError:
        return False
    return True


# -- decimals --------------------------------------------------------------------------------------------------------------------


def as_doubles(text: pa.ChunkedArray) -> tuple[pa.ChunkedArray, np.ndarray]:
    """Decimals as doubles, and the places of those that have more digits than theirs."""
    plain = pc.replace_substring(text, ",", "")
    doubles = plain.cast(pa.float64())
    digits = pc.utf8_ltrim(pc.replace_substring_regex(plain, r"[-.]", ""), "0")
    doubtful = np.flatnonzero(np.asarray(pc.fill_null(pc.greater(pc.utf8_length(digits), _SURE_DIGITS), False)))
    if not len(doubtful):
        return doubles, doubtful
    exact = zip(plain.take(pa.array(doubtful)).to_pylist(), doubles.take(pa.array(doubtful)).to_pylist(), strict=True)
    return doubles, doubtful[[Decimal(stated) != Decimal(repr(value)) for stated, value in exact]]


def as_decimals(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Decimals as Arrow decimals with as many digits as the longest needs; None where that is more than 76."""
    plain = pc.replace_substring(text, ",", "")
    unsigned = pc.utf8_ltrim(plain, "-")
    whole = pc.max(pc.utf8_length(pc.replace_substring_regex(unsigned, r"\..*$", ""))).as_py() or 1
    scale = max(0, (pc.max(pc.utf8_length(pc.replace_substring_regex(unsigned, r"^\d+", ""))).as_py() or 0) - 1)
    if whole + scale > _MOST_DIGITS:
        return None
    return plain.cast(pa.decimal128(38, scale) if whole + scale <= 38 else pa.decimal256(_MOST_DIGITS, scale))
