"""Analysis results of the draft that was used with define.xml 1.0 (`adamref`), in the words of Analysis Results Metadata 1.0.

The draft says which records are analysed in free words and parameters in a list of their own; both become a where clause where
they can be said so, and words in a comment where not.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from clintrail.define import oids
from clintrail.define.check.tree import children, get
from clintrail.define.conditions import where_clauses_of
from clintrail.define.model import (
    AnalysisDataset,
    AnalysisResult,
    Comment,
    DefineDataset,
    Documentation,
    DocumentRef,
    ProgrammingCode,
    RangeCheck,
    ResultDisplay,
    WhereClause,
)
from clintrail.define.read.source import Element, Source, child_text, text_of
from clintrail.errors import Problems
from clintrail.spec.model import Expression

_REASONS = {"pre-specified in SAP": "SPECIFIED IN SAP", "pre-specified in protocol": "SPECIFIED IN PROTOCOL"}


@dataclass
class DraftResults:
    """Reads the displays of a source; comments on selections that no where clause can say are put into `comments`.

    `decodes` are the values and decodes of all code lists.
    """

    source: Source
    datasets: Sequence[DefineDataset]
    comments: dict[str, Comment]
    decodes: Set[tuple[str, str]]

    def displays(self) -> tuple[ResultDisplay, ...]:
        """The displays, in the order of the file."""
        return tuple(self._display(display) for display in self.source.define.all("adamref:ResultDisplay"))

    def _display(self, element: Element) -> ResultDisplay:
        return ResultDisplay(
            id=self.source.new_id(oids.result_display, get(element, "OID")),
            name=get(element, "DisplayIdentifier"),
            description=get(element, "DisplayLabel"),
            results=tuple(self._result(result) for result in children(element, "adamref:AnalysisResults")),
            documents=self._leaf(element),
        )

    def _result(self, element: Element) -> AnalysisResult:
        id_ = self.source.new_id(oids.analysis_result, get(element, "OID"))
        codes = self._parameters(element)
        words: list[str] = []
        analysed = [self._analysed(part, codes, words) for part in children(element, "adamref:AnalysisDataset")]
        checks = [check for part in analysed if part.where for check in part.where.checks if check.variable == "PARAMCD"]
        if left := [code for code in codes if not any(code in check.values for check in checks)]:
            words.append(f"parameters {', '.join(left)}")
            what = f"the list of parameters has {', '.join(left)}, the selection of records has not; kept in words, as a comment"
            self.source.warning(element, what, "correct one of the two")
        if words:
            said = "; ".join(words)
            self.comments.setdefault(said, Comment(id_, said))
        return AnalysisResult(
            id=id_,
            description=get(element, "ResultIdentifier"),
            reason=_REASONS.get(get(element, "Reason"), get(element, "Reason")),
            purpose="",
            datasets=self._with_variables(element, analysed),
            parameter=(checks[0].dataset, "PARAMCD") if codes and checks else None,
            join=self.comments["; ".join(words)].id if words else "",
            documentation=next((self._documentation(part) for part in children(element, "adamref:Documentation")), None),
            code=next((self._code(part) for part in children(element, "adamref:ProgrammingCode")), None),
        )

    def _parameters(self, element: Element) -> tuple[str, ...]:
        """The codes of the parameters that are analysed; their names, if they are no decodes of these, cannot be kept."""
        found = [one for part in children(element, "adamref:ParameterList") for one in children(part, "adamref:Parameter")]
        for one in found:
            if get(one, "Param") and (get(one, "ParamCD"), get(one, "Param")) not in self.decodes:
                self.source.note(one, f"the name of parameter {get(one, 'ParamCD')} is not kept, as no code list has it as decode")
        return tuple(get(one, "ParamCD") for one in found)

    def _analysed(self, element: Element, codes: tuple[str, ...], words: list[str]) -> AnalysisDataset:
        """A dataset and its records. What no where clause can say is put into `words`."""
        refs = children(element, "ItemGroupRef")
        group = self.source.define.find("ItemGroupDef", get(refs[0], "ItemGroupOID")) if refs else None
        dataset = get(group, "Name") if group is not None else get(refs[0], "ItemGroupOID") if refs else ""
        if refs:
            self.source.check_ref(refs[0], "ItemGroupOID")
        checks: tuple[RangeCheck, ...] = ()
        for part in children(element, "adamref:SelectionCriteria"):
            text = child_text(part, "def:ComputationMethod").strip().removeprefix("[").removesuffix("]").strip()
            where = self._where(part, text, dataset)
            if where is None and text:
                words.append(f"{dataset}: {text}")
                self.source.note(
                    part, "no where clause can say this selection; it is kept in words, as a comment", "write it as conditions"
                )
            checks += where.checks if where else ()
        if codes and self._has(dataset, "PARAMCD") and all(check.variable != "PARAMCD" for check in checks):
            checks += (RangeCheck(dataset, "PARAMCD", "EQ" if len(codes) == 1 else "IN", codes),)
        return AnalysisDataset(dataset, (), WhereClause(checks) if checks else None)

    def _where(self, element: Element, text: str, dataset: str) -> WhereClause | None:
        """`SAFFL="Y" and AVISIT="Week 24"` as a where clause, if it is one."""
        quoted = text.replace("'", "''").replace('"', "'")
        try:
            clauses = where_clauses_of(Expression(quoted, self.source.define.place(element)), dataset)
        except (Problems, RecursionError):
            return None
        return clauses[0] if len(clauses) == 1 else None

    def _with_variables(self, element: Element, analysed: list[AnalysisDataset]) -> tuple[AnalysisDataset, ...]:
        """The analysed variables put to their datasets; a dataset that is not listed is added."""
        owners = {get(ref, "ItemOID"): get(group, "Name") for group in self.source.define.groups for ref in children(group, "ItemRef")}
        by_dataset: dict[str, list[str]] = {}
        for ref in children(element, "adamref:AnalysisVariable"):
            item = self.source.define.find("ItemDef", get(ref, "ItemOID"))
            self.source.check_ref(ref, "ItemOID")
            name = get(item, "Name") if item is not None else get(ref, "ItemOID")
            by_dataset.setdefault(owners.get(get(ref, "ItemOID"), ""), []).append(name)
        listed = [replace(part, variables=tuple(by_dataset.get(part.dataset, ()))) for part in analysed]
        others = set(by_dataset) - {part.dataset for part in analysed}
        return (*listed, *(AnalysisDataset(name, tuple(variables)) for name, variables in by_dataset.items() if name in others))

    def _has(self, dataset: str, variable: str) -> bool:
        return any(variable == one.name for found in self.datasets if found.name == dataset for one in found.variables)

    def _documentation(self, element: Element) -> Documentation:
        return Documentation(" ".join(text_of(text).strip() for text in children(element, "TranslatedText")), self._leaf(element))

    def _code(self, element: Element) -> ProgrammingCode:
        return ProgrammingCode("", child_text(element, "def:ComputationMethod"), self._leaf(element))

    def _leaf(self, element: Element) -> tuple[DocumentRef, ...]:
        document = self.source.ref(element, "leafID", oids.document)
        return (DocumentRef(document),) if document else ()
