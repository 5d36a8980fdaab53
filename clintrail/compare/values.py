"""Where the values of two columns differ, and by how much."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clintrail.compare.columns import UNREADABLE_TAG, Doubles, Pair, as_doubles, tags
from clintrail.compare.model import Sizes

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]


def differing_rows(pair: Pair, absolute: float = 0.0, relative: float = 0.0) -> Rows:
    """The places at which the values differ.

    Text is equal if its bytes are (blanks at the end were taken off, blank is missing). Numbers are equal if they are the same, or
    by a tolerance of `Options`; a missing number is equal only to one of its own kind (`.A` to `.A`), as in PROC COMPARE.
    """
    if pair.a.equals(pair.b):
        return np.empty(0, dtype=np.int64)
    differs = _text_differs(pair.a, pair.b) if pair.kind == "text" else _numbers_differ(pair, absolute, relative)
    return np.flatnonzero(differs)


def _text_differs(a: pa.ChunkedArray, b: pa.ChunkedArray) -> Mask:
    one_is_missing = pc.xor(pc.is_null(a), pc.is_null(b))
    return np.asarray(pc.or_(one_is_missing, pc.fill_null(pc.not_equal(a, b), False)), dtype=np.bool_)


def _numbers_differ(pair: Pair, absolute: float, relative: float) -> Mask:
    a, b = as_doubles(pair.a), as_doubles(pair.b)
    tag_a, tag_b = tags(a), tags(b)
    equal: Mask = (a == b) | (np.isnan(a) & np.isnan(b) & (tag_a == tag_b) & (tag_a != UNREADABLE_TAG))
    if absolute or relative:
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(a - b)
            equal |= np.isfinite(apart) & ((apart <= absolute) | (apart <= relative * mean_size(a, b)))
    return ~equal


def mean_size(a: Doubles, b: Doubles) -> Doubles:
    """The mean of the sizes of two numbers, by which PROC COMPARE divides a difference for METHOD=RELATIVE."""
    return np.abs(a) / 2 + np.abs(b) / 2


def is_missing(column: pa.ChunkedArray) -> Mask:
    """Where a value is missing: null, or a special missing number."""
    if column.type != pa.float64():
        return np.asarray(pc.is_null(column), dtype=np.bool_)
    values = as_doubles(column)
    missing: Mask = np.isnan(values) & (tags(values) != UNREADABLE_TAG)
    return missing


def sizes(a: Doubles, b: Doubles, compared: int) -> Sizes | None:
    """How far the differing numbers are apart, `compared` being the count of all pairs of numbers; None where no pair has two numbers."""
    both = np.isfinite(a) & np.isfinite(b)
    if not both.any():
        return None
    a, b = a[both], b[both]
    with np.errstate(over="ignore", divide="ignore"):
        apart = np.abs(a - b)
        relative = np.minimum(apart / mean_size(a, b), 2.0)  # 2 is the most there is; half of the smallest double is 0
        largest = float(apart.max())
        scaled = float(np.square(apart / largest).sum()) if np.isfinite(largest) else 0.0
    return Sizes(largest, float(relative.max()), largest * (scaled / compared) ** 0.5)
