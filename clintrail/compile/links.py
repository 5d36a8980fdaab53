"""How a frame reaches others: links to one row, relations to several, and what tells which rows belong to a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, cast

from clintrail.compile.expressions import compile_expression, order_keys
from clintrail.compile.plan import DECIDED, Column, Frame, Input, Join, Relation, lookup_alias, lookup_link, quoted
from clintrail.compile.rules import rule_names
from clintrail.compile.scopes import LookupScope, Match, Resolved, Scope, Unresolved
from clintrail.spec.model import DatasetSpec, Expression, Lookup, Record

if TYPE_CHECKING:
    from clintrail.compile.build import Builder
    from clintrail.compile.stages import Stage


class Links:
    """The part of a stage that reaches other frames."""

    builder: Builder
    frame: Frame
    dataset: DatasetSpec | None
    _hidden: dict[str, Expression]

    @property
    def this(self) -> Stage:
        """The whole stage, of which this class is a part."""
        return cast("Stage", self)

    def when_source(self, source: int) -> tuple[tuple[str, int], ...]:
        """Narrows lineage to the records of one source, where there are several."""
        return (("_source", source),) if len(self.this.records) > 1 else ()

    def is_own_source(self, alias: str) -> bool:
        """Whether records of this dataset come from `alias`."""
        return any(record.source == alias for record in self.this.records)

    def only_sources(self, alias: str, link: str) -> str:
        """SQL that narrows a join to the sources in which `alias` is reached by `link`; nothing where there is one source."""
        if len(self.this.records) < 2:
            return ""
        ways: dict[str, Callable[[Record], bool]] = {"_from": lambda r: r.source == alias, "_columns": lambda r: r.columns == alias}
        reached: Callable[[Record], bool] = ways.get(link, lambda r: alias in r.joined)
        numbers = ", ".join(str(k) for k, record in enumerate(self.this.records) if reached(record))
        return f" AND {quoted(self.frame.name)}._source IN ({numbers})"

    def direct(self, alias: str, source: int | None) -> tuple[str, Frame, tuple[tuple[str, int], ...]] | None:
        """The link to the record's own source, what was joined to it, or its wide column's line; None for other names."""
        if len(self.this.records) != 1 and source is None:
            return None
        record = self.this.records[source or 0] if self.this.records else None
        if record is None:
            return None
        when = self.when_source(source or 0)
        if alias == record.source:
            return self.this.column("_from"), self.builder.source_frame(alias, self.this), when
        if alias in record.joined:
            return self.this.column(f"_with {alias}"), self.builder.source_frame(alias, self.this), when
        if alias == record.columns:
            return self.this.column("_columns"), self.builder.source_frame(alias, self.this), when
        return None

    def link_for(self, alias: str, source: int | None) -> tuple[str, Frame, tuple[tuple[str, int], ...]]:
        """The link column, the frame it points to, and the records it holds for."""
        found = self.direct(alias, source)
        if found:
            return found
        lookup = self.builder.lookup(alias, self.this)
        link = lookup_link(alias, lookup.name == lookup.source and alias in self.builder.study.forms)
        return self.this.column(link), self.builder.source_frame(lookup.source, self.this, lookup.place, alias), ()

    def is_rows(self, alias: str) -> bool:
        """Whether an aggregate may run over the rows of `alias`: another dataset, a form, or a lookup of one."""
        found = self.builder.lookup_or_none(alias, self.this)
        source = found.source if found else alias
        study = self.builder.study
        return any(source in names for names in (study.datasets, study.forms, study.hooks, self.builder.inputs))

    def _link_column(self, name: str) -> Column:
        alias = lookup_alias(name) or ""
        lookup = self.builder.lookup(alias, self.this)
        target = self.builder.source_frame(lookup.source, self.this, lookup.place, alias)
        shown = self.builder.alias_of(alias, target, self.frame)
        conditions, inputs, joins = self._conditions(lookup, target, shown, name, Scope(self.this))
        own = quoted(self.frame.name)
        qualify = ""
        if lookup.pick:
            scope = _PickScope(Scope(self.this), alias, target, shown, name)
            keys, compiled = order_keys(self.builder, lookup.pick.by, scope, alias, reverse=lookup.pick.which == "last")
            inputs += compiled.inputs + [Input(target.name, "_row", name, DECIDED)]
            tie = f"{quoted(shown)}._row" + (" DESC" if lookup.pick.which == "last" else "")
            qualify = f"\nQUALIFY row_number() OVER (PARTITION BY {own}._row ORDER BY {', '.join([*keys, tie])}) = 1"
        sql = (
            f"SELECT {own}._row, {quoted(shown)}._row AS {quoted(name)}\nFROM {own}{joined(joins)}"
            f"\nLEFT JOIN {quoted(target.name)} AS {quoted(shown)} ON {' AND '.join(conditions)}{qualify}\nORDER BY {own}._row"
        )
        return Column(
            name, "", tuple(inputs), (), type="BIGINT", kind="link", target=target.name, whole=sql, place=lookup.place, text=alias
        )

    def _conditions(self, lookup: Lookup, target: Frame, shown: str, via: str, outer: Scope) -> tuple[list[str], list[Input], list[Join]]:
        """What tells the rows of a lookup that belong to a record: subject or keys, `match`, `where`."""
        conditions: list[str] = []
        inputs: list[Input] = [Input(target.name, "_exists", via, DECIDED)]
        joins: list[Join] = []
        for own_name, other in self._keys(lookup, target):
            own = outer.bare(own_name, DECIDED)
            column = self.builder.column(target.name, other, lookup.name)
            conditions.append(f"{quoted(shown)}.{quoted(column)} = {own.sql}")
            inputs += [*own.inputs, Input(target.name, column, via, DECIDED)]
            joins += own.joins
        scope = LookupScope(outer, lookup.name, target, shown, via)
        for expression in filter(None, (lookup.match, lookup.where)):
            compiled = compile_expression(self.builder, expression, scope, lookup.name, DECIDED)
            joins += compiled.joins
            if expression is lookup.where:
                known = " AND ".join(conditions) or "TRUE"
                tail = f"FROM {quoted(self.frame.name)}{joined(joins)} JOIN {quoted(target.name)} AS {quoted(shown)} ON {known}"
                self.builder.note_unknowns(expression, compiled.sql, tail, f"DISTINCT {quoted(shown)}._row")
            conditions.append(f"({compiled.sql})")
            inputs += compiled.inputs
        if not conditions and target.kind == "form" and self.frame.subject:
            raise Unresolved(f"{lookup.source} does not name its subjects", "say who its records are about: forms: {subject: EXPRESSION}")
        if not conditions:
            fix = f"declare it: lookups: {{{lookup.name}: {{from: {lookup.source}, match: {lookup.name}.KEY = VARIABLE}}}}"
            raise Unresolved(f"nothing tells which row of {lookup.source} belongs to a record", fix)
        return conditions, inputs, joins

    def _keys(self, lookup: Lookup, target: Frame) -> list[tuple[str, str]]:
        named = rule_names(lookup.match) if lookup.match else set()
        if target.subject and self.frame.subject:
            return [] if (lookup.name, target.subject) in named else [(self.frame.subject, target.subject)]
        if lookup.match:
            return []
        keys = self.builder.table_keys(lookup.source, self.this) or self.builder.reference_keys(lookup.source)
        missing = [key for key in keys if not self.this.has(key)]
        if missing and not lookup.where:
            what = f"{lookup.source} is keyed by {', '.join(keys)}, and this dataset has no {', '.join(missing)}"
            raise Unresolved(what, f"declare a lookup with match: {lookup.name}.{missing[0]} = VARIABLE")
        return [(key, key) for key in keys if key not in missing]

    def match_for(self, alias: str, outer: Scope) -> Match:
        """How rows of `alias` belong to a record, for an aggregate over them."""
        lookup = self.builder.lookup(alias, self.this)
        target = self.builder.source_frame(lookup.source, self.this)
        shown, relation = f"{alias} (rows)", f"rows {target.name if alias == lookup.source else alias}"
        conditions, inputs, joins = self._conditions(lookup, target, shown, relation, outer)
        own = quoted(self.frame.name)
        if relation not in self.frame.relations:
            sql = (
                f"SELECT {own}._row, {quoted(shown)}._row AS _other FROM {own}{joined(joins)}"
                f" JOIN {quoted(target.name)} AS {quoted(shown)} ON {' AND '.join(conditions)}"
            )
            self.frame.relations[relation] = Relation(relation, self.frame.name, target.name, sql, inputs=tuple(inputs))
        return Match(target, shown, " AND ".join(conditions), inputs, joins, relation)

    def window_relation(self, keys: list[str], inputs: list[Input]) -> str:
        """The relation of the records that share the group `keys`."""
        own = quoted(self.frame.name)
        order = ", ".join(keys)
        sql = f"SELECT {own}._row, {f'dense_rank() OVER (ORDER BY {order})' if keys else '1'} AS _group FROM {own}"
        for name, relation in self.frame.relations.items():
            if relation.grouped and relation.sql == sql:
                return name
        name = f"window {sum(r.grouped for r in self.frame.relations.values()) + 1}"
        self.frame.relations[name] = Relation(name, self.frame.name, self.frame.name, sql, True, tuple(inputs))
        return name

    def narrowed_relation(self, relation: str, name: str, condition: str) -> str:
        """The relation of those related rows that fulfil a condition (SQL over the relation's own aliases)."""
        narrow = f"{relation} where {name}"
        base = self.frame.relations[relation]
        self.frame.relations.setdefault(narrow, Relation(narrow, base.frame, base.target, f"{base.sql} AND ({condition})"))
        return narrow

    def picked_relation(self, relation: str, condition: Expression) -> str:
        """The relation of the records of a group that fulfil a condition on themselves."""
        narrow, own = f"{relation} where {condition.text}", quoted(self.frame.name)
        if narrow not in self.frame.relations:
            self._hidden.setdefault(condition.text, condition)
            column = self.this.column(condition.text)
            group = self.frame.relations[relation].sql
            sql = (
                f"WITH g AS ({group}) SELECT a._row, b._row AS _other FROM g a JOIN g b ON a._group = b._group"
                f" JOIN {own} AS member ON member._row = b._row WHERE member.{quoted(column)}"
            )
            self.frame.relations[narrow] = Relation(narrow, self.frame.name, self.frame.name, sql)
        return narrow


class _PickScope(LookupScope):
    """In `first:` and `last:` of a lookup, bare names are the lookup's own columns."""

    def bare(self, name: str, role: str) -> Resolved:
        return self.qualified(self.of, name, role)


def joined(joins: Iterable[Join]) -> str:
    """LEFT JOINs in SQL, each alias once."""
    seen: dict[str, Join] = {}
    for join in joins:
        if seen.setdefault(join.alias, join).on != join.on:
            raise AssertionError(f"{join.alias} is joined in two ways: {seen[join.alias].on} and {join.on}")
    text = ""
    for join in seen.values():
        alias = f" AS {quoted(join.alias)}" if join.alias != join.frame else ""
        text += f"\nLEFT JOIN {quoted(join.frame)}{alias} ON {join.on}"
    return text
