"""What a spec leaves unsaid of a define: facts that follow from others, and are written only where a document has them otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clintrail.define.model import Standard
from clintrail.define.usual import GUIDES, NAMES, Kind

# The data type of a variable that a faulty define refers to and does not define.
NO_TYPE = "none"


def define_facts(study_name: str, kind: Kind) -> dict[str, str]:
    """What a define says of itself where the spec does not, by the names of `DEFINE_FACTS`."""
    return {
        "oid": f"ST.{study_name}", "name": NAMES[kind], "description": "", "comment": "", "originator": "", "source_system": "",
        "source_system_version": "", "context": "Submission", "define_version": "2.1.9", "language": "en",
    }  # fmt: skip


def standards(stated: Mapping[str, str], kind: Kind) -> tuple[Standard, ...]:
    """The standards of a define, as they follow from the study's: the guide and the SDTM terminology."""
    guide, terminology = stated.get(GUIDES[kind]), stated.get("terminology")
    found = [Standard(GUIDES[kind], "IG", guide)] if guide else []
    return (*found, *([Standard("CDISC/NCI", "CT", terminology, publishing_set="SDTM")] if terminology else []))


def by_name(standards: Iterable[Standard]) -> dict[str, Standard]:
    """Standards by the names under which datasets and code lists refer to them: `SDTMIG 3.4`, `SDTM 2025-03-28`."""
    found: dict[str, Standard] = {}
    for standard in standards:
        name = f"{standard.publishing_set or standard.name} {standard.version}"
        number = 2
        while found.setdefault(name if number == 2 else f"{name} ({number - 1})", standard) != standard:
            number += 1
    return found


def method_name(dataset: str, variable: str) -> str:
    """The name of a method that a variable states in words of its own."""
    return f"Algorithm to derive {dataset}.{variable}"
