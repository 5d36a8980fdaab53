"""XPT files written as CSV, Parquet or Dataset-JSON, in record batches: memory holds some thousand records, never a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from clintrail.errors import Place, Problem, Problems, Severity, counted
from clintrail.transport import dataset_json
from clintrail.transport.aside import written_aside
from clintrail.transport.dataset import Variable
from clintrail.transport.missing import without_special_missing
from clintrail.transport.moments import as_moments, moment_of
from clintrail.transport.sas_formats import iso_text
from clintrail.transport.xpt.contents import check_encoding, xpt_files
from clintrail.transport.xpt.members import XptMember
from clintrail.transport.xpt.reader import XptFile
from clintrail.transport.xpt.reader import open as open_xpt

Kind = Literal["csv", "parquet", "json"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_SUFFIXES: dict[Kind, tuple[str, ...]] = {"csv": (".csv",), "parquet": (".parquet",), "json": (".json", ".ndjson", ".dsjc")}
_MUST_BE_QUOTED = r'[",\r\n]'


def export(
    paths: Sequence[Path], to: Kind, *, out: Path | None = None, force: bool = False, member: str | None = None, encoding: str = "utf-8"
) -> tuple[list[Path], list[Problem]]:
    """Writes each dataset of XPT files in another format; gives the files written and what they could not hold.

    CSV is UTF-8 as RFC 4180 has it, numbers as their shortest exact text, dates and times in ISO 8601 by their format. Parquet keeps
    numbers as SAS counts them, special missing values as tagged NaNs, and label, length, format and informat in the metadata of its
    fields. JSON is Dataset-JSON 1.1, by the suffix of `out` also .ndjson and .dsjc.

    `out` is a folder, or the file where there is one dataset; without it each stands beside its XPT file. Files that exist are refused
    before anything is written, unless `force` is given. Raises `Problems`.
    """
    check_encoding(encoding)
    files = xpt_files(paths)
    targets = [(path, name, target) for path in files for name, target in _targets(path, to, out, member, encoding)]
    _check_targets(targets, force)
    notes = [note for path, name, target in targets for note in _written(path, name, target, to, encoding)]
    return [target for _, _, target in targets], notes


def _targets(path: Path, to: Kind, out: Path | None, member: str | None, encoding: str) -> list[tuple[str, Path]]:
    """Dataset -> its file. The only dataset of a file has the file's name, several have their own."""
    with open_xpt(path, encoding=encoding) as file:
        members = file.members if member is None else (file.member(member),)
        if out is not None and out.suffix.lower() in _SUFFIXES[to]:
            return [(one.name, out) for one in members]
        folder = path.parent if out is None else out
        alone = len(file.members) == 1
        return [(one.name, folder / f"{path.stem if alone else one.name.lower()}.{to}") for one in members]


def _check_targets(targets: Sequence[tuple[Path, str, Path]], force: bool) -> None:
    problems, seen = [], dict[Path, str]()
    for path, name, target in targets:
        if target in seen:
            problems.append(Problem(Place(str(target)), name, f"{seen[target]} would be written there, too", "give a folder with --out"))
        elif target.exists() and not force:
            problems.append(Problem(Place(str(target)), name, "the file exists", "give another --out, or --force to replace it"))
        seen.setdefault(target, f"{name} of {path.name}")
    if problems:
        raise Problems(problems)


def _written(path: Path, name: str, target: Path, to: Kind, encoding: str) -> list[Problem]:
    """Write one dataset; what the file cannot hold of it."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder cannot be made: {error.strerror or error}"
        raise Problems([Problem(Place(str(target.parent)), "", what, "give another --out")]) from None
    with open_xpt(path, encoding=encoding, special_missing=True) as file:
        return _WRITERS[to](file, file.member(name), target)


def _write_json(file: XptFile, member: XptMember, target: Path) -> list[Problem]:
    """Dates and times that are none (a part of a day, 25 hours) have no place in a variable of dates: all its values become numbers."""
    try:
        return _written_json(file, member, target, member.variables)
    except Problems:
        numbers = _not_moments(file, member)
        if not numbers:
            raise
    variables = tuple(replace(v, data_type="float") if v.name in numbers else v for v in member.variables)
    what, fix = "some values are no dates or times, so all are written as SAS counts them", "correct them, or take the format away"
    told = [Problem(Place(str(target)), name, what, fix, Severity.WARNING, "numbers") for name in sorted(numbers)]
    return told + _written_json(file, member, target, variables)


def _written_json(file: XptFile, member: XptMember, target: Path, variables: tuple[Variable, ...]) -> list[Problem]:
    written = dataset_json.write(
        file.batches(member), target, name=member.name, label=member.label, variables=variables, created=member.created, rows=member.records
    )
    return list(written.notes)


def _not_moments(file: XptFile, member: XptMember) -> set[str]:
    """The variables with a format of dates or times that hold something else, too."""
    moments = [(at, v.name, moment) for at, v in enumerate(member.variables) if v.type == "Num" and (moment := moment_of(v.format))]
    return {
        name
        for batch in file.batches(member)
        for at, name, moment in moments
        if as_moments(without_special_missing(pa.chunked_array([batch.column(at)])), moment) is None
    }


def _write_csv(file: XptFile, member: XptMember, target: Path) -> list[Problem]:
    """Lines are made of whole columns at once; the bytes of the joined column are what is written."""
    special: Counter[str] = Counter()
    with written_aside(target) as out:
        names = pa.chunked_array([pa.array([v.name for v in member.variables])])
        out.write(",".join(_quoted(names).to_pylist()).encode() + b"\r\n")
        for batch in file.batches(member):
            out.write(_lines([_csv_text(pa.chunked_array([column]), v) for column, v in zip(batch.columns, member.variables, strict=True)]))
            special.update({v.name: _special(column) for column, v in zip(batch.columns, member.variables, strict=True)})
    return [_became_missing(name, count, target) for name, count in special.items() if count]


def _special(column: pa.Array) -> int:
    """How many special missing values a column has."""
    return int(pc.sum(pc.is_nan(column)).as_py() or 0) if pa.types.is_floating(column.type) else 0


def _became_missing(name: str, count: int, target: Path) -> Problem:
    what = f"{counted(count, 'special missing value')} became plain missing"
    return Problem(Place(str(target)), name, what, "write Parquet, which keeps them", Severity.WARNING, "special_missing")


def _lines(columns: Sequence[pa.ChunkedArray]) -> memoryview:
    """The lines of a batch, as the bytes of one column."""
    blank = '""' if len(columns) == 1 else ""  # a line with nothing on it is no record
    lines = pc.binary_join_element_wise(*columns, ",", null_handling="replace", null_replacement=blank)
    ended = pc.binary_join_element_wise(lines, "\r\n", "").combine_chunks()
    _, places, data = ended.buffers()
    offsets = np.frombuffer(places, dtype=np.int32)
    return memoryview(data)[offsets[ended.offset] : offsets[ended.offset + len(ended)]]


def _csv_text(column: pa.ChunkedArray, variable: Variable) -> pa.ChunkedArray:
    return _quoted(column) if variable.type == "Char" else iso_text(column, variable.format)


def _quoted(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text in quotes where it holds a comma, a quote or the end of a line."""
    marked = pc.match_substring_regex(text, _MUST_BE_QUOTED)
    if not pc.any(marked).as_py():
        return text
    return pc.if_else(marked, pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', ""), text)


def _write_parquet(file: XptFile, member: XptMember, target: Path) -> list[Problem]:
    """Numbers stand without a dictionary, in which all NaNs would become one."""
    schema = pa.schema([_parquet_field(v) for v in member.variables], {"name": member.name, "label": member.label})
    texts = [v.name for v in member.variables if v.type == "Char"]
    with written_aside(target) as out, parquet.ParquetWriter(out, schema, use_dictionary=texts, compression="zstd") as writer:
        for batch in file.batches(member):
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    return []


def _parquet_field(variable: Variable) -> pa.Field:
    facts = {"label": variable.label, "length": str(variable.length), "format": variable.format, "informat": variable.informat}
    stated = {name: text for name, text in facts.items() if text}
    return pa.field(variable.name, pa.float64() if variable.type == "Num" else pa.string(), metadata=stated)


_WRITERS: dict[Kind, Callable[[XptFile, XptMember, Path], list[Problem]]] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
    "json": _write_json,
}
