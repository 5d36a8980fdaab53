"""The datasets that are checked: each a file's, with its class; those of one domain share a table in the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import duckdb

from clintrail.compile.plan import quoted
from clintrail.conformance.data.guide import guide_dataset, guide_structure
from clintrail.define.model import DefineDocument
from clintrail.standards import DatasetInfo
from clintrail.terminology import Terminology
from clintrail.trail.place import read_trail
from clintrail.trail.read import Trail
from clintrail.transport.dataset import Variable

Kind = Literal["sdtm", "adam"]
OWN_COLUMNS = ("_dataset", "_record", "_row")


@dataclass(frozen=True)
class CheckedDataset:
    """A dataset as its file holds it.

    `domain` is what it is a part of (LB for LBCH, SUPPLB for SUPPLBCH), else its name. `class_name` is the submission value of
    CDISC's GNRLOBSC code list, as define.xml or the guide says; `structure` the ADaM structure (ADSL, BDS, OCCDS, TTE); both empty
    where they are not known. `size` is that of the file in bytes.
    """

    name: str
    domain: str
    kind: Kind
    label: str
    variables: tuple[Variable, ...]
    records: int
    path: Path = Path()
    size: int = 0
    class_name: str = ""
    structure: str = ""

    @property
    def guide(self) -> DatasetInfo | None:
        """What the implementation guide says of it; None where it is not in the guide."""
        return guide_dataset(self.kind, self.name, self.domain, self.class_name, self.structure)

    @property
    def prefix(self) -> str:
        """What `--` stands for in the names of its variables; empty where they have no prefix (SUPPAE, RELREC, ADSL).

        In an analysis dataset it is the domain whose records it holds, by the one --SEQ that it has, else by --TERM, --TRT or --DECOD.
        """
        if self.kind == "adam":
            return _prefix_in_adam(self.variables)
        if self.domain.startswith(("SUPP", "REL")) or self.class_name == "RELATIONSHIP":
            return ""
        return self.domain[2:4] if self.domain.startswith("AP") and len(self.domain) == 4 else self.domain[:2]

    def generic(self, name: str) -> str:
        """The name of a variable with `--` for the prefix: --SEQ for AESEQ, USUBJID as it is."""
        own = self.prefix and name.startswith(self.prefix) and name != self.prefix
        return f"--{name[len(self.prefix) :]}" if own else name

    def variable(self, name: str) -> Variable | None:
        """A variable by name."""
        return next((v for v in self.variables if v.name == name), None)


@dataclass
class Data:
    """What is checked. The database has the schemas `data` and `meta`.

    `data` holds a view for each domain with all its parts: `_dataset` (the file's dataset), `_record` (its number in that file,
    from 1), `_row` (unique in the table) and the variables as columns, text as VARCHAR, numbers as DOUBLE, SAS dates as DATE,
    TIMESTAMP or TIME; blank text is NULL. Where a dataset is a part, a view of its own name shows its records. `meta` holds what is
    known of the datasets (see `metadata`). `ig_version` is the version of SDTMIG, such as `3.4`.
    """

    con: duckdb.DuckDBPyConnection
    datasets: tuple[CheckedDataset, ...]
    terminology: Terminology
    define: dict[Kind, DefineDocument] = field(default_factory=dict)
    define_paths: dict[Kind, Path] = field(default_factory=dict)
    ig_version: str = "3.4"
    place: Path = Path()
    is_on_disk: bool = False  # the database is a file: memory is worth more than time
    given: set[str] = field(default_factory=set, repr=False)  # the tables of `meta` that are there

    @cached_property
    def trail(self) -> Trail | None:
        """The trail, of a package of ours that has one."""
        return read_trail(self.place)

    def dataset(self, name: str) -> CheckedDataset | None:
        """A dataset by the name of its file."""
        return next((d for d in self.datasets if d.name == name), None)

    def parts(self, domain: str) -> tuple[CheckedDataset, ...]:
        """The datasets of a domain."""
        return tuple(d for d in self.datasets if d.domain == domain)

    def domains(self) -> Iterator[tuple[CheckedDataset, ...]]:
        """The datasets of each domain, in the order of the first."""
        for domain in dict.fromkeys(d.domain for d in self.datasets):
            yield self.parts(domain)

    def columns(self, name: str) -> dict[str, str]:
        """The columns of a domain's or a dataset's table and their types; empty where there is no such table."""
        if not any(name in (d.name, d.domain) for d in self.datasets):
            return {}
        if name not in self._columns:
            rows = self.con.execute(f"DESCRIBE {table_of(name)}").fetchall()
            self._columns[name] = {str(row[0]): str(row[1]) for row in rows}
        return self._columns[name]

    _columns: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)


def _prefix_in_adam(variables: tuple[Variable, ...]) -> str:
    for pattern in (r"([A-Z]{2})SEQ", r"([A-Z]{2})(?:TERM|TRT)", r"([A-Z]{2})DECOD"):
        found = {match[1] for v in variables if (match := re.fullmatch(pattern, v.name))}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def table_of(name: str) -> str:
    """The table of a domain or dataset in SQL."""
    return f"data.{quoted(name)}"


def class_and_structure(kind: Kind, domain: str, stated: str, subclass: str, names: frozenset[str]) -> tuple[str, str]:
    """The class and the ADaM structure of a dataset, from define.xml's class and subclass if given, else the guide, else its variables."""
    if kind == "adam":
        return guide_structure(domain, stated, subclass, names)
    if stated:
        return stated, ""
    found = guide_dataset("sdtm", domain, domain, "", "")
    if found is not None:
        return found.class_name, ""
    prefix = domain[:2]
    for suffix, class_name in (("TRT", "INTERVENTIONS"), ("TERM", "EVENTS"), ("TESTCD", "FINDINGS")):
        if f"{prefix}{suffix}" in names:
            about = suffix == "TESTCD" and f"{prefix}OBJ" in names
            return "FINDINGS ABOUT" if about else class_name, ""
    return "", ""
