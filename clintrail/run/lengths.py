"""One length for each text variable, over all datasets of the study in which its name occurs.

Source: FDA Study Data Technical Conformance Guide, "Dataset Column Length": the longest value of the variable in all datasets of
the study; for supplemental qualifiers, that of the dataset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Place, Problem, Severity, did_you_mean
from clintrail.run.datasets import BuiltDataset, BuiltVariable
from clintrail.run.load import RawData
from clintrail.spec.model import StudySpec


@dataclass(frozen=True)
class NameLength:
    """The length of a text variable, in bytes, and where it comes from.

    `stated` is what the study states for the name (0: nothing); `longest` the longest value in each dataset, `inputs` in each
    dataset that is read and not built.
    """

    name: str
    length: int
    stated: int
    longest: Mapping[str, int]
    inputs: Mapping[str, int]


def is_supplemental(dataset: str) -> bool:
    """Whether a dataset holds supplemental qualifiers, whose lengths are its own."""
    return dataset.startswith("SUPP")


def stated_length(study: StudySpec, dataset: BuiltDataset, variable: BuiltVariable) -> int:
    """The length that the spec states for a variable, in its dataset or for the study; 0 where it states none."""
    everywhere = 0 if is_supplemental(dataset.name) else study.lengths.get(variable.name, 0)
    return _own(variable) or everywhere


def name_lengths(study: StudySpec, datasets: Mapping[str, BuiltDataset], raw: Mapping[str, RawData]) -> dict[str, NameLength]:
    """The length of each text variable by name, supplemental qualifiers apart.

    It is that of `lengths:` in study.yaml; else the longest value, or the greatest length that a dataset states of its own.
    """
    longest: dict[str, dict[str, int]] = {}
    needed: dict[str, int] = {}
    for dataset, variable in _text_variables(datasets):
        longest.setdefault(variable.name, {})[dataset.name] = variable.longest
        needed[variable.name] = max(needed.get(variable.name, 1), _own(variable) or variable.longest)
    inputs = _longest_of_inputs(study, raw, longest)
    found = {}
    for name, values in longest.items():
        stated, read = study.lengths.get(name, 0), inputs.get(name, {})
        found[name] = NameLength(name, stated or max(needed[name], *read.values(), 1), stated, values, read)
    return found


def with_one_length(study: StudySpec, datasets: Mapping[str, BuiltDataset], raw: Mapping[str, RawData]) -> dict[str, BuiltDataset]:
    """The datasets with the lengths of `name_lengths`; a length that a dataset states of its own stays what it is."""
    lengths = name_lengths(study, datasets, raw)

    def levelled(variable: BuiltVariable) -> BuiltVariable:
        is_free = variable.type == "Char" and not _own(variable)
        return replace(variable, length=lengths[variable.name].length) if is_free else variable

    return {
        name: dataset if is_supplemental(name) else replace(dataset, variables=tuple(map(levelled, dataset.variables)))
        for name, dataset in datasets.items()
    }


def check_lengths(study: StudySpec, datasets: Mapping[str, BuiltDataset]) -> Iterator[Problem]:
    """Variables with more than one length, because a dataset states another; and lengths of variables that no dataset has."""
    by_name: dict[str, dict[str, BuiltVariable]] = {}
    for dataset, variable in _text_variables(datasets):
        by_name.setdefault(variable.name, {})[dataset.name] = variable
    for name, variables in by_name.items():
        most = max(variables.values(), key=lambda v: v.length).length
        shorter = [other for other, v in variables.items() if v.length != most]
        if shorter and not any(v.longest > v.length for v in variables.values()):  # that is told of the values
            first, longer = variables[shorter[0]], next(other for other, v in variables.items() if v.length == most)
            what = f"{first.length} bytes long in {', '.join(shorter)}, but {most} in {longer}"
            fix = f"take the stated length out, or state one for the study: lengths: {{{name}: {most}}} in study.yaml"
            yield Problem(first.place, f"{shorter[0]}.{name}", what, fix, Severity.WARNING)
    for name in study.lengths:
        if name not in by_name:
            fix = did_you_mean(name, by_name, "take it out of lengths")
            place = study.places.get("lengths", Place())
            yield Problem(place, name, "a length is stated, but no dataset has this text variable", fix, Severity.WARNING)


def _text_variables(datasets: Mapping[str, BuiltDataset]) -> Iterator[tuple[BuiltDataset, BuiltVariable]]:
    for dataset in datasets.values():
        for variable in dataset.variables if not is_supplemental(dataset.name) else ():
            if variable.type == "Char":
                yield dataset, variable


def _own(variable: BuiltVariable) -> int:
    """The length that the spec states for the variable of one dataset; 0 for none."""
    return int(variable.attributes.get("length", 0))


def _longest_of_inputs(study: StudySpec, raw: Mapping[str, RawData], names: Mapping[str, object]) -> dict[str, dict[str, int]]:
    """The longest values of these variables in the datasets that the study reads as its SDTM."""
    found: dict[str, dict[str, int]] = {}
    for dataset, data in raw.items():
        if dataset in study.forms or is_supplemental(dataset):
            continue
        for name in (column for column in data.file.columns if column in names):
            values = data.table[name]
            if pa.types.is_string(values.type):
                found.setdefault(name, {})[dataset] = pc.max(pc.binary_length(pc.utf8_rtrim(values, characters=" "))).as_py() or 0
    return found
