"""Dispositions: which findings they explain, when they no longer fit, and what goes to the reviewer's guide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clintrail.conformance.check import Checked, check_folder
from clintrail.errors import Problems, Severity

Build = Callable[..., Path]
RULE, MISMATCH = "coded_term_is_in_small_letters", "dispositions_explain_findings"
STUDYS_RULE = """
holds: The coded term is in small letters.
scope: {domain: [AE]}
condition: AEDECOD = lower(AEDECOD)
message: AEDECOD is {AEDECOD}
fix: none, this is a rule of a test
source: a test
"""
# the rule finds three records, of subjects 7001 (two) and 7003


@pytest.fixture(scope="module")
def package(build: Build) -> Path:
    """The good study and its package, with a rule of the study's own."""
    return build(files={f"rules/{RULE}/rule.yaml": STUDYS_RULE})


@contextmanager
def explained_by(package: Path, text: str, *rules: str) -> Iterator[Checked]:
    """The package checked by its study's rule (or others) with these dispositions."""
    (package.parent / "study" / "dispositions.yaml").write_text(text, "utf-8")
    with check_folder(package, rules=rules or [RULE]) as checked:
        yield checked


def told(checked: Checked) -> list[tuple[object, ...]]:
    """Record and disposition of the findings of the rule, and the messages of others."""
    sql = f"SELECT record, disposition FROM meta.findings WHERE rule = '{RULE}' ORDER BY ALL"
    others = f"SELECT rule, message FROM meta.findings WHERE rule <> '{RULE}' ORDER BY ALL"
    return [*checked.data.con.execute(sql).fetchall(), *checked.data.con.execute(others).fetchall()]


def test_findings_of_a_rule_are_explained(package: Path) -> None:
    with explained_by(package, f"- rule: {RULE}\n  explanation: MedDRA begins terms with a capital.\n") as checked:
        assert told(checked) == [(1, 1), (2, 1), (3, 1)]
        assert [(cause.count, cause.explained, cause.open) for cause in checked.causes] == [(3, 3, 0)]
        assert checked.dispositions[0].found == 3


def test_a_condition_says_on_which_records(package: Path) -> None:
    entry = f"- rule: {RULE}\n  dataset: AE\n  where: USUBJID = 'GOOD-01-7003'\n  explanation: The site writes so.\n"
    with explained_by(package, entry) as checked:
        assert told(checked) == [(1, None), (2, None), (3, 1)]
        assert [(cause.count, cause.explained) for cause in checked.causes] == [(3, 1)]


def test_a_condition_may_use_the_functions_and_the_names_of_the_language(package: Path) -> None:
    entry = f"- rule: {RULE}\n  where: --SEQ = 1 and DM.SEX = 'F' and is_severe(AESEV)\n  explanation: As agreed.\n"
    with explained_by(package, entry) as checked:
        assert told(checked) == [(1, None), (2, None), (3, 1)]


def test_the_first_disposition_that_fits_explains_a_finding(package: Path) -> None:
    entries = (
        f"- rule: {RULE}\n  where: AESEQ = 2\n  explanation: This one is meant.\n"
        f"- rule: {RULE}\n  variable: AEDECOD\n  explanation: The others, too.\n"
    )
    with explained_by(package, entries) as checked:
        assert told(checked) == [(1, 2), (2, 1), (3, 2)]


def test_one_that_explains_nothing_is_a_finding(package: Path) -> None:
    entry = f"\n- rule: {RULE}\n  dataset: AE\n  where: AESEQ = 7\n  explanation: It was so once.\n"
    with explained_by(package, entry) as checked:
        assert (MISMATCH, f"it explains no findings: {RULE} found none") in told(checked)
        [cause] = [cause for cause in checked.causes if cause.rules == (MISMATCH,)]
        assert cause.place == f"{(package.parent / 'study').as_posix()}/dispositions.yaml:2"
        assert cause.severity == Severity.WARNING


def test_where_more_are_found_than_it_says_nobody_looked_at_some_and_it_explains_none(package: Path) -> None:
    with explained_by(package, f"- rule: {RULE}\n  count: 2\n  explanation: Two of them are meant.\n") as checked:
        assert told(checked) == [
            (1, None), (2, None), (3, None),
            (MISMATCH, f"it explains 2 findings of {RULE}, and there are 3, so it explains none of them"),
        ]  # fmt: skip


def test_where_fewer_are_found_they_stay_explained_and_it_is_a_finding(package: Path) -> None:
    with explained_by(package, f"- rule: {RULE}\n  count: 4\n  explanation: Four of them are meant.\n") as checked:
        assert told(checked) == [(1, 1), (2, 1), (3, 1), (MISMATCH, f"it explains 4 findings of {RULE}, and there are 3")]


def test_what_was_not_checked_is_not_judged(package: Path) -> None:
    """Rules of CDISC that are not run here, and a rule that is not asked for."""
    entries = f"- rule: CORE-000001, CG0019\n  explanation: x\n- rule: {RULE}\n  count: 9\n  explanation: y\n"
    with explained_by(package, entries, "start_is_not_after_end") as checked:
        assert told(checked) == []


def test_the_reviewers_guide_gets_each_rule_and_dataset_with_the_reason(package: Path) -> None:
    entries = f"- rule: {RULE}\n  explanation: >-\n    MedDRA begins terms\n    with a capital.\n  by: J. Doe\n  date: 2026-03-01\n"
    with explained_by(package, entries) as checked:
        [row] = checked.explained()
        assert (row.rule, row.dataset, row.count, row.severity) == (RULE, "AE", 3, Severity.ERROR)
        assert (row.holds, row.explanation) == ("The coded term is in small letters.", "MedDRA begins terms with a capital.")
        assert (row.by, row.date) == ("J. Doe", "2026-03-01")


def test_all_faults_of_the_file_are_told(package: Path) -> None:
    faulty = (
        "- rules: x\n  explanation: y\n"
        "- rule: coded_term_is_in_small_leters\n  count: many\n"
    )  # fmt: skip
    with pytest.raises(Problems) as error, explained_by(package, faulty):
        pass
    shown = f"{(package.parent / 'study').as_posix()}/dispositions.yaml"
    assert [(str(p.place).removeprefix(shown), p.problem) for p in error.value.problems] == [
        (":1", "no key named rules"),
        (":1", "no rule"),
        (":3", "'many' is no number of findings"),
        (":3", "no explanation"),
    ]
