"""Rules for names as ADaM writes them, with placeholders: one rule, asked of each variable that fits."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_rules import checked

from clintrail.errors import Problems

ADSL = "USUBJID,TRT01P,TRT01PN,TRT02P,TRT02PN,SAFFL,SAFFN\n01,Placebo,0,Active,1,Y,1\n02,Placebo,,Active,1,N,1\n"


def test_a_rule_is_asked_of_each_variable_that_fits_its_template(tmp_path: Path) -> None:
    rule = "for: TRTxxPN\ncondition: TRTxxPN = if(TRTxxP = 'Placebo', 0, 2)\nmessage: TRTxxPN is {TRTxxPN}\n"
    found, _ = checked(tmp_path, rule, "adam", adsl=ADSL)
    assert found == [("ADSL", 1, "TRT02PN is 1"), ("ADSL", 2, "TRT02PN is 1")]


def test_a_star_stands_for_any_stem(tmp_path: Path) -> None:
    rule = "for: '*FN'\ncondition: >-\n  *FN = if(*FL = 'Y', 1, 0)\nmessage: '*FL is {*FL}, and * has {*FN}'\n"
    assert checked(tmp_path, rule, "adam", adsl=ADSL)[0] == [("ADSL", 2, "SAFFL is N, and SAF has 1")]


def test_a_star_alone_stands_for_each_variable_that_the_other_dataset_has_too(tmp_path: Path) -> None:
    rule = "for: '*'\nscope: {exclude: [ADSL]}\ncondition: >-\n  * = ADSL.*\nmessage: '* is {*}, not {ADSL.*}'\n"
    found, _ = checked(tmp_path, rule, "adam", adsl=ADSL, advs="USUBJID,PARAMCD,SAFFL\n01,SYSBP,Y\n02,SYSBP,Y\n")
    assert found == [("ADVS", 2, "SAFFL is Y, not N")]


def test_a_star_between_two_spaces_multiplies(tmp_path: Path) -> None:
    rule = "for: '*FN'\ncondition: 2 * *FN < 1\nmessage: '{2 * *FN}'\n"
    assert checked(tmp_path, rule, "adam", adsl=ADSL)[0] == [("ADSL", 1, "2"), ("ADSL", 2, "2")]


def test_placeholders_stand_in_groups_lookups_and_combinations_too(tmp_path: Path) -> None:
    rule = (
        "for: CRITyFL\ndistinct: PARAMCD, CRITy\ngroups:\n  criterion: CRITy\nscope: {structure: [BDS]}\n"
        "lookups:\n  known: {from: ADSL, match: known.CRITy = CRITy}\nwhere: not known.found\n"
        "condition: count(PARAMCD) over criterion = 1\nmessage: CRITy is {CRITy}\n"
    )
    bds = "USUBJID,PARAMCD,CRIT1,CRIT1FL\n01,SYSBP,high,Y\n01,DIABP,high,Y\n01,SYSBP,low,Y\n01,DIABP,low,Y\n01,DIABP,low,Y\n"
    found, _ = checked(tmp_path, rule, "adam", adsl="USUBJID,CRIT1\n01,high\n", advs=bds)
    assert found == [("ADVS", 3, "CRIT1 is low"), ("ADVS", 4, "CRIT1 is low")]


def test_a_rule_is_not_for_a_variable_whose_partner_is_missing(tmp_path: Path) -> None:
    rule = "for: '*FN'\ncondition: >-\n  *FN = if(*FL = 'Y', 1, 0)\nmessage: x\n"
    found, skipped = checked(tmp_path, rule, "adam", adsl="USUBJID,SAFFN\n01,1\n")
    assert (found, [one.reason for one in skipped]) == ([], ["ADSL has no SAFFL"])


def test_words_that_only_look_like_a_template_are_left_alone(tmp_path: Path) -> None:
    rule = "for: CRITyFL\ncondition: CRITyFL = 'N'\nmessage: May by any way be CRITyFL\n"
    assert checked(tmp_path, rule, "adam", advs="USUBJID,PARAMCD,CRIT2FL\n01,X,Y\n")[0] == [("ADVS", 1, "May by any way be CRIT2FL")]


def test_two_hyphens_in_an_analysis_dataset_stand_for_the_domain_of_its_records(tmp_path: Path) -> None:
    rule = (
        "scope: {structure: [BDS]}\nlookups:\n  source: {from: '--', match: source.USUBJID = USUBJID and source.--SEQ = --SEQ}\n"
        "condition: VISIT = source.VISIT\nmessage: VISIT of --SEQ {--SEQ} is {VISIT}\n"
    )
    signs = "USUBJID,VSSEQ,VISIT,PARAMCD\n01,1,Week 1,SYSBP\n01,2,Week 2,SYSBP\n"
    found, _ = checked(tmp_path, rule, "adam", vs=signs, advs=signs.replace("Week 2", "Week 3"))
    assert found == [("ADVS", 2, "VISIT of VSSEQ 2 is Week 3")]


def test_a_template_is_for_records(tmp_path: Path) -> None:
    rule = "for: '*FN'\neach: variable\ncondition: TRUE\nmessage: x\n"
    with pytest.raises(Problems, match="for: in a rule for each variable"):
        checked(tmp_path, rule, "adam", adsl=ADSL)
