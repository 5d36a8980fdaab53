"""Text files of any encoding as blocks of UTF-8, and the encoding they are in where nobody says it.

A byte order mark is certain, and so are UTF-8 and the zero bytes of UTF-16: what is certain is told as a note where it is not
UTF-8. Anything else is a guess from the words (see `guess`), told as a warning until the spec states the encoding.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clintrail.errors import Place, Problem, Problems, Severity, unreadable
from clintrail.transport.raw.guess import TITLES, likely_encodings

_READ_BYTES = 1 << 20  # even: a block holds whole characters of UTF-16
_LONGEST_LINE, _MOST_WORDS = 1 << 16, 1 << 18  # bytes looked at for a guess: of a line, of all lines
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_STRAY = re.compile("[\udc80-\udcff]")
_DAMAGED = "the file is damaged: export it again"


@dataclass(frozen=True)
class TextFile:
    """A text file, its encoding (by a name that `codecs` knows), its SHA-256, and what was noticed of its encoding."""

    path: Path
    encoding: str
    sha256: str
    notes: tuple[Problem, ...] = ()


@dataclass
class _Bytes:
    """What the bytes of a file are like; zero bytes and line ends of UTF-16 by even and odd place."""

    start: bytes = b""
    size: int = 0
    is_ascii: bool = True
    is_utf8: bool = True
    zeros: tuple[int, int] = (0, 0)
    wide_line_ends: tuple[int, int] = (0, 0)  # of little and big endian UTF-16


def open_text(path: Path, encoding: str | None = None) -> TextFile:
    """Finds the encoding of a file that does not state it, reading it once or twice, a block at a time.

    Raises `Problems`: a file that cannot be read, an encoding that does not exist, zero bytes in no Unicode text, UTF-8 with
    damaged lines, bytes of an encoding that cannot be told.
    """
    try:
        found, sha256 = _look(path)
    except OSError as error:
        raise Problems([unreadable(path, error)]) from None
    place = Place(str(path))
    if encoding is not None:
        return TextFile(path, _known(encoding, place), sha256, tuple(_doubts(encoding, found, place)))
    for mark, name in _MARKS:
        if found.start.startswith(mark):
            return TextFile(path, name, sha256, () if name == "utf-8" else (_note(name, "by its byte order mark", place),))
    if wide := _wide(found):
        return TextFile(path, wide, sha256, (_note(wide, "by its zero bytes", place),))
    if found.is_utf8 or any(found.zeros):
        return TextFile(path, "utf-8", sha256)
    return _guessed(path, sha256, place)


def utf8_blocks(text: TextFile, block_bytes: int) -> Iterator[bytes]:
    """The file's text as UTF-8 in blocks of about `block_bytes`, without byte order mark, cut between characters.

    Raises `Problems` with line and fix at the first bytes that are not of the encoding, and at zero bytes.
    """
    decoder = codecs.getincrementaldecoder(text.encoding)()
    line, is_first, ends_in_return = 1, True, False
    try:
        with text.path.open("rb") as file:
            while True:
                stored = file.read(block_bytes)
                block = decoder.decode(stored, final=not stored).encode("utf-8")
                if is_first and block:
                    block, is_first = block.removeprefix(codecs.BOM_UTF8), False
                if zero := block.count(b"\0"):
                    fault = f"{zero} NUL bytes, which no text has"
                    raise Problems([Problem(_at(text, line + _line_ends(block[: block.index(b"\0")])), "", fault, _DAMAGED)])
                if block:
                    line += _line_ends(block) - (ends_in_return and block.startswith(b"\n"))
                    ends_in_return = block.endswith(b"\r")
                    yield block
                if not stored:
                    return
    except UnicodeDecodeError as error:
        before = bytes(error.object[: error.start]).decode(text.encoding, "ignore").encode("utf-8", "ignore")
        raise Problems([_foreign(text, line + _line_ends(before))]) from None
    except OSError as error:
        raise Problems([unreadable(text.path, error)]) from None


def _look(path: Path) -> tuple[_Bytes, str]:
    found, digest = _Bytes(), hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            found.start = found.start or block[:4]
            found.size += len(block)
            if 0 in block:
                _count_zeros(found, block)
            if block.isascii() and not decoder.getstate()[0]:
                continue
            found.is_ascii = False
            found.is_utf8 = found.is_utf8 and _decodes(decoder, block)
        found.is_utf8 = found.is_utf8 and _decodes(decoder, b"", final=True)
    return found, digest.hexdigest()


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _count_zeros(found: _Bytes, block: bytes) -> None:
    pairs = np.frombuffer(block[: len(block) // 2 * 2], dtype=np.uint8).reshape(-1, 2)
    even, odd = pairs[:, 0], pairs[:, 1]
    zeros = (int(np.count_nonzero(even == 0)) + (len(block) % 2 and block[-1] == 0), int(np.count_nonzero(odd == 0)))
    ends = tuple(int(np.count_nonzero(((one == 10) | (one == 13)) & (other == 0))) for one, other in ((even, odd), (odd, even)))
    found.zeros = found.zeros[0] + zeros[0], found.zeros[1] + zeros[1]
    found.wide_line_ends = found.wide_line_ends[0] + ends[0], found.wide_line_ends[1] + ends[1]


def _wide(found: _Bytes) -> str | None:
    """UTF-16 without mark: zero bytes at every other place only, of the first character, of line ends and of many others."""
    for name, place in (("utf-16-le", 1), ("utf-16-be", 0)):
        is_many = found.zeros[place] * 10 >= found.size and not found.zeros[1 - place]
        if found.size % 2 == 0 and found.start[place : place + 1] == b"\0" and found.wide_line_ends[1 - place] and is_many:
            return name
    return None


def _guessed(path: Path, sha256: str, place: Place) -> TextFile:
    words = b"\n".join(_sample(path))
    stray = len(_STRAY.findall(words.decode("utf-8", "surrogateescape")))
    if sum(byte >= 0x80 for byte in words) > 2 * stray:  # hardly any other text is mostly UTF-8 by chance
        raise Problems([_damaged_lines(path)])
    likely = likely_encodings(words.split(b"\n"))
    if len(likely) != 1:
        may_be = f"they may be {_listed([TITLES[name] for name in likely])}" if likely else "of which encoding cannot be told"
        fix = f"state which it is: {_listed([f'encoding: {name}' for name in likely])}" if likely else "state it: encoding: ..."
        first = next(number for number, line in enumerate(_lines(path), start=1) if not _is_utf8(line))
        what = f"bytes that are not UTF-8 text; {may_be}"
        raise Problems([Problem(Place(str(path), first), "", what, f"{fix}, or save the file as UTF-8")])
    what, fix = f"read as {TITLES[likely[0]]}, which is a guess", f"write encoding: {likely[0]} if it is right, or the encoding it has"
    return TextFile(path, likely[0], sha256, (Problem(place, "", what, fix, Severity.WARNING),))


def _sample(path: Path) -> Iterator[bytes]:
    """The first lines that are not ASCII, enough for a guess."""
    size = 0
    for line in _lines(path):
        if not line.isascii():
            yield line[:_LONGEST_LINE]
            size += len(line)
            if size > _MOST_WORDS:
                return


def _damaged_lines(path: Path) -> Problem:
    lines = [number for number, line in enumerate(_lines(path), start=1) if not _is_utf8(line)]
    others = f" (and {len(lines) - 1} more lines)" if len(lines) > 1 else ""
    what = f"bytes that are not UTF-8 text, as the rest of the file is{others}"
    return Problem(Place(str(path), lines[0]), "", what, "mend these lines, or export the file again as UTF-8")


def _lines(path: Path) -> Iterator[bytes]:
    """A file's lines, whatever ends them, without the end."""
    tail = b""
    with path.open("rb") as file:
        while block := file.read(max(_READ_BYTES, len(tail))):
            text = tail + block
            held = b"\r" if text.endswith(b"\r") else b""  # of CR LF, perhaps
            *whole, tail = text.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
            tail += held
            yield from whole
    yield tail


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _known(encoding: str, place: Place) -> str:
    try:
        info = codecs.lookup(encoding)
    except LookupError:
        info = None
    if info is None or not info._is_text_encoding:
        fix = "write utf-8, utf-16, windows-1252, gb18030 or another that Python knows"
        raise Problems([Problem(place, "", f"there is no encoding {encoding!r}", fix)])
    return info.name


def _doubts(encoding: str, found: _Bytes, place: Place) -> Iterator[Problem]:
    """A stated encoding beside bytes that are UTF-8, which hardly any other text is by chance."""
    name = codecs.lookup(encoding).name
    if found.is_utf8 and not found.is_ascii and name not in ("utf-8", "utf-8-sig"):
        what = f"read as {encoding}, as stated, but its bytes are those of UTF-8"
        yield Problem(place, "", what, "take encoding: out of the form, unless it is right", Severity.WARNING)


def _note(name: str, why: str, place: Place) -> Problem:
    return Problem(place, "", f"read as {name.upper()}, as found {why}", "", Severity.NOTE)


def _foreign(text: TextFile, line: int) -> Problem:
    fix = "state the encoding it has: encoding: ...; without it, it is looked for"
    return Problem(_at(text, line), "", f"bytes that are not {text.encoding} text", fix)


def _at(text: TextFile, line: int) -> Place:
    return Place(str(text.path), line)


def _line_ends(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
