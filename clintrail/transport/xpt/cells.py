"""Columns of a block of records as the bytes that an XPT file holds, and what it cannot hold of their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.transport.missing import tags_of
from clintrail.transport.xpt import ibm
from clintrail.transport.xpt.columns import (
    as_numbers,
    in_encoding,
    is_ascii,
    is_exact,
    plain_text,
    text_bytes,
    text_sizes,
    trimmed,
)

Cells: TypeAlias = np.ndarray[tuple[int], np.dtype[np.void]]


@dataclass(frozen=True)
class Fault:
    """Values of one column of a block that are alike in what is wrong: how many, the first one's record in the block, the longest."""

    kind: str
    count: int
    first: int
    longest: int = 0


@dataclass(frozen=True)
class _Text:
    """Distinct or single values as cells, and masks of those with a fault. Without cells where a fault leaves none."""

    cells: Cells | None
    masks: dict[str, ibm.Mask]
    longest: int


def text_cells(column: pa.Array, length: int | None, encoding: str) -> tuple[Cells | None, list[Fault]]:
    """A column's text as cells of `length` bytes, blank where null; none where a value is too long or outside the encoding.

    Without a length, only the characters are looked at.
    """
    if not pa.types.is_dictionary(column.type):
        found = _text_cells(column, length, encoding)
        return found.cells, _faults(found.masks, found.longest)
    if len(column.dictionary) >= len(column):
        return text_cells(column.cast(column.type.value_type), length, encoding)
    places = np.asarray(column.indices.fill_null(0)).astype(np.intp)
    filled = np.asarray(column.indices.is_valid())
    values = np.flatnonzero(np.bincount(places[filled], minlength=len(column.dictionary)))  # of what is used, and a blank
    new_places = np.zeros(len(column.dictionary), dtype=np.intp)
    new_places[values] = np.arange(len(values))
    places = np.where(filled, new_places[places], len(values)) if len(values) else np.zeros(len(column), dtype=np.intp)
    taken = pa.concat_arrays([column.dictionary.take(pa.array(values)), pa.nulls(1, column.type.value_type)])
    found = _text_cells(taken, length, encoding)
    cells = None if found.cells is None else found.cells[places]
    return cells, _faults({kind: mask[places] for kind, mask in found.masks.items()}, found.longest)


def _text_cells(column: pa.Array, length: int | None, encoding: str) -> _Text:
    text, masks = plain_text(column), {}
    if not is_ascii(text):
        masks["beyond ascii"] = ~np.asarray(pc.string_is_ascii(text))
        text, foreign = in_encoding(text, encoding)
        if foreign is not None:
            masks = {"foreign": foreign}
    if length is None:
        return _Text(None, masks, 0)
    sizes = text_sizes(text)
    longest = int(sizes.max(initial=0))
    if longest > length:  # by trailing blanks, or really
        text = trimmed(text)
        sizes = text_sizes(text)
        longest = int(sizes.max(initial=0))
        if longest > length:
            masks["long"] = sizes > length
    if "long" in masks or "foreign" in masks:
        return _Text(None, masks, longest)
    data = text_bytes(text)
    if len(data) != len(text) * length:  # else every value is as long as the longest
        data = text_bytes(pc.ascii_rpad(text, width=length))
    return _Text(np.frombuffer(data, dtype=f"V{length}", count=len(text)), masks, longest)


def number_cells(column: pa.Array, nan_is_missing: bool) -> tuple[Cells, list[Fault]]:
    """A column's numbers as IBM doubles, tagged NaNs as special missing values. Other NaNs are missing, or a fault."""
    numbers = as_numbers(column)
    values = np.asarray(numbers.fill_null(0.0))
    sizes = np.abs(values)
    patterns = ibm.to_ibm(values)
    masks: dict[str, ibm.Mask] = {"tiny": (sizes < ibm.SMALLEST) & (sizes > 0)}
    nan = np.isnan(values)
    if nan.any():
        tags = tags_of(values)
        np.copyto(patterns, np.where(tags > 0, tags, ibm.MISSING_BYTE).astype(np.uint64) << np.uint64(56), where=nan)
        if not nan_is_missing:
            masks["infinite"] = nan & (tags == 0)
    if np.fmax.reduce(sizes, initial=0.0) >= ibm.TOO_LARGE:
        masks["infinite"] = masks.get("infinite", False) | np.isinf(values)
        masks["large"] = np.isfinite(values) & (sizes >= ibm.TOO_LARGE)
    exact = is_exact(column)
    if not exact.all():
        masks["inexact"] = ~exact
    if numbers.null_count:
        patterns[np.asarray(numbers.is_null())] = ibm.MISSING
    return patterns.astype(">u8").view("V8"), _faults(masks, 0)


def _faults(masks: dict[str, ibm.Mask], longest: int) -> list[Fault]:
    return [Fault(kind, int(np.count_nonzero(mask)), int(np.argmax(mask)), longest) for kind, mask in masks.items() if mask.any()]
