"""What can be written: pandas frames, Arrow tables and record batches, whole or streamed, on any number of threads."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from clintrail.errors import Problems, Severity
from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.missing import missing_names, tagged


def back(path: Path) -> dict[str, list[Any]]:
    values: dict[str, list[Any]] = xpt.read(path).table.to_pydict()
    return values


# pandas


def test_a_frame_is_written_by_the_types_of_its_columns(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "STR": pd.Series(["a", None, "cd "], dtype="str"),
            "OBJECT": pd.Series(["a", None, math.nan], dtype="object"),
            "CATEGORY": pd.Categorical(["b", None, "a"], categories=["a", "b", "never used, and long"]),
            "STRING": pd.array(["x", pd.NA, ""], dtype="string"),
            "FLOAT": [1.5, math.nan, -0.0],
            "FLOAT32": np.array([0.5, math.nan, 2], dtype=np.float32),
            "INT": [1, 2, 3],
            "NULLABLE": pd.array([1, pd.NA, 3], dtype="Int64"),
            "NULLABLF": pd.array([1.5, pd.NA, 3], dtype="Float64"),
            "UINT8": np.array([0, 255, 7], dtype=np.uint8),
            "NUMCAT": pd.Categorical([20, 10, None]),
            "DECIMAL": pd.Series([Decimal("1.25"), None, Decimal("-3")], dtype="object"),
            "MOMENT": pd.Series([datetime(2024, 3, 10, 8, 30), None, datetime(1959, 12, 31)], dtype="datetime64[ns]"),
            "DAY": pd.Series([date(1960, 1, 2), None, date(1959, 12, 31)], dtype="object"),
            "CLOCK": pd.Series([time(0, 0, 1), None, time(1, 0)], dtype="object"),
            "NOTHING": pd.Series([None, None, None], dtype="object"),
        }
    )
    resolved = xpt.write(frame, tmp_path / "frame.xpt", label="A Frame")
    assert (resolved.name, resolved.label) == ("FRAME", "A Frame")
    assert [(v.name, v.type, v.length) for v in resolved.variables if v.type == "Char"] == [
        ("STR", "Char", 2), ("OBJECT", "Char", 1), ("CATEGORY", "Char", 1), ("STRING", "Char", 1), ("NOTHING", "Char", 1),
    ]  # fmt: skip
    assert {v.name: v.format for v in resolved.variables if v.format} == {"MOMENT": "DATETIME20.", "DAY": "DATE9.", "CLOCK": "TIME8."}
    assert back(tmp_path / "frame.xpt") == {
        "STR": ["a", None, "cd"],
        "OBJECT": ["a", None, None],
        "CATEGORY": ["b", None, "a"],
        "STRING": ["x", None, None],
        "FLOAT": [1.5, None, 0.0],
        "FLOAT32": [0.5, None, 2.0],
        "INT": [1.0, 2.0, 3.0],
        "NULLABLE": [1.0, None, 3.0],
        "NULLABLF": [1.5, None, 3.0],
        "UINT8": [0.0, 255.0, 7.0],
        "NUMCAT": [20.0, 10.0, None],
        "DECIMAL": [1.25, None, -3.0],
        "MOMENT": [2025678600.0, None, -86400.0],
        "DAY": [1.0, None, -1.0],
        "CLOCK": [1.0, None, 3600.0],
        "NOTHING": [None, None, None],
    }


def test_variables_say_what_a_frame_does_not(tmp_path: Path) -> None:
    variables = [Variable("B", "A Label", "Num", format="8.1"), Variable("A", length=10)]
    resolved = xpt.write(pd.DataFrame({"A": ["x"], "B": [1.0], "C": [2]}), tmp_path / "x.xpt", name="VS", variables=variables)
    read = xpt.read(tmp_path / "x.xpt")
    assert (read.name, read.variables) == ("VS", resolved.variables)
    assert [(v.name, v.label, v.length, v.format) for v in read.variables] == [("B", "A Label", 8, "8.1"), ("A", "", 10, "")]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1, "a"], "the column holds object that is neither text nor numbers nor moments throughout"),
        ([True, False], "the variable is Num, its column holds bool"),
        ([["a"], ["b"]], "the variable is Num, its column holds list<item: string>"),
        (pd.to_datetime(["2024-01-01", "2024-01-02"]).tz_localize("UTC"), "the variable is Num, its column holds timestamp["),
        ([math.inf, 1.0], "1 of 2 values (first: record 1) are infinite or not a number"),
        ([0, 2**53 + 1], "1 of 2 values (first: record 2) are whole numbers that a double cannot hold exactly"),
    ],
)
def test_what_a_frame_has_that_sas_has_not_is_refused(tmp_path: Path, values: Any, told: str) -> None:
    with pytest.raises(Problems) as refused:
        xpt.write(pd.DataFrame({"X": values}), tmp_path / "x.xpt")
    (problem,) = refused.value.problems
    assert (problem.subject, problem.problem[: len(told)]) == ("X", told)
    assert list(tmp_path.iterdir()) == []


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame([["a", "b"]], columns=["X", "X"])
    with pytest.raises(Problems, match="2 columns of the table have this name"):
        xpt.write(frame, tmp_path / "x.xpt")


# Arrow


def test_a_table_tells_labels_and_formats_in_the_metadata_of_its_fields(tmp_path: Path) -> None:
    field = pa.field("X", pa.float64(), metadata={"label": "A Label", "format": "8.2"})
    resolved = xpt.write(pa.table([pa.array([1.0])], schema=pa.schema([field])), tmp_path / "x.xpt")
    assert [(v.label, v.format) for v in resolved.variables] == [("A Label", "8.2")]


def test_nulls_with_bytes_beneath_are_null(tmp_path: Path) -> None:
    text = pa.array(["secret", "a", "b"])
    masked = pa.Array.from_buffers(pa.string(), 3, [pa.py_buffer(b"\x06"), *text.buffers()[1:]])
    number = pa.array([7.2e75, 1.0, 2.0])
    masked_number = pa.Array.from_buffers(pa.float64(), 3, [pa.py_buffer(b"\x06"), number.buffers()[1]])
    resolved = xpt.write(pa.table({"X": masked, "N": masked_number}), tmp_path / "x.xpt")
    assert resolved.variables[0].length == 1
    assert back(tmp_path / "x.xpt") == {"X": [None, "a", "b"], "N": [None, 1.0, 2.0]}


def test_dictionaries_of_any_size_and_their_faults_are_by_record(tmp_path: Path) -> None:
    column = pa.array(["a", "é", None, "é", "unused" * 50]).dictionary_encode().slice(0, 4)
    with pytest.raises(Problems) as refused:
        xpt.write(pa.table({"X": column, "Y": pa.concat_arrays([column])}), tmp_path / "x.xpt")
    assert [p.problem for p in refused.value.problems] == ["2 of 4 values (first: record 2) hold characters outside ascii"] * 2
    many = pa.concat_arrays([column] * 500)
    written = xpt.write(pa.table({"X": many}), tmp_path / "x.xpt", encoding="utf-8")
    assert (written.variables[0].length, back(tmp_path / "x.xpt")["X"]) == (2, ["a", "é", None, "é"] * 500)


# streams

SCHEMA = pa.schema([("X", pa.string()), ("N", pa.float64())])
STATED = (Variable("X", length=5), Variable("N", type="Num"))


def batches(sizes: list[int]) -> Iterator[pa.RecordBatch]:
    first = 0
    for size in sizes:
        numbers = range(first, first + size)
        texts = [None if n % 7 == 0 else f"t{n % 1000}" for n in numbers]
        yield pa.RecordBatch.from_arrays([pa.array(texts, pa.string()), pa.array([float(n) for n in numbers])], schema=SCHEMA)
        first += size


@pytest.mark.parametrize("version", [5, 8])
def test_a_stream_gives_the_bytes_of_its_table_however_it_is_cut_and_on_any_threads(tmp_path: Path, version: Any) -> None:
    rows = 150_000  # some blocks
    whole = pa.Table.from_batches(batches([rows]))
    xpt.write(whole, tmp_path / "whole.xpt", name="XX", variables=STATED, version=version, threads=1)
    expected = (tmp_path / "whole.xpt").read_bytes()
    cuts = [[rows], [1, rows - 2, 1], [7] * 20 + [rows - 140], [0, 50_000, 0, 100_000, 0]]
    ways: list[Any] = [*(batches(cut) for cut in cuts), pa.RecordBatchReader.from_batches(SCHEMA, batches([75_000] * 2)), whole]
    for threads in (1, 2, 5):
        for number, data in enumerate(ways if threads == 1 else ways[-1:]):
            xpt.write(data, tmp_path / "out.xpt", name="XX", variables=STATED, version=version, threads=threads)
            assert (tmp_path / "out.xpt").read_bytes() == expected, (threads, number)
    written = xpt.write(batches([40_000] * 3), tmp_path / "out.xpt", variables=STATED, threads=3)
    assert (written.facts["records"], written.table.num_rows, written.table.column_names) == ("120000", 0, ["X", "N"])


def test_batches_that_are_read_can_be_written_again(tmp_path: Path) -> None:
    xpt.write(batches([30_000]), tmp_path / "a.xpt", name="XX", variables=STATED)
    with xpt.open(tmp_path / "a.xpt", batch_rows=999) as file:
        assert file.members[0].records == 30_000
        xpt.write(file.batches(), tmp_path / "b.xpt", name="XX", variables=file.members[0].variables, rows=30_000)
    assert (tmp_path / "a.xpt").read_bytes() == (tmp_path / "b.xpt").read_bytes()


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("batch_rows", [1, 13, 100, None])
def test_batches_hold_what_the_table_holds(tmp_path: Path, batch_rows: int | None, threads: int) -> None:
    xpt.write(batches([100]), tmp_path / "a.xpt", variables=STATED)
    with xpt.open(tmp_path / "a.xpt", batch_rows=batch_rows, threads=threads) as file:
        read = list(file.batches())
    assert {batch.num_rows for batch in read[:-1]} <= {batch_rows}
    assert pa.Table.from_batches(read).equals(xpt.read(tmp_path / "a.xpt").table)


def test_what_a_stream_does_not_tell_must_be_stated(tmp_path: Path) -> None:
    with pytest.raises(Problems) as refused:
        xpt.write(batches([3]), tmp_path / "x.xpt")
    assert [(p.subject, p.problem) for p in refused.value.problems] == [("X", "the length is not stated")]
    with pytest.raises(Problems, match="there is no record batch"):
        xpt.write(iter([]), tmp_path / "x.xpt", variables=STATED)
    with pytest.raises(Problems, match="3 records came, 4 were to come"):
        xpt.write(batches([3]), tmp_path / "x.xpt", variables=STATED, rows=4)
    other = pa.RecordBatch.from_pydict({"X": ["a"]})
    with pytest.raises(Problems, match="record batch 2 has other columns than the first"):
        xpt.write([*batches([3]), other], tmp_path / "x.xpt", variables=STATED)
    assert list(tmp_path.iterdir()) == []


# faults of values


def test_faults_late_in_a_stream_are_counted_and_leave_the_old_file_as_it_was(tmp_path: Path) -> None:
    xpt.write(batches([3]), tmp_path / "x.xpt", variables=STATED)
    before = (tmp_path / "x.xpt").read_bytes()
    bad = pa.RecordBatch.from_arrays([pa.array(["much too long", "é", "x"]), pa.array([math.inf, math.nan, 1e76])], schema=SCHEMA)
    with pytest.raises(Problems) as refused:
        xpt.write([*batches([100_000]), bad, *batches([400_000]), bad], tmp_path / "x.xpt", variables=STATED)
    assert [(p.subject, p.problem) for p in refused.value.problems] == [
        ("N", "2 of 500006 values (first: record 100003) are 7.2e75 or more in size"),
        ("N", "4 of 500006 values (first: record 100001) are infinite or not a number"),
        ("X", "2 of 500006 values (first: record 100001) have more than 5 bytes"),
        ("X", "2 of 500006 values (first: record 100002) hold characters outside ascii"),
    ]
    assert [p.name for p in tmp_path.iterdir()] == ["x.xpt"] and (tmp_path / "x.xpt").read_bytes() == before


def test_text_that_is_not_ascii_is_noted_with_what_readers_would_show(tmp_path: Path) -> None:
    written = xpt.write(pa.table({"X": ["é", "e", "ü"]}), tmp_path / "x.xpt", encoding="utf-8")
    (note,) = written.notes
    assert (note.severity, note.problem[:60]) == (Severity.NOTE, "2 of 3 values (first: record 1) hold characters outside ASCI")
    assert "see that the receiver reads utf-8" in note.fix and "Ã© for é" in note.fix


@pytest.mark.parametrize("encoding", ["nonsense", "utf-16", "cp037", "rot13"])
def test_encodings_that_no_file_can_be_in_are_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(Problems, match=f"{encoding} is no encoding of XPT files"):
        xpt.write(pa.table({"X": ["a"]}), tmp_path / "x.xpt", encoding=encoding)
    with pytest.raises(Problems, match=f"{encoding} is no encoding of XPT files"):
        xpt.read(tmp_path / "x.xpt", encoding=encoding)


@pytest.mark.parametrize("encoding", ["windows-1252", "gb18030", "shift_jis", "euc_kr"])
def test_text_is_measured_and_kept_in_any_encoding_of_sas(tmp_path: Path, encoding: str) -> None:
    text = {"windows-1252": "5 µg – ½", "gb18030": "黄褐斑", "shift_jis": "肝斑", "euc_kr": "기미"}[encoding]
    written = xpt.write(pa.table({"X": [text, None, "a" * 3] * 9}), tmp_path / "x.xpt", encoding=encoding)
    assert written.variables[0].length == len(text.encode(encoding))
    assert xpt.read(tmp_path / "x.xpt", encoding=encoding).table["X"].to_pylist() == [text, None, "a" * 3] * 9


def test_what_the_header_cannot_tell_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problems) as refused:
        xpt.write(pa.table({"X": ["a"]}), tmp_path / "x.xpt", sas_version="9.4 M8 beta", system="Größe")
    assert [p.problem for p in refused.value.problems] == [
        "the SAS version '9.4 M8 beta' cannot be told in the header",
        "the system 'Größe' cannot be told in the header",
    ]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="the file cannot be written: No such file or directory"):
        xpt.write(pa.table({"X": ["a"]}), tmp_path / "absent" / "x.xpt")
    (tmp_path / "folder.xpt").mkdir()
    with pytest.raises(Problems, match="the file cannot be written: Is a directory"):
        xpt.write(pa.table({"X": ["a"]}), tmp_path / "folder.xpt")
    assert [p.name for p in tmp_path.iterdir()] == ["folder.xpt"]


# special missing values


def test_tagged_nans_are_special_missing_values_in_both_directions(tmp_path: Path) -> None:
    values = [tagged("A"), 1.0, None, tagged("_"), tagged("Z")]
    xpt.write(pa.table({"X": values}), tmp_path / "x.xpt")
    assert (tmp_path / "x.xpt").read_bytes()[-80:-40] == b"A\0\0\0\0\0\0\0\x41\x10\0\0\0\0\0\0.\0\0\0\0\0\0\0_\0\0\0\0\0\0\0Z\0\0\0\0\0\0\0"
    plain, special = xpt.read(tmp_path / "x.xpt").table["X"], xpt.read(tmp_path / "x.xpt", special_missing=True).table["X"]
    assert plain.to_pylist() == [None, 1.0, None, None, None]
    assert missing_names(special).to_pylist() == [".A", None, None, "._", ".Z"]
    assert special.is_null().to_pylist() == [False, False, True, False, False]


def test_in_pandas_any_other_nan_is_missing_and_in_arrow_it_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"X": [math.nan, tagged("B"), -math.nan, 2.0]})
    xpt.write(frame, tmp_path / "x.xpt")
    read = xpt.read(tmp_path / "x.xpt", special_missing=True).table["X"]
    assert (missing_names(read).to_pylist(), read.is_null().to_pylist()) == ([None, ".B", None, None], [True, False, True, False])
    with pytest.raises(Problems, match=r"2 of 4 values \(first: record 1\) are infinite or not a number"):
        xpt.write(pa.table({"X": [math.nan, tagged("B"), -math.nan, 2.0]}), tmp_path / "y.xpt")


def test_a_dataset_with_another_name_or_label_is_written_so(tmp_path: Path) -> None:
    dataset = Dataset("AE", "Theirs", (Variable("X"),), pa.table({"X": ["a"]}), datetime(2020, 1, 2))
    xpt.write(dataset, tmp_path / "x.xpt", name="AE2", label="Ours")
    assert [(d.name, d.label, d.created) for d in xpt.read_all(tmp_path / "x.xpt")] == [("AE2", "Ours", datetime(2020, 1, 2))]
