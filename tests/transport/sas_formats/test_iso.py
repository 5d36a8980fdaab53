"""Numbers as text in ISO 8601, by their format."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from clintrail.transport.missing import tagged
from clintrail.transport.sas_formats import iso_text

EPOCH = datetime(1960, 1, 1)


def text(values: list[float | None], sas_format: str) -> list[str | None]:
    found: list[str | None] = iso_text(pa.chunked_array([pa.array(values, pa.float64())]), sas_format).to_pylist()
    return found


@given(st.dates())
def test_every_date_is_its_iso_text(day: date) -> None:
    assert text([float((day - EPOCH.date()).days)], "DATE9.") == [day.isoformat()]


@given(st.datetimes(min_value=datetime(1582, 1, 1)).map(lambda moment: moment.replace(microsecond=0)))
def test_every_moment_is_its_iso_text(moment: datetime) -> None:
    assert text([(moment - EPOCH) / timedelta(seconds=1)], "DATETIME20.") == [moment.isoformat()]


@given(st.integers(0, 86399))
def test_every_time_is_its_iso_text(seconds: int) -> None:
    assert text([float(seconds)], "TIME5.") == [(datetime.min + timedelta(seconds=seconds)).time().isoformat()]


NUMBERS = st.none() | st.floats(-1e7, 1e7) | st.integers(-800000, 3000000).map(float)


@given(st.lists(NUMBERS, max_size=8), st.sampled_from(["DATE9.", "TIME8.", "8.2", ""]))
def test_no_value_is_lost_whatever_stands_beside_it(values: list[float | None], sas_format: str) -> None:
    def back(cell: str | None) -> float | None:
        if cell is None or ":" not in cell and "-" not in cell[1:]:
            return None if cell is None else float(cell)
        if ":" in cell:
            moment = time.fromisoformat(cell)
            return moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
        return float((date.fromisoformat(cell) - EPOCH.date()).days)

    assert [back(cell) for cell in text(values, sas_format)] == values


def test_odd_values_are_numbers_and_missing_ones_null() -> None:
    assert text([23445.0, 23445.5, 1e9, None, tagged("A")], "DATE9.") == ["2024-03-10", "23445.5", "1000000000", None, None]
    assert text([30600.0, 90000.0, -1.0], "TIME8.") == ["08:30:00", "90000", "-1"]
    assert text([61.50, 10.0, 1e-7, -0.0], "8.2") == ["61.5", "10", "0.0000001", "0"]
