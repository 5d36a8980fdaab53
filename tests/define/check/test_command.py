"""`clintrail define check`: what it prints, in which order, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from small_study import write_package

from clintrail.cli import main


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    return write_package(tmp_path / "sdtm", "sdtm")


def spoil(path: Path, before: str, after: str, count: int = -1) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, count), "utf-8")


def test_a_clean_package_is_one_line_and_exit_code_0(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["define", "check", str(clean), "--fail-on", "note"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out == "Define-XML 2.1.9, 3 datasets, 20 variables, 3 data files: 0 errors, 0 warnings, 0 notes\n"


def test_fail_on_says_from_which_severity_on_the_exit_code_is_1(clean: Path) -> None:
    spoil(clean, 'Source="Investigator"', "", 1)  # a warning
    assert [main(["define", "check", str(clean), "--fail-on", least]) for least in ("error", "warning", "note")] == [0, 1, 1]
    spoil(clean, 'CodeListOID="CL.SEX"', 'CodeListOID="CL.S"', 1)  # an error
    assert main(["define", "check", str(clean)]) == 1


def test_many_findings_of_a_kind_are_cut_and_counted_unless_all_are_asked_for(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(clean, ' Source="Sponsor"', "")
    main(["define", "check", str(clean)])
    cut = capsys.readouterr()
    assert cut.err.count("without a source") == 5 and "and 11 more warnings of source_is_stated (--all shows all)" in cut.err
    main(["define", "check", str(clean), "--all"])
    whole = capsys.readouterr()
    assert whole.err.count("without a source") == 16 and "more" not in whole.err
    assert cut.out == whole.out and "16 warnings" in cut.out


def test_errors_come_first(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(clean, ' Source="Sponsor"', "")
    spoil(clean, "acrf.pdf", "crf.pdf")
    spoil(clean, '<CodeListRef CodeListOID="CL.VSTEST"/>', '<CodeListRef CodeListOID="CL.X"/>')
    main(["define", "check", str(clean)])
    first, *rest = capsys.readouterr().err.strip().split("\n\n")
    assert "CodeListOID refers to CL.X" in first and not first.startswith("warning")
    assert all(part.startswith(("warning: ", "and ")) for part in rest)


def test_json_holds_every_finding(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(clean, ' Source="Sponsor"', "")
    spoil(clean, 'CodeListOID="CL.SEX"', 'CodeListOID="CL.S"', 1)
    assert main(["define", "check", str(clean), "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["file"] == clean.as_posix() and data["checked"].startswith("Define-XML 2.1.9")
    assert [finding["rule"] for finding in data["findings"]].count("source_is_stated") == 16
    (dangling,) = (finding for finding in data["findings"] if finding["rule"] == "references_exist")
    assert dangling == {
        "rule": "references_exist",
        "of": "CodeList",
        "severity": "error",
        "file": str(clean),
        "line": dangling["line"],
        "subject": "IT.DM.SEX",
        "problem": "CodeListOID refers to CL.S, but no CodeList has this OID",
        "fix": "define it, or refer to CL.SEX",
    }


@pytest.mark.parametrize("content", [None, "no XML", "<html/>", '<!DOCTYPE ODM [<!ENTITY a "b">]><ODM/>'])
def test_what_is_no_define_xml_is_unusable(content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "define.xml"
    if content is not None:
        path.write_text(content, "utf-8")
    assert main(["define", "check", str(path)]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_workbook_is_checked_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = Workbook()
    sheets = {
        "Define": [("Attribute", "Value"), ("StudyName", "S1"), ("StandardName", "SDTM-IG"), ("StandardVersion", "3.4")],
        "Datasets": [("Dataset", "Label", "Class", "Structure"), ("DM", "Demographics", "SPECIAL PURPOSE", "One record per subject")],
        "Variables": [("Order", "Dataset", "Variable", "Label", "Data Type", "Method"), (1, "DM", "AGE", "Age", "date", "AGE")],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "spec.xlsx")
    assert main(["define", "check", str(tmp_path / "spec.xlsx")]) == 1
    printed = capsys.readouterr()
    assert "no method AGE in the sheet Methods" in printed.err and printed.out.startswith("workbook")
