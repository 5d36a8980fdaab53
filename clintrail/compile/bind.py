"""Types: every query is bound by DuckDB over empty tables, in order, before any data are read.

What does not bind is told at the character in the spec. Values get the type that the guide wants for their variable.
"""

from __future__ import annotations

import json
from typing import Any

import duckdb

from clintrail.compile.build import Builder, columns_sql
from clintrail.compile.expressions import place_of
from clintrail.compile.plan import Column, Frame, Plan, Step, quoted
from clintrail.compile.roles import NUMBER, TEXT, comparisons, kind_of
from clintrail.errors import Problem

SETTINGS = (
    "SET default_null_order = 'nulls_first_on_asc_last_on_desc'",
    "SET ieee_floating_point_ops = false",
    "SET error_on_division_by_zero = false",
    "SET errors_as_json = true",
    "SET enable_external_access = false",
)
_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE")


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
            if step.kind == "rows":
                self._bind_rows(step, frame)
            elif step.kind == "link":
                self._bind_link(step, frame)
            else:
                step = self._bind_columns(step, frame)
            steps.append(step)
        self.plan.steps = steps

    def _make(self, name: str, frame: Frame) -> None:
        columns = {c.name: c.type for c in frame.columns.values() if c.kind == "raw"}
        text = ", ".join(["_row BIGINT", *(f"{quoted(n)} {t}" for n, t in columns.items())])
        self.con.execute(f"CREATE TABLE {quoted(name)} ({text})")
        self._made.add(name)

    def _describe(self, sql: str) -> list[tuple[str, str]]:
        return [(str(r[0]), str(r[1])) for r in self.con.execute(f"DESCRIBE {sql}").fetchall()]

    def _bind_rows(self, step: Step, frame: Frame) -> None:
        try:
            found = self._describe(step.sql)
        except duckdb.Error as error:
            self._tell(error, None, frame, "records")
            found = [("_row", "BIGINT"), *((c.name, "BIGINT") for c in frame.columns.values() if c.kind == "link" and not c.sql and not c.whole)]
        for name, kind in found:
            if name in frame.columns:
                frame.columns[name].type = kind
        columns = ", ".join(f"{quoted(n)} {_plain(t)}" for n, t in found)
        self.con.execute(f"CREATE TABLE {quoted(frame.name)} ({columns})")
        self._made.add(frame.name)

    def _bind_link(self, step: Step, frame: Frame) -> None:
        try:
            self._describe(step.sql)
        except duckdb.Error as error:
            column = frame.columns[step.columns[0]]
            self._tell(error, column, frame, column.text or column.name)
        self._add(frame, step.columns[0], "BIGINT")

    def _bind_columns(self, step: Step, frame: Frame) -> Step:
        columns = [frame.columns[name] for name in step.columns]
        types = self._types(frame, columns)
        for column in columns:
            if any((i.frame, i.column) in self._failed for i in column.inputs):
                column.type = "failed"  # what it needs has failed and been told
            if column.type == "failed" or types.get(column.name) is None:
                self._failed.add((frame.name, column.name))
            self._check_comparisons(frame, column)
            self._settle(frame, column, types.get(column.name, "failed"))
            self._add(frame, column.name, column.type)
        return Step("columns", step.frame, step.columns, columns_sql(frame, columns))

    def _types(self, frame: Frame, columns: list[Column]) -> dict[str, str]:
        try:
            return dict(self._describe(columns_sql(frame, columns)))
        except duckdb.Error:
            pass
        found: dict[str, str] = {}
        for column in columns:
            try:
                found |= dict(self._describe(columns_sql(frame, [column])))
            except duckdb.Error as error:
                if column.type != "failed" and not any((i.frame, i.column) in self._failed for i in column.inputs):
                    self._tell(error, column, frame, column.name)
                column.sql = "NULL"
        return found

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
        if column.kind != "variable" or not column.wanted:
            return
        dated = found in ("DATE", "TIME") or found.startswith("TIMESTAMP")
        dataset = self.builder.study.datasets.get(frame.dataset)
        what = fix = ""
        if found == "BOOLEAN":
            what, fix = "the rule is a condition, and the variable is not", "write yes_if(condition) or yes_or_no(condition)"
        elif column.wanted == "Char" and found != "VARCHAR":
            what = "the variable is text, and the rule gives a " + ("date" if dated else "number")
            fix = "keep the ISO 8601 text, or give the variable type: Num" if dated else "write number_text(...)"
        elif column.wanted == "Num" and found == "VARCHAR":
            what, fix = "the variable is a number, and the rule gives text", "write number(...), or to_date(...) for a date"
        elif column.wanted == "Num" and dated and dataset is not None and dataset.kind == "sdtm":
            what, fix = "SDTM holds dates as text", "use the ISO 8601 text"
        elif found not in ("VARCHAR", "DOUBLE") and not dated:
            what, fix = f"the rule gives {found.lower()}, which no dataset can hold", "make it text, a number or a date"
        if what:
            self.problems.append(Problem(column.place, column.name, what, fix))

    def _add(self, frame: Frame, name: str, kind: str) -> None:
        if frame.name in self._made:
            self.con.execute(f"ALTER TABLE {quoted(frame.name)} ADD COLUMN {quoted(name)} {_plain(kind)}")

    # -- text against numbers ----------------------------------------------------------------------------------------------

    def _check_comparisons(self, frame: Frame, column: Column) -> None:
        if column.typed is None or column.type == "failed":
            return
        for left, right, offset in comparisons(column.typed.text):
            kinds = {kind_of(side, self._column_kind(frame), self._function_kind) for side in (left, right)}
            if kinds == {TEXT, NUMBER}:
                what = "compares text with a number"
                fix = "write number(...) around the text, or put the number in quotes"
                self.problems.append(Problem(place_of(column.typed, offset), column.name, what, fix))

    def _column_kind(self, frame: Frame) -> Any:
        def kind(alias: str | None, name: str) -> str | None:
            stage = self.builder.stages.get(frame.name)
            try:
                if alias is None:
                    found = frame.columns.get(name)
                elif stage is not None:
                    link, target, _ = stage.link_for(alias, None)
                    found = target.columns.get(name)
                else:
                    found = None
            except Exception:  # an alias that only means something inside an aggregate
                return None
            return _kind(found.type) if found else None

        return kind

    def _function_kind(self, name: str) -> str | None:
        if name not in self._function_kinds:
            function = self.builder.functions.get(name)
            self._function_kinds[name] = None
            if function is not None and not function.is_aggregate:
                try:
                    text = f"SELECT {name}({', '.join('NULL' for _ in function.parameters)})"
                    self.con.execute(f"CREATE TEMP MACRO {quoted(name)}({', '.join(p.name for p in function.parameters)}) AS ({function.expanded})")
                    self._function_kinds[name] = _kind(self._describe(text)[0][1])
                except duckdb.Error:
                    pass
        return self._function_kinds[name]

    # -- what DuckDB says ------------------------------------------------------------------------------------------------------

    def _tell(self, error: duckdb.Error, column: Column | None, frame: Frame, subject: str) -> None:
        message, position = _message(error)
        place = column.place if column is not None else frame.row_place
        if column is not None and column.typed is not None and column.marked is not None and position is not None:
            start = columns_sql(frame, [column]).find(column.sql)
            offset = position - len("DESCRIBE ") - start
            if 0 <= offset < len(column.marked.marks):
                place = place_of(column.typed, column.marked.marks[offset])
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
        return f"the arguments have the wrong types: {what}", "raw values are text: number(...) makes a number, to_date(...) a date"
    if "Cannot compare" in first or "Cannot mix" in first or "Could not convert" in first:
        return first, "both sides must be text, or numbers, or dates"
    return first, "check the expression; `clintrail compile` prints the SQL"


def _kind(type_name: str) -> str | None:
    if type_name == "VARCHAR":
        return TEXT
    return NUMBER if type_name.split("(")[0] in (*_NUMERIC, "DECIMAL") else None


def _plain(type_name: str) -> str:
    return "VARCHAR" if type_name in ('"NULL"', "NULL", "failed", "", "carrier") else type_name
