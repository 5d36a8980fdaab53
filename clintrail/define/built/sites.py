"""Where a variable's values are made: the rule, or the several rules, behind a column, one `Part` for each.

A column that a later stage only carries along is followed to the stages that compute it. There a rule may differ by the
source of the record, by branch, and for the records that an added step makes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from clintrail.compile.plan import MADE, Column, Input
from clintrail.compile.records import BaseStage
from clintrail.compile.study import CompiledStudy
from clintrail.compile.words import sentence, words_of
from clintrail.errors import Place
from clintrail.spec.model import AddedStep, Branches, Constant, Copy, Expression, Variable

CARRIED = ("_prev", "_added")


@dataclass(frozen=True)
class Part:
    """One rule of a variable: its text as typed and in words, and what it reads.

    `frame` is the stage that computes it; `source` names the records' source where it holds for one of several, `step` the
    added step, `branch` the number and `condition` the condition of a branch (None for `else`), with the `attributes` that it states.
    """

    frame: str
    name: str
    text: str
    words: str
    inputs: tuple[Input, ...]
    source: str = ""
    step: AddedStep | None = None
    branch: int | None = None
    condition: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    place: Place = Place()

    @property
    def is_null(self) -> bool:
        """Whether the rule says that there is no value."""
        return self.text.strip().lower() in ("null", "")


class Sites:
    """The rules behind the columns of a compiled study."""

    def __init__(self, compiled: CompiledStudy) -> None:
        self.compiled, self.frames, self.builder = compiled, compiled.plan.frames, compiled.builder
        self._found: dict[tuple[str, str], tuple[Part, ...]] = {}

    def parts(self, frame: str, column: str) -> tuple[Part, ...]:
        """Every rule that makes values of the column, those of the source records first."""
        key = frame, column
        if key not in self._found:
            sites = list(dict.fromkeys(self._sites(frame, column)))
            self._found[key] = tuple(part for site in sites for part in self._parts(*site))
        return self._found[key]

    def _sites(self, frame: str, name: str) -> Iterator[tuple[str, str]]:
        """The (frame, column) that compute it, behind all stages that carry it along."""
        column = self.frames[frame].columns.get(name)
        if column is None:
            return
        if not self._is_carried(frame, column):
            yield frame, name
            return
        for needed in column.inputs:
            if needed.via in CARRIED:
                yield from self._sites(needed.frame, needed.column)

    def _is_carried(self, frame: str, column: Column) -> bool:
        own = self.frames[frame].dataset
        made = [i for i in column.inputs if i.role == MADE]
        plain = column.marked is None and bool(made) and not (column.branches and self._is_branched(frame, column))
        same = (i.column == column.name.removeprefix("_copied ") and self.frames[i.frame].dataset == own for i in made)
        return plain and all(i.via in CARRIED for i in made) and all(same)

    @staticmethod
    def _is_branched(frame: str, column: Column) -> bool:
        """Branches stand at the stage that computes them; copies carry them for documentation, with SQL of their own."""
        return column.sql.startswith("CASE\n")

    # -- the rules at one site ---------------------------------------------------------------------------------------------

    def _parts(self, frame: str, name: str) -> Iterator[Part]:
        column = self.frames[frame].columns[name]
        stage = self.builder.stages.get(frame)
        step = stage.step if stage is not None else None
        sources = self._by_source(stage, name) if isinstance(stage, BaseStage) and len(stage.records) > 1 else None
        if sources is not None:
            for k, (source, rule, text) in enumerate(sources):
                inputs = tuple(i for i in column.inputs if dict(i.when).get("_source", k) == k)
                base = Part(frame, name, text, "", inputs, source, step, place=rule.place if rule else column.place)
                yield from self._by_rule(base, rule)
        elif column.branches:
            base = Part(frame, name, column.text, "", column.inputs, step=step, place=column.place)
            for k, branch in enumerate(column.branches):
                yield replace(
                    base, text=branch.text, words=branch.words, inputs=branch.inputs, branch=k, condition=branch.condition,
                    attributes=branch.attributes, place=branch.place,
                )  # fmt: skip
        else:
            # a sequence number has no rule of its own: what the spec says is the order
            text = (column.text or name).replace("order of the records within the subject", "order")
            words = column.words or sentence(words_of(text, self.compiled.functions))
            yield Part(frame, name, text, words, column.inputs, step=step, place=column.place)

    def _by_source(self, stage: BaseStage, name: str) -> list[tuple[str, Variable | None, str]] | None:
        """(source, rule, text) of each source of records, if the column has a rule for each."""
        if any(name in record.set for record in stage.records):
            return [(r.source, r.set.get(name), "") for r in stage.records]
        if name == stage.frame.subject and stage.rule(name) is None:
            return [(r.source, None, self.subject_text(r.source)) for r in stage.records]
        return None

    def subject_text(self, source: str) -> str:
        """How records of a source name their subject, as typed."""
        return self.builder.subject_text(source) or f"{source}.USUBJID"

    def _by_rule(self, base: Part, variable: Variable | None) -> Iterator[Part]:
        rule = variable.rule if variable is not None else None
        if isinstance(rule, Branches):
            for k, branch in enumerate(rule.branches):
                shown = branch.condition.text if branch.condition else None
                yield replace(self._worded(base, _text(branch.value)), branch=k, condition=shown)
            return
        given = variable.attributes.get("words", "") if variable is not None else ""
        text = base.text if rule is None else f"{rule.source}.{base.name}" if isinstance(rule, Copy) else _text(rule)
        part = self._worded(base, text)
        yield replace(part, words=given) if given else part

    def _worded(self, base: Part, text: str) -> Part:
        return replace(base, text=text, words=sentence(words_of(text, self.compiled.functions)))


def _text(rule: Expression | Constant) -> str:
    return rule.text if isinstance(rule, Expression) else "'" + rule.text.replace("'", "''") + "'"
