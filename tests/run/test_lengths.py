"""One length for each text variable over the whole study: the longest value, or what the study states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from drawn import write_study

from clintrail.errors import Problems, Severity
from clintrail.package.build import BuiltStudy, built_define, run_study

VISITS = {"v": "ID | VISIT  | LATER\n 1 | WEEK 4 | UNSCHEDULED 1\n 2 | WEEK 8 | WEEK 10"}
VS = "records: [{from: v}]\nvariables:\n  VSTESTCD: 'PULSE'\n  VISIT: v.VISIT\n"
QS = "records: [{from: v}]\nvariables:\n  QSTESTCD: 'Q1'\n  VISIT: v.LATER\n"

Build = Callable[..., BuiltStudy]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return lambda *args, **kwargs: run_study(write_study(tmp_path / "study", *args, **kwargs))


def lengths(built: BuiltStudy, variable: str) -> dict[str, int]:
    """The length of a variable in each dataset that has it."""
    found = {name: dataset.variable(variable) for name, dataset in built.datasets.items()}
    return {name: v.length for name, v in found.items() if v is not None}


def told(built: BuiltStudy) -> list[str]:
    return [str(p).split("/study/")[1] for p in built.problems if p.severity == Severity.WARNING and "byte" in p.problem]


def test_a_name_has_the_longest_value_of_all_datasets(build: Build) -> None:
    built = build(VISITS, VS=VS, QS=QS)
    assert lengths(built, "VISIT") == {"QS": 13, "VS": 13}
    assert lengths(built, "USUBJID") == {"QS": 3, "VS": 3}
    assert lengths(built, "VSTESTCD") == {"VS": 5}


def test_sdtm_and_adam_are_one_study(build: Build) -> None:
    sites = {"d": "ID | SITE | TERM\n 1 | 01   | Fever\n 2 | 0002 | Rash"}
    adsl = "records: [{from: DM}]\nvariables:\n  SITEID: substr(DM.SITEID, 1, 2)\n"
    built = build(sites, DM="records: [{from: d}]\nvariables:\n  SITEID: d.SITE\n", ADSL=adsl)
    assert lengths(built, "SITEID") == {"DM": 4, "ADSL": 4}


def test_bytes_count_and_not_characters(build: Build) -> None:
    built = build({"v": "ID | VISIT\n 1 | WOCHE FÜNF"}, VS=VS)
    assert lengths(built, "VISIT") == {"VS": 11}


def test_a_variable_without_values_has_length_1(build: Build) -> None:
    built = build(VISITS, VS=VS.replace("v.VISIT", "null"))
    assert lengths(built, "VISIT") == {"VS": 1}


def test_numbers_stay_at_8(build: Build) -> None:
    assert lengths(build(VISITS, VS=VS), "VSSEQ") == {"VS": 8}


def test_supplemental_qualifiers_have_lengths_of_their_own(build: Build) -> None:
    more = "supplemental:\n  {0}: {{label: Remark, value: v.{1}}}\n"
    built = build(VISITS, VS=VS + more.format("VSREM", "VISIT"), QS=QS + more.format("QSREM", "LATER"))
    assert lengths(built, "QVAL") == {"SUPPVS": 6, "SUPPQS": 13}
    assert lengths(built, "STUDYID") == {"VS": 5, "QS": 5, "SUPPVS": 5, "SUPPQS": 5}


def test_a_dataset_may_state_a_length_and_the_difference_is_told(build: Build) -> None:
    built = build(VISITS, VS=VS.replace("v.VISIT", "{length: 40, value: v.VISIT}"), QS=QS)
    assert lengths(built, "VISIT") == {"QS": 40, "VS": 40}
    assert told(built) == []
    built = build(VISITS, VS=VS.replace("v.VISIT", "{length: 6, value: v.VISIT}"), QS=QS)
    assert lengths(built, "VISIT") == {"QS": 13, "VS": 6}
    [problem] = told(built)
    assert problem.startswith("sdtm/vs.yaml:") and "6 bytes long in VS, but 13 in QS" in problem and "lengths: {VISIT: 13}" in problem


def test_the_study_may_state_lengths_for_all_its_datasets(build: Build) -> None:
    built = build(VISITS, study="lengths: {VISIT: 60, USUBJID: 20}", VS=VS, QS=QS)
    assert lengths(built, "VISIT") == {"QS": 60, "VS": 60}
    assert lengths(built, "USUBJID") == {"QS": 20, "VS": 20}
    assert told(built) == []


def test_a_value_longer_than_the_study_states_is_refused(build: Build) -> None:
    with pytest.raises(Problems, match=r"(?s)QS.VISIT\n  problem: longer than 8 bytes and would be cut: 1 value"):
        build(VISITS, study="lengths: {VISIT: 8}", VS=VS, QS=QS)


def test_a_length_for_no_variable_is_told(build: Build) -> None:
    built = build(VISITS, study="lengths: {VISITS: 60}", VS=VS, QS=QS)
    assert [p.fix for p in built.problems if p.subject == "VISITS"] == ["did you mean VISIT?"]


def test_values_of_datasets_that_are_only_read_count_too(build: Build) -> None:
    ae = "USUBJID,AETERM,AEOUT\nS-1,FEVER   ,RECOVERED\nS-2,HEADACHE,\n"
    files = {
        "raw/ae.csv": ae,
        "raw/dm.csv": "USUBJID,SITEID\nS-1,01\nS-2,SITE-0002\n",
        "raw/suppae.csv": "USUBJID,QVAL\nS-0000000001,Y\n",
    }
    adsl = "records: [{from: DM}]\nvariables:\n  SITEID: substr(DM.SITEID, 1, 2)\n  LASTAE: {label: Term, value: min(AE.AETERM)}\n"
    built = build({}, study="sdtm: input\nforms: {}", files=files, ADSL=adsl)
    assert lengths(built, "SITEID") == {"ADSL": 9}
    assert lengths(built, "USUBJID") == {"ADSL": 3}
    assert lengths(built, "LASTAE") == {"ADSL": 8}


def test_define_tells_these_lengths_and_value_level_those_of_the_values(build: Build) -> None:
    results = {"v": "ID | TEST  | RESULT\n 1 | PULSE | 60\n 1 | COLOUR | DARK BLUE"}
    vs = "records: [{from: v}]\nvariables:\n  VSTESTCD: v.TEST\n  VSORRES: v.RESULT\n  VSSTRESC: {length: 20, value: VSORRES}\n"
    qs = "records: [{from: v}]\nvariables:\n  QSTESTCD: v.TEST\n  QSORRES: v.RESULT\n"
    define = built_define(build(results, study="lengths: {STUDYID: 12}", VS=vs, QS=qs), "sdtm")
    found = {(d.name, v.name): v for d in define.datasets for v in d.variables}
    assert (found["VS", "STUDYID"].length, found["QS", "STUDYID"].length) == (12, 12)
    assert found["VS", "VSORRES"].length == 9
    assert found["VS", "VSSTRESC"].length == 20
    assert sorted(item.length or 0 for item in found["VS", "VSORRES"].values) == [2, 9]
