"""A define document as rows of sheets: of each record all that there is to say, by field; the layout picks what it has columns for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from clintrail.define import usual
from clintrail.define.model import (
    CodeList,
    DefineDataset,
    DefineDocument,
    DefineVariable,
    Item,
    Method,
    Origin,
    ResultDisplay,
    Standard,
    Term,
    ValueListItem,
)
from clintrail.define.versions import standard_2_0
from clintrail.define.workbook import defaults
from clintrail.define.workbook.analysis_rows import criteria_rows, result_rows
from clintrail.define.workbook.cells import (
    Cell,
    documents_cells,
    format_expressions,
    format_list,
    format_places,
    losses,
    parse_expressions,
    standard_text,
)
from clintrail.define.workbook.clauses import format_clauses, quoted
from clintrail.define.workbook.columns import ATTRIBUTES, COMPOSED, USUAL_ATTRIBUTES, Layout
from clintrail.define.workbook.layout import CURRENT
from clintrail.define.workbook.where_rows import WhereIds

_SHEETS = {sheet.key: sheet for sheet in CURRENT}


@dataclass(frozen=True)
class Row:
    """One row: the record that it describes (`ADSL.AGE`), and its facts by field; an empty text says nothing."""

    record: str
    cells: Mapping[str, Cell]


def rows_of(document: DefineDocument, layout: Layout) -> dict[str, list[Row]]:
    """The rows of every sheet, by the sheet's key."""
    ids = WhereIds()
    crf = defaults.annotated_crf(document.documents)
    found = {
        "define": list(_attributes(document, layout)),
        "standards": list(_standards(document, layout)),
        "datasets": [_dataset(dataset, document, layout) for dataset in document.datasets],
        "variables": [
            Row(f"{dataset.name}.{variable.name}", {"order": number, "dataset": dataset.name, **_variable(variable, crf, layout)})
            for dataset in document.datasets
            for number, variable in enumerate(dataset.variables, 1)
        ],
        "values": [
            Row(f"{dataset.name}.{variable.name}", {"order": number, **_value(dataset, variable, item, crf, layout, ids)})
            for dataset, variable in document.value_lists()
            for number, item in enumerate(variable.values, 1)
        ],
        "codelists": [row for codelist in document.codelists if not codelist.dictionary for row in _codelist(codelist, layout)],
        "dictionaries": [_dictionary(codelist) for codelist in document.codelists if codelist.dictionary],
        "methods": [_method(method) for method in document.methods],
        "comments": [Row(c.id, {**simple(c, "comments"), **documents_cells(c.documents)}) for c in document.comments],
        "documents": list(_documents(document)),
        "displays": [_display(display) for display in document.displays],
        "results": [
            Row(f"{display.id}.{result.id}", {**simple(result, "results"), **cells})
            for display in document.displays
            for result, cells in result_rows(display, layout)
        ],
    }
    if layout == "legacy":
        criteria = [Row(record, cells) for record, cells in criteria_rows(document.displays, ids)]
        for where in document.unused_where_clauses:
            ids.of(where)
        for where in document.unused_where_clauses:
            ids.of(where)
        found |= {"criteria": criteria, "where": [Row(id, cells) for id, cells in ids.rows()]}
    else:
        found["where"] = [Row(where.id or format_clauses([where], ""), {"id": "unused"}) for where in document.unused_where_clauses]
    return found


@cache
def _kinds(sheet: str) -> Mapping[str, str]:
    return {column.field: column.kind for column in _SHEETS[sheet].columns}


def simple(record: Any, sheet: str) -> dict[str, Cell]:
    """The facts that stand in a cell as they are in the model; and, so that their loss is told, those that have no cell at all."""
    cells: dict[str, Cell] = {}
    kinds = _kinds(sheet)
    for name, default in ((field.name, field.default) for field in fields(record)):
        value, kind = getattr(record, name), kinds.get(name)
        if kind in ("yes", "flag"):
            cells[name] = "Yes" if value else "No" if kind == "yes" else ""
        elif kind == "stated":
            cells[name] = "" if value is None else "Yes" if value else "No"
        elif kind is None:
            cells[name] = "" if name in COMPOSED or value == default or value is None else 1
        elif kind != "made" and isinstance(value, str | int):
            cells[name] = value
    return cells


def _attributes(document: DefineDocument, layout: Layout) -> Iterator[Row]:
    main = usual.guide(document.standards)
    unsaid = defaults.attributes(document.study_name, layout)
    name, version = standard_2_0(document.standards) if layout == "legacy" else (main.name, main.version) if main else ("", "")
    facts = {"standard_name": name, "standard_version": version}
    for number, (attribute, field) in enumerate(ATTRIBUTES.items()):
        value = facts[field] if field in facts else str(getattr(document, field))
        if number < USUAL_ATTRIBUTES or value != unsaid[field]:
            yield Row(attribute, {"attribute": attribute, "value": value})
    lost: dict[str, Cell] = {f.name: 1 for f in fields(document) if _is_lost(f.name, getattr(document, f.name), f.default)}
    if lost:
        yield Row(document.study_name, lost)


def _is_lost(field: str, value: object, default: object) -> bool:
    return bool(value) and value != default and field not in COMPOSED and field not in ATTRIBUTES.values()


def _standards(document: DefineDocument, layout: Layout) -> Iterator[Row]:
    """All standards, where the other sheets do not tell them."""
    stated = [*(dataset.standard for dataset in document.datasets), *(codelist.standard for codelist in document.codelists)]
    main = usual.guide(document.standards)
    plain = main and Standard(main.name, "IG", main.version)
    implied = defaults.implied_standards(plain, stated if layout == "current" else ())
    if implied != document.standards:
        for standard in document.standards:
            yield Row(standard_text(standard), simple(standard, "standards"))


def _dataset(dataset: DefineDataset, document: DefineDocument, layout: Layout) -> Row:
    main = usual.guide(document.standards)
    purpose = defaults.purpose(main)
    file = usual.file(dataset.name, dataset.has_no_data)
    cells: dict[str, Cell] = {
        **simple(dataset, "datasets"),
        "keys": ", ".join(dataset.keys),
        "purpose": "" if dataset.purpose == purpose and layout == "current" else dataset.purpose,
        "domain": "" if dataset.domain == usual.domain(dataset.name, dataset.purpose) else dataset.domain or defaults.NOTHING,
        "archive_location": "" if dataset.archive_location == file else dataset.archive_location or defaults.NOTHING,
    }
    if layout == "current":
        cells["standard"] = standard_text(dataset.standard)
    elif dataset.standard != main:
        cells["own_standard"] = standard_text(dataset.standard) or defaults.NOTHING
    return Row(dataset.name, cells)


def _item(item: Item, crf: str, layout: Layout, sheet: str) -> dict[str, Cell]:
    return {**simple(item, sheet), **_origins(item.origins, crf, layout)}


def _origins(origins: Sequence[Origin], crf: str, layout: Layout) -> dict[str, Cell]:
    """Several origins stand in each cell as a list, in the same order."""
    types = [_legacy_type(origin) if layout == "legacy" else origin.type for origin in origins]
    sources = ["" if type_ == "eDT" else origin.source for origin, type_ in zip(origins, types, strict=True)]
    before = [origin.description for origin in origins if origin.type == "Predecessor"]
    others = [origin.description for origin in origins if origin.type != "Predecessor"]
    refs = [ref for origin in origins for ref in origin.documents]
    return {
        "origin": format_list(types),
        "source": format_list(sources),
        "pages": format_list([format_places(origin.documents, crf) for origin in origins]),
        "predecessor": format_list(before),
        "origin_description": format_list(others),
        **losses(refs),
    }


def _legacy_type(origin: Origin) -> str:
    """The words of Define-XML 2.0: what is collected comes from the CRF, or electronically from a vendor."""
    if origin.type != "Collected":
        return origin.type
    return "eDT" if origin.source == "Vendor" else "CRF"


def _variable(variable: DefineVariable, crf: str, layout: Layout) -> dict[str, Cell]:
    return {"variable": variable.name, **_item(variable, crf, layout, "variables")}


def _value(
    dataset: DefineDataset, variable: DefineVariable, item: ValueListItem, crf: str, layout: Layout, ids: WhereIds
) -> dict[str, Cell]:
    cells = {
        **_item(item, crf, layout, "values"),
        "dataset": dataset.name,
        "variable": variable.name,
        "name": "" if item.name == variable.name else item.name,
        "join": format_list([where.comment for where in item.where]),
        "checks": "" if all(where.checks for where in item.where) else 1,
    }
    if layout == "legacy":
        shown = [ids.of(where) for where in item.where]
        return cells | {"where": shown[0] if len(shown) == 1 else " OR ".join(map(quoted, shown)), "checks": ""}
    return cells | {
        "where": format_clauses([where for where in item.where if where.checks], dataset.name),
        "where_ids": sum(bool(where.id) for where in item.where) or "",
    }


def _codelist(codelist: CodeList, layout: Layout) -> Iterator[Row]:
    of_list: dict[str, Cell] = {**simple(codelist, "codelists"), "standard": standard_text(codelist.standard)}
    if not codelist.terms:
        yield Row(codelist.id, of_list)
    for term in codelist.terms:
        yield Row(f"{codelist.id} {term.value}".strip(), {**of_list, **_term(term, codelist.nci_code)})


def _term(term: Term, list_code: str) -> dict[str, Cell]:
    usual = defaults.is_extension(list_code, term.nci_code)
    return {
        "order": "" if term.order is None else term.order,
        "term": term.value,
        "term_code": term.nci_code,
        "decode": term.decode,
        "is_extension": "" if term.is_extension == usual else "Yes" if term.is_extension else "No",
        "rank": term.rank,
        "term_description": term.description,
        "term_blank": "" if term.value.strip() else 1,
    }


def _dictionary(codelist: CodeList) -> Row:
    terms = len(codelist.terms) or ""
    return Row(codelist.id, {**simple(codelist, "dictionaries"), "standard": standard_text(codelist.standard), "term": terms})


def _method(method: Method) -> Row:
    context, code = format_expressions(method.expressions)
    exact = parse_expressions(context, code) == method.expressions
    cells = {**simple(method, "methods"), "context": context, "code": code, "more_expressions": "" if exact else 1}
    return Row(method.id, {**cells, **documents_cells(method.documents)})


def _documents(document: DefineDocument) -> Iterator[Row]:
    for item in document.documents:
        usual = defaults.is_annotated_crf(item.id, item.title)
        cells = simple(item, "documents") | {
            "is_annotated_crf": "" if item.is_annotated_crf == usual else "Yes" if item.is_annotated_crf else "No",
            "is_listed": "" if item.is_listed else "No",
        }
        yield Row(item.id, cells)


def _display(display: ResultDisplay) -> Row:
    cells: dict[str, Cell] = {"id": display.id, "title": display.description, "name": "" if display.name == display.id else display.name}
    return Row(display.id, {**cells, **documents_cells(display.documents)})
