"""A workbook as a zip file of XML parts (ECMA-376): opened only if it is whole and not a bomb."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from lxml import etree

from clintrail.errors import Place, Problem, Problems, unreadable
from clintrail.transport.safe_xml import local_name, safe_elements

MOST_BYTES, MOST_RATIO, SMALL = 4 << 30, 300, 64 << 20  # unpacked; to the packed size, where it is not small
_MOST_PARTS = 10_000
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = "it was cut short or damaged: copy or export it again"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True)
class Sheet:
    """A worksheet: its name, the part that holds it, and whether the workbook hides it."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True)
class Parts:
    """The parts of an open workbook that raw data are in. `epoch_1904`: days count from 1904-01-01 (once the Macintosh's way)."""

    path: Path
    archive: zipfile.ZipFile
    sheets: tuple[Sheet, ...]
    epoch_1904: bool
    strings: str | None
    styles: str | None

    def elements(self, part: str, *tags: str) -> Iterator[etree._Element]:
        """Elements of a part by local name, each forgotten when the next is asked for."""
        return _elements(self.path, self.archive, part, tags)


@contextmanager
def open_parts(path: Path) -> Iterator[Parts]:
    """Opens a workbook. Raises `Problems` where it is no whole workbook, needs a password, or would unpack to far more than it is."""
    try:
        with path.open("rb") as file, _archive(file) as archive:
            if problem := _unsafe(path, archive):
                raise Problems([problem])
            yield _parts(path, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise Problems([Problem(Place(str(path)), "", "this is not a whole workbook (.xlsx)", _DAMAGED)]) from None
    except OSError as error:
        raise Problems([unreadable(path, error)]) from None


def whole_number(text: str) -> int:
    """A number as XML has it; -1 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _archive(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except UnicodeDecodeError:
        raise zipfile.BadZipFile("a name that is no text") from None


def _part(archive: zipfile.ZipFile, part: str) -> IO[bytes]:
    try:
        return archive.open(part)
    except UnicodeDecodeError:  # the name before the part itself, which the archive's list does not show
        raise zipfile.BadZipFile("a name that is no text") from None


def _unsafe(path: Path, archive: zipfile.ZipFile) -> Problem | None:
    members, place = archive.infolist(), Place(str(path))
    unpacked = sum(member.file_size for member in members)
    packed = max(path.stat().st_size, 1)
    if len(members) > _MOST_PARTS or unpacked > MOST_BYTES or unpacked > SMALL and unpacked / packed > MOST_RATIO:
        what = f"the file would unpack to {unpacked / 1e6:,.0f} MB in {len(members):,} parts, which no workbook of data does"
        return Problem(place, "", what, "export the data as CSV")
    if any(member.flag_bits & 1 for member in members):
        return Problem(place, "", "the file is protected by a password", "save it without one")
    if any(member.compress_type not in _PLAIN for member in members):
        return Problem(place, "", "the file is packed in a way that workbooks are not", "save it as .xlsx again")
    names = {member.filename for member in members}
    if "mimetype" in names and "content.xml" in names:
        return Problem(place, "", "this is an OpenDocument spreadsheet (.ods)", "save it as .xlsx or CSV")
    if "xl/workbook.bin" in names:
        return Problem(place, "", "this is a binary workbook (.xlsb)", "save it as .xlsx or CSV")
    if not any(name.endswith("workbook.xml") for name in names):
        return Problem(place, "", "this is a zip file, but no workbook", "give a workbook (.xlsx), or unpack the files")
    return None


def _parts(path: Path, archive: zipfile.ZipFile) -> Parts:
    main = next((t for _, kind, t in _relations(path, archive, "") if kind == "officeDocument"), "xl/workbook.xml")
    relations = list(_relations(path, archive, main))
    targets = {key: target for key, kind, target in relations if kind == "worksheet"}
    sheets, epoch_1904 = [], False
    for element in _elements(path, archive, main, ("workbookPr", "sheet")):
        if local_name(element) == "workbookPr":
            epoch_1904 = element.get("date1904") in ("1", "true")
            continue
        part = targets.get(element.get(_RELATION) or element.get(_STRICT_RELATION) or "")
        if part:
            sheets.append(Sheet(element.get("name", ""), part, element.get("state", "visible") != "visible"))
    by_kind = {kind: target for _, kind, target in relations}
    return Parts(path, archive, tuple(sheets), epoch_1904, by_kind.get("sharedStrings"), by_kind.get("styles"))


def _relations(path: Path, archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """Identifier, kind and target of the relations of a part (the empty name is the package)."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations in archive.NameToInfo:
        for element in _elements(path, archive, relations, ("Relationship",)):
            if element.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/")
                yield element.get("Id", ""), element.get("Type", "").rsplit("/", 1)[-1], target


def _elements(path: Path, archive: zipfile.ZipFile, part: str, tags: tuple[str, ...]) -> Iterator[etree._Element]:
    place = Place(str(path))
    if part not in archive.NameToInfo:
        raise Problems([Problem(place, part, "the workbook has no such part, though it names it", _DAMAGED)])
    with _part(archive, part) as file:
        yield from safe_elements(file, tuple(f"{{*}}{tag}" for tag in tags), place, part)
