"""Who refers to a code list, a method, a comment or a document: what a define needs, and the way back from each on its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from clintrail.define.model import AnalysisResult, DefineDataset, DefineDocument, DefineVariable, DocumentRef, Item, ResultDisplay
from clintrail.define.oids import Oids

Kind = Literal["codelist", "method", "comment", "document"]


@dataclass(frozen=True)
class Use:
    """A user and where it stands on the page: `AE.AESEV`, `IT.AE.AESEV`."""

    text: str
    anchor: str


Reference = tuple[Kind, str, Use]


def uses(document: DefineDocument) -> dict[tuple[Kind, str], list[Use]]:
    """The users of everything that is referred to by id, each once, in the order of the document."""
    found: dict[tuple[Kind, str], dict[Use, None]] = {}
    for kind, id, use in _references(document, Oids(document)):
        if id:
            found.setdefault((kind, id), {})[use] = None
    return {key: list(users) for key, users in found.items()}


def references(document: DefineDocument) -> set[tuple[str, str]]:
    """Every section of the document (`codelists`) and id that something in it refers to, whether or not it is there."""
    return {(f"{kind}s", id) for kind, id in uses(document)}


def _references(document: DefineDocument, oid: Oids) -> Iterator[Reference]:
    yield "comment", document.comment, Use(document.study_name, "study")
    for standard in document.standards:
        yield "comment", standard.comment, Use(f"{standard.name} {standard.version}", oid.standard(standard))
    for display in document.displays:
        yield from _of_display(display, oid)
    for dataset in document.datasets:
        yield "comment", dataset.comment, Use(dataset.name, oid.dataset(dataset.name))
        for variable in dataset.variables:
            yield from _of_variable(dataset, variable, oid)
    for codelist in document.codelists:
        yield "comment", codelist.comment, Use(codelist.name, oid.codelist(codelist.id))
    for method in document.methods:
        yield from _of_documents(method.documents, Use(method.name, oid.method(method.id)))
    for where in document.unused_where_clauses:
        yield "comment", where.comment, Use("a where clause that nothing uses", oid.where_clause(where))
    for comment in document.comments:
        yield from _of_documents(comment.documents, Use(f"comment {comment.id}", oid.comment(comment.id)))


def _of_variable(dataset: DefineDataset, variable: DefineVariable, oid: Oids) -> Iterator[Reference]:
    name = f"{dataset.name}.{variable.name}"
    use = Use(name, oid.variable(dataset.name, variable.name))
    yield from _of_item(variable, use)
    for anchor, item in oid.value_items(dataset.name, variable):
        values = ", ".join(value for where in item.where for check in where.checks for value in check.values)
        use = Use(f"{name} ({values[:40]}{'…' if values[40:] else ''})", anchor)
        yield from _of_item(item, use)
        for where in item.where:
            yield "comment", where.comment, use


def _of_item(item: Item, use: Use) -> Iterator[Reference]:
    yield "codelist", item.codelist, use
    yield "codelist", item.role_codelist, use
    yield "method", item.method, use
    yield "comment", item.comment, use
    for origin in item.origins:
        yield from _of_documents(origin.documents, use)


def _of_display(display: ResultDisplay, oid: Oids) -> Iterator[Reference]:
    yield from _of_documents(display.documents, Use(display.name, oid.result_display(display.id)))
    for result in display.results:
        yield from _of_result(result, Use(f"{display.name}, {result.description}", oid.analysis_result(result.id)))


def _of_result(result: AnalysisResult, use: Use) -> Iterator[Reference]:
    yield "comment", result.join, use
    for part in (result.documentation, result.code):
        yield from _of_documents(part.documents if part else (), use)
    for dataset in result.datasets:
        yield "comment", dataset.where.comment if dataset.where else "", use


def _of_documents(refs: tuple[DocumentRef, ...], use: Use) -> Iterator[Reference]:
    for ref in refs:
        yield "document", ref.document, use
