"""The simulated study as an EDC system would export it in ODM-XML 1.3.2: metadata, who works where, and the data of every form.

An EDC is tidier than the CSV files: dates are ISO 8601, coded answers are of their code lists, visits are study events.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

Row = Mapping[str, str]
NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
STUDY, VERSION, MADE = "S.DFSC-2025-CR-01", "MDV.1", "2026-06-30T00:00:00"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
HEADERS = {"ae": ["AEYN"], "ie": ["IEDAT", "IEYN"], "visia": ["VISIADAT"]}  # asked once, above the lines of the form
LINES = ("ae", "cm", "ie", "mh", "visia")  # forms of many lines
AUDITED = ("rand", "ae")
EVENTS = ["Screening", "Re-screening", "Baseline", "Week 4", "Week 8", "Week 12", "Week 24"]
COMMON, UNSCHEDULED = "SE.COMMON", "SE.UNSCHEDULED"
MONTHS = {
    "JAN": "01", "FEB": "02", "MAR": "03", "APR": "04", "MAY": "05", "JUN": "06", "JUL": "07", "AUG": "08", "SEP": "09", "OCT": "10",
    "NOV": "11", "DEC": "12",
}  # fmt: skip

YES = "ICYN IEYN MHONGO MASIPERF INFYN INFINT INJYN LASYN AEYN AEONGO AESER SERDTH SERLIFE SERHOSP SERDIS SERCONG SERMIE AETRT CMONGO VISYN"
MASI = [f"{region}_{item}" for region in ("FH", "RM", "LM", "CH") for item in "ADH"]
ANSWERS = {1: "Very dissatisfied", 2: "Dissatisfied", 3: "Neutral", 4: "Satisfied", 5: "Very satisfied"}
# Code list: the columns that it codes, and coded value => decode.
CODELISTS: dict[str, tuple[list[str], dict[str, str]]] = {
    "NY": (YES.split(), {"Y": "Yes", "N": "No"}),
    "AGEU": (["AGEU"], {"YEARS": "Years"}),
    "SEX": (["SEX"], {"F": "Female", "M": "Male"}),
    "RACE": (["RACE"], {"ASIAN": "Asian"}),
    "NATION": (["NATION"], {name: name for name in ("Han", "Hui", "Manchu", "Zhuang")}),
    "SKIN": (["FITZ"], {number: f"Type {number}" for number in ("I", "II", "III", "IV", "V", "VI")}),
    "GROUP": (["GROUP"], {"Group 1": "MSC infusion, MSC injection and laser", "Group 2": "MSC injection and laser", "Control": "Laser"}),
    "IECAT": (["IECAT"], {"INCLUSION": "Inclusion", "EXCLUSION": "Exclusion"}),
    "UNIT": (
        ["BPU", "PULSEU", "RESPU", "TEMPU", "HEIGHTU", "WEIGHTU", "INFDOSEU", "INJDOSEU", "FLUENCEU"],
        {
            "mmHg": "mmHg", "beats/min": "bpm", "breaths/min": "breaths/min", "C": "C", "F": "F", "cm": "cm", "m": "m", "kg": "kg",
            "10^6 cells": "x10^6 cells", "J/cm2": "J/cm2",
        },
    ),
    "AREA": ([c for c in MASI if c.endswith("A")], {str(n): f"Area score {n}" for n in range(7)}),
    "DEGREE": ([c for c in MASI if not c.endswith("A")], {str(n): f"Score {n}" for n in range(5)}),
    "VIEW": (["VIEW"], {"LEFT": "Left", "RIGHT": "Right", "FRONT": "Front"}),
    "ANSWER": (["Q1", "Q2", "Q3", "Q4"], {str(n): text for n, text in ANSWERS.items()}),
    "SEVERITY": (["AESEV"], {"MILD": "Mild", "MODERATE": "Moderate", "SEVERE": "Severe"}),
    "RELATION": (["AEREL"], {"NOT RELATED": "Not related", "POSSIBLY RELATED": "Possibly related", "RELATED": "Related"}),
    "REASON": (
        ["DSREAS"],
        {n.upper(): n for n in ("Completed", "Screen failure", "Withdrawal by subject", "Lost to follow-up")},
    ),
}  # fmt: skip
CODED = {column: name for name, (columns, _) in CODELISTS.items() for column in columns}
SPELLINGS = {"1": "Y", "0": "N"}  # of yes and no
INTEGERS = re.compile(r"AGE|SYSBP|DIABP|PULSE|RESP|POINTS|PASSES|INFDOSE|INJDOSE|\w+_CNT|[A-Z]{2}_[ADH]|MHNO|CMNO|AENO|Q\d")
FLOATS = re.compile(r"TEMP|WEIGHT|HEIGHT|FLUENCE|CMDOSE|\w+_SCR")
UNITS = {"TEMP": ["C", "F"], "WEIGHT": ["kg"]}  # of which the system keeps the unit beside the value


def write_odm(path: Path, forms: Mapping[str, list[Row]], columns: Mapping[str, list[str]], questions: Path) -> None:
    """Writes the file. `columns` are those of each form in order, `questions` the table of the annotated CRF."""
    with questions.open(encoding="utf-8", newline="") as stream:
        asked = {(row["form"], row["column"]): row["question"] for row in csv.DictReader(stream)}
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(
        f"{{{NAMESPACE}}}ODM", FileType="Snapshot", FileOID="melasma", ODMVersion="1.3.2", CreationDateTime=MADE, Granularity="All",
        SourceSystem="specs/melasma/simulate.py",
    )  # fmt: skip
    _study(root, forms, columns, asked)
    _admin(root)
    _clinical(root, forms, columns)
    ET.indent(root, " ")
    with path.open("wb") as file:
        ET.ElementTree(root).write(file, encoding="UTF-8", xml_declaration=True)
        file.write(b"\n")


def add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """A child element."""
    child = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    child.text = text
    return child


def say(parent: ET.Element, name: str, text: str) -> None:
    """A child element that holds a text in English."""
    add(add(parent, name), "TranslatedText", text).set(LANGUAGE, "en")


def items_of(form: str, columns: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The items of each item group of a form. Subject and visit are keys, not items."""
    items = [column for column in columns[form] if column not in ("SUBJECT", "VISIT")]
    header = HEADERS.get(form, [])
    groups = {f"IG.{form.upper()}_TOP": header} if header else {}
    return groups | {f"IG.{form.upper()}": [item for item in items if item not in header]}


def _study(
    root: ET.Element, forms: Mapping[str, list[Row]], columns: Mapping[str, list[str]], asked: Mapping[tuple[str, str], str]
) -> None:
    study = add(root, "Study", OID=STUDY)
    names = add(study, "GlobalVariables")
    add(names, "StudyName", "DFSC-2025-CR-01")
    add(names, "StudyDescription", "Melasma study (simulated data)")
    add(names, "ProtocolName", "DFSC-2025(CR)-01")
    basics = add(study, "BasicDefinitions")
    for unit in sorted({unit for units in UNITS.values() for unit in units}):
        say(add(basics, "MeasurementUnit", OID=f"MU.{unit}", Name=unit), "Symbol", unit)
    version = add(study, "MetaDataVersion", OID=VERSION, Name="Version 1")
    _events(version, forms)
    for form in forms:
        definition = add(version, "FormDef", OID=f"F.{form.upper()}", Name=asked[form, ""], Repeating="No")
        for group in items_of(form, columns):
            add(definition, "ItemGroupRef", ItemGroupOID=group, Mandatory="Yes")
    for form in forms:
        for group, items in items_of(form, columns).items():
            once = group.endswith("_TOP")
            name, repeats = f"{asked[form, '']}{' (once)' * once}", "Yes" if form in LINES and not once else "No"
            definition = add(version, "ItemGroupDef", OID=group, Name=name, Repeating=repeats)
            for item in items:
                add(definition, "ItemRef", ItemOID=f"I.{form.upper()}.{item}", Mandatory="No")
    for form, rows in forms.items():
        for item in [item for items in items_of(form, columns).values() for item in items]:
            _item(version, form, item, asked[form, item], [text for row in rows if (text := valued(item, row.get(item, "")))])
    for name, (coded, decodes) in CODELISTS.items():
        codelist = add(version, "CodeList", OID=f"CL.{name}", Name=name, DataType="integer" if INTEGERS.fullmatch(coded[0]) else "text")
        for value, decode in decodes.items():
            say(add(codelist, "CodeListItem", CodedValue=value), "Decode", decode)


def _events(version: ET.Element, forms: Mapping[str, list[Row]]) -> None:
    at_visits = [form for form, rows in forms.items() if "VISIT" in rows[0]]
    events = [(event_of(name)[0], name, "No", "Scheduled") for name in EVENTS]
    events += [(UNSCHEDULED, "Unscheduled", "Yes", "Unscheduled"), (COMMON, "Common forms", "No", "Common")]
    for oid, name, repeats, kind in events:
        event = add(version, "StudyEventDef", OID=oid, Name=name, Repeating=repeats, Type=kind)
        for form in forms:
            if (form in at_visits) == (oid != COMMON):
                add(event, "FormRef", FormOID=f"F.{form.upper()}", Mandatory="No")


def _item(version: ET.Element, form: str, item: str, question: str, values: list[str]) -> None:
    is_date, is_time = item.endswith("DAT"), item.endswith("TIM")
    integer, decimal = INTEGERS.fullmatch(item), FLOATS.fullmatch(item)
    whole = all(len(value) == 10 for value in values)
    kind = "integer" if integer else "float" if decimal else "partialTime" if is_time else "text"
    kind = ("date" if whole else "partialDate") if is_date else kind
    sizes = {} if is_date or is_time else {"Length": str(max(map(len, values), default=1))}
    if decimal:
        sizes["SignificantDigits"] = str(max((len(value.partition(".")[2]) for value in values), default=0))
    definition = add(version, "ItemDef", OID=f"I.{form.upper()}.{item}", Name=item, DataType=kind, **sizes, SASFieldName=item)
    say(definition, "Question", question)
    for unit in UNITS.get(item, []):
        add(definition, "MeasurementUnitRef", MeasurementUnitOID=f"MU.{unit}")
    if item in CODED:
        add(definition, "CodeListRef", CodeListOID=f"CL.{CODED[item]}")


def _admin(root: ET.Element) -> None:
    admin = add(root, "AdminData", StudyOID=STUDY)
    add(add(admin, "User", OID="U.1", UserType="Investigator"), "LoginName", "investigator")
    site = add(admin, "Location", OID="L.01", Name="Shanghai East Hospital", LocationType="Site")
    add(site, "MetaDataVersionRef", StudyOID=STUDY, MetaDataVersionOID=VERSION, EffectiveDate="2025-06-30")


def _clinical(root: ET.Element, forms: Mapping[str, list[Row]], columns: Mapping[str, list[str]]) -> None:
    data = add(root, "ClinicalData", StudyOID=STUDY, MetaDataVersionOID=VERSION)
    filled: dict[str, dict[tuple[str, str], dict[str, list[Row]]]] = {}
    for form, rows in forms.items():
        for row in rows:
            events = filled.setdefault(row["SUBJECT"], {})
            events.setdefault(event_of(row.get("VISIT")), {}).setdefault(form, []).append(row)
    for number, events in filled.items():
        subject = add(data, "SubjectData", SubjectKey=number)
        add(subject, "SiteRef", LocationOID="L.01")
        for (oid, repeat), on_forms in sorted(events.items(), key=lambda event: _when(event[0])):
            event = add(subject, "StudyEventData", StudyEventOID=oid, **({"StudyEventRepeatKey": repeat} if repeat else {}))
            for form, rows in on_forms.items():
                _form(add(event, "FormData", FormOID=f"F.{form.upper()}"), form, rows, columns)


def _form(parent: ET.Element, form: str, rows: Iterable[Row], columns: Mapping[str, list[str]]) -> None:
    rows = list(rows)
    for group, items in items_of(form, columns).items():
        if form in LINES and not group.endswith("_TOP"):
            lines = [row for row in rows if any(row.get(item) for item in items)]
            for number, row in enumerate(lines, 1):
                _group(parent, form, group, items, row, {"ItemGroupRepeatKey": str(number)})
        else:
            _group(parent, form, group, items, rows[0], {})


def _group(parent: ET.Element, form: str, group: str, items: list[str], row: Row, keys: dict[str, str]) -> None:
    data = add(parent, "ItemGroupData", ItemGroupOID=group, **keys)
    if form in AUDITED:
        audit = add(data, "AuditRecord")
        add(audit, "UserRef", UserOID="U.1")
        add(audit, "LocationRef", LocationOID="L.01")
        add(audit, "DateTimeStamp", f"{valued('RANDDAT', row.get('RANDDAT') or '') or '2026-04-01'}T12:00:00")
        add(audit, "ReasonForChange", "Initial entry")
    for item in items:
        oid, value = f"I.{form.upper()}.{item}", valued(item, row.get(item, ""))
        if value:
            entered = add(data, "ItemData", ItemOID=oid, Value=value)
            if item == "TEMP":
                add(entered, "MeasurementUnitRef", MeasurementUnitOID=f"MU.{row['TEMPU']}")
        elif item in MASI and row["MASIDAT"]:  # asked and not answered
            add(data, "ItemData", ItemOID=oid, IsNull="Yes")


def event_of(visit: str | None) -> tuple[str, str]:
    """OID and repeat key of the study event of a visit."""
    if visit is None:
        return COMMON, ""
    if visit.lower().startswith("unscheduled"):
        return UNSCHEDULED, visit.split()[1]
    return f"SE.{re.sub('[^A-Z0-9]', '', visit.upper())}", ""


def _when(event: tuple[str, str]) -> tuple[int, str]:
    order = [COMMON, *(event_of(name)[0] for name in EVENTS), UNSCHEDULED]
    return order.index(event[0]), event[1]


def valued(item: str, text: str) -> str:
    """The value that the system has where the CSV file has this text."""
    if item.endswith("DAT") and text:
        day, month, year = text.split("-")
        return "-".join([year, *([MONTHS[month]] if month in MONTHS else []), *([day] if day != "UN" else [])])
    if item in CODED and text:
        decodes = CODELISTS[CODED[item]][1]
        known = {word.lower(): coded for coded, decode in decodes.items() for word in (decode, coded)}
        return known[text.lower()] if text.lower() in known else SPELLINGS[text]
    return text
