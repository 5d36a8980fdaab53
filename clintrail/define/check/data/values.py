"""Rules for values: those of variables, and those that value-level items describe, by the same rules.

Messages count records and name none of their values.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.define.check.data.beside import Column, Filed, Mask
from clintrail.define.check.data.iso import ANY, PATTERNS
from clintrail.define.check.data.where import compared
from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import get, terms, whole
from clintrail.errors import Severity, counted

_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"
# Digits that a double is sure of: what differs behind them is the machine's.
_SURE = 1e-11
_MOST_DIGITS = 15


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: Length")
def text_fits_length(filed: Filed) -> Iterator[Finding]:
    """No text is longer than the length that is stated."""
    for column in filed.described:
        length = whole(column.item, "Length")
        if column.is_text and length:
            longest = np.asarray(pc.fill_null(pc.utf8_length(column.values), 0))
            if (longest > length).any():
                what = f"length {length}, but {column.told(longest > length)} with more, up to {longest.max()} characters"
                yield Finding(column.item, what, "state the longest value")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: Length")
def numbers_fit_length(filed: Filed) -> Iterator[Finding]:
    """No number has more digits before its point than the length that is stated."""
    for column in filed.described:
        length = whole(column.item, "Length") or 0
        if not column.is_text and 0 < length <= _MOST_DIGITS:
            too_long = np.abs(_numbers(column)) >= 10.0**length
            if too_long.any():
                yield Finding(column.item, f"length {length}, but {column.told(too_long)} with more digits", "state the longest number")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: DataType of value-level items")
def text_is_numbers(filed: Filed) -> Iterator[Finding]:
    """Text whose values are described as integer or float holds numbers."""
    for column in filed.described:
        if column.is_text and (type_ := get(column.item, "DataType")) in ("integer", "float"):
            wrong = column.filled & ~_matches(column, _NUMBER)
            if wrong.any():
                what = f"data type {type_}, but {column.told(wrong)} with what is no number"
                yield Finding(column.item, what, "call it text, or mend the data")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: DataType")
def integers_are_whole(filed: Filed) -> Iterator[Finding]:
    """Values of data type integer are whole."""
    for column in filed.described:
        if get(column.item, "DataType") == "integer":
            numbers = _numbers(column)
            broken = np.isfinite(numbers) & (np.abs(numbers - np.round(numbers)) > _SURE * np.abs(numbers))
            if broken.any():
                yield Finding(column.item, f"data type integer, but {column.told(broken)} with decimals", "call it float")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: SignificantDigits")
def decimals_fit_digits(filed: Filed) -> Iterator[Finding]:
    """No value has more decimals than the significant digits that are stated."""
    for column in filed.described:
        digits = whole(column.item, "SignificantDigits")
        if get(column.item, "DataType") == "float" and digits is not None and digits <= _MOST_DIGITS:
            numbers = _numbers(column)
            more = np.isfinite(numbers) & (np.abs(numbers - np.round(numbers, digits)) > _SURE * np.abs(numbers))
            if more.any():
                yield Finding(column.item, f"{digits} significant digits, but {column.told(more)} with more decimals", "state the decimals")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: DataType; ISO 8601")
def dates_are_iso(filed: Filed) -> Iterator[Finding]:
    """Values of a data type of dates, times or durations are ISO 8601."""
    for column in filed.described:
        if (type_ := get(column.item, "DataType")) in PATTERNS and column.is_text:
            wrong = column.filled & ~_matches(column, ANY)
            if wrong.any():
                yield Finding(column.item, f"data type {type_}, but {column.told(wrong)} not in ISO 8601", "mend the data, or call it text")


@rule(Severity.WARNING, "Define-XML 2.1, ItemDef: DataType; ODM 1.3.2, data formats")
def dates_are_as_whole_as_said(filed: Filed) -> Iterator[Finding]:
    """Dates, times and durations are of the kind that the data type says: date whole, partialDate perhaps without a day."""
    for column in filed.described:
        if (type_ := get(column.item, "DataType")) in PATTERNS and column.is_text:
            other = _matches(column, ANY) & ~_matches(column, PATTERNS[type_])
            if other.any():
                fix = "write partialDatetime, incompleteDatetime or what they are"
                yield Finding(column.item, f"data type {type_}, but {column.told(other)} of another kind", fix)


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: CodeListRef")
def values_are_in_the_codelist(filed: Filed) -> Iterator[Finding]:
    """Every value is a term of the code list."""
    for column in filed.described:
        known = [get(term, "CodedValue") for term in terms(filed.define.codelist(column.item))]
        if known:
            unknown = column.filled & ~compared(column.values, "IN", known)
            if unknown.any():
                count = len(column.values.filter(pa.array(unknown)).unique())
                what = f"{column.told(unknown)} with {counted(count, 'value')} that its code list does not hold"
                yield Finding(column.item, what, "add the terms to the code list, or mend the data")


@rule(Severity.ERROR, "Define-XML 2.1, ItemRef: Mandatory")
def mandatory_values_are_there(filed: Filed) -> Iterator[Finding]:
    """A mandatory variable or value is never missing."""
    for column in filed.described:
        if get(column.ref, "Mandatory") == "Yes" and not column.filled.all():
            yield Finding(column.ref, f"mandatory, but missing in {column.told(~column.filled)}", 'write Mandatory="No", or mend the data')


@rule(Severity.ERROR, "Define-XML 2.1, ItemRef and ItemGroupDef: def:HasNoData", ("2.1",))
def no_data_is_true(filed: Filed) -> Iterator[Finding]:
    """What is said to have no data has none."""
    if get(filed.group, "def:HasNoData") == "Yes" and filed.file.table.num_rows:
        yield Finding(filed.group, f"said to have no data, but the file has {counted(filed.file.table.num_rows, 'record')}", _SAY)
    for column in filed.described:
        if get(column.ref, "def:HasNoData") == "Yes" and column.filled.any():
            yield Finding(column.ref, f"said to have no data, but {column.told(column.filled)} with a value", _SAY)


@rule(Severity.WARNING, "Define-XML 2.1, ItemRef and ItemGroupDef: def:HasNoData; CDISC conformance rule 76", ("2.1",))
def no_data_is_said(filed: Filed) -> Iterator[Finding]:
    """A dataset without records and a variable without values are said to have no data."""
    has_no_data = get(filed.group, "def:HasNoData") == "Yes"
    if not filed.file.table.num_rows and not has_no_data:
        yield Finding(filed.group, "the file has no records", 'write def:HasNoData="Yes" and a comment')
    for column in filed.columns.values() if filed.file.table.num_rows else ():
        if not column.filled.any() and get(column.ref, "def:HasNoData") != "Yes":
            yield Finding(column.ref, "no record has a value", 'write def:HasNoData="Yes" and a comment')


_SAY = "take def:HasNoData away"


def _numbers(column: Column) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The values as numbers; NaN where there is none."""
    values = column.values
    if column.is_text:
        fitting = pc.if_else(pa.array(_matches(column, _NUMBER)), values, pa.scalar(None, pa.string()))
        values = pc.cast(fitting, pa.float64())
    return np.asarray(pc.fill_null(values, float("nan")), dtype=np.float64)


def _matches(column: Column, pattern: str) -> Mask:
    """Where text fits a pattern; nowhere for missing text."""
    return np.asarray(pc.fill_null(pc.match_substring_regex(column.values, pattern), False))
