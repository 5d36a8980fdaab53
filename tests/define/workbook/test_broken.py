"""Broken workbooks: each fault is told at its sheet, row and column, with what to write instead; and what is sound is still read."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from clintrail.define.model import ReadDefine
from clintrail.define.workbook.read import read_workbook
from clintrail.errors import Problems, Severity

Read = Callable[..., ReadDefine]
Tell = Callable[..., list[str]]

# Cells that are set, and what is told: place, cell, column, record: problem -> fix.
CURRENT_FAULTS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"Variables!L2": "IDD"},
        "[Variables]:2  L2 Method DM.USUBJID: no method IDD in the sheet Methods",
        "did you mean ID?",
    ),
    (
        {"Variables!H3": "SEXX"},
        "[Variables]:3  H3 Codelist DM.SEX: no codelist SEXX in the sheet Codelists or Dictionaries",
        "did you mean SEX?",
    ),
    (
        {"Variables!N3": "NOTE"},
        "[Variables]:3  N3 Comment DM.SEX: no comment NOTE in the sheet Comments",
        "add it to the sheet Comments, or clear the cell",
    ),
    (
        {"Methods!G2": "guide"},
        "[Methods]:2  G2 Document ID: no document guide in the sheet Documents",
        "add it to the sheet Documents, or clear the cell",
    ),
    (
        {"Variables!B7": "XX", "ValueLevel!D3": "VSTESTCD EQ TEMP OR VSTESTCD EQ SYSBP"},
        "[Variables]:7  B7 Dataset XX.VSORRES: no dataset XX in the sheet Datasets",
        "add it to the sheet Datasets, or clear the cell",
    ),
    (
        {"ValueLevel!C2": "VSORRESS"},
        "[ValueLevel]:2  C2 Variable VS.VSORRESS: no variable VS.VSORRESS in the sheet Variables: left out",
        "did you mean VSORRES?",
    ),
    (
        {"ValueLevel!D2": "VSTSTCD EQ TEMP"},
        "[ValueLevel]:2  D2 Where Clause VS.VSORRES: no variable VS.VSTSTCD in the sheet Variables",
        "did you mean VSTESTCD?",
    ),
    (
        {"ValueLevel!D2": "LB.LBCAT EQ URINE"},
        "[ValueLevel]:2  D2 Where Clause VS.VSORRES: no variable LB.LBCAT in the sheet Variables",
        "name a dataset of the sheet Datasets",
    ),
    (
        {"ValueLevel!D2": "VSTESTCD IS TEMP"},
        "[ValueLevel]:2  D2 Where Clause VS.VSORRES: a where clause that cannot be read: 'IS' is no comparator",
        "write one of EQ, NE, LT, LE, GT, GE, IN, NOTIN",
    ),
    (
        {"ValueLevel!D2": "VSTESTCD IN (TEMP"},
        "[ValueLevel]:2  D2 Where Clause VS.VSORRES: a where clause that cannot be read: a parenthesis that is not closed",
        "write (A, B)",
    ),
    (
        {"ValueLevel!D2": None},
        "[ValueLevel]:2  D2 Where Clause VS.VSORRES: the row has no Where Clause: left out",
        "write its Where Clause, or clear the row",
    ),
    (
        {"ValueLevel!D3": "VSTESTCD EQ TEMP"},
        "[ValueLevel]:3  D3 Where Clause VS.VSORRES: this where clause of VS.VSORRES stands twice, first in row 2",
        "keep one of the two rows",
    ),
    (
        {"Variables!E2": "char"},
        "[Variables]:2  E2 Data Type DM.USUBJID: 'char' is not known here",
        "write text, integer, float, date, datetime, time, partialDate, partialTime, partialDatetime, incompleteDate, "
        "incompleteTime, incompleteDatetime, durationDatetime, intervalDatetime",
    ),
    (
        {"Variables!E2": None},
        "[Variables]:2  E2 Data Type DM.USUBJID: no data type",
        "write text, integer, float or another",
    ),
    (
        {"Variables!I3": "Colected"},
        "[Variables]:3  I3 Origin DM.SEX: 'Colected' is no origin",
        "did you mean Collected?",
    ),
    (
        {"Variables!J3": "Doctor"},
        "[Variables]:3  J3 Source DM.SEX: 'Doctor' is no source",
        "write Investigator, Sponsor, Subject, Vendor",
    ),
    (
        {"Variables!I3": "Collected; Derived; Assigned", "Variables!J3": "Investigator; Sponsor", "Variables!K3": None},
        "[Variables]:3  J3 Source DM.SEX: 2 parts for 3 origins",
        "give a part for each, parted by semicolons, in the same order",
    ),
    (
        {"Variables!K3": "CRF page 7"},
        "[Variables]:3  K3 Pages DM.SEX: neither pages nor named destinations",
        "write page numbers, as 5 7, a range, as 5-7, or names of destinations",
    ),
    (
        {"Variables!I3": None, "Variables!J3": None},
        "[Variables]:3  K3 Pages DM.SEX: said of an origin that is not there: not kept",
        "write the Origin",
    ),
    (
        {"Variables!M3": "AE.SEX"},
        "[Variables]:3  M3 Predecessor DM.SEX: said of an origin that is not there: not kept",
        "write Predecessor as the Origin, or clear the cell",
    ),
    (
        {"Variables!G2": "Maybe"},
        "[Variables]:2  G2 Mandatory DM.USUBJID: 'Maybe' is neither Yes nor No",
        "write Yes or No",
    ),
    (
        {"Variables!F2": "$20."},
        "[Variables]:2  F2 Length DM.USUBJID: '$20.' is no whole number",
        "write digits only",
    ),
    (
        {"Variables!F2": 20.5},
        "[Variables]:2  F2 Length DM.USUBJID: '20.5' is no whole number",
        "write digits only",
    ),
    (
        {"Variables!F2": "#REF!"},
        "[Variables]:2  F2: the cell holds the error #REF!",
        "write what is meant",
    ),
    (
        {"Variables!F2": "=10+10"},
        "[Variables]:2  F2: a formula without a value",
        "replace the formula by its value",
    ),
    (
        {"Variables!D2": datetime(2025, 3, 28, 12, 30)},
        "[Variables]:2  D2: the cell holds a date, read as 2025-03-28T12:30:00",
        "format the cell as text and write what is meant",
    ),
    (
        {"Variables!A3": 1},
        "[Variables]:3  A3 Order DM.SEX: order 1 stands twice in DM",
        "number the rows of DM from 1; they are taken as they stand",
    ),
    (
        {"Variables!C3": "USUBJID"},
        "[Variables]:3  C3 Variable DM.USUBJID: the variable DM.USUBJID stands twice, first in row 2",
        "keep one of the two rows",
    ),
    (
        {"Variables!C3": None},
        "[Variables]:3  C3 Variable DM: the row has no Variable: left out",
        "write its Variable, or clear the row",
    ),
    (
        {"Datasets!A3": "DM"},
        "[Datasets]:3  A3 Dataset DM: the dataset DM stands twice, first in row 2",
        "keep one of the two rows",
    ),
    (
        {"Datasets!E2": "USUBJID, SUBJID"},
        "[Datasets]:2  E2 Key Variables DM: the key SUBJID is no variable of DM",
        "did you mean USUBJID?",
    ),
    (
        {"Datasets!F2": "SDTMIG"},
        "[Datasets]:2  F2 Standard DM: 'SDTMIG' is no standard with its version",
        "write its name and version, as SDTMIG 3.4 or SDTM 2025-03-28",
    ),
    (
        {"Datasets!A4": "AE"},
        "[Datasets]:4  A4 Dataset AE: the sheet Variables has no variables of AE",
        "add them",
    ),
    (
        {"Codelists!G3": "F"},
        "[Codelists]:3  G3 Term SEX: this term of SEX stands twice, first in row 2",
        "keep one of the two rows",
    ),
    (
        {"Codelists!G3": None},
        "[Codelists]:3  G3 Term SEX: the row has no Term: left out",
        "write the value of the term, or clear the row",
    ),
    (
        {"Codelists!B3": "Sexes"},
        "[Codelists]:3  B3 Name SEX: code list SEX has 'Sex' in row 2, which counts",
        "say the same in all its rows",
    ),
    (
        {"Codelists!D2": "decimal", "Codelists!D3": "decimal"},
        "[Codelists]:2  D2 Data Type SEX: 'decimal' is not known here",
        "write text, integer, float",
    ),
    (
        {"Dictionaries!A2": "SEX"},
        "[Dictionaries]:2  A2 ID SEX: SEX is also in the sheet Codelists, row 2",
        "give one of the two another ID",
    ),
    (
        {"Dictionaries!D2": None},
        "[Dictionaries]:2  D2 Dictionary MEDDRA: the dictionary has no name",
        "write MedDRA, WHODrug, ISO 3166 or as it is called",
    ),
    (
        {"Methods!C2": "Calculation"},
        "[Methods]:2  C2 Type ID: 'Calculation' is not known here",
        "did you mean Computation?",
    ),
    (
        {"Methods!A3": "ID", "Methods!B3": "Again"},
        "[Methods]:3  A3 ID ID: the method ID stands twice, first in row 2",
        "keep one of the two rows",
    ),
    (
        {"Methods!G2": None},
        "[Methods]:2  H2 Pages ID: pages, but no document",
        "name the document, or clear the cell",
    ),
    (
        {"Methods!F2": None},
        "[Methods]:2  E2 Expression Context ID: the context of an expression, but no code",
        "write the code, or clear the cell",
    ),
    (
        {"Comments!A3": "ASKED", "Comments!B3": "Again"},
        "[Comments]:3  A3 ID ASKED: the comment ASKED stands twice, first in row 2",
        "keep one of the two rows",
    ),
    (
        {"Documents!A3": "acrf", "Methods!G2": "acrf", "Comments!C2": "acrf"},
        "[Documents]:3  A3 ID acrf: the document acrf stands twice, first in row 2",
        "keep one of the two rows",
    ),
    (
        {"Define!A8": "StudyName", "Define!B8": "TOY"},
        "[Define]:8  A8 Attribute StudyName: the attribute StudyName stands twice, first in row 2",
        "keep one of the two rows",
    ),
    (
        {"Define!B2": None},
        "[Define]:1  A1 Attribute: no StudyName",
        "add a row StudyName with its value",
    ),
    (
        {"Define!A8": "Sponsor"},
        "[Define]:8  A8 Attribute Sponsor: the attribute is no part of the layout: ignored",
        "nothing to do",
    ),
    (
        {"Codelists!A1": "Code"},
        "[Codelists]:1  ID: there is no column ID",
        "add a column ID to row 1",
    ),
    (
        {"Variables!G1": "Label"},
        "[Variables]:1  G1 Label: the column Label says the same: ignored",
        "keep one of the two",
    ),
]  # fmt: skip
LEGACY_FAULTS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"ValueLevel!D2": "VS.TEMPO"},
        "[ValueLevel]:2  D2 Where Clause VS.VSORRES: no where clause VS.TEMPO in the sheet WhereClauses",
        "did you mean VS.TEMP?",
    ),
    (
        {"WhereClauses!B2": "VX"},
        "[WhereClauses]:2  C2 Variable VS.TEMP: no variable VX.VSTESTCD in the sheet Variables",
        "name a dataset of the sheet Datasets",
    ),
    (
        {"WhereClauses!C4": "SEXX"},
        "[WhereClauses]:4  C4 Variable VS.BP.F: no variable DM.SEXX in the sheet Variables",
        "did you mean SEX?",
    ),
    (
        {"WhereClauses!D2": "EG"},
        "[WhereClauses]:2  D2 Comparator VS.TEMP: 'EG' is no comparator",
        "write one of EQ, NE, LT, LE, GT, GE, IN, NOTIN",
    ),
    (
        {"WhereClauses!E2": None},
        "[WhereClauses]:2  E2 Value VS.TEMP: the condition has no value",
        'write the value; "" is the empty one',
    ),
    (
        {"WhereClauses!E3": "SYSBP, (DIABP)"},
        "[WhereClauses]:3  E3 Value VS.BP.F: values that cannot be read: a condition without a value",
        'write the value; "" is the empty one',
    ),
    (
        {"WhereClauses!A3": "VS.TEMP", "WhereClauses!C3": "VSTESTCD", "WhereClauses!D3": "EQ", "WhereClauses!E3": "TEMP"},
        "[WhereClauses]:3  E3 Value VS.TEMP: this condition of VS.TEMP stands twice, first in row 2",
        "keep one of the two rows",
    ),
    (
        {"ValueLevel!K3": "JOINED"},
        "[ValueLevel]:3  K3 Join Comment VS.VSORRES: no comment JOINED in the sheet Comments",
        "add it to the sheet Comments, or clear the cell",
    ),
]


def shown(found: ReadDefine, tell: Tell) -> list[tuple[str, str]]:
    return [(line.removeprefix("spec.xlsx "), problem.fix) for line, problem in zip(tell(found.problems), found.problems, strict=True)]


@pytest.mark.parametrize(("cells", "problem", "fix"), CURRENT_FAULTS, ids=[problem for _, problem, _ in CURRENT_FAULTS])
def test_a_fault_of_the_current_layout_is_told_at_its_cell(cells: dict[str, Any], problem: str, fix: str, read: Read, tell: Tell) -> None:
    assert (problem, fix) in shown(read(cells=cells), tell)


@pytest.mark.parametrize(("cells", "problem", "fix"), LEGACY_FAULTS, ids=[problem for _, problem, _ in LEGACY_FAULTS])
def test_a_fault_of_the_legacy_layout_is_told_at_its_cell(
    cells: dict[str, Any], problem: str, fix: str, read: Read, legacy: Mapping[str, str], tell: Tell
) -> None:
    assert (problem, fix) in shown(read(legacy, cells), tell)


def test_a_message_does_not_repeat_a_cell_without_end(read: Read) -> None:
    (problem,) = read(cells={"Variables!E2": "x" * 32_000}).problems
    assert len(problem.problem) <= 300


def test_all_faults_are_told_at_once_in_the_order_of_the_workbook(read: Read, tell: Tell) -> None:
    cells = {"Variables!L2": "GONE", "Variables!F3": "long", "Datasets!E2": "X", "ValueLevel!D2": "VSTESTCD", "Codelists!D2": "x"}
    places = [line.partition("  ")[0] for line in tell(read(cells=cells).problems)]
    assert places == [
        f"spec.xlsx [{p}" for p in ("Datasets]:2", "Variables]:2", "Variables]:3", "ValueLevel]:2", "Codelists]:2", "Codelists]:3")
    ]


@pytest.mark.parametrize("title", ["Define", "Datasets", "Variables"])
def test_a_sheet_that_must_be_there_is_missed(title: str, read: Read, tell: Tell) -> None:
    assert f"spec.xlsx  {title}: there is no sheet {title}" in tell(read(sheets={title: None}).problems)


def test_a_column_that_must_be_there_is_missed(read: Read, current: Mapping[str, str], tell: Tell) -> None:
    found = read(sheets={"Variables": current["Variables"].replace("Data Type", "Kind     ")})
    assert tell(found.problems)[:2] == [
        "spec.xlsx [Variables]:1  Data Type: there is no column Data Type",
        "spec.xlsx [Variables]:1  E1 Kind: the column Kind is no part of the layout: ignored",
    ]
    assert len(found.problems) == 2, "and it is not told again of every row"


def test_merged_cells_are_told(read: Read, tmp_path: Path, tell: Tell) -> None:
    read()
    book = load_workbook(tmp_path / "spec.xlsx")
    book["Variables"].merge_cells("B2:B4")
    book.save(tmp_path / "spec.xlsx")
    found = read_workbook(tmp_path / "spec.xlsx")
    assert tell(found.problems)[0] == "spec.xlsx [Variables]:2  B2:B4: the cells B2:B4 are merged; only the first of them says something"
    assert len(found.document.datasets[0].variables) == 1


def test_an_empty_sheet_that_must_have_rows_is_told(read: Read, tmp_path: Path, tell: Tell) -> None:
    read()
    book = load_workbook(tmp_path / "spec.xlsx")
    book["Variables"].delete_rows(1, 100)
    book.save(tmp_path / "spec.xlsx")
    assert "spec.xlsx [Variables]  Variables: the sheet is empty" in tell(read_workbook(tmp_path / "spec.xlsx").problems)


def test_a_clause_of_which_one_condition_is_bad_does_not_come_to_mean_more(read: Read, legacy: Mapping[str, str]) -> None:
    where = read(legacy, {"WhereClauses!D4": "EG"}).document.datasets[1].variables[2].values[1].where[0]
    assert (where.id, where.checks) == ("VS.BP.F", ())


def test_pages_without_an_annotated_crf_are_told(read: Read, tell: Tell) -> None:
    found = read(cells={"Documents!A2": "protocol", "Documents!B2": "Protocol"})
    assert [p.kind for p in found.problems] == ["dangling document"] * 3
    assert tell(found.problems)[0] == "spec.xlsx [Variables]:3  K3 Pages DM.SEX: no document acrf in the sheet Documents"


def test_faults_are_errors_and_what_is_ignored_is_a_note(read: Read) -> None:
    cells = {"Variables!L2": "GONE", "Variables!O1": "Mine", "Variables!A3": 1}
    severities = {p.kind: p.severity for p in read(cells=cells).problems}
    assert severities == {"dangling method": Severity.ERROR, "not kept": Severity.NOTE, "duplicate": Severity.WARNING}


def test_results_of_no_display_and_criteria_of_no_result_are_told(read: Read, legacy: Mapping[str, str], tell: Tell) -> None:
    sheets = {
        "Analysis Results": "Display | ID | Variables\n T-1 | R1 | VS.GONE",
        "Analysis Criteria": "Display | Result | Dataset | Where Clause\n T-1 | R2 | VS | VS.TEMP OR VS.BP.F",
    }
    lines = tell(read(legacy, sheets=sheets).problems)
    assert "spec.xlsx [Analysis Results]:2  A2 Display T-1.R1: no display T-1 in the sheet Analysis Displays" in lines
    assert "spec.xlsx [Analysis Results]:2  C2 Variables T-1.R1: no variable VS.GONE in the sheet Variables" in lines
    assert "spec.xlsx [Analysis Criteria]:2  B2 Result T-1.R2: no result T-1.R2 in the sheet Analysis Results" in lines
    assert "spec.xlsx [Analysis Criteria]:2  D2 Where Clause T-1.R2: alternatives, of which an analysis has only one" in lines


@pytest.mark.parametrize(
    ("selection", "problem"),
    [
        ("PARAMCD EQ X", "a criterion that cannot be read: a condition without its dataset"),
        ("VS.VSTESTCD", "no dataset VS.VSTESTCD in the sheet Datasets"),
        ("VS.VSTESTCD EQ A OR VS.VSTESTCD EQ B", "a criterion that cannot be read: alternatives, of which an analysis has only one"),
        ("VS.VSTEST EQ A", "no variable VS.VSTEST in the sheet Variables"),
    ],
)
def test_bad_selection_criteria_are_told(selection: str, problem: str, read: Read, tell: Tell) -> None:
    sheets = {
        "Analysis Displays": "ID | Title\n T-1 | Table",
        "Analysis Results": f"Display | ID | Selection Criteria\n T-1 | R1 | {selection}",
    }
    lines = tell(read(sheets=sheets).problems)
    assert lines == [f"spec.xlsx [Analysis Results]:2  C2 Selection Criteria T-1.R1: {problem}"]


# -- files that are no workbook --------------------------------------------------------------------------------------------------

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def zipped(path: Path, **parts: bytes) -> bytes:
    with zipfile.ZipFile(path, "w") as out:
        for name, content in parts.items():
            out.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("make", "problem", "fix"),
    [
        (lambda _: b"", "the file is empty", "give the path of a workbook"),
        (
            lambda _: b"Dataset,Variable\n",
            "no Excel workbook (.xlsx)",
            "give the path of a workbook, or save it as an Excel workbook (.xlsx)",
        ),
        (lambda _: OLE + b"\0" * 600, "an Excel file of the old format (.xls)", "save it as an Excel workbook (.xlsx)"),
        (
            lambda _: OLE + "EncryptedPackage".encode("utf-16-le"),
            "the workbook is protected by a password",
            "save it without a password",
        ),
        (
            lambda path: zipped(path, content_dot_xml=b"<x/>"),
            "no Excel workbook (.xlsx), but another zip file",
            "save it as an Excel workbook (.xlsx)",
        ),
        (lambda path: zipped(path, xl__workbook_dot_bin=b"x"), "a binary workbook (.xlsb)", "save it as an Excel workbook (.xlsx)"),
        (
            lambda path: zipped(path, xl__workbook_dot_xml=b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'),
            "a DOCTYPE, which can hold entities, in xl/workbook.xml",
            "save the workbook again in Excel, which writes none",
        ),
        (
            lambda path: zipped(path, xl__workbook_dot_xml=b"<workbook/>"),
            "the workbook is damaged (KeyError)",
            "open and repair it in Excel, and save it again",
        ),
        (
            lambda path: zipped(path, xl__workbook_dot_xml=b"<x/>")[:-30],
            "no Excel workbook (.xlsx)",
            "give the path of a workbook, or save it as",
        ),
    ],
)
def test_what_is_no_workbook_is_told(make: Callable[[Path], bytes], problem: str, fix: str, tmp_path: Path) -> None:
    path = tmp_path / "spec.xlsx"
    path.write_bytes(make(tmp_path / "made.zip"))
    with pytest.raises(Problems) as raised:
        read_workbook(path)
    (found,) = raised.value.problems
    assert (found.place.path, found.problem) == (str(path), problem)
    assert found.fix.startswith(fix)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problems, match=r"the file cannot be read \(FileNotFoundError\)"):
        read_workbook(tmp_path / "nothing.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Workbook().save(tmp_path / "spec.xlsx")
    monkeypatch.setattr("clintrail.define.workbook.sheets._MOST_BYTES", 1000)
    with pytest.raises(Problems, match="the workbook unpacks to more than"):
        read_workbook(tmp_path / "spec.xlsx")


def test_a_workbook_about_something_else_is_told(tmp_path: Path, tell: Tell) -> None:
    Workbook().save(tmp_path / "spec.xlsx")
    assert tell(read_workbook(tmp_path / "spec.xlsx").problems) == [
        "spec.xlsx  Datasets: there is no sheet Datasets",
        "spec.xlsx  Define: there is no sheet Define",
        "spec.xlsx  Variables: there is no sheet Variables",
        "spec.xlsx [Sheet]  Sheet: the sheet is no part of the layout: ignored",
    ]


@pytest.mark.parametrize("cut", range(0, 9))
def test_a_damaged_workbook_is_never_a_traceback(cut: int, read: Read, tmp_path: Path) -> None:
    """Each part in turn is cut in the middle."""
    read()
    with zipfile.ZipFile(tmp_path / "spec.xlsx") as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    name = sorted(kept)[cut]
    with zipfile.ZipFile(tmp_path / "spec.xlsx", "w") as out:
        for part, content in kept.items():
            out.writestr(part, content[: len(content) // 2] if part == name else content)
    try:
        assert read_workbook(tmp_path / "spec.xlsx").format == "workbook, current layout"
    except Problems as error:
        assert len(error.problems) == 1 and "damaged" in str(error)
