"""The forms of an ODM file as tables: a row for each form that was filled in, or for each line on it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from odm_files import METADATA, ROOT, group, odm, on_form, rows, study, typed

from clintrail.transport.raw.odm import OdmOptions, odm_forms, read_odm_forms, read_raw_odm

KEYS = {"SUBJECT": "SubjectKey", "VISIT": "StudyEventInstance"}
DM = on_form("F.DM", group("IG.DM", {"I.SEX": "F", "I.BRTH": "1970-03"}))
AE = on_form(
    "F.AE",
    group("IG.ANY", {"I.AEYN": "Y"}) + group("IG.AE", {"I.TERM": "Fever"}, repeat="1") + group("IG.AE", {"I.TERM": "Rash"}, repeat="2"),
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.xml"


def test_a_form_is_a_row_with_its_keys_and_its_items(path: Path) -> None:
    assert rows(path, odm(DM), "F.DM") == [
        {"SubjectKey": "001", "StudyEventOID": "SE.1", "StudyEventName": "Screening", "FormOID": "F.DM", "ItemGroupOID": "IG.DM",
         "SEX": "F", "BRTHDAT": "1970-03"}
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["F.DM", "f.dm", "DM", "dm", "Demographics", "demographics"])
def test_a_form_is_known_by_its_oid_its_name_or_the_end_of_its_oid(path: Path, name: str) -> None:
    assert rows(path, odm(DM), name, keys={}) == [{"SEX": "F", "BRTHDAT": "1970-03"}]


def test_an_item_group_is_known_by_its_oid_too_and_stands_alone(path: Path) -> None:
    assert rows(path, odm(AE), "IG.AE", keys={}) == [{"AETERM": "Fever"}, {"AETERM": "Rash"}]
    assert rows(path, odm(AE), "Event lines", keys={}) == [{"AETERM": "Fever"}, {"AETERM": "Rash"}]


def test_each_line_of_a_form_has_what_was_asked_once(path: Path) -> None:
    assert rows(path, odm(AE), "ae", keys=KEYS) == [
        {"SUBJECT": "001", "VISIT": "Screening", "AEYN": "Y", "AETERM": "Fever"},
        {"SUBJECT": "001", "VISIT": "Screening", "AEYN": "Y", "AETERM": "Rash"},
    ]


def test_a_form_without_lines_is_a_row_all_the_same(path: Path) -> None:
    none = on_form("F.AE", group("IG.ANY", {"I.AEYN": "N"}), subject="002")
    assert rows(path, odm(AE + none), "ae", keys={"S": "SubjectKey"})[2] == {"S": "002", "AEYN": "N", "AETERM": None}


def test_parts_of_a_form_belong_together_wherever_they_stand(path: Path) -> None:
    """Some systems write every record with all the elements around it."""
    apart = [on_form("F.AE", group("IG.AE", {"I.TERM": "Fever"}, repeat="7")), DM, on_form("F.AE", group("IG.ANY", {"I.AEYN": "Y"}))]
    assert rows(path, odm("".join(apart)), "ae", keys={"N": "ItemGroupRepeatKey"}) == [{"N": "7", "AEYN": "Y", "AETERM": "Fever"}]


def test_a_visit_that_repeats_has_its_number_in_the_instance(path: Path) -> None:
    twice = """<SubjectData SubjectKey="001"><StudyEventData StudyEventOID="SE.U" StudyEventRepeatKey="3.1">
      <FormData FormOID="F.VS" FormRepeatKey="1">FIRST</FormData><FormData FormOID="F.VS" FormRepeatKey="2">SECOND</FormData>
    </StudyEventData></SubjectData>"""
    twice = twice.replace("FIRST", group("IG.VS", {"I.WGT": "61"})).replace("SECOND", group("IG.VS", {"I.WGT": "62"}))
    keys = {"VISIT": "StudyEventInstance", "EVENT": "StudyEventName", "N": "FormRepeatKey", "F": "FormName", "G": "ItemGroupName"}
    always = {"VISIT": "Unscheduled 3.1", "EVENT": "Unscheduled", "F": "Vital Signs", "G": "Vital signs", "WEIGHT_UNIT": "kg"}
    assert rows(path, odm(twice), "VS", keys=keys) == [always | {"N": "1", "WEIGHT": "61"}, always | {"N": "2", "WEIGHT": "62"}]


def test_a_visit_that_does_not_repeat_has_its_name_alone(path: Path) -> None:
    """Some systems number it all the same."""
    data = odm(DM.replace('StudyEventOID="SE.1"', 'StudyEventOID="SE.1" StudyEventRepeatKey="1"'))
    assert rows(path, data, "DM", keys={"VISIT": "StudyEventInstance", "N": "StudyEventRepeatKey"})[0]["VISIT"] == "Screening"


def test_an_item_group_of_two_forms_is_read_from_the_one_or_from_both(path: Path) -> None:
    shared = study(METADATA + '<FormDef OID="F.END" Name="End"><ItemGroupRef ItemGroupOID="IG.DM"/></FormDef>')
    data = odm(DM + on_form("F.END", group("IG.DM", {"I.SEX": "M"})), studies=shared)
    assert [row["SEX"] for row in rows(path, data, "F.DM")] == ["F"]
    assert [row["SEX"] for row in rows(path, data, "F.END")] == ["M"]
    assert [row["SEX"] for row in rows(path, data, "IG.DM")] == ["F", "M"]
    both = read_odm_forms(path, {"dm": "F.DM", "end": "F.END"})
    assert {name: file.table["SEX"].to_pylist() for name, file in both.items()} == {"dm": ["F"], "end": ["M"]}


def test_typed_items_are_read_as_plain_ones_and_null_is_missing(path: Path) -> None:
    items = typed("String", "I.TERM", "a < b & c") + '<ItemDataString ItemOID="I.AESEV" IsNull="Yes"/>'
    content = odm(on_form("F.AE", f'<ItemGroupData ItemGroupOID="IG.AE" ItemGroupRepeatKey="1">{items}</ItemGroupData>'))
    assert rows(path, content, "IG.AE", keys={}) == [{"AETERM": "a < b & c"}]
    assert rows(path, odm(on_form("F.DM", group("IG.DM", {"I.SEX": " ", "I.BRTH": None}))), "DM", keys={"S": "SubjectKey"}) == [
        {"S": "001"}
    ]


def test_null_is_no_value_that_a_code_list_should_have(path: Path) -> None:
    path.write_text(odm(on_form("F.DM", group("IG.DM", {"I.SEX": None}))), "utf-8")
    assert read_raw_odm(path, "DM").notes == ()


def test_units_are_those_of_the_data_or_the_only_one_that_there_is(path: Path) -> None:
    unit = '<MeasurementUnitRef MeasurementUnitOID="MU.F"/>'
    measured = group("IG.VS", {"I.TEMP": "97.9", "I.WGT": "61"}).replace('Value="97.9"/>', f'Value="97.9">{unit}</ItemData>')
    data = on_form("F.VS", measured)
    assert rows(path, odm(data), "VS", keys={}) == [{"TEMP": "97.9", "TEMP_UNIT": "F", "WEIGHT": "61", "WEIGHT_UNIT": "kg"}]
    assert rows(path, odm(on_form("F.VS", group("IG.VS", {"I.TEMP": "36.6"}))), "VS", keys={}) == [{"TEMP": "36.6"}]


def test_decodes_stand_beside_the_values_or_in_their_place(path: Path) -> None:
    data = odm(DM + on_form("F.DM", group("IG.DM", {"I.SEX": "U"}), subject="002"))
    assert [row["SEX"] for row in rows(path, data, "DM")] == ["F", "U"]
    assert [row["SEX"] for row in rows(path, data, "DM", decodes=True)] == ["Female", "U"]
    file = read_raw_odm(path, "DM")
    sex = next(variable for variable in file.variables if variable.name == "SEX")
    assert (sex.format, sex.decodes) == ("$SEX.", {"F": "Female", "M": "Male"})
    line = 1 + data[: data.index('Value="U"')].count("\n")
    assert [(note.place.line, note.problem) for note in file.notes] == [(line, "1 value of SEX that code list CL.SEX does not have")]


def test_the_metadata_tell_labels_types_and_lengths(path: Path) -> None:
    path.write_text(odm(DM), "utf-8")
    files = read_odm_forms(path, {"dm": "dm", "vs": "vs"}, OdmOptions(keys={"SUBJECT": "SubjectKey"}))
    told = {v.name: (v.label, v.type, v.length, v.format, v.data_type, v.oid) for file in files.values() for v in file.variables}
    assert told == {
        "SUBJECT": ("SubjectKey", "Char", None, "", "", ""),
        "SEX": ("Sex", "Char", 1, "$SEX.", "text", "I.SEX"),
        "BRTHDAT": ("Date of birth", "Char", None, "", "partialDate", "I.BRTH"),
        "TEMP": ("Temperature", "Num", None, "4.1", "float", "I.TEMP"),
        "TEMP_UNIT": ("Unit of Temperature", "Char", None, "", "", "I.TEMP"),
        "WEIGHT": ("WEIGHT", "Num", None, "3.", "integer", "I.WGT"),
        "WEIGHT_UNIT": ("Unit of WEIGHT", "Char", None, "", "", "I.WGT"),
    }


@pytest.mark.parametrize(("names", "found"), [("sas", ["SEX", "BRTHDAT"]), ("name", ["Sex", "BRTHDAT"]), ("oid", ["I.SEX", "I.BRTH"])])
def test_columns_are_called_by_sas_name_name_or_oid(path: Path, names: str, found: list[str]) -> None:
    assert list(rows(path, odm(DM), "DM", keys={}, names=names)[0]) == found


def test_every_row_knows_its_line_even_behind_the_65535th(path: Path) -> None:
    lines = "\n" * 70_000 + group("IG.AE", {"I.TERM": "Fever"}, repeat="1") + "\n" + group("IG.AE", {"I.TERM": "Rash"}, repeat="2")
    content = odm(on_form("F.AE", lines))
    path.write_text(content, "utf-8")
    file = read_raw_odm(path, "IG.AE")
    first = 1 + content[: content.index("Fever")].count("\n")
    assert first > 70_000
    assert (file.lines.to_pylist(), file.records.to_pylist()) == ([first, first + 1], [1, 2])
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_site_and_investigator_stand_at_the_subject(path: Path) -> None:
    data = DM.replace("<StudyEventData", '<InvestigatorRef UserOID="U.1"/><SiteRef LocationOID="L.1"/><StudyEventData', 1)
    assert rows(path, odm(data), "DM", keys={"SITE": "SiteOID", "INV": "InvestigatorOID"})[0] | {"SEX": "", "BRTHDAT": ""} == {
        "SITE": "L.1", "INV": "U.1", "SEX": "", "BRTHDAT": ""
    }  # fmt: skip


def test_a_subject_has_nothing_of_the_one_before(path: Path) -> None:
    first = DM.replace("<StudyEventData", '<SiteRef LocationOID="L.1"/><StudyEventData', 1).replace(
        "FormOID=", 'FormRepeatKey="4" FormOID='
    )
    second = on_form("F.DM", group("IG.DM", {"I.SEX": "M"}), subject="002")
    keys = {"S": "SubjectKey", "SITE": "SiteOID", "N": "FormRepeatKey"}
    assert rows(path, odm(first + second), "DM", keys=keys)[1] == {"S": "002", "SITE": None, "N": None, "SEX": "M", "BRTHDAT": None}


AUDIT = """<AuditRecord><UserRef UserOID="{0}"/><LocationRef LocationOID="L.1"/><DateTimeStamp>2026-01-0{1}T10:00:00</DateTimeStamp>
<ReasonForChange>typing error</ReasonForChange><SourceID>9</SourceID></AuditRecord>"""


def test_audit_columns_say_who_entered_or_changed_the_record_last(path: Path) -> None:
    form = AUDIT.format("U.FORM", 1)
    item = f'<ItemData ItemOID="I.SEX" Value="F">{AUDIT.format("U.ITEM", 2)}</ItemData>'
    own = on_form("F.DM", f'{form}<ItemGroupData ItemGroupOID="IG.DM">{item}</ItemGroupData>')
    around = on_form("F.DM", form + group("IG.DM", {"I.SEX": "M"}), subject="002")
    nobody = on_form("F.DM", group("IG.DM", {"I.SEX": "M"}), subject="003")
    keys = {
        "WHO": "AuditUserOID",
        "WHEN": "AuditDateTimeStamp",
        "WHERE": "AuditLocationOID",
        "WHY": "AuditReasonForChange",
        "ID": "AuditSourceID",
    }
    said = {"WHERE": "L.1", "WHY": "typing error", "ID": "9"}
    assert rows(path, odm(own + around + nobody), "DM", keys=keys) == [
        said | {"WHO": "U.ITEM", "WHEN": "2026-01-02T10:00:00", "SEX": "F"},
        said | {"WHO": "U.FORM", "WHEN": "2026-01-01T10:00:00", "SEX": "M"},
        dict.fromkeys([*said, "WHO", "WHEN"]) | {"SEX": "M"},
    ]


def test_an_audit_record_may_stand_behind_the_data_that_name_it(path: Path) -> None:
    content = odm(DM.replace('ItemGroupOID="IG.DM"', 'ItemGroupOID="IG.DM" AuditRecordID="A.1"'))
    record = AUDIT.format("U.1", 1).replace("<AuditRecord>", '<AuditRecord ID="A.1" EditPoint="Monitoring">')
    content = content.replace("</ClinicalData>", f"<AuditRecords>{record}</AuditRecords></ClinicalData>")
    assert rows(path, content, "DM", keys={"WHO": "AuditUserOID"})[0]["WHO"] == "U.1"


def test_a_version_includes_another_and_data_name_theirs(path: Path) -> None:
    later = """<Include StudyOID="S" MetaDataVersionOID="V1"/>
      <ItemGroupDef OID="IG.DM" Name="Demographics" Repeating="No"><ItemRef ItemOID="I.SEX"/><ItemRef ItemOID="I.RACE"/></ItemGroupDef>
      <ItemDef OID="I.RACE" Name="RACE" DataType="text" Length="40"/>"""
    both = study() + study(later, "V2")
    new = on_form("F.DM", group("IG.DM", {"I.SEX": "M", "I.RACE": "ASIAN"}), subject="002")
    content = odm(DM, studies=both).replace("</ODM>", f'<ClinicalData StudyOID="S" MetaDataVersionOID="V2">{new}</ClinicalData></ODM>')
    keys = {"S": "SubjectKey", "V": "MetaDataVersionOID"}
    assert rows(path, content, "DM", keys=keys) == [
        {"S": "001", "V": "V1", "SEX": "F", "BRTHDAT": "1970-03", "RACE": None},
        {"S": "002", "V": "V2", "SEX": "M", "BRTHDAT": None, "RACE": "ASIAN"},
    ]


def test_the_metadata_may_be_in_another_file(path: Path, tmp_path: Path) -> None:
    (tmp_path / "meta.xml").write_text(odm(""), "utf-8")
    assert odm_forms(tmp_path / "meta.xml") == ("F.DM", "F.VS", "F.AE")
    assert rows(path, odm(DM, studies=""), "DM", keys={}, metadata=tmp_path / "meta.xml") == [{"SEX": "F", "BRTHDAT": "1970-03"}]


def test_reference_data_have_no_subject(path: Path) -> None:
    norms = f'<ReferenceData StudyOID="S" MetaDataVersionOID="V1">{group("IG.AE", {"I.TERM": "Norm"}, repeat="1")}</ReferenceData>'
    assert rows(path, odm("").replace("</ODM>", norms + "</ODM>"), "IG.AE") == [
        {"ItemGroupOID": "IG.AE", "ItemGroupRepeatKey": "1", "AETERM": "Norm"}
    ]


def test_elements_of_vendors_are_passed_over(path: Path) -> None:
    root = ROOT + ' xmlns:v="http://vendor.example/odm"'
    data = DM.replace("<FormData", '<v:Query><v:ItemData ItemOID="I.SEX" Value="M"/></v:Query><FormData', 1).replace(
        "SubjectKey=", 'v:Id="7" SubjectKey='
    )
    assert rows(path, odm(data, root=root), "DM", keys={}) == [{"SEX": "F", "BRTHDAT": "1970-03"}]


def test_other_prefixes_other_encodings_and_odm_1_2_are_read(path: Path) -> None:
    prefixed = re.sub(r"<(/?)([A-Z])", r"<\1odm:\2", odm(DM)).replace("xmlns=", "xmlns:odm=")
    assert rows(path, prefixed, "DM", keys={})[0]["SEX"] == "F"
    assert (
        rows(path, odm(DM).replace("odm/v1.3", "odm/v1.2").replace('ODMVersion="1.3.2"', 'ODMVersion="1.2.1"'), "DM", keys={})[0]["SEX"]
        == "F"
    )
    chinese = odm(AE.replace("Fever", "发热"))
    for encoding in ("utf-16", "gb18030", "utf-8-sig"):
        path.write_bytes(chinese.replace("UTF-8", encoding.removesuffix("-sig").upper()).encode(encoding))
        assert read_raw_odm(path, "IG.AE", OdmOptions(keys={})).table["AETERM"].to_pylist() == ["发热", "Rash"]


def test_what_is_not_read_is_told(path: Path) -> None:
    content = odm(DM.replace("</FormData>", "<Annotation SeqNum='1'><Comment>late</Comment></Annotation></FormData>"))
    content = content.replace("</ODM>", '<Association StudyOID="S" MetaDataVersionOID="V1"><KeySet StudyOID="S"/></Association></ODM>')
    path.write_text(content, "utf-8")
    told = ["annotations and comments are not read", "associations are not read"]
    files = read_odm_forms(path, {"dm": "DM", "ae": "AE"})
    assert [[note.problem for note in file.notes] for file in files.values()] == [told, []]


def test_forms_without_records_have_their_columns(path: Path) -> None:
    path.write_text(odm(DM), "utf-8")
    assert read_raw_odm(path, "AE", OdmOptions(keys={"S": "SubjectKey"})).table.to_pydict() == {
        "S": [],
        "AEYN": [],
        "AETERM": [],
        "AESEV": [],
    }
