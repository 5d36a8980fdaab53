"""What is wrong in a define.xml is told by place, subject and problem, and read all the same: by broken copies of a sound file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from schemas import canonical

from clintrail.define.model import DefineDocument
from clintrail.define.read.document import read_define
from clintrail.define.render import render_define
from clintrail.errors import Severity

E, W = Severity.ERROR, Severity.WARNING


@dataclass(frozen=True)
class Fault:
    """What the sound file holds, what stands there instead, and what is told of it. `kept`: it is written back as it was."""

    before: str
    after: str
    subject: str
    problem: str
    severity: Severity = E
    kept: bool = True


SEX = '<ItemRef ItemOID="IT.DM.SEX" OrderNumber="3"'
TEMP = 'ItemOID="IT.VS.VSORRES.VSTESTCD.EQ.TEMP" OrderNumber="1"'
FAULTS = {
    # references to nothing
    "codelist": Fault('"CL.SEX"/>', '"CL.SEXX"/>', "IT.DM.SEX", "CodeListOID refers to CL.SEXX, but no CodeList has this OID"),
    "method": Fault('MethodOID="MT.DM.RFSTDTC"', 'MethodOID="M1"', "IG.DM", "MethodOID refers to M1, but no MethodDef has this OID"),
    "comment of a dataset": Fault('def:CommentOID="COM.VS"', 'def:CommentOID="C"', "IG.VS", "def:CommentOID refers to C,"),
    "comment of an item": Fault('def:CommentOID="COM.BP"', 'def:CommentOID="C"', "IT.VS.VSNEW", "def:CommentOID refers to C,"),
    "variable": Fault(SEX, SEX.replace("SEX", "SEXX"), "IG.DM", "ItemOID refers to IT.DM.SEXX, but no ItemDef has this OID", kept=False),
    "variable of a strange name": Fault(SEX, SEX.replace("IT.DM.SEX", "sex"), "IG.DM", "ItemOID refers to sex,", kept=False),
    "value-level item": Fault(TEMP, 'ItemOID="IT.X" OrderNumber="1"', "VL.VS.VSORRES", "ItemOID refers to IT.X,", kept=False),
    "where clause": Fault('"WC.VS.VSTESTCD.EQ.PULSE"/>', '"WC.X"/>', "VL.VS.VSORRES", "WhereClauseOID refers to WC.X,"),
    "variable of a condition": Fault(
        'def:ItemOID="IT.DM.SEX"', 'def:ItemOID="IT.DM.SEXX"', "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.NE.F", "def:ItemOID refers to IT.DM.SEXX,"
    ),
    "document": Fault('<def:DocumentRef leafID="LF.acrf"><', '<def:DocumentRef leafID="LF.X"><', "IT.DM.SEX", "leafID refers to LF.X,"),
    "supplement": Fault(
        '<def:DocumentRef leafID="LF.csdrg"/>\n      </def:Sup',
        '<def:DocumentRef leafID="LF.csdrg"/><def:DocumentRef leafID="X"/>\n      </def:Sup',
        "MDV.ST.MELASMA.Data-Definitions",
        "leafID refers to X,",
    ),
    "roles": Fault('"CL.ROLE"', '"CL.ROLES"', "IG.DM", "RoleCodeListOID refers to CL.ROLES,"),
    "parameter of a result": Fault('ParameterOID="IT.VS.VSTESTCD"', 'ParameterOID="P"', "AR.Table-14.2.R1", "ParameterOID refers to P,"),
    "dataset of a result": Fault('ItemGroupOID="IG.DM"', 'ItemGroupOID="IG.DMM"', "AR.Table-14.2.R1", "ItemGroupOID refers to IG.DMM,"),
    "variable of a result": Fault(
        '<arm:AnalysisVariable ItemOID="IT.VS.VSSTRESN"', '<arm:AnalysisVariable ItemOID="IT.VS.N"', "AR.Table-14.2.R1", "ItemOID refers to IT.VS.N,"
    ),
    "comment on a join": Fault(
        '<arm:AnalysisDatasets def:CommentOID="COM.JOIN"', '<arm:AnalysisDatasets def:CommentOID="J"', "AR.Table-14.2.R1", "def:CommentOID refers to J,"
    ),
    "value list": Fault('ValueListOID="VL.VS.VSORRES"', 'ValueListOID="VL.X"', "IT.VS.VSORRES", "ValueListOID refers to VL.X,", kept=False),
    "standard": Fault('def:StandardOID="STD.SDTMIG.3.4"', 'def:StandardOID="S"', "IG.DM", "def:StandardOID refers to S,", kept=False),
    "file": Fault('def:ArchiveLocationID="LF.IG.DM"', 'def:ArchiveLocationID="L"', "IG.DM", "def:ArchiveLocationID refers to L,", kept=False),
    # numbers
    "length": Fault(' Length="1"', ' Length="one"', "IT.DM.SEX", "Length is no whole number: one", kept=False),
    "key sequence": Fault('KeySequence="2"', 'KeySequence="3"', "IG.DM", "key sequence 1, 3", kept=False),
    "order numbers": Fault(
        'ItemOID="IT.DM.SEX" OrderNumber="3"', 'ItemOID="IT.DM.SEX" OrderNumber="2"', "IG.DM", "order numbers are missing or stand twice", W, False
    ),
    "pages": Fault('PageRefs="7 9"', 'PageRefs="7 ix"', "IT.DM.SEX", "pages that are no numbers: 7 ix", W),
    "half a range": Fault('FirstPage="2" LastPage="5"', 'FirstPage="2"', "COM.CT", "a range of pages needs a first and a last page"),
    "no pages": Fault('PageRefs="7 9" ', "", "IT.DM.SEX", "a page reference without pages is not kept", kept=False),
    # words
    "data type": Fault('DataType="datetime"', 'DataType="datum"', "IT.DM.RFSTDTC", "DataType datum is not known"),
    "no data type": Fault(' DataType="datetime"', "", "IT.DM.RFSTDTC", "DataType is not given", kept=False),
    "origin": Fault('Type="Not Available"', 'Type="None"', "IT.DM.DTHDTC", "no origin type None"),
    "origin of version 2.0": Fault('Type="Not Available"', 'Type="CRF"', "IT.DM.DTHDTC", "no origin type CRF", kept=False),
    "source": Fault('Source="Investigator"', 'Source="Nurse"', "IT.DM.SEX", "Source Nurse is not known"),
    "comparator": Fault('Comparator="NE"', 'Comparator="NEQ"', "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.NE.F", "Comparator NEQ is not known"),
    "method type": Fault('Type="Imputation"', 'Type="Guess"', "MT.DM.RFSTDTC", "Type Guess is not known"),
    "purpose": Fault('Purpose="Tabulation"', 'Purpose="Table"', "IG.DM", "Purpose Table is not known"),
    "yes or no": Fault('Repeating="No"', 'Repeating="Maybe"', "IG.DM", "Repeating is neither Yes nor No: Maybe", kept=False),
    "no decode": Fault("<Decode><TranslatedText xml:lang=\"en\">Male</TranslatedText></Decode>", "", "CL.SEX", "no decode of M", W, False),
    # definitions
    "two of an OID": Fault('CodeList OID="CL.VSTESTCD"', 'CodeList OID="CL.SEX"', "CL.SEX", "2 definitions CodeList have the OID CL.SEX"),
    "no OID": Fault('def:CommentDef OID="COM.BP"', "def:CommentDef", "MDV.ST.MELASMA.Data-Definitions", "a def:CommentDef without OID", kept=False),
    "two variables of a name": Fault('Name="SEX"', 'Name="COUNTRY"', "IG.DM", "2 variables COUNTRY; they are written back as the first", kept=False),
    "two datasets of a name": Fault('OID="IG.VS" Name="VS"', 'OID="IG.VS" Name="DM"', "IG.VS", "a second dataset DM;", kept=False),
    "an item without where clause": Fault(
        f'{TEMP} Mandatory="Yes">\n          <def:WhereClauseRef WhereClauseOID="WC.VS.VSTESTCD.EQ.TEMP"/>',
        f'{TEMP} Mandatory="Yes">',
        "VL.VS.VSORRES",
        "no where clause says when the item applies",
    ),
    "a condition on a value-level item": Fault(
        'def:ItemOID="IT.DM.SEX"',
        'def:ItemOID="IT.VS.VSORRES.VSTESTCD.EQ.TEMP"',
        "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.NE.F",
        "the condition is on IT.VS.VSORRES.VSTESTCD.EQ.TEMP, which is no variable of a dataset",
    ),
    "an item that nothing refers to": Fault(
        '<ItemDef OID="IT.DM.SEX"', '<ItemDef OID="X" Name="X" DataType="date"/><ItemDef OID="IT.DM.SEX"', "X", "nothing refers to this ItemDef", W, False
    ),
    "a value list that no variable has": Fault(
        '<def:ValueListRef ValueListOID="VL.VS.VSORRES"/>', "", "VL.VS.VSORRES", "nothing refers to this def:ValueListDef; it is not kept", W, False
    ),
    "a leaf elsewhere": Fault(
        'def:ArchiveLocationID="LF.IG.DM"', 'def:ArchiveLocationID="LF.acrf"', "IG.DM", "the leaf LF.acrf does not stand in the dataset", W, False
    ),
    "a leaf that is not named": Fault(' def:ArchiveLocationID="LF.IG.DM"', "", "IG.DM", "a leaf that def:ArchiveLocationID does not name", W, False),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_by_its_place_and_read(case: str, written: Path) -> None:
    fault = FAULTS[case]
    sound = written.read_text(encoding="utf-8")
    assert sound.count(fault.before), fault.before
    broken = sound.replace(fault.before, fault.after, 1)
    written.write_text(broken, encoding="utf-8")
    read = read_define(written)
    found = [p for p in read.problems if (p.subject, p.severity) == (fault.subject, fault.severity) and p.problem.startswith(fault.problem)]
    assert found, [str(problem) for problem in read.problems]
    assert all(problem.fix and problem.place.path == str(written) for problem in found)
    lines = broken.splitlines()
    told = [lines[problem.place.line - 1] for problem in found]
    assert fault.after == "" or any(fault.subject in line or fault.after.splitlines()[0] in line for line in told)
    came_back = canonical(render_define(read.document)) == canonical(broken.encode())
    assert came_back == fault.kept


def test_a_sound_file_has_no_problems(written: Path, document: DefineDocument) -> None:
    assert read_define(written).problems == ()


def test_references_to_nothing_are_held_by_name(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    cases = ("method", "variable", "where clause", "value-level item")
    for case in cases:
        text = text.replace(FAULTS[case].before, FAULTS[case].after, 1)
    written.write_text(text, encoding="utf-8")
    document = read_define(written).document
    dm, vs, _ = document.datasets
    assert (dm.variables[2].name, dm.variables[2].data_type) == ("SEXX", "")
    assert dm.variables[4].method == "M1"
    (values,) = [variable.values for variable in vs.variables if variable.name == "VSORRES"]
    assert (values[1].where[1].id, values[1].where[1].checks) == ("X", ())
    assert (values[0].name, values[0].data_type) == ("IT.X", "")
    back = render_define(document).decode()
    assert all(FAULTS[case].after in back for case in cases) and back.count('"IT.DM.SEXX"') == back.count('"IT.X"') == 1
