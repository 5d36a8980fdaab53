"""`clintrail xpt --check`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from faults_of_files import CLEAN, DM, text
from xpt_bytes import Var, xpt_bytes

from clintrail.cli import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one clean file."""
    (tmp_path / "dm.xpt").write_bytes(CLEAN)
    return tmp_path


def check(folder: Path, *arguments: str) -> int:
    return main(["xpt", str(folder), "--check", *arguments])


def test_a_clean_folder_is_one_line_and_exit_code_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(folder, "--agency", "fda", "--fail-on", "note") == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out == "1 XPT file, 1 dataset, 2 variables, 2 records; 42 rules of FDA: 0 errors, 0 warnings, 0 notes\n"


def test_without_an_agency_what_all_ask_is_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "dm.xpt").write_bytes(text(b" a", b"b", name="x"))  # a warning of FDA, an error of all
    assert check(folder) == 1
    printed = capsys.readouterr()
    assert "rules of all agencies: 1 error, 0 warnings, 0 notes" in printed.out
    assert printed.err == (
        f"{folder / 'dm.xpt'}  x\n"
        "  problem: the variable's name is of other characters than capital letters, digits and underscores\n"
        "  fix:     use 1 to 8 capital letters, digits and underscores, the first a letter\n\n"
    )


def test_fail_on_says_from_which_severity_on_the_exit_code_is_1(folder: Path) -> None:
    (folder / "dm.xpt").write_bytes(text(b" a", b"b"))  # a warning
    assert [check(folder, "--agency", "fda", "--fail-on", least) for least in ("error", "warning", "note")] == [0, 1, 1]


def test_many_findings_of_a_rule_are_cut_unless_all_are_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    variables = [Var(f"X{number}", length=3, label=f"Variable {number}".encode()) for number in range(8)]
    (folder / "dm.xpt").write_bytes(xpt_bytes(replace(DM, variables=variables, records=((b"abc",) * 8, (b" a",) * 8))))
    check(folder, "--agency", "fda")
    cut = capsys.readouterr()
    assert cut.err.count("a blank in front") == 5 and "and 3 more warnings of values_have_no_leading_blanks (--all shows all)" in cut.err
    check(folder, "--agency", "fda", "--all")
    assert capsys.readouterr().err.count("a blank in front") == 8


def test_json_has_every_finding_with_its_rule(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "dm.xpt").write_bytes(text(b" a", b"b"))
    assert check(folder, "--agency", "fda", "--json", "--fail-on", "warning") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == [folder.as_posix()] and told["checked"].endswith("rules of FDA")
    assert told["findings"] == [
        {
            "rule": "values_have_no_leading_blanks",
            "of": "",
            "severity": "warning",
            "file": str(folder / "dm.xpt"),
            "line": 0,
            "subject": "X",
            "problem": "1 record (the first is record 1) with a blank in front",
            "fix": "take the blanks away",
        }
    ]


def test_a_file_that_cannot_be_read_is_a_finding_and_a_path_that_is_not_there_unusable(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "ae.xpt").write_bytes(CLEAN[:-7])
    assert check(folder) == 1
    assert "the file is cut short" in capsys.readouterr().err
    assert check(folder / "nothing") == 2
    assert "there is no such file or folder" in capsys.readouterr().err
