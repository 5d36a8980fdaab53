"""The displays of `analyses.yaml` as typed, for a define of drafts, which no data check."""

from __future__ import annotations

from dataclasses import replace

from clintrail.define.conditions import where_clauses_of
from clintrail.define.draft.declared import Declared
from clintrail.define.draft.defaults import display_id
from clintrail.define.model import AnalysisDataset, AnalysisResult, Comment, Documentation, ProgrammingCode, ResultDisplay, WhereClause
from clintrail.errors import collected
from clintrail.spec.model import AnalysisDatasetSpec, AnalysisSpec, DisplaySpec, StudySpec


def result_displays(study: StudySpec, declared: Declared) -> tuple[ResultDisplay, ...]:
    """The displays of a study; comments on how datasets are joined are added to what is declared."""
    return tuple(_display(display, declared) for display in study.displays)


def _display(display: DisplaySpec, declared: Declared) -> ResultDisplay:
    id_ = display.id or display_id(display.name)
    results = tuple(_result(result, result.id or f"{id_}.{display_id(result.name)}", declared) for result in display.results)
    refs = declared.refs(display.documents, display.place, display.name)
    return ResultDisplay(id=id_, name=display.name, description=display.title, results=results, documents=refs)


def _result(result: AnalysisSpec, id_: str, declared: Declared) -> AnalysisResult:
    dataset, _, variable = (result.parameter or "").partition(".")
    refs = declared.refs(result.documents, result.place, result.name)
    code_refs = declared.refs(result.code_documents, result.place, result.name)
    return AnalysisResult(
        id=id_,
        description=result.description,
        reason=result.reason,
        purpose=result.purpose,
        datasets=tuple(AnalysisDataset(part.dataset, part.variables, _where(part, declared)) for part in result.datasets),
        parameter=(dataset, variable) if result.parameter else None,
        join=_join(result, id_, declared),
        documentation=Documentation(result.documentation or "", refs) if result.documentation or refs else None,
        code=ProgrammingCode(result.code.context, result.code.text, code_refs) if result.code else None,
    )


def _join(result: AnalysisSpec, id_: str, declared: Declared) -> str:
    """The id of the comment on the join: the name of a declared one, or of one that is made of the text. One word is a name."""
    text = result.join or ""
    if not text or text in declared.comments or not any(c.isspace() for c in text):
        declared.check("comment", text, result.place, result.name)
        return text
    return declared.add(Comment(declared.free(id_, declared.comments), text))


def _where(part: AnalysisDatasetSpec, declared: Declared) -> WhereClause | None:
    if part.where is None:
        return None
    declared.check("comment", part.join, part.place, part.dataset)
    with collected(declared.problems):
        found = where_clauses_of(part.where, part.dataset)
        return replace(found[0], comment=part.join) if found else WhereClause((), part.join)
    return None
