"""The kinds of stages: where records come from, are narrowed, collapsed and added."""

from __future__ import annotations

from clintrail.compile.expressions import Compiled, Refused, compile_expression
from clintrail.compile.plan import DECIDED, MADE, Column, Input, Join, Relation, literal, pieces_of, quoted
from clintrail.compile.rules import compile_rule, is_row_local, rule_names
from clintrail.compile.scopes import CopyScope, MembersScope, Resolved, Scope, SourceScope, Unresolved
from clintrail.compile.stages import Stage, copied, joined, local_dependencies, pick_order
from clintrail.compile.text import Marked
from clintrail.errors import Place, Problem
from clintrail.spec.model import Record

_SOURCE_FORMS = ("source_dataset(", "source_variable(", "source_sequence(")


class FormStage(Stage):
    """A raw form: its columns are given; `_subject` is its subject expression."""

    def _define(self, name: str) -> Column:
        special = self._special(name)
        if special is not None:
            return special
        form = self.builder.study.forms.get(self.frame.dataset)
        if name == "_subject" and form is not None and form.subject is not None:
            compiled = compile_expression(self.builder, form.subject, Scope(self), f"{form.name} subject")
            return Column("_subject", f"CAST({compiled.sql} AS VARCHAR)", tuple(compiled.inputs), tuple(compiled.joins), text=form.subject.text, kind="hidden")
        if not self.builder.is_read(self.frame.dataset):
            return Column(name, "", (), type="VARCHAR", kind="raw")
        raise self.unknown(name)

    def unknown(self, name: str) -> Unresolved:
        found = super().unknown(name)
        return Unresolved(f"{self.frame.dataset} has no column named {name}", found.fix if "mean" in found.fix else "look at the file's header")


class BaseStage(Stage):
    """Records straight from the sources: one for each source record (times what is joined, times the wide columns)."""

    def _make_rows(self) -> None:
        selects, links, inputs = [], self._links(), []
        wheres = [record.where.place for record in self.records if record.where is not None]
        self.frame.row_place = wheres[0] if wheres else self.records[0].place if self.records else Place()
        self.frame.columns["_source"] = Column("_source", "", (), type="INTEGER", kind="hidden", constant=True)
        for link in links:
            self.frame.columns[link] = Column(link, "", (), type="BIGINT", kind="link", target="")
        for k, record in enumerate(self.records):
            sql, own = self._select(k, record, links)
            selects.append(sql)
            inputs += own
        order = ", ".join(["_source", *(quoted(link) for link in links if link != "_columns"), *(["_columns"] if "_columns" in links else [])])
        body = "\n  UNION ALL\n  ".join(selects)
        self.frame.rows_sql = f"SELECT row_number() OVER (ORDER BY {order}) - 1 AS _row, *\nFROM (\n  {body}\n)\nORDER BY _row"
        self.frame.row_inputs = tuple(dict.fromkeys(inputs))
        for link in links:
            targets = {self._target(link, record) for record in self.records} - {""}
            self.frame.columns[link].target = targets.pop() if len(targets) == 1 else ""

    def _links(self) -> list[str]:
        names = ["_from", *(f"_with {alias}" for record in self.records for alias in record.joined)]
        return list(dict.fromkeys(names + (["_columns"] if any(r.columns for r in self.records) else [])))

    def _target(self, link: str, record: Record) -> str:
        alias = record.source if link == "_from" else record.columns if link == "_columns" else link.removeprefix("_with ")
        known = alias and (link != f"_with {alias}" or alias in record.joined)
        return self.builder.source_frame(alias, self).name if alias and known else ""

    def _select(self, k: int, record: Record, links: list[str]) -> tuple[str, list[Input]]:
        builder = self.builder
        frames = {record.source: (builder.source_frame(record.source, self, record.place), "_from")}
        frames |= {alias: (builder.source_frame(alias, self, record.place), f"_with {alias}") for alias in record.joined}
        if record.columns:
            frames[record.columns] = (builder.source_frame(record.columns, self, record.place), "_columns")
        scope = SourceScope(self, k, frames, self._cell(k, record) if record.columns else None)
        when = self.when_source(k)
        inputs = [Input(frame.name, "_exists", link, DECIDED, when) for frame, link in frames.values()]
        shown = {alias: quoted(builder.alias_of(alias, frame)) for alias, (frame, _) in frames.items()}
        source, link_sql = frames[record.source][0], {"_from": f"{shown[record.source]}._row"}
        text = f"FROM {quoted(source.name)}{_renamed(source.name, shown[record.source])}"
        for alias, on in record.joined.items():
            compiled = compile_expression(builder, on, scope, alias, DECIDED)
            inputs += compiled.inputs
            frame = frames[alias][0]
            text += f" JOIN {quoted(frame.name)}{_renamed(frame.name, shown[alias])} ON {compiled.sql}"
            link_sql[f"_with {alias}"] = f"{shown[alias]}._row"
        if record.columns:
            frame = frames[record.columns][0]
            text += f" CROSS JOIN {quoted(frame.name)}{_renamed(frame.name, shown[record.columns])}"
            link_sql["_columns"] = f"{shown[record.columns]}._row"
        if record.where is not None and self.is_simple(record):
            compiled = compile_expression(builder, record.where, scope, "where", DECIDED)
            inputs += compiled.inputs
            text += f" WHERE {compiled.sql}"
            self.builder.note_unknowns(record.where, compiled.sql, text)
        columns = ", ".join(f"{link_sql.get(link, 'NULL::BIGINT')} AS {quoted(link)}" for link in links)
        return f"SELECT {k} AS _source, {columns} {text}", inputs

    @staticmethod
    def is_simple(record: Record) -> bool:
        """Whether a record's `where` looks at nothing but the source, what is joined, and the wide columns' table."""
        known = {record.source, record.columns, *record.joined}
        names = rule_names(record.where)
        return all(alias in known and name != "found" if alias else name == "cell" for alias, name in names)

    def _cell(self, k: int, record: Record) -> Resolved:
        table = self.builder.table(record.columns or "", self)
        target = self.builder.source_frame(record.source, self, record.place)
        shown = quoted(self.builder.alias_of(record.source, target))
        line = quoted(self.builder.source_frame(record.columns or "", self).name) + "._row"
        parts, inputs = [], []
        at = table.columns.index(table.keys[0]) if table.keys else 0
        for index, row in enumerate(table.rows):
            try:
                column = self.builder.column(target.name, row[at] or "", record.source)
            except Unresolved as error:
                place = Place(table.place.path, table.lines[index])
                self.builder.problems.append(Problem(place, table.name, error.what, error.fix))
                continue
            parts.append(f"WHEN {index} THEN {shown}.{quoted(column)}")
            inputs.append(Input(target.name, column, "_from", MADE, (*self.when_source(k), ("_columns", index))))
        sql = f"CASE {line} {' '.join(parts)} END" if parts else "NULL"
        return Resolved(sql, inputs)

    def _define(self, name: str) -> Column:
        special = self._special(name)
        if special is not None:
            return special
        if name == "cell" and any(r.columns for r in self.records):
            return self._per_source(name, "cell")
        if name == self.frame.subject and self.rule(name) is None:
            return self._per_source(name, "subject")
        if any(name in record.set for record in self.records):
            return self._per_source(name, "set")
        if name.startswith(_SOURCE_FORMS):
            return self._source_form(name)
        variable = self.rule(name)
        if variable is None:
            raise self.unknown(name)
        return compile_rule(self, variable, Scope(self))

    def _per_source(self, name: str, what: str) -> Column:
        parts: list[Column] = []
        for k, record in enumerate(self.records):
            if what == "set" and name not in record.set:
                raise Refused(Problem(record.place, name, "set by some sources and not by this one", f"add {name}: to its set (null for missing)"))
            parts.append(self._one_source(name, what, k, record))
        if len(parts) == 1:
            parts[0].name = name
            return parts[0]
        sql, pieces = f"CASE {quoted(self.frame.name)}._source", []
        for k, c in enumerate(parts):
            sql += f"\n    WHEN {k} THEN "
            pieces += [(len(sql) + offset, expression, marked) for offset, expression, marked in pieces_of(c)]
            sql += c.sql
        sql += "\n    END"
        inputs = tuple(i for k, c in enumerate(parts) for i in _narrowed(c.inputs, self.when_source(k)))
        text = "\n".join(f"{r.source}: {c.text}" for r, c in zip(self.records, parts, strict=True))
        joins = tuple(j for c in parts for j in c.joins)
        first = parts[0]
        return Column(
            name, sql, inputs, joins, text=text, place=first.place, kind=first.kind, wanted=first.wanted, constant=all(c.constant for c in parts),
            constant_sources=tuple(k for k, c in enumerate(parts) if c.constant),
            parts=tuple(pieces), reads=tuple(i for k, c in enumerate(parts) for i in _narrowed(c.reads, self.when_source(k))),
        )  # fmt: skip

    def _one_source(self, name: str, what: str, k: int, record: Record) -> Column:
        scope = Scope(self, k)
        if what == "set":
            return compile_rule(self, record.set[name], scope)
        if what == "subject":
            target = self.builder.source_frame(record.source, self)
            if target.subject is None:
                fix = f"add forms: {record.source}: {{file: ..., subject: EXPRESSION}}, or USUBJID: under variables"
                raise Refused(Problem(record.place, name, f"{record.source} does not name its subjects", fix))
            found = scope.qualified(record.source, target.subject, MADE)
            text = f"{record.source}.{target.subject}" if target.kind != "form" else self.builder.subject_text(record.source)
            return Column(name, found.sql, tuple(found.inputs), tuple(found.joins), text=text, kind="variable", place=record.place, wanted="Char")
        if not record.columns:
            return Column(name, "NULL", (), constant=True)
        cell = self._cell(k, record)
        target = self.builder.source_frame(record.source, self)
        own = quoted(self.frame.name)
        shown, lines = self.builder.alias_of(record.source, target), self.builder.source_frame(record.columns, self).name
        only = self.only_sources(record.source, "_from")
        source_join = Join(shown, target.name, f"{quoted(shown)}._row = {own}.{quoted('_from')}{only}")
        line_join = Join(lines, lines, f"{quoted(lines)}._row = {own}.{quoted('_columns')}")
        return Column(name, cell.sql, tuple(cell.inputs), (source_join, line_join), text="the column's value", kind="hidden", place=record.place)

    def _source_form(self, name: str) -> Column:
        form, variable = name.rstrip(")").split("(")
        column = self.frame.columns[self.column(variable)]
        parts, inputs, joins = [], [], []
        for k, _ in enumerate(self.records):
            found = self._origin_of(column, k)
            if found is None:
                parts.append(f"WHEN {k} THEN NULL")
                continue
            sql, own, join = self._origin_sql(form, found)
            parts.append(f"WHEN {k} THEN {sql}")
            inputs += _narrowed(own, self.when_source(k))
            joins += join
        sql = f"CASE {quoted(self.frame.name)}._source {' '.join(parts)} END"
        named = tuple(range(len(parts))) if form != "source_sequence" else ()
        return Column(name, sql, tuple(inputs), tuple(joins), kind="hidden", constant_sources=named)

    def _origin_of(self, column: Column, k: int) -> Input | None:
        for found in column.inputs:
            if found.role != MADE or any(key == "_source" and value != k for key, value in found.when):
                continue
            if found.frame == self.frame.name and found.via == "":
                own = self.frame.columns.get(found.column)
                deeper = self._origin_of(own, k) if own else None
                if deeper:
                    return deeper
            elif found.via.startswith(("_from", "_with", "_lookup")) and self.builder.frames[found.frame].kind != "table":
                return found
        return None

    def _origin_sql(self, form: str, found: Input) -> tuple[str, list[Input], list[Join]]:
        target = self.builder.frames[found.frame]
        if form == "source_dataset":
            return literal(target.dataset or target.name), [], []
        if form == "source_variable":
            return literal(found.column), [], []
        sequence = self.builder.sequence_of(target)
        if sequence is None:
            return "NULL", [], []
        shown = f"{target.name} (source {found.via})"
        only = self.only_sources(target.dataset, "_from") if found.via == "_from" else ""
        join = Join(shown, target.name, f"{quoted(shown)}._row = {quoted(self.frame.name)}.{quoted(found.via)}{only}")
        inputs = [Input(self.frame.name, found.via, "", DECIDED), Input(target.name, sequence, found.via, MADE)]
        return f"{quoted(shown)}.{quoted(sequence)}", inputs, [join]


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
        pairs = f"WITH g AS ({sql}) SELECT {own}._row, b._row AS _other FROM {own} JOIN g a ON a._row = {own}._prev JOIN g b ON a._group = b._group"
        self.frame.relations["candidates"] = Relation("candidates", self.frame.name, previous.frame.name, pairs)
        return "candidates"

    def _define(self, name: str) -> Column:
        previous = self.before()
        carried = name in previous.frame.columns and name != "_prev" or name in ("_source", "_from", "_columns", "cell", self.frame.subject)
        if carried or name.startswith(("_with ", *_SOURCE_FORMS)) or any(name in r.set for r in self.records):
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
        self.frame.row_inputs = tuple(dict.fromkeys([Input(previous.frame.name, "_exists", "members", DECIDED), *_through(inputs, previous, "members", self)]))
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


class NewStage(Stage):
    """The records that one added step makes: copies of one record for each group, with `set` put in."""

    def _make_rows(self) -> None:
        previous, step = self.before(), self.step
        assert step is not None and self.dataset is not None
        builder, before = self.builder, quoted(previous.frame.name)
        per = builder.group_variables(self.dataset, step.per)
        scope = _StepScope(self, previous)
        self.frame.identity = (*(f"_per {name}" for name in per), "_each")
        keys = [scope.bare(name, DECIDED) for name in per]
        inputs: list[Input] = [i for key in keys for i in key.inputs] + [Input(previous.frame.name, "_exists", "_prev", DECIDED)]
        each = builder.source_frame(step.each, self, step.place) if step.each else None
        conditions: list[str] = []
        if step.where is not None:
            compiled = compile_expression(builder, step.where, scope, f"added {step.name}", DECIDED)
            conditions.append(f"({compiled.sql})")
            inputs += compiled.inputs
        text = f"FROM {before}"
        if each is not None:
            text += f" CROSS JOIN {quoted(each.name)}"
            conditions.append(self._absent(previous, keys, per, inputs))
        order, order_inputs, _ = pick_order(previous, step.copy, scope, f"added {step.name}")
        each_sql = f"{quoted(each.name)}._row" if each is not None else "NULL::BIGINT"
        partition = ", ".join([*(key.sql for key in keys), *([each_sql] if each is not None else [])])
        kept = "".join(f", {key.sql} AS {quoted(f'_per {name}')}" for key, name in zip(keys, per, strict=True))
        where = f"\n  WHERE {' AND '.join(conditions)}" if conditions else ""
        self.frame.rows_sql = (
            f"SELECT row_number() OVER (ORDER BY _prev, _each) - 1 AS _row, *\nFROM (\n  SELECT {before}._row AS _prev, {each_sql} AS _each{kept}\n"
            f"  {text}{where}\n  QUALIFY row_number() OVER (PARTITION BY {partition} ORDER BY {order}) = 1\n)\nORDER BY _row"
        )
        found = [i if i.via == "_each" else Input(i.frame, i.column, "members", DECIDED) for i in [*inputs, *order_inputs]]
        self.frame.row_inputs, self.frame.row_place = tuple(dict.fromkeys(found)), step.place
        self._rows_columns(previous, per, each.name if each is not None else "")
        self._relation(previous)

    def _absent(self, previous: Stage, keys: list[Resolved], per: tuple[str, ...], inputs: list[Input]) -> str:
        """The group has no record with the key of the table's row."""
        step = self.step
        assert step is not None and step.each
        table = self.builder.table(step.each, self)
        before, each, tests = quoted(previous.frame.name), quoted(self.builder.source_frame(step.each, self).name), []
        for name, key in zip(per, keys, strict=True):
            tests.append(f"other.{quoted(name)} IS NOT DISTINCT FROM {key.sql}")
        for key_name in table.keys:
            previous.column(key_name)
            inputs.append(Input(previous.frame.name, key_name, "_prev", DECIDED))
            tests.append(f"other.{quoted(key_name)} = {each}.{quoted(key_name)}")
        return f"NOT EXISTS (SELECT 1 FROM {before} AS other WHERE {' AND '.join(tests)})"

    def _rows_columns(self, previous: Stage, per: tuple[str, ...], each: str) -> None:
        columns = self.frame.columns
        columns["_prev"] = Column("_prev", "", (), type="BIGINT", kind="link", target=previous.frame.name)
        columns["_each"] = Column("_each", "", (), type="BIGINT", kind="link", target=each)
        for name in per:
            inputs = (Input(previous.frame.name, name, "_prev", MADE),)
            columns[f"_per {name}"] = Column(f"_per {name}", "", inputs, kind="hidden", type="")

    def _relation(self, previous: Stage) -> None:
        """All records of the group: those that took part and, since a window must be empty of them, those that did not."""
        assert self.dataset is not None and self.step is not None
        per = self.builder.group_variables(self.dataset, self.step.per)
        own, before = quoted(self.frame.name), quoted(previous.frame.name)
        tests = " AND ".join(f"member.{quoted(name)} IS NOT DISTINCT FROM {own}.{quoted(f'_per {name}')}" for name in per)
        sql = f"SELECT {own}._row, member._row AS _other FROM {own} JOIN {before} AS member ON {tests}"
        self.frame.relations["members"] = Relation("members", self.frame.name, previous.frame.name, sql)

    def members(self) -> Stage | None:
        return self.before()

    def member_condition(self, alias: str) -> tuple[str, list[Input]]:
        step = self.step
        assert step is not None and self.dataset is not None
        own, member = quoted(self.frame.name), quoted(alias)
        per = self.builder.group_variables(self.dataset, step.per)
        tests = [f"{member}.{quoted(name)} IS NOT DISTINCT FROM {own}.{quoted(f'_per {name}')}" for name in per]
        inputs = [Input(self.frame.name, f"_per {name}", "", DECIDED) for name in per]
        if step.where is not None:
            scope = MembersScope(CopyScope(self), self.before())
            compiled = compile_expression(self.builder, step.where, scope, f"added {step.name}", DECIDED)
            tests.append(f"({compiled.sql})")
            inputs += compiled.inputs
        return " AND ".join(tests), inputs

    def _define(self, name: str) -> Column:
        previous, step = self.before(), self.step
        assert step is not None
        if name.startswith("_copied "):
            return copied(self, previous, name.removeprefix("_copied "))
        if name in step.set:
            column = compile_rule(self, step.set[name], CopyScope(self))
            column.wanted = column.wanted or self._wanted(name)
            return column
        special = self._special(name) if name.startswith("_lookup ") or name in self._hidden else None
        if special is not None:
            return special
        variable = self.rule(name)
        if variable is not None and self._changed(name, set()) and is_row_local(self, variable.rule):
            return compile_rule(self, variable, Scope(self))
        return copied(self, previous, name)

    def _wanted(self, name: str) -> str:
        variable = self.rule(name)
        return self.builder.wanted_type(self.dataset, variable) if variable is not None and self.dataset else ""

    def _changed(self, name: str, seen: set[str]) -> bool:
        """Whether a row-local variable depends, through row-local ones, on what the step sets."""
        assert self.step is not None
        variable = self.rule(name)
        if variable is None or name in seen:
            return False
        seen.add(name)
        for other in local_dependencies(self, variable):
            rule = self.rule(other)
            if other in self.step.set or rule is not None and is_row_local(self, rule.rule) and self._changed(other, seen):
                return True
        return False


class _StepScope(Scope):
    """Names in an added step's `where`, `per` and `copy`: the records of the stage before, and the table `each`."""

    def __init__(self, new: NewStage, previous: Stage) -> None:
        super().__init__(previous)
        self.new = new

    def bare(self, name: str, role: str) -> Resolved:
        column = self.stage.column(name)
        frame = self.stage.frame.name
        return Resolved(f"{quoted(frame)}.{quoted(column)}", [Input(frame, column, "_prev", role)])

    def qualified(self, alias: str, name: str, role: str) -> Resolved:
        step = self.new.step
        if step is not None and step.each == alias:
            target = self.new.builder.source_frame(alias, self.new)
            column = self.new.builder.column(target.name, name, alias)
            return Resolved(f"{quoted(target.name)}.{quoted(column)}", [Input(target.name, column, "_each", role)])
        return self.bare(self.stage.hidden(f"{alias}.{name}"), role)


class AppendedStage(Stage):
    """All records of the stage before and, behind them, those of an added step."""

    def __init__(self, new: NewStage) -> None:
        super().__init__(new.builder, new.builder.frame_for_stage(new), new.dataset, new.previous)
        self.new = new

    def _make_rows(self) -> None:
        new, previous, step = self.new, self.before(), self.new.step
        assert step is not None
        new.ensure_rows()
        value = self._value_variable()
        new_name, before = quoted(new.frame.name), quoted(previous.frame.name)
        where, inputs = "", [Input(new.frame.name, "_exists", "_added", DECIDED)]
        if value and not step.keep_missing:
            column = new.column(value)
            where = f" WHERE {new_name}.{quoted(column)} IS NOT NULL"
            inputs.append(Input(new.frame.name, column, "_added", DECIDED))
        self.frame.row_inputs = (Input(previous.frame.name, "_exists", "_prev", DECIDED), *inputs)
        self.frame.rows_sql = (
            "SELECT row_number() OVER (ORDER BY _added NULLS FIRST, _prev) - 1 AS _row, *\nFROM (\n"
            f"  SELECT {before}._row AS _prev, NULL::BIGINT AS _added FROM {before}\n  UNION ALL\n"
            f"  SELECT NULL::BIGINT AS _prev, {new_name}._row AS _added FROM {new_name}{where}\n)\nORDER BY _row"
        )
        for link, target in (("_prev", previous.frame.name), ("_added", new.frame.name)):
            self.frame.columns[link] = Column(link, "", (), type="BIGINT", kind="link", target=target)

    def _value_variable(self) -> str | None:
        step = self.new.step
        assert step is not None and self.dataset is not None
        domain = self.dataset.name
        return next((n for n in ("AVAL", "AVALC", f"{domain}STRESN", f"{domain}STRESC", f"{domain}ORRES") if n in step.set), None)

    def _define(self, name: str) -> Column:
        last_rules = self.dataset.final if self.dataset else {}
        if self.is_last and (name in last_rules or self.dataset and name in self.dataset.supplemental):
            return super()._define(name)
        if name.startswith("_lookup ") or name in self._hidden or name == "_order" or self._is_sequence(name):
            special = self._special(name)
            if special is not None:
                return special
        first, second = copied(self, self.before(), name), copied(self, self.new, name, "_added")
        own = quoted(self.frame.name)
        first.sql = f"CASE WHEN {own}._added IS NULL THEN {first.sql} ELSE {second.sql} END"
        first.inputs, first.joins = (*first.inputs, *second.inputs), (*first.joins, *second.joins)
        return first

    def _is_sequence(self, name: str) -> bool:
        return self.is_last and self.dataset is not None and name == self.builder.sequence_variable(self.dataset) and self.rule(name) is None


def _renamed(frame: str, shown: str) -> str:
    return "" if quoted(frame) == shown else f" AS {shown}"


def _narrowed(inputs: tuple[Input, ...] | list[Input], when: tuple[tuple[str, int], ...]) -> list[Input]:
    return [Input(i.frame, i.column, i.via, i.role, tuple(dict.fromkeys((*when, *i.when)))) for i in inputs]


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


__all__ = ["AppendedStage", "BaseStage", "CollapsedStage", "Compiled", "FilteredStage", "FormStage", "KeptStage", "Marked", "NewStage"]
