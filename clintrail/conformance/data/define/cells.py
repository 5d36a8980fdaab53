"""The data as define.xml describes them: cells with what is said of them, records with their keys, codes with their decodes.

All of it is made of the tables `define_*`, so that examples of rules can draw those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.model import Data, table_of
from clintrail.conformance.data.tables import SQL, Row
from clintrail.define.check.data.iso import ANY, PATTERNS

ITEM = (
    "dataset", "variable", "item", "kind", "applies", "label", "data_type", "length", "digits", "format", "mandatory", "codelist",
    "origin", "has_no_data",
)  # fmt: skip
CELL = ("record", "value", "number", "shaped", "iso")
# Any value of the types that columns have, to stand for a missing one.
_SMALLEST = {
    "VARCHAR": "''", "DOUBLE": "0e0", "DATE": "DATE '1960-01-01'", "TIMESTAMP": "TIMESTAMP '1960-01-01 00:00:00'",
    "TIME": "TIME '00:00:00'",
}  # fmt: skip
# The code and its name: both columns of these pairs tell the same.
_NAMED = {"QNAM": "QLABEL", "ARMCD": "ARM", "ACTARMCD": "ACTARM", "PARAMCD": "PARAM"}


def cell_pieces(data: Data) -> Iterator[Row]:
    """Each described item of which there are data: a variable (item: missing), or an item of its value list, with SQL for its cells.

    `record` is the number in the file, `value` the text (of numbers, as `as_text` writes them), `number` the number that the
    value is or that the text says; dates as SAS counts them have none. `dated` tells whether the data type is of dates, times or
    durations, `shaped` whether text is written as that data type, `iso` whether it is ISO 8601 of any kind.
    """
    for item in _items(data):
        type_ = data.columns(item["dataset"]).get(item["variable"])
        if type_ is not None and (item["item"] is None or item["applies"]):
            yield {**item, "text": type_ == "VARCHAR", "dated": item["data_type"] in PATTERNS, SQL: _cells(item, type_)}


def _items(data: Data) -> list[Row]:
    both = []
    for table, own in (("variables", "NULL AS item, NULL AS applies"), ("values", "item, applies")):
        shared = [column for column in ITEM if column not in ("item", "applies")]
        rows = data.con.execute(f"SELECT {', '.join(shared)}, {own} FROM meta.define_{table}").fetchall()
        both += [dict(zip((*shared, "item", "applies"), row, strict=True)) for row in rows]
    return both


def _cells(item: Row, type_: str) -> str:
    column = quoted(item["variable"])
    where = f" WHERE coalesce(({item['applies']}), false)" if item["applies"] else ""
    number = column if type_ == "DOUBLE" else f"TRY_CAST({column} AS DOUBLE)" if type_ == "VARCHAR" else "NULL::DOUBLE"
    shape = PATTERNS.get(item["data_type"])
    shaped, iso = (f"regexp_matches({column}, {literal(p)})" if p and type_ == "VARCHAR" else "NULL::BOOLEAN" for p in (shape, ANY))
    selected = f"_record AS record, {as_text(column, type_)} AS value, {number} AS number, {shaped} AS shaped, {iso} AS iso"
    return f"SELECT {selected} FROM {table_of(item['dataset'])}{where}"


def as_text(column: str, type_: str) -> str:
    """A value as text in SQL: numbers with the 15 digits that a double is sure of, and no more than they need."""
    if type_ == "DOUBLE":
        return f"format('{{:.15g}}', {column})"
    return column if type_ == "VARCHAR" else f"CAST({column} AS VARCHAR)"


def listed_pieces(data: Data) -> Iterator[Row]:
    """Each variable with a value list that can be followed, with SQL for its values and how many items apply to each."""
    rows = data.con.execute(
        "SELECT dataset, variable, list(applies ORDER BY item) FROM meta.define_values GROUP BY 1, 2"
        " HAVING count(*) = count(applies) ORDER BY 1, 2"
    ).fetchall()
    for dataset, variable, conditions in rows:
        if type_ := data.columns(dataset).get(variable):
            column = quoted(variable)
            items = " + ".join(f"coalesce(({condition}), false)::INTEGER" for condition in conditions)
            selected = f"_record AS record, {as_text(column, type_)} AS value, {items} AS items"
            sql = f"SELECT {selected} FROM {table_of(dataset)} WHERE {column} IS NOT NULL"
            yield {"dataset": dataset, "variable": variable, SQL: sql}


def applied_rows(data: Data) -> Iterator[Row]:
    """Each item of a value list that can be followed, with the number of records it applies to."""
    rows = data.con.execute(
        "SELECT dataset, variable, item, applies FROM meta.define_values WHERE applies IS NOT NULL ORDER BY 1, 2, 3"
    ).fetchall()
    by_dataset: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_dataset.setdefault(row[0], []).append(row)
    for dataset, items in by_dataset.items():
        if data.columns(dataset):
            counts = counted(data, dataset, [row[3] for row in items])
            for (_, variable, item, condition), records in zip(items, counts, strict=True):
                yield {"dataset": dataset, "variable": variable, "item": item, "applies": condition, "records": records}


def counted(data: Data, dataset: str, conditions: Iterable[str]) -> tuple[int, ...]:
    """How many records of a dataset fulfil each condition."""
    columns = ", ".join(f"count(*) FILTER (WHERE coalesce(({condition}), false))" for condition in conditions)
    return tuple(data.con.execute(f"SELECT {columns} FROM {table_of(dataset)}").fetchall()[0])


def analysed_rows(data: Data) -> Iterator[Row]:
    """Each dataset of an analysis that is at hand, with the number of records that it takes."""
    rows = data.con.execute("SELECT display, result, dataset, applies FROM meta.define_results WHERE applies IS NOT NULL").fetchall()
    for display, result, dataset, condition in rows:
        if data.columns(dataset):
            records = counted(data, dataset, [condition])[0]
            yield {"display": display, "result": result, "dataset": dataset, "applies": condition, "records": records}


def keyed_pieces(data: Data) -> Iterator[Row]:
    """Each dataset all of whose keys are at hand, with SQL for its records and the values of their keys as one text."""
    for dataset, keys in _keyed(data):
        parts = ", chr(31), ".join(f"coalesce(CAST({quoted(key)} AS VARCHAR), '')" for key in keys)
        sql = f"SELECT _record AS record, concat({parts}) AS key FROM {table_of(dataset)}"
        yield {"dataset": dataset, "keys": ", ".join(keys), SQL: sql}


def order_rows(data: Data) -> Iterator[Row]:
    """Each dataset all of whose keys are at hand: how many records stand before a smaller one, and the first that stands too late.

    Missing values come first, text is compared byte by byte, as SAS sorts.
    """
    for dataset, keys in _keyed(data):
        own = f"row({', '.join(_sortable(data, dataset, key) for key in keys)})"
        rows = f"SELECT _record, {own} AS own, lag({own}) OVER (ORDER BY _record) AS before FROM {table_of(dataset)}"
        found = data.con.execute(f"SELECT count(*), min(_record) FROM ({rows}) WHERE own < before").fetchall()[0]
        yield {"dataset": dataset, "keys": ", ".join(keys), "late": found[0], "record": found[1]}


def _sortable(data: Data, dataset: str, key: str) -> str:
    """A key that is never missing in its place: missing values have a smaller first part."""
    column = quoted(key)
    blank = _SMALLEST[data.columns(dataset)[key]]
    return f"{column} IS NOT NULL, coalesce({column}, {blank})"


def _keyed(data: Data) -> Iterator[tuple[str, list[str]]]:
    rows = data.con.execute("SELECT dataset, keys FROM meta.define_datasets ORDER BY position, dataset").fetchall()
    for dataset, keys in rows:
        if keys and set(keys) <= set(data.columns(dataset)):
            yield dataset, list(keys)


def places_sql(data: Data) -> str:
    """SQL for the variables that are both in the data and described, with the place that define.xml gives them.

    `before` is the greatest place of those that stand before it in the file, which `behind` has.
    """
    ahead = "OVER (PARTITION BY dataset ORDER BY v.position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    return (
        f"SELECT dataset, variable, v.position, d.position AS described, max(d.position) {ahead} AS before,"
        f" arg_max(variable, d.position) {ahead} AS behind"
        " FROM meta.variables v JOIN meta.define_variables d USING (dataset, variable) ORDER BY dataset, v.position"
    )


def used_term_rows(data: Data) -> Iterator[Row]:
    """The values in the data of the items with a code list: each once for each list, with the number of records."""
    found: Counter[tuple[str, str, str]] = Counter()
    for piece in cell_pieces(data):
        if piece["codelist"]:
            values = data.con.execute(f"SELECT value, count(*) FROM ({piece[SQL]}) WHERE value IS NOT NULL GROUP BY value").fetchall()
            found.update({(piece["kind"], piece["codelist"], value): records for value, records in values})
    for (kind, codelist, value), records in sorted(found.items()):
        yield {"kind": kind, "codelist": codelist, "value": value, "records": records}


def pair_rows(data: Data) -> Iterator[Row]:
    """Each code in the data whose code list has decodes, with the name that the data give it and the decode (missing: none stated)."""
    rows = data.con.execute(
        "SELECT v.dataset, v.variable, v.kind, v.codelist FROM meta.define_variables v JOIN meta.define_codelists c"
        " ON c.codelist = v.codelist AND c.kind = v.kind WHERE c.has_decodes ORDER BY v.dataset, v.position"
    ).fetchall()
    for dataset, variable, kind, codelist in rows:
        columns = data.columns(dataset)
        name = _NAMED.get(variable) or (variable.removesuffix("CD") if variable.endswith("TESTCD") else "")
        if variable not in columns or name not in columns:
            continue
        pairs = f"SELECT {quoted(variable)} AS code, {quoted(name)} AS name, count(*) AS records, min(_record) AS record"
        own = f"kind = {literal(kind)} AND codelist = {literal(codelist)}"
        listed = f"SELECT value, min(decode) AS decode FROM meta.define_terms WHERE {own}"
        found = data.con.execute(
            f"SELECT code, name, records, record, decode FROM ({pairs} FROM {table_of(dataset)} GROUP BY 1, 2)"
            f" LEFT JOIN ({listed} GROUP BY 1) ON value = code WHERE code IS NOT NULL ORDER BY code, name"
        ).fetchall()
        for code, called, records, record, stated in found:
            yield {
                "dataset": dataset, "variable": name, "value": called, "of": variable, "code": code, "decode": stated,
                "records": records, "record": record,
            }  # fmt: skip
