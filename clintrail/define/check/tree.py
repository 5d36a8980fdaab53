"""A parsed define.xml of any version and quick ways into it, for all checks.

Attributes and elements are named with the prefixes that define.xml files use (`def:CommentOID`); ODM's have none. A name stands
for that of every version of Define-XML: which one a file follows is told by `Define.version` alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from lxml import etree

from clintrail.errors import Place

# The namespaces that a prefix can stand for, the newest first.
NAMESPACES = {
    "odm": ("http://www.cdisc.org/ns/odm/v1.3", "http://www.cdisc.org/ns/odm/v1.2"),
    "def": ("http://www.cdisc.org/ns/def/v2.1", "http://www.cdisc.org/ns/def/v2.0", "http://www.cdisc.org/ns/def/v1.0"),
    "arm": ("http://www.cdisc.org/ns/arm/v1.0",),
    "adamref": ("http://www.cdisc.org/ns/ADaMRes/DRAFT",),
    "xlink": ("http://www.w3.org/1999/xlink",),
}
_NUMBER = re.compile(r"[+-]?([0-9]{1,300}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
VERSIONS = {namespace: namespace.rpartition("/v")[2] for namespace in NAMESPACES["def"]}

# Attribute that refers, and the element it refers to. (Define-XML 1.0 has methods of another name.)
REFERENCES = {
    "ItemOID": "ItemDef",
    "def:ItemOID": "ItemDef",
    "ParameterOID": "ItemDef",
    "ItemGroupOID": "ItemGroupDef",
    "CodeListOID": "CodeList",
    "RoleCodeListOID": "CodeList",
    "MethodOID": "MethodDef",
    "def:ComputationMethodOID": "def:ComputationMethod",
    "def:CommentOID": "def:CommentDef",
    "ValueListOID": "def:ValueListDef",
    "WhereClauseOID": "def:WhereClauseDef",
    "def:StandardOID": "def:Standard",
    "leafID": "def:leaf",
    "def:ArchiveLocationID": "def:leaf",
}


@cache
def in_clark(name: str) -> tuple[str, ...]:
    """`def:Origin` as lxml wants it, in every version; elements without a prefix are ODM's."""
    prefix, _, local = name.rpartition(":")
    return tuple(f"{{{namespace}}}{local}" for namespace in NAMESPACES[prefix or "odm"])


def get(element: etree._Element, attribute: str) -> str:
    """The value of an attribute, empty if it is not there."""
    if ":" not in attribute:
        return element.get(attribute, "")
    return next((value for name in in_clark(attribute) if (value := element.get(name)) is not None), "")


def children(element: etree._Element, *names: str) -> list[etree._Element]:
    """The children of some names, in the order of the file."""
    return list(element.iterchildren(*(tag for name in names for tag in in_clark(name))))


def words(element: etree._Element, name: str = "Description") -> str:
    """The text of an element's description (or decode, or title), without the blanks around it."""
    return " ".join("".join(text for part in children(element, name) for text in part.itertext() if isinstance(text, str)).split())


def local_name(element: etree._Element) -> str:
    """`CodeListItem`, without its namespace; empty for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def number(text: str) -> float | None:
    """A number as XML writes it, None for anything else."""
    return float(text) if _NUMBER.fullmatch(text) else None


def whole(element: etree._Element, attribute: str) -> int | None:
    """A whole number in an attribute; None for anything else, also for one too long to be meant."""
    return whole_number(get(element, attribute))


def whole_number(text: str) -> int | None:
    """A whole number from 0 of at most nine digits; None for anything else."""
    return int(text) if _WHOLE.fullmatch(text) else None


def nearest_oid(element: etree._Element) -> str:
    """The OID (or leaf ID) of the element, or of the nearest one around it that has one."""
    oids = (get(holder, "OID") or get(holder, "ID") for holder in (element, *element.iterancestors()))
    return next((oid for oid in oids if oid), "")


def repeated(elements: Iterable[etree._Element], attribute: str) -> list[tuple[etree._Element, int]]:
    """The elements of which several have the same value of an attribute, and how many have."""
    elements = list(elements)
    count = Counter(get(element, attribute) for element in elements)
    return [(element, count[get(element, attribute)]) for element in elements if count[get(element, attribute)] > 1]


@dataclass(frozen=True)
class Define:
    """A parsed define.xml and quick ways into it. Definitions are found by OID (leaves by ID)."""

    root: etree._Element
    path: str

    @cached_property
    def version(self) -> str:
        """2.1, 2.0 or 1.0, as the namespace says; empty for a file that is no define.xml."""
        versions = (self.root, *self.all("MetaDataVersion"))
        attributes = (name for element in versions for name in element.attrib if str(name).endswith("}DefineVersion"))
        stated = [str(name)[1:].partition("}")[0] for name in attributes]
        declared = [uri for element in versions for uri in element.nsmap.values()]
        return next((VERSIONS[uri] for uri in (*stated, *declared) if uri in VERSIONS), "")

    @property
    def title(self) -> str:
        """`Define-XML 2.1.9`, with `and ARM 1.0` where analysis results are described."""
        stated = next((get(one, "def:DefineVersion") for one in self.all("MetaDataVersion")), "") or self.version
        return f"Define-XML {stated}{' and ARM 1.0' if self.has_results else ''}"

    @cached_property
    def has_results(self) -> bool:
        """Whether there is Analysis Results Metadata."""
        return next(self.all("arm:AnalysisResultDisplays"), None) is not None

    def all(self, name: str) -> Iterator[etree._Element]:
        """Every element of a name (`ItemRef`, `def:Origin`) in the order of the file."""
        return self.root.iter(*in_clark(name))

    @cached_property
    def groups(self) -> list[etree._Element]:
        """The ItemGroupDefs, which describe a dataset each."""
        return list(self.all("ItemGroupDef"))

    @cached_property
    def definitions(self) -> dict[str, dict[str, etree._Element]]:
        """Element name -> OID -> definition."""
        kinds = ["ItemGroupDef", *dict.fromkeys(REFERENCES.values())]
        return {kind: {get(element, "OID") or get(element, "ID"): element for element in self.all(kind)} for kind in kinds}

    @cached_property
    def dataset_of(self) -> dict[str, etree._Element]:
        """OID of a variable's ItemDef -> the ItemGroupDef it stands in."""
        return {get(ref, "ItemOID"): group for group in self.groups for ref in children(group, "ItemRef")}

    @cached_property
    def variable_of(self) -> dict[str, etree._Element]:
        """OID of a value list -> the ItemDef of the variable whose values it describes."""
        return {get(ref, "ValueListOID"): item for item in self.all("ItemDef") for ref in children(item, "def:ValueListRef")}

    def find(self, kind: str, oid: str) -> etree._Element | None:
        """The definition with an OID, if there is one."""
        return self.definitions[kind].get(oid)

    def item(self, ref: etree._Element) -> etree._Element | None:
        """The ItemDef that an ItemRef refers to."""
        return self.find("ItemDef", get(ref, "ItemOID"))

    def variables(self, group: etree._Element) -> Iterator[tuple[etree._Element, etree._Element]]:
        """The ItemRef and ItemDef of each variable of a dataset, as far as they are defined."""
        for ref in children(group, "ItemRef"):
            if (item := self.item(ref)) is not None:
                yield ref, item

    def all_variables(self) -> Iterator[tuple[etree._Element, etree._Element, etree._Element]]:
        """The ItemGroupDef, ItemRef and ItemDef of each variable of every dataset."""
        for group in self.groups:
            for ref, item in self.variables(group):
                yield group, ref, item

    def value_refs(self, item: etree._Element) -> list[etree._Element]:
        """The ItemRefs of a variable's value list; none if it has none."""
        for ref in children(item, "def:ValueListRef"):
            value_list = self.find("def:ValueListDef", get(ref, "ValueListOID"))
            return [] if value_list is None else children(value_list, "ItemRef")
        return []

    def codelist(self, item: etree._Element) -> etree._Element | None:
        """The CodeList of an ItemDef, if it has one."""
        refs = children(item, "CodeListRef")
        return self.find("CodeList", get(refs[0], "CodeListOID")) if refs else None

    def place(self, element: etree._Element) -> Place:
        """Where an element begins."""
        line = element.sourceline
        return Place(self.path, line if isinstance(line, int) else 0)


def terms(codelist: etree._Element | None) -> list[etree._Element]:
    """The CodeListItems or EnumeratedItems of a code list; none of an external one."""
    return [] if codelist is None else children(codelist, "CodeListItem", "EnumeratedItem")


def origin_types(item: etree._Element) -> list[str]:
    """The types of an ItemDef's origins."""
    return [get(origin, "Type") for origin in children(item, "def:Origin")]
