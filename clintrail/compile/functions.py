"""A function of the library: parameters, body, words, documentation and test tables."""

from __future__ import annotations

from dataclasses import dataclass

from clintrail.compile.builtins import builtins, open_aggregates
from clintrail.compile.text import calls, tokens


@dataclass(frozen=True)
class Parameter:
    """A parameter and, where it may be left out, its default."""

    name: str
    default: str | None = None


@dataclass(frozen=True)
class FunctionTable:
    """A test table: header and cells; `example` is the expression of a table for a function over rows."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    example: str | None = None


@dataclass(frozen=True)
class Function:
    """A library function; `expanded` is the body with every library function in it put in."""

    name: str
    parameters: tuple[Parameter, ...]
    body: str
    words: str
    documentation: str
    tables: tuple[FunctionTable, ...]
    path: str
    line: int
    expanded: str = ""
    reads: str = ""  # the parameter whose text it reads: a missing result means that the text could not be read

    @property
    def signature(self) -> str:
        """As one types it: `study_day(date, reference)`."""
        return f"{self.name}({', '.join(p.name + (f' := {p.default}' if p.default else '') for p in self.parameters)})"

    @property
    def is_aggregate(self) -> bool:
        """The body aggregates, so that a call needs rows: `over`, or another dataset's."""
        return bool(open_aggregates(self.expanded))

    @property
    def picking(self) -> int | None:
        """The index of the parameter that alone picks the rows of all aggregates in the body; None where there is none."""
        return _picking(self)


def _picking(function: Function) -> int | None:
    """Which parameter picks the rows: the one that alone stands in the FILTER of every aggregate of the body."""
    toks = tokens(function.expanded)
    found = set()
    for call in calls(toks):
        if builtins().get(call.name.lower()) == "aggregate":
            inside = [t.text for t in toks[call.filter_open + 2 : call.filter_close]] if call.filter_open >= 0 else []
            found.add(" ".join(t for t in inside if t not in "()"))
    names = [p.name for p in function.parameters]
    return names.index(found.pop()) if len(found) == 1 and found <= set(names) else None
