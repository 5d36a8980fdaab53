"""A parsed define.xml and quick ways into it, for the checks in `references` and `rules`.

Attributes and elements are named with the prefixes that define.xml files use (`def:CommentOID`); ODM's have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from clintrail.errors import Place, Problem, Severity

NAMESPACES = {
    "odm": "http://www.cdisc.org/ns/odm/v1.3",
    "def": "http://www.cdisc.org/ns/def/v2.1",
    "xlink": "http://www.w3.org/1999/xlink",
}

# Attribute that refers, and the element it refers to.
REFERENCES = {
    "ItemOID": "ItemDef",
    "def:ItemOID": "ItemDef",
    "CodeListOID": "CodeList",
    "RoleCodeListOID": "CodeList",
    "MethodOID": "MethodDef",
    "def:CommentOID": "def:CommentDef",
    "ValueListOID": "def:ValueListDef",
    "WhereClauseOID": "def:WhereClauseDef",
    "def:StandardOID": "def:Standard",
    "leafID": "def:leaf",
    "def:ArchiveLocationID": "def:leaf",
}


def _clark(name: str) -> str:
    """`def:Origin` as lxml wants it; elements without a prefix are ODM's."""
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix or 'odm']}}}{local}"


def get(element: etree._Element, attribute: str) -> str:
    """The value of an attribute, empty if it is not there."""
    return element.get(_clark(attribute) if ":" in attribute else attribute, "")


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """The children of a name."""
    return element.findall(_clark(name))


def nearest_oid(element: etree._Element) -> str:
    """The OID (or leaf ID) of the element, or of the nearest one around it that has one."""
    oids = (get(holder, "OID") or get(holder, "ID") for holder in (element, *element.iterancestors()))
    return next((oid for oid in oids if oid), "")


@dataclass(frozen=True)
class Define:
    """A parsed define.xml and quick ways into it. Definitions are found by OID (leaves by ID)."""

    root: etree._Element
    path: str

    def all(self, name: str) -> Iterator[etree._Element]:
        """Every element of a name (`ItemRef`, `def:Origin`) in the order of the file."""
        return self.root.iter(_clark(name))

    @cached_property
    def definitions(self) -> dict[str, dict[str, etree._Element]]:
        """Element name -> OID -> definition."""
        kinds = ["ItemGroupDef", *dict.fromkeys(REFERENCES.values())]
        return {kind: {get(element, "OID") or get(element, "ID"): element for element in self.all(kind)} for kind in kinds}

    @cached_property
    def dataset_of(self) -> dict[str, etree._Element]:
        """OID of a variable's ItemDef -> the ItemGroupDef it stands in."""
        return {get(ref, "ItemOID"): group for group in self.all("ItemGroupDef") for ref in group.iter(_clark("ItemRef"))}

    @cached_property
    def variable_of(self) -> dict[str, etree._Element]:
        """OID of a value list -> the ItemDef of the variable whose values it describes."""
        return {get(ref, "ValueListOID"): item for item in self.all("ItemDef") for ref in item.iter(_clark("def:ValueListRef"))}

    def find(self, kind: str, oid: str) -> etree._Element | None:
        """The definition with an OID, if there is one."""
        return self.definitions[kind].get(oid)

    def problem(self, element: etree._Element, problem: str, fix: str, severity: Severity = Severity.ERROR, subject: str = "") -> Problem:
        """A problem at an element's line; its subject is the nearest OID unless another is given."""
        line = element.sourceline
        place = Place(self.path, line if isinstance(line, int) else 0)
        return Problem(place, subject or nearest_oid(element), problem, fix, severity)
