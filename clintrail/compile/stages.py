"""Stages of a dataset: candidates, filtered, collapsed, the records an added step makes, and all records after it.

Each stage is a frame. A column is defined on demand, at the first stage that can compute it; later stages carry it along.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from clintrail.compile.expressions import Refused, compile_expression, order_keys
from clintrail.compile.links import Links
from clintrail.compile.plan import DECIDED, MADE, Column, Frame, Input, Join, quoted
from clintrail.compile.rules import compile_rule, rule_names
from clintrail.compile.scopes import Scope, Unresolved
from clintrail.errors import Place, Problem, closest
from clintrail.spec.model import AddedStep, DatasetSpec, Expression, Pick, Record, Variable

if TYPE_CHECKING:
    from clintrail.compile.build import Builder


class Stage(Links):
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
            return Unresolved(
                "cell stands for the column of a wide form", "name the table of the wide columns: - from: FORM, columns: TABLE"
            )
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
        name = text
        while any(other != name and other.lower() == name.lower() for other in (*self.frame.columns, *self._hidden)):
            name += " "  # DuckDB's names do not know case: `vs.X` and `VS.X` differ here by a blank
        if name not in self.frame.columns and name not in self._hidden:
            self._hidden[name] = Expression(text, self.dataset.place if self.dataset else Place())
        return self.column(name)

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
        inputs = [
            *own,
            *(Input(i.frame, i.column, relation, DECIDED, i.when) for i in [*own, *inputs]),
            Input(self.frame.name, "_exists", relation, DECIDED),
        ]
        by = f"PARTITION BY {partition[0].sql} " if partition else ""
        sql = f"row_number() OVER ({by}ORDER BY {', '.join(keys)})"
        dataset = self.dataset
        text = "order of the records within the subject" + (
            ": " + ", ".join(e.text for e in dataset.order) if dataset and dataset.order else ""
        )
        place = dataset.place if dataset else Place()
        return Column(
            name, sql, tuple(inputs), tuple(joins), text=text, words=f"Sequence number: {text}.", place=place, kind="variable", wanted="Num"
        )

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
