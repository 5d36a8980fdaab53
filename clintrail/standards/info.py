"""The shapes in which a standard's facts are handed out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

VarType = Literal["Char", "Num"]
Core = Literal["Req", "Exp", "Perm", "Cond", ""]


@dataclass(frozen=True)
class VariableInfo:
    """One variable as a standard defines it.

    `core` is empty where the standard gives none. `codelists` are NCI codes, most specific first; `described` names a
    value domain that is no code list ("ISO 8601 duration", "MedDRA"); `values` lists the only values allowed ("Y").
    `order` sorts within the dataset: whole numbers are the standard's own, fractions are variables that the model
    allows between two of the guide's. An empty `label` means that the standard leaves the wording to the study.
    """

    name: str
    label: str
    type: VarType
    role: str = ""
    core: Core = ""
    codelists: tuple[str, ...] = ()
    order: float = math.inf
    described: str = ""
    values: tuple[str, ...] = ()


def _not_found(name: str) -> VariableInfo | None:
    return None


@dataclass(frozen=True)
class DatasetInfo:
    """One dataset as a standard defines it.

    `variables` are those in the standard's table, in order (for ADaM with its templates: TRTxxP, CRITyFL, --SEQ).
    `variable(name)` finds more: what the SDTM allows besides the guide's table, and concrete names of ADaM templates.
    `class_name` is the submission value of CDISC's GNRLOBSC code list, as define.xml wants it.
    """

    name: str
    label: str
    class_name: str
    structure: str
    keys: tuple[str, ...]
    variables: tuple[VariableInfo, ...]
    repeating: bool = True
    reference_data: bool = False
    purpose: str = "Tabulation"
    subclass: str = ""
    standard: str = ""
    find: Callable[[str], VariableInfo | None] = field(default=_not_found, compare=False, repr=False)

    def variable(self, name: str) -> VariableInfo | None:
        """The variable of that name, in the standard's table or allowed beside it; None if the standard knows none."""
        return self.find(name)


def variable_order(dataset: DatasetInfo, names: Iterable[str]) -> list[str]:
    """`names` in the order of the standard; those it does not know come last, as given."""

    def rank(name: str) -> float:
        found = dataset.variable(name)
        return found.order if found else math.inf

    return sorted(names, key=rank)
