"""The command line: parse arguments, call one function, print. Exit codes: 0 good, 1 findings, 2 unusable input, 3 a bug."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import clintrail
from clintrail import show
from clintrail.errors import EXIT_BUG, EXIT_FINDINGS, EXIT_GOOD, EXIT_UNUSABLE, Place, Problem, Problems, Severity

app = typer.Typer(
    name="clintrail", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="From one spec to SDTM, ADaM, XPT, define.xml and a trail from every analysed number to the case report form.",
)  # fmt: skip
terminology_app = typer.Typer(no_args_is_help=True, help="Controlled terminology: import and list the NCI's published files.")
app.add_typer(terminology_app, name="terminology")
define_app = typer.Typer(no_args_is_help=True, help="define.xml and Pinnacle 21 workbooks, anybody's.")
app.add_typer(define_app, name="define")
spec_app = typer.Typer(no_args_is_help=True, help="Specs out to workbooks and define.xml, and in from them.")
app.add_typer(spec_app, name="spec")

StudyFolder = Annotated[Path, typer.Argument(help="The study's folder, which holds study.yaml.", metavar="STUDY")]
RawFolder = Annotated[Path | None, typer.Option("--raw", help="The folder of the raw files; without it STUDY/raw.", metavar="DIR")]
DocumentsFolder = Annotated[
    Path | None, typer.Option("--documents", help="The folder of the study's documents; without it STUDY/documents.", metavar="DIR")
]


class FailOn(StrEnum):
    """The least severity that makes the exit code 1."""

    error = "error"
    warning = "warning"
    note = "note"


class DefineVersionOption(StrEnum):
    """The versions of Define-XML that are written."""

    v21 = "2.1"
    v20 = "2.0"


class LayoutOption(StrEnum):
    """The layouts of a Pinnacle 21 workbook."""

    current = "current"
    legacy = "legacy"


class StandardOption(StrEnum):
    """The kinds of datasets that a define is of."""

    sdtm = "sdtm"
    adam = "adam"


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        typer.echo(f"clintrail {clintrail.__version__}")
        raise typer.Exit()


@app.command()
def build(
    study: StudyFolder,
    out: Annotated[Path, typer.Option("--out", help="The folder for the package.", metavar="DIR")],
    raw: RawFolder = None,
    documents: DocumentsFolder = None,
    define_version: Annotated[DefineVersionOption, typer.Option("--define-version", help="The version of Define-XML.")] = (
        DefineVersionOption.v21
    ),
    threads: Annotated[int | None, typer.Option("--threads", help="Threads to use; the result is the same for any number.", min=1)] = None,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="Exit with 1 if a finding is at least this severe.")] = FailOn.error,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print findings only.")] = False,
) -> None:
    """Build a study: SDTM and ADaM as XPT, define.xml, the trail and a manifest."""
    from clintrail.package.build import build_package

    with _progress(quiet) as progress:
        built = build_package(study, out, raw, documents, threads=threads, progress=progress, define_version=define_version.value)
    show.problems(built.problems, least=min(Severity.WARNING, Severity[fail_on.value.upper()]))
    if not quiet:
        show.package(built, out)
    if any(p.severity >= Severity[fail_on.value.upper()] for p in built.problems):
        raise typer.Exit(EXIT_FINDINGS)


@app.command("compile")
def compile_(
    study: StudyFolder,
    dataset: Annotated[str, typer.Argument(help="The dataset, as AE.", metavar="DATASET")],
    raw: RawFolder = None,
    expanded: Annotated[bool, typer.Option("--expanded", help="Put the bodies of library functions in, as they run.")] = False,
) -> None:
    """Print the SQL that builds a dataset."""
    from clintrail.package.build import compile_folder

    compiled, _ = compile_folder(study, raw)
    typer.echo(show.sql(compiled, dataset, expanded=expanded))


@app.command()
def why(
    package: Annotated[Path, typer.Argument(help="The package's folder, as given to build --out.", metavar="DIR")],
    cell: Annotated[str, typer.Argument(help="Dataset and variable, as ADSL.AGE.", metavar="DATASET.VARIABLE")],
    where: Annotated[str, typer.Option("--where", help="The record: a condition on the dataset's variables.", metavar="CONDITION")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the tree as data.")] = False,
    decided: Annotated[bool, typer.Option("--decided", help="Follow what decided a value too (conditions, joins, order).")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="Show each rule in SQL too.")] = False,
    depth: Annotated[int, typer.Option("--depth", help="How many rules deep to go.", min=0)] = 30,
) -> None:
    """Tell where a value came from: its rule, the cells it used, down to file, record and column of the raw export."""
    from clintrail.trail.read import Trail
    from clintrail.trail.walk import find_row, walk

    dataset, _, variable = cell.partition(".")
    if not variable:
        raise Problems([Problem(Place(), cell, "names no variable", f"write {cell or 'ADSL'}.VARIABLE")])
    trail = Trail(package / "trail")
    node = walk(trail, dataset, variable, find_row(trail, dataset, where), depth)
    typer.echo(json.dumps(node.as_data(), ensure_ascii=False, indent=1) if as_json else show.tree(node, with_sql=sql, decided=decided))


@app.command()
def functions(
    name: Annotated[str | None, typer.Argument(help="A function, to explain it.", metavar="NAME")] = None,
    study: Annotated[Path | None, typer.Option("--study", help="A study whose own functions to include.", metavar="STUDY")] = None,
) -> None:
    """List the function library, or explain one function."""
    from clintrail.compile.library import library

    found = library(study / "functions" if study else None)
    typer.echo(show.function(found, name) if name else show.functions(found))


@terminology_app.command("import")
def terminology_import(
    file: Annotated[Path, typer.Argument(help="SDTM Terminology.txt or its like, or ODM XML.", metavar="FILE")],
    store: Annotated[Path | None, typer.Option("--store", help="Where to keep it; without it the user's store.", metavar="DIR")] = None,
    standard: Annotated[str | None, typer.Option("--standard", help="SDTM, ADaM, ... where the file does not tell.")] = None,
    version: Annotated[str | None, typer.Option("--version", help="The version's date where the file does not tell.")] = None,
) -> None:
    """Import a file that the NCI publishes, so that specs can name its version."""
    from clintrail.terminology import default_store, import_terminology

    found = import_terminology(file, store or default_store(), standard=standard, version=version)
    typer.echo(f"{found.standard} terminology {found.version}: {found.codelists:,} code lists, {found.terms:,} terms -> {found.path}")


@terminology_app.command("list")
def terminology_list(
    store: Annotated[Path | None, typer.Option("--store", help="The store; without it the user's.", metavar="DIR")] = None,
) -> None:
    """List the versions at hand."""
    from clintrail.terminology import available_packages, default_store

    for package in available_packages([store or default_store()]):
        typer.echo(f"{package.standard:12} {package.version}  {'complete' if package.complete else 'shipped part'}")


@define_app.command("check")
def define_check(
    file: Annotated[Path, typer.Argument(help="A define.xml, or a workbook (.xlsx).", metavar="FILE")],
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="Exit with 1 if a finding is at least this severe.")] = FailOn.error,
    as_json: Annotated[bool, typer.Option("--json", help="Print every finding as data.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Print notes too, and all findings of a kind.")] = False,
) -> None:
    """Check a define.xml by its schema, its references, CDISC's rules and the data and documents beside it."""
    from clintrail.define.check.validate import check_file

    checked = check_file(file)
    if as_json:
        typer.echo(json.dumps(show.checked_as_data(file, checked.what, checked.problems), ensure_ascii=False, indent=1))
    else:
        least = Severity.NOTE if every else min(Severity.WARNING, Severity[fail_on.value.upper()])
        show.findings(checked.problems, least, every=every)
        show.checked(checked.what, checked.problems)
    if any(p.severity >= Severity[fail_on.value.upper()] for p in checked.problems):
        raise typer.Exit(EXIT_FINDINGS)


@spec_app.command("export")
def spec_export(
    study: StudyFolder,
    workbook: Annotated[Path | None, typer.Option("--workbook", help="The workbook to write (.xlsx).", metavar="FILE")] = None,
    define: Annotated[Path | None, typer.Option("--define", help="The define.xml to write.", metavar="FILE")] = None,
    layout: Annotated[LayoutOption, typer.Option("--layout", help="The layout of the workbook.")] = LayoutOption.current,
    define_version: Annotated[DefineVersionOption, typer.Option("--define-version", help="The version of Define-XML.")] = (
        DefineVersionOption.v21
    ),
    standard: Annotated[StandardOption | None, typer.Option("--standard", help="Only these datasets; without it all.")] = None,
    raw: RawFolder = None,
) -> None:
    """Write the spec of a study, drafts too, as a Pinnacle 21 workbook or as define.xml."""
    from clintrail.package.export import export_study

    with _progress(False) as progress:
        exported = export_study(
            study, workbook, define, layout=layout.value, define_version=define_version.value,
            standard=standard.value if standard else None, raw=raw, progress=progress,
        )  # fmt: skip
    show.problems(p for p in exported.problems if p.severity >= Severity.WARNING)
    show.exported(exported)
    if any(p.severity == Severity.ERROR for p in exported.problems):
        raise typer.Exit(EXIT_FINDINGS)


@spec_app.command("import")
def spec_import(
    files: Annotated[list[Path], typer.Argument(help="Workbooks (.xlsx) or define.xml 1.0, 2.0 or 2.1.", metavar="FILE...")],
    to: Annotated[Path, typer.Option("--to", help="The study's folder: a new one, or one to compare with.", metavar="STUDY")],
    apply: Annotated[bool, typer.Option("--apply", help="Put the differences into the study's spec.")] = False,
    raw: RawFolder = None,
) -> None:
    """Make a study of drafts from a workbook or a define.xml, or tell how the study that is there differs from it."""
    from clintrail.package.imports import import_files

    with _progress(False) as progress:
        imported = import_files(files, to, apply=apply, raw=raw, progress=progress)
    show.problems(imported.problems)
    show.imported(imported, to, applied=apply)
    if imported.has_findings(applied=apply):
        raise typer.Exit(EXIT_FINDINGS)


@contextmanager
def _progress(quiet: bool) -> Iterator[show.Progress | None]:
    """A progress bar on a terminal; nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with show.progress_bar() as progress:
        yield progress


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
