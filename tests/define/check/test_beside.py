"""The files beside a define.xml as they are found and read, and that nothing a file says makes a check fall over."""

from __future__ import annotations

import zlib
from pathlib import Path

import pyarrow as pa
import pytest
from lxml import etree
from small_study import write_package

from clintrail.define.check.data.beside import linked, read_beside
from clintrail.define.check.data.files import _page_count
from clintrail.define.check.validate import check_define, read_tree
from clintrail.errors import Problems
from clintrail.transport import xpt
from clintrail.transport.dataset import Dataset, Variable


@pytest.mark.parametrize(
    ("href", "file"),
    [
        ("dm.xpt", "dm.xpt"),
        ("data/dm.xpt", "data/dm.xpt"),
        ("a%20guide.pdf", "a guide.pdf"),
        ("csr.pdf#page=4", "csr.pdf"),
        ("https://www.cdisc.org/csr.pdf", None),
        ("file:///etc/passwd", None),
        ("/etc/passwd", None),
        ("C:\\data\\dm.xpt", None),
        ("\\\\server\\dm.xpt", None),
        ("dm%00.xpt", None),
        ("x" * 5000, None),
        ("", None),
    ],
)
def test_links_lead_from_the_folder_of_the_define_xml(href: str, file: str | None) -> None:
    leaf = etree.Element("leaf", {"{http://www.w3.org/1999/xlink}href": href})
    assert linked(Path("folder"), leaf) == (Path("folder") / file if file else None)


def test_text_that_is_no_utf_8_is_read_as_latin_1(tmp_path: Path) -> None:
    path = write_package(tmp_path, "sdtm")
    filed = read_beside(read_tree(path), path.parent).filed["IG.DM"]
    xpt.write(filed.file, path.parent / "dm.xpt")
    data = (path.parent / "dm.xpt").read_bytes()
    (path.parent / "dm.xpt").write_bytes(data.replace(b"CHN", b"C\xe9N", 1))
    again = read_beside(read_tree(path), path.parent)
    assert again.unread == [] and again.filed["IG.DM"].values("COUNTRY").to_pylist() == ["CéN", "CHN"]


def test_a_file_of_version_8_is_told_and_not_read(tmp_path: Path) -> None:
    path = write_package(tmp_path, "sdtm")
    xpt.write(xpt.read(path.parent / "dm.xpt"), path.parent / "dm.xpt", version=8)
    (problem,) = (p for p in check_define(path).problems if p.kind == "dataset_file_is_readable")
    assert problem.problem == "dm.xpt: this is XPT version 8" and problem.subject == "LF.IG.DM"


def test_an_empty_dataset_is_asked_to_say_so(tmp_path: Path) -> None:
    path = write_package(tmp_path, "sdtm")
    filed = read_beside(read_tree(path), path.parent).filed["IG.TA"]
    xpt.write(Dataset("TA", filed.file.label, filed.file.variables, filed.file.table.slice(0, 0)), path.parent / "ta.xpt")
    assert [p.kind for p in check_define(path).problems] == ["no_data_is_said"]


def test_a_file_with_a_variable_twice_is_unusable_for_comparing(tmp_path: Path) -> None:
    path = write_package(tmp_path, "sdtm")
    variables = (Variable("ARMCD", length=3), Variable("ARMCX", length=3))
    xpt.write(Dataset("TA", "", variables, pa.table({"ARMCD": ["A"], "ARMCX": ["A"]})), path.parent / "ta.xpt")
    data = (path.parent / "ta.xpt").read_bytes()
    (path.parent / "ta.xpt").write_bytes(data.replace(b"ARMCX", b"ARMCD"))
    (problem,) = (p for p in check_define(path).problems if p.kind == "dataset_file_is_readable")
    assert problem.problem == "ta.xpt: two variables of the file have the same name"


def test_pages_of_a_pdf_are_counted_also_in_packed_objects(tmp_path: Path) -> None:
    plain, packed, strange = (tmp_path / name for name in ("plain.pdf", "packed.pdf", "strange.pdf"))
    plain.write_bytes(b"%PDF-1.4 << /Type /Pages /Count 2 >> << /Type /Page >> <</Type/Page/Parent 1 0 R>>")
    objects = zlib.compress(b"<< /Type /Pages >> << /Type /Page >> << /Type /Page >> << /Type /Page >>")
    packed.write_bytes(b"%PDF-1.5 << /Type /ObjStm /N 4 >> stream\r\n" + objects + b"\nendstream")
    strange.write_bytes(b"%PDF-1.5 << /Type /ObjStm >> stream\nnothing packed\nendstream")
    assert [_page_count(path) for path in (plain, packed, strange)] == [2, 3, 0]


@pytest.mark.parametrize("kind", ["sdtm", "adam"])
def test_whatever_a_define_xml_says_no_check_falls_over(kind: str, tmp_path: Path) -> None:
    path = write_package(tmp_path, kind)
    written = path.read_bytes()
    tree = etree.fromstring(written)
    names = sorted({(str(e.tag), str(a)) for e in tree.iter(etree.Element) for a in ("", *e.attrib)})
    for tag, attribute in names:
        for value in (None, "9" * 5000):
            tree = etree.fromstring(written)
            for element in list(tree.iter(tag)):
                spoil(element, attribute, value)
            path.write_bytes(etree.tostring(tree))
            try:
                check_define(path)
            except Problems:
                assert tag.endswith(("}ODM", "}Study", "}MetaDataVersion")), (tag, attribute, value)


def spoil(element: etree._Element, attribute: str, value: str | None) -> None:
    """Take an attribute away or give it a value; without an attribute take the element away or double it."""
    parent = element.getparent()
    if attribute and value is None:
        element.attrib.pop(attribute, None)
    elif attribute:
        element.set(attribute, str(value))
    elif parent is not None and value is None:
        parent.remove(element)
    elif parent is not None:
        element.addnext(etree.fromstring(etree.tostring(element)))
