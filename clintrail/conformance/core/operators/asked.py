"""A condition as its operator sees it: the target, what it is compared with, and options, over the rows of a frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clintrail.conformance.core.frame import Column, Frame, Members, Unsupported
from clintrail.conformance.core.logic import negated
from clintrail.conformance.core.rule import Comparison


@dataclass(frozen=True)
class Asked:
    """A condition over a frame; its columns raise `Missing` where the rows lack them."""

    frame: Frame
    comparison: Comparison

    @property
    def target(self) -> Column:
        """The column that the condition is about."""
        return self.frame.column(self.comparison.name)

    @property
    def other(self) -> Column:
        """What it is compared with: one value of each row."""
        found = self.others
        if isinstance(found, Members):
            raise Unsupported(f"{self.comparison.operator} compares with one value, {self.comparison.value} has many")
        return found

    @property
    def others(self) -> Column | Members:
        """What it is compared with: a value, a list, or the values of another dataset."""
        return self.frame.compared(self.comparison.value, is_literal=self.comparison.has("value_is_literal"))

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the condition gives as its value: one, or a list."""
        value = self.comparison.value
        return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)


Operator = Callable[[Asked], str]


def opposite(operator: Operator) -> Operator:
    """The operator that is true where another is false."""
    return lambda asked: negated(operator(asked))
