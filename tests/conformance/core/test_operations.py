"""What the operations of CDISC's rules find out before the check: values, counts, dates, and what the standard says."""

from __future__ import annotations

from core_drawn import found, records, skipped

DM = """
DOMAIN | USUBJID | RFSTDTC    | ARMCD
DM     | 01      | 2024-03-10 | A
DM     | 02      | 2024-03    | B
"""
SV = """
DOMAIN | USUBJID | VISITNUM
SV     | 01      | 1.3
SV     | 02      | 2
"""
LB = """
DOMAIN | USUBJID | LBSEQ | LBTESTCD | VISITNUM           | LBDTC
LB     | 01      | 1     | ALT      | 1.3000000000000003 | 2024-03-09
LB     | 01      | 2     | ALT      | 2                  | 2024-03-10T08:00
LB     | 02      | 3     | ALT      | 2                  | 2024-03-10
"""


def listed(operation: str) -> dict[str, str]:
    return {"Operations": f"- {{id: $x, {operation}}}"}


def test_values_of_another_dataset() -> None:
    check = "all: [{name: ARMCD, operator: is_not_contained_by, value: $x}]"
    ta = "DOMAIN|ARMCD\nTA|A"
    scoped = {**listed("operator: distinct, domain: TA, name: ARMCD"), "Scope": "Domains: {Include: [DM]}"}
    assert records(check, scoped, dm=DM, ta=ta) == ["DM 2"]
    assert skipped(check, scoped, dm=DM) == [("DM", "there is no TA", True)]


def test_values_of_the_same_group_are_matched_as_numbers() -> None:
    check = "all: [{name: VISITNUM, operator: is_not_contained_by, value: $x}]"
    scoped = {**listed("operator: distinct, domain: SV, name: VISITNUM, group: [USUBJID]"), "Scope": "Domains: {Include: [LB]}"}
    assert records(check, scoped, sv=SV, lb=LB) == ["LB 2"]


def test_variables_that_qualifiers_refer_to_are_looked_for_in_all_parts_of_the_domain() -> None:
    supp = "RDOMAIN|USUBJID|IDVAR|IDVARVAL|QNAM\nLB|01|LBSEQ|1|X\nLB|01|LBSPID|1|X"
    parts = {
        "Operations": "- {id: $x, operator: distinct, domain: SUPP--, name: IDVAR, value_is_reference: true}",
        "Scope": "Domains: {Include: [SUPP--]}",
    }
    check = "all: [{name: IDVAR, operator: is_not_contained_by, value: $x}]"
    assert records(check, parts, lbch=LB, lbhe=LB, supplbch=supp) == ["SUPPLBCH 2"]


def test_records_are_counted_as_a_whole_and_in_groups() -> None:
    parts = {"Operations": "- {id: $n, operator: record_count}\n- {id: $m, operator: record_count, group: [USUBJID, --TESTCD]}"}
    check = "all: [{name: $n, operator: equal_to, value: 3}, {name: $m, operator: greater_than, value: 1}]"
    assert found(check, parts, lb=LB) == ["LB 1 $n=3 $m=2", "LB 2 $n=3 $m=2"]


def test_a_result_can_be_part_of_a_unique_set() -> None:
    check = "all: [{name: LBTESTCD, operator: is_not_unique_set, value: [$x]}]"
    scoped = {**listed("operator: record_count, group: [USUBJID]"), "Scope": "Domains: {Include: [LB]}"}
    assert records(check, scoped, lb=LB) == ["LB 1", "LB 2"]


def test_a_filter_counts_only_what_fits() -> None:
    parts = listed("operator: record_count, domain: DM, filter: {ARMCD: A}")
    assert records("all: [{name: $x, operator: less_than, value: 2}]", parts, dm=DM) == ["DM 1", "DM 2"]


def test_the_first_date_of_a_subject_keeps_its_precision() -> None:
    ex = "DOMAIN|USUBJID|EXSTDTC\nEX|01|2024-03-10T08\nEX|01|2024-03-10\nEX|02|2024-05\nEX|02|2024-05-02"
    scoped = {**listed("operator: min_date, domain: EX, name: EXSTDTC, group: [USUBJID]"), "Scope": "Domains: {Include: [DM]}"}
    assert found("all: [{name: $x, operator: non_empty}]", scoped, dm=DM, ex=ex) == ["DM 1 $x=2024-03-10", "DM 2 $x=2024-05"]


def test_study_days_need_complete_dates_and_know_no_day_zero() -> None:
    parts = {**listed("operator: dy, name: --DTC"), "Scope": "Domains: {Include: [LB]}"}
    assert found("all: [{name: $x, operator: non_empty}]", parts, dm=DM, lb=LB) == ["LB 1 $x=-1", "LB 2 $x=1"]


def test_lists_of_the_standard_are_those_of_the_domain() -> None:
    parts = {**listed("operator: required_variables"), "Sensitivity": "Dataset"}
    check = "all: [{name: $x, operator: non_empty}]"
    line = found(check, parts, ae="DOMAIN|USUBJID|AESEQ|AETERM\nAE|01|1|Nausea")[0]
    assert line.startswith("AE - $x=STUDYID, DOMAIN, USUBJID, AESEQ, AETERM, AEDECOD")


def test_a_domain_of_the_sponsor_has_the_models_variables_and_none_is_required() -> None:
    zb = "DOMAIN|USUBJID|ZBSEQ|ZBTESTCD\nZB|01|1|X"
    parts = {"Operations": "- {id: $c, operator: domain_is_custom}\n- {id: $m, operator: get_model_column_order}", "Sensitivity": "Dataset"}
    check = "all: [{name: $c, operator: equal_to, value: true}, {name: $m, operator: contains, value: ZBTESTCD, value_is_literal: true}]"
    assert found(check, parts, zb=zb)[0].startswith("ZB - $c=True $m=STUDYID, DOMAIN")
    assert found("all: [{name: $x, operator: non_empty}]", listed("operator: required_variables"), zb=zb) == []


def test_an_operation_that_is_not_known_is_told() -> None:
    check = "all: [{name: $x, operator: non_empty}]"
    assert skipped(check, listed("operator: read_tea_leaves"), dm=DM) == [("DM", "the operation read_tea_leaves is not known", False)]
