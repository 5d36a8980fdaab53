"""Reading XPT v5 into Arrow: blocks of records in one buffer, columns taken out of them by stride."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Place, Problem, Problems
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.xpt import format as layout
from clintrail.transport.xpt import ibm
from clintrail.transport.xpt.format import RECORD

_BLOCK_BYTES = 4 << 20


@dataclass(frozen=True)
class _Layout:
    """What the headers say: where each variable stands in a record and where the records start in the file."""

    name: str
    label: str
    created: datetime | None
    variables: tuple[Variable, ...]
    positions: tuple[int, ...]
    size: int
    start: int


def read(path: Path, *, encoding: str = "utf-8") -> Dataset:
    """Reads the one dataset of an XPT v5 file.

    Numbers become float64 (dates stay SAS's counts from 1960), text loses its trailing blanks; missing numbers (special ones
    too) and blank text become null. Raises `Problems` for a file that is empty, cut short, of another format, of two datasets,
    or whose text is not of the encoding. Source: SAS TS-140.
    """
    try:
        opened = path.open("rb")
    except OSError as error:
        _refuse(path, f"the file cannot be read: {error.strerror or error}", "check its path and who may read it")
    with opened as file:
        found = _read_headers(file, path, encoding)
        if _has_second_member(file, found.start):
            _refuse(path, "the file holds more than one dataset", "write one dataset a file")
        count = _count_records(file, path, found)
        table = _read_table(file, path, found, count, encoding)
    return Dataset(found.name, found.label, found.variables, table, found.created)


def _refuse(path: Path, problem: str, fix: str, subject: str = "") -> NoReturn:
    raise Problems([Problem(Place(str(path)), subject, problem, fix)])


_CUT_SHORT = ("the file is cut short", "copy or export it again")


def _read_headers(file: BinaryIO, path: Path, encoding: str) -> _Layout:
    _check_library(file, path)
    member = file.read(8 * RECORD - 3 * RECORD)  # member, descriptor, two of the dataset, variables
    if len(member) < 5 * RECORD:
        _refuse(path, *_CUT_SHORT)
    numbers = re.fullmatch(rb"\d{6}(\d{4}).*", member[4 * RECORD + 48 : 5 * RECORD], re.DOTALL)
    if not member.startswith(layout.MEMBER_START) or member[4 * RECORD :][:48] != layout.NAMESTR_START or not numbers:
        _refuse(path, "the headers are not those of an XPT v5 dataset", "export it again as XPT version 5")
    each = 136 if member[74:78] == b"0136" else 140  # VAX wrote shorter descriptors
    variables, positions, size = _read_namestrs(file, path, int(numbers[1]), each, encoding)
    observations = file.read(RECORD)
    if len(observations) < RECORD or not observations.startswith(layout.OBSERVATIONS[:48]):
        _refuse(path, *_CUT_SHORT)
    name = member[2 * RECORD + 8 :][:8].decode("ascii", errors="replace").strip("\0 ")
    label = _decode(member[3 * RECORD + 32 :][:40], path, "", encoding)
    created = layout.read_timestamp(member[2 * RECORD + 64 :][:16])
    return _Layout(name, label, created, variables, positions, size, file.tell())


def _check_library(file: BinaryIO, path: Path) -> None:
    first = file.read(3 * RECORD)
    if not first:
        _refuse(path, "the file is empty", "copy or export it again")
    if first.startswith(b"HEADER RECORD*******LIBV8"):
        _refuse(path, "this is XPT version 8", "export it again as XPT version 5")
    if first.startswith(b"**COMPRESSED**"):
        _refuse(path, "this is a file of PROC CPORT, which only SAS reads", "export it with the XPORT engine of SAS")
    if not first.startswith(layout.LIBRARY[: min(48, len(first))]):
        _refuse(path, "this is not an XPT file", "give a SAS transport file of version 5")
    if len(first) < 3 * RECORD:
        _refuse(path, *_CUT_SHORT)


def _read_namestrs(
    file: BinaryIO, path: Path, count: int, each: int, encoding: str
) -> tuple[tuple[Variable, ...], tuple[int, ...], int]:
    data = file.read(-(-count * each // RECORD) * RECORD)
    if len(data) < count * each:
        _refuse(path, *_CUT_SHORT)
    variables, positions, size = [], [], 0
    for number in range(count):
        piece = data[number * each : (number + 1) * each].ljust(layout.NAMESTR.size, b"\0")
        kind, _, length, _, name, label, form, width, decimals, _, _, _, _, _, position, _ = layout.NAMESTR.unpack(piece)
        text = name.decode("ascii", errors="replace").strip("\0 ")
        if kind not in (layout.NUM, layout.CHAR) or length < 1 or (kind == layout.NUM and not 2 <= length <= 8) or position < 0:
            _refuse(path, f"variable {number + 1} is described in a way no XPT file does", "export the file again")
        sas_format = layout.join_format(form.decode("ascii", errors="replace").strip("\0 "), width, decimals)
        title = _decode(label, path, text, encoding)
        variables.append(Variable(text, title, "Num" if kind == layout.NUM else "Char", length, sas_format))
        positions.append(position)
        size = max(size, position + length)
    return tuple(variables), tuple(positions), size


def _decode(text: bytes, path: Path, subject: str, encoding: str) -> str:
    try:
        return text.decode(encoding).rstrip("\0 ")
    except UnicodeDecodeError:
        _refuse(path, f"the label is not {encoding} text", _ENCODING_FIX, subject)


_ENCODING_FIX = "state the encoding it was written in, such as latin-1"


def _has_second_member(file: BinaryIO, start: int) -> bool:
    """Whether another dataset's header stands among the data, at one of the places where a header can stand."""
    file.seek(start)
    while block := file.read(RECORD * (_BLOCK_BYTES // RECORD)):
        at = block.find(layout.MEMBER_START)
        while at >= 0:
            if at % RECORD == 0:
                return True
            at = block.find(layout.MEMBER_START, at + 1)
    return False


def _count_records(file: BinaryIO, path: Path, found: _Layout) -> int:
    """The number of records: no header says it, so the file's size and the blanks that pad it must."""
    data = file.seek(0, 2) - found.start
    if data % RECORD:
        _refuse(path, *_CUT_SHORT)
    if not found.size or not data:
        return 0
    least = (data - RECORD) // found.size + 1
    most = data // found.size
    file.seek(found.start + min(least, most) * found.size)
    tail = file.read()
    padding = data % found.size
    if most < least or tail[len(tail) - padding :].strip(b" "):
        _refuse(path, *_CUT_SHORT)
    blanks = len(tail) - len(tail.rstrip(b" ")) - padding
    return most - min(blanks // found.size, most - least)


def _read_table(file: BinaryIO, path: Path, found: _Layout, count: int, encoding: str) -> pa.Table:
    columns: list[list[pa.Array]] = [[] for _ in found.variables]
    for block, rows in _blocks(file, found, count):
        for chunks, variable, position in zip(columns, found.variables, found.positions, strict=True):
            length = variable.length or 0
            cells = np.ndarray((rows,), dtype=f"V{length}", buffer=block, offset=position, strides=(found.size,))
            chunks.append(_numbers(cells) if variable.type == "Num" else _text(cells, path, variable.name, encoding))
    types = [pa.float64() if v.type == "Num" else pa.string() for v in found.variables]
    arrays = [pa.chunked_array(chunks, type=kind) for chunks, kind in zip(columns, types, strict=True)]
    return pa.table(arrays, names=[v.name for v in found.variables])


def _blocks(file: BinaryIO, found: _Layout, count: int) -> Iterator[tuple[bytearray, int]]:
    if not count:
        return
    most = max(1, _BLOCK_BYTES // found.size)
    buffer = bytearray(most * found.size)
    file.seek(found.start)
    for first in range(0, count, most):
        rows = min(most, count - first)
        file.readinto(memoryview(buffer)[: rows * found.size])  # type: ignore[attr-defined]
        yield buffer, rows


Cells = np.ndarray[tuple[int], np.dtype[np.void]]


def _numbers(cells: Cells) -> pa.Array:
    length = cells.dtype.itemsize
    whole = np.zeros((len(cells), 8), dtype=np.uint8)  # short numbers lack the last bytes of the fraction
    whole[:, :length] = np.ascontiguousarray(cells).view(np.uint8).reshape(len(cells), length)
    values, missing = ibm.from_ibm(whole.view(">u8")[:, 0].astype(np.uint64))
    return pa.array(values, mask=missing)


def _text(cells: Cells, path: Path, name: str, encoding: str) -> pa.Array:
    length = cells.dtype.itemsize
    data = pa.py_buffer(np.ascontiguousarray(cells).tobytes())
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(length), len(cells), [None, data])
    if encoding == "utf-8":
        try:
            text = fixed.cast(pa.string())
        except pa.ArrowInvalid:
            _refuse(path, "values that are not utf-8 text", _ENCODING_FIX, name)
    else:
        text = _decode_distinct(fixed, path, name, encoding)
    return _without_blanks(pc.ascii_rtrim(text, characters=" "))


def _decode_distinct(fixed: pa.Array, path: Path, name: str, encoding: str) -> pa.Array:
    distinct = fixed.dictionary_encode()
    try:
        decoded = [value.decode(encoding) for value in distinct.dictionary.to_pylist()]
    except UnicodeDecodeError:
        _refuse(path, f"values that are not {encoding} text", _ENCODING_FIX, name)
    return pa.array(decoded, pa.string()).take(distinct.indices)


def _without_blanks(text: pa.Array) -> pa.Array:
    """The same text with the empty ones null: the bytes stay, only a validity map is added."""
    filled = pc.not_equal(pc.binary_length(text), 0)
    if pc.all(filled).as_py():
        return text
    _, offsets, data = text.buffers()
    return pa.Array.from_buffers(pa.string(), len(text), [filled.buffers()[1], offsets, data])
