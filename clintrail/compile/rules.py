"""A variable's rule compiled to a column: constants, expressions, copies, branches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clintrail.compile.builtins import builtins
from clintrail.compile.expressions import Compiled, Refused, compile_expression
from clintrail.compile.plan import DECIDED, MADE, BranchPlan, Column, Input, literal
from clintrail.compile.roles import NotAnExpression, column_uses
from clintrail.compile.scopes import Scope
from clintrail.compile.text import Marked, NotTokens, arguments, call_at, calls, span, tokens
from clintrail.errors import Problem
from clintrail.spec.model import Branches, Constant, Copy, Expression, Rule, Variable

if TYPE_CHECKING:
    from clintrail.compile.stages import Stage


def compile_rule(stage: Stage, variable: Variable, scope: Scope) -> Column:
    """The column of a variable whose names mean what `scope` says; raises `Refused`."""
    rule = variable.rule
    if rule is None:
        fix = "write an expression, a constant in single quotes, or null"
        raise Refused(Problem(variable.place, variable.name, "has no rule", fix))
    column = _compiled(stage, variable, rule, scope)
    column.kind = "working" if variable.is_working else "variable"
    column.place = variable.place
    column.words = variable.attributes.get("words", "")
    column.wanted = stage.builder.wanted_type(stage.dataset, variable) if stage.dataset else ""
    return column


def _compiled(stage: Stage, variable: Variable, rule: Rule, scope: Scope) -> Column:
    name = variable.name
    if isinstance(rule, Constant):
        return Column(name, literal(rule.text) if rule.text else "NULL", (), text=literal(rule.text), constant=True)
    if isinstance(rule, Copy):
        expression = Expression(f"{rule.source}.{name}", rule.place)
        return _from_expression(stage, name, expression, scope, "")
    if isinstance(rule, Expression):
        return _from_expression(stage, name, rule, scope, stage.builder.codelist_of(stage.dataset, variable))
    return _branched(stage, variable, rule, scope)


def _from_expression(stage: Stage, name: str, expression: Expression, scope: Scope, codelist: str) -> Column:
    compiled = compile_expression(stage.builder, expression, scope, name, codelist=codelist)
    constant = not compiled.inputs
    return Column(
        name, compiled.sql, tuple(dict.fromkeys(compiled.inputs)), tuple(compiled.joins), text=expression.text, constant=constant,
        typed=expression, marked=compiled.marked, reads=_readings(stage, expression, compiled),
    )  # fmt: skip


def _readings(stage: Stage, expression: Expression, compiled: Compiled) -> tuple[Input, ...]:
    """The collected text that the rule, one call of a function that reads text, is about; nothing for other rules."""
    toks = tokens(expression.text)
    call = call_at(toks, 0) if toks else None
    function = stage.builder.functions.get(call.name) if call and call.end == len(toks) else None
    if call is None or function is None or not function.reads:
        return ()
    at, given = [p.name for p in function.parameters].index(function.reads), arguments(toks, call)
    text = expression.text[span(toks, *given[at])] if at < len(given) else ""
    return tuple(i for i in compiled.inputs if i.role == MADE and _names(text, i, stage) and _is_collected(stage, i))


def _names(text: str, found: Input, stage: Stage) -> bool:
    own = found.frame == stage.frame.name and not found.via
    return text == found.column if own else text.partition(".")[2] == found.column


def _is_collected(stage: Stage, found: Input) -> bool:
    """Whether a column is one of a raw form, or a copy of one."""
    frame = stage.builder.frames[found.frame]
    if frame.kind == "form":
        return True
    column = frame.columns.get(found.column)
    made = [i for i in column.inputs if i.role == MADE] if column else []
    copies = column is not None and (column.name == "cell" or re.fullmatch(r"[\w.]+", column.text) is not None)
    return bool(made) and copies and all(_is_collected(stage, i) for i in made)


def _branched(stage: Stage, variable: Variable, rule: Branches, scope: Scope) -> Column:
    sql, plans, all_inputs, joins = "CASE", [], [], []
    pieces: list[tuple[int, Expression, Marked]] = []
    codelist = stage.builder.codelist_of(stage.dataset, variable)
    for branch in rule.branches:
        own: list[Input] = []
        condition = None
        if branch.condition is not None:
            condition = compile_expression(stage.builder, branch.condition, scope, variable.name, DECIDED)
            pieces.append((len(sql) + len("\n    WHEN "), branch.condition, condition.marked))
            own += condition.inputs
            joins += condition.joins
        if isinstance(branch.value, Constant):
            value = Compiled(Marked.made(literal(branch.value.text), 0))
        else:
            value = compile_expression(stage.builder, branch.value, scope, variable.name, codelist=codelist)
        own += value.inputs
        joins += value.joins
        sql += f"\n    WHEN {condition.sql} THEN " if condition else "\n    ELSE "
        if isinstance(branch.value, Expression):
            pieces.append((len(sql), branch.value, value.marked))
        sql += value.sql
        text = literal(branch.value.text) if isinstance(branch.value, Constant) else branch.value.text
        shown = branch.condition.text if branch.condition else None
        plans.append(
            BranchPlan(shown, text, branch.attributes.get("words", ""), tuple(dict.fromkeys(own)), dict(branch.attributes), branch.place)
        )
        all_inputs += own
    text = "\n".join(f"{p.condition or 'else'}: {p.text}" for p in plans)
    sql = f"{sql}\n    END" if plans else "NULL"
    return Column(
        variable.name,
        sql,
        tuple(dict.fromkeys(all_inputs)),
        tuple(joins),
        text=text,
        branches=plans,
        constant=not all_inputs,
        parts=tuple(pieces),
    )


def rule_names(rule: Rule | None) -> set[tuple[str | None, str]]:
    """The names (alias or None, name) that a rule uses; nothing for a rule that cannot be read."""
    if isinstance(rule, Copy):
        return {(rule.source, "")}
    if isinstance(rule, Branches):
        found = set()
        for branch in rule.branches:
            found |= rule_names(branch.condition) | rule_names(branch.value)
        return found
    if isinstance(rule, Expression):
        try:
            return {(use.alias, use.name) for use in column_uses(rule.text, {})}
        except (NotAnExpression, NotTokens):
            return set()
    return set()


def is_row_local(stage: Stage, rule: Rule | None) -> bool:
    """Whether a rule looks at its own record alone: no window, no aggregate."""
    if isinstance(rule, Branches):
        parts = [e for b in rule.branches for e in (b.condition, b.value) if isinstance(e, Expression)]
        return all(is_row_local(stage, part) for part in parts)
    if not isinstance(rule, Expression):
        return True
    functions = stage.builder.functions
    for call in calls(tokens(rule.text)):
        function = functions.get(call.name)
        if call.over >= 0 or (function and function.is_aggregate) or builtins().get(call.name.lower()) in ("aggregate", "window"):
            return False
    return True
