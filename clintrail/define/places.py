"""Places in documents: how a spec writes them (`7 9`, `2-6`, `endpoints`), and the references that a define holds."""

from __future__ import annotations

import re

from clintrail.define.model import DocumentRef
from clintrail.spec.model import DocumentPlace

_RANGE = re.compile(r"(\d*)\s*-\s*(\d*)")


def document_ref(place: DocumentPlace) -> DocumentRef:
    """`5 7` are pages; `2-6` is a range, which may be open at an end; other words are named destinations; nothing is all of it.

    A stated type (PhysicalRef, NamedDestination) makes words of any kind pages of that type.
    """
    text, found = place.pages.strip(), _RANGE.fullmatch(place.pages.strip())
    if found and (found[1] or found[2]) and place.type != "NamedDestination":
        first, last = (int(number) if number else None for number in found.groups())
        return DocumentRef(place.document, (), first, last, title=place.title)
    if place.type == "NamedDestination":
        return DocumentRef(place.document, tuple(text.split()), page_type="NamedDestination", title=place.title)
    words = [int(word) if _is_page(word) else word for word in text.split() or ()]
    if place.type or all(isinstance(word, int) for word in words):
        return DocumentRef(place.document, tuple(words), title=place.title)
    numbers = text.replace(",", " ").split()
    if all(_is_page(number) for number in numbers):  # `5, 7`
        return DocumentRef(place.document, tuple(map(int, numbers)), title=place.title)
    return DocumentRef(place.document, tuple(text.split()), page_type="NamedDestination", title=place.title)


def document_place(ref: DocumentRef) -> DocumentPlace:
    """The place as it is written, with the type only where the pages do not tell it."""
    pages = " ".join(map(str, ref.pages))
    if ref.first_page is not None or ref.last_page is not None:
        pages = f"{'' if ref.first_page is None else ref.first_page}-{'' if ref.last_page is None else ref.last_page}"
    short = DocumentPlace(ref.document, pages, ref.title)
    return short if document_ref(short) == ref else DocumentPlace(ref.document, pages, ref.title, ref.page_type)


def _is_page(word: str) -> bool:
    return word.isascii() and word.isdecimal() and str(int(word)) == word
