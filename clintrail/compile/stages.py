"""Stages of a dataset: candidates, filtered, collapsed, the records an added step makes, and all records after it.

Each stage is a frame. A column is defined on demand, at the first stage that can compute it; later stages carry it along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from clintrail.compile.expressions import Refused, compile_expression, order_keys
from clintrail.compile.plan import DECIDED, MADE, Column, Frame, Input, Join, Relation, literal, quoted
from clintrail.compile.rules import compile_rule, is_row_local, rule_names
from clintrail.compile.scopes import CopyScope, LookupScope, Match, Resolved, Scope, Unresolved
from clintrail.errors import Place, Problem, closest
from clintrail.spec.model import AddedStep, DatasetSpec, Expression, Lookup, Pick, Record, Variable

if TYPE_CHECKING:
    from clintrail.compile.build import Builder


class Stage:
    """One frame of a dataset (or a raw form), whose columns are defined on demand."""

    def __init__(self, builder: Builder, frame: Frame, dataset: DatasetSpec | None = None, previous: Stage | None = None) -> None:
        self.builder, self.frame, self.dataset, self.previous = builder, frame, dataset, previous
        self.step: AddedStep | None = None
        self.is_last = False
        self.failed = False  # its records cannot be made, which has been told: nothing more is said of its columns
        self._hidden: dict[str, Expression] = {}
        self._rows_state = ""

    # -- names -----------------------------------------------------------------------------------------------------------

    @property
    def records(self) -> tuple[Record, ...]:
        """The sources of the dataset's records."""
        return self.dataset.records if self.dataset else ()

    def rule(self, name: str) -> Variable | None:
        """The rule of a variable at this stage: the dataset's last stage has more than the ones before."""
        return self.builder.rules(self.dataset, last=self.is_last).get(name) if self.dataset else None

    def group(self, name: str) -> tuple[str, ...] | None:
        """The variables of a named group; `subject` is built in."""
        return self.groups().get(name)

    def groups(self) -> dict[str, tuple[str, ...]]:
        """All named groups."""
        subject = (self.frame.subject,) if self.frame.subject else ()
        own = self.dataset.groups if self.dataset else {}
        return {"subject": subject, **self.builder.study.groups, **own}

    def known_names(self) -> list[str]:
        """Names that may be meant here, for a suggestion."""
        return [*self.builder.rules(self.dataset, last=True), *self.frame.columns] if self.dataset else list(self.frame.columns)

    def has(self, name: str) -> bool:
        """Whether a bare name means something at this stage."""
        return name in self.frame.columns or self.rule(name) is not None or any(name in r.set for r in self.records)

    def before(self) -> Stage:
        """The stage before this one."""
        if self.previous is None:
            raise Unresolved("there is no earlier record here", "use it in the set of an added step")
        return self.previous

    def base(self) -> Stage:
        """The first stage, which has the sources."""
        return self.previous.base() if self.previous else self

    def members(self) -> Stage | None:
        """The stage whose records aggregates run over, where this one has such."""
        return None

    def member_condition(self, alias: str) -> tuple[str, list[Input]]:
        """SQL that tells the members of a record; only stages with members have one."""
        raise Unresolved("there are no records to run over", "write it over a group")

    # -- columns ---------------------------------------------------------------------------------------------------------

    def column(self, name: str) -> str:
        """Define the column if it is not there yet, and give its name; raises `Unresolved` for a name that means nothing."""
        self.ensure_rows()
        if name in self.frame.columns:
            return name
        if self.failed:
            self.frame.columns[name] = Column(name, "NULL", (), type="failed")
            return name
        path = self.builder.entered(self.frame.name, name)
        if path:
            raise Unresolved("depends on itself: " + " -> ".join(path), "break the cycle: one of these rules must not use the next")
        self.builder.enter(self.frame.name, name)
        try:
            column = self._define(name)
        except Refused as error:
            self.builder.problems.append(error.problem)
            column = Column(name, "NULL", (), type="failed")
        finally:
            self.builder.leave()
        self.builder.add(self.frame, column)
        return name

    def ensure_rows(self) -> None:
        """Compile the query that makes this frame's rows, once."""
        if self._rows_state == "done":
            return
        if self._rows_state == "running":
            path = [*self.builder.path(), self.frame.name]
            raise Unresolved("the records depend on themselves: " + " -> ".join(path), "let the records' where use other columns")
        self._rows_state = "running"
        try:
            self._make_rows()
        except Refused as error:
            self.failed = True
            self.builder.problems.append(error.problem)
        except Unresolved as error:
            self.failed = True
            place = self.dataset.place if self.dataset else Place()
            self.builder.problems.append(Problem(place, self.frame.name, error.what, error.fix))
        self._rows_state = "done"
        self.failed = self.failed or self.previous is not None and self.previous.failed
        if self.failed:
            self.frame.rows_sql = None
            return
        self.frame.level = 1 + self.builder.highest(self.frame.row_inputs)
        self._after_rows()

    def _make_rows(self) -> None:
        pass

    def _after_rows(self) -> None:
        pass

    def _define(self, name: str) -> Column:
        special = self._special(name)
        if special is not None:
            return special
        variable = self.rule(name)
        if variable is None:
            raise self.unknown(name)
        return compile_rule(self, variable, Scope(self))

    def unknown(self, name: str) -> Unresolved:
        """The complaint about a name that means nothing in this dataset."""
        if name == "cell":
            return Unresolved("cell stands for the column of a wide form", "name the table of the wide columns: - from: FORM, columns: TABLE")
        near = closest(name, self.known_names())
        what = f"no variable named {name} in {self.dataset.name}" if self.dataset else f"no column named {name}"
        return Unresolved(what, f"did you mean {near}?" if near else "declare it under variables:")

    def _special(self, name: str) -> Column | None:
        """Links, hidden expressions and the order: columns that are no rule of the spec."""
        if name.startswith("_lookup "):
            return self._link_column(name)
        if name in self._hidden:
            compiled = compile_expression(self.builder, self._hidden[name], Scope(self), name)
            return Column(name, compiled.sql, tuple(compiled.inputs), tuple(compiled.joins), kind="hidden")
        if name == "_order":
            return self._order_column()
        if self.is_last and self.dataset and name == self.builder.sequence_variable(self.dataset) and self.rule(name) is None:
            return self._sequence_column(name)
        return None

    def hidden(self, text: str) -> str:
        """A hidden column with the value of `text`."""
        if text not in self.frame.columns and text not in self._hidden:
            self._hidden[text] = Expression(text, self.dataset.place if self.dataset else Place())
        return self.column(text)

    # -- order -----------------------------------------------------------------------------------------------------------

    def _ordering(self) -> tuple[list[str], list[Input], list[Join]]:
        dataset = self.dataset
        assert dataset is not None
        keys, compiled = order_keys(self.builder, dataset.order, Scope(self), f"{dataset.name} order")
        return [*keys, f"{quoted(self.frame.name)}._row"], [*compiled.inputs, Input(self.frame.name, "_row", "", DECIDED)], compiled.joins

    def _order_column(self) -> Column:
        keys, inputs, joins = self._ordering()
        if self.frame.subject:
            subject = Scope(self).bare(self.frame.subject, DECIDED)
            keys, inputs = [subject.sql, *keys], [*subject.inputs, *inputs]
        sql = f"row_number() OVER (ORDER BY {', '.join(keys)})"
        return Column("_order", sql, tuple(inputs), tuple(joins))

    def _sequence_column(self, name: str) -> Column:
        keys, inputs, joins = self._ordering()
        partition = [Scope(self).bare(self.frame.subject, DECIDED)] if self.frame.subject else []
        own = [i for p in partition for i in p.inputs]
        relation = self.window_relation([p.sql for p in partition], own)
        inputs = [*own, *(Input(i.frame, i.column, relation, DECIDED, i.when) for i in [*own, *inputs]), Input(self.frame.name, "_exists", relation, DECIDED)]
        by = f"PARTITION BY {partition[0].sql} " if partition else ""
        sql = f"row_number() OVER ({by}ORDER BY {', '.join(keys)})"
        dataset = self.dataset
        text = "order of the records within the subject" + (": " + ", ".join(e.text for e in dataset.order) if dataset and dataset.order else "")
        place = dataset.place if dataset else Place()
        return Column(name, sql, tuple(inputs), tuple(joins), text=text, words=f"Sequence number: {text}.", place=place, kind="variable", wanted="Num")

    # -- links -----------------------------------------------------------------------------------------------------------

    def when_source(self, source: int) -> tuple[tuple[str, int], ...]:
        """Narrows lineage to the records of one source, where there are several."""
        return (("_source", source),) if len(self.records) > 1 else ()

    def is_own_source(self, alias: str) -> bool:
        """Whether records of this dataset come from `alias`."""
        return any(record.source == alias for record in self.records)

    def only_sources(self, alias: str, link: str) -> str:
        """SQL that narrows a join to the records of the sources in which `alias` is reached by `link`; nothing where there is one source."""
        if len(self.records) < 2:
            return ""
        ways = {"_from": lambda r: r.source == alias, "_columns": lambda r: r.columns == alias}
        reached = ways.get(link, lambda r: alias in r.joined)
        numbers = ", ".join(str(k) for k, record in enumerate(self.records) if reached(record))
        return f" AND {quoted(self.frame.name)}._source IN ({numbers})"

    def direct(self, alias: str, source: int | None) -> tuple[str, Frame, tuple[tuple[str, int], ...]] | None:
        """The link to the record's own source, what was joined to it, or its wide column's line; None for other names."""
        if len(self.records) != 1 and source is None:
            return None
        record = self.records[source or 0] if self.records else None
        if record is None:
            return None
        when = self.when_source(source or 0)
        if alias == record.source:
            return self.column("_from"), self.builder.source_frame(alias, self), when
        if alias in record.joined:
            return self.column(f"_with {alias}"), self.builder.source_frame(alias, self), when
        if alias == record.columns:
            return self.column("_columns"), self.builder.source_frame(alias, self), when
        return None

    def link_for(self, alias: str, source: int | None) -> tuple[str, Frame, tuple[tuple[str, int], ...]]:
        """The link column, the frame it points to, and the records it holds for."""
        found = self.direct(alias, source)
        if found:
            return found
        lookup = self.builder.lookup(alias, self)
        return self.column(f"_lookup {alias}"), self.builder.source_frame(lookup.source, self, lookup.place, alias), ()

    def is_rows(self, alias: str) -> bool:
        """Whether an aggregate may run over the rows of `alias`: another dataset, a form, or a lookup of one."""
        found = self.builder.lookup_or_none(alias, self)
        source = found.source if found else alias
        study = self.builder.study
        return any(source in names for names in (study.datasets, study.forms, study.hooks, self.builder.inputs))

    def _link_column(self, name: str) -> Column:
        alias = name.removeprefix("_lookup ")
        lookup = self.builder.lookup(alias, self)
        target = self.builder.source_frame(lookup.source, self, lookup.place, alias)
        shown = self.builder.alias_of(alias, target, self.frame)
        conditions, inputs, joins = self._conditions(lookup, target, shown, name, Scope(self))
        own = quoted(self.frame.name)
        qualify = ""
        if lookup.pick:
            scope = _PickScope(Scope(self), alias, target, shown, name)
            keys, compiled = order_keys(self.builder, lookup.pick.by, scope, alias, reverse=lookup.pick.which == "last")
            inputs += compiled.inputs + [Input(target.name, "_row", name, DECIDED)]
            tie = f"{quoted(shown)}._row" + (" DESC" if lookup.pick.which == "last" else "")
            qualify = f"\nQUALIFY row_number() OVER (PARTITION BY {own}._row ORDER BY {', '.join([*keys, tie])}) = 1"
        sql = (
            f"SELECT {own}._row, {quoted(shown)}._row AS {quoted(name)}\nFROM {own}{joined(joins)}"
            f"\nLEFT JOIN {quoted(target.name)} AS {quoted(shown)} ON {' AND '.join(conditions)}{qualify}\nORDER BY {own}._row"
        )
        return Column(name, "", tuple(inputs), (), type="BIGINT", kind="link", target=target.name, whole=sql, place=lookup.place, text=alias)

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
            conditions.append(f"({compiled.sql})")
            inputs += compiled.inputs
            joins += compiled.joins
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
        keys = self.builder.table_keys(lookup.source, self) or self.builder.reference_keys(lookup.source)
        missing = [key for key in keys if not self.has(key)]
        if missing and not lookup.where:
            what = f"{lookup.source} is keyed by {', '.join(keys)}, and this dataset has no {', '.join(missing)}"
            raise Unresolved(what, f"declare a lookup with match: {lookup.name}.{missing[0]} = VARIABLE")
        return [(key, key) for key in keys if key not in missing]

    def match_for(self, alias: str, outer: Scope) -> Match:
        """How rows of `alias` belong to a record, for an aggregate over them."""
        lookup = self.builder.lookup(alias, self)
        target = self.builder.source_frame(lookup.source, self)
        shown, relation = f"{alias} (rows)", f"rows {alias}"
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

    def picked_relation(self, relation: str, keys: list[str], condition: Expression) -> str:
        """The relation of the records of a group that fulfil a condition on themselves."""
        narrow, own = f"{relation} where {condition.text}", quoted(self.frame.name)
        if narrow not in self.frame.relations:
            self._hidden.setdefault(condition.text, condition)
            column = self.column(condition.text)
            group = self.frame.relations[relation].sql
            sql = (
                f"WITH g AS ({group}) SELECT a._row, b._row AS _other FROM g a JOIN g b ON a._group = b._group"
                f" JOIN {own} AS member ON member._row = b._row WHERE member.{quoted(column)}"
            )
            self.frame.relations[narrow] = Relation(narrow, self.frame.name, self.frame.name, sql)
        return narrow

    # -- SRCDOM and its like ---------------------------------------------------------------------------------------------

    def source_of(self, variable: str, form: str) -> tuple[str, list[Input], list[Join]]:
        """SQL of source_dataset, source_variable or source_sequence of a variable, from its lineage."""
        if not self.has(variable):
            raise self.unknown(variable)
        name = self.column(f"{form}({variable})")
        return f"{quoted(self.frame.name)}.{quoted(name)}", [Input(self.frame.name, name, "", MADE)], []

    def parameter_variable(self) -> str:
        """PARAMCD, or the domain's --TESTCD."""
        return "PARAMCD" if self.has("PARAMCD") else f"{self.dataset.name if self.dataset else ''}TESTCD"


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


def copied(stage: Stage, previous: Stage, name: str, link: str = "_prev") -> Column:
    """A column carried along from an earlier stage."""
    column = previous.column(name)
    source = previous.frame.columns[column]
    shown = quoted(previous.frame.name)
    on = Join(previous.frame.name, previous.frame.name, f"{shown}._row = {quoted(stage.frame.name)}.{quoted(link)}")
    inputs = (Input(previous.frame.name, column, link, MADE),)
    kind = source.kind if source.kind in ("variable", "working") else "copy"
    return Column(
        name, f"{shown}.{quoted(column)}", inputs, (on,), source.type, source.text, source.words, source.origin_hint, source.place,
        "link" if source.kind == "link" or name.startswith(("_from", "_with", "_columns", "_lookup")) else kind, source.target,
        branches=source.branches, wanted=source.wanted, constant=source.constant, typed=source.typed,
    )  # fmt: skip


def pick_order(stage: Stage, pick: Pick, scope: Scope, subject: str) -> tuple[str, list[Input], list[Join]]:
    """ORDER BY of a pick, completed by the row."""
    keys, compiled = order_keys(stage.builder, pick.by, scope, subject, reverse=pick.which == "last")
    tie = scope.row + (" DESC" if pick.which == "last" else "")
    return ", ".join([*keys, tie]), compiled.inputs, compiled.joins


def local_dependencies(stage: Stage, variable: Variable) -> Iterator[str]:
    """Variables of this dataset on which a rule depends, also through lookups."""
    for alias, name in rule_names(variable.rule):
        if alias is None:
            yield name
        elif not stage.direct(alias, None):
            lookup = stage.builder.lookup_or_none(alias, stage)
            if lookup is None:
                continue
            yield from (own for own, _ in stage._keys(lookup, stage.builder.source_frame(lookup.source, stage)))
            for expression in filter(None, (lookup.match, lookup.where)):
                yield from (n for a, n in rule_names(expression) if a is None)


__all__ = ["CopyScope", "Stage", "compile_rule", "copied", "is_row_local", "joined", "literal", "local_dependencies", "pick_order"]
