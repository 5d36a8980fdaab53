"""Looking into what is written: by XPath, and by CDISC's schemas of Define-XML 2.0 and 2.1 with Analysis Results Metadata (odmlib's)."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from lxml import etree

NAMESPACES = {"odm": "http://www.cdisc.org/ns/odm/v1.3", "xlink": "http://www.w3.org/1999/xlink", "arm": "http://www.cdisc.org/ns/arm/v1.0"}
FOLDERS = {"2.0": "1.0", "2.1": "1.0-define2.1"}


@cache
def schema(version: str) -> etree.XMLSchema:
    found = importlib.util.find_spec("odmlib")
    assert found is not None and found.submodule_search_locations
    return etree.XMLSchema(etree.parse(str(Path(found.submodule_search_locations[0], "schemas", "arm", FOLDERS[version], "arm1-0-0.xsd"))))


def schema_faults(xml: bytes, version: str) -> list[str]:
    """What the schema of a version finds wrong, each with its line."""
    judge = schema(version)
    judge.validate(etree.fromstring(xml))
    return [f"{error.line}: {error.message}" for error in judge.error_log]  # type: ignore[attr-defined]


def values(xml: bytes, path: str, version: str = "2.1") -> list[str]:
    """What an XPath finds, as texts; the prefixes are odm, def, xlink and arm."""
    found = etree.fromstring(xml).xpath(path, namespaces={**NAMESPACES, "def": f"http://www.cdisc.org/ns/def/v{version}"})
    assert isinstance(found, list)
    return [str(value) for value in found]


def canonical(xml: bytes) -> list[str]:
    """The lines of the canonical form, an element a line: without comments, processing instructions and blanks around texts, the
    definitions of a MetaDataVersion sorted, as their order has no meaning."""
    root = etree.fromstring(xml, etree.XMLParser(remove_comments=True, remove_pis=True))
    for element in root.iter(etree.Element):
        element.text = " ".join((element.text or "").split())
        element.tail = ""
    etree.strip_attributes(root, "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation")
    (version,) = root.iter("{*}MetaDataVersion")
    version[:] = sorted(version, key=lambda definition: (definition.tag, definition.get("OID") or definition.get("ID") or ""))
    return etree.tostring(root, method="c14n").decode().replace("><", ">\n<").splitlines()
