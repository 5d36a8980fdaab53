"""Raw CSV, read as text exactly as it stands."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from clintrail.errors import Place, Problem, Problems
from clintrail.transport.raw.csv_scan import check_widths, records_of, scan_records
from clintrail.transport.raw.file import RawFile, blank_to_null, check_column_names, unreadable

_BLOCK_BYTES = 4 << 20
_LINE_END = re.compile(rb"\r\n|\r|\n")
_UTF8_FIX = "save it as UTF-8"
_DELIMITERS = {",": "','", ";": "';'", "\t": '"\\t"', "|": "'|'"}


def read_raw_csv(path: Path, *, delimiter: str = ",", encoding: str = "utf-8") -> RawFile:
    """Reads a delimited file whose first record is the header. Every value is text, untouched; only blank ones become null.

    Quoted fields may hold delimiters, line ends and doubled quotes; lines end in LF, CR LF or CR; lines without any character
    are no records. A byte order mark is taken off. Raises `Problems` with everything that makes the file doubtful:
    bytes of another encoding, an empty file, blank or repeated column names, records with too few or too many fields, quotes
    that do not pair. Messages name lines and records, never values.
    """
    try:
        stored = path.read_bytes()
    except OSError as error:
        raise Problems([unreadable(path, error)]) from None
    where = str(path)
    _check_delimiter(delimiter, where)
    data = _as_utf8(stored, encoding, where)
    names = next(records_of(data, delimiter), None)
    if names is None:
        raise Problems([Problem(Place(where), "", "the file is empty", "export it again; a form without records still has its header")])
    scan = scan_records(data, delimiter, where)
    problems = [*_check_header(names, int(scan.lines[0]) if len(scan.lines) else 1, delimiter, where)]
    problems += [*check_widths(scan, where, delimiter), *([scan.broken] if scan.broken else [])]
    if problems:
        raise Problems(problems)
    table = _parse(data, delimiter, names)
    count = len(scan.lines) - 1
    if table.num_rows != count:
        raise RuntimeError(f"{where}: {table.num_rows} records were read where {count} were counted")
    records = pa.array(np.arange(1, count + 1, dtype=np.int64))
    return RawFile(where, hashlib.sha256(stored).hexdigest(), tuple(names), table, records, pa.array(scan.lines[1:]))


def _check_delimiter(delimiter: str, where: str) -> None:
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise Problems([Problem(Place(where), "", f"{delimiter!r} cannot be a delimiter", "give one character, such as ',' ';' or a tab")])


def _as_utf8(data: bytes, encoding: str, where: str) -> bytes:
    """The file's text as UTF-8 without byte order mark. Raises `Problems` where it is not of the encoding, or has NUL bytes."""
    try:
        codec = codecs.lookup(encoding)
        if codec.name != "utf-8":
            data = data.decode(codec.name).encode("utf-8")
    except UnicodeDecodeError as error:
        raise Problems([_foreign_bytes(data, error.start, encoding, where)]) from None
    except LookupError:
        raise Problems([Problem(Place(where), "", f"there is no encoding {encoding!r}", "write utf-8, latin-1 or windows-1252")]) from None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Problems([Problem(Place(where), "", "the file is UTF-16", f"{_UTF8_FIX}, or write encoding: utf-16")])
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\0" in data:
        raise Problems([_nul_bytes(data, where)])
    try:
        if not data.isascii():
            data.decode("utf-8")
    except UnicodeDecodeError:
        raise Problems([_not_utf8(data, where)]) from None
    return data


def _line_of(data: bytes, position: int) -> int:
    return 1 + len(_LINE_END.findall(data, 0, position))


def _foreign_bytes(data: bytes, position: int, encoding: str, where: str) -> Problem:
    return Problem(Place(where, _line_of(data, position)), "", f"bytes that are not {encoding} text", "state the encoding of the file")


def _nul_bytes(data: bytes, where: str) -> Problem:
    line = _line_of(data, data.index(b"\0"))
    if data.count(b"\0") * 3 > len(data):  # every second byte of plain text is NUL in UTF-16
        return Problem(Place(where), "", "the file seems to be UTF-16", f"{_UTF8_FIX}, or write encoding: utf-16-le")
    return Problem(Place(where, line), "", f"{data.count(bytes(1))} NUL bytes, which no text has", "the file is damaged: export it again")


def _not_utf8(data: bytes, where: str) -> Problem:
    lines = [number for number, line in enumerate(_LINE_END.split(data), start=1) if not _is_utf8(line)]
    others = f" (and {len(lines) - 1} more lines)" if len(lines) > 1 else ""
    fix = f"write encoding: latin-1 (or windows-1252) if it comes from an older system, or {_UTF8_FIX}"
    return Problem(Place(where, lines[0]), "", f"bytes that are not UTF-8 text{others}", fix)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _check_header(names: list[str], line: int, delimiter: str, where: str) -> Iterator[Problem]:
    place = Place(where, line)
    yield from check_column_names(names, place)
    for other, written in _DELIMITERS.items():
        if len(names) == 1 and other != delimiter and other in names[0]:
            yield Problem(place, "", f"the header is one name that holds {written}", f"write delimiter: {written}")


def _parse(data: bytes, delimiter: str, names: list[str]) -> pa.Table:
    """Arrow's parser on text that was found to be well formed: the header is its first row, then taken off."""
    quoted = b'"' in data
    numbered = [str(number) for number in range(len(names))]
    parse = arrow_csv.ParseOptions(delimiter=delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted)
    convert = arrow_csv.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(numbered, pa.string()))

    def read(block_bytes: int) -> pa.Table:
        options = arrow_csv.ReadOptions(column_names=numbered, block_size=block_bytes)
        return arrow_csv.read_csv(pa.BufferReader(data), options, parse, convert)

    try:  # Arrow loses a line feed where a block begins between the CR and LF of a quoted field
        table = read(len(data) + 1 if quoted and b"\r" in data else _BLOCK_BYTES)
    except pa.ArrowInvalid:  # a record longer than a block
        table = read(len(data) + 1)
    table = table.slice(1)
    return pa.table([blank_to_null(column) for column in table.columns], names=names)
