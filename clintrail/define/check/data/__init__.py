"""Whether a define.xml agrees with the files beside it."""

from __future__ import annotations

from pathlib import Path

from clintrail.define.check.data import columns, files, records, values
from clintrail.define.check.data.beside import read_beside
from clintrail.define.check.rule import rules_of
from clintrail.define.check.tree import Define
from clintrail.errors import Problem

DATA_SUBJECTS = (files, columns, values, records)
FILE_RULES, DATASET_RULES = rules_of(files), rules_of(columns, values, records)


def data_problems(define: Define, folder: Path) -> tuple[int, list[Problem]]:
    """How many datasets were read, and every problem of how they agree with the define.xml.

    Everything is read into memory: about as much as the files have bytes.
    """
    beside = read_beside(define, folder)
    found = [problem for rule in FILE_RULES for problem in rule.problems(define, beside)]
    for filed in beside.filed.values():
        found += [problem for rule in DATASET_RULES for problem in rule.problems(define, filed)]
    return len(beside.filed), found
