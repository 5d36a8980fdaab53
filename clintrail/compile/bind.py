"""Types: every query is bound by DuckDB over empty tables, in order, before any data are read.

What does not bind is told at the character in the spec. Values get the type that the guide wants for their variable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import duckdb

from clintrail.compile.build import Builder
from clintrail.compile.expressions import place_of
from clintrail.compile.plan import Column, Frame, Input, Plan, Step, pieces_of, quoted
from clintrail.compile.roles import NUMBER, TEXT, comparisons, kind_of
from clintrail.compile.steps import columns_sql
from clintrail.errors import Problem

SETTINGS = (
    "SET default_null_order = 'nulls_first_on_asc_last_on_desc'",
    "SET ieee_floating_point_ops = false",
    "SET error_on_division_by_zero = false",
    "SET errors_as_json = true",
    "SET enable_external_access = false",
)
_NUMERIC = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
    "FLOAT",
    "DOUBLE",
)
_TEXT_AND_NUMBER = ("compares text with a number", "write number(...) around the text, or put the number in quotes")


def connect(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A database in memory with the settings that every query relies on, external access off and the configuration locked."""
    con = duckdb.connect(":memory:")
    if threads:
        con.execute(f"SET threads = {int(threads)}")
    for setting in SETTINGS:
        con.execute(setting)
    con.execute("SET lock_configuration = true")
    return con


class Binder:
    """Gives every column of a plan its type."""

    def __init__(self, builder: Builder, plan: Plan) -> None:
        self.builder, self.plan, self.problems = builder, plan, builder.problems
        self.con = connect(threads=1)
        self._made: set[str] = set()
        self._function_kinds: dict[str, str | None] = {}
        self._failed: set[tuple[str, str]] = set()

    def bind(self) -> None:
        """Bind all steps in order; types and casts are put into the plan's columns, problems are collected."""
        for name, frame in self.plan.frames.items():
            if frame.kind != "stage":
                self._make(name, frame)
        steps = []
        for step in self.plan.steps:
            frame = self.plan.frames[step.frame]
            if step.kind != "rows" and step.frame not in self._made:
                continue  # its records could not be made, which has been told
            if step.kind == "hook":
                pass  # its columns are as declared
            elif step.kind == "rows":
                self._bind_rows(step, frame)
            elif step.kind == "link":
                self._bind_link(step, frame)
            else:
                step = self._bind_columns(step, frame)
            steps.append(step)
        self.plan.steps = steps

    def _make(self, name: str, frame: Frame) -> None:
        columns = {c.name: c.type for c in frame.columns.values() if c.kind in ("raw", "hook")}
        alike = {n.lower(): f"{quoted(n)} {t}" for n, t in columns.items()}  # a refused file may be asked for names alike but for case
        text = ", ".join(["_row BIGINT", *alike.values()])
        self.con.execute(f"CREATE TABLE {quoted(name)} ({text})")
        self._made.add(name)

    def _describe(self, sql: str) -> list[tuple[str, str]]:
        return [(str(r[0]), str(r[1])) for r in self.con.execute(f"DESCRIBE {sql}").fetchall()]

    def _lacks(self, inputs: Iterable[Input]) -> bool:
        """Whether something that is needed has failed, which has been told."""
        return any((i.frame, i.column) in self._failed or i.frame not in self._made for i in inputs)

    def _bind_rows(self, step: Step, frame: Frame) -> None:
        if self._lacks(frame.row_inputs):
            return
        try:
            found = self._describe(step.sql)
        except duckdb.Error as error:
            self._tell(error, None, frame, "records")
            found = [
                ("_row", "BIGINT"),
                *((c.name, "BIGINT") for c in frame.columns.values() if c.kind == "link" and not c.sql and not c.whole),
            ]
        for name, kind in found:
            if name in frame.columns:
                frame.columns[name].type = kind
        columns = ", ".join(f"{quoted(n)} {_plain(t)}" for n, t in found)
        self.con.execute(f"CREATE TABLE {quoted(frame.name)} ({columns})")
        self._made.add(frame.name)

    def _bind_link(self, step: Step, frame: Frame) -> None:
        column = frame.columns[step.columns[0]]
        try:
            self._describe(step.sql)
        except duckdb.Error as error:
            self._failed.add((frame.name, column.name))
            if not self._lacks(column.inputs):
                self._tell(error, column, frame, column.text or column.name)
        self._add(frame, step.columns[0], "BIGINT")

    def _bind_columns(self, step: Step, frame: Frame) -> Step:
        columns = [frame.columns[name] for name in step.columns]
        refused = {c.name for c in columns if self._check_comparisons(frame, c)}
        types = self._types(frame, columns, refused)
        for column in columns:
            if self._lacks(column.inputs):
                column.type = "failed"  # what it needs has failed and been told
            if column.type == "failed" or types.get(column.name) is None:
                self._failed.add((frame.name, column.name))
            self._settle(frame, column, types.get(column.name, "failed"))
            self._add(frame, column.name, column.type)
        return Step("columns", step.frame, step.columns, columns_sql(frame, columns))

    def _types(self, frame: Frame, columns: list[Column], refused: set[str]) -> dict[str, str]:
        try:
            return self._named(frame, columns)
        except duckdb.Error:
            pass
        found: dict[str, str] = {}
        for column in columns:
            try:
                found |= self._named(frame, [column])
            except duckdb.Error as error:
                if column.type != "failed" and column.name not in refused and not self._lacks(column.inputs):
                    self._tell(error, column, frame, column.name)
                column.sql = "NULL"
        return found

    def _named(self, frame: Frame, columns: list[Column]) -> dict[str, str]:
        """The columns' types, by position: DuckDB may name a column as its source spells it."""
        described = self._describe(columns_sql(frame, columns))[1:]
        return {column.name: kind for column, (_, kind) in zip(columns, described, strict=True)}

    def _settle(self, frame: Frame, column: Column, found: str) -> None:
        """Decide the column's type: what the guide wants, where the value can be that."""
        if found == "failed" or column.type == "failed":
            column.sql, column.type = ("NULL::DOUBLE", "DOUBLE") if column.wanted == "Num" else ("NULL::VARCHAR", "VARCHAR")
            return
        is_null = found in ('"NULL"', "NULL")
        numeric = found.split("(")[0] in _NUMERIC or found.startswith("DECIMAL")
        if is_null:
            column.type = "DOUBLE" if column.wanted == "Num" else "VARCHAR"
            column.sql = f"CAST({column.sql} AS {column.type})"
        elif column.wanted == "Num" and numeric or not column.wanted and (found.startswith("DECIMAL") or found in ("HUGEINT", "FLOAT")):
            column.type = "DOUBLE"
            if found != "DOUBLE":
                column.sql = f"CAST({column.sql} AS DOUBLE)"
        else:
            column.type = found
            if found.startswith("ENUM"):
                column.type, column.sql = "VARCHAR", f"CAST({column.sql} AS VARCHAR)"
            self._check_wanted(frame, column, found)

    def _check_wanted(self, frame: Frame, column: Column, found: str) -> None:
        """Tell a value that the variable cannot hold; what uses it is not told of again."""
        if column.kind != "variable" or not column.wanted:
            return
        dataset = self.builder.study.datasets.get(frame.dataset)
        sdtm = dataset is not None and dataset.kind == "sdtm"
        given = _in_words(found.split("(")[0] if not found.endswith("]") else found)
        what = fix = ""
        if found == "BOOLEAN":
            what, fix = "the rule is a condition, and the variable is not", "write yes_if(condition) or yes_or_no(condition)"
        elif given == "a list":
            what, fix = "the rule gives a list, which no dataset can hold", "make it text, a number or a date"
        elif given in ("a date", "a time", "a date and time") and sdtm:
            what = f"the rule gives {given}, and SDTM holds dates as text"
            fix = "use the ISO 8601 text" if column.wanted == "Char" else "write study_day(...) for a day; the date itself belongs in --DTC"
        elif column.wanted == "Char" and given != "text":
            what = f"the variable is text, and the rule gives {given}"
            fix = "write number_text(...)" if given == "a number" else "keep the ISO 8601 text, or give the variable type: Num"
        elif column.wanted == "Num" and given == "text":
            what, fix = "the variable is a number, and the rule gives text", "write number(...), or to_date(...) for a date"
        if what:
            self._failed.add((frame.name, column.name))
            self.problems.append(Problem(column.place, column.name, what, fix))

    def _add(self, frame: Frame, name: str, kind: str) -> None:
        if frame.name in self._made:
            self.con.execute(f"ALTER TABLE {quoted(frame.name)} ADD COLUMN {quoted(name)} {_plain(kind)}")

    # -- text against numbers ----------------------------------------------------------------------------------------------

    def _check_comparisons(self, frame: Frame, column: Column) -> bool:
        """Tell comparisons of text with a number, which DuckDB takes where the number is a constant; whether there are any."""
        found = False
        for _, expression, _ in pieces_of(column) if column.type != "failed" and not self._lacks(column.inputs) else ():
            for left, right, offset in comparisons(expression.text):
                kinds = {kind_of(side, self._column_kind(frame), self._function_kind) for side in (left, right)}
                if kinds == {TEXT, NUMBER}:
                    found = True
                    self.problems.append(Problem(place_of(expression, offset), column.name, *_TEXT_AND_NUMBER))
        return found

    def _column_kind(self, frame: Frame) -> Any:
        def kind(alias: str | None, name: str) -> str | None:
            stage = self.builder.stages.get(frame.name)
            if alias is None or stage is None:
                found = frame.columns.get(name)
            else:
                lookup = self.builder.lookup_or_none(alias, stage)
                found = self.builder.source_frame(lookup.source, stage).columns.get(name) if lookup else None
            return _kind(found.type) if found else None

        return kind

    def _function_kind(self, name: str) -> str | None:
        if name not in self._function_kinds:
            function = self.builder.functions.get(name)
            self._function_kinds[name] = None
            if function is not None and not function.is_aggregate:
                try:
                    text = f"SELECT {name}({', '.join('NULL' for _ in function.parameters)})"
                    self.con.execute(
                        f"CREATE TEMP MACRO {quoted(name)}({', '.join(p.name for p in function.parameters)}) AS ({function.expanded})"
                    )
                    self._function_kinds[name] = _kind(self._describe(text)[0][1])
                except duckdb.Error:
                    pass
        return self._function_kinds[name]

    # -- what DuckDB says ------------------------------------------------------------------------------------------------------

    def _tell(self, error: duckdb.Error, column: Column | None, frame: Frame, subject: str) -> None:
        message, position = _message(error)
        place = column.place if column is not None else frame.row_place
        if column is not None and position is not None:
            offset = position - len("DESCRIBE ") - columns_sql(frame, [column]).find(column.sql)
            for start, expression, marked in pieces_of(column):
                if start <= offset < start + len(marked):
                    place = place_of(expression, marked.marks[offset - start])
        what, fix = _in_plain_words(message)
        self.problems.append(Problem(place, subject, what, fix))


def _message(error: duckdb.Error) -> tuple[str, int | None]:
    text = str(error)
    try:
        found = json.loads(text[text.index("{") :])
        position = found.get("position")
        return str(found.get("exception_message", text)), int(position) if position else None
    except ValueError:
        return text, None


def _in_plain_words(message: str) -> tuple[str, str]:
    first = message.split("\n")[0].strip()
    if "No function matches" in first or "does not support the supplied arguments" in first:
        what = first.split("'")[1] if "'" in first else first
        what = re.sub(r"\b[A-Z][A-Z_]+\b", lambda m: _in_words(m[0]), what)
        return f"the arguments have the wrong types: {what}", "raw values are text: number(...) makes a number, to_date(...) a date"
    mixed = re.search(r"Cannot (compare|mix) values of type (\w+).*? and (?:type )?(\w+)", first)
    if mixed:
        sides = [_in_words(mixed[2]), _in_words(mixed[3])]
        if mixed[1] == "compare" or "BETWEEN" in first or " IN " in first:
            return (
                _TEXT_AND_NUMBER
                if set(sides) == {"text", "a number"}
                else (f"compares {sides[0]} with {sides[1]}", "make both sides the same")
            )
        return f"the rule gives {sides[0]} in one case and {sides[1]} in another", "make all of them text, numbers or dates"
    return first, "check the expression"


def _in_words(type_name: str) -> str:
    if type_name in ("VARCHAR", "STRING_LITERAL"):
        return "text"
    if type_name in (*_NUMERIC, "DECIMAL", "INTEGER_LITERAL"):
        return "a number"
    return {"BOOLEAN": "a condition", "DATE": "a date", "TIME": "a time"}.get(
        type_name, "a date and time" if "TIMESTAMP" in type_name else "a list"
    )


def _kind(type_name: str) -> str | None:
    if type_name == "VARCHAR":
        return TEXT
    return NUMBER if type_name.split("(")[0] in (*_NUMERIC, "DECIMAL") else None


def _plain(type_name: str) -> str:
    return "VARCHAR" if type_name in ('"NULL"', "NULL", "failed", "", "carrier") else type_name
