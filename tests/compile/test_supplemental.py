"""SUPP--, texts over 200 bytes, and RELREC."""

from __future__ import annotations

import pytest

AE = {"ae": "ID | TERM | FLAG | NOTE \n 1 | fever | Y | long \n 1 | rash |  | \n 2 | itch |  | short"}


def test_supplemental_qualifiers_are_split_off(build):
    built = build(AE, AE="""
        records: [{from: ae}]
        order: AETERM
        variables: {AETERM: ae.TERM}
        supplemental:
          AETRTEM: {label: Treatment Emergent Flag, value: ae.FLAG}
          AENOTE:  {label: Note, value: upper(ae.NOTE), evaluator: INVESTIGATOR}
    """)  # fmt: skip
    assert not {"AETRTEM", "AENOTE"} & set(built.table("AE").column_names)
    built.expect("SUPPAE", """
        STUDYID | RDOMAIN | USUBJID | IDVAR | IDVARVAL | QNAM    | QLABEL                  | QVAL  | QORIG   | QEVAL
        DRAWN   | AE      | S-1     | AESEQ | 1        | AENOTE  | Note                    | LONG  | CRF     | INVESTIGATOR
        DRAWN   | AE      | S-1     | AESEQ | 1        | AETRTEM | Treatment Emergent Flag | Y     | CRF     |
        DRAWN   | AE      | S-2     | AESEQ | 1        | AENOTE  | Note                    | SHORT | CRF     | INVESTIGATOR
    """)  # fmt: skip


def test_a_dataset_without_sequence_leaves_idvar_missing(build):
    built = build({"dm": "ID | X \n 1 | a \n 2 |"}, DM="""
        records: [{from: dm}]
        variables: {SUBJID: dm.ID}
        supplemental: {EXTRA: {label: Extra, value: dm.X}}
    """)  # fmt: skip
    built.expect("SUPPDM", "RDOMAIN | USUBJID | IDVAR | IDVARVAL | QNAM | QVAL \n DM | S-1 | | | EXTRA | a")


def test_a_qualifier_is_read_elsewhere_as_a_variable_of_the_dataset(build):
    built = build(AE, AE="""
        records: [{from: ae}]
        order: AETERM
        variables: {AETERM: ae.TERM, AEDECOD: lower(AENOTE)}
        supplemental: {AENOTE: {label: Note, value: upper(ae.NOTE)}}
    """, ADX="""
        records: [{from: AE, where: AE.AENOTE is not null}]
        variables: {AETERM: AE.AETERM, AESEQ: AE.AESEQ, AENOTE: {label: Note, value: AE.AENOTE}}
    """)  # fmt: skip
    built.expect("AE", "USUBJID | AETERM | AEDECOD \n S-1 | fever | long \n S-1 | rash | \n S-2 | itch | short")
    built.expect("ADX", "USUBJID | AETERM | AESEQ | AENOTE \n S-1 | fever | 1 | LONG \n S-2 | itch | 1 | SHORT")


@pytest.mark.parametrize(
    ("rule", "origin"),
    [
        ("ae.FLAG", "CRF"),
        ("ct(ae.FLAG)", "CRF"),
        ("\"'Y'\"", "ASSIGNED"),
        ("yes_if(AESTDTC >= DM.RFSTDTC)", "DERIVED"),
        ("{AETERM = 'fever': 'a', else: 'b'}", "DERIVED"),
    ],
)
def test_the_origin_of_a_qualifier_follows_from_its_rule(build, rule, origin):
    value = f"{{label: L, codelist: NY, value: {rule}}}" if "ct(" in rule else f"{{label: L, value: {rule}}}"
    built = build({**AE, "dm": "ID | D \n 1 | 2024-01-01 \n 2 | 2024-01-01"}, DM="""
        records: [{from: dm}]
        variables: {RFSTDTC: dm.D}
    """, AE=f"""
        records: [{{from: ae}}]
        variables: {{AETERM: ae.TERM, AESTDTC: "'2024-01-02'"}}
        supplemental:
          AEX: {value}
    """)  # fmt: skip
    assert set(built.values("SUPPAE", "QORIG")) == {origin}


WORDS = " ".join(f"word{i:03}" for i in range(60))  # 479 bytes
ACCENTS = " ".join(["événement"] * 40)  # an é has two bytes


@pytest.mark.parametrize(
    "text", [WORDS, ACCENTS, "x" * 450, "é" * 230, WORDS[:200], WORDS[:201], "中文" * 120], ids=range(7)
)
def test_a_text_over_200_bytes_is_continued_in_qualifiers(build, text):
    built = build({"ae": f"ID | TERM \n 1 | {text} \n 2 | short"}, AE="""
        records: [{from: ae}]
        variables: {AETERM: ae.TERM}
    """)  # fmt: skip
    first = built.values("AE", "AETERM")[0]
    rest = (
        list(zip(built.values("SUPPAE", "QNAM"), built.values("SUPPAE", "QVAL"), strict=True)) if "SUPPAE" in built.study.datasets else []
    )
    pieces = [first, *(value for _, value in rest)]
    assert all(0 < len(piece.encode()) <= 200 for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.strip().replace(" ", "")
    assert [name for name, _ in rest] == [f"AETERM{k}" for k in range(1, len(pieces))]
    if " " in text:
        assert " ".join(pieces) == text.strip()


def test_a_long_qualifier_is_continued_too(build):
    built = build({"ae": f"ID | TERM | NOTE \n 1 | x | {WORDS}"}, AE="""
        records: [{from: ae}]
        variables: {AETERM: ae.TERM}
        supplemental: {AELNGNOT: {label: A Note that is Long, value: ae.NOTE}}
    """)  # fmt: skip
    names, values = built.values("SUPPAE", "QNAM"), built.values("SUPPAE", "QVAL")
    assert names == ["AELNGNO1", "AELNGNO2", "AELNGNOT"]
    assert " ".join([values[2], values[0], values[1]]) == WORDS


LATE_ACCENTS = " ".join(["plain"] * 100 + ["é"] * 100)
UNEVEN = f"a {'x' * 199} b {'y' * 199} c {'z' * 199}"


@pytest.mark.parametrize("text", [LATE_ACCENTS, UNEVEN], ids=["accents late in the text", "words that fill a piece"])
def test_no_word_of_a_long_text_is_lost_however_it_is_cut(build, text):
    built = build({"ae": f"ID | TERM \n 1 | {text}"}, AE="records: [{from: ae}] \nvariables: {AETERM: ae.TERM}")
    assert " ".join([built.values("AE", "AETERM")[0], *built.values("SUPPAE", "QVAL")]) == text


def test_a_qualifier_of_blanks_has_no_record(build):
    built = build({"ae": "ID | TERM \n 1 | x \n 2 | xy"}, AE="""
        records: [{from: ae}]
        variables: {AETERM: ae.TERM}
        supplemental: {AEREST: {label: Rest, value: "replace(ae.TERM, 'x', '')"}}
    """)  # fmt: skip
    built.expect("SUPPAE", "USUBJID | QVAL \n S-2 | y")


def test_a_long_text_in_set_is_told_and_not_cut(refused):
    """Only rules under variables and supplemental are continued by themselves; a set needs text_piece and text_rest."""
    problems = refused({"ae": f"ID | TERM \n 1 | {WORDS}"}, AE="records: [{from: ae, set: {AETERM: ae.TERM}}] \nvariables: {AEDECOD: 'x'}")
    assert any("AE.AETERM: longer than 200 bytes and would be cut" in p and "text_piece and text_rest" in p for p in problems)


def test_relrec_names_both_sides_by_their_sequence(build):
    forms = {
        "ae": "ID | NO | TERM \n 1 | 1 | a \n 1 | 2 | b \n 2 | 1 | c",
        "cm": "ID | AENO | DRUG \n 1 | 2 | x \n 1 | 2 | y \n 2 | 9 | z \n 2 |  | w",
    }
    built = build(forms, AE="""
        records: [{from: ae}]
        order: AETERM
        variables: {AETERM: ae.TERM, AESPID: ae.NO}
    """, CM="""
        records: [{from: cm}]
        order: CMTRT
        variables: {CMTRT: cm.DRUG, aeline: cm.AENO}
    """, RELREC="""
        relations:
          AECM: {from: AE, to: CM, match: CM.aeline = AE.AESPID}
    """)  # fmt: skip
    built.expect("RELREC", """
        STUDYID | RDOMAIN | USUBJID | IDVAR | IDVARVAL | RELTYPE | RELID
        DRAWN   | AE      | S-1     | AESEQ | 2        |         | AECM2
        DRAWN   | CM      | S-1     | CMSEQ | 1        |         | AECM2
        DRAWN   | CM      | S-1     | CMSEQ | 2        |         | AECM2
    """)  # fmt: skip


def test_several_relations_in_one_relrec(build):
    forms = {"ae": "ID | NO | TERM \n 1 | 1 | a", "cm": "ID | AENO | DRUG \n 1 | 1 | x", "ds": "ID | AENO \n 1 | 1"}
    built = build(forms, AE="records: [{from: ae}] \nvariables: {AETERM: ae.TERM, AESPID: ae.NO}",
                  CM="records: [{from: cm}] \nvariables: {CMTRT: cm.DRUG, no: cm.AENO}",
                  DS="records: [{from: ds}] \nvariables: {DSTERM: 'WITHDRAWN', no: ds.AENO}",
                  RELREC="""
        relations:
          AECM: {from: AE, to: CM, match: CM.no = AE.AESPID}
          AEDS: {from: AE, to: DS, match: DS.no = AE.AESPID}
    """)  # fmt: skip
    built.expect("RELREC", "RDOMAIN | IDVARVAL | RELID \n AE | 1 | AECM1 \n CM | 1 | AECM1 \n AE | 1 | AEDS1 \n DS | 1 | AEDS1")
