"""The plan: a spec turned into frames of columns, each with its SQL and its lineage, and the steps that build them.

A *frame* is a set of rows: a raw form, a table of the spec, or one stage of a dataset (its candidates, its collapsed or
added records, the dataset itself). Rows are numbered from 0 in `_row`. A *link* is a hidden column of a frame that holds, for
each row, the row of another frame; a *relation* holds several. Everything a cell came from is reached by column inputs over
links and relations.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from clintrail.compile.text import Marked
from clintrail.errors import Place
from clintrail.spec.model import Expression

MADE, DECIDED = "made", "decided"


@dataclass(frozen=True)
class Input:
    """A column that a column needs.

    `via` is "" (the same row), a link column, a relation, or `*` (every row). `role` tells whether the value was made from it or
    decided by it. `when` narrows to rows whose (hidden column) has the given value: the source of a record, or the column of a wide form.
    """

    frame: str
    column: str
    via: str = ""
    role: str = MADE
    when: tuple[tuple[str, int], ...] = ()


@dataclass
class BranchPlan:
    """One branch of a rule, for value-level metadata: the condition as typed and what the value's rule is."""

    condition: str | None
    text: str
    words: str
    inputs: tuple[Input, ...]
    attributes: dict[str, str]
    place: Place


@dataclass
class Column:
    """One column of a frame: SQL over the frame (alias = its name) and joined links, type in DuckDB's words, lineage, documentation."""

    name: str
    sql: str
    inputs: tuple[Input, ...]
    joins: tuple[Join, ...] = ()
    type: str = ""
    text: str = ""
    words: str = ""
    origin_hint: str = ""
    place: Place = field(default_factory=Place)
    kind: str = "hidden"  # variable, working, hidden, link, copy
    target: str = ""  # of a link: the frame it points to
    whole: str = ""  # a whole query for links: SELECT _row, link
    branches: list[BranchPlan] = field(default_factory=list)
    level: int = 0
    constant: bool = False
    constant_sources: tuple[int, ...] = ()  # record sources for which the value is a constant of the spec
    reads: tuple[Input, ...] = ()  # collected text that the rule reads as a date or number, and no more
    wanted: str = ""  # Char or Num, where the standard or the spec says so
    typed: Expression | None = None
    marked: Marked | None = None
    parts: tuple[tuple[int, Expression, Marked], ...] = ()  # of a rule with branches or sources: where in `sql` each expression stands
    places: tuple[Place, ...] = ()  # of a rule that each source of records has its own of: where each stands


def pieces_of(column: Column) -> tuple[tuple[int, Expression, Marked], ...]:
    """Every expression of a column's rule with its offset in the column's SQL, to find the place of an error."""
    if column.parts or column.typed is None or column.marked is None:
        return column.parts
    return ((0, column.typed, column.marked),)


@dataclass(frozen=True)
class Join:
    """A frame joined by a link: alias in the SQL, frame, and the condition."""

    alias: str
    frame: str
    on: str


@dataclass
class Relation:
    """Rows of `frame` related to rows of `target`: `sql` gives (row, other), or for windows (`grouped`) (row, group)."""

    name: str
    frame: str
    target: str
    sql: str
    grouped: bool = False
    inputs: tuple[Input, ...] = ()


@dataclass
class Frame:
    """A set of rows and its columns. `rows_sql` gives `_row` and the links; None for forms, tables and code lists, which are read."""

    name: str
    kind: str  # form, input, table, codelist, stage
    dataset: str = ""
    subject: str | None = None
    rows_sql: str | None = None
    row_inputs: tuple[Input, ...] = ()
    row_place: Place = field(default_factory=Place)
    columns: dict[str, Column] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    level: int = 0
    identity: tuple[str, ...] = ()  # columns that tell which record a row is, where it is no copy of one row of another frame


@dataclass(frozen=True)
class Step:
    """One query: the rows of a frame, one link, or some columns of a frame."""

    kind: str  # rows, link, columns
    frame: str
    columns: tuple[str, ...]
    sql: str


@dataclass
class DatasetPlan:
    """A dataset to submit: the frame that holds it and its variables in order."""

    name: str
    kind: str
    label: str
    class_name: str
    structure: str
    keys: tuple[str, ...]
    frame: str
    variables: tuple[str, ...]
    comment: str = ""
    path: str = ""


@dataclass
class Plan:
    """Frames, the steps in order, and the datasets to submit."""

    frames: dict[str, Frame]
    steps: list[Step]
    datasets: dict[str, DatasetPlan]


_LOOKUP, _RAW = "_lookup ", " (raw)"


def lookup_link(alias: str, is_form: bool) -> str:
    """The link column of a lookup; a form's is marked, since form `vs` and dataset `VS` may both be looked up."""
    return _LOOKUP + alias + (_RAW if is_form else "")


def lookup_alias(link: str) -> str | None:
    """The lookup's name behind a link column; None for other links."""
    return link.removeprefix(_LOOKUP).removesuffix(_RAW) if link.startswith(_LOOKUP) else None


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
