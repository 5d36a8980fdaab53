"""Workbooks as people have them: either layout, titles and headers as they come, more than the layout asks for."""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from clintrail.define.model import (
    Comment,
    DocumentRef,
    FormalExpression,
    Method,
    Origin,
    RangeCheck,
    ReadDefine,
    Standard,
    Term,
    WhereClause,
)
from clintrail.define.workbook.read import read_workbook
from clintrail.errors import Severity

Read = Callable[..., ReadDefine]
Tell = Callable[..., list[str]]
SDTMIG = Standard("SDTMIG", "IG", "3.4")
CT = Standard("CDISC/NCI", "CT", "2025-03-28", publishing_set="SDTM")


def test_a_workbook_of_the_current_layout_is_read(read: Read) -> None:
    found = read()
    document = found.document
    assert (found.format, found.problems) == ("workbook, current layout", ())
    assert (document.study_name, document.study_oid, document.metadata_version_name) == ("TOY", "ST.TOY", "Study TOY Data Definitions")
    assert document.standards == (SDTMIG, CT)
    dm, vs = document.datasets
    assert (dm.domain, dm.purpose, dm.archive_location, dm.repeating, dm.keys) == ("DM", "Tabulation", "dm.xpt", False, ("USUBJID",))
    sex, death = dm.variables[1:]
    assert sex.origins == (Origin("Collected", "Investigator", documents=(DocumentRef("acrf", (7, 9)),)),)
    assert (sex.codelist, sex.comment, sex.length, death.data_type, death.length) == ("SEX", "ASKED", 1, "date", None)
    assert vs.variables[0].origins == (Origin("Predecessor", description="DM.USUBJID"),)
    temp, pressure = vs.variables[2].values
    assert temp.where == (WhereClause((RangeCheck("VS", "VSTESTCD", "EQ", ("TEMP",)),)),)
    assert (temp.name, temp.data_type, temp.length, temp.significant_digits) == ("VSORRES", "float", 4, 1)
    assert pressure.where[0].checks[0].values == ("SYSBP", "DIABP")
    assert document.codelists[0].terms == (Term("F", "Female", "C16576", 1), Term("M", "Male", "C20197", 2))
    assert (document.codelists[2].dictionary, document.codelists[2].dictionary_version) == ("MedDRA", "27.0")
    expression, place = FormalExpression("SQL", "concat(a, b)"), DocumentRef("csdrg", first_page=2, last_page=5)
    assert document.methods == (
        Method(id="ID", name="Subject", description="Study and subject", expressions=(expression,), documents=(place,)),
    )
    assert document.comments == (Comment("ASKED", "As asked", (DocumentRef("csdrg", ("sex",), page_type="NamedDestination"),)),)
    assert [d.is_annotated_crf for d in document.documents] == [True, False]


def test_a_workbook_of_the_legacy_layout_is_read(read: Read, legacy: Mapping[str, str]) -> None:
    found = read(legacy)
    assert (found.format, found.problems) == ("workbook, legacy layout", ())
    temp, pressure = found.document.datasets[1].variables[2].values
    assert temp.where == (WhereClause((RangeCheck("VS", "VSTESTCD", "EQ", ("TEMP",)),), id="VS.TEMP"),)
    checks = (RangeCheck("VS", "VSTESTCD", "IN", ("SYSBP", "DIABP")), RangeCheck("DM", "SEX", "EQ", ("F",)))
    assert pressure.where == (WhereClause(checks, comment="ASKED", id="VS.BP.F"),)
    assert [temp.comment, temp.origins[0].type, temp.origins[0].source] == ["ASKED", "Collected", ""]
    assert [pressure.origins[0].type, pressure.origins[0].source] == ["Collected", "Vendor"]  # eDT


def test_an_id_that_we_would_give_ourselves_is_not_kept_as_one(read: Read, legacy: Mapping[str, str]) -> None:
    sheets = {
        "ValueLevel": legacy["ValueLevel"].replace("VS.TEMP     ", "VS.VSTESTCD.EQ.TEMP"),
        "WhereClauses": legacy["WhereClauses"].replace("VS.TEMP ", "VS.VSTESTCD.EQ.TEMP"),
    }
    where = read(legacy, sheets=sheets).document.datasets[1].variables[2].values[0].where[0]
    assert where.id == ""


def test_alternatives_are_named_with_or_and_clauses_may_stand_inline(read: Read, legacy: Mapping[str, str]) -> None:
    document = read(legacy, {"ValueLevel!D2": "VS.TEMP OR VS.BP.F", "ValueLevel!D3": "VSTESTCD NE TEMP", "ValueLevel!K3": None}).document
    temp, other = document.datasets[1].variables[2].values
    assert [where.id for where in temp.where] == ["VS.TEMP", "VS.BP.F"]
    assert other.where == (WhereClause((RangeCheck("VS", "VSTESTCD", "NE", ("TEMP",)),)),)


def test_titles_and_headers_count_without_case_blanks_and_plural(read: Read, current: Mapping[str, str]) -> None:
    odd = current["Variables"].replace("Data Type", "DATATYPE ").replace("Codelist", "Code List").replace("Pages", "page")
    found = read(sheets={"Variables": None, " variable ": odd, "ValueLevel": None, "Value Levels": current["ValueLevel"]})
    assert (found.document, found.problems) == (read().document, ())


def test_sheets_and_columns_of_the_sponsor_are_ignored_with_a_notice(read: Read, tell: Tell) -> None:
    found = read(cells={"Variables!O1": "Reviewer", "Variables!O2": "=1+1", "Variables!P3": "scribble"}, sheets={"README": "Hello\nWorld"})
    assert tell(found.problems) == [
        "spec.xlsx [Variables]:1  O1 Reviewer: the column Reviewer is no part of the layout: ignored",
        "spec.xlsx [Variables]:1  P1: a column without a header: ignored",
        "spec.xlsx [README]  README: the sheet is no part of the layout: ignored",
    ]
    assert {problem.severity for problem in found.problems} == {Severity.NOTE}
    assert found.document == read().document


def test_a_misspelt_header_is_told_with_what_it_may_mean(read: Read) -> None:
    notes = read(cells={"Variables!F1": "Lenght"}).problems
    assert [(note.subject, note.fix) for note in notes] == [("F1 Lenght", "did you mean Length?")]


def test_empty_rows_and_trailing_blanks_are_nothing(read: Read) -> None:
    cells = {"Variables!B12": "  ", "Comments!A40": "\n", "Variables!C3": " SEX ", "Codelists!C2": "C66731 "}
    assert read(cells=cells) == read()


def test_numbers_as_texts_and_texts_as_numbers_are_the_same(read: Read) -> None:
    cells = {"Variables!F2": "20", "Variables!F3": 1.0, "Variables!A3": "2", "Define!B6": 3.4, "Variables!K3": 7, "Variables!G2": True}
    expected = read(cells={"Variables!K3": "7"})
    assert read(cells=cells) == expected


def test_variables_come_in_the_order_of_their_numbers(read: Read) -> None:
    assert [v.name for v in read(cells={"Variables!A2": 9}).document.datasets[0].variables] == ["SEX", "DTHDTC", "USUBJID"]


def test_several_origins_stand_in_the_same_order_in_every_cell(read: Read) -> None:
    cells = {"Variables!I3": "Collected; Predecessor", "Variables!J3": "Subject; ", "Variables!K3": "7; ", "Variables!M3": "DM.X; DM.Y"}
    found = read(cells=cells)
    crf = Origin("Collected", "Subject", documents=(DocumentRef("acrf", (7,)),))
    assert found.document.datasets[0].variables[1].origins == (crf, Origin("Predecessor", description="DM.X; DM.Y"))
    assert found.problems == ()


def test_strings_of_excel_and_of_others_are_the_same(read: Read, tmp_path: Path) -> None:
    expected = read()
    rewrite(tmp_path / "spec.xlsx", with_shared_strings)
    assert read_workbook(tmp_path / "spec.xlsx") == expected


def rewrite(path: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    """Change the parts of a workbook."""
    with zipfile.ZipFile(path) as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    with zipfile.ZipFile(path, "w") as out:
        for name, content in change(kept).items():
            out.writestr(name, content)


def with_shared_strings(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The parts of a workbook with its inline strings moved to the table of shared strings, where Excel and LibreOffice have them."""
    texts: list[bytes] = []

    def moved(found: re.Match[bytes]) -> bytes:
        texts.append(found[2])
        return b'<c %st="s"><v>%d</v></c>' % (found[1], len(texts) - 1)

    cell = re.compile(rb'<c ([^>]*?)t="inlineStr"><is>(<t[^>]*>.*?</t>)</is></c>', re.DOTALL)
    made = {name: cell.sub(moved, content) if "worksheets/" in name else content for name, content in parts.items()}
    assert len(texts) > 100
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    made["xl/sharedStrings.xml"] = b'<sst xmlns="%s">%s</sst>' % (main, b"".join(b"<si>%s</si>" % text for text in texts))
    type_ = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    declared = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % type_
    made["[Content_Types].xml"] = made["[Content_Types].xml"].replace(b"</Types>", declared)
    return made


def test_rows_in_groups_of_hidden_and_styled_cells_do_no_harm(tmp_path: Path, read: Read) -> None:
    expected = read()
    book = load_workbook(tmp_path / "spec.xlsx")
    page = book["Variables"]
    page.row_dimensions[3].hidden = True
    page.sheet_state = "hidden"
    page["A1048576"].number_format = "@"  # a sheet that is styled down to its last row
    book.save(tmp_path / "spec.xlsx")
    assert read_workbook(tmp_path / "spec.xlsx") == expected


def test_analyses_are_read_from_criteria_as_people_write_them(read: Read) -> None:
    sheets = {
        "Analysis Displays": """
            ID     | Title        | Document | Pages
            T-14.1 | Temperatures | csdrg    | 12
        """,
        "Analysis Results": """
            Display|ID|Description|Variables         |Reason     |Purpose|Selection Criteria              |Join Comment|Programming Code
            T-14.1 |R1|Means      |VS.VSORRES, DM.SEX|DATA DRIVEN|PRIMARY|VS.VSTESTCD EQ TEMP; DM.SEX EQ F|ASKED       |proc means;
            T-14.1 |R2|Counts     |VSORRES           |DATA DRIVEN|OTHER  |VS: VSTESTCD EQ SYSBP           |            |
        """,
    }
    found = read(sheets=sheets)
    assert found.problems == ()
    (display,) = found.document.displays
    means, counts = display.results
    assert (display.id, display.name, display.description, display.documents) == (
        "T-14.1", "T-14.1", "Temperatures", (DocumentRef("csdrg", (12,)),)
    )  # fmt: skip
    assert [(part.dataset, part.variables, part.where is not None) for part in means.datasets] == [
        ("VS", ("VSORRES",), True), ("DM", ("SEX",), True)
    ]  # fmt: skip
    assert means.join == "ASKED" and means.code is not None and means.code.text == "proc means;"
    assert [(part.dataset, part.variables) for part in counts.datasets] == [("VS", ("VSORRES",))]
    assert counts.datasets[0].where == WhereClause((RangeCheck("VS", "VSTESTCD", "EQ", ("SYSBP",)),))


def test_a_term_without_a_code_in_a_list_that_has_one_extends_it(read: Read) -> None:
    """As Pinnacle 21 reads it; a column Extended Value says otherwise."""
    assert [term.is_extension for term in read(cells={"Codelists!H3": None}).document.codelists[0].terms] == [False, True]
    cells = {"Codelists!H3": None, "Codelists!J1": "Extended Value", "Codelists!J3": "No"}
    assert [term.is_extension for term in read(cells=cells).document.codelists[0].terms] == [False, False]


def test_a_sheet_of_standards_tells_more_of_them_than_their_names(read: Read, tell: Tell) -> None:
    sheets = {
        "Standards": """
            Name      | Type | Version    | Status      | Publishing Set | Comment
            SDTMIG    | IG   | 3.4        | Provisional |                | ASKED
            CDISC/NCI | CT   | 2024-09-27 | Final       | SDTM           |
        """,
    }
    found = read(sheets=sheets)
    guide = Standard("SDTMIG", "IG", "3.4", "Provisional", comment="ASKED")
    assert found.document.standards[:2] == (guide, Standard("CDISC/NCI", "CT", "2024-09-27", publishing_set="SDTM"))
    assert found.document.datasets[0].standard == guide
    where = "spec.xlsx [Codelists]:2  E2 Terminology SEX"
    assert tell(found.problems) == [f"{where}: no standard SDTM 2025-03-28 in the sheet Standards"]


@pytest.mark.parametrize("text", ['"', '"a', " ", "A OR ", ";", "|", '" ;', "A IN (", "1 -", "a :"])
def test_cells_made_to_be_slow_are_read_at_once(text: str, read: Read, legacy: Mapping[str, str]) -> None:
    evil = (text * 32_767)[:32_766] + "x"
    start = time.process_time()
    read(legacy, {f"ValueLevel!{column}2": evil for column in "DHIJK"} | {"WhereClauses!E3": evil, "Methods!E2": evil, "Methods!G2": evil})
    assert time.process_time() - start < 3


def test_a_date_that_excel_made_of_a_text_is_told(read: Read, tell: Tell) -> None:
    found = read(cells={"Dictionaries!E2": date(2025, 3, 28)})
    assert tell(found.problems) == ["spec.xlsx [Dictionaries]:2  E2: the cell holds a date, read as 2025-03-28"]
    assert found.document.codelists[2].dictionary_version == "2025-03-28"


def test_a_formula_is_read_by_its_value_and_told(read: Read, tmp_path: Path, tell: Tell) -> None:
    expected = read().document
    constant, formula = b'<c r="F2" t="n"><v>20</v></c>', b'<c r="F2"><f>10+10</f><v>20</v></c>'
    rewrite(tmp_path / "spec.xlsx", lambda parts: {name: content.replace(constant, formula) for name, content in parts.items()})
    found = read_workbook(tmp_path / "spec.xlsx")
    assert tell(found.problems) == ["spec.xlsx [Variables]:2  F2: a formula; its value was read"]
    assert found.problems[0].severity == Severity.NOTE
    assert found.document == expected
