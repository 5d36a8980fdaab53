"""A clean file has no finding; a fault put into it is found by its rule, and by no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from faults_of_files import CLEAN, DM, FAULTS, Fault
from xpt_bytes import ONE, Data, Var, xpt_bytes

from clintrail.conformance.agency import AGENCIES, SUBJECTS, Agency, check, check_files, finder, rules
from clintrail.conformance.agency.facts import FileFacts, file_facts
from clintrail.errors import Problem, Problems, Severity
from clintrail.transport import xpt

IN_CHINESE = "labels_are_chinese"  # our faults are in English; the rule has a fault of its own
CASES = [(fault, agency) for fault in FAULTS for agency in fault.agencies]


def found(fault: Fault, agency: Agency, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    """What is found in the fault's files. A size is only claimed."""
    paths = []
    for name, data in fault.files.items():
        paths.append(folder / name)
        paths[-1].parent.mkdir(exist_ok=True)
        paths[-1].write_bytes(data)
    if fault.size:
        monkeypatch.setattr(check, "file_facts", lambda path: replace(file_facts(path), size=fault.size))
    return list(check_files(paths, agency).problems)


@pytest.mark.parametrize("agency", [None, *AGENCIES])
def test_nothing_is_found_in_a_clean_file(tmp_path: Path, agency: Agency | None) -> None:
    chinese = replace(DM, label="人口学".encode(), variables=[replace(v, label=f"变量{v.name}".encode()) for v in DM.variables])
    (tmp_path / "dm.xpt").write_bytes(xpt_bytes(chinese) if agency == "nmpa" else CLEAN)
    assert check_files([tmp_path], agency).problems == ()


@pytest.mark.parametrize(("fault", "agency"), CASES, ids=[f"{fault.rule}-{agency}-{n}" for n, (fault, agency) in enumerate(CASES)])
def test_a_fault_is_found_by_its_rule_alone(fault: Fault, agency: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problems = found(fault, agency, tmp_path, monkeypatch)
    own = [problem for problem in problems if problem.kind == fault.rule]
    assert [(problem.subject, problem.place.path) for problem in own] == [(fault.subject, str(tmp_path / fault.about))]
    assert {problem.kind for problem in problems} - {fault.rule} <= fault.besides | {IN_CHINESE}
    rule = next(rule for rule in rules() if rule.name == fault.rule)
    assert own[0].severity == rule.demands[agency].severity and own[0].fix and "{" not in own[0].problem + own[0].fix


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_without_its_function_a_rule_finds_nothing(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = next(module for module in SUBJECTS if hasattr(module, fault.rule))
    monkeypatch.setattr(module, fault.rule, lambda given, limit: iter(()))
    agency = next(one for one in AGENCIES if one in fault.agencies)
    assert fault.rule not in {problem.kind for problem in found(fault, agency, tmp_path, monkeypatch)}


def test_every_rule_has_a_fault_for_each_agency_that_has_the_rule() -> None:
    asked = {(rule.name, agency) for rule in rules() for agency in rule.demands}
    assert {(fault.rule, agency) for fault, agency in CASES} == asked


def test_every_rule_has_a_function_and_every_function_a_rule() -> None:
    public = {name for module in SUBJECTS for name, value in vars(module).items()
              if getattr(value, "__module__", "") == module.__name__ and not name.startswith("_")}  # fmt: skip
    assert public == {rule.name for rule in rules()}
    assert all(finder(rule).__name__ == rule.name for rule in rules())


def test_a_doubtful_rule_is_no_error_and_every_rule_has_a_source() -> None:
    demands = [demand for rule in rules() for demand in rule.demands.values()]
    assert {demand.severity for demand in demands if demand.doubtful} <= {Severity.WARNING, Severity.NOTE}
    assert all(demand.source for demand in demands) and get_args(Agency) == AGENCIES


def test_without_an_agency_only_what_is_certain_for_all_is_asked() -> None:
    severity = {rule.name: rule.severity(None) for rule in rules()}
    assert severity["variable_name_is_valid"] == Severity.ERROR
    assert severity["file_is_version_5"] == Severity.WARNING  # the mildest: one agency only recommends it
    assert severity["values_are_ascii"] is None  # two agencies only
    assert severity["numbers_are_no_special_missing"] is None  # doubtful


@pytest.mark.parametrize("agency", AGENCIES)
def test_the_melasma_package_has_no_error(melasma_package: Path, agency: Agency) -> None:
    checked = check_files([melasma_package], agency)
    assert [str(problem) for problem in checked.problems if problem.severity == Severity.ERROR] == []
    assert checked.what.startswith("28 XPT files, 28 datasets, ")


def test_records_are_counted_over_all_batches_and_the_first_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = xpt.open
    monkeypatch.setattr(xpt, "open", lambda path, **options: opened(path, **options, batch_rows=2))
    cells = [b"a", b"b", b" c", b"d", b"e", b" f", b"g", b"", b""]
    rows = [(cell, b"x" * 80 if at < 7 else b"") for at, cell in enumerate(cells)]
    data = Data("DM", b"Demographics", (Var("X", length=2), Var("Y", length=80)), rows)
    (tmp_path / "dm.xpt").write_bytes(xpt_bytes(data))
    told = {problem.kind: problem.problem for problem in check_files([tmp_path], "fda").problems}
    assert told["values_have_no_leading_blanks"] == "2 records (the first is record 3) with a blank in front"
    assert told["last_record_has_values"] == "the last 2 records have no value at all"


def test_parts_beside_a_large_file_are_enough(tmp_path: Path) -> None:
    (tmp_path / "split").mkdir()
    rule = next(rule for rule in rules() if rule.name == "large_file_has_parts")
    large = FileFacts(tmp_path / "lb.xpt", rule.limit + 1)
    assert len(list(finder(rule)(large, rule.limit))) == 1
    assert not list(finder(rule)(replace(large, size=rule.limit), rule.limit))
    (tmp_path / "split" / "lbch.xpt").write_bytes(b"")
    assert not list(finder(rule)(large, rule.limit))


def test_supplemental_qualifiers_have_lengths_of_their_own(tmp_path: Path) -> None:
    for name, value in (("SUPPAE", b"a"), ("SUPPDM", b"abc")):
        variables = (Var("QVAL", length=len(value)), Var("IDVAR", length=1))
        (tmp_path / f"{name.lower()}.xpt").write_bytes(xpt_bytes(Data(name, b"Qualifiers", variables, ((value, b"x"),))))
    assert {p.kind for p in check_files([tmp_path], "fda").problems} == {"labels_are_different"}


def test_free_text_may_begin_with_a_blank(tmp_path: Path) -> None:
    variables = (Var("COVAL1", length=2, label=b"Comment"), Var("AGE", "Num", label=b"Age"))
    (tmp_path / "co.xpt").write_bytes(xpt_bytes(Data("CO", b"Comments", variables, ((b" a", ONE), (b".", ONE)))))
    assert check_files([tmp_path], "fda").problems == ()


def test_no_finding_holds_a_value(tmp_path: Path) -> None:
    secret = b" QZ7\n\xe9"
    variables = (Var("X", length=9), Var("Y", length=9, label=b"Another"))
    (tmp_path / "dm.xpt").write_bytes(xpt_bytes(Data("DM", b"Demographics", variables, ((secret, b"."), (secret, secret)))))
    problems = [problem for agency in AGENCIES for problem in check_files([tmp_path], agency).problems]
    assert len({problem.kind for problem in problems}) > 5
    assert not any("QZ7" in str(problem) for problem in problems)


def test_a_path_that_is_not_there_and_a_folder_without_xpt_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Problems) as refused:
        check_files([tmp_path / "empty", tmp_path / "nothing"])
    assert [problem.problem for problem in refused.value.problems] == ["the folder has no XPT file", "there is no such file or folder"]
