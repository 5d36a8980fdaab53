"""Damaged files are refused with a clear error or read correctly: 1,000 of each kind here, 100,000 by `make fuzz`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
KINDS = ("xpt", "dataset-json", "ndjson", "dsjc", "odm", "csv", "xlsx")


def fuzzed(kind: str, count: int, seed: int, keep: Path) -> dict[str, float]:
    done = subprocess.run([sys.executable, str(HERE / "run.py"), kind, str(count), str(seed), str(keep)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_refused_or_read_as_they_stand(kind: str, tmp_path: Path) -> None:
    told = fuzzed(kind, 1000, seed=5, keep=tmp_path)
    assert told.get("refused", 0) + told.get("read", 0) == 1000, told
    assert told["refused"] > 100  # the damage does harm
    assert told["slowest_seconds"] < 5
