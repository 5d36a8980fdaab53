"""Root causes: what is mended in one place is one cause, which names the line of the spec and the raw record."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clintrail.conformance.check import Checked, check_folder
from clintrail.errors import Severity
from clintrail.package.build import build_package

ROOT = Path(__file__).resolve().parents[2]
Build = Callable[..., Path]
DAY = "study_day_counts_from_reference_start"


NO_SEVERE_ERYTHEMA = """
holds: Erythema is never severe.
scope: {{domain: [AE]}}
condition: not (AETERM = 'ERYTHEMA' and AESEV = 'SEVERE')
message: AESEV is {{AESEV}}
fix: none, this is a rule of a test
source: a test
variables: {about}
"""


@pytest.fixture(scope="module")
def wrong_melasma(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDTM of the melasma study with one wrong mapping: days of image findings from the consent on."""
    folder = tmp_path_factory.mktemp("wrong")
    study = folder / "study"
    shutil.copytree(ROOT / "specs" / "melasma", study, ignore=shutil.ignore_patterns("adam", "analyses.yaml", "dispositions.yaml"))
    spec = study / "sdtm" / "ig.yaml"
    right, wrong = "study_day(IGDTC, DM.RFSTDTC)", "study_day(IGDTC, DM.RFICDTC)"
    assert right in spec.read_text("utf-8")
    spec.write_text(spec.read_text("utf-8").replace(right, wrong), "utf-8")
    build_package(study, folder / "package")
    return folder / "package"


@pytest.fixture(scope="module")
def checked(wrong_melasma: Path) -> Iterator[Checked]:
    with check_folder(wrong_melasma, rules=[DAY]) as found:
        yield found


def line_at(place: str) -> str:
    path, _, line = place.rpartition(":")
    return " ".join(Path(path).read_text("utf-8").splitlines()[int(line) - 1].split())


def test_thousands_of_findings_of_one_wrong_mapping_are_one_cause_at_its_line(checked: Checked) -> None:
    [cause] = checked.causes
    assert (cause.dataset, cause.variables, cause.rules, cause.severity) == ("IG", ("IGDY",), (DAY,), Severity.ERROR)
    assert cause.count == 6864
    assert line_at(cause.place) == "IGDY: study_day(IGDTC, DM.RFICDTC)"
    assert cause.message == "IGDY is 11, and 2025-07-11 is day 1 from 2025-07-11T13:25"


def test_the_raw_record_behind_the_first_finding_is_the_one_that_was_collected(checked: Checked) -> None:
    """The first finding is of a subject and a visit, the record of the form has both."""
    [cause] = checked.causes
    file, _, number = cause.raw.partition(", record ")
    row = (ROOT / "specs" / "melasma" / "raw" / file).read_text("utf-8").splitlines()[int(number)]
    found = checked.data.con.execute(
        "SELECT d.USUBJID, d.VISIT, d.IGDTC FROM meta.findings f JOIN data.IG d ON d._record = f.record ORDER BY f.record LIMIT 1"
    ).fetchall()
    subject, visit, date = found[0]
    assert file == "visia.csv" and date == "2025-07-11"
    assert subject.rpartition("-")[2] in row and visit.lower() in row.lower() and "11-JUL-2025" in row.upper()


def test_the_raw_record_behind_any_finding_can_be_asked_for(checked: Checked) -> None:
    last = checked.data.con.execute("SELECT max(record) FROM meta.findings").fetchall()[0][0]
    assert checked.raw_of("IG", last, ["IGDY", "IGDTC"]).startswith("visia.csv, record ")
    assert checked.raw_of("IG", last) == checked.raw_of("IG", last, ["IGDY", "IGDTC"])


@pytest.mark.skipif(not (ROOT.parent / "shared" / "core-rules").is_dir(), reason="CDISC's open rules are not in ../shared")
def test_rules_of_others_that_object_to_the_same_line_belong_to_the_same_cause(build: Build) -> None:
    package = build({"sdtm/ae.yaml": {"(AESTDTC, DM.RFSTDTC)": "(AESTDTC, DM.RFENDTC)"}})
    rules = ["start_day_counts_from_reference_start", "CORE-000552"]
    with check_folder(package, core_rules=ROOT.parent / "shared" / "core-rules", rules=rules) as checked:
        [cause] = checked.causes
    assert cause.rules == ("CORE-000552", "start_day_counts_from_reference_start")
    assert (cause.variables, cause.count) == (("AESTDY",), 2)


def test_a_finding_is_about_what_is_made_from_the_others(build: Build) -> None:
    """AESTDY of AESTDTC and AESTDY; AEENDTC and AESTDTC are both collected, so it is about both."""
    early = {"raw/ae.csv": {"08-MAR-2024": "06-MAR-2024"}, "sdtm/ae.yaml": {"(AESTDTC, DM.RFSTDTC)": "(AESTDTC, DM.RFENDTC)"}}
    with check_folder(build(early), rules=["start_day_counts_from_reference_start", "start_is_not_after_end"]) as checked:
        told = [(cause.variables, line_at(cause.place), cause.raw) for cause in checked.causes]
    assert told == [
        (("AESTDTC", "AEENDTC"), "AESTDTC: iso8601(ae.AESTDAT)", "ae.csv, record 1"),
        (("AESTDY",), "AESTDY: study_day(AESTDTC, DM.RFENDTC)", "ae.csv, record 1"),
    ]


def test_a_finding_is_not_about_what_only_names_the_record(build: Build) -> None:
    """AETERM is the topic of AE: a rule that shows it beside AESEV is about the severity."""
    rule = NO_SEVERE_ERYTHEMA.format(about="AETERM, AESEV")
    with check_folder(build(files={"rules/erythema_is_never_severe/rule.yaml": rule}), rules=["erythema_is_never_severe"]) as checked:
        assert [(cause.variables, line_at(cause.place)) for cause in checked.causes] == [(("AESEV",), "AESEV: ct(ae.AESEV)")]


def test_without_a_trail_two_rules_on_the_same_variables_are_two_causes(build: Build) -> None:
    """Nothing tells that they object to the same."""
    rules = {f"rules/{name}/rule.yaml": NO_SEVERE_ERYTHEMA.format(about="AESEV") for name in ("one_rule", "another_rule")}
    package = build(files=rules)
    with check_folder(package, rules=["one_rule", "another_rule"]) as checked:
        assert [cause.rules for cause in checked.causes] == [("another_rule", "one_rule")]
    with check_folder(package / "m5", study=package.parent / "study", rules=["one_rule", "another_rule"]) as checked:
        assert [cause.rules for cause in checked.causes] == [("another_rule",), ("one_rule",)]


def test_each_source_of_records_is_a_cause_of_its_own(build: Build) -> None:
    """Of two forms with medications, that of rescue has another mapping of the end; only it is wrong."""
    two = """
dataset: CM
records:
  - from: ae
    where: ae.AEYN = 'Y'
    set:
      CMTRT:   'PARACETAMOL'
      CMSTDTC: iso8601(ae.AESTDAT)
  - from: ex
    set:
      CMTRT:   'RESCUE'
      CMSTDTC: ex.EXSTDAT
order: CMSTDTC, CMTRT
"""
    with check_folder(build(files={"sdtm/cm.yaml": two}), rules=["date_is_written_in_iso_8601"]) as checked:
        [cause] = checked.causes
    assert (cause.count, line_at(cause.place)) == (4, "CMSTDTC: ex.EXSTDAT")
    assert cause.raw.startswith("ex.csv, record ")


def test_each_value_that_is_in_no_code_list_is_a_cause(build: Build) -> None:
    rule = """
holds: Units are terms of their code list.
each: value
where: variable = 'VSORRESU'
condition: known
message: "{value} is no term"
fix: none, this is a rule of a test
source: a test
"""
    units = {"sdtm/vs.yaml": {"| mmHg": "| millimetres of mercury", "| beats/min": "| beats a minute"}}
    with check_folder(build(units, {"rules/units_are_terms/rule.yaml": rule}), rules=["units_are_terms"]) as checked:
        told = [(cause.count, cause.variables, cause.message) for cause in checked.causes]
    assert told == [
        (4, ("VSORRESU",), "millimetres of mercury is no term"),
        (3, ("VSORRESU",), "beats a minute is no term"),
    ]


def test_variables_that_a_dataset_lacks_are_one_cause_at_its_spec(build: Build) -> None:
    with check_folder(build(), rules=["expected_variable_is_there"]) as checked:
        [cause] = [cause for cause in checked.causes if cause.dataset == "AE"]
    assert cause.count == len(cause.variables) > 10 and {"AEACN", "AESOC"} <= set(cause.variables)
    assert line_at(cause.place) == "dataset: AE"


def test_without_a_trail_findings_are_grouped_by_dataset_variables_and_rule(wrong_melasma: Path) -> None:
    sdtm = next(wrong_melasma.rglob("tabulations/sdtm"))
    with check_folder(sdtm, rules=[DAY]) as checked:
        [cause] = checked.causes
    assert (cause.variables, cause.place, cause.raw, cause.count) == (("IGDTC", "IGDY"), "", "", 6864)


def test_every_finding_has_its_cause_and_their_counts_agree(checked: Checked) -> None:
    rows = checked.data.con.execute("SELECT cause, count(*) FROM meta.findings GROUP BY 1 ORDER BY 1").fetchall()
    assert rows == [(cause.id, cause.count) for cause in checked.causes]
