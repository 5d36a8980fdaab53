"""AuditRecord: who entered or changed data, where, when and why. Read only where a column of it is asked for."""

from __future__ import annotations

from clintrail.transport.raw.odm.stream import Attributes

_REFERENCES = {"UserRef": ("AuditUserOID", "UserOID"), "LocationRef": ("AuditLocationOID", "LocationOID")}
_TEXTS = {"DateTimeStamp": "AuditDateTimeStamp", "ReasonForChange": "AuditReasonForChange", "SourceID": "AuditSourceID"}
_LEVELS = {"SubjectData": 0, "StudyEventData": 1, "FormData": 2, "ItemGroupData": 3}


class AuditReader:
    """Takes the events of audit records. `records` are all of them, by the names of `keys.AUDIT`."""

    def __init__(self) -> None:
        self.records: list[dict[str, str]] = []
        self._ids: dict[str, int] = {}  # data may name a record that comes later
        self._levels: list[int | None] = [None] * len(_LEVELS)
        self._last: dict[str, str] = {}

    @property
    def current(self) -> int | None:
        """The place among `records` of the one that holds for the record at hand: its own or its items' last, or one around it."""
        return next((at for at in reversed(self._levels) if at is not None), None)

    def start(self, names: list[str], attributes: Attributes) -> bool:
        """An element begins; whether its text is wanted."""
        name, parent = names[-1], names[-2] if len(names) > 1 else ""
        if (level := _LEVELS.get(name)) is not None:
            self._levels[level:] = [None] * (len(_LEVELS) - level)
        if "AuditRecordID" in attributes:
            self._hold(name, self._of_id(attributes["AuditRecordID"]))
        if name == "AuditRecord":
            at = self._of_id(attributes["ID"]) if "ID" in attributes else self._new()
            self._last = self.records[at]
            self._hold(parent, at)
        elif parent == "AuditRecord" and name in _REFERENCES:
            key, attribute = _REFERENCES[name]
            self._last[key] = attributes.get(attribute, "")
        return parent == "AuditRecord" and name in _TEXTS

    def end(self, names: list[str], text: str) -> None:
        """An element ends."""
        if names[-1] in _TEXTS and names[-2] == "AuditRecord":
            self._last[_TEXTS[names[-1]]] = text.strip()

    def _hold(self, name: str, at: int) -> None:
        """The audit record of an element of data; those of items hold for their group."""
        if name in _LEVELS or name.startswith("ItemData"):
            self._levels[_LEVELS.get(name, 3)] = at

    def _new(self) -> int:
        self.records.append({})
        return len(self.records) - 1

    def _of_id(self, oid: str) -> int:
        if oid not in self._ids:
            self._ids[oid] = self._new()
        return self._ids[oid]
