"""The older checks (`define check`, `xpt --check`) among the findings of `clintrail check`, each thing told once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clintrail.compile.library import library
from clintrail.conformance.agency import rules as agency_rules
from clintrail.conformance.data import load_folder
from clintrail.conformance.facts import RuleFacts
from clintrail.conformance.other_checks import _SAME, other_findings
from clintrail.conformance.rules import compile_rules, shipped_rules
from clintrail.conformance.run import FINDINGS, run_queries
from clintrail.define.check.data import DATA_SUBJECTS
from clintrail.define.check.rule import rules_of
from clintrail.define.check.rules import RULES
from clintrail.errors import Severity

SDTM = Path("m5/datasets/dfsc-2025-cr-01/tabulations/sdtm")
Found = list[tuple[object, ...]]


@pytest.fixture
def package(melasma_package: Path, tmp_path: Path) -> Path:
    shutil.copytree(melasma_package / SDTM, tmp_path / SDTM)
    return tmp_path


def checked(package: Path, agency: str | None = None, *first: str) -> tuple[dict[str, RuleFacts], Found]:
    """What the older checks find, after rules over the tables of the names `first`."""
    data = load_folder(package)
    run_queries(data, compile_rules([rule for rule in shipped_rules() if rule.name in first], data, library()))
    facts = {rule.id: rule for rule in other_findings(data, package, agency)}
    return facts, data.con.execute(f"SELECT rule, dataset, variables, message FROM {FINDINGS} ORDER BY ALL").fetchall()


def replace_in_define(package: Path, old: str, new: str) -> None:
    path = package / SDTM / "define.xml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_melasma_package_has_no_finding_and_every_rule_is_told(melasma_package: Path) -> None:
    facts, found = checked(melasma_package)
    assert found == [] and len(facts) > 100 and {rule.origin for rule in facts.values()} == {"define", "agency"}
    assert all(rule.holds and rule.source and rule.fix and "{" not in rule.fix for rule in facts.values())


def test_a_finding_on_define_names_dataset_variable_and_line(package: Path) -> None:
    replace_in_define(package, 'MethodOID="MT.AE.USUBJID"', 'MethodOID="MT.NONE"')
    line = next(n for n, text in enumerate((package / SDTM / "define.xml").read_text("utf-8").splitlines(), 1) if "MT.NONE" in text)
    facts, found = checked(package)
    rule, dataset, variables, message = next(row for row in found if row[0] == "define.references_exist")
    assert (dataset, variables) == ("AE", ["USUBJID"]) and str(message).endswith(f"({(SDTM / 'define.xml').as_posix()}:{line})")
    assert facts[str(rule)].severity == Severity.ERROR


def test_what_a_rule_over_the_tables_tells_is_not_told_again(package: Path) -> None:
    (package / SDTM / "vs.xpt").unlink()
    alone = [row[0] for row in checked(package)[1]]
    assert alone == ["define.dataset_file_exists"]
    together = [row[0] for row in checked(package, None, "described_dataset_is_in_the_package")[1]]
    assert together == ["described_dataset_is_in_the_package"]


def test_an_agencys_rules_are_told_for_that_agency(package: Path) -> None:
    (package / SDTM / "ae.xpt").rename(package / SDTM / "AE.xpt")
    assert "agency.file_name_is_lower_case" in {row[0] for row in checked(package, "fda")[1]}
    assert "agency.file_name_is_lower_case" not in {row[0] for row in checked(package)[1]}


def test_the_rules_that_stand_in_for_others_are_there() -> None:
    shipped = {rule.name for rule in shipped_rules()}
    older = {f"define.{rule.name}" for rule in (*RULES, *rules_of(*DATA_SUBJECTS))} | {f"agency.{rule.name}" for rule in agency_rules()}
    assert set(_SAME) <= older and {name for names in _SAME.values() for name in names} <= shipped
