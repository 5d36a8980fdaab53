"""Two small packages, SDTM and ADaM, whose define.xml agrees with the files beside it: the base that faults are put into."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from clintrail.define.model import (
    AnalysisDataset,
    AnalysisResult,
    CodeList,
    Comment,
    DefineDataset,
    DefineDocument,
    DefineVariable,
    DefineVersion,
    Document,
    Documentation,
    DocumentRef,
    FormalExpression,
    Item,
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
from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable

SDTMIG, ADAMIG = Standard("SDTMIG", "IG", "3.4"), Standard("ADaMIG", "IG", "1.3")
CT = Standard("CDISC/NCI", "CT", "2025-03-28", publishing_set="SDTM")
CRF = Origin("Collected", "Investigator", documents=(DocumentRef("acrf", pages=(2,)),))
DERIVED, ASSIGNED, PROTOCOL = Origin("Derived", "Sponsor"), Origin("Assigned", "Sponsor"), Origin("Protocol", "Sponsor")


def text(name: str, length: int, label: str = "", origin: Origin = ASSIGNED, **more: object) -> DefineVariable:
    return DefineVariable(name=name, data_type="text", length=length, **{"label": label or name.title(), "origins": (origin,), **more})


def whole(name: str, label: str, origin: Origin = ASSIGNED, **more: object) -> DefineVariable:
    return DefineVariable(name=name, data_type="integer", length=8, label=label, origins=(origin,), **more)


def taken(name: str, length: int, label: str) -> DefineVariable:
    """An ADaM variable copied from ADSL or DM."""
    source = "DM" if name in ("STUDYID", "USUBJID", "SEX") else "ADSL"
    return text(name, length, label, Origin("Predecessor", description=f"{source}.{name}"))


def when(dataset: str, *conditions: tuple[str, str, tuple[str, ...]], comment: str = "") -> WhereClause:
    checks = (RangeCheck(*variable.rpartition(".")[::2], comparator, values) for variable, comparator, values in conditions)
    return WhereClause(tuple(replace(check, dataset=check.dataset or dataset) for check in checks), comment)


ID = {"role": "Identifier", "mandatory": True}
STUDYID, USUBJID = text("STUDYID", 4, "Study Identifier", **ID), text("USUBJID", 8, "Unique Subject Identifier", **ID)

DM = DefineDataset(
    name="DM", label="Demographics", class_name="SPECIAL PURPOSE", structure="One record per subject", domain="DM", repeating=False,
    standard=SDTMIG, archive_location="dm.xpt", keys=("STUDYID", "USUBJID"),
    variables=(
        STUDYID,
        text("DOMAIN", 2, "Domain Abbreviation", **ID),
        USUBJID,
        DefineVariable(
            name="RFSTDTC", label="Subject Reference Start Date/Time", data_type="date", origins=(DERIVED,), method="RFSTDTC", role="Timing"
        ),
        text("SEX", 1, "Sex", CRF, codelist="SEX", role="Record Qualifier", mandatory=True),
        text("COUNTRY", 3, "Country", codelist="ISO3166", role="Record Qualifier"),
        DefineVariable(
            name="DTHDTC", label="Date/Time of Death", data_type="datetime", origins=(Origin("Not Available"),), has_no_data=True,
            comment="DTH", role="Record Qualifier",
        ),
    ),
)  # fmt: skip


def result(data_type: str, length: int, where: WhereClause, digits: int | None = None) -> ValueListItem:
    return ValueListItem(name="VSORRES", data_type=data_type, length=length, significant_digits=digits, origins=(CRF,), where=(where,))  # type: ignore[arg-type]


VS = DefineDataset(
    name="VS", label="Vital Signs", class_name="FINDINGS", structure="One record per test per subject", domain="VS", standard=SDTMIG,
    archive_location="vs.xpt", keys=("STUDYID", "USUBJID", "VSTESTCD"), comment="VS",
    variables=(
        STUDYID,
        text("DOMAIN", 2, "Domain Abbreviation", **ID),
        USUBJID,
        whole("VSSEQ", "Sequence Number", DERIVED, method="VSSEQ", **ID),
        text("VSTESTCD", 5, "Vital Signs Test Short Name", PROTOCOL, codelist="VSTESTCD", role="Topic", mandatory=True),
        text("VSTEST", 23, "Vital Signs Test Name", PROTOCOL, codelist="VSTEST", role="Synonym Qualifier", mandatory=True),
        text(
            "VSORRES", 5, "Result or Finding in Original Units", CRF, role="Result Qualifier",
            values=(
                result("float", 5, when("VS", ("VSTESTCD", "EQ", ("TEMP",))), 2),
                result("integer", 3, when("VS", ("VSTESTCD", "IN", ("SYSBP", "DIABP")), ("DM.SEX", "EQ", ("F",)), comment="JOIN")),
                result("integer", 3, when("VS", ("VSTESTCD", "IN", ("SYSBP", "DIABP")), ("DM.SEX", "NE", ("F",)), comment="JOIN")),
            ),
        ),
        DefineVariable(
            name="VSSTRESN", label="Numeric Result/Finding in Standard Units", data_type="float", length=8, significant_digits=2,
            display_format="8.2", origins=(DERIVED,), method="VSSTRESN", role="Result Qualifier",
        ),
        DefineVariable(name="VSDTC", label="Date/Time of Measurements", data_type="partialDate", origins=(CRF,), role="Timing"),
    ),
)  # fmt: skip
TA = DefineDataset(
    name="TA", label="Trial Arms", class_name="TRIAL DESIGN", structure="One record per planned element per arm", domain="TA",
    repeating=False, is_reference_data=True, standard=SDTMIG, archive_location="ta.xpt", keys=("STUDYID", "ARMCD", "TAETORD"),
    variables=(
        STUDYID,
        text("DOMAIN", 2, "Domain Abbreviation", **ID),
        text("ARMCD", 3, "Planned Arm Code", PROTOCOL, role="Topic", mandatory=True),
        whole("TAETORD", "Planned Order of Element within Arm", PROTOCOL, role="Timing", mandatory=True),
    ),
)  # fmt: skip
ABOUT = {
    "study_oid": "ST.S1", "study_name": "S1", "study_description": "A small study", "protocol_name": "P1", "language": "en",
    "creation_datetime": "2025-01-31T08:00:00", "source_system": "clintrail",
}  # fmt: skip
SDTM = DefineDocument(
    **ABOUT, metadata_version_name="Tabulations", standards=(SDTMIG, CT), datasets=(DM, VS, TA),
    codelists=(
        CodeList(
            id="SEX", name="Sex", nci_code="C66731", standard=CT, terms=(Term("F", "Female", "C16576", 1), Term("M", "Male", "C20197", 2))
        ),
        CodeList(
            id="VSTESTCD", name="Vital Signs Test Code", nci_code="C66741", standard=CT,
            terms=(Term("TEMP", "", "C25206"), Term("SYSBP", "", "C25298"), Term("DIABP", is_extension=True)),
        ),
        CodeList(id="VSTEST", name="Vital Signs Test", terms=(Term("Temperature"), Term("Systolic Blood Pressure"), Term("Diastolic"))),
        CodeList(id="ISO3166", name="Country", dictionary="ISO 3166", dictionary_version="2020"),
    ),
    methods=(
        Method(id="RFSTDTC", name="RFSTDTC", description="Date of the first dose"),
        Method(id="VSSEQ", name="VSSEQ", description="Number within the subject", expressions=(FormalExpression("SQL", "row_number()"),)),
        Method(id="VSSTRESN", name="VSSTRESN", description="VSORRES as a number"),
    ),
    comments=(Comment("DTH", "Nobody died"), Comment("VS", "Sitting"), Comment("JOIN", "DM and VS are joined by USUBJID")),
    documents=(Document("acrf", "Annotated CRF", "acrf.pdf", is_annotated_crf=True), Document("csdrg", "Reviewer's Guide", "csdrg.pdf")),
)  # fmt: skip
SDTM_ROWS = {
    "DM": """
        STUDYID | DOMAIN | USUBJID | RFSTDTC    | SEX | COUNTRY | DTHDTC
        S1      | DM     | S1-01   | 2024-03-01 | F   | CHN     |
        S1      | DM     | S1-02   | 2024-03-02 | M   | CHN     |
    """,
    "VS": """
        STUDYID | DOMAIN | USUBJID | VSSEQ | VSTESTCD | VSTEST                  | VSORRES | VSSTRESN | VSDTC
        S1      | VS     | S1-01   | 1     | SYSBP    | Systolic Blood Pressure | 120     | 120      | 2024-03-01
        S1      | VS     | S1-01   | 2     | TEMP     | Temperature             | 36.65   | 36.65    | 2024-03-01
        S1      | VS     | S1-02   | 1     | DIABP    | Diastolic               | 95      | 95       | 2024-03
        S1      | VS     | S1-02   | 2     | TEMP     | Temperature             | 37      | 37       | 2024-03-02
    """,
    "TA": """
        STUDYID | DOMAIN | ARMCD | TAETORD
        S1      | TA     | ACT   | 1
        S1      | TA     | ACT   | 2
    """,
}

ADSL = DefineDataset(
    name="ADSL", label="Subject-Level Analysis Dataset", class_name="SUBJECT LEVEL ANALYSIS DATASET", structure="One record per subject",
    purpose="Analysis", repeating=False, standard=ADAMIG, archive_location="adsl.xpt", keys=("STUDYID", "USUBJID"),
    variables=(
        taken("STUDYID", 4, "Study Identifier"),
        taken("USUBJID", 8, "Unique Subject Identifier"),
        replace(taken("SEX", 1, "Sex"), codelist="SEX"),
        text("TRT01P", 7, "Planned Treatment for Period 01", codelist="TRT", mandatory=True),
        whole("TRT01PN", "Planned Treatment for Period 01 (N)", codelist="TRTN"),
        whole("TRTSDT", "Date of First Exposure to Treatment", DERIVED, method="TRTSDT", display_format="DATE9."),
    ),
)  # fmt: skip
BY_PARAMCD = [when("ADVS", ("PARAMCD", "EQ", (code,))) for code in ("TEMP", "SYSBP")]
VALUE = ValueListItem(name="AVAL", data_type="integer", length=3, origins=(DERIVED,), method="AVAL", where=())
ADVS = DefineDataset(
    name="ADVS", label="Vital Signs Analysis Dataset", class_name="BASIC DATA STRUCTURE", structure="One record per subject per parameter",
    purpose="Analysis", standard=ADAMIG, archive_location="advs.xpt", keys=("STUDYID", "USUBJID", "PARAMCD"),
    variables=(
        taken("STUDYID", 4, "Study Identifier"),
        taken("USUBJID", 8, "Unique Subject Identifier"),
        taken("TRT01P", 7, "Planned Treatment for Period 01"),
        text("PARAMCD", 8, "Parameter Code", codelist="PARAMCD", mandatory=True),
        DefineVariable(
            name="AVAL", label="Analysis Value", data_type="float", length=8, significant_digits=2, origins=(DERIVED,),
            values=(
                replace(VALUE, data_type="float", length=8, significant_digits=2, where=(BY_PARAMCD[0],)),
                replace(VALUE, where=(BY_PARAMCD[1],)),
            ),
        ),
    ),
)  # fmt: skip
DISPLAY = ResultDisplay(
    id="T1", name="Table 1", description="Temperature by treatment", documents=(DocumentRef("csr", pages=(1,)),),
    results=(
        AnalysisResult(
            id="T1.R1", description="Means", reason="SPECIFIED IN SAP", purpose="PRIMARY OUTCOME MEASURE", parameter=("ADVS", "PARAMCD"),
            datasets=(AnalysisDataset("ADVS", ("AVAL",), BY_PARAMCD[0]), AnalysisDataset("ADSL", ("TRT01P",))), join="JOIN",
            documentation=Documentation("Means of each treatment"), code=ProgrammingCode("R 4.4", "aggregate(AVAL ~ TRT01P, advs, mean)"),
        ),
    ),
)  # fmt: skip
ADAM = DefineDocument(
    **ABOUT, metadata_version_name="Analyses", standards=(ADAMIG, CT), datasets=(ADSL, ADVS), displays=(DISPLAY,),
    codelists=(
        SDTM.codelists[0],
        CodeList(id="TRT", name="Treatment", terms=(Term("Active", rank="1"), Term("Placebo", rank="2"))),
        CodeList(id="TRTN", name="Treatment (N)", data_type="integer", terms=(Term("1", "Active"), Term("2", "Placebo"))),
        CodeList(id="PARAMCD", name="Parameter Code", terms=(Term("TEMP", "Temperature (C)"), Term("SYSBP", "Systolic (mmHg)"))),
    ),
    methods=(
        Method(id="TRTSDT", name="TRTSDT", description="RFSTDTC as a date", type="Imputation"),
        Method(id="AVAL", name="AVAL", description="VSSTRESN", documents=(DocumentRef("csr"),)),
    ),
    comments=(Comment("JOIN", "ADVS and ADSL are joined by USUBJID"),),
    documents=(Document("csr", "Study Report", "csr.pdf"),),
)  # fmt: skip
ADAM_ROWS = {
    "ADSL": """
        STUDYID | USUBJID | SEX | TRT01P  | TRT01PN | TRTSDT
        S1      | S1-01   | F   | Active  | 1       | 23436
        S1      | S1-02   | M   | Placebo | 2       | 23437
    """,
    "ADVS": """
        STUDYID | USUBJID | TRT01P  | PARAMCD | AVAL
        S1      | S1-01   | Active  | TEMP    | 36.65
        S1      | S1-01   | Active  | SYSBP   | 120
        S1      | S1-02   | Placebo | TEMP    | 37
    """,
}
STUDIES = {"sdtm": (SDTM, SDTM_ROWS), "adam": (ADAM, ADAM_ROWS)}


def write_package(folder: Path, kind: str, version: DefineVersion = "2.1") -> Path:
    """Write one of the two packages; gives the path of its define.xml."""
    document, rows = STUDIES[kind]
    folder.mkdir(parents=True, exist_ok=True)
    for dataset in document.datasets:
        xpt.write(filed(dataset, drawn(rows[dataset.name])), folder / dataset.archive_location)
    for linked in document.documents:
        (folder / linked.href).write_bytes(b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n<< /Type /Page >>\nendobj\n" % n for n in (1, 2, 3)))
    path = folder / "define.xml"
    path.write_bytes(render_define(document, version))
    return path


def drawn(rows: str) -> dict[str, list[str]]:
    """A drawn table as columns of text."""
    header, *lines = ([cell.strip() for cell in line.split("|")] for line in rows.strip().splitlines())
    return {name: [line[at] for line in lines] for at, name in enumerate(header)}


def filed(dataset: DefineDataset, columns: dict[str, list[str]]) -> Dataset:
    """The rows of a dataset as its variables are described, ready to be written."""
    arrays = [array(variable, columns[variable.name]) for variable in dataset.variables]
    variables = tuple(
        Variable(v.name, v.label, "Num" if is_number(v) else "Char", v.length if v.data_type == "text" else None, named_format(v))
        for v in dataset.variables
    )
    return Dataset(dataset.name, dataset.label, variables, pa.table(arrays, names=[v.name for v in dataset.variables]))


def array(variable: Item, cells: list[str]) -> pa.Array:
    if is_number(variable):
        return pa.array([float(cell) if cell else None for cell in cells], pa.float64())
    return pa.array([cell or None for cell in cells], pa.string())


def is_number(variable: Item) -> bool:
    return variable.data_type in ("integer", "float")


def named_format(variable: Item) -> str:
    return variable.display_format if variable.display_format[:1].isalpha() else ""
