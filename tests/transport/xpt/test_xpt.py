"""XPT v5: what is written comes back, other readers read it, and what the format cannot hold is refused."""

from __future__ import annotations

import math
from datetime import date, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clintrail.errors import Problems
from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.xpt import format as xpt_format

VITALS = Dataset(
    "VS",
    "Vital Signs",
    (
        Variable("USUBJID", "Unique Subject Identifier"),
        Variable("VSTESTCD", "Vital Signs Test Short Name", length=8, format="$8."),
        Variable("VSSTRESN", "Numeric Result/Finding in Standard Units", "Num", format="8.2"),
        Variable("VSDT", "Date", "Num", format="DATE9."),
        Variable("VSDTM", "Date and Time", "Num", format="E8601DT20."),
        Variable("VSTM", "Time", "Num", format="TIME8."),
    ),
    pa.table(
        {
            "USUBJID": ["S-001", "S-001", "S-0002"],
            "VSTESTCD": ["WEIGHT", None, "TEMP"],
            "VSSTRESN": [61.25, None, -0.1],
            "VSDT": [date(1960, 1, 1), date(1959, 12, 31), None],
            "VSDTM": [datetime(2024, 3, 10, 8, 30, 0, 250000), None, datetime(1959, 12, 31, 23, 59, 59)],
            "VSTM": [clock(0, 0, 1), None, clock(23, 59, 59)],
        }
    ),
)


def one(values: Any, kind: str = "Char", **more: Any) -> Dataset:
    return Dataset("XX", "", (Variable("X", type=kind, **more),), pa.table({"X": values}))  # type: ignore[arg-type]


def written(tmp_path: Path, dataset: Dataset, **options: Any) -> bytes:
    path = tmp_path / "out.xpt"
    xpt.write(dataset, path, **options)
    return path.read_bytes()


def there_and_back(tmp_path: Path, dataset: Dataset, **options: Any) -> dict[str, list[Any]]:
    xpt.write(dataset, tmp_path / "out.xpt", **options)
    back: dict[str, list[Any]] = xpt.read(tmp_path / "out.xpt", encoding=options.get("encoding", "utf-8")).table.to_pydict()
    return back


def problems_of(tmp_path: Path, dataset: Dataset, **options: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(Problems) as caught:
        xpt.write(dataset, tmp_path / "refused.xpt", **options)
    assert not (tmp_path / "refused.xpt").exists()
    assert all(problem.fix for problem in caught.value.problems)
    return [(str(problem.place), problem.subject, problem.problem) for problem in caught.value.problems]


# what is written


def test_the_resolved_dataset_tells_lengths_and_the_reader_finds_them(tmp_path: Path) -> None:
    resolved = xpt.write(VITALS, tmp_path / "vs.xpt")
    assert [v.length for v in resolved.variables] == [6, 8, 8, 8, 8, 8]
    back = xpt.read(tmp_path / "vs.xpt")
    assert (back.name, back.label, back.variables, back.created) == ("VS", "Vital Signs", resolved.variables, datetime(1960, 1, 1))


def test_dates_and_times_become_counts_from_1960(tmp_path: Path) -> None:
    assert there_and_back(tmp_path, VITALS) == {
        "USUBJID": ["S-001", "S-001", "S-0002"],
        "VSTESTCD": ["WEIGHT", None, "TEMP"],
        "VSSTRESN": [61.25, None, -0.1],
        "VSDT": [0.0, -1.0, None],
        "VSDTM": [2025678600.25, None, -1.0],
        "VSTM": [1.0, None, 86399.0],
    }


def test_pyreadstat_reads_values_labels_lengths_and_formats_as_meant(tmp_path: Path) -> None:
    xpt.write(VITALS, tmp_path / "vs.xpt", created=datetime(2024, 5, 6, 7, 8, 9))
    frame, meta = pyreadstat.read_xport(str(tmp_path / "vs.xpt"), disable_datetime_conversion=True)
    assert (meta.table_name, meta.file_label, meta.creation_time) == ("VS", "Vital Signs", datetime(2024, 5, 6, 7, 8, 9))
    assert meta.column_names_to_labels == {v.name: v.label for v in VITALS.variables}
    assert meta.variable_storage_width == {"USUBJID": 6, "VSTESTCD": 8, "VSSTRESN": 8, "VSDT": 8, "VSDTM": 8, "VSTM": 8}
    formats = {name: form for name, form in meta.original_variable_types.items() if form}
    assert formats == {"VSTESTCD": "$8", "VSSTRESN": "8.2", "VSDT": "DATE9", "VSDTM": "E8601DT20", "VSTM": "TIME8"}
    assert frame["USUBJID"].tolist() == ["S-001", "S-001", "S-0002"]
    assert frame["VSTESTCD"].fillna("").tolist() == ["WEIGHT", "", "TEMP"]
    expected = {"VSSTRESN": [61.25, None, -0.1], "VSDT": [0, -1, None], "VSDTM": [2025678600.25, None, -1], "VSTM": [1, None, 86399]}
    for name, values in expected.items():
        assert [None if math.isnan(x) else x for x in frame[name]] == values


def test_the_bytes_are_those_of_the_technical_note(tmp_path: Path) -> None:
    data = written(tmp_path, one(["ab", "c"], label="A label", format="$CHAR12."), created=datetime(2019, 2, 3, 4, 5, 6))
    records = [data[at : at + 80] for at in range(0, len(data), 80)]
    assert records[0] == b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!000000000000000000000000000000  "
    assert records[1] == b"SAS     SAS     SASLIB  9.4     " + b" " * 32 + b"03FEB19:04:05:06"
    assert records[2] == b"03FEB19:04:05:06" + b" " * 64
    assert records[3] == b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "
    assert records[4] == b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!000000000000000000000000000000  "
    assert records[5] == b"SAS     XX      SASDATA 9.4     " + b" " * 32 + b"03FEB19:04:05:06"
    assert records[6] == b"03FEB19:04:05:06" + b" " * 64
    assert records[7] == b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!000000000100000000000000000000  "
    namestr = b"\0\2\0\0\0\2\0\1" + b"X".ljust(8) + b"A label".ljust(40) + b"$CHAR   " + b"\0\14\0\0\0\0\0\0" + b" " * 8 + b"\0" * 60
    assert b"".join(records[8:10]) == namestr + b" " * 20
    assert records[10] == b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!000000000000000000000000000000  "
    assert records[11] == b"abc" + b" " * 77
    assert len(records) == 12


@pytest.mark.parametrize("count", [1, 9, 10, 11, 20])
def test_the_data_are_padded_with_blanks_to_80_bytes(tmp_path: Path, count: int) -> None:
    data = written(tmp_path, one([1.0] * count, "Num"))
    records = data[data.index(b"HEADER RECORD*******OBS") + 80 :]
    assert len(records) == math.ceil(count / 10) * 80
    assert records == b"\x41\x10\0\0\0\0\0\0" * count + b" " * (len(records) - 8 * count)


def test_a_missing_number_is_a_full_stop_and_zeros(tmp_path: Path) -> None:
    assert written(tmp_path, one(pa.array([None], pa.float64()), "Num")).endswith(b".\0\0\0\0\0\0\0" + b" " * 72)


def test_the_same_dataset_gives_the_same_bytes_however_arrow_cut_it(tmp_path: Path) -> None:
    chunked = pa.concat_tables([VITALS.table.slice(0, 1), VITALS.table.slice(1)])
    other = Dataset(VITALS.name, VITALS.label, VITALS.variables, chunked)
    assert written(tmp_path, VITALS) == written(tmp_path, VITALS) == written(tmp_path, other)


def test_a_dataset_without_records_keeps_its_variables(tmp_path: Path) -> None:
    empty = Dataset("VS", "Vital Signs", VITALS.variables, VITALS.table.slice(0, 0))
    resolved = xpt.write(empty, tmp_path / "vs.xpt")
    back = xpt.read(tmp_path / "vs.xpt")
    assert [v.length for v in resolved.variables] == [1, 8, 8, 8, 8, 8]
    assert (back.table.num_rows, back.variables) == (0, resolved.variables)
    frame, _ = pyreadstat.read_xport(str(tmp_path / "vs.xpt"))
    assert frame.shape == (0, 6)


def test_names_are_written_in_upper_case_and_other_columns_left_out(tmp_path: Path) -> None:
    dataset = Dataset("ae", "", (Variable("aeSeq", type="Num"),), pa.table({"hidden": ["x"], "aeSeq": [1]}))
    resolved = xpt.write(dataset, tmp_path / "ae.xpt")
    back = xpt.read(tmp_path / "ae.xpt")
    assert (resolved.name, back.name, back.table.to_pydict(), resolved.table.to_pydict()) == ("AE", "AE", {"AESEQ": [1.0]}, {"AESEQ": [1]})


def test_every_kind_of_column_is_taken(tmp_path: Path) -> None:
    kinds = {
        "Char": [pa.array([None, "a"], kind) for kind in (pa.string(), pa.large_string(), pa.string_view())]
        + [pa.array([None, "a"]).dictionary_encode()],
        "Num": [pa.array([None, 7], kind) for kind in (pa.int8(), pa.uint16(), pa.int64(), pa.float32(), pa.decimal128(9, 2))],
    }
    for kind, arrays in kinds.items():
        for array in arrays:
            assert there_and_back(tmp_path, one(array, kind))["X"] == [None, {"Char": "a", "Num": 7.0}[kind]]
    assert there_and_back(tmp_path, Dataset("XX", "", (Variable("A"), Variable("B", type="Num")),
                          pa.table({"A": pa.nulls(2), "B": pa.nulls(2)}))) == {"A": [None, None], "B": [None, None]}  # fmt: skip


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_moments_of_any_unit_keep_their_fractions(tmp_path: Path, unit: str) -> None:
    moments = pa.array([datetime(1959, 12, 31, 23, 59, 58), datetime(2024, 1, 1)], pa.timestamp(unit))
    assert there_and_back(tmp_path, one(moments, "Num"))["X"] == [-2.0, 2019686400.0]
    if unit in ("us", "ns"):
        late = pa.array([datetime(1950, 1, 1, 0, 0, 0, 500000)], pa.timestamp(unit))
        assert there_and_back(tmp_path, one(late, "Num"))["X"] == [-3652 * 86400 + 0.5]


def test_trailing_blanks_do_not_count_and_leading_ones_stay(tmp_path: Path) -> None:
    dataset = one(["  a  ", " " * 300, "b" * 200 + " "])
    assert xpt.write(dataset, tmp_path / "out.xpt").variables[0].length == 200
    assert xpt.read(tmp_path / "out.xpt").table["X"].to_pylist() == ["  a", None, "b" * 200]


@pytest.mark.parametrize(("encoding", "length"), [("utf-8", 5), ("latin-1", 4)])
def test_text_outside_ascii_needs_an_encoding_and_is_measured_in_its_bytes(tmp_path: Path, encoding: str, length: int) -> None:
    dataset = one(["abc", None, "café"], label="Boisson préférée")
    assert xpt.write(dataset, tmp_path / "out.xpt", encoding=encoding).variables[0].length == length  # type: ignore[arg-type]
    back = xpt.read(tmp_path / "out.xpt", encoding=encoding)
    assert (back.table["X"].to_pylist(), back.variables[0].label) == (["abc", None, "café"], "Boisson préférée")


NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,7}", fullmatch=True)
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200)
NUMBERS = st.floats(min_value=16.0**-65, max_value=1e75) | st.integers(-(2**53), 2**53).map(float)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    rows = draw(st.integers(0, 12))
    variables, columns = [], {}
    for name in names:
        is_number = draw(st.booleans())
        cells = draw(st.lists(st.none() | (NUMBERS if is_number else TEXTS), min_size=rows, max_size=rows))
        columns[name] = pa.array(cells, pa.float64() if is_number else pa.string())
        variables.append(Variable(name, draw(TEXTS.map(lambda t: t[:40].rstrip())), "Num" if is_number else "Char"))
    # a number that is never missing in blanks, so that the last record is told from padding
    variables.append(Variable("LASTNUM8", type="Num"))
    return Dataset("XX", "", tuple(variables), pa.table({**columns, "LASTNUM8": pa.array([1.0] * rows)}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(datasets())
def test_whatever_is_written_comes_back(tmp_path: Path, dataset: Dataset) -> None:
    resolved = xpt.write(dataset, tmp_path / "out.xpt")
    back = xpt.read(tmp_path / "out.xpt")
    assert back.variables == resolved.variables
    for variable in resolved.variables:
        cells = resolved.table[variable.name].to_pylist()
        assert back.table[variable.name].to_pylist() == ([c.rstrip(" ") or None if c else None for c in cells]
                                                         if variable.type == "Char" else cells)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from(["a", "bc", None]), max_size=200), st.integers(1, 90))
def test_short_records_come_back_in_their_number_or_are_refused(tmp_path: Path, cells: list[str | None], length: int) -> None:
    dataset = one(pa.array(cells, pa.string()), length=max(length, 2))
    try:
        assert there_and_back(tmp_path, dataset)["X"] == cells
    except Problems as refused:
        assert cells[-1] is None and length < 80
        assert "is blank; readers take it for the padding" in str(refused)


# what is refused


def test_every_violation_is_told_at_once_and_no_value_is_shown(tmp_path: Path) -> None:
    variables = (
        Variable("LONGNAME9"),
        Variable("1ST"),
        Variable("A-B"),
        Variable("ÜBER"),
        Variable("LABEL", label="x" * 41),
        Variable("ACCENT", label="é"),
        Variable("FORMAT", format="DATE 9"),
        Variable("TEXTFMT", type="Num", format="$8."),
        Variable("NUMFMT", format="8.2"),
        Variable("TWICE"),
        Variable("twice"),
        Variable("ABSENT"),
        Variable("LONGTEXT"),
        Variable("CUT", length=3),
        Variable("LENGTH", length=201),
        Variable("SHORTNUM", type="Num", length=4),
        Variable("FOREIGN"),
        Variable("ISNUM"),
        Variable("ISTEXT", type="Num"),
        Variable("ZONED", type="Num"),
        Variable("INFINITE", type="Num"),
        Variable("HUGE", type="Num"),
        Variable("BIGINT", type="Num"),
    )
    columns: dict[str, Any] = {v.name: ["a", "b", "c"] for v in variables if v.name != "ABSENT"}
    columns |= {v.name: [1.0, 2.0, 3.0] for v in variables if v.type == "Num"}
    columns |= {
        "LONGTEXT": ["a", "secret" * 40, "secret" * 50],
        "CUT": ["abc", "secret", None],
        "FOREIGN": ["a", "b", "sécret"],
        "ISNUM": [1, 2, 3],
        "ISTEXT": ["1", "2", "3"],
        "ZONED": pa.array([datetime(2024, 1, 1)] * 3, pa.timestamp("us", tz="UTC")),
        "INFINITE": [1.0, math.inf, math.nan],
        "HUGE": [7.3e75, -1e300, 7.2e75],
        "BIGINT": [2**53, 2**53 + 1, -(2**53) - 2],
    }
    dataset = Dataset("TOOLONGNAME", "y" * 41, variables, pa.table(columns))
    told = problems_of(tmp_path, dataset, created=datetime(1959, 1, 1))
    assert all(place == "TOOLONGNAME" for place, _, _ in told)
    assert [(subject, problem) for _, subject, problem in told] == [
        ("", "the dataset's name is not a name of XPT v5"),
        ("", "the label has 41 bytes"),
        ("", "the year 1959 cannot be told in the header, whose years have two digits"),
        ("1ST", "the variable's name is not a name of XPT v5"),
        ("A-B", "the variable's name is not a name of XPT v5"),
        ("ABSENT", "the table has no column of this name"),
        ("ACCENT", "the label holds characters outside ascii"),
        ("BIGINT", "1 of 3 values (first: record 2) are whole numbers that a double cannot hold exactly"),
        ("CUT", "1 of 3 values (first: record 2) have more than 3 bytes"),
        ("FOREIGN", "1 of 3 values (first: record 3) hold characters outside ascii"),
        ("FORMAT", "'DATE 9' is not a SAS format of XPT v5"),
        ("HUGE", "2 of 3 values (first: record 1) are 7.2e75 or more in size"),
        ("INFINITE", "2 of 3 values (first: record 2) are infinite or not a number"),
        ("ISNUM", "the variable is Char, its column holds int64"),
        ("ISTEXT", "the variable is Num, its column holds string"),
        ("LABEL", "the label has 41 bytes"),
        ("LENGTH", "the length is 201"),
        ("LONGNAME9", "the variable's name is not a name of XPT v5"),
        ("LONGTEXT", "2 of 3 values (first: record 2) have more than 200 bytes"),
        ("NUMFMT", "8.2 is a format for numbers, the variable is Char"),
        ("SHORTNUM", "the length of a number is 4"),
        ("TEXTFMT", "$8. is a format for text, the variable is Num"),
        ("TWICE", "2 variables have this name (names differ by more than case)"),
        ("ZONED", "the variable is Num, its column holds timestamp[us, tz=UTC]"),
        ("ÜBER", "the variable's name is not a name of XPT v5"),
    ]


def test_a_dataset_needs_variables_and_columns_must_differ(tmp_path: Path) -> None:
    assert problems_of(tmp_path, Dataset("XX", "", (), pa.table({}))) == [("XX", "", "0 variables")]
    doubled = pa.table([pa.array(["a"]), pa.array(["b"])], names=["X", "X"])
    told = problems_of(tmp_path, Dataset("XX", "", (Variable("X"),), doubled))
    assert told == [("XX", "X", "2 columns of the table have this name")]


def test_text_outside_the_stated_encoding_is_refused(tmp_path: Path) -> None:
    told = problems_of(tmp_path, one(["é", "漢", None]), encoding="latin-1")
    assert told == [("XX", "X", "1 of 3 values (first: record 2) hold characters outside latin-1")]


def test_tiny_numbers_become_zero_and_are_noted(tmp_path: Path) -> None:
    resolved = xpt.write(one([1.0, 1e-80, -1e-300, 0.0], "Num"), tmp_path / "out.xpt")
    assert [note.problem for note in resolved.notes] == ["2 of 4 values (first: record 2) are under 5.4e-79 in size and were written as 0"]
    assert xpt.read(tmp_path / "out.xpt").table["X"].to_pylist() == [1.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("", 0, 0)),
        ("DATE9.", ("DATE", 9, 0)),
        ("8.2", ("", 8, 2)),
        ("8.", ("", 8, 0)),
        ("$20.", ("$", 20, 0)),
        ("$CHAR20.", ("$CHAR", 20, 0)),
        ("best12.", ("BEST", 12, 0)),
        ("E8601DA10.", ("E8601DA", 10, 0)),
        ("DATETIME.", ("DATETIME", 0, 0)),
        ("DATE9", None),
        (".", None),
        ("9DATE.", None),
        ("TOOLONGNAME8.", None),
        ("8.222", None),
    ],
)
def test_formats_are_split_into_name_width_and_decimals(text: str, parts: tuple[str, int, int] | None) -> None:
    assert xpt_format.split_format(text) == parts
    if parts:
        assert xpt_format.join_format(*parts) == text.upper()


# what cannot be read


def refusal(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(Problems) as caught:
        xpt.read(path)
    (problem,) = caught.value.problems
    assert str(problem.place) == str(path) and problem.fix
    return problem.problem


def test_files_that_are_no_xpt_are_refused_by_what_they_are(tmp_path: Path) -> None:
    path, good = tmp_path / "bad.xpt", written(tmp_path, VITALS)
    assert refusal(path, b"") == "the file is empty"
    assert refusal(path, b"USUBJID,AETERM\n" * 50) == "this is not an XPT file"
    assert refusal(path, good.replace(b"*LIBRARY ", b"*LIBV8   ")) == "the headers are not those of an XPT v8 dataset"
    assert refusal(path, b"**COMPRESSED** **COMPRESSED**" + b" " * 300) == "this is a file of PROC CPORT, which only SAS reads"
    assert refusal(path, good.replace(b"*MEMBER ", b"*NUMBER ")) == "the headers are not those of an XPT v5 dataset"
    with pytest.raises(Problems, match="the file cannot be read: No such file"):
        xpt.read(tmp_path / "absent.xpt")


def test_a_file_cut_at_any_byte_is_refused(tmp_path: Path) -> None:
    variables = (Variable("X", length=200), Variable("N", type="Num"))
    long = Dataset("XX", "", variables, pa.table({"X": ["a" * 150] * 3, "N": [1, 2, 3]}))
    good = written(tmp_path, long)
    start = good.index(b"HEADER RECORD*******OBS") + 80
    # after the headers alone, and where the data end at the end of a record and of 80 bytes, no reader can tell
    told = {refusal(tmp_path / "cut.xpt", good[:size]) for size in range(1, len(good)) if size != start}
    assert told == {"the file is cut short"}


def test_two_datasets_in_one_file_are_refused_not_read_as_records(tmp_path: Path) -> None:
    good = written(tmp_path, VITALS)
    second = good[good.index(b"HEADER RECORD*******MEMBER") :]
    assert refusal(tmp_path / "two.xpt", good + second) == "the file holds more than one dataset"


def test_text_of_another_encoding_is_refused_with_its_variable(tmp_path: Path) -> None:
    data = written(tmp_path, one(["é"]), encoding="latin-1")
    assert refusal(tmp_path / "latin.xpt", data) == "values that are not utf-8 text"


# what others wrote


def test_files_of_another_writer_are_read(tmp_path: Path) -> None:
    frame = VITALS.table.select(["USUBJID", "VSSTRESN", "VSDT"]).to_pandas()
    pyreadstat.write_xport(frame, str(tmp_path / "other.xpt"), table_name="VS", file_label="Theirs", file_format_version=5,
                           column_labels=["Subject", "Result", "Date"])  # fmt: skip
    back = xpt.read(tmp_path / "other.xpt")
    assert (back.name, back.label, [v.label for v in back.variables]) == ("VS", "Theirs", ["Subject", "Result", "Date"])
    assert back.table.to_pydict() == {"USUBJID": ["S-001", "S-001", "S-0002"], "VSSTRESN": [61.25, None, -0.1], "VSDT": [0.0, -1.0, None]}


def test_numbers_stored_in_fewer_bytes_are_read(tmp_path: Path) -> None:
    data = bytearray(written(tmp_path, one(["?" * 3, "?" * 3])))
    namestr = data.index(b"HEADER RECORD*******NAMESTR") + 80
    data[namestr : namestr + 2] = b"\0\1"
    records = data.index(b"HEADER RECORD*******OBS") + 80
    data[records : records + 6] = b"\x42\x64\x80" + b"_\0\0"
    (tmp_path / "short.xpt").write_bytes(data)
    assert xpt.read(tmp_path / "short.xpt").table.to_pydict() == {"X": [100.5, None]}


def test_blank_records_at_the_end_count_as_far_as_the_size_tells(tmp_path: Path) -> None:
    assert there_and_back(tmp_path, one(["a", None], length=80))["X"] == ["a", None]
    assert there_and_back(tmp_path, one(["a", None, None], length=60))["X"] == ["a", None, None]
    told = problems_of(tmp_path, one(["a", None], length=40))
    assert told == [("XX", "", "the last of 2 records is blank; readers take it for the padding of the file")]
