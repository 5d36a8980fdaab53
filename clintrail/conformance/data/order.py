"""Which variables are out of the guide's order: as few as can be, those without which the others are in order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


def misplaced(places: Sequence[int]) -> list[int]:
    """The positions in `places` (from 0) outside the longest increasing run through them, of several the one with the smallest end.

    Source: the longest increasing subsequence, by patience sorting.
    """
    tops: list[int] = []  # the smallest end of a run of each length
    ends: list[int] = []  # where that end stands
    before: list[int] = []  # what precedes each place in its run, -1 for nothing
    for index, place in enumerate(places):
        length = bisect_left(tops, place)
        before.append(ends[length - 1] if length else -1)
        if length == len(tops):
            tops.append(place)
            ends.append(index)
        else:
            tops[length], ends[length] = place, index
    kept = set()
    index = ends[-1] if ends else -1
    while index >= 0:
        kept.add(index)
        index = before[index]
    return [index for index in range(len(places)) if index not in kept]
