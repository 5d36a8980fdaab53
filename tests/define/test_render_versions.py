"""define.xml as written: what 2.0 says otherwise, results metadata, documents that were read, and how long a big one takes."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from big import big_document
from schemas import schema_faults, values

from clintrail.define.model import DefineDataset, DefineDocument, DefineVariable, DefineVersion, Document, Origin, Standard, WhereClause
from clintrail.define.render import render_define


def test_version_2_0_names_one_standard_and_the_class_in_attributes(document: DefineDocument) -> None:
    xml = render_define(document, "2.0")
    assert values(xml, "//odm:MetaDataVersion/@*[namespace-uri() != '']", "2.0") == ["2.0.0", "SDTM-IG", "3.4"]
    assert values(xml, "//odm:ItemGroupDef/@def:Class", "2.0") == ["SPECIAL PURPOSE", "FINDINGS", "BASIC DATA STRUCTURE"]
    assert b'href="define2-0-0.xsl"' in xml and b"v2.1" not in xml


@pytest.mark.parametrize(
    ("standards", "said"),
    [
        ((Standard("CDISC/NCI", "CT", "2025-03-28", publishing_set="ADaM"), Standard("ADaMIG", "IG", "1.3")), ["ADaM-IG", "1.3"]),
        ((Standard("SENDIG", "IG", "3.1"), Standard("SENDIG-AR", "IG", "1.0")), ["SEND-IG", "3.1"]),
        ((Standard("CDISC SDTM", "IG", "3.2"),), ["CDISC SDTM", "3.2"]),
        ((), []),
    ],
)
def test_the_first_guide_is_the_standard_of_version_2_0(document: DefineDocument, standards: tuple[Standard, ...], said: list[str]) -> None:
    xml = render_define(replace(document, standards=standards), "2.0")
    assert values(xml, "//@def:StandardName | //@def:StandardVersion", "2.0") == said


def test_what_version_2_0_has_no_place_for_is_left_out(document: DefineDocument) -> None:
    xml = render_define(document, "2.0")
    for name in ("StandardOID", "IsNonStandard", "HasNoData", "SubClass", "Source", "Title", "Standards"):
        assert values(xml, f"//@*[local-name() = '{name}'] | //*[local-name() = '{name}']", "2.0") == [], name
    assert values(xml, "//@def:Context | //odm:CodeList/@def:CommentOID | //odm:MetaDataVersion/@def:CommentOID", "2.0") == []


def test_comments_that_only_such_things_have_go_with_them(document: DefineDocument) -> None:
    new, old = (set(values(render_define(document, version), "//def:CommentDef/@OID", version)) for version in ("2.1", "2.0"))
    assert new - old == {"COM.ALL", "COM.CT"}
    assert old >= {"COM.VS", "COM.BP", "COM.JOIN"}


@pytest.mark.parametrize(
    ("origin", "in_2_1", "in_2_0"),
    [
        (Origin("Collected", "Investigator"), ["Collected", "Investigator"], ["CRF"]),
        (Origin("Collected", "Subject"), ["Collected", "Subject"], ["CRF"]),
        (Origin("Collected", "Vendor"), ["Collected", "Vendor"], ["eDT"]),
        (Origin("CRF"), ["Collected"], ["CRF"]),
        (Origin("eDT"), ["Collected", "Vendor"], ["eDT"]),
        (Origin("Derived", "Sponsor"), ["Derived", "Sponsor"], ["Derived"]),
        (Origin("Assigned", "Vendor"), ["Assigned", "Vendor"], ["Assigned"]),
        (Origin("Protocol", "Sponsor"), ["Protocol", "Sponsor"], ["Protocol"]),
        (Origin("Predecessor"), ["Predecessor"], ["Predecessor"]),
        (Origin("Not Available"), ["Not Available"], []),
        (Origin("Other"), ["Other"], []),
    ],
)
def test_origins_are_said_in_the_words_of_the_version(
    document: DefineDocument, origin: Origin, in_2_1: list[str], in_2_0: list[str]
) -> None:
    dataset = replace(document.datasets[0], variables=(DefineVariable(name="SEX", data_type="text", length=1, origins=(origin,)),))
    changed = replace(document, datasets=(dataset,))
    assert values(render_define(changed), "//def:Origin/@*") == in_2_1
    assert values(render_define(changed, "2.0"), "//def:Origin/@*", "2.0") == in_2_0


def test_displays_name_their_datasets_variables_records_and_code(document: DefineDocument) -> None:
    xml = render_define(document)
    assert values(xml, "//arm:ResultDisplay/@*") == ["RD.Table-14.2", "Table 14.2"]
    result = "//arm:AnalysisResult[@OID='AR.Table-14.2.R1']"
    assert values(xml, f"{result}/@ParameterOID") == ["IT.VS.VSTESTCD"]
    assert values(xml, f"{result}//@ItemGroupOID") == ["IG.VS", "IG.DM"]
    assert values(xml, f"{result}//arm:AnalysisVariable/@ItemOID") == ["IT.VS.VSSTRESN", "IT.DM.SEX"]
    assert values(xml, f"{result}//@WhereClauseOID") == ["WC.VS.VSTESTCD.EQ.TEMP", "WC.DM.COUNTRY.NE.CHN"]
    assert values(xml, f"{result}/arm:AnalysisDatasets/@def:CommentOID") == ["COM.JOIN"]
    assert values(xml, f"{result}/arm:ProgrammingCode/arm:Code/text()") == ["proc ttest;\n  class SEX;\nrun;"]


def test_without_displays_nothing_speaks_of_results(document: DefineDocument) -> None:
    assert b"arm" not in render_define(replace(document, displays=()))


def test_places_in_one_document_that_follow_each_other_stand_in_one_reference(document: DefineDocument) -> None:
    xml = render_define(document)
    comment = "//def:CommentDef[@OID='COM.VS']/def:DocumentRef"
    assert values(xml, f"{comment}/@leafID") == ["LF.csdrg"]
    assert values(xml, f"{comment}/def:PDFPageRef/@*") == ["3", "PhysicalRef", "7", "9", "PhysicalRef"]


def test_a_document_that_is_not_listed_has_a_leaf_only(document: DefineDocument) -> None:
    xml = render_define(document)
    assert values(xml, "//def:SupplementalDoc/*/@leafID") == ["LF.csdrg"]
    assert values(xml, "//odm:MetaDataVersion/def:leaf/@ID") == ["LF.acrf", "LF.csdrg", "LF.program"]


def test_texts_have_the_language_of_the_document(document: DefineDocument) -> None:
    xml = render_define(replace(document, language="ja"))
    assert set(values(xml, "//odm:TranslatedText/@xml:lang")) == {"ja"}


# Documents that were read


def test_stated_oids_take_the_place_of_ours_at_definitions_and_references(document: DefineDocument) -> None:
    stated = {"IT.DM.SEX": "ItemSex", "CL.SEX": "ListSex", "IG.DM": "Group1", "LF.IG.DM": "leaf1", "WC.VS.VSTESTCD.EQ.TEMP": "Where1"}
    ours, theirs = render_define(document), render_define(replace(document, stated_oids=stated))
    for before, after in stated.items():
        ours = ours.replace(f'"{before}"'.encode(), f'"{after}"'.encode())
    assert theirs == ours


def test_a_definition_that_two_variables_share_is_written_once(document: DefineDocument) -> None:
    stated = {"IT.DM.USUBJID": "IT.USUBJID", "IT.VS.USUBJID": "IT.USUBJID"}
    xml = render_define(replace(document, stated_oids=stated))
    assert values(xml, "//odm:ItemDef[@OID='IT.USUBJID']/@Name") == ["USUBJID"]
    assert values(xml, "//odm:ItemGroupDef/@Name[../odm:ItemRef/@ItemOID='IT.USUBJID']") == ["DM", "VS"]


def test_what_is_only_referred_to_is_not_defined(document: DefineDocument) -> None:
    absent = DefineVariable(name="GONE", data_type="")  # type: ignore[arg-type]
    faulty = replace(
        document,
        datasets=(DefineDataset(name="AE", label="x", class_name="EVENTS", structure="x", variables=(absent,)),),
        documents=(Document("gone", "", ""),),
        displays=(),
        unused_where_clauses=(WhereClause((), id="gone"),),
    )
    xml = render_define(faulty)
    assert values(xml, "//odm:ItemGroupDef/odm:ItemRef/@ItemOID | //def:SupplementalDoc/*/@leafID") == ["LF.gone", "IT.AE.GONE"]
    assert values(xml, "//odm:ItemDef | //def:leaf | //def:WhereClauseDef") == []


# Speed


def test_a_big_document_is_written_in_under_five_seconds() -> None:
    document = big_document()
    start = time.perf_counter()
    assert len(render_define(document)) > 7_000_000
    assert time.perf_counter() - start < 5


@pytest.mark.bench
@pytest.mark.parametrize("version", ["2.1", "2.0"])
def test_bench_writing_60_datasets_3000_variables_20000_terms(version: DefineVersion) -> None:
    document = big_document()
    assert schema_faults(render_define(document, version), version) == []
    start = time.perf_counter()
    xml = render_define(document, version)
    print(f"\ndefine.xml {version} of {len(xml):,} bytes written in {time.perf_counter() - start:.2f} s")
