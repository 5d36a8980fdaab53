"""Library functions put in for their calls, by splicing text; aggregates of doubles given the order of the rows."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot.tokenizer_core import TokenType

from clintrail.compile.builtins import builtins, open_aggregates
from clintrail.compile.functions import Function
from clintrail.compile.text import Call, Marked, Token, arguments, call_at, calls, has_order, join, span, tokens
from clintrail.errors import counted

_NEEDS_ORDER = frozenset(["first", "last", "any_value", "arbitrary", "list", "array_agg", "string_agg", "group_concat", "listagg", "mode"])
_ORDERED_SUMS = frozenset(
    {
        "sum", "avg", "mean", "fsum", "favg", "kahan_sum", "sumkahan", "stddev", "stddev_samp", "stddev_pop", "variance",
        "var_samp", "var_pop", "product", "corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "skewness",
        "kurtosis", "arg_max", "arg_min", "max_by", "min_by", "argmax", "argmin",
    }
)  # fmt: skip


class WrongCall(Exception):
    """A call that does not fit its function: (offset in the author's text, what is wrong, fix)."""

    def __init__(self, mark: int, what: str, fix: str) -> None:
        super().__init__(what)
        self.mark, self.what, self.fix = mark, what, fix


def expand(marked: Marked, functions: Mapping[str, Function], calls_made: dict[str, str] | None = None) -> Marked:
    """Put the bodies in for all calls of library functions; raises `WrongCall`.

    `calls_made` is filled with what was put in and the call for which it stands, so that SQL can be shown with calls.
    """
    toks = tokens(marked.text)
    out: list[Marked] = []
    at, index = 0, 0
    while index < len(toks):
        call = call_at(toks, index)
        function = functions.get(call.name) if call else None
        if call is None or function is None:
            index += 1
            continue
        out.append(marked[at : toks[index].start])
        index = call.end if function.is_aggregate else call.close + 1
        out.append(_expanded_call(marked, toks, call, function, functions, calls_made))
        if calls_made is not None:
            calls_made[out[-1].text] = marked[span(toks, call.first, index)].text
        at = toks[index - 1].end
    return join([*out, marked[at:]])


def _expanded_call(
    marked: Marked,
    toks: tuple[Token, ...],
    call: Call,
    function: Function,
    functions: Mapping[str, Function],
    calls_made: dict[str, str] | None,
) -> Marked:
    mark = marked.marks[toks[call.first].start]
    given = [expand(marked[span(toks, *r)], functions, calls_made) for r in arguments(toks, call)]
    needed = sum(p.default is None for p in function.parameters)
    if not needed <= len(given) <= len(function.parameters):
        raise WrongCall(
            mark, f"{function.name} takes {counted(len(function.parameters), 'argument')}, not {len(given)}", f"write {function.signature}"
        )
    values = {p.name: given[i] if i < len(given) else Marked.made(p.default or "NULL", mark) for i, p in enumerate(function.parameters)}
    clauses = Marked("", ())
    if function.is_aggregate and call.end > call.close + 1:
        clauses = expand(marked[toks[call.close].end : toks[call.end - 1].end], functions, calls_made)
    return join([Marked.made("(", mark), _fill(function, values, clauses, mark), Marked.made(")", mark)])


def _fill(function: Function, values: Mapping[str, Marked], clauses: Marked, mark: int) -> Marked:
    body, out, at = function.expanded or function.body, [], 0
    ends = set(open_aggregates(body)) if clauses.text else set()
    for token in tokens(body):
        if token.is_word and token.text in values and not body[: token.start].rstrip().endswith("."):
            out += [Marked.made(body[at : token.start] + "(", mark), values[token.text], Marked.made(")", mark)]
            at = token.end
        if token.end in ends:
            out += [Marked.made(body[at : token.end], mark), clauses]
            at = token.end
    return join([*out, Marked.made(body[at:], mark)])


def complete_aggregates(marked: Marked, row: str) -> Marked:
    """Give sums, averages and picks of doubles the order of the rows (`row`), so that their last bits never vary.

    Raises `WrongCall` for aggregates whose result depends on an order that is not given.
    """
    toks = tokens(marked.text)
    inserts: list[tuple[int, str]] = []
    for call in calls(toks):
        name = call.name.lower()
        if builtins().get(name) != "aggregate":
            continue
        close = toks[call.close].start
        if has_order(toks, call.open + 1, call.close):
            completed = marked.text[:close].rstrip().endswith(row)
            inserts += [] if completed else [(close, f", {row}")]
            continue
        if name in _NEEDS_ORDER:
            mark = marked.marks[toks[call.first].start]
            raise WrongCall(
                mark,
                f"{name} depends on an order that is not given",
                f"write {name}(x order by ...), or first_value/last_value over an order",
            )
        ordered = call.over >= 0 and has_order(toks, call.over + 2, call.end - 1)
        if name in _ORDERED_SUMS and not ordered and toks[call.open + 1].kind != TokenType.DISTINCT:
            inserts.append((close, f" ORDER BY {row}"))
    out, at = [], 0
    for offset, text in sorted(inserts):
        out += [marked[at:offset], Marked.made(text, marked.marks[max(offset - 1, 0)])]
        at = offset
    return join([*out, marked[at:]])
