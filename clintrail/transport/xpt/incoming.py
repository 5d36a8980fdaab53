"""What a dataset that is to be written is made of, whatever holds it: pandas, Arrow, a Dataset or a stream of record batches."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

import pandas as pd
import pyarrow as pa

from clintrail.errors import Place, Problem, Problems
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.xpt.columns import holds_text

Data: TypeAlias = Dataset | pd.DataFrame | pa.Table | pa.RecordBatch | pa.RecordBatchReader | Iterable[pa.RecordBatch]

# how a moment is shown where nobody says it: as SAS shows dates in submissions
_FORMATS = ((pa.types.is_date, "DATE9."), (pa.types.is_timestamp, "DATETIME20."), (pa.types.is_time, "TIME8."))


@dataclass(frozen=True)
class Incoming:
    """A dataset with its records in pieces, each a table. `whole` is the table where there is one, `nan_is_missing` as in pandas."""

    dataset: Dataset
    schema: pa.Schema
    whole: pa.Table | None
    pieces: Iterable[pa.Table]
    nan_is_missing: bool

    @property
    def size(self) -> int:
        """The number of records, as far as it is known; of a stream, many."""
        return sys.maxsize if self.whole is None else int(self.whole.num_rows)


def incoming(data: Data, name: str, label: str, variables: tuple[Variable, ...] | None, created: datetime | None) -> Incoming:
    """Data of any kind as what is to be written. `variables` say what the data do not; without them columns tell their types.

    Char for text, else Num; label and format are those of the field's metadata in Arrow; dates and times have SAS's usual formats.
    """
    stated = Dataset(name, label, variables or (), pa.table({}), created)
    is_frame = isinstance(data, pd.DataFrame)
    if isinstance(data, Dataset):
        stated = replace(data, name=name, label=label or data.label, variables=variables or data.variables, created=created or data.created)
        data = data.table
        variables = stated.variables
    elif isinstance(data, pd.DataFrame):
        data = _from_pandas(data, name)
    if isinstance(data, pa.RecordBatch):
        data = pa.Table.from_batches([data])
    whole = data if isinstance(data, pa.Table) else None
    schema, pieces = (data.schema, [data]) if isinstance(data, pa.Table) else _stream(data, name)
    if variables is None:
        stated = replace(stated, variables=tuple(_told_by(field) for field in schema))
    return Incoming(replace(stated, table=schema.empty_table() if whole is None else whole), schema, whole, pieces, is_frame)


def _stream(data: pa.RecordBatchReader | Iterable[pa.RecordBatch], name: str) -> tuple[pa.Schema, Iterator[pa.Table]]:
    batches = iter(data)
    if isinstance(data, pa.RecordBatchReader):
        return data.schema, (pa.Table.from_batches([batch]) for batch in batches)
    first = next(batches, None)
    if first is None:
        raise Problems([Problem(Place(name), "", "there is no record batch, so no columns", "give at least one batch, which may be empty")])
    return first.schema, (pa.Table.from_batches([batch]) for batch in _chained(first, batches, name))


def _chained(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch], name: str) -> Iterator[pa.RecordBatch]:
    yield first
    for number, batch in enumerate(rest, start=2):
        if not batch.schema.equals(first.schema):
            problem = f"record batch {number} has other columns than the first"
            raise Problems([Problem(Place(name), "", problem, "give all batches the same columns and types")])
        yield batch


def _from_pandas(frame: pd.DataFrame, name: str) -> pa.Table:
    """A frame's columns as Arrow holds them. NaN stays NaN in numbers (it may be a special missing value), elsewhere it is null."""
    columns, problems = [], []
    for place, label in enumerate(frame.columns):
        series = frame.iloc[:, place]
        try:
            if isinstance(series.dtype, pd.api.extensions.ExtensionDtype) or series.dtype.kind != "f":
                column = pa.Array.from_pandas(series)
            else:
                column = pa.array(series.to_numpy())
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            problem = f"the column holds {series.dtype} that is neither text nor numbers nor moments throughout"
            problems.append(Problem(Place(name), str(label), problem, "turn all its values into text, or all into numbers"))
            column = pa.nulls(len(frame))
        columns.append(column)
    if problems:
        raise Problems(problems)
    return pa.table(columns, names=[str(label) for label in frame.columns])


def _told_by(field: pa.Field) -> Variable:
    metadata = {key.decode("utf-8", "replace"): text.decode("utf-8", "replace") for key, text in (field.metadata or {}).items()}
    usual = next((shown for is_kind, shown in _FORMATS if is_kind(field.type)), "")
    kind = "Char" if holds_text(field.type) else "Num"
    return Variable(field.name, metadata.get("label", ""), kind, format=metadata.get("format", usual))  # type: ignore[arg-type]
