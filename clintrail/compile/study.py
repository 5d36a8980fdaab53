"""Compile a whole study: the one entrance to this layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clintrail.compile.bind import Binder
from clintrail.compile.build import Builder
from clintrail.compile.codelists import Codelists
from clintrail.compile.derived import with_derived_datasets
from clintrail.compile.functions import Function
from clintrail.compile.plan import Plan
from clintrail.compile.words import put_words
from clintrail.errors import Problem, Problems, Severity
from clintrail.spec.model import StudySpec
from clintrail.terminology import Terminology


@dataclass(frozen=True)
class CompiledStudy:
    """A study's plan with what it was made from; `notes` are problems that do not stop a build."""

    study: StudySpec
    plan: Plan
    builder: Builder
    functions: Mapping[str, Function]
    codelists: Codelists
    notes: tuple[Problem, ...]


def compile_study(
    study: StudySpec,
    functions: Mapping[str, Function],
    terminology: Terminology,
    columns: Mapping[str, Mapping[str, str]],
    longest: Mapping[tuple[str, str], int],
) -> CompiledStudy:
    """Compile a study.

    `columns` gives, for each raw form and input dataset, its columns and their DuckDB types (a form that is not among them could not
    be read: its columns are taken to be there); `longest` the bytes of the longest value of a raw column, where that is over 200.
    Raises `Problems` with all errors.
    """
    codelists = Codelists(study, terminology)
    study = with_derived_datasets(study, longest)
    builder = Builder(study, functions, columns, codelists)
    builder.problems.extend(codelists.problems())
    plan = builder.plan()
    Binder(builder, plan).bind()
    errors = [p for p in builder.problems if p.severity >= Severity.ERROR]
    if errors:
        raise Problems(errors)
    put_words(plan, functions)
    notes = tuple(sorted(set(builder.problems), key=lambda p: (p.place, p.subject)))
    return CompiledStudy(study, plan, builder, functions, codelists, notes)
