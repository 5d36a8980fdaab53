"""How the records of a dataset are divided into parts: by values of variables, by subjects, or as those of another dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Problem, Problems, counted
from clintrail.run.datasets import BuiltDataset
from clintrail.spec.model import SplitSpec
from clintrail.spec.sizes import LONGEST_LABEL, LONGEST_PART, SUBJECT

MOST_PARTS = 99  # two characters of a part's name
_Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
_Values = tuple[str | None, ...]


@dataclass(frozen=True)
class Part:
    """A part of a dataset: the name and label of the dataset in its file, and how many records it has."""

    name: str
    label: str
    records: int


@dataclass(frozen=True)
class Cut:
    """A dataset cut in parts: `part_of` has, for each record in order, the number of its part (from 0)."""

    parts: tuple[Part, ...]
    part_of: _Numbers


def cut(dataset: BuiltDataset, rule: SplitSpec, most: int) -> Cut:
    """The parts of a dataset by a rule; by subject, none gets more than `most` records if no subject alone has more.

    Raises `Problems` for records that are in no part, and for parts that cannot be named.
    """
    by = tuple(name for name in rule.by if name != SUBJECT)
    values, group = _groups(dataset.table, by)
    if rule.parts is not None:
        return _named(dataset, rule, values, group)
    _check_blank(dataset, rule, values, group)
    piece = _by_subject(dataset.table, group, most) if SUBJECT in rule.by else np.zeros_like(group)
    pieces = int(piece.max(initial=0)) + 1
    found, part_of, records = np.unique(group * pieces + piece, return_inverse=True, return_counts=True)
    keys = [divmod(int(key), pieces) for key in found]
    _check_count(rule, len(keys))
    names = _numbered(dataset, len(keys))
    labels = [_label(dataset, rule, by, values[at], number, sum(other == at for other, _ in keys)) for at, number in keys]
    _check_labels(dataset, rule, labels)
    parts = (Part(*one) for one in zip(names, labels, records.tolist(), strict=True))
    return Cut(tuple(parts), part_of.astype(np.int64))


def follow(dataset: BuiltDataset, parent: BuiltDataset, whole: Cut, rule: SplitSpec) -> Cut:
    """Supplemental qualifiers in the parts of the records that they belong to (SDTMIG 3.4, section 8.4)."""
    pointers = pc.unique(dataset.table["IDVAR"]).to_pylist()
    pointer = pointers[0] if len(pointers) == 1 else ""
    if pointer is not None and pointer not in parent.table.column_names:
        fix = f"point to the records of {parent.name} by one of its variables (IDVAR)"
        raise Problems([Problem(rule.place, dataset.name, f"cannot be cut as {parent.name} is", fix)])
    records = _pointed(parent.table, pointer).combine_chunks()
    at = pc.index_in(_pointed(dataset.table, "IDVARVAL" if pointer else None), value_set=records)
    if at.null_count:
        what = f"{counted(at.null_count, 'record')} belong to none of {parent.name}"
        raise Problems([Problem(rule.place, dataset.name, what, "see that IDVARVAL names a record of the parent")])
    parts = [(f"SUPP{part.name}", f"Supplemental Qualifiers for {part.name}") for part in whole.parts]
    return _without_empty(parts, whole.part_of[np.asarray(at.combine_chunks())])


def _groups(table: pa.Table, by: Sequence[str]) -> tuple[list[_Values], _Numbers]:
    """Every set of values of these variables that occurs, in their order, and the number of its own for each record."""
    code = np.zeros(table.num_rows, dtype=np.int64)
    distinct = []
    for name in by:
        values = pc.unique(table[name])
        distinct.append(values.take(pc.sort_indices(values)))
        code = code * len(values) + np.asarray(pc.index_in(table[name], value_set=distinct[-1]))
    present, group = np.unique(code, return_inverse=True)
    found: list[_Values] = []
    for key in present.tolist():
        own: list[str | None] = []
        for values in reversed(distinct):
            key, at = divmod(key, len(values))
            own.append(_shown(values[at].as_py()))
        found.append(tuple(reversed(own)))
    return found, group.astype(np.int64)


def _shown(value: object) -> str | None:
    return None if value is None else str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _typed(cell: str | None, kind: pa.DataType) -> str | None:
    """A cell of a table as `_shown` shows the values of a variable: 1.0 is 1 where they are numbers."""
    if cell is None or not pa.types.is_floating(kind):
        return cell
    try:
        return _shown(float(cell))
    except ValueError:
        return cell


def _by_subject(table: pa.Table, group: _Numbers, most: int) -> _Numbers:
    """For each record, the number of its piece within its group: as many whole subjects, in their order, as fit."""
    subjects, subject = _groups(table, ["USUBJID"])
    pairs, inverse, records = np.unique(group * len(subjects) + subject, return_inverse=True, return_counts=True)
    piece = np.zeros(len(pairs), dtype=np.int64)
    number, held, before = 0, 0, -1
    for at, (own, count) in enumerate(zip((pairs // max(len(subjects), 1)).tolist(), records.tolist(), strict=True)):
        if own != before:
            number, held, before = 0, 0, own
        elif held + count > most:
            number, held = number + 1, 0
        held += count
        piece[at] = number
    return piece[inverse]


def _named(dataset: BuiltDataset, rule: SplitSpec, values: Sequence[_Values], group: _Numbers) -> Cut:
    """The parts that the table of the rule names, those that have records."""
    assert rule.parts is not None
    lines: dict[_Values, tuple[str, str]] = {}
    for row in rule.parts.rows:
        cells = dict(zip(rule.parts.columns, row, strict=True))
        key = tuple(_typed(cells[name], dataset.table.schema.field(name).type) for name in rule.by)
        lines[key] = (cells["name"] or "", cells["label"] or "")
    outside = [number for number, own in enumerate(values) if own not in lines]
    if outside:
        count = int(np.isin(group, outside).sum())
        names = ", ".join(rule.by)
        what = f"{counted(count, 'record')} would be in no part: there is no line for {counted(len(outside), 'value')} of {names}"
        fix = f"draw a line for each value of {names} that occurs; a blank cell is for missing values"
        raise Problems([Problem(rule.place, "parts", what, fix)])
    parts = list(dict.fromkeys(lines.values()))
    _check_count(rule, len(parts))
    number = np.array([parts.index(lines[own]) for own in values], dtype=np.int64)
    return _without_empty(parts, number[group])


def _without_empty(parts: Sequence[tuple[str, str]], part_of: _Numbers) -> Cut:
    records = np.bincount(part_of, minlength=len(parts))
    kept = tuple(Part(name, label, int(count)) for (name, label), count in zip(parts, records, strict=True) if count)
    return Cut(kept, (np.cumsum(records > 0) - 1)[part_of])


def _check_blank(dataset: BuiltDataset, rule: SplitSpec, values: Sequence[_Values], group: _Numbers) -> None:
    blank = [number for number, own in enumerate(values) if None in own]
    if blank:
        what = f"{' or '.join(n for n in rule.by if n != SUBJECT)} is missing in {counted(int(np.isin(group, blank).sum()), 'record')}"
        fix = "complete it, cut by another variable, or draw parts with a line whose cell is blank"
        raise Problems([Problem(rule.place, dataset.name, f"{what}, which would be in no part", fix)])


def _check_count(rule: SplitSpec, parts: int) -> None:
    if parts > MOST_PARTS:
        fix = "cut by a variable with fewer values, or draw a table of parts that puts values together"
        raise Problems([Problem(rule.place, "split", f"{parts} parts, and their names hold {MOST_PARTS}", fix)])


def _check_labels(dataset: BuiltDataset, rule: SplitSpec, labels: Sequence[str]) -> None:
    if any(len(label.encode()) > LONGEST_LABEL for label in labels):
        fix = "state a shorter beginning, split: {by: ..., label: ...}" + ("" if SUBJECT in rule.by else ", or parts with labels")
        raise Problems([Problem(rule.place, dataset.name, f"a part's label would be longer than {LONGEST_LABEL} bytes", fix)])


def _numbered(dataset: BuiltDataset, count: int) -> list[str]:
    """LB1, LB2, ...: the dataset's name, cut where it must be, and a number of as many digits as the last has."""
    digits = len(str(count))
    room = LONGEST_PART[dataset.plan.kind] - digits
    return [f"{dataset.name[:room]}{number:0{digits}d}" for number in range(1, count + 1)]


def _label(dataset: BuiltDataset, rule: SplitSpec, by: Sequence[str], values: _Values, piece: int, pieces: int) -> str:
    """`Laboratory Test Results-CHEMISTRY`; a number with its variable (`Vital Signs-VISITNUM 3`); pieces by subject as `2 of 3`."""
    columns: Mapping[str, pa.DataType] = {field.name: field.type for field in dataset.table.schema}
    words = [f"{'' if pa.types.is_string(columns[name]) else name + ' '}{value}" for name, value in zip(by, values, strict=True)]
    words += [f"{piece + 1} of {pieces}"] if pieces > 1 else []
    return f"{rule.label or dataset.plan.label}-{' '.join(words)}" if words else rule.label or dataset.plan.label


def _pointed(table: pa.Table, name: str | None) -> pa.ChunkedArray:
    """The subject of each record, with the value of a variable that tells the subject's records apart."""
    subjects = pc.fill_null(table["USUBJID"], "")
    if name is None:
        return subjects
    values = table[name]
    text = values if pa.types.is_string(values.type) else values.cast(pa.int64(), safe=False).cast(pa.string())
    return pc.binary_join_element_wise(subjects, pc.fill_null(text, ""), "\n")
