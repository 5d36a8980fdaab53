"""Small ODM files for tests: metadata of three forms, and data drawn in XML or given as records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from clintrail.transport.raw.odm import OdmOptions, read_odm_forms

NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
ROOT = f'xmlns="{NAMESPACE}" ODMVersion="1.3.2" FileOID="X" CreationDateTime="2026-06-30T00:00:00"'

METADATA = """
  <StudyEventDef OID="SE.1" Name="Screening" Repeating="No" Type="Scheduled"><FormRef FormOID="F.DM" Mandatory="No"/></StudyEventDef>
  <StudyEventDef OID="SE.U" Name="Unscheduled" Repeating="Yes" Type="Unscheduled"><FormRef FormOID="F.VS" Mandatory="No"/></StudyEventDef>
  <FormDef OID="F.DM" Name="Demographics" Repeating="No"><ItemGroupRef ItemGroupOID="IG.DM" Mandatory="No"/></FormDef>
  <FormDef OID="F.VS" Name="Vital Signs" Repeating="Yes"><ItemGroupRef ItemGroupOID="IG.VS" Mandatory="No"/></FormDef>
  <FormDef OID="F.AE" Name="Adverse Events" Repeating="No">
    <ItemGroupRef ItemGroupOID="IG.ANY" Mandatory="Yes"/><ItemGroupRef ItemGroupOID="IG.AE" Mandatory="No"/>
  </FormDef>
  <ItemGroupDef OID="IG.DM" Name="Demographics" Repeating="No" SASDatasetName="DM">
    <ItemRef ItemOID="I.SEX" Mandatory="Yes"/><ItemRef ItemOID="I.BRTH" Mandatory="No"/>
  </ItemGroupDef>
  <ItemGroupDef OID="IG.VS" Name="Vital signs" Repeating="No">
    <ItemRef ItemOID="I.TEMP" Mandatory="No"/><ItemRef ItemOID="I.WGT" Mandatory="No"/>
  </ItemGroupDef>
  <ItemGroupDef OID="IG.ANY" Name="Any event" Repeating="No"><ItemRef ItemOID="I.AEYN" Mandatory="Yes"/></ItemGroupDef>
  <ItemGroupDef OID="IG.AE" Name="Event lines" Repeating="Yes" Domain="AE">
    <ItemRef ItemOID="I.TERM" Mandatory="Yes"/><ItemRef ItemOID="I.AESEV" Mandatory="No"/>
  </ItemGroupDef>
  <ItemDef OID="I.SEX" Name="Sex" DataType="text" Length="1" SASFieldName="SEX"><CodeListRef CodeListOID="CL.SEX"/></ItemDef>
  <ItemDef OID="I.BRTH" Name="BRTHDAT" DataType="partialDate"><Question><TranslatedText xml:lang="en">Date of
     birth</TranslatedText><TranslatedText xml:lang="de">Geburtsdatum</TranslatedText></Question></ItemDef>
  <ItemDef OID="I.TEMP" Name="TEMP" DataType="float" Length="4" SignificantDigits="1">
    <Description><TranslatedText>Temperature</TranslatedText></Description>
    <MeasurementUnitRef MeasurementUnitOID="MU.C"/><MeasurementUnitRef MeasurementUnitOID="MU.F"/></ItemDef>
  <ItemDef OID="I.WGT" Name="WEIGHT" DataType="integer" Length="3"><MeasurementUnitRef MeasurementUnitOID="MU.KG"/></ItemDef>
  <ItemDef OID="I.AEYN" Name="AEYN" DataType="text" Length="1"/>
  <ItemDef OID="I.TERM" Name="AETERM" DataType="text" Length="200"/>
  <ItemDef OID="I.AESEV" Name="AESEV" DataType="text" Length="8"/>
  <CodeList OID="CL.SEX" Name="Sex" DataType="text" SASFormatName="$SEX">
    <CodeListItem CodedValue="F"><Decode><TranslatedText>Female</TranslatedText></Decode></CodeListItem>
    <CodeListItem CodedValue="M"><Decode><TranslatedText>Male</TranslatedText></Decode></CodeListItem>
  </CodeList>"""
UNITS = """<MeasurementUnit OID="MU.C" Name="Celsius"><Symbol><TranslatedText>C</TranslatedText></Symbol></MeasurementUnit>
  <MeasurementUnit OID="MU.F" Name="Fahrenheit"><Symbol><TranslatedText>F</TranslatedText></Symbol></MeasurementUnit>
  <MeasurementUnit OID="MU.KG" Name="kg"><Symbol><TranslatedText>kg</TranslatedText></Symbol></MeasurementUnit>"""


def study(metadata: str = METADATA, oid: str = "V1") -> str:
    """A Study with one version of its metadata."""
    return f"""<Study OID="S">
 <GlobalVariables><StudyName>s</StudyName><StudyDescription>s</StudyDescription><ProtocolName>s</ProtocolName></GlobalVariables>
 <BasicDefinitions>{UNITS}</BasicDefinitions>
 <MetaDataVersion OID="{oid}" Name="{oid}">{metadata}
 </MetaDataVersion>
</Study>"""


def odm(data: str, *, studies: str | None = None, kind: str = "Snapshot", root: str = ROOT, version: str = "V1") -> str:
    """An ODM file with these subjects (and what is in them) as its clinical data."""
    clinical = f'<ClinicalData StudyOID="S" MetaDataVersionOID="{version}">\n{data}\n</ClinicalData>' if data else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ODM {root} FileType="{kind}">
{study() if studies is None else studies}
{clinical}
</ODM>"""


def on_form(form: str, groups: str, *, subject: str = "001", event: str = "SE.1", more: str = "") -> str:
    """What a subject has on one form. `more` are further attributes of the form's data."""
    return f"""<SubjectData SubjectKey="{subject}"><StudyEventData StudyEventOID="{event}"><FormData FormOID="{form}" {more}>
{groups}
</FormData></StudyEventData></SubjectData>"""


def group(oid: str, items: Mapping[str, str | None] | None = None, *, repeat: str = "", more: str = "") -> str:
    """An ItemGroupData on one line; None is IsNull."""
    keys = f' ItemGroupRepeatKey="{repeat}"' if repeat else ""
    held = {item: 'IsNull="Yes"' if text is None else f"Value={quoteattr(text)}" for item, text in (items or {}).items()}
    data = "".join(f"<ItemData ItemOID={quoteattr(item)} {value}/>" for item, value in held.items())
    return f'<ItemGroupData ItemGroupOID="{oid}"{keys}{more and " " + more}>{data}</ItemGroupData>'


def typed(kind: str, oid: str, text: str) -> str:
    """An item as ItemDataString and its like have it."""
    return f'<ItemData{kind} ItemOID="{oid}">{escape(text)}</ItemData{kind}>'


def rows(path: Path, content: str, form: str, **options: object) -> list[dict[str, str | None]]:
    """The records of a form as they are read, without the columns that are missing everywhere."""
    path.write_text(content, "utf-8")
    records = read_odm_forms(path, {form: form}, OdmOptions(**options))[form].table.to_pylist()  # type: ignore[arg-type]
    filled = [name for name in (records[0] if records else {}) if any(record[name] is not None for record in records)]
    return [{name: record[name] for name in filled} for record in records]
