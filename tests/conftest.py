"""Fixtures that several folders share: a build of the melasma study, made once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def melasma_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which `clintrail build specs/melasma` put its package."""
    package = tmp_path_factory.mktemp("melasma") / "package"
    clintrail = [sys.executable, "-c", "import sys; from clintrail.cli import main; sys.exit(main())"]
    run = subprocess.run([*clintrail, "build", str(ROOT / "specs" / "melasma"), "--out", str(package)], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return package


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folders whose tests take minutes come first, so that no process works alone at the end."""
    items.sort(key=lambda item: item.path.parent.name not in ("trail", "docs"))
