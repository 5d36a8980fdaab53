"""What the trail and the manifest of a package say, and what is found where a file was changed after the build."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from clintrail.compile.library import library
from clintrail.conformance.data import Data, load_folder
from clintrail.conformance.data.metadata import ensure, stored
from clintrail.conformance.rules import compile_rules, shipped_rules
from clintrail.conformance.run import FINDINGS, run_queries
from clintrail.transport import xpt

SDTM = Path("m5/datasets/dfsc-2025-cr-01/tabulations/sdtm")


@pytest.fixture(scope="module")
def melasma(melasma_package: Path) -> Data:
    return load_folder(melasma_package)


def rows(data: Data, table: str, columns: str, where: str = "true") -> list[tuple[object, ...]]:
    ensure(data, table)
    return data.con.execute(f'SELECT {columns} FROM meta."{stored(table)}" WHERE {where}').fetchall()


def found(package: Path, *names: str) -> list[tuple[object, ...]]:
    """(rule, dataset, record, variables, message) of the findings of some rules."""
    data = load_folder(package)
    rules = [rule for rule in shipped_rules() if rule.name in names]
    assert len(rules) == len(names)
    run_queries(data, compile_rules(rules, data, library()))
    return data.con.execute(f"SELECT rule, dataset, record, variables, message FROM {FINDINGS} ORDER BY ALL").fetchall()


@pytest.fixture
def changed(melasma_package: Path, tmp_path: Path) -> Callable[[Callable[[pa.Table], pa.Table]], Path]:
    """A copy of the package whose AE was changed by a function on its table."""

    def made(change: Callable[[pa.Table], pa.Table]) -> Path:
        package = tmp_path / "package"
        shutil.copytree(melasma_package, package)
        path = package / SDTM / "ae.xpt"
        dataset = xpt.read(path)
        xpt.write(change(dataset.table), path, name="AE", label=dataset.label, variables=dataset.variables)
        return package

    return made


def severity_of_record_3(table: pa.Table) -> pa.Table:
    values = table["AESEV"].to_pylist()
    values[2] = "SEVERE"
    return table.set_column(table.column_names.index("AESEV"), "AESEV", pa.array(values, pa.string()))


def test_a_variable_leads_to_raw_columns_and_to_variables_of_other_datasets(melasma: Data) -> None:
    found = rows(melasma, "trail_variables", "variable, raw, variables", "dataset = 'AE' AND variable IN ('AETERM', 'AESTDY', 'DOMAIN')")
    assert sorted(found) == [
        ("AESTDY", ["ae.AESTDAT", "ae.AESTTIM"], ["DM.RFSTDTC"]), ("AETERM", ["ae.AETERM"], []), ("DOMAIN", [], []),
    ]  # fmt: skip


def test_no_value_is_lost_and_every_file_is_as_it_was_built(melasma: Data) -> None:
    assert rows(melasma, "trail_variables", "count(*) > 500, sum(lost)") == [(True, 0)]
    assert rows(melasma, "package_files", "count(*) > 100, bool_and(listed AND there AND unchanged)") == [(True, True)]


def test_a_cell_that_was_changed_by_hand_is_found(changed: Callable[[Callable[[pa.Table], pa.Table]], Path]) -> None:
    findings = found(changed(severity_of_record_3), "value_is_the_one_that_was_built", "file_is_unchanged_since_the_build")
    assert findings == [
        ("file_is_unchanged_since_the_build", "AE", None, [], f"{(SDTM / 'ae.xpt').as_posix()} was changed after the build"),
        ("value_is_the_one_that_was_built", "AE", 3, ["AESEV"], "is 'SEVERE', and 'MILD' was built"),
    ]


def test_a_record_that_was_taken_out_is_told_once(changed: Callable[[Callable[[pa.Table], pa.Table]], Path]) -> None:
    findings = found(changed(lambda table: table.slice(1)), "records_are_those_that_were_built", "value_is_the_one_that_was_built")
    assert findings == [("records_are_those_that_were_built", "AE", None, [], "has 67 records, and 68 were built")]


def test_a_folder_of_others_has_no_trail(melasma_package: Path, tmp_path: Path) -> None:
    shutil.copy(melasma_package / SDTM / "ae.xpt", tmp_path / "ae.xpt")
    data = load_folder(tmp_path)
    assert [rows(data, table, "count(*)") for table in ("trail_variables", "package_files", "trail_cells")] == [[(0,)]] * 3


def test_a_manifest_that_points_outside_is_not_followed(melasma_package: Path, tmp_path: Path) -> None:
    shutil.copytree(melasma_package / "m5", tmp_path / "m5")
    (tmp_path / "manifest.json").write_text('{"outputs": {"../secret": "00"}}', "utf-8")
    assert rows(load_folder(tmp_path), "package_files", "count(*)") == [(0,)]
