"""What is wrong with a file is told with its place, all of it at once, and never with a value of a record."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clintrail.errors import Problems
from clintrail.transport import dataset_json
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.dataset_json import scan, source

HEADER: dict[str, Any] = {
    "datasetJSONCreationDateTime": "2026-01-31T00:00:00", "datasetJSONVersion": "1.1.0", "itemGroupOID": "IG.AE", "records": 3,
    "name": "AE", "label": "Adverse Events",
    "columns": [
        {"itemOID": "IT.A", "name": "USUBJID", "label": "Subject", "dataType": "string"},
        {"itemOID": "IT.B", "name": "AGE", "label": "Age", "dataType": "integer"},
        {"itemOID": "IT.C", "name": "ADT", "label": "Date", "dataType": "date", "targetDataType": "integer"},
    ],
}  # fmt: skip
GOOD = '["001",61,"2024-03-10"]'


def ndjson(*records: str, header: dict[str, Any] | None = None) -> str:
    return "\n".join([json.dumps(HEADER if header is None else header), *records]) + "\n"


def array(*records: str, header: dict[str, Any] | None = None) -> str:
    return json.dumps(HEADER if header is None else header)[:-1] + ', "rows": [' + ", ".join(records) + "]}"


def told(path: Path) -> list[str]:
    """`5 AGE: what is wrong` of each problem of a file, by the lines of the file."""
    with pytest.raises(Problems) as raised:
        dataset_json.read(path)
    for problem in raised.value.problems:
        assert problem.place.path == str(path) and problem.fix
    return [" ".join(filter(None, (str(p.place.line or ""), p.subject + ":" * bool(p.subject), p.problem))) for p in raised.value.problems]


def problems_of(text: str | bytes, tmp_path: Path, suffix: str = "ndjson") -> list[str]:
    path = tmp_path / f"ae.{suffix}"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return told(path)


# -- records ---------------------------------------------------------------------------------------------------------------------


def test_values_of_another_type_are_counted_by_column_and_the_first_is_named(tmp_path: Path) -> None:
    records = ['["001","61","2024-03"]', '[2,61.5,"2024-02-30"]', '["003",true,null]']
    wanted = [
        "2 ADT: values that are not dates in ISO 8601: 2 (first: record 1)",
        "2 AGE: values that are not whole numbers of 2**53 at most: 3 (first: record 1)",
        "3 USUBJID: values that are not text: 1 (first: record 2)",
    ]
    assert problems_of(ndjson(*records), tmp_path) == wanted
    assert problems_of(array(*records), tmp_path, "json") == sorted(line[2:] for line in wanted)


@pytest.mark.parametrize(
    ("data_type", "target", "cell", "what"),
    [
        ("string", "", "1", "not text"),
        ("integer", "", "1.5", "not whole numbers"),
        ("integer", "", "9007199254740993", "not whole numbers of 2**53 at most"),
        ("float", "", '"1"', "not numbers"),
        ("float", "", "true", "not numbers"),
        ("double", "", '"NaN"', "not numbers"),
        ("boolean", "", "1", "neither true nor false"),
        ("decimal", "decimal", "1.5", "not decimals in quotes"),
        ("decimal", "decimal", '"1.5e3"', "not decimals in quotes"),
        ("decimal", "decimal", '"12,34"', "not decimals in quotes"),
        ("date", "integer", '"10MAR2024"', "not dates in ISO 8601"),
        ("date", "integer", "23445", "not dates in ISO 8601"),
        ("datetime", "integer", '"2024-03-10T25:00:00"', "not dates with times in ISO 8601"),
        ("datetime", "integer", '"2024-03-10T08:30:00Z"', "not dates with times in ISO 8601"),
        ("time", "integer", '"24:30:00"', "not times of a day in ISO 8601"),
    ],
)
def test_each_data_type_refuses_what_it_is_not(data_type: str, target: str, cell: str, what: str, tmp_path: Path) -> None:
    column = {"itemOID": "IT.A", "name": "V", "label": "", "dataType": data_type, **({"targetDataType": target} if target else {})}
    header = HEADER | {"columns": [column], "records": 3}
    for make, suffix in ((ndjson, "ndjson"), (array, "json")):
        (problem,) = problems_of(make("[null]", f"[{cell}]", "[null]", header=header), tmp_path, suffix)
        assert f"values that are {what}" in problem
        assert problem.endswith(": 1 (first: record 2)")


@pytest.mark.parametrize(
    ("record", "what"),
    [
        ('["001",61]', "records with more or fewer values than the 3 columns"),
        ('["001",61,null,null]', "records with more or fewer values than the 3 columns"),
        ('{"USUBJID":"001"}', "records that are not an array of values"),
        ("61", "records that are not an array of values"),
        ('["001",61,"2024-03-10"', "records that are not JSON"),
        ('["001",61,NaN]', "records that are not JSON"),
        ('["001",061,null]', "records that are not JSON"),
        ('["001",61,null],[]', "records that are not JSON"),
        ('["\x01",61,null]', "records that are not JSON"),
        ('["\\ud800",61,null]', "records that are not JSON"),
        ('["001",[61],null]', "AGE: values that are not whole numbers of 2**53 at most"),
        ('[{},61,null]', "USUBJID: values that are not text"),
        ("[" * 2000 + "]" * 2000, "records that are not JSON"),
    ],
)
def test_a_line_that_is_no_record_is_told_with_its_line(record: str, what: str, tmp_path: Path) -> None:
    assert problems_of(ndjson(GOOD, record, GOOD), tmp_path) == [f"3 {what}: 1 (first: record 2)"]


@pytest.mark.parametrize(
    ("record", "what"),
    [
        ('["001",61]', "records with more or fewer values than the 3 columns: 1 (first: record 2)"),
        ('["001",061,null]', "records that are not JSON: 1 (first: record 2)"),
        ('{"USUBJID":"001"}', "records that are not an array of values: 1 (first: record 2)"),
        ('["001",[61],null]', "records that are not an array of values: 1 (first: record 2)"),
        ("61", "records that are not an array of values: 1 (first: record 2)"),
    ],
)
def test_an_element_of_rows_that_is_no_record_is_told_with_its_number(record: str, what: str, tmp_path: Path) -> None:
    assert problems_of(array(GOOD, record, GOOD), tmp_path, "json") == [what]


def test_a_comma_behind_the_last_record_is_no_json(tmp_path: Path) -> None:
    found = problems_of(array(GOOD, GOOD, GOOD + ","), tmp_path, "json")
    assert found == ["records that are not an array of values: 1 (first: record 4)"]


def test_text_that_is_not_utf_8_is_no_json(tmp_path: Path) -> None:
    text = ndjson(GOOD, '["é",61,null]', GOOD).encode("utf-8").replace("é".encode(), b"\xe9")
    assert problems_of(text, tmp_path) == ["3 records that are not JSON: 1 (first: record 2)"]


def test_of_very_many_faults_the_first_are_told_and_the_others_counted(tmp_path: Path) -> None:
    columns = [{"itemOID": f"IT.{n}", "name": f"V{n}", "label": "", "dataType": "integer"} for n in range(50)]
    found = problems_of(ndjson(json.dumps(["x"] * 50), header=HEADER | {"columns": columns, "records": 1}), tmp_path)
    assert len(found) == 21
    assert "30 more kinds of faults like these" in found


# -- count and length ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [ndjson, array])
def test_fewer_or_more_records_than_stated_are_refused(make: Any, tmp_path: Path) -> None:
    assert problems_of(make(GOOD, GOOD), tmp_path) == ["records: there are 2 records, the metadata state 3"]
    assert problems_of(make(*[GOOD] * 4), tmp_path) == ["records: there are more records than the 3 that the metadata state"]
    assert problems_of(make(), tmp_path) == ["records: there are 0 records, the metadata state 3"]


@pytest.mark.parametrize("suffix", ["json", "ndjson", "dsjc"])
def test_a_file_cut_anywhere_is_refused(suffix: str, tmp_path: Path) -> None:
    data = Dataset("AE", "", (Variable("T"), Variable("N", type="Num")), pa.table({"T": ['a"b', None, "Ü"], "N": [1.5, 2.0, None]}))
    dataset_json.write(data, tmp_path / f"whole.{suffix}")
    whole = (tmp_path / f"whole.{suffix}").read_bytes()
    end = len(whole.rstrip()) if suffix != "dsjc" else len(whole)
    for size in range(end):
        assert problems_of(whole[:size], tmp_path, suffix), size


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_where_a_file_is_cut_is_told(form: str, tmp_path: Path) -> None:
    text = ndjson(*[GOOD] * 3) if form == "ndjson" else array(*[GOOD] * 3)
    at = text.rindex("2024") + 3
    (problem,) = problems_of(text[:at], tmp_path, form)
    assert problem.removeprefix("4 ") == "records that are cut short, where the file ends: 1 (first: record 3)"


# -- metadata --------------------------------------------------------------------------------------------------------------------


def test_everything_that_is_wrong_with_the_metadata_is_told_at_once(tmp_path: Path) -> None:
    column = {"itemOID": "", "name": "AGE", "label": 1, "dataType": "text", "length": 0}
    header = {"datasetJSONVersion": "1.0.0", "creationDateTime": "", "itemGroupOID": "IG.AE", "records": "3", "name": "AE", "label": "",
              "sourceSystem": "EDC", "columns": [column, 7]}  # fmt: skip
    assert problems_of(ndjson(header=header), tmp_path) == [
        "1 AGE: itemOID is empty",
        "1 AGE: its dataType is none of the standard's",
        "1 AGE: label is not text",
        "1 AGE: length is no whole number of 1 or more",
        "1 columns[2]: not an object",
        "1 datasetJSONCreationDateTime: the attribute is missing",
        "1 datasetJSONVersion: this is not version 1.1",
        "1 records: not a whole number of 0 or more",
        "1 sourceSystem: not an object with name and version as text",
    ]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"columns": []}, "1 columns: not an array of columns"),
        ({"columns": HEADER["columns"][:1] * 2}, "1 IT.A: 2 columns have this itemOID;1 USUBJID: 2 columns have this name"),
        ({"columns": [HEADER["columns"][0] | {"targetDataType": "integer"}]},
         "1 USUBJID: targetDataType integer does not go with dataType string"),
        ({"datasetJSONCreationDateTime": "31JAN2026"}, "1 datasetJSONCreationDateTime: not a date and time in ISO 8601"),
        ({"records": -1}, "1 records: not a whole number of 0 or more"),
        ({"rows": None}, "1 rows: not an array"),
        ({"clinicalData": {}}, "1 this is Dataset-JSON version 1.0, which has another layout"),
    ],
)  # fmt: skip
def test_metadata_that_the_standard_does_not_have_are_refused(change: dict[str, Any], what: str, tmp_path: Path) -> None:
    assert ";".join(problems_of(ndjson(GOOD, GOOD, GOOD, header=HEADER | change), tmp_path)) == what


def test_an_attribute_that_stands_twice_is_refused(tmp_path: Path) -> None:
    text = ndjson(GOOD).replace('"name": "AE"', '"name": "AE", "name": "CM"')
    assert problems_of(text, tmp_path) == ["1 attributes stand twice in one object: name"]
    twice = array(GOOD, GOOD, GOOD)[:-1] + ', "rows": []}'
    assert problems_of(twice, tmp_path, "json") == ["something else stands behind the records"]


def test_unknown_attributes_are_noted(tmp_path: Path) -> None:
    (tmp_path / "ae.ndjson").write_text(ndjson(GOOD, GOOD, GOOD, header=HEADER | {"extension": {"rows": [1]}}))
    notes = dataset_json.read(tmp_path / "ae.ndjson").notes
    assert [note.problem for note in notes] == ["attributes that Dataset-JSON 1.1 does not have, which are not kept: extension"]


# -- no Dataset-JSON at all ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"USUBJID,AGE\n001,61\n", "this is not Dataset-JSON"),
        (b"[1]", "this is not Dataset-JSON"),
        (b"\x1f\x8b\x08", "the file is packed by gzip or zip"),
        (b'{"a": }\n', "1 the metadata are not JSON"),
        (b'{"a": "\xff"}\n', "1 the metadata are not UTF-8 text"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "1 the metadata are nested too deeply"),
        (b'{"a": 1', "1 the file is cut short"),
        (json.dumps(HEADER).encode() + b" " + GOOD.encode() + b"\n", "1 something stands behind the metadata on their line"),
    ],
)
def test_other_files_are_refused(text: bytes, what: str, tmp_path: Path) -> None:
    assert problems_of(text, tmp_path) == [what]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert told(tmp_path / "none.json") == ["the file cannot be read: No such file or directory"]


def test_damaged_compressed_files_are_refused(tmp_path: Path) -> None:
    packed = zlib.compress(ndjson(*[GOOD] * 3).encode())
    assert problems_of(packed[:-4] + b"\0\0\0\0", tmp_path, "dsjc") == ["the compressed data are damaged"]
    assert problems_of(packed + b"x", tmp_path, "dsjc") == ["something stands behind the end of the compressed data"]
    assert problems_of(packed[:-4], tmp_path, "dsjc") == ["the file is cut short"]


def test_a_small_file_that_unpacks_to_something_huge_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_HARMLESS", 1 << 20)
    packed = zlib.compress(ndjson().encode() + (GOOD + "\n").encode() * 500_000, 9)
    assert problems_of(packed, tmp_path, "dsjc")[0].startswith("records: there are more records")  # told before all is unpacked
    monkeypatch.setattr(source, "_MOST_PACKED", 50)
    header = HEADER | {"records": 500_000}
    packed = zlib.compress(ndjson(header=header).encode() + (GOOD + "\n").encode() * 500_000, 9)
    assert problems_of(packed, tmp_path, "dsjc") == ["the file unpacks to more than 50 times its size"]


def test_a_line_without_end_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "LONGEST_RECORD", 1 << 20)
    long = '["' + "x" * (5 << 20)
    assert problems_of(ndjson(GOOD) + long, tmp_path) == ["a line takes more than 16 MiB"]
    (problem,) = problems_of(array(GOOD)[:-2] + "," + long, tmp_path, "json")
    assert problem == "records that are not an array of values: 1 (first: record 2)"


# -- mutated files ---------------------------------------------------------------------------------------------------------------

SEEDS = [ndjson(*[GOOD] * 3).encode(), array(*[GOOD] * 3).encode(), zlib.compress(ndjson(*[GOOD] * 3).encode())]


@given(
    seed=st.sampled_from(SEEDS),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4), st.binary(max_size=3)), min_size=1, max_size=4),
)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mutated_file_gives_a_clear_error_or_a_table(seed: bytes, edits: list[tuple[float, int, bytes]], tmp_path: Path) -> None:
    for where, length, new in edits:
        at = int(where * len(seed))
        seed = seed[:at] + new + seed[at + length :]
    (tmp_path / "ae.ndjson").write_bytes(seed)
    try:
        read = dataset_json.read(tmp_path / "ae.ndjson")
    except Problems as error:
        assert error.problems
    else:
        assert read.table.num_columns == len(read.variables)


# -- writing ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "data_type", "what"),
    [
        (pa.array([1.0, float("inf")]), "", "values that are infinite or not a number: 1 (first: record 2)"),
        (pa.array([1.0, float("nan")]), "", "values that are infinite or not a number: 1 (first: record 2)"),
        (pa.array([1, 2**53 + 1]), "", "values that are whole numbers over 2**53, which a double cannot hold exactly: 1 (first: record 2)"),
        (pa.array([1.0, 1.5]), "integer", "values that are not whole numbers: 1 (first: record 2)"),
        (pa.array([1.0, 1e300]), "date", "values that are no dates: 1 (first: record 2)"),
        (pa.array(["true", "Y"]), "boolean", "values that are neither true nor false: 1 (first: record 2)"),
        (pa.array(["a", "b"]), "float", "the variable is Num of data type float, its column holds string"),
        (pa.array([1.0, 2.0]), "nonsense", "the variable is Num of data type nonsense, its column holds double"),
        (pa.array([1], pa.timestamp("us", "UTC")), "", "the variable is Num of data type datetime, its column holds timestamp[us, tz=UTC]"),
    ],
)
def test_what_cannot_be_written_is_refused_and_the_old_file_stays(column: pa.Array, data_type: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "ae.ndjson"
    path.write_text("old")
    variable = Variable("V", type="Char" if data_type == "boolean" else "Num", data_type=data_type)
    with pytest.raises(Problems) as raised:
        dataset_json.write(Dataset("AE", "", (variable,), pa.table({"V": column})), path)
    assert [p.problem for p in raised.value.problems] == [what]
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_stream_that_is_faulty_late_leaves_nothing(tmp_path: Path) -> None:
    batches = (pa.record_batch({"V": [1.0, float("inf") if n == 9 else 2.0]}) for n in range(10))
    with pytest.raises(Problems, match=r"infinite or not a number: 1 \(first: record 20\)"):
        dataset_json.write(batches, tmp_path / "ae.dsjc")
    with pytest.raises(Problems, match="2 records came, not the 3 announced"):
        dataset_json.write(iter([pa.record_batch({"V": [1.0, 2.0]})]), tmp_path / "ae.json", rows=3)
    assert list(tmp_path.iterdir()) == []


def test_names_and_oids_must_be_apart_and_columns_there(tmp_path: Path) -> None:
    variables = (Variable("A", oid="IT.X"), Variable("B", oid="IT.X"), Variable("C"))
    with pytest.raises(Problems) as raised:
        dataset_json.write(Dataset("AE", "", variables, pa.table({"A": ["1"], "B": ["2"]})), tmp_path / "ae.json")
    assert [(p.subject, p.problem) for p in raised.value.problems] == [
        ("C", "the table has no column of this name"),
        ("IT.X", "2 variables have this OID"),
    ]
    with pytest.raises(Problems, match="is no form of Dataset-JSON"):
        dataset_json.write(pa.table({"A": ["1"]}), tmp_path / "ae.xml")
