"""Tables too large to be made: a rule reads the pieces that its `where` chooses, a dataset at a time, and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa

from clintrail.compile.functions import Function
from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.metadata import TABLES, ensure, stored
from clintrail.conformance.data.model import Data
from clintrail.conformance.data.tables import SQL
from clintrail.conformance.rules.expression import Translator
from clintrail.conformance.rules.rows import Rows
from clintrail.conformance.rules.rule import Rule

# The time to plan a union grows faster than its parts.
_TOGETHER = 16
_TYPES = {pa.string(): "VARCHAR", pa.int64(): "BIGINT", pa.bool_(): "BOOLEAN", pa.float64(): "DOUBLE"}


def in_pieces(data: Data, name: str) -> bool:
    """Whether a table about the data is in pieces, and not given whole by an example."""
    return name in TABLES and bool(TABLES[name].pieces) and name not in data.given


def chosen(rule: Rule, data: Data, functions: Mapping[str, Function], name: str) -> Iterator[tuple[str, str]]:
    """(dataset, SQL for the rows) of the pieces that a rule is for, those of a dataset together as far as the database plans them well."""
    ensure(data, name)
    table = TABLES[name]
    facts = {column: kind for column, kind in table.columns.items() if column not in table.pieces}
    source = f"meta.{quoted(stored(name))}"
    translator = Translator(rule, data, functions, Rows(source, {c: str(k) for c, k in facts.items()}, "r", "", None))
    where = translator.where()
    columns = ", ".join(map(quoted, (SQL, *facts)))
    rows = data.con.execute(f"SELECT {columns} FROM {translator.source()} AS r WHERE {where} ORDER BY dataset, {SQL}").fetchall()
    place = list(facts).index("dataset") + 1
    for dataset, group in groupby(rows, key=lambda row: str(row[place])):
        selects = [_rows(row, facts, table.pieces) for row in group]
        for first in range(0, len(selects), _TOGETHER):
            yield dataset, f"({' UNION ALL '.join(selects[first : first + _TOGETHER])})"


def _rows(row: tuple[Any, ...], facts: Mapping[str, pa.DataType], own: tuple[str, ...]) -> str:
    sql, *said = row
    constants = [f"{_constant(value, kind)} AS {quoted(name)}" for value, (name, kind) in zip(said, facts.items(), strict=True)]
    return f"SELECT {', '.join([*constants, *map(quoted, own)])} FROM ({sql})"


def _constant(value: Any, kind: pa.DataType) -> str:
    if value is None:
        return f"NULL::{_TYPES[kind]}"
    return literal(value) if isinstance(value, str) else str(value)
