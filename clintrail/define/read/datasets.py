"""Datasets, variables and their value-level metadata of a define.xml 2.0 or 2.1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from clintrail.define import oids
from clintrail.define.check.tree import children, get
from clintrail.define.model import DataType, DefineDataset, DefineVariable, Origin, OriginSource, OriginType, Standard, ValueListItem
from clintrail.define.read.shared import document_refs, standard_of
from clintrail.define.read.source import Element, Source, child_text
from clintrail.define.read.where_clauses import WhereClauses
from clintrail.define.versions import origin_2_1

DATA_TYPES = get_args(DataType)
ORIGIN_TYPES = get_args(OriginType)
SOURCES = get_args(OriginSource)
PURPOSES = ("Tabulation", "Analysis")


@dataclass
class Datasets:
    """Reads the datasets of a source. The standards are by OID."""

    source: Source
    standards: dict[str, Standard]

    @cached_property
    def variables(self) -> dict[str, list[tuple[str, str]]]:
        """OID of an ItemDef -> dataset and name of each variable that it defines."""
        found: dict[str, list[tuple[str, str]]] = {}
        for group in self.source.define.groups:
            for ref in children(group, "ItemRef"):
                found.setdefault(get(ref, "ItemOID"), []).append((get(group, "Name"), self._name(group, ref)))
        return found

    @cached_property
    def where(self) -> WhereClauses:
        """The where clauses, which are on the variables."""
        return WhereClauses(self.source, self.variables)

    def _name(self, group: Element, ref: Element) -> str:
        """The name of a variable; if it is defined nowhere, what its OID says."""
        item, oid = self.source.define.item(ref), get(ref, "ItemOID")
        if item is not None:
            return get(item, "Name") or oid
        last = oid.rpartition(".")[2]
        return last if oids.variable(get(group, "Name"), last) == oid else oid

    def datasets(self) -> tuple[DefineDataset, ...]:
        """All datasets, in the order of the file."""
        names: set[str] = set()
        found = []
        for group in self.source.define.groups:
            if get(group, "Name") in names:
                self.source.error(group, f"a second dataset {get(group, 'Name')}; OIDs of the first are used", "give each its own name")
            names.add(get(group, "Name"))
            found.append(self._dataset(group))
        self._tell_unused()
        return tuple(found)

    def _dataset(self, group: Element) -> DefineDataset:
        source, name = self.source, get(group, "Name")
        source.state(oids.dataset(name), get(group, "OID"))
        refs = in_order(source, group, children(group, "ItemRef"))
        for variable, count in Counter(self._name(group, ref) for ref in refs).items():
            if count > 1:
                source.error(group, f"{count} variables {variable}; they are written back as the first", "give each variable its own name")
        purpose: Any = source.one_of(group, "Purpose", PURPOSES)
        leaf = self._leaf(group)
        location = source.address(leaf, get(leaf, "xlink:href")) if leaf is not None else ""
        title = child_text(leaf, "def:title") if leaf is not None else ""
        class_name, subclass = self._class(group)
        return DefineDataset(
            name=name,
            label=source.described(group),
            class_name=class_name,
            subclass=subclass,
            structure=get(group, "def:Structure"),
            variables=tuple(self._variable(name, ref) for ref in refs),
            keys=self._keys(group, refs),
            purpose=purpose or "Tabulation",
            domain=get(group, "Domain"),
            domain_description=self._domain_description(group),
            repeating=source.yes(group, "Repeating"),
            is_reference_data=source.yes(group, "IsReferenceData"),
            has_no_data=source.yes(group, "def:HasNoData"),
            standard=standard_of(source, group, self.standards),
            archive_location=location,
            archive_title=title if title != location else "",
            sas_name=_sas_name(group, "SASDatasetName"),
            comment=source.ref(group, "def:CommentOID", oids.comment),
        )

    def _leaf(self, group: Element) -> Element | None:
        """The leaf of a dataset's file, which stands in it."""
        source, oid = self.source, get(group, "def:ArchiveLocationID")
        leaf = next(iter(children(group, "def:leaf")), None)
        if oid:
            found = source.check_ref(group, "def:ArchiveLocationID")
            if found and (leaf is None or get(leaf, "ID") != oid):
                leaf = source.define.find("def:leaf", oid)
                source.warning(group, f"the leaf {oid} does not stand in the dataset", "move the def:leaf into the ItemGroupDef")
        elif leaf is not None:
            source.warning(group, "a leaf that def:ArchiveLocationID does not name", f'write def:ArchiveLocationID="{get(leaf, "ID")}"')
        if leaf is not None:
            source.state(oids.dataset_file(get(group, "Name")), get(leaf, "ID"))
        return leaf

    def _class(self, group: Element) -> tuple[str, str]:
        """Class and subclass. A class within a class cannot be kept, nor a second subclass."""
        for element in children(group, "def:Class"):
            subclasses = children(element, "def:SubClass")
            for subclass in subclasses[1:]:
                self.source.note(subclass, f"a second subclass is not kept: {get(subclass, 'Name')}")
            if any(get(subclass, "ParentClass") not in ("", get(element, "Name")) for subclass in subclasses[:1]):
                self.source.note(subclasses[0], f"the parent of the subclass is not kept: {get(subclasses[0], 'ParentClass')}")
            return get(element, "Name"), get(subclasses[0], "Name") if subclasses else ""
        return get(group, "def:Class"), ""

    def _domain_description(self, group: Element) -> str:
        said = ""
        for alias in children(group, "Alias"):
            if get(alias, "Context") == "DomainDescription" and not said:
                said = get(alias, "Name")
            else:
                self.source.note(alias, f"an alias of context {get(alias, 'Context')} is not kept")
        return said

    def _keys(self, group: Element, refs: Sequence[Element]) -> tuple[str, ...]:
        """The key variables by KeySequence, which counts from 1."""
        numbered = [(number, self._name(group, ref)) for ref in refs if (number := self.source.integer(ref, "KeySequence")) is not None]
        numbered.sort(key=lambda pair: pair[0])
        numbers = [number for number, _ in numbered]
        if numbers != list(range(1, len(numbers) + 1)):
            self.source.error(group, f"key sequence {', '.join(map(str, numbers))}", "number the key variables 1, 2, 3")
        return tuple(name for _, name in numbered)

    # Variables and their values

    def _variable(self, dataset: str, ref: Element) -> DefineVariable:
        source, item = self.source, self.source.define.item(ref)
        source.check_ref(ref, "ItemOID")
        name = next(name for home, name in self.variables[get(ref, "ItemOID")] if home == dataset)
        source.state(oids.variable(dataset, name), get(ref, "ItemOID"))
        value_list = self._value_list(item) if item is not None else None
        facts = {**self._facts(ref, item), "name": name}
        variable = DefineVariable(
            values=self._values(dataset, value_list) if value_list is not None else (),
            values_description=source.described(value_list) if value_list is not None else "",
            **facts,
        )
        if value_list is not None:
            source.state(oids.value_list(dataset, name), get(value_list, "OID"))
            self._state_values(dataset, variable, value_list)
        return variable

    def _value_list(self, item: Element) -> Element | None:
        for ref in children(item, "def:ValueListRef"):
            self.source.check_ref(ref, "ValueListOID")
            return self.source.define.find("def:ValueListDef", get(ref, "ValueListOID"))
        return None

    def _values(self, dataset: str, value_list: Element) -> tuple[ValueListItem, ...]:
        found = []
        for ref in in_order(self.source, value_list, children(value_list, "ItemRef")):
            item = self.source.define.item(ref)
            self.source.check_ref(ref, "ItemOID")
            where = tuple(self.where.clause(part, dataset) for part in children(ref, "def:WhereClauseRef"))
            if not where:
                self.source.error(ref, "no where clause says when the item applies", "refer to one by def:WhereClauseRef")
            if get(ref, "KeySequence"):
                self.source.note(ref, "KeySequence of a value-level item is not kept")
            for nested in children(item, "def:ValueListRef") if item is not None else []:
                self.source.error(nested, "a value list of a value-level item is not kept", "put its items into the list of the variable")
            found.append(ValueListItem(where=where, **self._facts(ref, item)))
        return tuple(found)

    def _state_values(self, dataset: str, variable: DefineVariable, value_list: Element) -> None:
        refs = in_order(self.source, value_list, children(value_list, "ItemRef"))
        for (oid, _), ref in zip(oids.value_items(dataset, variable), refs, strict=True):
            self.source.state(oid, get(ref, "ItemOID"))

    def _facts(self, ref: Element, item: Element | None) -> dict[str, Any]:
        """The fields of `Item` from a reference and, unless it refers to nothing, the definition."""
        source = self.source
        facts: dict[str, Any] = {
            "name": get(ref, "ItemOID"),
            "data_type": "",
            "mandatory": source.yes(ref, "Mandatory"),
            "method": source.ref(ref, "MethodOID", oids.method),
            "has_no_data": source.yes(ref, "def:HasNoData"),
            "is_non_standard": source.yes(ref, "def:IsNonStandard"),
            "role": get(ref, "Role"),
            "role_codelist": source.ref(ref, "RoleCodeListOID", oids.codelist),
        }
        return facts if item is None else {**facts, **self._defined(item)}

    def _defined(self, item: Element) -> dict[str, Any]:
        source = self.source
        codelist = next((source.ref(ref, "CodeListOID", oids.codelist) for ref in children(item, "CodeListRef")), "")
        return {
            "name": get(item, "Name"),
            "data_type": source.one_of(item, "DataType", DATA_TYPES) or "text",
            "label": source.described(item),
            "length": source.integer(item, "Length"),
            "significant_digits": source.integer(item, "SignificantDigits"),
            "display_format": get(item, "def:DisplayFormat"),
            "codelist": codelist,
            "origins": tuple(self._origin(origin) for origin in children(item, "def:Origin")),
            "comment": source.ref(item, "def:CommentOID", oids.comment),
            "sas_name": _sas_name(item, "SASFieldName"),
        }

    def _origin(self, element: Element) -> Origin:
        source = self.source
        said = Origin(get(element, "Type"), get(element, "Source"), source.described(element), document_refs(source, element))
        origin = origin_2_1(said) if source.define.version == "2.0" else said
        if origin.type not in ORIGIN_TYPES:
            source.error(
                element, f"no origin type {origin.type}" if origin.type else "an origin without a type", "see Define-XML, def:Origin"
            )
        source.one_of(element, "Source", SOURCES)
        return origin

    def _tell_unused(self) -> None:
        """Items and value lists that nothing refers to have no place in the document; shared ones become one for each reference."""
        for kind, refs, attribute in (("ItemDef", "ItemRef", "ItemOID"), ("def:ValueListDef", "def:ValueListRef", "ValueListOID")):
            used = Counter(get(ref, attribute) for ref in self.source.define.all(refs))
            for element in self.source.define.all(kind):
                count = used[get(element, "OID")]
                if not count:
                    self.source.warning(element, f"nothing refers to this {kind}; it is not kept", "remove it, or refer to it")
                elif count > 1:
                    self.source.note(element, f"one {kind} for {count} references is read as one for each", "nothing to do")


def in_order(source: Source, owner: Element, refs: Sequence[Element]) -> list[Element]:
    """ItemRefs by their OrderNumber, where all have one; numbers other than 1, 2, 3 are told."""
    known = [number for ref in refs if (number := source.integer(ref, "OrderNumber")) is not None]
    if not known or sorted(known) == list(range(1, len(refs) + 1)):
        pass
    elif len(set(known)) == len(refs):
        source.note(owner, "the order numbers have gaps; they are written back as 1, 2, 3")
    else:
        source.warning(owner, "order numbers are missing or stand twice", "number the ItemRefs 1, 2, 3")
    if len(known) < len(refs):
        return list(refs)
    return [ref for _, ref in sorted(zip(known, refs, strict=True), key=lambda pair: pair[0])]


def _sas_name(element: Element, attribute: str) -> str:
    """The SAS name, if it is not the name."""
    return get(element, attribute) if get(element, attribute) != get(element, "Name") else ""
