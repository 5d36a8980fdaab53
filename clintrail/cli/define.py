"""Commands on anybody's define.xml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clintrail.cli.options import FailOn, FailOnOption, tell_checked


def define_check(
    file: Annotated[Path, typer.Argument(help="A define.xml, or a workbook (.xlsx).", metavar="FILE")],
    fail_on: FailOnOption = FailOn.error,
    as_json: Annotated[bool, typer.Option("--json", help="Print every finding as data.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Print notes too, and all findings of a kind.")] = False,
) -> None:
    """Check a define.xml by its schema, its references, CDISC's rules and the data and documents beside it."""
    from clintrail.define.check.validate import check_file

    checked = check_file(file)
    tell_checked(file, checked.what, checked.problems, fail_on, as_json=as_json, every=every)
