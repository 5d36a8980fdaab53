"""Writes a `DefineDocument` as define.xml and as a page for readers, by the templates in `define_xml/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from clintrail.content import content_dir
from clintrail.define import oids
from clintrail.define.model import DefineDocument
from clintrail.errors import Place, Problem, Problems

STYLESHEET = "define2-1.xsl"

# What XML 1.0 (section 2.2) cannot hold, not even as a character reference.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OWNER = re.compile(r'\b(?:OID|id)="([^"]*)"')


def render_define(document: DefineDocument) -> bytes:
    """The document as define.xml 2.1, UTF-8; the same document gives the same bytes.

    Raises `Problems` if a text holds characters that XML cannot.
    """
    text = _environment().get_template("define.xml.j2").render(doc=document, oid=oids, stylesheet=STYLESHEET)
    return _checked(text, "define.xml")


def render_define_html(document: DefineDocument) -> bytes:
    """The document as one self-contained HTML page without scripts, UTF-8; the same document gives the same bytes.

    Raises `Problems` if a text holds characters that XML, and so define.xml, cannot.
    """
    css = Markup((content_dir("define_xml") / "define.css").read_text(encoding="utf-8"))
    text = (
        _environment()
        .get_template("define.html.j2")
        .render(
            doc=document,
            oid=oids,
            css=css,
            methods={method.id: method for method in document.methods},
            comments={comment.id: comment for comment in document.comments},
            codelists={codelist.id: codelist for codelist in document.codelists},
            documents={linked.id: linked for linked in document.documents},
        )
    )
    return _checked(text, "define.html")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(content_dir("define_xml")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(attrs=_attributes, yes_no=_yes_no, sas_name=_sas_name, href=_href)
    return environment


def _attributes(pairs: Mapping[str, object]) -> Markup:
    """` Name="value"` for every pair that has a value; tuples become lists divided by spaces."""
    written = []
    for name, value in pairs.items():
        if value is None or value is False or value == "" or value == ():
            continue
        text = "Yes" if value is True else " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        # Unescaped, a line break or a tab in an attribute is read back as a space (XML 1.0, section 3.3.3).
        kept = str(escape(text)).replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
        written.append(f' {name}="{kept}"')
    return Markup("".join(written))


def _yes_no(value: bool) -> str:
    return "Yes" if value else "No"


def _sas_name(name: str) -> str:
    """The name, if SAS transport version 5 could hold it (the schema allows eight characters)."""
    return name if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,7}", name) else ""


def _href(path: str) -> str:
    """A relative path or a web address as a URI: what a URI cannot hold is escaped, what is escaped already left alone.

    A colon is kept in web addresses only, so that no text can become a link of another kind (`javascript:`).
    """
    return quote(path, safe="/?#[]@!$&'()*+,;=%~" + (":" if re.match("https?://", path) else ""))


def _checked(text: str, name: str) -> bytes:
    problems = []
    for found in _NOT_XML.finditer(text):
        owners = _OWNER.findall(text, 0, found.start())
        problems.append(
            Problem(
                Place(name, text.count("\n", 0, found.start()) + 1),
                owners[-1] if owners else "",
                f"a text holds the character U+{ord(found[0]):04X}, which XML cannot",
                "remove it from the label, term, comment or rule that holds it",
            )
        )
    if problems:
        raise Problems(problems)
    return text.encode("utf-8")
