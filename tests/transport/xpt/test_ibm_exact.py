"""A million numbers in both directions against exact integer arithmetic, which shares nothing with the arrays under test."""

from __future__ import annotations

import math

import numpy as np

from clintrail.transport.xpt import ibm

MILLION = 1_000_000
POWERS = 16.0 ** np.arange(-65, 64)


def to_ibm_exactly(value: float) -> int:
    """The pattern of one double by whole numbers: value = whole / 2^shift, and a fraction of 56 bits of the next power of 16."""
    mantissa, exponent = math.frexp(abs(value))
    if not mantissa or exponent < -259:  # under 16^-65
        return 0
    power = -(-exponent // 4)  # 16^(power - 1) <= |value| < 16^power
    whole = int(mantissa * 2.0**53)  # exact: |value| = whole * 2^(exponent - 53)
    fraction = whole << (56 - 53 + exponent - 4 * power)
    return (value < 0) << 63 | (power + 64) << 56 | fraction


def from_ibm_exactly(pattern: int) -> float:
    """The double nearest to one pattern, by Python's division of whole numbers, which is rightly rounded, ties to even."""
    sign, power, fraction = pattern >> 63, (pattern >> 56 & 0x7F) - 64, pattern & ((1 << 56) - 1)
    size = fraction * 16**power / (1 << 56) if power >= 0 else fraction / (1 << 56 - 4 * power)
    return -size if sign else size


def random_doubles() -> np.ndarray:
    random = np.random.default_rng(20240310)
    anywhere = random.random(MILLION // 2) * 15 / 16 + 1 / 16
    anywhere *= POWERS[random.integers(0, len(POWERS), MILLION // 2)]
    usual = random.normal(100, 30, MILLION // 4).round(3)
    whole = random.integers(-(2**53), 2**53, MILLION // 4).astype(np.float64)
    corners = np.concatenate([np.nextafter(POWERS, 0), POWERS, np.nextafter(POWERS, np.inf), POWERS / 2, POWERS * 1.5])
    denormal = np.array([5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, 1e-310, 1e-80, float(np.nextafter(ibm.SMALLEST, 0))])
    values = np.concatenate([anywhere, -anywhere[: MILLION // 4], usual, whole, corners, -corners, denormal, -denormal, [0.0, -0.0]])
    return values[np.abs(values) < ibm.TOO_LARGE]


def random_patterns() -> np.ndarray:
    """Fractions of all 56 bits, halves between two doubles and their neighbours, and fractions that are not normalised."""
    random = np.random.default_rng(20240311)
    high = random.integers(0, 256, MILLION, dtype=np.uint64) << np.uint64(56)
    fraction = random.integers(1, 2**56, MILLION, dtype=np.uint64)
    quarter = MILLION // 4
    bits = np.uint64(1) << (np.uint64(55) - random.integers(0, 4, quarter, dtype=np.uint64))
    lowest = bits >> np.uint64(53)  # half of the last place of a double, 0 where 56 bits have none
    fraction[:quarter] = (fraction[:quarter] & (bits - np.uint64(1)) & ~(np.uint64(2) * lowest - np.uint64(1))) | bits | lowest
    fraction[quarter // 2 : quarter] += random.integers(0, 2, quarter - quarter // 2, dtype=np.uint64)
    fraction[quarter : 2 * quarter] >>= random.integers(0, 56, quarter, dtype=np.uint64)
    return high | np.maximum(fraction, np.uint64(1))


def test_a_million_doubles_have_the_patterns_of_exact_arithmetic() -> None:
    values = random_doubles()
    assert len(values) > MILLION
    assert ibm.to_ibm(values).tolist() == [to_ibm_exactly(value) for value in values.tolist()]


def test_a_million_patterns_give_the_nearest_doubles() -> None:
    patterns = random_patterns()
    values, missing = ibm.from_ibm(patterns)
    assert not missing.any()
    assert values.tolist() == [from_ibm_exactly(pattern) for pattern in patterns.tolist()]
    fractions = (patterns & np.uint64((1 << 56) - 1)).tolist()
    assert sum(int(float(fraction)) != fraction for fraction in fractions) > MILLION // 2  # that many had to be rounded


def test_what_is_written_is_read_as_it_was() -> None:
    values = random_doubles()
    back, _ = ibm.from_ibm(ibm.to_ibm(values))
    assert np.array_equal(back, np.where(np.abs(values) < ibm.SMALLEST, 0.0, values))
