"""YAML as a person writes it: plain where it can be, flow style where it fits on a line, blocks for long text.

What is written is read back by `yaml_text` as exactly the same text, whatever stands in it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence

WIDTH = 140
# A key that is longer needs the explicit form `? key` (YAML 1.2, section 7.4: 1,024 characters, quotes counted).
_LONGEST_KEY = 500
_ALIGNED = 24
_FIRST = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]|-[^\s\-]")
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\", "\0": "\\0"}

Tree = str | None | Sequence["Tree"] | Mapping[str, "Tree"]


class Block(dict[str, "Tree"]):
    """A mapping that is never written in flow style, and is another in another order; `notes` are comments above its entries.

    With `aligned`, short values begin in one column; with `spaced`, a blank line stands before entries that are blocks themselves.
    """

    def __init__(
        self, entries: Mapping[str, Tree] | Iterable[tuple[str, Tree]] = (), *, aligned: bool = False, spaced: bool = False
    ) -> None:
        super().__init__(entries)
        self.notes: dict[str, str] = {}
        self.aligned, self.spaced = aligned, spaced

    def __eq__(self, other: object) -> bool:
        if dict.__eq__(self, other) is not True or not isinstance(other, dict) or list(self) != list(other):
            return False
        notes = other.notes if isinstance(other, Block) else {}
        return {k: v for k, v in self.notes.items() if v} == {k: v for k, v in notes.items() if v}

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None


class Drawn(str):
    """A text that is always written as a literal block, as a drawn table is."""


class Filed(str):
    """The path of a file, and what is in it: where that differs, so does the path."""

    content: str

    def __new__(cls, path: str, content: str) -> Filed:
        filed = super().__new__(cls, path)
        filed.content = content
        return filed

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other) is True and getattr(other, "content", None) == self.content

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


class Raw(str):
    """A value as it stands in a file, of one line or several: it is written as it is, moved to its new indentation."""


class Expressed(str):
    """An expression: never in single quotes, which would make it a constant."""


def yaml_text(tree: Mapping[str, Tree]) -> str:
    """The tree as a YAML document."""
    return "".join(line + "\n" for line in block_lines(tree))


def block_lines(tree: Mapping[str, Tree], indent: int = 0, start: int = 0) -> list[str]:
    """The lines of a mapping in block style; values of aligned ones begin at column `start` (from the indentation) or later."""
    notes = tree.notes if isinstance(tree, Block) else {}
    spaced = isinstance(tree, Block) and tree.spaced
    if isinstance(tree, Block) and tree.aligned:
        start = max([start, *(len(key_text(key)) + 2 for key in tree if len(key_text(key)) <= _ALIGNED)])
    lines: list[str] = []
    for number, (key, value) in enumerate(tree.items()):
        lines += [""] if spaced and number and isinstance(value, Block) else []
        lines += note_lines(notes.get(key, ""), indent)
        lines += entry_lines(key, value, indent, start)
    return lines


def entry_lines(key: str, value: Tree, indent: int, start: int = 0) -> list[str]:
    """The lines of one entry of a block mapping."""
    name, pad = key_text(key), " " * indent
    if len(name) > _LONGEST_KEY:
        first, *rest = _value_lines(value, indent, len(pad) + 1)
        return [f"{pad}? {name}", f"{pad}:{first}", *rest]
    head = f"{pad}{name}:"
    first, *rest = _value_lines(value, indent, max(len(head), indent + start - 1))
    gap = " " * (indent + start - 1 - len(head)) if first and not first.startswith((" |", " >")) else ""
    return [f"{head}{gap}{first}", *rest]


def note_lines(text: str, indent: int) -> list[str]:
    """A comment in lines; the first begins with its head (`# to derive: `), the others are set below its text."""
    if not text:
        return []
    # Only what is printed may stand in a comment: other line breaks than ours would end it.
    words = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    head = " " * indent + "# "
    hang = head + " " * (words.find(": ") + 2 if ": " in words[:20] else 2)
    return textwrap.wrap(words, WIDTH, initial_indent=head, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)


def key_text(text: str) -> str:
    """A key of a mapping, quoted where it must be."""
    return text if is_plain(text) else _quoted(text)


def flow_text(tree: Tree) -> str:
    """A tree on one line."""
    if tree is None:
        return ""
    if isinstance(tree, Raw):
        return str(tree)
    if isinstance(tree, str):
        return tree if is_plain(tree, in_flow=True) else _quoted(tree)
    if isinstance(tree, Mapping):
        return "{" + ", ".join(f"{_flow_key(key)}: {flow_text(value)}" for key, value in tree.items()) + "}"
    return "[" + ", ".join(flow_text("" if item is None else item) for item in tree) + "]"


def is_plain(text: str, in_flow: bool = False) -> bool:
    """Whether a text stands for itself without quotes."""
    if not text or text != text.strip() or not text.isprintable() or not _FIRST.match(text) or text.startswith("..."):
        return False
    return ": " not in text and " #" not in text and not text.endswith(":") and not (in_flow and re.search(r"[,\[\]{}:]", text))


def _value_lines(value: Tree, indent: int, column: int) -> list[str]:
    """What stands after `key:`, which ends in `column`; the first line begins with the blank after the colon."""
    if value is None:
        return [""]
    if isinstance(value, Raw):
        return _raw_lines(value, indent + 2)
    if isinstance(value, str):
        return _scalar_lines(value, indent + 2, WIDTH - column)
    if not value:
        return [" {}" if isinstance(value, Mapping) else " []"]
    if not isinstance(value, Block) and _fits(value, WIDTH - column - 1):
        return [f" {flow_text(value)}"]
    if isinstance(value, Mapping):
        return ["", *block_lines(value, indent + 2)]
    return ["", *(line for item in value for line in _item_lines(item, indent + 2))]


def _item_lines(item: Tree, indent: int) -> list[str]:
    """One item of a list in block style."""
    pad = " " * indent
    if isinstance(item, Mapping) and item and not _fits(item, WIDTH - indent - 2):
        first, *rest = block_lines(item, indent + 2)
        return [f"{pad}- {first.lstrip()}", *rest]
    if item is None or isinstance(item, str) and not isinstance(item, Drawn):
        return [f"{pad}- {flow_text(item or '')}"]
    first, *rest = _value_lines(item, indent, indent + 1)
    return [f"{pad}-{first}", *rest]


def _fits(tree: Tree, width: int) -> bool:
    """Whether a tree may stand on one line: it is short enough, and no text in it has lines of its own."""
    return not _has_lines(tree) and len(flow_text(tree)) <= width


def _has_lines(tree: Tree) -> bool:
    if isinstance(tree, Raw):
        return "\n" in tree or not (is_plain(tree, in_flow=True) or tree[:1] in ("'", '"'))
    if isinstance(tree, str):
        return isinstance(tree, Drawn) or "\n" in tree
    items = tree.values() if isinstance(tree, Mapping) else tree or ()
    return any(_has_lines(item) for item in items)


def _scalar_lines(text: str, indent: int, width: int) -> list[str]:
    pad = " " * indent
    lines = text.split("\n")
    if isinstance(text, Drawn) or len(lines) > 1 and _is_literal(text, lines):
        end = "" if text.endswith("\n") else "-"
        return [f" |{end}", *(f"{pad}{line}" if line else "" for line in (lines[:-1] if text.endswith("\n") else lines))]
    if len(text) > width and text.isprintable() and text == text.strip() and re.search(r"\S \S", text):
        return [" >-", *(f"{pad}{line}" for line in _folded(text, WIDTH - indent))]
    return [f" {text if is_plain(text) else _quoted(text)}"]


def _raw_lines(raw: str, indent: int) -> list[str]:
    """The first line stays with its key; those below keep their indentation to each other."""
    first, *rest = raw.rstrip("\n").split("\n")
    deepest = min((len(line) - len(line.lstrip(" ")) for line in rest if line.strip()), default=0)
    return [f" {first}", *(" " * indent + line[deepest:] if line.strip() else "" for line in rest)]


def _is_literal(text: str, lines: list[str]) -> bool:
    """Whether a text of several lines can stand as it is: nothing in it that cannot be seen, no blank at an end of it or of a line."""
    printable = all(line.isprintable() and line == line.rstrip() for line in lines)
    return printable and not text[0].isspace() and bool(lines[-1] or (len(lines) > 1 and lines[-2]))


def _folded(text: str, width: int) -> list[str]:
    """The text cut at single blanks, which folding puts back."""
    lines = [""]
    for word in re.split(r"(?<=\S) (?=\S)", text):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if len(joined) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = joined
    return lines


def _flow_key(text: str) -> str:
    return text if is_plain(text, in_flow=True) else _quoted(text)


def _quoted(text: str) -> str:
    if text.isprintable() and "'" not in text and not isinstance(text, Expressed):
        return f"'{text}'"
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
