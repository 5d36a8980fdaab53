"""Which cells hold a raw cell in their trail: the plan followed forwards, column by column, with whole arrays."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from clintrail.compile.plan import Input
from clintrail.trail.read import Trail

Masks = dict[tuple[str, str], np.ndarray]
_ROWS = ("_from", "_prev", "_added", "_each", "_columns")


class Propagation:
    """Follows marks from raw cells to every cell that has them in its trail."""

    def __init__(self, trail: Trail) -> None:
        self.trail = trail
        frames = trail.document["frames"]
        nodes = [(c.level, 1, key) for key, c in trail.columns.items()]
        nodes += [(frames[name]["level"], 0, (name, "_exists")) for name in frames]
        self._order = [key for _, _, key in sorted(nodes)]

    def forward(self, raw_marks: Masks) -> Masks:
        """For each (frame, column) the rows whose cell has a marked raw cell in its trail; also (frame, `_exists`) and (frame, `_row`)."""
        masks: Masks = dict(raw_marks)
        self._raw_rows(masks)
        for frame, column in self._order:
            inputs = self.trail.row_inputs[frame] if column == "_exists" else self.trail.columns[frame, column].inputs
            mask = self._any(frame, inputs, masks)
            if mask is not None:
                masks[frame, column] = mask | masks[frame, column] if (frame, column) in masks else mask
            if column == "_exists":
                self._row_numbers(frame, masks)
        return masks

    def _raw_rows(self, masks: Masks) -> None:
        """Row numbers follow all cells of a raw record."""
        for frame, column in list(masks):
            seen = masks.get((frame, "_row"))
            masks[frame, "_row"] = masks[frame, column] if seen is None else seen | masks[frame, column]

    def _row_numbers(self, frame: str, masks: Masks) -> None:
        """A built row's number follows the numbers of the rows that it came from."""
        links = [c for (f, n), c in self.trail.columns.items() if f == frame and (n in _ROWS or n.startswith("_with ")) and c.target]
        needed = [Input(c.target, "_row", c.name) for c in links]
        mask = self._any(frame, needed, masks)
        if mask is not None:
            masks[frame, "_row"] = mask

    def _any(self, frame: str, inputs: Iterable[Input], masks: Masks) -> np.ndarray | None:
        found: np.ndarray | None = None
        for needed in inputs:
            marked = masks.get((needed.frame, needed.column))
            if marked is None or not marked.any():
                continue
            reached = self._reached(frame, needed, marked)
            found = reached if found is None else found | reached
        return found

    def _reached(self, frame: str, needed: Input, marked: np.ndarray) -> np.ndarray:
        """Rows of `frame` that reach a marked row by this input."""
        trail, size = self.trail, self.trail.size(frame)
        holds = np.ones(size, dtype=bool)
        for column, value in needed.when:
            holds &= trail.link(frame, column) == value
        if needed.via == "":
            reached = marked.copy()
        elif needed.via == "*":
            reached = np.ones(size, dtype=bool)
        elif needed.via in trail.frame(frame)["relations"]:
            first, second = trail.pairs(frame, needed.via)
            if trail.is_grouped(frame, needed.via):
                groups = np.unique(second[marked[first]])
                hit = np.isin(second, groups)
            else:
                hit = marked[second]
            reached = np.zeros(size, dtype=bool)
            reached[first[hit]] = True
        else:
            links = trail.link(frame, needed.via)
            reached = np.zeros(size, dtype=bool)
            there = holds & (links >= 0)
            reached[there] = marked[links[there]]
        return reached & holds


def resolved(trail: Trail) -> Masks:
    """For each (frame, column) the rows whose cell leads back to raw cells or to a constant of the spec."""
    start: Masks = {}
    for key, column in trail.columns.items():
        if column.kind == "raw" or column.constant:
            start[key] = np.ones(trail.size(key[0]), dtype=bool)
        elif column.constant_sources:
            start[key] = np.isin(trail.link(key[0], "_source"), column.constant_sources)
    for name, frame in trail.document["frames"].items():
        if frame["kind"] in ("form", "input", "table", "codelist"):
            start[name, "_exists"] = np.ones(trail.size(name), dtype=bool)
    return Propagation(trail).forward(start)
