"""Where clauses as conditions of the spec language and back: `PARAMCD = 'MASITOT' and AVISITN in (12, 24)`.

A define can say comparisons of a variable with constants, joined by `and`; alternatives (`or`) are several where clauses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import sqlglot
from sqlglot import exp

from clintrail.define.model import Comparator, RangeCheck, WhereClause
from clintrail.errors import Problem, Problems
from clintrail.spec.model import Expression

_SIGNS: dict[Any, Comparator] = {
    exp.EQ: "EQ", exp.NEQ: "NE", exp.LT: "LT", exp.LTE: "LE", exp.GT: "GT", exp.GTE: "GE",
}  # fmt: skip
_SHOWN = {"EQ": "=", "NE": "<>", "LT": "<", "LE": "<=", "GT": ">", "GE": ">=", "IN": "in", "NOTIN": "not in"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_FIX = "compare a variable with constants (=, <>, <, <=, >, >=, in, not in), and join such comparisons by 'and'"


def where_clauses_of(condition: Expression, dataset: str) -> tuple[WhereClause, ...]:
    """The where clauses of a condition on the variables of `dataset` (or of others, as `DM.SEX`): one for each alternative.

    Raises `Problems` for a condition that no where clause can say.
    """
    try:
        tree = sqlglot.parse_one(condition.text, dialect="duckdb")
        return tuple(WhereClause(tuple(_checks(alternative, dataset))) for alternative in _alternatives(tree))
    except (sqlglot.errors.SqlglotError, ValueError) as error:
        what = str(error) if isinstance(error, ValueError) else "no condition that can be read"
        raise Problems([Problem(condition.place, dataset, f"a where clause cannot say this: {what}", _FIX)]) from None


def condition_of(where: Sequence[WhereClause], dataset: str, is_number: Callable[[str, str], bool]) -> str:
    """The where clauses as one condition; `is_number(dataset, variable)` tells whose values stand without quotes."""
    said = [" and ".join(_comparison(check, dataset, is_number) for check in clause.checks) for clause in where]
    return said[0] if len(said) == 1 else " or ".join(f"({text})" if " and " in text else text for text in said)


def _alternatives(tree: Any) -> list[Any]:
    tree = tree.unnest()
    return [*_alternatives(tree.left), *_alternatives(tree.right)] if isinstance(tree, exp.Or) else [tree]


def _checks(tree: Any, dataset: str) -> list[RangeCheck]:
    tree = tree.unnest()
    if isinstance(tree, exp.And):
        return [*_checks(tree.left, dataset), *_checks(tree.right, dataset)]
    negated = isinstance(tree, exp.Not)
    inner = tree.this.unnest() if negated else tree
    if isinstance(inner, exp.In) and inner.expressions:
        values = tuple(_constant(value) for value in inner.expressions)
        return [_check(inner.this, "NOTIN" if negated else "IN", values, dataset)]
    if not negated and type(inner) in _SIGNS:
        return [_check(inner.this, _SIGNS[type(inner)], (_constant(inner.expression),), dataset)]
    raise ValueError(f"'{tree.sql(dialect='duckdb')}' is no comparison with constants")


def _check(column: Any, comparator: Comparator, values: tuple[str, ...], dataset: str) -> RangeCheck:
    if not isinstance(column, exp.Column):
        raise ValueError(f"'{column.sql(dialect='duckdb')}' is no variable")
    return RangeCheck(column.table or dataset, column.name, comparator, values)


def _constant(value: Any) -> str:
    sign, inner = ("-", value.this) if isinstance(value, exp.Neg) else ("", value)
    if not isinstance(inner, exp.Literal):
        raise ValueError(f"'{value.sql(dialect='duckdb')}' is no constant")
    return sign + str(inner.this)


def _comparison(check: RangeCheck, dataset: str, is_number: Callable[[str, str], bool]) -> str:
    numeric = is_number(check.dataset, check.variable)
    values = [v if numeric and _NUMBER.fullmatch(v) else "'" + v.replace("'", "''") + "'" for v in check.values]
    name = check.variable if check.dataset == dataset else f"{check.dataset}.{check.variable}"
    shown = f"({', '.join(values)})" if check.comparator in ("IN", "NOTIN") else ", ".join(values)
    return f"{name} {_SHOWN[check.comparator]} {shown}"
