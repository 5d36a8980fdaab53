"""A define.xml that is being read: values of its attributes and elements, problems found, and the ids that its things get."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote

from lxml import etree

from clintrail.define.check.tree import REFERENCES, Define, children, get, nearest_oid
from clintrail.define.templates import href
from clintrail.errors import Problem, Severity

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_INTEGER = re.compile(r"\s*[+-]?\d{1,18}\s*")
Element = etree._Element


@dataclass
class Source:
    """`stated` collects what `DefineDocument.stated_oids` will hold."""

    define: Define
    problems: list[Problem] = field(default_factory=list)
    stated: dict[str, str] = field(default_factory=dict)
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def tell(self, severity: Severity, element: Element, problem: str, fix: str) -> None:
        """Add a problem at an element; its subject is the nearest OID."""
        self.problems.append(Problem(self.define.place(element), nearest_oid(element), problem, fix, severity))

    def error(self, element: Element, problem: str, fix: str) -> None:
        """A fault: what the standard forbids, or a reference to nothing."""
        self.tell(Severity.ERROR, element, problem, fix)

    def warning(self, element: Element, problem: str, fix: str) -> None:
        """What is odd, but could be read."""
        self.tell(Severity.WARNING, element, problem, fix)

    def note(self, element: Element, problem: str, fix: str = "nothing to do, unless it is needed") -> None:
        """What could not be kept."""
        self.tell(Severity.NOTE, element, problem, fix)

    # Values

    @cached_property
    def language(self) -> str:
        """The language of most texts; English where none is stated."""
        said = Counter(text.get(LANG) for text in self.define.all("TranslatedText") if text.get(LANG))
        return said.most_common(1)[0][0] or "en" if said else "en"

    def described(self, element: Element, name: str = "Description") -> str:
        """The text of an element's description (or decode) in the language of the document, or the first that there is."""
        texts = [text for part in children(element, name) for text in children(part, "TranslatedText")]
        if not texts:
            return ""
        chosen = next((text for text in texts if text.get(LANG) == self.language), texts[0])
        for text in texts:
            if text is not chosen:
                self.note(text, f"a second text, in language {text.get(LANG) or 'unknown'}, is not kept")
        if (chosen.get(LANG) or self.language) != self.language:
            self.note(chosen, f"read as {self.language}, though its language is {chosen.get(LANG)}")
        return text_of(chosen)

    def integer(self, element: Element, attribute: str) -> int | None:
        """A whole number, None if it is not given or is none (an error)."""
        text = get(element, attribute)
        if text and not _INTEGER.fullmatch(text):
            self.error(element, f"{attribute} is no whole number: {text}", f'write {attribute}="8"')
            return None
        return int(text) if text else None

    def yes(self, element: Element, attribute: str, default: bool = False) -> bool:
        """Yes or No, as default if it is not given or neither (an error)."""
        text = get(element, attribute)
        if text not in ("Yes", "No", ""):
            self.error(element, f"{attribute} is neither Yes nor No: {text}", f'write {attribute}="Yes" or "No"')
        return {"Yes": True, "No": False}.get(text, default)

    def one_of(self, element: Element, attribute: str, known: Sequence[str], severity: Severity = Severity.ERROR) -> str:
        """A word of a list; another is kept, and told."""
        text = get(element, attribute)
        if text not in known:
            what = f"{attribute} {text} is not known" if text else f"{attribute} is not given"
            self.tell(severity, element, what, f"write one of {', '.join(word for word in known if word)}")
        return text

    def address(self, element: Element, text: str) -> str:
        """An href without its escapes, where we would write the same ones; told where we would write it otherwise."""
        plain = unquote(text)
        if plain.isprintable() and href(plain) == text:
            return plain
        if href(text) != text:
            self.note(element, f"the address is written back as {href(text)}")
        return text

    # Names

    def id(self, make: Callable[[str], str], oid: str) -> str:
        """The id of the thing of a kind (a function of `oids`) that has this OID, or ID, here."""
        return self._ids.get((make.__name__, oid)) or self.new_id(make, oid)

    def new_id(self, make: Callable[[str], str], oid: str) -> str:
        """An id of its own for a definition: its OID without our prefix, numbered if another thing has that id."""
        if not oid:
            return ""
        prefix = make("x")[:-1]
        plain = oid.removeprefix(prefix)
        first = plain if make(plain) == oid else oid
        found, number = first, 1
        while make(found) in self._taken:
            number += 1
            found = f"{first}.{number}"
        self._taken.add(make(found))
        self._ids.setdefault((make.__name__, oid), found)
        self.state(make(found), oid)
        return found

    def ref(self, element: Element, attribute: str, make: Callable[[str], str]) -> str:
        """The id that an attribute refers to; a reference to nothing is an error, and kept."""
        oid = get(element, attribute)
        if not oid:
            return ""
        self.check_ref(element, attribute)
        return self.id(make, oid)

    def check_ref(self, element: Element, attribute: str) -> bool:
        """Whether what an attribute refers to is defined; an error if not."""
        oid, kind = get(element, attribute), REFERENCES[attribute]
        found = self.define.find(kind, oid) is not None
        if not found:
            self.error(element, f"{attribute} refers to {oid}, but no {kind} has this OID", f"define it, or refer to another {kind}")
        return found

    def state(self, ours: str, oid: str) -> bool:
        """Keep an OID that is not as ours; False if another thing has taken its place already."""
        if oid in (ours, ""):
            return ours not in self.stated
        return self.stated.setdefault(ours, oid) == oid


def text_of(element: Element) -> str:
    """The text of an element; where it was put on lines of its own, without the blanks around it."""
    text = (element.text or "") if len(element) == 0 else str(element.xpath("string()"))
    around = text[: len(text) - len(text.lstrip())] + text[len(text.rstrip()) :]
    return text.strip() if "\n" in around else text


def child_text(element: Element, name: str) -> str:
    """The text of a child, empty if there is none."""
    return next((text_of(child) for child in children(element, name)), "")
