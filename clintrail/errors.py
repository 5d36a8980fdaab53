"""Problems and how they are told: where, what, and what to type instead.

A `Problem` is about the user's input; a Python exception that is not a `Problems` is a bug of clintrail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

EXIT_GOOD, EXIT_FINDINGS, EXIT_UNUSABLE, EXIT_BUG = 0, 1, 2, 3


class Severity(IntEnum):
    """How bad a problem is. `ERROR` stops a build; `WARNING` and `NOTE` are reported."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


@dataclass(frozen=True, order=True)
class Place:
    """A place in a file of the user's: path, line (1-based; 0 means the whole file) and column (1-based, 0 unknown)."""

    path: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return self.path + (f":{self.line}" if self.line else "")


@dataclass(frozen=True)
class Problem:
    """One problem: its place, its subject (a variable, a dataset, a column), what is wrong and how to mend it.

    `problem` and `fix` never hold subject data.
    """

    place: Place
    subject: str
    problem: str
    fix: str
    severity: Severity = Severity.ERROR
    kind: str = field(default="", compare=False)

    def __str__(self) -> str:
        head = "  ".join(part for part in (str(self.place), self.subject) if part)
        lines = [head, f"  problem: {self.problem}"]
        if self.fix:
            lines.append(f"  fix:     {self.fix}")
        return "\n".join(lines)


class Problems(Exception):
    """Raised when input is unusable; holds every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems), key=lambda p: (p.place, p.subject, p.problem))
        super().__init__("\n\n".join(map(str, self.problems)))


@contextmanager
def collected(problems: list[Problem]) -> Iterator[None]:
    """Problems raised in the block go into the list, so that what follows is checked too."""
    try:
        yield
    except Problems as error:
        problems.extend(error.problems)


def unreadable(path: Path, error: OSError) -> Problem:
    """The problem of a file that the system does not let us read."""
    return Problem(Place(str(path)), "", f"the file cannot be read: {error.strerror or error}", "check its path and who may read it")


def counted(count: int, what: str) -> str:
    """`1 record`, `2 records`."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name nearest to a mistyped one, or None."""
    import difflib

    known = list(known)
    exact = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if exact:
        return exact[0]
    by_lower = {k.lower(): k for k in known}
    found = difflib.get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """The fix for a mistyped name: the known name nearest to it, or what to do otherwise."""
    near = closest(name, known)
    return f"did you mean {near}?" if near else otherwise
