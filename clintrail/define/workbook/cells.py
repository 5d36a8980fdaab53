"""Texts of cells that hold several things: lists, pages, places in documents, standards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from clintrail.define.model import DocumentRef, FormalExpression, Standard
from clintrail.define.workbook.clauses import quoted, unquoted

_IN_LIST = re.compile(r'[;"]|^\s|\s$')
_IN_PLACE = re.compile(r'[\s,;|":]')
_LIST_PART = re.compile(r'\s*("(?:[^"]|"")*"(?=\s*(?:;|$))|[^;]*)\s*(;|$)', re.DOTALL)
_PLACE_PART = re.compile(r'((?:"(?:[^"]|"")*"|[^|"]|")*?)(?:\||$)', re.DOTALL)
_NAMED = re.compile(r'\s*("(?:[^"]|"")*"|[^\s,;|":]+)\s*:', re.DOTALL)
_PAGE = re.compile(r'"(?:[^"]|"")*"|[^\s,"]+')
_RANGE = re.compile(r"(\d{1,6})\s*-\s*(\d{1,6})")
_NUMBER = re.compile(r"\d{1,6}")
_MOST_PAGES = 1000  # of a range that is told page by page
CT_NAME = "CDISC/NCI"
Cell = str | int


class BadCell(ValueError):
    """What is wrong with the text of a cell; `fix` is what to type instead."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.fix = fix


def format_list(parts: Sequence[str]) -> str:
    """`A; B`: in the order of what they belong to; a part with a semicolon in double quotes. Nothing if no part says anything."""
    return "; ".join(quoted(part, _IN_LIST) if part else "" for part in parts) if any(parts) else ""


def split_list(text: str) -> list[str]:
    """The parts of a list; none of an empty text."""
    if not text.strip():
        return []
    found = []
    for match in _LIST_PART.finditer(text):
        found.append(unquoted(match[1].rstrip()))
        if not match[2]:
            break
    return found


def parts_of(text: str, count: int, of: str) -> list[str]:
    """The parts of a list that has one for each of `count` things; a text for one thing is that thing's as a whole.

    Raises `BadCell` where the numbers differ.
    """
    if count == 1:
        return [unquoted(text.strip())]
    parts = split_list(text) or [""] * count
    if len(parts) != count:
        raise BadCell(f"{len(parts)} parts for {count} {of}", "give a part for each, parted by semicolons, in the same order")
    return parts


def format_pages(ref: DocumentRef) -> str:
    """`7 9`, `2-5`, named destinations as words (those that look like pages in double quotes)."""
    if ref.first_page is not None:
        return f"{ref.first_page}-{ref.last_page}"
    looks_like_pages = re.compile(r'[\s,;|":]|^[\d-]+$')
    return " ".join(str(page) if isinstance(page, int) else quoted(page, looks_like_pages) for page in ref.pages)


def parse_pages(document: str, text: str) -> DocumentRef:
    """A place in a document: numbers parted by blanks or commas, a range, or named destinations. Raises `BadCell`."""
    if found := _RANGE.fullmatch(text.strip()):
        return DocumentRef(document, first_page=int(found[1]), last_page=int(found[2]))
    words = _PAGE.findall(_RANGE.sub(r"\1-\2", text))
    numeric = [bool(_NUMBER.fullmatch(word) or _RANGE.fullmatch(word)) for word in words]
    if not all(numeric):
        if any(numeric):
            raise BadCell("neither pages nor named destinations", "write page numbers, as 5 7, a range, as 5-7, or names of destinations")
        return DocumentRef(document, tuple(unquoted(word) for word in words), page_type="NamedDestination")
    return DocumentRef(document, tuple(page for word in words for page in _numbers(word)))


def _numbers(word: str) -> range:
    first, _, last = word.partition("-")
    pages = range(int(first), int(last or first) + 1)
    if not 0 < len(pages) <= _MOST_PAGES:
        raise BadCell(f"{word} is no range of pages", "write the first page and the last, as 5-7")
    return pages


def format_places(refs: Sequence[DocumentRef], default: str = "") -> str:
    """`sap: 12 14 | csr:`: places in documents; of the `default` document (the annotated CRF) the pages alone."""
    said = []
    for ref in refs:
        pages = format_pages(ref)
        said.append(pages if pages and ref.document == default else f"{quoted(ref.document, _IN_PLACE)}: {pages}".rstrip())
    return " | ".join(said)


def parse_places(text: str, default: str = "") -> tuple[DocumentRef, ...]:
    """Places in documents; pages without a document are in `default`, and without one, words are documents. Raises `BadCell`."""
    found: list[DocumentRef] = []
    for match in _PLACE_PART.finditer(text):
        part = match[1]
        if named := _NAMED.match(part):
            found.append(parse_pages(unquoted(named[1]), part[named.end() :]))
        elif default and part.strip():
            found.append(parse_pages(default, part))
        elif part.strip():
            found.extend(DocumentRef(unquoted(word)) for word in _PAGE.findall(part.replace(";", " ")))
    return tuple(found)


def is_exact(ref: DocumentRef) -> bool:
    """Whether a place is the same when it is read back, but for its title."""
    try:
        return parse_pages(ref.document, format_pages(ref)) == replace(ref, title="")
    except BadCell:
        return False


def documents_cells(refs: Sequence[DocumentRef]) -> dict[str, Cell]:
    """The cells Document and Pages: lists in the same order."""
    return {
        "document": format_list([ref.document for ref in refs]),
        "pages": format_list([format_pages(ref) for ref in refs]),
        **losses(refs),
    }


def losses(refs: Sequence[DocumentRef]) -> dict[str, Cell]:
    """How many titles and how many pages of these references no cell can hold."""
    return {
        "document_titles": sum(bool(ref.title) for ref in refs) or "",
        "inexact": sum(not is_exact(ref) for ref in refs) or "",
    }


def format_expressions(expressions: Sequence[FormalExpression]) -> tuple[str, str]:
    """The cells Expression Context and Expression Code: a list of contexts, and the texts, each after the first below `----- R -----`."""
    first, *others = expressions or (FormalExpression("", ""),)
    texts = [first.text, *(f"----- {other.context} -----\n{other.text}" for other in others)]
    return format_list([expression.context for expression in expressions]), "\n".join(texts)


def parse_expressions(context: str, code: str) -> tuple[FormalExpression, ...]:
    """The expressions of the two cells; a code without such lines is one expression, whatever its context."""
    contexts = split_list(context)
    texts, rest = [], code
    for following in contexts[1:]:
        text, found, rest = rest.partition(f"\n----- {following} -----\n")
        texts.append(text)
        if not found:
            return (FormalExpression(parts_of(context, 1, "")[0], code),)
    if not context.strip() and not code:
        return ()
    return tuple(FormalExpression(*pair) for pair in zip(contexts or [""], [*texts, rest], strict=True))


def standard_text(standard: Standard | None) -> str:
    """`SDTMIG 3.4`, and terminology by its publishing set: `SDTM 2025-03-28`."""
    if standard is None:
        return ""
    return f"{standard.publishing_set or standard.name} {standard.version}"


def parse_standard(text: str, type_: str) -> Standard | None:
    """The standard that a text names: its last word is the version. None if it has only one word."""
    name, _, version = text.strip().rpartition(" ")
    if type_ == "IG":
        return Standard(name.strip(), "IG", version) if name else None
    publishing_set = name.removeprefix(CT_NAME).strip().removesuffix(" CT").strip()
    return Standard(CT_NAME, "CT", version, publishing_set=publishing_set) if publishing_set else None
