"""Import of the terminology files that NCI publishes: tab-delimited text and ODM XML."""

from __future__ import annotations

import codecs
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clintrail.errors import Place, Problem, Problems
from clintrail.terminology.odm import read_odm
from clintrail.terminology.rows import KEPT, STANDARDS, TermRow, file_name, write_rows

_WHERE_FROM = "download the file again from NCI (EVS, CDISC terminology), as text or as ODM XML"
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Imported:
    """What an import brought: the file in the store, standard, version, and counts."""

    path: Path
    standard: str
    version: str
    codelists: int
    terms: int


def import_terminology(path: Path | str, store_dir: Path | str, *, standard: str | None = None, version: str | None = None) -> Imported:
    """Read one of NCI's files into `store_dir`, replacing the same standard and version there.

    Standard and version are the arguments, or else what an ODM file says of itself, or else what the file name says
    ("SDTM Terminology 2025-03-28.txt"). Raises `Problems` with all that is wrong; then the store is left as it was.
    Source of the layouts: NCI EVS, "CDISC Terminology" (text: one header line; ODM 1.3 with the nciodm extension).
    """
    source = Path(path)
    content = _content(source)
    if content.startswith(b"<"):
        rows, said_standard, said_version = read_odm(content, str(source))
    else:
        rows, said_standard, said_version = _read_text(content, source), "", ""
    standard = _standard(standard or said_standard or _standard_of_name(source))
    version = version or said_version or "".join(_VERSION.findall(source.name)[:1])
    problems = [*_identity(source, standard, version), *_contradictions(rows, source)]
    if problems:
        raise Problems(problems)
    target = Path(store_dir) / file_name(standard, version)
    _store(target, rows)
    lists = sum(not row.codelist for row in rows)
    return Imported(target, standard, version, lists, len(rows) - lists)


def _content(source: Path) -> bytes:
    try:
        content = source.read_bytes().removeprefix(codecs.BOM_UTF8).lstrip()
    except OSError as error:
        raise Problems([Problem(Place(str(source)), "", f"the file cannot be read ({error.strerror})", "check the path")]) from None
    if not content:
        raise Problems([Problem(Place(str(source)), "", "the file is empty", _WHERE_FROM)])
    if content[:200].lower().startswith((b"<!doctype html", b"<html")):
        raise Problems([Problem(Place(str(source)), "", "this is a web page, not a terminology file", _WHERE_FROM)])
    return content


def _read_text(content: bytes, source: Path) -> list[TermRow]:
    """Rows of the tab-delimited form, in UTF-8 or, as older files are, in Latin-1."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = [line.rstrip("\r").split("\t") for line in text.split("\n")]  # the layout knows no quoting
    header = [cell.strip() for cell in lines[0]]
    missing = [name for name in KEPT if name not in header]
    if missing:
        raise Problems(
            [
                Problem(
                    Place(str(source), 1),
                    "",
                    f"the header has no {', '.join(missing)}",
                    "this must be NCI's tab-delimited file: " + _WHERE_FROM,
                )
            ]
        )
    places = [header.index(name) for name in KEPT]
    rows, problems = [], []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) == len(header):
            rows.append(TermRow.of([cells[i].strip() for i in places], number))
        elif any(cells):
            problems.append(
                Problem(
                    Place(str(source), number),
                    "",
                    f"the line has {len(cells)} fields where the header has {len(header)}",
                    "the file was cut or changed: " + _WHERE_FROM,
                )
            )
    if problems:
        raise Problems(problems)
    return rows


def _standard(name: str) -> str:
    return STANDARDS.get(name.lower(), name)


def _standard_of_name(source: Path) -> str:
    found = re.match(r"([A-Za-z][A-Za-z-]*)[ _]+Terminology", source.name)
    return found[1] if found else ""


def _identity(source: Path, standard: str, version: str) -> Iterator[Problem]:
    if not re.fullmatch(r"[A-Za-z][A-Za-z-]*", standard):
        yield Problem(Place(str(source)), "", "neither the file nor its name says which standard it is for", "add --standard SDTM")
    if not _VERSION.fullmatch(version):
        yield Problem(Place(str(source)), "", "neither the file nor its name says its version", "add --version with the date: 2025-03-28")


def _contradictions(rows: list[TermRow], source: Path) -> Iterator[Problem]:
    """Rows that cannot be terminology: terms without a list, codes twice, values twice, holes."""
    lists = {row.code for row in rows if not row.codelist}
    seen: set[tuple[str, str, str]] = set()
    if not rows:
        yield Problem(Place(str(source)), "", "the file has no code lists", _WHERE_FROM)
    for row in rows:
        where = Place(str(source), row.line)
        if not (row.code and row.value):
            yield Problem(where, row.code or row.value, "the line has no code or no submission value", _WHERE_FROM)
            continue
        if row.codelist and row.codelist not in lists:
            yield Problem(where, row.value, f"the term belongs to code list {row.codelist}, which the file does not have", _WHERE_FROM)
        if not row.codelist and row.extensible not in ("Yes", "No"):
            yield Problem(where, row.value, "the code list is neither extensible (Yes) nor not (No)", _WHERE_FROM)
        for kind, value in (("code", row.code), ("submission value", row.value)):
            if (key := (row.codelist, kind, value)) in seen:
                home = f"in code list {row.codelist}" if row.codelist else "as a code list"
                yield Problem(where, row.value, f"the {kind} {value} stands twice {home}", _WHERE_FROM)
            seen.add(key)


def _store(target: Path, rows: list[TermRow]) -> None:
    """Write aside and move into place, so that a failed import leaves what was there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    aside = Path(name)
    try:
        write_rows(aside, rows)
        aside.chmod(0o644)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
