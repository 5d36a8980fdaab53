"""NCI's terminology as ODM XML: CodeList and EnumeratedItem with the nciodm extension."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from lxml import etree

from clintrail.errors import Place, Problem, Problems
from clintrail.terminology.rows import TermRow

ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
NCI = "{http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC}"
_AGAIN = "download the ODM XML file again from NCI (EVS, CDISC terminology)"


def read_odm(content: bytes, path: str) -> tuple[list[TermRow], str, str]:
    """Rows, standard and version of an ODM terminology file; the last two empty if it does not say them.

    The XML is read without document type, entities or network. Raises `Problems`.
    """
    root = _parse(content, path)
    if root.tag != f"{ODM}ODM":
        raise Problems([Problem(Place(path, 1), "", f"the XML is not ODM 1.3: its root is {etree.QName(root).localname}", _AGAIN)])
    rows = [row for codelist in root.iter(f"{ODM}CodeList") for row in _rows(codelist)]
    standard, version = _identity(root)
    return rows, standard, version


def _parse(content: bytes, path: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    if re.search(rb"<!(DOCTYPE|ENTITY)", content):
        raise Problems([Problem(Place(path), "", "the XML declares a document type or entities; terminology files have none", _AGAIN)])
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        where = Place(path, error.lineno or 0)
        raise Problems([Problem(where, "", "the XML ends early or is not well formed", _AGAIN)]) from None


def _identity(root: etree._Element) -> tuple[str, str]:
    """Standard and version from OIDs such as CDISC_CT.SDTM.2025-03-28."""
    version = next(root.iter(f"{ODM}MetaDataVersion"), None)
    for oid in (root.get("FileOID", ""), version.get("OID", "") if version is not None else ""):
        found = re.search(r"\.([A-Za-z][A-Za-z-]*)\.(\d{4}-\d{2}-\d{2})$", oid)
        if found:
            return found[1], found[2]
    return "", ""


def _rows(codelist: etree._Element) -> Iterator[TermRow]:
    code, name = codelist.get(f"{NCI}ExtCodeID", ""), codelist.get("Name", "")
    yield _row(codelist, code, "", codelist.get(f"{NCI}CodeListExtensible", ""), name, _text(codelist, "CDISCSubmissionValue"))
    for item in codelist.iterchildren(f"{ODM}EnumeratedItem", f"{ODM}CodeListItem"):
        yield _row(item, item.get(f"{NCI}ExtCodeID", ""), code, "", name, item.get("CodedValue", ""))


def _row(element: etree._Element, code: str, codelist: str, extensible: str, name: str, value: str) -> TermRow:
    synonyms = "; ".join((s.text or "").strip() for s in element.iterchildren(f"{NCI}CDISCSynonym"))
    line = cast("int | None", element.sourceline) or 0
    return TermRow(code, codelist, extensible, name, value, synonyms, _text(element, "PreferredTerm"), line)


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{NCI}{name}") or "").strip()
