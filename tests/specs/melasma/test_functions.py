"""The tables in the comments of the study's own functions hold."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from clintrail.compile.expand import expand
from clintrail.compile.functions import FunctionTable
from clintrail.compile.library import library
from clintrail.compile.text import Marked

FOLDER = Path(__file__).resolve().parents[3] / "specs" / "melasma" / "functions"
FUNCTIONS = library(FOLDER)
CASES = [(path.stem, table) for path in sorted(FOLDER.glob("*.sql")) for table in FUNCTIONS[path.stem].tables]


def literals(table: FunctionTable) -> list[list[str]]:
    """The cells as SQL; a column of numbers or of truth values alone is not text."""
    columns = []
    for cells in zip(*table.rows, strict=True):
        plain = all(cell in ("", "TRUE", "FALSE") or cell.replace(".", "", 1).isdigit() for cell in cells)
        kind = "VARCHAR" if not plain else "BOOLEAN" if {"TRUE", "FALSE"} & set(cells) else "DOUBLE"
        columns.append([f"CAST({repr(cell) if cell else 'NULL'} AS {kind})" for cell in cells])
    return [list(row) for row in zip(*columns, strict=True)]


@pytest.mark.parametrize(("name", "table"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_function_gives_what_its_table_says(name, table):
    differ = []
    for row, (*given, wanted) in zip(table.rows, literals(table), strict=True):
        call = expand(Marked.typed(f"{name}({', '.join(given)})"), FUNCTIONS).text
        [(got, agrees)] = duckdb.sql(f"SELECT {call} AS got, got IS NOT DISTINCT FROM {wanted}").fetchall()
        differ += [] if agrees else [(row, got)]
    assert differ == []


def test_every_function_of_the_study_has_a_table():
    assert {name for name, _ in CASES} == {path.stem for path in FOLDER.glob("*.sql")}
