"""How fast files are written, read and compared, beside the libraries around us, and in how much memory: `make bench`.

Every figure is measured here and now, each contender in a process of its own. The tables are printed and kept in `docs/benchmarks.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from measure import Measured, measure
from page import renew

pytestmark = pytest.mark.bench
MILLION = 1_000_000


class Row(NamedTuple):
    what: str
    measured: Measured


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def tables() -> Iterator[dict[str, list[str]]]:
    """Filled by the tests; at the end printed and put into the page."""
    found: dict[str, list[str]] = {}
    yield found
    print("", *(line for lines in found.values() for line in [*lines, ""]), sep="\n")
    renew(found)


def against_ours(ours: Row, others: list[Row]) -> list[str]:
    """A table with the seconds and peak memory of each, and how many times ours each takes."""
    lines = ["| | seconds | times ours | peak MB |", "| --- | ---: | ---: | ---: |"]
    for row in [ours, *others]:
        times = row.measured.seconds / ours.measured.seconds
        lines.append(f"| {row.what} | {row.measured.seconds:.2f} | {times:.1f} | {row.measured.peak_mb:.0f} |")
    return lines


def test_xpt_is_written_from_pandas_fifty_times_as_fast_as_pyreadstat(folder: Path, tables: dict[str, list[str]]) -> None:
    ours = measure("xpt_write_clintrail", folder, MILLION)
    nbase = measure("xpt_write_nbase", folder, MILLION)
    polars = measure("xpt_write_polars_readstat", folder, MILLION)
    pyreadstat = measure("xpt_write_pyreadstat", folder, MILLION, repeats=1)
    others = [Row("nbase-converter", nbase), Row("polars-readstat", polars), Row("pyreadstat", pyreadstat)]
    tables["xpt-write"] = against_ours(Row("clintrail", ours), others)
    assert pyreadstat.seconds >= 50 * ours.seconds
    assert nbase.seconds >= 1.5 * ours.seconds


def test_xpt_is_read_twenty_times_as_fast_as_by_pyreadstat(folder: Path, tables: dict[str, list[str]]) -> None:
    ours = measure("xpt_read_clintrail", folder, MILLION)
    nbase = measure("xpt_read_nbase", folder, MILLION)
    polars = measure("xpt_read_polars_readstat", folder, MILLION)
    pyreadstat = measure("xpt_read_pyreadstat", folder, MILLION, repeats=1)
    others = [
        Row("nbase-converter, to Arrow", nbase),
        Row("polars-readstat, to polars", polars),
        Row("pyreadstat, to pandas", pyreadstat),
    ]
    tables["xpt-read"] = against_ours(Row("clintrail, to Arrow", ours), others)
    assert pyreadstat.seconds >= 20 * ours.seconds
    assert polars.seconds >= 1.3 * ours.seconds


def test_five_million_rows_are_streamed_in_250_mb(folder: Path, tables: dict[str, list[str]]) -> None:
    write = measure("xpt_stream_write", folder, 5 * MILLION, repeats=1)
    size = (folder / f"read-{5 * MILLION}.xpt").stat().st_size
    read = measure("xpt_stream_read", folder, 5 * MILLION, repeats=1)
    (folder / f"read-{5 * MILLION}.xpt").unlink()
    tables["xpt-stream"] = [
        f"| {size / 1e9:.2f} GB | seconds | peak MB of the whole process |",
        "| --- | ---: | ---: |",
        *(f"| {what} | {m.seconds:.2f} | {m.peak_mb:.0f} |" for what, m in (("write", write), ("read", read))),
    ]
    assert size > 1.6e9
    assert max(write.peak_mb, read.peak_mb) < 250


def test_dataset_json_takes_at_most_twice_a_bare_orjson_loop(folder: Path, tables: dict[str, list[str]]) -> None:
    write, bare_write = (measure(f"ndjson_write_{who}", folder, MILLION, repeats=3) for who in ("clintrail", "orjson"))
    read, bare_read = (measure(f"ndjson_read_{who}", folder, MILLION, repeats=3) for who in ("clintrail", "orjson"))
    tables["dataset-json"] = [
        "| | seconds | bare orjson loop | times the loop | peak MB |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {what} | {ours.seconds:.2f} | {bare.seconds:.2f} | {ours.seconds / bare.seconds:.2f} | {ours.peak_mb:.0f} |"
            for what, ours, bare in (("write", write, bare_write), ("read", read, bare_read))
        ),
    ]
    assert write.seconds <= 2 * bare_write.seconds
    assert read.seconds <= 2 * bare_read.seconds


def test_a_million_records_are_compared_in_three_seconds(folder: Path, tables: dict[str, list[str]]) -> None:
    ours = measure("compare_clintrail", folder, MILLION, repeats=3)
    shuffled = measure("compare_clintrail_shuffled", folder, MILLION, repeats=3)
    files = measure("compare_clintrail_files", folder, MILLION, repeats=3)
    pandas = measure("compare_datacompy_pandas", folder, MILLION, repeats=1)
    polars = measure("compare_datacompy_polars", folder, MILLION, repeats=1)
    others = [
        Row("clintrail, B in another order", shuffled),
        Row("clintrail, from two XPT files", files),
        Row("datacompy, pandas", pandas),
        Row("datacompy, polars", polars),
    ]
    tables["compare"] = against_ours(Row("clintrail", ours), others)
    assert max(ours.seconds, shuffled.seconds, files.seconds) < 3
    assert min(pandas.seconds, polars.seconds) >= 5 * ours.seconds
