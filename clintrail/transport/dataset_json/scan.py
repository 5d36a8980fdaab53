"""Where the metadata and the records stand in the text of a Dataset-JSON file, found without holding it whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from clintrail.transport.dataset_json.source import CUT_SHORT, PIECE, is_packed, pieces, refuse

LONGEST_METADATA = 16 << 20
LONGEST_RECORD = 16 << 20
BLOCK = 2 << 20
BLANKS = b" \t\r\n"
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_TOKEN = re.compile(_STRING + rb'|[\[\]{}"]', re.DOTALL)
_B = rb"[ \t\r\n]*+"  # the blanks of JSON, which are fewer than \s
_AFTER_KEY = re.compile(_B + rb":" + _B + rb"(.)", re.DOTALL)
# Cells of a record up to its bracket: no brackets or braces outside of strings, since no cell has any.
_CELLS = rb'\[(?:[^"\[\]{}]++|' + _STRING + rb")*+"
_RECORDS = re.compile(rb"(?:" + _B + _CELLS + rb"\]" + _B + rb",)*+", re.DOTALL)
_LAST_RECORD = re.compile(_B + rb"(" + _CELLS + rb"\])?+" + _B + rb"\]", re.DOTALL)
_BEGUN_RECORD = re.compile(_B + rb"(?:" + _CELLS + rb'(?:"(?:[^"\\]++|\\.)*+\\?+|\]' + _B + rb")?+)?+", re.DOTALL)
ONE_RECORD = re.compile(_B + rb"(" + _CELLS + rb"\])" + _B + rb",?+", re.DOTALL)


@dataclass(frozen=True)
class Layout:
    """The metadata of a file (`rows` left empty), and where its records begin in the text: as lines, or in the array `rows`.

    `behind` is what stands behind that array.
    """

    metadata: bytes
    form: Literal["lines", "array"]
    start: int
    line: int
    behind: bytes = b""


def find_layout(path: Path) -> Layout:
    """Reads up to the first record; on to the end only where metadata stand behind the records. Raises `Problems`."""
    text, parts, size = b"", pieces(path), PIECE
    while (found := _metadata_in(text)) is None:
        more = b"".join(_some(parts, size))
        text, size = text + more, size * 2
        if not more or text.strip(BLANKS)[:1] not in (b"", b"{"):
            _refuse_start(path, text)
        if len(text) > LONGEST_METADATA:
            refuse(path, "the metadata take more than 16 MiB", "give a file of Dataset-JSON 1.1", line=1)
    metadata, start, is_array = found
    line = text.count(b"\n", 0, start) + 1
    if not is_array:
        return Layout(metadata, "lines", start, line)
    has_columns = b'"columns"' in metadata
    behind = b"}" if has_columns and _ends_with_records(path) else _behind_records(path, start, has_columns)
    return Layout(metadata + behind, "array", start, line, behind.strip(BLANKS))


def _some(parts: Iterator[bytes], size: int) -> Iterator[bytes]:
    while size > 0 and (part := next(parts, b"")):
        size -= len(part)
        yield part


def _refuse_start(path: Path, text: bytes) -> NoReturn:
    if not text.strip(BLANKS):
        refuse(path, "the file is empty", CUT_SHORT)
    if not text.lstrip(BLANKS).startswith(b"{"):
        refuse(path, "this is not Dataset-JSON", "give a .json, .ndjson or .dsjc file of version 1.1")
    refuse(path, "the file is cut short", CUT_SHORT, line=1)


def _metadata_in(text: bytes) -> tuple[bytes, int, bool] | None:
    """The metadata, where the records start, whether in an array (then the metadata lack their end); None where more text is needed."""
    depth = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in (b"{", b"["):
            depth += 1
        elif mark in (b"}", b"]"):
            depth -= 1
            if depth <= 0:
                return text[: token.end()], token.end(), False
        elif mark == b'"':  # a string that does not end here
            return None
        elif depth == 1 and _is_rows(mark) and (after := _AFTER_KEY.match(text, token.end())) and after[1] == b"[":
            return text[: token.start()] + b'"rows":[]', after.end(), True
    return None


def _is_rows(key: bytes) -> bool:
    if b"\\" not in key:
        return key == b'"rows"'
    try:
        return bool(json.loads(key) == "rows")
    except ValueError:
        return False


def _ends_with_records(path: Path) -> bool:
    """Whether the last thing of the file is an array of arrays, or an empty one: as where `rows` stand last."""
    if is_packed(path):
        return False
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - 4096))
        end = file.read().rstrip(BLANKS)
    if not end.endswith(b"}") or not (end := end[:-1].rstrip(BLANKS)).endswith(b"]"):
        return False
    return end[:-1].rstrip(BLANKS).endswith((b"]", b"["))


Part = tuple[Literal["records", "behind", "cut", "broken"], bytes]


def array_parts(path: Path, start: int) -> Iterator[Part]:
    """The records in the array that begins at `start`, some together without the commas around them, then what stands behind it.

    `cut` comes instead where the file ends before the array does, `broken` where something is no array of cells.
    """
    parts, text, is_first = _from(path, start), b"", True
    while True:
        end = _records_end(text)
        if end:
            yield "records", text[:end].rstrip(BLANKS)[:-1]
            text, is_first = text[end:], False
        if last := _LAST_RECORD.match(text):
            if last[1]:
                yield "records", last[1]
            yield ("behind", b"".join((text[last.end() :], *_some(parts, LONGEST_METADATA)))) if last[1] or is_first else ("broken", b"")
            return
        if len(text) > LONGEST_RECORD or _begun_end(text) < len(text):
            yield "broken", b""
            return
        more = next(parts, b"")
        if not more:
            yield "cut", b""
            return
        text += more


def _records_end(text: bytes) -> int:
    found = _RECORDS.match(text)
    return found.end() if found else 0


def _begun_end(text: bytes) -> int:
    found = _BEGUN_RECORD.match(text)
    return found.end() if found else 0


def _behind_records(path: Path, start: int, has_columns: bool) -> bytes:
    """The text behind the records; only the end of the metadata where records are faulty that can be read, so that they are told."""
    what, text = next(part for part in array_parts(path, start) if part[0] != "records")
    if what == "behind" and text.strip(BLANKS):
        return text
    if what == "behind" or (what == "cut" and not has_columns):
        refuse(path, "the file is cut short", CUT_SHORT)
    if not has_columns:
        refuse(path, "rows hold something else than arrays of values", "write each record as an array of values")
    return b"}"


def line_blocks(path: Path, start: int) -> Iterator[bytes]:
    """The text from `start` on, in blocks of some MiB of whole lines; only the last can lack its end."""
    parts, kept = _from(path, start), b""
    while some := b"".join(_some(parts, BLOCK)):
        text = kept + some
        end = text.rfind(b"\n") + 1
        kept = text[end:]
        if len(kept) > LONGEST_RECORD:
            refuse(path, "a line takes more than 16 MiB", "write each record on a line of its own")
        if end:
            yield text[:end]
    if kept:
        yield kept


def _from(path: Path, start: int) -> Iterator[bytes]:
    for part in pieces(path):
        if start < len(part):
            yield part[start:]
        start = max(0, start - len(part))
