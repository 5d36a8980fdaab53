"""What a study's spec says of its datasets, with what the guides add: rules, types, code lists, lookups, tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from clintrail.compile.functions import Function
from clintrail.compile.rules import rule_names
from clintrail.compile.scopes import Unresolved
from clintrail.errors import Place, closest
from clintrail.spec.model import Constant, DatasetSpec, Expression, Lookup, StudySpec, Table, Variable
from clintrail.standards import DatasetInfo, adam_dataset, sdtm_dataset

if TYPE_CHECKING:
    from clintrail.compile.stages import Stage


class StudyRules:
    """Answers what the spec, the guide and the study's common rules say; compiles nothing."""

    def __init__(self, study: StudySpec, functions: Mapping[str, Function], columns: Mapping[str, Mapping[str, str]]) -> None:
        self.study, self.functions = study, functions
        self.inputs = {name: types for name, types in columns.items() if name not in study.forms}
        self._rules: dict[tuple[str, bool], dict[str, Variable]] = {}
        self._infos: dict[str, DatasetInfo] = {}

    def _table_or_none(self, name: str, stage: Stage) -> Table | None:
        own = stage.dataset.tables if stage.dataset else {}
        return own.get(name) or self.study.tables.get(name)

    def table(self, name: str, stage: Stage) -> Table:
        """A table by name; raises `Unresolved`."""
        found = self._table_or_none(name, stage)
        if found is None:
            raise Unresolved(f"no table named {name}", "draw it under tables:")
        return found

    def table_keys(self, name: str, stage: Stage) -> tuple[str, ...]:
        """The key columns of a table; nothing for what is no table."""
        found = self._table_or_none(name, stage)
        return found.keys if found else ()

    def reference_keys(self, name: str) -> tuple[str, ...]:
        """The natural key of a dataset without subjects (TE: ETCD)."""
        dataset = self.study.datasets.get(name)
        if dataset is None:
            info = sdtm_dataset(name)
            return tuple(k for k in info.keys if k != "STUDYID") if info else ()
        keys = dataset.keys or self.info(dataset).keys
        return tuple(k for k in keys if k != "STUDYID")

    def lookup_or_none(self, alias: str, stage: Stage) -> Lookup | None:
        """The declared lookup of that name, or the one that a dataset, form or table is by its own name."""
        own = stage.dataset.lookups if stage.dataset else {}
        found = own.get(alias) or self.study.lookups.get(alias)
        if found is not None:
            return found
        named = (self.study.datasets, self.study.forms, self.inputs, self.study.hooks)
        known = any(alias in names for names in named) or self._table_or_none(alias, stage)
        return Lookup(alias, alias, stage.dataset.place if stage.dataset else Place()) if known else None

    def lookup(self, alias: str, stage: Stage) -> Lookup:
        """As `lookup_or_none`; raises `Unresolved`."""
        found = self.lookup_or_none(alias, stage)
        if found is None:
            own = stage.dataset
            known = [*self.study.datasets, *self.study.forms, *self.inputs, *self.study.tables, *self.study.lookups]
            known += [*own.tables, *own.lookups] if own else []
            near = closest(alias, known)
            fix = f"did you mean {near}?" if near else "declare it under lookups: or forms:"
            raise Unresolved(f"no dataset, form, table or lookup named {alias}", fix)
        return found

    def group_variables(self, dataset: DatasetSpec, names: tuple[str, ...]) -> tuple[str, ...]:
        """Variables of a group given by its name, or the names themselves."""
        groups = {"subject": ("USUBJID",), **self.study.groups, **dataset.groups}
        return groups[names[0]] if len(names) == 1 and names[0] in groups else names

    def info(self, dataset: DatasetSpec) -> DatasetInfo:
        """What the guide says of the dataset."""
        if dataset.name not in self._infos:
            self._infos[dataset.name] = dataset_info(dataset)
        return self._infos[dataset.name]

    def rules(self, dataset: DatasetSpec | None, last: bool) -> dict[str, Variable]:
        """The rules of a dataset's variables: implied, common, its own; at the last stage the final and supplemental ones too."""
        if dataset is None:
            return {}
        key = (dataset.name, last)
        if key not in self._rules:
            info, place = self.info(dataset), dataset.place
            found = {"STUDYID": Variable("STUDYID", Constant(self.study.name, place), place)} if info.variable("STUDYID") else {}
            if dataset.kind == "sdtm" and any(v.name == "DOMAIN" for v in info.variables):
                found["DOMAIN"] = Variable("DOMAIN", Constant(dataset.name[:2], place), place)
            found |= self._common(dataset, info)
            found |= dataset.variables
            if last or not dataset.added:
                found |= {**dataset.final, **dataset.supplemental}
            for step in dataset.added:  # what only added records have is missing on the others
                unknown = {n: Variable(n, Expression("null", v.place), v.place) for n, v in step.set.items() if n not in found}
                found |= {n: v for n, v in unknown.items() if n not in dataset.final}
            self._rules[key] = found
        return self._rules[key]

    def _common(self, dataset: DatasetSpec, info: DatasetInfo) -> dict[str, Variable]:
        """The study's common rules for variables that the dataset has, where all that they read is there.

        A dataset has what the guide lists for it; and what its class allows besides, if the rule reads a variable that the spec gives
        (VISITNUM where there is a VISIT).
        """
        listed = {v.name for v in info.variables}
        if dataset.kind == "sdtm":
            listed |= {n for n, v in self.study.common.items() if info.variable(n) and self._needed(v, dataset)}
        own = {*dataset.variables, *dataset.final, *(n for r in dataset.records for n in r.set), "USUBJID", "STUDYID"}
        found = {n: v for n, v in self.study.common.items() if n in listed and n not in own}
        while True:
            there = own | set(found)
            lacking = [n for n, v in found.items() if not self._needed(v, dataset) <= there]
            if not lacking:
                return found
            for name in lacking:
                del found[name]

    def _needed(self, variable: Variable, dataset: DatasetSpec) -> set[str]:
        names = set()
        for alias, name in rule_names(variable.rule):
            if alias is None:
                names.add(name)
            else:
                table = self.study.tables.get(alias)
                names |= set(table.keys) if table else set()
                names |= {"\0"} if alias == dataset.name else set()
        return names

    def wanted_type(self, dataset: DatasetSpec | None, variable: Variable) -> str:
        """Char or Num as the spec or the guide says; "" for working columns."""
        if "type" in variable.attributes:
            return {"char": "Char", "num": "Num"}.get(variable.attributes["type"].lower(), "")
        if dataset is None or variable.is_working:
            return ""
        if variable.name in dataset.supplemental:
            return "Char"
        found = self.info(dataset).variable(variable.name)
        return found.type if found else ""

    def codelist_of(self, dataset: DatasetSpec | None, variable: Variable) -> str:
        """The code list of a variable: the spec's name for it, or the guide's NCI code."""
        if "codelist" in variable.attributes:
            return variable.attributes["codelist"]
        own = self.rules(dataset, last=True).get(variable.name) if dataset else None
        if own is not None and "codelist" in own.attributes:
            return own.attributes["codelist"]
        found = self.info(dataset).variable(variable.name) if dataset else None
        return found.codelists[0] if found and found.codelists else ""

    def sequence_variable(self, dataset: DatasetSpec) -> str | None:
        """--SEQ, where the guide lists it for an SDTM dataset."""
        name = f"{dataset.name[:2]}SEQ"
        listed = any(v.name == name for v in self.info(dataset).variables)
        return name if dataset.kind == "sdtm" and listed else None

    def subject_text(self, form: str) -> str:
        """The subject expression of a form, as typed."""
        subject = self.study.forms[form].subject if form in self.study.forms else None
        return subject.text if subject else ""


def dataset_info(dataset: DatasetSpec) -> DatasetInfo:
    """What the guide says of a dataset; raises nothing: an unknown name is told when the study is checked."""
    if dataset.kind == "adam":
        return adam_dataset("ADSL" if dataset.name == "ADSL" else _adam_class(dataset))
    found = sdtm_dataset(dataset.name, class_name=dataset.class_name)
    return found or DatasetInfo(dataset.name, dataset.label or dataset.name, dataset.class_name or "SPECIAL PURPOSE", "", (), ())


def _adam_class(dataset: DatasetSpec) -> str:
    known = {"BDS": "BDS", "OCCDS": "OCCDS", "TTE": "TTE", "ADSL": "ADSL", "AE": "AE"}
    name = known.get((dataset.class_name or "BDS").upper(), "BDS")
    return "AE" if name == "OCCDS" and dataset.name == "ADAE" else name
