"""A small define.xml 1.0: vital signs, and on demand an analysis dataset with a result of the draft for results metadata."""

from __future__ import annotations

FRAME = """<?xml version="1.0" encoding="ISO-8859-1"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.2" xmlns:def="http://www.cdisc.org/ns/def/v1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:adamref="http://www.cdisc.org/ns/ADaMRes/DRAFT" FileType="Snapshot" FileOID="F" CreationDateTime="2008-01-31T08:00:00" ODMVersion="1.2">
 <Study OID="S1">
  <GlobalVariables><StudyName>Mélasma</StudyName><StudyDescription>A trial</StudyDescription><ProtocolName>P1</ProtocolName></GlobalVariables>
  <MetaDataVersion OID="M1" Name="Definitions" def:DefineVersion="1.0.0" def:StandardName="SDTM-IG" def:StandardVersion="3.1.1">
   <def:AnnotatedCRF><def:DocumentRef leafID="blankcrf"/></def:AnnotatedCRF>
   <def:SupplementalDoc><def:DocumentRef leafID="guide"/></def:SupplementalDoc>
   <def:leaf ID="blankcrf" xlink:href="blankcrf.pdf"><def:title>Annotated CRF</def:title></def:leaf>
   <def:leaf ID="guide" xlink:href="guide.pdf"><def:title>Guide</def:title></def:leaf>
   <def:leaf ID="t1" xlink:href="report.pdf#page=3"><def:title>Table 1</def:title></def:leaf>
   <def:ComputationMethod OID="BMI">weight / height squared</def:ComputationMethod>
   <def:ValueListDef OID="ValueList.VSTESTCD">
    <ItemRef ItemOID="VS.WEIGHT" OrderNumber="1" Mandatory="No"/><ItemRef ItemOID="VS.BMI" OrderNumber="2" Mandatory="No"/>
   </def:ValueListDef>
   {value_lists}
   <ItemGroupDef OID="VS" Name="VS" Repeating="Yes" IsReferenceData="No" Purpose="Tabulation" def:Label="Vital Signs" Comment="Sitting"
     def:Structure="One record per test" def:DomainKeys="USUBJID, VSTESTCD" def:Class="Findings" def:ArchiveLocationID="Location.VS">
    <ItemRef ItemOID="VS.USUBJID" OrderNumber="1" Mandatory="Yes" Role="Identifier" RoleCodeListOID="ROLES"/>
    <ItemRef ItemOID="VS.VSTESTCD" OrderNumber="2" Mandatory="Yes" Role="Topic"/>
    <ItemRef ItemOID="VS.VSORRES" OrderNumber="3" Mandatory="No"/>
    <def:leaf ID="Location.VS" xlink:href="vs.xpt"><def:title>vs.xpt</def:title></def:leaf>
   </ItemGroupDef>
   {groups}
   <ItemDef OID="VS.USUBJID" Name="USUBJID" DataType="text" Length="10" Origin="Sponsor" Comment=" " def:Label="Subject"/>
   <ItemDef OID="VS.VSTESTCD" Name="VSTESTCD" DataType="text" Length="8" Origin="CRF Page 7" Comment="Sitting" def:Label="Test">
    <CodeListRef CodeListOID="TESTS"/><def:ValueListRef ValueListOID="ValueList.VSTESTCD"/>
   </ItemDef>
   <ItemDef OID="VS.VSORRES" Name="VSORRES" DataType="text" Length="20" Origin="{origin}" def:Label="Result"/>
   <ItemDef OID="VS.WEIGHT" Name="WEIGHT" DataType="float" Length="5" SignificantDigits="1" Origin="CRF Pages 7, 8 and 10-12" def:Label="Weight"/>
   <ItemDef OID="VS.BMI" Name="BMI" DataType="float" Length="5" SignificantDigits="2" Origin="Derived" Comment="Rounded"
     def:Label="Body Mass Index" def:ComputationMethodOID="BMI" def:DisplayFormat="5.2"/>
   {items}
   <CodeList OID="TESTS" Name="Tests" DataType="text" SASFormatName="$T">
    <CodeListItem CodedValue="WEIGHT" def:Rank="1"><Decode><TranslatedText xml:lang="en">Weight</TranslatedText></Decode></CodeListItem>
    <CodeListItem CodedValue="BMI" def:Rank="2"><Decode><TranslatedText xml:lang="en">Body Mass Index</TranslatedText></Decode></CodeListItem>
   </CodeList>
   <CodeList OID="ROLES" Name="Roles" DataType="text"><ExternalCodeList Dictionary="SDTM" Version="1.1"/></CodeList>
   {results}
  </MetaDataVersion>
 </Study>
</ODM>
"""

ADAM = {
    "value_lists": '<def:ValueListDef OID="VL.AVAL"><ItemRef ItemOID="A.AVAL.W" OrderNumber="1" Mandatory="No"/></def:ValueListDef>',
    "groups": """<ItemGroupDef OID="AD" Name="ADVS" Repeating="Yes" IsReferenceData="No" Purpose="Analysis" def:Label="Analysis"
      def:Structure="x" def:DomainKeys="PARAMCD" def:Class="BDS" def:ArchiveLocationID="L">
      <ItemRef ItemOID="A.PARAMCD" OrderNumber="1" Mandatory="Yes"/><ItemRef ItemOID="A.AVAL" OrderNumber="2" Mandatory="No"/>
      <ItemRef ItemOID="A.ITTFL" OrderNumber="3" Mandatory="No"/><def:leaf ID="L" xlink:href="advs.xpt"><def:title>advs.xpt</def:title></def:leaf>
      </ItemGroupDef>""",
    "items": """<ItemDef OID="A.PARAMCD" Name="PARAMCD" DataType="text" Length="8" def:Label="Parameter"><CodeListRef CodeListOID="TESTS"/></ItemDef>
      <ItemDef OID="A.AVAL" Name="AVAL" DataType="float" Length="8" def:Label="Value"><def:ValueListRef ValueListOID="VL.AVAL"/></ItemDef>
      <ItemDef OID="A.ITTFL" Name="ITTFL" DataType="text" Length="1" def:Label="Flag"/>
      <ItemDef OID="A.AVAL.W" Name="WEIGHT" DataType="float" Length="8" def:Label="Weight"/>""",
    "results": """<adamref:AnalysisResultDisplays>
      <adamref:ResultDisplay OID="T1" DisplayIdentifier="Table 1" DisplayLabel="Weights" leafID="t1">
       <adamref:AnalysisResults OID="T1.R1" ResultIdentifier="Mean" Reason="pre-specified in SAP">
        <adamref:ParameterList><adamref:Parameter ParamCD="{code}" Param="Weight"/></adamref:ParameterList>
        <adamref:AnalysisVariable ItemOID="A.AVAL"/><adamref:AnalysisVariable ItemOID="VS.VSORRES"/>
        <adamref:AnalysisDataset><ItemGroupRef ItemGroupOID="AD" Mandatory="No"/>
         <adamref:SelectionCriteria><def:ComputationMethod OID="SC" Name="1">[ {criteria} ]</def:ComputationMethod></adamref:SelectionCriteria>
        </adamref:AnalysisDataset>
        <adamref:Documentation leafID="guide"><TranslatedText xml:lang="en">As planned
        </TranslatedText></adamref:Documentation>
        <adamref:ProgrammingCode><def:ComputationMethod OID="C">proc means;
 run;</def:ComputationMethod></adamref:ProgrammingCode>
       </adamref:AnalysisResults>
      </adamref:ResultDisplay>
     </adamref:AnalysisResultDisplays>""",
}


def older_define(origin: str, adam: bool, code: str, criteria: str) -> bytes:
    """The file, in Latin-1: the origin of VSORRES, and parameter and selection of the result."""
    parts = {name: text.replace("{code}", code).replace("{criteria}", criteria) if adam else "" for name, text in ADAM.items()}
    return FRAME.format(origin=origin, **parts).encode("iso-8859-1")
