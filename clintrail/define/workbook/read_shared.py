"""What several records of a workbook share: documents, comments, methods, code lists and dictionaries, standards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from clintrail.define.model import (
    CodeList,
    Comment,
    Document,
    DocumentRef,
    Method,
    Standard,
    Term,
)
from clintrail.define.workbook import defaults
from clintrail.define.workbook.book import Book, Row
from clintrail.define.workbook.cells import parse_expressions, parse_pages, parse_standard, parts_of, split_list, standard_text
from clintrail.errors import Severity

_METHOD_TYPES = ("Computation", "Imputation")
_LIST_TYPES = ("text", "integer", "float")
_OF_LIST = ("name", "nci_code", "data_type", "standard", "comment", "description", "sas_format")


@dataclass(frozen=True)
class Known:
    """The ids that a workbook defines, to which others refer; `crf` is the document that pages of origins are in."""

    documents: Collection[str]
    comments: Collection[str]
    methods: Collection[str]
    codelists: Collection[str]
    crf: str

    def comment(self, row: Row, field: str = "comment") -> str:
        """The comment that a cell refers to."""
        return row.refer(field, row.id(field), self.comments, "comment", "Comments")

    def places(self, row: Row, field: str, refs: tuple[DocumentRef, ...]) -> tuple[DocumentRef, ...]:
        """References to documents, told if there is none."""
        for ref in refs:
            row.refer(field, ref.document, self.documents, "document", "Documents")
        return refs


def known_ids(book: Book, documents: Sequence[Document]) -> Known:
    """What the sheets define."""
    ids = {key: {row.id("id"): None for row in book.rows(key) if row.id("id")} for key in ("documents", "comments", "methods")}
    lists = {row.id("id"): None for key in ("codelists", "dictionaries") for row in book.rows(key) if row.id("id")}
    return Known(ids["documents"], ids["comments"], ids["methods"], lists, defaults.annotated_crf(documents))


def read_documents(book: Book) -> tuple[Document, ...]:
    """The sheet Documents."""
    found = []
    rows = book.complete("documents", "id")
    book.unique(rows, "id", what="the document {}")
    for row in rows:
        facts = row.facts(Document, "is_annotated_crf", "is_listed")
        usual = defaults.is_annotated_crf(facts["id"], facts["title"])
        is_crf, is_listed = row.yes("is_annotated_crf"), row.yes("is_listed")
        found.append(Document(**facts, is_annotated_crf=usual if is_crf is None else is_crf, is_listed=is_listed is not False))
    return tuple(found)


def document_refs(row: Row, known: Known) -> tuple[DocumentRef, ...]:
    """The cells Document and Pages: lists in the same order."""
    ids = split_list(row.text("document"))
    if not ids:
        if row.id("pages"):
            row.problem("pages", "pages, but no document", "name the document, or clear the cell", kind="bad value")
        return ()
    pages = row.tried("pages", lambda: parts_of(row.text("pages"), len(ids), "documents"), [""] * len(ids))
    refs = (row.tried("pages", partial(parse_pages, id_, part), DocumentRef(id_)) for id_, part in zip(ids, pages, strict=True))
    return known.places(row, "document", tuple(refs))


def read_comments(book: Book, known: Known) -> tuple[Comment, ...]:
    """The sheet Comments."""
    rows = book.complete("comments", "id")
    book.unique(rows, "id", what="the comment {}")
    return tuple(Comment(**row.facts(Comment), documents=document_refs(row, known)) for row in rows)


def read_methods(book: Book, known: Known) -> tuple[Method, ...]:
    """The sheet Methods."""
    rows = book.complete("methods", "id")
    book.unique(rows, "id", what="the method {}")
    return tuple(_method(row, known) for row in rows)


def _method(row: Row, known: Known) -> Method:
    context, code = row.text("context"), row.text("code")
    if context and not code:
        row.problem("context", "the context of an expression, but no code", "write the code, or clear the cell", Severity.WARNING)
    return Method(
        **row.facts(Method, "type"),
        type=row.one_of("type", _METHOD_TYPES, "Computation"),  # type: ignore[arg-type]  # another word is kept, and was told
        expressions=parse_expressions(context, code),
        documents=document_refs(row, known),
    )


# -- code lists ------------------------------------------------------------------------------------------------------------------


def read_codelists(book: Book, known: Known, standards: Standards) -> tuple[CodeList, ...]:
    """The sheets Codelists, whose rows are terms, and Dictionaries."""
    lists: dict[str, list[Row]] = {}
    for row in book.complete("codelists", "id"):
        lists.setdefault(row.id("id"), []).append(row)
    dictionaries = book.complete("dictionaries", "id")
    book.unique(dictionaries, "id", what="the dictionary {}")
    for row in dictionaries:
        if row.id("id") in lists:
            fix = "give one of the two another ID"
            row.problem("id", f"{row.id('id')} is also in the sheet Codelists, row {lists[row.id('id')][0].number}", fix, kind="duplicate")
    made = [_codelist(book, id_, rows, known, standards) for id_, rows in lists.items()]
    return (*made, *(_dictionary(row, known, standards) for row in dictionaries))


def _codelist(book: Book, id_: str, rows: list[Row], known: Known, standards: Standards) -> CodeList:
    first = rows[0]
    for row in rows[1:]:
        for field in _OF_LIST:
            if row.id(field) != first.id(field):
                what = f"code list {id_} has '{first.id(field)}' in row {first.number}, which counts"
                row.problem(field, what, "say the same in all its rows", Severity.WARNING, kind="duplicate")
    terms = [row for row in rows if _is_term(row)]
    book.unique(terms, "id", "term", what="this term of {}")
    return CodeList(
        **_list_facts(first, known),
        standard=standards.of(first, "CT"),
        terms=tuple(_term(row, first.id("nci_code")) for row in terms),
    )


def _term(row: Row, list_code: str) -> Term:
    is_extension = row.yes("is_extension")
    return Term(
        value=row.text("term"),
        decode=row.text("decode"),
        nci_code=row.id("term_code"),
        order=row.number_of("order"),
        is_extension=defaults.is_extension(list_code, row.id("term_code")) if is_extension is None else is_extension,
        description=row.text("term_description"),
        rank=row.id("rank"),
    )


def _is_term(row: Row) -> bool:
    """Whether a row holds a term; one that holds something about a term, but not its value, is told."""
    if row.id("term"):
        return True
    for field in ("decode", "term_code", "order"):
        if row.id(field):
            row.problem("term", "the row has no Term: left out", "write the value of the term, or clear the row", kind="incomplete row")
            break
    return False


def _list_facts(row: Row, known: Known) -> dict[str, Any]:
    data_type = row.one_of("data_type", _LIST_TYPES, "text")
    known.comment(row)
    return {**row.facts(CodeList, "data_type"), "data_type": data_type}


def _dictionary(row: Row, known: Known, standards: Standards) -> CodeList:
    facts = _list_facts(row, known)
    if not row.id("dictionary"):
        row.problem("dictionary", "the dictionary has no name", "write MedDRA, WHODrug, ISO 3166 or as it is called", kind="incomplete row")
        facts["dictionary"] = row.id("name") or row.id("id")
    return CodeList(**facts, standard=standards.of(row, "CT"))


# -- standards -------------------------------------------------------------------------------------------------------------------


class Standards:
    """The standards of a workbook: those of its sheet Standards or, without one, those that its other sheets name."""

    def __init__(self, book: Book, main: Standard | None, known: Known) -> None:
        rows = book.complete("standards", "name", "type", "version")
        self.main, self._stated = main, bool(rows)
        self.found: dict[tuple[str, str], Standard] = {}
        for row in rows:
            type_ = row.one_of("type", ("IG", "CT"), "IG")
            known.comment(row)
            standard = Standard(**row.facts(Standard, "type"), type=type_)  # type: ignore[arg-type]  # another word is kept, and was told
            self.found[type_, standard_text(standard)] = standard
        if main and not rows:
            self.found["IG", standard_text(main)] = main

    def of(self, row: Row, type_: str) -> Standard | None:
        """The standard that a cell names."""
        text = " ".join(row.id("standard").split())
        if not text:
            return None
        standard = parse_standard(text, type_)
        if standard is None:
            fix = "write its name and version, as SDTMIG 3.4 or SDTM 2025-03-28"
            row.problem("standard", f"'{text}' is no standard with its version", fix, kind="bad value")
            return None
        known = self.found.get((type_, standard_text(standard)))
        if known is None and self._stated:
            row.problem("standard", f"no standard {text} in the sheet Standards", "add it there", kind="dangling standard")
        return self.found.setdefault((type_, standard_text(standard)), known or standard)

    def all(self) -> tuple[Standard, ...]:
        """Every standard, in the order in which they were named."""
        return tuple(self.found.values())
