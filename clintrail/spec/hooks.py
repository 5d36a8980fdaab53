"""Pandas hooks of a study: what SQL cannot say well, in the study's `hooks.py`.

A hook is a function that gets DataFrames and returns one. It declares what it reads and which columns it gives, and hands
back, for each row, the rows that it came from, so that the trail never breaks. In a spec its name stands where a form's may.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clintrail.errors import Place, Problem, Problems

TYPES = {"text": "VARCHAR", "number": "DOUBLE", "date": "DATE", "datetime": "TIMESTAMP"}
ORIGIN = "origin"


@dataclass(frozen=True)
class Hook:
    """A hook: `reads` names forms, tables or datasets; `gives` maps columns to text, number, date or datetime."""

    name: str
    function: Callable[..., Any]
    reads: tuple[str, ...]
    gives: Mapping[str, str]
    place: Place


def hook(*, reads: Sequence[str], gives: Mapping[str, str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function of `hooks.py` as a hook.

    It is called with one pandas DataFrame for each of `reads`, in that order, indexed by row (a form's has USUBJID, by its
    subject expression). It returns a DataFrame with the
    columns of `gives` and a column `origin`: for each row the index labels of the rows that it came from, as a label (or
    list of labels) where one table is read, else as a mapping of table name to label or labels.
    """

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        function.__clintrail__ = (tuple(reads), dict(gives))  # type: ignore[attr-defined]
        return function

    return declare


def load_hooks(folder: Path) -> dict[str, Hook]:
    """The hooks of a study's `hooks.py`; none where there is no such file. Raises `Problems`.

    The file is run: only a study that one trusts may have hooks.
    """
    path = folder / "hooks.py"
    if not path.is_file():
        return {}
    shown = path.as_posix()
    spec = importlib.util.spec_from_file_location(f"clintrail_hooks_{re.sub(r'[^a-zA-Z0-9]', '_', folder.name)}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise Problems([_failure(shown, "hooks.py", error, "cannot be loaded")]) from None
    found = {}
    for name, function in vars(module).items():
        declared = getattr(function, "__clintrail__", None)
        if declared is not None:
            place = Place(shown, function.__code__.co_firstlineno)
            reads, gives = declared
            found[name] = Hook(name, function, reads, gives, place)
    problems = [problem for one in found.values() for problem in _check(one)]
    if problems:
        raise Problems(problems)
    return found


def _check(one: Hook) -> list[Problem]:
    problems = []
    unknown = sorted(set(one.gives.values()) - set(TYPES))
    if unknown:
        problems.append(Problem(one.place, one.name, f"gives a column of type {', '.join(unknown)}", f"the types are {', '.join(TYPES)}"))
    if not one.reads:
        problems.append(
            Problem(one.place, one.name, "reads nothing, so that its rows come from nowhere", "name forms or datasets in reads")
        )
    if ORIGIN in one.gives:
        problems.append(
            Problem(one.place, one.name, f"{ORIGIN} is not a column to give", f"leave {ORIGIN} out of gives: it is always there")
        )
    return problems


def failed(one: Hook, error: Exception) -> Problem:
    """The problem of a hook that failed, at the line of the study's file; the error's own text may hold data and is not shown."""
    return _failure(one.place.path, one.name, error, "failed")


def _failure(shown: str, subject: str, error: Exception, what: str) -> Problem:
    line, trace = 0, error.__traceback__ or sys.exc_info()[2]
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith("hooks.py") and "clintrail/spec" not in trace.tb_frame.f_code.co_filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    line = error.lineno or line if isinstance(error, SyntaxError) else line
    return Problem(Place(shown, line), subject, f"the hook {what}: {type(error).__name__}", "run the function by itself on its tables")
