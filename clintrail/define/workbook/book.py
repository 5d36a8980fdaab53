"""A workbook whose sheets and columns are known: rows of texts by field, and the problems of reading them, by place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from openpyxl.utils import column_index_from_string, get_column_letter

from clintrail.define.workbook.cells import BadCell
from clintrail.define.workbook.columns import Column, Layout
from clintrail.define.workbook.layout import CURRENT, LEGACY
from clintrail.define.workbook.sheets import RawSheet, read_sheets
from clintrail.errors import Place, Problem, Severity, did_you_mean

_NUMBER = re.compile(r"(\d{1,9})(\.0*)?")
_YES = {"YES": True, "Y": True, "TRUE": True, "NO": False, "N": False, "FALSE": False}
T = TypeVar("T")
_LONGEST = 300  # characters of a message, which may quote a cell
_MANY = 300  # names among which a misspelt one is looked for


def _plain(text: str) -> str:
    """A title or header without case, blanks and plural, so that `Value Level` and `VALUELEVEL` are the same."""
    return re.sub(r"[^a-z0-9]", "", text.lower()).removesuffix("s")


# Whatever the layout, a sheet or column is known by its name in either.
_KEYS = {_plain(sheet.title): sheet.key for sheet in (*LEGACY, *CURRENT)}
_COLUMNS: dict[str, dict[str, Column]] = {}
for _sheet in (*LEGACY, *CURRENT):
    for _column in _sheet.columns:
        _COLUMNS.setdefault(_sheet.key, {}).setdefault(_plain(_column.header), _column)


# The fields that name the record of a row, where it has no ID.
_NAMED_BY = {
    "define": ("attribute",),
    "standards": ("name", "version"),
    "datasets": ("name",),
    "variables": ("dataset", "variable"),
    "values": ("dataset", "variable"),
    "results": ("display", "id"),
    "criteria": ("display", "result"),
}
# The columns of a sheet in either layout by field, and those without which its rows cannot be read (or, a data type, say too little).
_FIELDS: dict[str, dict[str, Column]] = {}
for _sheet in (*LEGACY, *CURRENT):
    _FIELDS.setdefault(_sheet.key, {}).update({column.field: column for column in _sheet.columns})
_REQUIRED = {key: {field: column for field, column in of.items() if column.required} for key, of in _FIELDS.items()}


@dataclass(frozen=True)
class Row:
    """A row of a sheet: its number, and the texts of its cells by field. `record` names what it describes."""

    sheet: ReadSheet
    number: int
    cells: dict[str, str]

    @property
    def record(self) -> str:
        """`ADSL.AGE`, `MT.1`, as far as the row tells."""
        parts = (self.id(field) for field in _NAMED_BY.get(self.sheet.key, ("id",)))
        return ".".join(part for part in parts if part)

    def has(self, field: str) -> bool:
        """Whether the sheet has a column for a field."""
        return field in self.sheet.columns

    def id(self, field: str) -> str:
        """The text of a cell without the blanks around it; empty if there is none."""
        return self.cells.get(field, "").strip()

    def text(self, field: str) -> str:
        """The text of a cell as it is."""
        return self.cells.get(field, "")

    def problem(self, field: str, problem: str, fix: str, severity: Severity = Severity.ERROR, kind: str = "") -> None:
        """Tell a problem of a cell."""
        column, header = self.sheet.columns.get(field, (0, field))
        cell = f"{get_column_letter(column)}{self.number} {header}" if column else f"row {self.number}"
        place = self.sheet.raw.place(self.number, column)
        subject, what = (
            text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..." for text in (f"{cell} {self.record}".rstrip(), problem)
        )
        self.sheet.book.problems.append(Problem(place, subject, what, fix, severity, kind))

    def number_of(self, field: str) -> int | None:
        """A whole number; None if there is none, or what there is is no such number (which is told)."""
        text = self.id(field)
        found = _NUMBER.fullmatch(text)
        if text and not found:
            self.problem(field, f"'{text}' is no whole number", "write digits only", kind="bad number")
        return int(found[1]) if found else None

    def yes(self, field: str) -> bool | None:
        """Yes or No; None where nothing is said."""
        text = self.id(field)
        if text and text.upper() not in _YES:
            self.problem(field, f"'{text}' is neither Yes nor No", "write Yes or No", kind="unknown value")
        return _YES.get(text.upper())

    def one_of(self, field: str, known: Collection[str], otherwise: str) -> str:
        """A word of a list, however it is capitalised; `otherwise` for none; another word is told and kept."""
        text = self.id(field)
        found = {word.upper(): word for word in known}.get(text.upper())
        if text and found is None:
            self.problem(field, f"'{text}' is not known here", did_you_mean(text, known, f"write {', '.join(known)}"), kind="unknown value")
        return found or text or otherwise

    def facts(self, cls: type, *left_out: str) -> dict[str, Any]:
        """The facts of a record of the model that stand in a cell as they are."""
        found: dict[str, Any] = {}
        for field in fields(cls):
            column = _FIELDS[self.sheet.key].get(field.name)
            if column is None or column.kind == "made" or field.name in left_out:
                continue
            value = self._fact(column)
            if value is not None:
                found[field.name] = value
            elif field.default is MISSING:
                found[field.name] = ""
        return found

    def _fact(self, column: Column) -> str | int | bool | None:
        if column.kind == "number":
            return self.number_of(column.field)
        if column.kind in ("yes", "flag", "stated"):
            return self.yes(column.field)
        return (self.id if column.kind == "id" else self.text)(column.field) or None

    def refer(self, field: str, id: str, known: Collection[str], what: str, sheets: str) -> str:
        """The id, which is told if nothing of that kind has it."""
        if id and id not in known:
            near = f"add it to the sheet {sheets}, or clear the cell"
            fix = did_you_mean(id, known, near) if len(known) <= _MANY else near
            self.problem(field, f"no {what} {id} in the sheet {sheets}", fix, kind=f"dangling {what}")
        return id

    def tried(self, field: str, parse: Callable[[], T], otherwise: T, kind: str = "bad value") -> T:
        """What the parser makes of the cell; what it finds wrong is told."""
        try:
            return parse()
        except BadCell as error:
            self.problem(field, str(error), error.fix, kind=kind)
            return otherwise


@dataclass(frozen=True)
class ReadSheet:
    """A sheet that is part of the layout: the column number and header of each field, and its rows without the empty ones."""

    book: Book
    key: str
    raw: RawSheet
    columns: dict[str, tuple[int, str]]
    rows: list[Row]


class Book:
    """A workbook that was read. `problems` grows as its rows are understood."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.sheets: dict[str, ReadSheet] = {}
        self._titles: dict[str, str] = {}
        self._paths: dict[str, int] = {}
        for number, raw in enumerate(read_sheets(path), 1):
            self._paths[raw.place(0).path] = number
            self._add(raw)
        self.layout: Layout = self._layout()
        for sheet in LEGACY if self.layout == "legacy" else CURRENT:
            if sheet.required and sheet.key not in self._titles:
                what = f"there is no sheet {sheet.title}"
                self.problems.append(Problem(Place(str(path)), sheet.title, what, "add it, or give its title so", kind="missing sheet"))

    def rows(self, key: str) -> list[Row]:
        """The rows of a sheet; none if it is not there."""
        return self.sheets[key].rows if key in self.sheets else []

    def complete(self, key: str, *needed: str) -> list[Row]:
        """The rows of a sheet that say which record they are about; of others it is told what they lack."""
        found = []
        for row in self.rows(key):
            blank = [field for field in needed if not row.id(field)]
            for field in blank:
                _, header = row.sheet.columns[field]
                row.problem(field, f"the row has no {header}: left out", f"write its {header}, or clear the row", kind="incomplete row")
            if not blank:
                found.append(row)
        return found

    def unique(self, rows: Iterable[Row], *by: str, what: str) -> None:
        """Tell rows that are the same as one before in these fields; `what` is as `the variable {}`, for its record."""
        seen: dict[tuple[str, ...], int] = {}
        for row in rows:
            key = tuple(row.id(field) for field in by)
            if any(key) and key in seen:
                fix = "keep one of the two rows"
                said = what.format(row.record)
                row.problem(by[-1], f"{said} stands twice, first in row {seen[key]}", fix, kind="duplicate")
            seen.setdefault(key, row.number)

    def ordered(self, rows: Sequence[Row], of: str) -> list[Row]:
        """Rows in the order of their numbers, or as they stand where a row has none or two have the same (which is told)."""
        numbers = [row.number_of("order") for row in rows]
        seen: set[int] = set()
        for row, number in zip(rows, numbers, strict=True):
            if number in seen:
                fix = f"number the rows of {of} from 1; they are taken as they stand"
                row.problem("order", f"order {number} stands twice in {of}", fix, Severity.WARNING, kind="duplicate")
            elif number is not None:
                seen.add(number)
        if len(seen) < len(rows):
            return list(rows)
        return [row for _, row in sorted(zip(numbers, rows, strict=True), key=lambda pair: pair[0] or 0)]

    def position(self, place: Place) -> tuple[int, int, int]:
        """Where a place comes in the workbook: the file as a whole, then sheet by sheet, row by row."""
        return (self._paths.get(place.path, 0), place.line, place.column)

    # -- sheets and columns ------------------------------------------------------------------------------------------------------

    def _layout(self) -> Layout:
        if "where" in self._titles or _plain(self._titles.get("define", "")) == "study":
            return "legacy"
        return "current"

    def _add(self, raw: RawSheet) -> None:
        key = _KEYS.get(_plain(raw.title))
        if key is None or key in self._titles:
            what = "the sheet is no part of the layout" if key is None else f"the sheet {self._titles[key]} says the same"
            fix = "nothing to do, or give the sheet its name in the layout" if key is None else "keep one of the two"
            self._note(raw.place(0), raw.title, f"{what}: ignored", fix)
            return
        self._titles[key] = raw.title
        if not raw.rows:
            if any(sheet.key == key and sheet.required for sheet in CURRENT):
                fix = "give it a header and rows"
                self.problems.append(Problem(raw.place(0), raw.title, "the sheet is empty", fix, kind="missing sheet"))
            return
        self._read(key, raw)

    def _read(self, key: str, raw: RawSheet) -> None:
        head = min(raw.rows)
        columns = self._header(key, raw, head)
        missing = [column for field, column in _REQUIRED[key].items() if field not in columns]
        for column in missing:
            fix = f"add a column {column.header} to row {head}"
            self.problems.append(Problem(raw.place(head), column.header, f"there is no column {column.header}", fix, kind="missing column"))
        if any(column.field != "data_type" for column in missing):
            return
        sheet = ReadSheet(self, key, raw, columns, [])
        at = {number: field for field, (number, _) in columns.items()}
        for number, texts in raw.rows.items():
            cells = {at[column]: text for column, text in texts.items() if column in at}
            if number > head and cells:
                sheet.rows.append(Row(sheet, number, cells))
        self.sheets[key] = sheet
        self.problems.extend(problem for problem in raw.problems if problem.place.line > head and problem.place.column in at)
        self._merged(raw, head, set(at))

    def _header(self, key: str, raw: RawSheet, head: int) -> dict[str, tuple[int, str]]:
        """The column number and header of each field; columns that are no part of the layout are told."""
        columns: dict[str, tuple[int, str]] = {}
        used = sorted({column for texts in raw.rows.values() for column in texts})
        for number in used:
            header = " ".join(raw.rows[head].get(number, "").split())
            column = _COLUMNS[key].get(_plain(header))
            cell = f"{get_column_letter(number)}{head} {header}".rstrip()
            if column is None:
                what = f"the column {header} is no part of the layout" if header else "a column without a header"
                headers = [known.header for known in _COLUMNS[key].values()]
                fix = did_you_mean(header, headers, "nothing to do, or give the column its name in the layout")
                self._note(raw.place(head, number), cell, f"{what}: ignored", fix)
            elif column.field in columns:
                what = f"the column {columns[column.field][1]} says the same: ignored"
                self.problems.append(Problem(raw.place(head, number), cell, what, "keep one of the two", kind="duplicate"))
            else:
                columns[column.field] = (number, header)
        return columns

    def _merged(self, raw: RawSheet, head: int, columns: set[int]) -> None:
        """Merged cells in columns that are read; those of a title above the header do no harm."""
        for merged in raw.merged:
            first, last = (re.match(r"([A-Z]+)(\d+)", cell) for cell in merged.split(":"))
            if first is None or last is None or int(last[2]) <= head:
                continue
            if columns & set(range(column_index_from_string(first[1]), column_index_from_string(last[1]) + 1)):
                what = f"the cells {merged} are merged; only the first of them says something"
                place = raw.place(int(first[2]), column_index_from_string(first[1]))
                self.problems.append(Problem(place, merged, what, "unmerge them, and say it in each", Severity.WARNING, "merged cells"))

    def _note(self, place: Place, subject: str, problem: str, fix: str) -> None:
        self.problems.append(Problem(place, subject, problem, fix, Severity.NOTE, "not kept"))
