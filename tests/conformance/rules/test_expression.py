"""The language of rules: what names mean, and when a rule is not for a dataset. Rules and data are drawn in the test."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_rules import FUNCTIONS, TEXTS, checked

from clintrail.conformance.data import read_example
from clintrail.conformance.rules import Query, compile_rules, read_rules
from clintrail.errors import Problems

AE = "DOMAIN,USUBJID,AESEQ,AETERM,AESER\nAE,01,1,Headache,Y\nAE,01,2,Cough,N\nAE,02,1,Cough,N\n"


def test_two_hyphens_stand_for_the_prefix_of_the_domain(tmp_path: Path) -> None:
    rule = "condition: --TERM <> 'Cough'\nmessage: --TERM is {--TERM}\n"
    assert checked(tmp_path, rule, ae=AE)[0] == [("AE", 2, "AETERM is Cough"), ("AE", 3, "AETERM is Cough")]


def test_a_name_of_another_dataset_is_that_of_the_same_subject(tmp_path: Path) -> None:
    rule = "scope: {domain: [AE]}\ncondition: DM.AGE >= 18\nmessage: '{DM.AGE} years'\n"
    assert checked(tmp_path, rule, ae=AE, dm="USUBJID,AGE\n01,17\n02,40\n")[0] == [("AE", 1, "17 years"), ("AE", 2, "17 years")]


def test_found_tells_whether_there_is_a_record(tmp_path: Path) -> None:
    rule = "condition: DM.found\nmessage: '{USUBJID}'\nscope: {exclude: [DM]}\n"
    assert checked(tmp_path, rule, ae=AE, dm="USUBJID,AGE\n01,17\n")[0] == [("AE", 3, "02")]


def test_a_lookup_has_a_match_of_its_own(tmp_path: Path) -> None:
    rule = (
        "lookups:\n  visit: {from: SV, match: visit.USUBJID = USUBJID and visit.VISITNUM = VISITNUM}\n"
        "scope: {domain: [VS]}\ncondition: visit.found\nmessage: no visit {VISITNUM}\n"
    )
    visits, signs = "USUBJID,VISITNUM\n01,1\n02,2\n", "DOMAIN,USUBJID,VSSEQ,VISITNUM\nVS,01,1,1\nVS,01,2,2\n"
    assert checked(tmp_path, rule, sv=visits, vs=signs)[0] == [("VS", 2, "no visit 2")]


def test_an_aggregate_runs_over_the_rows_of_another_dataset(tmp_path: Path) -> None:
    rule = (
        "scope: {domain: [DM]}\ncondition: count(AE.AESEQ) filter (where AE.AESER = 'Y') = 0\n"
        "message: '{count(AE.AESEQ)} events, of {USUBJID}'\n"
    )
    assert checked(tmp_path, rule, ae=AE, dm="USUBJID,AGE\n01,17\n02,40\n")[0] == [("DM", 1, "2 events, of 01")]


def test_an_aggregate_over_a_group_counts_its_records(tmp_path: Path) -> None:
    rule = "groups:\n  number: USUBJID, --SEQ\ncondition: count(*) over number = 1\nmessage: '{count(*) over number} of {--SEQ}'\n"
    twice = AE.replace("AE,01,2", "AE,01,1")
    assert checked(tmp_path, rule, ae=twice)[0] == [("AE", 1, "2 of 1"), ("AE", 2, "2 of 1")]


def test_an_aggregate_of_a_message_runs_over_all_records_too(tmp_path: Path) -> None:
    rule = "groups:\n  term: AETERM\ncondition: AESEQ = 1\nmessage: '{count(*) over term} of {--TERM}'\n"
    assert checked(tmp_path, rule, ae=AE)[0] == [("AE", 2, "2 of Cough")]


def test_what_is_looked_up_for_a_condition_is_looked_up_once(tmp_path: Path) -> None:
    rule = "scope: {domain: [AE]}\nwhere: DM.AGE > 0\ncondition: DM.AGE >= 18 and DM.AGE < 90\nmessage: '{DM.AGE} years'\n"
    (tmp_path / "rules" / "drawn").mkdir(parents=True)
    (tmp_path / "rules" / "drawn" / "rule.yaml").write_text(TEXTS + rule, "utf-8")
    (tmp_path / "ae.csv").write_text(AE, "utf-8")
    (tmp_path / "dm.csv").write_text("USUBJID,AGE\n01,17\n02,40\n", "utf-8")
    (query,) = compile_rules(read_rules(tmp_path / "rules", "sdtm", "rules"), read_example(tmp_path), FUNCTIONS)
    assert isinstance(query, Query) and query.sql.count('"AGE"') == 1


def test_the_parts_of_a_split_domain_are_one(tmp_path: Path) -> None:
    rule = "groups:\n  number: USUBJID, --SEQ\ncondition: count(*) over number = 1\nmessage: twice\n"
    part = "DOMAIN,USUBJID,QSSEQ\nQS,01,1\n"
    assert checked(tmp_path, rule, qsph=part, qssl=part)[0] == [("QSPH", 1, "twice"), ("QSSL", 1, "twice")]


def test_what_is_not_known_is_no_finding(tmp_path: Path) -> None:
    rule = "condition: AGE >= 18\nmessage: young\n"
    assert checked(tmp_path, rule, dm="USUBJID,AGE\n01,\n02,3\n")[0] == [("DM", 2, "young")]


def test_a_rule_is_not_for_a_dataset_without_its_variable(tmp_path: Path) -> None:
    found, skipped = checked(tmp_path, "scope: {domain: [AE]}\ncondition: --PRESP = 'Y'\nmessage: x\n", ae=AE)
    assert found == [] and [(s.dataset, s.reason, s.expected) for s in skipped] == [("AE", "AE has no AEPRESP", True)]


def test_an_optional_variable_counts_as_missing(tmp_path: Path) -> None:
    rule = "scope: {domain: [AE]}\noptional: --PRESP\ncondition: --PRESP is not null\nmessage: no --PRESP\n"
    assert len(checked(tmp_path, rule, ae=AE)[0]) == 3


def test_present_tells_whether_the_dataset_has_a_variable(tmp_path: Path) -> None:
    condition = "present(AETERM) and not present(AEFOO) and count(*) = 2"
    rule = f"each: dataset\ncondition: {condition}\nmessage: '{{dataset}} has {{count(*)}} records'\n"
    assert checked(tmp_path, rule, ae=AE)[0] == [("AE", None, "AE has 3 records")]


def test_a_rule_can_be_for_each_row_of_a_drawn_table(tmp_path: Path) -> None:
    table = "tables:\n  needed: |\n    TSPARMCD => TSPARM\n    TITLE => Trial Title\n    INDIC => Indication\n"
    rule = f"each: needed\n{table}condition: count(TS.TSVAL) filter (where TS.TSPARMCD = TSPARMCD) > 0\nmessage: no {{TSPARMCD}}\n"
    assert checked(tmp_path, rule, ts="DOMAIN,TSPARMCD,TSVAL\nTS,TITLE,A Trial\n")[0] == [(None, None, "no INDIC")]


def test_a_rule_can_be_for_each_variable_with_what_the_guide_says(tmp_path: Path) -> None:
    described = "dataset,variable,label,type,length\nae,AETERM,Term,Char,20\nae,USUBJID,Unique Subject Identifier,Char,20\n"
    rule = "each: variable\nwhere: guide.label is not null\ncondition: label = guide.label\nmessage: \"'{label}', not '{guide.label}'\"\n"
    found, _ = checked(tmp_path, rule, ae="USUBJID,AETERM\n01,Cough\n", _variables=described)
    assert found == [("AE", None, "'Term', not 'Reported Term for the Adverse Event'")]


def test_a_finding_on_a_value_is_one_on_each_record_that_has_it(tmp_path: Path) -> None:
    rule = "each: value\ncondition: known\nmessage: '{value}'\n"
    assert checked(tmp_path, rule, ae=AE.replace("Y\n", "X\n").replace("N\n", "X\n", 1))[0] == [("AE", 1, "X"), ("AE", 2, "X")]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("condition: AETERM =\nmessage: x\n", "not an expression"),
        ("condition: upper_case(AETERM) = 'A'\nmessage: x\n", "no function named upper_case"),
        ("condition: count(*) = 1\nmessage: x\n", "count needs rows to run over"),
        ("condition: count(*) over visit = 1\nmessage: x\n", "no group named visit"),
        ("condition: AESEQ < random()\nmessage: x\n", "no function named random"),
        ("each: form\ncondition: AESEQ > 0\nmessage: x\n", "there is nothing named form to check each of"),
        ("condition: AESEQ > 0\n", "no message:"),
        ("condition: AESEQ > 0\nmessage: x\nseverity: fatal\n", "no severity named fatal"),
        ("condition: AESEQ > 0\nmessage: x\ngroup: {}\n", "no key named group"),
    ],
)
def test_a_fault_of_a_rule_is_told_with_its_place(tmp_path: Path, rule: str, problem: str) -> None:
    with pytest.raises(Problems) as refused:
        checked(tmp_path, rule, ae=AE)
    told = refused.value.problems[0]
    assert problem in told.problem and told.place.path == "rules/drawn/rule.yaml" and told.place.line and told.fix


def test_a_comparison_that_the_database_refuses_is_told_and_not_passed(tmp_path: Path) -> None:
    found, skipped = checked(tmp_path, "condition: AETERM > 3\nmessage: x\n", ae=AE)
    assert found == [] and [s.expected for s in skipped] == [False]


def test_a_query_names_its_rule_and_domain(tmp_path: Path) -> None:
    (tmp_path / "rules" / "drawn").mkdir(parents=True)
    (tmp_path / "rules" / "drawn" / "rule.yaml").write_text(TEXTS + "condition: AESEQ > 0\nmessage: x\n", "utf-8")
    (tmp_path / "ae.csv").write_text(AE, "utf-8")
    made = list(compile_rules(read_rules(tmp_path / "rules", "sdtm", "rules"), read_example(tmp_path), FUNCTIONS))
    assert [(q.rule, q.domain) for q in made if isinstance(q, Query)] == [("drawn", "AE")]
