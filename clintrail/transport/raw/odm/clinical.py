"""ClinicalData and ReferenceData: who, when and where around each record, and the records of the item groups that are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from clintrail.errors import Severity, did_you_mean
from clintrail.transport.raw.odm.audit import AuditReader
from clintrail.transport.raw.odm.metadata import Definition, Version, VersionKey
from clintrail.transport.raw.odm.records import INSERT, REMOVE, REMOVED, UNIT, UPDATE, UPSERT, Complaints, Record, Records
from clintrail.transport.raw.odm.stream import Attributes, XmlStream

# Each level of data, the level around it, and where its keys stand among a record's: OID or key, then the repeat key.
_LEVELS = {"SubjectData": 0, "StudyEventData": 1, "FormData": 2, "ItemGroupData": 3}
_AROUND = {
    "SubjectData": ("ClinicalData",), "StudyEventData": ("SubjectData",), "FormData": ("StudyEventData",),
    "ItemGroupData": ("FormData", "ReferenceData"),
}  # fmt: skip
_KEYS: Mapping[str, tuple[int, str, str | None]] = {
    "SubjectData": (2, "SubjectKey", None), "StudyEventData": (5, "StudyEventOID", "StudyEventRepeatKey"),
    "FormData": (7, "FormOID", "FormRepeatKey"),
}  # fmt: skip
_PARTIES = {"SiteRef": (3, "LocationOID"), "InvestigatorRef": (4, "UserOID")}
# By level, the keys that tell what was removed as a whole; the version of the metadata, site and investigator are none.
REMOVED_BY = {0: (0, 2), 1: (0, 2, 5, 6), 2: (0, 2, 5, 6, 7, 8)}
_OPERATIONS = {"Insert": INSERT, "Update": UPDATE, "Upsert": UPSERT, "Remove": REMOVE}
_NOT_READ = {"Association": "associations", "Signature": "signatures", "Annotation": "annotations and comments"}
_OWN_METADATA = "export the data with their own metadata"
_NO_ODM = "see that the export is valid ODM 1.3"

Removed = tuple[int, tuple[str | None, ...], int]  # level, keys, and the number of the next record
# Of a version: its definitions, and by OID of the item groups that are wanted, the forms on which they are (None: on any).
Opened = tuple[Version, Mapping[str, "set[str] | None"]]


class ClinicalReader:
    """Takes the events of the elements in ClinicalData and ReferenceData.

    `records` are those of the wanted item groups, by OID; `removals` what was removed as a whole. `open_version` gives the
    definitions that data name, None where there are none.
    """

    def __init__(
        self,
        stream: XmlStream,
        open_version: Callable[[VersionKey], Opened | None],
        complaints: Complaints,
        audits: AuditReader | None,
        transactional: bool,
    ) -> None:
        self.records: dict[str, Records] = {}
        self.removals: list[Removed] = []
        self._stream, self._open_version, self._complaints = stream, open_version, complaints
        self._audits, self._transactional = audits, transactional
        self._opened: Opened | None = None
        self._keys: list[str | None] = [None] * 9
        self._types: list[str | None] = [None] * len(_LEVELS)  # the TransactionType that holds at each level
        self._number = 0
        self._group = Definition("", "", False)
        self._repeat: str | None = None
        self._line = 0
        self._items: dict[str, str | None] | None = None  # of the record at hand, where it is wanted
        self._changed = False  # an item of it has a TransactionType of its own
        self._item: str | None = None  # OID of the item at hand, where its value is wanted
        self._is_null = False

    def start(self, names: list[str], attributes: Attributes) -> bool:
        """An element begins; whether its text is wanted."""
        name = names[-1]
        text_of_audit = self._audits is not None and self._audits.start(names, attributes)
        if name == "ItemData" or name.startswith("ItemData"):
            return self._start_item(names, attributes)
        if name in _LEVELS:
            self._start_level(names, attributes)
        elif name in ("ClinicalData", "ReferenceData"):
            key = attributes.get("StudyOID", ""), attributes.get("MetaDataVersionOID", "")
            self._keys[:] = [*key, *[None] * 7]
            self._types[:] = [None] * len(_LEVELS)
            self._opened = self._open_version(key)
        elif name in _PARTIES and names[-2] == "SubjectData":
            at, attribute = _PARTIES[name]
            self._keys[at] = attributes.get(attribute)
        elif name == "MeasurementUnitRef" and self._items is not None and self._item is not None:
            self._items[self._item + UNIT] = attributes.get("MeasurementUnitOID")
        elif name in _NOT_READ:
            self._complaints.add(self._stream.line, f"{_NOT_READ[name]} are not read", "", Severity.NOTE)
        return text_of_audit

    def end(self, names: list[str], text: str) -> None:
        """An element ends."""
        name = names[-1]
        if self._audits is not None:
            self._audits.end(names, text)
        if name == "ItemData":
            self._item = None
        elif name == "ItemGroupData":
            if self._items is not None:
                self._end_group(self._items)
            self._items = None
        elif name.startswith("ItemData"):
            if self._items is not None and self._item is not None and not self._is_null:
                self._items[self._item] = text
            self._item = None

    def _complain(self, problem: str, fix: str | Callable[[], str], line: int = 0) -> None:
        self._complaints.add(line or self._stream.line, problem, fix)

    def _start_level(self, names: list[str], attributes: Attributes) -> None:
        name = names[-1]
        if names[-2] not in _AROUND[name]:
            self._complain(f"{name} stands where it does not belong, in {names[-2].rpartition(' ')[2]}", _NO_ODM)
        level, own = _LEVELS[name], self._type(attributes)
        self._types[level:] = [own or (self._types[level - 1] if level else None)] * (len(_LEVELS) - level)
        if name == "ItemGroupData":
            self._start_group(attributes)
            return
        at, key, repeat = _KEYS[name]
        self._keys[at:] = [None] * (len(self._keys) - at)
        self._keys[at] = attributes.get(key)
        if not self._keys[at]:
            self._complain(f"{name} has no {key}", _NO_ODM)
        elif self._opened and level:
            self._defined(key, self._keys[at], self._opened[0].events if level == 1 else self._opened[0].forms)
        if repeat:
            self._keys[at + 1] = attributes.get(repeat)
        if own == "Remove":
            self.removals.append((level, tuple(self._keys[i] for i in REMOVED_BY[level]), self._number))

    def _type(self, attributes: Attributes) -> str | None:
        """The element's own TransactionType, checked. Source: ODM 1.3.2, section 2.7."""
        own = attributes.get("TransactionType")
        if own is not None and own != "Context" and own not in _OPERATIONS:
            self._complain(f"there is no TransactionType {own[:20]!r}", f"write {', '.join(_OPERATIONS)} or Context")
        elif own in ("Update", "Remove") and not self._transactional:
            self._complain(f"a TransactionType {own} in a file that is no Transactional one", 'export it with FileType="Transactional"')
        return own

    def _defined(self, key: str, oid: str | None, known: Mapping[str, Definition]) -> Definition | None:
        if oid is not None and oid in known:
            return known[oid]
        self._complain(f"the metadata define no {key} {oid}", lambda: did_you_mean(oid or "", known, _OWN_METADATA))
        return None

    def _start_group(self, attributes: Attributes) -> None:
        oid, form = attributes.get("ItemGroupOID", ""), self._keys[7]
        group = self._defined("ItemGroupOID", oid, self._opened[0].groups) if self._opened else None
        if not self._opened or not group:
            return
        around = self._opened[0].forms.get(form or "")
        if around and oid not in around.parts:
            self._complain(f"item group {oid} is on form {form}, of which it is no part", _OWN_METADATA)
        wanted = self._opened[1].get(oid, set())
        if wanted is None or form in wanted:
            self._group, self._repeat, self._line = group, attributes.get("ItemGroupRepeatKey"), self._stream.line
            self._items, self._changed = {}, False

    def _start_item(self, names: list[str], attributes: Attributes) -> bool:
        """An item: its value is an attribute of ItemData and the text of ItemDataString and its like."""
        self._item = None
        if names[-2] != "ItemGroupData":
            self._complain(f"{names[-1]} stands where it does not belong, in {names[-2].rpartition(' ')[2]}", _NO_ODM)
        items, oid = self._items, attributes.get("ItemOID", "")
        if items is None:
            return False
        kind = self._types[3]
        if self._transactional and "TransactionType" in attributes:
            kind = self._type(attributes)
            self._changed = self._changed or kind != "Context"
        if kind == "Context" and self._transactional:
            return False
        if oid in items:
            self._complain(f"item {oid} comes twice in one {self._group.oid}", "export it again: an item has one value in a record")
        self._item = oid
        self._is_null = attributes.get("IsNull") == "Yes" or kind == "Remove" and self._transactional
        if self._is_null:  # in transactions, more than not to be mentioned
            items[oid] = REMOVED if self._transactional else None
            return False
        items[oid] = attributes.get("Value", "")
        return names[-1] != "ItemData"

    def _end_group(self, items: dict[str, str | None]) -> None:
        records = self.records.setdefault(self._group.oid, Records())
        if not items.keys() <= records.oids.keys():
            self._check_items(items)
            records.oids.update(dict.fromkeys(items))
        operation = self._operation()
        if operation is None:
            return
        kind = self._types[3]
        audit = self._audits.current if self._audits else None
        records.add(Record(tuple(self._keys), self._group.oid, self._repeat, kind, items, self._line, self._number, operation, audit))
        self._number += 1

    def _check_items(self, items: Iterable[str]) -> None:
        """Items of the record at hand that its group does not have."""
        known = self._opened[0].items if self._opened else {}
        for oid in items:
            if oid in self._group.parts or oid.endswith(UNIT):
                continue
            what = f"item {oid} is no part of item group {self._group.oid}" if oid in known else f"the metadata define no ItemOID {oid}"
            self._complain(what, partial(did_you_mean, oid, self._group.parts, _OWN_METADATA), self._line)

    def _operation(self) -> int | None:
        """What the record does to the data; None where it is there for its context only."""
        kind = self._types[3]
        if not self._transactional:
            return INSERT
        if kind == self._types[2] == "Remove":
            return None  # it goes with what is around it
        if kind in _OPERATIONS:
            return _OPERATIONS[kind]
        if self._changed:
            return UPSERT
        if kind is None:
            self._complain("a record has no TransactionType, nor has anything around it", "export it again", self._line)
        return None
