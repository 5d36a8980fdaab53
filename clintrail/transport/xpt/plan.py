"""What is to be written, before a record is: lengths found, cells given their places, headers checked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from clintrail.errors import Place, Problem, Problems, Severity
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.xpt import layout
from clintrail.transport.xpt.blocks import Column, Records
from clintrail.transport.xpt.check import Limits, check_headers, is_writable
from clintrail.transport.xpt.columns import longest_text
from clintrail.transport.xpt.headers import Stated
from clintrail.transport.xpt.in_order import in_order
from clintrail.transport.xpt.incoming import Incoming
from clintrail.transport.xpt.layout import V5


@dataclass(frozen=True)
class Plan:
    """The dataset as it would be written, how its records are made, and what is already known to be wrong."""

    dataset: Dataset
    records: Records
    limits: Limits
    problems: list[Problem]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong that stops the writing."""
        return not any(p.severity == Severity.ERROR for p in self.problems)


def plan_dataset(came: Incoming, stated: Stated, threads: int) -> Plan:
    """The plan of a dataset; names in upper case for version 5, every length that can be told filled in."""
    limits = Limits(stated.version, stated.encoding)
    _check_stated(came.dataset, stated)
    problems = list(check_headers(came.dataset, came.schema, (stated.created, stated.modified), limits))
    variables: list[Variable] = []
    columns: list[Column] = []
    position = 0
    lengths = in_order(lambda variable: _length(came, variable, limits), came.dataset.variables, threads)
    for variable, length in zip(came.dataset.variables, lengths, strict=True):
        is_known = _is_known(came, variable)
        variables.append(replace(variable, name=_written(variable.name, stated), length=length))
        if is_known and length is None:
            fix = "state it in bytes: record batches are read once"
            problems.append(Problem(Place(came.dataset.name), variable.name, "the length is not stated", fix))
        if is_known:
            can_be = length is not None and (length == 8 if variable.type == "Num" else 1 <= length <= limits.version.longest_text)
            columns.append(Column(variables[-1], came.schema.names.index(variable.name), length if can_be else None, position))
            position += columns[-1].length or 0
    dataset = replace(came.dataset, name=_written(came.dataset.name, stated), variables=tuple(variables), table=_table(came, columns),
                      created=stated.created)  # fmt: skip
    records = Records(tuple(columns), stated.encoding, came.nan_is_missing, is_stream=came.whole is None)
    return Plan(dataset, records, limits, problems)


def _check_stated(dataset: Dataset, stated: Stated) -> None:
    """Raises what is wrong with the facts of the file: nothing else can be looked at."""
    place, problems = Place(dataset.name), []
    if not layout.is_encoding(stated.encoding):
        problems.append(Problem(place, "", f"{stated.encoding} is no encoding of XPT files", layout.ENCODINGS))
    for what, text in (("SAS version", stated.sas_version), ("system", stated.system)):
        if len(text) > 8 or not text.isascii():
            problems.append(Problem(place, "", f"the {what} {text!r} cannot be told in the header", "give at most 8 ASCII characters"))
    if problems:
        raise Problems(problems)


def _length(came: Incoming, variable: Variable, limits: Limits) -> int | None:
    """The bytes of a cell as stated, or as the data need: text too long is found when it is written. None where a stream hides it."""
    if not _is_known(came, variable):
        return variable.length
    if variable.length is not None or variable.type == "Num":
        return 8 if variable.length is None else variable.length
    if came.whole is None:
        return None
    return min(max(1, longest_text(came.whole.column(variable.name), limits.encoding)), limits.version.longest_text)


def _is_known(came: Incoming, variable: Variable) -> bool:
    """Whether one column is the variable's and can be."""
    return came.schema.names.count(variable.name) == 1 and is_writable(variable, came.schema.field(variable.name).type)


def _written(name: str, stated: Stated) -> str:
    return name.upper() if stated.version is V5 else name


def _table(came: Incoming, columns: list[Column]) -> pa.Table:
    whole = came.schema.empty_table() if came.whole is None else came.whole
    return pa.table([whole.column(c.number) for c in columns], names=[c.variable.name for c in columns])
