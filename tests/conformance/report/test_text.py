"""What the terminal shows: the causes from the worst on, each with its place, rule and fix."""

from __future__ import annotations

from drawn_check import drawn_check, large_check

from clintrail.conformance.report import as_text
from clintrail.conformance.report.summary import has_unexplained
from clintrail.errors import Severity


def test_a_cause_tells_where_what_by_which_rule_and_what_to_do() -> None:
    assert (
        as_text(drawn_check(), Severity.ERROR)
        == """\
out/x
2 datasets, 2,400 records; 3 rules ran, 1 is not for such data, 1 could not be checked

specs/x/sdtm/ae.yaml:14  AE.AESTDY, AESTDTC  3 findings, 1 of them explained
  problem: AESTDY is 0, and 2024-03-10 is day 1  (from ae.csv, record 7)
  rule:    study_day_counts_from_reference_start (CG0220, CG0221)
  fix:     derive AESTDY by study_day(AESTDTC, DM.RFSTDTC)

could not be checked:
  CORE-000123 on AE, CM: no function named is_term

2 errors (1 cause), 1 warning (1 cause, --all lists them), 0 notes; 2 findings explained"""
    )


def test_values_never_steer_the_terminal() -> None:
    text = as_text(drawn_check())
    assert "\x1b" not in text and "\\x1b[31m" in text


def test_all_lists_explained_findings_with_their_explanation() -> None:
    assert "explained: study  1 finding\n  problem: site 7 is not in the protocol" not in as_text(drawn_check())
    text = as_text(drawn_check(), every=True)
    assert "explained: study  1 finding\n  problem: site 7 is not in the protocol" in text
    assert "specs/x/dispositions.yaml:3" in text and "sites_are_known  explains 2 findings\n  The site said so." in text


def test_of_many_causes_the_largest_are_listed_and_the_others_counted() -> None:
    checked = large_check(2_000)
    text = as_text(checked)
    assert text.count("problem:") == 20
    assert "and 12 more causes of " in text
    assert as_text(checked, every=True).count("problem:") == len(checked.causes)
    assert text.endswith("1,000 errors (22 causes), 1,000 warnings (22 causes), 0 notes")


def test_only_what_nothing_explains_counts() -> None:
    checked = drawn_check()
    checked.data.con.execute("DELETE FROM meta.findings WHERE disposition IS NULL AND rule NOT LIKE 'CORE%'")
    assert not has_unexplained(checked, Severity.ERROR)
    assert has_unexplained(checked, Severity.WARNING)
