"""Which datasets a rule is for, and rules about values, variables, datasets and the study instead of records."""

from __future__ import annotations

import pytest
from core_drawn import found, records, skipped

AE = "DOMAIN|USUBJID|AESEQ|AETERM\nAE|01|1|Nausea\nAE|01|2| Headache"
APMH = "DOMAIN|APID|MHSEQ|MHTERM\nAPMH|01|1|Asthma"
SUPPAE = "RDOMAIN|USUBJID|IDVAR|IDVARVAL|QNAM\nAE|01|AESEQ|1|X"
FA = "DOMAIN|USUBJID|FASEQ|FATESTCD|FAOBJ\nFA|01|1|OCCUR|Nausea"
ANY = "any: [{name: STUDYID, operator: not_exists}]"


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("Classes: {Include: [ALL]}", ["AE", "APMH", "FA", "SUPPAE"]),
        ("Classes: {Include: [EVENTS]}", ["AE", "APMH"]),  # associated persons as the domain behind AP
        ("Classes: {Include: [FINDINGS]}", ["FA"]),  # findings about are findings
        ("Classes: {Exclude: [RELATIONSHIP]}", ["AE", "APMH", "FA"]),
        ("Domains: {Include: [SUPP--]}", ["SUPPAE"]),
        ("Domains: {Exclude: [AP--, AE]}", ["FA", "SUPPAE"]),
    ],
)
def test_scopes(scope: str, expected: list[str]) -> None:
    lines = found(ANY, {"Scope": scope, "Sensitivity": "Dataset"}, ae=AE, apmh=APMH, suppae=SUPPAE, fa=FA)
    assert [line.split()[0] for line in lines] == expected


def test_a_rule_without_a_dataset_in_its_scope_says_so() -> None:
    assert skipped(ANY, {"Scope": "Domains: {Include: [TS]}"}, ae=AE) == [("", "no dataset in its scope", True)]


def test_split_datasets_are_checked_together_and_found_by_part() -> None:
    head = "DOMAIN|USUBJID|LBSEQ|LBTESTCD\n"
    check = "all: [{name: --SEQ, operator: is_not_unique_set, value: USUBJID}]"
    assert records(check, lbch=f"{head}LB|01|1|ALT\nLB|01|2|AST", lbhe=f"{head}LB|01|2|WBC") == ["LBCH 2", "LBHE 1"]


def test_a_rule_for_a_whole_dataset_finds_it_once() -> None:
    assert found("all: [{name: --TERM, operator: non_empty}]", {"Sensitivity": "Dataset"}, ae=AE) == ["AE - AETERM=Nausea"]


def test_the_presence_of_domains() -> None:
    parts = {"Rule Type": "Domain Presence Check", "Sensitivity": "Dataset"}
    check = "all: [{name: AE, operator: exists}, {name: DM, operator: not_exists}]"
    assert found(check, parts, ae=AE, fa=FA) == ["STUDY - AE=ae.csv DM=Not in dataset"]


def test_rules_about_variables_name_them_first() -> None:
    variables = "dataset|variable|label|type|length\nae|AETERM|reported term|Char|20"
    parts = {"Rule Type": "Variable Metadata Check"}
    check = "all: [{name: variable_label, operator: matches_regex, value: '[a-z]'}]"
    assert found(check, parts, ae=AE, _variables=variables) == ["AE - AETERM= variable_label=reported term"]


def test_labels_are_those_of_the_guide() -> None:
    variables = "dataset|variable|label|type|length\nae|AETERM|Term|Char|20\nae|AESEQ|Sequence Number|Num|8"
    parts = {"Rule Type": "Variable Metadata Check against Library Metadata"}
    other = "{name: variable_label, operator: not_equal_to, value: library_variable_label}"
    check = f"all: [{other}, {{name: variable_name, operator: equal_to, value: AETERM}}]"
    assert found(check, parts, ae=AE, _variables=variables) == ["AE - AETERM= variable_label=Term"]


def test_rules_about_datasets() -> None:
    parts = {"Rule Type": "Dataset Metadata Check"}
    assert records("all: [{name: dataset_name, operator: prefix_not_equal_to, prefix: 2, value: DOMAIN}]", parts, xx=AE) == ["XX -"]
    assert records("all: [{name: dataset_name, operator: longer_than, value: 2}]", parts, ae=AE, suppae=SUPPAE) == ["SUPPAE -"]


def test_rules_about_values_look_at_every_variable() -> None:
    parts = {"Rule Type": "Value Check with Variable Metadata"}
    check = (
        "all: [{name: variable_data_type, operator: equal_to, value: Char, value_is_literal: true},"
        " {name: variable_value, operator: matches_regex, value: '\\s'}]"
    )
    ae = 'DOMAIN|USUBJID|AESEQ|AETERM\nAE|01|1|Nausea\nAE|01|2|"\tHeadache"'
    assert records(check, parts, ae=ae) == ["AE 2"]


def test_a_type_of_rule_that_is_not_known_is_told() -> None:
    parts = {"Rule Type": "Horoscope Check"}
    assert skipped(ANY, parts, ae=AE) == [("", "rules of the type Horoscope Check are not compiled", False)]
