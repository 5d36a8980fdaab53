"""Existing datasets are read with their types, whatever format they are in."""

from __future__ import annotations

import hashlib
import math
from datetime import date, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from clintrail.errors import Problems
from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.raw import read_table

TYPED = {"USUBJID": "string", "AVAL": "double", "ADT": "date32[day]", "ADTM": "timestamp[us]", "ATM": "time64[us]", "AVISIT": "string"}
CELLS: dict[str, list[Any]] = {
    "USUBJID": ["S1", "S2", None],
    "AVAL": [1.5, None, 3.0],
    "ADT": [date(2024, 2, 29), date(1959, 12, 31), None],
    "ADTM": [datetime(2024, 2, 29, 12, 30, 0, 500000), None, datetime(1950, 1, 1)],
    "ATM": [clock(23, 59, 59), None, clock(0, 0)],
    "AVISIT": [None, None, None],
}
TABLE = pa.table({**CELLS, "AVISIT": ["", "  ", None]})


def types_of(table: pa.Table) -> dict[str, str]:
    return {field.name: str(field.type) for field in table.schema}


def problems_of(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(Problems) as caught:
        read_table(path)
    assert all(p.place.path == str(path) and p.fix for p in caught.value.problems)
    return [(p.subject, p.problem) for p in caught.value.problems]


def sas_file(path: Path, values: list[float | None], sas_format: str) -> Path:
    table = pa.table({"X": pa.array(values, pa.float64())})
    xpt.write(Dataset("XX", "", (Variable("X", type="Num", format=sas_format),), table), path)
    return path


def test_xpt_gives_dates_and_times_by_their_formats(tmp_path: Path) -> None:
    formats = {"ADT": "DATE9.", "ADTM": "DATETIME20.", "ATM": "TIME8."}
    kinds = {"USUBJID": "Char", "AVISIT": "Char"}
    variables = tuple(Variable(n, type=kinds.get(n, "Num"), format=formats.get(n, "")) for n in TABLE.column_names)  # type: ignore[arg-type]
    xpt.write(Dataset("ADXX", "", variables, TABLE), tmp_path / "adxx.xpt")
    file = read_table(tmp_path / "adxx.xpt")
    assert (types_of(file.table), file.table.to_pydict()) == (TYPED, CELLS)
    assert (file.columns, file.records.to_pylist(), file.lines.to_pylist()) == (tuple(TYPED), [1, 2, 3], [0, 0, 0])
    assert file.sha256 == hashlib.sha256((tmp_path / "adxx.xpt").read_bytes()).hexdigest()


@pytest.mark.parametrize("cast", [lambda t: t, lambda t: t.set_column(0, "USUBJID", t["USUBJID"].dictionary_encode())])
def test_parquet_gives_the_same(tmp_path: Path, cast: Any) -> None:
    parquet.write_table(cast(TABLE), tmp_path / "adxx.parquet")
    file = read_table(tmp_path / "adxx.parquet")
    assert (types_of(file.table), file.table.to_pydict()) == (TYPED, CELLS)
    assert (file.columns, file.records.to_pylist(), file.lines.to_pylist()) == (tuple(TYPED), [1, 2, 3], [0, 0, 0])


def test_csv_stays_text(tmp_path: Path) -> None:
    (tmp_path / "dm.CSV").write_text("AGE,DATE\n042,2024-02-29\n")
    file = read_table(tmp_path / "dm.CSV")
    assert (types_of(file.table), file.table.to_pylist()) == ({"AGE": "string", "DATE": "string"}, [{"AGE": "042", "DATE": "2024-02-29"}])
    assert file.lines.to_pylist() == [2]


def test_parquet_numbers_of_every_kind_become_doubles(tmp_path: Path) -> None:
    columns = [pa.array([7, None], kind) for kind in (pa.int8(), pa.uint64(), pa.float32(), pa.decimal128(9, 2))]
    columns += [pa.array([True, None]), pa.array([math.nan, 1.0])]
    parquet.write_table(pa.table(columns, names=list("ABCDEF")), tmp_path / "x.parquet")
    table = read_table(tmp_path / "x.parquet").table
    assert set(types_of(table).values()) == {"double"}
    assert [column.to_pylist() for column in table.columns] == [[7.0, None]] * 4 + [[1.0, None], [None, 1.0]]


def test_parquet_states_a_sas_format_in_its_field(tmp_path: Path) -> None:
    field = pa.field("ADT", pa.int32(), metadata={"format": "DATE9"})
    parquet.write_table(pa.table([pa.array([0, 23435, None], pa.int32())], schema=pa.schema([field])), tmp_path / "x.parquet")
    assert read_table(tmp_path / "x.parquet").table.to_pydict() == {"ADT": [date(1960, 1, 1), date(2024, 2, 29), None]}


@pytest.mark.parametrize(
    ("sas_format", "values", "read"),
    [
        ("YYMMDDN8.", [0.0, 1.75], [date(1960, 1, 1), date(1960, 1, 2)]),
        ("E8601DA10.", [None, None], [None, None]),
        ("IS8601DT19.", [86400.0], [datetime(1960, 1, 2)]),
        ("TIME8.", [3600.0, 90000.0], [3600.0, 90000.0]),  # 25 hours are no time of a day
        ("DATE9.", [1e9], [1e9]),
        ("8.2", [1.0], [1.0]),
        ("", [1.0], [1.0]),
    ],
)
def test_sas_numbers_become_what_their_format_shows_where_they_can(tmp_path: Path, sas_format: str, values: Any, read: Any) -> None:
    assert read_table(sas_file(tmp_path / "x.xpt", values, sas_format)).table["X"].to_pylist() == read


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for name in ("x.sav", "x"):
        (tmp_path / name).write_bytes(b"x")
        assert problems_of(tmp_path / name) == [("", f"files of type {Path(name).suffix or '(none)'} are not read")]
    (tmp_path / "x.parquet").write_bytes(b"PAR1 but no more")
    assert problems_of(tmp_path / "x.parquet") == [("", "this is not a whole Parquet file")]
    for name in ("absent.csv", "absent.xpt", "absent.parquet"):
        assert problems_of(tmp_path / name) == [("", "the file cannot be read: No such file or directory")]
    nested = {"A": pa.array([[1]]), "B": pa.array([datetime(2024, 1, 1)], pa.timestamp("us", tz="UTC")), "C": pa.array([b"x"])}
    parquet.write_table(pa.table(nested), tmp_path / "n.parquet")
    assert [subject for subject, _ in problems_of(tmp_path / "n.parquet")] == ["A", "B", "C"]
    parquet.write_table(pa.table({"ID": [2**53 + 1], "N": [2**53]}), tmp_path / "i.parquet")
    assert problems_of(tmp_path / "i.parquet") == [("ID", "the column holds whole numbers that a double cannot hold exactly")]
    parquet.write_table(pa.table({"Aval": [1], "AVAL": [1]}), tmp_path / "d.parquet")
    assert problems_of(tmp_path / "d.parquet") == [("AVAL", "columns 1 and 2 have names that differ only in case or blanks")]
