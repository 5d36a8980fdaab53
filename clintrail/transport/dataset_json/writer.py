"""Writing Dataset-JSON 1.1: the records are checked while they are written, once; a file that is refused leaves nothing."""

from __future__ import annotations

import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import orjson
import pyarrow as pa

from clintrail.errors import Place, Problem, Problems, Severity, counted
from clintrail.transport.aside import written_aside
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.dataset_json.faults import Faults
from clintrail.transport.dataset_json.kinds import ARROW_TYPES, Kind, kind_of_variable
from clintrail.transport.dataset_json.metadata import NUMBER_LENGTH, Header, metadata_of, with_usual_facts
from clintrail.transport.dataset_json.settle import goes_with, in_type, settled
from clintrail.transport.dataset_json.text import json_records, json_values
from clintrail.transport.xpt.in_order import in_order, sparing, thread_count
from clintrail.transport.xpt.incoming import Data, Incoming, incoming

SUFFIXES = (".json", ".ndjson", ".dsjc")
_COMMA = b",\n"
_MOST_RECORDS = 16384
_BATCH_BYTES = 4 << 20
_MOST_AT_ONCE = 4
_LEVEL = 9  # as the specification of the compressed form recommends


def write(
    data: Data,
    path: Path,
    *,
    name: str | None = None,
    label: str = "",
    variables: Iterable[Variable] | None = None,
    created: datetime | None = None,
    facts: Mapping[str, str] | None = None,
    rows: int | None = None,
) -> Dataset:
    """Writes a dataset as .json, .ndjson or .dsjc, by the path's suffix, and returns it as written, and as it reads back.

    `data` are a Dataset, a pandas frame, an Arrow table, or record batches, of which some at a time are held (the result's table is
    then empty). `variables` name the columns to write; without them all are. `rows` is the number of records that there must be,
    where it is known. `facts` are metadata by the standard's names (`studyOID`, `sourceSystem.name`), beside those of the Dataset;
    an OID that nobody states is made of the names. The time of creation is `created`, or the dataset's own, or 1 January 1960: never
    the clock, so the same input gives the same bytes.

    A variable's data type is `data_type`, or what its values are: whole numbers `integer`, others `float`, dates (and SAS numbers
    with a format of dates) `date` for SAS. Raises `Problems` with everything that cannot be written: infinite numbers, whole ones
    over 2**53, values that are not of the stated data type. Special missing values become null; `notes` say so. A refused file leaves
    nothing behind, and an older one as it was. Source: Dataset-JSON 1.1.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        _refuse(path, f"{path.suffix or 'no suffix'} is no form of Dataset-JSON", "name the file .json, .ndjson or .dsjc")
    own_name = data.name if isinstance(data, Dataset) else path.stem.upper()
    came = incoming(data, name or own_name, label, None if variables is None else tuple(variables), created)
    dataset = replace(came.dataset, facts={**came.dataset.facts, **(facts or {})})
    records = _Records.of(came, with_usual_facts(_settled(dataset, came)))
    with written_aside(path) as file:
        return _write_file(file, path, records, rows)


def _refuse(path: Path, problem: str, fix: str) -> None:
    raise Problems([Problem(Place(str(path)), "", problem, fix)])


def _settled(dataset: Dataset, came: Incoming) -> Dataset:
    """The dataset with every data type; raises `Problems` where a column is missing, doubled, or holds something else."""
    place, names = Place(dataset.name), Counter(came.schema.names)
    empty = came.schema.empty_table()
    problems, variables = [], []
    for variable in dataset.variables:
        if names[variable.name] != 1:
            what, fix = (
                ("the table has no column of this name", "add the column, or leave the variable out")
                if not names[variable.name]
                else (f"{names[variable.name]} columns of the table have this name", "rename all but one")
            )
            problems.append(Problem(place, variable.name, what, fix))
            continue
        column = (empty if came.whole is None else came.whole)[variable.name]
        found = settled(variable, column, is_whole=came.whole is not None)
        if not goes_with(found, column.type):
            what = f"the variable is {found.type} of data type {found.data_type}, its column holds {column.type}"
            problems.append(Problem(place, variable.name, what, "turn the values into that, or correct the data type"))
        variables.append(replace(found, length=NUMBER_LENGTH) if found.type == "Num" else found)
    for key, alike in (("name", Counter(v.name for v in variables)), ("OID", Counter(v.oid for v in variables if v.oid))):
        problems += [Problem(place, text, f"{n} variables have this {key}", "rename all but one") for text, n in alike.items() if n > 1]
    if not dataset.name or not dataset.variables:
        problems.append(Problem(place, "", "the dataset has no name, or no variables", "state them"))
    if problems:
        raise Problems(problems)
    return replace(dataset, variables=tuple(variables))


@dataclass
class _Records:
    """The records as text, batch after batch; while they are taken, what is wrong with them and how many there are is gathered."""

    came: Incoming
    dataset: Dataset
    kinds: tuple[Kind, ...]
    faults: Faults
    special: Counter[str] = field(default_factory=Counter)
    count: int = 0
    written: list[pa.RecordBatch] = field(default_factory=list)

    @classmethod
    def of(cls, came: Incoming, dataset: Dataset) -> _Records:
        """The records of what came in."""
        return cls(came, dataset, tuple(kind_of_variable(v) for v in dataset.variables), Faults(dataset.name))

    def texts(self, end: bytes) -> Iterator[memoryview]:
        """The text of some thousand records at a time, each with `end` behind it; nothing more once something is wrong."""

        def text(columns: list[pa.Array]) -> memoryview:
            values = [json_values(column, kind) for column, kind in zip(columns, self.kinds, strict=True)]
            return json_records(values, end.decode())

        return sparing(in_order(text, self._batches(), thread_count(None, _MOST_AT_ONCE)))

    def _batches(self) -> Iterator[list[pa.Array]]:
        names = [v.name for v in self.dataset.variables]
        for piece in self.came.pieces:
            for batch in piece.select(names).to_batches(max_chunksize=_batch_records(piece)):
                columns = [self._column(place, column) for place, column in enumerate(batch.columns)]
                self.count += batch.num_rows
                if self.faults or not batch.num_rows:
                    continue
                if self.came.whole is not None:
                    self.written.append(pa.RecordBatch.from_arrays(columns, names=names))
                yield columns

    def _column(self, place: int, column: pa.Array) -> pa.Array:
        name = self.dataset.variables[place].name
        values, wrong, special = in_type(column, self.kinds[place], nan_is_missing=self.came.nan_is_missing)
        for found in wrong:
            first = int(found.mask.argmax())
            self.faults.add(name, found.what, found.fix, int(found.mask.sum()), self.count + first + 1)
        if special:
            self.special[name] += special
        return values

    def as_written(self) -> Dataset:
        """The dataset, with the values as they read back where they were all at hand."""
        notes = tuple(
            Problem(Place(self.dataset.name), name, f"{counted(n, 'special missing value')} written as null",
                    "keep them in a variable of their own, or use XPT", Severity.NOTE) for name, n in self.special.items()
        )  # fmt: skip
        schema = pa.schema([(v.name, t) for v, t in zip(self.dataset.variables, self._types(), strict=True)])
        table = pa.Table.from_batches(self.written, schema=schema)
        return replace(self.dataset, table=table, notes=notes)

    def _types(self) -> list[pa.DataType]:
        if self.written:
            return list(self.written[0].schema.types)
        return [ARROW_TYPES[kind] for kind in self.kinds]


def _batch_records(piece: pa.Table) -> int:
    """So many records that their text stays far from the 2 GiB that a column can hold."""
    each: int = piece.nbytes // max(1, piece.num_rows) + 8 * piece.num_columns
    return max(1, min(_MOST_RECORDS, _BATCH_BYTES // each))


# -- the file --------------------------------------------------------------------------------------------------------------------


def _write_file(file: BinaryIO, path: Path, records: _Records, rows: int | None) -> Dataset:
    suffix = path.suffix.lower()
    end = _COMMA if suffix == ".json" else b"\n"
    texts = _without_last(_COMMA, records.texts(end)) if suffix == ".json" else records.texts(end)
    known = rows if records.came.whole is None else records.came.whole.num_rows
    with _counted_texts(texts, records, known, path.parent) as (count, counted_texts):
        _write_text(_Packed(file) if suffix == ".dsjc" else file, suffix, Header(records.dataset, count), counted_texts)
    records.faults.stop()
    if rows is not None and records.count != rows:
        what = f"{counted(records.count, 'record')} came, not the {rows:,} announced"
        raise Problems([Problem(Place(records.dataset.name), "", what, "correct the number, or leave it out")])
    return records.as_written()


def _without_last(comma: bytes, texts: Iterable[memoryview]) -> Iterator[memoryview]:
    """The texts without the comma at the end of the last."""
    waiting = memoryview(b"")
    for text in texts:
        yield waiting
        waiting = text
    yield waiting[: -len(comma)] if waiting else waiting


@contextmanager
def _counted_texts(
    texts: Iterable[memoryview], records: _Records, known: int | None, folder: Path
) -> Iterator[tuple[int, Iterable[memoryview]]]:
    """The texts and the count of records, which stands before them in the file: where nobody knows it, they are written beside first."""
    if known is not None:
        yield known, texts
        return
    with tempfile.TemporaryFile(dir=folder) as beside:
        for text in texts:
            beside.write(text)
        beside.seek(0)
        yield records.count, (memoryview(text) for text in iter(lambda: beside.read(1 << 20), b""))


@dataclass
class _Packed:
    """A file whose text is compressed into one zlib stream."""

    file: BinaryIO
    _stream: zlib._Compress = field(default_factory=lambda: zlib.compressobj(_LEVEL))

    def write(self, text: bytes | memoryview) -> None:
        """Add text."""
        self.file.write(self._stream.compress(text))

    def close(self) -> None:
        """End the stream; the file stays open."""
        self.file.write(self._stream.flush())


def _write_text(file: BinaryIO | _Packed, suffix: str, header: Header, texts: Iterable[memoryview]) -> None:
    metadata = orjson.dumps(metadata_of(header))
    file.write(metadata[:-1] + b',"rows":[\n' if suffix == ".json" else metadata + b"\n")
    for text in texts:
        file.write(text)
    if suffix == ".json":
        file.write(b"\n]}\n" if header.records else b"]}\n")
    if isinstance(file, _Packed):
        file.close()
