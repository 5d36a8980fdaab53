"""Rules for documents and the references to their pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import Define, children, get, whole, words
from clintrail.errors import Severity

_PAGES = re.compile(r"\d+( \d+)*")
_ABSOLUTE = re.compile(r"[A-Za-z]:|/|\\|file:")


@rule(Severity.ERROR, "Define-XML 2.1, def:leaf: def:title")
def document_has_a_title(define: Define) -> Iterator[Finding]:
    """A document and a dataset's file have a title."""
    for leaf in define.all("def:leaf"):
        if not words(leaf, "def:title"):
            yield Finding(leaf, "no title", "say what the reader will see as the link")


@rule(Severity.WARNING, "Define-XML 2.1, def:leaf: xlink:href")
def link_is_relative(define: Define) -> Iterator[Finding]:
    """Links lead from the folder of the define.xml, with strokes and not backslashes, or into the web."""
    for leaf in define.all("def:leaf"):
        href = get(leaf, "xlink:href")
        if not href or _ABSOLUTE.match(href) or "\\" in href:
            yield Finding(leaf, f"the link {href or 'is blank'}", "write the path from the folder of the define.xml, with /")


@rule(Severity.NOTE, "Define-XML 2.1, def:AnnotatedCRF and def:SupplementalDoc")
def document_is_listed(define: Define) -> Iterator[Finding]:
    """A document that methods, comments or origins refer to is an annotated CRF or a supplemental document."""
    listed = {
        get(ref, "leafID")
        for name in ("def:AnnotatedCRF", "def:SupplementalDoc")
        for element in define.all(name)
        for ref in children(element, "def:DocumentRef")
    }
    owners = [*define.all("MethodDef"), *define.all("def:CommentDef"), *define.all("def:Origin")]
    used = {get(ref, "leafID") for owner in owners for ref in children(owner, "def:DocumentRef")}
    for oid in sorted(used - listed):
        if (leaf := define.find("def:leaf", oid)) is not None:
            yield Finding(leaf, "this document is referred to, but not listed", "list it in def:SupplementalDoc")


@rule(Severity.ERROR, "Define-XML 2.1, def:PDFPageRef")
def pages_are_sound(define: Define) -> Iterator[Finding]:
    """A reference to pages gives page numbers with blanks between them, a range of pages, or names."""
    for ref in define.all("def:PDFPageRef"):
        pages, first, last = get(ref, "PageRefs"), get(ref, "FirstPage"), get(ref, "LastPage")
        numbers = [whole(ref, name) or 0 for name in ("FirstPage", "LastPage")]
        if not (pages or first or last) and get(ref, "Title"):
            continue  # a title for the whole document
        if bool(pages) == bool(first or last) or bool(first) != bool(last):
            yield Finding(ref, "neither pages nor a range, or both", "give PageRefs, or FirstPage and LastPage")
        elif get(ref, "Type") == "PhysicalRef" and pages and not _PAGES.fullmatch(pages):
            yield Finding(ref, f"pages {pages}", "write page numbers with single blanks between them")
        elif numbers != sorted(numbers):
            yield Finding(ref, f"pages {first} to {last}", "write the smaller number first")
        elif get(ref, "Type") == "NamedDestination" and first:
            yield Finding(ref, "a range of named destinations", "name them in PageRefs")
