"""Checks XPT files, anybody's, by the technical rules of an agency."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clintrail.conformance.agency import files, labels, names, study, values
from clintrail.conformance.agency.facts import FileFacts, file_facts
from clintrail.conformance.agency.rule import Agency, Found, Rule, rules
from clintrail.errors import Problem, counted
from clintrail.transport.xpt.contents import xpt_files

Finder = Callable[[Any, int], Iterator[Found]]
SUBJECTS = (files, names, labels, values, study)  # the modules with the rules' functions


@dataclass(frozen=True)
class Checked:
    """What was checked, in words (`28 XPT files, 28 datasets, 615 variables, 21,889 records; 20 rules`), and what is wrong with it."""

    what: str
    problems: tuple[Problem, ...]


def check_files(paths: Sequence[Path], agency: Agency | None = None) -> Checked:
    """Every finding in XPT files and in the XPT files of folders, by the rules of an agency, or by those that are certain for all.

    A finding's place is the file, its subject the variable. Files are read once, in bounded memory. Raises `Problems` for a path
    that does not exist and for a folder without XPT files.
    """
    found = [file_facts(path) for path in xpt_files(paths)]
    applied = [(rule, severity) for rule in rules() if (severity := rule.severity(agency)) is not None]
    problems = {rule.told(one, path, severity) for rule, severity in applied for path, one in _findings(rule, found)}
    datasets = [dataset for file in found for dataset in file.datasets]
    counts = (
        counted(len(found), "XPT file"),
        counted(len(datasets), "dataset"),
        counted(sum(len(dataset.variables) for dataset in datasets), "variable"),
        counted(sum(dataset.records for dataset in datasets), "record"),
    )
    what = f"{', '.join(counts)}; {counted(len(applied), 'rule')} of {agency.upper() if agency else 'all agencies'}"
    return Checked(what, tuple(sorted(problems, key=lambda problem: (problem.place, problem.subject, problem.kind, problem.problem))))


def finder(rule: Rule) -> Finder:
    """The function of a rule: that of its name in one of the modules."""
    found: Finder = next(getattr(module, rule.name) for module in SUBJECTS if hasattr(module, rule.name))
    return found


def _findings(rule: Rule, checked: Sequence[FileFacts]) -> Iterator[tuple[str, Found]]:
    """(file, finding) of a rule."""
    find = finder(rule)
    if rule.of == "study":
        yield from ((found.path, found) for found in find(checked, rule.limit))
        return
    for file in checked:
        path = str(file.path)
        for given in _given(rule, file):
            yield from ((path, found) for found in find(given, rule.limit))


def _given(rule: Rule, file: FileFacts) -> Iterator[Any]:
    if rule.of == "file":
        yield file
    elif rule.of == "dataset":
        yield from file.datasets
    else:
        yield from (variable for dataset in file.datasets for variable in dataset.variables)
