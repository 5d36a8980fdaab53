"""Tables about the data, each made when a rule first asks for it: what files, guides, terminology and define.xml say.

A table's key columns tell which of its rows belong to a row of another table. Examples of rules may give any table as a CSV file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pyarrow as pa

from clintrail.compile.plan import quoted
from clintrail.conformance.data.define import DEFINE_TABLES
from clintrail.conformance.data.identified import identified
from clintrail.conformance.data.iso import iso_values_sql
from clintrail.conformance.data.model import CheckedDataset, Data
from clintrail.conformance.data.sources import source_values_sql
from clintrail.conformance.data.subjects import subject_records
from clintrail.conformance.data.tables import NAMES, SQL, TEXT, WHOLE, YES, Row, Table
from clintrail.conformance.data.terms import code_name_rows, value_rows
from clintrail.conformance.data.texts import ODDITIES, repeats_sql, text_rows
from clintrail.conformance.data.trail import TRAIL_TABLES
from clintrail.conformance.data.variables import blank_rows, variable_rows
from clintrail.standards import VariableInfo
from clintrail.standards.templates import is_template


def ensure(data: Data, name: str) -> None:
    """Make the table `meta.<name>` if it is not there yet; of a table in pieces, that of its pieces."""
    if name in data.given or stored(name) in data.given:
        return
    data.given.add(stored(name))
    table = TABLES[name]
    for needed in table.needs:
        ensure(data, needed)
    made = table.make(data)
    if isinstance(made, str):
        data.con.execute(f"CREATE TABLE meta.{quoted(name)} AS {made}")
        return
    rows = list(made)
    columns = {**{n: kind for n, kind in table.columns.items() if n not in table.pieces}, **({SQL: TEXT} if table.pieces else {})}
    arrays = {column: pa.array([row.get(column) for row in rows], kind) for column, kind in columns.items()}
    data.con.register("incoming", pa.table(arrays))
    data.con.execute(f"CREATE TABLE meta.{quoted(stored(name))} AS SELECT * FROM incoming")
    data.con.unregister("incoming")


def stored(name: str) -> str:
    """What a table is called in the schema `meta`."""
    return f"{name} pieces" if TABLES[name].pieces else name


def _datasets(data: Data) -> Iterator[Row]:
    for position, d in enumerate(data.datasets, start=1):
        yield {
            "dataset": d.name, "domain": d.domain, "kind": d.kind, "class": d.class_name or None, "structure": d.structure or None,
            "label": d.label or None, "records": d.records, "variables": len(d.variables), "file": d.path.name, "size": d.size,
            "position": position, "prefix": d.prefix or None,
        }  # fmt: skip


def _guide_datasets(data: Data) -> Iterator[Row]:
    for d in data.datasets:
        if guide := d.guide:
            yield {
                "dataset": d.name, "label": guide.label or None, "class": guide.class_name, "structure": guide.structure,
                "standard": guide.standard, "keys": list(guide.keys), "repeating": guide.repeating, "reference_data": guide.reference_data,
            }  # fmt: skip


def _guide_variables(data: Data) -> Iterator[Row]:
    """The guide's own variables of the datasets at hand, there or not, and what it says of their other variables."""
    for d in data.datasets:
        if guide := d.guide:
            listed = {v.name: v for v in map(partial(_named, d), guide.variables) if v.name.isupper() and not is_template(v.name)}
            for listed_one in listed.values():
                yield _guide_variable(d, listed_one, True)
            for v in d.variables:
                if v.name not in listed and (info := guide.variable(v.name)):
                    yield _guide_variable(d, info, False)


def _named(d: CheckedDataset, v: VariableInfo) -> VariableInfo:
    """A variable that the structure names --TERM, as the guide has it by the name in an analysis dataset."""
    name = v.name.replace("--", d.prefix) if d.kind == "adam" and d.prefix else v.name
    return (d.guide and d.guide.variable(name)) or v if name != v.name else v


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


_SCOPED = {"domain": TEXT, "class": TEXT}
TABLES: dict[str, Table] = {
    "datasets": Table(("dataset",), "a dataset, as its file says", {
        "dataset": TEXT, **_SCOPED, "kind": TEXT, "structure": TEXT, "label": TEXT, "records": WHOLE, "variables": WHOLE, "file": TEXT,
        "size": WHOLE, "position": WHOLE, "prefix": TEXT,
    }, _datasets),
    "variables": Table(("dataset", "variable"), "a variable of a dataset, as its file says", {
        "dataset": TEXT, "variable": TEXT, **_SCOPED, "structure": TEXT, "generic": TEXT, "label": TEXT, "type": TEXT, "length": WHOLE,
        "format": TEXT, "position": WHOLE, "longest": WHOLE, "filled": WHOLE, "records": WHOLE, "standing": TEXT, "role": TEXT,
        "core": TEXT, "belongs": TEXT,
    }, variable_rows),
    "blanks": Table(("dataset", "variable"), "a variable that has no value in some records, or in all", {
        "dataset": TEXT, "variable": TEXT, **_SCOPED, "generic": TEXT, "value": TEXT, "records": WHOLE, "all": YES, "core": TEXT,
        "role": TEXT, "standing": TEXT,
    }, blank_rows),
    "texts": Table(("dataset", "variable"), "a text variable: how many records have which oddity, and the first that has it", {
        "dataset": TEXT, "variable": TEXT, **_SCOPED, **{name: WHOLE for oddity in ODDITIES for name in (oddity, f"first_{oddity}")},
    }, text_rows),
    "repeats": Table(("dataset", "record"), "a record all of whose values but --SEQ another record has; `first` is the first of them", {
        "dataset": TEXT, **_SCOPED, "record": WHOLE, "first": WHOLE,
    }, repeats_sql),
    "iso_values": Table(("dataset", "variable", "value"), "a value of a variable that is to be ISO 8601, if it is no plain date", {
        "dataset": TEXT, "variable": TEXT, "value": TEXT, **_SCOPED, "described": TEXT, "records": WHOLE,
    }, iso_values_sql),
    "code_names": Table(("dataset",), "a code of the terminology with the name that the data give it (--TESTCD and --TEST)", {
        "dataset": TEXT, **_SCOPED, "variable": TEXT, "code": TEXT, "name": TEXT, "decode": TEXT, "records": WHOLE,
    }, code_name_rows),
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
    "identified": Table(("domain", "USUBJID", "idvar"), "a value that IDVAR and IDVARVAL can point at", {
        "domain": TEXT, "USUBJID": TEXT, "idvar": TEXT, "text": TEXT, "number": pa.float64(),
    }, identified),
    "source_values": Table(("USUBJID",), "a value that SRCDOM and SRCVAR of an analysis dataset name; without variable, the record", {
        "source": TEXT, "variable": TEXT, "USUBJID": TEXT, "sequence": pa.float64(), "value": TEXT,
    }, source_values_sql),
    "subject_records": Table(("domain", "USUBJID"), "the records of a subject in a domain", {
        "domain": TEXT, "USUBJID": TEXT, "records": WHOLE,
    }, subject_records),
    "values": Table(("dataset", "variable", "value"), "a value of a variable that has a code list", {
        "dataset": TEXT, "variable": TEXT, "value": TEXT, "generic": TEXT, "records": WHOLE, **_SCOPED, "codelists": NAMES,
        "codelist": TEXT, "codelist_name": TEXT, "extensible": YES, "known": YES, "known_in_other_case": YES, "term": TEXT,
        "synonym_of": TEXT,
    }, value_rows),
    **DEFINE_TABLES,
    **TRAIL_TABLES,
}  # fmt: skip
