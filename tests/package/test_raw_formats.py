"""The same study from CSV files, a workbook and ODM-XML: the submitted package is the same, byte by byte; what differs is said here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clintrail.package.build import build_package
from clintrail.trail.read import Trail
from clintrail.trail.walk import Node, find_row, walk

STUDY = Path(__file__).resolve().parents[2] / "specs" / "melasma"
FORMS = ("ae", "cm", "dm", "ds", "ie", "infusion", "injection", "laser", "masi", "mh", "rand", "sat", "sv", "visia", "vs")


@pytest.fixture(scope="module")
def packages(melasma_package: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Packages by the suffix of what they were built from."""
    folder = tmp_path_factory.mktemp("formats")
    made = {suffix: folder / f"melasma.{suffix}" for suffix in ("xml", "xlsx")}
    exports = ["--odm", str(made["xml"]), "--xlsx", str(made["xlsx"])]
    subprocess.run([sys.executable, "-B", str(STUDY / "simulate.py"), *exports], check=True)
    for suffix, export in made.items():
        build_package(STUDY, folder / suffix, export)
    return {"csv": melasma_package, **{suffix: folder / suffix for suffix in made}}


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def frames(package: Path) -> dict[str, tuple[dict[str, Any], pa.Table]]:
    """The trail's frames: what the plan says of each, and its rows."""
    return {
        name: (frame, pq.read_table(package / "trail" / frame["file"]))
        for name, frame in read(package / "trail" / "plan.json")["frames"].items()
    }


@pytest.mark.parametrize("suffix", ["xlsx", "xml"])
def test_the_submitted_package_is_the_same_byte_by_byte(packages: dict[str, Path], suffix: str) -> None:
    from_csv, other = files(packages["csv"] / "m5"), files(packages[suffix] / "m5")
    assert len([name for name in from_csv if name.endswith(".xpt")]) == 28
    assert list(other) == list(from_csv)
    assert [name for name in from_csv if other[name] != from_csv[name]] == []


@pytest.mark.parametrize("suffix", ["xlsx", "xml"])
def test_the_manifest_differs_in_the_raw_files_and_in_the_trail_alone(packages: dict[str, Path], suffix: str) -> None:
    from_csv, other = read(packages["csv"] / "manifest.json"), read(packages[suffix] / "manifest.json")
    assert {key for key in from_csv if from_csv[key] != other[key]} == {"inputs", "outputs"}
    assert set(from_csv["inputs"]) ^ set(other["inputs"]) == {f"{form}.csv" for form in FORMS} | {f"melasma.{suffix}"}
    assert all(other["inputs"][name] == digest for name, digest in from_csv["inputs"].items() if name in other["inputs"])
    different = {name for name, digest in from_csv["outputs"].items() if other["outputs"].get(name) != digest}
    assert all(name.startswith("trail/") for name in different)
    assert list(other["outputs"]) == list(from_csv["outputs"])


def test_the_trail_of_a_workbook_differs_in_the_spelling_of_its_dates_alone(packages: dict[str, Path]) -> None:
    plans = [read(packages[suffix] / "trail" / "plan.json") for suffix in ("csv", "xlsx")]
    assert {key for key in plans[0] if plans[0][key] != plans[1][key]} == {"files"}
    from_csv, other = frames(packages["csv"]), frames(packages["xlsx"])
    for name, (_, rows) in from_csv.items():
        spelled = {column for column in rows.column_names if not rows[column].equals(other[name][1][column])}
        assert all(name.endswith(" (raw)") and column.endswith("DAT") for column in spelled), (name, spelled)
    relations = [files(packages[suffix] / "trail" / "relations") for suffix in ("csv", "xlsx")]
    assert relations[0] == relations[1]


def test_the_trail_of_odm_has_the_same_rules_and_rows_over_raw_records_that_are_spelled_and_numbered_otherwise(
    packages: dict[str, Path],
) -> None:
    """Rows are numbered in the order of their raw cells. 'Week 4' stands elsewhere in that order than 'WEEK 4'."""
    from_csv, other = frames(packages["csv"]), frames(packages["xml"])
    assert list(other) == list(from_csv)
    for name, (frame, rows) in from_csv.items():
        told, found = other[name]
        own = {column for column in found.column_names if column not in rows.column_names}
        if name.endswith(" (raw)"):  # a key and two units more
            assert own <= {"VISIT", "TEMP_UNIT", "WEIGHT_UNIT"} and found.num_rows == rows.num_rows, name
            continue
        assert (told, own) == (frame, set()), name
        columns = [column for column in rows.column_names if not column.startswith("_") and column not in ("cell", "view")]
        assert _rows(found, columns) == _rows(rows, columns), name


@pytest.mark.parametrize(
    ("cell", "where"),
    [
        ("ADMASI.CHG", "USUBJID = 'DFSC-2025-CR-01-S006' and PARAMCD = 'MASITOT' and AVISIT = 'Week 12'"),
        ("AE.AESTDY", "USUBJID = 'DFSC-2025-CR-01-S032' and AESTDTC = '2026-03'"),
        ("SV.SVSTDTC", "USUBJID = 'DFSC-2025-CR-01-S019' and VISIT = 'UNSCHEDULED 3.1'"),
    ],
)
def test_a_cell_walks_to_the_same_raw_columns_of_whichever_file(packages: dict[str, Path], cell: str, where: str) -> None:
    dataset, variable = cell.split(".")
    ends = {}
    for suffix, package in packages.items():
        trail = Trail(package / "trail")
        ends[suffix] = Counter(_raw_cells(walk(trail, dataset, variable, find_row(trail, dataset, where), depth=30)))
    assert sum(ends["csv"].values()) > 0
    assert ends["xml"] == ends["xlsx"] == ends["csv"]


def _raw_cells(node: Node) -> Iterator[tuple[str, str]]:
    """Form and column of the raw cells under a cell."""
    if node.record:
        yield node.dataset, node.column
    for child in (*node.made, *node.decided):
        yield from _raw_cells(child)


def _rows(table: pa.Table, columns: list[str]) -> Counter[tuple[Any, ...]]:
    return Counter(zip(*(table[column].to_pylist() for column in columns), strict=True))
