"""Analysis results metadata from the study's `analyses.yaml`: displays of the report and the analyses behind their results.

Source: CDISC Analysis Results Metadata Specification 1.0 for Define-XML 2.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from clintrail.define.built.documents import Documents
from clintrail.define.conditions import where_clauses_of
from clintrail.define.model import AnalysisDataset, AnalysisResult, Comment, Documentation, ProgrammingCode, ResultDisplay, WhereClause
from clintrail.errors import Problem, collected, did_you_mean
from clintrail.run.datasets import BuiltDataset
from clintrail.spec.model import AnalysisDatasetSpec, AnalysisSpec, DisplaySpec, StudySpec

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def result_displays(study: StudySpec, documents: Documents, comments: dict[str, Comment]) -> tuple[ResultDisplay, ...]:
    """The displays of a study; comments on how datasets are joined are put into `comments`."""
    return tuple(_display(display, study, documents, comments) for display in study.displays)


def _display(display: DisplaySpec, study: StudySpec, documents: Documents, comments: dict[str, Comment]) -> ResultDisplay:
    id_ = _UNFIT.sub("-", display.name)
    results = tuple(_result(result, f"{id_}.{_UNFIT.sub('-', result.name)}", study, documents, comments) for result in display.results)
    return ResultDisplay(
        id=id_, name=display.name, description=" ".join(display.title.split()), results=results, documents=documents.refs(display.documents)
    )


def _result(result: AnalysisSpec, id_: str, study: StudySpec, documents: Documents, comments: dict[str, Comment]) -> AnalysisResult:
    join = _join(result, id_, study, documents, comments)
    refs = documents.refs(result.documents)
    said = " ".join((result.documentation or result.description).split())
    code_refs = documents.refs(result.code_documents)
    code = ProgrammingCode(result.code.context, result.code.text.rstrip(), code_refs) if result.code else None
    dataset, _, variable = (result.parameter or "").partition(".")
    return AnalysisResult(
        id=id_,
        description=" ".join(result.description.split()),
        reason=result.reason,
        purpose=result.purpose,
        datasets=tuple(AnalysisDataset(part.dataset, part.variables, _where(part)) for part in result.datasets),
        parameter=(dataset, variable) if result.parameter else None,
        join=join,
        documentation=Documentation(said, refs) if result.documentation or refs else None,
        code=code,
    )


def _join(result: AnalysisSpec, id_: str, study: StudySpec, documents: Documents, comments: dict[str, Comment]) -> str:
    """The id of the comment on how datasets are joined: of one that the study declares, or a new one with this text."""
    if not result.join:
        return ""
    declared = study.comments.get(result.join)
    id_, words, places = (declared.name, declared.words, declared.documents) if declared else (id_, result.join, ())
    comments[id_] = Comment(id_, " ".join(words.split()), documents.refs(places))
    return id_


def _where(part: AnalysisDatasetSpec) -> WhereClause | None:
    return where_clauses_of(part.where, part.dataset)[0] if part.where is not None else None


def check_analyses(study: StudySpec, datasets: Mapping[str, BuiltDataset]) -> list[Problem]:
    """What is wrong with the analyses: datasets and variables that are not there, conditions that no where clause says."""
    problems: list[Problem] = []
    for display in study.displays:
        for result in display.results:
            with collected(problems):
                problems += _checked(result, datasets, study.drafts)
    return problems


def _checked(result: AnalysisSpec, datasets: Mapping[str, BuiltDataset], drafts: Collection[str]) -> Iterator[Problem]:
    place = result.place
    names = [(part.dataset, name) for part in result.datasets for name in part.variables]
    if result.parameter:
        dataset, _, variable = result.parameter.partition(".")
        names.append((dataset, variable))
    for part in result.datasets:
        clauses = where_clauses_of(part.where, part.dataset) if part.where is not None else ()
        names += [(check.dataset, check.variable) for clause in clauses for check in clause.checks]
        if len(clauses) > 1:
            yield Problem(part.place, result.name, "alternatives in one analysis dataset", "write one condition: in (...) instead of or")
    for dataset in dict.fromkeys([part.dataset for part in result.datasets] + [dataset for dataset, _ in names]):
        known = datasets.get(dataset)
        if dataset in drafts:
            continue
        if known is None or known.plan.kind != "adam":
            fix = did_you_mean(dataset, [n for n, d in datasets.items() if d.plan.kind == "adam"], "name an ADaM dataset of the study")
            yield Problem(place, result.name, f"no analysis dataset named {dataset}", fix)
            continue
        columns = known.table.column_names
        for name in dict.fromkeys(variable for d, variable in names if d == dataset and variable not in columns):
            yield Problem(place, result.name, f"{dataset} has no variable {name}", did_you_mean(name, columns, "name a variable of it"))
    if len(result.datasets) > 1 and not result.join:
        fix = "add join: and say by which variables they are joined"
        yield Problem(place, result.name, "several datasets, and nothing says how they are joined", fix)
