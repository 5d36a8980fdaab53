"""The faults that are put into a clean package, each alone: what is changed, and the finding that must tell it.

`xml` changes the define.xml: a place -> its new value. A place is an OID (or the name of an element without one), a path below it,
and perhaps an attribute: `IT.DM.SEX/CodeListRef @CodeListOID`. None takes the attribute or element away, `COPY` doubles the element,
text that begins with `<` is added to it; several values go to several elements in turn.
`data` changes the files: `DM.SEX[2]` a cell, `DM.SEX.label` (type, length, format) and `DM.label` (name) what the headers say;
None takes a variable out. `files` maps the name of a file to the one it is copied from, to b"its content", or to None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

COPY = "copy"


@dataclass(frozen=True)
class Fault:
    """A rule, the subject of its finding, the package that the fault is put into, and the changes."""

    rule: str
    subject: str
    xml: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)
    kind: str = "sdtm"
    version: str = "2.1"

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}"


def adam(rule: str, subject: str, xml: Mapping[str, Any] | None = None, **more: Any) -> Fault:
    return Fault(rule, subject, xml or {}, kind="adam", **more)


def older(rule: str, subject: str, xml: Mapping[str, Any], kind: str = "sdtm") -> Fault:
    """In Define-XML 2.0."""
    return Fault(rule, subject, xml, kind=kind, version="2.0")


FILE, MDV, IG, CT = "DEF.ST.S1.Tabulations", "MDV.ST.S1.Tabulations", "STD.SDTMIG.3.4", "STD.CT.SDTM.2025-03-28"
TEMP, WOMEN, MEN = "WC.VS.VSTESTCD.EQ.TEMP", "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.EQ.F", "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.NE.F"
TEMPERATURE, PRESSURE = "IT.VS.VSORRES.VSTESTCD.EQ.TEMP", "IT.VS.VSORRES.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.EQ.F"
ANALYSED = "AR.T1.R1/arm:AnalysisDatasets"

SCHEMA = (
    Fault("schema", TEMP, {f"{TEMP}/RangeCheck @Comparator": "IS"}),
    Fault("schema", "CL.SEX", {"CL.SEX": "<EnumeratedItem CodedValue='U'/>"}),
    Fault("schema", "IG.DM", {"IG.DM @Repeating": "Maybe"}),
    older("schema", MDV, {"MetaDataVersion @def:StandardVersion": None}),
    adam("schema", "AR.T1.R1", {"AR.T1.R1 @AnalysisReason": None}),
    older("schema", "AR.T1.R1", {"AR.T1.R1 @AnalysisReason": None}, "adam"),
)
REFERENCES = (
    Fault("oids_are_unique", "CL.SEX", {"COM.VS @OID": "CL.SEX"}),
    Fault("references_exist ItemDef", "IT.DM.SEXX", {"IG.DM/ItemRef[5] @ItemOID": "IT.DM.SEXX"}),
    Fault("references_exist ItemDef", TEMP, {f"{TEMP}/RangeCheck @def:ItemOID": "IT.VS.TESTCD"}),
    Fault("references_exist CodeList", "IT.DM.SEX", {"IT.DM.SEX/CodeListRef @CodeListOID": "CL.SEXX"}),
    Fault("references_exist CodeList", "IT.DM.SEX", {"IG.DM/ItemRef[5] @RoleCodeListOID": "CL.ROLES"}),
    Fault("references_exist MethodDef", "IT.VS.VSSEQ", {"IG.VS/ItemRef[4] @MethodOID": "MT.SEQ"}),
    Fault("references_exist def:CommentDef", "IG.VS", {"IG.VS @def:CommentOID": "COM.VSX"}),
    Fault("references_exist def:ValueListDef", "IT.VS.VSORRES", {"IT.VS.VSORRES/def:ValueListRef @ValueListOID": "VL.VS"}),
    Fault("references_exist def:WhereClauseDef", "VL.VS.VSORRES", {"VL.VS.VSORRES/ItemRef[1]/def:WhereClauseRef @WhereClauseOID": "WC.X"}),
    Fault("references_exist def:Standard", "IG.DM", {"IG.DM @def:StandardOID": "STD.SDTMIG"}),
    Fault("references_exist def:leaf", "IG.DM", {"IG.DM @def:ArchiveLocationID": "LF.DM"}),
    Fault("references_exist def:leaf", "IT.DM.SEX", {"IT.DM.SEX/def:Origin/def:DocumentRef @leafID": "LF.crf"}),
    adam("references_exist ItemGroupDef", "AR.T1.R1", {f"{ANALYSED}/arm:AnalysisDataset[1] @ItemGroupOID": "IG.ADVSX"}),
    adam("references_exist ItemDef", "AR.T1.R1", {f"{ANALYSED}/arm:AnalysisDataset[1]/arm:AnalysisVariable @ItemOID": "IT.ADVS.CHG"}),
    adam("references_exist ItemDef", "AR.T1.R1", {"AR.T1.R1 @ParameterOID": "IT.ADVS.PARAM"}),
    older("references_exist CodeList", "IT.DM.SEX", {"IT.DM.SEX/CodeListRef @CodeListOID": "CL.SEXX"}),
    Fault("definitions_are_used CodeList", "CL.ISO3166", {"IT.DM.COUNTRY/CodeListRef": None}),
    Fault("definitions_are_used MethodDef", "MT.VSSEQ", {"IG.VS/ItemRef[4] @MethodOID": None}),
)
STUDY = (
    Fault("file_is_a_snapshot", FILE, {"ODM @FileType": "Transactional"}),
    Fault("study_is_one", FILE, {"Study": COPY}),
    Fault("study_is_told", "ST.S1", {"GlobalVariables/StudyName": " "}),
    Fault("guide_is_named", MDV, {f"{IG} @Type": "CT"}),
    Fault("terminology_has_publishing_set", CT, {f"{CT} @PublishingSet": None}),
    Fault("terminology_is_of_cdisc", CT, {f"{CT} @Name": "SDTMIG"}),
    Fault("standard_version_is_one", CT, {f"{CT} @Version": "March 2025"}),
    Fault("standard_status_is_a_term", IG, {f"{IG} @Status": "Withdrawn"}),
    Fault("standards_are_different", IG, {IG: COPY}),
    older("standard_name_is_known", MDV, {"MetaDataVersion @def:StandardName": "SDTM guide"}),
)
DATASETS = (
    Fault("dataset_name_is_one", "IG.DM", {"IG.DM @SASDatasetName": "DEMO"}),
    Fault("dataset_name_is_one", "IG.DM", {"IG.DM @Name": "Demographics"}),
    Fault("dataset_names_are_different", "IG.TA", {"IG.TA @Name": "DM"}),
    Fault("dataset_is_labelled", "IG.DM", {"IG.DM/Description/TranslatedText": "x" * 41}),
    Fault("dataset_is_labelled", "IG.DM", {"IG.DM/Description": None}),
    Fault("structure_is_stated", "IG.DM", {"IG.DM @def:Structure": " "}),
    Fault("class_is_a_term", "IG.DM", {"IG.DM/def:Class": None}),
    older("class_is_a_term", "IG.ADVS", {"IG.ADVS @def:Class": "BDS"}, "adam"),
    Fault("class_fits_purpose", "IG.DM", {"IG.DM/def:Class @Name": "BASIC DATA STRUCTURE"}),
    adam("subclass_fits_class", "IG.ADSL", {"IG.ADSL/def:Class": "<def:SubClass Name='TIME-TO-EVENT'/>"}),
    Fault("purpose_fits_standard", "IG.DM", {"IG.DM @Purpose": "Analysis"}),
    older("purpose_fits_standard", "IG.DM", {"IG.DM @Purpose": "Analysis"}),
    Fault("domain_is_stated", "IG.DM", {"IG.DM @Domain": None}),
    adam("domain_is_stated", "IG.ADSL", {"IG.ADSL @Domain": "DM"}),
    Fault("dataset_follows_a_standard", "IG.DM", {"IG.DM @def:StandardOID": None}),
    Fault("standard_is_of_the_right_type", "IG.DM", {"IG.DM @def:StandardOID": CT}),
    Fault("reference_data_does_not_repeat", "IG.TA", {"IG.TA @Repeating": "Yes"}),
    Fault("reference_data_have_no_subjects", "IG.TA", {"IG.TA @IsReferenceData": "No"}),
    Fault("reference_data_have_no_subjects", "IG.VS", {"IG.VS @IsReferenceData": "Yes"}),
    Fault("one_record_does_not_repeat", "IG.DM", {"IG.DM @Repeating": "Yes"}),
    Fault("one_record_does_not_repeat", "IG.VS", {"IG.VS @Repeating": "No"}),
    Fault("keys_are_stated", "IG.TA", {"IG.TA/ItemRef[@KeySequence] @KeySequence": None}),
    Fault("keys_are_counted", "IG.DM", {"IG.DM/ItemRef[3] @KeySequence": "3"}),
    Fault("items_are_counted", "IG.DM", {"IG.DM/ItemRef[7] @OrderNumber": "9"}),
    Fault("items_are_counted", "VL.VS.VSORRES", {"VL.VS.VSORRES/ItemRef[1] @OrderNumber": "4"}),
    Fault("items_stand_in_order", "IG.DM", {"IG.DM/ItemRef[position() < 3] @OrderNumber": ("2", "1")}),
    Fault("file_is_named", "IG.DM", {"IG.DM/def:leaf": None}),
    Fault("file_has_the_datasets_name", "IG.DM", {"LF.IG.DM @xlink:href": "demo.xpt"}),
    Fault("no_data_is_explained", "IT.DM.DTHDTC", {"IT.DM.DTHDTC @def:CommentOID": None}),
    Fault("no_data_is_explained", "IG.TA", {"IG.TA @def:HasNoData": "Yes"}),
)
VARIABLES = (
    Fault("variable_name_is_one", "IT.DM.SEX", {"IT.DM.SEX @SASFieldName": "GENDER"}),
    Fault("variable_name_is_one", "IT.DM.SEX", {"IT.DM.SEX @Name": "SEXATBIRTH"}),
    Fault("variable_names_are_different", "IT.DM.COUNTRY", {"IT.DM.COUNTRY @Name": "SEX"}),
    Fault("variable_is_labelled", "IT.DM.SEX", {"IT.DM.SEX/Description": None}),
    Fault("variable_is_labelled", "IT.DM.SEX", {"IT.DM.SEX/Description/TranslatedText": "x" * 41}),
    Fault("type_is_of_define", "IT.DM.SEX", {"IT.DM.SEX @DataType": "string"}),
    Fault("length_fits_type", "IT.DM.SEX", {"IT.DM.SEX @Length": None}),
    Fault("dates_have_no_length", "IT.DM.RFSTDTC", {"IT.DM.RFSTDTC @Length": "10"}),
    Fault("digits_fit_type", "IT.VS.VSSTRESN", {"IT.VS.VSSTRESN @SignificantDigits": None}),
    Fault("digits_fit_type", "IT.VS.VSSEQ", {"IT.VS.VSSEQ @SignificantDigits": "0"}),
    Fault("digits_fit_length", "IT.VS.VSSTRESN", {"IT.VS.VSSTRESN @SignificantDigits": "8"}),
    Fault("text_fits_a_transport_file", "IT.DM.COUNTRY", {"IT.DM.COUNTRY @Length": "201"}),
    Fault("display_format_fits_type", "IT.VS.VSSTRESN", {"IT.VS.VSSTRESN @def:DisplayFormat": "8.1"}),
    Fault("display_format_fits_type", "IT.DM.COUNTRY", {"IT.DM.COUNTRY @def:DisplayFormat": "8."}),
    Fault("dates_have_types_of_dates", "IT.VS.VSDTC", {"IT.VS.VSDTC @DataType": "text", "IT.VS.VSDTC @Length": "10"}),
    Fault("role_is_stated", "IT.DM.SEX", {"IG.DM/ItemRef[5] @Role": None}),
    Fault("role_is_a_term", "IT.DM.SEX", {"IG.DM/ItemRef[5] @Role": "Qualifier"}),
)
CODELISTS = (
    Fault("codelist_fits_type", "IT.DM.SEX", {"CL.SEX @DataType": "integer"}),
    Fault("terms_are_different", "CL.VSTEST", {"CL.VSTEST/EnumeratedItem[1]": COPY}),
    Fault("decodes_are_different", "CL.SEX", {"CL.SEX/CodeListItem[2]/Decode/TranslatedText": "Female"}),
    Fault("decode_has_words", "CL.SEX", {"CL.SEX/CodeListItem[2]/Decode/TranslatedText": " "}),
    Fault("term_is_not_blank", "CL.VSTEST", {"CL.VSTEST/EnumeratedItem[1] @CodedValue": " Temperature"}),
    adam("terms_fit_type", "CL.TRTN", {"CL.TRTN/CodeListItem[1] @CodedValue": "1.5"}),
    Fault("terms_fit_length", "IT.VS.VSTESTCD", {"IT.VS.VSTESTCD @Length": "4"}),
    Fault("extension_is_marked", "CL.VSTESTCD", {"CL.VSTESTCD/EnumeratedItem[3] @def:ExtendedValue": None}),
    Fault("extension_is_marked", "CL.VSTESTCD", {"CL.VSTESTCD/EnumeratedItem[1] @def:ExtendedValue": "Yes"}),
    Fault("extension_has_a_standard", "CL.VSTEST", {"CL.VSTEST/EnumeratedItem[1] @def:ExtendedValue": "Yes"}),
    Fault("coded_terms_are_of_a_coded_list", "CL.SEX", {"CL.SEX/Alias": None}),
    Fault("nci_code_is_one", "CL.SEX", {"CL.SEX/Alias @Name": "66731"}),
    Fault("codelist_says_whose_it_is", "CL.SEX", {"CL.SEX @def:StandardOID": None}),
    Fault("codelist_says_whose_it_is", "CL.VSTEST", {"CL.VSTEST @def:IsNonStandard": None}),
    Fault("terms_are_counted", "CL.SEX", {"CL.SEX/CodeListItem[2] @OrderNumber": "1"}),
    adam("terms_are_counted", "CL.TRT", {"CL.TRT/EnumeratedItem[2] @Rank": None}),
    Fault("codelist_names_are_different", "CL.VSTEST", {"CL.VSTEST @Name": "Sex"}),
    Fault("dictionary_is_named", "CL.ISO3166", {"CL.ISO3166/ExternalCodeList @Dictionary": " "}),
    Fault(
        "dictionary_version_is_stated",
        "CL.ISO3166",
        {"CL.ISO3166/ExternalCodeList @Dictionary": "MedDRA", "CL.ISO3166/ExternalCodeList @Version": None},
    ),
)
ORIGINS = (
    Fault("derived_has_method", "IT.VS.VSSTRESN", {"IG.VS/ItemRef[8] @MethodOID": None}),
    older("derived_has_method", "IT.VS.VSSTRESN", {"IG.VS/ItemRef[8] @MethodOID": None}),
    adam("derived_has_method", "IT.ADVS.AVAL", {"VL.ADVS.AVAL/ItemRef @MethodOID": None}),
    Fault("method_is_for_derived", "IT.VS.VSSTRESN", {"IT.VS.VSSTRESN/def:Origin @Type": "Assigned"}),
    Fault("method_has_words", "MT.VSSEQ", {"MT.VSSEQ/Description/TranslatedText": " "}),
    Fault("comment_has_words", "COM.VS", {"COM.VS/Description/TranslatedText": " "}),
    Fault("method_has_a_type", "MT.VSSEQ", {"MT.VSSEQ @Type": "Other"}),
    Fault("expression_has_a_language", "MT.VSSEQ", {"MT.VSSEQ/FormalExpression": " "}),
    Fault("origin_is_stated", "IT.DM.COUNTRY", {"IT.DM.COUNTRY/def:Origin": None}),
    older("origin_is_stated", "IT.DM.COUNTRY", {"IT.DM.COUNTRY/def:Origin": None}),
    older("origin_is_a_term", "IT.DM.SEX", {"IT.DM.SEX/def:Origin @Type": "Collected"}),
    adam("predecessor_is_named", "IT.ADSL.SEX", {"IT.ADSL.SEX/def:Origin/Description": None}),
    adam("predecessor_is_a_variable", "IT.ADSL.SEX", {"IT.ADSL.SEX/def:Origin/Description/TranslatedText": "Demographics"}),
    adam("predecessor_exists", "IT.ADVS.TRT01P", {"IT.ADVS.TRT01P/def:Origin/Description/TranslatedText": "ADSL.TRT02P"}),
    Fault("source_is_stated", "IT.DM.COUNTRY", {"IT.DM.COUNTRY/def:Origin @Source": None}),
    Fault("source_fits_origin", "IT.DM.SEX", {"IT.DM.SEX/def:Origin @Source": "Sponsor"}),
    Fault("form_is_annotated", "IT.DM.SEX", {"def:AnnotatedCRF": None}),
    Fault("collected_has_pages", "IT.DM.SEX", {"IT.DM.SEX/def:Origin/def:DocumentRef": None}),
    older("collected_has_pages", "IT.DM.SEX", {"IT.DM.SEX/def:Origin/def:DocumentRef": None}),
)
VALUES = (
    Fault("condition_is_on_a_variable", TEMP, {f"{TEMP}/RangeCheck @def:ItemOID": TEMPERATURE}),
    Fault("condition_has_its_values", WOMEN, {f"{WOMEN}/RangeCheck[1] @Comparator": "EQ"}),
    Fault("condition_is_in_the_codelist", TEMP, {f"{TEMP}/RangeCheck/CheckValue": "TEMPR"}),
    Fault("condition_fits_type", TEMP, {f"{TEMP}/RangeCheck @def:ItemOID": "IT.VS.VSSEQ"}),
    Fault(
        "conditions_can_hold",
        WOMEN,
        {f"{WOMEN}/RangeCheck[2] @def:ItemOID": "IT.VS.VSTESTCD", f"{WOMEN}/RangeCheck[2]/CheckValue": "TEMP"},
    ),
    Fault("join_is_explained", WOMEN, {f"{WOMEN} @def:CommentOID": None}),
    Fault("value_has_a_where_clause", TEMPERATURE, {"VL.VS.VSORRES/ItemRef[1]/def:WhereClauseRef": None}),
    Fault("where_clauses_are_different", PRESSURE, {"VL.VS.VSORRES/ItemRef[2]/def:WhereClauseRef @WhereClauseOID": TEMP}),
    Fault("where_clauses_do_not_overlap", PRESSURE, {f"{WOMEN}/RangeCheck[1]/CheckValue[1]": "TEMP"}),
    Fault("value_list_is_a_variables", TEMPERATURE, {TEMPERATURE: "<def:ValueListRef ValueListOID='VL.VS.VSORRES'/>"}),
    adam("value_type_fits_variable", "IT.ADVS.AVAL.PARAMCD.EQ.SYSBP", {"IT.ADVS.AVAL.PARAMCD.EQ.SYSBP @DataType": "text"}),
    Fault("value_length_fits_variable", TEMPERATURE, {f"{TEMPERATURE} @Length": "9"}),
    adam("value_length_fits_variable", "IT.ADVS.AVAL.PARAMCD.EQ.TEMP", {"IT.ADVS.AVAL.PARAMCD.EQ.TEMP @SignificantDigits": "3"}),
    Fault("where_clause_is_of_values", "IT.DM.STUDYID", {"IG.DM/ItemRef[1]": f"<def:WhereClauseRef WhereClauseOID='{TEMP}'/>"}),
)
DOCUMENTS = (
    Fault("document_has_a_title", "LF.acrf", {"LF.acrf/def:title": " "}),
    Fault("link_is_relative", "LF.csdrg", {"LF.csdrg @xlink:href": "C:\\study\\csdrg.pdf"}),
    adam("document_is_listed", "LF.csr", {"def:SupplementalDoc": None}),
    Fault("pages_are_sound", "IT.DM.SEX", {"IT.DM.SEX/def:Origin/def:DocumentRef/def:PDFPageRef @PageRefs": "2,3"}),
    Fault("pages_are_sound", "IT.DM.SEX", {"IT.DM.SEX/def:Origin/def:DocumentRef/def:PDFPageRef @PageRefs": None}),
)
ANALYSES = (
    adam("analysis_has_words", "RD.T1", {"RD.T1/Description/TranslatedText": " "}),
    adam("displays_are_different", "RD.T1", {"RD.T1": COPY}),
    adam("reason_is_a_term", "AR.T1.R1", {"AR.T1.R1 @AnalysisReason": "Asked for"}),
    adam(
        "analysis_variable_is_of_its_dataset",
        "AR.T1.R1",
        {f"{ANALYSED}/arm:AnalysisDataset[1]/arm:AnalysisVariable @ItemOID": "IT.ADSL.SEX"},
    ),
    adam("analysis_has_variables", "AR.T1.R1", {f"{ANALYSED}/arm:AnalysisDataset/arm:AnalysisVariable": None}),
    adam("parameter_is_of_an_analysed_dataset", "AR.T1.R1", {"AR.T1.R1 @ParameterOID": "IT.ADVS.AVAL.PARAMCD.EQ.TEMP"}),
    adam("joined_analysis_is_explained", "AR.T1.R1", {f"{ANALYSED} @def:CommentOID": None}),
    older("joined_analysis_is_explained", "AR.T1.R1", {f"{ANALYSED} @def:CommentOID": None}, "adam"),
    adam("analysis_is_documented", "AR.T1.R1", {"AR.T1.R1/arm:Documentation": None}),
    adam("analysis_has_code", "AR.T1.R1", {"AR.T1.R1/arm:ProgrammingCode": None}),
    adam("code_is_there", "AR.T1.R1", {"AR.T1.R1/arm:ProgrammingCode @Context": None}),
    adam("code_is_there", "AR.T1.R1", {"AR.T1.R1/arm:ProgrammingCode/arm:Code": None}),
    adam("display_is_in_a_document", "RD.T1", {"RD.T1/def:DocumentRef": None}),
)
FILES = (
    Fault("data_lie_beside", "define.xml", files={"dm.xpt": None, "vs.xpt": None, "ta.xpt": None}),
    Fault("dataset_file_exists", "IG.DM", files={"dm.xpt": None}),
    Fault("document_file_exists", "LF.acrf", files={"acrf.pdf": None}),
    Fault("dataset_file_is_readable", "LF.IG.DM", files={"dm.xpt": b"USUBJID,SEX"}),
    Fault("datasets_are_described", "LB", files={"lb.xpt": "vs.xpt"}),
    Fault("pages_exist", "IT.DM.SEX", {"IT.DM.SEX/def:Origin/def:DocumentRef/def:PDFPageRef @PageRefs": "2 4"}),
)
HEADERS = (
    Fault("file_holds_the_dataset", "IG.VS", data={"VS.name": "VT"}),
    Fault("dataset_label_agrees", "IG.VS", data={"VS.label": "Vitals"}),
    Fault("variables_are_in_the_file", "IT.VS.VSDTC", data={"VS.VSDTC": None}),
    Fault("file_variables_are_described", "IG.DM", {"IG.DM/ItemRef[6]": None}),
    Fault("variables_stand_as_in_the_file", "IT.VS.STUDYID", data={"VS.order": ("DOMAIN", "STUDYID")}),
    Fault("variable_label_agrees", "IT.DM.SEX", data={"DM.SEX.label": "Gender"}),
    Fault("variable_type_agrees", "IT.DM.SEX", {"IT.DM.SEX @DataType": "integer"}),
    adam("variable_type_agrees", "IT.ADSL.TRTSDT", {"IT.ADSL.TRTSDT @DataType": "date", "IT.ADSL.TRTSDT @Length": None}),
    Fault("length_is_the_files", "IT.DM.COUNTRY", data={"DM.COUNTRY.length": 9}),
    adam("display_format_agrees", "IT.ADSL.TRTSDT", data={"ADSL.TRTSDT.format": "DATETIME20."}),
    adam("display_format_agrees", "IT.ADSL.TRTSDT", {"IT.ADSL.TRTSDT @def:DisplayFormat": None}),
)
CELLS = (
    Fault("text_fits_length", "IT.DM.COUNTRY", {"IT.DM.COUNTRY @Length": "2"}),
    Fault("text_fits_length", PRESSURE, {f"{PRESSURE} @Length": "2"}),
    adam("numbers_fit_length", "IT.ADSL.TRTSDT", {"IT.ADSL.TRTSDT @Length": "4"}),
    Fault("text_is_numbers", TEMPERATURE, data={"VS.VSORRES[2]": "warm"}),
    Fault("integers_are_whole", PRESSURE, data={"VS.VSORRES[1]": "120.5"}),
    Fault("integers_are_whole", "IT.VS.VSSEQ", data={"VS.VSSEQ[1]": 1.5}),
    Fault("decimals_fit_digits", "IT.VS.VSSTRESN", data={"VS.VSSTRESN[2]": 36.655}),
    Fault("dates_are_iso", "IT.DM.RFSTDTC", data={"DM.RFSTDTC[1]": "01MAR2024"}),
    Fault("dates_are_as_whole_as_said", "IT.DM.RFSTDTC", data={"DM.RFSTDTC[1]": "2024-03"}),
    older("dates_are_as_whole_as_said", "IT.VS.VSDTC", {"IT.VS.VSDTC @DataType": "date"}),
    Fault("values_are_in_the_codelist", "IT.DM.SEX", data={"DM.SEX[1]": "X"}),
    adam("values_are_in_the_codelist", "IT.ADSL.TRT01PN", data={"ADSL.TRT01PN[1]": 3.0}),
    Fault("terms_occur", "CL.VSTESTCD", data={"VS.VSTESTCD[3]": "SYSBP"}),
    Fault("mandatory_values_are_there", "IT.DM.SEX", data={"DM.SEX[1]": None}),
    Fault("mandatory_values_are_there", PRESSURE, {"VL.VS.VSORRES/ItemRef[2] @Mandatory": "Yes"}, {"VS.VSORRES[1]": None}),
    Fault("no_data_is_true", "IT.DM.DTHDTC", data={"DM.DTHDTC[1]": "2024-05-01T10:00:00"}),
    Fault("no_data_is_true", "IG.TA", {"IG.TA @def:HasNoData": "Yes"}),
    Fault("no_data_is_said", "IT.DM.DTHDTC", {"IG.DM/ItemRef[7] @def:HasNoData": None}),
)
RECORDS = (
    Fault("keys_are_unique", "IG.VS", data={"VS.VSTESTCD[2]": "SYSBP"}),
    Fault("dataset_repeats_as_said", "IG.DM", data={"DM.USUBJID[2]": "S1-01"}),
    Fault("values_fall_under_an_item", "IT.VS.VSORRES", {"VL.VS.VSORRES/ItemRef[1]": None}),
    Fault(
        "values_fall_under_one_item",
        "IT.VS.VSORRES",
        {f"{MEN}/RangeCheck[2] @Comparator": "EQ", f"{MEN}/RangeCheck[1]/CheckValue[2]": "TEMP"},
    ),
    Fault("items_apply_to_records", PRESSURE, {f"{WOMEN}/RangeCheck[1]/CheckValue[1]": None}),
    Fault("where_clauses_can_be_followed", "IT.VS.VSORRES", {f"{WOMEN}/RangeCheck[2] @def:ItemOID": "IT.TA.ARMCD"}),
)
FAULTS = (
    *SCHEMA, *REFERENCES, *STUDY, *DATASETS, *VARIABLES, *CODELISTS, *ORIGINS, *VALUES, *DOCUMENTS, *ANALYSES, *FILES, *HEADERS, *CELLS,
    *RECORDS,
)  # fmt: skip
