"""Rules for what the datasets of a study have in common. Supplemental qualifiers (SUPP--) have lengths of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from clintrail.conformance.agency.facts import FileFacts, VariableFacts
from clintrail.conformance.agency.rule import Found


class _Held(NamedTuple):
    """A variable with the file and the dataset that hold it."""

    path: str
    dataset: str
    variable: VariableFacts


def length_is_that_of_the_data(files: Sequence[FileFacts], _: int) -> Iterator[Found]:
    """Lengths greater than the longest value of the study."""
    for group in _texts(files):
        longest = max(1, _longest(group).variable.longest)
        for held in group:
            length = held.variable.described.length or 0
            if length > longest:
                yield Found({"length": length, "longest": longest}, held.variable.name, held.path)


def length_is_the_same_everywhere(files: Sequence[FileFacts], _: int) -> Iterator[Found]:
    """Lengths smaller than the longest value of another dataset."""
    for group in _texts(files):
        greatest = _longest(group)
        for held in group:
            length = held.variable.described.length or 0
            if length < greatest.variable.longest:
                words = {"length": length, "longest": greatest.variable.longest, "where": greatest.dataset}
                yield Found(words, held.variable.name, held.path)


def type_is_the_same_everywhere(files: Sequence[FileFacts], _: int) -> Iterator[Found]:
    """Types that differ from that of the first dataset with the variable."""
    for first, held in _pairs(files):
        if held.variable.described.type != first.variable.described.type:
            words = {"type": held.variable.described.type, "where": first.dataset, "other": first.variable.described.type}
            yield Found(words, held.variable.name, held.path)


def label_is_the_same_everywhere(files: Sequence[FileFacts], _: int) -> Iterator[Found]:
    """Labels that differ from that of the first dataset with the variable."""
    for first, held in _pairs(files):
        if held.variable.described.label != first.variable.described.label:
            yield Found({"where": first.dataset}, held.variable.name, held.path)


def _pairs(files: Sequence[FileFacts]) -> Iterator[tuple[_Held, _Held]]:
    """Each variable with the first of its name in another dataset."""
    for first, *others in _by_name(files):
        yield from ((first, held) for held in others if (held.path, held.dataset) != (first.path, first.dataset))


def _by_name(files: Sequence[FileFacts]) -> list[list[_Held]]:
    """The variables of all datasets, those of one name together, in the order of the files; those of SUPP-- by dataset."""
    groups: dict[tuple[str, str], list[_Held]] = defaultdict(list)
    for file in files:
        for dataset in file.datasets:
            own = dataset.name if dataset.is_supplemental else ""
            for variable in dataset.variables:
                groups[own, variable.name.upper()].append(_Held(str(file.path), dataset.name, variable))
    return list(groups.values())


def _texts(files: Sequence[FileFacts]) -> Iterator[list[_Held]]:
    for group in _by_name(files):
        if texts := [held for held in group if held.variable.is_text]:
            yield texts


def _longest(group: Sequence[_Held]) -> _Held:
    return max(group, key=lambda held: held.variable.longest)
