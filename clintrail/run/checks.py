"""Checks of what was built: keys, code lists, required values, values that a dataset cannot hold; places and counts, never values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.compile.study import CompiledStudy
from clintrail.errors import Place, Problem, Severity
from clintrail.run.datasets import BuiltDataset, BuiltVariable
from clintrail.run.execute import Result
from clintrail.run.load import RawData

_SHOWN = 5


def check_datasets(
    compiled: CompiledStudy, datasets: Mapping[str, BuiltDataset], result: Result, raw: Mapping[str, RawData]
) -> list[Problem]:
    """All findings about the built datasets, each with the place of the rule and how many records it concerns."""
    where = _Origins(compiled, result, raw)
    problems: list[Problem] = []
    for dataset in datasets.values():
        problems += _keys(dataset)
        for variable in dataset.variables:
            values = dataset.table[variable.name]
            problems += _missing(dataset, variable, values)
            problems += _numbers(dataset, variable, values, where)
            problems += _too_long(dataset, variable, values, where)
            problems += _terms(compiled, dataset, variable, values, where)
            problems += _labels(dataset, variable)
    return problems


class _Origins:
    """Finds the raw records behind rows of a dataset, by its links, for messages that may not show values."""

    def __init__(self, compiled: CompiledStudy, result: Result, raw: Mapping[str, RawData]) -> None:
        self.compiled, self.result, self.raw = compiled, result, raw

    def of(self, dataset: BuiltDataset, records: np.ndarray) -> str:
        """`ae.csv records 17, 23, ...` for records of the dataset, where they come from a raw file."""
        found: dict[str, list[int]] = {}
        for record in records[:_SHOWN]:
            place = self._raw(dataset.plan.frame, int(dataset.rows[record]))
            if place:
                found.setdefault(place[0], []).append(place[1])
        more = ", ..." if len(records) > _SHOWN else ""
        return "; ".join(f"{file} record{'s' * (len(n) > 1)} {', '.join(map(str, n))}{more}" for file, n in found.items())

    def _raw(self, frame: str, row: int) -> tuple[str, int] | None:
        while True:
            described, table = self.compiled.plan.frames[frame], self.result.frames[frame]
            if described.kind in ("form", "input"):
                data = self.raw[described.dataset]
                return data.file.path.rsplit("/", 1)[-1], int(data.records[row].as_py())
            step = self._step(frame, table, row)
            if step is None:
                return None
            frame, row = step

    def _step(self, frame: str, table: pa.Table, row: int) -> tuple[str, int] | None:
        columns = self.compiled.plan.frames[frame].columns
        for link in ("_prev", "_added", "_from"):
            if link in table.column_names and (other := table[link][row].as_py()) is not None:
                target = columns[link].target or self._source_frame(frame, table, row)
                return (target, int(other)) if target else None
        return None

    def _source_frame(self, frame: str, table: pa.Table, row: int) -> str:
        spec = self.compiled.study.datasets[self.compiled.plan.frames[frame].dataset]
        source = spec.records[int(table["_source"][row].as_py())].source
        return next((n for n in (source, f"{source} (raw)") if n in self.compiled.plan.frames), "")


def _keys(dataset: BuiltDataset) -> Iterator[Problem]:
    keys = [k for k in dataset.plan.keys if k in dataset.table.column_names]
    absent = [k for k in dataset.spec.keys if k not in dataset.table.column_names]
    place = Place(dataset.plan.path, 1)
    for key in absent:
        yield Problem(place, key, f"a key of {dataset.name} that is none of its variables", "name variables of the dataset in keys:")
    if not keys or not dataset.table.num_rows:
        return
    grouped = dataset.table.select(keys).group_by(keys, use_threads=False).aggregate([([], "count_all")])
    twice = pc.sum(pc.greater(grouped["count_all"], 1)).as_py() or 0
    if twice:
        severity = Severity.ERROR if dataset.spec.keys else Severity.WARNING
        fix = "add the variable that tells the records apart, or collapse duplicates with one_per:"
        yield Problem(place, dataset.name, f"the key {', '.join(keys)} is not unique: {twice} of its values stand more than once", fix, severity)


def _missing(dataset: BuiltDataset, variable: BuiltVariable, values: pa.ChunkedArray) -> Iterator[Problem]:
    # In ADaM a required variable must be there; in SDTM it must have values too (SDTMIG 3.4, section 4.1.5).
    if dataset.plan.kind == "sdtm" and variable.core == "Req" and values.null_count:
        what = f"required, and missing in {values.null_count} of {len(values)} records of {dataset.name}"
        yield Problem(variable.place, variable.name, what, "see which records with `clintrail why`, and complete the rule", Severity.WARNING)


def _numbers(dataset: BuiltDataset, variable: BuiltVariable, values: pa.ChunkedArray, where: _Origins) -> Iterator[Problem]:
    if not pa.types.is_floating(values.type):
        return
    bad = pc.fill_null(pc.invert(pc.is_finite(values)), False)
    count = pc.sum(bad).as_py() or 0
    if count:
        rows = np.flatnonzero(bad.to_numpy())
        what = f"infinite or not a number in {count} records of {dataset.name} ({where.of(dataset, rows)})"
        yield Problem(variable.place, variable.name, what, "guard the division or logarithm in its rule")


def _too_long(dataset: BuiltDataset, variable: BuiltVariable, values: pa.ChunkedArray, where: _Origins) -> Iterator[Problem]:
    if variable.type != "Char":
        return
    limit = int(variable.attributes.get("length", 200))
    long = pc.fill_null(pc.greater(pc.binary_length(values), limit), False)
    count = pc.sum(long).as_py() or 0
    if count:
        rows = np.flatnonzero(long.to_numpy())
        what = f"{count} values are longer than {limit} bytes and would be cut ({where.of(dataset, rows)})"
        yield Problem(variable.place, f"{dataset.name}.{variable.name}", what, "split the text with text_piece and text_rest, or give a length")


def _terms(
    compiled: CompiledStudy, dataset: BuiltDataset, variable: BuiltVariable, values: pa.ChunkedArray, where: _Origins
) -> Iterator[Problem]:
    known = dataset.info.variable(variable.name)
    keys = [variable.codelist] if "codelist" in variable.attributes or known is None else known.codelists
    lists = [compiled.codelists.find(key) for key in keys if key]
    if variable.attributes.get("codelist") and lists == [None]:
        fix = "declare it under codelists:, or name a published list"
        yield Problem(variable.place, variable.name, f"no code list named {variable.codelist}", fix)
    branched = any("codelist" in b.attributes for b in variable.column.branches)
    used = [found for found in lists if found is not None and not found.dictionary]
    if not used or len(used) < len(lists) or branched or variable.type != "Char":
        return
    allowed = pa.array(sorted({t.value for found in used for t in found.terms}), pa.string())
    outside = pc.and_(pc.is_valid(values), pc.invert(pc.is_in(values, value_set=allowed)))
    count = pc.sum(outside).as_py() or 0
    if count:
        rows = np.flatnonzero(outside.to_numpy())
        name = " or ".join(f"{found.name} ({found.key})" for found in used)
        what = f"{count} values are no terms of {name}: {where.of(dataset, rows) or f'{dataset.name} built records'}"
        extensible = any(found.published is not None and found.open for found in used)
        fix = "map them in the table terms, with ct() in the rule" + (", or add the terms: codelists: {...: {extends: ...}}" if extensible else "")
        yield Problem(variable.place, f"{dataset.name}.{variable.name}", what, fix, Severity.WARNING if extensible else Severity.ERROR)


def _labels(dataset: BuiltDataset, variable: BuiltVariable) -> Iterator[Problem]:
    if not variable.label:
        fix = f"add a label: {variable.name}: {{label: ..., value: ...}}"
        yield Problem(variable.place, f"{dataset.name}.{variable.name}", "has no label, and the guide gives none", fix)
    elif len(variable.label.encode()) > 40:
        yield Problem(variable.place, f"{dataset.name}.{variable.name}", "the label is longer than 40 bytes", "shorten it")
