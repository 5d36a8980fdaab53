"""Compile a whole study: the one entrance to this layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

_VERSIONS = {"SDTMIG": "3.4", "ADaMIG": "1.3"}


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
    builder.problems.extend([*codelists.problems(), *_other_versions(study)])
    plan = builder.plan()
    Binder(builder, plan).bind()
    errors = [p for p in builder.problems if p.severity >= Severity.ERROR]
    if errors:
        raise Problems(errors)
    put_words(plan, functions)
    notes = tuple(sorted(set(builder.problems), key=lambda p: (p.place, p.subject)))
    return CompiledStudy(study, plan, builder, functions, codelists, notes)


def _other_versions(study: StudySpec) -> Iterator[Problem]:
    """The tables at hand are of one version of each guide; a study of another is told that it is built by them."""
    for name, version in _VERSIONS.items():
        stated = study.standards.get(name, version)
        if stated != version:
            what = f"the tables at hand are those of {name} {version}, and the study states {stated}"
            yield Problem(
                study.places.get("standards", study.place), name, what, "check what differs between the two versions", Severity.WARNING
            )
