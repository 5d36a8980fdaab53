"""Raw CSV and other delimited text, read as text exactly as it stands, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from clintrail.errors import Place, Problem, Problems
from clintrail.transport.raw.csv_scan import Scan, check_widths, first_record, quote_problem, scan_records
from clintrail.transport.raw.encoding import open_text, utf8_blocks
from clintrail.transport.raw.file import RawFile, blank_to_null, check_column_names, raw_file

_BLOCK_BYTES = 4 << 20
_DELIMITERS = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}


def read_raw_csv(path: Path, *, delimiter: str | None = None, encoding: str | None = None) -> RawFile:
    """Reads a delimited file whose first record is the header. Every value is text, untouched; only blank ones become null.

    Quoted fields may hold delimiters, line ends and doubled quotes; lines end in LF, CR LF or CR; lines without any character
    are no records. Without `delimiter`, it is a tab where the file is named `.tsv` or `.tab`, and a comma otherwise. Without
    `encoding`, that is found (see `encoding`), and told in `encoding` and `notes` of what is returned. Memory is that of the
    table and a few blocks of 4 MB. Raises `Problems` with everything that makes the file doubtful: bytes of another encoding,
    an empty file, blank or repeated column names, records with too few or too many fields, quotes that do not pair. Messages
    name lines and records, never values.
    """
    found = _Records(str(path), _delimiter_of(path, delimiter))
    text = open_text(path, encoding)
    tables = list(_tables(utf8_blocks(text, _BLOCK_BYTES), found))
    if problems := list(found.problems()):
        raise Problems(problems)
    lines = pa.array(np.concatenate(found.lines)[1:])
    table = pa.concat_tables(tables)
    return raw_file(path, table, sha256=text.sha256, lines=lines, notes=text.notes, encoding=text.encoding)


def read_raw_csv_batches(path: Path, *, delimiter: str | None = None, encoding: str | None = None) -> Iterator[pa.RecordBatch]:
    """The same in record batches, one for each block, in memory of a few blocks.

    Raises `Problems` at the end of the file, with all of them; no batch follows the first.
    """
    found = _Records(str(path), _delimiter_of(path, delimiter))
    for table in _tables(utf8_blocks(open_text(path, encoding), _BLOCK_BYTES), found):
        yield from table.to_batches()
    if problems := list(found.problems()):
        raise Problems(problems)


@dataclass
class _Records:
    """What is found of a file's records, the header first, as its blocks are read: their lines and numbers of fields, and what is wrong."""

    path: str
    delimiter: str
    names: list[str] = field(default_factory=list)
    lines: list[NDArray[np.int64]] = field(default_factory=list)
    widths: list[NDArray[np.int64]] = field(default_factory=list)
    line: int = 1  # of the next block
    broken: Problem | None = None

    def add(self, block: bytes, scan: Scan) -> None:
        """Adds the records of the next block."""
        if not self.names and (len(scan.lines) or scan.broken):
            self.names = first_record(block, self.delimiter) or []
        self.lines.append(scan.lines + self.line)
        self.widths.append(scan.widths)
        if scan.broken:
            self.broken = quote_problem(scan.broken, self.path, self.line, sum(map(len, self.lines)))
        self.line += scan.line_ends

    def problems(self) -> Iterator[Problem]:
        """Everything that makes the file doubtful."""
        if not self.names:
            yield Problem(Place(self.path), "", "the file is empty", "export it again; a form without records still has its header")
            return
        lines, widths = np.concatenate(self.lines), np.concatenate(self.widths)
        yield from _check_header(self.names, int(lines[0]) if len(lines) else 1, self.delimiter, self.path)
        yield from check_widths(lines, widths, self.path, self.delimiter)
        if self.broken:
            yield self.broken


def _delimiter_of(path: Path, stated: str | None) -> str:
    delimiter = stated or ("\t" if path.suffix.lower() in (".tsv", ".tab") else ",")
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        fix = "give one character, such as ',' ';' or a tab"
        raise Problems([Problem(Place(str(path)), "", f"{delimiter!r} cannot be a delimiter", fix)])
    return delimiter


def _check_header(names: list[str], line: int, delimiter: str, where: str) -> Iterator[Problem]:
    place = Place(where, line)
    yield from check_column_names(names, place)
    for other, written in _DELIMITERS.items():
        if len(names) == 1 and other != delimiter and other in names[0]:
            yield Problem(place, "", f"the header is one name that holds {written}", f"write delimiter: {written}")


def _tables(blocks: Iterator[bytes], found: _Records) -> Iterator[pa.Table]:
    """The records of each block, without the header, until something is wrong; what is wrong with the rest is found all the same."""
    is_header, is_good = True, True
    for block, scan in _scanned(blocks, found.delimiter):
        found.add(block, scan)
        width = int(found.widths[0][0]) if len(found.widths[0]) else 0
        is_good = is_good and scan.broken is None and bool((scan.widths == width).all()) and width == len(found.names)
        if is_good and len(scan.lines):
            table = _parse(block[: scan.end], found)
            if table.num_rows != len(scan.lines):
                raise RuntimeError(f"{found.path}: {table.num_rows} records were read where {len(scan.lines)} were counted")
            yield table.slice(1) if is_header else table
            is_header = False


def _scanned(blocks: Iterator[bytes], delimiter: str) -> Iterator[tuple[bytes, Scan]]:
    """Blocks that begin with a record, and what is in them; what follows the last whole record goes to the next block."""
    held, least = b"", 0
    block = next(blocks, None)
    while block is not None:
        following = next(blocks, None)
        block = held + block
        held = b"\r" if following is not None and block.endswith(b"\r") else b""  # of CR LF, perhaps
        if following is not None and len(block) < least:
            held, block = block, following
            continue
        scan = scan_records(block.removesuffix(held), delimiter, following is None)
        if scan.end or following is None or scan.broken:
            yield block, scan
        if scan.broken:
            return
        least = 0 if scan.end else 2 * len(block)  # a record longer than the block is looked at again when there is much more of it
        held, block = block[scan.end :], following


def _parse(block: bytes, found: _Records) -> pa.Table:
    """Arrow's parser on records that were found to be well formed, all in one block of its own."""
    quoted = b'"' in block
    numbered = [str(number) for number in range(len(found.names))]
    read = arrow_csv.ReadOptions(column_names=numbered, block_size=len(block) + 1)
    parse = arrow_csv.ParseOptions(delimiter=found.delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted)
    convert = arrow_csv.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(numbered, pa.string()))
    table = arrow_csv.read_csv(pa.BufferReader(block), read, parse, convert)
    return pa.table([blank_to_null(column) for column in table.columns], names=found.names)
