"""What the operators of CDISC's rules say of missing values, numbers, texts, dates, sets and order."""

from __future__ import annotations

import pytest
from core_drawn import found, records, skipped

AE = """
DOMAIN | USUBJID | AESEQ | AETERM   | AEDECOD  | AESTDTC
AE     | 01      | 1     | Headache | Headache | 2024-03-09
AE     | 01      | 2     | Nausea   |          | 2024-03
AE     | 02      | 3     |          |          |
"""


def one(name: str, operator: str, value: str = "") -> str:
    return f"all: [{{name: {name}, operator: {operator}{f', {value}' if value else ''}}}]"


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("equal_to", ["AE 1"]),
        ("not_equal_to", ["AE 2"]),  # two missing values are neither
        ("equal_to_case_insensitive", ["AE 1"]),
    ],
)
def test_missing_values_are_unequal_to_others_but_not_to_each_other(operator: str, expected: list[str]) -> None:
    assert records(one("--TERM", operator, "value: --DECOD"), ae=AE) == expected


def test_a_text_that_names_no_variable_is_a_constant() -> None:
    assert found(one("--TERM", "equal_to", "value: Nausea"), ae=AE) == ["AE 2 AETERM=Nausea"]


def test_a_variable_that_is_not_there_is_missing_where_it_is_compared_with() -> None:
    assert records(one("--TERM", "not_equal_to", "value: --MODIFY"), ae=AE) == ["AE 1", "AE 2"]


def test_a_rule_about_a_variable_that_is_not_there_is_not_for_the_dataset() -> None:
    assert skipped(one("--MODIFY", "non_empty"), ae=AE) == [("AE", "it has no AEMODIFY", True)]


def test_of_alternatives_those_that_can_be_asked_are_enough() -> None:
    check = "any: [{name: --MODIFY, operator: non_empty}, {name: --TERM, operator: empty}]"
    assert found(check, ae=AE) == ["AE 3 AEMODIFY=Not in dataset AETERM="]


def test_the_presence_of_variables_is_known_before_the_data_are_read() -> None:
    check = "all: [{name: --DECOD, operator: exists}, {name: --MODIFY, operator: not_exists}]"
    assert found(check, {"Sensitivity": "Dataset"}, ae=AE) == ["AE - AEDECOD=Headache AEMODIFY=Not in dataset"]
    assert found(one("--MODIFY", "exists"), ae=AE) == []


def test_not_turns_a_check_around() -> None:
    assert records("not: {name: --TERM, operator: empty}", ae=AE) == ["AE 1", "AE 2"]


def test_numbers_are_equal_but_for_the_noise_of_doubles() -> None:
    vs = """
    DOMAIN | USUBJID | VSSEQ | VSSTRESC | VSSTRESN
    VS     | 01      | 1     | 0.3      | 0.30000000000000004
    VS     | 01      | 2     | 0.3      | 0.3001
    VS     | 01      | 3     | 3.0      | 3
    """
    assert records(one("--STRESC", "not_equal_to", "value: --STRESN, type_insensitive: true"), vs=vs) == ["VS 2"]


def test_order_is_that_of_numbers_and_missing_ones_have_none() -> None:
    vs = """
    DOMAIN | USUBJID | VSSEQ | VSSTRESN
    VS     | 01      | 1     | 9
    VS     | 01      | 2     | 10
    VS     | 01      | 3     |
    """
    assert records(one("--STRESN", "less_than", "value: 10"), vs=vs) == ["VS 1"]
    assert records(one("--STRESN", "greater_than_or_equal_to", "value: 10"), vs=vs) == ["VS 2"]


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("matches_regex", "value: '[A-M]'", ["AE 1"]),
        ("not_matches_regex", "value: '[A-M]'", ["AE 2"]),  # a missing text does not lack the pattern
        ("suffix_matches_regex", "value: a, suffix: 3", ["AE 2"]),
        ("prefix_is_not_contained_by", "value: [He], prefix: 2", ["AE 2", "AE 3"]),
        ("longer_than", "value: 6", ["AE 1"]),
        ("contains", "value: ea", ["AE 1", "AE 2"]),
        ("starts_with", "value: Na", ["AE 2"]),
        ("ends_with", "value: ache", ["AE 1"]),
        ("is_contained_by", "value: [Nausea, Vomiting]", ["AE 2"]),
        ("is_not_contained_by", "value: [Nausea, Vomiting]", ["AE 1", "AE 3"]),
    ],
)
def test_texts_and_their_parts(operator: str, value: str, expected: list[str]) -> None:
    assert records(one("--TERM", operator, value), ae=AE) == expected


DATES = """
DOMAIN | USUBJID | AESEQ | AESTDTC          | AEENDTC
AE     | 01      | 1     | 2024-03-09       | 2024-03-10
AE     | 01      | 2     | 2024-03          | 2024-03-10
AE     | 01      | 3     | 2024-03-10T08:00 | 2024-03-10
AE     | 01      | 4     | 2024-03-10       | 2024-03-10
AE     | 01      | 5     | 2024-02-30       | 2024-03-10
AE     | 01      | 6     | 2025             | 2024-03-10
"""


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("date_less_than", ["AE 1"]),
        ("date_less_than_or_equal_to", ["AE 1", "AE 4"]),  # March 2024 may be either
        ("date_equal_to", ["AE 4"]),
        ("date_not_equal_to", ["AE 1", "AE 2", "AE 3", "AE 6"]),
        ("date_greater_than", ["AE 6"]),
    ],
)
def test_dates_are_compared_as_far_as_both_are_known_and_only_if_they_are_dates(operator: str, expected: list[str]) -> None:
    assert records(one("--STDTC", operator, "value: --ENDTC"), ae=DATES) == expected


def test_a_complete_date_has_a_day_of_the_calendar() -> None:
    assert records(one("--STDTC", "is_incomplete_date"), ae=DATES) == ["AE 2", "AE 5", "AE 6"]
    assert records(one("--STDTC", "is_incomplete_date"), ae=AE) == ["AE 2", "AE 3"]


def test_dates_with_gaps_and_intervals_are_valid_but_a_day_behind_a_year_is_not() -> None:
    ts = "\n".join(["DOMAIN|TSPARMCD|TSVAL", *(f"TS|X|{v}" for v in ("2003---15", "2003-12/2004", "2003-20", "-----T07:15", "12MAR2003"))])
    assert records(one("TSVAL", "invalid_date"), ts=ts) == ["TS 3", "TS 5"]


def test_durations_have_decimals_only_at_their_end() -> None:
    ts = "\n".join(["DOMAIN|TSPARMCD|TSVAL", *(f"TS|X|{v}" for v in ("P18Y", "P1.5Y", "P1.5Y2M", "PT", "P2W", "-P1D", "18"))])
    assert records(one("TSVAL", "invalid_duration", "negative: false"), ts=ts) == ["TS 3", "TS 4", "TS 6", "TS 7"]


def test_a_set_is_unique_over_all_records_and_missing_values_are_alike() -> None:
    lb = """
    DOMAIN | USUBJID | LBSEQ | LBTESTCD | VISITNUM           | LBSPEC
    LB     | 01      | 1     | ALT      | 1.3                |
    LB     | 01      | 2     | ALT      | 1.3000000000000003 |
    LB     | 01      | 3     | ALT      | 2                  |
    """
    assert records(one("--TESTCD", "is_not_unique_set", "value: [USUBJID, VISITNUM, --SPEC, --CAT]"), lb=lb) == ["LB 1", "LB 2"]


def test_one_to_one_fails_on_both_sides_and_a_missing_value_is_another() -> None:
    ts = """
    DOMAIN | TSPARMCD | TSPARM
    TS     | AGEMAX   | Maximum age
    TS     | AGEMAX   | Oldest
    TS     | AGEMIN   | Minimum age
    TS     | AGELOW   | Minimum age
    TS     | SSTDTC   | Start
    TS     | SSTDTC   | Start
    TS     | SENDTC   | End
    TS     | SENDTC   |
    """
    check = one("TSPARM", "is_not_unique_relationship", "value: TSPARMCD")
    assert records(check, ts=ts) == ["TS 1", "TS 2", "TS 3", "TS 4", "TS 7", "TS 8"]


def test_the_rarer_value_disagrees_and_of_equally_common_ones_all() -> None:
    lb = """
    DOMAIN | USUBJID | LBSEQ | LBTESTCD | LBSTRESU
    LB     | 01      | 1     | ALT      | U/L
    LB     | 01      | 2     | ALT      | U/L
    LB     | 01      | 3     | ALT      | g/L
    LB     | 01      | 4     | ALB      | g/L
    LB     | 01      | 5     | ALB      |
    """
    assert records(one("--STRESU", "is_inconsistent_across_dataset", "value: --TESTCD"), lb=lb) == ["LB 3", "LB 4", "LB 5"]


SE = """
DOMAIN | USUBJID | SESEQ | ETCD | SESTDTC    | SEENDTC
SE     | 01      | 1     | SCR  | 2024-01-01 | 2024-01-10
SE     | 01      | 2     | TRT  | 2024-01-11 |
SE     | 01      | 3     | FUP  | 2024-02-01 |
SE     | 02      | 2     | TRT  | 2024-03-01 | 2024-03-02
SE     | 02      | 1     | SCR  | 2024-03-02 | 2024-03-09
"""


def test_an_element_ends_where_the_next_begins() -> None:
    check = one("SEENDTC", "does_not_have_next_corresponding_record", "value: SESTDTC, within: USUBJID, ordering: SESEQ")
    assert records(check, se=SE) == ["SE 1", "SE 2", "SE 5"]


def test_only_the_last_record_of_a_group_may_be_empty() -> None:
    assert records(one("SEENDTC", "empty_within_except_last_row", "value: USUBJID, ordering: SESTDTC"), se=SE) == ["SE 2"]


def test_numbers_that_do_not_follow_the_dates_are_out_of_place() -> None:
    check = one("SESEQ", "target_is_not_sorted_by", "value: [{name: SESTDTC, sort_order: asc, null_position: last}], within: USUBJID")
    assert records(check, se=SE) == ["SE 4", "SE 5"]


def test_a_relation_needs_two_records() -> None:
    relrec = """
    RDOMAIN | USUBJID | IDVAR | IDVARVAL | RELID
    AE      | 01      | AESEQ | 1        | A
    CM      | 01      | CMSEQ | 1        | A
    AE      | 01      | AESEQ | 2        | B
    """
    assert records(one("RELID", "not_present_on_multiple_rows_within", "within: USUBJID"), relrec=relrec) == ["RELREC 3"]


def test_an_operator_that_is_not_known_is_told_and_not_passed_over() -> None:
    assert skipped(one("--TERM", "rhymes_with", "value: ache"), ae=AE) == [("AE", "the operator rhymes_with is not known", False)]
