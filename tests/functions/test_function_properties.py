"""What must hold for any input, tried on many: nothing a site can type fails a build, and what comes out is well formed."""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clintrail.compile.expand import expand
from clintrail.compile.library import library
from clintrail.compile.text import Marked

FUNCTIONS = library()
FORMATS = {
    "dd-MMM-yyyy": "%d-%b-%Y", "ddMMMyyyy": "%d%b%Y", "dd MMM yyyy": "%d %B %Y", "mm/dd/yyyy": "%m/%d/%Y", "mm-dd-yyyy": "%m-%d-%Y",
    "dd.mm.yyyy": "%d.%m.%Y", "yyyymmdd": "%Y%m%d", "yyyy/mm/dd": "%Y/%m/%d", "ddmmyyyy": "%d%m%Y", "MMM dd, yyyy": "%b %d, %Y",
}  # fmt: skip
DTC = re.compile(r"((\d{4}|-)(-(\d{2}|-)(-\d{2})?)?)(T\d{2}(:\d{2}(:\d{2})?)?)?")
_SCRAPS = "UN,UNK,--,??,XX,MAR,mar,2024,05,5,31,FEB,13,/,-,.,:,T,09:05,24:00,9:05,PM,am,\t,é,0,-1,1e5,P3D, ,"
TYPED = st.one_of(st.lists(st.sampled_from(_SCRAPS.split(",")), max_size=7).map("".join), st.text(max_size=12))
CALLS = """
    number(x)
    title_case(x)
    to_date(x)
    to_datetime(x)
    to_time(x)
    iso_time(x)
    study_day(x, '2024-03-10')
    years_before(x, 63)
    impute_date(x, 'last', 'M')
    impute_datetime(x, 'last', 'M')
    impute_date_flag(x, to_date('2024-03-10'))
    impute_time(x, 'mid')
    impute_date_not_before(x, '2024-03-09', 'first', 'M')
    duration(x, '2024-03-10T09:05')
    duration_text(number(x), x)
    age_at(x, '2024-03-10')
    convert(number(x), x, 'kg')
    standard_number(x, 'F', 'C')
    unscheduled_number(x)
    during('2024-03-10', x, x)
    on_or_before(x, '2024-03-10T09')
    relation_to_period('2024-03-10', x, x)
    treatment_emergent(x, x, '2024-03-09', x)
    time_to_event(x, '2024-03-10', x)
    months_between(x, '2024-03-10')
"""
CON = duckdb.connect(config={"default_null_order": "nulls_first_on_asc_last_on_desc", "ieee_floating_point_ops": "false"})


def _run(call: str, values: list[str] | list[float], kind: str = "VARCHAR") -> list[object]:
    """The call for each value of the column `x`."""
    sql = expand(Marked.typed(call), FUNCTIONS).text
    typed = f"SELECT unnest($1::{kind}[]) AS x, generate_subscripts($1::{kind}[], 1) AS i"
    return [row[0] for row in CON.execute(f"SELECT {sql} FROM ({typed}) ORDER BY i", [values]).fetchall()]


@pytest.mark.parametrize("format", FORMATS)
def test_every_day_of_forty_years_is_read_in_every_format(format: str) -> None:
    days = [datetime.date(1990, 1, 1) + datetime.timedelta(days=i) for i in range(0, 14_610)]
    assert _run(f"iso8601(x, '{format}')", [day.strftime(FORMATS[format]) for day in days]) == [day.isoformat() for day in days]


@pytest.mark.parametrize("format", FORMATS)
@given(st.lists(TYPED, min_size=1, max_size=60))
@settings(max_examples=25, deadline=None)
def test_whatever_is_typed_becomes_iso_8601_or_missing(format: str, typed: list[str]) -> None:
    for got in [*_run(f"iso8601(x, '{format}')", typed), *_run("iso8601('05-MAR-2024', 'dd-MMM-yyyy', x)", typed)]:
        if got is not None:
            assert DTC.fullmatch(str(got)), got
            if len(str(got)) >= 10 and str(got)[4] == "-" and str(got)[5] != "-":
                datetime.date.fromisoformat(str(got)[:10])


@pytest.mark.parametrize("call", [line.strip() for line in CALLS.strip().split("\n")])
@given(st.lists(st.one_of(TYPED, st.from_regex(DTC, fullmatch=True)), min_size=1, max_size=60))
@settings(max_examples=20, deadline=None)
def test_whatever_is_typed_never_fails_a_build(call: str, typed: list[str]) -> None:
    assert len(_run(call, typed)) == len(typed)


@pytest.mark.parametrize("unit", ["1", "0.1", "0.01", "0.001"])
def test_rounding_is_that_of_the_typed_decimals(unit: str) -> None:
    """Every number with one decimal more than the unit has, halves among them, against exact decimal arithmetic."""
    step = Decimal(unit) / 10
    typed = [step * i for i in range(-20_000, 20_000, 1)]
    expected = [float((number / Decimal(unit)).quantize(Decimal(1), ROUND_HALF_UP) * Decimal(unit)) for number in typed]
    assert _run(f"sas_round(x, {unit})", [float(number) for number in typed], "DOUBLE") == expected


@given(st.lists(st.decimals(-10**9, 10**9, places=4), min_size=1, max_size=200))
@settings(max_examples=30, deadline=None)
def test_a_number_written_as_text_is_read_back(numbers: list[Decimal]) -> None:
    values = [float(number) for number in numbers]
    assert _run("number(number_text(x))", values, "DOUBLE") == values
    assert not [text for text in _run("number_text(x)", values, "DOUBLE") if re.search(r"[eE]|\.\d*0$|^-0$", str(text))]


def test_a_value_that_is_missing_in_every_argument_is_missing_or_false() -> None:
    for function in FUNCTIONS.values():
        if not function.is_aggregate and "format" not in [p.name for p in function.parameters]:
            sql = expand(Marked.typed(f"{function.name}({', '.join('NULL' for _ in function.parameters)})"), FUNCTIONS).text
            assert CON.execute(f"SELECT {sql}").fetchall()[0][0] in (None, False, "N", ""), function.name
