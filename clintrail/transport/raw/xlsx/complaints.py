"""What is told of a sheet, by sheet and cell: what stops the reading, and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clintrail.errors import Place, Problem, Severity, counted
from clintrail.transport.raw.file import check_column_names
from clintrail.transport.raw.xlsx.package import Sheet
from clintrail.transport.raw.xlsx.sheet import ERRORS, NO_NUMBER, NO_VALUE, OUT_OF_PLACE, Found, column_letters
from clintrail.transport.raw.xlsx.table import SheetTable

_TOLD = 10  # so many cells of a kind are named
_FIXES = {
    NO_VALUE: "open the workbook in the program that made it and save it, so that the values are stored",
    ERRORS: "correct the formulas, or clear the cells",
    NO_NUMBER: "correct the cells, or their format",
    OUT_OF_PLACE: "the file was made by a faulty program: open it and save it again",
}


def problems_of(place: Place, sheet: str, table: SheetTable, found: Found) -> Iterator[Problem]:
    """Everything that makes a sheet doubtful."""
    for what, cells in found.wrong_cells.items():
        for cell in cells[:_TOLD]:
            yield Problem(place, f"sheet {sheet}, cell {cell}", what, _FIXES[what])
        if len(cells) > _TOLD:
            yield Problem(place, f"sheet {sheet}", f"{len(cells) - _TOLD:,} more cells with {what}", _FIXES[what])
    where, row = f"sheet {sheet}", table.header_row
    if not table.first_rows:
        yield Problem(place, where, "the sheet is empty", "export it again; a form without records still has its header")
        return
    place = Place(place.path, row)
    if not table.header:
        what = f"row {row} has no column names; the first row with values is row {table.first_rows[0][0]}"
        yield Problem(place, where, what, f"write header_row: {table.first_rows[0][0]} if the names are there")
        return
    for problem in check_column_names(table.names, place):
        yield replace(problem, subject=f"{where} {problem.subject}".strip())
    elsewhere = _header_elsewhere(table)
    for number in table.unnamed:
        what = f"column {column_letters(number)} has values, but no name in row {row}"
        yield Problem(place, where, what, f"name it{elsewhere}")
    for first, last, left, right in found.merged:
        if first <= row <= last:
            area = f"{column_letters(left - 1)}{first}:{column_letters(right - 1)}{last}"
            yield Problem(place, where, f"the cells {area} of the header are merged", f"give each column a name of its own{elsewhere}")


def _header_elsewhere(table: SheetTable) -> str:
    """Where the names may be instead: in the first of the rows that are filled most."""
    later = [(row, filled) for row, filled in table.first_rows if row > table.header_row]
    most = max((filled for _, filled in later), default=0)
    if most <= len(table.header):
        return ""
    row = next(row for row, filled in later if filled == most)
    return f", or write header_row: {row} if the names are in row {row}"


def notes_of(place: Place, sheet: Sheet, table: SheetTable, found: Found) -> Iterator[Problem]:
    """What a reader of the sheet may not have seen, or may have seen otherwise."""
    where = f"sheet {sheet.name}"
    merged = [area for area in found.merged if area[0] > table.header_row]
    if merged:
        first = f"{column_letters(merged[0][2] - 1)}{merged[0][0]}"
        what = f"{counted(len(merged), 'area')} of merged cells (the first at {first}): only the first cell of each has the value"
        yield Problem(place, where, what, "unmerge them where every record should have it", Severity.WARNING)
    hidden = [n for n in table.header if any(least <= n + 1 <= most for least, most in found.hidden_columns)]
    times = f"the format of {counted(table.hidden_times, 'cell')} shows less of the day than it holds: what is not shown was not read"
    rows = f"{counted(found.hidden_rows, 'hidden row')} {'was' if found.hidden_rows == 1 else 'were'} read too"
    for what in (
        "the sheet is hidden; it was read" if sheet.is_hidden else "",
        rows if found.hidden_rows else "",
        f"hidden columns were read too: {', '.join(column_letters(n) for n in sorted(hidden))}" if hidden else "",
        times if table.hidden_times else "",
    ):
        if what:
            yield Problem(place, where, what, "", Severity.NOTE)
