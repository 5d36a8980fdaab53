"""Raw files and tables as Arrow, their rows numbered in the order of their own cells, so that shuffled files change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Place, Problem, Problems, closest, collected
from clintrail.spec.model import Form, StudySpec
from clintrail.transport.raw import RawFile, RawOptions, read_raw_forms, read_table
from clintrail.transport.raw.kind import SUFFIXES
from clintrail.transport.raw.odm.read import OdmOptions
from clintrail.transport.raw.table import INPUT_SUFFIXES

_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";"}
_OWN_NAMES = ("_row", "_record", "_subject")


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


def load_raw(study: StudySpec, source: Path) -> tuple[dict[str, RawData], list[Problem]]:
    """The raw data of a study's forms and, where its SDTM is input, the SDTM datasets of the folder; and everything wrong in every file.

    `source` is the folder of the raw files, or one file that holds all forms (a workbook, an ODM file): then each form is the
    sheet or ODM form that the spec names, or that is named as it (a sheet also as its file). What was noticed and stops nothing is
    in `notes` of the files. Raises `Problems` where there is no such folder or file.
    """
    if not source.exists():
        fix = "give the folder of the raw files, or the one file that holds them all, with --raw"
        raise Problems([Problem(Place(source.as_posix()), "", "no such folder for the raw data", fix)])
    problems: list[Problem] = []
    read: dict[str, RawData] = {}
    for path, forms in _forms_by_file(study, source, problems).items():
        files, wrong = read_raw_forms(path, {form.name: _options(form, path.parent) for form in forms})
        problems += wrong
        for name, file in files.items():
            with collected(problems):
                read[name] = _ordered(name, file)
    found = {name: read[name] for name in study.forms if name in read}
    if study.sdtm_is_input:
        _load_inputs(study, source, found, problems)
    return found, problems


def _forms_by_file(study: StudySpec, source: Path, problems: list[Problem]) -> dict[Path, list[Form]]:
    """The forms that each file holds; a problem for each form without a file."""
    by_file: dict[Path, list[Form]] = {}
    for form in study.forms.values():
        path = source if source.is_file() else source / form.file
        if path.is_file():
            by_file.setdefault(path, []).append(form)
        else:
            problems.append(Problem(form.place, form.name, f"no raw file {form.file}", _instead(study, form, source)))
    return by_file


def _instead(study: StudySpec, form: Form, folder: Path) -> str:
    """What to write where a form's file is missing."""
    named = {other.file for other in study.forms.values()}
    names = [path.name for path in sorted(folder.iterdir()) if path.name not in named]
    alike = [name for name in names if Path(name).stem == Path(form.file).stem and Path(name).suffix.lower() in SUFFIXES]
    if len(alike) == 1:
        return f"there is {alike[0]}: write {form.name}: {alike[0]}"
    near = closest(form.file, names)
    return f"did you mean {near}?" if near else f"put it into {folder.as_posix()}, or name another folder with --raw DIR"


def _options(form: Form, folder: Path) -> RawOptions:
    """How the spec says that the form's file is read."""
    said = form.options
    odm = OdmOptions(
        keys=form.keys or None,
        decodes=said.get("decodes") == "yes",
        metadata=folder / said["metadata"] if "metadata" in said else None,
        names=cast(Literal["sas", "name", "oid"], said.get("names", "sas")),
    )
    return RawOptions(
        encoding=said.get("encoding"),
        delimiter=_DELIMITERS.get(said.get("delimiter", ""), said.get("delimiter")),
        sheet=said.get("sheet"),
        header_row=int(said["header_row"]) if "header_row" in said else None,
        catalogue=folder / said["catalogue"] if "catalogue" in said else None,
        form=said.get("form"),
        odm=odm,
        likely=(form.name, Path(form.file).stem),
    )


def _load_inputs(study: StudySpec, folder: Path, found: dict[str, RawData], problems: list[Problem]) -> None:
    """The datasets of the folder, each from its one file."""
    if not folder.is_dir():
        fix = "give the folder of the SDTM datasets with --raw DIR"
        problems.append(Problem(Place(folder.as_posix()), "", "one file, where the datasets of sdtm: input are wanted", fix))
        return
    files: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in INPUT_SUFFIXES:
            files.setdefault(path.stem.upper(), []).append(path)
    for name in sorted(files.keys() - study.datasets.keys() - found.keys()):
        first, *others = files[name]
        if others:
            what = f"the dataset is there more than once: {', '.join(path.name for path in files[name])}"
            problems.append(Problem(Place(first.parent.as_posix()), name, what, "take all but one of them out of the folder"))
            continue
        with collected(problems):
            found[name] = _ordered(name, read_table(first))


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
