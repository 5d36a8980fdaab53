"""What a name means where it stands: each scope turns a name into SQL, the joins that it needs, and lineage inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clintrail.compile.plan import DECIDED, Frame, Input, Join, quoted

if TYPE_CHECKING:
    from clintrail.compile.stages import Stage


@dataclass
class Resolved:
    """A name resolved: SQL, and what it needs."""

    sql: str
    inputs: list[Input] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)


class Unresolved(Exception):
    """A name that means nothing here: (what is wrong, fix)."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


class Scope:
    """Names as they stand in a rule of a stage. `source` is the number of the record source whose `set` is read, or None."""

    def __init__(self, stage: Stage, source: int | None = None, when: tuple[tuple[str, int], ...] = ()) -> None:
        self.stage, self.source, self.when = stage, source, when

    @property
    def row(self) -> str:
        """SQL of the row number of this scope's records."""
        return f"{quoted(self.stage.frame.name)}._row"

    def bare(self, name: str, role: str) -> Resolved:
        """A variable of this dataset."""
        frame = self.stage.frame
        column = self.stage.column(name)
        return Resolved(f"{quoted(frame.name)}.{quoted(column)}", [Input(frame.name, column, "", role)])

    def qualified(self, alias: str, name: str, role: str) -> Resolved:
        """A column of another dataset, form or table: one row of it for each record."""
        link, target, when = self.stage.link_for(alias, self.source)
        return self.linked(alias, link, target, name, role, when)

    def linked(self, alias: str, link: str, target: Frame, name: str, role: str, when: tuple[tuple[str, int], ...] = ()) -> Resolved:
        """Column `name` of the row that `link` points to; `found` tells whether there is one."""
        own = quoted(self.stage.frame.name)
        by_link = Input(self.stage.frame.name, link, "", DECIDED, when)
        pointer = f"{own}.{quoted(link)}"
        if name == "found":
            return Resolved(f"({pointer} IS NOT NULL)", [by_link, Input(target.name, "_exists", link, role, when)])
        column = self.stage.builder.column(target.name, name, alias)
        shown = self.stage.builder.alias_of(alias, target)
        if link != "_from" and self.stage.is_own_source(alias):  # the same name by another way, in another source's records
            shown = f"{shown} ({link.strip('_').split()[0]})"
        on = f"{quoted(shown)}._row = {pointer}{self.stage.only_sources(alias, link) if when else ''}"
        inputs = [by_link, Input(target.name, column, link, role, when)]
        return Resolved(f"{quoted(shown)}.{quoted(column)}", inputs, [Join(shown, target.name, on)])

    def group(self, name: str) -> tuple[str, ...] | None:
        """The variables of a named group."""
        return self.stage.group(name)

    def rows_inside(self, names: Iterable[tuple[str | None, str]]) -> Scope | None:
        """The scope inside an aggregate that names these columns, or None where it has no rows to run over."""
        qualified = [alias for alias, _ in names if alias is not None]
        members = self.stage.members()
        if members is not None and any(alias is None for alias, _ in names) and not self._foreign_only(names):
            return MembersScope(self, members)
        for alias in qualified:
            if self.stage.is_rows(alias):
                return RowsScope(self, alias)
        return MembersScope(self, members) if members is not None else None

    def _foreign_only(self, names: Iterable[tuple[str | None, str]]) -> bool:
        """Rows of another dataset are meant where one is named and every bare name is a variable of the collapsed record."""
        return any(alias is not None and self.stage.is_rows(alias) and not self.stage.is_own_source(alias) for alias, _ in names)


class CopyScope(Scope):
    """Names in the `set` of an added step: bare names are the copied record's, `each` names the table's row."""

    def bare(self, name: str, role: str) -> Resolved:
        previous = self.stage.before()
        column = previous.column(name)
        own = quoted(self.stage.frame.name)
        shown = quoted(previous.frame.name)
        joined = Join(previous.frame.name, previous.frame.name, f"{shown}._row = {own}.{quoted('_prev')}")
        return Resolved(f"{shown}.{quoted(column)}", [Input(previous.frame.name, column, "_prev", role)], [joined])

    def qualified(self, alias: str, name: str, role: str) -> Resolved:
        step = self.stage.step
        if step is not None and step.each == alias:
            return self.linked(alias, "_each", self.stage.builder.source_frame(alias, self.stage), name, role)
        previous = self.stage.before()
        link, target, when = previous.link_for(alias, None)
        return self.linked(alias, self.stage.column(link), target, name, role, when)


class MembersScope(Scope):
    """Inside an aggregate over the records that became one, or over the records of an added step's group."""

    def __init__(self, outer: Scope, members: Stage) -> None:
        super().__init__(outer.stage, outer.source)
        self.outer, self.members = outer, members
        self.alias = "member"
        self.relation = "members"

    @property
    def row(self) -> str:
        return f"{quoted(self.alias)}._row"

    def bare(self, name: str, role: str) -> Resolved:
        column = self.members.column(name)
        return Resolved(f"{quoted(self.alias)}.{quoted(column)}", [Input(self.members.frame.name, column, "members", role)])

    def qualified(self, alias: str, name: str, role: str) -> Resolved:
        step = self.stage.step
        if step is not None and step.each == alias:
            return self.outer.qualified(alias, name, role)
        return self.bare(self.members.hidden(f"{alias}.{name}"), role)

    def query(self, aggregate: str) -> tuple[str, list[Input], list[Join]]:
        """The aggregate as a query over the members of one record."""
        condition, inputs = self.stage.member_condition(self.alias)
        frame = self.members.frame.name
        inputs = [*inputs, Input(frame, "_exists", "members", DECIDED)]
        return f"(SELECT {aggregate} FROM {quoted(frame)} AS {quoted(self.alias)} WHERE {condition})", inputs, []


class RowsScope(Scope):
    """Inside an aggregate over the matching rows of another dataset or form."""

    def __init__(self, outer: Scope, alias: str) -> None:
        super().__init__(outer.stage, outer.source)
        self.outer, self.of = outer, alias
        self.match = outer.stage.match_for(alias, outer)
        self.alias, self.relation = self.match.alias, self.match.relation

    @property
    def row(self) -> str:
        return f"{quoted(self.alias)}._row"

    def bare(self, name: str, role: str) -> Resolved:
        return self.outer.bare(name, role)

    def qualified(self, alias: str, name: str, role: str) -> Resolved:
        if alias != self.of:
            return self.outer.qualified(alias, name, role)
        column = self.stage.builder.column(self.match.target.name, name, alias)
        return Resolved(f"{quoted(self.alias)}.{quoted(column)}", [Input(self.match.target.name, column, self.match.relation, role)])

    def query(self, aggregate: str) -> tuple[str, list[Input], list[Join]]:
        """The aggregate as a query over the rows that match one record."""
        exists = Input(self.match.target.name, "_exists", self.match.relation, DECIDED)
        sql = f"(SELECT {aggregate} FROM {quoted(self.match.target.name)} AS {quoted(self.alias)} WHERE {self.match.condition})"
        return sql, [*self.match.inputs, exists], list(self.match.joins)


class SourceScope(Scope):
    """Names in a record's `where` and `with`, before the dataset has rows: the source, what is joined, and the wide columns' table."""

    def __init__(self, stage: Stage, source: int, frames: dict[str, tuple[Frame, str]], cell: Resolved | None) -> None:
        super().__init__(stage, source)
        self.frames, self.cell = frames, cell

    @property
    def row(self) -> str:
        return "_row"

    def bare(self, name: str, role: str) -> Resolved:
        if name == "cell" and self.cell is not None:
            return Resolved(self.cell.sql, [Input(i.frame, i.column, i.via, role, i.when) for i in self.cell.inputs])
        raise Unresolved(f"{name} is not known here", "a variable of this dataset")

    def qualified(self, alias: str, name: str, role: str) -> Resolved:
        if alias not in self.frames:
            raise Unresolved(f"{alias} is not known here", "a lookup")
        frame, link = self.frames[alias]
        column = self.stage.builder.column(frame.name, name, alias)
        shown = self.stage.builder.alias_of(alias, frame)
        when = self.stage.when_source(self.source or 0)
        return Resolved(f"{quoted(shown)}.{quoted(column)}", [Input(frame.name, column, link, role, when)])


@dataclass
class Match:
    """How the rows of another frame belong to a record: the condition in SQL, its lineage, and the relation's name."""

    target: Frame
    alias: str
    condition: str
    inputs: list[Input]
    joins: list[Join]
    relation: str


class LookupScope(Scope):
    """Names in a lookup's `where` and `match`: the lookup's own rows, and the record's variables."""

    def __init__(self, outer: Scope, name: str, target: Frame, alias: str, via: str) -> None:
        super().__init__(outer.stage, outer.source)
        self.outer, self.of, self.target, self.alias, self.via = outer, name, target, alias, via

    @property
    def row(self) -> str:
        return f"{quoted(self.alias)}._row"

    def bare(self, name: str, role: str) -> Resolved:
        return self.outer.bare(name, DECIDED)

    def qualified(self, alias: str, name: str, role: str) -> Resolved:
        if alias == self.of:
            column = self.stage.builder.column(self.target.name, name, alias)
            return Resolved(f"{quoted(self.alias)}.{quoted(column)}", [Input(self.target.name, column, self.via, DECIDED)])
        return self.outer.qualified(alias, name, DECIDED)
