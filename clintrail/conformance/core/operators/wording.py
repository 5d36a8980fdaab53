"""Parts, patterns and lengths of texts."""

from __future__ import annotations

from clintrail.compile.plan import literal
from clintrail.conformance.core.frame import Column, as_number, as_text
from clintrail.conformance.core.logic import holds, truth
from clintrail.conformance.core.operators.asked import Asked, Operator, opposite
from clintrail.conformance.core.operators.comparing import same
from clintrail.conformance.core.operators.sets import is_in


def _part(asked: Asked) -> Column:
    """The first or the last characters of the target, or all of it."""
    text = as_text(asked.target)
    if count := asked.comparison.number("prefix"):
        return Column(f"left({text}, {count})")
    if count := asked.comparison.number("suffix"):
        return Column(f"right({text}, {count})")
    return Column(text)


def _matches(from_start: bool, wanted: bool) -> Operator:
    """Whether a text has the pattern, at its beginning or anywhere; a missing text neither has it nor lacks it."""

    def match(asked: Asked) -> str:
        pattern = str(asked.comparison.value)
        found = f"regexp_matches({_part(asked).sql}, {literal(f'^(?:{pattern})' if from_start else pattern)})"
        return holds(found if wanted else f"NOT {found}")

    return match


def _has_part(asked: Asked) -> str:
    return holds(same(_part(asked), _domain_or_other(asked)))


def _domain_or_other(asked: Asked) -> Column:
    """The prefix of a name is compared with the letters that `--` stands for where the rule says DOMAIN."""
    if asked.comparison.value == "DOMAIN":
        return Column(literal(asked.frame.subject.prefix))
    return asked.other


def _part_in(asked: Asked) -> str:
    return is_in(asked.frame, _part(asked), asked.others)


def _longer(asked: Asked) -> str:
    other = asked.other
    length = as_number(other) if other.kind == "number" else f"length({as_text(other)})"
    return holds(f"length({as_text(asked.target)}) > {length}")


def _contains(asked: Asked) -> str:
    if asked.target.values is not None and asked.other.kind == "text" and isinstance(asked.comparison.value, str):
        return truth(asked.comparison.value in asked.target.values)
    return holds(f"contains({as_text(asked.target)}, {as_text(asked.other)})")


def _starts(asked: Asked) -> str:
    return holds(f"starts_with({as_text(asked.target)}, {as_text(asked.other)})")


def _ends(asked: Asked) -> str:
    return holds(f"ends_with({as_text(asked.target)}, {as_text(asked.other)})")


OPERATORS: dict[str, Operator] = {
    "matches_regex": _matches(True, True),
    "not_matches_regex": _matches(True, False),
    "prefix_matches_regex": _matches(False, True),
    "not_prefix_matches_regex": _matches(False, False),
    "suffix_matches_regex": _matches(False, True),
    "not_suffix_matches_regex": _matches(False, False),
    "prefix_equal_to": _has_part,
    "prefix_not_equal_to": opposite(_has_part),
    "suffix_equal_to": _has_part,
    "suffix_not_equal_to": opposite(_has_part),
    "prefix_is_contained_by": _part_in,
    "prefix_is_not_contained_by": opposite(_part_in),
    "suffix_is_contained_by": _part_in,
    "suffix_is_not_contained_by": opposite(_part_in),
    "longer_than": _longer,
    "shorter_than_or_equal_to": opposite(_longer),
    "contains": _contains,
    "does_not_contain": opposite(_contains),
    "starts_with": _starts,
    "ends_with": _ends,
}
