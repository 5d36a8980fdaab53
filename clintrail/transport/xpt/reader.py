"""Reading XPT v5 and v8 into Arrow, whole or in record batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import pyarrow as pa

from clintrail.errors import Place, Problem, Problems, unreadable
from clintrail.transport.dataset import Dataset
from clintrail.transport.xpt import layout
from clintrail.transport.xpt.decode import Decoder
from clintrail.transport.xpt.in_order import in_order, sparing, thread_count
from clintrail.transport.xpt.members import Library, Source, XptMember, read_library, read_members

_BLOCK_BYTES = 4 << 20


@dataclass(frozen=True)
class XptFile:
    """An XPT file that stands open: what its headers state, and its records in batches."""

    library: Library
    members: tuple[XptMember, ...]
    _source: Source = field(repr=False)
    _special_missing: bool = field(repr=False)
    _batch_rows: int | None = field(repr=False)
    _threads: int | None = field(repr=False)

    @property
    def version(self) -> Literal[5, 8]:
        """The version of the format."""
        return self.library.version.number

    @property
    def created(self) -> datetime | None:
        """When the file was created, as it states."""
        return self.library.created

    @property
    def modified(self) -> datetime | None:
        """When the file was modified, as it states."""
        return self.library.modified

    @property
    def sas_version(self) -> str:
        """The version of SAS that the file names, such as `9.4`."""
        return self.library.sas_version

    @property
    def system(self) -> str:
        """The operating system that the file names, such as `X64_10PR`."""
        return self.library.system

    def member(self, name: str | None = None) -> XptMember:
        """The dataset of this name, or the only one; `Problems` that list them where none or several are meant."""
        found = [m for m in self.members if name is None or m.name.upper() == name.upper()]
        known = ", ".join(m.name for m in self.members)
        if len(found) > 1 and name is None:
            self._source.refuse("the file holds more than one dataset", f"name one: {known}")
        if len(found) > 1:
            self._source.refuse(f"{len(found)} datasets of the file have this name", "read them all", name or "")
        if not found:
            self._source.refuse("the file has no dataset of this name", f"it has {known}", name or "")
        return found[0]

    def batches(self, member: str | XptMember | None = None) -> Iterator[pa.RecordBatch]:
        """The records of a dataset, in batches of `batch_rows`; memory holds some batches, never the file.

        Num columns are float64, Char columns string, as `read` gives them. Raises `Problems`.
        """
        return sparing(self._batches(member if isinstance(member, XptMember) else self.member(member)))

    def _batches(self, found: XptMember) -> Iterator[pa.RecordBatch]:
        decoder = Decoder(self._source, found, self._special_missing)
        size = found.record_length
        rows = self._batch_rows or max(1, _BLOCK_BYTES // max(1, size))
        spare: deque[bytearray] = deque()

        def read_blocks() -> Iterator[tuple[bytearray, int]]:
            for first in range(0, found.records, rows):
                count = min(rows, found.records - first)
                block = spare.pop() if spare else bytearray(rows * size)
                self._source.file.seek(found.start + first * size)
                if self._source.file.readinto(memoryview(block)[: count * size]) < count * size:  # type: ignore[attr-defined]
                    self._source.cut_short()
                yield block, count

        def decode(block: tuple[bytearray, int]) -> pa.RecordBatch:
            batch = decoder.batch(*block)
            spare.append(block[0])
            return batch

        yield from in_order(decode, read_blocks(), thread_count(self._threads, found.records // rows))

    def dataset(self, member: str | XptMember | None = None) -> Dataset:
        """A dataset with all its records. Raises `Problems`."""
        found = member if isinstance(member, XptMember) else self.member(member)
        schema = Decoder(self._source, found, self._special_missing).schema
        table = pa.Table.from_batches(self._batches(found), schema)
        facts = {"version": str(self.version), "sas_version": found.sas_version, "system": found.system, "type": found.kind}
        if found.modified:
            facts["modified"] = found.modified.isoformat()
        stated = {name: text for name, text in facts.items() if text}
        return Dataset(found.name, found.label, found.variables, table, found.created, facts=stated)


@contextmanager
def open(
    path: Path, *, encoding: str = "utf-8", special_missing: bool = False, batch_rows: int | None = None, threads: int | None = None
) -> Iterator[XptFile]:
    """An XPT file of version 5 or 8, open for reading its headers and then its records in batches of `batch_rows`.

    Numbers become float64 (dates stay SAS's counts from 1960), text loses its trailing blanks, blank text becomes null. Missing
    numbers become null, or tagged NaNs (see `clintrail.transport.missing`) with `special_missing`, `.` alone staying null. Raises
    `Problems` for a file that is empty, cut short, of another format or whose text is not of the encoding. Source: SAS TS-140.
    """
    path = Path(path)
    if not layout.is_encoding(encoding):
        raise Problems([Problem(Place(str(path)), "", f"{encoding} is no encoding of XPT files", layout.ENCODINGS)])
    try:
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise Problems([unreadable(path, error)]) from None
    with file:
        source = Source(file, path, file.seek(0, 2), encoding)
        file.seek(0)
        library = read_library(source)
        members = tuple(read_members(source, library))
        yield XptFile(library, members, source, special_missing, batch_rows, threads)


def read(
    path: Path, *, member: str | None = None, encoding: str = "utf-8", special_missing: bool = False, threads: int | None = None
) -> Dataset:
    """The one dataset of an XPT file, or the one named `member`; see `open` for what becomes of its values.

    Raises `Problems`, also where the file holds several datasets and none is named.
    """
    with open(path, encoding=encoding, special_missing=special_missing, threads=threads) as file:
        return file.dataset(member)


def read_all(path: Path, *, encoding: str = "utf-8", special_missing: bool = False, threads: int | None = None) -> list[Dataset]:
    """Every dataset of an XPT file, in the file's order; see `open`. Raises `Problems`."""
    with open(path, encoding=encoding, special_missing=special_missing, threads=threads) as file:
        return [file.dataset(member) for member in file.members]
