"""What the templates in `define_xml/` share: how they are found and escaped, links, and the check of the text that comes out."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import quote

from jinja2 import Environment

from clintrail.content import content_dir
from clintrail.errors import Place, Problem, Problems
from clintrail.transport.page_file import templates

# What XML 1.0 (section 2.2) cannot hold, not even as a character reference.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OWNER = re.compile(r'\b(?:OID|id)="([^"]*)"')


@cache
def environment() -> Environment:
    """The templates, every text escaped; a name that a template does not know is an error."""
    made = templates(content_dir("define_xml"))
    made.filters.update(href=href)
    return made


def href(path: str) -> str:
    """A relative path or a web address as a URI: what a URI cannot hold is escaped, what is escaped already left alone.

    A colon is kept in web addresses only, so that no text can become a link of another kind (`javascript:`).
    """
    return quote(path, safe="/?#[]@!$&'()*+,;=%~" + (":" if re.match("https?://", path) else ""))


def checked(text: str, name: str) -> bytes:
    """The text of the file `name` as UTF-8; raises `Problems` if it holds characters that XML cannot."""
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
