"""What the guides say of a dataset that is checked."""

from __future__ import annotations

from functools import cache

from clintrail.standards import DatasetInfo, adam_dataset, sdtm_dataset

_CLASSES = {
    "SUBJECT LEVEL ANALYSIS DATASET": "ADSL",
    "BASIC DATA STRUCTURE": "BDS",
    "OCCURRENCE DATA STRUCTURE": "OCCDS",
}
_SUBCLASSES = {"TIME-TO-EVENT": "TTE", "ADVERSE EVENT": "AE"}
_EVENTS = frozenset({"AETERM", "CMTRT", "MHTERM", "AEDECOD", "CMDECOD", "MHDECOD"})


@cache
def guide_dataset(kind: str, name: str, domain: str, class_name: str, structure: str) -> DatasetInfo | None:
    """What the guide says of a dataset: SDTM by its name, its domain or its class, ADaM by its structure."""
    if kind == "adam":
        return adam_dataset(structure) if structure else None
    named = name if name.startswith("SUPP") else domain
    found = sdtm_dataset(named)
    if found is None and class_name in ("INTERVENTIONS", "EVENTS", "FINDINGS", "FINDINGS ABOUT"):
        found = sdtm_dataset(named, class_name=class_name)
    return found


def guide_structure(name: str, stated: str, subclass: str, names: frozenset[str]) -> tuple[str, str]:
    """The class and the structure of an ADaM dataset, as define.xml says, else by its name and variables."""
    if stated:
        return stated, _SUBCLASSES.get(subclass, _CLASSES.get(stated, ""))
    if name == "ADSL":
        return "SUBJECT LEVEL ANALYSIS DATASET", "ADSL"
    if "PARAMCD" in names:
        return "BASIC DATA STRUCTURE", "TTE" if {"CNSR", "STARTDT"} <= names else "BDS"
    if names & _EVENTS:
        return "OCCURRENCE DATA STRUCTURE", "AE" if "AETERM" in names else "OCCDS"
    return "ADAM OTHER", ""
