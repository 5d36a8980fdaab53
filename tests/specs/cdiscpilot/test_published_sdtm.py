"""DM and AE of the CDISC pilot, rebuilt from raw data and compared with the publication cell by cell, where its data are at hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clintrail.package.build import build_package

ROOT = Path(__file__).resolve().parents[3]
PILOT = ROOT / ".." / "shared" / "pilot"
BUILT = ("DM", "AE")


@pytest.mark.skipif(not PILOT.is_dir(), reason="the pilot's data (../shared/pilot) are not here")
def test_no_variable_of_the_published_datasets_falls_short(tmp_path: Path) -> None:
    built = build_package(ROOT / "specs" / "cdiscpilot-sdtm", tmp_path / "package", PILOT / "raw")
    assert [p.problem for p in built.problems if p.place.path.endswith("study.yaml")] == []
    run = subprocess.run([sys.executable, str(PILOT / "compare.py"), "sdtm", str(tmp_path / "package")], capture_output=True, text=True)
    lines = [line for line in run.stdout.splitlines() if line.startswith(BUILT)]
    print("\n" + "\n".join(lines))
    assert len(lines) == len(BUILT), run.stdout + run.stderr
    assert all(" 0 of " in line and line.endswith("variables short") for line in lines)
