"""What a rule is, and what becomes of it for the data at hand: queries, and what could not be checked, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clintrail.errors import Place, Severity
from clintrail.spec.model import Expression, Lookup, Table

RECORD, DATASET = "record", "dataset"


@dataclass(frozen=True)
class Scope:
    """The datasets that a rule is for; what is empty restricts nothing.

    Classes are submission values of CDISC's GNRLOBSC, domains names of domains or datasets (`SUPP--` for all supplemental
    qualifiers), structures those of ADaM (ADSL, BDS, OCCDS, TTE). `exclude` takes domains out. `kinds` (sdtm, adam) is for rules of one
    standard that are for datasets of both.
    """

    classes: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    structures: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule: its name, the sentence that must hold and the condition that says so, for each record (or another row) in its scope.

    `kind` is the content that it belongs to: `sdtm`, `adam` or `define_xml`; a study's own rules have `study`. `stands_for` are the
    published identifiers (CG0220, AD0253, FB1601). `message` may hold expressions in braces. `variables` are those that a finding
    shows; those of the condition unless given. `optional` variables (also another dataset's: ADSL.TRT02P) are missing where a dataset
    lacks them, of other variables the lack means that the rule is not for the dataset. A condition that is unknown is no finding.
    `template` is a name as ADaM writes it (CRITyFL, *FL): the rule is asked of each variable that fits (see `template`). `distinct`
    names variables of which each combination of values is looked at once, as the first record that has it; `records` is then how
    many have it.
    """

    name: str
    kind: str
    place: Place
    holds: str
    condition: Expression
    message: Expression
    fix: str
    severity: Severity = Severity.ERROR
    each: str = RECORD
    scope: Scope = Scope()
    where: Expression | None = None
    variables: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    stands_for: tuple[str, ...] = ()
    source: str = ""
    template: str = ""
    distinct: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """A rule in SQL for one domain: rows of dataset, record (NULL: the dataset), variables, values (lists of text) and message.

    `spread`: a finding on one value of one variable without a record is one on each record that has it.
    """

    rule: str
    domain: str
    sql: str
    spread: bool = True


@dataclass(frozen=True)
class Skipped:
    """A rule that could not be checked on a dataset (all: empty), and why. `expected`: it is simply not for such data."""

    rule: str
    dataset: str
    reason: str
    expected: bool = True
