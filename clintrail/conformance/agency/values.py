"""Rules for records, lengths, formats and values."""

from __future__ import annotations

from collections.abc import Iterator

from clintrail.conformance.agency.facts import DatasetFacts, VariableFacts
from clintrail.conformance.agency.rule import Found
from clintrail.errors import counted
from clintrail.transport.sas_formats import is_of_sas
from clintrail.transport.xpt.format import LONG, split_format

_FREE_TEXT = ("COVAL", "TSVAL")


def dataset_has_records(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """No records."""
    if not dataset.records:
        yield Found()


def last_record_has_values(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """Blank records at the end."""
    if count := dataset.blank_at_end:
        yield Found({"count": "record has" if count == 1 else f"{count:,} records have"})


def text_length_is_within_limit(variable: VariableFacts, limit: int) -> Iterator[Found]:
    """A Char variable of a greater length."""
    length = variable.described.length or 0
    if variable.is_text and length > limit:
        yield Found({"length": length}, variable.name)


def number_length_is_8(variable: VariableFacts, limit: int) -> Iterator[Found]:
    """A Num variable of a smaller length."""
    if not variable.is_text and variable.described.length != limit:
        yield Found({"length": variable.described.length}, variable.name)


def values_have_no_control_characters(variable: VariableFacts, _: int) -> Iterator[Found]:
    """Records with a control character."""
    yield from _odd(variable, "control")


def values_are_ascii(variable: VariableFacts, _: int) -> Iterator[Found]:
    """Records with a byte over 0x7F."""
    yield from _odd(variable, "foreign")


def text_is_utf8(variable: VariableFacts, _: int) -> Iterator[Found]:
    """Records whose bytes are no UTF-8."""
    yield from _odd(variable, "not_utf8")


def encoding_is_told(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """A dataset with text outside ASCII in values."""
    foreign = [variable for variable in dataset.variables if "foreign" in variable.odd]
    if foreign:
        encoding = "another encoding than UTF-8" if any("not_utf8" in variable.odd for variable in foreign) else "UTF-8"
        have = "1 variable has" if len(foreign) == 1 else f"{counted(len(foreign), 'variable')} have"
        yield Found({"count": have, "encoding": encoding})


def values_have_no_leading_blanks(variable: VariableFacts, _: int) -> Iterator[Found]:
    """Records with a blank in front of the text."""
    if not variable.name.upper().startswith(_FREE_TEXT):
        yield from _odd(variable, "leading_blank")


def values_are_no_full_stop(variable: VariableFacts, _: int) -> Iterator[Found]:
    """Records with nothing but a full stop."""
    if not variable.name.upper().startswith(_FREE_TEXT):
        yield from _odd(variable, "full_stop")


def numbers_are_no_special_missing(variable: VariableFacts, _: int) -> Iterator[Found]:
    """Records with a special missing value."""
    yield from _odd(variable, "special_missing")


def numbers_are_in_range(variable: VariableFacts, _: int) -> Iterator[Found]:
    """Records with the largest or the smallest number that there is."""
    yield from _odd(variable, "extreme")


def format_is_of_sas(variable: VariableFacts, _: int) -> Iterator[Found]:
    """A format or informat that SAS does not bring along."""
    for what, name in _formats(variable):
        if not is_of_sas(name):
            yield Found({"what": what, "name": name}, variable.name)


def format_fits_the_type(variable: VariableFacts, _: int) -> Iterator[Found]:
    """A format or informat of the other type."""
    for what, name in _formats(variable):
        if name.startswith("$") != variable.is_text:
            other = "text" if name.startswith("$") else "numbers"
            yield Found({"what": what, "name": name, "type": variable.described.type, "other": other}, variable.name)


def _formats(variable: VariableFacts) -> Iterator[tuple[str, str]]:
    """(`format` or `informat`, its name without width), of those that are stated."""
    for what, stated in (("format", variable.described.format), ("informat", variable.described.informat)):
        if stated:
            parts = split_format(stated, LONG)
            yield what, parts[0] if parts else stated


def _odd(variable: VariableFacts, what: str) -> Iterator[Found]:
    if what in variable.odd:
        yield Found({"records": variable.odd[what]}, variable.name)
