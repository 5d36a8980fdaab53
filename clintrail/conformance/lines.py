"""The lines of the spec and the raw records behind the records of a package, by its trail."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from clintrail.conformance.data.model import CheckedDataset, Data
from clintrail.trail.origins import dataset_line, made_from, raw_record, record_rows, spec_lines
from clintrail.trail.read import Trail

# roles of variables that name a record, and ADaM's of the kind, which have no role
_NAMES_THE_RECORD = frozenset({"Identifier", "Topic"})
_OF_ADAM = frozenset({"STUDYID", "USUBJID", "SUBJID", "PARAMCD", "PARAM", "PARAMN", "ASEQ"})


class Lines:
    """The lines of the spec behind the values of a package, by its trail."""

    def __init__(self, trail: Trail, data: Data) -> None:
        self.trail, self.data = trail, data
        self._rows: dict[str, np.ndarray] = {}
        self._made_from: dict[tuple[str, str], frozenset[str]] = {}

    def knows(self, dataset: str) -> bool:
        """Whether the trail is that of a dataset as it is: of as many records."""
        checked = self.data.dataset(dataset)
        return checked is not None and dataset in self.trail.datasets and len(self.rows(dataset)) == checked.records

    def rows(self, dataset: str) -> np.ndarray:
        """The rows of the dataset's frame, by record."""
        if dataset not in self._rows:
            self._rows[dataset] = record_rows(self.trail, dataset)
        return self._rows[dataset]

    def of_dataset(self, dataset: str) -> str:
        """The line at which the spec of a dataset begins."""
        return dataset_line(self.trail, dataset)

    def made_from(self, dataset: str, variable: str) -> frozenset[str]:
        """The variables that a variable is made from or decided by."""
        key = (dataset, variable)
        if key not in self._made_from:
            self._made_from[key] = made_from(self.trail, dataset, variable)
        return self._made_from[key]

    def of(self, dataset: str, variable: str, records: np.ndarray | None = None) -> np.ndarray:
        """The line of the spec behind a variable for each of some records, or for all; of one put in after the build, the dataset's."""
        rows = self.rows(dataset) if records is None else self.rows(dataset)[records - 1]
        if not self._is_built(dataset, variable):
            return np.full(len(rows), self.of_dataset(dataset), dtype=object)
        return spec_lines(self.trail, dataset, variable, rows)

    def raw(self, dataset: str, variable: str, record: int) -> str:
        """The raw record behind a value, as `ae.csv, record 7`; empty where there is none."""
        if variable and not self._is_built(dataset, variable):
            return ""
        found = raw_record(self.trail, dataset, variable, int(self.rows(dataset)[record - 1]))
        return f"{found[0]}, record {found[1]}" if found else ""

    def _is_built(self, dataset: str, variable: str) -> bool:
        """Whether the trail knows a variable of a dataset."""
        return variable in self.trail.datasets[dataset]["variables"]


def about(dataset: CheckedDataset, variables: Collection[str], lines: Lines | None) -> tuple[str, ...]:
    """Those of a finding's variables that it is about, in the order of the dataset; none where they are others'.

    Not what names the record (identifiers, the topic), and with a trail not what others of them are made from, if any is left.
    """
    own = [v.name for v in dataset.variables if v.name in variables]
    own = [name for name in own if not _names_the_record(dataset, name)] or own
    if lines is not None and lines.knows(dataset.name):
        own = [v for v in own if not any(v in lines.made_from(dataset.name, other) for other in own if other != v)] or own
    return tuple(own)


def _names_the_record(dataset: CheckedDataset, name: str) -> bool:
    info = dataset.guide.variable(name) if dataset.guide else None
    return name in _OF_ADAM or (info is not None and info.role in _NAMES_THE_RECORD)
