"""A folder checked the whole way: which rules run, what a finding has, and where the study is found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clintrail.conformance import check, run
from clintrail.conformance import notes as check_notes
from clintrail.conformance.check import Checked, check_folder
from clintrail.conformance.rules import shipped_rules
from clintrail.content import content_dir
from clintrail.errors import Problems, Severity

Build = Callable[..., Path]
DAY = "start_day_counts_from_reference_start"
WRONG_DAY = {"sdtm/ae.yaml": {"study_day(AESTDTC, DM.RFSTDTC)": "study_day(AESTDTC, DM.RFENDTC)"}}
EVENT_IN_CAPITALS = """
holds: The coded term is in small letters.
severity: note
scope: {domain: [AE]}
condition: AEDECOD = lower(AEDECOD)
message: AEDECOD is {AEDECOD}
fix: none, this is a rule of a test
source: a test
"""


@pytest.fixture(scope="module")
def wrong_day(build: Build) -> Path:
    """A package in which one day of an adverse event is wrong, with a rule of the study's own."""
    return build(WRONG_DAY, {"rules/coded_term_is_in_small_letters/rule.yaml": EVENT_IN_CAPITALS})


def findings(checked: Checked) -> list[tuple[object, ...]]:
    sql = "SELECT rule, dataset, record, keys, message FROM meta.findings ORDER BY ALL"
    return checked.data.con.execute(sql).fetchall()


def notes(package: Path, rule: str = DAY) -> dict[str, str]:
    """What is told of the check itself, by its kind."""
    with check_folder(package, rules=[rule]) as checked:
        return {problem.kind: problem.problem for problem in checked.problems}


def test_a_finding_names_its_record_by_the_keys_of_the_dataset(wrong_day: Path) -> None:
    with check_folder(wrong_day, rules=[DAY]) as checked:
        assert findings(checked) == [
            (DAY, "AE", 2, "USUBJID GOOD-01-7001, AESEQ 2", "AESTDY is -26, and 2024-03-07 is day 3 from 2024-03-05"),
        ]
        assert checked.rules[DAY].severity == Severity.ERROR
        assert [(cause.count, cause.open) for cause in checked.causes] == [(1, 1)]


def test_rules_are_named_by_themselves_or_by_the_published_number_that_they_stand_for(wrong_day: Path) -> None:
    [number] = next(rule.stands_for for rule in shipped_rules() if rule.name == "start_is_not_after_end")
    with check_folder(wrong_day, rules=[number]) as checked:
        assert "start_is_not_after_end" in checked.rules
        assert all(number in rule.stands_for for rule in checked.rules.values())


def test_a_rule_that_there_is_not_is_told_with_the_one_that_was_meant(wrong_day: Path) -> None:
    with pytest.raises(Problems) as told:
        check_folder(wrong_day, rules=["start_day_counts_from_reference_star", "start_is_not_after_end"])
    [problem] = told.value.problems
    assert problem.subject == "--rules"
    assert problem.problem == "no rule named start_day_counts_from_reference_star"
    assert problem.fix == "did you mean start_day_counts_from_reference_start?"


def test_the_study_of_a_package_is_found_and_its_own_rules_are_run(wrong_day: Path) -> None:
    with check_folder(wrong_day, rules=["coded_term_is_in_small_letters"]) as checked:
        assert checked.study == wrong_day.parent / "study"
        assert checked.rules["coded_term_is_in_small_letters"].origin == "study"
        assert len(findings(checked)) == 3


def test_a_spec_that_was_changed_since_the_build_is_told(build: Build) -> None:
    package = build()
    assert "specs-changed" not in notes(package)
    spec = package.parent / "study" / "sdtm" / "ae.yaml"
    spec.write_text("# a comment\n" + spec.read_text("utf-8"), "utf-8")
    assert notes(package)["specs-changed"] == "changed since the package was built: sdtm/ae.yaml"


def test_terminology_other_than_define_names_is_told(wrong_day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that has another version, of the same terms."""
    shipped = content_dir("sdtm") / "terminology" / "sdtmct-2025-03-28.csv"
    shutil.copyfile(shipped, tmp_path / "sdtmct-2024-09-27.csv")
    monkeypatch.setenv("CLINTRAIL_TERMINOLOGY", str(tmp_path))
    with check_folder(wrong_day, rules=[DAY], terminology_version="2024-09-27") as checked:
        told = [p.problem for p in checked.problems if p.kind == "other-terminology" and "tabulations" in p.place.path]
    assert told == ["values were checked by SDTM terminology 2024-09-27, and define.xml names 2025-03-28"]


def test_a_rule_that_finds_more_than_is_kept_is_told(wrong_day: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (run, check_notes):
        monkeypatch.setattr(module, "MOST_KEPT", 2)
    found = notes(wrong_day, "coded_term_is_in_small_letters")
    assert found["findings-cut"] == "coded_term_is_in_small_letters found 3 on AE: the first 2 are kept and counted"


def test_large_files_are_checked_in_a_database_file_which_is_gone_afterwards(wrong_day: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with check_folder(wrong_day, rules=[DAY]) as checked:
        in_memory = findings(checked)
    monkeypatch.setattr(check, "_LARGE", 0)
    with check_folder(wrong_day, rules=[DAY]) as checked:
        [(path,)] = checked.data.con.execute("SELECT path FROM duckdb_databases() WHERE path IS NOT NULL").fetchall()
        assert Path(path).is_file() and findings(checked) == in_memory
    assert not Path(path).parent.exists()


def test_a_folder_of_anybody_is_checked_without_a_study(wrong_day: Path) -> None:
    sdtm = next(wrong_day.rglob("tabulations/sdtm"))
    with check_folder(sdtm, rules=[DAY]) as checked:
        assert checked.study is None
        assert [(cause.place, cause.raw, cause.rules) for cause in checked.causes] == [("", "", (DAY,))]
