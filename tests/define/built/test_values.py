"""What the data say of a variable: data type, length and decimals."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest

from clintrail.define.built.values import Measured, measure

DTC = "ISO 8601 datetime or interval"


def column(*values: object) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values)])


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (("2024-03-05", "2024-12-31"), "date"),
        (("2024-03-05T08:30:00", None), "datetime"),
        (("2024-03", "2024-03-05"), "partialDate"),
        (("2024-03-05T08:30", "2024-03-05"), "partialDatetime"),
        (("2024---05", "2024-03-05"), "incompleteDate"),
        (("2024---05T08:30", "2024-03-05"), "incompleteDatetime"),
        (("2024-03-05/2024-03-09", "2024-03-05"), "intervalDatetime"),
    ],
)
def test_a_date_variable_has_the_narrowest_type_that_all_values_fit(values: tuple[str | None, ...], type_: str) -> None:
    assert measure(column(*values), described=DTC) == Measured(type_)  # type: ignore[arg-type]


def test_a_duration_is_a_duration() -> None:
    assert measure(column("P1D", "PT8H"), described="ISO 8601 duration").type == "durationDatetime"
    assert measure(pa.chunked_array([pa.array([None], pa.string())]), described="ISO 8601 duration").type == "durationDatetime"


def test_numbers_are_measured_without_the_noise_of_the_machine() -> None:
    assert measure(column(1.0, 20.0, None)) == Measured("integer", 8)
    assert measure(column(0.1 + 0.2, 14.0)) == Measured("float", 8, 1)
    assert measure(column(36.55, 1e-3)) == Measured("float", 8, 3)


def test_a_date_kept_as_a_number_is_an_integer() -> None:
    assert measure(column(datetime.date(2024, 3, 5))) == Measured("integer", 8)


def test_text_has_the_bytes_of_its_longest_value() -> None:
    assert measure(column("calm", "café")) == Measured("text", 5)
    assert measure(column("calm"), stated_length=20) == Measured("text", 20)


def test_results_that_are_all_numbers_are_measured_as_numbers() -> None:
    assert measure(column("120", "95"), numeric_text=True) == Measured("integer", 3)
    assert measure(column("36.6", "37"), numeric_text=True) == Measured("float", 4, 1)
    assert measure(column("36.6", "<37"), numeric_text=True) == Measured("text", 4)
    assert measure(column("007"), numeric_text=True) == Measured("text", 3)
    assert measure(column("1", "2"), numeric_text=True, coded=True) == Measured("text", 1)
