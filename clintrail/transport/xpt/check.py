"""What a version of XPT cannot hold of names, labels, formats and lengths, found before the records are looked at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from clintrail.errors import Place, Problem
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.xpt.columns import holds_numbers, holds_text
from clintrail.transport.xpt.format import LONG, SHORT, split_format
from clintrail.transport.xpt.layout import FIRST_YEAR, LONGEST_DATASET_LABEL, Version


@dataclass(frozen=True)
class Limits:
    """What a file is to be: its version and the encoding of its text."""

    version: Version
    encoding: str

    @property
    def name(self) -> str:
        """`XPT v5`"""
        return f"XPT v{self.version.number}"

    @property
    def longest_format(self) -> int:
        """The longest name of a format."""
        return SHORT if self.version.number == 5 else LONG

    def is_name(self, text: str) -> bool:
        """Whether a dataset or variable can be called so."""
        return re.fullmatch(rf"[A-Za-z_][A-Za-z0-9_]{{0,{self.version.longest_name - 1}}}", text) is not None

    @property
    def name_fix(self) -> str:
        """What to call it instead."""
        return f"use 1 to {self.version.longest_name} letters, digits and underscores, not starting with a digit"


def check_headers(dataset: Dataset, schema: pa.Schema, moments: tuple[datetime, ...], limits: Limits) -> Iterator[Problem]:
    """Everything that the version cannot hold of a dataset with columns of this schema, but for their values."""
    place = Place(dataset.name)
    if not limits.is_name(dataset.name):
        yield Problem(place, "", f"the dataset's name is not a name of {limits.name}", limits.name_fix)
    yield from _check_label(place, "", dataset.label, LONGEST_DATASET_LABEL, limits)
    for year in sorted({moment.year for moment in moments}):
        if not FIRST_YEAR <= year < FIRST_YEAR + 100:
            yield Problem(place, "", f"the year {year} cannot be told in the header, whose years have two digits",
                          f"give a year from {FIRST_YEAR} to {FIRST_YEAR + 99}")  # fmt: skip
    most = limits.version.most_variables
    if not 0 < len(dataset.variables) <= most:
        yield Problem(place, "", f"{len(dataset.variables)} variables", f"give 1 to {most} variables")
    yield from _check_repeated(place, dataset, schema)
    for variable in dataset.variables:
        yield from _check_variable(place, variable, schema, limits)


def _check_repeated(place: Place, dataset: Dataset, schema: pa.Schema) -> Iterator[Problem]:
    for name, count in Counter(v.name.upper() for v in dataset.variables).items():
        if count > 1:
            yield Problem(place, name, f"{count} variables have this name (names differ by more than case)", "rename all but one")
    for name, count in Counter(schema.names).items():
        if count > 1:
            yield Problem(place, name, f"{count} columns of the table have this name", "rename all but one")


def _check_label(place: Place, subject: str, label: str, longest: int, limits: Limits) -> Iterator[Problem]:
    try:
        size = len(label.encode(limits.encoding))
    except UnicodeEncodeError:
        yield Problem(place, subject, f"the label holds characters outside {limits.encoding}", "replace them by plain ASCII characters")
        return
    if size > longest:
        yield Problem(place, subject, f"the label has {size} bytes", f"shorten it to {longest} bytes")


def _check_variable(place: Place, variable: Variable, schema: pa.Schema, limits: Limits) -> Iterator[Problem]:
    name, longest = variable.name, limits.version.longest_text
    yield from _check_label(place, name, variable.label, limits.version.longest_label, limits)
    if not limits.is_name(name):
        yield Problem(place, name, f"the variable's name is not a name of {limits.name}", limits.name_fix)
    for what in ("format", "informat"):
        yield from _check_format(place, variable, what, limits)
    if variable.type == "Char" and variable.length is not None and not 1 <= variable.length <= longest:
        yield Problem(place, name, f"the length is {variable.length}", f"give 1 to {longest} bytes")
    if variable.type == "Num" and variable.length not in (None, 8):
        yield Problem(place, name, f"the length of a number is {variable.length}", "give 8, or none")
    if name not in schema.names:
        yield Problem(place, name, "the table has no column of this name", "add the column, or leave the variable out")
    elif schema.names.count(name) == 1:
        yield from _check_kind(place, variable, schema.field(name).type)


def _check_kind(place: Place, variable: Variable, kind: pa.DataType) -> Iterator[Problem]:
    if not is_writable(variable, kind):
        fix = "turn it into text" if variable.type == "Char" else "turn it into numbers"
        yield Problem(place, variable.name, f"the variable is {variable.type}, its column holds {kind}", fix)


def is_writable(variable: Variable, kind: pa.DataType) -> bool:
    """Whether a column of this type can be the variable's."""
    return holds_text(kind) if variable.type == "Char" else holds_numbers(kind)


def _check_format(place: Place, variable: Variable, what: str, limits: Limits) -> Iterator[Problem]:
    text = variable.format if what == "format" else variable.informat
    parts = split_format(text, limits.longest_format)
    if parts is None:
        yield Problem(place, variable.name, f"{text!r} is not a SAS {what} of {limits.name}", "write it like DATE9., 8.2 or $20.")
    elif text and variable.type == "Num" and parts[0].startswith("$"):
        yield Problem(place, variable.name, f"{text} is {_a(what)} for text, the variable is Num", "take the $ away")
    elif text and variable.type == "Char" and not parts[0].startswith("$"):
        yield Problem(place, variable.name, f"{text} is {_a(what)} for numbers, the variable is Char", "begin it with $")


def _a(what: str) -> str:
    return f"an {what}" if what.startswith("i") else f"a {what}"
