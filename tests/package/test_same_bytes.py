"""Same input, same bytes: whatever the threads, and in whatever order the raw files' rows come."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from clintrail.package.build import build_package

STUDY = Path(__file__).resolve().parents[2] / "specs" / "melasma"


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def one_thread(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("one") / "package"
    build_package(STUDY, out, threads=1)
    return out


def test_one_and_two_threads_give_identical_packages(one_thread: Path, tmp_path: Path) -> None:
    build_package(STUDY, tmp_path / "two", threads=2)
    assert files(tmp_path / "two") == files(one_thread)


def test_shuffled_raw_rows_change_no_submitted_byte(one_thread: Path, tmp_path: Path) -> None:
    raw = shutil.copytree(STUDY / "raw", tmp_path / "raw")
    chance = random.Random(4)
    moved = 0
    for path in raw.glob("*.csv"):
        head, *rows = path.read_text("utf-8").splitlines(keepends=True)
        assert not any(row.count('"') % 2 for row in rows), "a record over several lines cannot be shuffled by lines"
        shuffled = chance.sample(rows, len(rows))
        moved += sum(a != b for a, b in zip(rows, shuffled, strict=True))
        path.write_text(head + "".join(shuffled), "utf-8")
    assert moved > 100
    build_package(STUDY, tmp_path / "shuffled", raw)
    assert files(tmp_path / "shuffled" / "m5") == files(one_thread / "m5")
