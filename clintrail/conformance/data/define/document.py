"""What define.xml says, as rows: datasets, variables, values, code lists, terms, methods, comments, documents, origins, analyses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clintrail.conformance.data.define.where import applies
from clintrail.conformance.data.model import Data, Kind
from clintrail.conformance.data.tables import Row
from clintrail.define.model import DefineDataset, DefineVariable, DocumentRef, Item, Origin, Standard
from clintrail.define.uses import uses

_VARIABLE = re.compile(r"\b([A-Z][A-Z0-9]{1,7})\.([A-Z][A-Z0-9_]{0,7})\b")


def document_rows(data: Data) -> Iterator[Row]:
    """Each define.xml."""
    for kind, found in data.define.items():
        path = data.define_paths.get(kind)
        yield {
            "kind": kind, "file": path.name if path else None, "version": found.define_version, "study": found.study_name,
            "protocol": found.protocol_name, "datasets": len(found.datasets),
        }  # fmt: skip


def dataset_rows(data: Data) -> Iterator[Row]:
    """Each dataset that a define.xml describes."""
    for kind, document in data.define.items():
        for position, d in enumerate(document.datasets, start=1):
            yield {
                "dataset": d.name, "kind": kind, "domain": d.domain or None, "class": d.class_name.upper() or None,
                "subclass": d.subclass.upper() or None, "label": d.label or None, "structure": d.structure or None, "purpose": d.purpose,
                "repeating": d.repeating, "reference_data": d.is_reference_data, "has_no_data": d.has_no_data,
                "standard": _standard(d.standard), "keys": list(d.keys), "file": d.archive_location or None, "position": position,
            }  # fmt: skip


def variable_rows(data: Data) -> Iterator[Row]:
    """Each variable that a define.xml describes."""
    for kind, dataset, variable, position in _variables(data):
        yield {
            "dataset": dataset.name, "variable": variable.name, "position": position, "kind": kind, **_item(variable),
            "key": dataset.key_sequence(variable.name), "role": variable.role or None, "items": len(variable.values),
        }  # fmt: skip


def value_rows(data: Data) -> Iterator[Row]:
    """Each item of a value list, numbered within its variable."""
    for kind, dataset, variable, _ in _variables(data):
        for number, item in enumerate(variable.values, start=1):
            condition = applies(data, dataset.name, item.where)
            yield {
                "dataset": dataset.name, "variable": variable.name, "item": number, "kind": kind, **_item(item), "applies": condition,
            }  # fmt: skip


def origin_rows(data: Data) -> Iterator[Row]:
    """Each origin of a variable (item: missing) or of an item of its value list; of Predecessors a row for each variable they name."""
    for kind, dataset, variable, _ in _variables(data):
        for number, item in [(None, variable), *enumerate(variable.values, start=1)]:
            for origin in item.origins:
                shared = {"dataset": dataset.name, "variable": variable.name, "item": number, "kind": kind, **_origin(origin)}
                named = _VARIABLE.findall(origin.description) if origin.type == "Predecessor" else []
                yield from (shared | {"predecessor_dataset": d, "predecessor_variable": v} for d, v in named or [(None, None)])


def _variables(data: Data) -> Iterator[tuple[Kind, DefineDataset, DefineVariable, int]]:
    for kind, document in data.define.items():
        for dataset in document.datasets:
            yield from ((kind, dataset, variable, position) for position, variable in enumerate(dataset.variables, start=1))


def _item(item: Item) -> Row:
    first = item.origins[0] if item.origins else Origin("")
    return {
        "label": item.label or None, "data_type": item.data_type or None, "length": item.length, "digits": item.significant_digits,
        "format": item.display_format or None, "mandatory": item.mandatory, "codelist": item.codelist or None,
        "origin": first.type or None, "method": item.method or None, "comment": item.comment or None, "has_no_data": item.has_no_data,
    }  # fmt: skip


def _origin(origin: Origin) -> Row:
    return {
        "type": origin.type, "source": origin.source or None, "description": origin.description or None,
        "pages": sum(map(_pages, origin.documents)),
    }  # fmt: skip


def _pages(ref: DocumentRef) -> int:
    if ref.first_page is not None and ref.last_page is not None:
        return max(ref.last_page - ref.first_page + 1, 0)
    return len(ref.pages)


def _standard(standard: Standard | None) -> str | None:
    return f"{standard.name} {standard.version}" if standard else None


def codelist_rows(data: Data) -> Iterator[Row]:
    """Each code list."""
    for kind, document in data.define.items():
        for c in document.codelists:
            yield {
                "kind": kind, "codelist": c.id, "name": c.name, "data_type": c.data_type, "nci_code": c.nci_code or None,
                "terms": len(c.terms), "has_decodes": c.has_decodes, "standard": _standard(c.standard),
                "dictionary": c.dictionary or None, "version": c.dictionary_version or None,
            }  # fmt: skip


def term_rows(data: Data) -> Iterator[Row]:
    """Each term of a code list."""
    for kind, document in data.define.items():
        for c in document.codelists:
            for t in c.terms:
                yield {
                    "kind": kind, "codelist": c.id, "name": c.name, "list_code": c.nci_code or None, "value": t.value,
                    "decode": t.decode or None, "nci_code": t.nci_code or None, "extended": t.is_extension,
                }  # fmt: skip


def method_rows(data: Data) -> Iterator[Row]:
    """Each method, with how many variables and items refer to it."""
    for kind, document in data.define.items():
        used = uses(document)
        for m in document.methods:
            yield {
                "kind": kind, "method": m.id, "name": m.name, "type": m.type, "description": m.description or None,
                "uses": len(used.get(("method", m.id), ())),
            }  # fmt: skip


def comment_rows(data: Data) -> Iterator[Row]:
    """Each comment, with how much it is on."""
    for kind, document in data.define.items():
        used = uses(document)
        for c in document.comments:
            yield {"kind": kind, "comment": c.id, "description": c.description or None, "uses": len(used.get(("comment", c.id), ()))}


def file_rows(data: Data) -> Iterator[Row]:
    """Each document that a define.xml links to, and whether it lies there (missing: not known, as of a link into the web)."""
    for kind, document in data.define.items():
        path, used = data.define_paths.get(kind), uses(document)
        for d in document.documents:
            name = d.href.partition("#")[0]
            is_file = path is not None and name and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\\", name) and len(name) < 250
            yield {
                "kind": kind, "document": d.id, "title": d.title or None, "file": d.href or None, "annotated_crf": d.is_annotated_crf,
                "there": (path.parent / name).is_file() if is_file and path else None, "uses": len(used.get(("document", d.id), ())),
            }  # fmt: skip


def standard_rows(data: Data) -> Iterator[Row]:
    """Each standard, with the version that the check uses of it: of the guide's tables, or of the terminology at hand."""
    packages = {package.standard: package.version for package in data.terminology.packages}
    for kind, document in data.define.items():
        for s in document.standards:
            at_hand = packages.get(s.publishing_set) if s.type == "CT" else data.ig_version if s.name == "SDTMIG" else None
            yield {
                "kind": kind, "name": s.name, "type": s.type, "version": s.version, "publishing_set": s.publishing_set or None,
                "status": s.status, "at_hand": at_hand,
            }  # fmt: skip


def analysis_rows(data: Data) -> Iterator[Row]:
    """Each dataset of each analysis result: what it analyses and which records it takes."""
    for kind, document in data.define.items():
        for display in document.displays:
            for result in display.results:
                for part in result.datasets:
                    parameter = result.parameter[1] if result.parameter and result.parameter[0] == part.dataset else None
                    yield {
                        "kind": kind, "display": display.name, "result": result.description, "dataset": part.dataset,
                        "analysed": list(part.variables), "parameter": parameter, "whole": part.where is None,
                        "applies": applies(data, part.dataset, [part.where]) if part.where else None,
                    }  # fmt: skip
