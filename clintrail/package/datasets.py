"""The files of built datasets: XPT, Dataset-JSON, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import clintrail
from clintrail.define.model import DefineDataset, DefineDocument
from clintrail.define.oids import Oids
from clintrail.errors import Place, Problem, Problems
from clintrail.run.datasets import BuiltDataset
from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Dataset, Variable

Format = Literal["xpt", "dataset-json", "ndjson", "dsjc"]
SUFFIXES: Mapping[Format, str] = {"xpt": ".xpt", "dataset-json": ".json", "ndjson": ".ndjson", "dsjc": ".dsjc"}
# Types of text in a define that Dataset-JSON has too; every other text is a string.
_TEXT_TYPES = frozenset({"date", "datetime", "time"})


def main_suffix(formats: Sequence[Format]) -> str:
    """The suffix of the files that define.xml names: XPT, which regulators take, or else the first format."""
    return SUFFIXES["xpt" if "xpt" in formats else formats[0]]


def with_files(document: DefineDocument, formats: Sequence[Format]) -> DefineDocument:
    """The define with the files of these formats as the files of its datasets."""
    suffix = main_suffix(formats)
    datasets = (
        replace(d, archive_location=d.archive_location.removesuffix(".xpt") + suffix) if d.archive_location.endswith(".xpt") else d
        for d in document.datasets
    )
    return replace(document, datasets=tuple(datasets))


def write_dataset(
    dataset: BuiltDataset, folder: Path, moment: datetime, document: DefineDocument, formats: Sequence[Format] = ("xpt",)
) -> list[Problem]:
    """Writes a dataset's files into the folder; what a format cannot hold is told at the variable's rule."""
    problems = []
    for name in dict.fromkeys(formats):
        path = folder / f"{dataset.name.lower()}{SUFFIXES[name]}"
        try:
            if name == "xpt":
                xpt.write(xpt_of(dataset), path, created=moment, encoding="utf-8")
            else:
                dataset_json.write(json_of(dataset, document), path, created=moment)
        except Problems as error:
            problems += [_at_spec(dataset, p) for p in error.problems]
    return problems


def xpt_of(dataset: BuiltDataset) -> Dataset:
    """The dataset as XPT v5 wants it."""
    variables = tuple(Variable(v.name, v.label, "Char" if v.type == "Char" else "Num", v.length, v.format) for v in dataset.variables)
    return Dataset(dataset.name, dataset.plan.label, variables, dataset.table)


def json_of(dataset: BuiltDataset, document: DefineDocument) -> Dataset:
    """The dataset as Dataset-JSON wants it: with the OIDs, types, lengths and keys of the define."""
    oids, defined = Oids(document), next(d for d in document.datasets if d.name == dataset.name)
    facts = {
        "fileOID": f"{oids.file(document)}.{oids.dataset(dataset.name)}",
        "originator": document.originator,
        "sourceSystem.name": document.source_system,
        "sourceSystem.version": document.source_system_version or clintrail.__version__,
        "studyOID": oids.study(document),
        "metaDataVersionOID": oids.metadata_version(document),
        "metaDataRef": "define.xml",
        "itemGroupOID": oids.dataset(dataset.name),
    }
    described = xpt_of(dataset)
    variables = tuple(_json_variable(variable, defined, oids) for variable in described.variables)
    return replace(described, variables=variables, facts=facts)


def _json_variable(variable: Variable, dataset: DefineDataset, oids: Oids) -> Variable:
    """A number's type is left to its values, by which the define names it too; SAS's dates are dates here and have no length."""
    defined = next(v for v in dataset.variables if v.name == variable.name)
    is_text = variable.type == "Char"
    text_type = defined.data_type if defined.data_type in _TEXT_TYPES else "string"
    return replace(
        variable,
        oid=oids.variable(dataset.name, variable.name),
        key=dataset.key_sequence(variable.name),
        data_type=text_type if is_text else "",
        length=defined.length if is_text else None,
        digits=None if is_text or variable.format else defined.length,
    )


def _at_spec(dataset: BuiltDataset, problem: Problem) -> Problem:
    """A problem of the file told at the variable's rule."""
    variable = dataset.variable(problem.subject)
    place = variable.place if variable and variable.place.path else Place(dataset.plan.path, 1)
    return Problem(place, f"{dataset.name}.{problem.subject}", problem.problem, problem.fix, problem.severity)
