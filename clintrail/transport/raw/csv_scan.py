"""Where the records of a delimited file start and how many fields each has, found before anything is made of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clintrail.errors import Place, Problem

_CARRIAGE_RETURN, _LINE_FEED = 13, 10
_TOLD = 20  # so many ragged records are told one by one


@dataclass(frozen=True)
class Scan:
    """Every record of a file, its header too: the line on which it starts and its number of fields; and what ends the scan early.

    Lines without any character are no records.
    """

    lines: NDArray[np.int64]
    widths: NDArray[np.int64]
    broken: Problem | None = None


def records_of(data: bytes, delimiter: str) -> Iterator[list[str]]:
    """The records of UTF-8 text, read leniently."""
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    return (record for record in csv.reader(text, delimiter=delimiter) if record)


def scan_records(data: bytes, delimiter: str, path: str) -> Scan:
    """Scans UTF-8 text. `broken` is a quoted field that never ends, or one with text behind its closing quote."""
    return _scan_quoted(data, delimiter, path) if b'"' in data else _scan_plain(data, delimiter)


def _scan_plain(data: bytes, delimiter: str) -> Scan:
    """Without quotes, every line is a record and every delimiter ends a field, so whole arrays do."""
    text = np.frombuffer(data, dtype=np.uint8)
    feeds, returns = text == _LINE_FEED, text == _CARRIAGE_RETURN
    feeds[1:] &= ~returns[:-1]  # of CR LF, the CR ends the line
    ends = np.flatnonzero(feeds | returns)
    after = ends + 1
    is_pair = (text[ends] == _CARRIAGE_RETURN) & (text[np.minimum(after, len(text) - 1)] == _LINE_FEED) & (after < len(text))
    starts = np.concatenate(([0], after + is_pair))
    ends = np.concatenate((ends, [len(text)]))
    filled = ends > starts
    delimiters = np.flatnonzero(text == ord(delimiter))
    widths = np.searchsorted(delimiters, ends) - np.searchsorted(delimiters, starts) + 1
    return Scan(np.flatnonzero(filled).astype(np.int64) + 1, widths[filled].astype(np.int64))


def _scan_quoted(data: bytes, delimiter: str, path: str) -> Scan:
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    ended: list[bool] = []

    def lines_of_text() -> Iterator[str]:
        yield from text
        ended.append(True)

    lines: list[int] = []
    widths: list[int] = []
    start, broken = 1, None
    limit = csv.field_size_limit(max(len(data), 131072))
    try:
        reader = csv.reader(lines_of_text(), delimiter=delimiter, strict=True)
        for record in reader:
            if record:
                lines.append(start)
                widths.append(len(record))
            start = reader.line_num + 1
    except csv.Error:
        broken = _quote_problem(path, start, reader.line_num, len(lines), bool(ended))
    finally:
        csv.field_size_limit(limit)
    return Scan(np.array(lines, dtype=np.int64), np.array(widths, dtype=np.int64), broken)


def _quote_problem(path: str, start: int, line: int, record: int, at_end: bool) -> Problem:
    which = f"record {record}" if record else "the header"
    if at_end:
        what = f"{which} has a quoted field that never ends"
        return Problem(Place(path, start), "", what, "the file was cut short, or a closing quote is missing: export it again")
    what = f"{which} has a quoted field that goes on behind its closing quote" + (f" (on line {line})" if line != start else "")
    return Problem(Place(path, start), "", what, 'write a quote inside a quoted field twice ("")')


def check_widths(scan: Scan, path: str, delimiter: str) -> Iterator[Problem]:
    """Records with more or fewer fields than the header."""
    if not len(scan.widths):
        return
    wanted = int(scan.widths[0])
    ragged = np.flatnonzero(scan.widths != wanted)
    for record in ragged[:_TOLD]:
        has = int(scan.widths[record])
        fix = "quote the values that hold the delimiter" if has > wanted else "export it again: it was cut, or a delimiter is missing"
        what = f"record {record} has {has} field{'s' if has != 1 else ''}, the header has {wanted}"
        yield Problem(Place(path, int(scan.lines[record])), "", what, fix)
    if len(ragged) > _TOLD:
        what = f"{len(ragged) - _TOLD} more records have another number of fields than the header"
        yield Problem(Place(path, int(scan.lines[ragged[_TOLD]])), "", what, f"check that {delimiter!r} is the file's delimiter")
