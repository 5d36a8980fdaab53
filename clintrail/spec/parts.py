"""Readers of the parts that several forms of the language share: expressions, rules, variables, tables, picks."""

from __future__ import annotations

import csv
import re
from collections import abc
from collections.abc import Iterable, Iterator
from pathlib import Path

from clintrail.errors import Place, Problem, closest
from clintrail.spec.model import Branch, Branches, Constant, Copy, Expression, Pick, Rule, Table, Variable
from clintrail.spec.yaml_text import Mapping, Node, Scalar, Sequence

ATTRIBUTES = (
    "label", "type", "length", "format", "codelist", "origin", "words", "comment", "role", "core", "significant_digits",
    "evaluator", "method", "source", "pages", "predecessor", "mandatory", "data_type", "no_data", "assigned", "common", "notes",
)  # fmt: skip
# Attributes that only metadata without rules (drafts) may state: where there are rules and data, these tell.
DRAFT_ATTRIBUTES = ("data_type", "no_data", "assigned", "predecessor")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class Reader:
    """Collects problems while the parts are read, so that all of a file's are told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.draft = False  # whether what is read is a draft, whose branches need no value yet

    def problem(self, place: Place, subject: str, what: str, fix: str) -> None:
        """Note one problem and go on."""
        self.problems.append(Problem(place, subject, what, fix))

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
                self.problem(place, name, f"differs from {other} only in case", "rename one of the two")

    def _variable(self, key: Scalar, value: Node) -> Iterator[Variable]:
        names = self.names(key, key.text)
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
            yield Variable(names[0], rule, key.place, attributes)

    def _rule(self, name: str, value: Node, attributes: dict[str, str]) -> Rule | None:
        if isinstance(value, Scalar):
            if self.draft and not value.text:
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
        return self._branches(name, value)

    def _attributes(self, name: str, node: Mapping, attributes: dict[str, str]) -> Rule | None:
        rule: Rule | None = None
        for key, value in node.entries:
            if key.text == "value":
                rule = self._rule(name, value, {})
            elif (text := self.text(value, f"{name}.{key.text}")) is not None:
                attributes[key.text] = text
                if key.text in ("length", "significant_digits") and not text.isdecimal():
                    self.problem(value.place, name, f"{key.text} is no whole number", f"write {key.text}: 8")
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
            if rule is None and self.draft and isinstance(value, Mapping) and _has_attributes(value):
                rule = Expression("null", key.place)
            if isinstance(rule, (Expression, Constant)):
                branches.append(Branch(condition, rule, attributes, key.place))
            elif rule is not None or isinstance(value, Mapping):
                self.problem(key.place, name, "a branch needs one expression", "branches do not nest: join the conditions with and")
        return Branches(tuple(branches), node.place)

    def tables(self, node: Node | None, folder: Path, shown: str) -> dict[str, Table]:
        """Tables drawn as text, or CSV files of the study's folder."""
        found: dict[str, Table] = {}
        for key, value in self.mapping(node, "tables"):
            table = self._table(key.text, value, folder, shown)
            if table is not None:
                found[key.text] = table
        return found

    def _table(self, name: str, node: Node, folder: Path, shown: str) -> Table | None:
        if isinstance(node, Scalar) and ("\n" in node.text or "|" in node.text):
            return self._drawn(name, node)
        keys: tuple[str, ...] = ()
        file = node.text if isinstance(node, Scalar) else None
        if isinstance(node, Mapping):
            self.known_keys(node, ("file", "key"), name)
            file, keys = self.text(node.get("file"), name), self.names(node.get("key"), name)
        if not file:
            self.problem(node.place, name, "a table is drawn text or a CSV file", "write it below '|', or give the path of a CSV file")
            return None
        return self._csv_table(name, file, keys, folder, shown, node.place)

    def _drawn(self, name: str, node: Scalar) -> Table | None:
        lines = [(number, re.sub(r"\s#.*", "", line)) for number, line in enumerate(node.text.split("\n"), node.place.line + 1)]
        lines = [(number, line) for number, line in lines if line.strip() and not line.lstrip().startswith("#")]
        if not lines:
            self.problem(node.place, name, "the table has no header", "draw a line with the names of its columns, keys left of =>")
            return None
        head = lines[0][1]
        left = len(head.split("=>")[0].split("|")) if "=>" in head else 0
        header = tuple(cell.strip() for cell in re.split(r"\||=>", head))
        rows, numbers = [], []
        for number, line in lines[1:]:
            cells = [cell.strip() or None for cell in re.split(r"\||=>", line)]
            if len(cells) != len(header):
                what = f"{len(cells)} cells, but the table has {len(header)} columns"
                self.problem(Place(node.place.path, number), name, what, "draw the same number of | and => in every line")
                continue
            rows.append(tuple(cells))
            numbers.append(number)
        return self._checked(Table(name, header[:left], header, tuple(rows), tuple(numbers), node.place))

    def _csv_table(self, name: str, file: str, keys: tuple[str, ...], folder: Path, shown: str, place: Place) -> Table | None:
        path = (folder / file).resolve()
        if not path.is_relative_to(folder.resolve()):
            self.problem(place, name, "the path leaves the study's folder", "keep tables inside the study's folder")
            return None
        if not path.is_file():
            near = closest(file, [found.relative_to(folder).as_posix() for found in folder.rglob("*.csv")])
            fix = f"did you mean {near}?" if near else "give its path as seen from study.yaml"
            self.problem(place, name, f"no file {file} in the study's folder", fix)
            return None
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                reader = csv.reader(stream)
                records = [(reader.line_num, record) for record in reader if record]
        except (OSError, UnicodeDecodeError) as error:
            fix = "save the file as UTF-8" if isinstance(error, UnicodeDecodeError) else "check its permissions"
            self.problem(place, name, f"{file} cannot be read ({type(error).__name__})", fix)
            return None
        if not records:
            self.problem(place, name, f"{file} is empty", "write a header line and records")
            return None
        header = tuple(cell.strip() for cell in records[0][1])
        rows, numbers = [], []
        for number, record in records[1:]:
            if len(record) != len(header):
                what = f"{len(record)} fields, but the header has {len(header)}"
                self.problem(Place(f"{shown}/{file}", number), name, what, "quote fields that hold a comma")
                continue
            rows.append(tuple(cell.strip() or None for cell in record))
            numbers.append(number)
        table = Table(name, keys or header[:1], header, tuple(rows), tuple(numbers), Place(f"{shown}/{file}", 1))
        return self._checked(table)

    def _checked(self, table: Table) -> Table:
        for key in table.keys:
            if key not in table.columns:
                self.problem(table.place, table.name, f"key {key} is no column of the table", "name a column of its header")
        for column in {c for c in table.columns if table.columns.count(c) > 1 or not NAME.match(c)}:
            self.problem(
                table.place, table.name, f"column '{column}' is given twice or is no name", "name each column once, as variables are named"
            )
        seen: dict[tuple[str | None, ...], int] = {}
        at = [table.columns.index(key) for key in table.keys if key in table.columns]
        for row, line in zip(table.rows, table.lines, strict=True):
            key_cells = tuple(row[i] for i in at)
            if at and key_cells in seen:
                place = Place(table.place.path, line)
                self.problem(place, table.name, f"the key stands twice, first in line {seen[key_cells]}", "keep one of the two lines")
            seen[key_cells] = line
        return table


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
