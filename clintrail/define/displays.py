"""The displays of `analyses.yaml` in a define: of datasets that are built, and of drafts, which no data check.

Source: CDISC Analysis Results Metadata Specification 1.0 for Define-XML 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from clintrail.define.model import AnalysisDataset, AnalysisResult, Documentation, DocumentRef, ProgrammingCode, ResultDisplay, WhereClause
from clintrail.define.usual import display_id
from clintrail.errors import Place
from clintrail.spec.model import AnalysisDatasetSpec, AnalysisSpec, DisplaySpec, DocumentPlace


class Declared(Protocol):
    """What the study declares, as the define that is made refers to it."""

    def refs(self, places: Iterable[DocumentPlace], place: Place, subject: str) -> tuple[DocumentRef, ...]:
        """References to places in documents."""
        ...

    def join(self, result: AnalysisSpec, id_: str) -> str:
        """The id of the comment on how the datasets of a result are joined: of a declared one, or one that is made of the text."""
        ...

    def where(self, part: AnalysisDatasetSpec) -> WhereClause | None:
        """Which records of a dataset are analysed; None where all are."""
        ...


def result_displays(displays: Iterable[DisplaySpec], declared: Declared) -> tuple[ResultDisplay, ...]:
    """The displays of a study, their texts as typed."""
    return tuple(_display(display, declared) for display in displays)


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
        datasets=tuple(AnalysisDataset(part.dataset, part.variables, declared.where(part)) for part in result.datasets),
        parameter=(dataset, variable) if result.parameter else None,
        join=declared.join(result, id_),
        documentation=Documentation(result.documentation or "", refs) if result.documentation or refs else None,
        code=ProgrammingCode(result.code.context, result.code.text, code_refs) if result.code else None,
    )
