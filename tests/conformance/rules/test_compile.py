"""Which datasets a rule is for, and what it checks each of. Rules and data are drawn in the test."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_rules import FUNCTIONS, TEXTS, checked

from clintrail.conformance.data import read_example
from clintrail.conformance.rules import compile_rules, read_rules

AE, ADAE = "DOMAIN,AESEQ,AETERM\nAE,1,Rash\n", "AESEQ,AETERM\n1,Rash\n"


def test_a_rule_of_one_standard_is_for_its_datasets_unless_it_says_both(tmp_path: Path) -> None:
    rule = "each: variable\ncondition: variable <> 'AETERM'\nmessage: x\n"
    assert checked(tmp_path, rule, ae=AE, adae=ADAE)[0] == [("AE", None, "x")]
    both = rule + "scope: {kind: [sdtm, adam]}\n"
    assert checked(tmp_path, both)[0] == [("ADAE", None, "x"), ("AE", None, "x")]


def test_a_finding_on_a_missing_value_is_one_on_each_record_that_lacks_it(tmp_path: Path) -> None:
    rule = "each: blank\ncondition: core <> 'Req'\nmessage: no {variable}\n"
    assert checked(tmp_path, rule, ae="AESEQ,AETERM,AECAT\n1,Rash,\n2,,\n,Cough,Skin\n")[0] == [
        ("AE", 2, "no AETERM"),
        ("AE", 3, "no AESEQ"),
    ]


def test_a_finding_on_a_row_of_a_drawn_table_stays_one(tmp_path: Path) -> None:
    table = "tables:\n  wanted: |\n    dataset | variable => value\n    AE | AETERM => Pain\n"
    rule = f"each: wanted\n{table}condition: count(AE.AESEQ) filter (where AE.AETERM = value) > 0\nmessage: no {{value}}\n"
    assert checked(tmp_path, rule, ae="AESEQ,AETERM\n1,Rash\n")[0] == [("AE", None, "no Pain")]


def test_a_table_about_records_tells_which(tmp_path: Path) -> None:
    rule = "each: repeat\ncondition: record = first\nmessage: as {first}\n"
    assert checked(tmp_path, rule, ae="AESEQ,AETERM\n1,Rash\n2,Cough\n3,Rash\n")[0] == [("AE", 3, "as 1")]


@pytest.mark.parametrize(
    ("condition", "queries"),
    [
        ("records > 0 and starts_with(file, 'a')", 1),
        ("guide.found", 1),
        ("count(*) > 0", 2),  # the dataset's own records
        ("present(AETERM)", 2),
        ("has(AETERM = 'Rash')", 1),  # of the two only AE has the variable
        ("not variables.variable = '--SEQ'", 2),
    ],
)
def test_a_rule_for_each_dataset_is_one_query_unless_it_looks_into_datasets(tmp_path: Path, condition: str, queries: int) -> None:
    (tmp_path / "rules" / "drawn").mkdir(parents=True)
    (tmp_path / "rules" / "drawn" / "rule.yaml").write_text(f"{TEXTS}each: dataset\ncondition: {condition}\nmessage: x\n", "utf-8")
    for name, text in {"ae": AE, "cm": "DOMAIN,CMSEQ\nCM,1\n"}.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    made = compile_rules(read_rules(tmp_path / "rules", "sdtm", "rules"), read_example(tmp_path), FUNCTIONS)
    assert sum(hasattr(one, "sql") for one in made) == queries
