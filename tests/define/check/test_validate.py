"""What is wrong with a define.xml is found, each kind by a broken copy of the valid document."""

from __future__ import annotations

import importlib.util
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from clintrail.define.check import validate
from clintrail.define.check.references import CHECKS
from clintrail.define.check.rules import RULES
from clintrail.define.check.validate import stylesheet_path, validate_define
from clintrail.errors import Problems, Severity

SCHEMA = "not as the schema wants it: "

# what is tried: what the valid file holds, what stands there instead, then: subject, problem
BROKEN = {
    "oids_are_unique": (
        'CommentDef OID="COM.BP"',
        'CommentDef OID="CL.SEX"',
        "CL.SEX",
        "2 definitions have this OID",
    ),
    "references_exist": (
        '<CodeListRef CodeListOID="CL.SEX"/>',
        '<CodeListRef CodeListOID="CL.SEXX"/>',
        "IT.DM.SEX",
        "CodeListOID refers to CL.SEXX, but no CodeList has this OID",
    ),
    "references_exist: leaf": (
        '<def:DocumentRef leafID="LF.acrf"><def:PDFPageRef PageRefs="7 9"',
        '<def:DocumentRef leafID="LF.crf"><def:PDFPageRef PageRefs="7 9"',
        "IT.DM.SEX",
        "leafID refers to LF.crf, but no def:leaf has this OID",
    ),
    "definitions_are_used": (
        '<CodeListRef CodeListOID="CL.ISO3166"/>',
        "",
        "CL.ISO3166",
        "this CodeList is never referred to",
    ),
    "derived_has_method": (
        'MethodOID="MT.DM.RFSTDTC"',
        "",
        "IT.DM.RFSTDTC",
        "Derived, but without a method",
    ),
    "derived_has_method: neither variable nor values": (
        'ItemOID="IT.VS.VSSTRESN.VSTESTCD.EQ.TEMP" OrderNumber="1" Mandatory="No" MethodOID="MT.VSORRES.BP"',
        'ItemOID="IT.VS.VSSTRESN.VSTESTCD.EQ.TEMP" OrderNumber="1" Mandatory="No"',
        "IT.VS.VSSTRESN",
        "Derived, but without a method",
    ),
    "method_has_words": (">Sitting<", "> <", "COM.BP", "the description is empty"),
    "origin_is_stated": ('<def:Origin Type="Not Available"/>', "", "IT.DM.DTHDTC", "no origin"),
    "origin_is_stated: predecessor": (
        '<Description><TranslatedText xml:lang="en">DM.USUBJID</TranslatedText></Description>',
        "",
        "IT.VS.USUBJID",
        "the predecessor is not named",
    ),
    "origin_is_stated: source": (
        '<def:Origin Type="Assigned" Source="Sponsor"/>',
        '<def:Origin Type="Assigned"/>',
        "IT.DM.COUNTRY",
        "origin Assigned without a source",
    ),
    "where_clause_is_sound": (
        'Comparator="NE" SoftHard="Soft" def:ItemOID="IT.DM.SEX"',
        'Comparator="NE" SoftHard="Soft" def:ItemOID="IT.VS.VSORRES.VSTESTCD.EQ.TEMP"',
        "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.NE.F",
        "the condition is on IT.VS.VSORRES.VSTESTCD.EQ.TEMP, which is no variable of a dataset",
    ),
    "where_clause_is_sound: number of values": (
        'Comparator="IN"',
        'Comparator="EQ"',
        "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.NE.F",
        "EQ with 2 values",
    ),
    "where_clause_is_sound: codelist": (
        "<CheckValue>PULSE<",
        "<CheckValue>PULS<",
        "WC.VS.VSTESTCD.EQ.PULSE",
        "not in the codelist of IT.VS.VSTESTCD: PULS",
    ),
    "join_is_explained": (
        'DM.SEX.NE.F" def:CommentOID="COM.JOIN"',
        'DM.SEX.NE.F"',
        "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.NE.F",
        "a condition on another dataset, without a comment",
    ),
    "keys_are_counted": (
        'Mandatory="Yes" KeySequence="2" Role',
        'Mandatory="Yes" KeySequence="3" Role',
        "IG.VS",
        "key sequence 1, 3",
    ),
    "keys_are_counted: none": (
        'ItemOID="IT.ADTTE.USUBJID" OrderNumber="1" Mandatory="No" KeySequence="1"',
        'ItemOID="IT.ADTTE.USUBJID" OrderNumber="1" Mandatory="No"',
        "IG.ADTTE",
        "no key variables",
    ),
    "keys_are_counted: order": (
        'ItemOID="IT.ADTTE.USUBJID" OrderNumber="1"',
        'ItemOID="IT.ADTTE.USUBJID" OrderNumber="2"',
        "IG.ADTTE",
        "order numbers 2",
    ),
    "length_fits_type": ('DataType="text" Length="1"', 'DataType="text"', "IT.DM.SEX", "data type text needs a Length"),
    "length_fits_type: date": ('DataType="date"', 'DataType="date" Length="10"', "IT.DM.DTHDTC", "data type date has no Length"),
    "length_fits_type: float": (
        'Length="8" SignificantDigits="2" SASFieldName="VSSTRESN" def:DisplayFormat',
        'Length="8" SASFieldName="VSSTRESN" def:DisplayFormat',
        "IT.VS.VSSTRESN",
        "data type float needs SignificantDigits",
    ),
    "length_fits_type: integer": (
        'DataType="integer" Length="3"',
        'DataType="integer" Length="3" SignificantDigits="0"',
        "IT.VS.VSORRES.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.NE.F.VSTESTCD.EQ.PULSE.57e7a864",
        "data type integer has no SignificantDigits",
    ),
    "codelist_fits_type": (
        '<CodeList OID="CL.SEX" Name="Sex" DataType="text"',
        '<CodeList OID="CL.SEX" Name="Sex" DataType="integer"',
        "IT.DM.SEX",
        "data type text, but its codelist CL.SEX has integer",
    ),
    "standard_is_stated": (
        'def:IsNonStandard="Yes" def:HasNoData="Yes" def:CommentOID="COM.VS"',
        'def:HasNoData="Yes" def:CommentOID="COM.VS"',
        "IG.ADTTE",
        "neither or both of a standard and def:IsNonStandard",
    ),
    "standard_is_stated: publishing set": (
        ' PublishingSet="SDTM"',
        "",
        "STD.CT.SDTM.2025-03-28",
        "terminology, and nothing else, has a PublishingSet",
    ),
    "file_is_named": (
        '<def:leaf ID="LF.IG.DM" xlink:href="dm.xpt"><def:title>dm.xpt</def:title></def:leaf>',
        "",
        "IG.DM",
        "the dataset's file is not named in it",
    ),
    "schema: an unknown data type": (
        'DataType="datetime"',
        'DataType="datum"',
        "IT.DM.RFSTDTC",
        SCHEMA + "Element 'ItemDef', attribute 'DataType': [facet 'enumeration'] The value 'datum' is not",
    ),
    "schema: an unknown class": ('Name="FINDINGS"', 'Name="FINDING"', "IG.VS", SCHEMA + "Element 'Class', attribute 'Name':"),
    "schema: an element that is missing": (
        "<ProtocolName>Mélasma-1</ProtocolName>",
        "",
        "ST.MELASMA",
        SCHEMA + "Element 'GlobalVariables': Missing child element(s). Expected is ( ProtocolName ).",
    ),
    "schema: a time that is none": (
        "2025-01-31T08:00:00",
        "31JAN2025",
        "",
        SCHEMA + "Element 'ODM', attribute 'CreationDateTime'",
    ),
}


def break_it(path: Path, before: str, after: str) -> list[str]:
    """Replaces the first place that holds `before` and gives the lines of the file."""
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_define_is_told_by_place_subject_and_problem(case: str, written: Path) -> None:
    before, after, subject, problem = BROKEN[case]
    lines = break_it(written, before, after)
    found = [p for p in validate_define(written) if p.subject == subject and p.problem.startswith(problem)]
    assert found, [str(p) for p in validate_define(written)]
    assert all(p.fix and p.place.path == str(written) for p in found)
    if after:
        near = "\n".join(line for p in found for line in lines[p.place.line - 4 : p.place.line + 2])
        assert subject in near or after in near


def test_every_check_and_rule_has_a_broken_case() -> None:
    assert {check.__name__ for check in (*CHECKS, *RULES)} <= {case.split(":")[0] for case in BROKEN}


def test_what_is_only_unusual_is_a_warning(written: Path) -> None:
    break_it(written, *BROKEN["definitions_are_used"][:2])
    assert [p.severity for p in validate_define(written)] == [Severity.WARNING]


def test_a_reference_with_a_typing_error_is_told_what_was_meant(written: Path) -> None:
    break_it(written, *BROKEN["references_exist"][:2])
    (problem, _unused) = validate_define(written)
    assert problem.fix == "define it, or refer to CL.SEX"


def test_a_document_that_is_not_xml_is_one_problem_with_its_line(written: Path) -> None:
    break_it(written, "</GlobalVariables>", "</Global>")
    (problem,) = validate_define(written)
    assert problem.place.line == 9 and problem.problem.startswith("not well-formed XML")


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    (problem,) = validate_define(tmp_path / "define.xml")
    assert problem.problem == "the file cannot be read"


def test_entities_are_refused_and_never_read(written: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    doctype = f'<!DOCTYPE ODM [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]><ODM '
    break_it(written, "<ODM ", doctype)
    break_it(written, "<StudyName>MELASMA", "<StudyName>&x;")
    (problem,) = validate_define(written)
    assert problem.problem == "a DOCTYPE, which can hold entities" and "secret" not in str(problem).replace(str(tmp_path), "")


def test_nothing_is_fetched_from_the_network(written: Path) -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    break_it(written, "<ODM ", f'<!DOCTYPE ODM SYSTEM "http://127.0.0.1:{server.server_port}/odm.dtd"><ODM ')
    assert [p.problem for p in validate_define(written)] == ["a DOCTYPE, which can hold entities"]
    server.shutdown()
    assert asked == []


def test_without_defineutils_the_user_is_told_what_to_install(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    validate._schema.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for call in (stylesheet_path, lambda: validate_define(written)):
        with pytest.raises(Problems) as raised:
            call()
        (problem,) = raised.value.problems
        assert problem.subject == "defineutils" and problem.fix == "pip install 'defineutils>=0.2'"


def test_the_stylesheet_is_the_one_that_define_xml_names() -> None:
    from clintrail.define.render import STYLESHEET

    assert stylesheet_path().name == STYLESHEET
