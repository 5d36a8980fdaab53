"""What is read from a define.xml and written again is the same: the published defines of the CDISC pilot, a sample of CDISC, ours.

Compared are whole files as canonical XML (C14N), every element and attribute of them. Set aside are comments, processing
instructions, xsi:schemaLocation, blanks around and between texts, and the order of definitions in a MetaDataVersion, which has no
meaning. Of the define.xml 1.0, which we do not write, the facts are compared with the XML.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree
from random_documents import documents
from schemas import canonical

from clintrail.define.model import (
    CodeList,
    DefineDataset,
    DefineDocument,
    DefineVersion,
    DocumentRef,
    Item,
    RangeCheck,
    ReadDefine,
    WhereClause,
)
from clintrail.define.read.document import read_define
from clintrail.define.render import render_define

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
# What comes back otherwise than it was, by file: nothing.
DIFFERENCES: dict[str, list[str]] = {"define_tdf_adam_20.xml": [], "define_tdf_sdtm_20.xml": []}


def at_hand(path: str) -> Path:
    """A file or folder of ../shared; skips where it is not at hand."""
    if not (SHARED / path).exists():
        pytest.skip(f"../shared/{path} is not here")
    return SHARED / path


@pytest.fixture
def published() -> Path:
    """The folder of the pilot's published defines."""
    return at_hand("pilot/spec")


@pytest.mark.parametrize("file", DIFFERENCES)
def test_a_published_define_2_0_comes_back_as_it_was(published: Path, file: str, tmp_path: Path) -> None:
    before = canonical((published / file).read_bytes())
    after = canonical(render_define(read_define(published / file).document, "2.0"))
    differences = [f"{was} -> {became}" for was, became in zip(before, after, strict=False) if was != became]
    assert differences == DIFFERENCES[file] and len(before) == len(after) > 5000


@pytest.mark.parametrize("file", DIFFERENCES)
def test_by_way_of_2_1_nothing_of_it_is_lost_either(published: Path, file: str, tmp_path: Path) -> None:
    (tmp_path / "define.xml").write_bytes(render_define(read_define(published / file).document, "2.1"))
    after = render_define(read_define(tmp_path / "define.xml").document, "2.0")
    assert canonical(after) == canonical((published / file).read_bytes())


def test_a_define_2_1_of_cdisc_comes_back_but_for_an_order_number_that_stands_twice() -> None:
    """The sample in CDISC's open rules: 31 datasets, 645 items, 197 where clauses, 189 code lists."""
    path = at_hand("core-rules/CORE-000929/positive/01/data/define_positive1.xml")
    read = read_define(path)
    assert [(p.subject, p.problem) for p in read.problems] == [("IG.AE", "order numbers are missing or stand twice")]
    root = etree.parse(str(path)).getroot()
    for place, ref in enumerate(root.iterfind(".//{*}ItemGroupDef[@OID='IG.AE']/{*}ItemRef"), 1):
        ref.set("OrderNumber", str(place))
    assert canonical(render_define(read.document)) == canonical(etree.tostring(root))


def test_the_faults_of_the_pilot_are_told_and_its_references_kept(published: Path) -> None:
    adam, sdtm = (read_define(published / f"define_tdf_{kind}_20.xml") for kind in ("adam", "sdtm"))
    methods = [problem for problem in adam.problems if problem.problem.startswith("MethodOID refers to")]
    codelists = [problem for problem in adam.problems if problem.problem.startswith("CodeListOID refers to")]
    assert (len(methods), len(codelists), len(adam.problems)) == (139, 3, 142)
    assert [problem.problem.split(",")[0] for problem in sdtm.problems] == ["def:ItemOID refers to IT.SUPPLB.QNAM"] * 2
    assert all(problem.place.line > 1 for problem in (*adam.problems, *sdtm.problems))


# Define-XML 1.0: the facts, as read and as they stand in the file

ODM, DEF, RES = "{http://www.cdisc.org/ns/odm/v1.2}", "{http://www.cdisc.org/ns/def/v1.0}", "{http://www.cdisc.org/ns/ADaMRes/DRAFT}"


@pytest.fixture
def older(published: Path) -> tuple[ReadDefine, etree._Element]:
    """The define.xml 1.0 as read by us, and its XML."""
    path = published / "define_pilot_adam_10.xml"
    return read_define(path), etree.parse(str(path)).getroot()


def test_datasets_and_variables_of_a_1_0(older: tuple[ReadDefine, etree._Element]) -> None:
    read, root = older
    items = {item.get("OID"): item for item in root.iter(ODM + "ItemDef")}
    groups = list(root.iter(ODM + "ItemGroupDef"))
    assert [(d.name, d.label, d.structure, ", ".join(d.keys), d.archive_location) for d in read.document.datasets] == [
        (g.get("Name"), g.get(DEF + "Label"), g.get(DEF + "Structure"), g.get(DEF + "DomainKeys"), g.find(DEF + "leaf").values()[-1])
        for g in groups
    ]
    comments = {comment.id: comment.description for comment in read.document.comments}
    variables = [variable for dataset in read.document.datasets for variable in dataset.variables]
    refs = [items[ref.get("ItemOID")] for group in groups for ref in group.iter(ODM + "ItemRef")]
    assert [facts(variable, comments) for variable in variables] == [in_xml(item) for item in refs]
    assert len(variables) == 415


def test_values_of_a_1_0(older: tuple[ReadDefine, etree._Element]) -> None:
    read, root = older
    items = {item.get("OID"): item for item in root.iter(ODM + "ItemDef")}
    lists = {found.get("OID"): [items[ref.get("ItemOID")] for ref in found] for found in root.iter(DEF + "ValueListDef")}
    comments = {comment.id: comment.description for comment in read.document.comments}
    held = [(dataset.name, variable) for dataset, variable in read.document.value_lists()]
    assert sum(len(variable.values) for _, variable in held) == 903
    for dataset, variable in held:
        (ref,) = items[f"{dataset}.{variable.name}"].iter(DEF + "ValueListRef")
        found = lists[ref.get("ValueListOID")]
        assert [facts(item, comments) for item in variable.values] == [in_xml(item) for item in found]
        # The lists of this file are by parameter.
        conditions = [(RangeCheck(dataset, "PARAMCD", "EQ", (item.get("Name"),)),) for item in found]
        assert [item.where for item in variable.values] == [(WhereClause(checks),) for checks in conditions]


def facts(item: Item, comments: dict[str, str]) -> tuple[object, ...]:
    origin = " ".join(origin.type for origin in item.origins)
    comment = comments.get(item.comment, "")
    return (
        item.name,
        item.data_type,
        item.label,
        item.length,
        item.significant_digits,
        item.display_format,
        item.codelist,
        origin,
        comment,
    )


def in_xml(item: etree._Element) -> tuple[object, ...]:
    length, digits = (int(text) if (text := item.get(name)) else None for name in ("Length", "SignificantDigits"))
    codelist = next((ref.get("CodeListOID") for ref in item.iter(ODM + "CodeListRef")), "")
    label, display = item.get(DEF + "Label"), item.get(DEF + "DisplayFormat", "")
    return (
        item.get("Name"),
        item.get("DataType"),
        label,
        length,
        digits,
        display,
        codelist,
        item.get("Origin"),
        item.get("Comment").strip(),
    )


def test_code_lists_of_a_1_0(older: tuple[ReadDefine, etree._Element]) -> None:
    read, root = older
    assert [
        (codelist.id, codelist.data_type, codelist.dictionary, [(term.value, term.decode, term.rank) for term in codelist.terms])
        for codelist in read.document.codelists
    ] == [
        (
            found.get("OID"),
            found.get("DataType"),
            next((part.get("Dictionary") for part in found.iter(ODM + "ExternalCodeList")), ""),
            [
                (term.get("CodedValue"), "".join(term.find(f"{ODM}Decode/{ODM}TranslatedText").itertext()), term.get(DEF + "Rank", ""))
                for term in found.iter(ODM + "CodeListItem")
            ],
        )
        for found in root.iter(ODM + "CodeList")
    ]


def test_displays_of_a_1_0(older: tuple[ReadDefine, etree._Element]) -> None:
    read, root = older
    comments = {comment.id: comment.description for comment in read.document.comments}
    found = list(root.iter(RES + "ResultDisplay"))
    assert [(d.name, d.description, [ref.document for ref in d.documents]) for d in read.document.displays] == [
        (display.get("DisplayIdentifier"), display.get("DisplayLabel"), [display.get("leafID")]) for display in found
    ]
    results = [result for display in read.document.displays for result in display.results]
    assert len(results) == 18
    for result, element in zip(results, root.iter(RES + "AnalysisResults"), strict=True):
        assert (result.id, result.description) == (element.get("OID"), element.get("ResultIdentifier", ""))
        variables = [f"{part.dataset}.{name}" for part in result.datasets for name in part.variables]
        assert set(variables) == {ref.get("ItemOID") for ref in element.iter(RES + "AnalysisVariable")}
        codes = [ref.get("ParamCD") for ref in element.iter(RES + "Parameter")]
        assert bool(codes) == (result.parameter is not None)
        checks = [check for part in result.datasets if part.where for check in part.where.checks]
        said = {value for check in checks if check.variable == "PARAMCD" for value in check.values}
        assert all(code in said or code in comments[result.join] for code in codes)
        for criteria in element.iter(RES + "SelectionCriteria"):
            text = "".join(criteria.itertext()).strip(" []\n")
            in_words = text in comments.get(result.join, "")
            assert in_words or all(any(value in text for value in check.values) for check in checks if check.variable != "PARAMCD")
        code = "".join("".join(part.itertext()).strip() for part in element.iter(RES + "ProgrammingCode"))
        assert (result.code.text if result.code else "").strip() == code


# Ours


def as_read(part: Any) -> Any:
    """A document without what no define.xml has a place for: fields of workbooks, titles of no pages; with every decode spelled out."""
    if isinstance(part, tuple):
        return tuple(as_read(one) for one in part)
    if not is_dataclass(part) or isinstance(part, type):
        return part
    part = replace(part, **{field.name: as_read(getattr(part, field.name)) for field in fields(part)})
    if isinstance(part, Item):
        return replace(part, assigned_value="", common="", developer_notes="")
    if isinstance(part, DefineDataset):
        return replace(part, developer_notes="")
    if isinstance(part, DocumentRef) and not part.pages and part.first_page is None:
        return DocumentRef(part.document)
    if isinstance(part, CodeList) and part.has_decodes:
        return replace(part, terms=tuple(replace(term, decode=term.decode or term.value) for term in part.terms))
    return part


def read_back(document: DefineDocument, version: DefineVersion, folder: Path) -> tuple[bytes, DefineDocument]:
    """The document as written, and as read from that."""
    path = folder / "define.xml"
    path.write_bytes(xml := render_define(document, version))
    return xml, read_define(path).document


@pytest.fixture(params=["every feature", "melasma, SDTM", "melasma, ADaM", "workbook fields", "stated OIDs", "long names"])
def ours(request: pytest.FixtureRequest, document: DefineDocument) -> DefineDocument:
    if request.param.startswith("melasma"):
        built = request.getfixturevalue("melasma")
        found = built.sdtm if "SDTM" in request.param else built.adam
        assert isinstance(found, DefineDocument)
        return found
    first, *others = document.datasets
    sex = replace(first.variables[2], assigned_value="F", common="Yes", developer_notes="see CRF", sas_name="SEXSAS")
    noted = replace(first, variables=(*first.variables[:2], sex), developer_notes="ready", sas_name="DEMO")
    long = replace(first, name="A LONG NAME, with ä", variables=(replace(sex, name="a.b c" * 30), *first.variables[:2]), keys=("STUDYID",))
    stated = {"IT.DM.SEX": "I1", "IT.VS.VSORRES.VSTESTCD.EQ.TEMP": "I2", "VL.VS.VSORRES": "V1", "CL.SEX": "CL SEX", "LF.acrf": "crf"}
    stated |= {"WC.VS.VSTESTCD.EQ.TEMP": "W1", "STD.SDTMIG.3.4": "S1", "RD.Table-14.2": "R1", "DEF.ST.MELASMA.Data-Definitions": "F1"}
    variants = {
        "every feature": document,
        "workbook fields": replace(document, datasets=(noted, *others)),
        "stated OIDs": replace(document, stated_oids=stated),
        "long names": replace(document, datasets=(*document.datasets, long)),
    }
    return variants[request.param]


@pytest.mark.parametrize("version", ["2.1", "2.0"])
def test_written_read_and_written_again_ours_are_the_same_bytes(ours: DefineDocument, version: DefineVersion, tmp_path: Path) -> None:
    first, document = read_back(ours, version, tmp_path)
    second, again = read_back(document, version, tmp_path)
    assert first == second and document == again


def test_what_was_written_as_2_1_is_read_as_it_was(ours: DefineDocument, tmp_path: Path) -> None:
    _, document = read_back(ours, "2.1", tmp_path)
    if not ours.stated_oids:  # ids are made from OIDs: other OIDs, other ids
        assert document == as_read(ours)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(document=documents())
def test_any_document_is_read_as_it_was_written(document: DefineDocument, tmp_path_factory: pytest.TempPathFactory) -> None:
    _, read = read_back(document, "2.1", tmp_path_factory.mktemp("drawn"))
    assert read == as_read(document)
