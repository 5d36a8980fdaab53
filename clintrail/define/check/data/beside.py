"""The files beside a define.xml: datasets as read, each with what the define.xml says of it, cut by where clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree

from clintrail.define.check.data.where import holds
from clintrail.define.check.rules.values import where_clauses
from clintrail.define.check.tree import Define, children, get
from clintrail.errors import Place, Problem, Problems, counted
from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.xpt.columns import as_numbers

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]
Rows = np.ndarray[tuple[int], np.dtype[np.int64]]
SUFFIXES = frozenset({".xpt", ".json", ".ndjson", ".dsjc"})
_LONGEST_PATH = 250
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\\")


def linked(folder: Path, leaf: etree._Element) -> Path | None:
    """The file that a leaf names, relative to the define.xml; None for a link into the web or from a root, or what can name no file."""
    href = unquote(get(leaf, "xlink:href").partition("#")[0])
    names_a_file = href and not _ELSEWHERE.match(href) and "\0" not in href and len(href) <= _LONGEST_PATH
    return folder / href if names_a_file else None


@dataclass(frozen=True)
class Column:
    """Values as an ItemRef and ItemDef describe them: all of a variable, or those of some `rows` (counted from 0)."""

    ref: etree._Element
    item: etree._Element
    variable: Variable
    values: pa.Array
    rows: Rows | None = field(default=None, repr=False)

    @property
    def is_text(self) -> bool:
        """Whether the file has text."""
        return self.variable.type == "Char"

    @cached_property
    def filled(self) -> Mask:
        """Where there is a value."""
        return np.asarray(self.values.is_valid())

    def told(self, mask: Mask) -> str:
        """`3 records (the first is record 17)`: those of a mask over the values."""
        first = int(np.argmax(mask))
        record = first if self.rows is None else int(self.rows[first])
        return f"{counted(int(mask.sum()), 'record')} (the first is record {record + 1:,})"


@dataclass(frozen=True)
class Filed:
    """A dataset as defined, with its file as read. `beside` finds others by the OID of their ItemGroupDef."""

    define: Define
    group: etree._Element
    file: Dataset
    beside: dict[str, Filed] = field(repr=False)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Name -> column, of the variables that both the define and the file have."""
        held = {variable.name: variable for variable in self.file.variables}
        return {
            name: Column(ref, item, held[name], self.values(name))
            for ref, item in self.define.variables(self.group)
            if (name := get(item, "Name")) in held
        }

    def values(self, name: str) -> pa.Array:
        """The values of a variable of the file, in one piece."""
        return self.file.table.column(name).combine_chunks()

    @cached_property
    def cuts(self) -> dict[str, list[tuple[etree._Element, Mask]]]:
        """Variable -> the items of its value list and the records that each is about; none where a where clause cannot be followed."""
        found = {}
        for name, column in self.columns.items():
            masks = [(ref, self._mask(ref)) for ref in self.define.value_refs(column.item)]
            known = [(ref, mask) for ref, mask in masks if mask is not None]
            if masks and len(known) == len(masks):
                found[name] = known
        return found

    @cached_property
    def described(self) -> list[Column]:
        """The columns, and the values of each value-level item as a column of its own."""
        cut = [self._cut(self.columns[name], ref, mask) for name, items in self.cuts.items() for ref, mask in items]
        return [*self.columns.values(), *(column for column in cut if column is not None)]

    def _cut(self, column: Column, ref: etree._Element, mask: Mask) -> Column | None:
        item = self.define.item(ref)
        return None if item is None else Column(ref, item, column.variable, column.values.filter(pa.array(mask)), np.flatnonzero(mask))

    def _mask(self, ref: etree._Element) -> Mask | None:
        """The records that one of an item's where clauses holds for."""
        masks = [holds(self, where) for where in where_clauses(self.define, ref)]
        known = [mask for mask in masks if mask is not None]
        return np.logical_or.reduce(known) if known and len(known) == len(masks) else None


@dataclass(frozen=True)
class Beside:
    """A define.xml, its folder and the datasets that lie there. `unread` are files that cannot be read, by the leaf that names them."""

    define: Define
    folder: Path
    filed: dict[str, Filed]
    unread: list[tuple[etree._Element, Problem]]

    def leaves(self) -> Iterator[tuple[etree._Element, etree._Element, Path]]:
        """Each dataset, the leaf that names its file, and the file."""
        for group in self.define.groups:
            for leaf in children(group, "def:leaf"):
                if (path := linked(self.folder, leaf)) is not None:
                    yield group, leaf, path

    def documents(self) -> Iterator[tuple[etree._Element, Path]]:
        """Each document that is a file, and where it should be."""
        for version in self.define.all("MetaDataVersion"):
            for leaf in children(version, "def:leaf"):
                if (path := linked(self.folder, leaf)) is not None:
                    yield leaf, path

    @cached_property
    def is_alone(self) -> bool:
        """Whether none of the datasets that the define.xml names lies beside it."""
        return not any(path.is_file() for _, _, path in self.leaves())


def read_beside(define: Define, folder: Path) -> Beside:
    """Read every dataset that the define.xml names and that is an XPT or Dataset-JSON file."""
    found = Beside(define, folder, {}, [])
    for group, leaf, path in found.leaves():
        if path.suffix.lower() in SUFFIXES and path.is_file():
            try:
                file = _read_xpt(path) if path.suffix.lower() == ".xpt" else _read_json(path)
                found.filed[get(group, "OID")] = Filed(define, group, file, found.filed)
            except Problems as error:
                found.unread.extend((leaf, problem) for problem in error.problems)
    return found


def _read_json(path: Path) -> Dataset:
    """The dataset as SAS would hold it: dates as numbers, and no text without characters."""
    dataset = dataset_json.read(path)
    columns = zip(dataset.variables, dataset.table.columns, strict=True)
    held = [as_numbers(column) if variable.type == "Num" else _filled(column) for variable, column in columns]
    return replace(dataset, table=pa.table(held, names=dataset.table.column_names))


def _filled(text: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _read_xpt(path: Path) -> Dataset:
    """The dataset, its text as UTF-8 or else as Latin-1, in which every byte is a character."""
    try:
        dataset = xpt.read(path)
    except Problems as error:
        try:
            dataset = xpt.read(path, encoding="latin-1")
        except Problems:
            raise error from None
    if dataset.facts["version"] != "5":
        problem = f"this is XPT version {dataset.facts['version']}"
        raise Problems([Problem(Place(str(path)), "", problem, "export it again as XPT version 5")])
    names = dataset.table.column_names
    if len(set(names)) < len(names):
        raise Problems([Problem(Place(str(path)), "", "two variables of the file have the same name", "export it again")])
    return dataset
