"""What Define-XML 2.0 says in other words than 2.1: names of standards and origins; and what it has no place for.

Source: CDISC Define-XML Specification 2.0, sections 5.3.5 (MetaDataVersion) and 5.3.11.3 (def:Origin); 2.1, its change history.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from clintrail.define.model import Comment, DefineDocument, Origin, Standard

NAMESPACES = {"2.0": "http://www.cdisc.org/ns/def/v2.0", "2.1": "http://www.cdisc.org/ns/def/v2.1"}

# Name of an implementation guide in 2.1 -> in 2.0.
_STANDARDS = {"SDTMIG": "SDTM-IG", "ADaMIG": "ADaM-IG", "SENDIG": "SEND-IG"}
# Type of an origin in 2.0 -> type and source in 2.1.
_ORIGINS = {"CRF": ("Collected", ""), "eDT": ("Collected", "Vendor")}
_ONLY_IN_2_1 = ("Not Available", "Other")


def standard_2_0(standards: Iterable[Standard]) -> tuple[str, str]:
    """Name and version of the one standard of a 2.0 document, which is the first implementation guide; empty if there is none."""
    first = next((standard for standard in standards if standard.type == "IG"), None)
    return (_STANDARDS.get(first.name, first.name), first.version) if first else ("", "")


def standard_2_1(name: str) -> str:
    """What 2.1 calls an implementation guide; a name that it does not know stays."""
    return next((new for new, old in _STANDARDS.items() if old == name), name)


def origins_2_0(origins: Iterable[Origin]) -> list[Origin]:
    """The origins in the words of 2.0, which has none for values that are not available or of other origin."""
    return [replace(origin, type=_type_2_0(origin), source="") for origin in origins if origin.type not in _ONLY_IN_2_1]


def _type_2_0(origin: Origin) -> str:
    if origin.type != "Collected":
        return origin.type
    return "eDT" if origin.source == "Vendor" else "CRF"


def origins_2_1(origins: Iterable[Origin]) -> list[Origin]:
    """The origins in the words of 2.1."""
    return [origin_2_1(origin) for origin in origins]


def origin_2_1(origin: Origin) -> Origin:
    """An origin in the words of 2.1; a type that neither version knows stays."""
    if origin.type not in _ORIGINS:
        return origin
    type_, source = _ORIGINS[origin.type]
    return replace(origin, type=type_, source=origin.source or source)


def comments_2_0(document: DefineDocument) -> list[Comment]:
    """The comments without those that only the document, its standards or its code lists have: in 2.0 these have none."""
    items = [item for dataset in document.datasets for variable in dataset.variables for item in (variable, *variable.values)]
    results = [result for display in document.displays for result in display.results]
    elsewhere = {
        *(dataset.comment for dataset in document.datasets),
        *(item.comment for item in items),
        *(where.comment for where in document.where_clauses()),
        *(result.join for result in results),
    }
    of_2_1 = {document.comment, *(s.comment for s in document.standards), *(c.comment for c in document.codelists)}
    return [comment for comment in document.comments if comment.id in elsewhere or comment.id not in of_2_1]
