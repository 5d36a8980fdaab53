"""Arguments and options that several commands share, and how commands end."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Protocol

import typer

from clintrail import show
from clintrail.errors import EXIT_FINDINGS, Problem, Severity

StudyFolder = Annotated[Path, typer.Argument(help="The study's folder, which holds study.yaml.", metavar="STUDY")]
RawFolder = Annotated[
    Path | None,
    typer.Option("--raw", help="The folder of the raw files, or one file with all forms; without it STUDY/raw.", metavar="PATH"),
]


class FailOn(StrEnum):
    """The least severity that makes the exit code 1."""

    error = "error"
    warning = "warning"
    note = "note"

    @property
    def severity(self) -> Severity:
        """It as a severity."""
        return Severity[self.value.upper()]


FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help="Exit with 1 if a finding is at least this severe.")]


class DefineVersion(StrEnum):
    """The versions of Define-XML that are written."""

    v21 = "2.1"
    v20 = "2.0"


DefineVersionOption = Annotated[DefineVersion, typer.Option("--define-version", help="The version of Define-XML.")]


class _Severe(Protocol):
    @property
    def severity(self) -> Severity: ...


def exit_on_findings(found: Iterable[_Severe], fail_on: FailOn) -> None:
    """End with exit code 1 where a finding is at least as severe as asked."""
    if any(one.severity >= fail_on.severity for one in found):
        raise typer.Exit(EXIT_FINDINGS)


def tell_checked(
    paths: Path | Sequence[Path], what: str, found: Sequence[Problem], fail_on: FailOn, *, as_json: bool, every: bool
) -> None:
    """Print what was checked and found, as text or as data, and end accordingly. `every` shows notes and all findings of a kind."""
    if as_json:
        typer.echo(json.dumps(show.checked_as_data(paths, what, found), ensure_ascii=False, indent=1))
    else:
        show.findings(found, Severity.NOTE if every else least_shown(fail_on), every=every)
        show.checked(what, found)
    exit_on_findings(found, fail_on)


def least_shown(fail_on: FailOn) -> Severity:
    """Warnings are always shown, and what makes the exit code 1."""
    return min(Severity.WARNING, fail_on.severity)


@contextmanager
def progress_on_terminal(quiet: bool) -> Iterator[show.Progress | None]:
    """A progress bar on a terminal; nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with show.progress_bar() as progress:
        yield progress
