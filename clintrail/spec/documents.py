"""Readers of what a study says beside its data: documents, methods and comments declared once, analyses of the report."""

from __future__ import annotations

from collections import abc
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from clintrail.errors import Place, did_you_mean
from clintrail.spec.model import (
    AnalysisDatasetSpec,
    AnalysisSpec,
    Branches,
    CodeSpec,
    CommentSpec,
    DatasetSpec,
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
_DISPLAY = ("id", "title", "documents", "results")
_RESULT = ("name", "id", "description", "reason", "purpose", "parameter", "datasets", "join", "documentation", "documents", "code")
METHOD_TYPES = ("Computation", "Imputation")


def documents(reader: Reader, node: Node | None) -> dict[str, DocumentSpec]:
    """`documents:` of a study."""
    found: dict[str, DocumentSpec] = {}
    for key, value in _mappings(reader, node, "documents", "{title: Annotated CRF, file: acrf.pdf}"):
        reader.known_keys(value, _DOCUMENT, key.text)
        file, href = reader.text(value.get("file"), "file"), reader.text(value.get("href"), "href")
        if bool(file) == bool(href):
            fix = "give file: (of the study's folder documents/, goes into the package) or href: (stays as it is)"
            report = reader.problem if file else reader.drafted
            report(value.place, key.text, "a document has either a file or an href", fix)
            if file or not reader.draft:
                continue
        path = PurePosixPath(file or "")
        if path.is_absolute() or ".." in path.parts:
            fix = "name a file of the study's folder documents/, or give an href:"
            reader.problem(value.place, key.text, "the path leaves the folder of the documents", fix)
        title = reader.said(value.get("title"), "title", key.text)
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
            reader.drafted(value.place, key.text, f"no method type {type_}", f"write type: {' or '.join(METHOD_TYPES)}")
        title, words = reader.said(value.get("name"), "name", key.text), reader.text(value.get("words"), "words") or ""
        codes, places = tuple(_codes(reader, value.get("codes"))), reader.places(value.get("documents"))
        found[key.text] = MethodSpec(key.text, title, type_, words, key.place, codes, places)
    return found


def declared_methods(reader: Reader, datasets: Iterable[DatasetSpec], declared: abc.Mapping[str, MethodSpec]) -> None:
    """Report a `method:` of a variable that names none of the study's methods."""
    for dataset in datasets:
        stated = [variable for part in (dataset.variables, dataset.final, dataset.supplemental) for variable in part.values()]
        for variable in stated:
            branches = variable.rule.branches if isinstance(variable.rule, Branches) else ()
            for attributes, place in ((variable.attributes, variable.place), *((b.attributes, b.place) for b in branches)):
                name = attributes.get("method")
                if name and name not in declared:
                    fix = did_you_mean(name, declared, "declare it under methods: in study.yaml")
                    reader.problem(place, variable.name, f"no method named {name}", fix)


def comments(reader: Reader, node: Node | None) -> dict[str, CommentSpec]:
    """`comments:` of a study: comments that are named where a comment stands."""
    found: dict[str, CommentSpec] = {}
    for key, value in _mappings(reader, node, "comments", "{words: ...}"):
        reader.known_keys(value, _COMMENT, key.text)
        places = reader.places(value.get("documents"))
        found[key.text] = CommentSpec(key.text, reader.text(value.get("words"), "words") or "", key.place, places)
    return found


def _codes(reader: Reader, node: Node | None) -> Iterator[CodeSpec]:
    """`{SAS: ...}`, or a list of `{context: SAS, text: ...}`."""
    if not isinstance(node, Sequence):
        yield from (CodeSpec(key.text, reader.text(value, key.text) or "") for key, value in reader.mapping(node, "codes"))
        return
    for item in node.items:
        if isinstance(item, Mapping):
            reader.known_keys(item, ("context", "text"), "codes")
            yield CodeSpec(*(reader.text(item.get(key), key) or "" for key in ("context", "text")))
        else:
            reader.problem(item.place, "codes", "an entry is a mapping", "write - {context: SAS, text: ...}")


def displays(reader: Reader, node: Node | None) -> tuple[DisplaySpec, ...]:
    """The displays of `analyses.yaml`: its keys are the names of tables and figures."""
    found = []
    for key, value in _mappings(reader, node, "analyses.yaml", "its title: and results:"):
        reader.known_keys(value, _DISPLAY, key.text)
        items = value.get("results")
        entries = items.items if isinstance(items, Sequence) else ()
        if not entries:
            reader.drafted(value.place, key.text, "the display has no results", "add results: and below it - name: ...")
        results = tuple(result for item in entries for result in _result(reader, item, key.text))
        title, id_ = reader.said(value.get("title"), "title", key.text), reader.text(value.get("id"), "id") or ""
        found.append(DisplaySpec(key.text, title, results, key.place, reader.places(value.get("documents")), id_))
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
        reader.drafted(item.place, name or display, f"the result has no {', '.join(missing)}", f"add {', '.join(f'{m}:' for m in missing)}")
        if not reader.draft:
            return
    code, code_documents = _code(reader, item.get("code"), name or display)
    parameter, join, documentation = (reader.text(item.get(k), k) for k in ("parameter", "join", "documentation"))
    yield AnalysisSpec(
        name or "", description or "", reason or "", purpose or "", datasets, item.place, parameter, join, documentation,
        reader.places(item.get("documents")), code, code_documents, reader.text(item.get("id"), "id") or "",
    )  # fmt: skip


def _analysed(reader: Reader, node: Node | None) -> Iterator[AnalysisDatasetSpec]:
    """`{ADSL: {where: ..., variables: ...}}`, or a list of `{dataset: ADSL, ...}` where one is analysed twice."""
    known = ("dataset", "where", "variables", "join")
    items = node.items if isinstance(node, Sequence) else ()
    listed = [(reader.text(i.get("dataset"), "dataset") or "", i) for i in items if isinstance(i, Mapping)]
    named = [] if items else [(k.text, v) for k, v in _mappings(reader, node, "datasets", "{where: ..., variables: ...}")]
    for name, value in listed or named:
        reader.known_keys(value, known, name)
        where, variables = reader.expression(value.get("where"), "where"), reader.listed(value.get("variables"), "variables")
        yield AnalysisDatasetSpec(name, value.place, where, variables, reader.text(value.get("join"), "join") or "")


def _code(reader: Reader, node: Node | None, subject: str) -> tuple[CodeSpec | None, tuple[DocumentPlace, ...]]:
    """`code: {context: R 4.4, text: ..., documents: ...}`."""
    if node is None:
        return None, ()
    if not isinstance(node, Mapping):
        reader.problem(node.place, subject, "code is a mapping", "write code: {context: ..., text: ...}")
        return None, ()
    reader.known_keys(node, ("context", "text", "documents"), subject)
    context, text = reader.text(node.get("context"), "context"), reader.text(node.get("text"), "text")
    return CodeSpec(context or "", text or ""), reader.places(node.get("documents"))


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
