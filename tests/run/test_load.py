"""The forms of a study come from a folder of files of any kind, or from one file that holds them all."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import Workbook

from clintrail.errors import Problems
from clintrail.run.load import RawData, load_raw
from clintrail.spec.read import read_study

STUDY = """
study: S1
forms:
  subject: SUBJECT
  dm: dm.csv
  ae: {file: ae_raw.csv, sheet: Events}
"""
DM = "dataset: DM\nrecords:\n  - from: dm\nvariables:\n  SEX: dm.SEX\n"
FORMS = {"dm.csv": "SUBJECT,SEX\n2,F\n1,M\n", "ae_raw.csv": "SUBJECT,TERM\n1,Diarrhée\n"}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "sdtm").mkdir()
    (tmp_path / "sdtm" / "dm.yaml").write_text(DM)
    (tmp_path / "study.yaml").write_text(STUDY)
    (tmp_path / "raw").mkdir()
    for name, text in FORMS.items():
        (tmp_path / "raw" / name).write_text(text, "utf-8")
    return tmp_path


def workbook(path: Path, names: tuple[str, str]) -> Path:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, text in zip(names, FORMS.values(), strict=True):
        sheet = book.create_sheet(name)
        for row in csv.reader(text.splitlines()):
            sheet.append(row)
    book.save(path)
    return path


def cells(raw: dict[str, RawData]) -> dict[str, list[dict[str, str]]]:
    return {name: data.table.drop_columns(["_row"]).to_pylist() for name, data in raw.items()}


def said(study: Path, source: str) -> list[str]:
    try:
        _, problems = load_raw(read_study(study), study / source)
    except Problems as error:
        problems = error.problems
    return [f"{p.subject}: {p.problem} -> {p.fix}".removeprefix(": ") for p in problems]


def test_rows_are_in_the_order_of_their_cells_and_know_their_record(study: Path) -> None:
    raw, problems = load_raw(read_study(study), study / "raw")
    assert (problems, raw["dm"].records.to_pylist()) == ([], [2, 1])
    assert cells(raw) == {"dm": [{"SUBJECT": "1", "SEX": "M"}, {"SUBJECT": "2", "SEX": "F"}], "ae": [{"SUBJECT": "1", "TERM": "Diarrhée"}]}


@pytest.mark.parametrize("names", [("DM", "Events"), ("dm", "EVENTS")])
def test_one_workbook_has_the_forms_under_their_names_or_their_sheets(study: Path, names: tuple[str, str]) -> None:
    path = workbook(study / "all.xlsx", names)
    raw, problems = load_raw(read_study(study), path)
    assert problems == []
    assert cells(raw) == cells(load_raw(read_study(study), study / "raw")[0])
    assert [data.file.shown for data in raw.values()] == [f"all.xlsx ({name})" for name in names]


def test_a_form_may_be_a_sheet_named_as_its_file(study: Path) -> None:
    (study / "study.yaml").write_text(STUDY.replace("{file: ae_raw.csv, sheet: Events}", "ae_raw.csv"))
    raw, problems = load_raw(read_study(study), workbook(study / "all.xlsx", ("DM", "AE_RAW")))
    assert (problems, list(raw)) == ([], ["dm", "ae"])


def test_a_sheet_that_is_missing_is_told_beside_those_that_are_there(study: Path) -> None:
    assert said(study, workbook(study / "all.xlsx", ("DMG", "AE")).name) == [
        "dm: the workbook has no sheet named dm; there are DMG, AE -> did you mean DMG?",
        "ae: the workbook has no sheet named Events; there are DMG, AE -> name one of them: {file: ..., sheet: ...}",
    ]


def test_forms_of_one_folder_may_be_of_several_kinds_and_share_a_workbook(study: Path) -> None:
    (study / "study.yaml").write_text(STUDY.replace("dm: dm.csv", "dm: all.xlsx").replace("ae_raw.csv", "all.xlsx"))
    workbook(study / "raw" / "all.xlsx", ("DM", "Events"))
    raw, problems = load_raw(read_study(study), study / "raw")
    assert (problems, {data.file.sheet for data in raw.values()}) == ([], {"DM", "Events"})


def test_a_file_that_is_there_as_another_kind_is_named(study: Path) -> None:
    workbook(study / "raw" / "dm.xlsx", ("DM", "AE"))
    (study / "raw" / "dm.csv").unlink()
    assert said(study, "raw") == ["dm: no raw file dm.csv -> there is dm.xlsx: write dm: dm.xlsx"]
    (study / "raw" / "dm.tsv").write_text("SUBJECT\tSEX\n")
    assert said(study, "raw") == ["dm: no raw file dm.csv -> did you mean dm.tsv?"]


def test_notes_of_files_stay_with_them(study: Path) -> None:
    (study / "raw" / "ae_raw.csv").write_bytes(FORMS["ae_raw.csv"].encode("latin-1"))
    raw, problems = load_raw(read_study(study), study / "raw")
    assert (problems, [note.problem for note in raw["ae"].file.notes]) == ([], ["read as windows-1252 (Latin-1), which is a guess"])


def test_no_folder_and_no_file_is_told(study: Path) -> None:
    assert said(study, "nowhere") == [
        "no such folder for the raw data -> give the folder of the raw files, or the one file that holds them all, with --raw"
    ]


@pytest.fixture
def analysis(study: Path) -> Path:
    """A study whose SDTM is there already."""
    (study / "study.yaml").write_text("study: S1\nsdtm: input\n")
    (study / "sdtm" / "dm.yaml").unlink()
    (study / "adam").mkdir()
    (study / "adam" / "adsl.yaml").write_text("dataset: ADSL\nrecords:\n  - from: DM\nvariables:\n  SEX: DM.SEX\n")
    return study


def test_sdtm_that_is_input_is_a_folder(analysis: Path) -> None:
    raw, problems = load_raw(read_study(analysis), analysis / "raw")
    assert (problems, list(raw)) == ([], ["AE_RAW", "DM"])
    assert said(analysis, "raw/dm.csv") == [
        "one file, where the datasets of sdtm: input are wanted -> give the folder of the SDTM datasets with --raw DIR"
    ]


def test_a_dataset_that_is_there_in_two_formats_is_told_not_chosen(analysis: Path) -> None:
    (analysis / "raw" / "DM.xpt").write_bytes(b"")
    assert said(analysis, "raw") == [
        "DM: the dataset is there more than once: DM.xpt, dm.csv -> take all but one of them out of the folder"
    ]
