"""Small facts of datasets and variables that a define states."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from clintrail.define.built.sites import Part
from clintrail.define.built.value_level import Slice
from clintrail.define.model import Origin, Standard
from clintrail.run.datasets import BuiltDataset, BuiltVariable


def constant_of(parts: Sequence[Part]) -> str:
    """The one value that a rule assigns to every record."""
    texts = {part.text.strip() for part in parts}
    found = re.fullmatch(r"'((?:[^']|'')*)'", texts.pop()) if len(texts) == 1 else None
    return found[1].replace("''", "'") if found else ""


def stated_by_branch(cut: Slice) -> Mapping[str, str]:
    """What the spec says of the one branch that makes these values; nothing where several rules do."""
    return cut.parts[0].attributes if len(cut.parts) == 1 else {}


def why_empty(variable: BuiltVariable, guide: Standard, origins: Sequence[Origin]) -> str:
    """Define-XML asks for a comment where a variable has no data."""
    if variable.name in ("IDVAR", "IDVARVAL"):  # SDTMIG 3.4, section 8.4
        return "Blank: the parent dataset has one record for each subject."
    needed = {"Exp": f"Expected by {guide.name}; ", "Req": f"Required by {guide.name}; "}.get(variable.core, "")
    why = "not collected in this study." if any(origin.type == "Not Available" for origin in origins) else "no record has a value."
    return (needed + why)[0].upper() + (needed + why)[1:]


def default_version(guide: str, datasets: Sequence[BuiltDataset]) -> str:
    """The version of the tables that clintrail built by, where the study names none."""
    found = [d.info.standard.removeprefix(guide).strip() for d in datasets if d.info.standard.startswith(guide)]
    return found[0] if found else ""


def stated_digits(attributes: Mapping[str, str], measured: int | None) -> int | None:
    """The decimals that the spec states, or those of the data; only floats have any."""
    stated = attributes.get("significant_digits", "")
    return int(stated) if measured is not None and stated.isdigit() else measured
