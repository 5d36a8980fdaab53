"""Commands on conformance: check, rules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clintrail import show
from clintrail.cli.files import AgencyOption
from clintrail.cli.options import FailOn, FailOnOption, least_shown, progress_on_terminal
from clintrail.errors import EXIT_FINDINGS, Place, Problem, Problems

if TYPE_CHECKING:
    from clintrail.conformance.check import Checked

_Write = Callable[["Checked", Path], None]


def check(
    folder: Annotated[Path, typer.Argument(help="A package, or any folder of XPT or Dataset-JSON files.", metavar="DIR")],
    study: Annotated[
        Path | None,
        typer.Option("--study", help="The study's folder, with its rules and dispositions; a package of ours finds it.", metavar="STUDY"),
    ] = None,
    core_rules: Annotated[
        Path | None, typer.Option("--core-rules", help="Check CDISC's open rules (rule.yml) of this folder, too.", metavar="DIR")
    ] = None,
    agency: Annotated[AgencyOption | None, typer.Option("--agency", help="Check the technical rules of an agency, too.")] = None,
    rules: Annotated[str, typer.Option("--rules", help="Only these rules, by name or published number.", metavar="NAME,...")] = "",
    terminology: Annotated[
        str | None, typer.Option("--terminology", help="The version of controlled terminology, as 2025-03-28.", metavar="DATE")
    ] = None,
    reports: Annotated[
        list[Path] | None,
        typer.Option("--report", help="Write a report: .html, .xlsx or .json; give it again for more.", metavar="FILE"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every finding as data.")] = False,
    every: Annotated[bool, typer.Option("--all", help="List all causes, notes and explained ones too.")] = False,
    fail_on: FailOnOption = FailOn.error,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing: the reports and the exit code tell.")] = False,
) -> None:
    """Check datasets by the rules of SDTM, ADaM and define.xml, and tell where to mend what is found."""
    from clintrail.conformance.check import check_folder
    from clintrail.conformance.report import as_text, stream_json
    from clintrail.conformance.report.summary import has_unexplained

    writers = _writers(reports or [])
    names = [name.strip() for name in rules.split(",") if name.strip()]
    asked = agency.value if agency else None
    with progress_on_terminal(quiet) as progress:
        if progress:
            progress(0, 1, f"checking {folder.name}")
        checked = check_folder(
            folder, study=study, core_rules=core_rules, agency=asked, terminology_version=terminology, rules=names
        )  # fmt: skip
    with checked:
        for path, write in writers:
            write(checked, path)
        if as_json:
            stream_json(checked, sys.stdout.buffer)
        elif not quiet:
            show.problems(checked.problems)
            typer.echo(as_text(checked, least_shown(fail_on), every=every))
        if has_unexplained(checked, fail_on.severity):
            raise typer.Exit(EXIT_FINDINGS)


def _writers(reports: Sequence[Path]) -> list[tuple[Path, _Write]]:
    """What writes each report, by its suffix; raises `Problems` for suffixes that are none of a report."""
    from clintrail.conformance.report import write_json, write_page, write_workbook

    known: dict[str, _Write] = {".html": write_page, ".xlsx": write_workbook, ".json": write_json}
    problems = [
        Problem(Place(str(path)), "--report", f"no report is written as '{path.suffix}'", f"end the name in {', '.join(known)}")
        for path in reports
        if path.suffix.lower() not in known
    ]
    if problems:
        raise Problems(problems)
    return [(path, known[path.suffix.lower()]) for path in reports]


def rules(
    name: Annotated[str | None, typer.Argument(help="A rule, or a published number as CG0220, to explain.", metavar="NAME")] = None,
    study: Annotated[Path | None, typer.Option("--study", help="A study whose own rules to include.", metavar="STUDY")] = None,
) -> None:
    """List the rules of conformance, or explain one."""
    from clintrail.conformance.report.rules import rule_in_words, rules_in_words
    from clintrail.conformance.rules import read_rules, shipped_rules

    found = [*shipped_rules(), *(read_rules(study / "rules", "study", f"{study.as_posix()}/rules") if study else ())]
    typer.echo(rule_in_words(found, name, study) if name else rules_in_words(found))
