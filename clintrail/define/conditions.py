"""Where clauses as conditions of the spec language and back: `PARAMCD = 'TOTAL' and AVISITN in (12, 24)`.

A define can say comparisons of a variable with constants, joined by `and`; alternatives (`or`) are several where clauses, and
`true` is none. Where clauses of others may compare with several values, or none: `LBCAT = ('A', 'B')`, `LBCAT = ()`; and one that
is only referred to by its id is `clause('id')`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
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
_NAMED = "clause"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_FIX = "compare a variable with constants (=, <>, <, <=, >, >=, in, not in), and join such comparisons by 'and'"


def where_clauses_of(condition: Expression, dataset: str) -> tuple[WhereClause, ...]:
    """The where clauses of a condition on the variables of `dataset` (or of others, as `DM.SEX`): one for each alternative.

    Raises `Problems` for a condition that no where clause can say.
    """
    try:
        tree = sqlglot.parse_one(condition.text, dialect="duckdb")
        if isinstance(tree.unnest(), exp.Boolean) and tree.unnest().this:
            return ()
        return tuple(_clause(alternative, dataset) for alternative in _joined(tree, exp.Or))
    except (sqlglot.errors.SqlglotError, ValueError) as error:
        what = str(error) if isinstance(error, ValueError) else "no condition that can be read"
        raise Problems([Problem(condition.place, dataset, f"a where clause cannot say this: {what}", _FIX)]) from None


def condition_of(where: Sequence[WhereClause], dataset: str, is_number: Callable[[str, str], bool]) -> str:
    """The where clauses as one condition; `is_number(dataset, variable)` tells whose values stand without quotes."""
    if not where:
        return "true"
    said = [" and ".join(_comparison(check, dataset, is_number) for check in clause.checks) or _named(clause) for clause in where]
    return said[0] if len(said) == 1 else " or ".join(f"({text})" if " and " in text else text for text in said)


def _joined(tree: Any, by: Any) -> list[Any]:
    """The parts that `or` (or `and`) joins, in order; by a loop, since others may have joined thousands."""
    found, waiting = [], [tree.unnest()]
    while waiting:
        part = waiting.pop()
        if isinstance(part, by):
            waiting += [part.right.unnest(), part.left.unnest()]
        else:
            found.append(part)
    return found


def _clause(tree: Any, dataset: str) -> WhereClause:
    if isinstance(tree, exp.Anonymous) and tree.name.lower() == _NAMED and len(tree.expressions) == 1:
        return WhereClause((), id=_constant(tree.expressions[0]))
    return WhereClause(tuple(_comparison_of(part, dataset) for part in _joined(tree, exp.And)))


def _named(clause: WhereClause) -> str:
    return f"{_NAMED}({_text(clause.id)})" if clause.id else "true"


def _comparison_of(tree: Any, dataset: str) -> RangeCheck:
    negated = isinstance(tree, exp.Not)
    inner = tree.this.unnest() if negated else tree
    if isinstance(inner, exp.In) and not inner.args.get("query"):
        values = tuple(_constant(value) for value in inner.expressions)
        return _check(inner.this, "NOTIN" if negated else "IN", values, dataset)
    if not negated and type(inner) in _SIGNS:
        right = inner.expression.unnest()
        constants = right.expressions if isinstance(right, exp.Tuple) else [right]
        return _check(inner.this, _SIGNS[type(inner)], tuple(_constant(value) for value in constants), dataset)
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
    values = [v if numeric and _NUMBER.fullmatch(v) else _text(v) for v in check.values]
    name = _name(check.variable) if check.dataset == dataset else f"{_name(check.dataset)}.{_name(check.variable)}"
    shown = f"({', '.join(values)})" if check.comparator in ("IN", "NOTIN") or len(values) != 1 else values[0]
    return f"{name} {_SHOWN[check.comparator]} {shown}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@cache
def _name(text: str) -> str:
    """A name as it stands in a condition: in double quotes where SQL would read it otherwise."""
    quoted = '"' + text.replace('"', '""') + '"'
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        return quoted
    try:
        side = sqlglot.parse_one(f"1 = {text}", dialect="duckdb").expression
    except sqlglot.errors.SqlglotError:
        return quoted
    return text if isinstance(side, exp.Column) and side.name == text else quoted
