"""What a comparison is asked for and what it finds. The two things compared are A and B throughout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from clintrail.errors import Problem, Severity, counted

Kind = Literal["text", "number", "date", "datetime", "time"]
SIDES = ("A", "B")
EXAMPLES = 5


@dataclass(frozen=True)
class Options:
    """What is compared and how. Names of variables count without case.

    `by` are the keys by which records are paired. Numbers are equal if their difference is at most `absolute`, or at most
    `relative` times the mean of their sizes (METHOD=ABSOLUTE and RELATIVE of PROC COMPARE); 0 asks for equal numbers.
    `examples` is how many differences of a variable, how many records and how many keys are shown.
    """

    by: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    absolute: float = 0.0
    relative: float = 0.0
    examples: int = EXAMPLES


@dataclass(frozen=True)
class Side:
    """One of the two datasets. `path` and `created` are empty where they are not known."""

    name: str
    label: str
    records: int
    variables: int
    path: str = ""
    created: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing that is different, in words."""

    severity: Severity
    subject: str
    text: str


Key = tuple[str, ...]  # the values of the key variables, as they are shown


@dataclass(frozen=True)
class Records:
    """Records of one side: how many, and the first of them by record number (from 1) and key."""

    count: int = 0
    examples: tuple[tuple[int, Key], ...] = ()


@dataclass(frozen=True)
class Duplicates:
    """Keys that more than one record of a side has: how many keys, how many records in all, and the first keys with their records."""

    keys: int = 0
    records: int = 0
    examples: tuple[tuple[int, Key], ...] = ()


@dataclass(frozen=True)
class AttributeDifference:
    """An attribute of a variable (or, without one, of the dataset) that is not the same; both as they are shown."""

    variable: str
    attribute: str
    a: str
    b: str
    severity: Severity = Severity.WARNING


@dataclass(frozen=True)
class Example:
    """One differing value: the record's number on each side (from 1), its key, and both values as they are shown."""

    record_a: int
    record_b: int
    key: Key
    a: str
    b: str


@dataclass(frozen=True)
class Sizes:
    """How far numbers are apart, dates being numbers too, as SAS counts them: the largest difference, and the largest relative one.

    A relative difference is divided by the mean of the sizes of both. `root_mean_square` is over all pairs of numbers, those that
    count as equal being 0 apart.
    """

    largest: float
    relative: float
    root_mean_square: float


@dataclass(frozen=True)
class VariableComparison:
    """The values of one variable in the paired records.

    `missing_a` counts the differing values that are missing in A and not in B. `sizes` are there where numbers differ.
    `hints` say of what kind the differences are, and each holds for all the pairs that it counts.
    """

    name: str
    kind: Kind
    compared: int
    differing: int = 0
    missing_a: int = 0
    missing_b: int = 0
    sizes: Sizes | None = None
    hints: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class DatasetComparison:
    """Two datasets compared. `keys` are the variables by which records were paired, none: by their number in the file.

    `shown_keys` are those of them that tell records apart (STUDYID seldom does); values of keys in examples are of these.
    `differing_records` counts the pairs of records in which any variable differs.
    """

    name: str
    a: Side
    b: Side
    keys: tuple[str, ...]
    why_keys: str
    shown_keys: tuple[str, ...]
    paired: int
    differing_records: int
    only_a: Records
    only_b: Records
    duplicates_a: Duplicates
    duplicates_b: Duplicates
    variables_only_a: tuple[str, ...]
    variables_only_b: tuple[str, ...]
    attributes: tuple[AttributeDifference, ...]
    variables: tuple[VariableComparison, ...]
    notes: tuple[str, ...] = ()

    @property
    def different(self) -> tuple[VariableComparison, ...]:
        """The variables whose values differ."""
        return tuple(variable for variable in self.variables if variable.differing)

    def findings(self) -> Iterator[Finding]:
        """Everything that is different: values, records, variables and types (errors), attributes and repeated keys (warnings), notes."""
        for side, names in zip(SIDES, (self.variables_only_a, self.variables_only_b), strict=True):
            yield from (Finding(Severity.ERROR, name, f"only in {side}") for name in names)
        for side, records in zip(SIDES, (self.only_a, self.only_b), strict=True):
            if records.count:
                yield Finding(Severity.ERROR, "", f"{counted(records.count, 'record')} only in {side}")
        for variable in self.different:
            yield Finding(Severity.ERROR, variable.name, f"{variable.differing:,} of {counted(variable.compared, 'value')} differ")
        for attribute in self.attributes:
            yield Finding(attribute.severity, attribute.variable, f"{attribute.attribute}: {attribute.a} in A, {attribute.b} in B")
        for side, repeated in zip(SIDES, (self.duplicates_a, self.duplicates_b), strict=True):
            if repeated.keys:
                text = f"{counted(repeated.keys, 'key')} in {side} stand in more than one record ({repeated.records:,} in all)"
                yield Finding(Severity.WARNING, "", text)
        yield from (Finding(Severity.NOTE, "", note) for note in self.notes)


@dataclass(frozen=True)
class Comparison:
    """Two files or two folders compared.

    `only_a` and `only_b` name datasets that have no partner. `problems` were noticed in reading and are no differences.
    """

    a: str
    b: str
    datasets: tuple[DatasetComparison, ...]
    options: Options
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def findings(self) -> Iterator[Finding]:
        """Everything that is different in any dataset, and datasets that stand alone."""
        for side, names in zip(SIDES, (self.only_a, self.only_b), strict=True):
            yield from (Finding(Severity.ERROR, name, f"dataset only in {side}") for name in names)
        for dataset in self.datasets:
            yield from dataset.findings()
        yield from (Finding(Severity.NOTE, "", note) for note in self.notes)

    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity."""
        found = [finding.severity for finding in self.findings()]
        return {severity: found.count(severity) for severity in sorted(Severity, reverse=True)}
