"""One expression of a rule rewritten in SQL: its columns, lookups, aggregates and windows; the rest stays as it was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot.tokenizer_core import TokenType

from clintrail.compile.builtins import builtins, is_clock_word, not_from_data
from clintrail.compile.expand import complete_aggregates, expand
from clintrail.compile.plan import quoted
from clintrail.compile.roles import ColumnUse, column_uses
from clintrail.compile.text import Call, Marked, arguments, call_at, has_order, span, tokens
from clintrail.conformance.data.metadata import TABLES
from clintrail.conformance.rules.rows import NICKNAMES, PARENT, SUBJECT, NotForThis
from clintrail.spec.model import Expression

if TYPE_CHECKING:
    from clintrail.conformance.rules.expression import Translator


class Rewriting:
    """One expression while it is rewritten, token by token."""

    def __init__(self, translator: Translator, text: str, expression: Expression, inner: str) -> None:
        self.of, self.text, self.expression, self.inner = translator, text, expression, inner
        self.toks = tokens(text)
        self.uses: Mapping[int, ColumnUse] = {use.start: use for use in column_uses(text, translator.functions)}

    def rewritten(self) -> str:
        return self.range(0, len(self.toks), self.inner)

    def range(self, first: int, behind: int, inner: str) -> str:
        """A range of tokens rewritten; names qualified by `inner` are columns of the rows around it."""
        if behind <= first:
            return ""
        out, index, at = [], first, self.toks[first].start
        while index < behind:
            token = self.toks[index]
            made, end = self._token(index, inner)
            if made is not None:
                out += [self.text[at : token.start], made]
                at = self.toks[end - 1].end
            index = end
        return "".join([*out, self.text[at : self.toks[behind - 1].end]])

    def _token(self, index: int, inner: str) -> tuple[str | None, int]:
        token = self.toks[index]
        use = self.uses.get(token.start)
        if use is not None:
            end = index + 1
            while end < len(self.toks) and self.toks[end].start < use.end:
                end += 1
            return self._column(use, inner), end
        if token.kind == TokenType.NUMBER and "." in token.text and "e" not in token.text.lower():
            return f"{token.text}e0", index + 1
        if is_clock_word(token):
            raise self.of.refused(self.expression, *not_from_data(token.text))
        call = call_at(self.toks, index)
        if call is None:
            return None, index + 1
        return self._call(call, inner)

    def _column(self, use: ColumnUse, inner: str) -> str:
        if use.alias is None:
            return self._bare(use.name, inner)
        if use.alias == inner:
            _, columns, _, _ = self._plain(use.alias)
            if use.name not in columns:
                raise NotForThis(f"{use.alias} has no {use.name}")
            return f"{quoted(use.alias)}.{quoted(use.name)}"
        source, columns, match, order = self.of.lookup(use.alias)
        if use.name == "found":
            found = f"EXISTS (SELECT 1 FROM {source} WHERE {match})"
            return found if inner else self.of.kept(found)
        if use.name not in columns and f"{use.alias}.{use.name}" in map(self.of.filled, self.of.rule.optional):
            return "NULL"
        if use.name not in columns:
            raise NotForThis(f"{use.alias} has no {use.name}")
        column = f"{quoted(use.alias)}.{quoted(use.name)}"
        first = f"arg_min({column}, {order})" if order else f"min({column})"
        looked_up = f"(SELECT {first} FROM {source} WHERE {match})"
        made = looked_up if inner else self.of.kept(looked_up)
        self.of._used[f"{use.alias}.{use.name}"] = made
        return made

    def _plain(self, alias: str) -> tuple[str, Mapping[str, str], str, str]:
        """What is known of a lookup without its condition, which may be what is being made."""
        stated = self.of.rule.lookups.get(alias)
        source = self.of.filled(stated.source if stated else alias)
        source = self.of._parent() if source == PARENT else source
        if source in self.of.rule.tables:
            return "", dict.fromkeys(self.of.rule.tables[source].columns, ""), "", ""
        about = NICKNAMES.get(source, source).format(f"{self.of.rule.each}s")
        if about in TABLES:
            return "", {column: "" for column in TABLES[about].columns}, "", ""
        columns = self.of.data.columns(source)
        if not columns:
            raise NotForThis(f"there is no {source}")
        return "", columns, "", ""

    def _bare(self, name: str, inner: str) -> str:
        rows = self.of.rows
        if inner == "." and rows.records is not None and name in rows.records.columns:
            return f"{rows.records.alias}.{quoted(name)}"
        if inner == "." and rows.records is not None and name not in rows.columns:
            if name in {self.of.filled(optional) for optional in self.of.rule.optional}:
                return "NULL"
            raise NotForThis(f"{rows.dataset.name if rows.dataset else 'it'} has no {name}")
        return self.of.own(name)

    def _call(self, call: Call, inner: str) -> tuple[str | None, int]:
        name = call.name.lower()
        if call.name == "present":
            given = arguments(self.toks, call)
            column = self.text[span(self.toks, *given[0])] if given else ""
            rows = self.of.rows.records or self.of.rows
            return ("TRUE" if column in rows.columns else "FALSE"), call.end
        function = self.of.functions.get(call.name)
        kind = "aggregate" if function and function.is_aggregate else builtins().get(name)
        if function is None and kind is None:
            raise self.of.refused(self.expression, f"no function named {call.name}", "'clintrail functions' lists all")
        if call.over >= 0 and kind in ("aggregate", "window"):
            return self._window(call, inner), call.end
        if kind in ("aggregate", "window") and not inner:
            return self._rows(call), call.end
        return None, call.first + 1

    def _window(self, call: Call, inner: str) -> str:
        """`f(x) over group`, `f(x) over (group order by y)`: the group written out, the order completed by the row."""
        toks, over = self.toks, call.over
        paren = toks[over + 1].kind == TokenType.L_PAREN
        at = over + 2 if paren else over + 1
        groups = {"subject": SUBJECT, **self.of.rule.groups}
        named = toks[at].text if at < len(toks) else ""
        head = self.text[toks[call.first].start : toks[call.first].end] + self.range(call.open, over, inner)
        if named in groups:
            keys = [self.of.own(self.of.filled(key)) for key in groups[named]]
            partition = "PARTITION BY " + ", ".join(key for key in keys if key != "NULL") if any(k != "NULL" for k in keys) else ""
            at += 1
        elif paren:
            partition = ""
        else:
            fix = f"declare it: groups: {{{named}: USUBJID, ...}}"
            raise self.of.refused(self.expression, f"no group named {named}", fix)
        rest = self.range(at, call.end - 1, inner) if paren else ""
        if paren and has_order(toks, at, call.end - 1) and self.of.rows.order:
            rest = _completed(rest, self.of.rows.order)
        return f"{head} OVER ({partition} {rest})"

    def _rows(self, call: Call) -> str:
        """An aggregate over the rows of another dataset, or in a rule for each dataset over its records."""
        start, end = self.toks[call.first].start, self.toks[call.end - 1].end
        aliases = {use.alias for use in self.uses.values() if start <= use.start < end and use.alias}
        if len(aliases) > 1:
            raise self.of.refused(self.expression, f"an aggregate over {' and '.join(sorted(aliases))}", "aggregate over one of them")
        if not aliases:
            records = self.of.rows.records
            if records is None:
                fix = f"write {call.name}(...) over GROUP, or name another dataset's column in it"
                raise self.of.refused(self.expression, f"{call.name} needs rows to run over", fix)
            source, match, order, inner = f"{records.source} AS {records.alias}", "TRUE", records.order, "."
        else:
            inner = aliases.pop()
            source, _, match, order = self.of.lookup(inner)
        head = self.text[start : self.toks[call.first].end] + self.range(call.open, call.close + 1, inner)
        if call.filter_open >= 0:
            condition = self.range(call.filter_open + 2, call.filter_close, inner)
            match = f"({match}) AND ({condition})"
        made = expand(Marked.typed(head), self.of.functions)
        aggregate = complete_aggregates(made, order).text if order else made.text
        return self.of.kept(f"(SELECT {aggregate} FROM {source} WHERE {match})")


def _completed(order: str, row: str) -> str:
    """An ORDER BY completed by the row, before a frame clause."""
    frame = re.search(r"\b(ROWS|RANGE|GROUPS)\b", order, re.I)
    at = frame.start() if frame else len(order)
    return f"{order[:at].rstrip()}, {row} {order[at:]}"
