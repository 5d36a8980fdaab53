"""Faults put into a copy of a package, one at a time: `catalogue.yaml` says what is changed and which rule is meant to find it.

What a change is:
  update, delete, copy   records of `dataset` where `where` holds: set: {VAR: SQL}, taken out, written a second time
  describe               a variable (or without one, the dataset) described otherwise: label, type, length, format, name
  drop, add, move        a variable taken out, put in (value: SQL), or moved before another
  file                   rename, remove or cut (bytes kept) a file of the package
  text                   in a file as define.xml: the first `this` becomes `that`
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable

CATALOGUE = Path(__file__).with_name("catalogue.yaml")


def catalogue() -> list[dict[str, Any]]:
    """The faults: name, change, and the rule that finds it."""
    return list(yaml.safe_load(CATALOGUE.read_text("utf-8")))


def copy_of(package: Path, folder: Path) -> Path:
    """A copy of a package: links to its files, so that a changed one must be written anew."""
    shutil.copytree(package, folder, copy_function=os.link)
    return folder


def put_in(fault: Mapping[str, Any], package: Path) -> None:
    """Make the change of a fault in a package."""
    changes = {"update", "delete", "copy", "describe", "drop", "add", "move"}
    for kind, change in fault["change"].items():
        if kind in changes:
            path = _file(package, f"{change['dataset'].lower()}.xpt")
            changed = CHANGES[kind](xpt.read(path), change)
            path.unlink()
            xpt.write(changed, path.with_name(change.get("file", path.name)), encoding="utf-8", version=change.get("version", 5))
        elif kind == "text":
            _replace_text(_file(package, change["file"]), change)
        else:
            _change_file(_file(package, change["name"]), change)


def _file(package: Path, name: str) -> Path:
    found = sorted(package.rglob(name)) if "/" not in name else [package / name]
    assert found, f"no {name}"
    return found[0] if "/" in name or len(found) == 1 else next(p for p in found if "tabulations" in p.parts)


def _sql(dataset: Dataset, sql: str) -> Dataset:
    con = duckdb.connect()
    con.register("incoming", dataset.table.append_column("_row", pa.array(range(dataset.table.num_rows), pa.int64())))
    table = con.sql(sql).to_arrow_table()
    return replace(dataset, table=table.drop_columns(["_row"]) if "_row" in table.column_names else table)


def _update(dataset: Dataset, change: Mapping[str, Any]) -> Dataset:
    where = change.get("where", "TRUE")
    sets = ", ".join(f'CASE WHEN {where} THEN ({sql}) ELSE "{name}" END AS "{name}"' for name, sql in change["set"].items())
    changed = _sql(dataset, f"SELECT * REPLACE ({sets}) FROM incoming ORDER BY _row")
    assert not changed.table.equals(dataset.table), f"nothing changed in {dataset.name}"
    return replace(changed, variables=tuple(replace(v, length=None) if v.name in change["set"] else v for v in dataset.variables))


def _delete(dataset: Dataset, change: Mapping[str, Any]) -> Dataset:
    changed = _sql(dataset, f"SELECT * FROM incoming WHERE NOT coalesce({change['where']}, FALSE) ORDER BY _row")
    assert changed.table.num_rows < dataset.table.num_rows, f"nothing taken out of {dataset.name}"
    return changed


def _copy(dataset: Dataset, change: Mapping[str, Any]) -> Dataset:
    changed = _sql(dataset, f"SELECT * FROM (FROM incoming UNION ALL FROM incoming WHERE {change['where']}) ORDER BY _row")
    assert changed.table.num_rows > dataset.table.num_rows, f"nothing added to {dataset.name}"
    return changed


def _describe(dataset: Dataset, change: Mapping[str, Any]) -> Dataset:
    facts = {key: value for key, value in change.items() if key in ("label", "length", "format", "name", "type")}
    if "variable" not in change:
        return replace(dataset, **facts)
    at = [v.name for v in dataset.variables].index(change["variable"])
    variable = replace(dataset.variables[at], **facts)
    column = dataset.table.column(at)
    if facts.get("type") == "Char":
        column, variable = column.cast(pa.string()), replace(variable, length=None)
    if facts.get("type") == "Num":
        column, variable = pa.chunked_array([pa.nulls(len(column), pa.float64())]), replace(variable, length=8)
    table = dataset.table.set_column(at, variable.name, column)
    return replace(dataset, variables=(*dataset.variables[:at], variable, *dataset.variables[at + 1 :]), table=table)


def _drop(dataset: Dataset, change: Mapping[str, Any]) -> Dataset:
    kept = tuple(v for v in dataset.variables if v.name != change["variable"])
    assert len(kept) < len(dataset.variables)
    return replace(dataset, variables=kept, table=dataset.table.select([v.name for v in kept]))


def _add(dataset: Dataset, change: Mapping[str, Any]) -> Dataset:
    name = change["variable"]
    added = _sql(dataset, f'SELECT *, ({change["value"]}) AS "{name}" FROM incoming ORDER BY _row')
    variable = Variable(name, change.get("label", ""), change.get("type", "Char"))
    names = [v.name for v in dataset.variables]
    at = names.index(change["before"]) if "before" in change else len(names)
    variables = (*dataset.variables[:at], variable, *dataset.variables[at:])
    return replace(added, variables=variables, table=added.table.select([v.name for v in variables]))


def _move(dataset: Dataset, change: Mapping[str, Any]) -> Dataset:
    moved = next(v for v in dataset.variables if v.name == change["variable"])
    rest = [v for v in dataset.variables if v is not moved]
    at = [v.name for v in rest].index(change["before"])
    variables = (*rest[:at], moved, *rest[at:])
    return replace(dataset, variables=variables, table=dataset.table.select([v.name for v in variables]))


def _replace_text(path: Path, change: Mapping[str, Any]) -> None:
    text = path.read_text("utf-8")
    assert change["this"] in text, f"{path.name} does not hold {change['this']}"
    path.unlink()
    path.write_text(text.replace(change["this"], change["that"], 1), "utf-8")


def _change_file(path: Path, change: Mapping[str, Any]) -> None:
    content = path.read_bytes()
    path.unlink()
    if "rename" in change:
        path.with_name(change["rename"]).write_bytes(content)
    elif "keep" in change:
        path.write_bytes(content[: change["keep"]])


CHANGES = {"update": _update, "delete": _delete, "copy": _copy, "describe": _describe, "drop": _drop, "add": _add, "move": _move}
