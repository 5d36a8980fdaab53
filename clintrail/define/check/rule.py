"""What a rule is: a function that finds what is wrong, and how bad that is. The catalogue `docs/define-checks.md` is made from these."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Generic, TypeVar

from lxml import etree

from clintrail.define.check.tree import Define, get, local_name, nearest_oid
from clintrail.errors import Problem, Severity

Given = TypeVar("Given")
BOTH = ("2.0", "2.1")


@dataclass(frozen=True)
class Finding:
    """An element with what is wrong with it and how to mend it. The subject is the nearest OID, unless another is given.

    `of` tells findings of one rule apart that are of different kinds, such as references to methods and to code lists.
    """

    element: etree._Element
    problem: str
    fix: str
    subject: str = ""
    of: str = ""


@dataclass(frozen=True)
class Rule(Generic[Given]):
    """A rule: its name, what must hold, how bad a finding is, who says so, and for which versions of Define-XML."""

    name: str
    holds: str
    severity: Severity
    source: str
    versions: tuple[str, ...]
    find: Callable[[Given], Iterator[Finding]]

    def problems(self, define: Define, given: Given) -> Iterator[Problem]:
        """What the rule finds in a define.xml, or in something that belongs to it, if it is one for the file's version."""
        for finding in self.find(given) if define.version in self.versions else ():
            subject = finding.subject or subject_of(finding.element)
            kind = f"{self.name} {finding.of}".strip()
            yield Problem(define.place(finding.element), subject, finding.problem, finding.fix, self.severity, kind)


def rule(
    severity: Severity, source: str, versions: tuple[str, ...] = BOTH
) -> Callable[[Callable[[Given], Iterator[Finding]]], Rule[Given]]:
    """Make a rule of a function. Its name is the rule's, its docstring says what must hold."""

    def made(find: Callable[[Given], Iterator[Finding]]) -> Rule[Given]:
        return Rule(find.__name__, " ".join((inspect.getdoc(find) or "").split()), severity, source, versions, find)

    return made


def rules_of(*modules: ModuleType) -> tuple[Rule[Any], ...]:
    """The rules that modules hold, in the order in which they stand there."""
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, Rule))


def subject_of(element: etree._Element) -> str:
    """What a finding is about: an ItemRef is about its item, everything else about the nearest OID."""
    return (get(element, "ItemOID") if local_name(element) == "ItemRef" else "") or nearest_oid(element)
