"""Which of some places are out of order: as few as can be."""

from __future__ import annotations

import pytest

from clintrail.conformance.data.order import misplaced


@pytest.mark.parametrize(
    ("places", "wrong"),
    [
        ([], []),
        ([0, 1, 2], []),
        ([3, 0, 1, 2], [0]),  # the first belongs last: not all behind it are wrong
        ([1, 2, 3, 0], [3]),
        ([0, 3, 1, 2, 4], [1]),
        ([1, 0], [0]),  # of two runs of the same length the one with the smaller end is in order
        ([2, 1, 0], [0, 1]),
    ],
)
def test_the_fewest_places_are_told_whose_removal_leaves_the_others_in_order(places: list[int], wrong: list[int]) -> None:
    assert misplaced(places) == wrong
