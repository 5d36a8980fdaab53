"""Records: where they come from, and the four forms that change their number."""

from __future__ import annotations

TWO_FORMS = {"a": "ID | TERM | DAY \n 1 | cough | 2 \n 2 | fever | 1", "b": "ID | WORD | DAY \n 1 | rash | 1"}


def test_several_sources_give_their_values_in_set(build):
    built = build(TWO_FORMS, AE="""
        records:
          - {from: a, set: {AETERM: a.TERM, day: number(a.DAY)}}
          - {from: b, set: {AETERM: upper(b.WORD), day: number(b.DAY)}}
        order: day
        variables:
          AESTDY: day
    """)  # fmt: skip
    built.expect("AE", """
        USUBJID | AESEQ | AETERM | AESTDY
        S-1     | 1     | RASH   | 1
        S-1     | 2     | cough  | 2
        S-2     | 1     | fever  | 1
    """)  # fmt: skip


def test_with_several_sources_a_source_named_elsewhere_is_a_lookup(build):
    built = build({"a": "ID | TERM | N \n 1 | cough | 7 \n 2 | cold | 8", "b": "ID | WORD \n 1 | rash \n 2 | itch \n 2 | burn"}, AE="""
        records:
          - {from: a, set: {AETERM: a.TERM}}
          - {from: b, set: {AETERM: b.WORD}}
        order: AETERM
        variables:
          AEDECOD: a.TERM
    """)  # fmt: skip
    built.expect("AE", """
        USUBJID | AETERM | AEDECOD
        S-1     | cough  | cough
        S-1     | rash   | cough
        S-2     | burn   | cold
        S-2     | cold   | cold
        S-2     | itch   | cold
    """)  # fmt: skip


def test_with_several_sources_a_lookup_that_finds_two_rows_says_where_to_read_it(refused):
    problems = refused({"a": "ID | TERM \n 1 | cough \n 1 | cold", "b": "ID | WORD \n 1 | rash"}, AE="""
        records:
          - {from: a, set: {AETERM: a.TERM}}
          - {from: b, set: {AETERM: b.WORD}}
        variables:
          AEDECOD: a.TERM
    """)  # fmt: skip
    assert any("more than one record of a for 3 records of AE" in p and "in its set" in p for p in problems)


def test_the_same_form_may_be_a_source_twice(build):
    built = build({"ds": "ID | CONSENT | END \n 1 | 2024-01-01 | 2024-02-01 \n 2 | 2024-01-02 |"}, DS="""
        records:
          - {from: ds, where: ds.CONSENT is not null, set: {DSTERM: "'CONSENT'", DSSTDTC: ds.CONSENT}}
          - {from: ds, where: ds.END is not null,     set: {DSTERM: "'COMPLETED'", DSSTDTC: ds.END}}
        order: DSSTDTC
    """)  # fmt: skip
    built.expect("DS", """
        USUBJID | DSSEQ | DSTERM    | DSSTDTC
        S-1     | 1     | CONSENT   | 2024-01-01
        S-1     | 2     | COMPLETED | 2024-02-01
        S-2     | 1     | CONSENT   | 2024-01-02
    """)  # fmt: skip


def test_where_of_one_source_does_not_narrow_another(build):
    built = build(TWO_FORMS, AE="""
        records:
          - {from: a, where: AETERM <> 'cough', set: {AETERM: a.TERM}}
          - {from: b, set: {AETERM: b.WORD}}
        variables: {AEDECOD: upper(AETERM)}
    """)  # fmt: skip
    built.expect("AE", "USUBJID | AETERM | AEDECOD \n S-1 | rash | RASH \n S-2 | fever | FEVER")


def test_a_value_set_by_some_sources_only_is_told(refused):
    problems = refused(TWO_FORMS, AE="""
        records:
          - {from: a, set: {AETERM: a.TERM, AEDECOD: a.TERM}}
          - {from: b, set: {AETERM: b.WORD}}
    """)  # fmt: skip
    assert any("AEDECOD: set by some sources and not by this one" in p for p in problems)


def test_wide_columns_become_records(build):
    built = build({"vs": "ID | WT | HT | OTHER \n 1 | 70 | 170 | x \n 2 |  | 180 | y"}, VS="""
        tables:
          tests: |
            column => VSTESTCD | VSTEST
            HT     => HEIGHT   | Height
            WT     => WEIGHT   | Weight
        records: [{from: vs, columns: tests, where: cell is not null}]
        order: VSTESTCD
        variables:
          VSTESTCD, VSTEST: tests
          VSORRES:  cell
          VSSTRESN: number(cell)
          VSSTRESC: concat(vs.OTHER, cell)
    """)  # fmt: skip
    built.expect("VS", """
        USUBJID | VSSEQ | VSTESTCD | VSORRES | VSSTRESC | VSSTRESN
        S-1     | 1     | HEIGHT   | 170     | x170     | 170
        S-1     | 2     | WEIGHT   | 70      | x70      | 70
        S-2     | 1     | HEIGHT   | 180     | y180     | 180
    """)  # fmt: skip


def test_without_where_every_wide_column_gives_a_record(build):
    built = build({"vs": "ID | WT | HT \n 1 | 70 |"}, VS="""
        tables:
          tests: |
            column => VSTESTCD
            WT     => WEIGHT
            HT     => HEIGHT
        records: [{from: vs, columns: tests}]
        variables:
          VSTESTCD: tests.VSTESTCD
          VSORRES:  cell
          VSSTAT:   if(cell is null, 'NOT DONE')
    """)  # fmt: skip
    built.expect("VS", "VSTESTCD | VSORRES | VSSTAT \n WEIGHT | 70 | \n HEIGHT | | NOT DONE")


def test_where_may_look_at_the_wide_columns_table_and_at_a_variable(build):
    built = build({"vs": "ID | WT | HT | BP \n 1 | 70 | 170 | 120"}, VS="""
        tables:
          tests: |
            column => VSTESTCD | use
            WT     => WEIGHT   | Y
            HT     => HEIGHT   | Y
            BP     => SYSBP    |
        records: [{from: vs, columns: tests, where: tests.use = 'Y' and VSTESTCD <> 'HEIGHT'}]
        variables:
          VSTESTCD: tests.VSTESTCD
          VSORRES:  cell
    """)  # fmt: skip
    built.expect("VS", "VSTESTCD | VSORRES \n WEIGHT | 70")


def test_wide_columns_of_one_source_stand_beside_a_source_without(build):
    built = build({"w": "ID | WT | HT \n 1 | 70 | 170", "l": "ID | RES \n 1 | 36.6"}, VS="""
        tables:
          tests: |
            column => CODE
            WT     => WEIGHT
            HT     => HEIGHT
        records:
          - {from: w, columns: tests, set: {VSTESTCD: tests.CODE, VSORRES: cell}}
          - {from: l, set: {VSTESTCD: "'TEMP'", VSORRES: l.RES}}
        order: VSTESTCD
    """)  # fmt: skip
    built.expect("VS", "VSSEQ | VSTESTCD | VSORRES \n 1 | HEIGHT | 170 \n 2 | TEMP | 36.6 \n 3 | WEIGHT | 70")


def test_a_dataset_may_be_made_long_by_its_variables(build):
    built = build({"dm": "ID | A | B \n 1 | 5 | 6"}, VS="""
        tables:
          both: |
            column   => name
            VSORRES  => first
            VSSTRESC => second
        records: [{from: dm}]
        variables:
          VSTESTCD: 'X'
          VSORRES:  dm.A
          VSSTRESC: dm.B
    """, ADX="""
        tables:
          both: |
            column   => name
            VSORRES  => first
            VSSTRESC => second
        records: [{from: VS, columns: both}]
        order: PARAMCD
        variables:
          PARAMCD: both.name
          AVALC:   cell
    """)  # fmt: skip
    built.expect("ADX", "USUBJID | PARAMCD | AVALC \n S-1 | first | 5 \n S-1 | second | 6")


def test_with_is_the_join_that_multiplies(build):
    built = build({"dm": "ID | ARM \n 1 | A \n 2 | B \n 3 | C"}, TA="""
        tables:
          plan: |
            ARMCD | TAETORD => ETCD | EPOCH
            A     | 1       => SCR  | SCREENING
            A     | 2       => TRT  | TREATMENT
            B     | 1       => SCR  | SCREENING
        records: [{from: plan}]
        variables:
          ARMCD, TAETORD, ETCD, EPOCH: plan
    """, DM="""
        records: [{from: dm}]
        variables: {ARMCD: dm.ARM}
    """, SE="""
        records:
          - from: DM
            with: {TA: TA.ARMCD = DM.ARMCD}
        order: TAETORD
        variables:
          ETCD, TAETORD: TA
    """)  # fmt: skip
    built.expect("SE", """
        USUBJID | SESEQ | ETCD | TAETORD
        S-1     | 1     | SCR  | 1
        S-1     | 2     | TRT  | 2
        S-2     | 1     | SCR  | 1
    """)  # fmt: skip


def test_where_may_look_at_what_was_joined(build):
    built = build({"dm": "ID | ARM \n 1 | A"}, study="""
        tables:
          plan: |
            ARM | N => WHAT
            A   | 1 => one
            A   | 2 => two
    """, ADX="""
        records: [{from: dm, with: {plan: plan.ARM = dm.ARM}, where: plan.N = 2}]
        variables: {AVALC: plan.WHAT, AVAL: plan.N}
    """)  # fmt: skip
    built.expect("ADX", "USUBJID | AVALC | AVAL \n S-1 | two | 2")


def test_one_per_collapses_and_variables_aggregate(build):
    built = build({"sv": "ID | VISIT | DAY \n 1 | W1 | 2024-01-08 \n 1 | W1 | 2024-01-07 \n 1 | W2 | 2024-01-14 \n 2 | W1 |"}, SV="""
        records: [{from: sv, set: {VISIT: upper(sv.VISIT), day: sv.DAY}}]
        one_per: USUBJID, VISIT
        order: VISIT
        variables:
          VISITNUM: number(VISIT[2:])
          SVSTDTC:  min(day)
          SVENDTC:  max(day)
          n:        count(*)
          SVUPDES:  concat(VISIT, ':', n)
          SVSTDY:   study_day(SVENDTC, SVSTDTC)
    """)  # fmt: skip
    built.expect("SV", """
        USUBJID | VISITNUM | VISIT | SVSTDTC    | SVENDTC    | SVSTDY | SVUPDES
        S-1     | 1        | W1    | 2024-01-07 | 2024-01-08 | 2      | W1:2
        S-1     | 2        | W2    | 2024-01-14 | 2024-01-14 | 1      | W2:1
        S-2     | 1        | W1    |            |            |        | W1:1
    """)  # fmt: skip


def test_one_per_with_several_sources_and_a_missing_key(build):
    built = build({"a": "ID | V | D \n 1 | W1 | 3 \n 1 |  | 4", "b": "ID | V | D \n 1 | W1 | 1 \n 1 |  | 9 \n 2 | W1 | 5"}, SV="""
        records:
          - {from: a, set: {VISIT: a.V, d: number(a.D)}}
          - {from: b, set: {VISIT: b.V, d: number(b.D)}}
        one_per: USUBJID, VISIT
        order: VISIT
        variables:
          VISITNUM: min(d)
          VISITDY:  max(d)
    """)  # fmt: skip
    built.expect("SV", "USUBJID | VISIT | VISITNUM | VISITDY \n S-1 | | 4 | 9 \n S-1 | W1 | 1 | 3 \n S-2 | W1 | 5 | 5")


def test_one_per_may_name_a_group(build):
    built = build({"x": "ID | P | V \n 1 | A | 1 \n 1 | A | 2 \n 2 | A | 5"}, ADX="""
        groups: {parameter: "USUBJID, PARAMCD"}
        records: [{from: x, set: {PARAMCD: x.P, v: number(x.V)}}]
        one_per: parameter
        variables: {AVAL: sum(v)}
    """)  # fmt: skip
    built.expect("ADX", "USUBJID | PARAMCD | AVAL \n S-1 | A | 3 \n S-2 | A | 5")


def test_an_aggregate_of_one_per_may_be_narrowed_by_filter(build):
    built = build({"x": "ID | V | OK \n 1 | 1 | Y \n 1 | 5 | N \n 2 | 9 | N"}, ADX="""
        records: [{from: x, set: {v: number(x.V), ok: x.OK}}]
        one_per: USUBJID
        variables:
          AVAL:  max(v) filter (where ok = 'Y')
          AVALC: yes_if(has(ok = 'N'))
    """)  # fmt: skip
    built.expect("ADX", "USUBJID | AVAL | AVALC \n S-1 | 1 | Y \n S-2 | | Y")


def test_a_plain_value_that_may_differ_among_the_collapsed_is_told(refused):
    problems = refused({"x": "ID | V \n 1 | 1 \n 1 | 5"}, ADX="""
        records: [{from: x, set: {v: number(x.V)}}]
        one_per: USUBJID
        variables: {AVAL: v}
    """)  # fmt: skip
    assert any("v may differ among the records that become one; aggregate it, as min(v)" in p for p in problems)


def test_keep_picks_one_record(build):
    built = build({"ev": "ID | KIND | DAY \n 1 | censored | 5 \n 1 | event | 9 \n 1 | event | 7 \n 2 | censored | 3"}, ADTTE="""
        class: TTE
        records: [{from: ev}]
        one_per: USUBJID
        keep: first by CNSR, AVAL
        variables:
          CNSR:  if(ev.KIND = 'event', 0, 1)
          AVAL:  number(ev.DAY)
          EVNTDESC: ev.KIND
          PARAMCD: 'TT'
    """)  # fmt: skip
    built.expect("ADTTE", "USUBJID | CNSR | AVAL | EVNTDESC \n S-1 | 0 | 7 | event \n S-2 | 1 | 3 | censored")


def test_keep_last_with_a_missing_value_takes_the_greatest(build):
    built = build({"x": "ID | V \n 1 | 3 \n 1 |  \n 1 | 8 \n 2 |"}, ADX="""
        records: [{from: x}]
        one_per: USUBJID
        keep: last by AVAL
        variables: {AVAL: number(x.V)}
    """)  # fmt: skip
    built.expect("ADX", "USUBJID | AVAL \n S-1 | 8 \n S-2 |")


def test_keep_from_several_sources_with_set(build):
    built = build({"d": "ID | DEATH \n 1 | 2024-03-01", "dm": "ID | LAST \n 1 | 2024-02-01 \n 2 | 2024-04-01"}, ADTTE="""
        class: TTE
        records:
          - {from: d,  set: {CNSR: 0, ADT: to_date(d.DEATH), EVNTDESC: "'DEATH'"}}
          - {from: dm, set: {CNSR: 1, ADT: to_date(dm.LAST), EVNTDESC: "'ALIVE'"}}
        one_per: USUBJID
        keep: first by CNSR, ADT
        variables: {PARAMCD: 'DEATH'}
    """)  # fmt: skip
    built.expect("ADTTE", "USUBJID | CNSR | ADT | EVNTDESC \n S-1 | 0 | 2024-03-01 | DEATH \n S-2 | 1 | 2024-04-01 | ALIVE")


def test_trial_design_comes_from_tables(build):
    built = build({"dm": "ID | ARM \n 1 | A"}, study="""
        tables:
          summary: |
            TSPARMCD | TSSEQ => TSPARM        | TSVAL
            TITLE    | 1     => Trial Title   | A Study
            INDIC    | 1     => Indication    | Pain
            INDIC    | 2     => Indication    | Fever
    """, TS="""
        records: [{from: summary}]
        variables:
          TSPARMCD, TSSEQ, TSPARM, TSVAL: summary
    """)  # fmt: skip
    assert "USUBJID" not in built.table("TS").column_names
    built.expect("TS", """
        STUDYID | DOMAIN | TSSEQ | TSPARMCD | TSPARM      | TSVAL
        DRAWN   | TS     | 1     | TITLE    | Trial Title | A Study
        DRAWN   | TS     | 1     | INDIC    | Indication  | Pain
        DRAWN   | TS     | 2     | INDIC    | Indication  | Fever
    """)  # fmt: skip
