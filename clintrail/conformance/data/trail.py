"""What the trail and the manifest of a package of ours say of its datasets and files. Other folders have neither, and no rows here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from clintrail.compile.plan import DECIDED, Input, quoted
from clintrail.conformance.data.define.cells import as_text
from clintrail.conformance.data.model import CheckedDataset, Data, table_of
from clintrail.conformance.data.tables import NAMES, SQL, TEXT, WHOLE, YES, Row, Table
from clintrail.trail.impact import Masks, resolved
from clintrail.trail.origins import dataset_line, record_rows
from clintrail.trail.read import Trail

MANIFEST = "manifest.json"
_CHUNK = 1 << 20
_TYPES = {pa.string(): "VARCHAR", pa.float64(): "DOUBLE", pa.timestamp("us"): "TIMESTAMP", pa.time64("us"): "TIME"}


def dataset_rows(data: Data) -> Iterator[Row]:
    """Each dataset of the package that the trail has: its line in the spec, and how many records were built.

    Of a part of a dataset that was split the number is not known.
    """
    trail = data.trail
    for d, name in _traced(data):
        if trail is not None:
            records = trail.size(trail.datasets[name]["frame"]) if d.name == name else None
            yield {"dataset": d.name, "place": dataset_line(trail, name) or None, "built": records}


def _traced(data: Data) -> Iterator[tuple[CheckedDataset, str]]:
    """The datasets of the package that the trail has, with the name there: that of the whole, for a part."""
    known = data.trail.datasets if data.trail is not None else {}
    for d in data.datasets:
        if name := next((name for name in (d.name, d.domain) if name in known), None):
            yield d, name


# -- lineage ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ends:
    """What a column leads to: raw columns (`ae.AETERM`), variables of other datasets (`DM.AGE`), tables; whether cells decide."""

    raw: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    deciding: bool = False

    def __or__(self, other: _Ends) -> _Ends:
        return _Ends(self.raw | other.raw, self.variables | other.variables, self.tables | other.tables, self.deciding or other.deciding)


class _Lineage:
    """The ends of the columns of a trail: the first raw columns and variables of other datasets that a value is made from."""

    def __init__(self, trail: Trail) -> None:
        self.trail = trail
        self._found: dict[tuple[str, str], _Ends] = {}

    def of(self, frame: str, column: str) -> _Ends:
        """The ends of a column, through the stages and hidden columns of its own dataset."""
        key = frame, column
        if key not in self._found:
            self._found[key] = _Ends()  # a cycle (the record before) adds nothing
            described = self.trail.columns.get(key)
            found = _Ends(deciding=described is not None and len(described.constant_sources) > 1)  # by the source of the record
            for needed in described.inputs if described else ():
                found |= self._of_input(frame, needed)
            self._found[key] = found
        return self._found[key]

    def _of_input(self, frame: str, needed: Input) -> _Ends:
        if needed.role == DECIDED:
            return _Ends(deciding=True)
        of = self.trail.frame(needed.frame)
        if of["kind"] == "input":
            return _Ends(variables=frozenset({f"{of['dataset']}.{needed.column}"}))
        if of["kind"] == "form":
            return _Ends(raw=frozenset({f"{of['dataset']}.{needed.column}"})) | self.of(needed.frame, needed.column)
        if of["kind"] != "stage":
            return _Ends(tables=frozenset({needed.frame}))
        name = str(of["dataset"])
        if name != self.trail.frame(frame)["dataset"] and needed.column in self.trail.datasets.get(name, {}).get("variables", ()):
            return _Ends(variables=frozenset({f"{name}.{needed.column}"}))
        return self.of(needed.frame, needed.column)


def variable_rows(data: Data) -> Iterator[Row]:
    """Each variable of the package that the trail has: its rule and line, what it leads to, and the cells that lead nowhere.

    `raw` are raw columns, `variables` those of other datasets, `tables` those of the spec; `decided` tells whether cells decide about its
    values. `lost` counts the values that lead to neither a raw cell nor a constant; `record` is the first.
    """
    trail = data.trail
    if trail is None:
        return
    lineage, ends = _Lineage(trail), resolved(trail)
    for d, name in _traced(data):
        frame = trail.datasets[name]["frame"]
        for variable in trail.datasets[name]["variables"]:
            column, found = trail.columns[frame, variable], lineage.of(frame, variable)
            yield {
                "dataset": d.name, "variable": variable, "place": column.place or None, "rule": column.rule or None,
                "raw": sorted(found.raw), "variables": sorted(found.variables), "tables": sorted(found.tables),
                "decided": found.deciding, "constant": column.constant, **_lost(trail, ends, name, variable, is_whole=d.name == name),
            }  # fmt: skip


def _lost(trail: Trail, ends: Masks, dataset: str, variable: str, *, is_whole: bool) -> Row:
    frame = trail.datasets[dataset]["frame"]
    given = np.asarray(trail.values(frame, variable).is_valid())
    reached = ends.get((frame, variable), np.zeros(len(given), dtype=bool))
    lost = (given & ~reached)[record_rows(trail, dataset)]
    return {"lost": int(lost.sum()), "record": int(np.argmax(lost)) + 1 if is_whole and lost.any() else None}


# -- values ----------------------------------------------------------------------------------------------------------------------


def cell_pieces(data: Data) -> Iterator[Row]:
    """Each variable of a dataset whose file is not as it was built, with SQL for its values and those that were built.

    Records are paired by their number: where there are more or fewer than were built, only that is told. So it is with a date that has
    become a number.
    """
    trail, unchanged = data.trail, {row["dataset"] for row in file_rows(data) if row["unchanged"]}
    for d, name in _traced(data):
        if trail is None or d.name in unchanged or d.name != name or d.records != trail.size(trail.datasets[name]["frame"]):
            continue
        table, built = f"meta.{quoted(f'built {name}')}", _built(trail, name)
        data.con.register("incoming", built)
        data.con.execute(f"CREATE TABLE {table} AS SELECT * FROM incoming")  # a view would be one of this connection alone
        data.con.unregister("incoming")
        for variable in trail.datasets[name]["variables"]:
            type_, was = data.columns(d.name).get(variable), _TYPES.get(built.schema.field(variable).type, "DATE")
            if type_ is None or type_ != was and not {type_, was} <= {"VARCHAR", "DOUBLE"}:
                continue
            own, theirs = as_text(f"d.{quoted(variable)}", type_), as_text(f"b.{quoted(variable)}", was)
            joined = f"{table_of(d.name)} d JOIN {table} b USING (_record)"
            sql = f"SELECT _record AS record, {own} AS value, {theirs} AS built FROM {joined}"
            yield {"dataset": d.name, "variable": variable, SQL: sql}


def _built(trail: Trail, dataset: str) -> pa.Table:
    """The records of a dataset as they were built, in the order of its file; text of blanks is missing."""
    frame = trail.datasets[dataset]["frame"]
    rows = pa.array(record_rows(trail, dataset))
    columns = {v: trail.values(frame, v).take(rows) for v in trail.datasets[dataset]["variables"]}
    return pa.table({"_record": pa.array(range(1, len(rows) + 1), pa.int64()), **columns})


# -- files -----------------------------------------------------------------------------------------------------------------------


def file_rows(data: Data) -> Iterator[Row]:
    """Each file of the package or of its manifest: whether it is `listed` there, whether it is `there`, and `unchanged` since the build."""
    root = Path(data.place)
    stated = _outputs(root / MANIFEST)
    if stated is None:
        return
    names = {d.path.resolve(): d.name for d in data.datasets}
    here = {p.relative_to(root).as_posix() for p in (root / "m5").rglob("*") if p.is_file()}
    for path in sorted({*stated, *here}):
        file = root / path
        there = file.is_file()
        yield {
            "path": path, "dataset": names.get(file.resolve()), "listed": path in stated, "there": there,
            "unchanged": _sha256(file) == stated[path] if there and path in stated else None,
        }  # fmt: skip


def _outputs(path: Path) -> dict[str, str] | None:
    """The hashes of the files that a build wrote; None without a manifest that can be read."""
    try:
        read: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    found = read.get("outputs") if isinstance(read, dict) else None
    if not isinstance(found, dict) or any(Path(name).is_absolute() or ".." in Path(name).parts for name in found):
        return None
    return {str(name): str(sha256) for name, sha256 in found.items()}


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def source_rows(data: Data) -> Iterator[Row]:
    """Each variable of another dataset that a variable of an analysis dataset is made from, by the trail."""
    if data.trail is None:
        return
    lineage = _Lineage(data.trail)
    for d, name in _traced(data):
        described = data.trail.datasets[name]
        for variable in described["variables"] if d.kind == "adam" else ():
            for source in sorted(lineage.of(described["frame"], variable).variables):
                dataset, _, column = source.partition(".")
                yield {"dataset": d.name, "variable": variable, "source": dataset, "source_variable": column}


TRAIL_TABLES: dict[str, Table] = {
    "trail_datasets": Table(("dataset",), "a dataset as it was built: its line in the spec and its number of records", {
        "dataset": TEXT, "place": TEXT, "built": WHOLE,
    }, dataset_rows),
    "trail_variables": Table(("dataset", "variable"), "a variable as it was built: what its values lead to", {
        "dataset": TEXT, "variable": TEXT, "place": TEXT, "rule": TEXT, "raw": NAMES, "variables": NAMES, "tables": NAMES,
        "decided": YES, "constant": YES, "lost": WHOLE, "record": WHOLE,
    }, variable_rows),
    "trail_sources": Table(("dataset", "variable"), "a variable of another dataset that one is made from", {
        "dataset": TEXT, "variable": TEXT, "source": TEXT, "source_variable": TEXT,
    }, source_rows),
    "trail_cells": Table(("dataset", "variable", "record"), "a value of a file that was changed, and the value that was built", {
        "dataset": TEXT, "variable": TEXT, "record": WHOLE, "value": TEXT, "built": TEXT,
    }, cell_pieces, (), ("record", "value", "built")),
    "package_files": Table(("path",), "a file of the package, or of its manifest", {
        "path": TEXT, "dataset": TEXT, "listed": YES, "there": YES, "unchanged": YES,
    }, file_rows),
}  # fmt: skip
