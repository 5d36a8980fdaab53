"""Arrow columns as the text of JSON values, and records as the text of arrays."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.transport.dataset_json.kinds import Kind
from clintrail.transport.xpt.columns import text_bytes

_QUOTE, _BACKSLASH, _FIRST_PLAIN = ord('"'), ord("\\"), ord(" ")
_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}


def json_values(column: pa.Array, kind: Kind) -> pa.Array:
    """The values of a column as JSON has them, null as `null`.

    Numbers are the shortest text that reads back as the same double; whole ones have no point.
    """
    made = _TEXT[kind](column) if kind in _TEXT else _number_text(column)
    return pc.fill_null(made, "null") if made.null_count else made


def json_records(columns: list[pa.Array], end: str) -> memoryview:
    """The records as arrays one after the other, each with `end` behind it."""
    joined = pc.binary_join_element_wise(*columns, ",") if len(columns) > 1 else columns[0]
    lines = pc.binary_join_element_wise("[", joined, "]" + end, "")
    return memoryview(text_bytes(lines))  # type: ignore[arg-type]


def _quoted(text: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise('"', text, '"', "")


def _string_text(text: pa.Array) -> pa.Array:
    return _quoted(_escaped(text))


def _escaped(text: pa.Array) -> pa.Array:
    """Text with backslashes, quotes and control characters as JSON wants them."""
    data = text_bytes(text)
    special = (data < _FIRST_PLAIN) | (data == _QUOTE) | (data == _BACKSLASH)
    if not special.any():
        return text
    found = set(np.unique(data[special]).tolist())
    if _BACKSLASH in found:
        text = pc.replace_substring(text, "\\", "\\\\")
    if _QUOTE in found:
        text = pc.replace_substring(text, '"', '\\"')
    for code in sorted(found - {_BACKSLASH, _QUOTE}):
        text = pc.replace_substring(text, chr(code), _SHORT.get(code, f"\\u{code:04x}"))
    return text


def _number_text(numbers: pa.Array) -> pa.Array:
    text = numbers.cast(pa.string())
    values = np.asarray(numbers.fill_null(1.0))
    below_zero = (values == 0) & np.signbit(values)  # -0 would come back as 0
    return pc.if_else(pa.array(below_zero), "-0.0", text) if below_zero.any() else text


def _integer_text(numbers: pa.Array) -> pa.Array:
    return numbers.cast(pa.int64()).cast(pa.string())


def _decimal_text(numbers: pa.Array) -> pa.Array:
    text = numbers.cast(pa.string())
    shortened = np.asarray(pc.fill_null(pc.match_substring_regex(text, "[eE]"), False))
    if shortened.any():  # 1e+22 and 1E-8 are no decimals in the sense of XML Schema
        plain = [None if value is None else format(Decimal(value), "f") for value in text.filter(pa.array(shortened)).to_pylist()]
        text = pc.replace_with_mask(text, pa.array(shortened), pa.array(plain, pa.string()))
    return _quoted(text)


def _moment_text(moments: pa.Array) -> pa.Array:
    """Dates, and moments and times in microseconds, in ISO 8601; with a fraction of a second only where there is one."""
    text = moments.cast(pa.string())
    if not pa.types.is_date(moments.type):
        text = pc.replace_substring(pc.ascii_rtrim(pc.ascii_rtrim(text, "0"), "."), " ", "T")
    return _quoted(text)


_TEXT = {
    "text": _string_text, "boolean": lambda column: column, "integer": _integer_text, "decimal": _decimal_text,
    "date": _moment_text, "datetime": _moment_text, "time": _moment_text,
}  # fmt: skip
