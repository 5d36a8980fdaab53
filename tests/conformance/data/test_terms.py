"""How the values of the data stand to the terminology. Data and code lists are drawn in the test."""

from __future__ import annotations

from pathlib import Path

from drawn_tables import about

from clintrail.terminology import Codelist, Term, Terminology

SEX = Codelist("C66731", "Sex", "SEX", False, (Term("C16576", "F", ("Female",)), Term("C20197", "M", ("Male",))))
UNITS = Codelist("C66770", "Units", "VSRESU", True, (Term("C28252", "kg", ("Kilogram",)), Term("C48531", "LB", ("Pound", "lb av"))))
TESTS = Codelist("C66741", "Test Code", "VSTESTCD", True, (Term("C25208", "WEIGHT", decode="Weight"),))
NAMES = Codelist("C67153", "Test Name", "VSTEST", True, (Term("C25208", "Weight"),))
TERMINOLOGY = Terminology((), (SEX, UNITS, TESTS, NAMES))


def test_a_value_is_a_term_or_one_in_another_case_or_a_synonym_or_new(tmp_path: Path) -> None:
    found = about(
        tmp_path, "values", "variable, value, extensible, known, known_in_other_case, term, synonym_of, records", TERMINOLOGY,
        dm="SEX\nF\nF\nm\nFemale\nW\n", vs="VSORRESU\nkg\npound\nstones\n",
    )  # fmt: skip
    assert found == [
        ("SEX", "F", False, True, False, None, None, 2),
        ("SEX", "Female", False, False, False, None, "F", 1),
        ("SEX", "W", False, False, False, None, None, 1),
        ("SEX", "m", False, False, True, "M", None, 1),
        ("VSORRESU", "kg", True, True, False, None, None, 1),
        ("VSORRESU", "pound", True, False, False, None, "LB", 1),
        ("VSORRESU", "stones", True, False, False, None, None, 1),
    ]


def test_variables_whose_code_list_is_not_at_hand_have_no_values(tmp_path: Path) -> None:
    assert about(tmp_path, "values", "variable", Terminology((), (UNITS,)), dm="SEX\nF\n", vs="VSORRESU,VSLOC\nkg,ARM\n") == [("VSORRESU",)]


def test_the_name_beside_a_code_is_told_by_the_code_and_no_value_of_its_own(tmp_path: Path) -> None:
    tables = {"vs": "VSTESTCD,VSTEST\nWEIGHT,Weight\nWEIGHT,Height\nMINE,My Own\nWEIGHT,\n"}
    assert about(tmp_path, "values", "DISTINCT variable", TERMINOLOGY, **tables) == [("VSTESTCD",)]
    assert about(tmp_path, "code_names", "variable, code, name, decode, records", TERMINOLOGY) == [
        ("VSTESTCD", "WEIGHT", "Height", "Weight", 1),
        ("VSTESTCD", "WEIGHT", "Weight", "Weight", 1),
    ]


def test_a_name_without_its_code_is_a_value(tmp_path: Path) -> None:
    assert about(tmp_path, "values", "variable, value, known", TERMINOLOGY, vs="VSTEST\nHeight\n") == [("VSTEST", "Height", False)]
