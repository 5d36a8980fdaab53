"""XML of others is read here: without entities, without a document type and without the network."""

from __future__ import annotations

from pathlib import Path

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
        what = "a DOCTYPE, which can hold entities"
        raise Problems([Problem(place, subject, what, f"remove the DOCTYPE; {subject} needs none")])
    return tree


def safe_parser() -> etree.XMLParser:
    """A parser that resolves no entity and fetches nothing."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
