"""Of what kind the differences of a variable are: hints for whoever looks for their cause. Each holds for all pairs that it counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.compare.columns import UNREADABLE_TAG, Doubles, Pair, as_doubles, tags
from clintrail.compare.values import is_missing, mean_size
from clintrail.errors import counted
from clintrail.transport.xpt.columns import DAYS_1960_TO_1970, SECONDS_1960_TO_1970

_ROUNDING = 1e-9  # a relative difference up to this is told as rounding: far over a double's 1e-16, far under what is reported
_MOST_DECIMALS = 8
_DAY = 86400.0
_EPOCHS = {float(DAYS_1960_TO_1970): "days", float(SECONDS_1960_TO_1970): "seconds"}
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_READ_AS = {"number": "a number", "date": "a date", "datetime": "a date and time", "time": "a time"}
_BLANKS = "[\\s\u00a0]+"


def hints(pair: Pair) -> tuple[str, ...]:
    """What is true of pairs that differ: how many are missing on one side, and what all others have in common."""
    missing_a, missing_b = is_missing(pair.a), is_missing(pair.b)
    told = [
        f"{int(only.sum()):,} missing only in {side}"
        for side, only in (("A", missing_a & ~missing_b), ("B", missing_b & ~missing_a))
        if only.any()
    ]
    if both := int((missing_a & missing_b).sum()):
        told.append(f"{both:,} with missing values of another kind (. and .A)")
    rest = ~missing_a & ~missing_b
    if pair.kind != "text":
        unreadable = rest & ((tags(as_doubles(pair.a)) == UNREADABLE_TAG) | (tags(as_doubles(pair.b)) == UNREADABLE_TAG))
        told += [f"{int(unreadable.sum()):,} with text that cannot be read as {_READ_AS[pair.kind]}"] * bool(unreadable.any())
        rest &= ~unreadable
    if not rest.any():
        return tuple(told)
    chosen = pa.array(rest)
    a, b = pair.a.filter(chosen), pair.b.filter(chosen)
    common = _of_text(a, b) if pair.kind == "text" else _of_numbers(as_doubles(a), as_doubles(b), pair.kind)
    if common:
        told.append(f"{'all' if not told else 'the others'} {common}")
    return tuple(told)


def _of_text(a: pa.ChunkedArray, b: pa.ChunkedArray) -> str:
    """What all pairs of texts have in common, or nothing."""
    changes: tuple[tuple[str, Callable[[pa.ChunkedArray], pa.ChunkedArray]], ...] = (
        ("differ only in case", pc.utf8_upper),
        ("differ only in blanks", _without_blanks),
        ("differ only in case and blanks", lambda text: pc.utf8_upper(_without_blanks(text))),
    )
    for words, change in changes:
        if change(a).equals(change(b)):
            return words
    for side, shorter, longer in (("A", a, b), ("B", b, a)):
        length = pc.max(pc.binary_length(shorter)).as_py()
        if _is_cut(shorter, longer, length):
            return f"are cut in {side} after {counted(length, 'byte')}"
    return "are the same numbers, written in another way" if _same_numbers(a, b) else ""


def _without_blanks(text: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(text, _BLANKS, "")


def _is_cut(shorter: pa.ChunkedArray, longer: pa.ChunkedArray, length: int) -> bool:
    """Whether one is the first bytes of the other, as SAS cuts text that is longer than its variable."""
    begin = pc.binary_slice(longer.cast(pa.binary()), 0, length)
    as_strings = pa.chunked_array([chunk.view(pa.string()) for chunk in begin.chunks], pa.string())  # trimmed by bytes
    return bool(pc.ascii_rtrim(as_strings, characters=" ").equals(shorter))


def _same_numbers(a: pa.ChunkedArray, b: pa.ChunkedArray) -> bool:
    texts = [pc.ascii_trim(text, characters=" ") for text in (a, b)]
    if not all(pc.all(pc.match_substring_regex(text, _NUMBER)).as_py() for text in texts):
        return False
    numbers = [pc.ascii_ltrim(text, characters="+").cast(pa.float64()) for text in texts]
    return bool(numbers[0].equals(numbers[1]))


def _of_numbers(a: Doubles, b: Doubles, kind: str) -> str:
    """What all pairs of numbers have in common, or nothing."""
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return ""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        relative = float(np.abs((a - b) / mean_size(a, b)).max())
        if relative <= _ROUNDING:
            return f"differ by rounding only (relative difference at most {relative:.1g})"
        for side, rounded, exact in (("A", a, b), ("B", b, a)):
            decimals = _decimals(rounded)
            if decimals is not None and (np.abs(a - b) <= 0.5 * 10.0**-decimals * (1 + _ROUNDING)).all() and _decimals(exact) != decimals:
                return f"are rounded to {counted(decimals, 'decimal')} in {side}"
        return _step(a, b) or _day(a, b, kind)


def _decimals(values: Doubles) -> int | None:
    """The least number of decimals with which all values can be written, None where they are more than 8."""
    return next((n for n in range(_MOST_DECIMALS + 1) if (np.round(values, n) == values).all()), None)


def _step(a: Doubles, b: Doubles) -> str:
    """A constant by which all values are apart; one pair alone is always apart by a constant."""
    if len(a) < 2:
        return ""
    shift, factor = b - a, b / a
    if (np.abs(shift - shift[0]) <= _ROUNDING * np.abs(shift[0])).all():
        epoch = f", as {_EPOCHS[abs(shift[0])]} counted from 1960 and from 1970 are" if abs(shift[0]) in _EPOCHS else ""
        return f"are {abs(shift[0]):.10g} {'more' if shift[0] > 0 else 'less'} in B{epoch}"
    if (factor == -1).all():
        return "have the other sign"
    if factor[0] and (np.abs(factor - factor[0]) <= _ROUNDING * np.abs(factor[0])).all():
        return f"are {factor[0]:.10g} times as large in B"
    return ""


def _day(a: Doubles, b: Doubles, kind: str) -> str:
    """Moments of the same day, or a day in one and a moment of it in the other."""
    if kind == "datetime" and (np.floor(a / _DAY) == np.floor(b / _DAY)).all():
        return "are of the same day"
    for side, days, moments in (("B", a, b), ("A", b, a)):
        if kind in ("date", "datetime") and (np.floor(moments / _DAY) == days).all():
            return f"are of the same day, with a time in {side}"
    return ""
