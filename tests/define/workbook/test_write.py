"""The workbook as written: a file that spreadsheets open as they should, and what is told of facts that it does not hold."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from clintrail.define import model
from clintrail.define.model import DefineDocument, DocumentRef, Method
from clintrail.define.workbook.columns import ATTRIBUTES, COMPOSED, Layout
from clintrail.define.workbook.layout import CURRENT, LAYOUTS, LEGACY
from clintrail.define.workbook.write import write_workbook
from clintrail.errors import Problems, Severity

Tell = Callable[..., list[str]]
# What Pinnacle 21 calls the columns, in their order; added ones not counted.
DATASETS = (
    "Dataset, Label, Class, SubClass, Structure, Key Variables, Standard, Has No Data, Repeating, Reference Data, Comment, Developer Notes"
)
VARIABLES = (
    "Order, Dataset, Variable, Label, Data Type, Length, Significant Digits, Format, Mandatory, Assigned Value, Codelist, Common, Origin, "
    "Source, Pages, Method, Predecessor, Role, Has No Data, Comment, Developer Notes"
)
VALUES_LEGACY = (
    "Order, Dataset, Variable, Where Clause, Data Type, Length, Significant Digits, Format, Mandatory, Codelist, Origin, Pages, Method, "
    "Predecessor, Value Level Comment, Join Comment"
)


def headers(layout: Layout, key: str) -> str:
    return next(", ".join(c.header for c in sheet.columns if not c.added) for sheet in LAYOUTS[layout] if sheet.key == key)


def test_the_current_layout_has_the_columns_of_pinnacle_21() -> None:
    assert headers("current", "datasets") == DATASETS
    assert headers("current", "variables") == VARIABLES
    codelists = "ID, Name, NCI Codelist Code, Data Type, Terminology, Comment, Order, Term, NCI Term Code, Decoded Value"
    assert headers("current", "codelists") == codelists


def test_the_legacy_layout_has_the_columns_of_the_published_workbooks() -> None:
    assert [sheet.title for sheet in LEGACY[:10]] == [
        "Study", "Datasets", "Variables", "ValueLevel", "WhereClauses", "Codelists", "Dictionaries", "Methods", "Comments", "Documents",
    ]  # fmt: skip
    assert headers("legacy", "values") == VALUES_LEGACY
    assert headers("legacy", "where") == "ID, Dataset, Variable, Comparator, Value"
    assert headers("legacy", "codelists") == "ID, Name, NCI Codelist Code, Data Type, Order, Term, NCI Term Code, Decoded Value"


def test_columns_of_our_own_are_written_only_where_they_say_something(document: DefineDocument, tmp_path: Path) -> None:
    plain = replace(document, datasets=(replace(document.datasets[0], variables=document.datasets[0].variables[1:]),), displays=())
    for written, last in ((document, "Origin Description"), (plain, "Developer Notes")):
        write_workbook(written, tmp_path / "spec.xlsx")
        page = load_workbook(tmp_path / "spec.xlsx")["Variables"]
        assert page.cell(1, page.max_column).value == last


def test_texts_that_look_like_formulas_are_texts(document: DefineDocument, tmp_path: Path) -> None:
    methods = tuple(
        Method(id=text, name=text, description=text)
        for text in ('=HYPERLINK("http://x.example")', "+1", "-1", "@A1", "=cmd|' /C calc'!A0", "#REF!")
    )
    write_workbook(replace(document, methods=methods), tmp_path / "spec.xlsx")
    page = load_workbook(tmp_path / "spec.xlsx")["Methods"]
    cells = [cell for row in page.iter_rows(min_row=2, max_col=2) for cell in row]
    assert [cell.value for cell in cells[::2]] == [method.id for method in methods]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [bool(cell.quotePrefix) for cell in cells[::2]] == [True] * 5 + [False]  # so it stays a text when somebody edits it
    with zipfile.ZipFile(tmp_path / "spec.xlsx") as parts:
        assert not [name for name in parts.namelist() if name.startswith("xl/worksheets/") and b"<f>" in parts.read(name)]


def test_sheets_are_ready_to_work_in(document: DefineDocument, tmp_path: Path) -> None:
    write_workbook(document, tmp_path / "spec.xlsx")
    book = load_workbook(tmp_path / "spec.xlsx")
    for page in book.worksheets:
        assert page.freeze_panes == "A2" and page.auto_filter.ref == page.dimensions and page["A1"].font.bold, page.title
    assert book["Variables"].column_dimensions["D"].width == 34
    assert book["Methods"]["D2"].alignment.wrap_text
    assert book["Dictionaries"]["E2"].number_format == "@"  # a version stays 8.0
    assert isinstance(book["Variables"]["A2"].value, int)


def test_no_clock_is_in_the_file(document: DefineDocument, tmp_path: Path) -> None:
    write_workbook(document, tmp_path / "spec.xlsx")
    with zipfile.ZipFile(tmp_path / "spec.xlsx") as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml").decode()
    assert core.count("2025-01-31T08:00:00Z") == 2
    write_workbook(replace(document, creation_datetime="some day"), tmp_path / "spec.xlsx")
    assert load_workbook(tmp_path / "spec.xlsx").properties.created.year == 1980


def test_a_text_too_long_for_a_cell_is_cut_and_told(document: DefineDocument, tmp_path: Path, tell: Tell) -> None:
    methods = (Method(id="LONG", name="Long", description="x" * 32_768), Method(id="FITS", name="Fits", description="x" * 32_767))
    problems = write_workbook(replace(document, methods=methods), tmp_path / "spec.xlsx")
    what = "spec.xlsx [Methods]:2  D2 Description LONG: the text is longer than the 32,767 characters of a cell, and cut"
    assert [line for line in tell(problems) if "longer" in line] == [what]
    assert [problem.severity for problem in problems if "longer" in problem.problem] == [Severity.ERROR]
    page = load_workbook(tmp_path / "spec.xlsx")["Methods"]
    assert [len(page.cell(row, 4).value) for row in (2, 3)] == [32_767, 32_767]


def test_what_the_current_layout_cannot_hold_is_told(document: DefineDocument, tmp_path: Path, tell: Tell) -> None:
    odd = replace(document.comments[0], documents=(DocumentRef("csdrg", ("iv",)),))
    problems = write_workbook(replace(document, comments=(odd, *document.comments[1:])), tmp_path / "spec.xlsx")
    no_column = "the current layout has no column for"
    assert tell(problems) == [
        f"spec.xlsx  Variables: {no_column} titles of references to documents: left out in 1 row, the first of DM.SEX",
        f"spec.xlsx  Methods: {no_column} titles of references to documents: left out in 1 row, the first of VSORRES.BP",
        f"spec.xlsx  Comments: {no_column} pages that mix kinds: left out in 1 row, the first of ALL",
    ]
    assert {problem.severity for problem in problems} == {Severity.WARNING}


def test_what_the_legacy_layout_cannot_hold_is_told(document: DefineDocument, tmp_path: Path) -> None:
    problems = write_workbook(document, tmp_path / "spec.xlsx", "legacy")
    said = {(p.subject, p.problem.partition("for ")[2].partition(":")[0]) for p in problems if "no column" in p.problem}
    assert {
        ("Datasets", "'SubClass'"), ("Datasets", "'Has No Data'"), ("Datasets", "standards of datasets other than that of the study"),
        ("Variables", "'Source'"), ("Variables", "'Non Standard'"), ("ValueLevel", "'Source'"), ("Codelists", "'Terminology'"),
        ("Codelists", "'Rank'"), ("Dictionaries", "'Href'"), ("Documents", "'Listed'"), ("Analysis Results", "'Parameter'"),
    } <= said  # fmt: skip
    assert [p.problem for p in problems if p.subject == "Standards"] == ["the legacy layout has no such sheet: 2 rows left out"]


HELD_BY = {
    model.Standard: ("standards",), model.Document: ("documents",), model.DefineDataset: ("datasets",), model.CodeList: ("codelists",),
    model.DefineVariable: ("variables",), model.ValueListItem: ("values",), model.Method: ("methods",), model.Comment: ("comments",),
    model.AnalysisResult: ("results",), model.ResultDisplay: ("displays",),
}  # fmt: skip


@pytest.mark.parametrize("cls", HELD_BY)
def test_every_fact_of_the_model_has_a_place_in_the_current_layout(cls: type) -> None:
    """A field that the model gets without a column here would be told as lost by `write_workbook`; this is to notice it first."""
    held = {column.field for sheet in CURRENT if sheet.key in HELD_BY[cls] for column in sheet.columns}
    elsewhere = {"description"} if cls is model.ResultDisplay else set()  # its column is Title
    elsewhere |= {"dictionary", "dictionary_version", "dictionary_href", "dictionary_ref"} if cls is model.CodeList else set()
    assert {field.name for field in fields(cls)} - held - COMPOSED - elsewhere == set()  # type: ignore[arg-type]


def test_every_fact_of_the_document_is_an_attribute_or_a_sheet() -> None:
    named = {field.name for field in fields(DefineDocument)} - COMPOSED - set(ATTRIBUTES.values())
    assert named == {"stated_oids"}  # OIDs are made anew; that these are lost is told


def test_oids_of_others_are_told_to_be_lost(document: DefineDocument, tmp_path: Path, tell: Tell) -> None:
    problems = write_workbook(replace(document, stated_oids={"CL.SEX": "CodeList.1"}), tmp_path / "spec.xlsx")
    assert load_workbook(tmp_path / "spec.xlsx")["Define"].auto_filter.ref == load_workbook(tmp_path / "spec.xlsx")["Define"].dimensions
    what = "OIDs of the define.xml that was read: left out in 1 row, the first of MELASMA"
    assert f"spec.xlsx  Define: the current layout has no column for {what}" in tell(problems)


def test_nothing_half_written_is_left(document: DefineDocument, tmp_path: Path) -> None:
    write_workbook(document, tmp_path / "spec.xlsx")
    before = (tmp_path / "spec.xlsx").read_bytes()
    with pytest.raises(TypeError):
        write_workbook(replace(document, creation_datetime=None), tmp_path / "spec.xlsx")  # type: ignore[arg-type]
    assert (tmp_path / "spec.xlsx").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["spec.xlsx"]


def test_a_folder_that_is_not_there_is_told(document: DefineDocument, tmp_path: Path) -> None:
    with pytest.raises(Problems) as raised:
        write_workbook(document, tmp_path / "nowhere" / "spec.xlsx")
    assert [problem.problem for problem in raised.value.problems] == ["the file cannot be written: No such file or directory"]
