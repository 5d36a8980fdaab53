"""The sheets of an .xlsx file as texts: whatever a cell holds becomes the text that its reader sees, and what is odd is told.

A workbook is untrusted: its parts are looked over before anything parses them, and it is read row by row, never as a whole.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from clintrail.errors import Place, Problem, Problems, Severity

MOST_COLUMNS = 200
_MOST_BYTES = 512 * 1024 * 1024  # of all parts, unpacked
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # what .xls and password-protected files begin with
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SAVE_AS = "save it as an Excel workbook (.xlsx)"


@dataclass(frozen=True)
class RawSheet:
    """A sheet: its texts by row number and column number (both from 1), and the ranges of its merged cells. Empty cells have no text."""

    title: str
    path: str
    rows: Mapping[int, Mapping[int, str]]
    merged: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def place(self, row: int, column: int = 0) -> Place:
        """Where a cell stands: `spec.xlsx [Variables]:45`."""
        return Place(f"{self.path} [{self.title}]", row, column)


def read_sheets(path: Path) -> list[RawSheet]:
    """Every worksheet of a workbook, in order. Raises `Problems` if the file is no workbook that can be read."""
    _check_file(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of openpyxl, on what it does not keep: validations, conditional formats
        return _sheets(path)


@contextmanager
def _damage_is_told(path: Path) -> Iterator[None]:
    """Around openpyxl alone: it raises whatever a broken part brings up (KeyError, ValueError, TypeError, its own)."""
    try:
        yield
    except Exception as error:
        fix = "open and repair it in Excel, and save it again"
        raise _unusable(path, f"the workbook is damaged ({type(error).__name__})", fix) from error


def _unusable(path: Path, problem: str, fix: str) -> Problems:
    return Problems([Problem(Place(str(path)), "", problem, fix)])


def _check_file(path: Path) -> None:
    """Refuse what is no .xlsx file, by what it is; and one that could harm whoever unpacks it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unusable(path, f"the file cannot be read ({type(error).__name__})", "give the path of a workbook") from None
    if not content:
        raise _unusable(path, "the file is empty", "give the path of a workbook")
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise _unusable(path, "the workbook is protected by a password", "save it without a password")
        raise _unusable(path, "an Excel file of the old format (.xls)", _SAVE_AS)
    try:
        with zipfile.ZipFile(path) as parts:
            _check_parts(path, parts)
    # All that zipfile raises for a file that is no zip, is cut off, is encrypted or is packed in a way that it does not know.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error):
        raise _unusable(path, "no Excel workbook (.xlsx)", f"give the path of a workbook, or {_SAVE_AS}") from None


def _check_parts(path: Path, parts: zipfile.ZipFile) -> None:
    names = set(parts.namelist())
    if "xl/workbook.xml" not in names:
        what = "a binary workbook (.xlsb)" if "xl/workbook.bin" in names else "no Excel workbook (.xlsx), but another zip file"
        raise _unusable(path, what, _SAVE_AS)
    if sum(entry.file_size for entry in parts.infolist()) > _MOST_BYTES:
        fix = "take out what is no part of the specification"
        raise _unusable(path, f"the workbook unpacks to more than {_MOST_BYTES // 2**20} MB", fix)
    for name in names:
        if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in parts.read(name):
            raise _unusable(path, f"a DOCTYPE, which can hold entities, in {name}", "save the workbook again in Excel, which writes none")


def _sheets(path: Path) -> list[RawSheet]:
    with _damage_is_told(path):
        merged = _merged_ranges(path)
        book = load_workbook(path, read_only=True, keep_links=False)
    try:
        sheets = []
        for page in book.worksheets:
            with _damage_is_told(path):
                width = _width(page)
            sheet = RawSheet(page.title, str(path), {}, merged.get(page.title, ()))
            formulas: list[tuple[int, int]] = []
            read = _cells(path, page, width)
            rows = {number: found for number, cells in read if (found := _texts(sheet, number, cells, formulas))}
            sheets.append(RawSheet(sheet.title, sheet.path, rows, sheet.merged, sheet.problems))
            if formulas:
                _fill_formulas(path, sheets[-1], rows, formulas, width)
        return sheets
    finally:
        book.close()


def _width(page: Any) -> int:
    """How many columns are read: those of the first row that says something, and as many as the sheet says it has, within bounds."""
    stated = page.max_column or 0
    page.reset_dimensions()  # openpyxl would believe them, though they may be too small
    for cells in page.iter_rows(max_col=MOST_COLUMNS):
        used = [column for column, cell in enumerate(cells, 1) if cell.value is not None]
        if used:
            return min(MOST_COLUMNS, max(used[-1] + 1, stated))
    return 1


def _cells(path: Path, page: Any, width: int) -> Iterator[tuple[int, Any]]:
    """The rows of a sheet with their numbers, one at a time."""
    rows = enumerate(page.iter_rows(max_col=width), 1)
    while True:
        with _damage_is_told(path):
            row = next(rows, None)
        if row is None:
            return
        yield row


def _texts(sheet: RawSheet, row: int, cells: Any, formulas: list[tuple[int, int]]) -> dict[int, str]:
    """The texts of a row by column; cells with formulas are collected, for their values are read apart."""
    found = {}
    for column, cell in enumerate(cells, 1):
        if cell.value is None:
            continue
        if cell.data_type == "f":
            formulas.append((row, column))
            found[column] = ""
            continue
        text = _text(sheet, row, column, cell.value, cell.data_type)
        if text.strip():
            found[column] = text
    return found


def _text(sheet: RawSheet, row: int, column: int, value: object, data_type: str) -> str:
    if data_type == "e":
        _tell(sheet, row, column, f"the cell holds the error {value}", "write what is meant", Severity.ERROR)
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date | time):
        text = value.isoformat().removesuffix("T00:00:00")
        _tell(sheet, row, column, f"the cell holds a date, read as {text}", "format the cell as text and write what is meant")
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), str(value))


def _tell(sheet: RawSheet, row: int, column: int, problem: str, fix: str, severity: Severity = Severity.WARNING) -> None:
    sheet.problems.append(Problem(sheet.place(row, column), f"{get_column_letter(column)}{row}", problem, fix, severity))


def _fill_formulas(path: Path, sheet: RawSheet, rows: dict[int, dict[int, str]], formulas: list[tuple[int, int]], width: int) -> None:
    """Put in the values that the formulas had when the workbook was saved."""
    wanted = set(formulas)
    with _damage_is_told(path):
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    with closing(book):
        page = book[sheet.title]
        page.reset_dimensions()
        every = (((row, column), cell) for row, cells in _cells(path, page, width) for column, cell in enumerate(cells, 1))
        values = {at: cell for at, cell in every if at in wanted and cell.value is not None}
    for row, column in formulas:
        cell = values.get((row, column))
        text = _text(sheet, row, column, cell.value, cell.data_type) if cell else ""
        if text.strip():
            rows[row][column] = text
            _tell(sheet, row, column, "a formula; its value was read", "replace the formula by its value", Severity.NOTE)
        else:
            del rows[row][column]
            if not cell:
                _tell(sheet, row, column, "a formula without a value", "replace the formula by its value", Severity.ERROR)


def _merged_ranges(path: Path) -> dict[str, tuple[str, ...]]:
    """Of each sheet the ranges of merged cells, which openpyxl does not tell when it reads row by row; bounded."""
    with zipfile.ZipFile(path) as parts:
        files = {relation.get("Id"): relation.get("Target", "") for relation in _parsed(parts, "xl/_rels/workbook.xml.rels")}
        sheets = _parsed(parts, "xl/workbook.xml").iter(f"{_MAIN}sheet")
        found = {}
        for sheet in sheets:
            target = files.get(sheet.get(_RELATION), "")
            name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if name in parts.namelist():
                found[sheet.get("name", "")] = tuple(ref.decode() for ref in _MERGED.findall(parts.read(name)))
        return found


def _parsed(parts: zipfile.ZipFile, name: str) -> etree._Element:
    return etree.fromstring(parts.read(name), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
