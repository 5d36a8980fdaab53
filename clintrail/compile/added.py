"""Added records: what one step makes, and all records with them."""

from __future__ import annotations

from clintrail.compile.expressions import compile_expression
from clintrail.compile.plan import DECIDED, MADE, Column, Input, Relation, quoted
from clintrail.compile.rules import compile_rule, is_row_local
from clintrail.compile.scopes import CopyScope, MembersScope, Resolved, Scope
from clintrail.compile.stages import Stage, copied, local_dependencies, pick_order


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
        if step.where is not None:
            builder.note_unknowns(step.where, conditions[0], text)
        if each is not None:
            conditions.append(self._absent(previous, keys, per, inputs))
        order, order_inputs, _ = pick_order(previous, step.copy, scope, f"added {step.name}")
        each_sql = f"{quoted(each.name)}._row" if each is not None else "NULL::BIGINT"
        partition = ", ".join([*(key.sql for key in keys), *([each_sql] if each is not None else [])])
        kept = "".join(f", {key.sql} AS {quoted(f'_per {name}')}" for key, name in zip(keys, per, strict=True))
        where = f"\n  WHERE {' AND '.join(conditions)}" if conditions else ""
        self.frame.rows_sql = (
            "SELECT row_number() OVER (ORDER BY _prev, _each) - 1 AS _row, *\nFROM (\n"
            f"  SELECT {before}._row AS _prev, {each_sql} AS _each{kept}\n"
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
        return (
            self.is_last and self.dataset is not None and name == self.builder.sequence_variable(self.dataset) and self.rule(name) is None
        )
