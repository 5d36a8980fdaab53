"""The rules of the studies in `specs/`, each by its own examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_examples import faults

from clintrail.compile.library import library
from clintrail.conformance.rules import Rule, read_rules

SPECS = Path(__file__).resolve().parents[2] / "specs"
RULES = [
    (folder.parent, rule)
    for folder in sorted(SPECS.glob("*/rules"))
    for rule in read_rules(folder, "study", f"specs/{folder.parent.name}/rules")
]


@pytest.mark.parametrize(("study", "rule"), RULES, ids=lambda value: value.name)
def test_a_rule_of_a_study_does_in_its_examples_what_it_says(study: Path, rule: Rule) -> None:
    assert faults(rule, study / "rules" / rule.name, library(study / "functions", "functions")) == []
