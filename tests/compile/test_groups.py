"""Groups, windows, and aggregates over another dataset's rows."""

from __future__ import annotations

import pytest

LAB = {"x": "ID | P | N | V \n 1 | A | 1 | 5 \n 1 | A | 2 | 8 \n 1 | B | 1 | 3 \n 2 | A | 1 |"}


def adx(rules: str) -> str:
    return f"""
groups: {{parameter: "USUBJID, PARAMCD"}}
records: [{{from: x}}]
order: PARAMCD, AVISITN
variables:
  PARAMCD: x.P
  AVISITN: number(x.N)
  AVAL:    number(x.V)
  {rules}
"""


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("max(AVAL) over parameter", ["8", "8", "3", ""]),
        ("sum(AVAL) over subject", ["16", "16", "16", ""]),
        ("count(*) over subject", ["3", "3", "3", "1"]),
        ("count(AVAL) over subject", ["3", "3", "3", "0"]),
        ("row_number() over (subject order by AVAL desc)", ["2", "1", "3", "1"]),
        ("lag(AVAL) over (parameter order by AVISITN)", ["", "5", "", ""]),
        ("first_value(AVAL) over (subject order by AVAL)", ["3", "3", "3", ""]),
        ("AVAL - min(AVAL) over subject", ["2", "5", "0", ""]),
        ("max(AVAL) filter (where AVISITN = 1) over parameter", ["5", "5", "3", ""]),
        ("value_at(AVAL, AVISITN = 2) over parameter", ["8", "8", "", ""]),
        ("count(*) over ()", ["4", "4", "4", "4"]),
        ("row_number() over (order by USUBJID, PARAMCD, AVISITN)", ["1", "2", "3", "4"]),
        ("sum(AVAL) over (parameter order by AVISITN rows between unbounded preceding and current row)", ["5", "13", "3", ""]),
    ],
)
def test_a_window_runs_over_a_group(build, rule, expected):
    assert [row[0] for row in build(LAB, ADX=adx(f"BASE: {rule}")).drawn("ADX", ["BASE"])] == expected


def test_a_window_may_stand_within_an_expression_and_a_branch(build):
    built = build(
        LAB,
        ADX=adx("""BASEC:
    "AVAL = max(AVAL) over parameter": 'top'
    else: "concat('rank ', row_number() over (parameter order by AVAL))"
"""),
    )
    built.expect("ADX", "AVAL | BASEC \n 5 | rank 1 \n 8 | top \n 3 | top \n | rank 1")


def test_a_window_may_use_a_looked_up_column(build):
    built = build({**LAB, "dm": "ID | W \n 1 | 2 \n 2 | 1"}, ADSL="records: [{from: dm}] \nvariables: {AGE: number(dm.W)}",
                  ADX=adx("BASE: sum(AVAL * ADSL.AGE) over subject"))  # fmt: skip
    built.expect("ADX", "AVAL | BASE \n 5 | 32 \n 8 | 32 \n 3 | 32 \n |")


def test_a_group_of_the_study_serves_every_dataset(build):
    spec = adx("BASE: max(AVAL) over both").replace('groups: {parameter: "USUBJID, PARAMCD"}\n', "")
    built = build(LAB, study="groups: {both: 'USUBJID, PARAMCD'}", ADX=spec)
    assert built.values("ADX", "BASE") == [8, 8, 3, None]


def test_an_unknown_group_is_told(refused):
    assert any("no group named paramter; did you mean parameter?" in p for p in refused(LAB, ADX=adx("BASE: max(AVAL) over paramter")))


def test_an_aggregate_without_rows_to_run_over_is_told(refused):
    assert any("max needs rows to run over" in p for p in refused(LAB, ADX=adx("BASE: max(AVAL)")))


DOSES = {"dm": "ID \n 1 \n 2 \n 3", "ex": "ID | D | MG \n 1 | 2024-01-02 | 5 \n 1 | 2024-01-01 | 10 \n 2 | 2024-01-03 |"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("min(ex.D)", ["2024-01-01", "2024-01-03", ""]),
        ("sum(number(ex.MG))", ["15", "", ""]),
        ("avg(number(ex.MG))", ["7.5", "", ""]),
        ("count(*) filter (where ex.MG is not null)", ["2", "0", "0"]),
        ("count(ex.ID)", ["2", "1", "0"]),
        ("count(ex.MG)", ["2", "0", "0"]),
        ("count(distinct ex.ID)", ["1", "1", "0"]),
        ("yes_or_no(has(number(ex.MG) > 5))", ["Y", "N", "N"]),
        ("has(number(ex.MG) > 5) is null", ["False", "False", "False"]),
        ("max(number(ex.MG)) filter (where ex.D > '2024-01-01')", ["5", "", ""]),
        ("max(number(ex.MG)) - min(number(ex.MG))", ["5", "", ""]),
        ("coalesce(sum(number(ex.MG)), 0)", ["15", "0", "0"]),
        ("max_by(ex.MG, ex.D)", ["5", "", ""]),
        ("string_agg(ex.D, ' ' order by ex.D)", ["2024-01-01 2024-01-02", "2024-01-03", ""]),
        ("min(ex.D) filter (where ex.D > SUBJID)", ["2024-01-02", "2024-01-03", ""]),
    ],
)
def test_an_aggregate_runs_over_the_subjects_rows_of_another_form(build, rule, expected):
    built = build(DOSES, ADSL=f"""
        records: [{{from: dm}}]
        order: USUBJID
        variables:
          SUBJID: "if(USUBJID = 'S-1', '2024-01-01', '2024-01-02')"
          found:  "{rule}"
          SITEID: cast(found as varchar)
    """)  # fmt: skip
    clean = [row[0].removesuffix(".0").replace("false", "False") for row in built.drawn("ADSL", ["SITEID"])]
    assert clean == expected


def test_an_aggregate_over_a_declared_lookup_minds_its_where_and_match(build):
    built = build({**DOSES, "ae": "ID | DAY \n 1 | 2024-01-02 \n 2 | 2024-01-01"}, AE="""
        lookups: {before: {from: ex, match: before.D < AESTDTC}}
        records: [{from: ae}]
        variables:
          AETERM:  'x'
          AESTDTC: ae.DAY
          AEENDTC: max(before.D)
          n:       count(before.D)
          AESPID:  cast(n as varchar)
    """)  # fmt: skip
    built.expect("AE", "USUBJID | AESTDTC | AEENDTC | AESPID \n S-1 | 2024-01-02 | 2024-01-01 | 1 \n S-2 | 2024-01-01 | | 0")


def test_two_aggregates_of_two_datasets_in_one_rule(build):
    built = build({**DOSES, "ae": "ID | DAY \n 1 | 2024-02-01 \n 3 | 2024-03-01"}, ADSL="""
        records: [{from: dm}]
        variables: {SUBJID: "greatest(max(ex.D), max(ae.DAY))"}
    """)  # fmt: skip
    built.expect("ADSL", "USUBJID | SUBJID \n S-1 | 2024-02-01 \n S-2 | 2024-01-03 \n S-3 | 2024-03-01")


def test_an_aggregate_may_run_over_the_datasets_own_source_rows_of_the_subject(build):
    """A source named in an aggregate means all its rows of the subject, not the record's own."""
    built = build({"ae": "ID | N \n 1 | 3 \n 1 | 4 \n 2 | 5"}, AE="""
        records: [{from: ae}]
        order: AETERM
        variables:
          AETERM:  ae.N
          AEDECOD: max(ae.N)
    """)  # fmt: skip
    built.expect("AE", "USUBJID | AETERM | AEDECOD \n S-1 | 3 | 4 \n S-1 | 4 | 4 \n S-2 | 5 | 5")


def test_an_aggregate_within_an_aggregate_is_told(refused):
    problems = refused(DOSES, ADSL="""
        records: [{from: dm}]
        variables: {AGE: sum(number(ex.MG) - min(number(ex.MG)))}
    """)  # fmt: skip
    assert any("an aggregate within an aggregate" in p for p in problems)
