"""A dataset as files hold it: a table and what is known of the dataset and of each variable, whatever the format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import pyarrow as pa

from clintrail.errors import Problem


@dataclass(frozen=True)
class Variable:
    """A variable of a dataset.

    `length` is in bytes; None means it is not known, or is still to be found from the data. `format` and `informat` are SAS
    formats with their dot: `DATE9.`, `8.2`, `$20.`. `data_type` is the type that Define-XML and Dataset-JSON name (`integer`,
    `date`, ...), `key` the variable's place among the keys that sort the dataset (from 1), `oid` its identifier in the metadata;
    empty where the format does not say. `decodes` are the labels of its values (a SAS format catalogue, an ODM code list), by value.
    `digits` are the characters that the values of a Num variable may take as text, where the format says so.
    """

    name: str
    label: str = ""
    type: Literal["Char", "Num"] = "Char"
    length: int | None = None
    format: str = ""
    informat: str = ""
    data_type: str = ""
    key: int | None = None
    oid: str = ""
    decodes: Mapping[str, str] = field(default_factory=dict)
    digits: int | None = None


@dataclass(frozen=True)
class Dataset:
    """A dataset: its name, its label, its variables in order, and a table with one column for each variable.

    Char columns are strings. Num columns are numbers, date32, timestamp or time. `created` is the time that the file states.
    `facts` are what else the format says of the dataset, by the format's own names. `notes` are problems that stopped nothing.
    """

    name: str
    label: str
    variables: tuple[Variable, ...]
    table: pa.Table
    created: datetime | None = None
    notes: tuple[Problem, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    def variable(self, name: str) -> Variable | None:
        """A variable by name."""
        return next((v for v in self.variables if v.name == name), None)
