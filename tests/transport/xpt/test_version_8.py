"""XPT v8: long names, labels and text, in the layout of SAS's second technical paper; read back, and by another library."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest

from clintrail.errors import Problems
from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable

LONG = Dataset(
    "AdverseEventsOfSpecialInterest",
    "Adverse Events",
    (
        Variable("SubjectIdentifierForTheStudy", "Unique Subject Identifier"),
        Variable("Narrative", "n" * 256, format="$CHAR400."),
        Variable("Onset", "o" * 41, "Num", format="DATE9.", informat="ANYDTDTE10."),
    ),
    pa.table(
        {
            "SubjectIdentifierForTheStudy": ["S-001", "S-0002"],
            "Narrative": ["x" * 400, None],
            "Onset": [23000.0, None],
        }
    ),
)


def records(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [data[at : at + 80] for at in range(0, len(data), 80)]


def test_names_keep_their_case_and_everything_comes_back(tmp_path: Path) -> None:
    resolved = xpt.write(LONG, tmp_path / "ae.xpt", version=8)
    back = xpt.read(tmp_path / "ae.xpt")
    assert (back.name, back.label, back.variables) == (LONG.name, LONG.label, resolved.variables)
    assert [(v.label, v.format, v.informat) for v in back.variables] == [(v.label, v.format, v.informat) for v in LONG.variables]
    assert [v.length for v in back.variables] == [6, 400, 8]
    assert back.table.to_pydict() == LONG.table.to_pydict()
    with xpt.open(tmp_path / "ae.xpt") as file:
        assert (file.version, file.members[0].records) == (8, 2)


def test_the_headers_are_those_of_the_technical_paper(tmp_path: Path) -> None:
    dataset = Dataset("AE", "", (Variable("A", "l" * 41), Variable("LongerName", "short")), pa.table({"A": ["x"], "LongerName": ["y"]}))
    xpt.write(dataset, tmp_path / "ae.xpt", version=8, created=datetime(2019, 2, 3, 4, 5, 6))
    found = records(tmp_path / "ae.xpt")
    assert found[0] == b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!000000000000000000000000000000  "
    assert found[3] == b"HEADER RECORD*******MEMBV8  HEADER RECORD!!!!!!!000000000000000001600000000140  "
    assert found[4] == b"HEADER RECORD*******DSCPTV8 HEADER RECORD!!!!!!!000000000000000000000000000000  "
    assert found[5] == b"SAS     AE" + b" " * 30 + b"SASDATA 9.4             03FEB19:04:05:06"
    assert found[7] == b"HEADER RECORD*******NAMSTV8 HEADER RECORD!!!!!!!000000000200000000000000000000  "
    namestrs = b"".join(found[8:12])
    assert namestrs[140 + 8 : 140 + 16] == b"LongerNa" and namestrs[140 + 88 : 140 + 120] == b"LongerName".ljust(32)
    assert (namestrs[120:122], namestrs[260:262]) == (b"\0\x29", b"\0\5")  # the lengths of the labels
    assert found[12] == b"HEADER RECORD*******LABELV8 HEADER RECORD!!!!!!!1                               "
    assert found[13] == (b"\0\1\0\1\0\x29A" + b"l" * 41).ljust(80)
    assert found[14] == b"HEADER RECORD*******OBSV8   HEADER RECORD!!!!!!!              1                 "
    assert len(found) == 16


def test_a_long_format_stands_whole_beside_the_label(tmp_path: Path) -> None:
    variables = (Variable("X", "ABC", "Num", informat="MY_LONG_FMT8."), Variable("Y", "plain", format="$8."))
    dataset = Dataset("XX", "", variables, pa.table({"X": [1.0], "Y": ["a"]}))
    xpt.write(dataset, tmp_path / "x.xpt", version=8)
    found = records(tmp_path / "x.xpt")
    assert found[12] == b"HEADER RECORD*******LABELV9 HEADER RECORD!!!!!!!1                               "
    assert found[13] == b"\0\1\0\1\0\3\0\0\0\x0dXABCMY_LONG_FMT8.".ljust(80)
    assert [(v.label, v.format, v.informat) for v in xpt.read(tmp_path / "x.xpt").variables] == [
        ("ABC", "", "MY_LONG_FMT8."),
        ("plain", "$8.", ""),
    ]


def test_beside_long_formats_the_usual_ones_of_long_labels_stand_whole_too(tmp_path: Path) -> None:
    variables = (Variable("X", "x" * 60, "Num", format="DATE9."), Variable("Y", format="$MY_LONG_FORMAT20."), Variable("Z", "z"))
    dataset = Dataset("XX", "", variables, pa.table({"X": [1.0], "Y": ["a"], "Z": ["b"]}))
    resolved = xpt.write(dataset, tmp_path / "x.xpt", version=8)
    assert xpt.read(tmp_path / "x.xpt").variables == resolved.variables
    assert b"LABELV9 HEADER RECORD!!!!!!!2  " in (tmp_path / "x.xpt").read_bytes()


def test_the_stated_count_tells_blank_records_from_padding(tmp_path: Path) -> None:
    blank = Dataset("XX", "", (Variable("X", length=2),), pa.table({"X": pa.array(["a", None, None])}))
    xpt.write(blank, tmp_path / "x.xpt", version=8)
    assert xpt.read(tmp_path / "x.xpt").table["X"].to_pylist() == ["a", None, None]
    with pytest.raises(Problems, match="readers take it for the padding"):
        xpt.write(blank, tmp_path / "x.xpt", version=5)
    none = replace(blank, table=blank.table.slice(0, 0))
    xpt.write(none, tmp_path / "none.xpt", version=8)
    assert xpt.read(tmp_path / "none.xpt").table.num_rows == 0


def test_writers_may_leave_the_count_open(tmp_path: Path) -> None:
    xpt.write(LONG, tmp_path / "ae.xpt", version=8)
    data = (tmp_path / "ae.xpt").read_bytes()
    (tmp_path / "open.xpt").write_bytes(data.replace(b"!!!!!!!              2", b"!!!!!!!000000000000000"))
    assert xpt.read(tmp_path / "open.xpt").table.to_pydict() == LONG.table.to_pydict()


@pytest.mark.parametrize(("stated", "told"), [(3, "the file is cut short"), (1, "more data than the 1 records")])
def test_a_count_that_the_file_does_not_have_is_refused(tmp_path: Path, stated: int, told: str) -> None:
    wide = Dataset("XX", "", (Variable("X", length=80),), pa.table({"X": ["a", "b"]}))
    xpt.write(wide, tmp_path / "x.xpt", version=8)
    data = (tmp_path / "x.xpt").read_bytes()
    (tmp_path / "x.xpt").write_bytes(data.replace(b"              2  ", f"              {stated}  ".encode()))
    with pytest.raises(Problems, match=told):
        xpt.read(tmp_path / "x.xpt")


def test_pyreadstat_reads_what_we_write(tmp_path: Path) -> None:
    xpt.write(LONG, tmp_path / "ae.xpt", version=8)
    frame, meta = pyreadstat.read_xport(str(tmp_path / "ae.xpt"), disable_datetime_conversion=True)
    assert (meta.table_name, meta.file_label) == (LONG.name, LONG.label)
    assert meta.column_names_to_labels == {v.name: v.label for v in LONG.variables}
    assert (meta.original_variable_types["Narrative"], meta.original_variable_types["Onset"]) == ("$CHAR400", "DATE9")
    assert frame["Narrative"].fillna("").tolist() == ["x" * 400, ""]
    assert frame["Onset"].tolist()[0] == 23000.0


def test_we_read_what_pyreadstat_writes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"ANameOfTwentyLetters": ["é" * 30, ""], "Number": [1.5, None], "Narrative": ["x" * 500, "y"]})
    labels = ["é" * 45, "short", "n" * 250]
    pyreadstat.write_xport(frame, str(tmp_path / "p.xpt"), table_name="ALongDatasetName", file_label="Label", column_labels=labels)
    back = xpt.read(tmp_path / "p.xpt")
    assert (back.name, back.label, [v.name for v in back.variables]) == ("ALongDatasetName", "Label", list(frame.columns))
    assert [v.label for v in back.variables] == labels
    assert back.table.to_pydict() == {"ANameOfTwentyLetters": ["é" * 30, None], "Number": [1.5, None], "Narrative": ["x" * 500, "y"]}


def test_version_8_has_limits_too(tmp_path: Path) -> None:
    variables = (Variable("N" * 33), Variable("LABEL", "l" * 257), Variable("TEXT"), Variable("FORMAT", format="$" + "F" * 32 + "8."))
    table = pa.table({v.name: ["x" * (32768 if v.name == "TEXT" else 1)] for v in variables})
    with pytest.raises(Problems) as refused:
        xpt.write(Dataset("XX", "l" * 41, variables, table), tmp_path / "x.xpt", version=8)
    assert [(p.subject, p.problem) for p in refused.value.problems] == [
        ("", "the label has 41 bytes"),
        ("FORMAT", f"'${'F' * 32}8.' is not a SAS format of XPT v8"),
        ("LABEL", "the label has 257 bytes"),
        ("N" * 33, "the variable's name is not a name of XPT v8"),
        ("TEXT", "1 of 1 values (first: record 1) have more than 32767 bytes"),
    ]
