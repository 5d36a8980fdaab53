"""The CDISC pilot rebuilt and compared with its publication cell by cell, where its data (../shared/pilot) are at hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clintrail.package.build import build_package

ROOT = Path(__file__).resolve().parents[3]
PILOT = ROOT / ".." / "shared" / "pilot"
pytestmark = pytest.mark.skipif(not PILOT.is_dir(), reason="the pilot's data (../shared/pilot) are not here")


@pytest.mark.parametrize(("kind", "raw", "datasets"), [("sdtm", "raw", 7), ("adam", "pilot_sdtm", 4)])
def test_no_published_variable_falls_short(tmp_path: Path, kind: str, raw: str, datasets: int) -> None:
    build_package(ROOT / "specs" / f"cdiscpilot-{kind}", tmp_path / "package", PILOT / raw)
    run = subprocess.run([sys.executable, str(PILOT / "compare.py"), kind, str(tmp_path / "package")], capture_output=True, text=True)
    print("\n" + run.stdout)
    lines = run.stdout.splitlines()
    assert run.returncode == 0, run.stdout + run.stderr
    assert len(lines) == datasets
    assert all(" 0 of " in line and line.endswith("variables short") for line in lines)
