"""CDISC's XML schemas for Define-XML 2.0 and 2.1, with and without Analysis Results Metadata.

They are those that the package `odmlib` ships; it is looked for without importing it, and only when asked for.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from lxml import etree

from clintrail.define.check.tree import NAMESPACES, Define, nearest_oid
from clintrail.errors import Place, Problem, Problems
from clintrail.transport.safe_xml import safe_parser

RULE = "schema"
# Version of Define-XML, and whether there is Analysis Results Metadata -> the schema.
_SCHEMAS = {
    ("2.1", False): Path("schemas", "define", "2.1", "define2-1-0.xsd"),
    ("2.1", True): Path("schemas", "arm", "1.0-define2.1", "arm1-0-0.xsd"),
    ("2.0", False): Path("schemas", "define", "2.0", "define2-0-0.xsd"),
    ("2.0", True): Path("schemas", "arm", "1.0", "arm1-0-0.xsd"),
}
_NAMESPACE_IN_MESSAGE = re.compile(r"\{[^}]*\}")
_PREFIXES = {prefix: namespaces[0] for prefix, namespaces in NAMESPACES.items()}


def schema_problems(define: Define) -> Iterator[Problem]:
    """What the schema of the file's version says; nothing for versions before 2.0. Raises `Problems` if `odmlib` is not installed."""
    if (define.version, define.has_results) not in _SCHEMAS:
        return
    schema, tree = _schema(define.version, define.has_results), define.root.getroottree()
    schema.validate(tree)
    for error in cast(Iterable[Any], schema.error_log):  # iterable, though its type stub does not say so
        yield Problem(
            Place(define.path, error.line),
            _owner(tree, error.path),
            f"not as the schema wants it: {_NAMESPACE_IN_MESSAGE.sub('', error.message)}",
            "correct the metadata that this element is written from",
            kind=RULE,
        )


def shipped(package: str, relative: Path, needs: str) -> Path:
    """A file that another package brings, found without importing that package. Raises `Problems` if it is not there."""
    found = importlib.util.find_spec(package)
    for folder in (found.submodule_search_locations or []) if found else []:
        if (Path(folder) / relative).is_file():
            return Path(folder) / relative
    what = f"CDISC's {relative.name} is needed, which the Python package {package} {needs} or newer brings; it is not installed"
    raise Problems([Problem(Place(), package, what, f"pip install '{package}>={needs}'")])


@cache
def _schema(version: str, with_results: bool) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(shipped("odmlib", _SCHEMAS[version, with_results], "0.2.1")), safe_parser()))


def _owner(tree: etree._ElementTree, path: str | None) -> str:
    """The OID of the nearest element, from the one at the path upwards, that has one."""
    found = tree.xpath(path, namespaces=_PREFIXES) if path else []
    for element in found if isinstance(found, list) else []:
        if isinstance(element, etree._Element):
            return nearest_oid(element)
    return ""
