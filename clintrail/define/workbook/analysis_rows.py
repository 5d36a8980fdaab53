"""Analysis results as rows, and the texts of their cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from clintrail.define.model import AnalysisDataset, AnalysisResult, ResultDisplay
from clintrail.define.workbook.cells import Cell, documents_cells, format_places, losses
from clintrail.define.workbook.clauses import format_clauses, quoted
from clintrail.define.workbook.columns import Layout
from clintrail.define.workbook.where_rows import WhereIds

NOT_IN_NAME = re.compile(r'[\s,;|":.]')


def result_rows(display: ResultDisplay, layout: Layout) -> Iterator[tuple[AnalysisResult, dict[str, Cell]]]:
    """Each result of a display with the cells that are composed."""
    for result in display.results:
        documentation, code = result.documentation, result.code
        refs = (*(documentation.documents if documentation else ()), *(code.documents if code else ()))
        names = [part.dataset for part in result.datasets]
        yield (
            result,
            {
                "display": display.id,
                "variables": ", ".join(f"{part.dataset}.{name}" for part in result.datasets for name in part.variables),
                "selection": "" if layout == "legacy" else format_selection(result.datasets),
                "documentation": documentation.description if documentation else "",
                "documentation_refs": format_places(documentation.documents) if documentation else "",
                "context": code.context if code else "",
                "code": code.text if code else "",
                **documents_cells(code.documents if code else ()),
                **losses(refs),
                "parameter": ".".join(result.parameter) if result.parameter else "",
                "where_comments": sum(bool(part.where and part.where.comment) for part in result.datasets) or "",
                "repeated": len(names) - len(set(names)) or "",
            },
        )


def format_selection(datasets: Sequence[AnalysisDataset]) -> str:
    """`ADQS.PARAMCD EQ TOTAL; ADSL`: of each dataset its where clause or, where it has none, its name.

    The dataset is named before a colon where the clause does not begin with one of its own variables. Nothing is written where no
    dataset has a where clause, and the variables name them all.
    """
    if all(part.where is None and part.variables for part in datasets):
        return ""
    return "; ".join(_selected(part) for part in datasets)


def _selected(part: AnalysisDataset) -> str:
    name = quoted(part.dataset, NOT_IN_NAME)
    if part.where is None or not part.where.checks:
        return name
    text = format_clauses([part.where], "")
    return text if part.where.checks[0].dataset == part.dataset else f"{name}: {text}"


def criteria_rows(displays: Iterable[ResultDisplay], ids: WhereIds) -> Iterator[tuple[str, dict[str, Cell]]]:
    """The sheet Analysis Criteria: a row for each dataset of a result, with the ID of its where clause."""
    for display in displays:
        for result in display.results:
            for part in result.datasets:
                where = ids.of(part.where) if part.where else ""
                cells: dict[str, Cell] = {"display": display.id, "result": result.id, "dataset": part.dataset, "where": where}
                yield f"{display.id}.{result.id}", cells
