"""Analysis Results Metadata 1.0 of a define.xml 2.0 or 2.1: displays and the analyses behind their results."""

from __future__ import annotations

from clintrail.define import oids
from clintrail.define.check.tree import children, get
from clintrail.define.model import AnalysisDataset, AnalysisResult, Documentation, ProgrammingCode, ResultDisplay
from clintrail.define.read.datasets import Datasets
from clintrail.define.read.shared import document_refs
from clintrail.define.read.source import Element, child_text
from clintrail.define.read.where_clauses import named_by


def result_displays(datasets: Datasets) -> tuple[ResultDisplay, ...]:
    """The displays, in the order of the file."""
    source = datasets.source
    return tuple(
        ResultDisplay(
            id=source.new_id(oids.result_display, get(display, "OID")),
            name=get(display, "Name"),
            description=source.described(display),
            results=tuple(_result(datasets, result) for result in children(display, "arm:AnalysisResult")),
            documents=document_refs(source, display),
        )
        for display in source.define.all("arm:ResultDisplay")
    )


def _result(datasets: Datasets, element: Element) -> AnalysisResult:
    source = datasets.source
    parts = children(element, "arm:AnalysisDatasets")
    join = next((source.ref(part, "def:CommentOID", oids.comment) for part in parts), "")
    return AnalysisResult(
        id=source.new_id(oids.analysis_result, get(element, "OID")),
        description=source.described(element),
        reason=get(element, "AnalysisReason"),
        purpose=get(element, "AnalysisPurpose"),
        datasets=tuple(_dataset(datasets, part) for some in parts for part in children(some, "arm:AnalysisDataset")),
        parameter=_variable(datasets, element, "ParameterOID", "") if get(element, "ParameterOID") else None,
        join=join,
        documentation=next((_documentation(datasets, part) for part in children(element, "arm:Documentation")), None),
        code=next((_code(datasets, part) for part in children(element, "arm:ProgrammingCode")), None),
    )


def _dataset(datasets: Datasets, element: Element) -> AnalysisDataset:
    source = datasets.source
    oid = get(element, "ItemGroupOID")
    source.check_ref(element, "ItemGroupOID")
    group = source.define.find("ItemGroupDef", oid)
    name = get(group, "Name") if group is not None else oid.removeprefix(oids.dataset(""))
    source.state(oids.dataset(name), oid)
    where = [datasets.where.clause(ref, name) for ref in children(element, "def:WhereClauseRef")]
    variables = tuple(_analysed(datasets, ref, name) for ref in children(element, "arm:AnalysisVariable"))
    return AnalysisDataset(name, variables, where[0] if where else None)


def _analysed(datasets: Datasets, element: Element, home: str) -> str:
    """The name of an analysed variable; of one that is not of the dataset its OID, an error."""
    source, oid = datasets.source, get(element, "ItemOID")
    dataset, variable = _variable(datasets, element, "ItemOID", home)
    if dataset == home:
        return variable
    source.error(element, f"{oid} is no variable of {home}", "name a variable of the analysis dataset")
    source.state(oids.variable(home, oid), oid)
    return oid


def _variable(datasets: Datasets, element: Element, attribute: str, home: str) -> tuple[str, str]:
    """Dataset and variable that an attribute refers to: of the dataset `home`, where the definition is shared."""
    source, oid = datasets.source, get(element, attribute)
    source.check_ref(element, attribute)
    owners = datasets.variables.get(oid) or [named_by(oid)]
    dataset, variable = next((pair for pair in owners if pair[0] == home), owners[0])
    source.state(oids.variable(dataset, variable), oid)
    return dataset, variable


def _documentation(datasets: Datasets, element: Element) -> Documentation:
    return Documentation(datasets.source.described(element), document_refs(datasets.source, element))


def _code(datasets: Datasets, element: Element) -> ProgrammingCode:
    return ProgrammingCode(get(element, "Context"), child_text(element, "arm:Code"), document_refs(datasets.source, element))
