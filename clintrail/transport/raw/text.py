"""Typed values as the text that a raw form holds: one rule, whatever the format.

Numbers, dates and times are written as `clintrail.transport.plain_text` says. Blank text is null.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Place, Problem, Problems
from clintrail.transport.plain_text import plain_text
from clintrail.transport.raw.file import blank_to_null


def text_table(table: pa.Table, path: Path) -> pa.Table:
    """A table with every column as text. Raises `Problems` for every column that has no text: lists, bytes, infinite numbers."""
    columns, problems = [], []
    for name, column in zip(table.column_names, table.columns, strict=True):
        text = as_text(column)
        if text is None:
            what = f"the column holds {column.type}, which has no text"
            problems.append(Problem(Place(str(path)), name, what, "export it as text, numbers, dates or times"))
        elif pa.types.is_floating(column.type) and pc.any(pc.is_inf(column)).as_py():
            problems.append(Problem(Place(str(path)), name, "the column holds infinite numbers", "export them as missing, or as text"))
        columns.append(text)
    if problems:
        raise Problems(problems)
    return pa.table(columns, names=table.column_names)


def text_of(values: pa.Array) -> pa.Array:
    """An array of a kind that has text, as text."""
    text = as_text(pa.chunked_array([values]))
    if text is None:
        raise TypeError(f"{values.type} has no text")
    return text.combine_chunks()


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """The column as text, or None where its kind has none."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.cast(kind.value_type))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
        return blank_to_null(column.cast(pa.string()))
    return plain_text(column)
