"""Datasets of a define document as the YAML of drafts: only what is stated, in the order of the define."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clintrail.define import usual
from clintrail.define.conditions import condition_of
from clintrail.define.draft import defaults
from clintrail.define.model import DefineDataset, DefineDocument, DefineVariable, DocumentRef, Item, Origin, ValueListItem, WhereClause
from clintrail.define.places import document_place
from clintrail.define.usual import Kind
from clintrail.spec.parts import NAME
from clintrail.spec.yaml_write import Block, Expressed, Tree

TO_DERIVE = "to derive: "
_MOST_WORDS = 500  # of a derivation in a comment; the method has all of them


@dataclass(frozen=True)
class Context:
    """What of its document a dataset needs to be written: numeric variables, methods in words, names of standards, the CRF."""

    kind: Kind
    numeric: frozenset[tuple[str, str]]
    words: Mapping[str, str]
    standards: Mapping[str, object]
    guide: object
    annotated_crf: str


def context_of(document: DefineDocument, kind: Kind) -> Context:
    """The context of a document's datasets."""
    numbers = {(d.name, v.name) for d in document.datasets for v in d.variables if v.data_type in ("integer", "float")}
    return Context(
        kind,
        frozenset(numbers),
        {method.id: method.description for method in document.methods},
        defaults.by_name(document.standards),
        usual.guide(document.standards),
        next((d.id for d in document.documents if d.is_annotated_crf), ""),
    )


def dataset_tree(dataset: DefineDataset, context: Context) -> Block:
    """A dataset as a draft."""
    expected = {
        "domain": usual.domain(dataset.name, dataset.purpose),
        "file": usual.file(dataset.name, dataset.has_no_data),
        "standard": standard_name(context.guide, context),
    }
    said = {
        "domain": dataset.domain,
        "file": dataset.archive_location,
        "standard": standard_name(dataset.standard, context),
    }
    different = {key: text for key, text in said.items() if text != expected[key]}
    tree: dict[str, Tree] = {
        "dataset": dataset.name,
        "draft": "yes",
        **stated({"label": dataset.label, "class": dataset.class_name, "subclass": dataset.subclass, "structure": dataset.structure}),
        **({"keys": names(dataset.keys)} if dataset.keys else {}),
        **({} if dataset.repeating else {"repeating": "no"}),
        **_yes({"reference_data": dataset.is_reference_data, "no_data": dataset.has_no_data}),
        **different,
        **stated({"domain_description": dataset.domain_description, "file_title": dataset.archive_title, "sas_name": dataset.sas_name}),
        **stated({"comment": dataset.comment, "notes": dataset.developer_notes}),
    }
    variables = Block(aligned=True)
    for variable in dataset.variables:
        if variable.name not in variables:
            variables[variable.name] = variable_tree(dataset.name, variable, context)
            variables.notes[variable.name] = derivation(variable, context)
    return Block({**tree, "variables": variables})


def variable_tree(dataset: str, variable: DefineVariable, context: Context) -> Tree:
    """A variable: its attributes, and below `value` those of its values by condition."""
    tree = _item(variable, context)
    tree.update(stated({"values_description": variable.values_description}))
    if variable.values:
        tree["value"] = values_tree(dataset, variable, context)
    return tree or None


def values_tree(dataset: str, variable: DefineVariable, context: Context) -> Block:
    """Value-level metadata; brackets around a condition tell it apart from another one that is the same."""
    found = Block()
    for item in variable.values:
        condition = condition_of(item.where, dataset, lambda *name: name in context.numeric)
        while condition in found:
            condition = f"({condition})"
        found[condition] = _value(item, variable, context)
        note = derivation(item, context)
        found.notes[condition] = note if item.method != variable.method else ""
    return found


def _value(item: ValueListItem, variable: DefineVariable, context: Context) -> Tree:
    tree = {} if item.name == variable.name else stated({"name": item.name})
    tree.update(_item(item, context))
    joins = [clause.comment for clause in item.where]
    if any(joins):
        tree["join"] = joins[0] if len(set(joins)) == 1 and "," not in joins[0] and joins[0] == joins[0].strip() else joins
    return tree


def derivation(item: Item, context: Context) -> str:
    """How values are to be derived, for the comment above them."""
    words = " ".join(context.words.get(item.method, "").split())
    return TO_DERIVE + (words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS]} ...") if words else ""


def _item(item: Item, context: Context) -> dict[str, Tree]:
    tree = stated(
        {
            "label": item.label,
            "data_type": "" if item.data_type == "text" else item.data_type or defaults.NO_TYPE,
            "length": _number(item.length),
            "significant_digits": _number(item.significant_digits),
            "format": item.display_format,
            "codelist": item.codelist,
        }
    )
    tree.update(_yes({"mandatory": item.mandatory}))
    tree.update(_origins(item.origins, context))
    tree.update(stated({"assigned": item.assigned_value, "method": item.method, "comment": item.comment, "sas_name": item.sas_name}))
    tree.update(_yes({"no_data": item.has_no_data, "non_standard": item.is_non_standard}))
    tree.update(stated({"common": item.common, "notes": item.developer_notes, "role": item.role, "role_codelist": item.role_codelist}))
    return tree


def _origins(origins: Sequence[Origin], context: Context) -> dict[str, Tree]:
    """One origin by attributes where they can say it, else a list of them."""
    if not origins:
        return {}
    if len(origins) == 1 and (short := _short(origins[0], context)):
        return short
    listed = [stated({"type": o.type, "source": o.source, "description": o.description}) for o in origins]
    for tree, origin in zip(listed, origins, strict=True):
        tree.update({"documents": places(origin.documents)} if origin.documents else {})
    return {"origins": listed}


def _short(origin: Origin, context: Context) -> dict[str, Tree]:
    """`origin`, `source`, `pages` (of the annotated CRF) and `predecessor`; nothing where they cannot say it."""
    found = [document_place(ref) for ref in origin.documents]
    if not origin.type or len(found) > 1 or origin.description and origin.type != "Predecessor":
        return {}
    pages = found[0].pages if found else ""
    if found and (found[0].document != context.annotated_crf or found[0].title or found[0].type or not pages):
        return {}
    implied = origin.type == "Predecessor" and origin.description
    said = {"origin": "" if implied else origin.type, "source": origin.source, "pages": pages, "predecessor": origin.description}
    return stated(said)


def places(refs: Iterable[DocumentRef]) -> Tree:
    """Places in documents by document, or as a list where one stands twice."""
    found = [document_place(ref) for ref in refs]
    further = [stated({"pages": p.pages, "title": p.title, "type": p.type}) for p in found]
    if len({place.document for place in found}) < len(found):
        return [{"document": place.document, **more} for place, more in zip(found, further, strict=True)]
    return {p.document: more if p.title or p.type else p.pages for p, more in zip(found, further, strict=True)}


def names(listed: Sequence[str]) -> Tree:
    """Names divided by commas, or as a list where one of them is no plain name."""
    return ", ".join(listed) if all(NAME.match(name) for name in listed) else list(listed)


def condition_tree(where: WhereClause, dataset: str, context: Context) -> str:
    """One where clause as a condition."""
    return Expressed(condition_of((where,), dataset, lambda *name: name in context.numeric))


def standard_name(standard: object, context: Context) -> str:
    """The name under which a standard is referred to; empty for none."""
    found = next((name for name, other in context.standards.items() if other == standard), None)
    if found is None and standard is not None:
        return next(iter(defaults.by_name([standard])))  # type: ignore[list-item]  # one that the document does not list
    return found or ""


def stated(facts: Mapping[str, str]) -> dict[str, Tree]:
    """Those that have a text."""
    return {key: text for key, text in facts.items() if text}


def _yes(facts: Mapping[str, bool]) -> dict[str, Tree]:
    return {key: "yes" for key, holds in facts.items() if holds}


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
