"""Every rule of `define_xml/rules` by its own examples, which depend on its condition."""

from __future__ import annotations

import pytest
from own_examples import faults, rules_of

from clintrail.conformance.rules import Rule


@pytest.mark.parametrize("rule", rules_of("define_xml"), ids=lambda rule: rule.name)
def test_a_rule_does_in_its_examples_what_it_says_and_each_part_of_it_matters(rule: Rule) -> None:
    assert faults(rule) == []
