"""Which texts the data types of dates, times and durations take."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from clintrail.define.check.data.iso import ANY, PATTERNS


def fits(pattern: str, text: str) -> bool:
    return bool(pc.match_substring_regex(pa.array([text]), pattern)[0].as_py())


# text | data types that take it
DRAWN = """
    2024-03-01                | date partialDate partialDatetime incompleteDate incompleteDatetime
    2024-03                   | partialDate partialDatetime incompleteDate incompleteDatetime
    2024                      | partialDate partialDatetime incompleteDate incompleteDatetime
    2024---15                 | incompleteDate incompleteDatetime
    --12-15                   | incompleteDate incompleteDatetime
    2024-03-01T08:30          | partialDatetime incompleteDatetime
    2024-03-01T08:30:15       | datetime partialDatetime incompleteDatetime
    2024-03-01T08:30:15.5Z    | datetime partialDatetime incompleteDatetime
    2024-03-01T-:30           | incompleteDatetime
    08:30:15                  | time partialTime incompleteTime
    08:30                     | partialTime incompleteTime
    -:30                      | incompleteTime
    P1Y2M                     | durationDatetime intervalDatetime
    PT2H30M                   | durationDatetime intervalDatetime
    P2W                       | durationDatetime intervalDatetime
    2024-03-01/2024-03-05     | intervalDatetime
    2024-03-01/P3D            | intervalDatetime
"""


@pytest.mark.parametrize("line", DRAWN.strip().splitlines())
def test_a_text_fits_these_types_and_no_others(line: str) -> None:
    text, types = (part.strip() for part in line.split("|"))
    assert fits(ANY, text)
    assert {name for name, pattern in PATTERNS.items() if fits(pattern, text)} == set(types.split())


@pytest.mark.parametrize(
    "text", ["01MAR2024", "2024-13-01", "2024-02-32", "2024/03/01", "2024-3-1", "2024-03-01 08:30", "P", "8:30", "UNKNOWN"]
)
def test_what_is_no_iso_8601_fits_nothing(text: str) -> None:
    assert not fits(ANY, text) and not any(fits(pattern, text) for pattern in PATTERNS.values())
