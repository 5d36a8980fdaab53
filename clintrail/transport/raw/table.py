"""Existing datasets of any format that is read here: with their types, or as the text of a raw form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from clintrail.errors import Place, Problem, Problems, unreadable
from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.moments import moment_of
from clintrail.transport.raw.csv import read_raw_csv
from clintrail.transport.raw.file import RawFile, blank_to_null, raw_file, sha256_of
from clintrail.transport.raw.kind import SUFFIXES, Kind
from clintrail.transport.raw.text import text_table
from clintrail.transport.sas_formats import iso_text
from clintrail.transport.xpt.columns import DAYS_1960_TO_1970, SECONDS_1960_TO_1970, holds_text, is_exact

INPUT_SUFFIXES = (".xpt", ".parquet", ".sas7bdat", ".json", ".ndjson", ".dsjc", ".csv")
_DAYS = (-138061, 2936549)  # 1582-01-01, where SAS dates begin, and 9999-12-31, the last that Python shows
_DAY = 86400

Read = tuple[pa.Table, tuple[Variable, ...], tuple[Problem, ...]]  # columns, what the format knows of them, what was noticed


def read_table(path: Path) -> RawFile:
    """Reads a dataset by its suffix: `.csv` as text (see `read_raw_csv`), `.xpt`, `.sas7bdat`, `.parquet` and Dataset-JSON with types.

    Numbers become float64, text string (blank is null), dates date32, moments timestamp in microseconds, times time64. SAS
    numbers become one of these where their format is one of SAS's usual formats of dates or times (`DATE9.`); a Parquet
    column states it as `format` in its field metadata. `lines` are 0 but for CSV. Raises `Problems`.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return read_raw_csv(path)
    if suffix not in INPUT_SUFFIXES:
        fix = f"give a file of type {', '.join(INPUT_SUFFIXES[:-1])} or {INPUT_SUFFIXES[-1]}"
        raise Problems([Problem(Place(str(path)), "", f"files of type {suffix or '(none)'} are not read", fix)])
    digest = sha256_of(path)
    table, variables, notes = _READERS[SUFFIXES[suffix]](path, None, None)
    formats = {variable.name: variable.format for variable in variables}
    columns, problems = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        typed = _plain(column)
        if typed is None:
            what = f"the column holds {column.type}, which no dataset of a study has"
            problems.append(Problem(Place(str(path)), name, what, "store it as text, numbers, dates or times without zone"))
            continue
        if not is_exact(column).all():
            what = "the column holds whole numbers that a double cannot hold exactly"
            problems.append(Problem(Place(str(path)), name, what, "store it as text"))
        columns.append(_by_format(typed, formats.get(name, "")) if typed.type == pa.float64() else typed)
    if problems:
        raise Problems(problems)
    return raw_file(path, pa.table(columns, names=table.column_names), sha256=digest, variables=variables, notes=notes)


def read_raw_table(path: Path, kind: Kind, *, catalogue: Path | None = None, encoding: str | None = None) -> RawFile:
    """Reads a dataset as a raw form: every value as text (see `text`), labels, types, formats and code lists beside in `variables`.

    Numbers with a SAS format of dates or times are written as such. `catalogue` has the formats of a SAS dataset (`.sas7bcat`),
    `encoding` is that of its text where it states a wrong one.
    """
    digest = sha256_of(path)
    table, variables, notes = _READERS[kind](path, catalogue, encoding)
    formats = {variable.name: variable.format for variable in variables}
    columns = [
        iso_text(column.cast(pa.float64()), formats[name])
        if formats.get(name) and (pa.types.is_floating(column.type) or pa.types.is_integer(column.type))
        else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    text = text_table(pa.table(columns, names=table.column_names), path)
    return raw_file(path, text, sha256=digest, variables=variables, notes=notes)


def _read_xpt(path: Path, *_: object) -> Read:
    return _of_dataset(xpt.read(path))


def _read_json(path: Path, *_: object) -> Read:
    return _of_dataset(dataset_json.read(path))


def _of_dataset(dataset: Dataset) -> Read:
    return dataset.table.rename_columns([v.name for v in dataset.variables]), dataset.variables, dataset.notes


def _read_sas7bdat(path: Path, catalogue: Path | None, encoding: str | None) -> Read:
    from clintrail.transport.raw.sas7bdat import read_sas7bdat  # loads pandas, which few studies need

    return _of_dataset(read_sas7bdat(path, catalogue=catalogue, encoding=encoding))


def _read_parquet(path: Path, *_: object) -> Read:
    try:
        table = parquet.read_table(path)
    except pa.ArrowInvalid:
        raise Problems([Problem(Place(str(path)), "", "this is not a whole Parquet file", "copy or export it again")]) from None
    except OSError as error:
        raise Problems([unreadable(path, error)]) from None
    variables = tuple(_parquet_variable(field) for field in table.schema)
    return table, variables, ()


def _parquet_variable(field: pa.Field) -> Variable:
    said = {key.decode(): value.decode("utf-8", "replace") for key, value in (field.metadata or {}).items()}
    return Variable(field.name, said.get("label", ""), "Char" if holds_text(field.type) else "Num", format=said.get("format", ""))


_READERS: Mapping[Kind, Callable[[Path, Path | None, str | None], Read]] = {
    "xpt": _read_xpt, "dataset_json": _read_json, "sas7bdat": _read_sas7bdat, "parquet": _read_parquet,
}  # fmt: skip


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """The column as text, float64, date32, timestamp or time; None where it is of no such kind."""
    kind = column.type
    if holds_text(kind):
        return blank_to_null(column.cast(pa.string()))
    if pa.types.is_date(kind):
        return column.cast(pa.date32())
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return column.cast(pa.timestamp("us"), safe=False)
    if pa.types.is_time(kind):
        return column.cast(pa.time64("us"), safe=False)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_boolean(kind):
        numbers = (column.cast(pa.int8()) if pa.types.is_boolean(kind) else column).cast(pa.float64(), safe=False)
        return pc.if_else(pc.is_nan(numbers), None, numbers)
    return None


def _by_format(numbers: pa.ChunkedArray, sas_format: str) -> pa.ChunkedArray:
    """SAS numbers as what their format shows them as, a part of a day or of a microsecond not; unchanged where a value is out of range."""
    moment = moment_of(sas_format)
    least, most = pc.min(numbers).as_py(), pc.max(numbers).as_py()
    if least is None:
        least = most = 0
    if moment == "date" and _DAYS[0] <= least and most <= _DAYS[1]:
        return pc.subtract(pc.floor(numbers), float(DAYS_1960_TO_1970)).cast(pa.int32()).cast(pa.date32())
    if moment == "datetime" and _DAYS[0] * _DAY <= least and most <= _DAYS[1] * _DAY:
        return _microseconds(pc.subtract(numbers, float(SECONDS_1960_TO_1970))).cast(pa.timestamp("us"))
    if moment == "time" and least >= 0 and most < _DAY:
        return _microseconds(numbers).cast(pa.time64("us"))
    return numbers


def _microseconds(seconds: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.round(pc.multiply(seconds, 1e6)).cast(pa.int64())
