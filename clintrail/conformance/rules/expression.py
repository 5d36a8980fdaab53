"""Expressions of rules in SQL: the language of the specs, over the data that are checked.

Bare names are the row's own (`--` stands for the domain's prefix), qualified ones another dataset's, found by subject or as `lookups:`
says. Unlike in a spec several rows may be found, since data may be wrong: a value is then the first row's that has one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot.tokenizer_core import TokenType

from clintrail.compile.builtins import builtins, is_clock_word, not_from_data
from clintrail.compile.expand import WrongCall, complete_aggregates, expand
from clintrail.compile.functions import Function
from clintrail.compile.plan import literal, quoted
from clintrail.compile.roles import ColumnUse, NotAnExpression, column_uses
from clintrail.compile.text import Call, Marked, NotTokens, arguments, call_at, has_order, span, tokens
from clintrail.conformance.data.metadata import TABLES, ensure
from clintrail.conformance.data.model import CheckedDataset, Data, table_of
from clintrail.conformance.rules.rule import Rule
from clintrail.errors import Problem, Problems
from clintrail.spec.model import Expression, Lookup

_WILD = re.compile(r"--(?=[A-Z])|(?<=\bSUPP)--")
_SUBJECT = ("USUBJID",)
PARENT = "parent"
# what a table about the data is called from the rows of another
_NICKNAMES = {"guide": "guide_{}", "define": "define_{}"}


class NotForThis(Exception):
    """A rule is not for a dataset: it lacks a variable, or a dataset that the rule needs is not there."""


@dataclass(frozen=True)
class Rows:
    """What a rule checks each of: a table in SQL with its columns and types, its alias and what orders it (nothing: no order).

    `dataset` is the one whose records they are, or that they are about; `records` the table of the dataset's records, for aggregates.
    """

    source: str
    columns: Mapping[str, str]
    alias: str
    order: str
    dataset: CheckedDataset | None
    records: Rows | None = None


class Translator:
    """Translates the expressions of one rule for one table of rows."""

    def __init__(self, rule: Rule, data: Data, functions: Mapping[str, Function], rows: Rows) -> None:
        self.rule, self.data, self.functions, self.rows = rule, data, functions, rows
        self._used: dict[str, str] = {}

    def where(self) -> str:
        """The condition under which the rule is for a row."""
        return self.sql(self.rule.where) if self.rule.where else "TRUE"

    def condition(self) -> str:
        """The condition that must hold."""
        return self.sql(self.rule.condition)

    def message(self) -> str:
        """The message as text, with what stands in braces filled in."""
        parts = re.split(r"\{([^{}]*)\}", self.rule.message.text)
        made = [self._filled_in(part) if index % 2 else literal(self.filled(part)) for index, part in enumerate(parts) if part]
        return f"concat({', '.join(made)})" if made else "''"

    def _filled_in(self, text: str) -> str:
        sql = self.sql(Expression(text, self.rule.message.place))
        return f"coalesce({_as_text(sql)}, 'missing')"

    def used(self) -> list[str]:
        """The row's own variables in the condition, then those of other datasets."""
        self._used = {}
        self.condition()
        return sorted(self._used, key=lambda name: "." in name)

    def shown(self, variable: str) -> str:
        """A variable's value as text."""
        if variable not in self._used and "." in variable:
            self.sql(Expression(variable, self.rule.place))
        sql = self._used.get(variable) or f"{self.rows.alias}.{quoted(variable)}"
        return _as_text(sql)

    def has(self, variable: str) -> bool:
        """Whether the rows have a variable, or it is another dataset's."""
        return variable in self.rows.columns or "." in variable

    def filled(self, text: str) -> str:
        """Text with the domain's prefix in place of `--`."""
        if self.rows.dataset is None or "--" not in text:
            return text
        prefix = self.rows.dataset.prefix
        if not prefix:
            raise NotForThis("its variables have no prefix")
        return _WILD.sub(prefix, text)

    def sql(self, expression: Expression, inner: str = "") -> str:
        """An expression in SQL; within the rows of `inner`, that name is theirs."""
        text = self.filled(expression.text)
        try:
            piece = _Piece(self, text, expression, inner)
            made = expand(Marked.typed(piece.rewritten()), self.functions)
            return complete_aggregates(made, self.rows.order).text if self.rows.order and "(" in made.text else made.text
        except (NotAnExpression, WrongCall) as error:
            raise self.refused(expression, error.what, error.fix) from None
        except NotTokens as error:
            raise self.refused(expression, f"not an expression: {error}", "check quotes") from None

    def refused(self, expression: Expression, what: str, fix: str) -> Problems:
        """A fault of the rule."""
        return Problems([Problem(expression.place, self.rule.name, what, fix)])

    def own(self, name: str) -> str:
        """A variable of the row itself."""
        if name in self.rows.columns:
            self._used[name] = f"{self.rows.alias}.{quoted(name)}"
            return self._used[name]
        if name in {self.filled(optional) for optional in self.rule.optional}:
            return "NULL"
        dataset = self.rows.dataset
        raise NotForThis(f"there is no {name}" if dataset is None else f"{dataset.domain} has no {name}")

    def lookup(self, name: str) -> tuple[str, Mapping[str, str], str, str]:
        """The table of another dataset: in SQL, its columns, the condition that tells which rows belong to a row, and its order."""
        stated = self.rule.lookups.get(name)
        source = self.filled(stated.source if stated else name)
        alias = quoted(name)
        if source == PARENT or (source == name == PARENT):
            source = self._parent()
        if source in self.rule.tables:
            table = self.rule.tables[source]
            match = self._match(stated, name, table.keys, dict.fromkeys(table.columns, "VARCHAR"))
            return f"{self.drawn(source)} AS {alias}", dict.fromkeys(table.columns, "VARCHAR"), match, ""
        about = _NICKNAMES.get(source, source).format(f"{self.rule.each}s")
        if about in TABLES:
            ensure(self.data, about)
            columns = {column: str(kind) for column, kind in TABLES[about].columns.items()}
            return f"meta.{quoted(about)} AS {alias}", columns, self._match(stated, name, TABLES[about].keys, columns), ""
        columns = self.data.columns(source)
        if not columns:
            raise NotForThis(f"there is no {source}")
        return f"{table_of(source)} AS {alias}", columns, self._match(stated, name, _SUBJECT, columns), f"{alias}._row"

    def _parent(self) -> str:
        """The dataset of which supplemental qualifiers are."""
        dataset = self.rows.dataset
        if dataset is None or not dataset.domain.startswith("SUPP"):
            raise NotForThis("it has no parent dataset")
        return dataset.domain[4:]

    def _match(self, stated: Lookup | None, name: str, keys: tuple[str, ...], columns: Mapping[str, str]) -> str:
        conditions = []
        if stated is not None and stated.match is not None:
            conditions.append(self.sql(stated.match, name))
        else:
            shared = [key for key in keys if key in columns and key in self.rows.columns]
            conditions += [f"{quoted(name)}.{quoted(key)} = {self.rows.alias}.{quoted(key)}" for key in shared]
        if stated is not None and stated.where is not None:
            conditions.append(self.sql(stated.where, name))
        return " AND ".join(f"({condition})" for condition in conditions) or "TRUE"

    def drawn(self, name: str) -> str:
        """A table drawn in the rule, in SQL."""
        table = self.rule.tables[name]
        rows = ", ".join("(" + ", ".join("NULL" if cell is None else literal(cell) for cell in row) + ")" for row in table.rows)
        columns = ", ".join(quoted(column) for column in table.columns)
        return f"(SELECT * FROM (VALUES {rows}) AS t({columns}))"


def _as_text(sql: str) -> str:
    """A value as text, whole numbers without a decimal point."""
    return f"regexp_replace(CAST(({sql}) AS VARCHAR), '^(-?[0-9]+)\\.0$', '\\1')"


class _Piece:
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
            return f"EXISTS (SELECT 1 FROM {source} WHERE {match})"
        if use.name not in columns:
            raise NotForThis(f"{use.alias} has no {use.name}")
        column = f"{quoted(use.alias)}.{quoted(use.name)}"
        first = f"arg_min({column}, {order})" if order else f"min({column})"
        made = f"(SELECT {first} FROM {source} WHERE {match})"
        self.of._used[f"{use.alias}.{use.name}"] = made
        return made

    def _plain(self, alias: str) -> tuple[str, Mapping[str, str], str, str]:
        """What is known of a lookup without its condition, which may be what is being made."""
        stated = self.of.rule.lookups.get(alias)
        source = self.of.filled(stated.source if stated else alias)
        source = self.of._parent() if source == PARENT else source
        if source in self.of.rule.tables:
            return "", dict.fromkeys(self.of.rule.tables[source].columns, ""), "", ""
        about = _NICKNAMES.get(source, source).format(f"{self.of.rule.each}s")
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
        groups = {"subject": _SUBJECT, **self.of.rule.groups}
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
        return f"(SELECT {aggregate} FROM {source} WHERE {match})"


def _completed(order: str, row: str) -> str:
    """An ORDER BY completed by the row, before a frame clause."""
    frame = re.search(r"\b(ROWS|RANGE|GROUPS)\b", order, re.I)
    at = frame.start() if frame else len(order)
    return f"{order[:at].rstrip()}, {row} {order[at:]}"


