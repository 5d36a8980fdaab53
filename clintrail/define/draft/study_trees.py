"""What define documents say beside their datasets as the YAML of a study: study.yaml, and long lists as CSV.

What two documents declare under one id alike stands once; what differs, or is used by nothing, stands with the define it is of.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from clintrail.define import usual
from clintrail.define.draft import defaults
from clintrail.define.draft.trees import Context, names, places, standard_name, stated
from clintrail.define.model import (
    CodeList,
    Comment,
    DefineDocument,
    Document,
    Method,
    Standard,
    Term,
)
from clintrail.define.uses import references
from clintrail.define.usual import Kind
from clintrail.spec.yaml_write import Block, Drawn, Filed, Tree

# Longer lists go into a file of their own.
MOST_DRAWN = 40
_WIDEST_DRAWN = 120
_LONGEST_CELL = 10_000
_UNFIT = re.compile("[\0\r]")  # what Python's csv does not give back
_UNKNOWN = "STUDY"

Files = dict[str, str]


def study_tree(documents: Mapping[Kind, tuple[DefineDocument, Context]], files: Files) -> Block:
    """study.yaml for one define document, or one of each kind; CSV files of long lists are put into `files` by their path."""
    first = next(iter(documents.values()))[0]
    standards = _study_standards(document for document, _ in documents.values())
    tree = Block({"study": first.study_name or _UNKNOWN}, spaced=True)
    tree.update(stated({"title": first.study_description, "protocol": first.protocol_name}))
    if first.creation_datetime not in ("", usual.NO_DATE):
        tree["created"] = first.creation_datetime
    tree.update({"standards": standards} if standards else {})
    own: dict[Kind, dict[str, Tree]] = {kind: _define(document, kind, tree) for kind, (document, _) in documents.items()}
    shared: dict[str, Block] = {}
    for section in ("documents", "codelists", "methods", "comments"):
        together, apart = _divided(documents, section)
        writer = _writer(section, files)
        shared[section] = Block({id_: writer(item, context) for id_, (item, context) in together.items()}, aligned=section == "documents")
        for kind, items in apart.items():
            context = documents[kind][1]
            own[kind].update({section: Block({item.id: writer(item, context) for item in items})} if items else {})
    defines = Block([(kind, Block(facts)) for kind, facts in own.items() if facts])
    tree.update({"define": defines} if defines else {})
    tree.update({section: block for section, block in shared.items() if block})
    return tree


def _study_standards(documents: Iterable[DefineDocument]) -> dict[str, str]:
    """`{SDTMIG: 3.4, terminology: 2025-03-28}`: the guides and the SDTM terminology, where a define says no more of them."""
    found: dict[str, str] = {}
    for document in documents:
        for standard in document.standards:
            name = standard.name if standard.type == "IG" else "terminology"
            plain = standard in defaults.standards({name: standard.version}, "sdtm" if name != "ADaMIG" else "adam")
            if plain and standard.version:
                found.setdefault(name, standard.version)
    return found


def _define(document: DefineDocument, kind: Kind, study: Mapping[str, Any]) -> dict[str, Tree]:
    """What a define says of itself, where it does not follow from the study."""
    expected = {
        **defaults.define_facts(document.study_name, kind),
        "study": study["study"],
        "title": study.get("title", study["study"]),
        "protocol": study.get("protocol", study["study"]),
        "created": study.get("created", usual.NO_DATE),
        "as_of": "",
    }
    said = {
        "study": document.study_name,
        "title": document.study_description,
        "protocol": document.protocol_name,
        "oid": document.study_oid,
        "name": document.metadata_version_name,
        "description": document.metadata_version_description,
        "created": document.creation_datetime,
        "as_of": document.as_of_datetime,
        "comment": document.comment,
        "originator": document.originator,
        "source_system": document.source_system,
        "source_system_version": document.source_system_version,
        "context": document.context,
        "define_version": document.define_version,
        "language": document.language,
    }
    tree: dict[str, Tree] = {key: text for key, text in said.items() if text != expected[key]}
    if document.standards != defaults.standards(study.get("standards", {}), kind):
        tree["standards"] = [_standard(standard) for standard in document.standards]
    order = [dataset.name for dataset in document.datasets]
    if order != usual.order(order):
        tree["datasets"] = names(order)
    return tree


def _standard(standard: Standard) -> dict[str, Tree]:
    type_, status = "" if standard.type == "IG" else standard.type, "" if standard.status == "Final" else standard.status
    facts = {"type": type_, "version": standard.version, "publishing_set": standard.publishing_set, "comment": standard.comment}
    tree = {"name": standard.name, **stated(facts)}
    return tree if not status and standard.status else {**tree, "status": standard.status}


# -- what is declared once -------------------------------------------------------------------------------------------------------

Divided = tuple[dict[str, tuple[Any, Context]], dict[Kind, list[Any]]]


def _divided(documents: Mapping[Kind, tuple[DefineDocument, Context]], section: str) -> Divided:
    """What all documents may share, by id, with the context of its writer, and what each keeps for itself."""
    items = {kind: {item.id: item for item in getattr(document, section)} for kind, (document, _) in documents.items()}
    if len(items) == 1:
        (kind,) = items
        return {id_: (item, documents[kind][1]) for id_, item in items[kind].items()}, {kind: []}
    used = {kind: references(document) for kind, (document, _) in documents.items()}
    together: dict[str, tuple[Any, Context]] = {}
    apart: dict[Kind, list[Any]] = {kind: [] for kind in items}
    for id_ in _merged(*(list(found) for found in items.values())):
        for kind, (_, context) in documents.items():
            item = items[kind].get(id_)
            if item is None:
                continue
            alike = id_ not in together or bool(together[id_][0] == item)
            others = any(id_ in items[other] for other in items if other != kind)
            if alike and (others or (section, id_) in used[kind] and not _is_of_both(section, item, kind)):
                together.setdefault(id_, (item, context))
            else:
                apart[kind].append(item)
    return together, apart


def _is_of_both(section: str, item: Any, kind: Kind) -> bool:
    """Whether something that a study declares for all would be in the other define too, used or not: listed documents, but the CRF."""
    return section == "documents" and item.is_listed and not (item.is_annotated_crf and kind == "sdtm")


def _merged(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Both sequences in one that keeps the order of each, as far as they agree; else that of the first."""
    known, merged = set(second), []
    waiting = list(second)
    for id_ in first:
        if id_ in known and id_ in waiting:
            at = waiting.index(id_)
            merged += [other for other in waiting[:at] if other not in first]
            waiting = [other for other in waiting[:at] if other in first] + waiting[at + 1 :]
        merged.append(id_)
    return [*merged, *(other for other in waiting if other not in first)]


def _writer(section: str, files: Files) -> Callable[[Any, Context], Tree]:
    writers: dict[str, Callable[[Any, Context], Tree]] = {"documents": _document, "methods": _method, "comments": _comment}
    return writers.get(section, lambda item, context: _codelist(item, context, files))


def _document(document: Document, _: Context) -> Tree:
    tree: dict[str, Tree] = {} if document.title == document.id else {"title": document.title}
    tree["href"] = document.href
    tree.update({"annotated_crf": "yes"} if document.is_annotated_crf else {})
    return {**tree, **({} if document.is_listed else {"listed": "no"})}


def _method(method: Method, _: Context) -> Tree:
    tree: dict[str, Tree] = {} if method.name == method.id else {"name": method.name}
    tree.update({} if method.type == "Computation" else {"type": method.type})
    tree.update(stated({"words": method.description}))
    contexts = [expression.context for expression in method.expressions]
    if len(set(contexts)) < len(contexts):
        tree["codes"] = [{"context": expression.context, "text": expression.text} for expression in method.expressions]
    elif contexts:
        tree["codes"] = {expression.context: expression.text for expression in method.expressions}
    return {**tree, **({"documents": places(method.documents)} if method.documents else {})}


def _comment(comment: Comment, _: Context) -> Tree:
    tree = stated({"words": comment.description})
    return {**tree, **({"documents": places(comment.documents)} if comment.documents else {})}


# -- code lists ------------------------------------------------------------------------------------------------------------------


def _codelist(codelist: CodeList, context: Context, files: Files) -> Tree:
    facts = {
        "code": codelist.nci_code,
        "data_type": "" if codelist.data_type == "text" else codelist.data_type,
        "standard": standard_name(codelist.standard, context),
        "dictionary": codelist.dictionary,
        "version": codelist.dictionary_version,
        "href": codelist.dictionary_href,
        "ref": codelist.dictionary_ref,
        "description": codelist.description,
        "comment": codelist.comment,
        "sas_format": codelist.sas_format,
        "non_standard": {True: "yes", False: "no", None: ""}[codelist.stated_non_standard],
    }
    tree: dict[str, Tree] = {} if codelist.name == codelist.id else {"name": codelist.name}
    tree.update(stated(facts))
    if codelist.terms or not codelist.dictionary:
        tree["terms"] = terms_tree(codelist.id, codelist.terms, files)
    return tree


def terms_tree(id_: str, terms: Sequence[Term], files: Files) -> Tree:
    """The terms drawn as a table; in a file if they are long, as a list if a table cannot hold them as they are."""
    rows = [_term(term) for term in terms]
    columns = [c for c in ("term", "decode", "code", "order", "rank", "extended", "description") if c == "term" or any(r[c] for r in rows)]
    cells = [[row[column] for column in columns] for row in rows]
    texts = [cell for row in cells for cell in row]
    once = len({row["term"] for row in rows}) == len(rows) and all(row["term"] for row in rows)
    if not rows or not once or any(cell != cell.strip() or len(cell) > _LONGEST_CELL or _UNFIT.search(cell) for cell in texts):
        return [stated(row) for row in rows]
    table = _drawn([columns, *cells])
    if len(rows) <= MOST_DRAWN and all(_can_be_drawn(cell) for cell in texts) and max(map(len, table)) <= _WIDEST_DRAWN:
        return Drawn("".join(f"{line}\n" for line in table))
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([columns, *cells])
    path = _free(f"tables/{file_stem(id_) or 'codelist'}", files)
    files[path] = stream.getvalue()
    return Filed(path, files[path])


def _term(term: Term) -> dict[str, str]:
    order = "" if term.order is None else str(term.order)
    extended = "yes" if term.is_extension else ""
    return {
        "term": term.value, "decode": term.decode, "code": term.nci_code, "order": order, "rank": term.rank, "extended": extended,
        "description": term.description,
    }  # fmt: skip


def _can_be_drawn(cell: str) -> bool:
    return cell.isprintable() and not re.search(r"\||=>|#", cell)


def _drawn(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table: the term, which is its key, left of `=>`."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    return [(f"{row[0]} => {' | '.join(row[1:])}" if row[1:] else row[0]).rstrip() for row in padded]


def file_stem(name: str) -> str:
    """A name as that of a file, without its ending: small letters, digits, `_`, `-` and dots within, not too long for any system."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip(".-")[:60]


def _free(stem: str, files: Files) -> str:
    path, number = f"{stem}.csv", 2
    while path in files:
        path, number = f"{stem}-{number}.csv", number + 1
    return path
