"""Cells that hold several things: lists, pages, places in documents, standards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clintrail.define.model import DocumentRef, FormalExpression, Standard
from clintrail.define.workbook.cells import (
    BadCell,
    format_expressions,
    format_list,
    format_pages,
    format_places,
    is_exact,
    parse_expressions,
    parse_pages,
    parse_places,
    parse_standard,
    parts_of,
    split_list,
    standard_text,
)

words = st.text(max_size=6) | st.text(alphabet='AB ,;|"().:-7', max_size=6)


def test_a_list_is_parted_by_semicolons() -> None:
    assert format_list(["Collected", "Derived"]) == "Collected; Derived"
    assert format_list(["Investigator", ""]) == "Investigator; "
    assert format_list(["", ""]) == ""
    assert split_list('a; "b; c" ;d') == ["a", "b; c", "d"]


def test_a_text_for_one_thing_is_taken_as_a_whole() -> None:
    assert parts_of("DM.AGE; DM.SEX", 1, "origins") == ["DM.AGE; DM.SEX"]


def test_a_list_has_a_part_for_each_thing() -> None:
    assert parts_of("", 2, "origins") == ["", ""]
    with pytest.raises(BadCell, match="3 parts for 2 origins"):
        parts_of("a; b; c", 2, "origins")


@given(st.lists(words, min_size=1, max_size=4))
def test_every_list_is_read_back_as_it_was(parts: list[str]) -> None:
    assert parts_of(format_list(parts), len(parts), "") == parts


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("7 9", DocumentRef("acrf", (7, 9))),
        ("2-5", DocumentRef("acrf", first_page=2, last_page=5)),
        ("sex age", DocumentRef("acrf", ("sex", "age"), page_type="NamedDestination")),
        ('"7"', DocumentRef("acrf", ("7",), page_type="NamedDestination")),
        ("", DocumentRef("acrf")),
    ],
)
def test_pages_are_numbers_a_range_or_named_destinations(text: str, ref: DocumentRef) -> None:
    assert parse_pages("acrf", text) == ref
    assert format_pages(ref) == text


@pytest.mark.parametrize(("text", "pages"), [("7, 9", (7, 9)), ("7,9 , 11", (7, 9, 11)), ("2-4, 7", (2, 3, 4, 7)), ("1 - 2 5", (1, 2, 5))])
def test_pages_may_be_parted_by_commas_and_hold_ranges(text: str, pages: tuple[int, ...]) -> None:
    assert parse_pages("acrf", text) == DocumentRef("acrf", pages)


@pytest.mark.parametrize("text", ["CRF page 7", "9-7 3", "1-99999 3"])
def test_other_pages_are_told(text: str) -> None:
    with pytest.raises(BadCell):
        parse_pages("acrf", text)


def test_pages_alone_are_of_the_annotated_crf() -> None:
    refs = (DocumentRef("acrf", (7,)), DocumentRef("csdrg", first_page=2, last_page=3), DocumentRef("acrf"), DocumentRef("my sap", (1,)))
    text = '7 | csdrg: 2-3 | acrf: | "my sap": 1'
    assert format_places(refs, "acrf") == text
    assert parse_places(text, "acrf") == refs


def test_words_alone_are_documents_where_there_is_no_default() -> None:
    assert parse_places("sap csr") == (DocumentRef("sap"), DocumentRef("csr"))


pages_drawn = st.one_of(
    st.lists(st.integers(1, 99999), max_size=4).map(lambda pages: {"pages": tuple(pages)}),
    st.tuples(st.integers(1, 999), st.integers(1, 999)).map(lambda pages: {"first_page": pages[0], "last_page": pages[1]}),
    st.lists(words, min_size=1, max_size=3).map(lambda pages: {"pages": tuple(pages), "page_type": "NamedDestination"}),
)
refs_drawn = st.lists(st.builds(lambda id, pages: DocumentRef(id, **pages), words.filter(bool), pages_drawn), max_size=3).map(tuple)


@given(refs_drawn, st.sampled_from(["", "acrf", "A"]))
def test_every_place_is_read_back_as_it_was(refs: tuple[DocumentRef, ...], default: str) -> None:
    assert all(is_exact(ref) for ref in refs)
    assert parse_places(format_places(refs, default), default) == refs


def test_a_named_page_that_is_called_a_physical_one_cannot_be_held() -> None:
    assert not is_exact(DocumentRef("acrf", ("iv",)))


SQL, R = FormalExpression("SQL", "min(x)\n  filter (where y)"), FormalExpression("R 4.4", "min(x)")


@pytest.mark.parametrize(
    ("expressions", "context", "code"),
    [
        ((), "", ""),
        ((SQL,), "SQL", "min(x)\n  filter (where y)"),
        ((SQL, R), "SQL; R 4.4", "min(x)\n  filter (where y)\n----- R 4.4 -----\nmin(x)"),
        ((R, FormalExpression("SAS; 9", "")), 'R 4.4; "SAS; 9"', "min(x)\n----- SAS; 9 -----\n"),
    ],
)
def test_expressions_of_a_method_stand_one_below_the_other(expressions: tuple[FormalExpression, ...], context: str, code: str) -> None:
    assert format_expressions(expressions) == (context, code)
    assert parse_expressions(context, code) == expressions


def test_a_code_without_lines_between_is_one_expression() -> None:
    assert parse_expressions("SAS; macro", "%age;") == (FormalExpression("SAS; macro", "%age;"),)


@pytest.mark.parametrize(
    ("text", "type_", "standard"),
    [
        ("SDTMIG 3.4", "IG", Standard("SDTMIG", "IG", "3.4")),
        ("CDISC ADaM 2.1", "IG", Standard("CDISC ADaM", "IG", "2.1")),
        ("SDTM 2025-03-28", "CT", Standard("CDISC/NCI", "CT", "2025-03-28", publishing_set="SDTM")),
    ],
)
def test_a_standard_is_its_name_and_version(text: str, type_: str, standard: Standard) -> None:
    assert standard_text(standard) == text
    assert parse_standard(text, type_) == standard


def test_terminology_may_be_called_by_its_full_name() -> None:
    assert parse_standard("CDISC/NCI SDTM CT 2025-03-28", "CT") == parse_standard("SDTM 2025-03-28", "CT")


def test_a_word_alone_is_no_standard() -> None:
    assert parse_standard("SDTMIG", "IG") is None
