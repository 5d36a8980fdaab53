"""What is written as Dataset-JSON comes back as it was, in all three forms; others' readers find the same."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odmlib.dataset_json_1_1.model import DatasetJSON

from clintrail.errors import Problems
from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.missing import tagged

FORMS = ("json", "ndjson", "dsjc")


def dataset(**columns: list[Any] | pa.Array) -> Dataset:
    """A dataset AE whose variables are Char where the column is text, with the usual formats for dates and times."""
    table = pa.table(columns)
    formats = {pa.date32(): "DATE9.", pa.timestamp("us"): "DATETIME20.", pa.time64("us"): "TIME8."}
    variables = tuple(
        Variable(f.name, f"Label of {f.name}", "Char" if f.type == pa.string() else "Num", format=formats.get(f.type, ""))
        for f in table.schema
    )
    return Dataset("AE", "Adverse Events", variables, table, datetime(2026, 1, 31))


def there_and_back(data: Dataset, path: Path) -> Dataset:
    written = dataset_json.write(data, path)
    read = dataset_json.read(path)
    assert read == written
    return read


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


# -- what a file looks like ------------------------------------------------------------------------------------------------------


def test_a_file_holds_the_metadata_and_then_a_record_a_line(tmp_path: Path) -> None:
    data = dataset(USUBJID=["001", "002"], AGE=[61.0, None], ADT=pa.array([date(2024, 3, 10), None]))
    dataset_json.write(data, tmp_path / "ae.ndjson", facts={"studyOID": "ST.X"})
    first, *records = lines(tmp_path / "ae.ndjson")
    assert records == ['["001",61,"2024-03-10"]', '["002",null,null]']
    assert json.loads(first) == {
        "datasetJSONCreationDateTime": "2026-01-31T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "studyOID": "ST.X",
        "itemGroupOID": "IG.AE",
        "records": 2,
        "name": "AE",
        "label": "Adverse Events",
        "columns": [
            {"itemOID": "IT.AE.USUBJID", "name": "USUBJID", "label": "Label of USUBJID", "dataType": "string"},
            {"itemOID": "IT.AE.AGE", "name": "AGE", "label": "Label of AGE", "dataType": "integer"},
            {"itemOID": "IT.AE.ADT", "name": "ADT", "label": "Label of ADT", "dataType": "date", "targetDataType": "integer",
             "displayFormat": "DATE9."},
        ],
    }  # fmt: skip


def test_json_has_the_same_metadata_and_an_array_of_records(tmp_path: Path) -> None:
    data = dataset(USUBJID=["001", "002"], AGE=[61.5, None])
    for form in FORMS[:2]:
        dataset_json.write(data, tmp_path / f"ae.{form}")
    found = json.loads((tmp_path / "ae.json").read_text())
    assert found.pop("rows") == [["001", 61.5], ["002", None]]
    assert found == json.loads(lines(tmp_path / "ae.ndjson")[0])


def test_the_compressed_form_is_the_lines_in_one_zlib_stream(tmp_path: Path) -> None:
    data = dataset(USUBJID=["001", "002"] * 1000)
    for form in FORMS:
        dataset_json.write(data, tmp_path / f"ae.{form}")
    assert zlib.decompress((tmp_path / "ae.dsjc").read_bytes()) == (tmp_path / "ae.ndjson").read_bytes()


# -- values ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_every_kind_of_value_comes_back(form: str, tmp_path: Path) -> None:
    data = dataset(
        TEXT=['a "quote" and a \\', "", None, "line\nand\ttab \x00\x1f", "Grüße, 日本 🙂"],
        NUMBER=[-0.0, 5e-324, 1.7976931348623157e308, None, 0.1],
        WHOLE=[-(2.0**53), 0.0, None, 2.0**53, 1.0],
        DATE=pa.array([date(1, 1, 1), date(1959, 12, 31), None, date(9999, 12, 31), date(2024, 2, 29)]),
        MOMENT=pa.array([datetime(2024, 3, 10, 8, 30), datetime(1960, 1, 1, 0, 0, 0, 1), None, datetime(1, 1, 1), datetime(9999, 12, 31)]),
        TIME=pa.array([time(0, 0), time(23, 59, 59, 999999), None, time(8, 30), time(8, 30, 15, 500000)]),
    )
    read = there_and_back(data, tmp_path / f"ae.{form}")
    assert read.table.equals(data.table)
    assert np.signbit(read.table["NUMBER"][0].as_py())
    assert [v.data_type for v in read.variables] == ["string", "float", "integer", "date", "datetime", "time"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", [0, 1, 2, 5000])
def test_any_number_of_records_comes_back(form: str, count: int, tmp_path: Path) -> None:
    data = dataset(USUBJID=pa.array([f"{n:05d}" for n in range(count)], pa.string()), AVAL=pa.array(np.arange(count) / 7))
    assert there_and_back(data, tmp_path / f"ae.{form}").table.equals(data.table)


_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_COLUMNS = {
    pa.string(): _TEXT,
    pa.float64(): st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53).map(float),
    pa.date32(): st.dates(),
    pa.timestamp("us"): st.datetimes(),
    pa.time64("us"): st.times(),
}


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    count = draw(st.integers(0, 5))
    kinds = draw(st.lists(st.sampled_from(list(_COLUMNS)), min_size=1, max_size=6))
    columns = {
        f"V{number}": pa.array(draw(st.lists(st.none() | _COLUMNS[kind], min_size=count, max_size=count)), kind)
        for number, kind in enumerate(kinds)
    }
    made = dataset(**columns)
    return replace(made, label=draw(_TEXT), variables=tuple(replace(v, label=draw(_TEXT)) for v in made.variables))


@given(data=datasets(), form=st.sampled_from(FORMS))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_dataset_comes_back_equal_and_is_written_again_in_the_same_bytes(data: Dataset, form: str, tmp_path: Path) -> None:
    path, again = tmp_path / f"ae.{form}", tmp_path / f"again.{form}"
    read = there_and_back(data, path)
    assert read.table.equals(data.table)
    assert [v.label for v in read.variables] == [v.label for v in data.variables]
    dataset_json.write(read, again)
    assert again.read_bytes() == path.read_bytes()


@given(data=datasets())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_json_for_others_is_what_orjson_would_have_written(data: Dataset, tmp_path: Path) -> None:
    text = dataset(**{v.name: data.table[v.name] for v in data.variables if v.type == "Char"} or {"V": ["x"]})
    dataset_json.write(text, tmp_path / "ae.ndjson")
    rows = zip(*(column.to_pylist() for column in text.table.columns), strict=True)
    assert (tmp_path / "ae.ndjson").read_bytes().split(b"\n")[1:-1] == [orjson.dumps(row) for row in rows]


def test_a_hundred_thousand_doubles_of_any_bits_come_back_bit_for_bit(tmp_path: Path) -> None:
    doubles = np.random.default_rng(1).integers(0, 2**64, 100_000, dtype=np.uint64).view(np.float64)
    doubles = doubles[np.isfinite(doubles)]
    read = there_and_back(dataset(AVAL=pa.array(doubles)), tmp_path / "ae.ndjson")
    assert (np.asarray(read.table["AVAL"]).view(np.uint64) == doubles.view(np.uint64)).all()


def test_decimals_are_text_in_the_file_and_exact(tmp_path: Path) -> None:
    data = dataset(AVAL=[162.9, 1e22, 1e-7, -0.5, None])
    data = replace(data, variables=(replace(data.variables[0], data_type="decimal"),))
    read = there_and_back(data, tmp_path / "ae.ndjson")
    assert lines(tmp_path / "ae.ndjson")[1:] == ['["162.9"]', '["10000000000000000000000"]', '["0.0000001"]', '["-0.5"]', "[null]"]
    assert read.table.equals(data.table)


def test_decimals_of_more_digits_than_a_double_holds_stay_decimals(tmp_path: Path) -> None:
    exact = pa.array(["1.12345678901234567890", "1"]).cast(pa.decimal128(38, 20))
    read = there_and_back(dataset(AVAL=exact), tmp_path / "ae.json")
    assert read.table["AVAL"].cast(pa.string()).to_pylist() == ["1.12345678901234567890", "1.00000000000000000000"]
    with pytest.raises(Problems, match="a decimal of more digits than a double holds"):
        list(dataset_json.open(tmp_path / "ae.json").batches())


def test_booleans_are_true_and_false(tmp_path: Path) -> None:
    read = there_and_back(dataset(DONE=[True, None, False]), tmp_path / "ae.ndjson")
    assert lines(tmp_path / "ae.ndjson")[1:] == ["[true]", "[null]", "[false]"]
    assert read.table["DONE"].to_pylist() == ["true", None, "false"]
    assert (read.variables[0].type, read.variables[0].data_type) == ("Char", "boolean")


def test_special_missing_values_become_null_and_that_is_said(tmp_path: Path) -> None:
    written = dataset_json.write(dataset(AVAL=[1.0, tagged("A"), None]), tmp_path / "ae.json")
    assert dataset_json.read(tmp_path / "ae.json").table["AVAL"].to_pylist() == [1, None, None]
    assert [note.problem for note in written.notes] == ["1 special missing value written as null"]


# -- SAS -------------------------------------------------------------------------------------------------------------------------


def test_sas_dates_go_as_dates_and_the_xpt_made_of_them_is_the_same(tmp_path: Path) -> None:
    data = dataset(
        ADT=pa.array([date(2024, 3, 10), None]),
        ADTM=pa.array([datetime(2024, 3, 10, 8, 30), None]),
        ATM=pa.array([time(8, 30), None]),
        AVAL=[61.5, None],
        TERM=["Headache", None],
    )
    xpt.write(data, tmp_path / "ae.xpt")
    as_numbers = xpt.read(tmp_path / "ae.xpt")
    assert as_numbers.table["ADT"].type == pa.float64()
    dataset_json.write(as_numbers, tmp_path / "ae.json")
    read = dataset_json.read(tmp_path / "ae.json")
    assert read.table.equals(data.table)
    xpt.write(read, tmp_path / "again.xpt")
    assert (tmp_path / "again.xpt").read_bytes() == (tmp_path / "ae.xpt").read_bytes()


@pytest.mark.parametrize(("format_", "value"), [("DATE9.", 1.5), ("TIME8.", 90000.0), ("DATETIME20.", 1e300)])
def test_numbers_that_their_format_does_not_show_go_as_numbers(format_: str, value: float, tmp_path: Path) -> None:
    data = dataset(ADT=[value])
    data = replace(data, variables=(replace(data.variables[0], format=format_),))
    read = there_and_back(data, tmp_path / "ae.json")
    assert read.table["ADT"].to_pylist() == [value]
    assert read.variables[0].data_type in ("integer", "float")


# -- streams and frames ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_record_batches_give_the_same_bytes_as_the_table(form: str, tmp_path: Path) -> None:
    data = dataset(USUBJID=[f"{n}" for n in range(100)], AVAL=[n / 3 for n in range(100)])
    dataset_json.write(data, tmp_path / f"whole.{form}")
    variables = dataset_json.read(tmp_path / f"whole.{form}").variables
    for rows in (None, 100):
        batches = iter(data.table.to_batches(max_chunksize=7))
        dataset_json.write(batches, tmp_path / f"stream.{form}", name="AE", label=data.label, variables=variables, created=data.created,
                           rows=rows)  # fmt: skip
        assert (tmp_path / f"stream.{form}").read_bytes() == (tmp_path / f"whole.{form}").read_bytes()


@pytest.mark.parametrize("form", FORMS)
def test_batches_are_the_records_in_order(form: str, tmp_path: Path) -> None:
    data = dataset(USUBJID=[f'"{n}"' if n % 1000 == 7 else str(n) for n in range(20_000)])
    dataset_json.write(data, tmp_path / f"ae.{form}")
    file = dataset_json.open(tmp_path / f"ae.{form}")
    assert (file.records, file.dataset.table.num_rows) == (20_000, 0)
    assert pa.Table.from_batches(file.batches()).equals(data.table)


def test_a_pandas_frame_is_written_with_its_nan_as_null(tmp_path: Path) -> None:
    frame = pd.DataFrame({"USUBJID": ["001", None], "AVAL": [1.5, float("nan")], "DAY": pd.to_datetime(["2024-03-10", None])})
    read = dataset_json.write(frame, tmp_path / "ae.ndjson")
    assert lines(tmp_path / "ae.ndjson")[1:] == ['["001",1.5,"2024-03-10T00:00:00"]', "[null,null,null]"]
    assert (read.name, dataset_json.read(tmp_path / "ae.ndjson")) == ("AE", read)


# -- others ----------------------------------------------------------------------------------------------------------------------


def test_odmlib_reads_our_files_and_we_read_its(tmp_path: Path) -> None:
    data = dataset(USUBJID=["001", "Ü"], AVAL=[1.5, None], ADT=pa.array([date(2024, 3, 10), None]))
    dataset_json.write(data, tmp_path / "ae.json")
    dataset_json.write(data, tmp_path / "ae.ndjson")
    theirs = DatasetJSON.read_json(str(tmp_path / "ae.json"))
    assert theirs.rows == DatasetJSON.read_ndjson(str(tmp_path / "ae.ndjson")).rows == [["001", 1.5, "2024-03-10"], ["Ü", None, None]]
    theirs.write_json(str(tmp_path / "theirs.json"))
    theirs.write_ndjson(str(tmp_path / "theirs.ndjson"))
    ours = dataset_json.read(tmp_path / "ae.json")
    assert dataset_json.read(tmp_path / "theirs.json") == dataset_json.read(tmp_path / "theirs.ndjson") == ours


OTHERS = {
    "datasetJSONCreationDateTime": "2024-07-30T09:38:42+02:00", "datasetJSONVersion": "1.1", "fileOID": "www.sponsor.org/dd",
    "dbLastModifiedDateTime": "2020-08-21T09:14:25Z", "originator": "Sponsor", "sourceSystem": {"name": "System", "version": "1.0"},
    "studyOID": "S", "metaDataVersionOID": "MDV", "metaDataRef": "define.xml", "itemGroupOID": "IG.DD", "isReferenceData": False,
    "records": 2, "name": "DD", "label": "Death Details",
    "columns": [
        {"itemOID": "IT.A", "name": "USUBJID", "label": "Subject", "dataType": "string", "length": 8, "keySequence": 1},
        {"itemOID": "IT.B", "name": "BMI", "label": "BMI", "dataType": "decimal", "targetDataType": "decimal", "length": 16},
        {"itemOID": "IT.C", "name": "N", "label": "", "dataType": "double", "length": 8, "displayFormat": "8.2"},
        {"itemOID": "IT.D", "name": "DTC", "label": "Date", "dataType": "date"},
        {"itemOID": "IT.E", "name": "WWW", "label": "Link", "dataType": "URI"},
    ],
}  # fmt: skip
ROWS = [["1", "30.8983333232059", 12345678901234567890, "2024-03", "https://a.org"], ["", "1,234.50", -0.0, None, None]]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("order", ["as the standard has it", "rows first", "columns behind the rows"])
def test_others_files_are_read_and_written_again_with_equal_content(order: str, indent: int | None, tmp_path: Path) -> None:
    members = [*OTHERS.items(), ("rows", ROWS)]
    if order == "rows first":
        members = members[-1:] + members[:-1]
    elif order == "columns behind the rows":
        members = members[:-2] + members[:-3:-1]
    (tmp_path / "dd.json").write_text(json.dumps(dict(members), indent=indent))
    read = dataset_json.read(tmp_path / "dd.json")
    assert (read.name, read.created, read.facts["originator"]) == ("DD", datetime(2024, 7, 30, 9, 38, 42), "Sponsor")
    assert read.table["BMI"].to_pylist() == [30.8983333232059, 1234.5]
    assert [(v.length, v.digits) for v in read.variables] == [(8, None), (8, 16), (8, 8), (None, None), (None, None)]
    dataset_json.write(read, tmp_path / "again.json")
    again = json.loads((tmp_path / "again.json").read_text())
    assert again.pop("rows") == [[*ROWS[0][:2], float(12345678901234567890), *ROWS[0][3:]], ["", "1234.5", -0.0, None, None]]
    assert again == OTHERS
    assert list(again) == list(OTHERS)
    assert dataset_json.read(tmp_path / "again.json") == read


def test_lines_may_end_as_on_windows_and_the_last_need_not_end(tmp_path: Path) -> None:
    dataset_json.write(dataset(USUBJID=["001", "002"], AVAL=[1.0, None]), tmp_path / "ae.ndjson")
    wanted = dataset_json.read(tmp_path / "ae.ndjson")
    text = (tmp_path / "ae.ndjson").read_bytes()
    for changed in (text.replace(b"\n", b"\r\n"), text[:-1], text + b"\n \n", text.replace(b",", b" , "), b"\xef\xbb\xbf" + text):
        (tmp_path / "ae.ndjson").write_bytes(changed)
        assert dataset_json.read(tmp_path / "ae.ndjson").table.equals(wanted.table)
