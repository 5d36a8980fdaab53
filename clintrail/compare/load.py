"""Datasets to compare, read from files of any format: what each states of its variables stays with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from clintrail.errors import Place, Problem, Problems
from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.raw import read_table
from clintrail.transport.raw.file import check_column_names
from clintrail.transport.raw.table import INPUT_SUFFIXES
from clintrail.transport.xpt.columns import holds_text

DATASET_LABEL = "dataset label"
ATTRIBUTES = ("type", "length", "label", "format", "informat")
_JSON = (".json", ".ndjson", ".dsjc")
_NOT_SEARCHED = frozenset({"trail", "split"})  # what is beside a package's datasets: row origins; the parts of large ones


@dataclass(frozen=True)
class Source:
    """A dataset that can be read: its file, and its name among the datasets of the file where that holds several."""

    path: Path
    name: str
    member: str | None = None


@dataclass(frozen=True)
class Loaded:
    """A dataset that was read, and which attributes of its variables and of itself its file states at all."""

    dataset: Dataset
    path: str = ""
    stated: frozenset[str] = frozenset({*ATTRIBUTES, DATASET_LABEL})


def sources_of(path: Path) -> dict[str, list[Source]]:
    """The datasets of a file or a folder by name in upper case. Raises `Problems` where there is none, or a file cannot be read.

    A folder is searched with all below it; of a package only `m5`, and of large datasets the whole ones, not their parts.
    """
    if not path.is_dir():
        found = list(_of_file(path))
    else:
        root = path / "m5" if (path / "m5").is_dir() else path
        files = sorted(file for file in root.rglob("*") if file.suffix.lower() in INPUT_SUFFIXES and file.is_file())
        found = [source for file in files if not _NOT_SEARCHED & set(file.relative_to(root).parts[:-1]) for source in _of_file(file)]
    if not found:
        fix = "give a dataset's file, or a folder with files of type " + ", ".join(INPUT_SUFFIXES)
        raise Problems([Problem(Place(str(path)), "", "there is no dataset here", fix)])
    by_name: dict[str, list[Source]] = {}
    for source in found:
        by_name.setdefault(source.name.upper(), []).append(source)
    return by_name


def _of_file(path: Path) -> Iterator[Source]:
    if path.suffix.lower() == ".xpt":
        with xpt.open(path) as file:
            names = [member.name for member in file.members]
        several = len(names) > 1
        yield from (Source(path, name if several else path.stem, name if several else None) for name in names)
    elif path.suffix.lower() != ".json" or _is_dataset_json(path):
        yield Source(path, path.stem)


def _is_dataset_json(path: Path) -> bool:
    """Whether a JSON file is a dataset, and not a manifest or a report."""
    try:
        with path.open("rb") as file:
            return b"datasetJSONVersion" in file.read(1 << 16)
    except OSError:
        return True  # told when it is read


def load(source: Source) -> Loaded:
    """Reads a dataset. Numbers of XPT stay SAS's, with special missing values. Raises `Problems`."""
    path, suffix = source.path, source.path.suffix.lower()
    if suffix == ".xpt":
        dataset = xpt.read(path, member=source.member, special_missing=True)
        if problems := list(check_column_names(dataset.table.column_names, Place(str(path)))):
            raise Problems(problems)
        return Loaded(dataset, str(path))
    dataset = dataset_json.read(path) if suffix in _JSON else _of_table(source)
    stated = [attribute for attribute in ATTRIBUTES[1:] if any(getattr(variable, attribute) for variable in dataset.variables)]
    stated += ["type"] * (suffix != ".csv") + [DATASET_LABEL] * (suffix in _JSON)
    return Loaded(dataset, str(path), frozenset(stated))


def _of_table(source: Source) -> Dataset:
    """A dataset of a format that says nothing of the dataset itself."""
    file = read_table(source.path)
    known = {variable.name: variable for variable in file.variables}
    variables = tuple(_typed(known.get(name), name, file.table[name].type) for name in file.columns)
    return Dataset(source.name.upper(), "", variables, file.table, notes=file.notes)


def _typed(variable: Variable | None, name: str, kind: pa.DataType) -> Variable:
    """What is known of a column; its type is that of its values."""
    return replace(variable or Variable(name), type="Char" if holds_text(kind) else "Num")
