"""Where the records of a delimited text start and how many fields each has, found before anything is made of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clintrail.errors import Place, Problem

_CARRIAGE_RETURN, _LINE_FEED, _QUOTE = 13, 10, 34
_TOLD = 20  # so many ragged records are told one by one


@dataclass(frozen=True)
class Scan:
    """The whole records of a block: the line on which each starts (the block's first is 0) and its number of fields.

    `end` is where the last of them ends in the block, `line_ends` how many lines end before that. `broken` ends the scan early.
    Lines without any character are no records.
    """

    lines: NDArray[np.int64]
    widths: NDArray[np.int64]
    end: int
    line_ends: int
    broken: Broken | None = None


@dataclass(frozen=True)
class Broken:
    """A record whose quotes do not pair: its first line, the line where that shows, and whether the text ends in its quotes.

    The block's first line is 0.
    """

    start: int
    line: int
    at_end: bool


def scan_records(block: bytes, delimiter: str, is_last: bool) -> Scan:
    """Scans a block of UTF-8 that begins with a record. Unless it is the last, it may end anywhere but behind a CR."""
    text = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(text == _QUOTE) if b'"' in block else np.empty(0, dtype=np.int64)
    if len(quotes) and not _pair(text, quotes, ord(delimiter), is_last):
        return _scan_by_hand(block, delimiter, is_last)
    return _scan_arrays(text, quotes, delimiter, is_last)


def _pair(text: NDArray[np.uint8], quotes: NDArray[np.int64], delimiter: int, is_last: bool) -> bool:
    """Whether every other quote opens a field (or follows the quote it doubles) and the others close one (or are doubled)."""
    if is_last and len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    before = text[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | (before == delimiter) | (before == _LINE_FEED) | (before == _CARRIAGE_RETURN) | (before == _QUOTE)
    after = text[np.minimum(closing + 1, len(text) - 1)]
    closes = (closing == len(text) - 1) | (after == delimiter) | (after == _LINE_FEED) | (after == _CARRIAGE_RETURN) | (after == _QUOTE)
    return bool(opens.all() and closes.all())


def _scan_arrays(text: NDArray[np.uint8], quotes: NDArray[np.int64], delimiter: str, is_last: bool) -> Scan:
    """Where quotes pair, a line end or delimiter behind an even number of them is one, so whole arrays do."""
    feeds, returns = text == _LINE_FEED, text == _CARRIAGE_RETURN
    feeds[1:] &= ~returns[:-1]  # of CR LF, the CR ends the line
    line_ends = np.flatnonzero(feeds | returns)
    del feeds, returns
    ends = line_ends[np.searchsorted(quotes, line_ends) % 2 == 0] if len(quotes) else line_ends
    is_pair = (text[ends] == _CARRIAGE_RETURN) & (text[np.minimum(ends + 1, len(text) - 1)] == _LINE_FEED) & (ends + 1 < len(text))
    starts = np.concatenate(([0], ends + 1 + is_pair))
    end = len(text) if is_last else int(starts[-1])
    if is_last:
        ends = np.concatenate((ends, [len(text)]))
    else:
        starts = starts[:-1]
    filled = ends > starts
    delimiters = np.flatnonzero(text == ord(delimiter))
    if len(quotes):
        delimiters = delimiters[np.searchsorted(quotes, delimiters) % 2 == 0]
    widths = np.searchsorted(delimiters, ends) - np.searchsorted(delimiters, starts) + 1
    lines = np.searchsorted(line_ends, starts)
    passed = int(np.searchsorted(line_ends, end))
    return Scan(lines[filled].astype(np.int64), widths[filled].astype(np.int64), end, passed)


def _scan_by_hand(block: bytes, delimiter: str, is_last: bool) -> Scan:
    """The csv module's reading of a block with quotes in unquoted fields, or that do not pair.

    Bytes are taken as Latin-1, of which each character is one byte: the delimiter, quotes and line ends are the same.
    """
    text = io.TextIOWrapper(io.BytesIO(block), encoding="latin-1", newline="")
    given, at_end = 0, False  # bytes of the lines given to the reader

    def lines_of_text() -> Iterator[str]:
        nonlocal given, at_end
        for line in text:
            given += len(line)
            yield line
        at_end = True

    lines: list[int] = []
    widths: list[int] = []
    start, end, broken = 0, 0, None
    reader = csv.reader(lines_of_text(), delimiter=delimiter, strict=True)
    try:
        with _fields_of_any_length(len(block)):
            for record in reader:
                if not is_last and given == len(block) and not block.endswith((b"\n", b"\r")):
                    break  # a record that goes on in the next block
                if record:
                    lines.append(start)
                    widths.append(len(record))
                start, end = reader.line_num, given
    except csv.Error:
        if is_last or not at_end:
            broken = Broken(start, reader.line_num - 1, at_end)
    return Scan(np.array(lines, dtype=np.int64), np.array(widths, dtype=np.int64), end, start, broken)


def first_record(block: bytes, delimiter: str) -> list[str] | None:
    """The first record of UTF-8 text, read leniently."""
    text = io.TextIOWrapper(io.BytesIO(block), encoding="utf-8", newline="")
    with _fields_of_any_length(len(block)):
        return next((record for record in csv.reader(text, delimiter=delimiter) if record), None)


@contextmanager
def _fields_of_any_length(size: int) -> Iterator[None]:
    limit = csv.field_size_limit(max(size, 131072))
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def quote_problem(broken: Broken, path: str, line: int, record: int) -> Problem:
    """The problem of a record (0 is the header) whose quotes do not pair; `line` is the first of its block."""
    which, place = f"record {record}" if record else "the header", Place(path, line + broken.start)
    if broken.at_end:
        what = f"{which} has a quoted field that never ends"
        return Problem(place, "", what, "the file was cut short, or a closing quote is missing: export it again")
    what = f"{which} has a quoted field that goes on behind its closing quote"
    if broken.line != broken.start:
        what += f" (on line {line + broken.line})"
    return Problem(place, "", what, 'write a quote inside a quoted field twice ("")')


def check_widths(lines: NDArray[np.int64], widths: NDArray[np.int64], path: str, delimiter: str) -> Iterator[Problem]:
    """Records with more or fewer fields than the header, by the lines and numbers of fields of all records, the header first."""
    if not len(widths):
        return
    wanted = int(widths[0])
    ragged = np.flatnonzero(widths != wanted)
    for record in ragged[:_TOLD]:
        has = int(widths[record])
        fix = "quote the values that hold the delimiter" if has > wanted else "export it again: it was cut, or a delimiter is missing"
        what = f"record {record} has {has} field{'s' if has != 1 else ''}, the header has {wanted}"
        yield Problem(Place(path, int(lines[record])), "", what, fix)
    if len(ragged) > _TOLD:
        what = f"{len(ragged) - _TOLD} more records have another number of fields than the header"
        yield Problem(Place(path, int(lines[ragged[_TOLD]])), "", what, f"check that {delimiter!r} is the file's delimiter")
