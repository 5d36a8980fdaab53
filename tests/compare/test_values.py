"""What counts as the same value, and what is told of values that are not."""

from __future__ import annotations

import math
from datetime import date, datetime
from datetime import time as clock
from typing import Any

import pyarrow as pa
import pytest
from two_datasets import compare, dataset, differences

from clintrail.compare import Options, compare_datasets
from clintrail.transport.dataset import Dataset, Variable


def test_equal_datasets_have_no_finding() -> None:
    drawn = """
        USUBJID | AGE# | SEX
        S1      | 40   | F
        S2      |      |
    """
    found = compare(drawn, drawn, by=("USUBJID",))
    assert (list(found.findings()), found.paired, len(found.variables)) == ([], 2, 2)


def test_a_differing_value_is_shown_with_its_key_and_both_values() -> None:
    found = compare(
        """
        USUBJID | AESEQ# | AESEV    | AVAL#
        S1      | 1      | MILD     | 1.5
        S1      | 2      | MODERATE | 2
        S2      | 1      | MILD     |
        """,
        """
        USUBJID | AESEQ# | AESEV    | AVAL#
        S1      | 1      | MILD     | 1.5
        S1      | 2      | SEVERE   | 2
        S2      | 1      |          | 3.25
        """,
        by=("USUBJID", "AESEQ"),
    )
    assert differences(found) == {"AESEV": [("S1", "2", "MODERATE", "SEVERE"), ("S2", "1", "MILD", "")], "AVAL": [("S2", "1", ".", "3.25")]}
    severity, value = found.variables
    assert (severity.compared, severity.differing, severity.missing_a, severity.missing_b) == (3, 2, 0, 1)
    assert (value.compared, value.differing, value.missing_a, value.missing_b, value.sizes) == (3, 1, 1, 0, None)
    assert found.differing_records == 2


def text(values: list[str | None]) -> Dataset:
    return Dataset("XX", "", (Variable("T"),), pa.table({"T": pa.array(values, pa.string())}))


@pytest.mark.parametrize("a, b, is_same", [("x", "x  ", True), ("", None, True), ("  ", None, True), (" x", "x", False), ("x", "X", False)])
def test_blanks_count_in_front_but_not_at_the_end_and_case_counts(a: str | None, b: str | None, is_same: bool) -> None:
    assert bool(compare_datasets(text([a]), text([b])).different) is not is_same


@pytest.mark.parametrize(
    "a, b, is_same", [(".", ".", True), (".A", ".A", True), (".", ".A", False), (".A", ".B", False), (".A", "1", False)]
)
def test_a_special_missing_value_is_equal_only_to_its_own_kind(a: str, b: str, is_same: bool) -> None:
    found = compare(f"X#\n{a}", f"X#\n{b}", absolute=1e9)
    assert differences(found) == ({} if is_same else {"X": [(a, b)]})


@pytest.mark.parametrize(
    "options, differing",
    [
        ({}, 4),
        ({"absolute": 0.1}, 2),  # 1 against 1.05, and 0.001 against 0.0011
        ({"relative": 0.01}, 3),  # 100 against 100.5
        ({"absolute": 0.001, "relative": 0.01}, 2),
    ],
)
def test_tolerances_are_absolute_or_relative_and_either_makes_numbers_equal(options: dict[str, float], differing: int) -> None:
    found = compare("X#\n1\n100\n0.001\n0", "X#\n1.05\n100.5\n0.0011\n0.5", **options)
    assert sum(v.differing for v in found.different) == differing


def test_the_relative_measure_divides_by_the_mean_of_both_sizes_as_sas_does() -> None:
    found = compare("X#\n10\n-4", "X#\n30\n4").variables[0]
    assert found.sizes is not None
    assert (found.sizes.largest, found.sizes.relative) == (20.0, 2.0)
    assert found.sizes.root_mean_square == pytest.approx(math.sqrt((400 + 64) / 2))


def test_zero_is_equal_to_negative_zero_and_infinities_are_equal_to_themselves_only() -> None:
    values: list[list[float]] = [[0.0, math.inf, math.inf, 1e308], [-0.0, math.inf, 1.0, -1e308]]
    a, b = (Dataset("XX", "", (Variable("X", type="Num"),), pa.table({"X": pa.array(side)})) for side in values)
    assert compare_datasets(a, b).variables[0].differing == 2
    assert compare_datasets(a, b, Options(relative=0.5, absolute=1e300)).variables[0].differing == 2


DAY, MOMENT, CLOCK = date(2024, 2, 29), datetime(2024, 2, 29, 12, 30), clock(12, 30)
TYPED: dict[str, Any] = {"ADT": pa.array([DAY, None]), "ADTM": pa.array([MOMENT, None]), "ATM": pa.array([CLOCK, None])}


def typed() -> Dataset:
    return Dataset("XX", "", tuple(Variable(name, type="Num") for name in TYPED), pa.table(TYPED))


def test_dates_and_times_of_other_formats_are_the_numbers_of_sas_that_mean_them() -> None:
    sas = dataset("ADT#|ADTM#|ATM#\n23435|2024829000|45000\n||", ADT="DATE9.", ADTM="DATETIME20.", ATM="TIME8.")
    assert compare_datasets(sas, typed()).different == ()
    off = dataset("ADT#|ADTM#|ATM#\n23436|2024829001|45000\n||", ADT="DATE9.", ADTM="DATETIME20.", ATM="TIME8.")
    found = compare_datasets(off, typed())
    assert differences(found) == {
        "ADT": [("2024-03-01", "2024-02-29")],
        "ADTM": [("2024-02-29T12:30:01", "2024-02-29T12:30:00")],
    }
    assert [v.kind for v in found.variables] == ["date", "datetime", "time"]


def test_a_date_is_equal_to_its_midnight_in_another_format_but_not_among_numbers_of_sas() -> None:
    midnight = Dataset("XX", "", (Variable("ADT", type="Num"),), pa.table({"ADT": pa.array([datetime(2024, 2, 29)])}))
    days, seconds = dataset("ADT#\n23435", ADT="DATE9."), dataset("ADT#\n2024784000", ADT="DATETIME20.")
    assert compare_datasets(days, midnight).different == ()
    assert compare_datasets(days, seconds).variables[0].hints == ("all are of the same day, with a time in B",)


def test_text_beside_numbers_is_read_as_numbers_and_dates_and_what_cannot_be_read_differs() -> None:
    a = dataset("X#|ADT#\n61.5|23435\n100|23435\n7|23435\n.|.", ADT="DATE9.")
    b = dataset("X|ADT\n61.50|2024-02-29\n1e2|2024-02-30\nseven|23435\n|")
    assert differences(compare_datasets(a, b)) == {"X": [("7", "seven")], "ADT": [("2024-02-29", "2024-02-30")]}


def test_values_that_cannot_be_printed_are_shown_escaped() -> None:
    assert differences(compare_datasets(text(["a\x1b[2Jb"]), text(["a\nb"]))) == {"T": [("a\\x1b[2Jb", "a\\nb")]}


def test_only_and_ignore_choose_variables_whatever_the_case() -> None:
    a, b = "K|X#|Y#|Z\n1|1|1|1", "K|X#|Y#|W\n1|2|2|2"
    assert [v.name for v in compare(a, b, by=("k",), only=("x",)).variables] == ["X"]
    found = compare(a, b, by=("K",), ignore=("y", "w"))
    assert ([v.name for v in found.variables], found.variables_only_a, found.variables_only_b) == (["X"], ("Z",), ())


def test_examples_are_as_many_as_asked_for_and_none_shows_no_data() -> None:
    a, b = "X#\n" + "1\n" * 9, "X#\n" + "2\n" * 9
    assert [len(compare(a, b, examples=count).variables[0].examples) for count in (0, 3, 99)] == [0, 3, 9]


def test_datasets_without_records_or_without_common_variables_are_compared_too() -> None:
    assert list(compare("K|X#", "K|X#", by=("K",)).findings()) == []
    found = compare("X#\n1", "Y#\n1")
    assert [finding.text for finding in found.findings()] == ["only in A", "only in B"]
