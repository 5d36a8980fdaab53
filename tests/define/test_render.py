"""define.xml as written: valid, escaped, deterministic, in the order that the schema wants."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree
from schemas import schema_faults, values

from clintrail.define import oids
from clintrail.define.check.validate import stylesheet_path, validate_define
from clintrail.define.model import (
    CodeList,
    DefineDataset,
    DefineDocument,
    DefineVariable,
    DefineVersion,
    RangeCheck,
    Term,
    WhereClause,
)
from clintrail.define.page import render_define_html
from clintrail.define.render import render_define
from clintrail.errors import Problems, Severity

ROOT = Path(__file__).resolve().parents[2]


def test_a_document_with_every_feature_is_valid(document: DefineDocument) -> None:
    assert schema_faults(render_define(document), "2.1") == []
    assert schema_faults(render_define(document, "2.0"), "2.0") == []


def test_our_own_checks_find_nothing_either(written: Path) -> None:
    assert [problem for problem in validate_define(written) if problem.severity >= Severity.WARNING] == []


def test_a_second_schema_processor_agrees(document: DefineDocument, written: Path) -> None:
    from defineutils.validate import DefineSchemaValidator

    written.write_bytes(render_define(replace(document, displays=())))  # it knows no results metadata
    assert DefineSchemaValidator(written).validate_define_file().endswith("is valid")


def test_text_comes_back_as_it_went_in(document: DefineDocument, nasty: str) -> None:
    xml = render_define(document)
    assert values(xml, "//odm:StudyDescription/text()") == [f"A trial: {nasty}"]
    assert values(xml, "//odm:MethodDef[@OID='MT.USUBJID']/odm:Description/odm:TranslatedText/text()") == [nasty]
    assert values(xml, "//odm:FormalExpression[@Context='SQL']/text()") == ["min(x)\n  filter (where y < 2 and z <> '')"]
    assert values(xml, "//odm:MethodDef[@OID='MT.VSORRES.BP']//odm:TranslatedText/text()") == ["Mean of three. " * 1000]


def test_attributes_keep_quotes_line_breaks_and_tabs(document: DefineDocument, nasty: str) -> None:
    awkward = f"{nasty}\n\tsecond line\r"
    codelist = CodeList(id="X", name=awkward, terms=(Term(awkward),))
    xml = render_define(replace(document, codelists=(codelist,)))
    assert values(xml, "//odm:CodeList/@Name") == [awkward]
    assert values(xml, "//odm:EnumeratedItem/@CodedValue") == [awkward]


@pytest.mark.parametrize("render", [render_define, render_define_html])
def test_a_character_that_xml_cannot_hold_is_a_problem_with_its_place(render: object, document: DefineDocument) -> None:
    methods = (*document.methods[:2], replace(document.methods[2], description="bell \x07 rings"))
    with pytest.raises(Problems) as raised:
        render(replace(document, methods=methods))  # type: ignore[operator]
    assert "MT.VSORRES.BP" in {problem.subject for problem in raised.value.problems}
    assert {problem.problem for problem in raised.value.problems} == {"a text holds the character U+0007, which XML cannot"}


def test_every_language_is_stated_as_english(document: DefineDocument) -> None:
    xml = render_define(document)
    languages = values(xml, "//odm:TranslatedText/@xml:lang")
    assert set(languages) == {"en"} and len(languages) == len(values(xml, "//odm:TranslatedText/text()"))


@pytest.mark.parametrize("render", ["render.render_define", "page.render_define_html"])
def test_the_same_document_gives_the_same_bytes_in_every_process(render: str) -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/define'); import conftest; from clintrail.define import page, render; "
        f"sys.stdout.buffer.write({render}(conftest.DOCUMENT))"
    )
    environments = [{**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2")]
    first, second = (
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True).stdout
        for environment in environments
    )
    assert first == second and len(first) > 10_000


def short(element: etree._Element) -> str:
    return etree.QName(element).localname


@pytest.mark.parametrize("version", ["2.1", "2.0"])
def test_no_two_neighbours_may_change_places(version: DefineVersion, document: DefineDocument) -> None:
    """Every order that the schema fixes is kept: any swap is invalid, but for those that the schema leaves free."""
    root = etree.fromstring(render_define(document, version))
    pairs = {
        (short(parent), short(first), short(second)): (parent, first)
        for parent in root.iter(etree.Element)
        for first, second in pairwise(parent.findall("*"))
        if first.tag != second.tag
    }
    free = set()
    for names, (parent, first) in pairs.items():
        children = list(parent)
        elements = parent.findall("*")
        second = elements[elements.index(first) + 1]
        parent.remove(first)
        second.addnext(first)
        if not schema_faults(etree.tostring(root), version):
            free.add(names)
        parent[:] = children
    assert len(pairs) >= 25
    assert (
        free
        == {
            "2.1": {("ItemGroupDef", "Class", "leaf"), ("ItemDef", "Origin", "ValueListRef")},
            "2.0": {("ItemDef", "Origin", "ValueListRef")},
        }[version]
    )


def test_where_the_schema_leaves_the_order_free_it_is_that_of_the_specification(document: DefineDocument) -> None:
    root = etree.fromstring(render_define(document))
    assert [short(e) for e in root.find(".//{*}ItemGroupDef[@Name='VS']")][-2:] == ["Class", "leaf"]
    assert [short(e) for e in root.find(".//{*}ItemDef[@OID='IT.VS.VSSTRESN']")] == ["Description", "Origin", "ValueListRef"]


def test_the_stylesheet_is_named_and_shows_the_document(document: DefineDocument, nasty: str) -> None:
    xml = render_define(document)
    assert xml.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/xsl" href="define2-1.xsl"?>\n')
    shown = etree.XSLT(etree.parse(str(stylesheet_path())))(etree.fromstring(xml))
    text = "".join(shown.getroot().itertext())
    for expected in ("VSSTRESN", "Reference Start", "DM.USUBJID", nasty, "Sitting", "C66731"):
        assert expected in text


def test_codes_and_meanings_or_only_values(document: DefineDocument) -> None:
    xml = render_define(document)
    assert values(xml, "//odm:CodeList[@OID='CL.SEX']/odm:CodeListItem/odm:Decode/*/text()") == ["Female", "Male", "UNDEC"]
    assert values(xml, "//odm:CodeList[@OID='CL.SEX']/*/odm:Alias/@Name") == ["C16576", "C20197"]
    assert values(xml, "//odm:CodeList[@OID='CL.SEX']/*[@def:ExtendedValue='Yes']/@CodedValue") == ["UNDEC"]
    assert values(xml, "//odm:CodeList[@OID='CL.VSTESTCD']/odm:EnumeratedItem/@CodedValue") == ["TEMP", "SYSBP", "DIABP", "PULSE"]
    assert values(xml, "//odm:CodeList[@def:IsNonStandard='Yes']/@OID") == ["CL.VSTESTCD", "CL.GRADE", "CL.ROLE"]
    assert values(xml, "//odm:ExternalCodeList/@Dictionary") == ["ISO 3166"]


def test_keys_are_numbered_in_the_order_of_the_dataset_s_keys(document: DefineDocument) -> None:
    dataset = replace(document.datasets[1], keys=("VSTESTCD", "USUBJID"))
    xml = render_define(replace(document, datasets=(dataset,)))
    assert values(xml, "//odm:ItemGroupDef/odm:ItemRef[@KeySequence]/@ItemOID") == ["IT.VS.USUBJID", "IT.VS.VSTESTCD"]
    assert values(xml, "//odm:ItemGroupDef/odm:ItemRef/@KeySequence") == ["2", "1"]


def test_a_name_that_xpt_version_5_cannot_hold_has_no_sas_name() -> None:
    variable = DefineVariable(name="TREATMENTARM", data_type="text", length=1)
    dataset = DefineDataset(name="ADMELASMA", label="x", class_name="ADAM OTHER", structure="x", variables=(variable,))
    document = DefineDocument(
        study_oid="S",
        study_name="S",
        study_description="S",
        protocol_name="S",
        creation_datetime="2025-01-31T08:00:00",
        metadata_version_name="M",
        standards=(),
        datasets=(dataset,),
    )
    xml = render_define(document)
    assert values(xml, "//@SASDatasetName | //@SASFieldName") == []
    assert values(xml, "//odm:ItemDef/@Name") == ["TREATMENTARM"]


def test_a_path_with_spaces_and_accents_becomes_a_uri(document: DefineDocument) -> None:
    assert values(render_define(document), "//def:leaf[@ID='LF.csdrg']/@xlink:href") == ["guides/reviewer's%20guide%20%C3%A9.pdf"]


def test_one_where_clause_serves_every_value_list_that_needs_it(document: DefineDocument) -> None:
    assert values(render_define(document), "//def:WhereClauseDef/@OID") == [
        "WC.VS.VSTESTCD.EQ.TEMP",
        "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.NE.F",
        "WC.VS.VSTESTCD.EQ.PULSE",
        "WC.DM.COUNTRY.NE.CHN",
    ]


def where(*values: str, comparator: str = "IN") -> WhereClause:
    return WhereClause((RangeCheck("VS", "VSTESTCD", comparator, values),))  # type: ignore[arg-type]


def test_different_conditions_never_share_an_oid() -> None:
    clauses = [
        (where("A", "B"),),
        (where("A-B"),),
        (where("A B"),),
        (where("A.B"),),
        (where("A", comparator="EQ"), where("B", comparator="EQ")),
        (where("AB"),),
        (where("é"),),
        (where("è"),),
        (where("X" * 300),),
        (where("X" * 301),),
    ]
    made = [oids.value_item("VS", "VSORRES", clause) for clause in clauses]
    assert len(set(made)) == len(clauses)
    assert made[0] == "IT.VS.VSORRES.VSTESTCD.IN.A-B"
    assert max(map(len, made)) <= oids.LONGEST + len("IT.VS.VSORRES.")


def test_a_leaf_id_is_always_a_name_that_xml_takes() -> None:
    made = [oids.document(id) for id in ("acrf", "my guide.pdf", "1/2", "é")]
    assert made[0] == "LF.acrf"
    for name in made:
        etree.fromstring(f'<!DOCTYPE a [<!ATTLIST a x ID #IMPLIED>]><a x="{name}"/>')
        assert name.isascii() and " " not in name and "/" not in name
