"""The command line: parse arguments, call one function, print. Exit codes: 0 good, 1 findings, 2 unusable input, 3 a bug."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated

import typer

import clintrail
from clintrail import show
from clintrail.cli.check import check, rules
from clintrail.cli.define import define_check
from clintrail.cli.files import compare, xpt
from clintrail.cli.spec import spec_export, spec_import
from clintrail.cli.study import build, compile_, functions, lengths, why
from clintrail.cli.terminology import terminology_import, terminology_list
from clintrail.errors import EXIT_BUG, EXIT_GOOD, EXIT_UNUSABLE, Problems

app = typer.Typer(
    name="clintrail", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="From one spec to SDTM, ADaM, XPT, define.xml and a trail from every analysed number to the case report form.",
)  # fmt: skip
app.command("build")(build)
app.command("compile")(compile_)
app.command("why")(why)
app.command("lengths")(lengths)
app.command("functions")(functions)
app.command("check")(check)
app.command("rules")(rules)
app.command("xpt")(xpt)
app.command("compare")(compare)

terminology_app = typer.Typer(no_args_is_help=True, help="Controlled terminology: import and list the NCI's published files.")
terminology_app.command("import")(terminology_import)
terminology_app.command("list")(terminology_list)
app.add_typer(terminology_app, name="terminology")

define_app = typer.Typer(no_args_is_help=True, help="define.xml and Pinnacle 21 workbooks, anybody's.")
define_app.command("check")(define_check)
app.add_typer(define_app, name="define")

spec_app = typer.Typer(no_args_is_help=True, help="Specs out to workbooks and define.xml, and in from them.")
spec_app.command("export")(spec_export)
spec_app.command("import")(spec_import)
app.add_typer(spec_app, name="spec")


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"clintrail {clintrail.__version__}")
        raise typer.Exit()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and give the exit code (also the entry point, which exits with it)."""
    try:
        app(args=arguments, prog_name="clintrail")
        return EXIT_GOOD
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else EXIT_GOOD
    except Problems as error:
        show.problems(error.problems)
        return EXIT_UNUSABLE
    except Exception as error:
        traceback.print_exception(error)
        typer.echo("this is a bug of clintrail: please report it with the lines above", err=True)
        return EXIT_BUG


def entry() -> None:
    """The console script."""
    sys.exit(main())
