"""The pass over an ODM file: its metadata, then the records of the forms that are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clintrail.errors import Place, Problem, Problems
from clintrail.transport.raw.odm.audit import AuditReader
from clintrail.transport.raw.odm.clinical import ClinicalReader, Opened, Removed
from clintrail.transport.raw.odm.metadata import MetadataReader, Version, VersionKey, complete
from clintrail.transport.raw.odm.records import Complaints, Records
from clintrail.transport.raw.odm.stream import Attributes, XmlStream
from clintrail.transport.raw.odm.targets import Target, no_such_form, target_of

_NAMESPACES = {"http://www.cdisc.org/ns/odm/v1.2": "1.2", "http://www.cdisc.org/ns/odm/v1.3": "1.3"}
_FIX = "export it as ODM 1.3.2"


@dataclass
class Scan:
    """What a file holds. `targets` are the wanted forms by our names, `versions` the metadata that its data name."""

    path: str
    sha256: str = ""
    transactional: bool = False
    targets: dict[str, Target] = field(default_factory=dict)
    versions: dict[VersionKey, Version] = field(default_factory=dict)
    records: dict[str, Records] = field(default_factory=dict)
    removals: list[Removed] = field(default_factory=list)
    audits: list[dict[str, str]] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def scan_odm(path: Path, forms: Mapping[str, str], metadata: Path | None, audited: bool) -> Scan:
    """Reads the records of forms, `forms` being our names and what they are called in the file. Raises `Problems`, all of them."""
    known = read_metadata(metadata) if metadata else {}
    return _Scanner(path, forms, known, audited).scan()


def read_metadata(path: Path) -> dict[VersionKey, Version]:
    """The metadata of an ODM file by OIDs of study and version. Raises `Problems` where the file is no ODM that is read here."""
    reader = MetadataReader()

    def started(names: list[str], attributes: Attributes) -> bool:
        if len(names) == 1:
            check_root(stream, attributes)
        elif names[1] == "Study":
            stream.hand_over(reader.start, reader.end)
            reader.start(names, attributes)
        return False

    stream = XmlStream(path, started, lambda names, text: None)
    stream.read()
    return reader.versions


def check_root(stream: XmlStream, attributes: Attributes) -> None:
    """Raises `Problems` unless the file is ODM 1.2 or 1.3."""
    version = attributes.get("ODMVersion", "")[:20]
    if stream.names[0].rpartition(" ")[2] != "ODM":
        stream.refuse(f"this is no ODM file: its root is {stream.names[0].rpartition(' ')[2][:40]}", _FIX)
    if stream.namespace not in _NAMESPACES:
        what = f"it is of the namespace {stream.namespace[:80]!r}" if stream.namespace else "it is of no namespace"
        stream.refuse(f"this is no ODM 1.3 file: {what}" + (f", ODMVersion {version}" if version else ""), _FIX)
    if version and not version.startswith(("1.2", "1.3")):
        stream.refuse(f"the file is ODM {version}, which is not read here", _FIX)


class _Scanner:
    """Sends the events of a file to the readers of its parts."""

    def __init__(self, path: Path, forms: Mapping[str, str], known: Mapping[VersionKey, Version], audited: bool) -> None:
        self._stream = XmlStream(path, self._started, lambda names, text: None)
        self._forms, self._known = forms, known
        self._found = Scan(str(path))
        self._problems: list[Problem] = []
        self._complaints = Complaints(str(path))
        self._metadata = MetadataReader()
        self._audits = AuditReader() if audited else None
        self._clinical: ClinicalReader | None = None
        self._opened: dict[VersionKey, Opened | None] = {}

    def scan(self) -> Scan:
        found = self._found
        found.sha256 = self._stream.read()
        if not self._clinical:
            self._problems.append(Problem(Place(found.path), "", "the file holds no clinical data", "export the data with the metadata"))
        elif found.versions:
            missing = {name: asked for name, asked in self._forms.items() if name not in found.targets}
            told = {problem.subject for problem in self._problems}
            versions = list(found.versions.values())
            self._problems += [no_such_form(asked, versions, found.path, name) for name, asked in missing.items() if name not in told]
        if problems := [*self._problems, *self._complaints.told(stopping=True)]:
            raise Problems(problems)
        if self._clinical:
            found.records, found.removals = self._clinical.records, self._clinical.removals
        found.audits = self._audits.records if self._audits else []
        found.notes = self._complaints.told(stopping=False)
        return found

    def _started(self, names: list[str], attributes: Attributes) -> bool:
        """The root, or an element in it, whose events go to the reader of its kind."""
        if len(names) == 1:
            check_root(self._stream, attributes)
            self._found.transactional = attributes.get("FileType") == "Transactional"
            return False
        if names[1] == "Study":
            self._stream.hand_over(self._metadata.start, self._metadata.end)
            return self._metadata.start(names, attributes)
        if names[1] in ("ClinicalData", "ReferenceData", "Association"):
            if self._clinical is None:
                transactional = self._found.transactional
                self._clinical = ClinicalReader(self._stream, self._open_version, self._complaints, self._audits, transactional)
            self._stream.hand_over(self._clinical.start, self._clinical.end)
            return self._clinical.start(names, attributes)
        return False

    def _open_version(self, key: VersionKey) -> Opened | None:
        if key not in self._opened:
            self._opened[key] = self._opened_version(key)
        return self._opened[key]

    def _opened_version(self, key: VersionKey) -> Opened | None:
        versions = {**self._known, **self._metadata.versions}
        place = Place(self._found.path, self._stream.line)
        try:
            version = complete(versions[key], versions)
        except KeyError as error:
            study, oid = error.args[0]
            what = f"the metadata version {oid} of study {study}, which the data need, is not in the file"
            self._problems.append(Problem(place, "", what, "export the data with it, or name the file that has it: metadata: FILE"))
            return None
        self._found.versions[key] = version
        wanted: dict[str, set[str] | None] = {}
        for name, asked in self._forms.items():
            target = target_of(asked, version, self._found.path, name)
            if isinstance(target, Problem):
                self._problems.append(target)
            elif target:
                earlier = self._found.targets.get(name, target)
                if earlier.form != target.form:
                    what = f"{asked} names different forms in different versions of the metadata"
                    self._problems.append(Problem(place, name, what, "write form: and the OID of the form"))
                self._found.targets[name] = merged = target.merged(earlier)
                for group in merged.groups:
                    forms = wanted.setdefault(group, set())
                    wanted[group] = None if merged.form is None or forms is None else forms | {merged.form}
        return version, wanted
