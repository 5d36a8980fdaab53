"""Datasets that are too large for one file: written in parts too, by the rule that the study states, sizes counted beforehand.

Source: FDA Study Data Technical Conformance Guide, "Dataset Size" (the parts lie in `split`, beside the whole); SDTMIG 3.4, section
4.1.7 (names of at most four characters, DOMAIN and --SEQ as in the whole, supplemental qualifiers cut as their parent is).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from clintrail.errors import Place, Problem, Problems, Severity, counted, did_you_mean
from clintrail.package.cuts import Cut, cut, follow
from clintrail.package.datasets import xpt_of
from clintrail.run.datasets import BuiltDataset
from clintrail.run.lengths import is_supplemental
from clintrail.spec.model import SplitSpec, StudySpec
from clintrail.spec.sizes import SUBJECT
from clintrail.transport import xpt
from clintrail.transport.xpt.size import file_size, records_within

FOLDER = "split"
LARGEST = 5 * 10**9  # bytes of a file
_BATCH = 1 << 16  # records that are filtered at a time


def split_datasets(study: StudySpec, datasets: Mapping[str, BuiltDataset]) -> tuple[dict[str, Cut], list[Problem]]:
    """The parts of each dataset whose file would be over the limit, by the dataset's name, and what is wrong with them."""
    problems = [problem for dataset in datasets.values() for problem in _unknown(dataset)]
    if problems:
        return {}, problems
    splitter = _Splitter(datasets, study.largest_dataset or LARGEST)
    found: dict[str, Cut] = {}
    for name in splitter.too_large():
        try:
            if (one := splitter.parts(name, found)) is not None:
                found[name] = one
        except Problems as error:
            problems += error.problems
    return found, [*problems, *_named_twice(datasets, found)]


@dataclass(frozen=True)
class _Splitter:
    datasets: Mapping[str, BuiltDataset]
    limit: int

    def too_large(self) -> list[str]:
        """Datasets over the limit, with their supplemental qualifiers or those qualifiers' parent; parents first."""
        large = {name for name in self.datasets if self._size(name) > self.limit}
        large |= {parent for name in large if (parent := self._parent(name))}
        large |= {name for name in self.datasets if self._parent(name) in large and self.datasets[name].table.num_rows}
        return sorted(large, key=lambda name: (is_supplemental(name), name))

    def parts(self, name: str, before: Mapping[str, Cut]) -> Cut | None:
        """The parts of a dataset; None where no rule says how to cut it, or its parent is not cut. Raises `Problems`."""
        dataset, parent = self.datasets[name], self._parent(name)
        rule = self.datasets[parent or name].spec.split
        if rule is None:
            if self._size(name) > self.limit:
                raise Problems([self._no_rule(name, parent or name)])
            return None
        if not parent:
            found = cut(dataset, rule, records_within(xpt_of(dataset).variables, self.limit))
        elif parent in before:
            found = follow(dataset, self.datasets[parent], before[parent], rule)
        else:
            return None
        self._check_sizes(dataset, found, rule)
        return found

    def _parent(self, name: str) -> str:
        """The dataset whose records supplemental qualifiers belong to; '' for any other dataset."""
        parent = name.removeprefix("SUPP")
        return parent if is_supplemental(name) and parent in self.datasets else ""

    def _size(self, name: str) -> int:
        dataset = self.datasets[name]
        return file_size(xpt_of(dataset).variables, dataset.table.num_rows)

    def _no_rule(self, name: str, ruled: str) -> Problem:
        dataset = self.datasets[ruled]
        has = [*dataset.table.column_names, SUBJECT]
        example = next(by for by in (f"{ruled[:2]}CAT", "PARCAT1", "VISITNUM", SUBJECT) if by in has)
        what = f"{name.lower()}.xpt has {self._size(name):,} bytes, over {self.limit:,}, and no rule says how to cut it in parts"
        fix = f"add split: {example} to {ruled} (or another variable, or subject)"
        return Problem(Place(dataset.plan.path, 1), name, what, fix, Severity.WARNING)

    def _check_sizes(self, dataset: BuiltDataset, found: Cut, rule: SplitSpec) -> None:
        """Raises `Problems` if a part is over the limit too."""
        variables = xpt_of(dataset).variables
        sizes = {part.name: file_size(variables, part.records) for part in found.parts}
        larger = [name for name, size in sizes.items() if size > self.limit]
        if larger:
            most = max(larger, key=lambda name: sizes[name])
            what = f"{counted(len(larger), 'part')} would be over {self.limit:,} bytes, the largest, {most}, with {sizes[most]:,}"
            finer = f"cut finer: split: {', '.join(rule.by)}, subject (or another variable in its place)"
            fix = "a subject has more than fits in a part: cut by a variable too" if SUBJECT in rule.by else finer
            raise Problems([Problem(rule.place, dataset.name, what, fix)])


def _unknown(dataset: BuiltDataset) -> Iterator[Problem]:
    """Variables that are to cut a dataset, which does not have them."""
    rule, has = dataset.spec.split, dataset.table.column_names
    for name in rule.by if rule else ():
        if rule and (name if name != SUBJECT else "USUBJID") not in has:
            fix = did_you_mean(name, has, "name a variable of the dataset")
            yield Problem(rule.place, "split", f"{dataset.name} has no variable {name if name != SUBJECT else 'USUBJID'}", fix)


def _named_twice(datasets: Mapping[str, BuiltDataset], found: Mapping[str, Cut]) -> Iterator[Problem]:
    """Parts with the name of a dataset, or of a part of another."""
    taken = dict.fromkeys(datasets, "a dataset")
    for name, one in found.items():
        for part in one.parts:
            if part.name in taken:
                rule = datasets[name].spec.split or datasets[name.removeprefix("SUPP")].spec.split
                place = rule.place if rule else Place(datasets[name].plan.path, 1)
                fix = "draw a table of parts with other names"
                yield Problem(place, name, f"a part would be named {part.name}, as is {taken[part.name]}", fix)
            taken.setdefault(part.name, f"a part of {name}")


def write_parts(dataset: BuiltDataset, found: Cut, folder: Path, moment: datetime) -> None:
    """Writes the parts of a dataset, some records at a time, into the folder `split` below that of the whole."""
    variables = xpt_of(dataset).variables
    (folder / FOLDER).mkdir(exist_ok=True)
    for number, part in enumerate(found.parts):
        path = folder / FOLDER / f"{part.name.lower()}.xpt"
        records = _batches(dataset.table, found, number)
        xpt.write(records, path, name=part.name, label=part.label, variables=variables, created=moment, encoding="utf-8", rows=part.records)


def _batches(table: pa.Table, found: Cut, number: int) -> Iterator[pa.RecordBatch]:
    start = 0
    for batch in table.to_batches(max_chunksize=_BATCH):
        inside = found.part_of[start : start + batch.num_rows] == number
        start += batch.num_rows
        if inside.any():
            yield batch.filter(pa.array(np.asarray(inside)))
