"""Whether what a define.xml refers to and what it defines fit together: no OID twice, missing or unused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from lxml import etree

from clintrail.define.check.tree import REFERENCES, Define, get
from clintrail.errors import Problem, Severity, closest

# A standard may be followed without anything that points at it.
NEED_NO_REFERENCE = frozenset({"def:Standard"})


def oids_are_unique(define: Define) -> Iterator[Problem]:
    """No two definitions share an OID, whatever their kind."""
    holders = [element for element in define.root.iter(etree.Element) if get(element, "OID") or get(element, "ID")]
    count = Counter(get(element, "OID") or get(element, "ID") for element in holders)
    for element in holders:
        oid = get(element, "OID") or get(element, "ID")
        if count[oid] > 1:
            yield define.problem(element, f"{count[oid]} definitions have this OID", "give each definition an id of its own")


def references_exist(define: Define) -> Iterator[Problem]:
    """Whatever is referred to is defined."""
    for element in define.root.iter(etree.Element):
        for attribute, kind in REFERENCES.items():
            oid = get(element, attribute)
            if oid and define.find(kind, oid) is None:
                near = closest(oid, define.definitions[kind])
                fix = f"define it, or refer to {near}" if near else f"add a {kind} with this OID"
                yield define.problem(element, f"{attribute} refers to {oid}, but no {kind} has this OID", fix)


def definitions_are_used(define: Define) -> Iterator[Problem]:
    """Whatever is defined is referred to."""
    used: dict[str, set[str]] = {kind: set() for kind in REFERENCES.values()}
    for element in define.root.iter(etree.Element):
        for attribute, kind in REFERENCES.items():
            used[kind].add(get(element, attribute))
    for kind in used.keys() - NEED_NO_REFERENCE:
        for oid, element in define.definitions[kind].items():
            if oid not in used[kind]:
                yield define.problem(element, f"this {kind} is never referred to", "remove it, or refer to it", Severity.WARNING)


CHECKS: tuple[Callable[[Define], Iterator[Problem]], ...] = (oids_are_unique, references_exist, definitions_are_used)
