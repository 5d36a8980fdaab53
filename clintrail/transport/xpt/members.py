"""What the headers of an XPT file say: its library, its datasets, and where the records of each stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NoReturn

import numpy as np

from clintrail.errors import Place, Problem, Problems
from clintrail.transport.dataset import Variable
from clintrail.transport.xpt import layout
from clintrail.transport.xpt.format import join_format
from clintrail.transport.xpt.layout import RECORD, START, V5, V8, Version

_SCAN_BYTES = RECORD << 15


@dataclass(frozen=True)
class XptMember:
    """A dataset of a file.

    `positions` are the variables' first bytes in a record, `record_length` its bytes. `records` is how many there are, `start` the
    first one's offset in the file and `end` the offset after the padding. Times, `sas_version` and `system` are as its header states.
    """

    name: str
    label: str
    variables: tuple[Variable, ...]
    positions: tuple[int, ...]
    record_length: int
    records: int
    start: int
    end: int
    created: datetime | None
    modified: datetime | None
    sas_version: str
    system: str
    kind: str = ""


@dataclass(frozen=True)
class Library:
    """The first headers of a file. Text of `sas_version` and `system` is without its padding."""

    version: Version
    created: datetime | None
    modified: datetime | None
    sas_version: str
    system: str


@dataclass(frozen=True)
class Source:
    """A file that is being read, its size in bytes, and how its text is decoded."""

    file: BinaryIO
    path: Path
    size: int
    encoding: str

    def refuse(self, problem: str, fix: str, subject: str = "") -> NoReturn:
        """Raise the one problem for which the file cannot be read."""
        raise Problems([Problem(Place(str(self.path)), subject, problem, fix)])

    def cut_short(self) -> NoReturn:
        """Raise that the file ends before its time."""
        self.refuse("the file is cut short", "copy or export it again")

    def read(self, size: int) -> bytes:
        """The next bytes, all of them."""
        if size > self.size - self.file.tell():  # before memory is taken for as much as a damaged header asks for
            self.cut_short()
        data = self.file.read(size)
        if len(data) < size:
            self.cut_short()
        return data

    def decode(self, text: bytes, subject: str, what: str = "label") -> str:
        """A label or name, without its padding."""
        try:
            return text.decode(self.encoding).rstrip("\0 ")
        except UnicodeDecodeError:
            self.refuse(f"the {what} is not {self.encoding} text", ENCODING_FIX, subject)


ENCODING_FIX = "state the encoding it was written in, such as latin-1"


def read_library(source: Source) -> Library:
    """The library's headers; refused where this is no XPT file."""
    first = source.file.read(3 * RECORD)
    if not first:
        source.refuse("the file is empty", "copy or export it again")
    if first.startswith(b"**COMPRESSED**"):
        source.refuse("this is a file of PROC CPORT, which only SAS reads", "export it with the XPORT engine of SAS")
    version = next((v for v in (V5, V8) if first.startswith(v.start(v.library)[: len(first)])), None)
    if version is None:
        source.refuse("this is not an XPT file", "give a SAS transport file of version 5 or 8")
    if len(first) < 3 * RECORD:
        source.cut_short()
    created, modified = layout.read_timestamp(first[144:160]), layout.read_timestamp(first[160:176])
    return Library(version, created, modified, _plain(first[104:112]), _plain(first[112:120]))


def read_members(source: Source, library: Library) -> Iterator[XptMember]:
    """Each dataset of the file."""
    if source.size % RECORD:
        source.cut_short()
    start = 3 * RECORD
    while True:
        source.file.seek(start)
        member, stated = _read_member(source, library.version)
        end = _end_of(source, library.version, member, stated)
        yield replace(member, end=end, records=_count_records(source, member, end) if stated is None else stated)
        if end >= source.size:
            return
        start = end


def _read_member(source: Source, version: Version) -> tuple[XptMember, int | None]:
    """A dataset by its headers, and how many records they state (version 8)."""
    head = source.read(5 * RECORD)  # member, descriptor, two of the dataset, variables
    numbers = re.fullmatch(rb"(\d{10}).*", head[4 * RECORD + START :], re.DOTALL)
    if not numbers or any(head[at : at + START] != version.start(kind) for at, kind in _kinds(version).items()):
        fix = f"export it again as XPT version {version.number}"
        source.refuse(f"the headers are not those of an XPT v{version.number} dataset", fix)
    each = 136 if head[74:78] == b"0136" else 140  # VAX wrote shorter descriptors
    variables, labels, positions = _read_namestrs(source, version, int(numbers[1]), each)
    length = max((at + (v.length or 0) for at, v in zip(positions, variables, strict=True)), default=0)
    following = source.read(RECORD)
    if following[:START] in (layout.header(layout.LONG_LABELS)[:START], layout.header(layout.LONG_FORMATS)[:START]):
        _read_long_labels(source, variables, labels, following)
        following = source.read(RECORD)
    variables = [replace(v, label=source.decode(label, v.name)) for v, label in zip(variables, labels, strict=True)]
    if following[:START] != version.start(version.observations):
        source.cut_short()
    one, two = head[2 * RECORD : 3 * RECORD], head[3 * RECORD : 4 * RECORD]
    after = 8 + version.longest_name
    member = XptMember(
        _plain(one[8:after]), source.decode(two[32:72], ""), tuple(variables), tuple(positions), length, 0, source.file.tell(), 0,
        layout.read_timestamp(one[64:]), layout.read_timestamp(two[:16]),
        _plain(one[after + 8 : after + 16]), _plain(one[after + 16 : after + 24]), _plain(two[72:]),
    )  # fmt: skip
    return member, _stated_records(following[START:]) if version is V8 else None


def _stated_records(text: bytes) -> int | None:
    """How many records a header of version 8 states; None for 15 zeros, with which writers leave it open."""
    count = text[:15].strip()
    return int(count) if count.isdigit() and count != b"0" * 15 else None


def _plain(text: bytes) -> str:
    return text.decode("ascii", errors="replace").strip("\0 ")


def _read_namestrs(source: Source, version: Version, count: int, each: int) -> tuple[list[Variable], list[bytes], list[int]]:
    """The variables, their labels (which may be cut within a character, where longer ones follow) and their positions."""
    data = source.read(-(-count * each // RECORD) * RECORD)
    variables, labels, positions = [], [], []
    for number in range(count):
        piece = data[number * each : (number + 1) * each].ljust(layout.NAMESTR.size, b"\0")
        (kind, _, length, _, short, label, form, width, decimals, _, _, inform, in_width, in_decimals, position, long,
         *_) = layout.NAMESTR.unpack(piece)  # fmt: skip
        name = source.decode((long if version is V8 else b"").rstrip(b"\0 ") or short, f"variable {number + 1}", "name")
        is_length = 2 <= length <= 8 if kind == layout.NUM else length >= 1
        if not name or not name.isprintable() or kind not in (layout.NUM, layout.CHAR) or not is_length or position < 0:
            source.refuse(f"variable {number + 1} is described in a way no XPT file does", "export the file again")
        formats = join_format(_plain(form), width, decimals), join_format(_plain(inform), in_width, in_decimals)
        variables.append(Variable(name, "", "Num" if kind == layout.NUM else "Char", length, *formats))
        labels.append(label)
        positions.append(position)
    return variables, labels, positions


def _read_long_labels(source: Source, variables: list[Variable], labels: list[bytes], head: bytes) -> None:
    """Put labels and formats that the descriptors were too short for in their place."""
    counted = re.fullmatch(rb"(?:(\d{10})\d{20}|\s*(\d+)).*", head[START:], re.DOTALL)
    if not counted:
        source.refuse("the headers of long labels are not those of an XPT v8 dataset", "export it again as XPT version 8")
    fields = 3 if head.startswith(layout.header(layout.LONG_LABELS)[:START]) else 5
    start = source.file.tell()
    for _ in range(int(counted[1] or counted[2])):
        number, *sizes = np.frombuffer(source.read(2 * fields), dtype=">u2").tolist()
        if not 1 <= number <= len(variables):
            source.refuse("a long label names a variable that the file does not have", "export the file again")
        _, label, *formats = (source.read(size) for size in sizes)
        form, inform = (_plain(text) for text in formats or (b"", b""))
        variable = variables[number - 1]
        variables[number - 1] = replace(variable, format=form or variable.format, informat=inform or variable.informat)
        labels[number - 1] = label or labels[number - 1]
    source.read(-(source.file.tell() - start) % RECORD)


def _end_of(source: Source, version: Version, member: XptMember, stated: int | None) -> int:
    """The offset after a dataset: where the next one's headers begin, or the end of the file."""
    if stated is None:
        return _next_member(source, version, member.start)
    end = member.start + -(-stated * member.record_length // RECORD) * RECORD
    if end > source.size:
        source.cut_short()
    if end < source.size and not _is_member(source, version, end):
        problem = f"{member.name or 'the dataset'} has more data than the {stated} records that its header states"
        source.refuse(problem, "export the file again")
    return end


def _next_member(source: Source, version: Version, start: int) -> int:
    """Where the next dataset's headers begin among the data, at one of the places where headers can stand."""
    mark = np.uint64(int.from_bytes(b"HEADER R", "little"))
    buffer = bytearray(min(_SCAN_BYTES, source.size - start))
    source.file.seek(start)
    for at in range(start, source.size, _SCAN_BYTES):
        held = source.file.readinto(buffer)  # type: ignore[attr-defined]
        firsts = np.ndarray((held // RECORD,), dtype="<u8", buffer=buffer, strides=(RECORD,))
        for place in np.flatnonzero(firsts == mark).tolist():
            for begin in (at + (place - 1) * RECORD, at + place * RECORD):  # the one before may have lost its first bytes
                if begin >= start and _is_member(source, version, begin):
                    return int(begin)
        source.file.seek(at + held)
    return source.size


def _is_member(source: Source, version: Version, start: int) -> bool:
    """Whether a dataset's headers begin here. Text may look like one of them, but the others do not follow; damaged ones are refused."""
    source.file.seek(start)
    head = source.file.read(5 * RECORD)
    is_member, is_descriptor, is_namestrs = (head[at : at + START] == version.start(kind) for at, kind in _kinds(version).items())
    if is_member and len(head) == RECORD:
        source.cut_short()
    begins_as_one = head.startswith(b"HEADER RECORD*******MEMB") and head[RECORD:].startswith(b"HEADER RECORD*******DSC")
    if (begins_as_one or is_namestrs and (is_member or is_descriptor)) and not (is_member and is_descriptor):
        source.refuse("the headers of one of its datasets are damaged", "copy or export it again")
    return is_member and is_descriptor


def _kinds(version: Version) -> dict[int, str]:
    """Which header records a dataset begins with, by where they stand."""
    return {0: version.member, RECORD: version.descriptor, 4 * RECORD: version.namestrs}


def _count_records(source: Source, member: XptMember, end: int) -> int:
    """The number of records: no header says it, so the size of the data and the blanks that pad them must."""
    data, size = end - member.start, member.record_length
    if not size or not data:
        return 0
    least = (data - RECORD) // size + 1
    most = data // size
    start = member.start + min(least, most) * size
    source.file.seek(start)
    tail = source.read(end - start)
    padding = data % size
    if most < least or tail[len(tail) - padding :].strip(b" "):
        source.cut_short()
    blanks = len(tail) - len(tail.rstrip(b" ")) - padding
    return most - min(blanks // size, most - least)
