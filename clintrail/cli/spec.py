"""Commands that take specs out to workbooks and define.xml, and in from them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from clintrail import show
from clintrail.cli.options import DefineVersion, DefineVersionOption, RawFolder, StudyFolder, progress_on_terminal
from clintrail.errors import EXIT_FINDINGS, Severity


class LayoutOption(StrEnum):
    """The layouts of a Pinnacle 21 workbook."""

    current = "current"
    legacy = "legacy"


class StandardOption(StrEnum):
    """The kinds of datasets that a define is of."""

    sdtm = "sdtm"
    adam = "adam"


def spec_export(
    study: StudyFolder,
    workbook: Annotated[Path | None, typer.Option("--workbook", help="The workbook to write (.xlsx).", metavar="FILE")] = None,
    define: Annotated[Path | None, typer.Option("--define", help="The define.xml to write.", metavar="FILE")] = None,
    layout: Annotated[LayoutOption, typer.Option("--layout", help="The layout of the workbook.")] = LayoutOption.current,
    define_version: DefineVersionOption = DefineVersion.v21,
    standard: Annotated[StandardOption | None, typer.Option("--standard", help="Only these datasets; without it all.")] = None,
    raw: RawFolder = None,
) -> None:
    """Write the spec of a study, drafts too, as a Pinnacle 21 workbook or as define.xml."""
    from clintrail.package.export import export_study

    with progress_on_terminal(False) as progress:
        exported = export_study(
            study, workbook, define, layout=layout.value, define_version=define_version.value,
            standard=standard.value if standard else None, raw=raw, progress=progress,
        )  # fmt: skip
    show.problems(p for p in exported.problems if p.severity >= Severity.WARNING)
    show.exported(exported)
    if any(p.severity == Severity.ERROR for p in exported.problems):
        raise typer.Exit(EXIT_FINDINGS)


def spec_import(
    files: Annotated[list[Path], typer.Argument(help="Workbooks (.xlsx) or define.xml 1.0, 2.0 or 2.1.", metavar="FILE...")],
    to: Annotated[Path, typer.Option("--to", help="The study's folder: a new one, or one to compare with.", metavar="STUDY")],
    apply: Annotated[bool, typer.Option("--apply", help="Put the differences into the study's spec.")] = False,
    raw: RawFolder = None,
) -> None:
    """Make a study of drafts from a workbook or a define.xml, or tell how the study that is there differs from it."""
    from clintrail.package.imports import import_files

    with progress_on_terminal(False) as progress:
        imported = import_files(files, to, apply=apply, raw=raw, progress=progress)
    show.problems(imported.problems)
    show.imported(imported, to, applied=apply)
    if imported.has_findings(applied=apply):
        raise typer.Exit(EXIT_FINDINGS)
