"""What XPT v5 cannot hold, found before a byte is written and reported all at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Place, Problem, Severity
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.xpt import ibm
from clintrail.transport.xpt.columns import as_numbers, as_text, holds_numbers, holds_text, is_exact, is_foreign, sizes
from clintrail.transport.xpt.format import FIRST_YEAR, RECORD, split_format

LONGEST_TEXT = 200
LONGEST_LABEL = 40
MOST_VARIABLES = 9999
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,7}")


def check_dataset(dataset: Dataset, created: datetime, encoding: str) -> tuple[Dataset, list[Problem]]:
    """The dataset as it would be written (names in upper case, lengths filled in), and everything v5 cannot hold of it."""
    problems = [*_check_dataset_header(dataset, created, encoding), *_check_names(dataset)]
    variables = []
    for variable in dataset.variables:
        resolved, found = _check_variable(dataset, variable, encoding)
        variables.append(resolved)
        problems += found
    known = [v.name for v in dataset.variables if v.name in dataset.table.column_names]
    if len(known) == len(variables) and not any(p.severity == Severity.ERROR for p in problems):
        table = pa.table({v.name: dataset.table[name] for v, name in zip(variables, known, strict=True)})
        dataset = replace(dataset, name=dataset.name.upper(), variables=tuple(variables), table=table, created=created)
        problems += _check_last_record(dataset)
    return replace(dataset, notes=tuple(p for p in problems if p.severity < Severity.ERROR)), problems


def _check_dataset_header(dataset: Dataset, created: datetime, encoding: str) -> Iterator[Problem]:
    place = Place(dataset.name)
    if not _NAME.fullmatch(dataset.name):
        yield Problem(place, "", "the dataset's name is not a name of XPT v5", _NAME_FIX)
    yield from _check_label(place, "", dataset.label, encoding)
    if not FIRST_YEAR <= created.year < FIRST_YEAR + 100:
        yield Problem(place, "", f"the year {created.year} cannot be told in the header, whose years have two digits",
                      f"give a year from {FIRST_YEAR} to {FIRST_YEAR + 99}")  # fmt: skip
    if not 0 < len(dataset.variables) <= MOST_VARIABLES:
        yield Problem(place, "", f"{len(dataset.variables)} variables", f"give 1 to {MOST_VARIABLES} variables")


_NAME_FIX = "use 1 to 8 letters, digits and underscores, not starting with a digit"


def _check_names(dataset: Dataset) -> Iterator[Problem]:
    place = Place(dataset.name)
    for name, count in Counter(v.name.upper() for v in dataset.variables).items():
        if count > 1:
            yield Problem(place, name, f"{count} variables have this name (names differ by more than case)", "rename all but one")
    for name, count in Counter(dataset.table.column_names).items():
        if count > 1:
            yield Problem(place, name, f"{count} columns of the table have this name", "rename all but one")


def _check_label(place: Place, subject: str, label: str, encoding: str) -> Iterator[Problem]:
    try:
        size = len(label.encode(encoding))
    except UnicodeEncodeError:
        yield Problem(place, subject, f"the label holds characters outside {encoding}", "replace them by plain ASCII characters")
        return
    if size > LONGEST_LABEL:
        yield Problem(place, subject, f"the label has {size} bytes", f"shorten it to {LONGEST_LABEL} bytes")


def _check_variable(dataset: Dataset, variable: Variable, encoding: str) -> tuple[Variable, list[Problem]]:
    place, name = Place(dataset.name), variable.name
    problems = list(_check_label(place, name, variable.label, encoding))
    if not _NAME.fullmatch(name):
        problems.append(Problem(place, name, "the variable's name is not a name of XPT v5", _NAME_FIX))
    problems += _check_format(place, variable)
    count = dataset.table.column_names.count(name)
    if count == 0:
        problems.append(Problem(place, name, "the table has no column of this name", "add the column, or leave the variable out"))
    resolved = replace(variable, name=name.upper(), length=variable.length or (8 if variable.type == "Num" else 1))
    if count == 1:
        check = _check_numbers if variable.type == "Num" else _check_text
        resolved, found = check(place, resolved, variable.length, dataset.table[name], encoding)
        problems += found
    return resolved, problems


def _check_format(place: Place, variable: Variable) -> Iterator[Problem]:
    parts = split_format(variable.format)
    if parts is None:
        yield Problem(place, variable.name, f"{variable.format!r} is not a SAS format of XPT v5", "write it like DATE9., 8.2 or $20.")
    elif variable.format and variable.type == "Num" and parts[0].startswith("$"):
        yield Problem(place, variable.name, f"{variable.format} is a format for text, the variable is Num", "take the $ away")
    elif variable.format and variable.type == "Char" and not parts[0].startswith("$"):
        yield Problem(place, variable.name, f"{variable.format} is a format for numbers, the variable is Char", "begin it with $")


def _some(mask: pa.ChunkedArray | ibm.Mask) -> str:
    """How many records, and which is the first, so that they can be found without showing them."""
    where = np.flatnonzero(np.asarray(mask))
    return f"{len(where)} of {len(mask)} values (first: record {where[0] + 1})"


def _check_text(
    place: Place, variable: Variable, stated: int | None, column: pa.ChunkedArray, encoding: str
) -> tuple[Variable, list[Problem]]:
    if not holds_text(column.type):
        return variable, [Problem(place, variable.name, f"the variable is Char, its column holds {column.type}", "turn it into text")]
    foreign = is_foreign(column, encoding)
    problems = []
    if foreign is not None:
        problems.append(Problem(place, variable.name, f"{_some(foreign)} hold characters outside {encoding}", _ENCODING_FIX))
    size = sizes(as_text(column, encoding))
    longest = max(1, pc.max(size).as_py() or 1)
    limit = LONGEST_TEXT if stated is None else stated
    if stated is not None and not 1 <= stated <= LONGEST_TEXT:
        problems.append(Problem(place, variable.name, f"the length is {stated}", f"give 1 to {LONGEST_TEXT} bytes"))
    elif longest > limit:
        too_long = _some(pc.greater(size, limit))
        fix = "split the value as the implementation guide says" if limit == LONGEST_TEXT else f"give a length of {longest}, or none"
        problems.append(Problem(place, variable.name, f"{too_long} have more than {limit} bytes", fix))
    return replace(variable, length=longest if stated is None else stated), problems


_ENCODING_FIX = "replace them by plain ASCII characters, or state the file's encoding where the receiver accepts it"


def _check_numbers(
    place: Place, variable: Variable, stated: int | None, column: pa.ChunkedArray, encoding: str
) -> tuple[Variable, list[Problem]]:
    if not holds_numbers(column.type):
        return variable, [Problem(place, variable.name, f"the variable is Num, its column holds {column.type}", "turn it into numbers")]
    values = np.asarray(as_numbers(column).fill_null(0.0))
    size = np.abs(values)
    tiny = (size < ibm.SMALLEST) & (size > 0)
    checks = (
        (~np.isfinite(values), "are infinite or not a number", "make them missing", Severity.ERROR),
        (np.isfinite(values) & (size >= ibm.TOO_LARGE), "are 7.2e75 or more in size", "make them missing, or text", Severity.ERROR),
        (~is_exact(column), "are whole numbers that a double cannot hold exactly", "make the variable Char", Severity.ERROR),
        (tiny, "are under 5.4e-79 in size and were written as 0", "round them", Severity.WARNING),
    )
    problems = [Problem(place, variable.name, f"{_some(mask)} {words}", fix, level) for mask, words, fix, level in checks if mask.any()]
    if stated not in (None, 8):
        problems.append(Problem(place, variable.name, f"the length of a number is {stated}", "give 8, or none"))
    return variable, problems


def _check_last_record(dataset: Dataset) -> Iterator[Problem]:
    """A blank last record of fewer than 80 bytes cannot be told from the padding where at least one more record would fit in it."""
    size = sum(v.length or 0 for v in dataset.variables)
    count = dataset.table.num_rows
    if size >= RECORD or not count or any(v.type == "Num" for v in dataset.variables):
        return
    padded = -(-count * size // RECORD) * RECORD
    told_by_size = (padded - RECORD) // size + 1
    last = dataset.table.slice(count - 1).to_pylist()[0]
    if count > told_by_size and not any((value or "").strip(" ") for value in last.values()):
        yield Problem(Place(dataset.name), "", f"the last of {count} records is blank; readers take it for the padding of the file",
                      "leave blank records out, or add a variable that is never blank")  # fmt: skip
