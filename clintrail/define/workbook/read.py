"""Read a specification workbook, of either layout and of any sponsor, into a define document."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from clintrail.define.model import DefineDocument, ReadDefine, Standard
from clintrail.define.versions import standard_2_1
from clintrail.define.workbook import defaults
from clintrail.define.workbook.book import Book, Row
from clintrail.define.workbook.columns import ATTRIBUTES
from clintrail.define.workbook.read_analyses import read_displays
from clintrail.define.workbook.read_items import read_datasets, read_values, read_variables
from clintrail.define.workbook.read_shared import Standards, known_ids, read_codelists, read_comments, read_documents, read_methods
from clintrail.define.workbook.read_where import WhereClauses
from clintrail.errors import Severity, did_you_mean

_CONTEXTS = ("Submission", "Other")
_STANDARD = ("standard_name", "standard_version")


def read_workbook(path: Path) -> ReadDefine:
    """The document that a workbook describes, and every problem of it by sheet, row and column.

    The layout is told from the sheets; their titles and headers count without case, blanks and plural. References to nothing stay in
    the document. Raises `Problems` if the file is no workbook that can be read.
    """
    book = Book(path)
    facts, stated = _attributes(book)
    documents = read_documents(book)
    known = known_ids(book, documents)
    standards = Standards(book, stated, known)
    without_values = read_variables(book, known)
    names = {name: frozenset(variable.name for variable in of) for name, of in without_values.items()}
    where = WhereClauses(book, names, known)
    variables = read_values(book, without_values, known, where)
    datasets = read_datasets(book, variables, known, standards)
    codelists = read_codelists(book, known, standards)
    document = DefineDocument(
        **facts,  # type: ignore[arg-type]  # a context of another word is kept, and was told
        standards=standards.all(),
        datasets=datasets,
        codelists=codelists,
        methods=read_methods(book, known),
        comments=read_comments(book, known),
        documents=documents,
        displays=read_displays(book, names, known, where),
    )
    document = replace(document, unused_where_clauses=where.unused())
    problems = sorted(dict.fromkeys(book.problems), key=lambda problem: (book.position(problem.place), problem.subject, problem.problem))
    return ReadDefine(document, tuple(problems), f"workbook, {book.layout} layout")


def _attributes(book: Book) -> tuple[dict[str, str], Standard | None]:
    """The sheet Define (Study): the facts of the document, and the standard that it names."""
    known = {"".join(attribute.lower().split()): field for attribute, field in ATTRIBUTES.items()}
    rows = book.complete("define", "attribute")
    book.unique(rows, "attribute", what="the attribute {}")
    found: dict[str, Row] = {}
    for row in rows:
        field = known.get("".join(row.id("attribute").lower().split()))
        if field is None:
            fix = did_you_mean(row.id("attribute"), ATTRIBUTES, "nothing to do")
            row.problem("attribute", "the attribute is no part of the layout: ignored", fix, Severity.NOTE, "not kept")
        else:
            found.setdefault(field, row)
    said = {field: row.text("value") for field, row in found.items()}
    for needed in ("study_name", *(() if book.rows("standards") else _STANDARD)):
        if book.rows("define") and not said.get(needed):
            _tell_missing(book, needed)
    usual = defaults.attributes(said.get("study_name", ""), book.layout)
    facts = {field: said.get(field, usual.get(field, "")) for field in ATTRIBUTES.values() if field not in _STANDARD}
    if "context" in found:
        facts["context"] = found["context"].one_of("value", _CONTEXTS, "")
    name, version = (said.get(field, "").strip() for field in _STANDARD)
    return facts, Standard(standard_2_1(name), "IG", version) if name or version else None


def _tell_missing(book: Book, field: str) -> None:
    sheet = book.sheets["define"]
    attribute = next(name for name, of in ATTRIBUTES.items() if of == field)
    row = Row(sheet, min(sheet.raw.rows), {})
    row.problem("attribute", f"no {attribute}", f"add a row {attribute} with its value", kind="incomplete row")
