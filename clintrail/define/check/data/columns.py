"""Rules for datasets and variables as the file's headers describe them."""

from __future__ import annotations

from collections.abc import Iterator

from clintrail.define.check.data.beside import Filed
from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import get, whole, words
from clintrail.errors import Severity

_NUMERIC = ("integer", "float")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: SASDatasetName")
def file_holds_the_dataset(filed: Filed) -> Iterator[Finding]:
    """The dataset in the file has the name that the define gives it."""
    if filed.file.name != get(filed.group, "Name"):
        yield Finding(filed.group, f"the file holds a dataset {filed.file.name}", "name both the same")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: Description")
def dataset_label_agrees(filed: Filed) -> Iterator[Finding]:
    """A dataset has the same label in the file."""
    if " ".join(filed.file.label.split()) != words(filed.group):
        yield Finding(filed.group, f"labelled {words(filed.group)}, in the file {filed.file.label or 'not at all'}", "label both the same")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: ItemRef")
def variables_are_in_the_file(filed: Filed) -> Iterator[Finding]:
    """A variable that is described is in the file."""
    for ref, item in filed.define.variables(filed.group):
        if get(item, "Name") not in filed.file.table.column_names:
            yield Finding(ref, f"the file of {get(filed.group, 'Name')} has no variable {get(item, 'Name')}", "take it away, or write it")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: ItemRef")
def file_variables_are_described(filed: Filed) -> Iterator[Finding]:
    """A variable of the file is described."""
    for variable in filed.file.variables:
        if variable.name not in filed.columns:
            yield Finding(filed.group, f"the file has a variable {variable.name}, which is not described", "describe it, or drop it")


@rule(Severity.WARNING, "Define-XML 2.1, ItemRef: OrderNumber")
def variables_stand_as_in_the_file(filed: Filed) -> Iterator[Finding]:
    """Variables are described in the order in which they stand in the file."""
    described = list(filed.columns)
    held = [variable.name for variable in filed.file.variables if variable.name in filed.columns]
    for one, other in zip(described, held, strict=True):
        if one != other:
            yield Finding(filed.columns[one].ref, f"{one} is described where the file has {other}", "use one order in both")
            return


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: Description")
def variable_label_agrees(filed: Filed) -> Iterator[Finding]:
    """A variable has the same label in the file."""
    for column in filed.columns.values():
        if (label := " ".join(column.variable.label.split())) != words(column.item):
            yield Finding(column.item, f"labelled {words(column.item)}, in the file {label or 'not at all'}", "label both the same")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: DataType")
def variable_type_agrees(filed: Filed) -> Iterator[Finding]:
    """A variable of data type integer or float is numeric in the file, every other is text."""
    for column in filed.columns.values():
        if (type_ := get(column.item, "DataType")) in _NUMERIC and column.is_text:
            yield Finding(column.item, f"data type {type_}, but text in the file", "correct the data type or the file")
        elif type_ not in _NUMERIC and not column.is_text:
            fix = "write integer or float, with the display format of a date if it is one"
            yield Finding(column.item, f"data type {type_}, but numeric in the file", fix)


@rule(Severity.WARNING, "Define-XML 2.1, ItemDef: Length")
def length_is_the_files(filed: Filed) -> Iterator[Finding]:
    """A text variable has the same length in the file."""
    for column in filed.columns.values():
        length, held = whole(column.item, "Length"), column.variable.length
        if column.is_text and None not in (length, held) and length != held:
            yield Finding(column.item, f"length {length}, in the file {held}", "state the length of the file")


@rule(Severity.WARNING, "Define-XML 2.1, ItemDef: def:DisplayFormat")
def display_format_agrees(filed: Filed) -> Iterator[Finding]:
    """A numeric variable has the same format for dates and the like in the file."""
    for column in filed.columns.values():
        stated, held = (text.upper().rstrip(".") for text in (get(column.item, "def:DisplayFormat"), column.variable.format))
        if not column.is_text and stated != held and any(text[:1].isalpha() for text in (stated, held)):
            yield Finding(column.item, f"display format {stated or 'none'}, in the file {held or 'none'}", "state the format of the file")
