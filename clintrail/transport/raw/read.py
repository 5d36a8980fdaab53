"""Raw files of every kind that is read here, each by its own reader: a form's records as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from clintrail.errors import Place, Problem, Problems, collected
from clintrail.transport.raw.csv import read_raw_csv
from clintrail.transport.raw.file import RawFile
from clintrail.transport.raw.kind import HOLDS_SEVERAL, TITLES, kind_of
from clintrail.transport.raw.odm.read import OdmOptions, read_odm_forms
from clintrail.transport.raw.table import read_raw_table
from clintrail.transport.raw.xlsx import open_workbook


@dataclass(frozen=True)
class RawOptions:
    """How a form's file is read; what is of another kind of file than it is has no effect.

    Text: `encoding` and `delimiter`. Workbooks: the `sheet`, where that is not told by the names in `likely`, and the `header_row`.
    SAS datasets: the `catalogue` of formats, the `encoding` where they state a wrong one. ODM: the `form`, if it is not named as
    ours, and `odm`.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    catalogue: Path | None = None
    form: str | None = None
    odm: OdmOptions = OdmOptions()
    likely: tuple[str, ...] = ()


def read_raw(path: Path, options: RawOptions = RawOptions()) -> RawFile:
    """Reads one form from a file, by its suffix and its content. Every value is text (see `text`). Raises `Problems`."""
    name = options.form or (options.likely or (path.stem,))[0]
    found, problems = read_raw_forms(path, {name: options})
    if problems:
        raise Problems(problems)
    return found[name]


def read_raw_forms(path: Path, forms: Mapping[str, RawOptions]) -> tuple[dict[str, RawFile], list[Problem]]:
    """Reads forms from one file, opening it once: those that can be read, and everything wrong with the others."""
    found: dict[str, RawFile] = {}
    problems: list[Problem] = []
    with collected(problems):
        kind = kind_of(path)
        if len(forms) > 1 and kind not in HOLDS_SEVERAL:
            what = f"{TITLES[kind]} holds one form, and {len(forms)} are wanted: {', '.join(forms)}"
            raise Problems([Problem(Place(str(path)), "", what, "give a folder, a workbook (.xlsx) or an ODM file")])
        if kind == "workbook":
            with open_workbook(path) as book:
                for name, options in forms.items():
                    with collected(problems):
                        found[name] = book.read(options.sheet, likely=options.likely, header_row=options.header_row)
        elif kind == "odm":
            _read_odm(path, forms, found, problems)
        else:
            for name, options in forms.items():
                if kind == "text":
                    found[name] = read_raw_csv(path, delimiter=options.delimiter, encoding=options.encoding)
                else:
                    found[name] = read_raw_table(path, kind, catalogue=options.catalogue, encoding=options.encoding)
    return found, problems


def _read_odm(path: Path, forms: Mapping[str, RawOptions], found: dict[str, RawFile], problems: list[Problem]) -> None:
    """One pass over the file for all forms that are read alike."""
    waiting = dict(forms)
    while waiting:
        alike = next(iter(waiting.values())).odm
        together = {name: options.form or name for name, options in waiting.items() if options.odm == alike}
        with collected(problems):
            for name, file in read_odm_forms(path, together, alike).items():
                found[name] = replace(file, sheet=file.sheet or together[name])
        waiting = {name: options for name, options in waiting.items() if name not in together}
