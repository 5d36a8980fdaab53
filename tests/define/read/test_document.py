"""Reading define.xml 2.0 and 2.1: what cannot be kept is told, what is no define.xml is refused, shared definitions are sorted out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from big import big_document
from schemas import canonical

from clintrail.define.model import CodeList, DefineDocument, Document, DocumentRef, Method, RangeCheck, Standard, Term, WhereClause
from clintrail.define.read.document import read_define
from clintrail.define.render import render_define
from clintrail.errors import Problems, Severity


def changed(path: Path, *changes: tuple[str, str]) -> Path:
    """The file with the first of each thing replaced."""
    text = path.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    path.write_text(text, encoding="utf-8")
    return path


def told(path: Path, severity: Severity = Severity.NOTE) -> list[tuple[str, str]]:
    """Subjects and problems of a severity, which are all that there are."""
    problems = read_define(path).problems
    assert {problem.severity for problem in problems} <= {severity}
    return [(problem.subject, problem.problem) for problem in problems]


# What cannot be kept

NOT_KEPT = {
    "an attribute of a vendor": (
        ' Name="SEX"', ' Name="SEX" xmlns:v="urn:v" v:tool="7"', "IT.DM.SEX", "attribute {urn:v}tool of ItemDef is not kept"
    ),
    "an element of a vendor": (
        '<CodeListRef CodeListOID="CL.SEX"/>', '<CodeListRef CodeListOID="CL.SEX"/><v:x xmlns:v="urn:v"><v:y/></v:x>', "IT.DM.SEX",
        "{urn:v}x in ItemDef is not kept",
    ),
    "an element of ODM that Define-XML does not use": (
        "<MethodDef ", '<ConditionDef OID="C1" Name="x"/><MethodDef ', "C1", "ConditionDef in MetaDataVersion is not kept"
    ),
    "an element of another version": (
        "<MethodDef ", '<x:ValueListDef xmlns:x="http://www.cdisc.org/ns/def/v3.0" OID="V"/><MethodDef ', "V",
        "{http://www.cdisc.org/ns/def/v3.0}ValueListDef in MetaDataVersion is not kept",
    ),
    "an element without namespace": (
        "<MethodDef ", '<MethodDef xmlns="" OID="M"/><MethodDef ', "M", "MethodDef without a namespace in MetaDataVersion is not kept"
    ),
    "a second language": (
        ">Sex</TranslatedText>", '>Sex</TranslatedText><TranslatedText xml:lang="de">Geschlecht</TranslatedText>', "IT.DM.SEX",
        "a second text, in language de, is not kept",
    ),
    "another language": ('xml:lang="en">Sex<', 'xml:lang="de">Sex<', "IT.DM.SEX", "read as en, though its language is de"),
    "an alias": (
        '<Alias Name="C66731" Context="nci:ExtCodeID"/>', '<Alias Name="C66731" Context="nci:ExtCodeID"/><Alias Context="SAS" Name="$SX"/>',
        "CL.SEX", "an alias of context SAS is not kept",
    ),
    "a hard check": ('SoftHard="Soft"', 'SoftHard="Hard"', "WC.VS.VSTESTCD.EQ.TEMP", "SoftHard is read as Soft, which it is in all where clauses"),
    "a second subclass": (
        '<def:SubClass Name="TIME-TO-EVENT"/>', '<def:SubClass Name="TIME-TO-EVENT"/><def:SubClass Name="ADVERSE EVENT"/>', "IG.ADTTE",
        "a second subclass is not kept: ADVERSE EVENT",
    ),
    "a second code": ("</arm:Code>", "</arm:Code><arm:Code>x</arm:Code>", "AR.Table-14.2.R1", "a second arm:Code in arm:ProgrammingCode is not kept"),
    "gaps in order numbers": (
        'ItemOID="IT.DM.DTHDTC" OrderNumber="6"', 'ItemOID="IT.DM.DTHDTC" OrderNumber="60"', "IG.DM",
        "the order numbers have gaps; they are written back as 1, 2, 3",
    ),
    "an address of another kind": (
        'xlink:href="acrf.pdf"', 'xlink:href="javascript:alert(1)"', "LF.acrf", "the address is written back as javascript%3Aalert(1)"
    ),
    "another type of file": (
        'FileType="Snapshot"', 'FileType="Transactional"', "", "FileType Transactional is read as Snapshot, which every define.xml is"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_KEPT)
def test_what_cannot_be_kept_is_a_note(case: str, written: Path, document: DefineDocument) -> None:
    before, after, subject, problem = NOT_KEPT[case]
    sound = read_define(written).document
    assert (subject, problem) in told(changed(written, (before, after)))
    same = replace(read_define(written).document, documents=sound.documents, codelists=sound.codelists)
    assert render_define(same) == render_define(sound)


def test_a_thing_that_stands_everywhere_is_told_once(written: Path) -> None:
    text = written.read_text(encoding="utf-8").replace("<ItemDef ", '<ItemDef Comment="x" ')
    written.write_text(text, encoding="utf-8")
    ((_, problem),) = told(written)
    assert problem == f"attribute Comment of ItemDef is not kept ({text.count('<ItemDef ')} of them)"


def test_comments_blanks_and_schema_locations_are_nothing_to_tell(written: Path) -> None:
    location = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.cdisc.org/ns/odm/v1.3 x.xsd"'
    sound = read_define(written)
    changed(
        written,
        ("<ODM ", f"<ODM {location} "),
        (">Sex<", ">\n  Sex <!-- really -->\n<"),
        ("<GlobalVariables>", "<?pi?><GlobalVariables>\n\n"),
    )
    assert read_define(written) == sound


# What is no define.xml

UNUSABLE = {
    "nothing": (b"", "not well-formed XML"),
    "no XML": (b"Dataset,Variable\nDM,SEX\n", "not well-formed XML"),
    "bytes": (bytes(range(256)), "not well-formed XML"),
    "other XML": (b"<html/>", "no define.xml of version 1.0, 2.0 or 2.1"),
    "a version to come": (b'<ODM xmlns:def="http://www.cdisc.org/ns/def/v3.0"/>', "no define.xml of version 1.0, 2.0 or 2.1"),
    "no metadata": (b'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1"/>', "a define.xml has one MetaDataVersion, this file 0"),
    "entities": (b'<!DOCTYPE ODM [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><ODM>&c;</ODM>', "a DOCTYPE, which can hold entities"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNUSABLE)
def test_what_is_no_define_is_refused(case: str, tmp_path: Path) -> None:
    content, expected = UNUSABLE[case]
    (tmp_path / "define.xml").write_bytes(content)
    with pytest.raises(Problems) as raised:
        read_define(tmp_path / "define.xml")
    (problem,) = raised.value.problems
    assert problem.problem.startswith(expected) and problem.fix


def test_a_truncated_file_is_refused_at_any_length(written: Path) -> None:
    whole = written.read_bytes()
    for length in range(1, len(whole) - len(b"</ODM>\n"), 997):
        written.write_bytes(whole[:length])
        with pytest.raises(Problems):
            read_define(written)


def test_a_file_or_a_folder_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "define.xml"):
        with pytest.raises(Problems) as raised:
            read_define(path)
        assert raised.value.problems[0].problem == "the file cannot be read"


def test_two_metadata_versions_are_refused(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    version = text[text.index("    <MetaDataVersion") : text.index("  </Study>")]
    changed(written, ("  </Study>", version + "  </Study>"))
    with pytest.raises(Problems, match="a define.xml has one MetaDataVersion, this file 2"):
        read_define(written)


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-16", "US-ASCII"])
def test_encodings_are_read_as_declared(encoding: str, written: Path) -> None:
    sound = read_define(written)
    text = written.read_text(encoding="utf-8").replace('encoding="UTF-8"', f'encoding="{encoding}"')
    written.write_bytes(text.encode(encoding, "xmlcharrefreplace"))
    assert read_define(written) == sound


# Names and shared definitions


def test_ids_are_oids_without_our_prefix_and_other_oids_are_stated(written: Path) -> None:
    changed(written, *(('"CL.SEX"', '"codelist-1"'),) * 2, ('OID="MDV.ST.MELASMA.Data-Definitions"', 'OID="MDV"'))
    document = read_define(written).document
    assert [codelist.id for codelist in document.codelists][:2] == ["codelist-1", "VSTESTCD"]
    assert document.stated_oids == {"CL.codelist-1": "codelist-1", "MDV.ST.MELASMA.Data-Definitions": "MDV"}
    assert document.datasets[0].variables[2].codelist == "codelist-1"


def test_oids_that_differ_by_our_prefix_only_stay_apart(written: Path) -> None:
    changed(written, ('CodeList OID="CL.ROLE"', 'CodeList OID="SEX"'), ('RoleCodeListOID="CL.ROLE"', 'RoleCodeListOID="SEX"'))
    read = read_define(written)
    assert read.problems == () and len({codelist.id for codelist in read.document.codelists}) == len(read.document.codelists)
    assert canonical(render_define(read.document)) == canonical(written.read_bytes())


def test_a_definition_that_datasets_share_becomes_one_for_each_and_is_written_once(written: Path) -> None:
    text = written.read_text(encoding="utf-8").replace('"IT.DM.USUBJID"', '"IT.USUBJID"')
    start = text.index('      <ItemDef OID="IT.VS.USUBJID"')
    text = text[:start] + text[text.index("</ItemDef>\n", start) + len("</ItemDef>\n") :]
    written.write_text(text.replace('"IT.VS.USUBJID"', '"IT.USUBJID"'), encoding="utf-8")
    read = read_define(written)
    assert [(problem.subject, problem.problem) for problem in read.problems] == [
        ("IT.USUBJID", "one ItemDef for 2 references is read as one for each")
    ]
    assert read.document.datasets[0].variables[1].length == read.document.datasets[1].variables[0].length == 20
    assert canonical(render_define(read.document)) == canonical(written.read_bytes())


def test_a_condition_on_a_shared_variable_is_on_that_of_the_own_dataset(written: Path) -> None:
    changed(
        written,
        ('ItemOID="IT.VS.VSTESTCD" OrderNumber', 'ItemOID="IT.X" OrderNumber'),
        ('ItemDef OID="IT.VS.VSTESTCD"', 'ItemDef OID="IT.X"'),
        ('ItemOID="IT.DM.COUNTRY" OrderNumber', 'ItemOID="IT.X" OrderNumber'),
    )
    text = written.read_text(encoding="utf-8").replace('def:ItemOID="IT.VS.VSTESTCD"', 'def:ItemOID="IT.X"')
    written.write_text(text, encoding="utf-8")
    (values,) = [variable.values for variable in read_define(written).document.datasets[1].variables if variable.name == "VSORRES"]
    assert values[0].where[0].checks == (RangeCheck("VS", "VSTESTCD", "EQ", ("TEMP",)),)


def test_a_value_list_of_two_variables_is_read_for_both(written: Path) -> None:
    changed(written, ('ValueListOID="VL.VS.VSSTRESN"', 'ValueListOID="VL.VS.VSORRES"'))
    read = read_define(written)
    first, second = (variable.values for _, variable in read.document.value_lists())
    assert first == second and len(first) == 2
    assert ("VL.VS.VSORRES", "one def:ValueListDef for 2 references is read as one for each") in {
        (p.subject, p.problem) for p in read.problems
    }


def test_alike_items_of_a_value_list_stay_two(written: Path) -> None:
    changed(written, ('<def:WhereClauseRef WhereClauseOID="WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.NE.F"/>', ""), ('"WC.VS.VSTESTCD.EQ.PULSE"/>', '"WC.VS.VSTESTCD.EQ.TEMP"/>'))  # fmt: skip
    document = read_define(written).document
    (values,) = [variable.values for variable in document.datasets[1].variables if variable.name == "VSORRES"]
    assert values[0].where == values[1].where and values[0].data_type != values[1].data_type
    assert render_define(document).count(b'<ItemDef OID="IT.VS.VSORRES.') == 2


def test_where_clauses_that_nothing_uses_are_kept(document: DefineDocument, tmp_path: Path) -> None:
    unused = WhereClause((RangeCheck("VS", "VSTESTCD", "NOTIN", ("TEMP", "PULSE")),))
    (tmp_path / "define.xml").write_bytes(render_define(replace(document, unused_where_clauses=(unused,))))
    assert read_define(tmp_path / "define.xml").document.unused_where_clauses == (unused,)


@pytest.mark.parametrize(("before", "after"), [(' href="https://www.iso', ' href="https://www.iso'), ('Name="Country"', 'Name="Country" def:IsNonStandard="Yes"'), ('"CL.GRADE" Name="Grade" DataType="text" def:IsNonStandard="Yes"', '"CL.GRADE" Name="Grade" DataType="text"')])  # fmt: skip
def test_marks_of_code_lists_that_are_of_no_standard_come_back(before: str, after: str, written: Path) -> None:
    changed(written, (before, after))
    assert canonical(render_define(read_define(written).document)) == canonical(written.read_bytes())


def test_the_language_is_that_of_most_texts(document: DefineDocument, tmp_path: Path) -> None:
    (tmp_path / "define.xml").write_bytes(render_define(replace(document, language="ja")).replace(b'xml:lang="ja"', b'xml:lang="fr"', 1))
    assert read_define(tmp_path / "define.xml").document.language == "ja"


# Version 2.0


def test_the_standard_of_2_0_is_that_of_every_dataset(document: DefineDocument, tmp_path: Path) -> None:
    (tmp_path / "define.xml").write_bytes(render_define(document, "2.0"))
    read = read_define(tmp_path / "define.xml")
    standard = Standard("SDTMIG", "IG", "3.4")
    assert (read.format, read.document.standards) == ("Define-XML 2.0.0", (standard,))
    assert {dataset.standard for dataset in read.document.datasets} == {standard}
    assert {codelist.standard for codelist in read.document.codelists} == {None}


def test_origins_of_2_0_are_told_in_the_words_of_2_1(document: DefineDocument, tmp_path: Path) -> None:
    (tmp_path / "define.xml").write_bytes(render_define(document, "2.0"))
    origins = read_define(tmp_path / "define.xml").document.datasets[0].variables[2].origins
    assert [(origin.type, origin.source) for origin in origins] == [("Collected", ""), ("Collected", "Vendor")]
    assert origins[0].documents == (DocumentRef("acrf", (7, 9)),)


def test_a_big_document_is_read_as_it_was_written(tmp_path: Path) -> None:
    document = big_document(datasets=12, variables=600, terms=4000)
    (tmp_path / "define.xml").write_bytes(render_define(document))
    assert read_define(tmp_path / "define.xml").document == document


def test_small_things_stay_what_they_are(document: DefineDocument, tmp_path: Path) -> None:
    exact = replace(
        document,
        codelists=(CodeList(id="N", name="N", data_type="float", terms=(Term("01.50", "1", rank="007", order=0), Term("", "blank"))),),
        methods=(Method(id="M", name="", description="", documents=(DocumentRef("acrf", ("007", 7, "ix")),)),),
        documents=(Document("acrf", "aCRF", "https://example.org/a b.pdf?x=1&y=2#page=7"), Document("é", "é", "../%41.pdf")),
        comments=(),
    )
    (tmp_path / "define.xml").write_bytes(render_define(exact))
    read = read_define(tmp_path / "define.xml").document
    assert (read.codelists, read.methods) == (exact.codelists, exact.methods)
    assert [linked.href for linked in read.documents] == [linked.href for linked in exact.documents]
