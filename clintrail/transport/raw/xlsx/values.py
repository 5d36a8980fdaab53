"""Cells of one column as text: dates and times by their kind, numbers as the shortest text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clintrail.transport.raw.text import text_of
from clintrail.transport.raw.xlsx.formats import Kind

_DAYS_1900, _DAYS_1904 = -25569, -24107  # day 0 (in 1900's system from its March on) and 1904-01-01, from 1970-01-01
_LEAP_1900 = 60  # the day 1900-02-29, which never was
_LAST_DAY = 2_958_465  # 9999-12-31, the last that a workbook shows
_LONGEST = 1e6  # days of a duration
_DAY_MS = 86_400_000


def text_of_cells(values: Sequence[str | None], kinds: Sequence[int], epoch_1904: bool) -> tuple[pa.Array, NDArray[np.bool_], int]:
    """The text of cells by what they hold; the cells that hold no such thing; and how many hold more of a day than their format shows.

    `values` are as the sheet stores them: text, numbers, or days since the workbook's epoch.
    """
    stored, kind = pa.array(values, pa.string()), np.asarray(kinds, dtype=np.int8)
    numeric = kind >= Kind.NUMBER
    wrong, hidden = np.zeros(len(kind), dtype=bool), 0
    if not numeric.any():
        return stored, wrong, hidden
    numbers, wrong[numeric] = _numbers(stored.filter(pa.array(numeric)))
    kind = kind[numeric]
    text = text_of(pa.array(numbers))
    days = kind >= Kind.DATE
    if days.any():
        made, out_of_range, hidden = _days(numbers[days], kind[days], epoch_1904)
        text = pc.replace_with_mask(text, pa.array(days), made)
        wrong[np.flatnonzero(numeric)[days]] |= out_of_range
    return pc.replace_with_mask(stored, pa.array(numeric), text), wrong, hidden


def _numbers(stored: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    is_number = pc.match_substring_regex(stored, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$").to_numpy(zero_copy_only=False)
    plain = pc.if_else(pa.array(is_number), pc.utf8_ltrim(stored, "+"), pa.scalar("0"))
    numbers = plain.cast(pa.float64()).to_numpy(zero_copy_only=False)
    wrong = ~is_number.astype(bool) | ~np.isfinite(numbers)
    return np.where(wrong, 0.0, numbers), wrong


def _days(numbers: NDArray[np.float64], kind: NDArray[np.int8], epoch_1904: bool) -> tuple[pa.Array, NDArray[np.bool_], int]:
    """Days and their fractions as dates, moments, times and durations, to the millisecond."""
    last = _LAST_DAY - (_DAYS_1904 - _DAYS_1900 if epoch_1904 else 0)
    out_of_range = (numbers < 0) | (numbers >= np.where(kind == Kind.DURATION, _LONGEST, last + 1))
    whole, time = np.divmod(np.rint(np.where(out_of_range, 0.0, numbers) * _DAY_MS).astype(np.int64), _DAY_MS)
    shows_day = (kind == Kind.DATE) | (kind == Kind.MOMENT)
    if not epoch_1904:
        out_of_range |= shows_day & (whole == _LEAP_1900)
    from_1970 = whole + _DAYS_1904 if epoch_1904 else whole + _DAYS_1900 + (whole < _LEAP_1900)
    moments = text_of(pa.array(from_1970 * _DAY_MS + time).cast(pa.timestamp("ms")))
    dates = text_of(pa.array(from_1970.astype(np.int32)).cast(pa.date32()))
    times = text_of(pa.array(time.astype(np.int32)).cast(pa.time32("ms")))
    hours = pa.array(whole * 24 + time // 3_600_000).cast(pa.string())
    durations = pc.binary_join_element_wise(pc.utf8_lpad(hours, 2, "0"), pc.utf8_slice_codeunits(times, 2), "")
    text = pc.choose(pa.array(kind - int(Kind.DATE)), dates, moments, times, durations)
    hidden = (kind == Kind.DATE) & (time != 0) | (kind == Kind.TIME) & (whole != 0)
    return text, out_of_range, int(np.count_nonzero(hidden & ~out_of_range))
