"""What a study declares once and its define refers to: documents, pages of the annotated CRF, methods and comments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clintrail.define.model import DefineDocument, DefineVariable, DocumentRef
from clintrail.define.places import document_ref
from clintrail.spec.model import DocumentPlace

CRF = """  crf_pages: |
    form | column => pages
    dm   |        => 1
    dm   | EYES   => 2 3
    vs   |        => 4
    vs   | TEMP   => 5-6
documents:
  acrf: {title: Annotated CRF, href: acrf.pdf, annotated_crf: yes}
"""


def variable(document: DefineDocument, name: str) -> DefineVariable:
    dataset, _, column = name.partition(".")
    return next(v for d in document.datasets if d.name == dataset for v in d.variables if v.name == column)


def pages(item: Any) -> list[tuple[str, tuple[int | str, ...]]]:
    return [(ref.document, ref.pages) for origin in item.origins for ref in origin.documents]


def test_a_collected_variable_names_the_pages_of_its_raw_columns(toy: Callable[..., Any]) -> None:
    sdtm = toy(MORE=CRF).sdtm
    assert pages(variable(sdtm, "DM.SEX")) == [("acrf", (1,))]
    assert pages(variable(sdtm, "VS.VSDTC")) == [("acrf", (4,))]


def test_a_value_level_item_names_the_page_of_its_own_column(toy: Callable[..., Any]) -> None:
    items = variable(toy(MORE=CRF).sdtm, "VS.VSORRES").values
    found = {value: pages(item) for item in items for where in item.where for value in where.checks[0].values}
    assert found == {"NOTE": [("acrf", (4,))], "SYSBP": [("acrf", (4,))], "TEMP": [("acrf", (5, 6))]}


def test_a_supplemental_qualifier_names_the_page_of_what_was_split_off(toy: Callable[..., Any]) -> None:
    assert [pages(item) for item in variable(toy(MORE=CRF).sdtm, "SUPPDM.QVAL").values] == [[("acrf", (2, 3))]]


def test_what_is_not_collected_has_no_page(toy: Callable[..., Any]) -> None:
    sdtm = toy(MORE=CRF).sdtm
    assert pages(variable(sdtm, "DM.RFENDTC")) == [] and pages(variable(sdtm, "DM.SITEID")) == []


def test_stated_pages_and_sources_are_those_of_the_define(toy: Callable[..., Any]) -> None:
    age = variable(toy(MORE=CRF, AGE="pages: 8-9, source: Subject, mandatory: yes, notes: Ask").sdtm, "DM.AGE")
    assert [(origin.source, origin.documents) for origin in age.origins] == [("Subject", (DocumentRef("acrf", first_page=8, last_page=9),))]
    assert age.mandatory and age.developer_notes == "Ask"


def test_without_an_annotated_crf_there_are_no_pages(toy: Callable[..., Any]) -> None:
    sdtm = toy().sdtm
    assert pages(variable(sdtm, "DM.SEX")) == [] and sdtm.documents == ()


def test_the_crf_is_a_document_of_the_tabulations_only_and_one_that_is_not_listed_of_what_refers_to_it(melasma: Any) -> None:
    assert [document.href for document in melasma.sdtm.documents] == ["acrf.pdf"]
    assert [(document.href, document.is_listed) for document in melasma.adam.documents] == [("displays.pdf", False)]


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("5", DocumentRef("sap", (5,))),
        ("5 7, 9", DocumentRef("sap", (5, 7, 9))),
        ("2-6", DocumentRef("sap", first_page=2, last_page=6)),
        ("section_3 table_1", DocumentRef("sap", ("section_3", "table_1"), page_type="NamedDestination")),
        ("", DocumentRef("sap")),
    ],
)
def test_pages_are_numbers_a_range_or_names(text: str, ref: DocumentRef) -> None:
    assert document_ref(DocumentPlace("sap", text)) == ref


METHODS = """documents:
  sap: {title: Analysis Plan, href: ../sap.pdf}
methods:
  NUM: {name: Numeric result, words: The result as a number, codes: {R: as.numeric(VSORRES)}, documents: {sap: 12}}
  DOC: {documents: {sap: 3-4}}
comments:
  SEEN: {words: Seen by the investigator, documents: {sap: ''}}
"""


def test_a_declared_method_is_one_for_all_that_name_it(toy: Callable[..., Any]) -> None:
    sdtm = toy(MORE=METHODS, VSSTRESN="{method: NUM, origin: Derived, value: number(VSORRES)}").sdtm
    method = next(m for m in sdtm.methods if m.id == "NUM")
    assert (method.name, method.description) == ("Numeric result", "The result as a number")
    assert [(e.context, e.text) for e in method.expressions][0] == ("clintrail", "number(VSORRES)")
    assert ("R", "as.numeric(VSORRES)") in [(e.context, e.text) for e in method.expressions]
    assert method.documents == (DocumentRef("sap", (12,)),)
    assert [document.id for document in sdtm.documents] == ["sap"]


def test_a_declared_method_without_words_adds_its_documents_to_the_rule(toy: Callable[..., Any]) -> None:
    sdtm = toy(MORE=METHODS, VSSTRESN="{method: DOC, origin: Derived, value: number(VSORRES)}").sdtm
    method = next(m for m in sdtm.methods if m.id == "VS.VSSTRESN")
    assert method.description == "VSORRES as a number." and method.documents == (DocumentRef("sap", first_page=3, last_page=4),)


def test_the_sql_that_ran_stands_beside_the_rule_as_typed(melasma: Any) -> None:
    method = next(m for m in melasma.sdtm.methods if m.id == "AE.AESTDY")
    contexts = {e.context: e.text for e in method.expressions}
    assert contexts["clintrail"] == "study_day(AESTDTC, DM.RFSTDTC)"
    assert '"AE"."AESTDTC"' in contexts["SQL (DuckDB)"] and "study_day" not in contexts["SQL (DuckDB)"]


def test_a_comment_that_is_the_name_of_a_declared_one_stands_for_it(toy: Callable[..., Any]) -> None:
    sdtm = toy(MORE=METHODS, AGE="comment: SEEN", EYES="comment: Seen").sdtm
    assert variable(sdtm, "DM.AGE").comment == "SEEN"
    comment = next(c for c in sdtm.comments if c.id == "SEEN")
    assert comment.description == "Seen by the investigator" and comment.documents == (DocumentRef("sap"),)


BRANCHES = """
    VSTESTCD = 'SYSBP': {label: Pressure, comment: SEEN, method: NUM, format: 4.0, mandatory: yes, origin: Derived, value: number(VSORRES)}
    else: number(VSORRES)"""


def test_what_a_branch_states_is_said_of_its_values(toy: Callable[..., Any]) -> None:
    sdtm = toy(MORE=METHODS, VSSTRESN=BRANCHES).sdtm
    found = {item.where[0].checks[0].values: item for item in variable(sdtm, "VS.VSSTRESN").values}
    pressure, temperature = found["SYSBP",], found["TEMP",]
    assert (pressure.label, pressure.comment, pressure.method, pressure.display_format) == ("Pressure", "SEEN", "NUM", "4.0")
    assert pressure.mandatory and [origin.type for origin in pressure.origins] == ["Derived"]
    assert (temperature.label, temperature.comment, temperature.display_format) == ("Temperature", "", "")
