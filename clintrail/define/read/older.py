"""Datasets of a define.xml 1.0, whose origins, comments and keys are words in attributes.

Its value lists name values, of the variable that has the list or of the parameter (PARAMCD); here they become where clauses.
Source: CDISC Case Report Tabulation Data Definition Specification (define.xml) 1.0, section 3 and appendix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from clintrail.define import oids
from clintrail.define.check.tree import children, get
from clintrail.define.model import (
    CodeList,
    Comment,
    DefineDataset,
    DefineVariable,
    Document,
    DocumentRef,
    Method,
    Origin,
    RangeCheck,
    Standard,
    ValueListItem,
    WhereClause,
)
from clintrail.define.read.datasets import DATA_TYPES, PURPOSES, in_order
from clintrail.define.read.shared import standard_of
from clintrail.define.read.source import Element, Source, child_text, text_of

_PLAIN = {
    "crf": ("Collected", ""),
    "edt": ("Collected", "Vendor"),
    "derived": ("Derived", ""),
    "assigned": ("Assigned", ""),
    "protocol": ("Protocol", ""),
    "sponsor": ("Assigned", "Sponsor"),
    "sponsor defined": ("Assigned", "Sponsor"),
}
_CLASSES = {"ADSL": "SUBJECT LEVEL ANALYSIS DATASET", "BDS": "BASIC DATA STRUCTURE"}
_GENERAL = ("EVENTS", "FINDINGS", "FINDINGS ABOUT", "INTERVENTIONS", "RELATIONSHIP", "SPECIAL PURPOSE", "TRIAL DESIGN")
_CRF_PAGES = re.compile(r"CRF,?\s+(?:Pages?|pp?\.)\s*(\d{1,5}(?:(?:[\s,&-]|and)+\d{1,5})*)", re.I | re.A)
_PREDECESSOR = re.compile(r"[A-Z][A-Z0-9]{1,7}\.[A-Z][A-Z0-9_]{0,7}")


@dataclass
class OlderDatasets:
    """Reads the datasets of a source, and collects the comments that stand in their attributes."""

    source: Source
    documents: tuple[Document, ...]
    codelists: tuple[CodeList, ...]
    standards: dict[str, Standard]
    comments: dict[str, Comment] = field(default_factory=dict)

    def datasets(self) -> tuple[DefineDataset, ...]:
        """All datasets, in the order of the file."""
        return tuple(self._dataset(group) for group in self.source.define.groups)

    def _dataset(self, group: Element) -> DefineDataset:
        source, name = self.source, get(group, "Name")
        variables = {get(item, "Name"): item for _, item in source.define.variables(group)}
        keys = tuple(re.split(r"[,\s]+", get(group, "def:DomainKeys").strip())) if get(group, "def:DomainKeys").strip() else ()
        for key in keys:
            if key not in variables:
                source.error(group, f"key {key} is no variable of the dataset", "name variables in def:DomainKeys, divided by commas")
        leaf = next(iter(children(group, "def:leaf")), None)
        location = source.address(leaf, get(leaf, "xlink:href")) if leaf is not None else ""
        title = child_text(leaf, "def:title").strip() if leaf is not None else ""
        purpose: Any = source.one_of(group, "Purpose", PURPOSES)
        refs = in_order(source, group, children(group, "ItemRef"))
        comment = self.comment(name, get(group, "Comment"))
        return DefineDataset(
            name=name,
            label=get(group, "def:Label"),
            class_name=_class(get(group, "def:Class")),
            structure=get(group, "def:Structure"),
            variables=tuple(self._variable(name, ref, variables) for ref in refs),
            keys=keys,
            purpose=purpose or "Tabulation",
            domain=get(group, "Domain"),
            repeating=source.yes(group, "Repeating"),
            is_reference_data=source.yes(group, "IsReferenceData"),
            standard=standard_of(source, group, self.standards),
            archive_location=location,
            archive_title=title if title != location else "",
            comment=comment,
        )

    def _variable(self, dataset: str, ref: Element, variables: dict[str, Element]) -> DefineVariable:
        source, item = self.source, self.source.define.item(ref)
        source.check_ref(ref, "ItemOID")
        facts = self._facts(dataset, ref, item)
        return DefineVariable(
            values=self._values(dataset, item, variables) if item is not None else (),
            **facts,
        )

    def _values(self, dataset: str, holder: Element, variables: dict[str, Element]) -> tuple[ValueListItem, ...]:
        source = self.source
        for ref in children(holder, "def:ValueListRef"):
            source.check_ref(ref, "ValueListOID")
        refs = [
            ref
            for part in children(holder, "def:ValueListRef")[:1]
            if (found := source.define.find("def:ValueListDef", get(part, "ValueListOID"))) is not None
            for ref in in_order(source, found, children(found, "ItemRef"))
        ]
        told_by = self._told_by(holder, [get(item, "Name") for ref in refs if (item := source.define.item(ref)) is not None], variables)
        items = []
        for ref in refs:
            source.check_ref(ref, "ItemOID")
            facts = self._facts(f"{dataset}.{get(holder, 'Name')}", ref, source.define.item(ref))
            where = WhereClause((RangeCheck(dataset, told_by, "EQ", (facts["name"],)),))
            items.append(ValueListItem(where=(where,), **facts))
        if refs:
            source.note(holder, f"the items of the value list are read as values where {told_by} is their name", "look through them")
        return tuple(items)

    def _told_by(self, holder: Element, names: list[str], variables: dict[str, Element]) -> str:
        """The variable whose value tells the items apart: PARAMCD if all are among its terms, else the one that has the list."""
        lists = children(variables["PARAMCD"], "CodeListRef") if "PARAMCD" in variables else []
        ids = {self.source.id(oids.codelist, get(ref, "CodeListOID")) for ref in lists}
        terms = {term.value for codelist in self.codelists if codelist.id in ids for term in codelist.terms}
        return "PARAMCD" if names and terms.issuperset(names) else get(holder, "Name")

    def _facts(self, owner: str, ref: Element, item: Element | None) -> dict[str, Any]:
        """The fields of `Item` from a reference and, unless it refers to nothing, the definition."""
        source = self.source
        facts: dict[str, Any] = {
            "name": get(ref, "ItemOID"),
            "data_type": "",
            "mandatory": source.yes(ref, "Mandatory"),
            "role": get(ref, "Role"),
            "role_codelist": source.ref(ref, "RoleCodeListOID", oids.codelist),
        }
        return facts if item is None else {**facts, **self._defined(owner, item)}

    def _defined(self, owner: str, item: Element) -> dict[str, Any]:
        source = self.source
        name = get(item, "Name")
        return {
            "name": name,
            "data_type": source.one_of(item, "DataType", DATA_TYPES) or "text",
            "label": get(item, "def:Label"),
            "length": source.integer(item, "Length"),
            "significant_digits": source.integer(item, "SignificantDigits"),
            "display_format": get(item, "def:DisplayFormat"),
            "codelist": next((source.ref(part, "CodeListOID", oids.codelist) for part in children(item, "CodeListRef")), ""),
            "origins": self._origins(get(item, "Origin")),
            "method": source.ref(item, "def:ComputationMethodOID", oids.method),
            "comment": self.comment(f"{owner}.{name}", get(item, "Comment")),
            "sas_name": get(item, "SASFieldName") if get(item, "SASFieldName") != name else "",
        }

    def _origins(self, words: str) -> tuple[Origin, ...]:
        """The origin that the words tell unmistakably; else the words themselves."""
        said = " ".join(words.split())
        if not said:
            return ()
        if said.lower() in _PLAIN:
            type_, maker = _PLAIN[said.lower()]
            return (Origin(type_, maker),)
        crf = [document.id for document in self.documents if document.is_annotated_crf]
        if pages := _CRF_PAGES.fullmatch(said):
            return (Origin("Collected", "", "", _pages(crf[0], pages[1])) if len(crf) == 1 else Origin("Collected", "", said),)
        return (Origin("Predecessor", "", said) if _PREDECESSOR.fullmatch(said) else Origin("Other", "", said),)

    def comment(self, owner: str, words: str) -> str:
        """The id of the comment with these words, which is that of its first owner; empty without words."""
        said = words.strip()
        return self.comments.setdefault(said, Comment(owner, said)).id if said else ""


def _class(words: str) -> str:
    """A class in the words of 2.1, where it is unmistakably one of them."""
    upper = " ".join(words.upper().split())
    return upper if upper in _GENERAL else _CLASSES.get(upper, words)


def _pages(document: str, text: str) -> tuple[DocumentRef, ...]:
    """`7, 8 and 10-12`: single pages together, each range by itself."""
    parts = [part for part in re.split(r"[,&\s]|and", re.sub(r"\s*-\s*", "-", text)) if part.strip("-")]
    single = tuple(int(part) for part in parts if part.isdecimal())
    ranges = [tuple(map(int, part.split("-"))) for part in parts if re.fullmatch(r"\d+-\d+", part)]
    found = [DocumentRef(document, single)] if single else []
    return (*found, *(DocumentRef(document, (), first, last) for first, last in ranges))


def computation_methods(source: Source) -> tuple[Method, ...]:
    """The methods, which 1.0 calls computation methods."""
    return tuple(
        Method(id=source.new_id(oids.method, oid), name=get(method, "Name") or oid, description=text_of(method))
        for version in source.define.all("MetaDataVersion")
        for method in children(version, "def:ComputationMethod")
        if (oid := get(method, "OID"))
    )
