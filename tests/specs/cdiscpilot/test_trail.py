"""The trail of the pilot: every cell of ADADAS leads back to rows of QS, every cell of VS to rows of the raw file."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clintrail.trail.impact import Masks, Propagation, resolved
from clintrail.trail.read import Trail
from clintrail.trail.walk import Node, walk

CONSTANT = {"ADADAS": {"STUDYID", "AWU"}, "VS": {"STUDYID", "DOMAIN", "VSTESTCD", "VSTEST"}}
# Of an imputed record these come from the table of windows or the rule, and QS decides only that the record is there.
IMPUTED = {"AVISIT", "AVISITN", "AWRANGE", "AWTARGET", "AWLO", "AWHI", "DTYPE", "ANL01FL"}
CASES = [("adam", "ADADAS", "QS", "USUBJID"), ("sdtm", "VS", "vs (raw)", "PATNUM")]


def trail_of(request: pytest.FixtureRequest, kind: str) -> Trail:
    return Trail(request.getfixturevalue(f"{kind}_package") / "trail")


def marked(trail: Trail, frame: str, rows: np.ndarray) -> Masks:
    """What holds any cell of these rows of an input in its trail."""
    names = ["_exists", *(name for f, name in trail.columns if f == frame)]
    return Propagation(trail).forward({(frame, name): rows.copy() for name in names})


def given(trail: Trail, dataset: str, variable: str) -> np.ndarray:
    return np.array(trail.table(trail.datasets[dataset]["frame"])[variable].is_valid())


@pytest.mark.parametrize(("kind", "dataset", "source", "subject"), CASES)
def test_every_cell_leads_back_to_rows_of_its_source(
    request: pytest.FixtureRequest, kind: str, dataset: str, source: str, subject: str
) -> None:
    trail = trail_of(request, kind)
    described = trail.datasets[dataset]
    frame, size = described["frame"], trail.size(described["frame"])
    ends, reach = resolved(trail), marked(trail, source, np.ones(trail.size(source), dtype=bool))
    nowhere = np.zeros(size, dtype=bool)
    assert reach[frame, "_exists"].all(), "a record that no row of the source explains"
    imputed = np.array(trail.link(frame, "_added") >= 0) if (frame, "_added") in trail.columns else nowhere
    cells, own = 0, 0
    for variable in described["variables"]:
        here = given(trail, dataset, variable)
        assert not (here & ~ends.get((frame, variable), nowhere)).any(), f"{variable} leads nowhere"
        reached = here & reach.get((frame, variable), nowhere)
        cells, own = cells + int(here.sum()), own + int(reached.sum())
        if variable in CONSTANT[dataset]:
            continue
        excused = imputed if variable in IMPUTED else nowhere
        assert not (here & ~reached & ~excused).any(), f"{variable} does not lead to {source}"
    print(f"\n{dataset}: {cells:,} cells with a value resolved, {own:,} of them made or decided by cells of {source}; the rest constants")
    assert cells > 250_000


@pytest.mark.parametrize(("kind", "dataset", "source", "subject"), CASES)
def test_rows_of_one_subject_reach_that_subject_only(
    request: pytest.FixtureRequest, kind: str, dataset: str, source: str, subject: str
) -> None:
    trail = trail_of(request, kind)
    described = trail.datasets[dataset]
    frame = described["frame"]
    subjects = np.array(trail.table(source)[subject].to_pylist())
    owners = np.array(trail.table(frame)["USUBJID"].to_pylist())
    for one in random.Random(4).sample(sorted(set(subjects) & {o.removeprefix("01-") if subject == "PATNUM" else o for o in owners}), 5):
        reach = marked(trail, source, subjects == one)
        theirs = np.array([o.endswith(one) for o in owners])
        value = "AVAL" if dataset == "ADADAS" else "VSSTRESN"
        assert (reach[frame, value] & given(trail, dataset, value)).sum() == (theirs & given(trail, dataset, value)).sum() > 0
        for variable in described["variables"]:
            assert not (reach.get((frame, variable), theirs) & ~theirs).any(), variable


@pytest.mark.parametrize(
    ("kind", "dataset", "variable", "file"),
    [("adam", "ADADAS", "AVAL", "pilot_sdtm/qs.parquet"), ("sdtm", "VS", "VSSTRESN", "raw/vs_raw.csv")],
)
def test_a_walk_ends_in_cells_as_they_stand_in_the_file(
    request: pytest.FixtureRequest, pilot: Path, kind: str, dataset: str, variable: str, file: str
) -> None:
    trail, path = trail_of(request, kind), pilot / file
    source = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str, keep_default_na=False)
    rows, chance, seen = np.flatnonzero(given(trail, dataset, variable)), random.Random(20130509), 0
    for row in chance.sample(sorted(int(r) for r in rows), 60):
        found = [leaf for leaf in leaves(walk(trail, dataset, variable, row, depth=12)) if leaf.file == path.name]
        assert found, f"row {row} does not end in {path.name}"
        for leaf in found:
            assert same(source[leaf.column].iloc[leaf.record - 1], leaf.value), (row, leaf.record, leaf.column)
        seen += len(found)
    print(f"\n{dataset}.{variable}: {seen} cells of {path.name} at the ends of 60 walks")


def leaves(node: Node) -> list[Node]:
    below = [leaf for child in (*node.made, *node.decided) for leaf in leaves(child)]
    return [node, *below] if node.file else below


def same(stands: Any, told: Any) -> bool:
    if pd.isna(stands) or str(stands).strip() == "":
        return told is None
    return stands == told or str(stands) == str(told)
