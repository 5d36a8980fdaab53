"""The workbook: sheets as users of other checkers know them, texts that stay texts, and the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drawn_check import DAYS, NASTY, drawn_check, large_check
from openpyxl import load_workbook

from clintrail.conformance.report import write_workbook
from clintrail.errors import Problems

SHOWN = NASTY.replace("\x1b", "_x001B_")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("book") / "findings.xlsx"
    write_workbook(drawn_check(), path)
    return load_workbook(path)


def rows(book: Any, sheet: str, *headers: str) -> list[tuple[Any, ...]]:
    head, *body = book[sheet].iter_rows(values_only=True)
    return [tuple(row[head.index(header)] for header in headers) for row in body]


def test_its_sheets_are_those_of_other_checkers(book: Any) -> None:
    assert book.sheetnames == ["Conformance Details", "Dataset Summary", "Issue Summary", "Issue Details", "Rules", "Not Checked"]
    assert ("About this check", "terminology: define.xml names another version") in rows(book, "Conformance Details", "What", "Value")
    assert rows(book, "Dataset Summary", "Dataset", "Records", "Errors", "Warnings", "Explained") == [
        ("AE", 1200, 2, 0, 1), ("VS", 1200, 0, 1, 0), ("(study)", None, 0, 0, 1),
    ]  # fmt: skip
    assert rows(book, "Issue Summary", "Dataset", "Rule ID", "Publisher ID", "Severity", "Found", "Explained") == [
        ("(study)", "sites_are_known", None, "Note", 1, 1), ("AE", DAYS, "CG0220, CG0221", "Error", 3, 1),
        ("VS", "CORE-000123", "CG0001", "Warning", 1, 0),
    ]  # fmt: skip
    assert rows(book, "Not Checked", "Rule ID", "Datasets", "Why Not") == [
        ("CORE-000123", "AE, CM", "could not be checked"), ("eg_has_a_method", None, "not for such data"),
    ]  # fmt: skip


def test_each_finding_has_its_record_values_line_and_explanation(book: Any) -> None:
    found = rows(book, "Issue Details", "Dataset", "Record", "Keys", "Variables", "Values", "Made At", "Explanation")
    assert found[0] == ("AE", 1, "USUBJID 01, AESEQ 1", "AESTDY, AESTDTC", "0, 2024-03-10", "specs/x/sdtm/ae.yaml:14", None)
    assert found[2] == ("AE", 3, "USUBJID 02, AESEQ 1", "AESTDY, AESTDTC", "9, ", "specs/x/sdtm/ae.yaml:14", "The site said so.")
    assert found[4] == ("(study)", None, None, None, None, None, "The site said so.")
    assert book["Issue Details"].auto_filter.ref == "A1:L6"


def test_what_looks_like_a_formula_or_xml_is_text(book: Any) -> None:
    cell = book["Issue Details"]["E5"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (f"=1+1 {SHOWN}", "s", True)
    assert book["Issue Details"]["A5"].quotePrefix is False
    assert book["Rules"]["C2"].value == f"A term is a term {SHOWN}"


def test_the_same_findings_give_the_same_bytes(tmp_path: Path) -> None:
    write_workbook(drawn_check(), tmp_path / "a.xlsx")
    write_workbook(drawn_check(), tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_more_than_a_sheet_holds_is_left_out_and_said_so(tmp_path: Path) -> None:
    checked = large_check(2_000)
    write_workbook(checked, tmp_path / "a.xlsx", most=440)
    details = load_workbook(tmp_path / "a.xlsx")["Issue Details"]
    found = list(details.iter_rows(min_row=2, values_only=True))
    assert found[-1][0] == "1,560 more findings are left out here; the report in JSON has them all"
    assert {row[9] for row in found[:-1]} == {cause.id for cause in checked.causes}
    assert len(found) == 441


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problems) as raised:
        write_workbook(drawn_check(), tmp_path / "nowhere" / "findings.xlsx")
    assert [problem.fix for problem in raised.value.problems] == ["check its folder, who may write there, and the room on the disk"]
