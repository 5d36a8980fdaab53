"""From an expression as typed to SQL: names resolved, groups and orders completed, aggregates of other rows made queries.

The text is rewritten token by token and never regenerated; library functions are put in last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot.tokenizer_core import TokenType

from clintrail.compile.builtins import builtins, is_clock_word, is_refused, not_from_data
from clintrail.compile.expand import WrongCall, complete_aggregates, expand
from clintrail.compile.plan import DECIDED, MADE, Input, Join, quoted
from clintrail.compile.roles import ColumnUse, NotAnExpression, column_uses
from clintrail.compile.scopes import MembersScope, RowsScope, Scope, Unresolved
from clintrail.compile.text import Call, Marked, NotTokens, Token, arguments, call_at, has_order, join, matching, span, tokens
from clintrail.errors import Place, Problem, closest
from clintrail.spec.model import Expression

if TYPE_CHECKING:
    from clintrail.compile.build import Builder

_WINDOW_CLAUSES = (TokenType.PARTITION_BY, TokenType.ORDER_BY, TokenType.ROWS, TokenType.RANGE)
ENGINE_FORMS = {
    "ct": "ct(collected)                the submission value of the variable's code list for what was collected",
    "cell": "cell                         the value of the column that a wide form's record stands for",
    "found": "x.found                      whether the lookup x hit a record",
    "source_dataset": "source_dataset(VAR)          the dataset that VAR came from (SRCDOM)",
    "source_variable": "source_variable(VAR)         the variable that VAR came from (SRCVAR)",
    "source_sequence": "source_sequence(VAR)         the sequence number of the record that VAR came from (SRCSEQ)",
}


@dataclass
class Compiled:
    """An expression in SQL, with its joins and lineage."""

    marked: Marked
    inputs: list[Input] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)

    @property
    def sql(self) -> str:
        """The SQL text."""
        return self.marked.text


class Refused(Exception):
    """An expression with a problem in it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def place_of(expression: Expression, offset: int) -> Place:
    """The line of the file where the character at `offset` of the expression stands."""
    place = expression.place
    newlines = expression.text.count("\n", 0, offset)
    column = place.column + offset if place.column and not newlines else 0
    return Place(place.path, place.line + newlines, column)


def compile_expression(
    builder: Builder, expression: Expression, scope: Scope, subject: str, role: str = MADE, codelist: str = ""
) -> Compiled:
    """Compile one expression; raises `Refused` with place, subject (the variable), problem and fix."""
    try:
        uses = {use.start: use for use in column_uses(expression.text, builder.functions)}
        work = _Rewriter(builder, expression, uses, subject, codelist)
        result = Compiled(Marked("", ()))
        toks = tokens(expression.text)
        rewritten = work.rewrite(toks, 0, len(toks), scope, role, result, "")
        expanded = expand(rewritten, builder.functions, builder.calls_made)
        result.marked = complete_aggregates(expanded, scope.row) if "(" in expanded.text else expanded
        return result
    except NotAnExpression as error:
        raise Refused(Problem(place_of(expression, error.offset), subject, error.what, error.fix)) from None
    except NotTokens as error:
        raise Refused(Problem(expression.place, subject, f"not an expression: {error}", "check quotes")) from None
    except WrongCall as error:
        raise Refused(Problem(place_of(expression, error.mark), subject, error.what, error.fix)) from None


class _Rewriter:
    def __init__(self, builder: Builder, expression: Expression, uses: Mapping[int, ColumnUse], subject: str, codelist: str) -> None:
        self.builder, self.expression, self.uses, self.subject, self.codelist = builder, expression, uses, subject, codelist

    def refuse(self, offset: int, what: str, fix: str) -> Refused:
        return Refused(Problem(place_of(self.expression, offset), self.subject, what, fix))

    def rewrite(self, toks: tuple[Token, ...], first: int, behind: int, scope: Scope, role: str, out: Compiled, window: str) -> Marked:
        """Rewrite a token range; lineage goes to `out`. Inside a window, inputs come by the relation `window`."""
        parts: list[Marked] = []
        index = first
        at = toks[first].start if behind > first else 0
        while index < behind:
            token = toks[index]
            replaced, behind_it = self._token(toks, index, scope, role, out, window)
            if replaced is None:
                index += 1
                continue
            parts += [Marked.typed(self.expression.text[at : token.start], at), replaced]
            index, at = behind_it, toks[behind_it - 1].end
        end = toks[behind - 1].end if behind > first else at
        return join([*parts, Marked.typed(self.expression.text[at:end], at)])

    def _token(self, toks: tuple[Token, ...], index: int, scope: Scope, role: str, out: Compiled, window: str) -> tuple[Marked | None, int]:
        token = toks[index]
        use = self.uses.get(token.start)
        if use is not None:
            behind = index
            while behind < len(toks) and toks[behind].start < use.end:
                behind += 1
            if (
                behind < len(toks)
                and toks[behind].kind == TokenType.L_BRACKET
                and scope.stage.step is not None
                and self._is_text(toks, behind)
            ):
                close = matching(toks, behind)
                return self._parameter(use, toks[behind + 1].text, scope, out), close + 1
            return self._column(use, scope, role, out, window), behind
        if token.kind == TokenType.NUMBER and "." in token.text and "e" not in token.text.lower():
            return Marked.made(token.text + "e0", token.start), index + 1
        if is_clock_word(token):
            raise self.refuse(token.start, *not_from_data(token.text))
        call = call_at(toks, index)
        if call is not None:
            return self._call(toks, call, scope, role, out, window)
        return None, index + 1

    @staticmethod
    def _is_text(toks: tuple[Token, ...], bracket: int) -> bool:
        return toks[bracket + 1].text.startswith("'") and toks[bracket + 2].kind == TokenType.R_BRACKET

    def _column(self, use: ColumnUse, scope: Scope, role: str, out: Compiled, window: str) -> Marked:
        role = DECIDED if role == DECIDED else use.role
        try:
            if window and use.alias is not None:
                resolved = scope.bare(scope.stage.hidden(f"{use.alias}.{use.name}"), role)
            elif use.alias is None:
                resolved = scope.bare(use.name, role)
            else:
                resolved = scope.qualified(use.alias, use.name, role)
        except Unresolved as error:
            fix = error.fix
            in_quotes = self.expression.double_quoted or self.expression.text[use.start] == '"'
            if in_quotes and use.alias is None:
                fix = f"a constant stands in single quotes: '{use.name}'"
            raise self.refuse(use.start, error.what, fix) from None
        for found in resolved.inputs:
            out.inputs.append(Input(found.frame, found.column, window or found.via, found.role, found.when) if window else found)
        out.joins += resolved.joins
        return Marked.made(resolved.sql, use.start)

    def _call(self, toks: tuple[Token, ...], call: Call, scope: Scope, role: str, out: Compiled, window: str) -> tuple[Marked | None, int]:
        name, at = call.name.lower(), toks[call.first].start
        if call.name in ("ct", "source_dataset", "source_variable", "source_sequence"):
            return self._engine_form(toks, call, scope, role, out, window), call.close + 1
        function = self.builder.functions.get(call.name)
        kind = "aggregate" if function and function.is_aggregate else builtins().get(name)
        if function is None and kind is None:
            if is_refused(name):
                raise self.refuse(at, *not_from_data(call.name))
            near = closest(call.name, [*self.builder.functions, *ENGINE_FORMS, *builtins()])
            signature = self.builder.functions[near].signature if near and near in self.builder.functions else near
            fix = f"did you mean {signature}?" if near else "define it in functions/"
            raise self.refuse(at, f"no function named {call.name}", f"{fix}  ('clintrail functions' lists all)")
        if call.filter_open >= 0 and toks[call.filter_open + 1].text.upper() != "WHERE":
            fix = f"write {call.name}(...) filter (where ...)"
            raise self.refuse(toks[call.filter_open].start, "filter takes a condition behind where", fix)
        if call.over >= 0 and kind in ("aggregate", "window"):
            return self._window(toks, call, scope, role, out), call.end
        if kind in ("aggregate", "window"):
            return self._rows(toks, call, scope, role, out, kind), call.end
        if name == "if" and len(arguments(toks, call)) == 2:
            inner = self.rewrite(toks, call.open + 1, call.close, scope, role, out, window)
            return join([Marked.made("if(", at), inner, Marked.made(", NULL)", at)]), call.close + 1
        return None, call.first + 1

    def _window(self, toks: tuple[Token, ...], call: Call, scope: Scope, role: str, out: Compiled) -> Marked:
        """`f(x) over group`, `f(x) over (group order by y)`: groups written out, the order completed by the row."""
        inside = toks[call.over + 1]
        paren = inside.kind == TokenType.L_PAREN
        named = toks[call.over + 2] if paren and call.end - 1 > call.over + 2 else inside
        group = scope.group(named.text)
        if group is None and not (paren and (named.kind in _WINDOW_CLAUSES or not named.is_word)):
            near = closest(named.text, scope.stage.groups())
            fix = f"did you mean {near}?" if near else f"declare it: groups: {{{named.text}: USUBJID, ...}}"
            raise self.refuse(named.start, f"no group named {named.text}", fix)
        keys = [scope.bare(variable, DECIDED) for variable in group or ()]
        for key in keys:
            out.inputs += key.inputs
        relation = scope.stage.window_relation([key.sql for key in keys], [i for key in keys for i in key.inputs])
        out.inputs += [Input(i.frame, i.column, relation, DECIDED) for key in keys for i in key.inputs]
        relation = self._picked(toks, call, scope, relation)
        behind_call = toks[call.filter_close].end if call.filter_close >= 0 else toks[call.close].end
        head = self.rewrite(toks, call.open, call.over, scope, role, out, relation)
        head = join([Marked.typed(toks[call.first].text, toks[call.first].start), head])
        out.inputs.append(Input(scope.stage.frame.name, "_exists", relation, DECIDED))
        partition = "PARTITION BY " + ", ".join(key.sql for key in keys) if keys else ""
        if not paren:
            return join([head, Marked.made(f" OVER ({partition})", behind_call)])
        start = call.over + (3 if group is not None else 2)
        order = self.rewrite(toks, start, call.end - 1, scope, DECIDED, out, relation)
        if has_order(toks, start, call.end - 1):
            out.inputs.append(Input(scope.stage.frame.name, "_row", relation, DECIDED))
            order = _completed(order, scope.row)
        return join([head, Marked.made(f" OVER ({partition} ", behind_call), order, Marked.made(")", behind_call)])

    def _picked(self, toks: tuple[Token, ...], call: Call, scope: Scope, relation: str) -> str:
        """Where a condition picks the rows of a group (`value_at(x, condition)`, `filter (where ...)`), lineage goes by those alone."""
        function = self.builder.functions.get(call.name)
        given = arguments(toks, call)
        if call.filter_open >= 0:
            typed = self.expression.text[span(toks, call.filter_open + 2, call.filter_close)]
        elif function is not None and function.picking is not None and function.picking < len(given) > 1:
            typed = self.expression.text[span(toks, *given[function.picking])]
        else:
            return relation
        place = place_of(self.expression, toks[call.first].start)
        return scope.stage.picked_relation(relation, Expression(typed, place))

    def _rows(self, toks: tuple[Token, ...], call: Call, scope: Scope, role: str, out: Compiled, kind: str) -> Marked:
        """An aggregate without `over`: a query over the rows of another dataset, or over the records that become one."""
        at = toks[call.first].start
        if isinstance(scope, (MembersScope, RowsScope)):
            raise self.refuse(at, "an aggregate within an aggregate", "make the inner one a working column")
        names = [(u.alias, u.name) for u in self.uses.values() if toks[call.first].start <= u.start < toks[call.end - 1].end]
        try:
            inner = scope.rows_inside(names) if kind == "aggregate" else None
        except Unresolved as error:
            raise self.refuse(at, error.what, error.fix) from None
        if not isinstance(inner, (MembersScope, RowsScope)):
            fix = f"write {call.name}(...) over GROUP, or name another dataset's column in it"
            raise self.refuse(at, f"{call.name} needs rows to run over", fix)
        own = Compiled(Marked("", ()))
        text = self.rewrite(toks, call.open, call.end, inner, role, own, "")
        whole = join([Marked.typed(toks[call.first].text, at), text])
        aggregate = complete_aggregates(expand(whole, self.builder.functions, self.builder.calls_made), inner.row)
        before, behind = "\0", "\0"
        try:
            sql, inputs, joins = inner.query(before)
        except Unresolved as error:
            raise self.refuse(at, error.what, error.fix) from None
        head, _, tail = sql.partition(behind)
        found = own.inputs + inputs
        if call.filter_open >= 0 and not own.joins:
            condition = self.rewrite(toks, call.filter_open + 2, call.filter_close, inner, DECIDED, Compiled(Marked("", ())), "")
            typed = self.expression.text[span(toks, call.filter_open + 2, call.filter_close)]
            found = self._narrowed(scope, inner.relation, typed, expand(condition, self.builder.functions).text, found)
        out.inputs += found
        out.joins += own.joins + joins
        return join([Marked.made(head, at), aggregate, Marked.made(tail, at)])

    @staticmethod
    def _narrowed(scope: Scope, relation: str, name: str, condition: str, inputs: list[Input]) -> list[Input]:
        """Lineage by the rows that fulfil a condition, not by all that were looked at."""
        narrow = scope.stage.narrowed_relation(relation, name, condition)
        return [Input(i.frame, i.column, narrow, i.role, i.when) if i.via == relation else i for i in inputs]

    def _parameter(self, use: ColumnUse, text: str, scope: Scope, out: Compiled) -> Marked:
        """`AVAL['X']`: the value of parameter X among the records of the group."""
        members = scope.stage.members()
        if members is None:
            raise self.refuse(use.start, f"{use.name}['...'] stands outside an added step", "use it in the set of an added step")
        inner = MembersScope(scope, members)
        parameter = scope.stage.parameter_variable()
        value, test = inner.bare(use.name, use.role), inner.bare(parameter, DECIDED)
        sql, inputs, _ = inner.query(value.sql)
        found = value.inputs + test.inputs + inputs
        out.inputs += self._narrowed(scope, inner.relation, f"{parameter} = {text}", f"{test.sql} = {text}", found)
        return Marked.made(f"{sql[:-1]} AND {test.sql} = {text})", use.start)

    def _engine_form(self, toks: tuple[Token, ...], call: Call, scope: Scope, role: str, out: Compiled, window: str) -> Marked:
        at = toks[call.first].start
        given = arguments(toks, call)
        if call.name != "ct":
            name = self.expression.text[span(toks, *given[0])] if len(given) == 1 else ""
            try:
                sql, inputs, joins = scope.stage.source_of(name, call.name)
            except Unresolved as error:
                raise self.refuse(at, error.what, error.fix) from None
            out.inputs += inputs
            out.joins += joins
            return Marked.made(sql, at)
        if not 1 <= len(given) <= 2:
            raise self.refuse(at, f"ct takes the collected value, not {len(given)} arguments", "write ct(form.COLUMN)")
        codelist = self.expression.text[span(toks, *given[1])].strip("'") if len(given) == 2 else self.codelist
        try:
            frame = self.builder.codelist_frame(codelist, self.subject)
        except Unresolved as error:
            raise self.refuse(at, error.what, error.fix) from None
        inner = expand(self.rewrite(toks, *given[0], scope, role, out, window), self.builder.functions, self.builder.calls_made)
        out.inputs.append(Input(frame, "term", "*", DECIDED))
        head = f"coalesce((SELECT c.term FROM {quoted(frame)} AS c WHERE c.collected = upper(trim("
        return join([Marked.made(head, at), inner, Marked.made("))), ", at), inner, Marked.made(")", at)])


def _completed(order: Marked, row: str) -> Marked:
    """Put the row number behind the last order key, before a frame clause."""
    toks = tokens(order.text)
    depth, cut = 0, len(order.text)
    for token in toks:
        depth += token.kind == TokenType.L_PAREN
        depth -= token.kind == TokenType.R_PAREN
        if depth == 0 and token.text.upper() in ("ROWS", "RANGE", "GROUPS"):
            cut = token.start
            break
    mark = order.marks[max(cut - 1, 0)] if order.marks else 0
    return join([order[:cut], Marked.made(f", {row} ", mark), order[cut:]])


def order_keys(
    builder: Builder, keys: tuple[Expression, ...], scope: Scope, subject: str, reverse: bool = False
) -> tuple[list[str], Compiled]:
    """Order keys in SQL with their directions, turned round for `last`; lineage is decided-by."""
    out = Compiled(Marked("", ()))
    found = []
    for key in keys:
        text, direction, nulls = _direction(key.text)
        compiled = compile_expression(builder, Expression(text, key.place), scope, subject, DECIDED)
        out.inputs += compiled.inputs
        out.joins += compiled.joins
        descending = (direction == "desc") != reverse
        place = (" NULLS LAST" if (nulls == "last") != reverse else " NULLS FIRST") if nulls else ""
        found.append(compiled.sql + (" DESC" if descending else "") + place)
    return found, out


def _direction(text: str) -> tuple[str, str, str]:
    words = text.split()
    nulls = direction = ""
    if len(words) > 2 and words[-2].lower() == "nulls" and words[-1].lower() in ("first", "last"):
        nulls, words = words[-1].lower(), words[:-2]
        text = text[: text.lower().rindex("nulls")].rstrip()
    if words and words[-1].lower() in ("asc", "desc"):
        direction = words[-1].lower()
        text = text.rstrip()[: -len(direction)].rstrip()
    return text, direction, nulls
