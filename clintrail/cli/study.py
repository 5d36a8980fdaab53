"""Commands on a study and its package: build, compile, why, lengths, functions."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from clintrail import show
from clintrail.cli.options import (
    DefineVersion,
    DefineVersionOption,
    FailOn,
    FailOnOption,
    RawFolder,
    StudyFolder,
    exit_on_findings,
    least_shown,
    progress_on_terminal,
)
from clintrail.errors import Place, Problem, Problems, Severity

DocumentsFolder = Annotated[
    Path | None, typer.Option("--documents", help="The folder of the study's documents; without it STUDY/documents.", metavar="DIR")
]


class FormatOption(StrEnum):
    """The formats of the datasets of a package."""

    xpt = "xpt"
    dataset_json = "dataset-json"
    ndjson = "ndjson"
    dsjc = "dsjc"


def build(
    study: StudyFolder,
    out: Annotated[Path, typer.Option("--out", help="The folder for the package.", metavar="DIR")],
    raw: RawFolder = None,
    documents: DocumentsFolder = None,
    formats: Annotated[
        list[FormatOption] | None,
        typer.Option("--format", help="The format of the datasets, xpt unless given; give it again for more. Dataset-JSON comes "
                     "as JSON (dataset-json), a line a record (ndjson) or compressed (dsjc)."),
    ] = None,
    define_version: DefineVersionOption = DefineVersion.v21,
    threads: Annotated[int | None, typer.Option("--threads", help="Threads to use; the result is the same for any number.", min=1)] = None,
    fail_on: FailOnOption = FailOn.error,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print findings only.")] = False,
) -> None:
    """Build a study: SDTM and ADaM as XPT or Dataset-JSON, define.xml, the trail and a manifest."""
    from clintrail.package.build import build_package
    from clintrail.package.datasets import Format

    wanted: list[Format] = [one.value for one in formats or [FormatOption.xpt]]
    with progress_on_terminal(quiet) as progress:
        built = build_package(
            study, out, raw, documents, threads=threads, progress=progress, define_version=define_version.value, formats=wanted
        )
    show.problems(built.problems, least=least_shown(fail_on))
    if not quiet:
        show.package(built, out, wanted)
    exit_on_findings(built.problems, fail_on)


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


def lengths(
    study: StudyFolder,
    raw: RawFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the lengths as data.")] = False,
    pin: Annotated[bool, typer.Option("--pin", help="Write them into study.yaml, so that other data cannot change them.")] = False,
) -> None:
    """Tell the length of each text variable, one for all datasets, and what it saves."""
    from clintrail.package.lengths import lengths_data, lengths_text, pin_lengths, study_lengths

    with progress_on_terminal(False) as progress:
        found = study_lengths(study, raw, progress)
    show.problems(p for p in found.built.problems if p.severity >= Severity.WARNING)
    typer.echo(json.dumps(lengths_data(found), ensure_ascii=False, indent=1) if as_json else lengths_text(found))
    if pin:
        pin_lengths(found)


def functions(
    name: Annotated[str | None, typer.Argument(help="A function, to explain it.", metavar="NAME")] = None,
    study: Annotated[Path | None, typer.Option("--study", help="A study whose own functions to include.", metavar="STUDY")] = None,
) -> None:
    """List the function library, or explain one function."""
    from clintrail.compile.library import library

    found = library(study / "functions" if study else None)
    typer.echo(show.function(found, name) if name else show.functions(found))
