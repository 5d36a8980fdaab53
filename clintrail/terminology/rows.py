"""The layout of NCI's terminology files: a row for each code list, then a row for each of its terms."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clintrail.errors import Place, Problem, Problems

# NCI's columns, without the definitions
KEPT = (
    "Code",
    "Codelist Code",
    "Codelist Extensible (Yes/No)",
    "Codelist Name",
    "CDISC Submission Value",
    "CDISC Synonym(s)",
    "NCI Preferred Term",
)
STANDARDS = {"sdtm": "SDTM", "adam": "ADaM", "define-xml": "Define-XML", "cdash": "CDASH", "send": "SEND", "protocol": "Protocol"}


@dataclass(frozen=True)
class TermRow:
    """One row: of a code list if `codelist` is empty, otherwise of a term in that list. `line` is where it was read."""

    code: str
    codelist: str
    extensible: str
    name: str
    value: str
    synonyms: str
    preferred: str
    line: int = 0

    @classmethod
    def of(cls, cells: Sequence[str], line: int) -> TermRow:
        """A row from the seven cells of `KEPT`."""
        code, codelist, extensible, name, value, synonyms, preferred = cells
        return cls(code, codelist, extensible, name, value, synonyms, preferred, line)


def file_name(standard: str, version: str) -> str:
    """The name of a package's file in a store, after CDISC's own: sdtmct-2025-03-28.csv."""
    return f"{standard.lower()}ct-{version}.csv"


def read_rows(path: Path) -> list[TermRow]:
    """The rows of a file that `write_rows` wrote, or that clintrail ships; `Problems` if it was changed since."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        rows = list(reader)
    if not rows or any(len(cells) != len(KEPT) for cells in rows):
        raise Problems([Problem(Place(str(path)), "", "the file in the terminology store is damaged", "import that package again")])
    return [TermRow.of(cells, number) for number, cells in enumerate(rows[1:], start=2)]


def write_rows(path: Path, rows: Iterable[TermRow]) -> None:
    """Write rows as UTF-8 CSV in NCI's layout, without the definitions."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(KEPT)
        writer.writerows((r.code, r.codelist, r.extensible, r.name, r.value, r.synonyms, r.preferred) for r in rows)
