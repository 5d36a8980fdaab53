"""Run a plan: one narrow query a step, results put back by position, every frame kept as an Arrow table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.compile.bind import connect
from clintrail.compile.build import Builder
from clintrail.compile.hook_stage import HookStage, origins_table
from clintrail.compile.plan import Column, Frame, Plan, Step
from clintrail.compile.steps import columns_sql
from clintrail.errors import Place, Problem, Problems, Severity, counted
from clintrail.run.hooks import run_hook
from clintrail.run.load import RawData
from clintrail.spec.model import Table

Progress = Callable[[int, int, str], None]


@dataclass
class Result:
    """All frames after a run, each with `_row` 0..n-1, and what the run noticed."""

    frames: dict[str, pa.Table]
    problems: list[Problem] = field(default_factory=list)
    origins: dict[str, pa.Table] = field(default_factory=dict)  # of hooks: pairs (row, row of what was read), by registered name


def execute(
    plan: Plan, builder: Builder, raw: Mapping[str, RawData], *, threads: int | None = None, progress: Progress | None = None
) -> Result:
    """Run the plan over the raw data.

    Raises `Problems` for a query that fails on the data; other findings are in the result, as a lookup that finds two rows (the
    first is taken).
    """
    runner = _Runner(plan, builder, threads)
    runner.register_sources(raw)
    for index, step in enumerate(plan.steps):
        if progress:
            progress(index, len(plan.steps), step.frame)
        runner.run(step)
    runner.count_unknowns()
    return runner.result


class _Runner:
    def __init__(self, plan: Plan, builder: Builder, threads: int | None) -> None:
        self.plan, self.builder = plan, builder
        self.con = connect(threads)
        self.result = Result({})

    def register_sources(self, raw: Mapping[str, RawData]) -> None:
        for name, frame in self.plan.frames.items():
            if frame.kind in ("form", "input"):
                self._keep(name, raw[frame.dataset].table)
            elif frame.kind == "codelist":
                rows = self.builder.codelist_tables[name].rows
                columns = {"_row": pa.array(range(len(rows)), pa.int64())}
                columns |= {c: pa.array([r[i] for r in rows], pa.string()) for i, c in enumerate(("collected", "term"))}
                self._keep(name, pa.table(columns))
            elif frame.kind == "table":
                self._keep(name, _table(frame, self.builder.tables_in_use[name]))

    def _keep(self, name: str, table: pa.Table) -> None:
        self.result.frames[name] = table
        self.con.register(name, table)

    def run(self, step: Step) -> None:
        frame = self.plan.frames[step.frame]
        if step.kind == "hook":
            self._run_hook(frame)
            return
        try:
            found = self.con.sql(step.sql).to_arrow_table()
        except duckdb.Error as error:
            raise Problems([self._failed(step, frame, error)]) from None
        if step.kind == "rows":
            self._keep(step.frame, found)
            return
        table = self.result.frames[step.frame]
        if found.num_rows != table.num_rows:
            self._two_rows(step, frame, found)
            found = found.take(pa.array(np.unique(found["_row"].to_numpy(), return_index=True)[1]))
        if not np.array_equal(found["_row"].to_numpy(), np.arange(table.num_rows)):
            raise AssertionError(f"rows of {step.frame} came back out of order")
        for position, name in enumerate(step.columns, 1):  # DuckDB may name a column as its source spells it
            table = table.append_column(name, _blank_is_missing(found.column(position)))
        self._keep(step.frame, table)

    def _run_hook(self, frame: Frame) -> None:
        stage = self.builder.stages[frame.name]
        assert isinstance(stage, HookStage)
        tables = {}
        for read, (target, names) in stage.targets.items():
            handed = ["USUBJID" if name == "_subject" and "USUBJID" not in names else name for name in names]
            tables[read] = self.result.frames[target].select(["_row", *names]).rename_columns(["_row", *handed])
        table, origins = run_hook(stage.hook, tables)
        self._keep(frame.name, table)
        for read, pairs in origins.items():
            self.result.origins[origins_table(stage.hook.name, read)] = pairs

    def _two_rows(self, step: Step, frame: Frame, found: pa.Table) -> None:
        column = frame.columns[step.columns[0]]
        several = int((np.unique(found["_row"].to_numpy(), return_counts=True)[1] > 1).sum())
        name = column.text
        target = self.plan.frames[column.target].dataset or column.target
        what = f"the lookup {name} finds more than one record of {target} for {counted(several, 'record')} of {frame.dataset}"
        fix = f"narrow it under lookups: with where or match, or choose with first or last: {name}: {{from: ..., last: ...}}"
        spec = self.builder.study.datasets.get(frame.dataset)
        if spec is not None and len(spec.records) > 1 and any(r.source == name for r in spec.records):
            fix = f"where records have several sources, the columns of {name} are read in its set:"
        self.result.problems.append(Problem(self._used_at(frame, column), name, what, fix))

    def _used_at(self, frame: Frame, link: Column) -> Place:
        """Where a lookup is declared; one that is not declared, where it is first used."""
        spec = self.builder.study.datasets.get(frame.dataset)
        if spec is None or link.text in spec.lookups or link.text in self.builder.study.lookups:
            return link.place
        uses = (c.place for c in frame.columns.values() if c.place.line and any(i.column == link.name for i in c.inputs))
        return min(uses, default=link.place)

    def _failed(self, step: Step, frame: Frame, error: duckdb.Error) -> Problem:
        """The column at fault is found by running each alone; a value never reaches the message."""
        for name in step.columns:
            column = frame.columns[name]
            if not column.sql:
                continue
            try:
                self.con.sql(columns_sql(frame, [column])).to_arrow_table()
            except duckdb.Error as inner:
                return Problem(column.place, name, f"fails on some record: {_kind_of(inner)}", _fix_of(inner))
        return Problem(frame.row_place, step.frame, f"the records cannot be made: {_kind_of(error)}", _fix_of(error))

    def count_unknowns(self) -> None:
        """Conditions that are neither true nor false for some records are told, with their number."""
        for place, text, sql in self.builder.unknowns:
            row = self.con.execute(sql).fetchone()
            count = int(row[0]) if row else 0
            if count:
                what = f"the condition is unknown for {counted(count, 'record')}, left out for that: {text}"
                fix = "where a missing value should count, say so: ... or X is null"
                self.result.problems.append(Problem(place, "where", what, fix, Severity.NOTE))


def _blank_is_missing(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text of no characters is missing, as blanks are on reading."""
    if not pa.types.is_string(values.type):
        return values
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)


def _table(frame: Frame, table: Table) -> pa.Table:
    columns: dict[str, pa.Array] = {"_row": pa.array(range(len(table.rows)), pa.int64())}
    for index, name in enumerate(table.columns):
        cells = [row[index] for row in table.rows]
        numeric = frame.columns[name].type == "DOUBLE"
        columns[name] = (
            pa.array([None if c is None else float(c) for c in cells], pa.float64()) if numeric else pa.array(cells, pa.string())
        )
    return pa.table(columns)


def _kind_of(error: duckdb.Error) -> str:
    return {
        "ConversionException": "a value cannot be converted to the type that the rule needs",
        "OutOfRangeException": "a number is out of range",
        "InvalidInputException": "more than one record where one was expected, or a value that a function does not take",
    }.get(type(error).__name__, type(error).__name__)


def _fix_of(error: duckdb.Error) -> str:
    return "use number(), to_date() and their like, which make missing of what they cannot read"
