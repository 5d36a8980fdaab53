"""Which expressions keep a value as it was collected, and where clauses from combinations."""

from __future__ import annotations

import pytest

from clintrail.define.built.origins import is_equality, only_represents
from clintrail.define.built.value_level import where_clauses


@pytest.mark.parametrize(
    "text",
    [
        "ae.AETERM",
        "upper(trim(ae.AETERM))",
        "iso8601(ae.DAT, 'dd-mmm-yyyy', ae.TIM)",
        "ct(ae.SEV)",
        "coalesce(ds.SPEC, ds.REAS)",
        "ae.X[1:4]",
        "concat(a.X)",
    ],
)
def test_these_say_what_was_collected(text: str) -> None:
    assert only_represents(text)


@pytest.mark.parametrize(
    "text",
    [
        "ae.A + 1",
        "concat(a.X, a.Y)",
        "study_day(A, B)",
        "if(a.X = 'Y', 'Z')",
        "case when a.X = 1 then 2 end",
        "a.X || a.Y",
        "a.X is null",
        "max(a.X)",
        "-a.X",
    ],
)
def test_these_say_something_new(text: str) -> None:
    assert not only_represents(text)


def test_a_lookup_by_equal_values_is_told_from_one_by_ranges() -> None:
    assert is_equality("planned.GROUP = upper(rand.GROUP) and planned.ARM = ARM")
    assert not is_equality("within(ADY, window.AWLO, window.AWHI)")
    assert not is_equality("window.AWLO <= ADY and window.ARM = ARM")


def checks(clauses: object) -> list[list[tuple[str, str, tuple[str, ...]]]]:
    return [[(c.variable, c.comparator, c.values) for c in clause.checks] for clause in clauses]  # type: ignore[attr-defined]


def test_combinations_that_the_first_variable_tells_need_no_other() -> None:
    everything = [("A", "1"), ("A", "2"), ("B", "1")]
    assert checks(where_clauses("VS", ("TEST", "VISIT"), everything[:2], everything)) == [[("TEST", "EQ", ("A",))]]


def test_other_combinations_are_alternatives_that_hold_no_more() -> None:
    everything = [("A", "1"), ("A", "2"), ("B", "1"), ("B", "2"), ("C", "2")]
    found = where_clauses("VS", ("TEST", "VISIT"), [("A", "1"), ("B", "1"), ("C", "2")], everything)
    assert checks(found) == [
        [("TEST", "IN", ("A", "B")), ("VISIT", "EQ", ("1",))],
        [("TEST", "EQ", ("C",)), ("VISIT", "EQ", ("2",))],
    ]


def test_conditions_typed_by_what_they_leave_out_stay_so() -> None:
    everything = [("A",), ("B",), ("C",)]
    assert checks(where_clauses("VS", ("TEST",), everything[:2], everything, negated=True)) == [[("TEST", "NE", ("C",))]]
