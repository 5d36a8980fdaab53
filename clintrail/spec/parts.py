"""Readers of the parts that several forms of the language share: expressions, rules, variables, tables, picks."""

from __future__ import annotations

import re
from collections import abc
from collections.abc import Iterable, Iterator

from clintrail.errors import Place, Problem, Severity, closest
from clintrail.spec.model import (
    Branch,
    Branches,
    Constant,
    Copy,
    DocumentPlace,
    Expression,
    OriginSpec,
    Pick,
    Rule,
    Variable,
)
from clintrail.spec.yaml_text import Mapping, Node, Scalar, Sequence

ATTRIBUTES = (
    "label", "type", "length", "format", "codelist", "origin", "words", "comment", "role", "core", "significant_digits",
    "evaluator", "method", "source", "pages", "predecessor", "mandatory", "data_type", "no_data", "assigned", "common", "notes",
    "name", "role_codelist", "non_standard", "sas_name", "values_description", "origins", "join",
)  # fmt: skip
# Those that are no text: read apart.
_LISTS = ("origins", "join")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
LONGEST_NAME = 8


class Reader:
    """Collects problems while the parts are read, so that all of a file's are told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.draft = False  # whether what is read is a draft, whose branches need no value yet

    def problem(self, place: Place, subject: str, what: str, fix: str) -> None:
        """Note one problem and go on."""
        self.problems.append(Problem(place, subject, what, fix))

    def drafted(self, place: Place, subject: str, what: str, fix: str) -> None:
        """Note what a draft may have and rules may not: a warning in a draft, else a problem."""
        self.problems.append(Problem(place, subject, what, fix, Severity.WARNING if self.draft else Severity.ERROR))

    def text(self, node: Node | None, subject: str) -> str | None:
        """The text of a scalar; None where there is none or it is empty."""
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.problem(node.place, subject, "must be one text", f"write {subject}: text")
            return None
        return node.text or None

    def names(self, node: Node | None, subject: str) -> tuple[str, ...]:
        """Names separated by commas, or a list of names."""
        if node is None:
            return ()
        scalars = node.items if isinstance(node, Sequence) else (node,)
        found: list[str] = []
        for scalar in scalars:
            if not isinstance(scalar, Scalar):
                self.problem(scalar.place, subject, "must be names separated by commas", f"write {subject}: A, B")
                continue
            for name in (part.strip() for part in scalar.text.split(",")):
                if NAME.match(name):
                    found.append(name)
                else:
                    self.problem(scalar.place, subject, f"'{name}' is no name", "names have letters, digits and _, and begin with a letter")
        return tuple(found)

    def said(self, node: Node | None, subject: str, otherwise: str) -> str:
        """The text of a scalar, also an empty one; `otherwise` where there is none."""
        return otherwise if node is None else self.text(node, subject) or ""

    def listed(self, node: Node | None, subject: str) -> tuple[str, ...]:
        """Names as they are in a list, or separated by commas: of things that others named."""
        if isinstance(node, Sequence):
            return tuple(self.text(item, subject) or "" for item in node.items)
        text = self.text(node, subject)
        return tuple(part.strip() for part in text.split(",")) if text else ()

    def places(self, node: Node | None) -> tuple[DocumentPlace, ...]:
        """`{sap: 12 14, protocol: {pages: 7, title: Doses}}`, or a list of `{document: ..., pages: ...}`: documents and pages in them."""
        if isinstance(node, Sequence):
            return tuple(self._place(item, "") for item in node.items)
        return tuple(self._place(value, key.text) for key, value in self.mapping(node, "documents"))

    def _place(self, node: Node, document: str) -> DocumentPlace:
        if not isinstance(node, Mapping):
            return DocumentPlace(document, self.text(node, document or "documents") or "")
        self.known_keys(node, ("document", "pages", "title", "type"), document or "documents")
        name, pages, title, type_ = (self.text(node.get(key), key) or "" for key in ("document", "pages", "title", "type"))
        return DocumentPlace(name or document, pages, title, type_)

    def origins(self, node: Node) -> tuple[OriginSpec, ...]:
        """`origins:` of a variable: a list of mappings."""
        found = node.get("origins") if isinstance(node, Mapping) else None
        origins = []
        for item in found.items if isinstance(found, Sequence) else ():
            if isinstance(item, Mapping):
                self.known_keys(item, ("type", "source", "description", "documents"), "origins")
                type_, source, description = (self.text(item.get(key), key) or "" for key in ("type", "source", "description"))
                origins.append(OriginSpec(type_, source, description, self.places(item.get("documents"))))
        if found is not None and not origins:
            self.problem(found.place, "origins", "origins are a list", "write - {type: Collected, source: Investigator}")
        return tuple(origins)

    def mapping(self, node: Node | None, subject: str) -> Iterator[tuple[Scalar, Node]]:
        """The entries of a mapping; nothing where there is none."""
        if isinstance(node, Mapping):
            yield from node.entries
        elif node is not None and not (isinstance(node, Scalar) and not node.text):
            self.problem(node.place, subject, "must be a mapping", f"write '{subject}:' and its entries indented below it")

    def known_keys(self, node: Mapping, known: tuple[str, ...], subject: str) -> None:
        """Report the keys that a form does not know."""
        for key, _ in node.entries:
            if key.text not in known:
                near = closest(key.text, known)
                fix = f"did you mean {near}?" if near else "known here: " + ", ".join(known)
                self.problem(key.place, subject, f"no key named {key.text}", fix)

    def expression(self, node: Node | None, subject: str) -> Expression | None:
        """One expression; problems for a missing or structured value."""
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.problem(node.place, subject, "must be one expression", "write it as text; quote it if it holds ': '")
            return None
        if not node.text.strip():
            self.problem(node.place, subject, "has no rule", "write an expression, a constant in single quotes, or null")
            return None
        place = node.place
        if node.style in "|>" and node.style:
            place = Place(place.path, place.line + 1, 0)
        text = node.text if node.style != "'" else "'" + node.text.replace("'", "''") + "'"
        return Expression(text, place, node.style == '"')

    def expressions(self, node: Node | None, subject: str) -> tuple[Expression, ...]:
        """Expressions separated by commas at the top level."""
        whole = self.expression(node, subject)
        return _split(whole) if whole else ()

    def value(self, node: Node, subject: str) -> Expression | Constant | None:
        """A constant (single-quoted) or an expression."""
        if isinstance(node, Scalar) and node.is_constant:
            return Constant(node.text, node.place)
        return self.expression(node, subject)

    def pick(self, node: Node | None, subject: str) -> Pick | None:
        """`first by A, B` or `last by A`."""
        whole = self.expression(node, subject)
        if whole is None:
            return None
        match = re.match(r"(first|last)\s+by\s+(.+)", whole.text, re.S)
        if not match:
            self.problem(whole.place, subject, "must say which record", f"write {subject}: first by A, B   (or: last by A)")
            return None
        return Pick(match[1], _split(Expression(match[2], whole.place)), whole.place)

    def variables(self, node: Node | None, subject: str) -> dict[str, Variable]:
        """Variables by name, in the order typed."""
        found: dict[str, Variable] = {}
        for key, value in self.mapping(node, subject):
            for variable in self._variable(key, value):
                if variable.name in found:
                    self.problem(
                        key.place, variable.name, f"given twice, first in line {found[variable.name].place.line}", "keep one of the two"
                    )
                found[variable.name] = variable
        self.alike({name: variable.place for name, variable in found.items()})
        return found

    def alike(self, places: abc.Mapping[str, Place], known: Iterable[str] = ()) -> None:
        """Report names that differ only in case, from each other or from those in `known`."""
        first = {name.lower(): name for name in known}
        for name, place in places.items():
            other = first.setdefault(name.lower(), name)
            if other != name:
                self.drafted(place, name, f"differs from {other} only in case", "rename one of the two")

    def _variable(self, key: Scalar, value: Node) -> Iterator[Variable]:
        names = self._keyed(key, value)
        if len(names) > 1:
            source = self.text(value, key.text)
            if source and NAME.match(source):
                for name in names:
                    yield Variable(name, Copy(source, value.place), key.place)
            else:
                self.problem(value.place, key.text, "several names need one source", "write A, B: DM to copy the columns of the same names")
        elif names:
            attributes: dict[str, str] = {}
            rule = self._rule(names[0], value, attributes)
            yield Variable(names[0], rule, key.place, attributes, self.origins(value))

    def _keyed(self, key: Scalar, value: Node) -> tuple[str, ...]:
        """The names that a key stands for; in a draft it is one name, whatever others named so, unless it copies."""
        if not self.draft or (isinstance(value, Scalar) and value.text):
            return self.names(key, key.text)
        if not NAME.match(key.text) or key.text != key.text.upper() or len(key.text) > LONGEST_NAME:
            fix = f"capital letters and digits, at most {LONGEST_NAME} (SAS transport version 5)"
            self.drafted(key.place, key.text, f"'{key.text}' is no name for a variable", fix)
        return (key.text,)

    def _rule(self, name: str, value: Node, attributes: dict[str, str]) -> Rule | None:
        if isinstance(value, Scalar):
            if self.draft and not value.text and value.style != "'":
                return None
            if NAME.match(value.text) and value.style == "" and value.text != name and "." not in value.text:
                return Expression(value.text, value.place)
            return self.value(value, name)
        if isinstance(value, Sequence):
            self.problem(value.place, name, "a list is no rule", "write an expression, or conditions as keys")
            return None
        if _has_attributes(value):
            self.known_keys(value, (*ATTRIBUTES, "value"), name)
            return self._attributes(name, value, attributes)
        return self._branches(name, value) if value.entries or not self.draft else None

    def _attributes(self, name: str, node: Mapping, attributes: dict[str, str]) -> Rule | None:
        rule: Rule | None = None
        for key, value in node.entries:
            if key.text == "value":
                rule = self._rule(name, value, {})
            elif key.text not in _LISTS and (text := self.text(value, f"{name}.{key.text}")) is not None:
                attributes[key.text] = text
                if key.text in ("length", "significant_digits") and not text.isdecimal():
                    self.drafted(value.place, name, f"{key.text} is no whole number", f"write {key.text}: 8")
                if key.text == "type" and text.lower() not in ("char", "num"):
                    self.problem(value.place, name, f"no type named {text}", "write type: Char, or type: Num")
        return rule

    def _branches(self, name: str, node: Mapping) -> Branches:
        branches: list[Branch] = []
        for index, (key, value) in enumerate(node.entries):
            condition = None if key.text == "else" else Expression(key.text, key.place, key.style == '"')
            if condition is None and index + 1 < len(node.entries):
                self.problem(key.place, name, "else is not the last branch", "move else to the end")
            attributes: dict[str, str] = {}
            if isinstance(value, Mapping) and _has_attributes(value):
                self.known_keys(value, (*ATTRIBUTES, "value"), name)
                rule = self._attributes(name, value, attributes)
            elif isinstance(value, Mapping):
                rule = None
            else:
                rule = self._rule(name, value, {})
            if rule is None and self.draft and isinstance(value, Mapping) and (_has_attributes(value) or not value.entries):
                rule = Expression("null", key.place)
            if isinstance(rule, (Expression, Constant)):
                joins = self.listed(value.get("join"), "join") if isinstance(value, Mapping) else ()
                branches.append(Branch(condition, rule, attributes, key.place, self.origins(value), joins))
            elif rule is not None or isinstance(value, Mapping):
                self.problem(key.place, name, "a branch needs one expression", "branches do not nest: join the conditions with and")
        return Branches(tuple(branches), node.place)


def _has_attributes(node: Mapping) -> bool:
    """Whether a mapping below a variable or a condition holds attributes; else its keys are conditions."""
    return any(key.text in (*ATTRIBUTES, "value") for key, _ in node.entries)


def _split(whole: Expression) -> tuple[Expression, ...]:
    """Cut at commas outside brackets and quotes."""
    parts, depth, quoted, start = [], 0, "", 0
    for index, char in enumerate(whole.text + ","):
        if quoted:
            quoted = "" if char == quoted else quoted
        elif char in "'\"":
            quoted = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and depth <= 0:
            parts.append(Expression(whole.text[start:index].strip(), whole.place))
            start = index + 1
    return tuple(part for part in parts if part.text)
