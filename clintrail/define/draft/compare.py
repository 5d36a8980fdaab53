"""What two define documents say differently, and one that takes over what the other says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from clintrail.define.model import (
    AnalysisDataset,
    AnalysisResult,
    CodeList,
    Comment,
    DefineDataset,
    DefineDocument,
    DefineVariable,
    Document,
    Method,
    ResultDisplay,
    Term,
    ValueListItem,
    WhereClause,
)

# What tells the members of a list apart; other lists are compared as a whole.
_KEYS: dict[type, str] = {
    DefineDataset: "name", DefineVariable: "name", ValueListItem: "where", CodeList: "id", Term: "value", Method: "id", Comment: "id",
    Document: "id", ResultDisplay: "name", AnalysisResult: "id", AnalysisDataset: "dataset",
}  # fmt: skip
_WORDS: dict[type, str] = {
    DefineDataset: "dataset", DefineVariable: "variable", ValueListItem: "values where", CodeList: "code list", Term: "term",
    Method: "method", Comment: "comment", Document: "document", ResultDisplay: "display", AnalysisResult: "result",
    AnalysisDataset: "analysis dataset",
}  # fmt: skip
_NOT_COMPARED = {"stated_oids", "unused_where_clauses", "define_version"}
_LONGEST_SHOWN = 60
# Definitions that others refer to: in which order they stand says nothing (Define-XML orders datasets, variables and terms).
_UNORDERED = {"codelists", "methods", "comments", "documents"}
# Attributes by the words of the spec language, where those of the model are others.
_SPELT = {
    "display_format": "format", "has_no_data": "no_data", "is_non_standard": "non_standard", "stated_non_standard": "non_standard",
    "assigned_value": "assigned", "developer_notes": "notes", "class_name": "class", "is_reference_data": "reference_data",
    "archive_location": "file", "archive_title": "file_title", "nci_code": "code", "study_description": "title",
    "protocol_name": "protocol", "study_oid": "oid", "study_name": "study", "creation_datetime": "created",
    "metadata_version_name": "name", "metadata_version_description": "description", "dictionary_version": "version",
    "dictionary_href": "href", "dictionary_ref": "ref", "as_of_datetime": "as_of",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One difference: whose (`AE.AESEV`), in what (an attribute, or the order of a list), here and there as shown.

    `attribute` is empty where only one side has it: `here` or `there` is then None, and `kind` says what it is.
    """

    owner: str
    kind: str
    attribute: str
    here: str | None
    there: str | None

    def __str__(self) -> str:
        whose = f"{self.kind} {self.owner}".strip()
        if self.attribute:
            return f"{whose}  {self.attribute}: {self.here or '(nothing)'} in the study, {self.there or '(nothing)'} in the file"
        return f"{whose}  {'only in the study' if self.there is None else 'only in the file'}"


def differences(here: DefineDocument, there: DefineDocument) -> list[Difference]:
    """What the documents say differently, apart from names of OIDs and where clauses, in the order of the first."""
    return list(_compared(_plain(here), _plain(there), "", ""))


def _compared(here: Any, there: Any, owner: str, kind: str) -> Iterator[Difference]:
    for field in fields(here):
        ours, theirs = getattr(here, field.name), getattr(there, field.name)
        if field.name in _NOT_COMPARED or ours == theirs or field.name == _KEYS.get(type(here)):
            continue
        if _is_keyed(ours) and _is_keyed(theirs) and (ours or theirs):
            yield from _listed(ours, theirs, owner, kind, field.name)
        else:
            yield Difference(owner, kind, _SPELT.get(field.name, field.name), _shown(ours), _shown(theirs))


def _listed(here: Sequence[Any], there: Sequence[Any], owner: str, kind: str, name: str) -> Iterator[Difference]:
    ours, theirs = _by_key(here), _by_key(there)
    for key, item in ours.items():
        whose, what = _owner(owner, item), _WORDS[type(item)]
        if key not in theirs:
            yield Difference(whose, what, "", _shown(key), None)
        else:
            yield from _compared(item, theirs[key], whose, what)
    for key, item in theirs.items():
        if key not in ours:
            yield Difference(_owner(owner, item), _WORDS[type(item)], "", None, _shown(key))
    both, again = [key for key in ours if key in theirs], [key for key in theirs if key in ours]
    if both != again and name not in _UNORDERED:
        yield Difference(owner, kind, f"order of {name}", _order(both), _order(again))


def _order(keys: Iterable[Any]) -> str:
    return _cut(", ".join(_shown(key) for key in keys))


def _owner(owner: str, item: Any) -> str:
    key = _shown(getattr(item, _KEYS[type(item)]))
    if isinstance(item, ValueListItem):
        return f"{owner} {key}"
    return f"{owner}.{key}" if owner else key


def combined(ours: Any, shown: Any, theirs: Any, *, sparse: bool = False) -> Any:
    """What `theirs` says, and of `ours` what a file like theirs cannot say: where `shown`, ours as such a file has it, equals theirs.

    With `sparse`, the file also says nothing where it has nothing (Define-XML 1.0 has no words for much).
    """
    if shown == theirs or (sparse and not theirs and not isinstance(theirs, bool)):
        return ours
    if is_dataclass(theirs) and type(ours) is type(theirs) and type(shown) is type(theirs) and not isinstance(theirs, WhereClause):
        names = [field.name for field in fields(theirs)]
        parts = {name: combined(*(getattr(one, name) for one in (ours, shown, theirs)), sparse=sparse) for name in names}
        return replace(theirs, **parts)  # type: ignore[type-var]
    if all(_is_keyed(one) for one in (ours, shown, theirs)):
        mine, seen, other = _by_key(ours), _by_key(shown), _by_key(theirs)
        merged = {k: combined(mine[k], seen[k], item, sparse=sparse) if k in mine and k in seen else item for k, item in other.items()}
        merged.update({key: item for key, item in mine.items() if key not in seen and key not in other})
        return tuple(merged[key] for key in _order_of(list(mine), list(seen), list(other), merged))
    return theirs


def _order_of(mine: list[Any], seen: list[Any], other: list[Any], merged: dict[Any, Any]) -> list[Any]:
    """Ours where the file's order is the one that it would have of ours, with what is new behind what it follows there; else the file's."""
    if [key for key in seen if key in other] != [key for key in other if key in seen]:
        return list(merged)
    keys = [key for key in mine if key in merged]
    for at, key in enumerate(other):
        if key not in keys:
            keys.insert(next((keys.index(before) + 1 for before in reversed(other[:at]) if before in keys), 0), key)
    return keys


def _is_keyed(value: Any) -> bool:
    """Whether a value is a list of things that a key tells apart."""
    if not isinstance(value, tuple) or any(type(item) not in _KEYS for item in value):
        return False
    return len(_by_key(value)) == len(value)


def _by_key(items: Iterable[Any]) -> dict[Any, Any]:
    return {_plain(getattr(item, _KEYS[type(item)])): item for item in items}


def _plain(value: Any) -> Any:
    """A value without the names that a file gives to where clauses, and with decodes where the model implies them."""
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    if isinstance(value, WhereClause):
        return replace(value, id="") if value.checks else value
    if isinstance(value, CodeList) and value.has_decodes:
        return replace(value, terms=tuple(replace(term, decode=term.decode or term.value) for term in value.terms))
    if is_dataclass(value) and not isinstance(value, type):
        found = {f.name: plain for f in fields(value) if (plain := _plain(old := getattr(value, f.name))) is not old and plain != old}
        return replace(value, **found) if found else value
    return value


def _shown(value: Any) -> str:
    """A value in words, on one line."""
    if isinstance(value, WhereClause):
        return " and ".join(f"{c.variable} {c.comparator} {', '.join(c.values)}" for c in value.checks) or value.id
    if isinstance(value, tuple) and all(isinstance(item, WhereClause) for item in value) and value:
        return _cut(" or ".join(_shown(item) for item in value))
    if isinstance(value, tuple):
        return _cut(", ".join(_shown(item) for item in value))
    if is_dataclass(value):
        parts = (getattr(value, field.name) for field in fields(value))
        return " ".join(_shown(part) for part in parts if part not in ("", None, (), False, "PhysicalRef"))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _cut(" ".join(str(value).split())) if value is not None else ""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
