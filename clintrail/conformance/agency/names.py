"""Rules for names of datasets and variables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from clintrail.conformance.agency.facts import DatasetFacts, VariableFacts
from clintrail.conformance.agency.rule import Found

_DATASET = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_DEVICES = re.compile(r"CON|PRN|AUX|NUL|(COM|LPT)[1-9]", re.IGNORECASE)


def dataset_name_is_valid(dataset: DatasetFacts, limit: int) -> Iterator[Found]:
    """A name that is blank, too long, or of other characters."""
    if what := _fault(dataset.name, _DATASET, limit, "letters, digits and underscores"):
        yield Found({"what": what})


def dataset_name_has_no_underscore(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """An underscore in a name that is valid otherwise."""
    if _DATASET.fullmatch(dataset.name) and "_" in dataset.name:
        yield Found()


def dataset_name_is_not_reserved(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """The name of a device."""
    if _DEVICES.fullmatch(dataset.name):
        yield Found()


def variable_name_is_valid(variable: VariableFacts, limit: int) -> Iterator[Found]:
    """A name that is blank, too long, or of other characters."""
    if what := _fault(variable.name, _VARIABLE, limit, "capital letters, digits and underscores"):
        yield Found({"what": what}, variable.name)


def variable_name_has_no_underscore(variable: VariableFacts, _: int) -> Iterator[Found]:
    """An underscore in a name that is valid otherwise."""
    if _VARIABLE.fullmatch(variable.name) and "_" in variable.name:
        yield Found(subject=variable.name)


def variable_names_are_different(dataset: DatasetFacts, _: int) -> Iterator[Found]:
    """One name for several variables."""
    for name, count in Counter(variable.name.upper() for variable in dataset.variables).items():
        if count > 1:
            yield Found({"count": count, "name": name}, name)


def _fault(name: str, pattern: re.Pattern[str], limit: int, allowed: str) -> str:
    """What a name is that it must not be: `10 bytes long`; blank if nothing."""
    if not name:
        return "blank"
    if len(name) > limit:
        return f"{len(name)} bytes long"
    if pattern.fullmatch(name):
        return ""
    return f"of other characters than {allowed}" if name[0].isalpha() else "one that starts with no letter"
