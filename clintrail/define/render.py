"""Writes a `DefineDocument` as define.xml 2.1 or 2.0, by the templates in `define_xml/`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from jinja2 import Environment
from markupsafe import Markup, escape

from clintrail.define.model import (
    DefineDataset,
    DefineDocument,
    DefineVariable,
    DefineVersion,
    Document,
    DocumentRef,
    Item,
    Origin,
    WhereClause,
)
from clintrail.define.oids import Oids
from clintrail.define.templates import checked, environment
from clintrail.define.versions import NAMESPACES, comments_2_0, origins_2_0, origins_2_1, standard_2_0

STYLESHEETS: Mapping[DefineVersion, str] = {"2.1": "define2-1.xsl", "2.0": "define2-0-0.xsl"}
STYLESHEET = STYLESHEETS["2.1"]
_VERSIONS = {"2.1": "2.1.9", "2.0": "2.0.0"}
T = TypeVar("T")


def render_define(document: DefineDocument, version: DefineVersion = "2.1") -> bytes:
    """The document as define.xml of a version, UTF-8; the same document gives the same bytes.

    What 2.0 has no place for is left out of it: the standards but the first guide, marks for data that are absent or not of the standard,
    subclasses, sources of origins, origins that are not available or other, and comments that only such things have.
    Raises `Problems` if a text holds characters that XML cannot.
    Source: CDISC Define-XML Specification 2.1 and 2.0; Analysis Results Metadata Specification 1.0 for Define-XML 2.
    """
    oid = Oids(document)
    stated = document.define_version
    text = (
        _environment()
        .get_template("define.xml.j2")
        .render(
            doc=document,
            oid=oid,
            v21=version == "2.1",
            defs=_definitions(document, oid),
            comments=document.comments if version == "2.1" else comments_2_0(document),
            standard_2_0=standard_2_0(document.standards),
            define_version=stated if stated.startswith(f"{version}.") else _VERSIONS[version],
            namespace=NAMESPACES[version],
            stylesheet=STYLESHEETS[version],
        )
    )
    # Unescaped, a carriage return is read back as a line feed (XML 1.0, section 2.11).
    return checked(text.replace("\r", "&#13;"), "define.xml")


@dataclass(frozen=True)
class _Definitions:
    """What is defined, by OID: once, even where a document that was read shares one definition among several variables."""

    value_lists: Mapping[str, tuple[DefineDataset, DefineVariable]]
    where_clauses: Mapping[str, WhereClause]
    items: Mapping[str, tuple[Item, str]]
    documents: Mapping[str, Document]


def _definitions(document: DefineDocument, oid: Oids) -> _Definitions:
    lists = _first((oid.value_list(home.name, variable.name), (home, variable)) for home, variable in document.value_lists())
    return _Definitions(
        value_lists=lists,
        where_clauses=_first((oid.where_clause(where), where) for where in document.where_clauses() if where.checks),
        items=_first((name, item) for name, item in _items(document, oid) if item[0].data_type),
        documents=_first((oid.document(found.id), found) for found in document.documents if found.title or found.href),
    )


def _items(document: DefineDocument, oid: Oids) -> Iterator[tuple[str, tuple[Item, str]]]:
    """OID, item and OID of its value list: the variables, then the items of the value lists."""
    for home in document.datasets:
        for variable in home.variables:
            yield oid.variable(home.name, variable.name), (variable, oid.value_list(home.name, variable.name) if variable.values else "")
    for home, variable in document.value_lists():
        for name, item in oid.value_items(home.name, variable):
            yield name, (item, "")


def _first(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """The first value of every key."""
    found: dict[str, T] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found


@cache
def _environment() -> Environment:
    made = environment().overlay()
    made.filters = {
        **made.filters,
        "attrs": _attributes,
        "yes_no": _yes_no,
        "sas_name": _sas_name,
        "by_document": _by_document,
        "origins": _origins,
    }
    return made


def _attributes(pairs: Mapping[str, object]) -> Markup:
    """` Name="value"` for every pair that has a value; tuples become lists divided by spaces."""
    written = []
    for name, value in pairs.items():
        if value is None or value is False or value == "" or value == ():
            continue
        text = "Yes" if value is True else " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        # Unescaped, a line break or a tab in an attribute is read back as a space (XML 1.0, section 3.3.3).
        kept = str(escape(text)).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
        written.append(f' {name}="{kept}"')
    return Markup("".join(written))


def _yes_no(value: bool) -> str:
    return "Yes" if value else "No"


def _sas_name(name: str) -> str:
    """The name, if SAS transport version 5 could hold it (the schema allows eight characters)."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,7}", name) else ""


def _origins(origins: Iterable[Origin], v21: bool) -> list[Origin]:
    return origins_2_1(origins) if v21 else origins_2_0(origins)


@dataclass
class _Places:
    """A document and the places in it that one reference names; none: all of it."""

    document: str
    places: list[DocumentRef]


def _by_document(refs: Iterable[DocumentRef]) -> list[_Places]:
    """Places in one document that follow each other stand in one reference. A title without pages is no place."""
    found: list[_Places] = []
    for ref in refs:
        is_place = bool(ref.pages) or ref.first_page is not None or ref.last_page is not None
        if is_place and found and found[-1].document == ref.document and found[-1].places:
            found[-1].places.append(ref)
        else:
            found.append(_Places(ref.document, [ref] if is_place else []))
    return found
