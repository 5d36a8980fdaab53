"""Checks a define.xml, anybody's: by CDISC's XML schemas, then for what a schema cannot say (`references`, `rules`), then by the data.

Files are read without entities and without network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clintrail.define.check.data import data_problems
from clintrail.define.check.rules import RULES
from clintrail.define.check.schema import schema_problems, shipped
from clintrail.define.check.tree import Define
from clintrail.errors import Place, Problem, Problems, Severity, collected
from clintrail.transport.safe_xml import parse_xml

_STYLESHEET = Path("definehtml", "define2-1.xsl")


@dataclass(frozen=True)
class Checked:
    """What was checked, in words (`Define-XML 2.1.9, 22 datasets, 361 variables, 22 files`), and what is wrong with it."""

    what: str
    problems: tuple[Problem, ...]


def validate_define(path: Path | str) -> list[Problem]:
    """Every problem of a define.xml by itself, in the order of the file; an empty list means that it is valid.

    Raises `Problems` if `odmlib`, which ships the schemas, is not installed.
    Source: the schemas of Define-XML 2.0 and 2.1, and the rules for attributes and references in their specifications.
    """
    problems: list[Problem] = []
    with collected(problems):
        define = read_tree(Path(path))
    return problems or _in_order(_document_problems(define))


def check_define(path: Path | str) -> Checked:
    """Every problem of a define.xml and of how it agrees with the files beside it (datasets as XPT, documents).

    Raises `Problems` for a file that is no define.xml.
    """
    define = read_tree(Path(path))
    read, found = data_problems(define, Path(path).parent)
    variables = sum(1 for _ in define.all_variables())
    what = f"{define.title}, {len(define.groups)} datasets, {variables:,} variables, {read} data files"
    return Checked(what, tuple(_in_order([*_document_problems(define), *found])))


def check_file(path: Path | str) -> Checked:
    """A define.xml as `check_define` checks it, or a workbook (`.xlsx`), of which its own references, rows and columns are checked.

    Raises `Problems` for a file that is neither.
    """
    if Path(path).suffix.lower() != ".xlsx":
        return check_define(path)
    from clintrail.define.workbook.read import read_workbook

    read = read_workbook(Path(path))
    variables = sum(len(dataset.variables) for dataset in read.document.datasets)
    return Checked(f"{read.format}, {len(read.document.datasets)} datasets, {variables:,} variables", tuple(read.problems))


def stylesheet_path() -> Path:
    """The stylesheet `define2-1.xsl` (MIT licence, named in the file) that shows define.xml in a browser.

    Raises `Problems` if `defineutils` is not installed.
    """
    return shipped("defineutils", _STYLESHEET, "0.2")


def read_tree(path: Path) -> Define:
    """The parsed file. Raises `Problems` if it is missing, not well-formed, no define.xml, or could hold entities."""
    define = Define(parse_xml(path).getroot(), str(path))
    if not define.version or next(define.all("MetaDataVersion"), None) is None:
        what = "no define.xml: it has no MetaDataVersion of Define-XML 1.0, 2.0 or 2.1"
        raise Problems([Problem(Place(str(path)), "define.xml", what, "give the path of a define.xml")])
    return define


def _document_problems(define: Define) -> Iterator[Problem]:
    if define.version == "1.0":
        what, fix = "Define-XML 1.0 is too old for these checks: only its references are", "write it as Define-XML 2.1"
        yield Problem(define.place(define.root), "define.xml", what, fix, Severity.WARNING, kind="version")
    yield from schema_problems(define)
    for rule in RULES:
        yield from rule.problems(define, define)


def _in_order(found: Iterable[Problem]) -> list[Problem]:
    return sorted(set(found), key=lambda problem: (problem.place, problem.subject, problem.problem))
