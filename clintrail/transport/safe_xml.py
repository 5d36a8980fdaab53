"""XML of others is read here: without entities, without a document type and without the network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lxml import etree

from clintrail.errors import Place, Problem, Problems


def parse_xml(path: Path, subject: str = "define.xml") -> etree._ElementTree:
    """The tree of a file; raises `Problems` if it cannot be read, is no well-formed XML, or has a DOCTYPE."""
    place = Place(str(path))
    try:
        tree = etree.parse(str(path), safe_parser())
    except etree.XMLSyntaxError as error:
        place = Place(str(path), error.lineno or 0)
        raise Problems([Problem(place, subject, f"not well-formed XML: {error.msg}", "correct the XML at this line")]) from None
    except OSError:
        raise Problems([Problem(place, subject, "the file cannot be read", f"give the path of a {subject}")]) from None
    if tree.docinfo.internalDTD is not None:
        raise Problems([_doctype(place, subject)])
    return tree


def safe_parser() -> etree.XMLParser:
    """A parser that resolves no entity and fetches nothing."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def safe_elements(file: IO[bytes], tags: tuple[str, ...], place: Place, subject: str) -> Iterator[etree._Element]:
    """Each element of these tags (`{*}row`: of any namespace) when it ends, and then forgotten, so that memory stays small.

    Raises `Problems` where the XML is not well formed, nested over 256 deep, has text over 10 MB, or has a DOCTYPE.
    """
    try:
        events = etree.iterparse(
            file, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
        )
        for _, element in events:
            if element.getroottree().docinfo.doctype:
                raise Problems([_doctype(place, subject)])
            yield element
            element.clear(keep_tail=False)
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        what = f"not well-formed XML at line {error.lineno}: {error.msg}"
        raise Problems([Problem(place, subject, what, "the file was damaged or made by a faulty program: export it again")]) from None


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _doctype(place: Place, subject: str) -> Problem:
    return Problem(place, subject, "a DOCTYPE, which can hold entities", f"remove the DOCTYPE; {subject} needs none")
