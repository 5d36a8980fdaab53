"""What is in an XPT file, as PROC CONTENTS tells it, and its first records as SAS shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from clintrail.errors import Place, Problem, Problems
from clintrail.transport.dataset import Variable
from clintrail.transport.missing import missing_names
from clintrail.transport.sas_formats import iso_text, shown
from clintrail.transport.xpt.layout import is_encoding
from clintrail.transport.xpt.members import XptMember
from clintrail.transport.xpt.reader import XptFile
from clintrail.transport.xpt.reader import open as open_xpt

_COLUMNS = ("#", "Variable", "Type", "Len", "Pos", "Format", "Informat", "Label")
_TO_THE_RIGHT = ("#", "Len", "Pos")


def xpt_files(paths: Sequence[Path]) -> list[Path]:
    """The files of paths: a file itself, of a folder every XPT file below it, in the order of their names.

    Raises `Problems` for a path that does not exist and a folder that has none.
    """
    files: list[Path] = []
    problems = []
    for path in paths:
        below = sorted(path.rglob("*.[xX][pP][tT]")) if path.is_dir() else [path]
        files += below
        if not path.exists():
            problems.append(Problem(Place(str(path)), "", "there is no such file or folder", "check the path"))
        elif not below:
            problems.append(Problem(Place(str(path)), "", "the folder has no XPT file", "give a file, or another folder"))
    if problems:
        raise Problems(problems)
    return list(dict.fromkeys(files))


def told(paths: Sequence[Path], *, head: int | None = None, member: str | None = None, encoding: str = "utf-8") -> str:
    """The contents of each file, also of those in folders, or with `head` that many records of it. Raises `Problems`."""
    check_encoding(encoding)
    files = xpt_files(paths)
    return "\n\n".join(
        contents(path, member=member, encoding=encoding) if head is None
        else first_records(path, head, member=member, encoding=encoding) for path in files
    )  # fmt: skip


def told_as_data(
    paths: Sequence[Path], *, head: int | None = None, member: str | None = None, encoding: str = "utf-8"
) -> list[dict[str, Any]]:
    """What `told` tells, as data for JSON. Raises `Problems`."""
    check_encoding(encoding)
    tell = contents_data if head is None else partial(first_records_data, count=head)
    return [tell(path, member=member, encoding=encoding) for path in xpt_files(paths)]


def check_encoding(encoding: str) -> None:
    """Raises `Problems` for an encoding that there is not, or that has no ASCII, in which headers are written."""
    if not is_encoding(encoding):
        problem = Problem(Place(), encoding, "XPT files have no encoding of this name", "give utf-8, latin-1, gb18030 or another")
        raise Problems([problem])


def contents(path: Path, *, member: str | None = None, encoding: str = "utf-8") -> str:
    """The header of a file, and of each dataset (or the one named `member`) the header and the variables. Raises `Problems`."""
    with open_xpt(path, encoding=encoding) as file:
        parts = [_pairs(_file_facts(path, file).items())]
        for one in _members(file, member):
            parts += [_pairs(_member_facts(one).items()), _drawn(_COLUMNS, _variable_rows(one), _TO_THE_RIGHT)]
    return "\n\n".join(parts)


def contents_data(path: Path, *, member: str | None = None, encoding: str = "utf-8") -> dict[str, Any]:
    """What `contents` tells, as data for JSON: numbers as numbers, times in ISO 8601. Raises `Problems`."""
    with open_xpt(path, encoding=encoding) as file:
        datasets = [
            _keyed(_member_facts(one)) | {"variables": [_keyed(dict(zip(_COLUMNS, row, strict=True))) for row in _variable_rows(one)]}
            for one in _members(file, member)
        ]
        return _keyed(_file_facts(path, file)) | {"datasets": datasets}


def first_records(path: Path, count: int, *, member: str | None = None, encoding: str = "utf-8") -> str:
    """The first records of each dataset (or the one named `member`) as their formats show them. Raises `Problems`."""
    parts = []
    with open_xpt(path, encoding=encoding, special_missing=True, batch_rows=max(1, count), threads=1) as file:
        for one in _members(file, member):
            batch = _first(file, one, count)
            columns = [_shown(column, variable) for column, variable in zip(batch.columns, one.variables, strict=True)]
            numbers = [v.name for v in one.variables if v.type == "Num"]
            parts.append(f"{one.name}\n{_drawn([v.name for v in one.variables], list(zip(*columns, strict=True)), numbers)}")
    return "\n\n".join(parts)


def first_records_data(path: Path, count: int, *, member: str | None = None, encoding: str = "utf-8") -> dict[str, Any]:
    """The first records as data for JSON: numbers as numbers, dates and times in ISO 8601, special missing values as `.A`."""
    found = []
    with open_xpt(path, encoding=encoding, special_missing=True, batch_rows=max(1, count), threads=1) as file:
        for one in _members(file, member):
            columns = [_plain(column, v) for column, v in zip(_first(file, one, count).columns, one.variables, strict=True)]
            names = [v.name for v in one.variables]
            records = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
            found.append({"data_set_name": one.name, "records": records})
    return {"file": path.as_posix(), "datasets": found}


def _members(file: XptFile, member: str | None) -> tuple[XptMember, ...]:
    return file.members if member is None else (file.member(member),)


def _first(file: XptFile, member: XptMember, count: int) -> pa.RecordBatch:
    """The first records; none of a dataset without any."""
    batch = next(file.batches(member), None) if count else None
    if batch is None:
        kinds = [pa.float64() if v.type == "Num" else pa.string() for v in member.variables]
        batch = pa.RecordBatch.from_arrays([pa.array([], kind) for kind in kinds], [v.name for v in member.variables])
    return batch


def _shown(column: pa.Array, variable: Variable) -> list[str]:
    missing = "." if variable.type == "Num" else ""
    return [missing if value is None else shown(value, variable.format) for value in column.to_pylist()]


def _plain(column: pa.Array, variable: Variable) -> list[Any]:
    values: list[Any] = column.to_pylist()
    if variable.type == "Char":
        return values
    whole = pa.chunked_array([column])
    texts, special = iso_text(whole, variable.format).to_pylist(), missing_names(whole).to_pylist()
    return [name or _number(value, text) for name, value, text in zip(special, values, texts, strict=True)]


def _number(value: float | None, text: str | None) -> Any:
    """A number, whole where it is, or the text of a date or time."""
    if value is None or text is None:
        return None
    if any(mark in text[1:] for mark in "-:"):  # a sign stands in front
        return text
    return int(value) if value.is_integer() else value


def _file_facts(path: Path, file: XptFile) -> dict[str, Any]:
    return {
        "File": path.as_posix(),
        "Format": f"SAS transport file, version {file.version}",
        "File Size": path.stat().st_size,
        "Created": file.created,
        "Modified": file.modified,
        "SAS Version": file.sas_version,
        "System": file.system,
        "Datasets": len(file.members),
    }


def _member_facts(member: XptMember) -> dict[str, Any]:
    return {
        "Data Set Name": member.name,
        "Label": member.label,
        "Type": member.kind,
        "Created": member.created,
        "Modified": member.modified,
        "SAS Version": member.sas_version,
        "System": member.system,
        "Observations": member.records,
        "Variables": len(member.variables),
        "Observation Length": member.record_length,
    }


def _variable_rows(member: XptMember) -> list[tuple[Any, ...]]:
    return [
        (number, v.name, v.type, v.length, position, v.format, v.informat, v.label)
        for number, (v, position) in enumerate(zip(member.variables, member.positions, strict=True), start=1)
    ]


def _keyed(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts with keys for JSON (`observation_length`) and times as text."""
    keys = {"#": "number", "Len": "length", "Pos": "position"}
    return {
        keys.get(name, name.lower().replace(" ", "_")): value.isoformat() if isinstance(value, datetime) else value
        for name, value in facts.items()
    }


def _pairs(facts: Any) -> str:
    """Names and values, a line each; without those that the file leaves blank."""
    return "\n".join(f"{name:18}  {_text(value)}" for name, value in facts if value not in (None, ""))


def _drawn(names: Sequence[str], rows: Sequence[Sequence[Any]], to_the_right: Sequence[str]) -> str:
    """A table with aligned columns."""
    cells = [list(names), *([_text(value) for value in row] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(names))]
    return "\n".join("  ".join(_aligned(row, names, widths, to_the_right)).rstrip() for row in cells)


def _aligned(row: Sequence[str], names: Sequence[str], widths: Sequence[int], to_the_right: Sequence[str]) -> Iterator[str]:
    for cell, name, width in zip(row, names, widths, strict=True):
        yield cell.rjust(width) if name in to_the_right else cell.ljust(width)


def _text(value: Any) -> str:
    """One line of text; a blank for what a terminal would obey (line ends, escapes)."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else "".join(c if c.isprintable() else " " for c in str(value))
