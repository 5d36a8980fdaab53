"""What the conditions of a rule speak of: rows with named columns, in SQL.

A column that is missing is no error of the rule: a condition that needs it says nothing about such a dataset (`Missing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from clintrail.compile.plan import literal, quoted
from clintrail.conformance.core.library import variable_names
from clintrail.conformance.core.rule import Value
from clintrail.conformance.core.subject import Study, Subject
from clintrail.conformance.data.model import Data

Kind = Literal["text", "number", "flag", "list"]
ROWS = "r"
NOT_THERE = "Not in dataset"


class Missing(Exception):
    """A condition needs what the data do not have; the rule is not for them."""


class Unsupported(Exception):
    """A rule says what is not compiled."""


@dataclass(frozen=True)
class Column:
    """A value of each row, as SQL. `values` are those of a list that is the same in all rows; `there` is false for what no row can have."""

    sql: str
    kind: Kind = "text"
    values: tuple[str, ...] | None = None
    there: bool = True


@dataclass(frozen=True)
class Members:
    """Values that belong to each row: a query with the columns `value` and `g0`, `g1`, ... , which are to equal `keys` of the row."""

    sql: str
    kind: Kind
    keys: tuple[str, ...] = ()


@dataclass
class Frame:
    """Rows to be checked: `source` gives them under the alias `r`, with `_dataset`, `_record` and `_row`; `joins` are added by conditions.

    `about` is the column that names a variable, where each row is one. `matched` are the datasets put beside the rows; `many`: a
    record may be there more than once, each time beside another of their records.
    """

    study: Study
    subject: Subject
    source: str
    columns: dict[str, Column | Members]
    about: str = ""
    many: bool = False
    matched: tuple[str, ...] = ()
    joins: list[str] = field(default_factory=list)

    @property
    def data(self) -> Data:
        """The data of the study."""
        return self.study.data

    def named(self, name: str) -> str:
        """A name with the domain's letters for `--`."""
        return name.replace("--", self.subject.prefix, 1)

    def has(self, name: str) -> bool:
        """Whether the rows have the column."""
        return self.named(name) in self.columns

    def any_column(self, name: str) -> Column | Members:
        """A column or values of each row. Raises `Missing`."""
        found = self.columns.get(self.named(name))
        if found is None:
            raise Missing(f"it has no {self.named(name)}")
        return found

    def column(self, name: str) -> Column:
        """A column. Raises `Missing`."""
        found = self.any_column(name)
        if isinstance(found, Members):
            raise Unsupported(f"{name} has many values, one is needed")
        return found

    def compared(self, value: Value, *, is_literal: bool) -> Column | Members:
        """What a condition compares with: a column, or a constant. A variable that the rows do not have is missing in each of them."""
        if isinstance(value, str) and not is_literal:
            name = self.named(value)
            if name in self.columns:
                return self.columns[name]
            if value.startswith("$"):
                raise Missing(f"it has no {name}")
            if self.about:
                return constant(name)
            if value.startswith("--") or name.rpartition(".")[2] in variable_names(self.subject, self.matched):
                return Column("NULL::VARCHAR", there=False)
        return constant(value)

    def listed(self, names: Iterable[str]) -> list[str]:
        """The columns meant by names: lists of names are spread, what the rows do not have is left out."""
        found: list[str] = []
        for name in names:
            column = self.columns.get(self.named(name))
            if isinstance(column, Column) and column.values is not None:
                found += column.values
            else:
                found.append(self.named(name))
        return [name for name in dict.fromkeys(found) if isinstance(self.columns.get(name), Column)]

    def rows(self, *columns: str) -> str:
        """The rows as `FROM` has them, with the joins if one of the columns is of them."""
        needed = any(f"j{i}." in column for i in range(len(self.joins)) for column in columns)
        return f"{self.source} AS {ROWS}{' ' + ' '.join(self.joins) if needed else ''}"

    def joined(self, relation: str, keys: Sequence[tuple[str, str]]) -> str:
        """Puts the one row of a query beside each row that has the same keys (missing ones are equal); gives its alias."""
        alias = f"j{len(self.joins)}"
        on = " AND ".join(f"{own} IS NOT DISTINCT FROM {alias}.{other}" for own, other in keys)
        self.joins.append(f"LEFT JOIN ({relation}) AS {alias} ON {on or 'TRUE'}")
        return alias


def constant(value: Value) -> Column:
    """A constant of a rule as a column."""
    if isinstance(value, bool):
        return Column("TRUE" if value else "FALSE", "flag")
    if isinstance(value, (int, float)):
        return Column(f"{value}::DOUBLE", "number")
    if isinstance(value, tuple):
        return texts(str(item) for item in value)
    if isinstance(value, str):
        return Column(literal(value), "text")
    return Column("NULL::VARCHAR", "text")


def texts(values: Iterable[str]) -> Column:
    """A list of texts that is the same in all rows."""
    listed = tuple(values)
    return Column(f"[{', '.join(map(literal, listed))}]::VARCHAR[]", "list", listed)


def own_column(name: str, type_: str) -> Column:
    """A column of a table of `data`; dates and times are compared as texts."""
    sql = f"{ROWS}.{quoted(name)}"
    if type_ == "DOUBLE":
        return Column(sql, "number")
    return Column(sql, "text") if type_ == "VARCHAR" else Column(f"{sql}::VARCHAR", "text")


def as_text(column: Column) -> str:
    """A column as text: whole numbers without decimals, lists with commas."""
    if column.kind == "text":
        return column.sql
    if column.kind == "list":
        return literal(", ".join(column.values)) if column.values is not None else f"array_to_string({column.sql}, ', ')"
    if column.kind == "flag":
        return f"CASE WHEN {column.sql} THEN 'True' ELSE 'False' END"
    whole = f"CAST(CAST({column.sql} AS BIGINT) AS VARCHAR)"
    return f"CASE WHEN {column.sql} = trunc({column.sql}) AND abs({column.sql}) < 1e15 THEN {whole} ELSE CAST({column.sql} AS VARCHAR) END"


def as_key(column: Column) -> str:
    """A column as what it is grouped and matched by: numbers to the 14 digits that a double keeps through arithmetic."""
    return f"format('{{:.13e}}', {column.sql})" if column.kind == "number" else as_text(column)


def as_number(column: Column) -> str:
    """A column as a number; missing where it is none."""
    return column.sql if column.kind == "number" else f"TRY_CAST({as_text(column)} AS DOUBLE)"
