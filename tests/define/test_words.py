"""Where clauses in words, and the terms that fit into a cell."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from clintrail.define.model import CodeList, DefineDocument, RangeCheck, Term, WhereClause
from clintrail.define.words import class_title, few_terms, formal_condition, words


def sex(comparator: str, *values: str, dataset: str = "DM") -> WhereClause:
    return WhereClause((RangeCheck(dataset, "SEX", comparator, values),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("where", "said", "formal"),
    [
        (sex("EQ", "F"), "Sex is F (Female)", "SEX = F"),
        (sex("NE", "F"), "Sex is not F (Female)", "SEX ≠ F"),
        (sex("IN", "F", "M"), "Sex is F (Female) or M (Male)", "SEX in (F, M)"),
        (sex("IN", "F", "M", "UNDEC"), "Sex is F (Female), M (Male) or UNDEC", "SEX in (F, M, UNDEC)"),
        (sex("NOTIN", "F", "M"), "Sex is not F (Female) or M (Male)", "SEX not in (F, M)"),
        (sex("LT", "3"), "Sex is less than 3", "SEX < 3"),
        (sex("LE", "3"), "Sex is at most 3", "SEX ≤ 3"),
        (sex("GT", "3"), "Sex is greater than 3", "SEX > 3"),
        (sex("GE", "3"), "Sex is at least 3", "SEX ≥ 3"),
        (sex("EQ", ""), "Sex is missing", "SEX = "),
        (WhereClause((*sex("EQ", "F").checks, RangeCheck("VS", "VSNONE", "EQ", ("1",)))), "Sex is F (Female) and VSNONE of VS is 1",
         "SEX = F and VS.VSNONE = 1"),
    ],
)  # fmt: skip
def test_a_where_clause_is_said_with_labels_and_decodes(where: WhereClause, said: str, formal: str, document: DefineDocument) -> None:
    assert words(document).condition(where, "DM") == said
    assert formal_condition(where, "DM") == formal


def test_a_variable_of_another_dataset_is_said_to_be_of_it(document: DefineDocument) -> None:
    assert words(document).condition(sex("EQ", "F"), "VS") == "Sex of DM is F (Female)"
    assert formal_condition(sex("EQ", "F"), "VS") == "DM.SEX = F"


def test_of_many_values_some_are_said_and_the_others_counted(document: DefineDocument) -> None:
    many = sex("IN", *"ABCDEGHIJ")
    assert words(document).condition(many, "DM") == "Sex is A, B, C, D or 5 more"
    assert formal_condition(many, "DM") == "SEX in (A, B, C, D, E, G, H, I, J)"


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ([Term("F", "Female"), Term("M", "Male"), Term("U")], "F = Female, M = Male, U"),
        ([Term("N", "N"), Term("Y", "Y")], "N, Y"),
        ([Term(f"T{number}") for number in range(7)], ""),
        ([Term("LONG", "a meaning " * 10)], ""),
        ([], ""),
    ],
)
def test_only_a_short_code_list_stands_in_a_cell(terms: Sequence[Term], said: str) -> None:
    assert few_terms(CodeList(id="X", name="X", terms=tuple(terms))) == said


@pytest.mark.parametrize(
    ("stated", "shown"), [("BASIC DATA STRUCTURE", "Basic data structure"), ("ADAM OTHER", "ADAM OTHER"), ("ADAE", "ADAE"), ("", "")]
)
def test_classes_of_the_standard_are_shown_in_small_letters(stated: str, shown: str) -> None:
    assert class_title(stated) == shown
