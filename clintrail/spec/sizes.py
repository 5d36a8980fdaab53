"""Readers of what a study says of sizes: lengths of its variables, its largest file, and how larger datasets are cut in parts."""

from __future__ import annotations

import re

from clintrail.errors import Place
from clintrail.spec.model import SplitSpec, Table
from clintrail.spec.parts import LONGEST_NAME, NAME, Reader
from clintrail.spec.tables import drawn_table
from clintrail.spec.yaml_text import Mapping, Node, Scalar

SUBJECT = "subject"  # as the last of what cuts a dataset: as many subjects in a part as fit
LONGEST_TEXT, LONGEST_LABEL = 200, 40  # bytes: SAS transport version 5
LONGEST_PART = {"sdtm": 4, "adam": 8}  # characters of a part's name: SDTMIG 3.4, section 4.1.7; SAS transport version 5
_UNITS = {"bytes": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,3})?) *(bytes|kB|MB|GB)", re.IGNORECASE)


def read_lengths(reader: Reader, node: Node | None) -> dict[str, int]:
    """`lengths:` of a study: bytes of text variables, by name."""
    found: dict[str, int] = {}
    for key, value in reader.mapping(node, "lengths"):
        text = reader.text(value, key.text) or ""
        if not NAME.match(key.text) or key.text != key.text.upper() or len(key.text) > LONGEST_NAME:
            reader.problem(key.place, key.text, f"'{key.text}' is no name for a variable", "write lengths: {USUBJID: 20}")
        elif not text.isdecimal() or not 1 <= int(text) <= LONGEST_TEXT:
            reader.problem(value.place, key.text, "the length is no number of bytes", f"write a whole number from 1 to {LONGEST_TEXT}")
        else:
            found[key.text] = int(text)
    return found


def read_size(reader: Reader, node: Node | None, subject: str) -> int | None:
    """A size in bytes, from text as `5 GB`. A GB is 10^9 bytes, the smaller of its two readings."""
    text = reader.text(node, subject)
    if node is None or text is None:
        return None
    found = _SIZE.fullmatch(text.strip())
    size = int(float(found[1]) * _UNITS[found[2].lower()]) if found else 0
    if size < 1:
        reader.problem(node.place, subject, f"'{text}' is no size", f"write {subject}: 5 GB (or MB, kB, bytes)")
    return size or None


def read_split(reader: Reader, node: Node | None, dataset: str, kind: str) -> SplitSpec | None:
    """`split:` of a dataset: variables, or a mapping of `by` with a `label` or a table of `parts`."""
    if node is None:
        return None
    if isinstance(node, Mapping):
        reader.known_keys(node, ("by", "label", "parts"), "split")
    by = reader.names(node.get("by") if isinstance(node, Mapping) else node, "split")
    if not by:
        reader.problem(node.place, "split", "does not say what cuts the dataset", f"write split: {dataset[:2]}CAT, or split: subject")
    if SUBJECT in by[:-1]:
        reader.problem(node.place, "split", "subject does not come last", "write split: VARIABLE, subject")
    if not isinstance(node, Mapping):
        return SplitSpec(by, node.place)
    label = reader.text(node.get("label"), "label")
    if label and len(label.encode()) > LONGEST_LABEL:
        reader.problem(node.place, "split", f"the label is longer than {LONGEST_LABEL} bytes", "shorten it")
    return SplitSpec(by, node.place, label, _parts(reader, node.get("parts"), by, dataset, kind))


def _parts(reader: Reader, node: Node | None, by: tuple[str, ...], dataset: str, kind: str) -> Table | None:
    """The table that names the parts: a line for each value, or set of values, of the variables."""
    if node is None:
        return None
    table = drawn_table(reader, "parts", node) if isinstance(node, Scalar) else None
    if table is None:
        if not isinstance(node, Scalar):
            reader.problem(node.place, "parts", "is no drawn table", "write parts: | and below it the lines of the table")
    elif SUBJECT in by:
        reader.problem(table.place, "parts", "parts by subject have no names: they are numbered", "leave out the table, or subject")
    elif table.keys != by or sorted(table.columns[len(by) :]) != ["label", "name"]:
        fix = f"draw the header {' | '.join(by)} => name | label"
        reader.problem(table.place, "parts", "the table does not give name and label by what cuts the dataset", fix)
    else:
        _check_names(reader, table, dataset, kind)
    return table


def _check_names(reader: Reader, table: Table, dataset: str, kind: str) -> None:
    prefix, most = dataset[:2] if kind == "sdtm" else "AD", LONGEST_PART[kind]
    labels: dict[str, str] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        place, cells = Place(table.place.path, line), dict(zip(table.columns, row, strict=True))
        name, label = cells["name"] or "", cells["label"] or ""
        if not re.fullmatch(f"{prefix}[A-Z0-9]{{1,{most - 2}}}", name) or name == dataset:
            fix = f"write {prefix} and up to {most - 2} more capital letters or digits, another name than {dataset}"
            reader.problem(place, "parts", f"'{name}' is no name for a part of {dataset}", fix)
        if not 1 <= len(label.encode()) <= LONGEST_LABEL:
            what = f"the label is longer than {LONGEST_LABEL} bytes" if label else "the part has no label"
            reader.problem(place, "parts", what, f"write one of at most {LONGEST_LABEL} bytes")
        if labels.setdefault(name, label) != label:
            reader.problem(place, "parts", f"{name} has two labels", "give all lines of a part the same label")
