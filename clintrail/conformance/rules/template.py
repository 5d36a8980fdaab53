"""Rules for names as ADaM writes them: one rule for TRTxxP is asked of TRT01P, TRT02P and whatever else a dataset has.

`for: CRITyFL` makes a rule of its own for each variable that fits, wherever the rule's text names the placeholders: `CRITyFL`, `CRITy`.
`*` stands for any stem (`*FL`, and `*` beside it), or with `for: "*"` for the whole name. A `*` between two spaces
multiplies, but for the text of a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from clintrail.conformance.data.model import CheckedDataset
from clintrail.conformance.rules.rule import Rule
from clintrail.spec.model import Expression, Lookup
from clintrail.standards.templates import match_template

_NUMBERED = re.compile(r"\b[A-Z](?:[A-Z0-9]|xx|zz|y|w)*(?:xx|zz|y|w)(?:[A-Z0-9]|xx|zz|y|w)*\b")
_PLACEHOLDER = re.compile(r"xx|zz|y|w")
_STEM = re.compile(r"(?<! )\*|\*(?! )")


def rules_for(rule: Rule, dataset: CheckedDataset) -> Iterator[Rule]:
    """The rule itself, or if it is for a template, one for each variable of a dataset that fits it, in their order."""
    if not rule.template:
        yield rule
        return
    prefix = dataset.prefix
    template = rule.template.replace("--", prefix) if prefix else rule.template
    for variable in dataset.variables:
        parts = match_template(template, variable.name)
        if parts is not None and not ("--" in template and not prefix):
            yield filled(rule, parts)


def filled(rule: Rule, parts: Mapping[str, str]) -> Rule:
    """A rule with placeholders filled in: {'xx': '01'}, {'stem': 'SAF'}."""

    def text(found: str) -> str:
        found = _NUMBERED.sub(lambda word: _PLACEHOLDER.sub(lambda p: parts.get(p.group(), p.group()), word.group()), found)
        return _STEM.sub(parts["stem"], found) if "stem" in parts else found

    def message(found: str) -> str:
        pieces = re.split(r"(\{[^{}]*\})", text(found))
        return "".join(piece if piece.startswith("{") else piece.replace("*", parts.get("stem", "*")) for piece in pieces)

    def expression(found: Expression | None) -> Expression | None:
        return replace(found, text=text(found.text)) if found else None

    def lookup(found: Lookup) -> Lookup:
        return replace(found, source=text(found.source), match=expression(found.match), where=expression(found.where))

    return replace(
        rule,
        condition=replace(rule.condition, text=text(rule.condition.text)),
        message=replace(rule.message, text=message(rule.message.text)),
        where=expression(rule.where),
        variables=tuple(map(text, rule.variables)),
        optional=tuple(map(text, rule.optional)),
        distinct=tuple(map(text, rule.distinct)),
        lookups={name: lookup(found) for name, found in rule.lookups.items()},
        groups={name: tuple(map(text, keys)) for name, keys in rule.groups.items()},
    )
