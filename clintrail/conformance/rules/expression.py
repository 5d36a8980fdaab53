"""Expressions of rules in SQL: the language of the specs, over the data that are checked.

Bare names are the row's own (`--` stands for the domain's prefix), qualified ones another dataset's, found by subject or as `lookups:`
says. Unlike in a spec several rows may be found, since data may be wrong: a value is then the first row's that has one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from clintrail.compile.expand import WrongCall, complete_aggregates, expand
from clintrail.compile.functions import Function
from clintrail.compile.plan import literal, quoted
from clintrail.compile.roles import NotAnExpression
from clintrail.compile.text import Marked, NotTokens
from clintrail.conformance.data.metadata import TABLES, ensure
from clintrail.conformance.data.model import Data, table_of
from clintrail.conformance.rules.rewrite import Rewriting
from clintrail.conformance.rules.rows import NICKNAMES, PARENT, SUBJECT, NotForThis, Rows
from clintrail.conformance.rules.rule import Rule
from clintrail.errors import Problem, Problems
from clintrail.spec.model import Expression, Lookup

_WILD = re.compile(r"--(?=[A-Z])|(?<=\bSUPP)--|^--$")


class Translator:
    """Translates the expressions of one rule for one table of rows."""

    def __init__(self, rule: Rule, data: Data, functions: Mapping[str, Function], rows: Rows) -> None:
        self.rule, self.data, self.functions, self.rows = rule, data, functions, rows
        self.looked_up: dict[str, str] = {}
        self._used: dict[str, str] = {}
        self._keeps = False
        self._made: dict[tuple[str, str, bool, int], tuple[str, dict[str, str]]] = {}

    def where(self) -> str:
        """The condition under which the rule is for a row."""
        return self._keeping(self.rule.where) if self.rule.where else "TRUE"

    def condition(self) -> str:
        """The condition that must hold."""
        return self._keeping(self.rule.condition)

    def _keeping(self, expression: Expression) -> str:
        self._keeps = True
        try:
            return self.sql(expression)
        finally:
            self._keeps = False

    def kept(self, sql: str) -> str:
        """What is looked up for a condition, as a column of the row, so that it is looked up once, also for the message."""
        if self._keeps:
            self.looked_up.setdefault(sql, f"_looked_up_{len(self.looked_up)}")
        return f"{self.rows.alias}.{self.looked_up[sql]}" if sql in self.looked_up else sql

    def source(self) -> str:
        """The rows, with what is looked up for their conditions."""
        if not self.looked_up:
            return self.rows.source
        columns = ", ".join(f"{sql} AS {name}" for sql, name in self.looked_up.items())
        return f"(SELECT {self.rows.alias}.*, {columns} FROM {self.rows.source} AS {self.rows.alias})"

    def message(self) -> str:
        """The message as text, with what stands in braces filled in."""
        parts = re.split(r"\{([^{}]*)\}", self.rule.message.text)
        made = [self._filled_in(part) if index % 2 else literal(self.filled(part)) for index, part in enumerate(parts) if part]
        return f"concat({', '.join(made)})" if made else "''"

    def _filled_in(self, text: str) -> str:
        sql = self.sql(Expression(text, self.rule.message.place))
        return f"coalesce({self._as_text(sql)}, 'missing')"

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
        return self._as_text(sql)

    def _as_text(self, sql: str) -> str:
        """A value as text, whole numbers without a decimal point."""
        if sql == "NULL" or self._is_text(sql):
            return f"CAST({sql} AS VARCHAR)"
        return f"regexp_replace(CAST(({sql}) AS VARCHAR), '^(-?[0-9]+)\\.0$', '\\1')"

    def _is_text(self, sql: str) -> bool:
        """Whether SQL is a column of text."""
        name = sql.removeprefix(f"{self.rows.alias}.")
        return name != sql and self.rows.columns.get(name.strip('"')) in ("VARCHAR", "string")

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
        key = (expression.text, inner, self._keeps, len(self.looked_up))  # what is looked up already changes the SQL of the same text
        if key not in self._made:
            before, self._used = self._used, {}
            made = self._translated(expression, inner)
            self._made[key] = (made, self._used)
            self._used = before
        made, used = self._made[key]
        self._used |= used
        return made

    def _translated(self, expression: Expression, inner: str) -> str:
        text = self.filled(expression.text)
        try:
            piece = Rewriting(self, text, expression, inner)
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
        about = NICKNAMES.get(source, source).format(f"{self.rule.each}s")
        if about in TABLES:
            ensure(self.data, about)
            columns = {column: str(kind) for column, kind in TABLES[about].columns.items()}
            return f"meta.{quoted(about)} AS {alias}", columns, self._match(stated, name, TABLES[about].keys, columns), ""
        columns = self.data.columns(source)
        if not columns:
            raise NotForThis(f"there is no {source}")
        return f"{table_of(source)} AS {alias}", columns, self._match(stated, name, SUBJECT, columns), f"{alias}._row"

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

