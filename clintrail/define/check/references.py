"""Rules for references: what a define.xml refers to and what it defines fit together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from lxml import etree

from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import REFERENCES, Define, get, in_clark
from clintrail.errors import Severity, closest

ALL = ("1.0", "2.0", "2.1")
# A standard may be followed, and a dataset be there, without anything that points at it.
NEED_NO_REFERENCE = frozenset({"def:Standard", "ItemGroupDef"})
_KINDS = {
    name: (attribute, kind)
    for attribute, kind in REFERENCES.items()
    for name in (in_clark(attribute) if ":" in attribute else (attribute,))
}


def _references(define: Define) -> Iterator[tuple[etree._Element, str, str, str]]:
    """Every reference: the element, its attribute, the kind of definition and the OID."""
    for element in define.root.iter(etree.Element):
        for name, oid in element.attrib.items():
            if found := _KINDS.get(str(name)):
                yield element, *found, str(oid)


@rule(Severity.ERROR, "ODM 1.3.2, element identifiers and references; Define-XML 2.1, OID")
def oids_are_unique(define: Define) -> Iterator[Finding]:
    """No two definitions share an OID, whatever their kind."""
    holders = [element for version in define.all("MetaDataVersion") for element in version.iter(etree.Element)]
    for attribute in ("OID", "ID"):  # IDs are those of leaves, which nothing refers to by OID
        count = Counter(get(element, attribute) for element in holders)
        for element in holders:
            if (oid := get(element, attribute)) and count[oid] > 1:
                yield Finding(element, f"{count[oid]} definitions have this {attribute}", "give each definition an id of its own")


@rule(Severity.ERROR, "Define-XML 2.1, ItemOID, CodeListOID, MethodOID, leafID and their like; ARM 1.0", ALL)
def references_exist(define: Define) -> Iterator[Finding]:
    """Whatever is referred to is defined."""
    for element, attribute, kind, oid in _references(define):
        if define.find(kind, oid) is None:
            meant = _meant(oid, define.definitions[kind])
            fix = f"define it, or refer to {meant}" if meant else f"add a {kind} with this OID"
            yield Finding(element, f"{attribute} refers to {oid}, but no {kind} has this OID", fix, of=kind)


def _meant(oid: str, known: Iterable[str]) -> str | None:
    """The OID that may be meant: of those with the same last part, where there are any (which is quick)."""
    last = oid.rpartition(".")[2]
    return closest(oid, [one for one in known if one.rpartition(".")[2] == last] or known)


@rule(Severity.WARNING, "Define-XML 2.1: definitions that nothing uses mislead")
def definitions_are_used(define: Define) -> Iterator[Finding]:
    """Whatever is defined is referred to."""
    used = {(kind, oid) for _, _, kind, oid in _references(define)}
    for kind, definitions in define.definitions.items():
        for oid, element in definitions.items() if kind not in NEED_NO_REFERENCE else ():
            if (kind, oid) not in used:
                yield Finding(element, f"this {kind} is never referred to", "remove it, or refer to it", of=kind)
