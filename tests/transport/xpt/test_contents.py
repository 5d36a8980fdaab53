"""`clintrail xpt`: contents, first records, and files in other formats."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyreadstat
import pytest
from pyarrow import parquet
from xpt_bytes import ONE, Data, Var, xpt_bytes

from clintrail.cli import main
from clintrail.errors import Problems
from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.missing import tagged
from clintrail.transport.raw.table import read_table
from clintrail.transport.xpt.contents import contents, contents_data, first_records, told_as_data
from clintrail.transport.xpt.export import KINDS, export

VITALS = Dataset(
    "VS",
    "Vital Signs",
    (
        Variable("USUBJID", "Unique Subject Identifier", format="$20."),
        Variable("VSORRES", "Result or Finding"),
        Variable("AVAL", "Analysis Value", "Num", format="8.2"),
        Variable("ADT", "Analysis Date", "Num", format="DATE9.", informat="DATE9."),
        Variable("ADTM", "Analysis Date/Time", "Num", format="DATETIME20."),
        Variable("ATM", "Analysis Time", "Num", format="TIME5."),
        Variable("SEQ", "", "Num"),
    ),
    pa.table(
        {
            "USUBJID": ["S-001", "S-002", "S-003"],
            "VSORRES": ['61,25 "kg"', None, "two\nlines"],
            "AVAL": pa.array([61.25, tagged("A"), None], pa.float64()),
            "ADT": pa.array([23445.0, None, 1.5]),
            "ADTM": pa.array([2025678600.25, None, -1.0]),
            "ATM": pa.array([30600.0, 90000.0, None]),
            "SEQ": pa.array([1.0, 1e21, 0.1]),
        }
    ),
    datetime(2024, 3, 10, 8, 30),
)


@pytest.fixture
def vs(tmp_path: Path) -> Path:
    xpt.write(VITALS, tmp_path / "vs.xpt")
    return tmp_path / "vs.xpt"


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A file of two datasets, which our writer does not make."""
    one, other = (Data(name, b"", (Var("X", "Num"),), ((ONE,),)) for name in ("DM", "AE"))
    (tmp_path / "two.xpt").write_bytes(xpt_bytes(one, other))
    return tmp_path / "two.xpt"


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["xpt", *map(str, arguments)])
    streams = capsys.readouterr()
    return code, streams.out, streams.err


# contents


def test_the_contents_are_drawn_as_proc_contents_has_them(vs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = printed(capsys, vs)
    assert code == 0
    assert out == f"""\
File                {vs.as_posix()}
Format              SAS transport file, version 5
File Size           2,000
Created             2024-03-10 08:30:00
Modified            2024-03-10 08:30:00
SAS Version         9.4
Datasets            1

Data Set Name       VS
Label               Vital Signs
Created             2024-03-10 08:30:00
Modified            2024-03-10 08:30:00
SAS Version         9.4
Observations        3
Variables           7
Observation Length  55

#  Variable  Type  Len  Pos  Format       Informat  Label
1  USUBJID   Char    5    0  $20.                   Unique Subject Identifier
2  VSORRES   Char   10    5                         Result or Finding
3  AVAL      Num     8   15  8.2                    Analysis Value
4  ADT       Num     8   23  DATE9.       DATE9.    Analysis Date
5  ADTM      Num     8   31  DATETIME20.            Analysis Date/Time
6  ATM       Num     8   39  TIME5.                 Analysis Time
7  SEQ       Num     8   47
"""


def test_each_dataset_of_a_file_is_told_in_turn_or_only_one(two: Path) -> None:
    assert [line for line in contents(two).splitlines() if line.startswith("Data")] == [
        "Datasets            2", "Data Set Name       DM", "Data Set Name       AE",
    ]  # fmt: skip
    assert "Data Set Name       DM" not in contents(two, member="ae")
    with pytest.raises(Problems, match="it has DM, AE"):
        contents(two, member="LB")


def test_contents_are_what_pyreadstat_reads(melasma_package: Path) -> None:
    paths = sorted(melasma_package.rglob("*.xpt"))
    assert paths
    for path in paths:
        frame, meta = pyreadstat.read_xport(str(path))
        told = contents_data(path)
        (dataset,) = told["datasets"]
        variables = dataset["variables"]
        assert (dataset["data_set_name"], dataset["label"]) == (meta.table_name, meta.file_label)
        assert (dataset["observations"], dataset["variables"][-1]["number"]) == frame.shape
        assert [v["variable"] for v in variables] == meta.column_names
        assert [v["label"] for v in variables] == [label or "" for label in meta.column_labels]
        assert [v["type"] == "Num" for v in variables] == [meta.readstat_variable_types[name] == "double" for name in meta.column_names]
        formats = {name: text for name, text in meta.original_variable_types.items() if text not in (None, "NULL")}
        assert {v["variable"]: v["format"].rstrip(".") for v in variables if v["format"]} == formats
        assert dataset["observation_length"] == sum(v["length"] for v in variables)
        assert told["file_size"] == path.stat().st_size


def test_json_has_the_same_as_data(vs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = printed(capsys, vs, "--json")
    (told,) = json.loads(out)
    assert code == 0 and told["format"] == "SAS transport file, version 5" and told["created"] == "2024-03-10T08:30:00"
    assert told["datasets"][0]["observations"] == 3
    assert told["datasets"][0]["variables"][3] == {
        "number": 4, "variable": "ADT", "type": "Num", "length": 8, "position": 23, "format": "DATE9.", "informat": "DATE9.",
        "label": "Analysis Date",
    }  # fmt: skip


def test_a_folder_stands_for_its_files(vs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "DM.XPT").write_bytes(vs.read_bytes())
    assert printed(capsys, tmp_path)[1].count("Data Set Name       VS") == 2


# the first records


def test_the_first_records_are_shown_by_their_formats(vs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, vs, "--head", 2)[1] == """\
VS
USUBJID  VSORRES      AVAL        ADT                ADTM    ATM                     SEQ
S-001    61,25 "kg"  61.25  10MAR2024  10MAR2024:08:30:00   8:30                       1
S-002                    A          .                   .  25:00  1000000000000000000000
"""


def test_only_as_many_records_as_asked_for_are_decoded(vs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    batches = xpt.XptFile.batches
    monkeypatch.setattr(xpt.XptFile, "batches", lambda *given: (taken.append(b.num_rows) or b for b in batches(*given)))
    assert len(first_records(vs, 1).splitlines()) == 3
    assert taken == [1]
    assert len(first_records(vs, 0).splitlines()) == 2
    assert len(first_records(vs, 99).splitlines()) == 5


def test_the_first_records_as_data(vs: Path) -> None:
    (told,) = told_as_data([vs], head=3)
    first, second, third = told["datasets"][0]["records"]
    assert first == {
        "USUBJID": "S-001", "VSORRES": '61,25 "kg"', "AVAL": 61.25, "ADT": "2024-03-10", "ADTM": "2024-03-10T08:30:00.25",
        "ATM": "08:30:00", "SEQ": 1,
    }  # fmt: skip
    assert (second["AVAL"], second["ADT"], second["ATM"]) == (".A", None, 90000)
    assert (third["AVAL"], third["ADT"], third["SEQ"]) == (None, 1.5, 0.1)


# other formats


def test_csv_is_rfc_4180_with_exact_numbers_and_iso_dates(vs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = printed(capsys, vs, "--to", "csv")
    assert (code, out) == (0, f"{vs.with_suffix('.csv').as_posix()}\n")
    assert vs.with_suffix(".csv").read_bytes().decode() == (
        "USUBJID,VSORRES,AVAL,ADT,ADTM,ATM,SEQ\r\n"
        'S-001,"61,25 ""kg""",61.25,2024-03-10,2024-03-10T08:30:00.25,08:30:00,1\r\n'
        "S-002,,,,,90000,1000000000000000000000\r\n"
        'S-003,"two\nlines",,1.5,1959-12-31T23:59:59,,0.1\r\n'
    )
    assert "AVAL" in err and "1 special missing value became plain missing" in err
    with vs.with_suffix(".csv").open(newline="", encoding="utf-8") as file:
        assert [len(row) for row in csv.reader(file)] == [7] * 4


def test_a_missing_value_of_the_only_variable_is_no_empty_line(tmp_path: Path) -> None:
    one = Dataset("XX", "", (Variable("X", length=80),), pa.table({"X": ["a", None, "b"]}))
    xpt.write(one, tmp_path / "xx.xpt")
    export([tmp_path / "xx.xpt"], "csv")
    assert (tmp_path / "xx.csv").read_bytes() == b'X\r\na\r\n""\r\nb\r\n'


def test_parquet_keeps_every_bit_and_what_is_known_of_variables(vs: Path) -> None:
    export([vs], "parquet")
    written = parquet.read_table(vs.with_suffix(".parquet"))
    held = xpt.read(vs, special_missing=True)
    assert all(written[name].equals(held.table[name]) for name in ("USUBJID", "VSORRES"))
    for name in ("AVAL", "ADT", "ADTM", "ATM", "SEQ"):
        one, other = (table[name].combine_chunks() for table in (written, held.table))
        assert one.is_null().equals(other.is_null())
        assert one.fill_null(0).to_numpy().tobytes() == other.fill_null(0).to_numpy().tobytes()
    told = {"label": "Analysis Date", "length": "8", "format": "DATE9.", "informat": "DATE9."}
    assert written.schema.field("ADT").metadata == {key.encode(): text.encode() for key, text in told.items()}
    assert written.schema.metadata == {b"name": b"VS", b"label": b"Vital Signs"}


@pytest.mark.parametrize("suffix", ["json", "ndjson", "dsjc"])
def test_json_is_dataset_json(vs: Path, suffix: str) -> None:
    _, notes = export([vs], "json", out=vs.with_suffix(f".{suffix}"))
    assert {note.subject for note in notes} == {"AVAL", "ADT", "ATM"}  # a special missing value, 1.5 days, 25 hours
    back = dataset_json.read(vs.with_suffix(f".{suffix}"))
    assert (back.name, back.label, back.created) == ("VS", "Vital Signs", VITALS.created)
    assert [(v.name, v.label, v.type) for v in back.variables] == [(v.name, v.label, v.type) for v in VITALS.variables]
    assert back.table["VSORRES"].to_pylist() == VITALS.table["VSORRES"].to_pylist()
    assert back.table["SEQ"].to_pylist() == [1, 1e21, 0.1]
    assert back.table["ADT"].to_pylist() == [23445, None, 1.5]
    assert back.table["ADTM"].to_pylist()[0] == datetime(2024, 3, 10, 8, 30, 0, 250000)


def test_every_dataset_of_a_package_reads_back_equal_from_every_format(melasma_package: Path, tmp_path: Path) -> None:
    paths = sorted(melasma_package.rglob("*.xpt"))
    for kind in KINDS:
        written, notes = export([melasma_package], kind, out=tmp_path / kind)
        assert len(written) == len(paths) and not notes
        for path in paths:
            held, file = xpt.read(path), tmp_path / kind / f"{path.stem}.{kind}"
            if kind == "parquet":
                assert read_table(file).table.equals(read_table(path).table)
            elif kind == "json":
                assert dataset_json.read(file).table.num_rows == held.table.num_rows
            else:
                with file.open(newline="", encoding="utf-8") as lines:
                    header, *rows = csv.reader(lines)
                assert header == held.table.column_names
                for at, variable in enumerate(held.variables):
                    cells = [row[at] or None for row in rows]
                    if variable.type == "Char":
                        assert cells == held.table.column(at).to_pylist()
                    elif not variable.format:
                        assert [None if cell is None else float(cell) for cell in cells] == held.table.column(at).to_pylist()


def test_batches_give_the_same_files(vs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from clintrail.transport.xpt import export as module

    opened = module.open_xpt
    for kind in ("csv", "json"):
        export([vs], kind, out=tmp_path / "whole")
        monkeypatch.setattr(module, "open_xpt", lambda path, **options: opened(path, **options, batch_rows=1))
        export([vs], kind, out=tmp_path / "cut")
        monkeypatch.undo()
        assert (tmp_path / "whole" / f"vs.{kind}").read_bytes() == (tmp_path / "cut" / f"vs.{kind}").read_bytes()


# refusals


def test_a_file_that_exists_is_replaced_only_by_force(vs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = vs.with_suffix(".csv")
    target.write_text("mine")
    code, _, err = printed(capsys, vs, "--to", "csv")
    assert code == 2 and "the file exists" in err and target.read_text() == "mine"
    assert printed(capsys, vs, "--to", "csv", "--force")[0] == 0 and target.read_text() != "mine"


def test_datasets_of_one_file_are_written_by_their_names_and_not_over_each_other(two: Path, tmp_path: Path) -> None:
    written, _ = export([two], "csv")
    assert [path.name for path in written] == ["dm.csv", "ae.csv"]
    assert [path.name for path in export([two], "csv", member="AE", out=tmp_path / "other")[0]] == ["ae.csv"]
    with pytest.raises(Problems, match="DM of two.xpt would be written there, too"):
        export([two], "csv", out=tmp_path / "one.csv")


def test_a_file_cut_short_leaves_nothing_behind(vs: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.xpt").write_bytes(vs.read_bytes()[:-80])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Problems):
        export([tmp_path / "cut.xpt"], "csv")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--check", "--head", "1"], "these options do different things"),
        (["--agency", "fda"], "this option is for --check"),
        (["--out", "x"], "this option is for --to"),
        (["--encoding", "klingon"], "XPT files have no encoding of this name"),
        (["--to", "csv", "--encoding", "utf-16"], "XPT files have no encoding of this name"),
        (["--member", "LB"], "the file has no dataset of this name"),
    ],
)
def test_what_makes_no_sense_is_told(arguments: list[str], told: str, vs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = printed(capsys, vs, *arguments)
    assert (code, out) == (2, "") and told in err


def test_a_folder_that_cannot_be_made_is_told(vs: Path) -> None:
    with pytest.raises(Problems, match="the folder cannot be made"):
        export([vs], "csv", out=vs / "below")


def test_nothing_that_a_terminal_obeys_is_printed(tmp_path: Path) -> None:
    (tmp_path / "dm.xpt").write_bytes(xpt_bytes(Data("DM", b"", (Var("X", length=4, label=b"\x1b[1m"),), ((b"\x1b[2J",),))))
    assert first_records(tmp_path / "dm.xpt", 1) == "DM\nX\n [2J" and "\x1b" not in contents(tmp_path / "dm.xpt")


def test_text_of_another_encoding_is_read_when_it_is_stated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ae.xpt"
    path.write_bytes(xpt_bytes(Data("AE", "恶心".encode("gb18030"), (Var("X", length=4),), (("恶心".encode("gb18030"),),))))
    assert printed(capsys, path, "--head", 1)[0] == 2
    assert printed(capsys, path, "--head", 1, "--encoding", "gb18030")[1] == "AE\nX\n恶心\n"
