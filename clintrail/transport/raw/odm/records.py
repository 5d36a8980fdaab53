"""Records of item groups as they come out of the file, gathered into Arrow tables chunk by chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from clintrail.errors import Place, Problem, Severity, counted
from clintrail.transport.raw.odm.keys import STORED

INSERT, UPDATE, UPSERT, REMOVE = range(4)
# Behind the OID of an item in the name of its column: the OID of the unit in which it was measured.
UNIT = "\x01unit"
# A value that was taken away again, in files of transactions. XML cannot hold this character.
REMOVED = "\0"
LINE, NUMBER, OPERATION, AUDIT_RECORD = "\x01line", "\x01number", "\x01operation", "\x01audit"
_CHUNK = 20_000
_KINDS = 200  # so many kinds of problems are told
_SMALL = {LINE: pa.int64(), NUMBER: pa.int64(), OPERATION: pa.int8(), AUDIT_RECORD: pa.int32()}


class Record(NamedTuple):
    """One ItemGroupData: `keys` are its first nine of `STORED`, `items` its values by OID; `number` counts the records of the file."""

    keys: tuple[str | None, ...]
    group: str
    repeat: str | None
    transaction: str | None
    items: dict[str, str | None]
    line: int
    number: int
    operation: int
    audit: int | None


@dataclass
class Records:
    """The records of one item group. `oids` are the columns of its items that are known so far."""

    oids: dict[str, None] = field(default_factory=dict)
    _pending: list[Record] = field(default_factory=list)
    _chunks: list[pa.Table] = field(default_factory=list)

    def add(self, record: Record) -> None:
        """Takes one more."""
        self._pending.append(record)
        if len(self._pending) >= _CHUNK:
            self._chunks.append(self._flushed())

    def table(self) -> pa.Table:
        """All records: `STORED`, where they stood and what they do, then a text column for each item or unit."""
        self._chunks.append(self._flushed())
        self._chunks = [pa.concat_tables(self._chunks, promote_options="default").unify_dictionaries()]
        return self._chunks[0]

    def _flushed(self) -> pa.Table:
        pending, self._pending = self._pending, []
        columns = {name: _coded([r.keys[at] for r in pending]) for at, name in enumerate(STORED[:9])}
        columns["ItemGroupOID"] = _coded([r.group for r in pending])
        columns["ItemGroupRepeatKey"] = _coded([r.repeat for r in pending])
        columns["TransactionType"] = _coded([r.transaction for r in pending])
        small = ([r.line for r in pending], [r.number for r in pending], [r.operation for r in pending], [r.audit for r in pending])
        columns |= {name: pa.array(values, _SMALL[name]) for name, values in zip(_SMALL, small, strict=True)}
        columns |= {oid: pa.array([r.items.get(oid) for r in pending], pa.string()) for oid in self.oids}
        return pa.table(columns)


def _coded(values: list[str | None]) -> pa.DictionaryArray:
    return pa.array(values, pa.string()).dictionary_encode()


class Complaints:
    """Problems that come many times: each is told once, at its first line, with their number."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: dict[str, tuple[int, str, Severity]] = {}  # by problem: its line, the fix
        self._count: Counter[str] = Counter()
        self._more = 0

    def add(self, line: int, problem: str, fix: str | Callable[[], str], severity: Severity = Severity.ERROR) -> None:
        """One more of a kind."""
        if problem not in self._found:
            if len(self._found) >= _KINDS:
                self._more += severity == Severity.ERROR
                return
            self._found[problem] = line, fix if isinstance(fix, str) else fix(), severity
        self._count[problem] += 1

    def told(self, stopping: bool) -> list[Problem]:
        """The errors, or what stops nothing."""
        told = [
            Problem(Place(self._path, line), "", problem + (f" ({counted(count, 'time')})" if count > 1 else ""), fix, severity)
            for problem, (line, fix, severity) in self._found.items()
            if (severity == Severity.ERROR) == stopping and (count := self._count[problem])
        ]
        if stopping and self._more:
            told.append(Problem(Place(self._path), "", f"{self._more:,} more problems of other kinds", "mend those above first"))
        return told
