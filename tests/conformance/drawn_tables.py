"""A table about data that the test draws."""

from __future__ import annotations

from pathlib import Path

from clintrail.conformance.data import read_example
from clintrail.conformance.data.metadata import ensure
from clintrail.terminology import Terminology


def about(folder: Path, table: str, columns: str, terminology: Terminology | None = None, **tables: str) -> list[tuple[object, ...]]:
    """Columns of the table `meta.<table>` of datasets that are given as CSV text (`ae="AESEQ\\n1\\n"`), in order."""
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    data = read_example(folder, terminology=terminology)
    ensure(data, table)
    return [tuple(row) for row in data.con.execute(f"SELECT {columns} FROM meta.{table} ORDER BY ALL").fetchall()]
