"""What a define refers to by id: code lists, methods, comments, documents."""

from __future__ import annotations

from collections.abc import Iterator

from clintrail.define.model import AnalysisResult, DefineDocument, DocumentRef, Item

Reference = tuple[str, str]  # the section that holds it, and its id


def references(document: DefineDocument) -> set[Reference]:
    """Every section and id that something in the document refers to, whether or not it is there."""
    return {(section, id_) for section, id_ in _references(document) if id_}


def _references(document: DefineDocument) -> Iterator[Reference]:
    yield "comments", document.comment
    for commented in (*document.standards, *document.datasets, *document.codelists, *document.where_clauses()):
        yield "comments", commented.comment  # type: ignore[attr-defined]  # all four have one
    for dataset in document.datasets:
        for variable in dataset.variables:
            for item in (variable, *variable.values):
                yield "codelists", item.role_codelist
                yield from _of_item(item)
    for display in document.displays:
        yield from _of_documents(display.documents)
        for result in display.results:
            yield from _of_result(result)
    for described in (*document.methods, *document.comments):
        yield from _of_documents(described.documents)  # type: ignore[attr-defined]  # both have them


def _of_item(item: Item) -> Iterator[Reference]:
    yield from (("codelists", item.codelist), ("methods", item.method), ("comments", item.comment))
    for origin in item.origins:
        yield from _of_documents(origin.documents)


def _of_result(result: AnalysisResult) -> Iterator[Reference]:
    yield "comments", result.join
    for part in (result.documentation, result.code):
        yield from _of_documents(part.documents if part else ())


def _of_documents(refs: tuple[DocumentRef, ...]) -> Iterator[Reference]:
    yield from (("documents", ref.document) for ref in refs)
