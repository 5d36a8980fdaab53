"""Every function file is documented and named as it must be, and its own tables are run as tests.

A table's columns are the parameters, its last column what the function gives. A table of a function over rows stands below an example:
`-- Example: is_first(ill) over (subject order by day)`; a name before `order by` is the column that forms the groups.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import duckdb
import pytest

from clintrail.compile.builtins import builtins
from clintrail.compile.expand import expand
from clintrail.compile.functions import Function, FunctionTable
from clintrail.compile.library import library
from clintrail.compile.text import Marked
from clintrail.content import content_dir

FUNCTIONS = library()
FILES = sorted(path for kind in ("sdtm", "adam") for path in (content_dir(kind) / "functions").glob("*.sql"))
TABLES = [(function, table) for function in FUNCTIONS.values() for table in function.tables]
LITERAL = ("format",)  # parameters that a call must give as a literal
CHOICES = ("format", "rule", "level", "tie", "worst", "unit", "days")  # parameters that choose, of which missing needs no row
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"default_null_order": "nulls_first_on_asc_last_on_desc", "ieee_floating_point_ops": "false"})


def _named(case: tuple[Function, FunctionTable]) -> str:
    function, table = case
    return f"{function.name}-{function.tables.index(table) + 1}"


@pytest.mark.parametrize("case", TABLES, ids=map(_named, TABLES))
def test_a_function_gives_what_its_table_says(con: duckdb.DuckDBPyConnection, case: tuple[Function, FunctionTable]) -> None:
    function, table = case
    assert _differences(con, function, table, "VARCHAR") == []


@pytest.mark.parametrize("case", [case for case in TABLES if case[1].example is None], ids=_named)
def test_a_function_takes_dates_as_well_as_their_text(con: duckdb.DuckDBPyConnection, case: tuple[Function, FunctionTable]) -> None:
    function, table = case
    columns = range(len(table.header) - 1)
    dates = [i for i in columns if any(_DATE.fullmatch(row[i]) for row in table.rows)]
    rows = tuple(row for row in table.rows if all(not row[i] or _DATE.fullmatch(row[i]) for i in dates))
    if not dates or not rows:
        return
    impossible = [row for row in rows for i in dates if row[i] and not _is_date(row[i])]
    kept = FunctionTable(table.header, tuple(row for row in rows if row not in impossible))
    assert _differences(con, function, kept, "DATE") == []


def test_a_wrong_cell_in_a_table_is_noticed(con: duckdb.DuckDBPyConnection) -> None:
    right = FUNCTIONS["number_text"].tables[0]
    wrong = FunctionTable(right.header, (*right.rows[:-1], ("76", "76.0"), ("2", "")))
    assert _differences(con, FUNCTIONS["number_text"], wrong, "VARCHAR") == [(("76", "76.0"), "76"), (("2", ""), "2")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_function_file_is_named_like_its_function_and_holds_one(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"CREATE MACRO (\w+)\(", text) == [path.stem]
    assert path.stem == path.stem.lower()
    assert max(map(len, text.split("\n"))) <= 160


def test_a_function_name_exists_once() -> None:
    names = [path.stem for path in FILES]
    assert sorted(set(names)) == sorted(names)
    assert set(names) == set(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_names_are_free_of_reserved_words_and_built_in_functions(con: duckdb.DuckDBPyConnection, function: Function) -> None:
    words = dict(con.execute("SELECT keyword_name, keyword_category FROM duckdb_keywords()").fetchall())
    parameters = {p.name for p in function.parameters}
    assert function.name not in builtins()
    assert words.get(function.name, "unreserved") == "unreserved"
    assert not [name for name in parameters if words.get(name) in ("reserved", "type_function")]
    called = {name.lower() for name in re.findall(r"([A-Za-z_]\w*)\s*\(", function.body)}
    assert not called & parameters
    assert not set(re.findall(r"\blambda\s+(\w+)\s*:", function.expanded, re.I)) & parameters


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_the_words_name_every_parameter_and_the_documentation_says_what_missing_gives(function: Function) -> None:
    assert set(re.findall(r"\{(\w+)\}", function.words)) == {p.name for p in function.parameters}
    assert function.words.endswith(".")
    assert "Missing:" in function.documentation
    assert function.tables, "draw a table"


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_every_parameter_is_used_and_shown_missing(function: Function) -> None:
    """A parameter's column has a blank cell somewhere: what missing gives is shown, not only told."""
    assert [p.name for p in function.parameters if not re.search(rf"\b{p.name}\b", function.body)] == []
    shown: dict[str, list[str]] = {}
    for table in (table for table in function.tables if table.example is None):
        for i, name in enumerate(table.header[:-1]):
            shown.setdefault(name, []).extend(row[i] for row in table.rows)
    assert [name for name, cells in shown.items() if "" not in cells and name not in CHOICES] == []


def _differences(con: duckdb.DuckDBPyConnection, function: Function, table: FunctionTable, dates: str) -> list[tuple[object, object]]:
    """Rows with what came instead. Run on a stored table, so that columns are columns and nothing is worked out beforehand."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE drawn AS {_drawn(table, dates)}")
    got: dict[int, object] = {}
    for constants in _constants(table):
        call = table.example or f"{function.name}({', '.join(constants.get(name, name) for name in table.header[:-1])})"
        sql = _windowed(expand(Marked.typed(call), FUNCTIONS).text)
        where = " AND ".join([f"{name} IS NOT DISTINCT FROM {value}" for name, value in constants.items()] or ["true"])
        got.update(con.execute(f"SELECT row_id, {sql} FROM drawn WHERE {where}").fetchall())
    return [(row, got[i]) for i, row in enumerate(table.rows) if not _agrees(got[i], row[-1])]


def _constants(table: FunctionTable) -> list[dict[str, str]]:
    """The values of the parameters that must be literals (a date format), each set of them once."""
    places = [(name, table.header.index(name)) for name in LITERAL if name in table.header and table.example is None]
    return [dict(one) for one in dict.fromkeys(tuple((name, f"'{row[i]}'") for name, i in places) for row in table.rows)]


def _windowed(sql: str) -> str:
    """`over (subject order by day)` and `over subject` as SQL has it."""
    sql = re.sub(r"\bover\s+(\w+)", r"over (\1)", sql)
    return re.sub(r"\bover\s*\(\s*(?!order\b|partition\b)(\w+)", r"over (PARTITION BY \1", sql)


def _drawn(table: FunctionTable, dates: str) -> str:
    """The table as a query: columns of numbers, truth values, complete dates (of the type `dates`), else text."""
    kinds = [_kind([row[i] for row in table.rows], dates) for i in range(len(table.header) - 1)]
    lines = []
    for i, row in enumerate(table.rows):
        cells = [f"CAST({repr(cell) if cell else 'NULL'} AS {kind})" for cell, kind in zip(row, kinds, strict=False)]
        lines.append(f"({i}, {', '.join(cells)})")
    return f"SELECT * FROM (VALUES {', '.join(lines)}) AS drawn(row_id, {', '.join(table.header[:-1])})"


def _kind(cells: list[str], dates: str) -> str:
    given = [cell for cell in cells if cell]
    if given and all(cell in ("TRUE", "FALSE") for cell in given):
        return "BOOLEAN"
    if given and all(_NUMBER.fullmatch(cell) for cell in given):
        return "DOUBLE"
    return dates if given and all(_DATE.fullmatch(cell) for cell in given) else "VARCHAR"


def _agrees(value: object, cell: str) -> bool:
    """Text agrees letter by letter, numbers as numbers, dates and times as ISO 8601 text."""
    if value is None or cell == "":
        return value is None and cell == ""
    if isinstance(value, bool):
        return cell == str(value).upper()
    if isinstance(value, (int, float)):
        return _NUMBER.fullmatch(cell) is not None and float(cell) == value
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat() == cell
    return value == cell


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
