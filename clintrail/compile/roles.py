"""What an expression says of its columns: which of them make the value and which decide it; read from sqlglot's tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from clintrail.compile.functions import Function
from clintrail.compile.plan import DECIDED, MADE


@dataclass(frozen=True)
class ColumnUse:
    """A column as typed (`ae.IT.AETERM` gives alias `ae`, name `IT.AETERM`), its characters, and its role."""

    alias: str | None
    name: str
    start: int
    end: int
    role: str


class NotAnExpression(Exception):
    """The text is not one scalar expression: (offset, what is wrong, fix)."""

    def __init__(self, offset: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.offset, self.what, self.fix = offset, what, fix


_REFUSED_NODES = (
    exp.Query, exp.Subquery, exp.Exists, exp.DDL, exp.DML, exp.Command, exp.Into, exp.Placeholder, exp.Parameter, exp.Drop, exp.Alter,
    exp.Set, exp.Pragma, exp.Attach, exp.Detach, exp.Copy, exp.Use, exp.Describe,
)  # fmt: skip


@lru_cache(maxsize=8192)
def parse(text: str) -> Any:
    """The tree of one scalar expression; raises `NotAnExpression`."""
    try:
        trees = sqlglot.parse(text, dialect="duckdb")
    except ParseError as error:
        found = error.errors[0] if error.errors else {}
        near = str(found.get("highlight") or "").strip()
        offset = len(str(found.get("start_context") or "")) if near else 0
        what = f"not an expression, near '{near}'" if near else "not an expression"
        raise NotAnExpression(min(offset, max(len(text) - 1, 0)), what, "check brackets, quotes and commas") from None
    except TokenError:
        raise NotAnExpression(0, "not an expression: a quote is not closed", "close the quote") from None
    if len(trees) != 1 or trees[0] is None:
        raise NotAnExpression(0, "not one expression", "write one expression for each rule")
    tree = trees[0].this if isinstance(trees[0], exp.Alias) else trees[0]
    if isinstance(trees[0], exp.Alias):
        raise NotAnExpression(0, "a rule takes no name after it", "leave out 'as ...'; check for a missing comma or operator")
    bad = next((node for node in tree.walk() if isinstance(node, _REFUSED_NODES)), None)
    if bad is not None:
        raise NotAnExpression(
            0, "queries and statements are not part of the language", "use a lookup, or an aggregate of another dataset's column"
        )
    return tree


def column_uses(text: str, functions: Mapping[str, Function]) -> list[ColumnUse]:
    """The columns that an expression uses, with their roles (a column used in two roles stands twice, at two places)."""
    return list(_walk(parse(text), MADE, functions))


def _walk(node: Any, role: str, functions: Mapping[str, Function]) -> Iterator[ColumnUse]:
    if isinstance(node, exp.Column):
        if isinstance(node.this, exp.Star):
            return
        parts = node.parts
        names = [part.name for part in parts]
        alias, name = (None, names[0]) if len(names) == 1 else (names[0], ".".join(names[1:]))
        yield ColumnUse(alias, name, parts[0].meta["start"], parts[-1].meta["end"] + 1, role)
        return
    if isinstance(node, exp.Dot):  # five parts and more: a.b.c.d.e
        names = [part.name for part in node.parts]
        yield ColumnUse(names[0], ".".join(names[1:]), node.parts[0].meta["start"], node.parts[-1].meta["end"] + 1, role)
        return
    roles = _child_roles(node, role, functions)
    for key, child in node.args.items():
        if isinstance(node, exp.Window) and key == "alias":
            continue
        for index, item in enumerate(child if isinstance(child, list) else [child]):
            if isinstance(item, exp.Expression):
                yield from _walk(item, roles(key, index), functions)


def _child_roles(node: Any, role: str, functions: Mapping[str, Function]) -> Any:
    if isinstance(node, exp.Case):
        return lambda key, index: DECIDED if key == "this" else role
    if isinstance(node, exp.If):
        return lambda key, index: DECIDED if key == "this" else role
    if isinstance(node, exp.Window):
        return lambda key, index: role if key == "this" else DECIDED
    if isinstance(node, (exp.Filter, exp.Nullif)):
        return lambda key, index: DECIDED if key == "expression" else role
    if isinstance(node, (exp.ArgMax, exp.ArgMin)):
        return lambda key, index: DECIDED if key == "expression" else role
    if isinstance(node, exp.Order) and node.args.get("this") is None or isinstance(node, exp.Ordered):
        return lambda key, index: DECIDED
    if isinstance(node, exp.Order):
        return lambda key, index: role if key == "this" else DECIDED
    function = functions.get(str(node.this)) if isinstance(node, exp.Anonymous) else None
    if function is not None:
        parameter_roles = roles_of_parameters(function, functions)
        return lambda key, index: role if role == DECIDED or index >= len(parameter_roles) else parameter_roles[index]
    return lambda key, index: role


@lru_cache(maxsize=1024)
def _body_roles(body: str) -> frozenset[tuple[str, str]]:
    try:
        return frozenset((use.name, use.role) for use in _walk(parse(body), MADE, {}))
    except NotAnExpression:
        return frozenset()


def roles_of_parameters(function: Function, functions: Mapping[str, Function]) -> list[str]:
    """For each parameter: made where the value is made from it anywhere in the body, else decided."""
    found = _body_roles(function.expanded)
    return [DECIDED if (p.name, DECIDED) in found and (p.name, MADE) not in found else MADE for p in function.parameters]


TEXT, NUMBER = "text", "number"


def kind_of(node: Any, column_kind: Any, function_kind: Any) -> str | None:
    """text or number, as far as it is plain from the tree; None where it is not."""
    if isinstance(node, exp.Paren):
        return kind_of(node.this, column_kind, function_kind)
    if isinstance(node, exp.Literal):
        return TEXT if node.is_string else NUMBER
    if isinstance(node, exp.Column):
        parts = [part.name for part in node.parts]
        found = column_kind(None if len(parts) == 1 else parts[0], ".".join(parts[1:]) or parts[0])
        return str(found) if found else None
    if isinstance(node, (exp.Neg, exp.Add, exp.Mul, exp.Div, exp.Mod, exp.Length, exp.Count)):
        return NUMBER
    if isinstance(node, (exp.Upper, exp.Lower, exp.Trim, exp.Concat, exp.DPipe, exp.Substring, exp.RegexpExtract, exp.Replace)):
        return TEXT
    if isinstance(node, exp.Anonymous):
        found = function_kind(str(node.this))
        return str(found) if found else None
    return None


def comparisons(text: str) -> Iterator[tuple[Any, Any, int]]:
    """Pairs of sides that the expression compares, with the offset of a column of theirs."""
    for node in parse(text).walk():
        if isinstance(node, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)):
            yield node.this, node.expression, _offset(node)
        elif isinstance(node, exp.Between):
            yield node.this, node.args["low"], _offset(node)
        elif isinstance(node, exp.In):
            for item in node.expressions[:1]:
                yield node.this, item, _offset(node)


def _offset(node: Any) -> int:
    return next((i.meta["start"] for i in node.find_all(exp.Identifier) if "start" in i.meta), 0)
