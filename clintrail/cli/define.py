"""Commands on anybody's define.xml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from clintrail import show
from clintrail.cli.options import FailOn, FailOnOption, exit_on_findings, least_shown
from clintrail.errors import Severity


def define_check(
    file: Annotated[Path, typer.Argument(help="A define.xml, or a workbook (.xlsx).", metavar="FILE")],
    fail_on: FailOnOption = FailOn.error,
    as_json: Annotated[bool, typer.Option("--json", help="Print every finding as data.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Print notes too, and all findings of a kind.")] = False,
) -> None:
    """Check a define.xml by its schema, its references, CDISC's rules and the data and documents beside it."""
    from clintrail.define.check.validate import check_file

    checked = check_file(file)
    if as_json:
        typer.echo(json.dumps(show.checked_as_data(file, checked.what, checked.problems), ensure_ascii=False, indent=1))
    else:
        least = Severity.NOTE if every else least_shown(fail_on)
        show.findings(checked.problems, least, every=every)
        show.checked(checked.what, checked.problems)
    exit_on_findings(checked.problems, fail_on)
