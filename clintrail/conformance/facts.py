"""What is told of a rule beside its findings, whoever's rule it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clintrail.conformance.rules.rule import Rule
from clintrail.errors import Severity

Origin = Literal["clintrail", "study", "CDISC", "agency", "define"]


@dataclass(frozen=True)
class RuleFacts:
    """A rule: its id, what must hold, how bad a finding is, the published identifiers it stands for, who says so, and what to do."""

    id: str
    holds: str
    severity: Severity
    stands_for: tuple[str, ...]
    source: str
    fix: str
    origin: Origin


def facts_of(rule: Rule) -> RuleFacts:
    """What is told of one of our rules, or of a study's."""
    origin: Origin = "study" if rule.kind == "study" else "clintrail"
    return RuleFacts(rule.name, rule.holds, rule.severity, rule.stands_for, rule.source, rule.fix, origin)
