"""Datasets, variables and value-level metadata of a workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

from clintrail.define import usual
from clintrail.define.model import (
    DataType,
    DefineDataset,
    DefineVariable,
    DocumentRef,
    Item,
    Origin,
    OriginSource,
    OriginType,
    ValueListItem,
)
from clintrail.define.workbook import defaults
from clintrail.define.workbook.book import Book, Row
from clintrail.define.workbook.cells import parse_places, parts_of, split_list
from clintrail.define.workbook.read_shared import Known, Standards
from clintrail.define.workbook.read_where import WhereClauses
from clintrail.errors import Severity, did_you_mean

_NAMES = re.compile(r"[\s,;]+")
_TYPES: dict[str, str] = {word.upper(): word for word in get_args(OriginType)}
_SOURCES: dict[str, str] = {word.upper(): word for word in get_args(OriginSource) if word}
# The words of Define-XML 2.0 for what is collected, and who collected it as far as they tell.
_LEGACY_TYPES = {"CRF": ("Collected", ""), "EDT": ("Collected", "Vendor")}


Variables = Mapping[str, tuple[DefineVariable, ...]]


def read_datasets(book: Book, variables: Variables, known: Known, standards: Standards) -> tuple[DefineDataset, ...]:
    """The sheet Datasets, with the variables of each; datasets that only the sheet Variables names come last, with a name alone."""
    rows = book.complete("datasets", "name")
    book.unique(rows, "name", what="the dataset {}")
    made = tuple(_dataset(row, variables.get(row.id("name"), ()), known, standards) for row in rows)
    named = {dataset.name for dataset in made}
    usual = defaults.purpose(standards.main)
    bare = (
        DefineDataset(name=name, label="", class_name="", structure="", variables=of, purpose=usual, standard=standards.main)  # type: ignore[arg-type]
        for name, of in variables.items()
        if name not in named
    )
    return (*made, *bare)


def _dataset(row: Row, variables: tuple[DefineVariable, ...], known: Known, standards: Standards) -> DefineDataset:
    name = row.id("name")
    keys = tuple(key for key in _NAMES.split(row.id("keys")) if key)
    names = {variable.name for variable in variables}
    for key in keys:
        if key not in names:
            fix = did_you_mean(key, names, "add it to the sheet Variables, or take it out")
            row.problem("keys", f"the key {key} is no variable of {name}", fix, kind="dangling key")
    if not variables:
        row.problem("name", f"the sheet Variables has no variables of {name}", "add them", Severity.WARNING)
    known.comment(row)
    purpose = row.one_of("purpose", ("Tabulation", "Analysis"), defaults.purpose(standards.main))
    facts = row.facts(DefineDataset, "purpose", "domain", "archive_location")
    return DefineDataset(
        **facts,
        variables=variables,
        keys=keys,
        purpose=purpose,  # type: ignore[arg-type]  # another word is kept, and was told
        standard=standards.of(row, "IG") if row.has("standard") else standards.main,
        domain=_unless_stated(row, "domain", usual.domain(name, purpose)),
        archive_location=_unless_stated(row, "archive_location", usual.file(name, bool(facts.get("has_no_data")))),
    )


def _unless_stated(row: Row, field: str, usual: str) -> str:
    stated = row.id(field)
    return "" if stated == defaults.NOTHING else stated or usual


# -- variables -------------------------------------------------------------------------------------------------------------------


def read_variables(book: Book, known: Known) -> dict[str, tuple[DefineVariable, ...]]:
    """The sheet Variables by dataset, without values."""
    rows = book.complete("variables", "dataset", "variable")
    book.unique(rows, "dataset", "variable", what="the variable {}")
    datasets = {row.id("name"): None for row in book.rows("datasets")}
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.id("dataset"), []).append(row)
    for name, of_dataset in found.items():
        of_dataset[0].refer("dataset", name, datasets, "dataset", "Datasets")
    return {
        name: tuple(DefineVariable(name=row.id("variable"), **_item(row, DefineVariable, known)) for row in book.ordered(of, name))
        for name, of in found.items()
    }


def read_values(book: Book, variables: Variables, known: Known, where: WhereClauses) -> dict[str, tuple[DefineVariable, ...]]:
    """The variables again, each with its value-level metadata: the sheet ValueLevel."""
    rows = book.complete("values", "dataset", "variable", "where")
    book.unique(rows, "dataset", "variable", "name", "where", what="this where clause of {}")
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        key = (row.id("dataset"), row.id("variable"))
        if key[1] in {variable.name for variable in variables.get(key[0], ())}:
            found.setdefault(key, []).append(row)
        else:
            fix = did_you_mean(key[1], [v.name for v in variables.get(key[0], ())], "add it to the sheet Variables")
            row.problem("variable", f"no variable {row.record} in the sheet Variables: left out", fix, kind="dangling variable")
    values = {key: tuple(_value(row, known, where) for row in book.ordered(of, ".".join(key))) for key, of in found.items()}
    return {
        name: tuple(replace(variable, values=values.get((name, variable.name), ())) for variable in of) for name, of in variables.items()
    }


def _value(row: Row, known: Known, where: WhereClauses) -> ValueListItem:
    name = row.id("name") or row.id("variable")
    return ValueListItem(name=name, where=where.of(row, row.id("dataset")), **_item(row, ValueListItem, known))


def _item(row: Row, cls: type[Item], known: Known) -> dict[str, Any]:
    """What variables and values have in common."""
    facts = row.facts(cls, "name", "data_type")
    types = get_args(DataType)
    said = any(row.id(field) for field in ("label", "length", "display_format", "codelist", "origin", "method", "comment"))
    data_type = row.one_of("data_type", types, "text" if said else "")  # a variable that is a name alone stays one
    if row.has("data_type") and not row.id("data_type"):
        row.problem("data_type", "no data type", f"write {', '.join(types[:3])} or another", kind="incomplete row")
    row.refer("method", row.id("method"), known.methods, "method", "Methods")
    row.refer("codelist", row.id("codelist"), known.codelists, "codelist", "Codelists or Dictionaries")
    row.refer("role_codelist", row.id("role_codelist"), known.codelists, "codelist", "Codelists or Dictionaries")
    known.comment(row)
    return {**facts, "data_type": data_type, "origins": _origins(row, known)}


# -- origins ---------------------------------------------------------------------------------------------------------------------


def _origins(row: Row, known: Known) -> tuple[Origin, ...]:
    """The origins of a row, whose sources, pages and descriptions stand in the same order."""
    said = [_origin_type(row, text) for text in split_list(row.text("origin"))]
    if not said:
        for field in ("source", "pages", "predecessor", "origin_description"):
            if row.id(field):
                row.problem(field, "said of an origin that is not there: not kept", "write the Origin", Severity.WARNING, "not kept")
        return ()
    sources = [_source(row, text) for text in _parts(row, "source", len(said))]
    places = [_pages(row, text, known) for text in _parts(row, "pages", len(said))]
    described = _descriptions(row, [type_ for type_, _ in said])
    return tuple(
        Origin(type_, source or implied, description, refs)
        for (type_, implied), source, description, refs in zip(said, sources, described, places, strict=True)
    )


def _parts(row: Row, field: str, count: int) -> list[str]:
    return row.tried(field, lambda: parts_of(row.text(field), count, "origins"), [""] * count)


def _origin_type(row: Row, text: str) -> tuple[str, str]:
    """The type of an origin, and the source that it implies."""
    word = text.strip()
    if word.upper() in _LEGACY_TYPES:
        return _LEGACY_TYPES[word.upper()]
    if word.upper() not in _TYPES:
        fix = did_you_mean(word, _TYPES.values(), f"write {', '.join(_TYPES.values())}")
        row.problem("origin", f"'{word}' is no origin", fix, kind="unknown value")
    return _TYPES.get(word.upper(), word), ""


def _source(row: Row, text: str) -> str:
    word = text.strip()
    if word and word.upper() not in _SOURCES:
        row.problem("source", f"'{word}' is no source", f"write {', '.join(_SOURCES.values())}", kind="unknown value")
    return _SOURCES.get(word.upper(), word)


def _pages(row: Row, text: str, known: Known) -> tuple[DocumentRef, ...]:
    crf = known.crf or "acrf"
    return known.places(row, "pages", row.tried("pages", lambda: parse_places(text, crf), ()))


def _descriptions(row: Row, types: list[str]) -> Iterator[str]:
    """Of each origin its description: predecessors have a column of their own."""
    count = {True: types.count("Predecessor"), False: len(types) - types.count("Predecessor")}
    columns = {True: "predecessor", False: "origin_description"}
    texts = {is_before: iter(_parts(row, field, count[is_before]) if count[is_before] else ()) for is_before, field in columns.items()}
    for is_before, field in columns.items():
        if row.id(field) and not count[is_before]:
            fix = "write Predecessor as the Origin, or clear the cell" if is_before else "clear the cell"
            row.problem(field, "said of an origin that is not there: not kept", fix, Severity.WARNING, "not kept")
    return iter([next(texts[type_ == "Predecessor"], "") for type_ in types])
