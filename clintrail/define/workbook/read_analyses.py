"""Analysis displays and results of a workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping

from clintrail.define.model import (
    AnalysisDataset,
    AnalysisResult,
    Documentation,
    DocumentRef,
    ProgrammingCode,
    ResultDisplay,
    WhereClause,
)
from clintrail.define.workbook.book import Book, Row
from clintrail.define.workbook.cells import parse_places
from clintrail.define.workbook.clauses import BadClause, parse_clauses, unquoted
from clintrail.define.workbook.read_shared import Known, document_refs
from clintrail.define.workbook.read_where import WhereClauses
from clintrail.errors import did_you_mean

_NAMES = re.compile(r"[\s,;]+")
_SEGMENT = re.compile(r'((?:"(?:[^"]|"")*"|[^;"]|")*?)(?:;|$)', re.DOTALL)
_PREFIX = re.compile(r'\s*("(?:[^"]|"")*"|[^\s,;|":.()]+)\s*:')
_ONE_ONLY = ("alternatives, of which an analysis has only one", "write conditions joined by AND")
Selected = list[tuple[str, WhereClause | None]]


def read_displays(book: Book, variables: Mapping[str, frozenset[str]], known: Known, where: WhereClauses) -> tuple[ResultDisplay, ...]:
    """The sheets Analysis Displays, Analysis Results and, of the legacy layout, Analysis Criteria."""
    displays, results = book.complete("displays", "id"), book.complete("results", "display", "id")
    book.unique(displays, "id", what="the display {}")
    book.unique(results, "display", "id", what="the result {}")
    criteria = _criteria(book, {(row.id("display"), row.id("id")) for row in results}, where)
    reader = _Results(variables, known, where, criteria)
    found: dict[str, list[AnalysisResult]] = {row.id("id"): [] for row in displays}
    for row in results:
        row.refer("display", row.id("display"), found, "display", "Analysis Displays")
        found.setdefault(row.id("display"), []).append(reader.result(row))
    made = {row.id("id"): _display(row, tuple(found[row.id("id")]), known) for row in reversed(displays)}
    bare = (ResultDisplay(id=id_, name=id_, description="", results=tuple(of)) for id_, of in found.items() if id_ not in made)
    return (*reversed(made.values()), *bare)


def _display(row: Row, results: tuple[AnalysisResult, ...], known: Known) -> ResultDisplay:
    id_ = row.id("id")
    return ResultDisplay(
        id=id_, name=row.text("name") or id_, description=row.text("title"), results=results, documents=document_refs(row, known)
    )


def _criteria(book: Book, results: set[tuple[str, str]], where: WhereClauses) -> dict[tuple[str, str], Selected]:
    found: dict[tuple[str, str], Selected] = {}
    for row in book.complete("criteria", "display", "result", "dataset"):
        key, dataset = (row.id("display"), row.id("result")), row.id("dataset")
        if key not in results:
            row.problem("result", f"no result {'.'.join(key)} in the sheet Analysis Results", "add it there", kind="dangling result")
        clauses = where.of(row, dataset)
        if len(clauses) > 1:
            row.problem("where", _ONE_ONLY[0], _ONE_ONLY[1], kind="bad where clause")
        found.setdefault(key, []).append((dataset, clauses[0] if clauses else None))
    return found


class _Results:
    def __init__(
        self,
        variables: Mapping[str, frozenset[str]],
        known: Known,
        where: WhereClauses,
        criteria: Mapping[tuple[str, str], Selected],
    ) -> None:
        self.variables, self.known, self.where, self.criteria = variables, known, where, criteria

    def result(self, row: Row) -> AnalysisResult:
        """The result of a row."""
        facts = row.facts(AnalysisResult, "join", "documentation", "code")
        documentation, context, code = row.text("documentation"), row.text("context"), row.text("code")
        nowhere: tuple[DocumentRef, ...] = ()
        places = row.tried("documentation_refs", lambda: parse_places(row.text("documentation_refs")), nowhere)
        refs, programs = self.known.places(row, "documentation_refs", places), document_refs(row, self.known)
        return AnalysisResult(
            **facts,
            datasets=self._datasets(row),
            parameter=self._parameter(row),
            join=self.known.comment(row, "join"),
            documentation=Documentation(documentation, refs) if documentation or refs else None,
            code=ProgrammingCode(context, code, programs) if context or code or programs else None,
        )

    def _datasets(self, row: Row) -> tuple[AnalysisDataset, ...]:
        """Datasets in the order in which the criteria, then the variables name them."""
        selected = [*self._selected(row), *self.criteria.get((row.id("display"), row.id("id")), ())]
        only = selected[0][0] if len(selected) == 1 else ""
        named = [self._name(row, "variables", text, only) for text in _NAMES.split(row.id("variables")) if text]
        where = dict(selected)
        analysed: dict[str, list[str]] = {dataset: [] for dataset, _ in selected}
        for dataset, variable in named:
            analysed.setdefault(dataset, []).append(variable)
        return tuple(AnalysisDataset(dataset, tuple(of), where.get(dataset)) for dataset, of in analysed.items())

    def _name(self, row: Row, field: str, text: str, only: str) -> tuple[str, str]:
        """`ADQS.CHG`; without a dataset, that of the analysis if it is only one."""
        dataset, _, variable = text.rpartition(".")
        dataset = dataset or only
        if variable not in self.variables.get(dataset, ()):
            names = self.variables.get(dataset)
            fix = did_you_mean(variable, names, "add it there") if names else "write it with its dataset, as ADSL.AGE"
            name = f"{dataset}.{variable}" if dataset else variable
            row.problem(field, f"no variable {name} in the sheet Variables", fix, kind="dangling variable")
        return dataset, variable

    def _parameter(self, row: Row) -> tuple[str, str] | None:
        return self._name(row, "parameter", row.id("parameter"), "") if row.id("parameter") else None

    def _selected(self, row: Row) -> Selected:
        """The cell Selection Criteria: `ADQS.PARAMCD EQ TOTAL; ADSL`."""
        found: Selected = []
        for match in _SEGMENT.finditer(row.text("selection")):
            if match[1].strip():
                try:
                    found.append(self._segment(row, match[1].strip()))
                except BadClause as error:
                    row.problem("selection", f"a criterion that cannot be read: {error}", error.fix, kind="bad where clause")
        return found

    def _segment(self, row: Row, text: str) -> tuple[str, WhereClause | None]:
        prefix = _PREFIX.match(text)
        home, rest = (unquoted(prefix[1]), text[prefix.end() :].strip()) if prefix else ("", text)
        if not prefix and (" " not in text or text.startswith('"') and text.count('"') == 2):
            home, rest = unquoted(text), ""
        if not rest:
            row.refer("selection", home, self.variables, "dataset", "Datasets")
            return home, None
        clauses = parse_clauses(rest, home)
        if len(clauses) > 1:
            raise BadClause(*_ONE_ONLY)
        dataset = home or clauses[0].checks[0].dataset
        if not dataset:
            raise BadClause("a condition without its dataset", "write it as ADSL.SAFFL EQ Y")
        self.where.check(row, "selection", clauses)
        return dataset, clauses[0]
