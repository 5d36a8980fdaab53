"""Which records are compared with which."""

from __future__ import annotations

import pytest
from two_datasets import compare, dataset, differences

from clintrail.compare import Options, compare_datasets
from clintrail.errors import Severity


def test_records_are_paired_by_key_in_whatever_order_they_stand() -> None:
    found = compare(
        """
        USUBJID | SEQ# | X
        S1      | 1    | a
        S1      | 2    | b
        S2      | 1    | c
        """,
        """
        USUBJID | SEQ# | X
        S2      | 1    | c
        S1      | 2    | changed
        S1      | 1    | a
        """,
        by=("USUBJID", "SEQ"),
    )
    assert differences(found) == {"X": [("S1", "2", "b", "changed")]}
    (example,) = found.variables[0].examples
    assert (example.record_a, example.record_b) == (2, 2)
    assert found.notes == ("records stand in another order",)


def test_records_that_only_one_side_has_are_counted_and_shown_by_key() -> None:
    found = compare(
        """
        K | X
        1 | a
        2 | b
        4 | d
        """,
        """
        K | X
        0 | z
        2 | b
        3 | c
        4 | d
        5 | e
        """,
        by=("K",), examples=2,
    )  # fmt: skip
    assert (found.paired, found.different) == (2, ())
    assert (found.only_a.count, found.only_a.examples) == (1, ((1, ("1",)),))
    assert (found.only_b.count, found.only_b.examples) == (3, ((1, ("0",)), (3, ("3",))))


def test_records_of_a_repeated_key_are_compared_in_their_order_with_a_warning() -> None:
    found = compare(
        """
        K | X
        1 | a
        2 | b
        1 | c
        2 | d
        """,
        """
        K | X
        2 | b
        1 | a
        2 | D
        2 | e
        1 | c
        """,
        by=("K",),
    )
    assert differences(found) == {"X": [("2", "d", "D")]}
    assert (found.paired, found.only_a.count, found.only_b.examples) == (4, 0, ((4, ("2",)),))
    assert (found.duplicates_a.keys, found.duplicates_a.records, found.duplicates_a.examples) == (2, 4, ((2, ("1",)), (2, ("2",))))
    assert found.duplicates_b.examples == ((3, ("2",)), (2, ("1",)))
    assert [f.severity for f in found.findings() if "more than one record" in f.text] == [Severity.WARNING] * 2


def test_a_repeated_key_is_told_even_where_both_sides_are_the_same() -> None:
    drawn = "K|X\n2|a\n1|b\n1|c"
    found = compare(drawn, drawn, by=("K",))
    assert (found.duplicates_a.keys, found.duplicates_b.keys, found.different) == (1, 1, ())


def test_a_repeated_key_is_told_though_some_part_of_the_key_rises_from_record_to_record() -> None:
    drawn = "K1|K2\n1|2\n2|1\n1|2"
    assert compare(drawn, drawn, by=("K1", "K2")).duplicates_a.examples == ((2, ("1", "2")),)


def test_missing_keys_are_keys_and_each_kind_of_missing_its_own() -> None:
    found = compare("K#|X\n.A|a\n.|b\n0|c", "K#|X\n-0|c\n.|b\n.A|a", by=("K",))
    assert (found.paired, found.different) == (3, ())


def test_keys_are_equal_as_values_are_whatever_the_format() -> None:
    a = dataset("ID|ADT#|X\nS1 |23435|a", ADT="DATE9.")
    b = dataset("ID|ADT|X\nS1|2024-02-29|b")
    assert differences(compare_datasets(a, b, Options(by=("ID", "ADT")))) == {"X": [("S1", "2024-02-29", "a", "b")]}


def test_without_keys_records_are_paired_by_their_number() -> None:
    found = compare("X\na\nb", "X\na\nc\nd")
    assert (found.keys, found.why_keys, found.paired) == ((), "no usual key is unique in both", 2)
    assert (differences(found), found.only_b.examples) == ({"X": [("b", "c")]}, ((3, ()),))


SEVERAL = "STUDYID|USUBJID|AESEQ#|AEDECOD|AESTDTC|X"


@pytest.mark.parametrize(
    "rows, keys",
    [
        ("A|S1|1|Rash|2024|x\nA|S1|2|Rash|2024|y", ("STUDYID", "USUBJID", "AESEQ")),
        ("A|S1|1|Rash|2024|x\nA|S1|1|Itch|2024|y", ("STUDYID", "USUBJID", "AEDECOD", "AESTDTC")),
        ("A|S1|1|Rash|2024|x\nA|S1|1|Rash|2024|y", ()),
    ],
)
def test_usual_keys_are_taken_where_they_are_unique_on_both_sides(rows: str, keys: tuple[str, ...]) -> None:
    ae = dataset(f"{SEVERAL}\n{rows}", "AE")
    assert compare_datasets(ae, ae).keys == keys


def test_usual_keys_need_no_study_but_all_else() -> None:
    dm, ae = dataset("USUBJID|SEX\nS1|F", "DM"), dataset("USUBJID|AETERM\nS1|Rash", "AE")
    assert (compare_datasets(dm, dm).keys, compare_datasets(ae, ae).keys) == (("USUBJID",), ())


def test_keys_that_tell_no_records_apart_are_not_shown() -> None:
    found = compare(
        f"{SEVERAL}\nA|S1|1|Rash|2024|x\nA|S2|1|Rash|2024|x", f"{SEVERAL}\nA|S1|1|Rash|2024|y", by=("STUDYID", "USUBJID", "AESEQ")
    )
    assert (found.shown_keys, found.only_a.examples, differences(found)) == (("USUBJID",), ((2, ("S2",)),), {"X": [("S1", "x", "y")]})


def test_keys_whose_numbers_together_are_too_many_for_one_number_are_still_told_apart() -> None:
    names = [f"K{number}" for number in range(12)]
    rows = ["|".join([str(row)] * 12) for row in range(64)] + ["|".join(["1"] + ["0"] * 11)]  # 64 to the power of 12 is 2 to that of 72
    a, b = ("\n".join(["|".join(names), *side]) for side in (rows, rows[::-1]))
    found = compare(a, b, by=tuple(names))
    assert (found.paired, found.only_a.count, found.duplicates_a.keys) == (65, 0, 0)
