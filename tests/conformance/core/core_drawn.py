"""A rule of CDISC's kind, written down, tried on drawn tables."""

from __future__ import annotations

import tempfile
from pathlib import Path
from textwrap import dedent, indent

from clintrail.conformance.core import compile_core, read_core_rules
from clintrail.conformance.data import Data, read_example
from clintrail.conformance.rules.rule import Query, Skipped
from clintrail.terminology import Terminology, load_codelists

_HEAD = """
Core: {Id: CORE-999999}
Description: What must hold.
Executability: Fully Executable
Outcome: {Message: --TERM is wrong}
Rule Type: Record Data
Sensitivity: Record
Scope: {Classes: {Include: [ALL]}, Domains: {Include: [ALL]}}
"""
_TERMINOLOGY: list[Terminology] = []


def rule_text(check: str, **parts: str) -> str:
    """The text of a rule file: a check, and other keys (`Rule_Type="..."`) in place of the usual ones."""
    given = {key.replace("_", " "): value for key, value in parts.items()}
    usual = [line for line in _HEAD.strip().splitlines() if line.split(":")[0] not in given]
    written = [f"{key}:\n{indent(dedent(value).strip(), '  ')}" for key, value in {"Check": check, **given}.items()]
    return "\n".join([*usual, *written]) + "\n"


def data_of(folder: Path, **tables: str) -> Data:
    """Drawn tables as data: a line of names, then lines of values, all between bars."""
    for name, table in tables.items():
        rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
        text = "\n".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows)
        (folder / f"{name}.csv").write_text(text + "\n", "utf-8")
    if not _TERMINOLOGY:
        _TERMINOLOGY.append(load_codelists(None))
    return read_example(folder, terminology=_TERMINOLOGY[0])


def compiled(check: str, parts: dict[str, str], tables: dict[str, str]) -> tuple[list[str], list[Skipped]]:
    """What a rule finds in drawn tables (`AE 2 AETERM=x`), and where it was not asked."""
    with tempfile.TemporaryDirectory() as at:
        place = Path(at) / "rule.yml"
        place.write_text(rule_text(check, **parts), "utf-8")
        data = data_of(Path(at), **tables)
        made = list(compile_core(read_core_rules(place), data))
        rows = [row for one in made if isinstance(one, Query) for row in data.con.execute(one.sql).fetchall()]
        data.con.close()
    return [_shown(*row[:4]) for row in rows], [one for one in made if isinstance(one, Skipped)]


def found(check: str, parts: dict[str, str] | None = None, **tables: str) -> list[str]:
    """What a rule finds in drawn tables."""
    return compiled(check, parts or {}, tables)[0]


def records(check: str, parts: dict[str, str] | None = None, **tables: str) -> list[str]:
    """The records that a rule finds (`AE 2`)."""
    return [" ".join(line.split(" ")[:2]) for line in found(check, parts, **tables)]


def skipped(check: str, parts: dict[str, str] | None = None, **tables: str) -> list[tuple[str, str, bool]]:
    """Where a rule was not asked, why, and whether that is expected."""
    return [(one.dataset, one.reason, one.expected) for one in compiled(check, parts or {}, tables)[1]]


def _shown(dataset: str | None, record: int | None, variables: list[str], values: list[str | None]) -> str:
    named = " ".join(f"{name}={value or ''}" for name, value in zip(variables, values, strict=True))
    return " ".join(str(part) for part in (dataset or "STUDY", record or "-", named) if part)
