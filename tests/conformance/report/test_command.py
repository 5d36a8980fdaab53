"""The commands: what they print and write, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clintrail.cli import main
from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable

ONLY = ["--rules", "start_day_counts_from_reference_start"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """DM and AE of one subject; the study day of the second event is wrong."""
    for name, columns in {
        "DM": {"STUDYID": ["S", "S"], "DOMAIN": ["DM", "DM"], "USUBJID": ["1", "2"], "RFSTDTC": ["2024-03-10", "2024-03-12"]},
        "AE": {
            "STUDYID": ["S", "S"], "DOMAIN": ["AE", "AE"], "USUBJID": ["1", "1"], "AESEQ": [1.0, 2.0], "AETERM": ["A", "B"],
            "AESTDTC": ["2024-03-10", "2024-03-12"], "AESTDY": [1.0, 4.0],
        },
    }.items():  # fmt: skip
        variables = tuple(Variable(key, key, "Num" if isinstance(values[0], float) else "Char") for key, values in columns.items())
        (tmp_path / "data").mkdir(exist_ok=True)
        xpt.write(Dataset(name, name, variables, pa.table(columns)), tmp_path / "data" / f"{name.lower()}.xpt")
    return tmp_path / "data"


def test_a_finding_is_told_and_the_exit_code_says_so(folder: Path, capsys: Any) -> None:
    assert main(["check", str(folder), *ONLY]) == 1
    told = capsys.readouterr().out
    assert "derive AESTDY by study_day(AESTDTC, DM.RFSTDTC)" in told and "AESTDY is 4, and 2024-03-12 is day 3 from 2024-03-10" in told
    assert told.endswith("1 error (1 cause), 0 warnings, 0 notes\n")


def test_reports_are_written_by_their_suffix(folder: Path, tmp_path: Path, capsys: Any) -> None:
    reports = [tmp_path / f"findings.{suffix}" for suffix in ("html", "XLSX", "json")]
    assert main(["check", str(folder), *ONLY, "--quiet", *(part for path in reports for part in ("--report", str(path)))]) == 1
    assert capsys.readouterr().out == ""
    assert [path.read_bytes()[:2] for path in reports] == [b"<!", b"PK", b"{\n"]
    assert main(["check", str(folder), *ONLY, "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == json.loads(reports[2].read_bytes())


def test_an_unknown_suffix_is_refused_before_anything_is_checked(tmp_path: Path, capsys: Any) -> None:
    assert main(["check", str(tmp_path / "nowhere"), "--report", "a.pdf", "--report", "b.html", "--report", "c"]) == 2
    told = capsys.readouterr().err
    assert "a.pdf" in told and "\nc  --report" in told and "end the name in .html, .xlsx, .json" in told and "b.html" not in told


def test_a_rule_is_explained_with_its_condition_source_and_examples(capsys: Any) -> None:
    assert main(["rules", "start_day_counts_from_reference_start"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "start_day_counts_from_reference_start  (error)\n\nThe study day of a start counts from the date part of RFSTDTC"
    )
    for text in ("condition   --STDY = study_day(--STDTC, DM.RFSTDTC)", "stands for  CG0", "fails (fail", "found:"):
        assert text in told
    assert main(["rules", "CG0220"]) == 0
    assert "stands for  CG0220" in capsys.readouterr().out
    assert main(["rules", "start_day_counts_from_reference_stat"]) == 2
    assert "did you mean start_day_counts_from_reference_start?" in capsys.readouterr().err


def test_a_studys_own_rules_are_listed_with_the_shipped_ones(tmp_path: Path, capsys: Any) -> None:
    rule = tmp_path / "rules" / "sites_are_known"
    rule.mkdir(parents=True)
    (rule / "rule.yaml").write_text(
        "holds: A site is one of the protocol's.\nsource: protocol\nseverity: note\nscope: {domain: [DM]}\n"
        "condition: SITEID in ('01')\nmessage: \"{SITEID} is no site\"\nfix: ask the site\n",
        "utf-8",
    )
    assert main(["rules", "--study", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "The study's own (1 rule):\nsites_are_known" in told and "note     A site is one of the protocol's." in told
    assert "The study day of a start counts from the date part of RFSTDTC" in told
    assert main(["rules", "sites_are_known", "--study", str(tmp_path)]) == 0
    assert "for         each record of DM" in capsys.readouterr().out
