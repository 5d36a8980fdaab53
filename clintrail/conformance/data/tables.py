"""What a table about the data is: its columns, the keys by which it is matched, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from clintrail.conformance.data.model import Data

TEXT, WHOLE, YES, NAMES = pa.string(), pa.int64(), pa.bool_(), pa.list_(pa.string())
Row = dict[str, Any]
SQL = "sql"


@dataclass(frozen=True)
class Table:
    """A table: its columns with their types, the keys by which it is matched, what a row is, and how it is made: its rows, or SQL.

    `needs` are the tables that are made before it. A table of `pieces` is too large to be made: each row of its maker stands for many,
    which its `sql` selects (the columns of `pieces`); the other columns are the same for all of them. A rule for each row of it says in
    `where` which pieces it is for, by those columns alone, and only they are read.
    """

    keys: tuple[str, ...]
    about: str
    columns: dict[str, pa.DataType]
    make: Callable[[Data], Iterator[Row] | str]
    needs: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()
