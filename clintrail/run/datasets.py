"""The datasets to submit: variables in the guide's order, records in the spec's order, with their metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.compile.plan import Column, DatasetPlan
from clintrail.compile.study import CompiledStudy
from clintrail.errors import Place
from clintrail.run.execute import Result
from clintrail.spec.model import DatasetSpec, Variable
from clintrail.standards import DatasetInfo, VariableInfo


@dataclass(frozen=True)
class BuiltVariable:
    """A variable of a built dataset; `column` is its column in the plan.

    `length` and `longest` are in bytes: what the file has room for (8 for numbers), and the longest value of the dataset (0 for
    numbers, and where there is none).
    """

    name: str
    label: str
    type: str  # Char or Num
    length: int
    format: str
    role: str
    core: str
    codelist: str
    described: str
    attributes: Mapping[str, str]
    column: Column
    place: Place
    longest: int = 0


@dataclass(frozen=True)
class BuiltDataset:
    """A dataset: `table` has the variables in order; `rows` is, for each record, its row in the frame `plan.frame`."""

    plan: DatasetPlan
    info: DatasetInfo
    spec: DatasetSpec
    variables: tuple[BuiltVariable, ...]
    table: pa.Table
    rows: np.ndarray

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.plan.name

    def variable(self, name: str) -> BuiltVariable | None:
        """A variable by name."""
        return next((v for v in self.variables if v.name == name), None)


def assemble(compiled: CompiledStudy, result: Result) -> dict[str, BuiltDataset]:
    """Every dataset of the plan from the frames of a run."""
    return {name: _assemble(compiled, result, plan) for name, plan in compiled.plan.datasets.items()}


def _assemble(compiled: CompiledStudy, result: Result, plan: DatasetPlan) -> BuiltDataset:
    frame, spec = compiled.plan.frames[plan.frame], compiled.study.datasets[plan.name]
    info = compiled.builder.info(spec)
    data = result.frames[plan.frame]
    rows = pc.sort_indices(data["_order"]).to_numpy() if data.num_rows else np.array([], dtype=np.uint64)
    names = list(plan.variables)
    table = pa.table({n: _blank_is_missing(data[n]).take(pa.array(rows)) for n in names})
    rules = compiled.builder.rules(spec, last=True)
    variables = tuple(_variable(compiled, spec, info, n, frame.columns[n], rules.get(n), table[n]) for n in names)
    return BuiltDataset(plan, info, spec, variables, table, rows.astype(np.int64))


def _blank_is_missing(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text of blanks is missing; trailing blanks, which no dataset keeps, go."""
    if not pa.types.is_string(values.type):
        return values
    trimmed = pc.utf8_rtrim(values, characters=" ")
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _variable(
    compiled: CompiledStudy, spec: DatasetSpec, info: DatasetInfo, name: str, column: Column, rule: Variable | None, values: pa.ChunkedArray
) -> BuiltVariable:
    found = info.variable(name) or VariableInfo(name, "", "Char")
    attributes = dict(rule.attributes) if rule else {}
    for record in spec.records:
        attributes |= dict(record.set[name].attributes) if name in record.set else {}
    text = pa.types.is_string(values.type)
    format_ = attributes.get("format", _date_format(values.type))
    longest = (pc.max(pc.binary_length(values)).as_py() or 0) if text else 0
    length = int(attributes.get("length", 0)) or max(longest, 1) if text else 8
    codelist = compiled.builder.codelist_of(spec, rule) if rule else (found.codelists[0] if found.codelists else "")
    label = attributes.get("label", found.label or _copied_label(compiled, column))
    return BuiltVariable(
        name, label, "Char" if text else "Num", length, format_, attributes.get("role", found.role),
        attributes.get("core", found.core), codelist, found.described, attributes, column, column.place, longest,
    )  # fmt: skip


def _copied_label(compiled: CompiledStudy, column: Column) -> str:
    """The label of the variable of which this one is a plain copy (`EFFFL: ADSL`); a variable carried over keeps its label."""
    source, _, name = column.text.partition(".")
    spec = compiled.study.datasets.get(source)
    rule = compiled.builder.rules(spec, last=True).get(name) if spec else None
    return rule.attributes.get("label", "") if rule else ""


def _date_format(kind: pa.DataType) -> str:
    if pa.types.is_date(kind):
        return "DATE9."
    if pa.types.is_timestamp(kind):
        return "DATETIME20."
    return "TIME8." if pa.types.is_time(kind) else ""


def of_kind(datasets: Mapping[str, BuiltDataset], kind: str) -> Iterator[BuiltDataset]:
    """Datasets of one kind (`sdtm` or `adam`), ADSL and DM first as reviewers expect, else by name."""
    first = {"ADSL": 0, "DM": 0}
    yield from sorted((d for d in datasets.values() if d.plan.kind == kind), key=lambda d: (first.get(d.name, 1), d.name))
