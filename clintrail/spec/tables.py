"""Readers of tables: drawn in a spec, or CSV files of the study's folder."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from clintrail.errors import Place, closest
from clintrail.spec.model import Table
from clintrail.spec.parts import NAME, Reader
from clintrail.spec.yaml_text import Mapping, Node, Scalar


def tables(reader: Reader, node: Node | None, folder: Path, shown: str) -> dict[str, Table]:
    """Tables drawn as text, or CSV files of the study's folder."""
    found: dict[str, Table] = {}
    for key, value in reader.mapping(node, "tables"):
        table = _table(reader, key.text, value, folder, shown)
        if table is not None:
            found[key.text] = table
    return found


def _table(reader: Reader, name: str, node: Node, folder: Path, shown: str) -> Table | None:
    if isinstance(node, Scalar) and ("\n" in node.text or "|" in node.text):
        return drawn_table(reader, name, node)
    keys: tuple[str, ...] = ()
    file = node.text if isinstance(node, Scalar) else None
    if isinstance(node, Mapping):
        reader.known_keys(node, ("file", "key"), name)
        file, keys = reader.text(node.get("file"), name), reader.names(node.get("key"), name)
    if not file:
        reader.problem(node.place, name, "a table is drawn text or a CSV file", "write it below '|', or give the path of a CSV file")
        return None
    return _csv_table(reader, name, file, keys, folder, shown, node.place)


def drawn_table(reader: Reader, name: str, node: Scalar) -> Table | None:
    """A table drawn as text: a header with the key columns left of `=>`, then a line for each row."""
    lines = [(number, re.sub(r"\s#.*", "", line)) for number, line in enumerate(node.text.split("\n"), node.place.line + 1)]
    lines = [(number, line) for number, line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        reader.problem(node.place, name, "the table has no header", "draw a line with the names of its columns, keys left of =>")
        return None
    head = lines[0][1]
    left = len(head.split("=>")[0].split("|")) if "=>" in head else 0
    header = tuple(cell.strip() for cell in re.split(r"\||=>", head))
    rows, numbers = [], []
    for number, line in lines[1:]:
        cells = [cell.strip() or None for cell in re.split(r"\||=>", line)]
        if len(cells) != len(header):
            what = f"{len(cells)} cells, but the table has {len(header)} columns"
            reader.problem(Place(node.place.path, number), name, what, "draw the same number of | and => in every line")
            continue
        rows.append(tuple(cells))
        numbers.append(number)
    return _checked(reader, Table(name, header[:left], header, tuple(rows), tuple(numbers), node.place))


def _csv_table(reader: Reader, name: str, file: str, keys: tuple[str, ...], folder: Path, shown: str, place: Place) -> Table | None:
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()):
        reader.problem(place, name, "the path leaves the study's folder", "keep tables inside the study's folder")
        return None
    if not path.is_file():
        near = closest(file, [found.relative_to(folder).as_posix() for found in folder.rglob("*.csv")])
        fix = f"did you mean {near}?" if near else "give its path as seen from study.yaml"
        reader.problem(place, name, f"no file {file} in the study's folder", fix)
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.reader(stream)
            records = [(lines.line_num, record) for record in lines if record]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        fix = "save the file as UTF-8" if isinstance(error, UnicodeDecodeError) else "check its permissions"
        reader.problem(place, name, f"{file} cannot be read ({type(error).__name__})", fix)
        return None
    if not records:
        reader.problem(place, name, f"{file} is empty", "write a header line and records")
        return None
    header = tuple(cell.strip() for cell in records[0][1])
    rows, numbers = [], []
    for number, record in records[1:]:
        if len(record) != len(header):
            what = f"{len(record)} fields, but the header has {len(header)}"
            reader.problem(Place(f"{shown}/{file}", number), name, what, "quote fields that hold a comma")
            continue
        rows.append(tuple(cell.strip() or None for cell in record))
        numbers.append(number)
    table = Table(name, keys or header[:1], header, tuple(rows), tuple(numbers), Place(f"{shown}/{file}", 1))
    return _checked(reader, table)


def _checked(reader: Reader, table: Table) -> Table:
    for key in table.keys:
        if key not in table.columns:
            reader.problem(table.place, table.name, f"key {key} is no column of the table", "name a column of its header")
    for column in {c for c in table.columns if table.columns.count(c) > 1 or not NAME.match(c)}:
        reader.problem(
            table.place, table.name, f"column '{column}' is given twice or is no name", "name each column once, as variables are named"
        )
    seen: dict[tuple[str | None, ...], int] = {}
    at = [table.columns.index(key) for key in table.keys if key in table.columns]
    for row, line in zip(table.rows, table.lines, strict=True):
        key_cells = tuple(row[i] for i in at)
        if at and key_cells in seen:
            place = Place(table.place.path, line)
            reader.problem(place, table.name, f"the key stands twice, first in line {seen[key_cells]}", "keep one of the two lines")
        seen[key_cells] = line
    return table
