"""Import of NCI's files, and what is said of files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from clintrail.errors import Problems
from clintrail.terminology import import_terminology, load_codelists

FULL = Path(__file__).resolve().parents[2] / ".." / "shared" / "terminology"
HEADER = "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value\tCDISC Synonym(s)\t" \
         "CDISC Definition\tNCI Preferred Term\n"
SEX = "C66731\t\tNo\tSex\tSEX\tSex\t\tCDISC Sex\n"
FEMALE = "C16576\tC66731\t\tSex\tF\tFemale\t\tFemale\n"
MALE = "C20197\tC66731\t\tSex\tM\tMale; Man\t\tMale\n"
NAME = "SDTM Terminology 2030-01-04.txt"


def written(tmp_path: Path, content: str | bytes, name: str = NAME) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def odm(items: str, *, head: str = "", oid: str = "CDISC_CT.SDTM.2030-01-04") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}'
        f'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:nciodm="http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC" FileOID="{oid}" '
        'FileType="Snapshot"><Study OID="CDISC_CT.SDTM"><MetaDataVersion OID="CDISC_CT_MetaDataVersion.SDTM" Name="Terminology">'
        f"{items}</MetaDataVersion></Study></ODM>"
    )


SEX_ODM = """
<CodeList OID="CL.C66731.SEX" Name="Sex" DataType="text" nciodm:ExtCodeID="C66731" nciodm:CodeListExtensible="No">
  <Description><TranslatedText xml:lang="en">left out</TranslatedText></Description>
  <EnumeratedItem CodedValue="F" nciodm:ExtCodeID="C16576">
    <nciodm:CDISCSynonym>Female</nciodm:CDISCSynonym><nciodm:PreferredTerm>Female</nciodm:PreferredTerm>
  </EnumeratedItem>
  <EnumeratedItem CodedValue="M" nciodm:ExtCodeID="C20197">
    <nciodm:CDISCSynonym>Male</nciodm:CDISCSynonym><nciodm:CDISCSynonym>Man</nciodm:CDISCSynonym>
    <nciodm:PreferredTerm>Male</nciodm:PreferredTerm>
  </EnumeratedItem>
  <nciodm:CDISCSubmissionValue>SEX</nciodm:CDISCSubmissionValue>
  <nciodm:CDISCSynonym>Sex</nciodm:CDISCSynonym><nciodm:PreferredTerm>CDISC Sex</nciodm:PreferredTerm>
</CodeList>
"""


def test_text_and_odm_of_the_same_terms_give_the_same_store(tmp_path: Path) -> None:
    text = import_terminology(written(tmp_path, HEADER + SEX + FEMALE + MALE), tmp_path / "text")
    xml = import_terminology(written(tmp_path, odm(SEX_ODM), "anything.xml"), tmp_path / "xml")
    assert (text.standard, text.version, text.codelists, text.terms) == ("SDTM", "2030-01-04", 1, 2)
    assert (xml.standard, xml.version, xml.codelists, xml.terms) == ("SDTM", "2030-01-04", 1, 2)
    assert text.path.name == "sdtmct-2030-01-04.csv"
    assert text.path.read_bytes() == xml.path.read_bytes()


def test_a_spec_names_what_was_imported_by_its_version(tmp_path: Path) -> None:
    import_terminology(written(tmp_path, HEADER + SEX + FEMALE + MALE), tmp_path / "store")
    terminology = load_codelists("2030-01-04", store_dirs=[tmp_path / "store"])
    man = terminology.find("SEX", "man")
    assert man and man.value == "M"
    package = terminology.packages[0]
    assert (package.version, package.complete) == ("2030-01-04", True)
    assert terminology.packages[1].standard == "ADaM"


def test_an_imported_package_hides_the_shipped_part_and_is_read_again_when_it_changes(tmp_path: Path) -> None:
    store, name = tmp_path / "store", "SDTM Terminology 2025-03-28.txt"
    import_terminology(written(tmp_path, HEADER + SEX + FEMALE, name), store)
    assert [len(c.terms) for c in load_codelists("2025-03-28", store_dirs=[store]).codelists if c.standard == "SDTM"] == [1]
    path = import_terminology(written(tmp_path, HEADER + SEX + FEMALE + MALE, name), store).path
    path.touch()
    assert [len(c.terms) for c in load_codelists("2025-03-28", store_dirs=[store]).codelists if c.standard == "SDTM"] == [2]


def test_standard_and_version_can_be_given(tmp_path: Path) -> None:
    done = import_terminology(written(tmp_path, HEADER + SEX + FEMALE, "t.txt"), tmp_path / "s", standard="adam", version="2031-12-31")
    assert (done.standard, done.version, done.path.name) == ("ADaM", "2031-12-31", "adamct-2031-12-31.csv")


def test_older_files_in_latin_1_and_files_with_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    row = "C1\tC66731\t\tSex\tX\tÉpicène\t\tX\n"
    for content in ((HEADER + SEX + row).encode("latin-1"), (HEADER + SEX + row).encode("utf-8-sig")):
        import_terminology(written(tmp_path, content), tmp_path / "store")
        assert load_codelists("2030-01-04", store_dirs=[tmp_path / "store"]).find("SEX", "épicène")


ENTITY = '<!DOCTYPE ODM [<!ENTITY e SYSTEM "file:///etc/hostname">]>'

# what is wrong | the file | its name | the problem that must be told
BROKEN = [
    ("empty", " \n", NAME, "the file is empty"),
    ("a web page", "<!DOCTYPE html><html><body>Sign in</body></html>", NAME, "this is a web page, not a terminology file"),
    ("another header", "Code,Term\nC1,X\n", NAME, "the header has no Code, Codelist Code, Codelist Extensible"),
    ("a column short", HEADER.replace("\tNCI Preferred Term", "") + SEX, NAME, "the header has no NCI Preferred Term"),
    ("cut off", HEADER + SEX + FEMALE + "C20197\tC66731\t\tSe", NAME, "the line has 4 fields where the header has 8"),
    ("binary", "PK\x03\x04\x00\x00" + "x" * 200_000 + "\r\r", NAME, "the header has no Code, Codelist Code"),
    ("no rows", HEADER, NAME, "the file has no code lists"),
    ("a term without its list", HEADER + SEX + FEMALE.replace("C66731", "C99999"), NAME,
     "the term belongs to code list C99999, which the file does not have"),
    ("a code twice", HEADER + SEX + FEMALE + FEMALE.replace("\tF\t", "\tW\t"), NAME, "the code C16576 stands twice in code list C66731"),
    ("a value twice", HEADER + SEX + FEMALE + MALE.replace("\tM\t", "\tF\t"), NAME,
     "the submission value F stands twice in code list C66731"),
    ("a list twice", HEADER + SEX + SEX + FEMALE, NAME, "the code C66731 stands twice as a code list"),
    ("no code", HEADER + SEX + FEMALE.replace("C16576", ""), NAME, "the line has no code or no submission value"),
    ("neither Yes nor No", HEADER + SEX.replace("\tNo\t", "\tMaybe\t"), NAME, "the code list is neither extensible (Yes) nor not (No)"),
    ("no version", HEADER + SEX, "SDTM Terminology.txt", "neither the file nor its name says its version"),
    ("no standard", HEADER + SEX, "2030-01-04.txt", "neither the file nor its name says which standard it is for"),
    ("XML with entities", odm("&e;", head=ENTITY), "x.xml", "the XML declares a document type or entities; terminology files have none"),
    ("XML cut off", odm(SEX_ODM)[:-60], "x.xml", "the XML ends early or is not well formed"),
    ("other XML", "<note>hello</note>", "x.xml", "the XML is not ODM 1.3: its root is note"),
    ("ODM without lists", odm(""), "x.xml", "the file has no code lists"),
    ("ODM, a code twice", odm(SEX_ODM.replace("C20197", "C16576")), "x.xml", "the code C16576 stands twice in code list C66731"),
    ("ODM that says no version", odm(SEX_ODM, oid="x"), "x.xml", "neither the file nor its name says its version"),
]


@pytest.mark.parametrize(("content", "name", "problem"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_a_broken_file_is_told_with_its_place_and_leaves_the_store_as_it_was(
    tmp_path: Path, content: str, name: str, problem: str
) -> None:
    store = tmp_path / "store"
    before = import_terminology(written(tmp_path, HEADER + SEX + FEMALE), store).path.read_bytes()
    source = written(tmp_path, content, name)
    with pytest.raises(Problems) as raised:
        import_terminology(source, store)
    assert any(p.problem.startswith(problem) and p.place.path == str(source) and p.fix for p in raised.value.problems), raised.value
    assert [p.read_bytes() for p in store.iterdir()] == [before]


def test_all_problems_of_a_file_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    bad = HEADER + SEX + FEMALE + FEMALE + MALE.replace("C66731", "C0")
    with pytest.raises(Problems) as raised:
        import_terminology(written(tmp_path, bad), tmp_path / "store")
    assert [(p.place.line, p.problem) for p in raised.value.problems] == [
        (4, "the code C16576 stands twice in code list C66731"),
        (4, "the submission value F stands twice in code list C66731"),
        (5, "the term belongs to code list C0, which the file does not have"),
    ]


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    done = import_terminology(written(tmp_path, (HEADER + SEX + FEMALE).replace("\n", "\r\n")), tmp_path / "store")
    assert (done.codelists, done.terms) == (1, 1)


def test_a_damaged_store_asks_for_another_import(tmp_path: Path) -> None:
    path = import_terminology(written(tmp_path, HEADER + SEX + FEMALE), tmp_path / "store").path
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(Problems, match="the file in the terminology store is damaged"):
        load_codelists("2030-01-04", store_dirs=[tmp_path / "store"])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="the file cannot be read"):
        import_terminology(tmp_path / "nothing.txt", tmp_path)


# file                                  | code lists | terms | of lists that no other package has first | pairs of codes and names
PUBLISHED = [
    ("SDTM Terminology 2025-03-28.txt", 1158, 43698, 43698, 404),
    ("ADaM Terminology 2026-03-27.txt", 25, 144, 144, 7),
    ("Define-XML Terminology 2026-03-27.txt", 15, 93, 69, 0),  # DICTNAM is one of SDTM's
]


@pytest.mark.skipif(not FULL.is_dir(), reason="the full terminology (../shared/terminology) is not here")
@pytest.mark.parametrize(("name", "codelists", "terms", "own_terms", "pairs"), PUBLISHED)
def test_the_full_packages_are_imported_whole(
    tmp_path: Path, name: str, codelists: int, terms: int, own_terms: int, pairs: int
) -> None:
    done = import_terminology(FULL / name, tmp_path)
    print(f"{done.standard} {done.version}: {done.codelists} code lists, {done.terms} terms")
    assert (done.codelists, done.terms) == (codelists, terms)
    terminology = load_codelists({done.standard: done.version}, store_dirs=[tmp_path])
    own = [c for c in terminology.codelists if c.standard == done.standard]
    assert sum(len(c.terms) for c in own) == own_terms
    assert sum(any(t.decode for t in c.terms) for c in own) == pairs


@pytest.mark.skipif(not FULL.is_dir(), reason="the full terminology (../shared/terminology) is not here")
def test_every_shipped_code_list_is_as_published(tmp_path: Path) -> None:
    for name, *_ in PUBLISHED:
        import_terminology(FULL / name, tmp_path)
    full, shipped = load_codelists("2025-03-28", store_dirs=[tmp_path]), load_codelists("2025-03-28")
    assert all(p.complete for p in full.packages)
    other = {c.submission_value for c in shipped.codelists if full.codelist(c.code) != c}
    # in two packages: found in ADaM's or Define-XML's as long as only a part of SDTM's is here
    assert other == {"TPCATRS", "SDTMIGRS"}
    assert len(shipped) > 100
