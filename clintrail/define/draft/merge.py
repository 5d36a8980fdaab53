"""One define of what is built and what is drafted of the same kind; and a define without what nothing in it uses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clintrail.define import usual
from clintrail.define.model import DefineDocument
from clintrail.define.uses import references

_SECTIONS = ("codelists", "methods", "comments", "documents")


def merged(built: DefineDocument, drafts: DefineDocument) -> DefineDocument:
    """The built datasets and the drafts; of what both have (by id), as it is built.

    Methods and comments that the study declares are all in it; other things of the drafts where the drafts use them.
    """
    used = references(drafts)
    datasets = {dataset.name: dataset for dataset in (*drafts.datasets, *built.datasets)}
    sections: dict[str, Any] = {}
    for section in _SECTIONS:
        ours = getattr(built, section)
        known = {item.id for item in ours}
        wanted = section in ("methods", "comments")
        more = (item for item in getattr(drafts, section) if item.id not in known and (wanted or (section, item.id) in used))
        sections[section] = (*ours, *more)
    return replace(
        built,
        datasets=tuple(datasets[name] for name in usual.order(datasets)),
        standards=tuple(dict.fromkeys((*built.standards, *(s for s in drafts.standards if _is_new(s, built))))),
        displays=built.displays or drafts.displays,
        **sections,
    )


def _is_new(standard: Any, built: DefineDocument) -> bool:
    """Whether a standard is none that the built define has in another version: the drafts' are only those that the spec names."""
    return all((s.name, s.publishing_set) != (standard.name, standard.publishing_set) for s in built.standards)


def only_used(document: DefineDocument) -> DefineDocument:
    """The document without code lists, methods, comments and unlisted documents that nothing in it refers to, as a define.xml has to be."""
    for section in _SECTIONS:  # in this order: code lists use comments, and all of them documents
        used = references(document)
        kept = tuple(
            item for item in getattr(document, section) if (section, item.id) in used or (section == "documents" and item.is_listed)
        )
        document = replace(document, **{section: kept})  # type: ignore[arg-type]
    return replace(document, unused_where_clauses=())
