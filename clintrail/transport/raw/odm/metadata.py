"""What an ODM file defines: study events, forms, item groups, items, code lists and units of each version of its metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from clintrail.transport.raw.odm.stream import Attributes

VersionKey = tuple[str, str]  # OIDs of a study and of a version of its metadata


@dataclass
class Definition:
    """A StudyEventDef, FormDef or ItemGroupDef: `parts` are the OIDs of the forms, item groups or items in it, in their order."""

    oid: str
    name: str
    repeats: bool
    also: tuple[str, ...] = ()  # further names: SASDatasetName, Domain
    parts: list[str] = field(default_factory=list)


@dataclass
class Item:
    """An ItemDef. `units` are OIDs of measurement units."""

    oid: str
    name: str
    sas_name: str
    data_type: str
    length: int | None
    digits: int | None
    description: str = ""
    question: str = ""
    codelist: str = ""
    units: list[str] = field(default_factory=list)


@dataclass
class CodeList:
    """A CodeList: `decodes` by coded value, the coded value itself where nothing decodes it. An external one has none."""

    oid: str
    sas_format: str
    data_type: str
    decodes: dict[str, str] = field(default_factory=dict)


@dataclass
class Version:
    """A MetaDataVersion. `includes` is the one that it builds on; `units` are the measurement units of the study, by OID."""

    key: VersionKey
    units: dict[str, str]
    includes: VersionKey | None = None
    events: dict[str, Definition] = field(default_factory=dict)
    forms: dict[str, Definition] = field(default_factory=dict)
    groups: dict[str, Definition] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    codelists: dict[str, CodeList] = field(default_factory=dict)


class MetadataReader:
    """Takes the events of the elements in Study; `versions` is what they define. The definition at hand is the last of its kind."""

    def __init__(self) -> None:
        self.versions: dict[VersionKey, Version] = {}
        self._study = self._unit = self._coded = ""
        self._units: dict[str, str] = {}
        self._version = Version(("", ""), {})
        self._definition = Definition("", "", False)
        self._item = Item("", "", "", "", None, None)
        self._codelist = CodeList("", "", "")
        self._started: Mapping[str, Callable[[Attributes], None]] = {
            "Study": self._start_study,
            "MeasurementUnit": self._start_unit,
            "MetaDataVersion": self._start_version,
            "Include": self._include,
            "StudyEventDef": lambda a: self._define(self._version.events, a),
            "FormDef": lambda a: self._define(self._version.forms, a),
            "ItemGroupDef": lambda a: self._define(self._version.groups, a),
            "FormRef": lambda a: self._refer(a, "FormOID"),
            "ItemGroupRef": lambda a: self._refer(a, "ItemGroupOID"),
            "ItemRef": lambda a: self._refer(a, "ItemOID"),
            "ItemDef": self._start_item,
            "CodeList": self._start_codelist,
            "CodeListItem": self._code,
            "EnumeratedItem": self._code,
        }  # fmt: skip

    def start(self, names: list[str], attributes: Attributes) -> bool:
        """An element begins; whether its text is wanted."""
        name, parent = names[-1], names[-2] if len(names) > 1 else ""
        if name in self._started:
            self._started[name](attributes)
        elif parent == "ItemDef" and name == "CodeListRef":
            self._item.codelist = attributes.get("CodeListOID", "")
        elif parent == "ItemDef" and name == "MeasurementUnitRef":
            self._item.units.append(attributes.get("MeasurementUnitOID", ""))
        return name == "TranslatedText"

    def end(self, names: list[str], text: str) -> None:
        """An element ends. Of several translations the first counts."""
        if names[-1] != "TranslatedText":
            return
        text, place = " ".join(text.split()), "/".join(names[-3:-1])
        if place == "ItemDef/Description":
            self._item.description = self._item.description or text
        elif place == "ItemDef/Question":
            self._item.question = self._item.question or text
        elif place == "CodeListItem/Decode" and self._codelist.decodes.get(self._coded) is self._coded:
            self._codelist.decodes[self._coded] = text
        elif place == "MeasurementUnit/Symbol":
            self._units[self._unit] = text or self._units[self._unit]

    def _start_study(self, attributes: Attributes) -> None:
        self._study, self._units = attributes.get("OID", ""), {}

    def _start_unit(self, attributes: Attributes) -> None:
        self._unit = attributes.get("OID", "")
        self._units[self._unit] = attributes.get("Name", "")

    def _start_version(self, attributes: Attributes) -> None:
        self._version = Version((self._study, attributes.get("OID", "")), self._units)
        self.versions[self._version.key] = self._version

    def _include(self, attributes: Attributes) -> None:
        self._version.includes = attributes.get("StudyOID", ""), attributes.get("MetaDataVersionOID", "")

    def _define(self, kind: dict[str, Definition], attributes: Attributes) -> None:
        also = tuple(attributes[name] for name in ("SASDatasetName", "Domain") if name in attributes)
        oid = attributes.get("OID", "")
        self._definition = kind[oid] = Definition(oid, attributes.get("Name", oid), attributes.get("Repeating") == "Yes", also)

    def _refer(self, attributes: Attributes, which: str) -> None:
        self._definition.parts.append(attributes.get(which, ""))

    def _start_item(self, a: Attributes) -> None:
        length, digits = (int(a[n]) if a.get(n, "").isdecimal() and len(a[n]) < 9 else None for n in ("Length", "SignificantDigits"))
        sas_name = a.get("SASFieldName") or a.get("SDSVarName", "")
        self._item = Item(a.get("OID", ""), a.get("Name", ""), sas_name, a.get("DataType", ""), length, digits)
        self._version.items[self._item.oid] = self._item

    def _start_codelist(self, a: Attributes) -> None:
        self._codelist = CodeList(a.get("OID", ""), a.get("SASFormatName", ""), a.get("DataType", ""))
        self._version.codelists[self._codelist.oid] = self._codelist

    def _code(self, attributes: Attributes) -> None:
        self._coded = attributes.get("CodedValue", "")
        self._codelist.decodes[self._coded] = self._coded


def complete(version: Version, versions: Mapping[VersionKey, Version]) -> Version:
    """The version with what it includes; what it defines itself goes first. Raises `KeyError` of the one that is not there.

    Source: ODM 1.3.2, section 3.1.1.3.1.
    """
    seen = {version.key}
    kinds = ("events", "forms", "groups", "items", "codelists")
    found = Version(version.key, dict(version.units), None, *({} for _ in kinds))
    part: Version | None = version
    while part is not None:
        for kind in kinds:
            own = getattr(found, kind)
            own.update({oid: defined for oid, defined in getattr(part, kind).items() if oid not in own})
        found.units.update({oid: unit for oid, unit in part.units.items() if oid not in found.units})
        if part.includes is None or part.includes in seen:
            return found
        seen.add(part.includes)
        part = versions[part.includes]
    return found
