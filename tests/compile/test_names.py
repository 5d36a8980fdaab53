"""Names: which table, form, dataset or variable a word in a rule means."""

from __future__ import annotations

import pytest

from clintrail.errors import Problems

WEIGHTS = {"vs": "ID | TEST | RES \n 1 | Weight | 70 \n 2 | Weight | 80"}
VS = """
    records: [{from: vs}]
    variables:
      VSTESTCD: 'WEIGHT'
      VSTEST:   vs.TEST
      VSORRES:  vs.RES
      VSSTRESN: number(VSORRES)
"""


def test_a_form_and_a_dataset_may_differ_in_case_alone(build):
    built = build(WEIGHTS, VS=VS, ADVS="""
        records: [{from: VS}]
        variables:
          PARAMCD: VS.VSTESTCD
          PARAM:   vs.TEST
          AVAL:    VS.VSSTRESN + number(vs.RES)
    """)  # fmt: skip
    built.expect("ADVS", """
        USUBJID | PARAMCD | PARAM  | AVAL
        S-1     | WEIGHT  | Weight | 140
        S-2     | WEIGHT  | Weight | 160
    """)  # fmt: skip


def test_a_lookup_of_the_form_stands_beside_one_of_the_dataset(build):
    built = build(WEIGHTS, VS=VS, ADVS="""
        records: [{from: VS}]
        lookups:
          raw:     {from: vs, where: raw.RES = '70'}
          tabular: {from: VS, where: tabular.VSORRES = '80'}
        variables:
          AVALC: concat_ws('/', raw.RES, tabular.VSORRES, vs.RES, VS.VSORRES)
    """)  # fmt: skip
    built.expect("ADVS", "USUBJID | AVALC \n S-1 | 70/70/70 \n S-2 | 80/80/80")


def test_a_form_and_a_dataset_that_differ_in_case_are_looked_up_side_by_side(build):
    built = build({**WEIGHTS, "dm": "ID \n 1 \n 2 \n 3"}, VS=VS, ADSL="""
        records: [{from: dm}]
        variables:
          SUBJID: vs.RES
          SITEID: concat(VS.VSORRES, '!')
          ARM:    number_text(sum(VS.VSSTRESN) + sum(number(vs.RES)))
          TRT01P: yes_or_no(vs.found and VS.found)
    """)  # fmt: skip
    built.expect(
        "ADSL", "USUBJID | SUBJID | SITEID | ARM | TRT01P \n S-1 | 70 | 70! | 140 | Y \n S-2 | 80 | 80! | 160 | Y \n S-3 | | ! | | N"
    )


def test_a_window_may_look_up_both(build):
    built = build({"vs": "ID | V \n 1 | 70 \n 2 | 80", "dm": "ID \n 1 \n 2"}, VS="""
        records: [{from: vs}]
        variables: {VSTESTCD: 'A', V: {label: V, value: "concat(vs.V, '!')"}}
    """, ADSL="""
        records: [{from: dm}]
        variables: {SUBJID: max(vs.V) over subject, SITEID: max(VS.V) over subject}
    """)  # fmt: skip
    built.expect("ADSL", "SUBJID | SITEID \n 70 | 70! \n 80 | 80!")


@pytest.mark.parametrize("name", ["_row", "_subject", "_record"])
def test_a_name_that_clintrail_keeps_for_itself_is_told(refused, name):
    problems = refused({"ae": f"ID | {name} \n 1 | x"}, AE="records: [{from: ae}] \nvariables: {AETERM: ae.ID}")
    assert any("a column that cannot have this name" in p for p in problems)


@pytest.mark.parametrize("name", ["_from", "_exists", "USUBJID", "_order"])
def test_a_form_may_have_columns_with_any_name(build, name):
    built = build({"ae": f"ID | {name} \n 1 | x \n 1 | y"}, AE=f"""
        records: [{{from: ae}}]
        order: AETERM
        variables: {{AETERM: "concat(ae.{name}, '.')"}}
    """)  # fmt: skip
    built.expect("AE", "USUBJID | AETERM \n S-1 | x. \n S-1 | y.")


def test_columns_of_a_form_that_differ_only_in_case_are_kept_apart_or_told(build):
    try:
        built = build({"ae": "ID | Term | TERM \n 1 | a | b"}, AE="records: [{from: ae}] \nvariables: {AETERM: ae.Term, AEDECOD: ae.TERM}")
    except Problems as error:
        assert any("case" in p.problem for p in error.problems)
    else:
        built.expect("AE", "AETERM | AEDECOD \n a | b")


def test_columns_of_a_form_may_differ_in_case_from_those_of_the_dataset(build):
    built = build({"ae": "ID | aeterm | Aeterm2 \n 1 | fever | x"}, AE="""
        records: [{from: ae}]
        variables:
          AETERM: upper(ae.aeterm)
          term:   AETERM
          AEDECOD: concat(term, '-', ae.Aeterm2)
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEDECOD \n FEVER | FEVER-x")


def test_a_column_with_dots_keeps_them_behind_the_form(build):
    built = build({"ae": "ID | IT.AETERM | IT.A.B.C \n 1 | Fever | deep"}, AE="""
        records: [{from: ae}]
        variables:
          AETERM:  ae.IT.AETERM
          AEDECOD: upper(ae.IT.A.B.C)
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEDECOD \n Fever | DEEP")


def test_a_bare_name_is_this_datasets_variable_even_if_the_form_has_it_too(build):
    built = build({"ae": "ID | AETERM | AEDECOD \n 1 | raw | other"}, AE="""
        records: [{from: ae}]
        variables:
          AETERM:  concat('own ', ae.AETERM)
          AEDECOD: AETERM
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEDECOD \n own raw | own raw")


def test_a_bare_name_in_where_is_the_variable_and_not_the_forms_column(build):
    built = build({"ae": "ID | AETERM \n 1 | keep \n 1 | drop"}, AE="""
        records: [{from: ae, where: AETERM = 'KEEP!'}]
        variables:
          AETERM: concat(upper(ae.AETERM), '!')
    """)  # fmt: skip
    built.expect("AE", "AETERM | AESEQ \n KEEP! | 1")


def test_the_order_of_variables_does_not_matter(build):
    built = build({"ae": "ID | TERM \n 1 | fever"}, AE="""
        records: [{from: ae}]
        variables:
          AEMODIFY: concat(AEDECOD, '!')
          AEDECOD:  concat(AETERM, '?')
          AETERM:   ae.TERM
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEDECOD | AEMODIFY \n fever | fever? | fever?!")


def test_datasets_may_need_each_other_as_long_as_no_column_needs_itself(build):
    forms = {"dm": "ID | DAY \n 1 | 2024-01-05", "ec": "ID | DAY \n 1 | 2024-01-03 \n 1 | 2024-01-02"}
    built = build(forms, DM="""
        records: [{from: dm}]
        variables:
          RFSTDTC: min(EX.EXSTDTC)
          DMDTC:   dm.DAY
          DMDY:    study_day(DMDTC, RFSTDTC)
    """, EX="""
        records: [{from: ec}]
        order: EXSTDTC
        variables:
          EXTRT:   'DRUG'
          EXSTDTC: ec.DAY
          EXSTDY:  study_day(EXSTDTC, DM.RFSTDTC)
    """)  # fmt: skip
    built.expect("DM", "RFSTDTC | DMDY \n 2024-01-02 | 4")
    built.expect("EX", "EXSEQ | EXSTDY \n 1 | 1 \n 2 | 2")


def test_a_column_in_lower_case_is_copied_to_its_name_in_capitals(build):
    built = build({"ae": "ID | aeterm | Aedecod | AESPID \n 1 | fever | Fever | 7"}, AE="""
        records: [{from: ae}]
        variables:
          AETERM:  ae.aeterm
          AEDECOD: ae.Aedecod
          term:    ae.AESPID
          AESPID:  concat(term, '.')
    """)  # fmt: skip
    built.expect("AE", "AESPID | AETERM | AEDECOD \n 7. | fever | Fever")


def test_a_cycle_of_columns_is_told(refused):
    problems = refused({"ae": "ID | TERM \n 1 | x"}, AE="""
        records: [{from: ae}]
        variables:
          AETERM:  AEDECOD
          AEDECOD: AETERM
    """)  # fmt: skip
    assert any("depends on itself" in p for p in problems)


def test_a_column_with_the_name_of_an_sql_word_is_written_in_double_quotes(build):
    built = build({"ae": "ID | SELECT | FROM | ORDER | where \n 1 | a | b | c | d"}, AE="""
        records: [{from: ae}]
        variables:
          AETERM: concat(ae."SELECT", ae."FROM", ae."ORDER", ae."where")
    """)  # fmt: skip
    built.expect("AE", "AETERM \n abcd")


def test_a_quoted_name_may_hold_blanks(build):
    built = build({"ae": "ID | Adverse Event | Größe \n 1 | Fever | 5"}, AE="""
        records: [{from: ae}]
        variables:
          AETERM:  ae."Adverse Event"
          AEDECOD: concat(ae."Größe", ae.Größe)
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEDECOD \n Fever | 55")


def test_a_double_quoted_word_where_a_constant_was_meant_is_told(refused):
    problems = refused({"ae": "ID | TERM \n 1 | x"}, AE="""
        records: [{from: ae}]
        variables:
          AETERM: ae.TERM
          AESER: "Y"
    """)  # fmt: skip
    assert any("a constant stands in single quotes: 'Y'" in p for p in problems)


def test_a_study_table_and_a_dataset_table_of_one_name_the_nearer_wins(build):
    built = build({"ae": "ID | TERM \n 1 | x"}, study="""
        tables:
          words: |
            AETERM => AEDECOD
            x      => study
    """, AE="""
        tables:
          words: |
            AETERM => AEDECOD
            x      => dataset
        records: [{from: ae}]
        variables:
          AETERM:  ae.TERM
          AEDECOD: words.AEDECOD
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEDECOD \n x | dataset")


@pytest.mark.parametrize("name", ["ae", "AE", "term", "member"])
def test_a_working_column_may_have_any_name_in_lower_case(build, name):
    if name == "AE":
        name = "aE"
    built = build({"ae": "ID | TERM \n 1 | x"}, AE=f"""
        records: [{{from: ae}}]
        variables:
          {name}:  ae.TERM
          AETERM: concat({name}, {name})
    """)  # fmt: skip
    built.expect("AE", "AETERM \n xx")
    assert name not in built.table("AE").column_names


def test_the_columns_of_the_same_names_are_copied(build):
    built = build({"ae": "ID | AETERM | AEDECOD | AEMODIFY \n 1 | a | b | c"}, AE="""
        records: [{from: ae}]
        variables:
          AETERM, AEDECOD, AEMODIFY: ae
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEMODIFY | AEDECOD \n a | c | b")
