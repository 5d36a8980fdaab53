"""Writes a `DefineDocument` as define.html, one self-contained page for readers, by the templates in `define_xml/`."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from clintrail.content import content_dir
from clintrail.define.model import DefineDataset, DefineDocument, DocumentRef
from clintrail.define.oids import Oids
from clintrail.define.templates import checked, environment, href
from clintrail.define.uses import uses
from clintrail.define.words import class_title, few_terms, formal_condition, words
from clintrail.transport.page_file import policy_hash

_NAME = re.compile(r"\b([A-Z][A-Z0-9_]*)\.([A-Z][A-Z0-9_]*)\b")


def render_define_html(document: DefineDocument) -> bytes:
    """The document as one self-contained HTML page, UTF-8; the same document gives the same bytes.

    Style and script stand in the page, and its content security policy lets nothing else run or be loaded. Anchors are the
    OIDs of define.xml. References to nothing are shown as such. Raises `Problems` if a text holds characters that XML,
    and so define.xml, cannot.
    """
    text = _environment().get_template("define.html.j2").render(_context(document))
    return checked(text, "define.html")


@cache
def _environment() -> Environment:
    made = environment().overlay()
    made.filters = {**made.filters, "class_title": class_title}
    return made


def _context(document: DefineDocument) -> dict[str, Any]:
    """What the templates use, beside the document: things by id, who uses them, and functions that say and link."""
    css, script = _content("define.css"), _content("define.js") + _content("define_search.js")
    said, oid = words(document), Oids(document)
    return {
        "doc": document,
        "oid": oid,
        "css": css,
        "css_hash": policy_hash(css),
        "script": script,
        "script_hash": policy_hash(script),
        "methods": {method.id: method for method in document.methods},
        "comments": {comment.id: comment for comment in document.comments},
        "codelists": {codelist.id: codelist for codelist in document.codelists},
        "documents": {linked.id: linked for linked in document.documents},
        "classes": _by_class(document),
        "users": uses(document),
        "anchor": _anchors(),
        "condition": said.condition,
        "formal": formal_condition,
        "few_terms": few_terms,
        "named": lambda text: _with_links(text, said.variables, oid),
        "place": _place,
        "variables": said.variables,
        "dataset_names": {dataset.name for dataset in document.datasets},
    }


def _content(name: str) -> Markup:
    return Markup((content_dir("define_xml") / name).read_text(encoding="utf-8"))


def _by_class(document: DefineDocument) -> dict[str, list[DefineDataset]]:
    classes: dict[str, list[DefineDataset]] = {}
    for dataset in document.datasets:
        classes.setdefault(dataset.class_name, []).append(dataset)
    return classes


def _anchors() -> Callable[[str], Markup]:
    """Writes an id attribute once: a document that was read may define a thing twice, a page may have an id once."""
    given: set[str] = set()

    def anchor(id: str) -> Markup:
        if id in given:
            return Markup("")
        given.add(id)
        return Markup(f' id="{escape(id)}"')

    return anchor


def _with_links(text: str, known: Container[tuple[str, str]], oid: Oids) -> Markup:
    """A text in which `DM.AGE` links to the variable, where the document has it."""

    def linked(match: re.Match[str]) -> str:
        if (match[1], match[2]) not in known:
            return match[0]
        return f'<a href="#{escape(oid.variable(match[1], match[2]))}">{match[0]}</a>'

    return Markup(_NAME.sub(linked, str(escape(text))))


def _place(path: str, ref: DocumentRef, page: int | str | None) -> str:
    """The address of a page or a named destination of a document (PDF open parameters, RFC 8118 section 3)."""
    if page is None:
        return href(path)
    key = "page" if ref.page_type == "PhysicalRef" else "nameddest"
    return f"{href(path)}#{key}={href(str(page))}"
