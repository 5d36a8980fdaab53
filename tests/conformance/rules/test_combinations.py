"""Rules that look at each combination of values once (`distinct:`), however many records have it."""

from __future__ import annotations

from pathlib import Path

from drawn_rules import checked

ADVS = "USUBJID,PARAMCD,PARAM\n01,SYSBP,Systolic\n02,SYSBP,Systolic\n03,SYSBP,Upper\n03,DIABP,Lower\n"


def test_the_first_record_stands_for_all_that_have_the_combination(tmp_path: Path) -> None:
    rule = (
        "distinct: PARAMCD, PARAM\ngroups:\n  code: PARAMCD\ncondition: count(PARAM) over code = 1\n"
        "message: '{PARAM} in {records}'\n"
    )  # fmt: skip
    assert checked(tmp_path, rule, "adam", advs=ADVS)[0] == [("ADVS", 1, "Systolic in 2"), ("ADVS", 3, "Upper in 1")]


def test_records_can_be_counted_by_it(tmp_path: Path) -> None:
    rule = "distinct: USUBJID\ncondition: records = 1\nmessage: '{USUBJID} {records}'\n"
    assert checked(tmp_path, rule, "adam", advs=ADVS)[0] == [("ADVS", 3, "03 2")]


def test_an_optional_variable_is_left_out_where_there_is_none(tmp_path: Path) -> None:
    rule = "distinct: USUBJID, BASETYPE\noptional: BASETYPE\ncondition: records = 1\nmessage: '{USUBJID} {BASETYPE}'\n"
    assert checked(tmp_path, rule, "adam", advs=ADVS)[0] == [("ADVS", 3, "03 missing")]


def test_without_its_variables_a_rule_is_not_for_a_dataset(tmp_path: Path) -> None:
    found, skipped = checked(tmp_path, "distinct: USUBJID, ASEQ\ncondition: records = 1\nmessage: x\n", "adam", advs=ADVS)
    assert (found, [one.reason for one in skipped]) == ([], ["there is no ASEQ"])
