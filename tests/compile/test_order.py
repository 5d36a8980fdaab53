"""Order: missing first, ties by the record's own cells, sums that no order of the rows changes."""

from __future__ import annotations

import pytest

ROWS = "ID | DAY | TERM | N \n " + " \n ".join(
    f"{i % 3 + 1} | {'' if i % 5 == 0 else f'2024-01-0{i % 4 + 1}'} | t{(i * 7) % 20:02} | {(i * 37 % 100) / 10}" for i in range(40)
)


def test_missing_sorts_first_and_last_where_it_is_turned(build):
    form = {"ae": "ID | DAY | TERM \n 1 | 2024-01-02 | b \n 1 |  | a \n 1 | 2024-01-01 | c"}
    for order, expected in {
        "AESTDTC": "acb",
        "AESTDTC desc": "bca",
        "AESTDTC nulls last": "cba",
        "AESTDTC desc nulls first": "abc",
        "AESTDTC asc": "acb",
    }.items():
        spec = f"records: [{{from: ae}}] \norder: {order}\nvariables: {{AETERM: ae.TERM, AESTDTC: ae.DAY}}"
        assert "".join(build(form, AE=spec).values("AE", "AETERM")) == expected, order


def test_missing_sorts_first_within_a_window_too(build):
    built = build({"x": "ID | N \n 1 | 2 \n 1 |  \n 1 | 1"}, ADX="""
        records: [{from: x}]
        order: AVAL
        variables:
          AVAL: number(x.N)
          ASEQ: row_number() over (subject order by AVAL)
          SRCSEQ: row_number() over (subject order by AVAL desc)
          BASE: first_value(AVAL) over (subject order by AVAL)
    """)  # fmt: skip
    built.expect("ADX", "AVAL | ASEQ | SRCSEQ | BASE \n | 1 | 3 | \n 1 | 2 | 2 | \n 2 | 3 | 1 |")


def test_text_sorts_by_its_bytes(build):
    built = build({"ae": "ID | T \n 1 | b \n 1 | B \n 1 | a \n 1 | _ \n 1 | é \n 1 | 10 \n 1 | 9"}, AE="""
        records: [{from: ae}]
        order: AETERM
        variables: {AETERM: ae.T}
    """)  # fmt: skip
    assert built.values("AE", "AETERM") == ["10", "9", "B", "_", "a", "b", "é"]


def test_an_order_may_be_an_expression_or_a_foreign_column(build):
    built = build({"ae": "ID | T | N \n 1 | a | 10 \n 1 | b | 9 \n 1 | c | 9"}, AE="""
        records: [{from: ae}]
        order: number(ae.N), AETERM desc
        variables: {AETERM: ae.T}
    """)  # fmt: skip
    built.expect("AE", "AESEQ | AETERM \n 1 | c \n 2 | b \n 3 | a")


AE = """
    records: [{from: ae}]
    order: AESTDTC
    variables:
      AETERM:  ae.TERM
      AESTDTC: ae.DAY
      AESPID:  number_text(lag(num) over (subject order by AESTDTC))
      AEGRPID: number_text(row_number() over (subject order by AESTDTC desc))
      AEREFID: first_value(AETERM) over (subject order by AESTDTC)
      num:     number(ae.N)
"""
DM = """
    records: [{from: dm}]
    lookups:
      early: {from: AE, first: AESTDTC}
      raw:   {from: ae, last: DAY}
      worst: {from: ae, where: "worst.DAY > '2024-01-01'", first: "DAY desc"}
    variables: {SUBJID: early.AETERM, SITEID: raw.TERM, ARM: worst.TERM, ARMCD: "max_by(ae.TERM, ae.DAY)"}
"""
ADX = """
    records: [{from: ae}]
    order: AVAL
    variables:
      PARAMCD: 'A'
      AVISIT: ae.DAY
      AVAL:   number(ae.N)
      AVALC:  ae.TERM
      BASE:   sum(AVAL) over subject
      ABLFL:  yes_if(is_last(AVAL is not null) over (subject order by AVISIT))
    added:
      - {name: one, per: "USUBJID, AVISIT", copy: last by AVISIT, set: {PARAMCD: 'SUM', AVAL: sum(AVAL)}}
      - {name: two, per: USUBJID, copy: first by AVISIT, set: {PARAMCD: 'AVG', AVAL: avg(AVAL)}}
    final: {ASEQ: row_number() over (subject order by AVISIT), CHG: sum(AVAL) over subject}
"""
KEPT = """
    records: [{from: ae}]
    one_per: USUBJID
    keep: last by AVISIT
    variables: {PARAMCD: 'A', AVISIT: ae.DAY, AVALC: ae.TERM, AVAL: number(ae.N)}
"""


@pytest.fixture(scope="module")
def as_drawn(tmp_path_factory):
    from drawn import build_in

    return build_in(tmp_path_factory.mktemp("order"), {"ae": ROWS, "dm": "ID \n 1 \n 2 \n 3"}, AE=AE, DM=DM, ADX=ADX, ADK=KEPT)


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_raw_rows_change_nothing(build, as_drawn, seed):
    """Ties in every order are completed by the record's own cells; sums run in one order."""
    built = build({"ae": ROWS, "dm": "ID \n 1 \n 2 \n 3"}, shuffled=seed, AE=AE, DM=DM, ADX=ADX, ADK=KEPT)
    for name in ("AE", "DM", "ADX", "ADK"):
        assert built.table(name).equals(as_drawn.table(name)), name


def test_ties_within_a_window_follow_the_records_cells(build):
    built = build({"x": "ID | D | T \n 1 | 1 | c \n 1 | 1 | a \n 1 | 1 | b"}, ADX="""
        records: [{from: x}]
        order: AVALC
        variables:
          ADY: number(x.D)
          AVALC: x.T
          ASEQ: row_number() over (subject order by ADY)
          SRCVAR: last_value(AVALC) over (subject order by ADY rows between unbounded preceding and unbounded following)
    """)  # fmt: skip
    built.expect("ADX", "AVALC | ASEQ | SRCVAR \n a | 1 | c \n b | 2 | c \n c | 3 | c")


def test_a_running_sum_steps_row_by_row_even_among_ties(build):
    built = build({"x": "ID | D | N \n 1 | 1 | 1 \n 1 | 1 | 2 \n 1 | 2 | 4"}, ADX="""
        records: [{from: x}]
        order: AVAL
        variables: {ADY: number(x.D), AVAL: number(x.N), BASE: sum(AVAL) over (subject order by ADY)}
    """)  # fmt: skip
    built.expect("ADX", "AVAL | BASE \n 1 | 1 \n 2 | 3 \n 4 | 7")


@pytest.mark.parametrize(
    "rule", ["sum(AVAL) over subject", "avg(AVAL) over subject", "sum(AVAL) over (subject order by AVALC)", "sum(number(x.N))"]
)
def test_a_sum_of_doubles_does_not_depend_on_the_order_of_the_file(build, rule):
    numbers = [0.1, 0.2, 0.3, 1e16, -1e16, 0.7, 1e-9, 3.3, 1e8]
    form = "ID | N \n " + " \n ".join(f"1 | {n}" for n in numbers)
    spec = f"records: [{{from: x}}] \norder: AVAL\nvariables: {{AVAL: number(x.N), AVALC: 'tie', BASE: {rule}}}"
    found = {tuple(build({"x": form}, shuffled=seed, ADX=spec).values("ADX", "BASE")) for seed in range(4)}
    assert len(found) == 1


def test_exact_doubles_lead_to_the_same_key_and_comparison(build):
    built = build({"x": "ID | N \n 1 | 0.1 \n 1 | 0.3"}, ADX="""
        records: [{from: x}]
        order: AVAL
        variables:
          AVAL:    number(x.N)
          AVALC:   if(AVAL = 0.3, 'same', 'other')
          CRIT1FL: yes_or_no(AVAL in (0.1, 0.2))
          ANL01FL: yes_if(AVAL >= 0.3)
    """)  # fmt: skip
    built.expect("ADX", "AVAL | AVALC | CRIT1FL | ANL01FL \n 0.1 | other | Y | \n 0.3 | same | N | Y")
