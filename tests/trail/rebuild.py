"""Rebuild a study with some raw cells changed, and pair the records of two builds by the raw records that they came from."""

from __future__ import annotations

import csv
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clintrail.compile.plan import Input
from clintrail.errors import Problems
from clintrail.package.build import compile_folder
from clintrail.run.execute import execute
from clintrail.spec.read import read_study
from clintrail.trail.impact import Masks, Propagation
from clintrail.trail.read import Trail
from clintrail.trail.store import write_trail


@dataclass(frozen=True)
class RawCell:
    """A cell of a raw file: form, file, record number (the first is 1), column."""

    form: str
    file: str
    record: int
    column: str


def build_trail(study_folder: Path, raw: Path, out: Path) -> Trail:
    """Run a study over the raw folder and keep its trail only."""
    compiled, data = compile_folder(study_folder, raw)
    write_trail(out, compiled, execute(compiled.plan, compiled.builder, data), data)
    return Trail(out)


def change_cells(study_folder: Path, raw: Path, count: int, chance: random.Random) -> list[RawCell]:
    """Change `count` random cells of different records of the raw files in place: to another record's value, to nothing, or by a digit."""
    forms = read_study(study_folder).forms
    changed: dict[tuple[str, int], RawCell] = {}
    while len(changed) < count:
        form = chance.choice(sorted(forms))
        path = raw / forms[form].file
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        record, column = chance.randrange(1, len(rows)), chance.randrange(len(rows[0]))
        old = rows[record][column]
        other = rows[chance.randrange(1, len(rows))][column]
        new = chance.choice([other, "", "".join(str((int(c) + 1) % 10) if c.isdigit() else c for c in old)])
        if new == old or (form, record) in changed:
            continue
        rows[record][column] = new
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)
        changed[form, record] = RawCell(form, path.name, record, rows[0][column])
    return list(changed.values())


def masks_of(trail: Trail, cells: list[RawCell]) -> Masks:
    """The cells of a build whose trail holds one of the raw cells."""
    marks: Masks = {}
    for cell in cells:
        frame = f"{cell.form} (raw)"
        if frame in trail.document["frames"]:
            records = trail.table(frame)["_record"].to_numpy()
            mask = marks.setdefault((frame, cell.column), np.zeros(len(records), dtype=bool))
            mask |= records == cell.record
    return Propagation(trail).forward(marks)


def signatures(trail: Trail, frame: str, memo: dict[str, list[Any]]) -> list[Any]:
    """For each row what it is, in terms of raw records: the same record of two builds has the same signature."""
    if frame in memo:
        return memo[frame]
    described, table = trail.frame(frame), trail.table(frame)
    size = table.num_rows
    if described["kind"] != "stage":
        numbers = table["_record"].to_pylist() if "_record" in table.column_names else list(range(size))
        memo[frame] = [(frame, n) for n in numbers]
        return memo[frame]
    if described["identity"]:
        columns = [table[name].to_pylist() for name in described["identity"]]
        memo[frame] = [(frame, *(c[row] for c in columns)) for row in range(size)]
        return memo[frame]
    links = [n for n in table.column_names if n in ("_from", "_columns", "_prev", "_added") or n.startswith("_with ")]
    parts = [_link_signatures(trail, frame, link, memo) for link in links if "_prev" not in links or link in ("_prev", "_added")]
    memo[frame] = [(frame, *(part[row] for part in parts)) for row in range(size)]
    return memo[frame]


def _link_signatures(trail: Trail, frame: str, link: str, memo: dict[str, list[Any]]) -> list[Any]:
    target = trail.columns[frame, link].target
    rows = trail.link(frame, link)
    if target:
        known = signatures(trail, target, memo)
        return [known[r] if r >= 0 else None for r in rows]
    sources = trail.link(frame, "_source")
    found: list[Any] = [None] * len(rows)
    for needed in trail.row_inputs[frame]:
        if needed.via == link and needed.column == "_exists":
            known = signatures(trail, needed.frame, memo)
            wanted = dict(needed.when).get("_source")
            for row, (target_row, source) in enumerate(zip(rows, sources, strict=True)):
                if target_row >= 0 and source == wanted:
                    found[row] = (int(source), known[target_row])
    return found


@dataclass
class Build:
    """A build as the comparison sees it: its trail, what the changed raw cells reach, and what each row is."""

    trail: Trail
    masks: Masks
    memo: dict[str, list[Any]] = field(default_factory=dict)

    def rows(self, frame: str) -> dict[Any, int]:
        """The row of each signature."""
        return {s: r for r, s in enumerate(signatures(self.trail, frame, self.memo))}

    def mask(self, frame: str, column: str) -> np.ndarray:
        """The rows whose cell holds a changed raw cell in its trail."""
        found = self.masks.get((frame, column))
        return np.zeros(self.trail.size(frame), dtype=bool) if found is None else found


def compare(before: Trail, after: Trail, cells: list[RawCell]) -> tuple[int, list[str]]:
    """Compare two builds cell by cell: how many submitted cells changed, and those of them that no trail explains.

    A change is explained where the trail of the cell, in either build, holds a changed raw cell: a record that was not
    there cannot be in a trail, but it is in the trail of the build that has it.
    """
    builds = [Build(t, masks_of(t, cells)) for t in (before, after)]
    changed, unexplained = 0, []
    for name, dataset in before.datasets.items():
        frame = dataset["frame"]
        rows = [build.rows(frame) for build in builds]
        for one, other in ((0, 1), (1, 0)):
            for signature in rows[one].keys() - rows[other].keys():
                changed += len(dataset["variables"])
                if not _absence_explained(builds[one], builds[other], frame, rows[one][signature]):
                    unexplained.append(f"{name}: a record that is in one build only")
        both = sorted((rows[0][s], rows[1][s]) for s in rows[0].keys() & rows[1].keys())
        old, new = (np.array([pair[i] for pair in both], dtype=np.int64) for i in (0, 1))
        for variable in dataset["variables"]:
            differs = _differs(before.table(frame)[variable], after.table(frame)[variable], old, new)
            changed += int(differs.sum())
            seen = [build.mask(frame, variable) | build.mask(frame, "_exists") for build in builds]
            unexplained += [f"{name}.{variable} of row {row}" for row in old[differs & ~seen[0][old] & ~seen[1][new]]]
    return changed, unexplained


def _absence_explained(one: Build, other: Build, frame: str, row: int) -> bool:
    """Whether the trail tells why a row of one build is not in the other: by its own conditions, or those of its sources there."""
    if one.mask(frame, "_exists")[row]:
        return True
    for needed in one.trail.row_inputs[frame]:
        for there in _counterparts(one, other, frame, row, needed):
            if there is None or other.mask(needed.frame, needed.column)[there]:
                return True
    return False


def _counterparts(one: Build, other: Build, frame: str, row: int, needed: Input) -> list[int | None]:
    """The rows of the other build that took the part of those behind `needed`; None for one whose own absence is explained."""
    described = one.trail.frame(frame)
    if needed.via in described["relations"]:
        keys = {name.removeprefix("_per "): one.trail.value(frame, row, name) for name in described["identity"] if name != "_each"}
        table = other.trail.table(needed.frame)
        return [r for r in range(table.num_rows) if all(table[k][r].as_py() == v for k, v in keys.items())]
    rows = one.trail.related(frame, row, needed)
    known, index = signatures(one.trail, needed.frame, one.memo), other.rows(needed.frame)
    found: list[int | None] = [index[known[r]] for r in rows if known[r] in index]
    lost = [int(r) for r in rows if known[r] not in index]
    return found + [None for r in lost if _absence_explained(one, other, needed.frame, r)]


def _differs(old: Any, new: Any, old_rows: np.ndarray, new_rows: np.ndarray) -> np.ndarray:
    left = old.take(old_rows).to_pylist()
    right = new.take(new_rows).to_pylist()
    return np.array([a != b for a, b in zip(left, right, strict=True)], dtype=bool)


def try_changes(study_folder: Path, raw: Path, before: Trail, work: Path, rounds: int, cells_each: int, seed: int) -> dict[str, Any]:
    """Rounds of changes; gives how many cells were tried, how many submitted cells changed, and what no trail explains."""
    chance = random.Random(seed)
    figures: dict[str, Any] = {"raw cells": 0, "refused": 0, "submitted cells changed": 0, "unexplained": []}
    for number in range(rounds):
        folder = work / str(number)
        shutil.copytree(raw, folder / "raw")
        cells = change_cells(study_folder, folder / "raw", cells_each, chance)
        figures["raw cells"] += len(cells)
        try:
            after = build_trail(study_folder, folder / "raw", folder / "trail")
        except Problems:
            figures["refused"] += len(cells)
            continue
        changed, unexplained = compare(before, after, cells)
        figures["submitted cells changed"] += changed
        figures["unexplained"] += [f"{line} (changed: {cells})" for line in unexplained]
        shutil.rmtree(folder)
    return figures
