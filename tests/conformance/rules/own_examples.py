"""A rule tried on its own examples, and on them without its condition and without its `where`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from clintrail.compile.functions import Function
from clintrail.compile.library import library
from clintrail.conformance.data import Data
from clintrail.conformance.rules import Rule, shipped_rules
from clintrail.conformance.rules.examples import check_examples, findings_of, read_examples
from clintrail.content import content_dir
from clintrail.spec.model import Expression
from clintrail.terminology import Terminology, load_codelists


@cache
def terminology() -> Terminology:
    return load_codelists(None)


@cache
def functions() -> dict[str, Function]:
    return library()


def rules_of(kind: str) -> list[Rule]:
    return [rule for rule in shipped_rules() if rule.kind == kind]


def faults(rule: Rule, folder: Path | None = None, known: Mapping[str, Function] | None = None) -> list[str]:
    """What is wrong with a rule and its examples, and which part of the rule no example depends on.

    `folder` has the examples of a rule that is not shipped, and `known` the functions that it may use.
    """
    known = known or functions()
    passing, failing = read_examples(folder or content_dir(rule.kind) / "rules" / rule.name, terminology())
    found = [str(problem) for problem in check_examples(rule, passing, failing, known)]
    try:
        return found or _needless(rule, passing, failing, known)
    finally:
        for data in [*passing.values(), *failing.values()]:
            data.con.close()


def _needless(rule: Rule, passing: Mapping[Path, Data], failing: Mapping[Path, Data], known: Mapping[str, Function]) -> list[str]:
    """The mutation check: a rule without its condition, with one that never holds, and without its `where` must not do the same."""
    found = []
    always, never = (replace(rule, condition=Expression(text, rule.condition.place)) for text in ("TRUE", "FALSE"))
    if any(findings_of(always, data, known) for data in failing.values()):
        found.append("without its condition it still finds something")
    if not any(findings_of(never, data, known) for data in passing.values()):
        found.append("no example that passes has a row that the rule looks at")
    if rule.where:
        bare = replace(rule, where=None)
        together = [*passing.values(), *failing.values()]
        if all(findings_of(bare, data, known) == findings_of(rule, data, known) for data in together):
            found.append("no example depends on its where")
    return found
