"""Records narrowed: those that fulfil a condition, one of those that agree on a key, or all of these made into one."""

from __future__ import annotations

from clintrail.compile.expressions import compile_expression
from clintrail.compile.links import joined
from clintrail.compile.plan import DECIDED, Column, Input, Join, Relation, quoted
from clintrail.compile.records import SOURCE_FORMS, BaseStage
from clintrail.compile.scopes import Scope, Unresolved
from clintrail.compile.stages import Stage, copied, pick_order


class FilteredStage(Stage):
    """The candidates for which the records' `where` is true, or the one that `keep` picks of those that agree on `one_per`."""

    collapses = False

    def _make_rows(self) -> None:
        previous, dataset = self.before(), self.dataset
        assert dataset is not None
        own = quoted(previous.frame.name)
        inputs: list[Input] = [Input(previous.frame.name, "_exists", "_prev", DECIDED)]
        joins: list[Join] = []
        qualify = where = ""
        if self.collapses:
            order, qualify_inputs, joins = self._keep(previous, inputs)
            inputs += qualify_inputs
            qualify = f"\nQUALIFY row_number() OVER (PARTITION BY {order}) = 1"
        else:
            condition = self._condition(previous, inputs, joins)
            where = f"\nWHERE {condition}"
        self.frame.row_inputs = tuple(dict.fromkeys(inputs))
        wheres = [record.where.place for record in dataset.records if record.where is not None]
        self.frame.row_place = wheres[0] if wheres else dataset.records[0].place
        self.frame.rows_sql = (
            f"SELECT row_number() OVER (ORDER BY _prev) - 1 AS _row, _prev\nFROM (SELECT {own}._row AS _prev FROM {own}"
            f"{joined(joins)}{where}{qualify})\nORDER BY _row"
        )
        self.frame.columns["_prev"] = Column("_prev", "", (), type="BIGINT", kind="link", target=previous.frame.name)

    def _condition(self, previous: Stage, inputs: list[Input], joins: list[Join]) -> str:
        parts = []
        for k, record in enumerate(self.records):
            test = f"{quoted(previous.frame.name)}._source = {k}" if len(self.records) > 1 else "TRUE"
            if record.where is not None and not BaseStage.is_simple(record):
                compiled = compile_expression(self.builder, record.where, Scope(previous, k), "where", DECIDED)
                inputs += _through(compiled.inputs, previous, "_prev", self)
                joins += compiled.joins
                test = f"{test} AND ({compiled.sql})" if test != "TRUE" else f"({compiled.sql})"
                self.builder.note_unknowns(record.where, test, f"FROM {quoted(previous.frame.name)}{joined(compiled.joins)}")
            parts.append(test)
        return "\n   OR ".join(parts)

    def _keep(self, previous: Stage, inputs: list[Input]) -> tuple[str, list[Input], list[Join]]:
        dataset = self.dataset
        assert dataset is not None and dataset.keep is not None
        scope = Scope(previous)
        self.frame.identity = self.builder.group_variables(dataset, dataset.one_per)
        keys = [scope.bare(name, DECIDED) for name in self.frame.identity]
        order, compiled, joins = pick_order(previous, dataset.keep, scope, "keep")
        relation = self._group_relation(previous, [key.sql for key in keys])
        found = [i for key in keys for i in key.inputs] + compiled + [Input(previous.frame.name, "_exists", "", DECIDED)]
        return f"{', '.join(key.sql for key in keys)} ORDER BY {order}", _through(found, previous, relation, self), joins

    def _group_relation(self, previous: Stage, keys: list[str]) -> str:
        """Every candidate that competed for a record."""
        group = previous.window_relation(keys, [])
        sql = previous.frame.relations[group].sql
        own = quoted(self.frame.name)
        pairs = (
            f"WITH g AS ({sql}) SELECT {own}._row, b._row AS _other FROM {own}"
            f" JOIN g a ON a._row = {own}._prev JOIN g b ON a._group = b._group"
        )
        self.frame.relations["candidates"] = Relation("candidates", self.frame.name, previous.frame.name, pairs)
        return "candidates"

    def _define(self, name: str) -> Column:
        previous = self.before()
        carried = name in previous.frame.columns and name != "_prev" or name in ("_source", "_from", "_columns", "cell", self.frame.subject)
        if carried or name.startswith(("_with ", *SOURCE_FORMS)) or any(name in r.set for r in self.records):
            return copied(self, previous, name)
        return super()._define(name)


class KeptStage(FilteredStage):
    """One of the records that agree on `one_per`: the first or last by `keep`."""

    collapses = True


class CollapsedStage(Stage):
    """Records that agree on `one_per` become one; other variables aggregate over them."""

    def _make_rows(self) -> None:
        previous, dataset = self.before(), self.dataset
        assert dataset is not None
        scope, keys = Scope(previous), self.builder.group_variables(dataset, dataset.one_per)
        self.frame.identity = keys
        found = [scope.bare(name, DECIDED) for name in keys]
        inputs = [i for key in found for i in key.inputs]
        self.frame.row_inputs = tuple(
            dict.fromkeys([Input(previous.frame.name, "_exists", "members", DECIDED), *_through(inputs, previous, "members", self)])
        )
        own, before = quoted(self.frame.name), quoted(previous.frame.name)
        self.frame.rows_sql = (
            f"SELECT row_number() OVER (ORDER BY _prev) - 1 AS _row, _prev\nFROM (SELECT min(_row) AS _prev FROM {before}"
            f" GROUP BY {', '.join(key.sql for key in found)})\nORDER BY _row"
        )
        self.frame.columns["_prev"] = Column("_prev", "", (), type="BIGINT", kind="link", target=previous.frame.name)
        condition, _ = self.member_condition("member")
        sql = f"SELECT {own}._row, member._row AS _other FROM {own} JOIN {before} AS member ON {condition}"
        self.frame.relations["members"] = Relation("members", self.frame.name, previous.frame.name, sql)

    def _after_rows(self) -> None:
        assert self.dataset is not None
        for key in self.builder.group_variables(self.dataset, self.dataset.one_per):
            self.builder.add(self.frame, copied(self, self.before(), key))

    def members(self) -> Stage | None:
        return self.before()

    def member_condition(self, alias: str) -> tuple[str, list[Input]]:
        assert self.dataset is not None
        keys = self.builder.group_variables(self.dataset, self.dataset.one_per)
        own, member = quoted(self.frame.name), quoted(alias)
        tests = [f"{member}.{quoted(key)} IS NOT DISTINCT FROM {own}.{quoted(key)}" for key in keys]
        return " AND ".join(tests), [Input(self.frame.name, key, "", DECIDED) for key in keys]

    def direct(self, alias: str, source: int | None) -> None:
        return None

    def column(self, name: str) -> str:
        previous = self.before()
        if name not in self.frame.columns and self._rows_state == "done" and any(name in r.set for r in self.records):
            fix = f"aggregate it, as min({name}), or add it to one_per"
            raise Unresolved(f"{name} may differ among the records that become one", fix)
        return super().column(name) if previous else name


def _through(inputs: list[Input], previous: Stage, link: str, stage: Stage) -> list[Input]:
    """Lineage of a condition on the stage before, as seen from this stage: by the link; foreign columns by a hidden one."""
    found = []
    for i in inputs:
        if i.frame == previous.frame.name and i.via in ("", *(n for n, r in previous.frame.relations.items() if r.grouped)):
            found.append(Input(i.frame, i.column, link, DECIDED))
        else:
            found.append(Input(previous.frame.name, _carrier(previous, i), link, DECIDED))
    return found


def _carrier(previous: Stage, needed: Input) -> str:
    """A hidden column of the earlier stage that stands for a foreign column which decided there."""
    name = f"_condition {needed.frame}.{needed.column} {needed.via}"
    if name not in previous.frame.columns:
        previous.builder.add(previous.frame, Column(name, "NULL", (needed,), type="carrier", kind="hidden"))
    return name
