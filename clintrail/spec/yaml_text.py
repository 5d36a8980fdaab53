"""YAML as text with places: every scalar stays the text that was typed and knows its file and line.

YAML's own typing (`on`, `No`, `3.10`, dates) is not used. The event stream is scanned first, so that depth, aliases and
duplicate keys are refused before a tree is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from clintrail.errors import Place, Problem, Problems

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH = 20
_MAX_BYTES = 5_000_000


@dataclass(frozen=True)
class Scalar:
    """One scalar: its text, where it starts, and its style (`'` is a constant, `"`, `|`, `>` or plain)."""

    text: str
    place: Place
    style: str = ""
    span: tuple[int, int] = field(default=(0, 0), compare=False)  # where it stands in the text of the file

    @property
    def is_constant(self) -> bool:
        """A single-quoted scalar is a constant."""
        return self.style == "'"


@dataclass(frozen=True)
class Sequence:
    """A YAML list."""

    items: tuple[Node, ...]
    place: Place
    span: tuple[int, int] = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Mapping:
    """A YAML mapping in the order in which it was typed."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place
    span: tuple[int, int] = field(default=(0, 0), compare=False)
    in_flow: bool = False  # written in { }

    def get(self, key: str) -> Node | None:
        """The value of `key`, or None."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping


def read_yaml(path: Path, shown: str) -> Node:
    """Read one YAML file; `shown` is the path as messages print it.

    Raises `Problems` for a file that is missing, empty, not UTF-8, not YAML, or that uses aliases, duplicate keys or
    more than 20 levels.
    """
    return parse_yaml(_read_text(path, shown), shown)


def parse_yaml(text: str, shown: str) -> Node:
    """As `read_yaml`, of a text at hand."""
    try:
        problems = _scan(text, shown)
        if problems:
            raise Problems(problems)
        tree = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise Problems([_yaml_problem(error, shown)]) from None
    if tree is None:
        raise Problems([Problem(Place(shown), "", "the file is empty", "write a spec into it, or delete it")])
    return _convert(tree, shown)


def _read_text(path: Path, shown: str) -> str:
    place = Place(shown)
    try:
        raw = path.read_bytes()
    except OSError as error:
        fix = "check the path" if isinstance(error, FileNotFoundError) else "check its permissions"
        raise Problems([Problem(place, "", f"cannot be read ({type(error).__name__})", fix)]) from None
    if len(raw) > _MAX_BYTES:
        raise Problems([Problem(place, "", f"larger than {_MAX_BYTES:,} bytes", "put long tables into CSV files in tables/")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Problems([Problem(Place(shown, line), "", "not UTF-8 text", "save the file as UTF-8")]) from None


def _yaml_problem(error: yaml.YAMLError, shown: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    fix = "check indentation and quotes; an expression that holds ': ' or ' #' needs quotes or a block (>-)"
    return Problem(Place(shown, mark.line + 1 if mark else 0), "", f"not readable as YAML: {what}", fix)


def _scan(text: str, shown: str) -> list[Problem]:
    problems: list[Problem] = []
    stack: list[tuple[bool, dict[str, int], list[bool]]] = []  # is mapping, keys seen, [a key is next]
    for event in yaml.parse(text, Loader=_Loader):
        place = Place(shown, event.start_mark.line + 1 if event.start_mark else 0)
        opens = isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problems.append(Problem(place, "", "anchors and aliases (& and *) are not part of the spec language", "write the value out"))
        if (opens or isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent))) and stack and stack[-1][0]:
            _, keys, key_next = stack[-1]
            if key_next[0] and isinstance(event, yaml.ScalarEvent):
                if event.value in keys:
                    problems.append(Problem(place, event.value, f"given twice, first in line {keys[event.value]}", "keep one of the two"))
                keys[event.value] = place.line
            key_next[0] = not key_next[0]
        if opens:
            stack.append((isinstance(event, yaml.MappingStartEvent), {}, [True]))
            if len(stack) > _MAX_DEPTH:
                return [*problems, Problem(place, "", f"nested deeper than {_MAX_DEPTH} levels", "a spec needs five")]
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            stack.pop()
    return problems


def _convert(node: Any, shown: str) -> Node:
    mark = node.start_mark
    place, span = Place(shown, mark.line + 1, mark.column + 1), (mark.index, node.end_mark.index)
    if isinstance(node, yaml.ScalarNode):
        return Scalar(node.value, place, node.style or "", span)
    if isinstance(node, yaml.SequenceNode):
        return Sequence(tuple(_convert(item, shown) for item in node.value), place, span)
    entries = []
    for key, value in node.value:
        name = _convert(key, shown)
        if not isinstance(name, Scalar):
            raise Problems([Problem(name.place, "", "a key must be text", "write the key as plain text")])
        entries.append((name, _convert(value, shown)))
    return Mapping(tuple(entries), place, span, bool(node.flow_style))
