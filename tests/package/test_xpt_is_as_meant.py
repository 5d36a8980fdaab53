"""An independent reader (pyreadstat) finds in every XPT the values, labels, lengths and formats that were meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyreadstat
import pytest

from clintrail.package.build import BuiltStudy, created, run_study
from clintrail.package.datasets import xpt_of
from clintrail.transport import xpt

STUDY = Path(__file__).resolve().parents[2] / "specs" / "melasma"
DAYS_TO_1970 = 3653


@pytest.fixture(scope="module")
def melasma() -> BuiltStudy:
    return run_study(STUDY)


def sas_values(column: pa.ChunkedArray) -> list[Any]:
    """The column as SAS holds it: dates as days since 1960, missing text as blank."""
    if pa.types.is_date(column.type):
        return [None if v is None else float(v + DAYS_TO_1970) for v in column.cast(pa.int32()).to_pylist()]
    if pa.types.is_string(column.type):
        return [v or "" for v in column.to_pylist()]
    return [None if v is None else float(v) for v in column.to_pylist()]


def test_every_dataset_reads_back_as_it_was_built(melasma: BuiltStudy, tmp_path: Path) -> None:
    cells = 0
    for dataset in melasma.datasets.values():
        path = tmp_path / f"{dataset.name.lower()}.xpt"
        xpt.write(xpt_of(dataset), path, created=created(melasma.compiled.study), encoding="utf-8")
        frame, meta = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
        names = [v.name for v in dataset.variables]
        assert meta.table_name == dataset.name
        assert meta.file_label == dataset.plan.label
        assert list(frame.columns) == names
        assert meta.column_names_to_labels == {v.name: v.label for v in dataset.variables}
        assert meta.variable_storage_width == {v.name: v.length for v in dataset.variables}
        formats = {v.name: v.format.rstrip(".") for v in dataset.variables if v.format}
        assert {name: text for name, text in meta.original_variable_types.items() if name in formats} == formats
        for name in names:
            read = [None if isinstance(v, float) and v != v else v for v in frame[name].tolist()]
            assert read == sas_values(dataset.table[name]), f"{dataset.name}.{name}"
            cells += len(read)
    print(f"\n{cells:,} cells of {len(melasma.datasets)} datasets read back")
    assert cells > 300_000
