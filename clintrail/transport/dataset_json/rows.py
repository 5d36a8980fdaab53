"""Records of a Dataset-JSON file as lists of cells, and where they are no such lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from clintrail.transport.dataset_json.faults import Faults
from clintrail.transport.dataset_json.kinds import Kind
from clintrail.transport.dataset_json.plain import PlainLines
from clintrail.transport.dataset_json.scan import BLANKS, ONE_RECORD, Layout, array_parts, line_blocks
from clintrail.transport.dataset_json.source import CUT_SHORT, PIECE, refuse
from clintrail.transport.xpt.in_order import in_order, sparing, thread_count

_MOST_AT_ONCE = 4
_NOT_JSON = ("records that are not JSON", "write each record as a JSON array")
_CUT = ("records that are cut short, where the file ends", CUT_SHORT)
_UNREADABLE: list[Any] = []  # stands for a record that is told already
_NOT_ROWS = ("records that are not an array of values", "write each record as an array, one value a column")


@dataclass(frozen=True)
class Rows:
    """Some records that stand together, as lists of `cells` or already as plain `columns`.

    `first` is the number of the first (from 1), `lines` are their lines, none in an array.
    """

    cells: list[list[Any]]
    first: int
    lines: list[int] | range
    columns: list[pa.Array] | None = None

    @property
    def count(self) -> int:
        """How many records."""
        return len(self.cells) if self.columns is None else len(self.columns[0])


def read_rows(path: Path, layout: Layout, kinds: Sequence[Kind], faults: Faults) -> Iterator[Rows]:
    """The records of a file in order. What is no record of as many cells goes into the faults, and its block is left out."""
    read = _rows_of_array(path, layout, faults) if layout.form == "array" else _rows_of_lines(path, layout, kinds, faults)
    for rows in read:
        if rows.columns is not None or _check_width(rows, len(kinds), faults):
            yield rows


def _check_width(rows: Rows, width: int, faults: Faults) -> bool:
    """Whether there are records and each is an array of this width."""
    if set(map(type, rows.cells)) == {list} and set(map(len, rows.cells)) == {width}:
        return True
    for number, cells in enumerate(rows.cells):
        where = rows.first + number, rows.lines[number] if rows.lines else 0
        if cells is _UNREADABLE:
            continue
        if type(cells) is not list:
            faults.add("", *_NOT_ROWS, 1, *where)
        elif len(cells) != width:
            faults.add("", f"records with more or fewer values than the {width} columns", "give each column a value or null", 1, *where)
    return False


def _rows_of_lines(path: Path, layout: Layout, kinds: Sequence[Kind], faults: Faults) -> Iterator[Rows]:
    """Blocks of lines are read at once on several threads where they are plain, else one after the other with `orjson`."""
    record, line, plain = 1, layout.line, PlainLines(kinds)
    blocks = line_blocks(path, layout.start)
    behind, _, first = next(blocks, b"").partition(b"\n")
    if behind.strip(BLANKS):
        refuse(path, "something stands behind the metadata on their line", "begin the records on the next line", line)
    line += 1

    def work(block: bytes) -> tuple[bytes, list[pa.Array] | None]:
        return block, plain.columns(block)

    for block, columns in sparing(in_order(work, chain((first,) if first else (), blocks), thread_count(None, _MOST_AT_ONCE))):
        if columns is not None:
            yield (rows := Rows([], record, range(line, line + len(columns[0])), columns))
            record, line = record + rows.count, line + rows.count
            continue
        for part in _cut(block):
            cells = _at_once(part)
            if cells is not None:
                rows = Rows(cells, record, range(line, line + len(cells)))
            else:
                rows = _line_by_line(part.split(b"\n"), record, line, faults)
            yield rows
            record, line = record + rows.count, line + part.count(b"\n")


def _cut(block: bytes) -> Iterator[bytes]:
    """A block in parts of whole lines that stay in the processor's cache as Python objects."""
    start = 0
    while start < len(block):
        end = block.find(b"\n", start + PIECE) + 1 or len(block)
        yield block[start:end]
        start = end


def _at_once(block: bytes) -> list[Any] | None:
    """The records of lines that are arrays, each with its new line behind it; None where they are not plainly that."""
    if not (block.startswith(b"[") and block.endswith(b"]\n")):
        return None
    count = block.count(b"\n")
    if block.count(b"]\n[") != count - 1:
        return None
    try:
        cells: list[Any] = orjson.loads(b"[" + block[:-1].replace(b"\n", b",") + b"]")
    except orjson.JSONDecodeError:
        return None
    return cells if len(cells) == count else None


def _line_by_line(lines: list[bytes], record: int, line: int, faults: Faults) -> Rows:
    """The same with lines that are blank, which NDJSON lets a reader pass over, or no JSON; a bad one is a record too."""
    cells: list[Any] = []
    at: list[int] = []
    for number, text in enumerate(lines):
        if not text.strip(BLANKS):
            continue
        try:
            cells.append(orjson.loads(text))
        except orjson.JSONDecodeError:
            is_last = number == len(lines) - 1  # with no new line behind it: the end of the file
            words = _CUT if is_last else _NOT_JSON
            faults.add("", *words, 1, record + len(cells), line + number)
            cells.append(_UNREADABLE)
        at.append(line + number)
    return Rows(cells, record, at)


def _rows_of_array(path: Path, layout: Layout, faults: Faults) -> Iterator[Rows]:
    record = 1
    for what, text in array_parts(path, layout.start):
        if what == "records":
            cells = _parsed(text, record, faults)
            yield Rows(cells, record, range(0))
            record += len(cells)
        elif what == "cut":
            faults.add("", *_CUT, 1, record)
        elif what == "broken":
            faults.add("", *_NOT_ROWS, 1, record)
        elif text.strip(BLANKS) != layout.behind:
            refuse(path, "something else stands behind the records", "write the records last, or once")


def _parsed(text: bytes, record: int, faults: Faults) -> list[Any]:
    try:
        return list(orjson.loads(b"[" + text + b"]"))
    except orjson.JSONDecodeError:
        cells = []
        for found in ONE_RECORD.finditer(text):
            try:
                cells.append(orjson.loads(found[1]))
            except orjson.JSONDecodeError:
                faults.add("", *_NOT_JSON, 1, record + len(cells))
                cells.append(_UNREADABLE)
        return cells
