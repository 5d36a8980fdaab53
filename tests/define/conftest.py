"""A hand-made define document that uses every feature of the model once."""

from __future__ import annotations

from pathlib import Path

import pytest

from clintrail.define.model import (
    CodeList,
    Comment,
    DefineDataset,
    DefineDocument,
    DefineVariable,
    Document,
    DocumentRef,
    FormalExpression,
    Method,
    Origin,
    RangeCheck,
    Standard,
    Term,
    ValueListItem,
    WhereClause,
)
from clintrail.define.render import render_define

IG = Standard("SDTMIG", "IG", "3.4")
CT = Standard("CDISC/NCI", "CT", "2025-03-28", publishing_set="SDTM", comment="CT")

CRF = Origin("Collected", "Investigator", documents=(DocumentRef("acrf", pages=(7, 9)),))
DERIVED = Origin("Derived", "Sponsor")
PROTOCOL = Origin("Protocol", "Sponsor")

NASTY = """if a < b & c > "d" then 'é' – ü, 漢字 </TranslatedText> ]]> <script>alert(1)</script> {{ 7 * 7 }}"""


def text(name: str, length: int = 20, **more: object) -> DefineVariable:
    return DefineVariable(name=name, data_type="text", length=length, **{"label": name.title(), "origins": (PROTOCOL,), **more})


def when(testcd: str) -> WhereClause:
    return WhereClause((RangeCheck("VS", "VSTESTCD", "EQ", (testcd,)),))


DM = DefineDataset(
    name="DM",
    label="Demographics",
    class_name="SPECIAL PURPOSE",
    structure="One record per subject",
    domain="DM",
    repeating=False,
    standard=IG,
    archive_location="dm.xpt",
    keys=("STUDYID", "USUBJID"),
    variables=(
        text("STUDYID", mandatory=True, role="Identifier"),
        text("USUBJID", mandatory=True, role="Identifier", origins=(DERIVED,), method="USUBJID"),
        text("SEX", 1, codelist="SEX", origins=(CRF, Origin("Collected", "Vendor", documents=(DocumentRef("acrf", title="All"),)))),
        text("COUNTRY", 3, codelist="ISO3166", origins=(Origin("Assigned", "Sponsor"),)),
        DefineVariable(name="RFSTDTC", label="Reference Start", data_type="datetime", origins=(DERIVED,), method="DM.RFSTDTC"),
        DefineVariable(name="DTHDTC", label="Date of Death", data_type="date", origins=(Origin("Not Available"),), has_no_data=True),
    ),
)
VS = DefineDataset(
    name="VS",
    label="Vital Signs",
    class_name="FINDINGS",
    structure="One record per measurement per visit per subject",
    domain="VS",
    domain_description="Vital Signs",
    standard=IG,
    archive_location="vs.xpt",
    keys=("USUBJID", "VSTESTCD"),
    comment="VS",
    variables=(
        text("USUBJID", mandatory=True, origins=(Origin("Predecessor", description="DM.USUBJID"),)),
        text("VSTESTCD", 8, mandatory=True, role="Topic", codelist="VSTESTCD"),
        text(
            "VSORRES",
            label="Result as Collected",
            values=(
                ValueListItem(
                    name="VSORRES",
                    data_type="float",
                    length=5,
                    significant_digits=1,
                    display_format="5.1",
                    origins=(CRF,),
                    where=(when("TEMP"),),
                    mandatory=True,
                ),
                ValueListItem(
                    name="VSORRES",
                    data_type="integer",
                    length=3,
                    origins=(DERIVED,),
                    method="VSORRES.BP",
                    comment="BP",
                    where=(
                        WhereClause(
                            (
                                RangeCheck("VS", "VSTESTCD", "IN", ("SYSBP", "DIABP")),
                                RangeCheck("DM", "SEX", "NE", ("F",)),
                            ),
                            comment="JOIN",
                        ),
                        when("PULSE"),
                    ),
                ),
            ),
        ),
        DefineVariable(
            name="VSSTRESN",
            label=NASTY,
            data_type="float",
            length=8,
            significant_digits=2,
            display_format="8.2",
            origins=(DERIVED,),
            values=(
                ValueListItem(
                    name="VSSTRESN",
                    data_type="float",
                    length=8,
                    significant_digits=2,
                    origins=(DERIVED,),
                    method="VSORRES.BP",
                    where=(when("TEMP"),),
                ),
            ),
        ),
        text("VSNEW", is_non_standard=True, comment="BP", origins=(Origin("Other", description="Dictionary of the site"),)),
    ),
)
ADTTE = DefineDataset(
    name="ADTTE",
    label="Time to Event",
    class_name="BASIC DATA STRUCTURE",
    subclass="TIME-TO-EVENT",
    structure="One record per subject",
    purpose="Analysis",
    is_reference_data=True,
    has_no_data=True,
    keys=("USUBJID",),
    comment="VS",
    variables=(text("USUBJID", origins=(Origin("Predecessor", description="DM.USUBJID"),)),),
)
DOCUMENT = DefineDocument(
    study_oid="ST.MELASMA",
    study_name="MELASMA",
    study_description=f"A trial: {NASTY}",
    protocol_name="Mélasma-1",
    creation_datetime="2025-01-31T08:00:00",
    metadata_version_name="Data Definitions",
    metadata_version_description="Tabulations",
    standards=(IG, CT),
    datasets=(DM, VS, ADTTE),
    codelists=(
        CodeList(
            id="SEX",
            name="Sex",
            nci_code="C66731",
            standard=CT,
            description="Sex of the subject",
            terms=(Term("F", "Female", "C16576", 1), Term("M", "Male", "C20197", 2), Term("UNDEC", "", "", 3, True, "Not decided")),
        ),
        CodeList(
            id="VSTESTCD",
            name="Vital Signs Test Code",
            comment="CT",
            terms=(Term("TEMP"), Term("SYSBP"), Term("DIABP"), Term("PULSE", description="Heart beats")),
        ),
        CodeList(
            id="ISO3166", name="Country", dictionary="ISO 3166", dictionary_version="2020", dictionary_href="https://www.iso.org/iso-3166"
        ),
    ),
    methods=(
        Method(id="USUBJID", name="USUBJID", description=NASTY, documents=(DocumentRef("csdrg"),)),
        Method(
            id="DM.RFSTDTC",
            name="RFSTDTC",
            description="First dose.\n  Else missing.",
            type="Imputation",
            expressions=(FormalExpression("SQL", "min(x)\n  filter (where y < 2 and z <> '')"), FormalExpression("R", "min(x)")),
        ),
        Method(
            id="VSORRES.BP",
            name="Blood pressure",
            description="Mean of three. " * 1000,
            documents=(DocumentRef("csdrg", ("bp",), page_type="NamedDestination", title="Blood pressure"),),
        ),
    ),
    comments=(
        Comment("ALL", "All of it"),
        Comment("CT", "Terminology", documents=(DocumentRef("csdrg", first_page=2, last_page=5),)),
        Comment("VS", "Vital signs & more"),
        Comment("BP", "Sitting"),
        Comment("JOIN", "DM and VS are joined by USUBJID"),
    ),
    documents=(
        Document("acrf", "Annotated CRF", "acrf.pdf", is_annotated_crf=True),
        Document("csdrg", "Reviewer's Guide", "guides/reviewer's guide é.pdf"),
    ),
    comment="ALL",
    originator="A sponsor",
    source_system="clintrail",
    source_system_version="0.1.0",
)


@pytest.fixture
def document() -> DefineDocument:
    return DOCUMENT


@pytest.fixture
def nasty() -> str:
    return NASTY


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "define.xml"
    path.write_bytes(render_define(DOCUMENT))
    return path
