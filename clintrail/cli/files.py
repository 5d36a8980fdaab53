"""Commands on anybody's datasets: xpt, compare."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from clintrail import show
from clintrail.cli.options import FailOn, exit_on_findings, tell_checked
from clintrail.errors import Place, Problem, Problems


class AgencyOption(StrEnum):
    """The agencies whose technical rules are checked."""

    fda = "fda"
    pmda = "pmda"
    nmpa = "nmpa"


class ExportOption(StrEnum):
    """The formats that XPT files are written in."""

    csv = "csv"
    parquet = "parquet"
    json = "json"


def compare(
    a: Annotated[Path, typer.Argument(help="The dataset or package that is relied upon.", metavar="A")],
    b: Annotated[Path, typer.Argument(help="The one to compare with it.", metavar="B")],
    by: Annotated[str, typer.Option("--by", help="The keys that pair records, as USUBJID,AESEQ.", metavar="VAR,...")] = "",
    absolute: Annotated[float, typer.Option("--abs", help="Numbers this far apart are equal.", min=0)] = 0.0,
    relative: Annotated[float, typer.Option("--rel", help="Numbers this far apart, divided by their mean size, are equal.", min=0)] = 0.0,
    only: Annotated[str, typer.Option("--only", help="Compare only these variables.", metavar="VAR,...")] = "",
    ignore: Annotated[str, typer.Option("--ignore", help="Leave these variables out.", metavar="VAR,...")] = "",
    examples: Annotated[int, typer.Option("--examples", help="How many differences of each kind to show; 0 shows no data.", min=0)] = 5,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report as a page, too.", metavar="FILE")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as data.")] = False,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="Exit with 1 if a difference is at least this severe.")] = FailOn.error,
) -> None:
    """Compare two datasets or packages of any format: records, variables, attributes and values, as PROC COMPARE does."""
    from clintrail.compare import Options, compare_paths
    from clintrail.compare.data import as_data
    from clintrail.compare.page import write_page
    from clintrail.compare.text import as_text

    comparison = compare_paths(a, b, Options(_names(by), _names(only), _names(ignore), absolute, relative, examples))
    show.problems(comparison.problems)
    if html:
        write_page(comparison, html)
    typer.echo(json.dumps(as_data(comparison), ensure_ascii=False, indent=1) if as_json else as_text(comparison))
    exit_on_findings(comparison.findings(), fail_on)


def _names(listed: str) -> tuple[str, ...]:
    """`AGE,SEX` as names."""
    return tuple(name.strip() for name in listed.split(",") if name.strip())


def xpt(
    paths: Annotated[list[Path], typer.Argument(help="XPT files, or folders that hold some.", metavar="FILE...")],
    head: Annotated[int | None, typer.Option("--head", help="Print the first records instead.", min=0)] = None,
    to: Annotated[ExportOption | None, typer.Option("--to", help="Write the datasets in this format instead.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="With --to: the file or folder; without it beside.", metavar="PATH")] = None,
    force: Annotated[bool, typer.Option("--force", help="With --to: replace files that exist.")] = False,
    member: Annotated[str | None, typer.Option("--member", help="Only this dataset of a file.", metavar="NAME")] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="The encoding of the files' text, as latin-1.", metavar="NAME")] = "utf-8",
    check: Annotated[bool, typer.Option("--check", help="Check the technical rules of agencies instead.")] = False,
    agency: Annotated[AgencyOption | None, typer.Option("--agency", help="With --check: whose rules; without it what all ask.")] = None,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="With --check: exit with 1 if a finding is this severe.")] = FailOn.error,
    as_json: Annotated[bool, typer.Option("--json", help="Print as data.")] = False,
    every: Annotated[bool, typer.Option("--all", help="With --check: print notes too, and all findings of a kind.")] = False,
) -> None:
    """Show what is in XPT files as PROC CONTENTS does, their first records, write them in other formats, or check them."""
    from clintrail.transport.xpt.contents import told, told_as_data

    _check_uses(
        {"--check": check, "--head": head is not None, "--to": to},
        {"--check": {"--agency": agency, "--all": every}, "--to": {"--out": out, "--force": force}},
    )
    if check:
        _check_xpt(paths, agency, fail_on, as_json=as_json, every=every)
    elif to:
        _export_xpt(paths, to, out, force, member, encoding)
    elif as_json:
        typer.echo(json.dumps(told_as_data(paths, head=head, member=member, encoding=encoding), ensure_ascii=False, indent=1))
    else:
        typer.echo(told(paths, head=head, member=member, encoding=encoding))


def _check_uses(uses: Mapping[str, object], belonging: Mapping[str, Mapping[str, object]]) -> None:
    """Raise `Problems` where two uses of a command are asked for, or an option of a use that is not."""
    asked = [option for option, given in uses.items() if given]
    problems = []
    if len(asked) > 1:
        problems.append(Problem(Place(), " ".join(asked), "these options do different things", "give one of them"))
    for use, options in belonging.items():
        if use not in asked:
            problems += [Problem(Place(), option, f"this option is for {use}", f"add {use}") for option, given in options.items() if given]
    if problems:
        raise Problems(problems)


def _check_xpt(paths: list[Path], agency: AgencyOption | None, fail_on: FailOn, *, as_json: bool, every: bool) -> None:
    from clintrail.conformance.agency import check_files

    checked = check_files(paths, agency.value if agency else None)
    tell_checked(paths, checked.what, checked.problems, fail_on, as_json=as_json, every=every)


def _export_xpt(paths: list[Path], to: ExportOption, out: Path | None, force: bool, member: str | None, encoding: str) -> None:
    from clintrail.transport.xpt.export import export

    written, notes = export(paths, to.value, out=out, force=force, member=member, encoding=encoding)
    show.problems(notes)
    for path in written:
        typer.echo(path.as_posix())
