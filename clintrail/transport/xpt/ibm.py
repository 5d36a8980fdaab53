"""IBM floating point, the numbers of SAS transport files, converted in whole arrays.

An IBM double is a sign bit, a 7-bit power of 16 biased by 64 and a 56-bit fraction. Every IEEE double from 16^-65 up to
16^63 has an exact IBM form, since 53 bits and a shift of at most 3 fit in 56. Source: SAS technical note TS-140.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Doubles: TypeAlias = NDArray[np.float64]
Patterns: TypeAlias = NDArray[np.uint64]
Mask: TypeAlias = NDArray[np.bool_]

SMALLEST = 16.0**-65
TOO_LARGE = 16.0**63
MISSING_BYTE = 0x2E
MISSING = np.uint64(MISSING_BYTE << 56)

_SIGN = np.uint64(1 << 63)
_FRACTION = np.uint64((1 << 52) - 1)
_HIDDEN_BIT = np.uint64(1 << 52)
_LOWEST_EXPONENT = np.uint64(763)  # the IEEE exponent field of 16^-65
_IBM_FRACTION = np.uint64((1 << 56) - 1)
_SCALE = np.array([2.0 ** (4 * power - 312) for power in range(128)] + [-(2.0 ** (4 * power - 312)) for power in range(128)])
# '.', '._' and '.A' to '.Z': the first byte of a missing value, all other bytes being zero
_IS_MISSING_BYTE = np.isin(np.arange(256), [0x2E, 0x5F, *range(0x41, 0x5B)])


def to_ibm(values: Doubles) -> Patterns:
    """The IBM bit patterns of finite doubles below 16^63 in size. Those under 16^-65, and negative zero, become zero."""
    bits: Patterns = np.ascontiguousarray(values).view(np.uint64)
    exponent = bits >> np.uint64(52)
    exponent &= np.uint64(0x7FF)
    too_small = exponent < _LOWEST_EXPONENT
    patterns = bits & _FRACTION
    patterns |= _HIDDEN_BIT
    patterns <<= (exponent + np.uint64(1)) & np.uint64(3)
    exponent -= _LOWEST_EXPONENT  # in place: a new array for each step costs more than the step
    exponent >>= np.uint64(2)
    exponent <<= np.uint64(56)
    patterns |= exponent
    patterns |= bits & _SIGN
    np.copyto(patterns, np.uint64(0), where=too_small)
    return patterns


def from_ibm(patterns: Patterns) -> tuple[Doubles, Mask]:
    """Doubles and a mask of the missing ones (., ._ and .A to .Z alike). Fractions over 53 bits, which mainframes write, are rounded."""
    first = (patterns >> np.uint64(56)).astype(np.intp)
    fraction = (patterns & _IBM_FRACTION).view(np.int64)
    missing = (fraction == 0) & _IS_MISSING_BYTE[first]
    values = fraction.astype(np.float64) * _SCALE[first] + 0.0  # + 0.0 turns negative zero into zero
    return values, missing
