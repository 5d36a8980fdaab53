"""Reading Dataset-JSON 1.1: whole, or some thousand records at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

import pyarrow as pa

from clintrail.errors import Place, Problem, Problems, counted
from clintrail.transport.dataset import Dataset
from clintrail.transport.dataset_json.cells import WANTED, as_decimals, as_doubles, plain_column, plain_columns, typed_column
from clintrail.transport.dataset_json.faults import Faults
from clintrail.transport.dataset_json.kinds import Kind, kind_of_variable
from clintrail.transport.dataset_json.metadata import read_metadata
from clintrail.transport.dataset_json.rows import Rows, read_rows
from clintrail.transport.dataset_json.scan import Layout, find_layout

_BATCH_RECORDS = 2000


@dataclass
class _Waiting:
    """Records that are read, until they are enough for a table. What is wrong with them goes into the faults."""

    names: list[str]
    kinds: list[Kind]
    faults: Faults
    blocks: list[Rows] = field(default_factory=list)
    columns: list[list[pa.Array]] = field(default_factory=list)
    count: int = 0

    def add(self, rows: Rows) -> None:
        """Add some records."""
        columns = rows.columns or plain_columns(rows.cells, self.kinds)
        if columns is None:
            columns = []
            for place, cells in enumerate(zip(*rows.cells, strict=True)):
                column, wrong = plain_column(cells, self.kinds[place])
                columns.append(column)
                self._tell(place, wrong, rows)
        self.columns.append(columns)
        self.blocks.append(Rows([], rows.first, rows.lines))
        self.count += rows.count

    def taken(self) -> Iterator[pa.Table]:
        """Those that wait as a table, if there are any and nothing was wrong so far."""
        if self.count:
            made = [self._column(place) for place in range(len(self.kinds))]
            if not self.faults:
                yield pa.table(made, names=self.names)
        self.blocks, self.columns, self.count = [], [], 0

    def _column(self, place: int) -> pa.Array | None:
        blocks = [columns[place] for columns in self.columns]
        column, wrong = typed_column(pa.concat_arrays(blocks) if len(blocks) > 1 else blocks[0], self.kinds[place])
        for rows, block in zip(self.blocks, blocks, strict=True):
            self._tell(place, [at for at in wrong if 0 <= at < len(block)], rows)
            wrong = [at - len(block) for at in wrong]
        return column

    def _tell(self, place: int, wrong: list[int], rows: Rows) -> None:
        if wrong:
            line = rows.lines[wrong[0]] if rows.lines else 0
            self.faults.add(self.names[place], *WANTED[self.kinds[place]], len(wrong), rows.first + wrong[0], line)


@dataclass(frozen=True)
class DatasetJson:
    """A Dataset-JSON file whose metadata are read. `dataset` has no records yet; `records` is how many the file says it has."""

    path: Path
    dataset: Dataset
    records: int
    _layout: Layout

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The records, some thousands at a time, with bounded memory: text, doubles, dates, moments and times.

        Raises `Problems` with what is wrong with any of the records, and for decimals that no double has exactly.
        """
        start = 1
        for table in self._tables():
            yield from _in_doubles(table, self, start).to_batches()
            start += table.num_rows

    def read(self) -> Dataset:
        """The dataset with its records. Decimals that no double has exactly make their column one of Arrow decimals."""
        tables = list(self._tables())
        if not tables:
            return self.dataset
        table = pa.concat_tables(tables)
        for place, variable in enumerate(self.dataset.variables):
            if kind_of_variable(variable) == "decimal":
                table = table.set_column(place, variable.name, self._decimals(table.column(place), variable.name))
        return replace(self.dataset, table=table)

    def _decimals(self, text: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
        doubles, inexact = as_doubles(text)
        decimals = as_decimals(text) if len(inexact) else doubles
        if decimals is None:
            raise Problems([Problem(Place(str(self.path)), name, "decimals of more than 76 digits", "round them")])
        return decimals

    def _tables(self) -> Iterator[pa.Table]:
        """The records in tables of some thousands, decimals still as text; raises `Problems` after a look at all of them."""
        faults, kinds = Faults(str(self.path)), [kind_of_variable(v) for v in self.dataset.variables]
        seen, waiting = 0, _Waiting(self.dataset.table.column_names, kinds, faults)
        for rows in read_rows(self.path, self._layout, kinds, faults):
            seen = rows.first + rows.count - 1
            if seen > self.records:
                break
            waiting.add(rows)
            if waiting.count >= _BATCH_RECORDS:
                yield from waiting.taken()
        yield from waiting.taken()
        faults.stop()
        self._check_count(seen)

    def _check_count(self, seen: int) -> None:
        if seen < self.records:
            self._refuse_count(f"there are {counted(seen, 'record')}, the metadata state {self.records:,}", "copy or export it again")
        if seen > self.records:
            self._refuse_count(f"there are more records than the {self.records:,} that the metadata state", "correct the number")

    def _refuse_count(self, problem: str, fix: str) -> NoReturn:
        raise Problems([Problem(Place(str(self.path)), "records", problem, fix)])


def _in_doubles(table: pa.Table, file: DatasetJson, start: int) -> pa.Table:
    for place, variable in enumerate(file.dataset.variables):
        if kind_of_variable(variable) == "decimal":
            doubles, inexact = as_doubles(table.column(place))
            if len(inexact):
                problem = f"a decimal of more digits than a double holds (record {start + inexact[0]:,})"
                raise Problems([Problem(Place(str(file.path)), variable.name, problem, "read the dataset whole, or round it")])
            table = table.set_column(place, variable.name, doubles)
    return table


def open(path: Path) -> DatasetJson:
    """Reads the metadata of a .json, .ndjson or .dsjc file; which of them it is, its content tells.

    Raises `Problems` for a file that cannot be read, is of another format or version, or whose metadata are not those of the
    standard. Source: Dataset-JSON 1.1.
    """
    path = Path(path)
    layout = find_layout(path)
    header = read_metadata(layout.metadata, str(path))
    return DatasetJson(path, header.dataset, header.records, layout)


def read(path: Path) -> Dataset:
    """Reads a .json, .ndjson or .dsjc file.

    Text, and dates without targetDataType, are string columns as they stand (`""` is not null); numbers are doubles, bit for bit;
    dates, moments and times for SAS (targetDataType integer) are date32, timestamp and time64 in microseconds; true and false are
    text. Metadata that a `Dataset` has no place for are its `facts`. Raises `Problems`, with where they are: what is wrong with the
    metadata, with values (by column: how many, and the first) and with records, and a file that was cut short.
    """
    return open(path).read()
