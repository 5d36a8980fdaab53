"""What a study spec says, checked for form and immutable; every part knows its file and line.

Nothing here knows SDTM, ADaM or SQL: names are text until `compile` resolves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clintrail.errors import Place
from clintrail.spec.hooks import Hook


@dataclass(frozen=True)
class Expression:
    """A scalar expression as typed. `double_quoted` tells a probable constant in the wrong quotes."""

    text: str
    place: Place
    double_quoted: bool = False


@dataclass(frozen=True)
class Constant:
    """A text constant (a single-quoted scalar)."""

    text: str
    place: Place


@dataclass(frozen=True)
class Copy:
    """The column of the same name of `source` (`A, B: source`)."""

    source: str
    place: Place


@dataclass(frozen=True)
class Branch:
    """One branch; a condition of None is `else`. `attributes` are the metadata of this branch's value."""

    condition: Expression | None
    value: Expression | Constant
    attributes: Mapping[str, str]
    place: Place


@dataclass(frozen=True)
class Branches:
    """The first branch whose condition is true gives the value; without `else` the rest is missing."""

    branches: tuple[Branch, ...]
    place: Place


Rule = Expression | Constant | Copy | Branches


@dataclass(frozen=True)
class Variable:
    """A variable, or a working column where the name is in lower case, with the metadata that the spec adds or overrides."""

    name: str
    rule: Rule | None
    place: Place
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_working(self) -> bool:
        """Working columns have lower-case names and are never written."""
        return self.name != self.name.upper()


@dataclass(frozen=True)
class Table:
    """A small table of the spec: key columns first; all cells are text, blank is None."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    lines: tuple[int, ...]
    place: Place


@dataclass(frozen=True)
class Pick:
    """`first` or `last` by these expressions (with an optional `asc`/`desc`), which decide among several records."""

    which: str
    by: tuple[Expression, ...]
    place: Place


@dataclass(frozen=True)
class Lookup:
    """Another dataset, form or table under a name: at most one row of it for each record."""

    name: str
    source: str
    place: Place
    where: Expression | None = None
    match: Expression | None = None
    pick: Pick | None = None


@dataclass(frozen=True)
class Record:
    """One source of records."""

    source: str
    place: Place
    where: Expression | None = None
    columns: str | None = None
    joined: Mapping[str, Expression] = field(default_factory=dict)
    set: Mapping[str, Variable] = field(default_factory=dict)


@dataclass(frozen=True)
class AddedStep:
    """Records added: one for each `per` group (and row of table `each`), a copy of one record with `set` put in."""

    name: str
    per: tuple[str, ...]
    copy: Pick
    set: Mapping[str, Variable]
    place: Place
    where: Expression | None = None
    each: str | None = None
    keep_missing: bool = False


@dataclass(frozen=True)
class Relation:
    """A declared relation of records, which becomes RELREC."""

    name: str
    left: str
    right: str
    match: Expression
    place: Place


@dataclass(frozen=True)
class DatasetSpec:
    """One dataset's spec: `kind` is `sdtm` or `adam`."""

    name: str
    kind: str
    path: str
    place: Place
    label: str | None = None
    class_name: str | None = None
    structure: str | None = None
    comment: str | None = None
    keys: tuple[str, ...] = ()
    keys_place: Place = Place()
    records: tuple[Record, ...] = ()
    one_per: tuple[str, ...] = ()
    keep: Pick | None = None
    order: tuple[Expression, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    added: tuple[AddedStep, ...] = ()
    final: Mapping[str, Variable] = field(default_factory=dict)
    supplemental: Mapping[str, Variable] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True)
class Form:
    """A raw file and the expression that names the subject of its records (over the file's own columns)."""

    name: str
    file: str
    subject: Expression | None
    place: Place
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CodelistSpec:
    """A sponsor's code list, or an extension of a published one (`extends`)."""

    name: str
    title: str
    extends: str | None
    terms: tuple[tuple[str, str | None], ...]
    place: Place
    dictionary: str | None = None
    version: str | None = None


@dataclass(frozen=True)
class StudySpec:
    """A whole study: its folder, what holds for all datasets, and the datasets."""

    name: str
    folder: Path
    place: Place
    title: str
    protocol: str
    created: str | None
    standards: Mapping[str, str]
    sdtm_is_input: bool
    forms: Mapping[str, Form]
    tables: Mapping[str, Table]
    lookups: Mapping[str, Lookup]
    groups: Mapping[str, tuple[str, ...]]
    codelists: Mapping[str, CodelistSpec]
    common: Mapping[str, Variable]
    datasets: Mapping[str, DatasetSpec]
    files: tuple[Path, ...]
    places: Mapping[str, Place]  # of the keys of study.yaml
    hooks: Mapping[str, Hook] = field(default_factory=dict)
