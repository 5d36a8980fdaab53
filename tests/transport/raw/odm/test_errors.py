"""What is wrong with an ODM file is told with its line, all at once, and without any value of a record."""

from __future__ import annotations

from pathlib import Path

import pytest
from odm_files import METADATA, ROOT, group, odm, on_form, study

from clintrail.errors import Problems
from clintrail.transport.raw.odm import OdmOptions, read_odm_forms

SECRET = "SECRET-7"
SMALL = """<StudyEventDef OID="SE.1" Name="Screening"/><FormDef OID="F.DM" Name="DM"><ItemGroupRef ItemGroupOID="IG.DM"/></FormDef>
<ItemGroupDef OID="IG.DM" Name="DM"><ItemRef ItemOID="I.SEX"/></ItemGroupDef><ItemDef OID="I.SEX" Name="SEX" DataType="text"/>"""
DM = on_form("F.DM", group("IG.DM", {"I.SEX": "F"}))


def problems(path: Path, content: str | bytes, form: str = "DM", **options: object) -> list[tuple[str, int]]:
    """Problem and line."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Problems) as caught:
        read_odm_forms(path, {form.lower(): form}, OdmOptions(**options))  # type: ignore[arg-type]
    assert all(p.place.path == str(path) and p.fix and SECRET not in str(p) for p in caught.value.problems)
    return [(p.problem, p.place.line) for p in caught.value.problems]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.xml"


def line_of(content: str, text: str) -> int:
    return 1 + content[: content.index(text)].count("\n")


def test_oids_that_nothing_defines_are_told_each_once_at_their_first_line(path: Path) -> None:
    data = "\n".join(
        [
            on_form("F.DM", group("IG.DM", {"I.SEX": SECRET, "I.SEXX": SECRET}), subject=SECRET),
            on_form("F.DM", group("IG.DM", {"I.SEXX": SECRET}), event="SE.9", subject="003"),
            on_form("F.XX", group("IG.XX"), subject="004"),
            on_form("F.XX", group("IG.XX"), subject="005"),
        ]
    )
    content = odm(data)
    assert problems(path, content) == [
        ("the metadata define no ItemOID I.SEXX", line_of(content, "I.SEXX")),
        ("the metadata define no StudyEventOID SE.9", line_of(content, "SE.9")),
        ("the metadata define no FormOID F.XX (2 times)", line_of(content, "F.XX")),
        ("the metadata define no ItemGroupOID IG.XX (2 times)", line_of(content, "IG.XX")),
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (on_form("F.DM", group("IG.DM", {"I.TERM": SECRET})), "item I.TERM is no part of item group IG.DM"),
        (on_form("F.DM", group("IG.VS", {"I.WGT": SECRET})), "item group IG.VS is on form F.DM, of which it is no part"),
        (
            on_form("F.DM", group("IG.DM", {"I.SEX": SECRET}).replace("</ItemG", f'<ItemData ItemOID="I.SEX" Value="{SECRET}"/></ItemG')),
            "item I.SEX comes twice in one IG.DM",
        ),
        (
            f'<SubjectData SubjectKey="{SECRET}"><FormData FormOID="F.DM"/></SubjectData>',
            "FormData stands where it does not belong, in SubjectData",
        ),
        ('<SubjectData><StudyEventData StudyEventOID="SE.1"/></SubjectData>', "SubjectData has no SubjectKey"),
    ],
)
def test_data_that_do_not_fit_the_metadata(path: Path, data: str, problem: str) -> None:
    assert [told for told, _ in problems(path, odm(data))] == [problem]


def test_two_records_with_the_same_keys_are_told_with_both_lines(path: Path) -> None:
    line = group("IG.AE", {"I.TERM": SECRET}, repeat=SECRET)
    content = odm(on_form("F.AE", f"{line}\n{line}", subject=SECRET))
    first = line_of(content, line)
    assert problems(path, content, "AE") == [(f"a record of IG.AE has the same keys as that of line {first}", first + 1)]
    one, two = group("IG.DM", repeat="1"), group("IG.DM", repeat="2")
    twice = odm(on_form("F.DM", f"{one}\n{two}"))
    assert problems(path, twice) == [(f"a record of IG.DM is on the same form as that of line {line_of(twice, one)}", line_of(twice, two))]


def test_a_form_that_is_not_there_is_told_with_the_nearest_one(path: Path) -> None:
    path.write_text(odm(DM), "utf-8")
    with pytest.raises(Problems) as caught:
        read_odm_forms(path, {"dm": "Demografics", "vs": "VS", "lb": "LB"})
    assert [(p.subject, p.problem, p.fix) for p in caught.value.problems] == [
        ("dm", "the file has no form or item group Demografics", "did you mean Demographics?"),
        ("lb", "the file has no form or item group LB", "write form: and the OID of one of the file's forms or item groups"),
    ]


def test_a_name_of_two_things_and_a_form_of_two_kinds_of_lines_are_told(path: Path) -> None:
    two = METADATA + '<FormDef OID="F2.DM" Name="More" Repeating="No"/>'
    assert problems(path, odm(DM, studies=study(two))) == [("DM names 2 things in the file: F.DM, F2.DM", 0)]
    lines = METADATA.replace('OID="IG.ANY" Name="Any event" Repeating="No"', 'OID="IG.ANY" Name="Any event" Repeating="Yes"')
    assert problems(path, odm(DM, studies=study(lines)), "AE") == [("the form F.AE has 2 item groups that repeat: IG.ANY, IG.AE", 0)]


def test_items_that_would_be_one_column_are_told(path: Path) -> None:
    same = METADATA.replace('Name="BRTHDAT"', 'Name="sex"')
    assert problems(path, odm(DM, studies=study(same))) == [("I.SEX and I.BRTH would both be the column sex", 0)]
    assert problems(path, odm(DM), keys={"SEX": "SubjectKey"}) == [("the key SEX and I.SEX would both be the column SEX", 0)]
    assert problems(path, odm(DM), keys={"SUBJECT": "SubjectID"}) == [("ODM has no key SubjectID", 0)]


def test_metadata_that_are_not_there_are_named(path: Path) -> None:
    missing = "the metadata version V9 of study S, which the data need, is not in the file"
    content = odm(DM, version="V9")
    assert problems(path, content) == [(missing, line_of(content, "<ClinicalData"))]
    included = odm(DM, studies=study('<Include StudyOID="S" MetaDataVersionOID="V9"/>' + METADATA))
    assert problems(path, included) == [(missing, line_of(included, "<ClinicalData"))]
    undefined = METADATA.replace('ItemDef OID="I.BRTH"', 'ItemDef OID="I.BIRTH"')
    assert problems(path, odm(DM, studies=study(undefined))) == [("item group IG.DM has an item I.BRTH that the metadata do not define", 0)]
    assert problems(path, odm("")) == [("the file holds no clinical data", 0)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"SUBJECT,SEX\n1,F\n", "not well-formed XML: syntax error"),
        (b"<html/>", "this is no ODM file: its root is html"),
        (b"<ODM/>", "this is no ODM 1.3 file: it is of no namespace"),
        (b'<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0" ODMVersion="2.0"/>', "this is no ODM 1.3 file: it is of the namespace "
         "'http://www.cdisc.org/ns/odm/v2.0', ODMVersion 2.0"),
        (f'<ODM {ROOT.replace("1.3.2", "2.0")}/>'.encode(), "the file is ODM 2.0, which is not read here"),
        (odm(DM).replace("UTF-8", "U" * 60).encode(), "the file says that its encoding is an unusual one, which is not known here"),
        (odm(DM).replace("UTF-8", "UTF--").encode(), "the file says that its encoding is UTF--, which is not known here"),
        (odm(DM).replace('"1.0"', '"1.."').encode(), "XML of the version '1..'"),
        (odm(DM).replace("UTF-8", "EBCDIC-7").encode(), "the file says that its encoding is EBCDIC-7, which is not known here"),
        (odm(DM).replace('Value="F"', 'Value="\xff"').encode("latin-1"), "not well-formed XML: not well-formed (invalid token)"),
        (odm(DM).replace("UTF-8", "GB18030").encode() + b"\xff", "bytes behind this line that are not text of the encoding that the file "
         "states"),
    ],
)  # fmt: skip
def test_files_that_are_no_odm_are_told_what_they_are(path: Path, content: bytes, problem: str) -> None:
    assert [told for told, _ in problems(path, content)] == [problem]


def test_a_file_that_stops_anywhere_is_an_error_and_never_a_short_table(path: Path) -> None:
    small = f'<Study OID="S"><MetaDataVersion OID="V1">{SMALL}</MetaDataVersion></Study>'
    content = odm(DM + on_form("F.DM", group("IG.DM", {"I.SEX": "M"}), subject="002"), studies=small).encode()
    for length in range(len(content)):
        found = problems(path, content[:length])
        assert len(found) == 1
        assert found[0][0] in ("the file is empty", "the XML stops in the middle"), length
