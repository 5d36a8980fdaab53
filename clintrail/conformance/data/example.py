"""Reads example tables: a folder of CSV files, as CDISC publishes the cases of its rules, and as ours have them.

`ae.csv` is a dataset. `_variables.csv` (dataset, variable, label, type, length, format) and `_datasets.csv` (Filename, Label, Class)
say more of them; without, the guide does, and a variable that it does not know is a number where all its values are. A file named as a
table of `metadata` (`define_variables.csv`) is that table. `.env` names the standard and its version, as CDISC's cases have it, and
the define.xml where it is not named so.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from clintrail.compile.plan import quoted
from clintrail.conformance.data.files import connect, date_type, file_table, with_tables
from clintrail.conformance.data.guide import guide_dataset
from clintrail.conformance.data.metadata import TABLES
from clintrail.conformance.data.model import CheckedDataset, Data, Kind, class_and_structure
from clintrail.define.read.document import read_define
from clintrail.terminology import Terminology, load_codelists
from clintrail.transport.dataset import Variable

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
Row = Mapping[str, str]


def read_example(folder: Path, *, terminology: Terminology | None = None) -> Data:
    """The datasets of a folder of CSV files as tables; a file of `metadata`'s names is the table of that name."""
    stated = _environment(folder)
    version = stated.get("VERSION", "3.4").replace("-", ".")
    data = Data(connect(), (), terminology or load_codelists(None), place=folder, ig_version=version)
    if (define := folder / stated.get("DEFINE_XML", "define.xml")).is_file():
        data.define["sdtm"], data.define_paths["sdtm"] = read_define(define).document, define
    described = _by(read_csv(folder / "_variables.csv")[1], "dataset")
    about = {_dataset(row.get("Filename", "")): row for row in read_csv(folder / "_datasets.csv")[1]}
    found = []
    for path in sorted(folder.glob("*.csv")):
        if path.stem in TABLES:
            _give(data, path)
        elif not path.name.startswith("_") and path.stem != "findings":
            found.append(_read(data, path, described.get(_dataset(path.stem), ()), about.get(_dataset(path.stem), {})))
    return with_tables(replace(data, datasets=tuple(found)))


def read_csv(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Header and rows of a CSV file; nothing where there is no file."""
    if not path.is_file():
        return [], []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        header = [name for name in rows.fieldnames or () if name]  # some end every line with a comma
        return header, [{name: row[name] or "" for name in header} for row in rows]


def _by(rows: Iterable[dict[str, str]], column: str) -> dict[str, tuple[dict[str, str], ...]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(_dataset(row[column]), []).append(row)
    return {name: tuple(of) for name, of in found.items()}


def _dataset(file: str) -> str:
    return file.removesuffix(".xpt").removesuffix(".csv").upper()


def _environment(folder: Path) -> dict[str, str]:
    path = folder / ".env"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines if "=" in line)}


def _give(data: Data, path: Path) -> None:
    """A table of `metadata` as the example gives it; columns that it leaves out are missing."""
    columns = TABLES[path.stem].columns
    rows = read_csv(path)[1]
    arrays = {name: pa.array([_cell(row.get(name, ""), kind) for row in rows], kind) for name, kind in columns.items()}
    table = pa.table(arrays)
    data.con.register("incoming", table)
    data.con.execute(f"CREATE TABLE meta.{quoted(path.stem)} AS SELECT * FROM incoming")
    data.con.unregister("incoming")
    data.given.add(path.stem)


def _cell(text: str, kind: pa.DataType) -> object:
    if not text:
        return None
    if pa.types.is_boolean(kind):
        return text.lower() in ("yes", "true")
    if pa.types.is_integer(kind):
        return int(text)
    if pa.types.is_list(kind):
        return text.split()
    return float(text) if pa.types.is_floating(kind) else text


def _read(data: Data, path: Path, described: Iterable[Row], about: Row) -> CheckedDataset:
    name = _dataset(path.stem)
    header, rows = read_csv(path)
    kind: Kind = "adam" if name.startswith("AD") and len(name) > 2 else "sdtm"
    domain = _domain(name, rows) if kind == "sdtm" else name
    class_name, structure = class_and_structure(kind, domain, about.get("Class", ""), "", frozenset(header))
    guide = guide_dataset(kind, name, domain, class_name, structure)
    stated = {row["variable"]: row for row in described}
    variables = []
    for column in header:
        row, info = stated.get(column, {}), guide.variable(column) if guide else None
        numeric = all(_NUMBER.fullmatch(r[column]) for r in rows if r[column]) and any(r[column] for r in rows)
        type_ = row.get("type") or (info.type if info else "Num" if numeric else "Char")
        length = row.get("length", "")
        label = row.get("label", info.label if info else "")
        is_number = type_.lower() in ("num", "number", "numeric", "integer", "float")
        variables.append(
            Variable(column, label, "Num" if is_number else "Char", int(length) if length.isdecimal() else None, row.get("format") or "")
        )
    label = about.get("Label", guide.label if guide else "")
    _store(data, name, kind, variables, rows)
    return CheckedDataset(name, domain, kind, label, tuple(variables), len(rows), path, path.stat().st_size, class_name, structure)


def _domain(name: str, rows: list[dict[str, str]]) -> str:
    """As of files: a part is named as its domain, with at most two characters more."""
    supplemental = name.startswith("SUPP") and len(name) > 6
    own = name[4:] if supplemental else name
    found = {row.get("RDOMAIN" if supplemental else "DOMAIN", "") for row in rows}
    if len(own) in (3, 4) and len(found) == 1 and (domain := found.pop()) and own.startswith(domain):
        return f"SUPP{domain}" if supplemental else domain
    return name


def _store(data: Data, name: str, kind: Kind, variables: list[Variable], rows: list[dict[str, str]]) -> None:
    columns = {"_record": pa.array(range(1, len(rows) + 1), pa.int64())}
    casts = ["_record"]
    for variable in variables:
        texts = [row[variable.name] if row[variable.name].strip() else None for row in rows]
        columns[variable.name] = pa.array(texts, pa.string())
        type_ = "VARCHAR" if variable.type == "Char" else date_type(variable, kind) or "DOUBLE"
        shown = quoted(variable.name)
        casts.append(shown if type_ == "VARCHAR" else f"TRY_CAST({shown} AS {type_}) AS {shown}")
    data.con.register("incoming", pa.table(columns))
    data.con.execute(f"CREATE TABLE {file_table(name)} AS SELECT {', '.join(casts)} FROM incoming")
    data.con.unregister("incoming")
