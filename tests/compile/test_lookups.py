"""Lookups: another dataset, form or table; at most one row of it for a record."""

from __future__ import annotations

AE_DM = {
    "dm": "ID | ARM | START \n 1 | A | 2024-01-10 \n 2 | B |",
    "ae": "ID | TERM | DAY \n 1 | fever | 2024-01-12 \n 2 | rash | 2024-01-05 \n 3 | itch | 2024-01-01",
}
DM = """
    records: [{from: dm}]
    variables:
      ARMCD:   dm.ARM
      RFSTDTC: dm.START
"""


def test_a_dataset_is_looked_up_by_the_subject(build):
    built = build(AE_DM, DM=DM, AE="""
        records: [{from: ae}]
        variables:
          AETERM:  ae.TERM
          AEDECOD: DM.ARMCD
          AESTDTC: ae.DAY
          AESTDY:  study_day(AESTDTC, DM.RFSTDTC)
          AESER:   yes_or_no(DM.found)
    """)  # fmt: skip
    built.expect("AE", """
        USUBJID | AETERM | AEDECOD | AESER | AESTDY
        S-1     | fever  | A       | Y     | 3
        S-2     | rash   | B       | Y     |
        S-3     | itch   |         | N     |
    """)  # fmt: skip


def test_found_narrows_the_records(build):
    built = build(AE_DM, DM=DM, AE="""
        records: [{from: ae, where: DM.found and DM.RFSTDTC is not null}]
        variables: {AETERM: ae.TERM}
    """)  # fmt: skip
    built.expect("AE", "USUBJID | AETERM \n S-1 | fever")


def test_a_lookup_that_finds_two_rows_is_an_error_with_the_count(refused):
    forms = {"dm": "ID \n 1 \n 2 \n 3", "ae": "ID | TERM \n 1 | a \n 1 | b \n 2 | c \n 3 | d \n 3 | e \n 3 | f"}
    problems = refused(forms, DM="records: [{from: dm}] \nvariables: {RFICDTC: ae.TERM}")
    assert [p for p in problems if "ae: the lookup ae finds more than one record of ae for 2 records of DM" in p]


def test_where_first_and_last_mend_it(build):
    forms = {"dm": "ID \n 1 \n 2", "ae": "ID | TERM | N \n 1 | a | 2 \n 1 | b | 10 \n 2 | c | 3"}
    built = build(forms, ADSL="""
        lookups:
          early: {from: ae, first: number(N)}
          late:  {from: ae, last: number(N)}
          other: {from: ae, where: other.TERM <> 'a'}
        records: [{from: dm}]
        variables:
          SUBJID:  early.TERM
          SITEID:  late.TERM
          ARM:     other.TERM
    """)  # fmt: skip
    built.expect("ADSL", "USUBJID | SUBJID | SITEID | ARM \n S-1 | a | b | b \n S-2 | c | c | c")


def test_first_takes_a_missing_value_first_and_last_takes_it_last_of_all(build):
    forms = {"dm": "ID \n 1", "ae": "ID | TERM | N \n 1 | a | 2 \n 1 | b | \n 1 | c | 1"}
    built = build(forms, ADSL="""
        lookups:
          early:  {from: ae, first: N}
          late:   {from: ae, last: N}
          given:  {from: ae, where: given.N is not null, first: N}
          turned: {from: ae, first: N desc}
        records: [{from: dm}]
        variables: {SUBJID: early.TERM, SITEID: late.TERM, ARM: given.TERM, TRT01P: turned.TERM}
    """)  # fmt: skip
    built.expect("ADSL", "SUBJID | SITEID | ARM | TRT01P \n b | a | c | a")


def test_a_pick_by_several_keys_with_directions(build):
    forms = {"dm": "ID \n 1", "ae": "ID | TERM | G | N \n 1 | a | 1 | 1 \n 1 | b | 1 | 2 \n 1 | c | 2 | 1 \n 1 | d | 2 | 2"}
    built = build(forms, ADSL="""
        lookups:
          p: {from: ae, first: "G, N desc"}
          q: {from: ae, last: "G, N desc"}
        records: [{from: dm}]
        variables: {SUBJID: p.TERM, SITEID: q.TERM}
    """)  # fmt: skip
    built.expect("ADSL", "SUBJID | SITEID \n b | c")


def test_match_adds_to_the_subject_where_it_names_other_columns(build):
    forms = {"ae": "ID | NO | TERM \n 1 | 1 | a \n 1 | 2 | b \n 2 | 1 | c", "cm": "ID | AENO | DRUG \n 1 | 2 | x \n 2 | 1 | y \n 2 | 2 | z"}
    built = build(forms, CM="""
        lookups: {event: {from: ae, match: event.NO = cm.AENO}}
        records: [{from: cm}]
        variables: {CMTRT: cm.DRUG, CMINDC: event.TERM}
    """)  # fmt: skip
    built.expect("CM", "USUBJID | CMTRT | CMINDC \n S-1 | x | b \n S-2 | y | c \n S-2 | z |")


def test_match_may_be_a_range_of_a_table(build):
    built = build({"x": "ID | DAY \n 1 | 1 \n 1 | 10 \n 1 | 15 \n 1 | 99 \n 1 |"}, study="""
        tables:
          windows: |
            AVISITN => AVISIT | LO | HI
            0       => Base   |    | 1
            1       => Week 1 | 2  | 10
            2       => Later  | 20 |
        lookups:
          window: {from: windows, match: "within(ADY, window.LO, window.HI)"}
    """, ADX="""
        records: [{from: x}]
        order: ADY
        variables:
          ADY: number(x.DAY)
          AVISIT, AVISITN: window
          AVALC: yes_or_no(window.found)
    """)  # fmt: skip
    built.expect("ADX", """
        ADY | AVISIT | AVISITN | AVALC
            |        |         | N
        1   | Base   | 0       | Y
        10  | Week 1 | 1       | Y
        15  |        |         | N
        99  | Later  | 2       | Y
    """)  # fmt: skip


def test_a_table_is_looked_up_by_all_its_key_columns(build):
    built = build({"x": "ID | V | T \n 1 | W1 | A \n 1 | W1 | B \n 1 | W2 | B \n 1 | W3 |"}, ADX="""
        tables:
          plan: |
            VISIT | PARAMCD => PARAM | AVISITN
            W1    | A       => first | 1
            W1    | B       => both  | 2
            W2    | B       => last  | 3
        records: [{from: x}]
        order: VISIT, PARAMCD
        variables:
          VISIT:   x.V
          PARAMCD: x.T
          PARAM, AVISITN: plan
    """)  # fmt: skip
    built.expect("ADX", "VISIT | PARAMCD | PARAM | AVISITN \n W1 | A | first | 1 \n W1 | B | both | 2 \n W2 | B | last | 3 \n W3 | | |")


def test_a_table_without_its_key_in_the_dataset_says_what_to_declare(refused):
    problems = refused({"ae": "ID | TERM \n 1 | x"}, study="""
        tables:
          groups: |
            CODE => WORD
            x    => y
    """, AE="""
        records: [{from: ae}]
        variables: {AETERM: ae.TERM, AEDECOD: groups.WORD}
    """)  # fmt: skip
    assert any(
        "groups is keyed by CODE, and this dataset has no CODE; declare a lookup with match: groups.CODE = VARIABLE" in p for p in problems
    )


def test_a_numeric_key_matches_a_number(build):
    built = build({"x": "ID | V \n 1 | 1.0 \n 1 | 2 \n 1 | 10"}, ADX="""
        tables:
          visits: |
            AVISITN => AVISIT
            1       => one
            2       => two
            10      => ten
        records: [{from: x}]
        order: AVISITN
        variables:
          AVISITN: number(x.V)
          AVISIT: visits.AVISIT
    """)  # fmt: skip
    built.expect("ADX", "AVISITN | AVISIT \n 1 | one \n 2 | two \n 10 | ten")


def test_codes_with_leading_zeros_stay_text(build):
    built = build({"x": "ID | SITE \n 1 | 01 \n 1 | 1"}, ADX="""
        tables:
          sites: |
            SITEID => name | code
            01     => zero | 007
            1      => none | 008
        records: [{from: x}]
        variables:
          SITEID: x.SITE
          AVALC:  concat(sites.name, sites.code)
    """)  # fmt: skip
    built.expect("ADX", "SITEID | AVALC \n 01 | zero007 \n 1 | none008")


def test_a_dataset_without_subjects_is_looked_up_by_its_key(build):
    built = build({"dm": "ID \n 1"}, study="""
        tables:
          elements: |
            ETCD => ELEMENT
            SCR  => Screening
            TRT  => Treatment
    """, TE="""
        records: [{from: elements}]
        variables:
          ETCD, ELEMENT: elements
    """, SE="""
        records:
          - {from: dm, set: {ETCD: "'TRT'"}}
          - {from: dm, set: {ETCD: "'NONE'"}}
        order: ETCD
        variables:
          ELEMENT: TE.ELEMENT
    """)  # fmt: skip
    built.expect("SE", "USUBJID | ETCD | ELEMENT \n S-1 | NONE | \n S-1 | TRT | Treatment")


def test_a_dataset_may_look_up_itself(build):
    built = build({"x": "ID | N | V \n 1 | 1 | a \n 1 | 2 | b \n 2 | 1 | c"}, ADX="""
        lookups: {previous: {from: ADX, match: previous.AVISITN = AVISITN - 1}}
        records: [{from: x}]
        order: AVISITN
        variables:
          AVISITN: number(x.N)
          AVALC:   x.V
          BASEC:   previous.AVALC
    """)  # fmt: skip
    built.expect("ADX", "USUBJID | AVISITN | AVALC | BASEC \n S-1 | 1 | a | \n S-1 | 2 | b | a \n S-2 | 1 | c |")


def test_a_lookup_may_use_another_lookup_in_its_match(build):
    forms = {"ae": "ID | NO | GRP \n 1 | 1 | g", "cm": "ID | AENO | DRUG \n 1 | 1 | x"}
    built = build(forms, study="""
        tables:
          words: |
            GRP => WORD
            g   => Group
    """, CM="""
        lookups:
          event: {from: ae, match: event.NO = cm.AENO}
          word:  {from: words, match: word.GRP = event.GRP}
        records: [{from: cm}]
        variables: {CMTRT: cm.DRUG, CMINDC: word.WORD}
    """)  # fmt: skip
    built.expect("CM", "CMTRT | CMINDC \n x | Group")


def test_a_missing_key_finds_nothing(build):
    forms = {"ae": "ID | NO | TERM \n 1 |  | blank \n 1 | 1 | a", "cm": "ID | AENO | DRUG \n 1 |  | x"}
    built = build(forms, CM="""
        lookups: {event: {from: ae, match: event.NO = cm.AENO}}
        records: [{from: cm}]
        variables: {CMTRT: cm.DRUG, CMINDC: event.TERM, CMOCCUR: yes_or_no(event.found)}
    """)  # fmt: skip
    built.expect("CM", "CMTRT | CMINDC | CMOCCUR \n x | | N")


def test_lookups_that_differ_only_in_case_are_told(refused):
    problems = refused({"ae": "ID | TERM \n 1 | x"}, AE="""
        lookups:
          Before: {from: ae}
          before: {from: ae}
        records: [{from: ae}]
        variables: {AETERM: Before.TERM, AEDECOD: before.TERM}
    """)  # fmt: skip
    assert any("before: differs from Before only in case" in p for p in problems)


def test_an_expression_may_mix_rows_of_two_lookups_of_one_dataset(build):
    forms = {"dm": "ID \n 1", "ex": "ID | D \n 1 | 2024-01-01 \n 1 | 2024-01-05 \n 1 | 2024-01-09"}
    built = build(forms, EX="""
        records: [{from: ex}]
        order: EXSTDTC
        variables: {EXTRT: 'X', EXSTDTC: ex.D}
    """, ADSL="""
        lookups:
          first_dose: {from: EX, first: EXSEQ}
          last_dose:  {from: EX, last: EXSEQ}
        records: [{from: dm}]
        variables:
          TRTSDT:  to_date(first_dose.EXSTDTC)
          TRTEDT:  to_date(last_dose.EXSTDTC)
          TRTDURD: {label: Days, value: "days_between(to_date(first_dose.EXSTDTC), to_date(last_dose.EXSTDTC))"}
    """)  # fmt: skip
    built.expect("ADSL", "TRTSDT | TRTEDT \n 2024-01-01 | 2024-01-09")
    assert built.values("ADSL", "TRTDURD") in ([8.0], [9.0])


def test_a_lookup_of_another_adam_dataset(build):
    forms = {"dm": "ID | AGE \n 1 | 30 \n 2 | 40", "x": "ID | V \n 1 | 5 \n 3 | 6"}
    built = build(forms, ADSL="""
        records: [{from: dm}]
        variables: {AGE: number(dm.AGE)}
    """, ADX="""
        records: [{from: x}]
        variables:
          AGE: ADSL.AGE
          AVAL: number(x.V) + AGE
    """)  # fmt: skip
    built.expect("ADX", "USUBJID | AGE | AVAL \n S-1 | 30 | 35 \n S-3 | |")
