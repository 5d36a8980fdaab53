"""Raw files of every kind give the same text; a file that is not what its name says is refused with what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from openpyxl import Workbook
from pyarrow import parquet

from clintrail.errors import Problems
from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.raw import RawOptions, read_raw, read_raw_forms

NAMES = ("SUBJECT", "AETERM", "AEDOSE", "AEDAT", "AEDTM")
TEXT = [("01", "Headache", "61.5", "2024-03-10", "2024-03-10T08:30:00"), ("02", None, "10", None, None)]
TYPED = pa.table(
    {
        "SUBJECT": ["01", "02"],
        "AETERM": ["Headache", " "],
        "AEDOSE": [61.5, 10.0],
        "AEDAT": [date(2024, 3, 10), None],
        "AEDTM": pa.array([datetime(2024, 3, 10, 8, 30), None], pa.timestamp("us")),
    }
)
VARIABLES = (
    Variable("SUBJECT", "Subject"),
    Variable("AETERM", "Reported Term"),
    Variable("AEDOSE", "Dose", "Num"),
    Variable("AEDAT", "Date", "Num", format="DATE9."),
    Variable("AEDTM", "Date and Time", "Num", format="DATETIME20."),
)


def write_text(path: Path) -> None:
    between = "\t" if path.suffix in (".tsv", ".tab") else ","
    lines = [between.join(cell or "" for cell in row) for row in (NAMES, *TEXT)]
    path.write_text("\n".join(lines) + "\n")


def write_workbook(path: Path) -> None:
    book = Workbook()
    book.active.append(list(NAMES))  # type: ignore[union-attr]
    for row in TYPED.to_pylist():
        book.active.append(list(row.values()))  # type: ignore[union-attr]
    book.active["E2"].number_format = "yyyy-mm-dd hh:mm"  # type: ignore[index]
    book.save(path)


def write(path: Path) -> Path:
    """The form in the format of the suffix."""
    if path.suffix in (".csv", ".tsv", ".tab", ".txt"):
        write_text(path)
    elif path.suffix in (".xlsx", ".xlsm"):
        write_workbook(path)
    elif path.suffix == ".parquet":
        parquet.write_table(TYPED, path)
    elif path.suffix == ".xpt":
        xpt.write(Dataset("AE", "Adverse Events", VARIABLES, TYPED), path)
    else:
        dataset_json.write(Dataset("AE", "Adverse Events", VARIABLES, TYPED), path)
    return path


SUFFIXES = [".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".parquet", ".xpt", ".json", ".ndjson", ".dsjc"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_form_is_the_same_text_in_every_format(tmp_path: Path, suffix: str) -> None:
    file = read_raw(write(tmp_path / f"ae{suffix}"))
    assert file.columns == NAMES
    assert [tuple(row.values()) for row in file.table.to_pylist()] == TEXT
    assert {str(field.type) for field in file.table.schema} == {"string"}
    assert file.records.to_pylist() == [1, 2]


@pytest.mark.parametrize("suffix", [".xpt", ".json"])
def test_what_the_format_knows_stands_beside(tmp_path: Path, suffix: str) -> None:
    known = {v.name: v for v in read_raw(write(tmp_path / f"ae{suffix}")).variables}
    assert [known[name].label for name in NAMES] == [v.label for v in VARIABLES]
    assert [known[name].type for name in NAMES][:3] == ["Char", "Char", "Num"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_suffix_may_be_in_capitals(tmp_path: Path, suffix: str) -> None:
    write(tmp_path / f"ae{suffix}").rename(tmp_path / f"AE{suffix.upper()}")
    assert read_raw(tmp_path / f"AE{suffix.upper()}").columns == NAMES


def problem_of(path: Path) -> tuple[str, str]:
    with pytest.raises(Problems) as caught:
        read_raw(path)
    [problem] = caught.value.problems
    assert problem.place.path == str(path)
    return problem.problem, problem.fix


OTHERS: Mapping[str, tuple[bytes, str]] = {
    "page.xls": (b"<html><table><tr><td>1</td></tr></table></html>", "this is a web page (HTML)"),
    "page.csv": (b"\xef\xbb\xbf\n <!DOCTYPE html><html></html>", "this is a web page (HTML)"),
    "excel_page.xlsx": (b'<?xml version="1.0"?><html xmlns="x"></html>', "this is a web page (HTML)"),
    "old.xls": (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
        "this is a workbook of the old kind (.xls), or another document of that time",
    ),
    "locked.xlsx": (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2048) + "EncryptedPackage".encode("utf-16-le"),
        "the workbook is protected by a password",
    ),
    "packed.csv": (b"\x1f\x8b\x08\x00", "this is a file packed by gzip"),
    "print.csv": (b"%PDF-1.7\n", "this is a PDF"),
    "text.xlsx": (b"A,B\n1,2\n", "the file is named as a workbook (.xlsx), but is delimited text"),
    "text.parquet": (b"A,B\n1,2\n", "the file is named as a Parquet file, but is delimited text"),
    "study.csv": (b'<?xml version="1.0"?><ODM/>', "the file is named as delimited text, but is XML"),
    "study.json": ('<?xml version="1.0"?><ODM/>'.encode("utf-16"), "the file is named as JSON, but is XML"),
    "ae.sav": (b"$FL2", "files of type .sav are not read"),
    "ae": (b"A,B\n1,2\n", "files of type (none) are not read"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_raw_file_of_its_name_is_refused_by_what_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(OTHERS[name][0])
    assert problem_of(tmp_path / name)[0] == OTHERS[name][1]


def test_a_workbook_or_dataset_under_another_name_is_told_its_right_one(tmp_path: Path) -> None:
    for suffix, what in ((".xlsx", "a workbook (.xlsx)"), (".parquet", "a Parquet file"), (".xpt", "a SAS transport file (.xpt)")):
        path = write(tmp_path / f"ae{suffix}").rename(tmp_path / "ae.csv")
        assert problem_of(path) == (f"the file is named as delimited text, but is {what}", f"name it ae{suffix}, in the spec too")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert problem_of(tmp_path / "ae.csv")[0] == "the file cannot be read: No such file or directory"


def test_a_parquet_file_that_is_cut_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "ae.parquet")
    path.write_bytes(path.read_bytes()[:-40])
    assert problem_of(path)[0] == "this is not a whole Parquet file"


def test_one_workbook_holds_many_forms_and_tells_all_that_is_wrong(tmp_path: Path) -> None:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, header in (("DM", "SUBJECT"), ("Adverse Events", "TERM"), ("VS", None)):
        book.create_sheet(name).append([header])
    book.save(tmp_path / "study.xlsx")
    forms = {
        "dm": RawOptions(likely=("dm",)),
        "ae": RawOptions(sheet="adverse events", likely=("ae",)),
        "vs": RawOptions(likely=("vs",)),
        "lb": RawOptions(likely=("lb", "labs")),
    }
    found, problems = read_raw_forms(tmp_path / "study.xlsx", forms)
    assert {name: (file.sheet, file.columns) for name, file in found.items()} == {
        "dm": ("DM", ("SUBJECT",)),
        "ae": ("Adverse Events", ("TERM",)),
    }
    assert [(p.subject, p.problem) for p in problems] == [
        ("sheet VS", "the sheet is empty"),
        ("lb", "the workbook has no sheet named lb or labs; there are DM, Adverse Events, VS"),
    ]


def test_one_file_of_another_kind_holds_one_form(tmp_path: Path) -> None:
    _, problems = read_raw_forms(write(tmp_path / "ae.csv"), {"ae": RawOptions(), "dm": RawOptions()})
    assert [p.problem for p in problems] == ["delimited text holds one form, and 2 are wanted: ae, dm"]
