"""Equality, order and emptiness of values.

Two missing values are neither equal nor unequal; one missing value is unequal to any other. Numbers are equal where they agree to the
14 digits that a double keeps through conversion and arithmetic, and a number in text is that number.
"""

from __future__ import annotations

from clintrail.conformance.core.frame import Column, Missing, as_number, as_text
from clintrail.conformance.core.logic import any_of, holds, negated, truth
from clintrail.conformance.core.operators.asked import Asked, Operator, opposite

_NOISE = "1e-14"


def same(one: Column, other: Column, type_insensitive: bool = False) -> str:
    """Whether two values are equal, as SQL that is unknown where one is missing."""
    if "number" in (one.kind, other.kind):
        return same_number(as_number(one), as_number(other))
    if one.kind == other.kind == "flag":
        return f"({one.sql} = {other.sql})"
    left, right = as_text(one), as_text(other)
    if type_insensitive:
        return f"({left} = {right} OR {same_number(as_number(one), as_number(other))})"
    return f"({left} = {right})"


def same_number(one: str, other: str) -> str:
    """Whether two numbers are equal but for the noise of doubles."""
    return f"({one} = {other} OR abs({one} - {other}) <= {_NOISE} * greatest(abs({one}), abs({other})))"


def _equal(asked: Asked) -> str:
    if _both_certain(asked):
        return truth(asked.target.sql == asked.other.sql)
    return holds(same(asked.target, _reference(asked), asked.comparison.has("type_insensitive")))


def _unequal(asked: Asked) -> str:
    if _both_certain(asked):
        return truth(asked.target.sql != asked.other.sql)
    return _differs(asked.target, _reference(asked), same(asked.target, _reference(asked), asked.comparison.has("type_insensitive")))


def _differs(one: Column, other: Column, equal: str) -> str:
    return f"coalesce(NOT {equal}, {one.sql} IS NOT NULL OR {other.sql} IS NOT NULL)"


def _both_certain(asked: Asked) -> bool:
    return asked.target.kind == asked.other.kind == "flag" and {asked.target.sql, asked.other.sql} <= {"TRUE", "FALSE"}


def _reference(asked: Asked) -> Column:
    """What is compared with; with `value_is_reference` the value of the variable that the value names, in the record referred to."""
    if not asked.comparison.has("value_is_reference"):
        return asked.other
    name = f"{asked.frame.named(str(asked.comparison.value))} -> value"
    if name not in asked.frame.columns:
        raise Missing(f"no record is referred to by {asked.comparison.value}")
    return asked.frame.column(name)


def _lowered(asked: Asked) -> tuple[Column, Column]:
    one, other = asked.target, asked.other
    return Column(f"lower({as_text(one)})"), Column(f"lower({as_text(other)})")


def _equal_in_any_case(asked: Asked) -> str:
    return holds(same(*_lowered(asked)))


def _unequal_in_any_case(asked: Asked) -> str:
    one, other = _lowered(asked)
    return _differs(one, other, same(one, other))


def _ordered(sign: str) -> Operator:
    def compare(asked: Asked) -> str:
        one, other = as_number(asked.target), as_number(asked.other)
        equal = f"abs({one} - {other}) <= {_NOISE} * greatest(abs({one}), abs({other}))"
        either = f"({equal} OR {one} {sign} {other})" if "=" in sign else f"(NOT ({equal}) AND {one} {sign} {other})"
        return holds(either)

    return compare


def _empty(asked: Asked) -> str:
    target = asked.target
    if target.kind == "list":
        return truth(not target.values) if target.values is not None else f"({target.sql} IS NULL OR len({target.sql}) = 0)"
    return f"({target.sql} IS NULL)"


def _exists(asked: Asked) -> str:
    """Whether there is such a column, or a list of the rows names it."""
    name = asked.frame.named(asked.comparison.name)
    if asked.frame.has(name):
        column = asked.frame.columns[name]
        return truth(not isinstance(column, Column) or column.there)
    lists = [c.values for c in asked.frame.columns.values() if isinstance(c, Column) and c.values is not None]
    return any_of(truth(name in values) for values in lists)


def _text_part(asked: Asked) -> str:
    """Whether the target equals what a pattern finds in the text it is compared with."""
    part = f"nullif(regexp_extract({as_text(asked.other)}, {_pattern(asked.comparison.text('regex'))}), '')"
    return holds(same(asked.target, Column(part)))


def _pattern(regex: str) -> str:
    group = ", 1" if "(" in regex else ""
    escaped = regex.replace("'", "''")
    return f"'{escaped}'{group}"


OPERATORS: dict[str, Operator] = {
    "equal_to": _equal,
    "not_equal_to": _unequal,
    "equal_to_case_insensitive": _equal_in_any_case,
    "not_equal_to_case_insensitive": _unequal_in_any_case,
    "equals_string_part": _text_part,
    "does_not_equal_string_part": opposite(_text_part),
    "less_than": _ordered("<"),
    "less_than_or_equal_to": _ordered("<="),
    "greater_than": _ordered(">"),
    "greater_than_or_equal_to": _ordered(">="),
    "empty": _empty,
    "non_empty": lambda asked: negated(_empty(asked)),
    "exists": _exists,
    "not_exists": opposite(_exists),
}
