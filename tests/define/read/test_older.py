"""define.xml 1.0: origins, comments and keys are words in attributes, value lists name values, results are of a draft."""

from __future__ import annotations

from pathlib import Path

import pytest
from older_define import older_define
from schemas import schema_faults

from clintrail.define.model import (
    AnalysisDataset,
    Comment,
    DocumentRef,
    Method,
    Origin,
    RangeCheck,
    ReadDefine,
    Standard,
    Term,
    WhereClause,
)
from clintrail.define.read.document import read_define
from clintrail.define.render import render_define
from clintrail.errors import Severity


def read(folder: Path, origin: str = "eDT", adam: bool = False, code: str = "WEIGHT", criteria: str = 'ITTFL="Y"') -> ReadDefine:
    """The drawn define as read, its result in VSORRES of an origin, with or without an analysis dataset."""
    path = folder / "define.xml"
    path.write_bytes(older_define(origin, adam, code, criteria))
    return read_define(path)


def test_study_standard_documents_and_methods(tmp_path: Path) -> None:
    found = read(tmp_path)
    document = found.document
    assert (found.format, document.study_name, document.study_oid) == ("Define-XML 1.0.0", "Mélasma", "S1")
    assert document.standards == (Standard("SDTMIG", "IG", "3.1.1"),)
    assert [(linked.id, linked.is_annotated_crf, linked.is_listed) for linked in document.documents] == [
        ("blankcrf", True, True),
        ("guide", False, True),
        ("t1", False, False),
    ]
    assert document.methods == (Method(id="BMI", name="BMI", description="weight / height squared"),)


def test_keys_labels_classes_and_comments_are_attributes(tmp_path: Path) -> None:
    document = read(tmp_path).document
    (vs,) = document.datasets
    assert (vs.label, vs.keys, vs.class_name, vs.comment, vs.archive_location) == (
        "Vital Signs", ("USUBJID", "VSTESTCD"), "FINDINGS", "VS", "vs.xpt"
    )  # fmt: skip
    assert document.comments == (Comment("VS", "Sitting"), Comment("VS.VSTESTCD.BMI", "Rounded"))
    assert [variable.comment for variable in vs.variables] == ["", "VS", ""]
    assert (vs.variables[0].role, vs.variables[0].role_codelist) == ("Identifier", "ROLES")


def test_a_value_list_names_values_of_its_variable(tmp_path: Path) -> None:
    found = read(tmp_path)
    _, test, _ = found.document.datasets[0].variables
    assert [item.where for item in test.values] == [
        (WhereClause((RangeCheck("VS", "VSTESTCD", "EQ", ("WEIGHT",)),)),),
        (WhereClause((RangeCheck("VS", "VSTESTCD", "EQ", ("BMI",)),)),),
    ]
    assert (test.values[1].label, test.values[1].method, test.values[1].significant_digits) == ("Body Mass Index", "BMI", 2)
    (note,) = found.problems
    assert note.severity is Severity.NOTE and note.problem.endswith("read as values where VSTESTCD is their name")


def test_ranks_and_decodes_of_code_lists(tmp_path: Path) -> None:
    tests, roles = read(tmp_path).document.codelists
    assert tests.terms == (Term("WEIGHT", "Weight", rank="1"), Term("BMI", "Body Mass Index", rank="2"))
    assert (tests.sas_format, roles.dictionary, roles.dictionary_version) == ("$T", "SDTM", "1.1")


CRF = "blankcrf"
ORIGINS = {
    "": (),
    "CRF": (Origin("Collected"),),
    "crf": (Origin("Collected"),),
    "CRF Page 7": (Origin("Collected", documents=(DocumentRef(CRF, (7,)),)),),
    "CRF Pages 7, 8": (Origin("Collected", documents=(DocumentRef(CRF, (7, 8)),)),),
    "CRF pp. 7-9": (Origin("Collected", documents=(DocumentRef(CRF, (), 7, 9),)),),
    "CRF Page 7, 10 - 12": (Origin("Collected", documents=(DocumentRef(CRF, (7,)), DocumentRef(CRF, (), 10, 12))),),
    "eDT": (Origin("Collected", "Vendor"),),
    "Derived": (Origin("Derived"),),
    "DERIVED": (Origin("Derived"),),
    "Assigned": (Origin("Assigned"),),
    "Sponsor": (Origin("Assigned", "Sponsor"),),
    "Protocol": (Origin("Protocol"),),
    "DM.AGE": (Origin("Predecessor", description="DM.AGE"),),
    "CRF Page seven": (Origin("Other", description="CRF Page seven"),),
    "Derived from CRF Page 7": (Origin("Other", description="Derived from CRF Page 7"),),
}


@pytest.mark.parametrize("words", ORIGINS)
def test_origins_are_read_where_they_are_unmistakable(words: str, tmp_path: Path) -> None:
    assert read(tmp_path, words).document.datasets[0].variables[2].origins == ORIGINS[words]


def test_without_a_single_annotated_crf_the_pages_stay_words(tmp_path: Path) -> None:
    read(tmp_path, "CRF Page 7")
    path = tmp_path / "define.xml"
    path.write_bytes(path.read_bytes().replace(b'<def:AnnotatedCRF><def:DocumentRef leafID="blankcrf"/></def:AnnotatedCRF>', b""))
    assert read_define(path).document.datasets[0].variables[2].origins == (Origin("Collected", description="CRF Page 7"),)


def test_a_value_list_by_parameter_has_conditions_on_paramcd(tmp_path: Path) -> None:
    _, advs = read(tmp_path, adam=True).document.datasets
    (item,) = advs.variables[1].values
    assert item.where == (WhereClause((RangeCheck("ADVS", "PARAMCD", "EQ", ("WEIGHT",)),)),)
    assert advs.class_name == "BASIC DATA STRUCTURE"


def test_results_of_the_draft_become_analyses(tmp_path: Path) -> None:
    (display,) = read(tmp_path, adam=True).document.displays
    (result,) = display.results
    assert (display.name, display.description, display.documents) == ("Table 1", "Weights", (DocumentRef("t1"),))
    assert (result.description, result.reason, result.purpose) == ("Mean", "SPECIFIED IN SAP", "")
    where = WhereClause((RangeCheck("ADVS", "ITTFL", "EQ", ("Y",)), RangeCheck("ADVS", "PARAMCD", "EQ", ("WEIGHT",))))
    assert result.datasets == (AnalysisDataset("ADVS", ("AVAL",), where), AnalysisDataset("VS", ("VSORRES",)))
    assert result.parameter == ("ADVS", "PARAMCD") and result.documentation is not None and result.code is not None
    assert (result.documentation.description, result.documentation.documents) == ("As planned", (DocumentRef("guide"),))
    assert result.code.text == "proc means;\n run;"


def test_a_selection_that_no_where_clause_can_say_is_kept_in_words(tmp_path: Path) -> None:
    found = read(tmp_path, adam=True, criteria='ITTFL="Y" and AVAL not contains "9"')
    ((result,),) = (display.results for display in found.document.displays)
    assert Comment("T1.R1", 'ADVS: ITTFL="Y" and AVAL not contains "9"') in found.document.comments and result.join == "T1.R1"
    assert "no where clause can say this selection; it is kept in words, as a comment" in {problem.problem for problem in found.problems}


def test_parameters_that_the_selection_contradicts_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, adam=True, code="BMI", criteria='PARAMCD="WEIGHT"')
    (warning,) = [problem for problem in found.problems if problem.severity is Severity.WARNING]
    assert warning.problem.startswith("the list of parameters has BMI, the selection of records has not")
    assert Comment("T1.R1", "parameters BMI") in found.document.comments
    assert "the name of parameter BMI is not kept, as no code list has it as decode" in {problem.problem for problem in found.problems}


def test_faults_of_a_1_0_are_told_too(tmp_path: Path) -> None:
    read(tmp_path)
    path = tmp_path / "define.xml"
    for before, after in (
        ("USUBJID, VSTESTCD", "USUBJID, VISIT"),
        ('CodeListOID="TESTS"', 'CodeListOID="T"'),
        ('Length="10"', 'Length="x"'),
    ):
        path.write_bytes(path.read_bytes().replace(before.encode(), after.encode(), 1))
    faults = {(problem.subject, problem.problem) for problem in read_define(path).problems if problem.severity is Severity.ERROR}
    assert faults == {
        ("VS", "key VISIT is no variable of the dataset"),
        ("VS.VSTESTCD", "CodeListOID refers to T, but no CodeList has this OID"),
        ("VS.USUBJID", "Length is no whole number: x"),
    }
    assert read_define(path).document.datasets[0].keys == ("USUBJID", "VISIT")


def test_it_is_written_as_2_0_that_the_schema_accepts(tmp_path: Path) -> None:
    document = read(tmp_path).document
    assert schema_faults(render_define(document, "2.0"), "2.0") == []
    assert document.stated_oids == {}
