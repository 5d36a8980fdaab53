"""Values: types, numbers, missing, code lists, branches, and what YAML would make of a scalar."""

from __future__ import annotations

import pyarrow as pa
import pytest


def one(build, rule, form="ID | A | B \n 1 | 2 | x", study=""):
    """The value of one rule, as a number or text of a BDS record."""
    return build({"x": form}, study=study, ADX=f"""
records: [{{from: x}}]
order: x.A
variables:
  PARAMCD: 'A'
  {rule}
""")  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("0.1 + 0.2", 0.1 + 0.2),
        ("0.1 * 3", 0.1 * 3),
        ("0.3 * number(x.A) * (1 + 3)", 0.3 * 2 * (1 + 3)),
        ("1.005 * 1000", 1.005 * 1000),
        ("1 / 3", 1 / 3),
        ("7 / 2", 3.5),
        ("number(x.A) / 3", 2 / 3),
        ("100 * (5.7 - 4.2) / 4.2", 100 * (5.7 - 4.2) / 4.2),
        (".5 + .25", 0.75),
        ("1e-3 + 1", 1.001),
        ("2.5E2", 250.0),
        ("12345678901234567 + 0", 12345678901234567.0),
        ("0.1 + 0.2 = 0.3", None),
    ],
)
def test_decimal_literals_and_arithmetic_are_doubles(build, expression, value):
    if value is None:
        assert one(build, f"AVAL: if({expression}, 1, 0)").values("ADX", "AVAL") == [0.0]
        return
    assert one(build, f"AVAL: {expression}").values("ADX", "AVAL") == [value]


@pytest.mark.parametrize(
    "expression", ["1 / 0", "number(x.A) / 0", "5 / (number(x.A) - 2)", "0.0 / 0", "percent_change(5, 0)", "mod(5, 0)", "5 % 0", "5 // 0"]
)
def test_a_division_by_zero_is_missing(build, expression):
    assert one(build, f"AVAL: {expression}").values("ADX", "AVAL") == [None]


def test_infinity_in_an_output_is_an_error(refused):
    problems = refused({"x": "ID | A \n 1 | 400"}, ADX="records: [{from: x}] \nvariables: {PARAMCD: 'A', AVAL: 1e300 * 1e300}")
    assert any("AVAL" in p for p in problems)


def test_types_of_what_is_written(build):
    built = one(build, """AVAL: number(x.A)
  AVALC: x.B
  ADT: to_date('2024-02-29')
  ADTM: to_datetime('2024-02-29T10:30')
  ATM: to_time('10:30')
  AVISITN: row_number() over subject
  SRCSEQ: count(*) over subject""")  # fmt: skip
    schema = built.table("ADX").schema
    assert [str(schema.field(n).type) for n in ("AVAL", "AVALC", "ADT", "AVISITN", "SRCSEQ")] == [
        "double",
        "string",
        "date32[day]",
        "double",
        "double",
    ]
    assert pa.types.is_timestamp(schema.field("ADTM").type) and pa.types.is_time(schema.field("ATM").type)


@pytest.mark.parametrize(
    "rule",
    [
        "AVAL: x.A",
        "AVAL: x.A + 1",
        "AVAL: x.A * 2",
        "AVAL: if(x.A = 5, 1, 0)",
        "AVALC: x.A > 5",
        "AVALC: x.A = 'a'",
        "AVALC: number(x.A)",
        "AVALC: if(5 > x.A, 'a')",
        "AVALC: if(x.A in (1, 2), 'a')",
        "AVALC: if(x.A between 1 and 2, 'a')",
        "AVALC: if(number(x.A) = '5', 'a')",
        "AVALC: if(upper(x.A) > 5, 'a')",
    ],
)
def test_text_is_no_number_and_no_condition(refused, rule):
    problems = refused({"x": "ID | A \n 1 | 5"}, ADX=f"records: [{{from: x}}]\nvariables:\n  PARAMCD: 'A'\n  {rule}\n")
    assert len(problems) == 1 and problems[0].startswith("AVAL")


def test_text_against_a_number_is_told_in_where_and_in_a_lookup(refused):
    problems = refused({"x": "ID | A \n 1 | 5"}, ADX="""
        lookups: {y: {from: x, where: y.A > 5}}
        records: [{from: x, where: x.A > 5}]
        variables: {PARAMCD: 'A', AVALC: y.A}
    """)  # fmt: skip
    assert len(problems) == 2, problems


@pytest.mark.parametrize(
    ("scalar", "value"),
    [("'No'", "No"), ("'on'", "on"), ("'3.10'", "3.10"), ("'2024-01-02'", "2024-01-02"), ("'null'", "null"), ("'~'", "~"),
     ("'it''s'", "it's"),
     ("'1_000'", "1_000"), ("'0x1F'", "0x1F"), ("'  a '", "  a"), ("'50% <b> &amp; {x}'", "50% <b> &amp; {x}"), ("'12:30:00'", "12:30:00")],
)  # fmt: skip
def test_a_single_quoted_scalar_is_that_text(build, scalar, value):
    assert one(build, f"AVALC: {scalar}").values("ADX", "AVALC") == [value]


def test_yaml_does_not_type_what_is_typed(build):
    built = one(build, """AVAL: 3.10
  BASE: 1_0
  AVALC: No.ANSWER""".replace("\n  BASE: 1_0", ""), study="""
tables:
  No: |
    PARAMCD => ANSWER | on
    A       => No     | yes
""")  # fmt: skip
    built.expect("ADX", "AVAL | AVALC \n 3.1 | No")


def test_a_table_cell_is_text_as_drawn(build):
    built = one(build, "AVALC: concat_ws('/', t.a, t.b, t.c, t.d)", study="""
tables:
  t: |
    PARAMCD => a  | b    | c          | d
    A       => No | 3.10 | 2024-01-02 | on
    B       => x  | y    | z          | w
""")  # fmt: skip
    built.expect("ADX", "AVALC \n No/3.10/2024-01-02/on")


def test_blank_and_spaces_are_missing(build):
    built = build({"ae": "ID | A | B \n 1 | x | \n 1 |  | y"}, AE="""
        records: [{from: ae}]
        order: AETERM
        variables: {AETERM: ae.A, AEDECOD: "coalesce(ae.A, ae.B)", AESER: yes_or_no(ae.A is null), AEMODIFY: "'   '"}
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEMODIFY | AEDECOD | AESER \n | | y | Y \n x | | x | N")


def test_a_blank_computed_text_is_missing_to_other_rules_too(build):
    built = build({"ae": "ID | A \n 1 | x"}, AE="""
        records: [{from: ae}]
        variables: {AETERM: ae.A, AEMODIFY: "replace(AETERM, 'x', '')", AEDECOD: "coalesce(AEMODIFY, 'none')"}
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEMODIFY | AEDECOD \n x | | none")


@pytest.mark.parametrize(
    ("condition", "flag", "yes_no"),
    [("AVAL < 5", None, "N"), ("AVAL <> 5", None, "N"), ("AVAL is null", "Y", "Y"), ("AVAL not in (1, 2)", None, "N"),
     ("not (AVAL > 5)", None, "N"),
     ("AVAL < 5 or PARAMCD = 'A'", "Y", "Y"), ("AVAL < 5 and PARAMCD = 'B'", None, "N"), ("AVAL is distinct from 5", "Y", "Y")],
)  # fmt: skip
def test_a_comparison_with_missing_is_unknown(build, condition, flag, yes_no):
    built = one(build, f"""AVAL: null
  FLAG1FL: {{label: Flag, value: "yes_if({condition})"}}
  FLAG2FL: {{label: Flag, value: "yes_or_no({condition})"}}
  AVALC: "if({condition}, 'true', 'other')\"""")  # fmt: skip
    assert built.drawn("ADX", ["FLAG1FL", "FLAG2FL", "AVALC"]) == [[flag or "", yes_no, "true" if flag else "other"]]


def test_unknowns_of_where_are_counted_and_told(build):
    built = build({"ae": "ID | TERM | SEV \n 1 | a | 1 \n 1 | b | \n 1 | c | \n 1 | d | 2"}, AE="""
        records: [{from: ae, where: ae.SEV <> '2'}]
        variables: {AETERM: ae.TERM}
    """)  # fmt: skip
    built.expect("AE", "AETERM \n a")
    assert any("unknown for 2 records" in p and p.endswith("ae.SEV <> '2'") for p in built.noticed)


@pytest.mark.parametrize("condition", ["grade <> 2", "grade not in (2, 3)", "DM.RFSTDTC > '2024-01-01'"])
def test_unknowns_of_where_are_counted_for_variables_and_lookups_too(build, condition):
    built = build({"ae": "ID | TERM | SEV \n 1 | a | 1 \n 1 | b |", "dm": "ID | D \n 1 |"}, DM="""
        records: [{from: dm}]
        variables: {RFSTDTC: dm.D}
    """, AE=f"""
        records:
          - from: ae
            where: {condition}
        variables: {{AETERM: ae.TERM, grade: number(ae.SEV)}}
    """)  # fmt: skip
    count = 2 if condition.startswith("DM") else 1
    assert any(f"unknown for {count} record" in p and condition in p for p in built.noticed)


def test_unknowns_of_a_lookups_where_are_told(build):
    built = build({"x": "ID | A | N \n 1 | a | 1 \n 1 | b |"}, ADX="""
        lookups: {other: {from: x, where: other.N <> '5'}}
        records: [{from: x}]
        variables: {AVALC: other.A}
    """)  # fmt: skip
    assert any("unknown for" in p and "other.N <> '5'" in p for p in built.noticed)


def test_unknowns_of_a_steps_where_are_told(build):
    built = build({"x": "ID | A | N \n 1 | a | 1 \n 1 | b |"}, ADX="""
        records: [{from: x}]
        variables: {PARAMCD: x.A, AVAL: number(x.N)}
        added:
          - {name: s, where: AVAL <> 7, per: USUBJID, copy: first by PARAMCD, set: {PARAMCD: 'T', AVAL: 1}}
    """)  # fmt: skip
    assert any("unknown for 1 record" in p and "AVAL <> 7" in p for p in built.noticed)


def test_a_branch_is_taken_where_its_condition_is_true_first(build):
    built = build({"vs": "ID | T | V \n 1 | TEMP | 36.6 \n 1 | WEIGHT | 70 \n 1 | PULSE | 60 \n 1 |  | 1"}, VS="""
        records: [{from: vs}]
        order: VSTESTCD
        variables:
          VSTESTCD: vs.T
          VSORRES: vs.V
          VSORRESU:
            VSTESTCD = 'TEMP': 'C'
            VSTESTCD <> 'PULSE': 'kg'
          VSSTRESC:
            VSTESTCD in ('TEMP', 'PULSE'): concat(vs.V, '!')
            VSTESTCD = 'TEMP': 'never'
            else: null
          VSSTRESN: {VSTESTCD = 'TEMP': number(VSORRES), else: 0}
    """)  # fmt: skip
    built.expect("VS", """
        VSTESTCD | VSORRESU | VSSTRESC | VSSTRESN
                 |          |          | 0
        PULSE    |          | 60!      | 0
        TEMP     | C        | 36.6!    | 36.6
        WEIGHT   | kg       |          | 0
    """)  # fmt: skip


CODED = {"ae": "ID | SEV | SER | OUT \n 1 | Mild | yes | recovered \n 1 | SEVERE | No | Fatal \n 1 | bad | U |"}


def test_ct_knows_terms_and_synonyms_in_any_case_and_the_studys_words(build):
    built = build({"ae": "ID | SEV | SER | OUT \n 1 | Mild | yes | gone \n 1 | sEvErE | No | Fatal \n 1 |  | N |"}, study="""
        tables:
          terms: |
            codelist | collected => term
            OUT      | Gone      => RECOVERED/RESOLVED
            AESEV    | sEvErE    => MODERATE
    """, AE="""
        records: [{from: ae}]
        order: ae.SER
        variables: {AETERM: 'x', AESEV: ct(ae.SEV), AESER: ct(ae.SER), AEOUT: ct(ae.OUT)}
    """)  # fmt: skip
    built.expect("AE", "AESEV | AESER | AEOUT \n | N | \n MODERATE | N | FATAL \n MILD | Y | RECOVERED/RESOLVED")


def test_ct_of_two_arguments_names_the_code_list(build):
    built = build({"ae": "ID | V \n 1 | yes"}, AE="""
        records: [{from: ae}]
        variables: {AETERM: "ct(ae.V, NY)", AEDECOD: "ct(ae.V, 'C66742')", AEMODIFY: "concat(ct(upper(ae.V), NY), '!')"}
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEMODIFY | AEDECOD \n Y | Y! | Y")


def test_a_term_that_the_code_list_does_not_have_is_an_error_of_a_closed_list(refused):
    problems = refused({"ae": "ID | SER \n 1 | perhaps"}, AE="records: [{from: ae}] \nvariables: {AETERM: 'x', AESER: ct(ae.SER)}")
    assert any("not among the terms of" in p and "perhaps" not in p for p in problems)


def test_a_sponsors_code_list(build):
    built = build({"ae": "ID | V | W \n 1 | hot | green \n 1 | C | blue"}, study="""
        codelists:
          HEAT:
            name: Heat
            terms: |
              term => decode
              H    => Hot
              C    => Cold
    """, AE="""
        records: [{from: ae}]
        order: AETERM
        variables:
          AETERM: {codelist: HEAT, value: ct(ae.V)}
          AEDECOD: ct(ae.V, HEAT)
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEDECOD \n C | C \n H | H")


def test_common_rules_hold_for_datasets_that_have_the_variable(build):
    built = build({"vs": "ID | V \n 1 | W1 \n 1 | W9", "ae": "ID | T \n 1 | x"}, study="""
        tables:
          visits: |
            VISIT => VISITNUM | VISITDY
            W1    => 1        | 7
        common:
          VISITNUM: visits.VISITNUM
          VISITDY:  visits.VISITDY
    """, VS="""
        records: [{from: vs}]
        order: VISIT
        variables: {VSTESTCD: 'A', VISIT: vs.V}
    """, SV="""
        records: [{from: vs}]
        order: VISIT
        variables: {VISIT: vs.V, VISITNUM: 99}
    """, AE="records: [{from: ae}] \nvariables: {AETERM: ae.T}")  # fmt: skip
    built.expect("VS", "VISITNUM | VISIT | VISITDY \n 1 | W1 | 7 \n | W9 |")
    built.expect("SV", "VISITNUM | VISIT | VISITDY \n 99 | W1 | 7 \n 99 | W9 |")
    assert "VISITNUM" not in built.table("AE").column_names


def test_a_slice_and_other_functions_of_text(build):
    built = build({"ae": "ID | A \n 1 | 701-1015"}, AE="""
        records: [{from: ae}]
        variables: {AETERM: "ae.A[1:3]", AEDECOD: "ae.A[5:]", AEMODIFY: "upper(replace(ae.A, '-', '/'))"}
    """)  # fmt: skip
    built.expect("AE", "AETERM | AEMODIFY | AEDECOD \n 701 | 701/1015 | 1015")


@pytest.mark.parametrize(
    "rule",
    ["(select 1)", "now()", "current_date", "random()", "1; drop table x", "exists(select 1)", "read_csv('x')", "getenv('HOME')", "uuid()"],
)
def test_what_does_not_follow_from_the_data_is_refused(refused, rule):
    assert refused({"ae": "ID \n 1"}, AE=f'records: [{{from: ae}}] \nvariables:\n  AETERM: "{rule}"')


@pytest.mark.parametrize(
    ("collected", "value"),
    [
        ("1,5", None),
        ("1e3", 1000.0),
        ("<5", None),
        (" 7 ", 7.0),
        ("-0", 0.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("NaN", None),
        ("inf", None),
        ("0x10", None),
        ("1_000", None),
        ("１", None),
    ],
)
def test_number_reads_numbers_alone(build, collected, value):
    assert one(build, "AVAL: number(x.A)", form=f"ID | A | B \n 1 | {collected} | x").values("ADX", "AVAL") == [value]
