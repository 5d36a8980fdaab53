"""Where records come from: raw forms, and a dataset's records straight from their sources."""

from __future__ import annotations

from clintrail.compile.expressions import Refused, compile_expression
from clintrail.compile.plan import DECIDED, MADE, Column, Input, Join, literal, pieces_of, quoted
from clintrail.compile.rules import compile_rule, rule_names
from clintrail.compile.scopes import Resolved, Scope, SourceScope, Unresolved
from clintrail.compile.stages import Stage
from clintrail.errors import Place, Problem
from clintrail.spec.model import Record

SOURCE_FORMS = ("source_dataset(", "source_variable(", "source_sequence(")


class FormStage(Stage):
    """A raw form: its columns are given; `_subject` is its subject expression."""

    def _define(self, name: str) -> Column:
        special = self._special(name)
        if special is not None:
            return special
        form = self.builder.study.forms.get(self.frame.dataset)
        if name == "_subject" and form is not None and form.subject is not None:
            compiled = compile_expression(self.builder, form.subject, Scope(self), f"{form.name} subject")
            return Column(
                "_subject",
                f"CAST({compiled.sql} AS VARCHAR)",
                tuple(compiled.inputs),
                tuple(compiled.joins),
                text=form.subject.text,
                kind="hidden",
            )
        if not self.builder.is_read(self.frame.dataset):
            return Column(name, "", (), type="VARCHAR", kind="raw")
        raise self.unknown(name)

    def unknown(self, name: str) -> Unresolved:
        found = super().unknown(name)
        return Unresolved(
            f"{self.frame.dataset} has no column named {name}", found.fix if "mean" in found.fix else "look at the file's header"
        )


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
        order = ", ".join(
            ["_source", *(quoted(link) for link in links if link != "_columns"), *(["_columns"] if "_columns" in links else [])]
        )
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
        if name.startswith(SOURCE_FORMS):
            return self._source_form(name)
        variable = self.rule(name)
        if variable is None:
            raise self.unknown(name)
        return compile_rule(self, variable, Scope(self))

    def _per_source(self, name: str, what: str) -> Column:
        parts: list[Column] = []
        for k, record in enumerate(self.records):
            if what == "set" and name not in record.set:
                raise Refused(
                    Problem(record.place, name, "set by some sources and not by this one", f"add {name}: to its set (null for missing)")
                )
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
            name, sql, inputs, joins, text=text, place=first.place, places=tuple(c.place for c in parts), kind=first.kind,
            wanted=first.wanted,
            constant=all(c.constant for c in parts),
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
            return Column(
                name, found.sql, tuple(found.inputs), tuple(found.joins), text=text, kind="variable", place=record.place, wanted="Char"
            )
        if not record.columns:
            return Column(name, "NULL", (), constant=True)
        cell = self._cell(k, record)
        target = self.builder.source_frame(record.source, self)
        own = quoted(self.frame.name)
        shown, lines = self.builder.alias_of(record.source, target), self.builder.source_frame(record.columns, self).name
        only = self.only_sources(record.source, "_from")
        source_join = Join(shown, target.name, f"{quoted(shown)}._row = {own}.{quoted('_from')}{only}")
        line_only = self.only_sources(record.columns, "_columns")
        line_join = Join(lines, lines, f"{quoted(lines)}._row = {own}.{quoted('_columns')}{line_only}")
        return Column(
            name, cell.sql, tuple(cell.inputs), (source_join, line_join), text="the column's value", kind="hidden", place=record.place
        )

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


def _renamed(frame: str, shown: str) -> str:
    return "" if quoted(frame) == shown else f" AS {shown}"


def _narrowed(inputs: tuple[Input, ...] | list[Input], when: tuple[tuple[str, int], ...]) -> list[Input]:
    return [Input(i.frame, i.column, i.via, i.role, tuple(dict.fromkeys((*when, *i.when)))) for i in inputs]
