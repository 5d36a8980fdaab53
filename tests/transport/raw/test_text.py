"""Typed values become text by one rule, whatever the format they come from."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clintrail.errors import Problems
from clintrail.transport.raw.text import as_text, text_table


def text_of(values: list[Any], kind: pa.DataType | None = None) -> list[str | None]:
    text = as_text(pa.chunked_array([pa.array(values, kind)]))
    assert text is not None and text.type == pa.string()
    return text.to_pylist()  # type: ignore[no-any-return]


def test_numbers_are_the_shortest_decimal_text_and_never_have_an_exponent() -> None:
    assert text_of([61.5, 10.0, 1e5, 0.1, 1e-5, 1e20, 1.5e-7]) == ["61.5", "10", "100000", "0.1", "0.00001", "1" + 20 * "0", "0.00000015"]
    assert text_of([-0.0, -2.50, float("nan"), None]) == ["0", "-2.5", None, None]
    assert text_of([61.4], pa.float32()) == ["61.4"]
    assert text_of([7, 2**62, None], pa.int64()) == ["7", str(2**62), None]
    assert text_of([Decimal("61.50"), Decimal("100"), Decimal("0.000000001"), Decimal("-0.00")], pa.decimal128(20, 9)) == [
        "61.5", "100", "0.000000001", "0",
    ]  # fmt: skip


def test_dates_moments_and_times_are_iso_8601() -> None:
    assert text_of([date(2024, 3, 10), date(987, 1, 2), None]) == ["2024-03-10", "0987-01-02", None]
    moments = [datetime(2024, 3, 10, 8, 30), datetime(2024, 3, 10, 8, 30, 5, 250000), None]
    assert text_of(moments, pa.timestamp("us")) == ["2024-03-10T08:30:00", "2024-03-10T08:30:05.25", None]
    assert text_of(moments[:1], pa.timestamp("s")) == text_of(moments[:1], pa.timestamp("ns")) == ["2024-03-10T08:30:00"]
    assert text_of(moments[:1], pa.timestamp("s", "Asia/Shanghai")) == ["2024-03-10T08:30:00Z"]
    assert text_of([time(8, 30), time(23, 59, 59, 500000)], pa.time64("us")) == ["08:30:00", "23:59:59.5"]


def test_booleans_are_words_and_blank_text_is_null() -> None:
    assert text_of([True, False, None]) == ["true", "false", None]
    assert text_of(["a ", " ", "", None]) == ["a ", None, None, None]
    assert text_of([None, None], pa.null()) == [None, None]
    assert as_text(pa.chunked_array([pa.array(["x", " "]).dictionary_encode()])).to_pylist() == ["x", None]  # type: ignore[union-attr]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_comes_back_from_its_text(number: float) -> None:
    [text] = text_of([number])
    assert text is not None and float(text) == number and "e" not in text
    assert not text.endswith(".0") and text != "-0"


def test_columns_without_text_are_refused_by_name() -> None:
    table = pa.table({"L": [[1]], "B": [b"x"], "I": [float("inf")], "T": ["x"]})
    with pytest.raises(Problems) as caught:
        text_table(table, Path("x.parquet"))
    assert [(p.subject, p.problem) for p in caught.value.problems] == [
        ("B", "the column holds binary, which has no text"),
        ("I", "the column holds infinite numbers"),
        ("L", "the column holds list<item: int64>, which has no text"),
    ]
