"""Write the trail beside the package: the plan as JSON, every frame and relation as Parquet.

A cell is walked back by its column's inputs (from the plan) over links and relations (from the frames).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from clintrail.compile.bind import connect
from clintrail.compile.plan import Column, Frame, Input, Relation
from clintrail.compile.study import CompiledStudy
from clintrail.run.execute import Result
from clintrail.run.load import RawData

FORMAT = 1


def write_trail(folder: Path, compiled: CompiledStudy, result: Result, raw: Mapping[str, RawData]) -> None:
    """Write `plan.json`, `frames/*.parquet` and `relations/*.parquet` into the new folder `folder`."""
    (folder / "frames").mkdir(parents=True)
    (folder / "relations").mkdir()
    frames = {name: frame for name, frame in compiled.plan.frames.items() if name in result.frames}
    con = connect()
    for name, table in (result.frames | result.origins).items():
        con.register(name, table)
    described: dict[str, Any] = {}
    for name, frame in frames.items():
        table = result.frames[name]
        if frame.kind in ("form", "input"):
            table = table.append_column("_record", raw[frame.dataset].records)
            table = _with_stage_columns(table, result.frames[name])
        file = f"frames/{len(described) + 1:03}-{slug(name)}.parquet"
        _write(folder / file, table)
        relations = {r.name: _relation(con, folder, r) for r in _used_relations(frame)}
        described[name] = _frame(frame, file, relations)
    files = {n: {"path": d.file.shown, "sha256": d.file.sha256, "form": n in compiled.study.forms} for n, d in raw.items()}
    datasets = {
        n: {"frame": d.frame, "kind": d.kind, "variables": list(d.variables), "path": d.path} for n, d in compiled.plan.datasets.items()
    }
    document = {"format": FORMAT, "study": compiled.study.name, "files": files, "datasets": datasets, "frames": described}
    (folder / "plan.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def slug(name: str) -> str:
    """A frame's name as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")


def _write(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path, compression="zstd")


def _with_stage_columns(table: pa.Table, frame: pa.Table) -> pa.Table:
    for name in frame.column_names:
        if name not in table.column_names:
            table = table.append_column(name, frame[name])
    return table


def _used_relations(frame: Frame) -> list[Relation]:
    used = {i.via for column in frame.columns.values() for i in column.inputs} | {i.via for i in frame.row_inputs}
    return [relation for name, relation in frame.relations.items() if name in used]


def _relation(con: Any, folder: Path, relation: Relation) -> dict[str, Any]:
    second = "_group" if relation.grouped else "_other"
    table = con.sql(f"SELECT _row, {second} FROM ({relation.sql}) ORDER BY ALL").to_arrow_table()
    file = f"relations/{len(list((folder / 'relations').iterdir())) + 1:04}-{slug(relation.frame)}.parquet"
    _write(folder / file, table)
    return {"target": relation.target, "grouped": relation.grouped, "file": file}


def _frame(frame: Frame, file: str, relations: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": frame.kind, "dataset": frame.dataset, "file": file, "level": frame.level, "identity": list(frame.identity),
        "rows": [_input(i) for i in frame.row_inputs],
        "place": str(frame.row_place), "relations": dict(relations), "columns": {n: _column(c) for n, c in frame.columns.items()},
    }  # fmt: skip


def _column(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {"kind": column.kind, "level": column.level}
    optional = {
        "type": column.type, "rule": column.text, "words": column.words, "sql": column.sql, "place": str(column.place),
        "places": _places(column), "target": column.target, "constant": column.constant, "constant_sources": list(column.constant_sources),
        "inputs": [_input(i) for i in column.inputs],
    }  # fmt: skip
    return described | {key: value for key, value in optional.items() if value}


def _places(column: Column) -> list[str]:
    """Where the rule of each source stands, where they do not stand together."""
    places = [str(place) for place in column.places]
    return places if len(set(places)) > 1 else []


def _input(needed: Input) -> list[Any]:
    return [needed.frame, needed.column, needed.via, needed.role, [list(w) for w in needed.when]]
