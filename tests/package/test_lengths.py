"""`clintrail lengths`: what lengths a study has, what they save, and writing them into study.yaml."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyreadstat
import pytest

from clintrail.cli import main
from clintrail.package.build import build_package
from clintrail.package.lengths import lengths_data, study_lengths

GOOD = Path(__file__).resolve().parents[1] / "broken" / "good"
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return shutil.copytree(GOOD, tmp_path / "study")


def widths(package: Path) -> dict[str, set[int]]:
    """The lengths that each text variable has in the files of a package, supplemental qualifiers apart."""
    found: dict[str, set[int]] = {}
    for path in (package / "m5").rglob("*.xpt"):
        meta = pyreadstat.read_xport(path, metadataonly=True)[1]
        for name in meta.column_names if not path.name.startswith("supp") else ():
            if meta.readstat_variable_types[name] == "string":
                found.setdefault(name, set()).add(meta.variable_storage_width[name])
    return found


def test_every_file_has_the_lengths_that_are_told(study: Path, tmp_path: Path) -> None:
    build_package(study, tmp_path / "out")
    told = {line.name: {line.length} for line in study_lengths(study).lines if "." not in line.name}
    assert told == widths(tmp_path / "out")


def test_bytes_are_those_of_all_records(study: Path) -> None:
    lines = {line.name: line for line in study_lengths(study).lines}
    subject = lines["USUBJID"]  # in AE, DM, VS and ADSL, 16 records together
    assert (subject.length, subject.taken, subject.whole, subject.apart) == (12, 16 * 12, 16 * 200, 16 * 12)
    assert lines["SUPPAE.QVAL"].longest == {"SUPPAE": 1}


def test_the_table_says_what_is_saved(study: Path, capsys: Printed) -> None:
    assert main(["lengths", str(study)]) == 0
    printed = capsys.readouterr().out
    assert "\nUSUBJID              12         192       3,008  AE, DM, VS and 1 more\n" in printed
    assert printed.rstrip().endswith("more than with lengths by dataset")


def test_as_data(study: Path, capsys: Printed) -> None:
    assert main(["lengths", str(study), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == lengths_data(study_lengths(study))


def test_pinned_lengths_stay_when_the_data_change(study: Path, tmp_path: Path) -> None:
    typed = (study / "study.yaml").read_text("utf-8")
    assert main(["lengths", str(study), "--pin"]) == 0
    pinned = (study / "study.yaml").read_text("utf-8")
    assert pinned.startswith(typed) and "\nlengths:\n" in pinned and "\n  USUBJID:  12\n" in pinned
    build_package(study, tmp_path / "before")
    raw = study / "raw" / "ae.csv"
    raw.write_text(raw.read_text("utf-8").replace('"Nausea, vomiting"', "Rash"), "utf-8")
    build_package(study, tmp_path / "after")
    assert widths(tmp_path / "after") == widths(tmp_path / "before")
    assert main(["lengths", str(study), "--pin"]) == 0
    assert (study / "study.yaml").read_text("utf-8") == pinned


def test_pinning_again_keeps_remarks_and_other_lengths(study: Path) -> None:
    with (study / "study.yaml").open("a", encoding="utf-8") as file:
        file.write("\nlengths:\n  USUBJID: 20   # as in the other studies\n")
    assert main(["lengths", str(study), "--pin"]) == 0
    pinned = (study / "study.yaml").read_text("utf-8")
    assert "  USUBJID: 20   # as in the other studies\n" in pinned and "AETERM:" in pinned


def test_the_page_shows_what_is_printed(capsys: Printed) -> None:
    root = Path(__file__).resolve().parents[2]
    page = (root / "docs" / "size-and-lengths.md").read_text("utf-8")
    shown = page.split("```text\n")[1].split("```")[0].splitlines()
    assert main(["lengths", str(root / "specs" / "melasma")]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in shown if line not in printed] == []
    assert f"(some of its {len(printed) - 3} lines)" in page
