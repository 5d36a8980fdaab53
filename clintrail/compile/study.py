"""Compile a whole study: the one entrance to this layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from clintrail.compile.bind import Binder
from clintrail.compile.build import Builder
from clintrail.compile.codelists import Codelists
from clintrail.compile.derived import with_derived_datasets
from clintrail.compile.functions import Function, library
from clintrail.compile.plan import Plan
from clintrail.compile.words import put_words
from clintrail.errors import Place, Problem, Problems, Severity
from clintrail.spec.model import StudySpec
from clintrail.terminology import load_codelists


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
    study: StudySpec, columns: Mapping[str, Mapping[str, str]], longest: Mapping[tuple[str, str], int], store_dirs: Iterable[Path] = ()
) -> CompiledStudy:
    """Compile a study.

    `columns` gives, for each raw form and input dataset, its columns and their DuckDB types; `longest` the bytes of the longest
    value of a raw column, where that is over 200. Raises `Problems` with all errors.
    """
    place = Place(f"{study.folder.as_posix()}/study.yaml")
    functions = library(study.folder / "functions", f"{study.folder.as_posix()}/functions")
    terminology = load_codelists(study.standards.get("terminology"), store_dirs=list(store_dirs), place=place)
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
