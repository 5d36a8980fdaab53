"""CDISC's public cases of its rules, the second half by number; each that differs is explained in docs/core-differences.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from core_cases import PUBLISHED, Summary, explained, summary

from clintrail.conformance.core import compile_core, read_core_rules
from clintrail.conformance.data import read_example
from clintrail.conformance.run import run_queries
from clintrail.standards import sdtm_dataset, sdtm_dataset_names
from clintrail.terminology import load_codelists

MIDDLE = "CORE-000236"

pytestmark = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="CDISC's public rules are not at ../shared/core-rules")


def test_every_rule_without_cases_runs_on_a_study_that_has_all_that_the_guide_knows(tmp_path: Path) -> None:
    rules = [rule for rule in read_core_rules(PUBLISHED) if not any((PUBLISHED / rule.id).glob("*/*/data"))]
    for name in sdtm_dataset_names():
        names = [v.name for v in sdtm_dataset(name).variables]  # type: ignore[union-attr]
        row = [name if n in ("DOMAIN", "RDOMAIN") else "1" for n in names]
        shown = "SUPPAE" if name == "SUPPQUAL" else name
        (tmp_path / f"{shown.lower()}.csv").write_text(f"{','.join(names)}\n{','.join(row)}\n".replace("SUPPQUAL", "AE"), "utf-8")
    data = read_example(tmp_path, terminology=load_codelists(None))
    ran = run_queries(data, compile_core(rules, data))
    data.con.close()
    assert len(rules) == 148
    assert [one for one in ran.skipped if not one.expected] == []


def test_the_other_half_of_the_cases_are_as_published_but_for_those_explained() -> None:
    rules = tuple(rule for rule in read_core_rules(PUBLISHED) if rule.id >= MIDDLE)
    differing = tuple(case for case in explained() if case.split()[0] >= MIDDLE)
    assert summary(rules, load_codelists(None)) == Summary(255, 250, 242, 239, differing)
