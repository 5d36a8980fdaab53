"""Which records of two datasets belong together: those of the same key, or of the same number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clintrail.compare.columns import Pair, as_doubles, tags

Rows = NDArray[np.int64]
_LARGEST = 1 << 62
_NONE: Rows = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Repeats:
    """Keys that several records have: how many keys, how many records, and the first record of each of some with their number."""

    keys: int = 0
    records: int = 0
    first: Rows = field(default_factory=lambda: _NONE)
    counts: Rows = field(default_factory=lambda: _NONE)


@dataclass(frozen=True)
class Alignment:
    """`a` and `b` are the rows that belong together, in the order of A; None means all rows of the side in their order."""

    paired: int
    a: Rows | None
    b: Rows | None
    only_a: Rows
    only_b: Rows
    repeats_a: Repeats = field(default_factory=Repeats)
    repeats_b: Repeats = field(default_factory=Repeats)
    in_order: bool = True


def by_position(count_a: int, count_b: int) -> Alignment:
    """The first record with the first and so on; those at the end of the longer side are left."""
    paired = min(count_a, count_b)
    all_a, all_b = np.arange(count_a), np.arange(count_b)
    return Alignment(
        paired, None if paired == count_a else all_a[:paired], None if paired == count_b else all_b[:paired], all_a[paired:], all_b[paired:]
    )


def by_keys(keys: Sequence[Pair], examples: int) -> Alignment:
    """Records of equal keys; those of a key that repeats in their order: the first with the first and so on, as PROC COMPARE does.

    Keys are equal exactly, whatever tolerance there is for values. `examples` is how many repeated keys are found.
    """
    same_order = len(keys[0].a) == len(keys[0].b) and all(_same(key) for key in keys)
    if same_order and _is_ascending(keys):
        return Alignment(len(keys[0].a), None, None, _NONE, _NONE)
    codes_a, codes_b = key_codes(keys, only_a=same_order)
    repeats_a = _repeats(codes_a, examples)
    if same_order:
        return Alignment(len(codes_a), None, None, _NONE, _NONE, repeats_a, repeats_a)
    repeats_b = _repeats(codes_b, examples)
    if repeats_a.keys or repeats_b.keys:
        codes_a, codes_b = _numbered(codes_a, codes_b)
    return _match(codes_a, codes_b, repeats_a, repeats_b)


def is_unique(codes: Rows) -> bool:
    """Whether no key repeats."""
    ordered = np.sort(codes)
    return not bool((ordered[1:] == ordered[:-1]).any())


def key_codes(keys: Sequence[Pair], *, only_a: bool = False) -> tuple[Rows, Rows]:
    """A whole number for each record of both sides, the same for equal keys. With `only_a` those of B are left out."""
    count = len(keys[0].a)
    codes, size = np.zeros(count + (0 if only_a else len(keys[0].b)), dtype=np.int64), 1
    for key in keys:
        part, distinct = _encode(_key_values(key, only_a=only_a))
        if size * distinct >= _LARGEST:
            codes, size = _encode(pa.chunked_array([pa.array(codes)]))
        codes, size = codes * distinct + part, size * distinct
    return codes[:count], codes[count:]


def _same(key: Pair) -> bool:
    """Whether a key is the same in every record of both sides."""
    if key.a.equals(key.b):
        return True
    if key.kind == "text":
        return False
    return bool((_bits(key.a) == _bits(key.b)).all())


def _is_ascending(keys: Sequence[Pair]) -> bool:
    """Whether A is sorted by its keys and none repeats, as most datasets are: quicker found than by numbering the keys."""
    count = max(0, len(keys[0].a) - 1)
    rises, same = np.zeros(count, dtype=np.bool_), np.ones(count, dtype=np.bool_)
    for key in keys:
        values = pc.fill_null(key.a, "") if key.kind == "text" else pa.chunked_array([pa.array(as_doubles(key.a))])
        before, after = values.slice(0, count), values.slice(1)
        rises |= same & np.asarray(pc.less(before, after))
        same &= np.asarray(pc.equal(before, after))
    return bool(rises.all())


def _key_values(key: Pair, *, only_a: bool) -> pa.ChunkedArray:
    sides = [key.a] if only_a else [key.a, key.b]
    if key.kind == "text":
        return pc.fill_null(pa.chunked_array([chunk for side in sides for chunk in side.chunks], type=pa.string()), "")
    return pa.chunked_array([pa.array(_bits(side)) for side in sides])


def _bits(column: pa.ChunkedArray) -> Rows:
    """Numbers as patterns of bits that are equal where the numbers are: one zero, and one NaN for each kind of missing value."""
    values = as_doubles(column)
    plain = np.where(np.isnan(values), np.float64("nan"), values + 0.0)
    return plain.view(np.int64) | tags(values).astype(np.int64)


def _encode(values: pa.ChunkedArray) -> tuple[Rows, int]:
    """The place of each value among the distinct ones, and how many those are."""
    encoded = values.dictionary_encode()
    if not encoded.num_chunks:
        return _NONE, 1
    indices = [np.asarray(chunk.indices) for chunk in encoded.chunks]
    return np.concatenate(indices).astype(np.int64), max(1, len(encoded.chunk(encoded.num_chunks - 1).dictionary))


def _repeats(codes: Rows, examples: int) -> Repeats:
    if is_unique(codes):
        return Repeats()
    distinct, first, counts = np.unique(codes, return_index=True, return_counts=True)
    where = np.flatnonzero(counts > 1)
    shown = where[np.argsort(first[where])][:examples]
    return Repeats(len(where), int(counts[where].sum()), first[shown], counts[shown])


def _numbered(codes_a: Rows, codes_b: Rows) -> tuple[Rows, Rows]:
    """Codes in which the number of a record among those of its key has its part, so that none repeats on one side."""
    dense, _ = _encode(pa.chunked_array([pa.array(codes_a), pa.array(codes_b)]))
    sides = (dense[: len(codes_a)], dense[len(codes_a) :])
    numbers = [_number_within(side) for side in sides]
    most = 1 + max(int(number.max(initial=0)) for number in numbers)
    code_a, code_b = (side * most + number for side, number in zip(sides, numbers, strict=True))
    return code_a, code_b


def _number_within(codes: Rows) -> Rows:
    """The number of each record among those of its code, from 0, in their order."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(codes) else _NONE
    within = np.arange(len(codes)) - np.repeat(starts, np.diff(np.append(starts, len(codes))))
    numbers = np.empty_like(codes)
    numbers[order] = within
    return numbers


def _match(codes_a: Rows, codes_b: Rows, repeats_a: Repeats, repeats_b: Repeats) -> Alignment:
    """Rows of equal codes, no code repeating on one side."""
    dense, size = _encode(pa.chunked_array([pa.array(codes_a), pa.array(codes_b)]))
    dense_a, dense_b = dense[: len(codes_a)], dense[len(codes_a) :]
    place_b = np.full(size, -1, dtype=np.int64)
    place_b[dense_b] = np.arange(len(dense_b))
    partner = place_b[dense_a]
    rows_a = np.flatnonzero(partner >= 0)
    rows_b = partner[rows_a]
    left = np.ones(len(dense_b), dtype=np.bool_)
    left[rows_b] = False
    in_order = bool((rows_b[1:] > rows_b[:-1]).all())
    all_a, all_b = len(rows_a) == len(dense_a), in_order and len(rows_b) == len(dense_b)
    return Alignment(
        len(rows_a), None if all_a else rows_a, None if all_b else rows_b,
        np.flatnonzero(partner < 0), np.flatnonzero(left), repeats_a, repeats_b, in_order,
    )  # fmt: skip
