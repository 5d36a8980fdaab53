"""Checks a define.xml: against CDISC's XML schemas, then for what a schema cannot say (`references`, `rules`).

The schemas and the stylesheet are those that the package `defineutils` ships; it is needed for nothing else, so it is
looked for only here and only when asked for.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from lxml import etree

from clintrail.define.check.references import CHECKS
from clintrail.define.check.rules import RULES
from clintrail.define.check.tree import NAMESPACES, Define, nearest_oid
from clintrail.errors import Place, Problem, Problems

_SCHEMA = Path("validate", "schema", "cdisc-define-2.1", "define2-1-0.xsd")
_STYLESHEET = Path("definehtml", "define2-1.xsl")
_NAMESPACE_IN_MESSAGE = re.compile(r"\{[^}]*\}")


def validate_define(path: Path | str) -> list[Problem]:
    """Every problem of a define.xml 2.1, in the order of the file; an empty list means that it is valid.

    Files are read without entities and without network. Raises `Problems` if `defineutils` is not installed.
    Source: the schemas of Define-XML 2.1, and the rules for attributes and references in its specification.
    """
    schema = _schema()
    parsed = _parse(Path(path))
    if isinstance(parsed, Problem):
        return [parsed]
    define = Define(parsed.getroot(), str(path))
    problems = [*_schema_problems(parsed, schema, str(path)), *(problem for check in (*CHECKS, *RULES) for problem in check(define))]
    return sorted(set(problems), key=lambda problem: (problem.place, problem.subject, problem.problem))


def stylesheet_path() -> Path:
    """The stylesheet `define2-1.xsl` (MIT licence, named in the file) that shows define.xml in a browser.

    Raises `Problems` if `defineutils` is not installed.
    """
    return _shipped(_STYLESHEET)


def _shipped(relative: Path) -> Path:
    """A file of `defineutils`, found without importing it (which would load a second schema processor)."""
    found = importlib.util.find_spec("defineutils")
    for folder in (found.submodule_search_locations or []) if found else []:
        if (Path(folder) / relative).is_file():
            return Path(folder) / relative
    raise Problems(
        [
            Problem(
                Place(),
                "defineutils",
                f"CDISC's {relative.name} is needed, which the Python package defineutils 0.2 or newer brings; it is not installed",
                "pip install 'defineutils>=0.2'",
            )
        ]
    )


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_shipped(_SCHEMA)), _parser()))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _parse(path: Path) -> etree._ElementTree | Problem:
    place = Place(str(path))
    try:
        tree = etree.parse(str(path), _parser())
    except etree.XMLSyntaxError as error:
        place = Place(str(path), error.lineno or 0)
        return Problem(place, "define.xml", f"not well-formed XML: {error.msg}", "correct the XML at this line")
    except OSError:
        return Problem(place, "define.xml", "the file cannot be read", "give the path of a define.xml")
    if tree.docinfo.internalDTD is not None:
        return Problem(place, "define.xml", "a DOCTYPE, which can hold entities", "remove the DOCTYPE; define.xml needs none")
    return tree


def _schema_problems(tree: etree._ElementTree, schema: etree.XMLSchema, path: str) -> Iterator[Problem]:
    schema.validate(tree)
    for error in cast(Iterable[Any], schema.error_log):  # iterable, though its type stub does not say so
        yield Problem(
            Place(path, error.line),
            _owner(tree, error.path),
            f"not as the schema wants it: {_NAMESPACE_IN_MESSAGE.sub('', error.message)}",
            "correct the metadata that this element is written from",
        )


def _owner(tree: etree._ElementTree, path: str | None) -> str:
    """The OID of the nearest element, from the one at the path upwards, that has one."""
    found = tree.xpath(path, namespaces=NAMESPACES) if path else []
    for element in found if isinstance(found, list) else []:
        if isinstance(element, etree._Element):
            return nearest_oid(element)
    return ""
