"""The bytes of a Dataset-JSON file, unpacked where it is compressed, a piece at a time.

Source: Compressed Dataset-JSON 1.1: one zlib stream (RFC 1950) and nothing else.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

from clintrail.errors import Place, Problem, Problems, unreadable

PIECE = 1 << 18
# No records pack this well (DEFLATE itself ends at 1 to 1032); under the size, nobody is harmed.
_MOST_PACKED = 500
_HARMLESS = 1 << 28
_MARK = b"\xef\xbb\xbf"


def refuse(path: Path, problem: str, fix: str, line: int = 0) -> NoReturn:
    """Raises the one problem that makes the file unusable."""
    raise Problems([Problem(Place(str(path), line), "", problem, fix)])


CUT_SHORT = "copy or export it again"


def is_packed(path: Path) -> bool:
    """Whether the file starts as a zlib stream does."""
    with _opened(path) as file:
        start = file.read(2)
    if start.startswith(b"\x1f\x8b") or start == b"PK":
        refuse(path, "the file is packed by gzip or zip", "unpack it, or write it as .dsjc, which is a plain zlib stream")
    return len(start) == 2 and start[0] & 0x0F == 8 and int.from_bytes(start, "big") % 31 == 0


def pieces(path: Path) -> Iterator[bytes]:
    """The file's text in pieces of at most 256 KiB, without a byte order mark."""
    packed = is_packed(path)
    with _opened(path) as file:
        parts = _unpacked(file, path) if packed else iter(lambda: file.read(PIECE), b"")
        first = next(parts, b"")
        yield first.removeprefix(_MARK)
        yield from parts


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Problems([unreadable(path, error)]) from None


def _unpacked(file: BinaryIO, path: Path) -> Iterator[bytes]:
    stream, taken, given = zlib.decompressobj(), 0, 0
    try:
        while not stream.eof:
            data = stream.unconsumed_tail or file.read(PIECE)
            text = stream.decompress(data, PIECE)
            if not data and not text:
                refuse(path, "the file is cut short", CUT_SHORT)
            taken, given = file.tell(), given + len(text)
            if given > _HARMLESS and given > taken * _MOST_PACKED:
                refuse(path, f"the file unpacks to more than {_MOST_PACKED} times its size", "look where it came from: no dataset does")
            if text:
                yield text
    except zlib.error:
        refuse(path, "the compressed data are damaged", CUT_SHORT)
    if stream.unused_data or file.read(1):
        refuse(path, "something stands behind the end of the compressed data", CUT_SHORT)
