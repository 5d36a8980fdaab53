"""What the page says in words: where clauses with labels and decodes, and the terms of short code lists."""

from __future__ import annotations

from dataclasses import dataclass

from clintrail.define.model import CodeList, DefineDocument, DefineVariable, RangeCheck, WhereClause

_SAID = {
    "EQ": "is", "NE": "is not", "IN": "is", "NOTIN": "is not",
    "LT": "is less than", "LE": "is at most", "GT": "is greater than", "GE": "is at least",
}  # fmt: skip
_SIGNS = {"EQ": "=", "NE": "≠", "LT": "<", "LE": "≤", "GT": ">", "GE": "≥", "IN": "in", "NOTIN": "not in"}
# Source: CDISC Define-XML terminology, General Observation Class and Subclass, but for those that hold a name (ADAM OTHER).
_CLASSES = frozenset({
    "BASIC DATA STRUCTURE", "OCCURRENCE DATA STRUCTURE", "SUBJECT LEVEL ANALYSIS DATASET", "DEVICE LEVEL ANALYSIS DATASET",
    "MEDICAL DEVICE BASIC DATA STRUCTURE", "MEDICAL DEVICE OCCURRENCE DATA STRUCTURE", "REFERENCE DATA STRUCTURE",
    "EVENTS", "FINDINGS", "FINDINGS ABOUT", "INTERVENTIONS", "SPECIAL PURPOSE", "RELATIONSHIP", "TRIAL DESIGN", "STUDY REFERENCE",
    "ADVERSE EVENT", "TIME-TO-EVENT", "NON-COMPARTMENTAL ANALYSIS", "POPULATION PHARMACOKINETIC ANALYSIS",
})  # fmt: skip
# Of more values than these the first are said and the others counted: the formal condition, beside the words, has them all.
_MOST_VALUES, _FIRST_VALUES = 6, 4
_TERMS_SHOWN, _CHARACTERS_SHOWN = 6, 80


@dataclass(frozen=True)
class Words:
    """The labels of variables, by dataset and name, and the decodes of code lists, by id and value."""

    variables: dict[tuple[str, str], DefineVariable]
    decodes: dict[str, dict[str, str]]

    def condition(self, where: WhereClause, home: str) -> str:
        """`Vital Signs Test Code is TEMP (Temperature) and Sex of DM is not F (Female)`, as read in the dataset `home`."""
        return " and ".join(self._said(check, home) for check in where.checks)

    def _said(self, check: RangeCheck, home: str) -> str:
        variable = self.variables.get((check.dataset, check.variable))
        decodes = self.decodes.get(variable.codelist, {}) if variable else {}
        name = (variable.label if variable else "") or check.variable
        values = [_value(value, decodes.get(value, "")) for value in check.values]
        if len(values) > _MOST_VALUES:
            values[_FIRST_VALUES:] = [f"{len(values) - _FIRST_VALUES} more"]
        return f"{name}{'' if check.dataset == home else f' of {check.dataset}'} {_SAID[check.comparator]} {_either(values)}"


def words(document: DefineDocument) -> Words:
    """The words of a document; of things that it defines twice, the first."""
    variables: dict[tuple[str, str], DefineVariable] = {}
    for dataset in document.datasets:
        for variable in dataset.variables:
            variables.setdefault((dataset.name, variable.name), variable)
    decodes: dict[str, dict[str, str]] = {}
    for codelist in document.codelists:
        decodes.setdefault(codelist.id, {term.value: term.decode for term in codelist.terms})
    return Words(variables, decodes)


def formal_condition(where: WhereClause, home: str) -> str:
    """`VSTESTCD = TEMP and DM.SEX ≠ F`: names, signs and every value."""
    said = []
    for check in where.checks:
        name = check.variable if check.dataset == home else f"{check.dataset}.{check.variable}"
        values = ", ".join(check.values)
        said.append(f"{name} {_SIGNS[check.comparator]} {f'({values})' if check.comparator in ('IN', 'NOTIN') else values}")
    return " and ".join(said)


def few_terms(codelist: CodeList) -> str:
    """`F = Female, M = Male`; nothing for a list that is too long to stand in a cell."""
    shown = [f"{term.value} = {term.decode}" if term.decode not in ("", term.value) else term.value for term in codelist.terms]
    said = ", ".join(shown)
    return said if len(shown) <= _TERMS_SHOWN and len(said) <= _CHARACTERS_SHOWN else ""


def class_title(name: str) -> str:
    """A class or subclass for reading: `Basic data structure`; one that is not of the standard stays as it is."""
    return name.capitalize() if name in _CLASSES else name


def _value(value: str, decode: str) -> str:
    if not value.strip():
        return "missing"
    return f"{value} ({decode})" if decode not in ("", value) else value


def _either(values: list[str]) -> str:
    return " or ".join([", ".join(values[:-1]), values[-1]] if len(values) > 1 else values)
