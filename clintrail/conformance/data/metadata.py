"""Tables about the data, each made when a rule first asks for it: what files, guides, terminology and define.xml say.

A table's key columns tell which of its rows belong to a row of another table. Examples of rules may give any table as a CSV file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from clintrail.compile.plan import quoted
from clintrail.conformance.data.model import CheckedDataset, Data, table_of
from clintrail.standards import VariableInfo
from clintrail.terminology import Codelist

TEXT, WHOLE, YES, NAMES = pa.string(), pa.int64(), pa.bool_(), pa.list_(pa.string())
Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A table: its columns with their types, the keys by which it is matched, what a row is, and how it is made."""

    keys: tuple[str, ...]
    about: str
    columns: dict[str, pa.DataType]
    make: Callable[[Data], Iterator[Row]]


def ensure(data: Data, name: str) -> None:
    """Make the table `meta.<name>` if it is not there yet."""
    if name in data.given:
        return
    data.given.add(name)
    table = TABLES[name]
    rows = list(table.make(data))
    arrays = {column: pa.array([row.get(column) for row in rows], kind) for column, kind in table.columns.items()}
    data.con.register("incoming", pa.table(arrays))
    data.con.execute(f"CREATE TABLE meta.{quoted(name)} AS SELECT * FROM incoming")
    data.con.unregister("incoming")


def _datasets(data: Data) -> Iterator[Row]:
    for position, d in enumerate(data.datasets, start=1):
        yield {
            "dataset": d.name, "domain": d.domain, "kind": d.kind, "class": d.class_name or None, "structure": d.structure or None,
            "label": d.label or None, "records": d.records, "variables": len(d.variables), "file": d.path.name, "size": d.size,
            "position": position, "prefix": d.prefix or None,
        }  # fmt: skip


def _variables(data: Data) -> Iterator[Row]:
    for d in data.datasets:
        measured = _measured(data, d)
        for position, v in enumerate(d.variables, start=1):
            generic = f"--{v.name[len(d.prefix) :]}" if d.prefix and v.name.startswith(d.prefix) and v.name != d.prefix else v.name
            yield {
                "dataset": d.name, "variable": v.name, "domain": d.domain, "class": d.class_name or None, "generic": generic,
                "structure": d.structure or None, "label": v.label or None, "type": v.type, "length": v.length, "format": v.format or None,
                "position": position, "longest": measured[v.name][0], "filled": measured[v.name][1], "records": d.records,
            }  # fmt: skip


def _measured(data: Data, d: CheckedDataset) -> dict[str, tuple[int | None, int]]:
    """The bytes of the longest text and the number of filled values of each variable."""
    if not d.variables:
        return {}
    parts = []
    for v in d.variables:
        name = quoted(v.name)
        parts.append(f"max(strlen({name}))" if v.type == "Char" else "NULL")
        parts.append(f"count({name})")
    row = data.con.execute(f"SELECT {', '.join(parts)} FROM {table_of(d.name)}").fetchall()[0]
    return {v.name: (row[2 * i], row[2 * i + 1]) for i, v in enumerate(d.variables)}


def _guide_datasets(data: Data) -> Iterator[Row]:
    for d in data.datasets:
        if guide := d.guide:
            yield {
                "dataset": d.name, "label": guide.label, "class": guide.class_name, "structure": guide.structure,
                "standard": guide.standard, "keys": list(guide.keys), "repeating": guide.repeating, "reference_data": guide.reference_data,
            }  # fmt: skip


def _guide_variables(data: Data) -> Iterator[Row]:
    """The guide's own variables of the datasets at hand, there or not, and what it says of their other variables."""
    for d in data.datasets:
        if guide := d.guide:
            listed = {v.name: v for v in guide.variables if v.name.isupper() and "*" not in v.name}
            for listed_one in listed.values():
                yield _guide_variable(d, listed_one, True)
            for v in d.variables:
                if v.name not in listed and (info := guide.variable(v.name)):
                    yield _guide_variable(d, info, False)


def _guide_variable(d: CheckedDataset, v: VariableInfo, listed: bool) -> Row:
    order = v.order if v.order != float("inf") else None
    return {
        "dataset": d.name, "variable": v.name, "label": v.label or None, "type": v.type, "role": v.role or None, "core": v.core or None,
        "order": order, "codelists": list(v.codelists), "described": v.described or None, "values": list(v.values), "listed": listed,
        "domain": d.domain, "class": d.class_name or None, "structure": d.structure or None,
    }  # fmt: skip


def _codelists(data: Data) -> Iterator[Row]:
    for c in data.terminology.codelists:
        yield {"codelist": c.code, "name": c.name, "short_name": c.submission_value, "extensible": c.extensible, "standard": c.standard}


def _terms(data: Data) -> Iterator[Row]:
    for c in data.terminology.codelists:
        for t in c.terms:
            yield {"codelist": c.code, "short_name": c.submission_value, "value": t.value, "decode": t.decode or None, "code": t.code}


def _values(data: Data) -> Iterator[Row]:
    """Each value of each variable that has code lists at hand: those of define.xml's NCI codes, else of the guide."""
    for d in data.datasets:
        for v in d.variables:
            lists = _lists_of(data, d, v.name) if v.type == "Char" else ()
            if not lists:
                continue
            name = quoted(v.name)
            found = data.con.execute(
                f"SELECT {name}, count(*) FROM {table_of(d.name)} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 1"
            ).fetchall()
            for value, count in found:
                yield {
                    "dataset": d.name, "variable": v.name, "value": value, "records": count, "domain": d.domain,
                    "class": d.class_name or None, "codelists": [c.code for c in lists], "codelist": lists[0].code,
                    "codelist_name": lists[0].name,
                    "extensible": any(c.extensible for c in lists), "known": any(c.term(value) for c in lists),
                    "known_in_other_case": any(t.value.lower() == value.lower() for c in lists for t in c.matches(value)),
                }  # fmt: skip


def _lists_of(data: Data, d: CheckedDataset, variable: str) -> tuple[Codelist, ...]:
    document = data.define.get(d.kind)
    stated = next((x for x in document.datasets if x.name == d.name), None) if document else None
    item = next((x for x in stated.variables if x.name == variable), None) if stated else None
    if document and item and item.codelist:
        listed = next((c for c in document.codelists if c.id == item.codelist), None)
        found = data.terminology.codelist(listed.nci_code) if listed and listed.nci_code else None
        return (found,) if found else ()
    info = d.guide.variable(variable) if d.guide else None
    return tuple(c for code in (info.codelists if info else ()) if (c := data.terminology.codelist(code)))


_SCOPED = {"domain": TEXT, "class": TEXT}
TABLES: dict[str, Table] = {
    "datasets": Table(("dataset",), "a dataset, as its file says", {
        "dataset": TEXT, **_SCOPED, "kind": TEXT, "structure": TEXT, "label": TEXT, "records": WHOLE, "variables": WHOLE, "file": TEXT,
        "size": WHOLE, "position": WHOLE, "prefix": TEXT,
    }, _datasets),
    "variables": Table(("dataset", "variable"), "a variable of a dataset, as its file says", {
        "dataset": TEXT, "variable": TEXT, **_SCOPED, "structure": TEXT, "generic": TEXT, "label": TEXT, "type": TEXT, "length": WHOLE,
        "format": TEXT, "position": WHOLE, "longest": WHOLE, "filled": WHOLE, "records": WHOLE,
    }, _variables),
    "guide_datasets": Table(("dataset",), "a dataset at hand, as the implementation guide says", {
        "dataset": TEXT, "label": TEXT, "class": TEXT, "structure": TEXT, "standard": TEXT, "keys": NAMES, "repeating": YES,
        "reference_data": YES,
    }, _guide_datasets),
    "guide_variables": Table(("dataset", "variable"), "a variable that the guide has for a dataset at hand, there or not", {
        "dataset": TEXT, "variable": TEXT, **_SCOPED, "structure": TEXT, "label": TEXT, "type": TEXT, "role": TEXT, "core": TEXT,
        "order": pa.float64(), "codelists": NAMES, "described": TEXT, "values": NAMES, "listed": YES,
    }, _guide_variables),
    "codelists": Table(("codelist",), "a code list of the terminology at hand", {
        "codelist": TEXT, "name": TEXT, "short_name": TEXT, "extensible": YES, "standard": TEXT,
    }, _codelists),
    "terms": Table(("codelist", "value"), "a term of a code list of the terminology at hand", {
        "codelist": TEXT, "short_name": TEXT, "value": TEXT, "decode": TEXT, "code": TEXT,
    }, _terms),
    "values": Table(("dataset", "variable", "value"), "a value of a variable that has a code list", {
        "dataset": TEXT, "variable": TEXT, "value": TEXT, "records": WHOLE, **_SCOPED, "codelists": NAMES, "codelist": TEXT,
        "codelist_name": TEXT, "extensible": YES, "known": YES, "known_in_other_case": YES,
    }, _values),
}  # fmt: skip
