"""Where clauses are said as conditions, and read from them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_defines import where

from clintrail.define.conditions import condition_of, where_clauses_of
from clintrail.define.model import RangeCheck, WhereClause
from clintrail.errors import Place, Problems
from clintrail.spec.model import Expression


def said(*clauses: WhereClause, numeric: bool = False) -> str:
    return condition_of(clauses, "AE", lambda *_: numeric)


def read(text: str) -> tuple[WhereClause, ...]:
    return where_clauses_of(Expression(text, Place("ae.yaml", 3)), "AE")


def clause(variable: str, comparator: str, *values: str, dataset: str = "AE") -> WhereClause:
    return WhereClause((RangeCheck(dataset, variable, comparator, values),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("PARAMCD = 'X'", [clause("PARAMCD", "EQ", "X")]),
        ("PARAMCD in ('X', 'Y''s')", [clause("PARAMCD", "IN", "X", "Y's")]),
        ("PARAMCD = 'X' or PARAMCD <> 'Y'", [clause("PARAMCD", "EQ", "X"), clause("PARAMCD", "NE", "Y")]),
        ("DM.SEX = 'F'", [clause("SEX", "EQ", "F", dataset="DM")]),
        ("\"A B\" = 'X'", [clause("A B", "EQ", "X")]),
        ("X = ('A', 'B')", [clause("X", "EQ", "A", "B")]),
        ("X in ()", [clause("X", "IN")]),
        ("clause('WC.1')", [WhereClause((), id="WC.1")]),
        ("true", []),
    ],
)
def test_a_where_clause_as_a_condition(text: str, clauses: list[WhereClause]) -> None:
    assert said(*clauses) == text
    assert read(text) == tuple(clauses)


def test_numbers_stand_without_quotes_if_the_variable_is_one() -> None:
    assert said(clause("AVISITN", "IN", "12", "-1.5", "x"), numeric=True) == "AVISITN in (12, -1.5, 'x')"


@settings(max_examples=300, deadline=None)
@given(where, st.booleans())
def test_any_where_clause_comes_back(clauses: tuple[WhereClause, ...], numeric: bool) -> None:
    plain = tuple(WhereClause(c.checks, id="" if c.checks else c.id) for c in clauses)
    assert read(said(*plain, numeric=numeric)) == plain


def test_thousands_of_alternatives_are_read() -> None:
    clauses = tuple(clause("X", "EQ", str(n)) for n in range(3000))
    assert read(said(*clauses)) == clauses


@pytest.mark.parametrize("text", ["upper(X) = 'A'", "X = Y", "X is null", "X =", "X between 1 and 2", "not (X = 'A' or Y = 'B')"])
def test_what_no_where_clause_can_say_is_told_at_its_place(text: str) -> None:
    with pytest.raises(Problems) as caught:
        read(text)
    assert [p.place.line for p in caught.value.problems] == [3]
