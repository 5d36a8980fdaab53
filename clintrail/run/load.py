"""Raw files and tables as Arrow, their rows numbered in the order of their own cells, so that shuffled files change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Place, Problem, Problems, closest
from clintrail.spec.model import StudySpec
from clintrail.transport.raw import RawFile, read_raw_csv, read_table

_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";"}
_OWN_NAMES = ("_row", "_record", "_subject")
_INPUT_SUFFIXES = (".xpt", ".parquet", ".csv")


@dataclass(frozen=True)
class RawData:
    """One raw file in the order of its cells: `table` with `_row`, and the record number in the file of each row."""

    name: str
    file: RawFile
    table: pa.Table
    records: pa.Array

    @property
    def types(self) -> dict[str, str]:
        """Columns and their DuckDB types."""
        return {name: _duckdb_type(self.table.schema.field(name).type) for name in self.file.columns}


def load_raw(study: StudySpec, folder: Path) -> tuple[dict[str, RawData], list[Problem]]:
    """The raw files of a study's forms and, where its SDTM is input, the SDTM datasets of the folder; and everything wrong in every file.

    Raises `Problems` where there is no such folder.
    """
    problems: list[Problem] = []
    found: dict[str, RawData] = {}
    if not folder.is_dir():
        fix = "give the folder of the raw files with --raw DIR"
        raise Problems([Problem(Place(folder.as_posix()), "", "no such folder for the raw data", fix)])
    named = {form.file for form in study.forms.values()}
    names = [path.name for path in sorted(folder.iterdir()) if path.name not in named]
    for form in study.forms.values():
        path = folder / form.file
        if not path.is_file():
            near = closest(form.file, names)
            fix = f"did you mean {near}?" if near else f"put it into {folder.as_posix()}, or name another folder with --raw DIR"
            problems.append(Problem(form.place, form.name, f"no raw file {form.file}", fix))
            continue
        try:
            delimiter = _DELIMITERS.get(form.options.get("delimiter", "comma"), form.options.get("delimiter", ","))
            file = read_raw_csv(path, delimiter=delimiter, encoding=form.options.get("encoding", "utf-8"))
            found[form.name] = _ordered(form.name, file)
        except Problems as error:
            problems.extend(error.problems)
    if study.sdtm_is_input:
        _load_inputs(study, folder, found, problems)
    return found, problems


def _load_inputs(study: StudySpec, folder: Path, found: dict[str, RawData], problems: list[Problem]) -> None:
    for path in sorted(folder.iterdir()):
        name = path.stem.upper()
        if path.suffix.lower() in _INPUT_SUFFIXES and name not in study.datasets and name not in found:
            try:
                found[name] = _ordered(name, read_table(path))
            except Problems as error:
                problems.extend(error.problems)


def longest_texts(raw: Mapping[str, RawData], limit: int = 200) -> dict[tuple[str, str], int]:
    """Bytes of the longest value of each raw column, where that is over `limit`."""
    found = {}
    for name, data in raw.items():
        for column in data.file.columns:
            values = data.table[column]
            if pa.types.is_string(values.type):
                longest = pc.max(pc.binary_length(values)).as_py() or 0
                if longest > limit:
                    found[name, column] = longest
    return found


def _ordered(name: str, file: RawFile) -> RawData:
    own = [column for column in file.columns if column.lower() in _OWN_NAMES]
    if own:
        fix = "rename it in the export: clintrail keeps this name for itself"
        raise Problems([Problem(Place(file.path, 1), column, "a column that cannot have this name", fix) for column in own])
    table = file.table.append_column("_record", file.records)
    keys = [(column, "ascending") for column in [*file.columns, "_record"]]
    order = pc.sort_indices(table, sort_keys=keys)
    table = table.take(order)
    records = table["_record"].combine_chunks()
    numbered = table.drop_columns(["_record"]).append_column("_row", pa.array(np.arange(table.num_rows, dtype=np.int64)))
    return RawData(name, file, numbered, records)


def _duckdb_type(arrow: pa.DataType) -> str:
    if pa.types.is_date(arrow):
        return "DATE"
    if pa.types.is_timestamp(arrow):
        return "TIMESTAMP"
    if pa.types.is_time(arrow):
        return "TIME"
    return "DOUBLE" if pa.types.is_floating(arrow) or pa.types.is_integer(arrow) else "VARCHAR"
