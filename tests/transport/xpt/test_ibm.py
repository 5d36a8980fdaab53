"""IBM floating point: known patterns, and every double in range there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clintrail.transport.xpt import ibm

KNOWN = [  # worked by hand: sign, power of 16 + 64, fraction
    (0.0, "0000000000000000"),
    (1.0, "4110000000000000"),
    (-1.0, "C110000000000000"),
    (0.5, "4080000000000000"),
    (2.0, "4120000000000000"),
    (8.0, "4180000000000000"),
    (15.0, "41F0000000000000"),
    (16.0, "4210000000000000"),
    (100.0, "4264000000000000"),
    (-118.625, "C276A00000000000"),
    (0.1, "401999999999999A"),
    (1 / 3, "4055555555555554"),
    (ibm.SMALLEST, "0010000000000000"),
    (float(np.nextafter(ibm.TOO_LARGE, 0)), "7FFFFFFFFFFFFFF8"),
]


def to_hex(value: float) -> str:
    return f"{int(ibm.to_ibm(np.array([value]))[0]):016X}"


def from_hex(pattern: str) -> float | None:
    values, missing = ibm.from_ibm(np.array([int(pattern, 16)], dtype=np.uint64))
    return None if missing[0] else float(values[0])


@pytest.mark.parametrize(("value", "pattern"), KNOWN)
def test_known_numbers_have_their_patterns_in_both_directions(value: float, pattern: str) -> None:
    assert to_hex(value) == pattern
    assert from_hex(pattern) == value


@given(st.floats(min_value=ibm.SMALLEST, max_value=ibm.TOO_LARGE, exclude_max=True), st.booleans())
def test_every_double_in_range_comes_back_exactly(size: float, negative: bool) -> None:
    value = -size if negative else size
    assert from_hex(to_hex(value)) == value


def test_negative_zero_and_numbers_under_the_range_become_zero() -> None:
    for value in (-0.0, 5e-324, float(np.nextafter(ibm.SMALLEST, 0)), -1e-300):
        assert to_hex(value) == "0" * 16
    assert np.copysign(1, from_hex("8000000000000000")) == 1


def test_every_special_missing_value_is_missing_and_no_number_is() -> None:
    firsts = [0x2E, 0x5F, *range(ord("A"), ord("Z") + 1)]
    assert [from_hex(f"{first:02X}" + "0" * 14) for first in firsts] == [None] * 28
    assert from_hex("2E10000000000000") == 16.0 ** (0x2E - 65)
    assert from_hex("4010000000000000") == 0.0625


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("41FFFFFFFFFFFFFF", 16.0),  # 56 bits of ones are nearest to the next power
        ("4180000000000004", 8.0),  # half way between two doubles: to the even one
        ("4180000000000005", float(np.nextafter(8.0, 9))),
        ("418000000000000C", float(np.nextafter(np.nextafter(8.0, 9), 9))),
        ("4600000000000001", 16.0**-8),  # not normalised
    ],
)
def test_fractions_of_mainframes_are_rounded_not_cut(pattern: str, value: float) -> None:
    assert from_hex(pattern) == value
