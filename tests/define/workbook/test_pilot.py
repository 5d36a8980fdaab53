"""The two workbooks that the pilot study was published with: the legacy layout as Pinnacle 21 wrote it, with faults of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from clintrail.define.model import DefineDocument, DefineVariable, ReadDefine
from clintrail.define.read.document import read_define
from clintrail.define.workbook.columns import Layout
from clintrail.define.workbook.read import read_workbook
from clintrail.define.workbook.write import write_workbook
from clintrail.errors import Severity

SPEC = Path(__file__).resolve().parents[3] / ".." / "shared" / "pilot" / "spec"
Tell = Callable[..., list[str]]
DEFINES = {"SpecADaM_define20.xlsx": "define_tdf_adam_20.xml", "SpecSDTM_define20.xlsx": "define_tdf_sdtm_20.xml"}

if not SPEC.is_dir():
    pytest.skip("the pilot's specifications (../shared/pilot/spec) are not here", allow_module_level=True)


@pytest.fixture(scope="module")
def adam() -> ReadDefine:
    return read_workbook(SPEC / "SpecADaM_define20.xlsx")


@pytest.fixture(scope="module")
def sdtm() -> ReadDefine:
    return read_workbook(SPEC / "SpecSDTM_define20.xlsx")


def kinds(read: ReadDefine) -> Counter[str]:
    return Counter(problem.kind for problem in read.problems)


def dangling_in(name: str, attribute: str, definition: str) -> set[str]:
    """OIDs that a define.xml refers to by an attribute, and does not define."""
    root = etree.parse(str(SPEC / DEFINES[name])).getroot()
    referred = root.xpath(f"//@*[local-name() = '{attribute}']")
    defined = root.xpath(f"//*[local-name() = '{definition}']/@OID")
    assert isinstance(referred, list) and isinstance(defined, list)
    return set(map(str, referred)) - set(map(str, defined))


def test_the_adam_workbook_has_139_dangling_methods_and_3_dangling_code_lists(adam: ReadDefine) -> None:
    assert adam.format == "workbook, legacy layout"
    assert kinds(adam) == {"dangling method": 139, "dangling codelist": 3, "dangling key": 1}
    assert {problem.severity for problem in adam.problems} == {Severity.ERROR}


def test_each_stands_at_its_cell(adam: ReadDefine, tell: Tell) -> None:
    lines = tell(adam.problems)
    assert lines[0] == "SpecADaM_define20.xlsx [Datasets]:7  F7 Key Variables ADLBHY: the key LBSEQ is no variable of ADLBHY"
    assert lines[1] == "SpecADaM_define20.xlsx [Variables]:192  M192 Method ADADAS.STUDYID: no method ADQSADAS.STUDYID in the sheet Methods"
    sheets = "in the sheet Codelists or Dictionaries"
    assert [line for line in lines if "no codelist" in line] == [
        f"SpecADaM_define20.xlsx [Variables]:544  J544 Codelist ADLBHPV.PARAM: no codelist PARAM_ADLBHPV {sheets}",
        f"SpecADaM_define20.xlsx [Variables]:545  J545 Codelist ADLBHPV.PARAMCD: no codelist PARAMCD_ADLBHPV {sheets}",
        f"SpecADaM_define20.xlsx [Variables]:546  J546 Codelist ADLBHPV.PARAMN: no codelist PARAMN_ADLBHPV {sheets}",
    ]
    assert len({(problem.place, problem.subject) for problem in adam.problems}) == 143


def test_they_are_the_dangling_references_of_the_define_that_was_made_from_it(adam: ReadDefine) -> None:
    """`MT.ADQSADAS.VISIT` there is the method ADQSADAS.VISIT here."""
    methods = {p.problem.split()[2] for p in adam.problems if p.kind == "dangling method"}
    codelists = {p.problem.split()[2] for p in adam.problems if p.kind == "dangling codelist"}
    assert {f"MT.{id}" for id in methods} == dangling_in("SpecADaM_define20.xlsx", "MethodOID", "MethodDef")
    assert {f"CL.{id}" for id in codelists} == dangling_in("SpecADaM_define20.xlsx", "CodeListOID", "CodeList")


def test_the_sdtm_workbook_has_two_where_clauses_on_a_dataset_that_is_not_there(sdtm: ReadDefine, tell: Tell) -> None:
    """Its SUPPLB is split into SUPPLBCH, SUPPLBHE and SUPPLBUR, but for these; and two datasets number variables twice."""
    assert sdtm.format == "workbook, legacy layout"
    file, nowhere = "SpecSDTM_define20.xlsx", "no variable SUPPLB.QNAM in the sheet Variables"
    assert tell(sdtm.problems) == [
        f"{file} [Variables]:37  A37 Order AE.AESTDY: order 34 stands twice in AE",
        f"{file} [Variables]:38  A38 Order AE.AEENDY: order 35 stands twice in AE",
        f"{file} [Variables]:118  A118 Order EX.EXSTDY: order 16 stands twice in EX",
        f"{file} [WhereClauses]:238  C238 Variable SUPPLB.QNAM.ENDPOINT: {nowhere}",
        f"{file} [WhereClauses]:239  C239 Variable SUPPLB.QNAM.LBTMSHI: {nowhere}",
    ]
    assert [p.severity for p in sdtm.problems] == [Severity.WARNING] * 3 + [Severity.ERROR] * 2
    assert dangling_in(file, "ItemOID", "ItemDef") == {"IT.SUPPLB.QNAM"}


def test_what_is_sound_is_read_in_full(adam: ReadDefine, sdtm: ReadDefine) -> None:
    document = sdtm.document
    assert (document.study_name, document.standards[0].name, document.standards[0].version) == ("TDF_SDTM", "CDISC SDTM", "3.2")
    assert (len(document.datasets), sum(len(d.variables) for d in document.datasets)) == (31, 517)
    assert sum(len(variable.values) for _, variable in document.value_lists()) == 230
    assert (len(document.where_clauses()), len(document.unused_where_clauses)) == (226, 0)
    assert (len(document.codelists), len(document.methods), len(document.comments)) == (75, 103, 19)
    assert document.documents[0].is_annotated_crf and len(adam.document.documents) == 22
    assert (len(adam.document.datasets), sum(len(d.variables) for d in adam.document.datasets)) == (12, 509)
    assert (len(adam.document.methods), len(adam.document.unused_where_clauses)) == (1637, 1533)


def said(variable: DefineVariable) -> DefineVariable:
    """A variable without what the two files say differently, of which the test below tells."""
    return replace(variable, values=(), origins=(), significant_digits=None)


@pytest.mark.parametrize("name", DEFINES)
def test_the_workbook_says_of_variables_what_the_define_made_from_it_says(name: str) -> None:
    """But for places on the annotated CRF, which that define leaves out, and digits of integers; it sorts its datasets."""
    here, there = (document_of(name), read_define(SPEC / DEFINES[name]).document)
    variables = {(d.name, v.name): said(v) for d in there.datasets for v in d.variables}
    assert {(d.name, v.name): said(v) for d in here.datasets for v in d.variables} == variables
    values = {(d.name, v.name): [item.where for item in v.values] for d, v in there.value_lists()}
    assert {(d.name, v.name): [plain(w) for w in (item.where for item in v.values)] for d, v in here.value_lists()} == {
        key: [plain(where) for where in of] for key, of in values.items()
    }
    assert {c.id: c.terms for c in here.codelists} == {c.id: c.terms for c in there.codelists}
    assert {m.id: m.description.strip() for m in here.methods} == {m.id: m.description for m in there.methods}


def plain(where: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(clause.checks for clause in where)  # type: ignore[attr-defined]


def document_of(name: str) -> DefineDocument:
    return read_workbook(SPEC / name).document


@pytest.mark.parametrize("layout", ["legacy", "current"])
@pytest.mark.parametrize("name", DEFINES)
def test_read_written_and_read_again_it_is_the_same_workbook(name: str, layout: Layout, tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    document = document_of(name)
    lost = write_workbook(document, first, layout)
    again = read_workbook(first)
    write_workbook(again.document, second, layout)
    assert first.read_bytes() == second.read_bytes()
    if layout == "legacy":
        assert lost == [] and again.document == document
    else:  # where clauses stand inline, without ids; those that nothing uses have no place
        assert len(lost) == 1 and ("IDs of where clauses" in lost[0].problem or "1,533 rows left out" in lost[0].problem)
        assert len(again.document.datasets) == len(document.datasets)
