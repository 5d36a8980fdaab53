"""Analysis results metadata from the study's `analyses.yaml`: displays of the report and the analyses behind their results.

Source: CDISC Analysis Results Metadata Specification 1.0 for Define-XML 2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from clintrail.define.built.documents import Documents
from clintrail.define.conditions import where_clauses_of
from clintrail.define.displays import result_displays
from clintrail.define.model import Comment, DocumentRef, ResultDisplay, WhereClause
from clintrail.errors import Place, Problem, collected, did_you_mean
from clintrail.run.datasets import BuiltDataset
from clintrail.spec.model import AnalysisDatasetSpec, AnalysisSpec, DocumentPlace, StudySpec


def analysed_displays(study: StudySpec, documents: Documents, comments: dict[str, Comment]) -> tuple[ResultDisplay, ...]:
    """The displays of a study; comments on how datasets are joined are put into `comments`."""
    return result_displays(study.displays, _Declared(study, documents, comments))


@dataclass(frozen=True)
class _Declared:
    """What the study declares, taken into the define where an analysis refers to it; faults are told by `check_analyses`."""

    study: StudySpec
    documents: Documents
    comments: dict[str, Comment]

    def refs(self, places: Iterable[DocumentPlace], place: Place, subject: str) -> tuple[DocumentRef, ...]:
        return self.documents.refs(places)

    def join(self, result: AnalysisSpec, id_: str) -> str:
        return self._comment(result.join or "", id_)

    def where(self, part: AnalysisDatasetSpec) -> WhereClause | None:
        if part.where is None:
            return None
        return replace(where_clauses_of(part.where, part.dataset)[0], comment=self._comment(part.join, part.join))

    def _comment(self, text: str, id_: str) -> str:
        declared = self.study.comments.get(text)
        if text:
            id_, words, places = (declared.name, declared.words, declared.documents) if declared else (id_, text, ())
            self.comments[id_] = Comment(id_, words, self.documents.refs(places))
        return id_ if text else ""


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
    if result.documents and not result.documentation:
        fix = "add documentation: and say what they tell"
        yield Problem(place, result.name, "documents, and no documentation that they belong to", fix)
    if len(result.datasets) > 1 and not result.join:
        fix = "add join: and say by which variables they are joined"
        yield Problem(place, result.name, "several datasets, and nothing says how they are joined", fix)
