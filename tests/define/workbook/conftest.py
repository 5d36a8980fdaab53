"""Workbooks drawn as text: sheets with their rows, cells parted by bars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from clintrail.define.model import ReadDefine
from clintrail.define.workbook.read import read_workbook
from clintrail.errors import Problem

CURRENT = {
    "Define": """
        Attribute        | Value
        StudyName        | TOY
        StudyDescription | A toy
        ProtocolName     | TOY-1
        StandardName     | SDTMIG
        StandardVersion  | 3.4
        Language         | en
    """,
    "Datasets": """
        Dataset | Label        | Class           | Structure               | Key Variables     | Standard   | Repeating | Reference Data
        DM      | Demographics | SPECIAL PURPOSE | One record per subject  | USUBJID           | SDTMIG 3.4 | No        | No
        VS      | Vital Signs  | FINDINGS        | One record per test     | USUBJID, VSTESTCD | SDTMIG 3.4 | Yes       | No
    """,
    "Variables": """
        Order|Dataset|Variable|Label  |Data Type|Length|Mandatory|Codelist|Origin     |Source      |Pages|Method|Predecessor|Comment
        1    |DM     |USUBJID |Subject|text     |20    |Yes      |        |Derived    |Sponsor     |     |ID    |           |
        2    |DM     |SEX     |Sex    |text     |1     |No       |SEX     |Collected  |Investigator|7 9  |      |           |ASKED
        3    |DM     |DTHDTC  |Death  |date     |      |No       |        |Collected  |Investigator|12   |      |           |
        1    |VS     |USUBJID |Subject|text     |20    |Yes      |        |Predecessor|            |     |      |DM.USUBJID |
        2    |VS     |VSTESTCD|Test   |text     |8     |Yes      |TEST    |Assigned   |Sponsor     |     |      |           |
        3    |VS     |VSORRES |Result |text     |8     |No       |        |Collected  |Investigator|8    |      |           |
    """,
    "ValueLevel": """
        Order | Dataset | Variable | Where Clause               | Data Type | Length | Significant Digits | Origin    | Source
        1     | VS      | VSORRES  | VSTESTCD EQ TEMP           | float     | 4      | 1                  | Collected | Investigator
        2     | VS      | VSORRES  | VSTESTCD IN (SYSBP, DIABP) | integer   | 3      |                    | Collected | Investigator
    """,
    "Codelists": """
        ID   | Name | NCI Codelist Code | Data Type | Terminology     | Order | Term  | NCI Term Code | Decoded Value
        SEX  | Sex  | C66731            | text      | SDTM 2025-03-28 | 1     | F     | C16576        | Female
        SEX  | Sex  | C66731            | text      | SDTM 2025-03-28 | 2     | M     | C20197        | Male
        TEST | Test |                   | text      |                 | 1     | TEMP  |               | Temperature
        TEST | Test |                   | text      |                 | 2     | SYSBP |               | Systolic
        TEST | Test |                   | text      |                 | 3     | DIABP |               | Diastolic
    """,
    "Dictionaries": """
        ID     | Name               | Data Type | Dictionary | Version
        MEDDRA | Adverse Event Terms | text      | MedDRA     | 27.0
    """,
    "Methods": """
        ID | Name    | Type        | Description            | Expression Context | Expression Code | Document | Pages
        ID | Subject | Computation | Study and subject      | SQL                | concat(a, b)    | csdrg    | 2-5
    """,
    "Comments": """
        ID    | Description     | Document | Pages
        ASKED | As asked        | csdrg    | sex
    """,
    "Documents": """
        ID    | Title            | Href
        acrf  | Annotated CRF    | acrf.pdf
        csdrg | Reviewer's Guide | csdrg.pdf
    """,
}
LEGACY = {
    "Study": CURRENT["Define"],
    **{title: text for title, text in CURRENT.items() if title != "Define"},
    "ValueLevel": """
        Order | Dataset | Variable | Where Clause | Data Type | Length | Mandatory | Origin | Pages | Value Level Comment | Join Comment
        1     | VS      | VSORRES  | VS.TEMP      | float     | 4      | No        | CRF    | 8     | ASKED               |
        2     | VS      | VSORRES  | VS.BP.F      | integer   | 3      | No        | eDT    |       |                     | ASKED
    """,
    "WhereClauses": """
        ID      | Dataset | Variable | Comparator | Value
        VS.TEMP | VS      | VSTESTCD | EQ         | TEMP
        VS.BP.F | VS      | VSTESTCD | IN         | SYSBP, DIABP
        VS.BP.F | DM      | SEX      | EQ         | F
    """,
}


def table(text: str) -> list[list[Any]]:
    """The cells of a drawn table; blank cells are empty, numbers in the columns Order and Length numbers."""
    lines = [[cell.strip() or None for cell in line.split("|")] for line in text.splitlines() if line.strip()]
    numeric = {number for number, header in enumerate(lines[0]) if header in ("Order", "Length", "Significant Digits")}
    return [[int(c) if number in numeric and c and c.isdigit() else c for number, c in enumerate(line)] for line in lines]


def drawn(sheets: Mapping[str, str], path: Path) -> Path:
    """A workbook with these sheets."""
    book = Workbook()
    book.remove(book.active)
    for title, text in sheets.items():
        page = book.create_sheet(title)
        for row in table(text):
            page.append(row)
    book.save(path)
    return path


Read = Callable[..., ReadDefine]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a drawn workbook; `cells` (as `Variables!M3`) are set in it first, `sheets` drawn otherwise (None: left out)."""

    def make(
        layout: Mapping[str, str] = CURRENT, cells: Mapping[str, Any] | None = None, sheets: Mapping[str, str | None] | None = None
    ) -> ReadDefine:
        varied = {**layout, **(sheets or {})}
        path = drawn({title: text for title, text in varied.items() if text is not None}, tmp_path / "spec.xlsx")
        if cells:
            book = load_workbook(path)
            for name, value in cells.items():
                title, _, cell = name.partition("!")
                book[title][cell] = value
            book.save(path)
        return read_workbook(path)

    return make


@pytest.fixture
def current() -> Mapping[str, str]:
    """The sheets of a small workbook of the current layout."""
    return CURRENT


@pytest.fixture
def legacy() -> Mapping[str, str]:
    """The sheets of a small workbook of the legacy layout."""
    return LEGACY


def told(problems: tuple[Problem, ...] | list[Problem]) -> list[str]:
    """Problems as `Variables:3 M3 Method DM.USUBJID: no method ...`, without the folder of the file."""
    return [f"{str(p.place).rpartition('/')[2]}  {p.subject}: {p.problem}" for p in problems]


@pytest.fixture
def tell() -> Callable[..., list[str]]:
    return told
