"""Where the pilot's data are, and its two packages, built once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from clintrail.package.build import build_package

ROOT = Path(__file__).resolve().parents[3]
PILOT = ROOT / ".." / "shared" / "pilot"
SECONDS = 15


@pytest.fixture(scope="session")
def pilot() -> Path:
    """The folder with the pilot's raw data and publication; skips where it is not at hand."""
    if not PILOT.is_dir():
        pytest.skip("the pilot's data (../shared/pilot) are not here")
    return PILOT


def built(kind: str, raw: Path, package: Path) -> Path:
    """Build a spec of the pilot as it stands, within the time allowed."""
    start = time.perf_counter()
    build_package(ROOT / "specs" / f"cdiscpilot-{kind}", package, raw, PILOT / "docs")
    seconds = time.perf_counter() - start
    print(f"\ncdiscpilot-{kind} built in {seconds:.1f} s")
    assert seconds < SECONDS
    return package


@pytest.fixture(scope="session")
def sdtm_package(pilot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of cdiscpilot-sdtm."""
    return built("sdtm", pilot / "raw", tmp_path_factory.mktemp("sdtm") / "package")


@pytest.fixture(scope="session")
def adam_package(pilot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of cdiscpilot-adam."""
    return built("adam", pilot / "pilot_sdtm", tmp_path_factory.mktemp("adam") / "package")
