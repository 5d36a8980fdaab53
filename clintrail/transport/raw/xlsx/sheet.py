"""The rows of a worksheet, a batch of rows at a time, column by column."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from clintrail.transport.raw.xlsx.formats import Kind
from clintrail.transport.raw.xlsx.package import Parts, whole_number
from clintrail.transport.safe_xml import local_name

BATCH_ROWS = 4096
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_DIGITS = "0123456789"
_ESCAPED = re.compile(r"_x(?![dD][89a-fA-F])([0-9A-Fa-f]{4})_")  # halves of surrogates are no characters
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


@dataclass
class Column:
    """Cells of a column in a batch: which row of the batch, the stored value, and what it is."""

    rows: list[int] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Batch:
    """Rows with values: their numbers in the sheet, and the cells of each column (the first is 0) that has any."""

    rows: list[int]
    columns: dict[int, Column]


@dataclass
class Found:
    """What is noticed while a sheet is read. Cells are by name (`C7`), with what is wrong with them; ranges as rows and columns from 1."""

    wrong_cells: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


NO_VALUE = "formulas without a stored value"
ERRORS = "errors (as #N/A or #REF!) in place of values"
NO_NUMBER = "values that are not what their cell's type and format say"
OUT_OF_PLACE = "cells out of the order of rows and columns"


def shared_strings(parts: Parts) -> list[str]:
    """The texts that cells refer to by number."""
    return [] if parts.strings is None else [_text_of(item) for item in parts.elements(parts.strings, "si")]


def read_batches(parts: Parts, part: str, strings: Sequence[str], styles: Sequence[Kind], found: Found) -> Iterator[Batch]:
    """Batches of the rows that have values, and in `found` everything noticed; what comes behind the rows is found at the end."""
    reader = _Reader(strings, styles, found)
    for element in parts.elements(part, "row", "mergeCell", "col"):
        name = local_name(element)
        if name == "row":
            reader.add_row(element)
            if len(reader.rows) >= BATCH_ROWS:
                yield reader.take()
        elif name == "col" and element.get("hidden") in ("1", "true"):
            found.hidden_columns.append((whole_number(element.get("min", "")), whole_number(element.get("max", ""))))
        elif name == "mergeCell" and (area := _area(element.get("ref", ""))):
            found.merged.append(area)
    yield reader.take()


def column_letters(column: int) -> str:
    """The letters of a column, the first being 0: `A`, `AB`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class _Reader:
    """Takes rows apart; `take` hands over those gathered so far."""

    def __init__(self, strings: Sequence[str], styles: Sequence[Kind], found: Found) -> None:
        self._strings, self._found, self._row = strings, found, 0
        self._styles: dict[str | None, Kind] = {str(number): kind for number, kind in enumerate(styles)}
        self._by_letters: dict[str, int] = {}
        self.rows: list[int] = []
        self._columns: dict[int, Column] = defaultdict(Column)

    def take(self) -> Batch:
        batch = Batch(self.rows, dict(self._columns))
        self.rows, self._columns = [], defaultdict(Column)
        return batch

    def add_row(self, row: etree._Element) -> None:
        number = whole_number(row.get("r", str(self._row + 1)))
        if not self._row < number <= MOST_ROWS:
            self._found.wrong_cells[OUT_OF_PLACE].append(f"A{self._row + 1}")
            return
        self._row, last, at, filled = number, -1, len(self.rows), False
        for cell in row:
            reference = cell.get("r")
            column = self._column(reference.rstrip(_DIGITS)) if reference else last + 1
            if not last < column < MOST_COLUMNS:
                self._found.wrong_cells[OUT_OF_PLACE].append(f"{column_letters(last + 1)}{number}")
                continue
            last = column
            value, kind = self._value(cell, column, number)
            if value:
                cells = self._columns[column]
                cells.rows.append(at)
                cells.values.append(value)
                cells.kinds.append(kind)
                filled = True
        if filled:
            self.rows.append(number)
            self._found.hidden_rows += row.get("hidden") in ("1", "true")

    def _column(self, letters: str) -> int:
        if letters not in self._by_letters:
            value = 0
            for letter in letters[:4]:
                value = value * 26 + ord(letter) - 64
            self._by_letters[letters] = value - 1 if letters.isascii() and letters.isupper() else MOST_COLUMNS
        return self._by_letters[letters]

    def _value(self, cell: etree._Element, column: int, row: int) -> tuple[str | None, int]:
        """The stored value and what it is; nothing where it is blank, or wrong, which is noted."""
        stored, kind, has_formula, text = None, cell.get("t", "n"), False, ""
        for part in cell:
            tag = local_name(part)
            if tag == "v":
                stored = part.text
            elif tag == "f":
                has_formula = True
            elif tag == "is":
                text = _text_of(part)
        wrong = ""
        if kind == "s":
            if stored is None:
                return None, Kind.BLANK
            if 0 <= (number := whole_number(stored)) < len(self._strings):
                return self._strings[number], Kind.TEXT
            wrong = NO_NUMBER
        elif kind == "inlineStr":
            return text, Kind.TEXT
        elif kind == "str":
            return _unescaped(stored or ""), Kind.TEXT
        elif kind == "e":
            wrong = ERRORS
        elif stored is None:
            wrong = NO_VALUE if has_formula else ""
        elif kind == "b" and stored in ("0", "1", "true", "false"):
            return "true" if stored in ("1", "true") else "false", Kind.TEXT
        elif kind == "d":
            return stored, Kind.TEXT
        elif kind == "n":
            return stored, self._styles.get(cell.get("s"), Kind.NUMBER)
        else:
            wrong = NO_NUMBER
        if wrong:
            self._found.wrong_cells[wrong].append(f"{column_letters(column)}{row}")
        return None, Kind.BLANK


def _text_of(item: etree._Element) -> str:
    """The text of a string, plain or in runs of different looks; how it is pronounced (rPh) is none of it."""
    if len(item) == 1 and len(item[0]) == 0:
        return _unescaped(item[0].text or "")
    spoken = {t for ruby in item.iter("{*}rPh") for t in ruby}
    return _unescaped("".join(t.text or "" for t in item.iter("{*}t") if t not in spoken))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _area(reference: str) -> tuple[int, int, int, int] | None:
    """First row, last row, first column, last column of `B2:C5`, from 1."""
    first, _, last = reference.partition(":")
    ends = [_REFERENCE.fullmatch(part) for part in (first, last or first)]
    if ends[0] is None or ends[1] is None:
        return None
    columns = []
    for end in ends:
        value = 0
        for letter in end[1] if end else "":
            value = value * 26 + ord(letter) - 64
        columns.append(value)
    return int(ends[0][2]), int(ends[1][2]), columns[0], columns[1]
