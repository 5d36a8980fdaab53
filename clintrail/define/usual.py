"""What is usual in a define: facts that follow from others, for whoever builds, drafts, reads or writes one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from clintrail.define.model import Standard

Kind = Literal["sdtm", "adam"]
KINDS: tuple[Kind, ...] = ("sdtm", "adam")
PURPOSES: Mapping[Kind, Literal["Tabulation", "Analysis"]] = {"sdtm": "Tabulation", "adam": "Analysis"}
GUIDES: Mapping[Kind, str] = {"sdtm": "SDTMIG", "adam": "ADaMIG"}
NAMES: Mapping[Kind, str] = {"sdtm": "Tabulation Data Definitions", "adam": "Analysis Data Definitions"}
# A study that does not state when it was made was made then: no output depends on the clock.
NO_DATE = "1960-01-01T00:00:00"
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_FIRST = {"ADSL": 0, "DM": 0}


def guide(standards: Iterable[Standard]) -> Standard | None:
    """The implementation guide that a dataset follows, unless it says another: the first."""
    return next((standard for standard in standards if standard.type == "IG"), None)


def order(names: Iterable[str]) -> list[str]:
    """The order of datasets where none is stated: DM or ADSL first, as reviewers expect, else by name."""
    return sorted(names, key=lambda name: (_FIRST.get(name, 1), name))


def domain(name: str, purpose: str) -> str:
    """SUPPAE holds more of domain AE; split datasets (QSPH) are of the domain that their first letters name. ADaM has no domains."""
    if purpose != "Tabulation":
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


def is_yes(stated: str | None, otherwise: bool = False) -> bool:
    """Whether a spec says yes; what holds otherwise where it says nothing."""
    return otherwise if stated is None else stated.lower() == "yes"
