"""What is told of a rule of CDISC beside its findings."""

from __future__ import annotations

import re

from clintrail.conformance.core.rule import CoreRule, Reference
from clintrail.conformance.facts import RuleFacts
from clintrail.errors import Severity

_OURS = "SDTMIG"


def facts_of_core(rule: CoreRule) -> RuleFacts:
    """A rule's facts: the numbers that it has in CDISC's and FDA's lists for SDTMIG, and the place in the newest guide that it cites.

    A finding of a rule that CDISC calls only partially executable is a warning, since a person has to decide.
    """
    for_guide = [r for r in rule.references if r.standard == _OURS]
    numbers = tuple(dict.fromkeys(r.id for r in for_guide if r.id))
    severity = Severity.ERROR if rule.executability == "Fully Executable" else Severity.WARNING
    return RuleFacts(rule.id, " ".join(rule.description.split()), severity, numbers, _source(for_guide), "", "CDISC")


def _source(references: list[Reference]) -> str:
    newest = max(references, key=_version, default=None)
    if newest is None:
        return ""
    named = re.sub(r"^IG v", f"{_OURS} ", newest.document) or f"{_OURS} {newest.version}"
    return f"{named}, section {newest.section}" if newest.section else named


def _version(reference: Reference) -> tuple[bool, list[int]]:
    return bool(reference.document), [int(part) for part in re.findall(r"\d+", reference.version)]
