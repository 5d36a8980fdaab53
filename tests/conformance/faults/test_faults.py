"""Seeded faults: each of the catalogue, put into the melasma package by itself, is found by the rule meant for it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from seeded import catalogue, copy_of, put_in

from clintrail.conformance.check import Checked, check_folder
from clintrail.errors import Problems, Severity

STUDY = Path(__file__).resolve().parents[3] / "specs" / "melasma"
FAULTS = catalogue()


def found_by(checked: Checked, rule: str) -> int:
    """How many findings of a rule no disposition explains."""
    sql = "SELECT count(*) FROM meta.findings WHERE rule = ? AND disposition IS NULL"
    return int(checked.data.con.execute(sql, [rule]).fetchall()[0][0])


@pytest.fixture(scope="module")
def untouched(melasma_package: Path) -> Checked:
    return check_folder(melasma_package, study=STUDY)


def test_there_are_faults_of_each_kind_and_many() -> None:
    kinds = {kind for fault in FAULTS for kind in fault["change"]}
    assert kinds == {"update", "delete", "copy", "describe", "drop", "add", "move", "file", "text"} and len(FAULTS) >= 80


def test_the_untouched_package_is_clean(untouched: Checked) -> None:
    severities = {name: facts.severity for name, facts in untouched.rules.items()}
    errors = {name for name, severity in severities.items() if severity == Severity.ERROR}
    assert {name for name in errors if found_by(untouched, name)} == set()
    assert [one for one in untouched.skipped if not one.expected] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["fault"])
def test_a_fault_is_found_by_the_rule_meant_for_it(
    fault: dict[str, Any], melasma_package: Path, untouched: Checked, tmp_path: Path
) -> None:
    package = copy_of(melasma_package, tmp_path / "package")
    put_in(fault, package)
    try:
        found = found_by(check_folder(package, study=STUDY, rules=[fault["rule"]], agency=fault.get("agency")), fault["rule"])
    except Problems as refused:
        found = sum(problem.kind == fault["rule"] for problem in refused.problems)
    finally:
        shutil.rmtree(package)
    assert found > found_by(untouched, fault["rule"])
