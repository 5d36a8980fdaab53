"""Existing datasets of any format that is read here, with their types."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from clintrail.errors import Place, Problem, Problems
from clintrail.transport import xpt
from clintrail.transport.raw.csv import read_raw_csv
from clintrail.transport.raw.file import RawFile, blank_to_null, check_column_names, sha256_of
from clintrail.transport.xpt.columns import DAYS_1960_TO_1970, SECONDS_1960_TO_1970, holds_text, is_exact
from clintrail.transport.xpt.format import split_format

_NUMERIC_DATES = {order + mark for order in ("DDMMYY", "MMDDYY", "YYMMDD") for mark in ("", "B", "C", "D", "N", "P", "S")}
DATE_FORMATS = frozenset(
    {"DATE", "E8601DA", "IS8601DA", "B8601DA", "WORDDATE", "WORDDATX", "WEEKDATE", "WEEKDATX", "JULIAN"} | _NUMERIC_DATES
)
DATETIME_FORMATS = frozenset({"DATETIME", "DATEAMPM", "MDYAMPM", "E8601DT", "IS8601DT", "B8601DT"})
TIME_FORMATS = frozenset({"TIME", "TIMEAMPM", "TOD", "HHMM", "E8601TM", "IS8601TM", "B8601TM"})
_DAYS = (-138061, 2936549)  # 1582-01-01, where SAS dates begin, and 9999-12-31, the last that Python shows
_DAY = 86400


def read_table(path: Path) -> RawFile:
    """Reads a dataset by its suffix: `.csv` as text (see `read_raw_csv`), `.xpt` and `.parquet` with types.

    Numbers become float64, text string (blank is null), dates date32, moments timestamp in microseconds, times time64. SAS
    numbers become one of these where their format is one of SAS's usual formats of dates or times (`DATE9.`); a Parquet
    column states it as `format` in its field metadata. `lines` are 0 but for CSV. Raises `Problems`.
    """
    readers = {".xpt": _read_xpt_table, ".parquet": _read_parquet_table}
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return read_raw_csv(path)
    if suffix not in readers:
        fix = "give a .csv, .xpt or .parquet file"
        raise Problems([Problem(Place(str(path)), "", f"files of type {suffix or '(none)'} are not read", fix)])
    digest = sha256_of(path)
    table = readers[suffix](path)
    problems = list(check_column_names(table.column_names, Place(str(path))))
    if problems:
        raise Problems(problems)
    records = pa.array(np.arange(1, table.num_rows + 1, dtype=np.int64))
    lines = pa.array(np.zeros(table.num_rows, dtype=np.int64))
    return RawFile(str(path), digest, tuple(table.column_names), table, records, lines)


def _read_xpt_table(path: Path) -> pa.Table:
    dataset = xpt.read(path)
    columns = [
        _by_format(column, variable.format) if variable.type == "Num" else blank_to_null(column)
        for variable, column in zip(dataset.variables, dataset.table.columns, strict=True)
    ]
    return pa.table(columns, names=[v.name for v in dataset.variables])


def _read_parquet_table(path: Path) -> pa.Table:
    try:
        table = parquet.read_table(path)
    except pa.ArrowInvalid:
        raise Problems([Problem(Place(str(path)), "", "this is not a whole Parquet file", "copy or export it again")]) from None
    columns, problems = [], []
    for field, column in zip(table.schema, table.columns, strict=True):
        typed = _plain(column)
        if typed is None:
            what = f"the column holds {field.type}, which no dataset of a study has"
            problems.append(Problem(Place(str(path)), field.name, what, "store it as text, numbers, dates or times without zone"))
            continue
        if not is_exact(column).all():
            what = "the column holds whole numbers that a double cannot hold exactly"
            problems.append(Problem(Place(str(path)), field.name, what, "store it as text"))
        sas_format = (field.metadata or {}).get(b"format", b"").decode()
        columns.append(_by_format(typed, sas_format) if typed.type == pa.float64() else typed)
    if problems:
        raise Problems(problems)
    return pa.table(columns, names=table.column_names)


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
    """SAS numbers as what their format shows them as; unchanged where it shows numbers, or a value is out of its range."""
    name = (split_format(sas_format if "." in sas_format else sas_format + ".") or ("", 0, 0))[0] if sas_format else ""
    least, most = pc.min(numbers).as_py(), pc.max(numbers).as_py()
    if least is None:
        least = most = 0
    if name in DATE_FORMATS and _DAYS[0] <= least and most <= _DAYS[1]:
        return pc.subtract(pc.floor(numbers), float(DAYS_1960_TO_1970)).cast(pa.int32()).cast(pa.date32())
    if name in DATETIME_FORMATS and _DAYS[0] * _DAY <= least and most <= _DAYS[1] * _DAY:
        return _microseconds(pc.subtract(numbers, float(SECONDS_1960_TO_1970))).cast(pa.timestamp("us"))
    if name in TIME_FORMATS and least >= 0 and most < _DAY:
        return _microseconds(numbers).cast(pa.time64("us"))
    return numbers


def _microseconds(seconds: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.round(pc.multiply(seconds, 1e6)).cast(pa.int64())
