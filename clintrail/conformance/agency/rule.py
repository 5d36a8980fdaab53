"""What a rule of an agency is, and the table of them (`rules.yaml`). The catalogue in `docs/xpt.md` is made from these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from clintrail.errors import Place, Problem, Severity

Agency = Literal["fda", "pmda", "nmpa"]
AGENCIES: tuple[Agency, ...] = get_args(Agency)
Scope = Literal["file", "dataset", "variable", "study"]
_TABLE = Path(__file__).with_name("rules.yaml")


@dataclass(frozen=True)
class Demand:
    """What one agency asks: how severe a finding is, who says so, and whether that is doubtful."""

    severity: Severity
    source: str
    doubtful: bool = False


@dataclass(frozen=True)
class Found:
    """What a rule's function finds: the words for the braces of its texts, the variable (blank: the dataset) and the file.

    The words tell counts, lengths and names of variables, never values. `path` is blank where the file is the one that was given.
    """

    words: Mapping[str, object] = field(default_factory=dict)
    subject: str = ""
    path: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule: its name, what its function is given, what must hold, its limit (0: none), its texts and who demands it."""

    name: str
    of: Scope
    holds: str
    limit: int
    problem: str
    fix: str
    demands: Mapping[Agency, Demand]

    def severity(self, agency: Agency | None) -> Severity | None:
        """How severe a finding is for an agency; None where it does not ask.

        Without an agency: the mildest of the three, where all three ask and none of them is doubtful.
        """
        if agency is not None:
            return self.demands[agency].severity if agency in self.demands else None
        certain = [demand.severity for demand in self.demands.values() if not demand.doubtful]
        return min(certain) if len(certain) == len(AGENCIES) else None

    def told(self, found: Found, path: str, severity: Severity) -> Problem:
        """A finding as a problem of a file."""
        words = {"limit": f"{self.limit:,}", **found.words}
        return Problem(
            Place(found.path or path), found.subject, self.problem.format(**words), self.fix.format(**words), severity, self.name
        )


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of the table, in its order."""
    return tuple(_rules(yaml.safe_load(_TABLE.read_text("utf-8"))))


def _rules(table: list[dict[str, Any]]) -> Iterator[Rule]:
    for row in table:
        named = {agency: row.get(agency, row.get("all")) for agency in AGENCIES}
        demands = {agency: _demand(asked) for agency, asked in named.items() if asked}
        yield Rule(row["rule"], row["of"], row["holds"], row.get("limit", 0), row["problem"], row["fix"], demands)


def _demand(asked: Mapping[str, Any]) -> Demand:
    return Demand(Severity[asked["severity"].upper()], asked["source"], asked.get("doubtful", False))
