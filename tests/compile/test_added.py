"""Added records: copied from a record, step by step; and `final`, over all of them."""

from __future__ import annotations

SCORES = {"x": "ID | V | P | N \n 1 | W1 | A | 2 \n 1 | W1 | B | 3 \n 1 | W2 | A | 5 \n 2 | W1 | A | 7 \n 2 | W1 | B | 1"}
ADX = """
    tables:
      parameters: |
        PARAMCD => PARAM   | PARAMN
        A       => Item A  | 1
        B       => Item B  | 2
        TOT     => Total   | 3
        MEAN    => Average | 4
    groups: {parameter: "USUBJID, PARAMCD", visit: "USUBJID, AVISIT"}
    records: [{from: x}]
    order: AVISIT, PARAMN
    variables:
      AVISIT:  x.V
      PARAMCD: x.P
      PARAM, PARAMN: parameters
      AVAL:    number(x.N)
"""


def test_a_step_adds_a_record_for_each_group(build):
    built = build(SCORES, ADX=ADX + """
    added:
      - name: total
        per:  visit
        copy: first by PARAMN
        set:  {PARAMCD: 'TOT', AVAL: sum(AVAL)}
    """)  # fmt: skip
    built.expect("ADX", """
        USUBJID | AVISIT | PARAMCD | PARAM  | PARAMN | AVAL
        S-1     | W1     | A       | Item A | 1      | 2
        S-1     | W1     | B       | Item B | 2      | 3
        S-1     | W1     | TOT     | Total  | 3      | 5
        S-1     | W2     | A       | Item A | 1      | 5
        S-1     | W2     | TOT     | Total  | 3      | 5
        S-2     | W1     | A       | Item A | 1      | 7
        S-2     | W1     | B       | Item B | 2      | 1
        S-2     | W1     | TOT     | Total  | 3      | 8
    """)  # fmt: skip


def test_a_value_of_a_parameter_and_a_missing_one_adds_no_record(build):
    built = build(SCORES, ADX=ADX + """
    added:
      - name: total
        per:  visit
        copy: first by PARAMN
        set:  {PARAMCD: 'TOT', AVAL: "AVAL['A'] * 10 + AVAL['B']"}
    """)  # fmt: skip
    totals = [row for row in built.drawn("ADX", ["USUBJID", "AVISIT", "PARAMCD", "AVAL"]) if row[2] == "TOT"]
    assert totals == [["S-1", "W1", "TOT", "23"], ["S-2", "W1", "TOT", "71"]]


def test_unless_asked_to_keep_missing(build):
    built = build(SCORES, ADX=ADX + """
    added:
      - name: total
        keep_missing: yes
        per:  visit
        copy: first by PARAMN
        set:  {PARAMCD: 'TOT', AVAL: "AVAL['A'] + AVAL['B']"}
    """)  # fmt: skip
    totals = [row for row in built.drawn("ADX", ["USUBJID", "AVISIT", "PARAMCD", "AVAL"]) if row[2] == "TOT"]
    assert totals == [["S-1", "W1", "TOT", "5"], ["S-1", "W2", "TOT", ""], ["S-2", "W1", "TOT", "8"]]


def test_a_later_step_sees_the_records_of_an_earlier_one(build):
    built = build(SCORES, ADX=ADX + """
    added:
      - name: total
        per:  visit
        copy: first by PARAMN
        set:  {PARAMCD: 'TOT', AVAL: "AVAL['A'] + AVAL['B']"}
      - name: average
        where: PARAMCD = 'TOT'
        per:  visit
        copy: first by PARAMN
        set:  {PARAMCD: 'MEAN', AVAL: "AVAL['TOT'] / 2"}
    """)  # fmt: skip
    added = [row for row in built.drawn("ADX", ["USUBJID", "AVISIT", "PARAMCD", "PARAM", "AVAL"]) if row[2] in ("TOT", "MEAN")]
    assert added == [
        ["S-1", "W1", "TOT", "Total", "5"], ["S-1", "W1", "MEAN", "Average", "2.5"],
        ["S-2", "W1", "TOT", "Total", "8"], ["S-2", "W1", "MEAN", "Average", "4"],
    ]  # fmt: skip


def test_where_picks_the_records_and_copy_the_one_to_copy(build):
    built = build({"x": "ID | D | P | N \n 1 | 3 | A | 2 \n 1 | 1 | A | 3 \n 1 | 2 | A | 9 \n 1 | 9 | B | 1"}, ADX="""
        records: [{from: x}]
        order: ADY, DTYPE
        variables: {ADY: number(x.D), PARAMCD: x.P, AVAL: number(x.N)}
        added:
          - name: worst
            where: PARAMCD = 'A' and AVAL < 9
            per:  USUBJID
            copy: last by ADY
            set:  {DTYPE: 'MAXIMUM', AVAL: max(AVAL)}
    """)  # fmt: skip
    built.expect("ADX", """
        ADY | PARAMCD | AVAL | DTYPE
        1   | A       | 3    |
        2   | A       | 9    |
        3   | A       | 2    |
        3   | A       | 3    | MAXIMUM
        9   | B       | 1    |
    """)  # fmt: skip


def test_a_value_that_only_added_records_have_is_missing_on_the_others(build):
    built = build(SCORES, ADX=ADX + """
    added:
      - name: total
        per:  subject
        copy: last by AVISIT, PARAMN
        set:  {PARAMCD: 'TOT', AVAL: max(AVAL), DTYPE: 'MAXIMUM'}
    """)  # fmt: skip
    assert built.values("ADX", "DTYPE") == [None, None, None, "MAXIMUM", None, None, "MAXIMUM"]


def test_row_local_variables_are_computed_again_and_windowed_ones_copied(build):
    built = build(SCORES, ADX=ADX + """
      SHIFT1: {label: Local, value: "concat(PARAMCD, number_text(AVAL))"}
      SHIFT2: {label: Through another, value: lower(SHIFT1)}
      SHIFT3: {label: Windowed, value: number_text(max(AVAL) over visit)}
      SHIFT4: {label: Untouched, value: "concat(AVISIT, '!')"}
    added:
      - name: total
        where: AVISIT = 'W1'
        per:  visit
        copy: first by PARAMN
        set:  {PARAMCD: 'TOT', AVAL: sum(AVAL)}
    """)  # fmt: skip
    added = [row for row in built.drawn("ADX", ["PARAMCD", "SHIFT1", "SHIFT2", "SHIFT3", "SHIFT4"]) if row[0] == "TOT"]
    assert added == [["TOT", "TOT5", "tot5", "3", "W1!"], ["TOT", "TOT8", "tot8", "7", "W1!"]]


def test_what_depends_on_the_source_alone_is_copied_even_if_it_differs(build):
    """The form's own columns belong to the record that was copied."""
    built = build(SCORES, ADX=ADX + """
      SHIFT1: {label: Source, value: "concat(x.P, x.N)"}
    added:
      - name: total
        where: USUBJID = 'S-2'
        per:  visit
        copy: last by PARAMN
        set:  {PARAMCD: 'TOT', AVAL: sum(AVAL)}
    """)  # fmt: skip
    assert [row for row in built.drawn("ADX", ["PARAMCD", "SHIFT1"]) if row[0] == "TOT"] == [["TOT", "B1"]]


def test_a_rule_that_mixes_the_source_and_what_was_set_is_computed_again(build):
    built = build(SCORES, ADX=ADX + """
      SHIFT1: {label: Mixed, value: "concat(PARAMCD, x.P, parameters.PARAM)"}
    added:
      - name: total
        where: USUBJID = 'S-2'
        per:  visit
        copy: last by PARAMN
        set:  {PARAMCD: 'TOT', AVAL: sum(AVAL)}
    """)  # fmt: skip
    assert [row for row in built.drawn("ADX", ["PARAMCD", "SHIFT1"]) if row[0] == "TOT"] == [["TOT", "TOTBTotal"]]


def test_set_reads_the_copied_record_and_not_what_it_sets(build):
    built = build(SCORES, ADX=ADX + """
    added:
      - name: total
        where: USUBJID = 'S-2'
        per:  visit
        copy: last by PARAMN
        set:  {PARAMCD: "concat(PARAMCD, 'X')", AVALC: "concat(PARAMCD, AVAL)", AVAL: AVAL + 100}
    """)  # fmt: skip
    assert [row for row in built.drawn("ADX", ["PARAMCD", "AVALC", "AVAL"]) if row[0] == "BX"] == [["BX", "B1.0", "101"]]


def test_each_adds_a_record_for_every_line_that_the_group_lacks(build):
    built = build({"x": "ID | W | N \n 1 | 0 | 4 \n 1 | 8 | 6 \n 2 | 0 | 5 \n 3 | 4 | 1"}, study="""
        tables:
          windows: |
            AVISITN => AVISIT
            0       => Base
            4       => Week 4
            8       => Week 8
            12      => Week 12
    """, ADX="""
        groups: {parameter: "USUBJID, PARAMCD"}
        records: [{from: x}]
        order: AVISITN
        variables:
          PARAMCD: 'A'
          AVISITN: number(x.W)
          AVISIT:  windows.AVISIT
          AVAL:    number(x.N)
        added:
          - name: locf
            per:   parameter
            each:  windows
            where: AVISITN < windows.AVISITN and AVISITN > 0
            copy:  last by AVISITN
            set:
              AVISITN: windows.AVISITN
              DTYPE: 'LOCF'
    """)  # fmt: skip
    built.expect("ADX", """
        USUBJID | AVISIT  | AVISITN | AVAL | DTYPE
        S-1     | Base    | 0       | 4    |
        S-1     | Week 8  | 8       | 6    |
        S-1     | Week 12 | 12      | 6    | LOCF
        S-2     | Base    | 0       | 5    |
        S-3     | Week 4  | 4       | 1    |
        S-3     | Week 8  | 8       | 1    | LOCF
        S-3     | Week 12 | 12      | 1    | LOCF
    """)  # fmt: skip


def test_final_runs_over_all_records_and_added_ones_too(build):
    built = build(SCORES, ADX=ADX + """
    added:
      - name: total
        per:  visit
        copy: first by PARAMN
        set:  {PARAMCD: 'TOT', AVAL: sum(AVAL), DTYPE: 'SUM'}
    final:
      ASEQ:  row_number() over (subject order by AVISIT, PARAMN)
      ABLFL: yes_if(AVISIT = 'W1')
      BASE:  value_at(AVAL, ABLFL = 'Y') over parameter
      CHG:   AVAL - BASE
    """)  # fmt: skip
    built.expect("ADX", """
        USUBJID | AVISIT | PARAMCD | AVAL | BASE | CHG | DTYPE | ABLFL | ASEQ
        S-1     | W1     | A       | 2    | 2    | 0   |       | Y     | 1
        S-1     | W1     | B       | 3    | 3    | 0   |       | Y     | 2
        S-1     | W1     | TOT     | 5    | 5    | 0   | SUM   | Y     | 3
        S-1     | W2     | A       | 5    | 2    | 3   |       |       | 4
        S-1     | W2     | TOT     | 5    | 5    | 0   | SUM   |       | 5
        S-2     | W1     | A       | 7    | 7    | 0   |       | Y     | 1
        S-2     | W1     | B       | 1    | 1    | 0   |       | Y     | 2
        S-2     | W1     | TOT     | 8    | 8    | 0   | SUM   | Y     | 3
    """)  # fmt: skip


def test_a_total_by_proportion_minds_the_table_of_items(build):
    """Like ADAS-Cog: 11 of 14 items count, and a missing one is made up for by proportion."""
    built = build({"q": "ID | Q1 | Q2 | Q3 \n 1 | 4 | 5 | 9 \n 2 | 4 |  | 9"}, QS="""
        tables:
          items: |
            column => QSTESTCD | maximum
            Q1     => I1       | 10
            Q2     => I2       | 5
            Q3     => I3       |
        records: [{from: q, columns: items, where: cell is not null}]
        order: QSTESTCD
        variables:
          QSTESTCD: items.QSTESTCD
          QSORRES:  cell
          QSSTRESN: number(QSORRES)
          QSDRVFL:  null
        added:
          - name: total
            where: items.maximum is not null
            per:  USUBJID
            copy: first by QSTESTCD
            set:
              QSTESTCD: 'TOT'
              QSORRES:  null
              QSSTRESN: sum(QSSTRESN) * 15 / sum(items.maximum)
              QSDRVFL:  'Y'
        final:
          QSSEQ: 100 + row_number() over (subject order by QSTESTCD)
    """)  # fmt: skip
    built.expect("QS", """
        USUBJID | QSSEQ | QSTESTCD | QSORRES | QSSTRESN | QSDRVFL
        S-1     | 101   | I1       | 4       | 4        |
        S-1     | 102   | I2       | 5       | 5        |
        S-1     | 103   | I3       | 9       | 9        |
        S-1     | 104   | TOT      |         | 9        | Y
        S-2     | 101   | I1       | 4       | 4        |
        S-2     | 102   | I3       | 9       | 9        |
        S-2     | 103   | TOT      |         | 6        | Y
    """)  # fmt: skip


def test_the_sequence_numbers_added_records_too(build):
    built = build({"q": "ID | T | N \n 1 | A | 4 \n 1 | C | 5"}, QS="""
        records: [{from: q}]
        order: QSTESTCD
        variables: {QSTESTCD: q.T, QSSTRESN: number(q.N)}
        added:
          - {name: total, per: USUBJID, copy: first by QSTESTCD, set: {QSTESTCD: 'B', QSSTRESN: sum(QSSTRESN)}}
    """)  # fmt: skip
    built.expect("QS", "QSSEQ | QSTESTCD | QSSTRESN \n 1 | A | 4 \n 2 | B | 9 \n 3 | C | 5")


def test_a_group_with_a_missing_key_gets_its_record(build):
    built = build({"x": "ID | V | N \n 1 | W1 | 4 \n 1 |  | 5 \n 1 |  | 6"}, ADX="""
        records: [{from: x}]
        order: AVISIT, AVAL
        variables: {AVISIT: x.V, PARAMCD: 'A', AVAL: number(x.N)}
        added:
          - {name: total, per: "USUBJID, AVISIT", copy: first by AVAL, set: {PARAMCD: 'TOT', AVAL: sum(AVAL)}}
    """)  # fmt: skip
    built.expect("ADX", "AVISIT | PARAMCD | AVAL \n | A | 5 \n | A | 6 \n | TOT | 11 \n W1 | A | 4 \n W1 | TOT | 4")


def test_steps_after_one_per(build):
    built = build({"x": "ID | P | N \n 1 | A | 4 \n 1 | A | 6 \n 1 | B | 1"}, ADX="""
        records: [{from: x, set: {PARAMCD: x.P, n: number(x.N)}}]
        one_per: USUBJID, PARAMCD
        order: PARAMCD
        variables: {AVAL: max(n)}
        added:
          - {name: total, per: USUBJID, copy: first by PARAMCD, set: {PARAMCD: 'TOT', AVAL: "AVAL['A'] + AVAL['B']"}}
    """)  # fmt: skip
    built.expect("ADX", "PARAMCD | AVAL \n A | 6 \n B | 1 \n TOT | 7")


def test_a_parameter_that_stands_twice_in_the_group_is_told(refused):
    problems = refused({"x": "ID | P | N \n 1 | A | 4 \n 1 | A | 6"}, ADX="""
        records: [{from: x}]
        variables: {PARAMCD: x.P, AVAL: number(x.N)}
        added:
          - {name: total, per: USUBJID, copy: first by PARAMCD, set: {PARAMCD: 'TOT', AVAL: "AVAL['A'] + 1"}}
    """)  # fmt: skip
    assert any("more than one record where one was expected" in p for p in problems)


def test_a_condition_of_a_step_that_is_unknown_takes_no_part(build):
    built = build({"x": "ID | N \n 1 | 4 \n 1 |  \n 1 | 9"}, ADX="""
        records: [{from: x}]
        order: AVAL
        variables: {PARAMCD: 'A', AVAL: number(x.N)}
        added:
          - {name: low, where: AVAL < 5, per: USUBJID, copy: first by AVAL, set: {PARAMCD: 'LOW', AVAL: count(*)}}
    """)  # fmt: skip
    built.expect("ADX", "PARAMCD | AVAL \n A | \n LOW | 1 \n A | 4 \n A | 9")
