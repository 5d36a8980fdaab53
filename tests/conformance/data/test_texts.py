"""What is odd about texts, counted for each variable, and the records that repeat others. The tests draw the data."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_tables import about

from clintrail.conformance.data.texts import ODDITIES


@pytest.mark.parametrize(
    ("oddity", "value"),
    [
        ("leading_blanks", " Rash"),
        ("trailing_blanks", "Rash "),
        ("full_stops", "."),
        ("control_characters", "Skin\trash"),
        ("non_ascii", "Sjögren"),
        ("entities", "Rash &amp; cough"),
        ("placeholders", "#N/A"),
        ("placeholders", "null"),
        ("placeholders", "<NA>"),
    ],
)
def test_an_oddity_is_counted_with_the_first_record_that_has_it_and_no_other_is(tmp_path: Path, oddity: str, value: str) -> None:
    columns = ", ".join([*ODDITIES, f"first_{oddity}"])
    found = about(tmp_path, "texts", columns, ae=f"AETERM\nRash\n{value}\n{value}\n")
    assert found == [(*(2 if name == oddity else 0 for name in ODDITIES), 2)]


@pytest.mark.parametrize("value", ["SjÃ¶gren", "don\u00e2\u20ac\u2122t", "Sj\ufffdgren"])
def test_text_that_was_read_in_a_wrong_encoding_is_damaged(tmp_path: Path, value: str) -> None:
    assert about(tmp_path, "texts", "damaged, non_ascii", ae=f"AETERM\n{value}\n") == [(1, 1)]


@pytest.mark.parametrize("value", ["Ångström", "5 µg", "NULL EFFECT", "NA", "NONE", "A. B.", "R&D", "<1"])
def test_ordinary_text_is_neither_damaged_nor_an_entity_nor_a_placeholder(tmp_path: Path, value: str) -> None:
    columns = "damaged, entities, placeholders, full_stops, control_characters"
    assert about(tmp_path, "texts", columns, ae=f"AETERM\n{value}\n") == [(0, 0, 0, 0, 0)]


def test_each_text_variable_has_a_row_and_numbers_have_none(tmp_path: Path) -> None:
    assert about(tmp_path, "texts", "dataset, variable", ae="AESEQ,AETERM,AECAT\n1,Rash,\n") == [("AE", "AECAT"), ("AE", "AETERM")]


def test_a_record_that_differs_from_another_in_its_number_only_repeats_it(tmp_path: Path) -> None:
    ae = "USUBJID,AESEQ,AETERM,AESTDTC\n01,1,Rash,\n01,2,Cough,\n01,3,Rash,\n02,1,Rash,\n01,4,Rash,\n01,5,Rash,2024\n"
    assert about(tmp_path, "repeats", "dataset, record, first", ae=ae) == [("AE", 3, 1), ("AE", 5, 1)]


def test_datasets_without_repeated_records_have_none(tmp_path: Path) -> None:
    assert about(tmp_path, "repeats", "dataset", ae="AESEQ,AETERM\n1,Rash\n2,Cough\n", dm="USUBJID\n01\n") == []
