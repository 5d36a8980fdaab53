"""What is measured: ours, and the libraries around it doing the same work on the same rows.

A contender is a function of a folder and a number of rows that makes what it needs and returns the work to be timed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import frames
import numpy as np
import pyarrow as pa

Work = Callable[[], object]
BATCH = 10_000


def xpt_file(folder: Path, rows: int) -> Path:
    """The XPT file that the readers read, made once."""
    from clintrail.transport import xpt

    path = folder / f"read-{rows}.xpt"
    if not path.exists():
        xpt.write(frames.table(rows), path, name="BIG")
    return path


# XPT, written from pandas


def xpt_write_clintrail(folder: Path, rows: int) -> Work:
    from clintrail.transport import xpt

    frame = frames.frame(rows)
    return lambda: xpt.write(frame, folder / "clintrail.xpt", name="BIG")


def xpt_write_nbase(folder: Path, rows: int) -> Work:
    from nbase_converter import write_dataset

    frame = frames.frame(rows)
    return lambda: write_dataset(frame, folder / "nbase.xpt", target_format="xpt5", table_name="BIG", overwrite=True)


def xpt_write_polars_readstat(folder: Path, rows: int) -> Work:
    import polars as pl
    from polars_readstat import write_xpt

    frame = frames.frame(rows)
    return lambda: write_xpt(pl.from_pandas(frame), str(folder / "polars.xpt"), version=5, table_name="BIG")


def xpt_write_pyreadstat(folder: Path, rows: int) -> Work:
    import pyreadstat

    frame = frames.frame(rows)
    return lambda: pyreadstat.write_xport(frame, str(folder / "pyreadstat.xpt"), table_name="BIG", file_format_version=5)


# XPT, read


def xpt_read_clintrail(folder: Path, rows: int) -> Work:
    from clintrail.transport import xpt

    path = xpt_file(folder, rows)
    return lambda: xpt.read(path)


def xpt_read_nbase(folder: Path, rows: int) -> Work:
    from nbase_converter import read_dataset

    path = xpt_file(folder, rows)
    return lambda: read_dataset(path, output="arrow")


def xpt_read_polars_readstat(folder: Path, rows: int) -> Work:
    from polars_readstat import read_readstat

    path = xpt_file(folder, rows)
    return lambda: read_readstat(str(path))


def xpt_read_pyreadstat(folder: Path, rows: int) -> Work:
    import pyreadstat

    path = xpt_file(folder, rows)
    return lambda: pyreadstat.read_xport(str(path))


# XPT, streamed


def xpt_stream_write(folder: Path, rows: int) -> Work:
    """Batches of one table over and over, so that no more than one of them is held."""
    from clintrail.transport import xpt

    table = frames.table(BATCH)
    lengths = xpt.write(table, folder / "lengths.xpt", name="BIG").variables
    schema = table.schema

    def batches() -> Iterator[pa.RecordBatch]:
        for _ in range(rows // BATCH):
            yield from table.to_batches()

    reader = pa.RecordBatchReader.from_batches
    return lambda: xpt.write(reader(schema, batches()), folder / f"read-{rows}.xpt", name="BIG", variables=lengths)


def xpt_stream_read(folder: Path, rows: int) -> Work:
    from clintrail.transport import xpt

    def work() -> int:
        with xpt.open(folder / f"read-{rows}.xpt") as file:
            count = sum(batch.num_rows for batch in file.batches())
        if count != rows:
            raise RuntimeError(f"{count} rows were read of {rows}")
        return count

    return work


# Dataset-JSON, a row a line


def _rows(rows: int) -> list[list[object]]:
    return [list(row) for row in zip(*(column.to_pylist() for column in frames.table(rows).columns), strict=True)]


def ndjson_file(folder: Path, rows: int) -> Path:
    """The file that the readers read, made once."""
    from clintrail.transport import dataset_json

    path = folder / f"read-{rows}.ndjson"
    if not path.exists():
        dataset_json.write(frames.dataset(rows), path)
    return path


def ndjson_write_clintrail(folder: Path, rows: int) -> Work:
    from clintrail.transport import dataset_json

    dataset = frames.dataset(rows)
    return lambda: dataset_json.write(dataset, folder / "clintrail.ndjson")


def ndjson_write_orjson(folder: Path, rows: int) -> Work:
    import orjson

    ready = _rows(rows)

    def work() -> None:
        with (folder / "orjson.ndjson").open("wb") as file:
            for row in ready:
                file.write(orjson.dumps(row) + b"\n")

    return work


def ndjson_read_clintrail(folder: Path, rows: int) -> Work:
    from clintrail.transport import dataset_json

    path = ndjson_file(folder, rows)
    return lambda: dataset_json.read(path)


def ndjson_read_orjson(folder: Path, rows: int) -> Work:
    import orjson

    path = ndjson_file(folder, rows)

    def work() -> int:
        with path.open("rb") as file:
            return sum(len(orjson.loads(line)) for line in file)

    return work


# Two datasets compared: a cell in a thousand of one text and one numeric variable differs


def compare_clintrail(folder: Path, rows: int) -> Work:
    from clintrail.compare import Options, compare_datasets

    one, other = frames.pair(rows)
    return lambda: compare_datasets(one, other, Options(by=("KEY",)))


def compare_clintrail_shuffled(folder: Path, rows: int) -> Work:
    """The second dataset in another order."""
    from clintrail.compare import Options, compare_datasets

    one, other = frames.pair(rows)
    other = replace(other, table=other.table.take(np.random.default_rng(7).permutation(rows)))
    return lambda: compare_datasets(one, other, Options(by=("KEY",)))


def compare_clintrail_files(folder: Path, rows: int) -> Work:
    """From two XPT files."""
    from clintrail.compare import Options, compare_paths
    from clintrail.transport import xpt

    paths = [folder / "one" / "big.xpt", folder / "other" / "big.xpt"]
    for path, dataset in zip(paths, frames.pair(rows), strict=True):
        path.parent.mkdir(exist_ok=True)
        xpt.write(dataset, path)
    return lambda: compare_paths(*paths, Options(by=("KEY",)))


def compare_datacompy_pandas(folder: Path, rows: int) -> Work:
    import datacompy

    one, other = (dataset.table.to_pandas() for dataset in frames.pair(rows))
    return lambda: datacompy.PandasCompare(one, other, join_columns=["KEY"]).report()


def compare_datacompy_polars(folder: Path, rows: int) -> Work:
    import datacompy
    import polars as pl

    one, other = (pl.from_arrow(dataset.table) for dataset in frames.pair(rows))
    return lambda: datacompy.PolarsCompare(one, other, join_columns=["KEY"]).report()
