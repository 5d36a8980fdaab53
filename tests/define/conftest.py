"""A hand-made define document that uses every feature of the model once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from clintrail.compile.study import CompiledStudy
from clintrail.define.built.build import build_define
from clintrail.define.model import (
    AnalysisDataset,
    AnalysisResult,
    CodeList,
    Comment,
    DefineDataset,
    DefineDocument,
    DefineVariable,
    Document,
    Documentation,
    DocumentRef,
    FormalExpression,
    Method,
    Origin,
    ProgrammingCode,
    RangeCheck,
    ResultDisplay,
    Standard,
    Term,
    ValueListItem,
    WhereClause,
)
from clintrail.define.render import render_define
from clintrail.package.build import compile_folder
from clintrail.run.datasets import BuiltDataset, assemble
from clintrail.run.execute import execute

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


NOT_CHN = RangeCheck("DM", "COUNTRY", "NE", ("CHN",))

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
        text("STUDYID", mandatory=True, role="Identifier", role_codelist="ROLE"),
        text("USUBJID", mandatory=True, role="Identifier", origins=(DERIVED,), method="USUBJID"),
        text("SEX", 1, codelist="SEX", origins=(CRF, Origin("Collected", "Vendor", documents=(DocumentRef("acrf", title="All"),)))),
        text("COUNTRY", 3, codelist="ISO3166", origins=(Origin("Assigned", "Sponsor"),)),
        DefineVariable(name="RFSTDTC", label="Reference Start", data_type="datetime", origins=(DERIVED,), method="DM.RFSTDTC"),
        DefineVariable(
            name="DTHDTC", label="Date of Death", data_type="date", origins=(Origin("Not Available"),), has_no_data=True, comment="DTH"
        ),
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
    archive_title="Vital Signs, vs.xpt",
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
            label=NASTY[:40],
            data_type="float",
            length=8,
            significant_digits=2,
            display_format="8.2",
            origins=(DERIVED,),
            values_description="By test",
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
        text(
            "VSNEW", is_non_standard=True, comment="BP", codelist="GRADE", origins=(Origin("Other", description="Dictionary of the site"),)
        ),
    ),
)
ADTTE = DefineDataset(
    name="ADTTE",
    label="Time to Event",
    class_name="BASIC DATA STRUCTURE",
    subclass="TIME-TO-EVENT",
    structure="One record per subject",
    purpose="Analysis",
    repeating=False,
    is_reference_data=True,
    has_no_data=True,
    keys=("PARAMCD",),
    comment="VS",
    variables=(text("PARAMCD", origins=(Origin("Predecessor", description="DM.USUBJID"),)),),
)
DISPLAY = ResultDisplay(
    id="Table-14.2",
    name="Table 14.2",
    description=f"Temperature by sex, {NASTY}",
    documents=(DocumentRef("csdrg", pages=(12,)),),
    results=(
        AnalysisResult(
            id="Table-14.2.R1",
            description="Means and their difference",
            reason="SPECIFIED IN SAP",
            purpose="PRIMARY OUTCOME MEASURE",
            parameter=("VS", "VSTESTCD"),
            datasets=(AnalysisDataset("VS", ("VSSTRESN",), when("TEMP")), AnalysisDataset("DM", ("SEX",), WhereClause((NOT_CHN,)))),
            join="JOIN",
            documentation=Documentation("Two-sided t test", (DocumentRef("csdrg", ("ttest",), page_type="NamedDestination"),)),
            code=ProgrammingCode("SAS 9.4", "proc ttest;\n  class SEX;\nrun;", (DocumentRef("program"),)),
        ),
        AnalysisResult(
            id="Table-14.2.R2", description="Counts", reason="DATA DRIVEN", purpose="EXPLORATORY OUTCOME MEASURE",
            datasets=(AnalysisDataset("DM", ("SEX",)),), documentation=Documentation("Counted"),
        ),
    ),
)  # fmt: skip
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
            sas_format="$SEX",
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
            id="ISO3166",
            name="Country",
            dictionary="ISO 3166",
            dictionary_version="2020",
            dictionary_href="https://www.iso.org/iso-3166",
            dictionary_ref="iso-3166",
        ),
        CodeList(id="GRADE", name="Grade", terms=(Term("LOW", rank="1"), Term("HIGH", rank="2.5"))),
        CodeList(id="ROLE", name="Role", terms=(Term("Identifier"), Term("Topic"))),
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
        Comment("VS", "Vital signs & more", documents=(DocumentRef("csdrg", (3,)), DocumentRef("csdrg", first_page=7, last_page=9))),
        Comment("BP", "Sitting"),
        Comment("DTH", "Nobody died"),
        Comment("JOIN", "DM and VS are joined by USUBJID"),
    ),
    documents=(
        Document("acrf", "Annotated CRF", "acrf.pdf", is_annotated_crf=True),
        Document("csdrg", "Reviewer's Guide", "guides/reviewer's guide é.pdf"),
        Document("program", "Program of Table 14.2", "programs/t-14-2.sas", is_listed=False),
    ),
    comment="ALL",
    originator="A sponsor",
    source_system="clintrail",
    source_system_version="0.1.0",
    as_of_datetime="2025-01-30T18:00:00",
    displays=(DISPLAY,),
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


@dataclass(frozen=True)
class Built:
    """A study, built, and its two define documents."""

    compiled: CompiledStudy
    datasets: dict[str, BuiltDataset]
    sdtm: DefineDocument
    adam: DefineDocument


def build(folder: Path) -> Built:
    compiled, raw = compile_folder(folder)
    datasets = assemble(compiled, execute(compiled.plan, compiled.builder, raw))
    return Built(compiled, datasets, build_define(compiled, datasets, "sdtm"), build_define(compiled, datasets, "adam"))


@pytest.fixture(scope="session")
def melasma() -> Built:
    return build(Path(__file__).resolve().parents[2] / "specs" / "melasma")


STUDY = """
study: TOY
title: A toy
protocol: TOY-1
standards: {SDTMIG: 3.4, ADaMIG: 1.3, terminology: 2025-03-28}
forms:
  subject: SUBJECT
  vs: vs.csv
  dm: dm.csv
tables:
  tests: |
    column => VSTESTCD | VSTEST
    SYSBP  => SYSBP    | Systolic Blood Pressure
    TEMP   => TEMP     | Temperature
    NOTE   => NOTE     | Note
<MORE>
"""

DM_SPEC = """
dataset: DM
records:
  - from: dm
variables:
  SUBJID:   dm.SUBJECT
  SITEID:   '01'
  AGE:      {value: number(dm.AGE), <AGE>}
  SEX:      ct(dm.SEX)
  COUNTRY:  'CHN'
  RFSTDTC:  dm.START
  RFENDTC:  min(VS.VSDTC)
  ARMCD:    <ARMCD>
supplemental:
  EYES:     {label: Colour of the Eyes, value: upper(dm.EYES), <EYES>}
"""

VS_SPEC = """
dataset: VS
comment: Sitting, after five minutes of rest
records:
  - from: vs
    columns: tests
    where: cell is not null
order: VSTESTCD
variables:
  VSTESTCD, VSTEST: tests
  VSORRES:  cell
  VSSTRESC: {comment: As collected, value: VSORRES}
  VSSTRESN: <VSSTRESN>
  VISITNUM: number(vs.VISITNUM)
  VISIT:    upper(vs.VISIT)
  VSDTC:    vs.DATE
"""


@pytest.fixture
def toy(tmp_path: Path) -> Callable[..., Built]:
    """A small study with two subjects; what its tests vary stands in angle brackets in the specs above."""

    def make(**given: str) -> Built:
        varied = {"AGE": "core: Exp", "EYES": "comment: Seen", "ARMCD": "null", "VSSTRESN": "number(VSORRES)", "MORE": "", **given}
        files = {
            "study.yaml": STUDY,
            "raw/dm.csv": "SUBJECT,AGE,SEX,EYES,START\nS1,40,F,blue,2024-03-01T08:30\nS2,35,F,green,2024-03\n",
            "raw/vs.csv": "SUBJECT,VISIT,VISITNUM,DATE,SYSBP,TEMP,NOTE\nS1,One,1,2024-03-01,120,36.6,calm\nS1,Two,2,2024-03-09,95,37,\n"
            "S2,One,1,2024-03-02,118,36.55,\n",
            "sdtm/dm.yaml": DM_SPEC,
            "sdtm/vs.yaml": VS_SPEC,
        }
        for name, text in files.items():
            for key, value in varied.items():
                text = text.replace(f"<{key}>", value)
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.lstrip(), encoding="utf-8")
        return build(tmp_path)

    return make
