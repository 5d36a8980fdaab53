"""The frame of a pandas hook: its columns are declared, its rows come when it runs, and all that it reads is their lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clintrail.compile.plan import DECIDED, MADE, Column, Frame, Input, Relation, quoted
from clintrail.compile.stages import Stage
from clintrail.spec.hooks import TYPES, Hook

if TYPE_CHECKING:
    from clintrail.compile.build import Builder


def origins_table(hook: str, read: str) -> str:
    """The name under which a run registers the pairs (row of the hook, row of the table read)."""
    return f"{hook} origins {read}"


class HookStage(Stage):
    """The rows that a hook gives. Every column is made from all columns of the rows that the hook names as origin."""

    def __init__(self, builder: Builder, frame: Frame, hook: Hook) -> None:
        super().__init__(builder, frame)
        self.hook = hook
        self.targets: dict[str, tuple[str, list[str]]] = {}  # table read: its frame and the columns handed over

    def _make_rows(self) -> None:
        inputs: list[Input] = []
        for read in self.hook.reads:
            target = self.builder.source_frame(read, self, self.hook.place)
            names = self.builder.readable_columns(read, target)
            relation = f"origin {read}"
            sql = f"SELECT _row, _other FROM {quoted(origins_table(self.hook.name, read))}"
            self.frame.relations[relation] = Relation(relation, self.frame.name, target.name, sql)
            self.targets[read] = (target.name, names)
            inputs += [Input(target.name, column, relation, DECIDED) for column in ("_exists", *names)]
        self.frame.row_inputs, self.frame.row_place = tuple(inputs), self.hook.place

    def _after_rows(self) -> None:
        made = tuple(Input(i.frame, i.column, i.via, MADE) for i in self.frame.row_inputs if i.column != "_exists")
        for name, kind in self.hook.gives.items():
            text = f"hook {self.hook.name}"
            words = (self.hook.function.__doc__ or text).strip().split("\n\n")[0]
            column = Column(name, "", made, type=TYPES[kind], kind="hook", text=text, words=words, place=self.hook.place)
            self.builder.add(self.frame, column)
