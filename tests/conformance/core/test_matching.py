"""Records of other datasets beside those that are checked: by keys, as qualifiers, as parents, by RELREC."""

from __future__ import annotations

from core_drawn import found, records

AE = """
DOMAIN | USUBJID | AESEQ | AETERM   | AESTDTC
AE     | 01      | 1     | Headache | 2024-03-09
AE     | 01      | 2     | Nausea   | 2024-03-11
AE     | 03      | 3     | Nausea   | 2024-03-11
"""
DM = "DOMAIN|USUBJID|RFSTDTC\nDM|01|2024-03-10\nDM|02|2024-03-10"
LATER = "all: [{name: AESTDTC, operator: date_greater_than, value: RFSTDTC}]"


def matched(line: str, domain: str = "AE") -> dict[str, str]:
    return {"Match Datasets": f"- {{{line}}}", "Scope": f"Domains: {{Include: [{domain}]}}"}


def test_only_records_with_a_partner_are_checked_and_keep_their_numbers() -> None:
    assert found(LATER, matched("Name: DM, Keys: [USUBJID]"), ae=AE, dm=DM) == ["AE 2 AESTDTC=2024-03-11"]


def test_a_record_beside_several_others_is_found_once_for_each_that_shows_another_value() -> None:
    se = "DOMAIN|USUBJID|EPOCH\nSE|01|SCREENING\nSE|01|TREATMENT\nSE|01|TREATMENT"
    check = "all: [{name: AESEQ, operator: equal_to, value: 1}, {name: SE.EPOCH, operator: non_empty}]"
    lines = found(check, matched("Name: SE, Keys: [USUBJID]"), ae=AE, se=se)
    assert lines == ["AE 1 AESEQ=1 SE.EPOCH=SCREENING", "AE 1 AESEQ=1 SE.EPOCH=TREATMENT"]


def test_supplemental_qualifiers_are_variables_of_their_records() -> None:
    suppae = """
    RDOMAIN | USUBJID | IDVAR | IDVARVAL | QNAM   | QVAL
    AE      | 01      | AESEQ | 2        | AESOSP | Y
    AE      | 03      |       |          | AEALL  | Y
    """
    check = "any: [{name: AESOSP, operator: equal_to, value: Y}, {name: AEALL, operator: equal_to, value: Y}]"
    assert records(check, matched("Name: SUPPAE, Keys: [USUBJID]"), ae=AE, suppae=suppae) == ["AE 2", "AE 3"]


PARENT = "all: [{name: IDVARVAL, operator: not_equal_to, value: IDVAR, value_is_reference: true, type_insensitive: true}]"


def test_the_record_referred_to_is_looked_for_in_all_parts_of_the_domain() -> None:
    head = "DOMAIN|USUBJID|LBSEQ|LBTESTCD\n"
    supp = """
    RDOMAIN | USUBJID | IDVAR | IDVARVAL | QNAM
    LB      | 01      | LBSEQ | 1        | LBX
    LB      | 01      | LBSEQ | 2        | LBX
    LB      | 02      | LBSEQ | 2        | LBX
    """
    parts = matched("Name: SUPP--, Keys: [USUBJID, IDVAR, IDVARVAL], Child: true", "SUPP--")
    assert records(PARENT, parts, lbch=f"{head}LB|01|1|ALT", lbhe=f"{head}LB|01|2|WBC", supplbch=supp) == ["SUPPLBCH 3"]


def test_a_relation_without_a_subject_may_refer_to_any() -> None:
    relrec = """
    RDOMAIN | USUBJID | IDVAR | IDVARVAL | RELID
    AE      |         | AESEQ | 1        | A
    AE      |         | AESEQ | 9        | A
    """
    parts = matched("Name: RELREC, Keys: [USUBJID, IDVAR, IDVARVAL], Child: true", "RELREC")
    assert records(PARENT, parts, ae=AE, relrec=relrec) == ["RELREC 2"]


FA = "DOMAIN|USUBJID|FASEQ|FAOBJ|FALNKID\nFA|01|1|Headache|a\nFA|01|2|Vomiting|b"
OBJECT = "all: [{name: FAOBJ, operator: not_equal_to, value: RELREC.**TERM}]"


def test_related_records_of_any_domain_stand_beside_each_other() -> None:
    relrec = """
    RDOMAIN | USUBJID | IDVAR | IDVARVAL | RELID
    AE      | 01      | AESEQ | 1        | A
    FA      | 01      | FASEQ | 1        | A
    AE      | 01      | AESEQ | 2        | B
    FA      | 01      | FASEQ | 2        | B
    """
    assert records(OBJECT, matched("Name: RELREC", "FA"), fa=FA, ae=AE, relrec=relrec) == ["FA 2"]


def test_datasets_can_be_related_as_a_whole() -> None:
    relrec = "RDOMAIN|USUBJID|IDVAR|IDVARVAL|RELID\nAE||AELNKID||A\nFA||FALNKID||A"
    ae = "DOMAIN|USUBJID|AESEQ|AETERM|AELNKID\nAE|01|1|Headache|a\nAE|01|2|Nausea|b"
    assert records(OBJECT, matched("Name: RELREC", "FA"), fa=FA, ae=ae, relrec=relrec) == ["FA 2"]
