"""Variables held against the guide: how they stand to it, whether they are in its order, and what they lack."""

from __future__ import annotations

from pathlib import Path

from drawn_tables import about


def test_a_variable_is_listed_or_allowed_or_not_allowed_or_unknown(tmp_path: Path) -> None:
    found = about(tmp_path, "variables", "variable, standing, core, generic", ae="AETERM,AELNKID,AEEVDTYP,FETUSID,AETRTEM\nRash,1,Y,1,Y\n")
    assert found == [
        ("AEEVDTYP", "not allowed", None, "--EVDTYP"),
        ("AELNKID", "allowed", "Perm", "--LNKID"),
        ("AETERM", "listed", "Req", "--TERM"),
        ("AETRTEM", "unknown", None, "--TRTEM"),
        ("FETUSID", "not allowed", None, "FETUSID"),
    ]


def test_what_the_guide_keeps_for_one_domain_stands_there(tmp_path: Path) -> None:
    assert about(tmp_path, "variables", "standing", mh="MHEVDTYP\nDIAGNOSIS\n") == [("listed",)]


def test_a_dataset_without_a_guide_has_no_standing(tmp_path: Path) -> None:
    assert about(tmp_path, "variables", "standing", xx="XXVAL\n1\n") == [(None,)]


def test_the_one_variable_out_of_order_is_told_with_its_place(tmp_path: Path) -> None:
    found = about(
        tmp_path, "variables", "dataset, variable, belongs",
        ae="STUDYID,DOMAIN,USUBJID,AESTDTC,AESEQ,AETERM,AETRTEM\nS,AE,01,2024,1,Rash,Y\n",
        cm="DOMAIN,CMSEQ,CMTRT,STUDYID\nCM,1,Aspirin,S\n",
    )  # fmt: skip
    assert [row for row in found if row[2]] == [("AE", "AESTDTC", "behind AETERM"), ("CM", "STUDYID", "first")]


def test_a_variable_without_all_its_values_is_a_blank(tmp_path: Path) -> None:
    found = about(tmp_path, "blanks", 'variable, value, records, "all", core', ae="AESEQ,AETERM,AEDECOD,AECAT\n1,Rash,,\n2,,,Skin\n")
    assert found == [("AECAT", None, 1, False, "Perm"), ("AEDECOD", None, 2, True, "Req"), ("AETERM", None, 1, False, "Req")]
