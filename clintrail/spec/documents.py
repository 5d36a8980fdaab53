"""Readers of what a study says beside its data: documents, methods and comments declared once, analyses of the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from clintrail.errors import Place
from clintrail.spec.model import (
    AnalysisDatasetSpec,
    AnalysisSpec,
    CodeSpec,
    CommentSpec,
    DisplaySpec,
    DocumentPlace,
    DocumentSpec,
    MethodSpec,
)
from clintrail.spec.parts import Reader
from clintrail.spec.yaml_text import Mapping, Node, Scalar, Sequence

_DOCUMENT = ("title", "file", "href", "annotated_crf", "listed")
_METHOD = ("name", "type", "words", "codes", "documents")
_COMMENT = ("words", "documents")
_DISPLAY = ("title", "documents", "results")
_RESULT = ("name", "description", "reason", "purpose", "parameter", "datasets", "join", "documentation", "documents", "code")
METHOD_TYPES = ("Computation", "Imputation")


def documents(reader: Reader, node: Node | None, folder: Path) -> dict[str, DocumentSpec]:
    """`documents:` of a study."""
    found: dict[str, DocumentSpec] = {}
    for key, value in _mappings(reader, node, "documents", "{title: Annotated CRF, file: documents/acrf.pdf}"):
        reader.known_keys(value, _DOCUMENT, key.text)
        file, href = reader.text(value.get("file"), "file"), reader.text(value.get("href"), "href")
        if bool(file) == bool(href):
            fix = "give file: (in the study's folder, goes into the package) or href: (stays as it is)"
            reader.problem(value.place, key.text, "a document has either a file or an href", fix)
            continue
        path = PurePosixPath(file or "")
        if path.is_absolute() or ".." in path.parts:
            reader.problem(value.place, key.text, "the path leaves the study's folder", "keep documents inside the study's folder")
        elif file and not (folder / file).is_file():
            reader.problem(value.place, key.text, f"no file {file} in the study's folder", "give its path as seen from study.yaml")
        title = reader.text(value.get("title"), "title") or key.text
        annotated, listed = (yes(reader, value.get(k), k) for k in ("annotated_crf", "listed"))
        found[key.text] = DocumentSpec(key.text, title, key.place, file, href, bool(annotated), listed is not False)
    return found


def methods(reader: Reader, node: Node | None) -> dict[str, MethodSpec]:
    """`methods:` of a study: methods that variables name by `method:`."""
    found: dict[str, MethodSpec] = {}
    for key, value in _mappings(reader, node, "methods", "{words: ...}"):
        reader.known_keys(value, _METHOD, key.text)
        type_ = reader.text(value.get("type"), "type") or METHOD_TYPES[0]
        if type_ not in METHOD_TYPES:
            reader.problem(value.place, key.text, f"no method type {type_}", f"write type: {' or '.join(METHOD_TYPES)}")
        codes = tuple(CodeSpec(k.text, v.text) for k, v in reader.mapping(value.get("codes"), "codes") if isinstance(v, Scalar))
        title, words = (reader.text(value.get(k), k) for k in ("name", "words"))
        places = document_places(reader, value.get("documents"))
        found[key.text] = MethodSpec(key.text, title or key.text, type_, words or "", key.place, codes, places)
    return found


def comments(reader: Reader, node: Node | None) -> dict[str, CommentSpec]:
    """`comments:` of a study: comments that are named where a comment stands."""
    found: dict[str, CommentSpec] = {}
    for key, value in _mappings(reader, node, "comments", "{words: ...}"):
        reader.known_keys(value, _COMMENT, key.text)
        places = document_places(reader, value.get("documents"))
        found[key.text] = CommentSpec(key.text, reader.text(value.get("words"), "words") or "", key.place, places)
    return found


def document_places(reader: Reader, node: Node | None) -> tuple[DocumentPlace, ...]:
    """`{sap: 12 14, protocol: ''}`: documents by name, and pages in them."""
    return tuple(DocumentPlace(k.text, reader.text(v, k.text) or "") for k, v in reader.mapping(node, "documents"))


def displays(reader: Reader, node: Node | None) -> tuple[DisplaySpec, ...]:
    """The displays of `analyses.yaml`: its keys are the names of tables and figures."""
    found = []
    for key, value in _mappings(reader, node, "analyses.yaml", "its title: and results:"):
        reader.known_keys(value, _DISPLAY, key.text)
        items = value.get("results")
        entries = items.items if isinstance(items, Sequence) else ()
        if not entries:
            reader.problem(value.place, key.text, "the display has no results", "add results: and below it - name: ...")
        results = tuple(result for item in entries for result in _result(reader, item, key.text))
        title = reader.text(value.get("title"), "title") or key.text
        found.append(DisplaySpec(key.text, title, results, key.place, document_places(reader, value.get("documents"))))
    return tuple(found)


def _result(reader: Reader, item: Node, display: str) -> Iterator[AnalysisSpec]:
    if not isinstance(item, Mapping):
        reader.problem(item.place, display, "an entry is a mapping", "write - name: ...")
        return
    reader.known_keys(item, _RESULT, display)
    name, description, reason, purpose = (reader.text(item.get(k), k) for k in ("name", "description", "reason", "purpose"))
    datasets = tuple(_analysed(reader, item.get("datasets")))
    said = {"name": name, "description": description, "reason": reason, "purpose": purpose, "datasets": datasets}
    if missing := [key for key, value in said.items() if not value]:
        reader.problem(item.place, name or display, f"the result has no {', '.join(missing)}", f"add {', '.join(f'{m}:' for m in missing)}")
        return
    code, code_documents = _code(reader, item.get("code"), name or display)
    parameter, join, documentation = (reader.text(item.get(k), k) for k in ("parameter", "join", "documentation"))
    yield AnalysisSpec(
        name or "", description or "", reason or "", purpose or "", datasets, item.place, parameter, join, documentation,
        document_places(reader, item.get("documents")), code, code_documents,
    )  # fmt: skip


def _analysed(reader: Reader, node: Node | None) -> Iterator[AnalysisDatasetSpec]:
    for key, value in _mappings(reader, node, "datasets", "{where: ..., variables: ...}"):
        reader.known_keys(value, ("where", "variables"), key.text)
        where, names = reader.expression(value.get("where"), "where"), reader.names(value.get("variables"), "variables")
        yield AnalysisDatasetSpec(key.text, key.place, where, names)


def _code(reader: Reader, node: Node | None, subject: str) -> tuple[CodeSpec | None, tuple[DocumentPlace, ...]]:
    """`code: {context: R 4.4, text: ..., documents: ...}`."""
    if node is None:
        return None, ()
    if not isinstance(node, Mapping):
        reader.problem(node.place, subject, "code is a mapping", "write code: {context: ..., text: ...}")
        return None, ()
    reader.known_keys(node, ("context", "text", "documents"), subject)
    context, text = reader.text(node.get("context"), "context"), reader.text(node.get("text"), "text")
    return CodeSpec(context or "", text or ""), document_places(reader, node.get("documents"))


def _mappings(reader: Reader, node: Node | None, subject: str, example: str) -> Iterator[tuple[Scalar, Mapping]]:
    for key, value in reader.mapping(node, subject):
        if isinstance(value, Mapping):
            yield key, value
        else:
            reader.problem(value.place, key.text, "must be a mapping", f"write {key.text}: {example}")


def yes(reader: Reader, node: Node | None, subject: str) -> bool | None:
    """yes or no; None where nothing is said."""
    text = reader.text(node, subject)
    if text is not None and text.lower() not in ("yes", "no"):
        reader.problem(node.place if node else Place(), subject, f"'{text}' is neither yes nor no", f"write {subject}: yes")
    return None if text is None else text.lower() == "yes"
