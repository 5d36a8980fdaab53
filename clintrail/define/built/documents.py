"""Documents of a study in a define: those that something refers to, and the pages of the annotated CRF where data are collected.

The study's table `crf_pages` (form | column => pages) says on which pages of the annotated CRF a raw column stands; a row without a
column is for all columns of the form that have no row of their own. Where there are several CRFs, its column `document` names one.
Source: CDISC Define-XML Specification 2.1, def:DocumentRef and def:PDFPageRef.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from clintrail.define.model import Document, DocumentRef
from clintrail.define.places import document_ref
from clintrail.errors import Place, Problem, did_you_mean
from clintrail.spec.model import DocumentPlace, DocumentSpec, StudySpec, Table

CRF_PAGES = "crf_pages"
_COLUMNS = {"form", "column", "pages"}
_RANGE = re.compile(r"(\d+)\s*-\s*(\d+)")
_NUMBERS = re.compile(r"\d+([\s,]+\d+)*")


class Documents:
    """Collects which documents are referred to; `documents` then gives them for the define."""

    def __init__(self, study: StudySpec) -> None:
        self.study = study
        self.crf = _first_crf(study)
        self._pages = crf_pages(study)
        self._used: set[str] = set()

    def refs(self, places: Iterable[DocumentPlace]) -> tuple[DocumentRef, ...]:
        """References to places in documents, those of unknown documents left out (`check_documents` tells them)."""
        known = [place for place in places if place.document in self.study.documents]
        self._used.update(place.document for place in known)
        return tuple(document_ref(place) for place in known)

    def crf_refs(self, raw: Iterable[tuple[str, str]], stated: str = "") -> tuple[DocumentRef, ...]:
        """Where on the annotated CRF raw columns (form, column) are collected: the stated pages, or those of the study's table."""
        if not self.crf:
            return ()
        if stated:
            return self.refs([DocumentPlace(self.crf, stated)])
        found: dict[str, set[int]] = {}
        for form, column in raw:
            place = self._pages.get((form, column)) or self._pages.get((form, ""))
            if place is not None:
                found.setdefault(place.document, set()).update(int(number) for number in _listed(place.pages))
        return self.refs(DocumentPlace(document, " ".join(map(str, sorted(pages)))) for document, pages in sorted(found.items()))

    def documents(self, with_crf: bool) -> tuple[Document, ...]:
        """The documents that were referred to, and those that the study lists for no place of its own (the CRF only `with_crf`)."""
        kept = [d for d in self.study.documents.values() if d.name in self._used or (with_crf if d.is_annotated_crf else d.is_listed)]
        return tuple(Document(d.name, d.title, href_of(d), d.is_annotated_crf, d.is_listed) for d in kept)


def href_of(document: DocumentSpec) -> str:
    """Where a document lies as seen from define.xml: files of the study are put beside it."""
    return document.href or PurePosixPath(document.file or "").name


def _listed(pages: str) -> list[str]:
    found = _RANGE.fullmatch(pages.strip())
    return [str(n) for n in range(int(found[1]), int(found[2]) + 1)] if found else re.findall(r"\d+", pages)


def _first_crf(study: StudySpec) -> str:
    return next((d.name for d in study.documents.values() if d.is_annotated_crf), "")


def crf_pages(study: StudySpec) -> Mapping[tuple[str, str], DocumentPlace]:
    """(form, column) -> the CRF and its pages, of the table `crf_pages`; a blank column stands for the form."""
    table = study.tables.get(CRF_PAGES)
    if table is None or not set(table.columns) >= _COLUMNS:
        return {}
    crf, found = _first_crf(study), {}
    for row in table.rows:
        cells = {name: cell or "" for name, cell in zip(table.columns, row, strict=True)}
        found[cells["form"], cells["column"]] = DocumentPlace(cells.get("document") or crf, cells["pages"])
    return found


def missing_files(study: StudySpec, folder: Path) -> Iterator[Problem]:
    """Documents whose files are not in the folder that they are copied from."""
    for document in study.documents.values():
        if document.file and not (folder / document.file).is_file():
            fix = f"put it there, or name one of its files ({', '.join(sorted(p.name for p in folder.glob('*'))) or 'there are none'})"
            yield Problem(document.place, document.name, f"no file {document.file} in {folder.as_posix()}", fix)


def check_documents(study: StudySpec, columns: Mapping[str, Iterable[str]]) -> Iterator[Problem]:
    """What is wrong with documents that the study names: unknown ones, no annotated CRF, forms and columns that are not there.

    `columns` gives the raw columns of each form.
    """
    known = dict.fromkeys((*study.documents, *(name for define in study.define.values() for name in define.documents)))
    for places, place, subject in _places(study):
        for name in (p.document for p in places):
            if name not in known:
                fix = did_you_mean(name, known, "declare it under documents: in study.yaml")
                yield Problem(place, subject, f"no document named {name}", fix)
    if CRF_PAGES in study.tables:
        yield from _check_pages(study, study.tables[CRF_PAGES], columns)


def _check_pages(study: StudySpec, table: Table, columns: Mapping[str, Iterable[str]]) -> Iterator[Problem]:
    if not set(table.columns) >= _COLUMNS:
        yield Problem(table.place, CRF_PAGES, "the columns are not form, column and pages", "draw the table as form | column => pages")
        return
    if not _first_crf(study):
        fix = "declare it under documents: {acrf: {title: Annotated CRF, file: acrf.pdf, annotated_crf: yes}}"
        yield Problem(table.place, CRF_PAGES, "there are CRF pages, but no annotated CRF", fix)
    for ((form, column), found), line in zip(crf_pages(study).items(), table.lines, strict=True):
        place = Place(table.place.path, line)
        if form not in study.forms:
            yield Problem(place, CRF_PAGES, f"no form named {form}", did_you_mean(form, study.forms, "name a form of study.yaml"))
        elif column and form in columns and column not in columns[form]:
            fix = did_you_mean(column, columns[form], "name a column of the form's file")
            yield Problem(place, CRF_PAGES, f"form {form} has no column {column}", fix)
        known = study.documents.get(found.document)
        if found.document and (known is None or not known.is_annotated_crf):
            fix = "name a document of study.yaml with annotated_crf: yes"
            yield Problem(place, CRF_PAGES, f"{found.document} is no annotated CRF", fix)
        if not _RANGE.fullmatch(found.pages.strip()) and not _NUMBERS.fullmatch(found.pages.strip()):
            yield Problem(place, CRF_PAGES, f"'{found.pages}' are no pages", "write page numbers, as 5 7, or a range, as 5-7")


def _places(study: StudySpec) -> Iterator[tuple[tuple[DocumentPlace, ...], Place, str]]:
    for method in study.methods.values():
        yield method.documents, method.place, method.name
    for comment in study.comments.values():
        yield comment.documents, comment.place, comment.name
    for display in study.displays:
        yield display.documents, display.place, display.name
        for result in display.results:
            yield (*result.documents, *result.code_documents), result.place, result.name
