"""Inputs: subjects, SDTM that exists already, empty forms, the study's own functions, hooks, and where a value came from."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable

INPUT = "sdtm: input\n"
DM = pa.table({"STUDYID": ["DRAWN"] * 2, "USUBJID": ["S-2", "S-1"], "AGE": [40.0, 30.0], "ARM": ["B", "A"], "RFSTDTC": ["2024-01-05", ""]})
EX = pa.table(
    {
        "USUBJID": ["S-1", "S-1", "S-2"],
        "EXSEQ": [2.0, 1.0, 1.0],
        "EXDOSE": [5.5, 0.1, None],
        "EXSTDTC": ["2024-01-03", "2024-01-01", "2024-01-02"],
    }
)
ADSL = """
    records: [{from: DM}]
    lookups: {last_dose: {from: EX, last: EXSEQ}}
    variables:
      AGE:    DM.AGE
      TRT01P: DM.ARM
      ARM:    number_text(last_dose.EXDOSE)
      SITEID: number_text(sum(EX.EXDOSE))
      SUBJID: if(DM.RFSTDTC is null, 'none', DM.RFSTDTC)
"""


def parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def sas_file(folder, name: str, table: pa.Table) -> bytes:
    variables = tuple(
        Variable(c, c, "Num" if pa.types.is_floating(table[c].type) else "Char", 8 if pa.types.is_floating(table[c].type) else 20)
        for c in table.column_names
    )
    xpt.write(Dataset(name, name, variables, table), folder / "out.xpt")
    return (folder / "out.xpt").read_bytes()


@pytest.mark.parametrize("form", ["parquet", "xpt", "mixed"])
def test_sdtm_that_exists_already_is_read(build, tmp_path, form):
    files = {
        "raw/dm.parquet" if form == "parquet" else "raw/dm.xpt": parquet(DM) if form == "parquet" else sas_file(tmp_path, "DM", DM),
        "raw/ex.xpt" if form == "xpt" else "raw/ex.parquet": sas_file(tmp_path, "EX", EX) if form == "xpt" else parquet(EX),
    }
    built = build({}, study=INPUT, files=files, ADSL=ADSL)
    built.expect("ADSL", """
        USUBJID | SUBJID     | SITEID | AGE | ARM | TRT01P
        S-1     | none       | 5.6    | 30  | 5.5 | A
        S-2     | 2024-01-05 |        | 40  |     | B
    """)  # fmt: skip


def test_where_a_value_came_from(build):
    ae = {"USUBJID": ["S-1", "S-1"], "AESEQ": [1.0, 2.0], "AESTDTC": ["2024-01-09", "2024-01-05"], "AETERM": ["x", "y"]}
    ds = {"USUBJID": ["S-1", "S-2"], "DSSEQ": [3.0, 1.0], "DSSTDTC": ["2024-02-01", "2024-02-02"]}
    files = {"raw/ae.parquet": parquet(pa.table(ae)), "raw/ds.parquet": parquet(pa.table(ds))}
    built = build({}, study=INPUT, files=files, ADTTE="""
        class: TTE
        records:
          - {from: AE, set: {CNSR: 0, ADT: to_date(AE.AESTDTC), EVNTDESC: AE.AETERM}}
          - {from: DS, set: {CNSR: 1, ADT: to_date(DS.DSSTDTC), EVNTDESC: "'END'"}}
        one_per: USUBJID
        keep: first by CNSR, ADT
        variables:
          PARAMCD: 'TT'
          SRCDOM: source_dataset(ADT)
          SRCVAR: source_variable(ADT)
          SRCSEQ: source_sequence(ADT)
    """)  # fmt: skip
    built.expect("ADTTE", """
        USUBJID | ADT        | EVNTDESC | SRCDOM | SRCVAR  | SRCSEQ
        S-1     | 2024-01-05 | y        | AE     | AESTDTC | 2
        S-2     | 2024-02-02 | END      | DS     | DSSTDTC | 1
    """)  # fmt: skip


def test_where_a_value_came_from_through_a_working_column_and_a_lookup(build):
    built = build({"vs": "ID | V \n 1 | 7 \n 1 | 8"}, VS="""
        records: [{from: vs}]
        order: VSORRES
        variables: {VSTESTCD: 'A', VSORRES: vs.V, VSSTRESN: number(VSORRES)}
    """, ADX="""
        records: [{from: VS}]
        order: AVAL
        variables:
          value:  VS.VSSTRESN
          AVAL:   value * 2
          SRCDOM: source_dataset(AVAL)
          SRCVAR: source_variable(AVAL)
          SRCSEQ: source_sequence(AVAL)
    """)  # fmt: skip
    built.expect("ADX", "AVAL | SRCDOM | SRCVAR | SRCSEQ \n 14 | VS | VSSTRESN | 1 \n 16 | VS | VSSTRESN | 2")


def test_a_subject_that_was_screened_again_is_one_subject(build):
    built = build(
        {"dm": "ID | SEX \n S009 | F \n S001 | M", "ae": "ID | TERM \n S024 | again \n S009 | first \n S001 | other"},
        subject="concat('X-', coalesce(rescreened.FIRST, ID))",
        study="""
            tables:
              rescreened: |
                ID   => FIRST
                S024 => S009
        """,
        DM="records: [{from: dm}] \nvariables: {SUBJID: dm.ID}",
        AE="records: [{from: ae}] \norder: AETERM\nvariables: {AETERM: ae.TERM, AEDECOD: DM.SUBJID, AEMODIFY: ae.ID}",
    )
    built.expect("AE", """
        USUBJID | AESEQ | AETERM | AEMODIFY | AEDECOD
        X-S001  | 1     | other  | S001     | S001
        X-S009  | 1     | again  | S024     | S009
        X-S009  | 2     | first  | S009     | S009
    """)  # fmt: skip


def test_a_form_may_name_its_subject_its_own_way(build):
    built = build({"a": "ID | T \n 1 | x", "b": "PAT | T \n 1 | y"}, study="""
        forms:
          subject: concat('S-', ID)
          a: a.csv
          b: {file: b.csv, subject: "concat('S-', PAT)"}
    """, AE="""
        records: [{from: a}]
        variables: {AETERM: a.T, AEDECOD: b.T}
    """)  # fmt: skip
    built.expect("AE", "USUBJID | AETERM | AEDECOD \n S-1 | x | y")


def test_a_form_without_subject_says_so(refused):
    problems = refused({"a": "ID | T \n 1 | x"}, subject=None, AE="records: [{from: a}] \nvariables: {AETERM: a.T}")
    assert any("a does not name its subjects" in p for p in problems)


def test_an_empty_form_gives_empty_datasets_with_the_right_types(build):
    built = build({"vs": "ID | T | V | W", "dm": "ID | D"}, DM="records: [{from: dm}] \nvariables: {RFSTDTC: dm.D}", VS="""
        tables:
          tests: |
            column => VSTESTCD
            V      => A
            W      => B
        records: [{from: vs, columns: tests, where: cell is not null}]
        order: VSTESTCD
        variables:
          VSTESTCD: tests.VSTESTCD
          VSORRES:  cell
          VSSTRESN: number(cell)
          VSDTC:    '2024-01-01'
          VSDY:     study_day(VSDTC, DM.RFSTDTC)
        supplemental: {VSX: {label: X, value: vs.T}}
    """, ADVS="""
        records: [{from: VS}]
        variables: {PARAMCD: VS.VSTESTCD, AVAL: VS.VSSTRESN, ADT: to_date(VS.VSDTC), BASE: max(AVAL) over subject}
        added:
          - {name: total, per: USUBJID, copy: first by PARAMCD, set: {PARAMCD: 'TOT', AVAL: sum(AVAL), DTYPE: 'SUM'}}
        final: {ASEQ: row_number() over subject}
    """, ADK="""
        records: [{from: VS, set: {v: VS.VSSTRESN}}]
        one_per: USUBJID
        variables: {AVAL: max(v)}
    """)  # fmt: skip
    assert {name: d.table.num_rows for name, d in built.study.datasets.items()} == dict.fromkeys(["DM", "VS", "SUPPVS", "ADVS", "ADK"], 0)
    types = {n: str(built.table("ADVS").schema.field(n).type) for n in ("AVAL", "ADT", "BASE", "DTYPE", "ASEQ")}
    assert types == {"AVAL": "double", "ADT": "date32[day]", "BASE": "double", "DTYPE": "string", "ASEQ": "double"}
    assert str(built.table("VS").schema.field("VSSEQ").type) == "double"


HALVES = (
    "-- Half of {x}.\n--\n-- Missing: a missing x gives missing.\n--\n-- | x | half |\n-- | 4 | 2 |\nCREATE MACRO half(x) AS\n  x / 2;\n"
)


def test_the_study_has_its_own_functions(build):
    built = build({"x": "ID | N \n 1 | 4"}, files={"functions/half.sql": HALVES}, ADX="""
        records: [{from: x}]
        variables: {AVAL: half(number(x.N) + 2), BASE: half(half(8))}
    """)  # fmt: skip
    built.expect("ADX", "AVAL | BASE \n 3 | 2")


def test_a_function_of_the_study_replaces_a_shipped_one_everywhere(build):
    mine = "-- 'YES' if {condition}.\n--\nCREATE MACRO yes_if(condition) AS\n  CASE WHEN condition THEN 'YES' END;\n"
    built = build({"x": "ID \n 1"}, files={"functions/yes_if.sql": mine}, ADX="records: [{from: x}] \nvariables: {AVALC: yes_if(1 = 1)}")
    built.expect("ADX", "AVALC \n YES")


@pytest.mark.parametrize("name", ["first", "round", "Round", "sum", "left", "row"])
def test_a_function_may_not_have_the_name_of_a_built_in(refused, name):
    text = f"-- Words.\n--\nCREATE MACRO {name}(x) AS\n  x;\n"
    problems = refused({"x": "ID \n 1"}, files={f"functions/{name}.sql": text}, ADX="records: [{from: x}] \nvariables: {AVALC: 'x'}")
    assert any(p.startswith(f"{name}:") for p in problems)


@pytest.mark.parametrize("name", ["date", "window", "time", "interval"])
def test_a_function_with_a_word_of_sql_for_its_name_does_what_it_says(build, name):
    text = f"-- Words.\n--\nCREATE MACRO {name}(x) AS\n  concat(x, '!');\n"
    built = build(
        {"x": "ID \n 1"}, files={f"functions/{name}.sql": text}, ADX=f"records: [{{from: x}}] \nvariables: {{AVALC: {name}('x')}}"
    )
    assert built.values("ADX", "AVALC") == ["x!"]


def test_a_function_may_not_use_a_name_that_is_not_its_parameter(refused):
    text = "-- Words.\n--\nCREATE MACRO twice(x) AS\n  x + AVAL;\n"
    problems = refused({"x": "ID \n 1"}, files={"functions/twice.sql": text}, ADX="records: [{from: x}] \nvariables: {AVALC: 'x'}")
    assert any("AVAL is no parameter" in p for p in problems)


HOOK = '''
import pandas as pd
from clintrail import hook


@hook(reads=["dose"], gives={"USUBJID": "text", "MG": "number", "DAY": "date"})
def totals(dose):
    """Total dose of a day."""
    found = [
        (subject, days.MG.astype(float).sum(), pd.Timestamp(day), list(days.index))
        for (subject, day), days in dose.groupby(["USUBJID", "DAY"])
    ]
    return pd.DataFrame(found, columns=["USUBJID", "MG", "DAY", "origin"])
'''
DOSE = {
    "dose": "ID | DAY | MG \n 1 | 2024-01-01 | 5 \n 1 | 2024-01-01 | 6 \n 1 | 2024-01-02 | 1 \n 2 | 2024-01-03 | 2",
    "dm": "ID \n 1 \n 2 \n 3",
}


def test_a_hook_stands_where_a_form_may(build):
    built = build(DOSE, files={"hooks.py": HOOK}, ADSL="""
        lookups:
          top: {from: totals, last: MG}
          day: {from: totals, where: day.MG > 10}
        records: [{from: dm}]
        variables:
          SUBJID: number_text(sum(totals.MG))
          SITEID: number_text(top.MG)
          ARM:    number_text(count(totals.MG) filter (where totals.MG > 1.5))
          TRTSDT: day.DAY
          TRTEDT: max(totals.DAY)
    """, ADX="""
        records: [{from: totals, where: totals.MG > 1}]
        order: ADT
        variables: {PARAMCD: 'A', AVAL: totals.MG, ADT: totals.DAY}
    """)  # fmt: skip
    built.expect("ADSL", """
        USUBJID | SUBJID | SITEID | ARM | TRTSDT     | TRTEDT
        S-1     | 12     | 11     | 1   | 2024-01-01 | 2024-01-02
        S-2     | 2      | 2      | 1   |            | 2024-01-03
        S-3     |        |        | 0   |            |
    """)  # fmt: skip
    built.expect("ADX", "USUBJID | AVAL | ADT \n S-1 | 11 | 2024-01-01 \n S-2 | 2 | 2024-01-03")


def test_a_hook_may_read_a_dataset_that_another_dataset_needs(build):
    hook = '''
import pandas as pd
from clintrail import hook


@hook(reads=["VS"], gives={"USUBJID": "text", "TOP": "number"})
def tops(vs):
    """The greatest value of a subject."""
    rows = vs.loc[vs.groupby("USUBJID").VSSTRESN.idxmax()]
    return pd.DataFrame({"USUBJID": rows.USUBJID, "TOP": rows.VSSTRESN, "origin": rows.index})
'''
    built = build({"vs": "ID | N \n 1 | 4 \n 1 | 9 \n 2 | 3"}, files={"hooks.py": hook}, VS="""
        records: [{from: vs}]
        order: VSSTRESN
        variables: {VSTESTCD: 'A', VSSTRESN: number(vs.N)}
    """, ADX="records: [{from: VS}] \nvariables: {AVAL: VS.VSSTRESN, BASE: tops.TOP} \norder: AVAL")  # fmt: skip
    built.expect("ADX", "USUBJID | AVAL | BASE \n S-1 | 4 | 9 \n S-1 | 9 | 9 \n S-2 | 3 | 3")
