"""Write a define document as a specification workbook, and tell what the workbook cannot hold.

The same document gives the same bytes: the workbook's clock is set to the document's own date.
Every text is written as text, also one that begins with = + - or @, which a spreadsheet would run as a formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from clintrail.define.model import DefineDocument
from clintrail.define.workbook.cells import Cell
from clintrail.define.workbook.columns import NO_COLUMN, Column, Layout, Sheet
from clintrail.define.workbook.layout import ALWAYS, CURRENT, LAYOUTS
from clintrail.define.workbook.rows import Row, rows_of
from clintrail.errors import Place, Problem, Severity, counted
from clintrail.transport.workbook_file import FORMULA, LONGEST_CELL, fitted, save_workbook

_HEADER_FILL = "1F4E78"
_WRAPPED = 30  # columns of texts at least this wide wrap


def write_workbook(document: DefineDocument, path: Path, layout: Layout = "current") -> list[Problem]:
    """Write the document to `path` (.xlsx) and return what of it the workbook does not hold, a problem for each kind of fact.

    A text that is too long for a cell is cut, an error; a fact that the layout has no column for is left out, a warning.
    Raises `Problems` where the file cannot be written.
    """
    rows = rows_of(document, layout)
    problems: list[Problem] = []
    book = Workbook(write_only=True)
    book.properties.creator = "clintrail"
    for sheet in LAYOUTS[layout]:
        problems.extend(_left_out(sheet, rows.get(sheet.key, []), path, layout))
        if rows.get(sheet.key) or sheet.key in ALWAYS:
            _write_sheet(book, sheet, rows.get(sheet.key, []), path, problems)
    for sheet in CURRENT:
        if rows.get(sheet.key) and sheet.key not in {known.key for known in LAYOUTS[layout]}:
            problems.append(_no_sheet(sheet.title, len(rows[sheet.key]), path, layout))
    if layout == "current" and rows["where"]:
        problems.append(_no_sheet("WhereClauses", len(rows["where"]), path, layout))
    save_workbook(book, path, document.creation_datetime)
    return problems


def _columns(sheet: Sheet, rows: Sequence[Row]) -> list[Column]:
    """The columns of the layout, and those that are added and have something to say."""
    return [column for column in sheet.columns if not column.added or any(row.cells.get(column.field, "") != "" for row in rows)]


def _left_out(sheet: Sheet, rows: Sequence[Row], path: Path, layout: Layout) -> Iterator[Problem]:
    """A problem for each fact that some row has and the sheet has no column for."""
    known = {column.field for column in sheet.columns}
    for field in dict.fromkeys(field for row in rows for field in row.cells if field not in known):
        found = [row for row in rows if row.cells.get(field, "") != ""]
        if found:
            what = f"the {layout} layout has no column for {_in_words(sheet.key, field)}: left out in {counted(len(found), 'row')}"
            yield _warning(path, sheet.title, f"{what}, the first of {found[0].record}", _column(sheet.key, field) is not None)


def _column(key: str, field: str) -> Column | None:
    return next((sheet.column(field) for sheet in CURRENT if sheet.key == key), None)


def _in_words(key: str, field: str) -> str:
    column = _column(key, field)
    return f"'{column.header}'" if column else NO_COLUMN.get(field, field.replace("_", " "))


def _no_sheet(title: str, count: int, path: Path, layout: Layout) -> Problem:
    return _warning(path, title, f"the {layout} layout has no such sheet: {counted(count, 'row')} left out", layout == "legacy")


def _warning(path: Path, subject: str, problem: str, other_has_it: bool) -> Problem:
    fix = "write the current layout, which keeps it" if other_has_it else "keep these facts in define.xml, which has a place for them"
    return Problem(Place(str(path)), subject, problem, fix, Severity.WARNING)


# -- sheets --------------------------------------------------------------------------------------------------------------------


def _write_sheet(book: Any, sheet: Sheet, rows: Sequence[Row], path: Path, problems: list[Problem]) -> None:
    page = book.create_sheet(sheet.title)
    columns = _columns(sheet, rows)
    shown = [row for row in rows if any(row.cells.get(column.field, "") != "" for column in columns)]
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(shown) + 1}"
    for number, column in enumerate(columns, 1):
        page.column_dimensions[get_column_letter(number)].width = column.width
    page.append([_header(page, column) for column in columns])
    styled = [(_styled(page, column, False), _styled(page, column, True)) for column in columns]
    for number, row in enumerate(shown, 2):
        cells = [_cell(pair, row.cells.get(column.field, "")) for pair, column in zip(styled, columns, strict=True)]
        page.append(cells)
        for at, (column, cell) in enumerate(zip(columns, cells, strict=True), 1):
            if cell is not None and len(str(row.cells[column.field])) > LONGEST_CELL:
                place = Place(f"{path} [{sheet.title}]", number, at)
                problems.append(_too_long(place, f"{get_column_letter(at)}{number} {column.header} {row.record}"))


def _too_long(place: Place, subject: str) -> Problem:
    fix = "say it in fewer words, or in a document"
    return Problem(place, subject, f"the text is longer than the {LONGEST_CELL:,} characters of a cell, and cut", fix)


def _header(page: Any, column: Column) -> Any:
    cell = WriteOnlyCell(page, column.header)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=_HEADER_FILL)
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _styled(page: Any, column: Column, formula: bool) -> Any:
    """A cell of a column, used for every row (a sheet is written row by row)."""
    cell = WriteOnlyCell(page)
    is_long = column.kind in ("text", "made") and column.width >= _WRAPPED
    cell.alignment = Alignment(vertical="top", wrap_text=is_long)
    if column.kind != "number" and not is_long:
        cell.number_format = "@"  # so that 8.0 and 1-2 stay what they are when somebody edits them
    cell.quotePrefix = formula
    return cell


def _cell(styled: tuple[Any, Any], value: Cell) -> Any:
    """The column's cell with a value in it: the second of the two where the text begins as a formula does."""
    if value == "":
        return None
    cell = styled[isinstance(value, str) and FORMULA.match(value) is not None]
    if isinstance(value, int):
        cell.value = value
    else:
        cell.value = fitted(value)
        cell.data_type = "s"
    return cell
