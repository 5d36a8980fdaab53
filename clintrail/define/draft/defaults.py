"""What a spec leaves unsaid of a define: facts that follow from others, and are written only where a document has them otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from clintrail.define.model import Standard

Kind = Literal["sdtm", "adam"]
KINDS: tuple[Kind, ...] = ("sdtm", "adam")
PURPOSES: Mapping[Kind, Literal["Tabulation", "Analysis"]] = {"sdtm": "Tabulation", "adam": "Analysis"}
GUIDES: Mapping[Kind, str] = {"sdtm": "SDTMIG", "adam": "ADaMIG"}
_NAMES: Mapping[Kind, str] = {"sdtm": "Tabulation Data Definitions", "adam": "Analysis Data Definitions"}
# A study that does not state when it was made was made then: no output depends on the clock.
NO_DATE = "1960-01-01T00:00:00"
# The data type of a variable that a faulty define refers to and does not define.
NO_TYPE = "none"
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_FIRST = {"ADSL": 0, "DM": 0}


def define_facts(study_name: str, kind: Kind) -> dict[str, str]:
    """What a define says of itself where the spec does not, by the names of `DEFINE_FACTS`."""
    return {
        "oid": f"ST.{study_name}", "name": _NAMES[kind], "description": "", "comment": "", "originator": "", "source_system": "",
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


def guide(standards: Iterable[Standard]) -> Standard | None:
    """The implementation guide that a dataset follows, unless it says another: the first."""
    return next((standard for standard in standards if standard.type == "IG"), None)


def usual_order(names: Iterable[str]) -> list[str]:
    """The order of datasets where none is stated: DM or ADSL first, as reviewers expect, else by name."""
    return sorted(names, key=lambda name: (_FIRST.get(name, 1), name))


def domain(name: str, kind: Kind) -> str:
    """SUPPAE holds more of domain AE; split datasets (QSPH) are of the domain that their first letters name."""
    if kind == "adam":
        return ""
    if name.startswith("SUPP"):
        return name[4:6]
    return name if name.startswith(("REL", "POOL")) else name[:2]


def file(name: str, has_no_data: bool) -> str:
    """The file of a dataset beside define.xml; none without data."""
    return "" if has_no_data else f"{name.lower()}.xpt"


def display_id(name: str) -> str:
    """The id of a display, or of a result of it, by its name."""
    return _UNFIT.sub("-", name)


def method_name(dataset: str, variable: str) -> str:
    """The name of a method that a variable states in words of its own."""
    return f"Algorithm to derive {dataset}.{variable}"
