"""What the rules look at: the facts of an XPT file, gathered in one pass over its records in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clintrail.errors import Problem, Problems, counted
from clintrail.transport import xpt
from clintrail.transport.dataset import Variable
from clintrail.transport.missing import tags_of

Mask = NDArray[np.bool_]
BYTES = "latin-1"  # every byte is a character of it, and every character a byte: text is checked as the bytes that the file holds
LARGEST, SMALLEST = 7.2e75, 5.4e-79  # the ends of IBM's doubles, which lie a little beyond
_PACKED = {b"PK\x03\x04": "ZIP", b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7-Zip"}
_CPORT = b"**COMPRESSED**"
_CONTROL = r"[\x00-\x1F\x7F]"


@dataclass(frozen=True)
class Where:
    """How many records of a dataset something is in, and which is the first (from 1)."""

    count: int
    first: int

    def __str__(self) -> str:
        return f"{counted(self.count, 'record')} (the first is record {self.first:,})"


@dataclass(frozen=True)
class VariableFacts:
    """A variable as the header describes it, its longest value in bytes, and where its values are odd (`control`, `foreign`, ...)."""

    described: Variable
    longest: int = 0
    odd: dict[str, Where] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The variable's name."""
        return self.described.name

    @property
    def is_text(self) -> bool:
        """Whether the variable is Char."""
        return self.described.type == "Char"


@dataclass(frozen=True)
class DatasetFacts:
    """A dataset of a file. `blank_at_end` is how many records at its end have no value at all."""

    name: str
    label: str
    variables: tuple[VariableFacts, ...]
    records: int
    blank_at_end: int = 0

    @property
    def is_supplemental(self) -> bool:
        """Whether the dataset holds supplemental qualifiers, whose lengths are its own."""
        return self.name.upper().startswith(("SUPP", "SQ"))


@dataclass(frozen=True)
class FileFacts:
    """A file: its path and size in bytes, its headers and datasets. Where it could not be read, `unread` says why."""

    path: Path
    size: int
    version: int = 0
    created: datetime | None = None
    modified: datetime | None = None
    datasets: tuple[DatasetFacts, ...] = ()
    packed: str = ""
    is_cport: bool = False
    unread: Problem | None = None


def file_facts(path: Path) -> FileFacts:
    """The facts of one file. A file that is no XPT file, or not a whole one, has its problem as a fact; a missing one raises `Problems`."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_CPORT))
        found = FileFacts(path, path.stat().st_size)
    except OSError:
        start, found = b"", FileFacts(path, 0)  # told by the reader
    packed = next((kind for mark, kind in _PACKED.items() if start.startswith(mark)), "")
    if packed or start == _CPORT:
        return replace(found, packed=packed, is_cport=not packed)
    try:
        with xpt.open(path, encoding=BYTES, special_missing=True) as file:
            datasets = tuple(_dataset_facts(file, member) for member in file.members)
            return replace(found, version=file.version, created=file.created, modified=file.modified, datasets=datasets)
    except Problems as error:
        return replace(found, unread=error.problems[0])


def _dataset_facts(file: xpt.XptFile, member: xpt.XptMember) -> DatasetFacts:
    variables = [VariableFacts(described) for described in member.variables]
    done = blank_at_end = 0
    for batch in file.batches(member):
        variables = [_with_batch(one, column, done) for one, column in zip(variables, batch.columns, strict=True)]
        blank = _blank_at_end(batch)
        blank_at_end = blank_at_end + blank if blank == batch.num_rows else blank
        done += batch.num_rows
    return DatasetFacts(member.name, member.label, tuple(variables), member.records, blank_at_end)


def _blank_at_end(batch: pa.RecordBatch) -> int:
    blank = np.ones(batch.num_rows, dtype=np.bool_)
    for column in batch.columns:
        if not column.null_count:
            return 0  # as a rule the first column: a key
        blank &= np.asarray(column.is_null())
    filled = np.flatnonzero(~blank)
    last = int(filled[-1]) if len(filled) else -1
    return int(batch.num_rows) - 1 - last


def _with_batch(variable: VariableFacts, column: pa.Array, done: int) -> VariableFacts:
    """The facts with those of more records, of which `done` stood before."""
    masks = _odd_text(column) if variable.is_text else _odd_numbers(column)
    odd = dict(variable.odd)
    for what, mask in masks.items():
        if count := int(mask.sum()):
            before = odd.get(what)
            first = before.first if before else done + int(np.argmax(mask)) + 1
            odd[what] = Where(count + (before.count if before else 0), first)
    longest = (pc.max(pc.utf8_length(column)).as_py() or 0) if variable.is_text else 0
    return VariableFacts(variable.described, max(variable.longest, longest), odd)


def _odd_text(column: pa.Array) -> dict[str, Mask]:
    masks = {"leading_blank": _mask(pc.starts_with(column, " ")), "full_stop": _mask(pc.equal(column, "."))}
    data = np.frombuffer(column.buffers()[2] or b"", dtype=np.uint8)
    if (data < 0x20).any() or (data == 0x7F).any():
        masks["control"] = _mask(pc.match_substring_regex(column, _CONTROL))
    if (data > 0x7F).any():
        masks["foreign"] = ~_mask(pc.string_is_ascii(column), missing=True)
        masks["not_utf8"] = _is_not_utf8(column, masks["foreign"])
    return masks


def _odd_numbers(column: pa.Array) -> dict[str, Mask]:
    values = np.asarray(column.fill_null(0.0))
    special = tags_of(values) != 0
    size = np.abs(values)
    return {"special_missing": special, "extreme": ~special & ((size >= LARGEST) | ((size > 0) & (size <= SMALLEST)))}


def _mask(found: pa.Array, *, missing: bool = False) -> Mask:
    mask: Mask = np.asarray(pc.fill_null(found, missing))
    return mask


def _is_not_utf8(column: pa.Array, foreign: Mask) -> Mask:
    """Where the bytes are no UTF-8. All distinct texts are tried at once, and one by one only if that fails."""
    distinct = column.filter(pa.array(foreign)).unique()
    texts = distinct.to_pylist()
    if _is_utf8("\n".join(texts)):
        return np.zeros(len(column), dtype=np.bool_)
    wrong = pa.array([text for text in texts if not _is_utf8(text)], pa.string())
    return _mask(pc.is_in(column, value_set=wrong))


def _is_utf8(text: str) -> bool:
    try:
        text.encode(BYTES).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
