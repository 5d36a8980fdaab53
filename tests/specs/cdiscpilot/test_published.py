"""The CDISC pilot rebuilt and compared with its publication cell by cell, where its data (../shared/pilot) are at hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from clintrail.errors import Severity
from clintrail.package.build import run_study

SPECS = Path(__file__).resolve().parents[3] / "specs"

# Rules of the trial design stand in words of ours; the publication's EPOCH is no submission value ('Screening').
DESIGN = {
    "TA": ["ARMCD", "ARM", "TAETORD", "ETCD", "ELEMENT", "TABRANCH", "TATRANS"],
    "TE": ["ETCD", "ELEMENT", "TEDUR"],
    "TV": ["VISITNUM", "VISIT", "VISITDY", "ARMCD", "ARM"],
}
RULES = {"TA": ["TABRANCH", "TATRANS"], "TE": ["TESTRL", "TEENRL"], "TV": ["TVSTRL", "TVENRL"]}


@pytest.mark.parametrize(("kind", "datasets"), [("sdtm", 7), ("adam", 4)])
def test_no_published_variable_falls_short(pilot: Path, request: pytest.FixtureRequest, kind: str, datasets: int) -> None:
    package = request.getfixturevalue(f"{kind}_package")
    run = subprocess.run([sys.executable, str(pilot / "compare.py"), kind, str(package)], capture_output=True, text=True)
    print("\n" + run.stdout)
    lines = run.stdout.splitlines()
    assert run.returncode == 0, run.stdout + run.stderr
    assert len(lines) == datasets
    assert all(" 0 of " in line and line.endswith("variables short") for line in lines)


@pytest.mark.parametrize("dataset", ["TA", "TE", "TV"])
def test_the_trial_design_is_as_published(pilot: Path, sdtm_package: Path, dataset: str) -> None:
    built, _ = pyreadstat.read_xport(next(sdtm_package.rglob(f"{dataset.lower()}.xpt")))
    published = pd.read_parquet(pilot / "pilot_sdtm" / f"{dataset.lower()}.parquet")
    columns = ["STUDYID", "DOMAIN", *DESIGN[dataset]]
    assert shown(built[columns]) == shown(published[columns])
    for rule in RULES[dataset]:  # a rule stands wherever the publication has one
        key = DESIGN[dataset][0]
        assert set(built[key][built[rule] != ""]) == set(published[key][published[rule].fillna("") != ""]), rule
    if dataset == "TA":
        assert built["EPOCH"].tolist() == published["EPOCH"].str.upper().tolist()


def shown(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """The rows as sorted text; missing is blank, 3 and 3.0 are the same."""
    columns = [["" if pd.isna(v) else f"{v:g}" if isinstance(v, float) else str(v) for v in frame[c]] for c in frame]
    return sorted(zip(*columns, strict=True))


@pytest.mark.parametrize(("kind", "raw"), [("sdtm", "raw"), ("adam", "pilot_sdtm")])
def test_building_the_pilot_gives_no_warning(pilot: Path, kind: str, raw: str) -> None:
    problems = run_study(SPECS / f"cdiscpilot-{kind}", pilot / raw).problems
    assert [p for p in problems if p.severity is not Severity.NOTE] == []


def test_the_specs_of_the_pilot_are_short() -> None:
    lines = [line for kind in ("sdtm", "adam") for path in (SPECS / f"cdiscpilot-{kind}").rglob("*.yaml") for line in path.open()]
    print(f"\n{len(lines)} lines of YAML, the longest of {max(map(len, lines)) - 1} columns")
    assert 0 < len(lines) < 700
    assert max(map(len, lines)) - 1 <= 150
    assert not list(SPECS.glob("cdiscpilot-*/hooks.py"))
