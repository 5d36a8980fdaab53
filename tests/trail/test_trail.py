"""The trail of the melasma study: every cell leads back to raw cells, and nothing changes outside it."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rebuild import build_trail, try_changes

from clintrail.trail.impact import resolved
from clintrail.trail.read import Trail
from clintrail.trail.walk import Node, walk

STUDY = Path(__file__).resolve().parents[2] / "specs" / "melasma"


@pytest.fixture(scope="module")
def trail(melasma_package: Path) -> Trail:
    return Trail(melasma_package / "trail")


def submitted(trail: Trail) -> list[tuple[str, str, str]]:
    """Dataset, frame and variable of every submitted variable."""
    return [(name, d["frame"], variable) for name, d in trail.datasets.items() for variable in d["variables"]]


def test_every_cell_of_every_dataset_leads_back_to_raw_cells_or_constants(trail: Trail) -> None:
    ends = resolved(trail)
    cells, unresolved = 0, []
    for dataset, frame, variable in submitted(trail):
        given = np.array(trail.table(frame)[variable].is_valid())
        reached = ends.get((frame, variable), np.zeros(len(given), dtype=bool))
        cells += int(given.sum())
        if (given & ~reached).any():
            unresolved.append(f"{dataset}.{variable}: {int((given & ~reached).sum())} cells")
    print(f"\n{cells:,} cells with a value walked, {len(unresolved)} variables with unresolved cells")
    assert cells > 100_000
    assert unresolved == []


def test_a_walk_ends_in_the_raw_files_cells_as_they_stand_there(trail: Trail) -> None:
    raw = {path.name: list(csv.reader(path.open(encoding="utf-8", newline=""))) for path in (STUDY / "raw").glob("*.csv")}
    chance, seen = random.Random(20260630), 0
    variables = submitted(trail)
    for _ in range(150):
        dataset, frame, variable = chance.choice(variables)
        node = walk(trail, dataset, variable, chance.randrange(trail.size(frame)), depth=12)
        for leaf in raw_leaves(node):
            rows = raw[leaf.file]
            text = rows[leaf.record][rows[0].index(leaf.column)]
            assert (text if text.strip() else None) == leaf.value, (dataset, variable, leaf.file, leaf.record, leaf.column)
            seen += 1
    print(f"\n{seen:,} raw cells at the ends of 150 walks compared with the files")
    assert seen > 1000


def raw_leaves(node: Node) -> list[Node]:
    below = [leaf for child in (*node.made, *node.decided) for leaf in raw_leaves(child)]
    return [node, *below] if node.file else below


def check(figures: dict[str, Any]) -> None:
    shown = {**figures, "unexplained": len(figures["unexplained"])}
    print("\n" + ", ".join(f"{value:,} {name}" for name, value in shown.items()))
    assert figures["unexplained"] == []
    assert figures["submitted cells changed"] > 100


def test_changing_raw_cells_changes_nothing_outside_their_trails(tmp_path: Path) -> None:
    """240 random raw cells, ten at a time; a change that a build refuses (two rows for a lookup, say) does not count."""
    before = build_trail(STUDY, STUDY / "raw", tmp_path / "before")
    figures = try_changes(STUDY, STUDY / "raw", before, tmp_path / "after", rounds=24, cells_each=10, seed=7)
    assert figures["raw cells"] - figures["refused"] >= 200
    check(figures)


@pytest.mark.bench
def test_changing_one_raw_cell_at_a_time(tmp_path: Path) -> None:
    """300 random raw cells, each in a build of its own."""
    before = build_trail(STUDY, STUDY / "raw", tmp_path / "before")
    check(try_changes(STUDY, STUDY / "raw", before, tmp_path / "after", rounds=300, cells_each=1, seed=11))
