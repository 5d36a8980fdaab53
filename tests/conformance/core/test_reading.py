"""Rule files of CDISC's kind become rules; what they lack is told, all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from core_drawn import rule_text

from clintrail.conformance.core import facts_of_core, read_core_rules
from clintrail.conformance.core.rule import All, Comparison, CoreRule
from clintrail.errors import Problems, Severity

AUTHORITIES = """
- Organization: CDISC
  Standards:
    - Name: SDTMIG
      Version: "3.3"
      References: [{Rule Identifier: {Id: CG0001}, Citations: [{Document: IG v3.3, Section: "6.1"}]}]
    - Name: SDTMIG
      Version: "3.4"
      References: [{Rule Identifier: {Id: CG0001}, Citations: [{Document: IG v3.4, Section: "6.2"}]}]
    - Name: SENDIG
      Version: "3.1"
      References: [{Rule Identifier: {Id: SEND121}}]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "CORE-999999").mkdir()
    (folder / "CORE-999999" / "rule.yml").write_text(text, "utf-8")
    return folder


def read(folder: Path, text: str) -> CoreRule:
    return read_core_rules(written(folder, text))[0]


def test_values_have_the_types_that_yaml_gives_them(tmp_path: Path) -> None:
    rule = read(tmp_path, rule_text("all: [{name: A, operator: is_contained_by, value: [Y, 1, '1', true], prefix: 2}]"))
    assert isinstance(rule.check, All) and isinstance(rule.check.parts[0], Comparison)
    assert rule.check.parts[0].value == ("Y", 1, "1", True)
    assert rule.check.parts[0].number("prefix") == 2


def test_facts_are_the_numbers_of_the_guide_and_the_place_in_the_newest(tmp_path: Path) -> None:
    facts = facts_of_core(read(tmp_path, rule_text("all: [{name: A, operator: empty}]", Authorities=AUTHORITIES)))
    assert (facts.id, facts.holds, facts.origin, facts.severity) == ("CORE-999999", "What must hold.", "CDISC", Severity.ERROR)
    assert facts.stands_for == ("CG0001",)
    assert facts.source == "SDTMIG 3.4, section 6.2"


def test_what_a_person_has_to_decide_is_a_warning(tmp_path: Path) -> None:
    text = rule_text("all: [{name: A, operator: empty}]").replace("Fully Executable", "Partially Executable - Possible Overreporting")
    assert facts_of_core(read(tmp_path, text)).severity == Severity.WARNING


def test_all_that_is_missing_is_told_with_its_line(tmp_path: Path) -> None:
    text = rule_text("all: [{name: A}]").replace("Rule Type: Record Data\n", "")
    with pytest.raises(Problems) as raised:
        read(tmp_path, text)
    told = [(p.place.line, p.problem) for p in raised.value.problems]
    assert [problem for _, problem in told] == ["no Rule Type", "no operator"]
    assert all(line for line, _ in told)


def test_a_folder_without_rules_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="there are no rules here"):
        read_core_rules(tmp_path)
