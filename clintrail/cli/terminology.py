"""Commands on controlled terminology."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


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


def terminology_list(
    store: Annotated[Path | None, typer.Option("--store", help="The store; without it the user's.", metavar="DIR")] = None,
) -> None:
    """List the versions at hand."""
    from clintrail.terminology import available_packages, default_store

    for package in available_packages([store or default_store()]):
        typer.echo(f"{package.standard:12} {package.version}  {'complete' if package.complete else 'shipped part'}")
