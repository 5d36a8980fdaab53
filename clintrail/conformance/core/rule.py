"""What a rule of CDISC's open rules is (`rule.yml`), as read: nothing of it depends on the data that are checked.

Source: the schema of CDISC's public repository of open rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clintrail.errors import Place

Single = str | int | float | bool
Value = Single | tuple["Value", ...] | Mapping[str, "Value"] | None  # what a key of a condition or an operation can hold


@dataclass(frozen=True)
class Comparison:
    """One condition: a variable (`AETERM`, `--TERM`, `$result`), an operator, what it is compared with, and options of the operator."""

    name: str
    operator: str
    value: Value
    options: Mapping[str, Value]
    place: Place

    def text(self, option: str) -> str:
        """An option that is a text; empty without it."""
        found = self.options.get(option)
        return found if isinstance(found, str) else ""

    def number(self, option: str) -> int:
        """An option that is a whole number; 0 without it."""
        found = self.options.get(option)
        return found if isinstance(found, int) else 0

    def has(self, option: str) -> bool:
        """Whether an option is switched on."""
        return self.options.get(option) is True


@dataclass(frozen=True)
class All:
    """All of the parts are true."""

    parts: tuple[Check, ...]


@dataclass(frozen=True)
class AnyOf:
    """One of the parts is true."""

    parts: tuple[Check, ...]


@dataclass(frozen=True)
class Not:
    """The part is not true."""

    part: Check


Check = Comparison | All | AnyOf | Not


@dataclass(frozen=True)
class Operation:
    """What is found out before the check, under the name `id` (`$ta_arm`)."""

    id: str
    operator: str
    name: str
    domain: str
    group: tuple[str, ...]
    options: Mapping[str, Value]
    place: Place

    def text(self, option: str) -> str:
        """An option that is a text; empty without it."""
        found = self.options.get(option)
        return found if isinstance(found, str) else ""


@dataclass(frozen=True)
class Match:
    """A dataset whose records are put beside those that are checked: by keys, by RELREC, or as the parent of the dataset (`child`)."""

    name: str
    keys: tuple[str, ...]
    child: bool
    wildcard: str
    place: Place


@dataclass(frozen=True)
class Scope:
    """Classes and domains that a rule is for; empty restricts nothing. `split_datasets` as in the rule, None where it says nothing."""

    classes: tuple[str, ...] = ()
    not_classes: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    not_domains: tuple[str, ...] = ()
    split_datasets: bool | None = None


@dataclass(frozen=True)
class Reference:
    """A place in a standard that a rule stands for: `CG0371` of `SDTMIG` `3.4`, and the document cited."""

    organization: str
    standard: str
    version: str
    id: str
    document: str
    section: str


@dataclass(frozen=True)
class CoreRule:
    """A rule of CDISC: its id (`CORE-000206`) and all that its file says of what is checked.

    The check is true for records that break the rule. `sensitivity` is `Record` (each such record is found) or `Dataset` (one finding
    a dataset). `outputs` are the variables that a finding shows; those of the check unless given.
    """

    id: str
    description: str
    message: str
    rule_type: str
    sensitivity: str
    executability: str
    check: Check
    place: Place
    scope: Scope = Scope()
    operations: tuple[Operation, ...] = ()
    matches: tuple[Match, ...] = ()
    outputs: tuple[str, ...] = ()
    references: tuple[Reference, ...] = field(default=(), repr=False)


def comparisons(check: Check) -> Iterator[Comparison]:
    """All conditions of a check, in order."""
    if isinstance(check, Comparison):
        yield check
    elif isinstance(check, Not):
        yield from comparisons(check.part)
    else:
        for part in check.parts:
            yield from comparisons(part)
