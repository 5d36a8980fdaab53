"""How a collected value finds its term."""

from __future__ import annotations

import pytest

from clintrail.errors import Place, Problems
from clintrail.standards import sdtm_dataset
from clintrail.standards.tables import read_table
from clintrail.terminology import Codelist, Term, available_packages, load_codelists

COLOURS = Codelist("C1", "Colour", "COLOUR", True, (
    Term("C10", "RED", ("Crimson", "Scarlet"), "Red Colour"),
    Term("C11", "BLUE", ("Azure", "Cold Colour"), "Blue Colour"),
    Term("C12", "GREEN", ("Cold Colour",), "Green Colour", "Green As Grass"),
    Term("C13", "Pa", (), "Pascal"),
    Term("C14", "pA", (), "Picoampere"),
))

# collected         | what it may mean
COLLECTED = [
    ("RED", ["RED"]),
    ("red", ["RED"]),
    (" Red ", ["RED"]),
    ("crimson", ["RED"]),
    ("blue  colour", ["BLUE"]),
    ("cold colour", ["BLUE", "GREEN"]),
    ("green as grass", ["GREEN"]),
    ("Pa", ["Pa"]),
    ("pA", ["pA"]),
    ("PA", ["Pa", "pA"]),
    ("violet", []),
    ("", []),
]


@pytest.mark.parametrize(("collected", "meanings"), COLLECTED)
def test_a_collected_value_finds_its_term_and_an_ambiguous_one_finds_none(collected: str, meanings: list[str]) -> None:
    assert [t.value for t in COLOURS.matches(collected)] == meanings
    found = COLOURS.find(collected)
    assert (found.value if found else None) == (meanings[0] if len(meanings) == 1 else None)


def test_a_submission_value_wins_over_another_terms_synonym() -> None:
    codelist = Codelist("C2", "Answer", "ANSWER", False, (Term("C20", "N", ("NA",)), Term("C21", "NA", ("Not Applicable",))))
    found = codelist.find("na")
    assert found and found.code == "C21"


# code list | collected               | submission value | NCI code
SHIPPED = [
    ("NY", "yes", "Y", "C49488"),
    ("C66742", "No", "N", "C49487"),
    ("AESEV", "Severe", "SEVERE", "C41340"),
    ("SEX", "female", "F", "C16576"),
    ("UNIT", "Milligram", "mg", "C28253"),
    ("VSTESTCD", "Systolic Blood Pressure", "SYSBP", "C25298"),
    ("DATEFL", "Day Imputed", "D", "C81212"),
]


@pytest.mark.parametrize(("codelist", "collected", "value", "code"), SHIPPED)
def test_shipped_code_lists_are_found_by_code_and_by_short_name(codelist: str, collected: str, value: str, code: str) -> None:
    term = load_codelists().find(codelist, collected)
    assert term is not None
    assert (term.value, term.code) == (value, code)


def test_the_list_of_names_decodes_the_list_of_codes() -> None:
    tests = load_codelists().codelist("VSTESTCD")
    assert tests and (term := tests.term("SYSBP"))
    assert term.decode == "Systolic Blood Pressure"
    parameters = load_codelists().codelist("HAMD1PC")
    assert parameters and all(t.decode for t in parameters.terms)
    answers = load_codelists().codelist("NY")
    assert answers and (answers.extensible, {t.decode for t in answers.terms}) == (False, {""})


def test_every_code_list_that_the_studys_datasets_name_is_shipped() -> None:
    terminology = load_codelists("2025-03-28")
    study = "DM EX AE QS RS CM MH VS DS IE SE SV TA TE TI TV TS SUPPAE RELREC SC CO"
    named = {
        code
        for name in study.split()
        for v in sdtm_dataset(name).variables for code in v.codelists  # type: ignore[union-attr]
    }
    assert len(named) > 40
    assert {code for code in named if terminology.codelist(code) is None} == set()
    assert [(p.standard, p.version, p.complete) for p in terminology.packages] == [
        ("SDTM", "2025-03-28", False), ("ADaM", "2026-03-27", True), ("Define-XML", "2026-03-27", True)]


def test_names_of_code_lists_in_the_tables_are_those_of_terminology() -> None:
    terminology = load_codelists("2025-03-28")
    tables = [row for standard in ("sdtm", "adam") for row in read_table(standard, "variables")] + list(read_table("sdtm", "model"))
    pairs = {pair for row in tables for pair in zip(row["Codelist Codes"].split(), row["Codelists"].split(), strict=True)}
    known = {(code, name) for code, name in pairs if terminology.codelist(code)}
    assert len(known) > 60
    assert {(code, name) for code, name in known if terminology.codelist(code) is not terminology.codelist(name)} == set()


def test_a_version_that_is_not_here_says_how_to_get_it() -> None:
    with pytest.raises(Problems) as raised:
        load_codelists("2023-12-15", place=Place("specs/one/study.yaml", 2))
    assert str(raised.value) == (
        "specs/one/study.yaml:2  terminology\n"
        "  problem: SDTM terminology 2023-12-15 is not here (at hand: 2025-03-28)\n"
        "  fix:     download it from NCI and run: clintrail terminology import 'SDTM Terminology 2023-12-15.txt'"
    )


def test_unknown_code_lists_find_nothing() -> None:
    terminology = load_codelists()
    assert terminology.codelist("C00000") is None
    assert terminology.find("C00000", "x") is None
    assert len(available_packages()) == 3
