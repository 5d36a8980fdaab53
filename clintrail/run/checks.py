"""Checks of what was built: keys, code lists, required values, values that a dataset cannot hold; places and counts, never values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.compile.plan import Input
from clintrail.compile.study import CompiledStudy
from clintrail.errors import Place, Problem, Severity, closest, counted
from clintrail.run.datasets import BuiltDataset, BuiltVariable
from clintrail.run.execute import Result
from clintrail.run.lengths import stated_length
from clintrail.run.load import RawData
from clintrail.spec.sizes import LONGEST_TEXT

_SHOWN = 5


def check_datasets(
    compiled: CompiledStudy, datasets: Mapping[str, BuiltDataset], result: Result, raw: Mapping[str, RawData]
) -> list[Problem]:
    """All findings about the built datasets, each with the place of the rule and how many records it concerns."""
    where = _Origins(compiled, result, raw)
    problems = [*_unread(compiled, result, where)]
    for dataset in datasets.values():
        problems += _keys(dataset, where)
        problems += _subjects(dataset, datasets, raw, where)
        for variable in dataset.variables:
            values = dataset.table[variable.name]
            problems += _missing(dataset, variable, values)
            problems += _labels(dataset, variable)
            if _is_copy(variable, datasets):
                continue  # what is wrong with the values has been told of the variable that it copies
            problems += _numbers(dataset, variable, values, where)
            problems += _too_long(dataset, variable, values, where, stated_length(compiled.study, dataset, variable))
            problems += _terms(compiled, dataset, variable, values, where)
    return problems


class _Origins:
    """Finds the raw records behind rows of a dataset, by its links, for messages that may not show values."""

    def __init__(self, compiled: CompiledStudy, result: Result, raw: Mapping[str, RawData]) -> None:
        self.compiled, self.result, self.raw = compiled, result, raw

    def of(self, dataset: BuiltDataset, records: np.ndarray) -> str:
        """`ae.csv records 17, 23, ...` for records of the dataset, where they come from a raw file."""
        return self.of_rows(dataset.plan.frame, [int(dataset.rows[record]) for record in records])

    def of_rows(self, frame: str, rows: Sequence[int]) -> str:
        """The same for rows of a frame."""
        found: dict[str, list[int]] = {}
        for file, record in sorted(filter(None, (self.raw_record(frame, row) for row in rows))):
            found.setdefault(file, []).append(record)
        return "; ".join(_listed(file, list(dict.fromkeys(records))) for file, records in found.items())

    def raw_record(self, frame: str, row: int) -> tuple[str, int] | None:
        while True:
            described, table = self.compiled.plan.frames[frame], self.result.frames[frame]
            if described.kind in ("form", "input"):
                data = self.raw[described.dataset]
                return data.file.shown, int(data.records[row].as_py())
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


def _is_copy(variable: BuiltVariable, datasets: Mapping[str, BuiltDataset]) -> bool:
    """Whether the variable is that of the same name in another dataset, with the same metadata."""
    source, _, name = variable.column.text.partition(".")
    return source in datasets and name == variable.name and not {"length", "codelist"} & set(variable.attributes)


def _listed(file: str, records: list[int]) -> str:
    more = ", ..." if len(records) > _SHOWN else ""
    return f"{file} record{'s' * (len(records) > 1)} {', '.join(map(str, records[:_SHOWN]))}{more}"


def _unread(compiled: CompiledStudy, result: Result, where: _Origins) -> Iterator[Problem]:
    """Collected text that a reading function (see `Function.reads`) made nothing of."""
    for name, frame in compiled.plan.frames.items():
        table = result.frames[name]
        for column in frame.columns.values():
            for read in column.reads:
                rows = np.flatnonzero(pc.is_null(table[column.name]).to_numpy() & _given(read, table, result))
                if len(rows):
                    sources = [int(r) for r in (pc.take(table[read.via], pa.array(rows)).to_pylist() if read.via else rows)]
                    at = where.of_rows(read.frame if read.via else name, sources)
                    what = f"collected, but not readable, and so missing: {counted(len(rows), 'value')} ({at})"
                    fix = "query them; if they are right, let the rule name their format or take them apart"
                    yield Problem(column.place, f"{frame.dataset}.{column.name}", what, fix, Severity.WARNING)


def _given(read: Input, table: pa.Table, result: Result) -> np.ndarray:
    """For each row of `table`, whether the text that is read is there."""
    concerned = np.full(table.num_rows, True)
    for column, value in read.when:
        concerned &= np.asarray(pc.fill_null(pc.equal(table[column], value), False))
    if not read.via:
        concerned &= np.asarray(pc.is_valid(table[read.column]))
        return concerned
    link = pc.if_else(pa.array(concerned), table[read.via].combine_chunks(), pa.scalar(None, pa.int64()))
    found: np.ndarray = np.asarray(pc.is_valid(pc.take(result.frames[read.frame][read.column], link)))
    return found


def _subjects(
    dataset: BuiltDataset, datasets: Mapping[str, BuiltDataset], raw: Mapping[str, RawData], where: _Origins
) -> Iterator[Problem]:
    """Subjects that DM (or ADSL) does not have."""
    name = "DM" if dataset.plan.kind == "sdtm" else "ADSL"
    known = datasets[name].table if name in datasets else raw[name].table if name in raw else None
    columns = dataset.table.column_names
    if known is None or dataset.name == name or "USUBJID" not in columns or "RDOMAIN" in columns:
        return
    subjects = dataset.table["USUBJID"]
    outside = pc.and_(pc.is_valid(subjects), pc.invert(pc.is_in(subjects, value_set=known["USUBJID"].combine_chunks())))
    rows = np.flatnonzero(outside.to_numpy())
    if len(rows):
        at = where.of(dataset, rows)
        what = f"{name} does not have the subject of {counted(len(rows), 'record')}" + (f" ({at})" if at else "")
        place = dataset.spec.records[0].place if dataset.spec.records else Place(dataset.plan.path, 1)
        fix = f"complete {name}, or leave the records out: where: {name}.found"
        yield Problem(place, dataset.name, what, fix, Severity.WARNING)


def _keys(dataset: BuiltDataset, where: _Origins) -> Iterator[Problem]:
    keys = [k for k in dataset.plan.keys if k in dataset.table.column_names]
    absent = [k for k in dataset.spec.keys if k not in dataset.table.column_names]
    place = dataset.spec.keys_place if dataset.spec.keys else Place(dataset.plan.path, 1)
    for key in absent:
        near = closest(key, dataset.table.column_names)
        fix = f"did you mean {near}?" if near else "name variables of the dataset"
        yield Problem(place, key, f"a key of {dataset.name} that is none of its variables", fix)
    if absent or not keys or not dataset.table.num_rows:
        return
    twice = np.flatnonzero(dataset.table.select(keys).to_pandas().duplicated(keep=False))
    if len(twice):
        severity = Severity.ERROR if dataset.spec.keys else Severity.WARNING
        fix = "add the variable that tells the records apart, or collapse duplicates with one_per:"
        at = where.of(dataset, twice) or counted(len(twice), "record")
        yield Problem(place, dataset.name, f"the key {', '.join(keys)} is not unique ({at})", fix, severity)


def _missing(dataset: BuiltDataset, variable: BuiltVariable, values: pa.ChunkedArray) -> Iterator[Problem]:
    # In ADaM a required variable must be there; in SDTM it must have values too (SDTMIG 3.4, section 4.1.5).
    if dataset.plan.kind == "sdtm" and variable.core == "Req" and values.null_count:
        what = f"required, and missing in {values.null_count} of {counted(len(values), 'record')} of {dataset.name}"
        yield Problem(
            variable.place, variable.name, what, "see which records with `clintrail why`, and complete the rule", Severity.WARNING
        )


def _numbers(dataset: BuiltDataset, variable: BuiltVariable, values: pa.ChunkedArray, where: _Origins) -> Iterator[Problem]:
    if not pa.types.is_floating(values.type):
        return
    bad = pc.fill_null(pc.invert(pc.is_finite(values)), False)
    count = pc.sum(bad).as_py() or 0
    if count:
        rows = np.flatnonzero(bad.to_numpy())
        what = f"infinite or not a number in {counted(count, 'record')} of {dataset.name} ({where.of(dataset, rows)})"
        yield Problem(variable.place, variable.name, what, "guard the division or logarithm in its rule")


def _too_long(dataset: BuiltDataset, variable: BuiltVariable, values: pa.ChunkedArray, where: _Origins, stated: int) -> Iterator[Problem]:
    if variable.type != "Char":
        return
    limit = stated or LONGEST_TEXT
    long = pc.fill_null(pc.greater(pc.binary_length(values), limit), False)
    count = pc.sum(long).as_py() or 0
    if count:
        rows = np.flatnonzero(long.to_numpy())
        what = f"longer than {limit} bytes and would be cut: {counted(count, 'value')} ({where.of(dataset, rows)})"
        pieces = "split the text with text_piece and text_rest"
        fix = f"state a greater length, or {pieces}" if stated else f"{pieces}, or give a length"
        yield Problem(variable.place, f"{dataset.name}.{variable.name}", what, fix)


def _terms(
    compiled: CompiledStudy, dataset: BuiltDataset, variable: BuiltVariable, values: pa.ChunkedArray, where: _Origins
) -> Iterator[Problem]:
    known = dataset.info.variable(variable.name)
    keys = [variable.codelist] if "codelist" in variable.attributes or known is None else known.codelists
    lists = [compiled.codelists.find(key) for key in keys if key]
    if variable.attributes.get("codelist") and lists == [None]:
        names = [*compiled.study.codelists, *(c.submission_value for c in compiled.codelists.terminology.codelists)]
        near = closest(variable.codelist, names)
        fix = f"did you mean {near}?" if near else "declare it under codelists:, or name a published list"
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
        at = where.of(dataset, rows)
        what = f"not among the terms of {name}: {counted(count, 'value')}" + (f" ({at})" if at else "")
        extensible = any(found.published is not None and found.open for found in used)
        fix = "map them in the table terms, with ct() in the rule" + (
            ", or add the terms: codelists: {...: {extends: ...}}" if extensible else ""
        )
        yield Problem(variable.place, f"{dataset.name}.{variable.name}", what, fix, Severity.WARNING if extensible else Severity.ERROR)


def _labels(dataset: BuiltDataset, variable: BuiltVariable) -> Iterator[Problem]:
    if not variable.label:
        fix = f"add a label: {variable.name}: {{label: ..., value: ...}}"
        yield Problem(variable.place, f"{dataset.name}.{variable.name}", "has no label, and the guide gives none", fix)
    elif len(variable.label.encode()) > 40:
        yield Problem(variable.place, f"{dataset.name}.{variable.name}", "the label is longer than 40 bytes", "shorten it")
