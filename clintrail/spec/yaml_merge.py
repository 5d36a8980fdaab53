"""Change a YAML file in place: what is to be otherwise is written anew, every other line stays as it was typed, comments too.

A change is told by two trees, before and after, as `yaml_write` would write them: where they agree, the file is left alone,
whatever stands there. What the file has beyond both trees (rules, records, working columns) is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Trees
from dataclasses import dataclass, field

from clintrail.spec.yaml_text import Mapping, Node, Scalar, parse_yaml
from clintrail.spec.yaml_write import Block, Raw, Tree, entry_lines, note_lines, yaml_text

Path = tuple[str, ...]
NOT_HERE = "does not stand in a line of its own here"


@dataclass
class Merge:
    """How a file is changed, and what could not be.

    `may(path, node, gone)` says why the entry at a path must be left as it is, or nothing: node None is not there yet, `gone` is to go;
    `named(path, key)` gives the key of the trees for one of the file that is only spelt otherwise;
    `note` is the head of comments of ours, which change with what they stand above.
    """

    may: Callable[[Path, Node | None, bool], str] = lambda path, node, gone: ""
    named: Callable[[Path, str], str] = lambda path, key: key
    note: str = ""
    refused: list[tuple[Path, str]] = field(default_factory=list)

    def text(self, text: str, before: Trees[str, Tree], after: Trees[str, Tree]) -> str:
        """The text of a file with the change made; line ends stay what they are."""
        ends = "\r\n" if "\r\n" in text else "\n"
        plain = text.replace("\r\n", "\n")
        root = parse_yaml(plain, "") if plain.strip() else None
        if not isinstance(root, Mapping) or root.in_flow:
            return yaml_text(after).replace("\n", ends)
        lines = plain.split("\n")
        while lines and not lines[-1].strip():
            lines.pop()
        merged = _Lines(self, lines, plain).mapping(root, before, after, (), 0, len(lines))
        return "".join(line + ends for line in merged)


@dataclass(frozen=True)
class _Chunk:
    """One entry of a block mapping: comments and blank lines above it, and its own lines."""

    key: str
    above: list[str]
    body: list[str]


class _Lines:
    def __init__(self, merge: Merge, lines: list[str], text: str) -> None:
        self.merge, self.lines, self.text = merge, lines, text

    def mapping(self, node: Mapping, before: Trees[str, Tree], after: Trees[str, Tree], path: Path, first: int, last: int) -> list[str]:
        """The lines of a block mapping, which stands in lines first to last (0-based, the last not included)."""
        indent = node.place.column - 1
        chunks: dict[str, _Chunk] = {}
        for number, (key, value) in enumerate(node.entries):
            start = first if number == 0 else self._start(key.place.line - 1)
            end = self._start(node.entries[number + 1][0].place.line - 1) if number + 1 < len(node.entries) else last
            named = self.merge.named(path, key.text)
            whole = _Chunk(named, self.lines[start : key.place.line - 1], self.lines[key.place.line - 1 : end])
            chunk = self._entry(whole, key, value, before, after, path, indent)
            if chunk is not None:
                chunks[named] = chunk
        there = {self.merge.named(path, key.text) for key, _ in node.entries}
        self.merge.refused += [((*path, key), NOT_HERE) for key in before if key not in there and key not in after]
        self._insert(chunks, before, after, path, indent, self._column(node, indent))
        ordered = _ordered(chunks, list(before), list(after))
        return [line for chunk in ordered for line in (*chunk.above, *chunk.body)]

    def _start(self, line: int) -> int:
        """Where an entry begins: with the comments and blank lines above its key."""
        while line > 0 and (not self.lines[line - 1].strip() or self.lines[line - 1].lstrip().startswith("#")):
            line -= 1
        return line

    def _column(self, node: Mapping, indent: int) -> int:
        """The column, from the indentation, in which values of one line begin."""
        columns = [v.place.column - 1 - indent for k, v in node.entries if v.place.line == k.place.line]
        return max(set(columns), key=columns.count, default=0)

    def _entry(
        self, chunk: _Chunk, key: Scalar, value: Node, before: Trees[str, Tree], after: Trees[str, Tree], path: Path, indent: int
    ) -> _Chunk | None:
        """The entry as it is to be; None if it is to go."""
        here = (*path, chunk.key)
        old, new = before.get(chunk.key), after.get(chunk.key)
        known = (chunk.key in before, chunk.key in after)
        if known == (False, False) or (known == (True, True) and old == new and _note(before, chunk.key) == _note(after, chunk.key)):
            return chunk
        if why := self.merge.may(here, value, not known[1]):
            self.merge.refused.append((here, why))
            return chunk
        if not known[1]:
            return None
        above = self._above(chunk.above, before, after, chunk.key, indent)
        if known == (True, True) and old == new:
            return _Chunk(chunk.key, above, chunk.body)
        if isinstance(value, Mapping) and not value.in_flow and (new is None or isinstance(new, Trees)):
            start = self._start(value.place.line - 1)
            base = old if isinstance(old, Trees) else {}
            inner = self.mapping(value, base, new or {}, here, start, key.place.line - 1 + len(chunk.body))
            body = [*self.lines[key.place.line - 1 : start], *inner] if inner else entry_lines(key.text, None, indent)
            return _Chunk(chunk.key, above, body)
        tree = self._with_own(value, new, old, here)
        gap = value.place.column - 1 - indent if value.place.line == key.place.line else 0
        return _Chunk(chunk.key, above, _with_remark(entry_lines(key.text, tree, indent, gap), chunk.body, value, self.text))

    def _with_own(self, value: Node, new: Tree, old: Tree, path: Path) -> Tree:
        """A value to be written anew, with what the file has in it beyond the trees: a rule, or entries of a flow mapping."""
        if not isinstance(new, Trees) and new is not None:
            return new
        wanted: Trees[str, Tree] = new or {}
        base: Trees[str, Tree] = old if isinstance(old, Trees) else {}
        entries = value.entries if isinstance(value, Mapping) else ()
        there = {self.merge.named(path, k.text): (k.text, v) for k, v in entries}
        tree: dict[str, Tree] = {}
        for key, part in wanted.items():
            same = key in base and base[key] == part
            if key in there and same:
                tree[there[key][0]] = Raw(self._raw(there[key][1]))
            elif key in there or not same:
                why = self.merge.may((*path, key), there[key][1] if key in there else None, False)
                self.merge.refused += [((*path, key), why)] if why else []
                tree.update({} if why else {key: part})
        tree.update({k: Raw(self._raw(v)) for name, (k, v) in there.items() if name not in base and name not in wanted})
        self.merge.refused += [((*path, key), NOT_HERE) for key in base if key not in there and key not in wanted]
        if isinstance(value, Scalar) and (value.text or value.style):
            tree = {**tree, "value": Raw(self._raw(value))} if tree else {}
            return tree or Raw(self._raw(value))
        return Block(tree) if isinstance(new, Block) and tree else tree or None

    def _raw(self, node: Node) -> str:
        return self.text[node.span[0] : node.span[1]].rstrip("\n ")

    def _above(self, above: list[str], before: Trees[str, Tree], after: Trees[str, Tree], key: str, indent: int) -> list[str]:
        """Comments above an entry, with ours as they are to be: those that begin with the head of our notes, and the lines set below."""
        if not self.merge.note or _note(before, key) == _note(after, key):
            return above
        kept, ours = [], False
        for line in above:
            words = line.lstrip()[1:]
            ours = words.startswith(f" {self.merge.note}") or (ours and words.startswith("   "))
            kept += [] if ours else [line]
        return [*kept, *note_lines(_note(after, key), indent)]

    def _why_not(self, key: str, tree: Tree, before: Trees[str, Tree], path: Path) -> str:
        """Why an entry cannot be put in: one with parts of its own that the trees know and the file has not is made elsewhere."""
        known = key in before and (tree is None or isinstance(tree, Trees))
        return NOT_HERE if known else self.merge.may((*path, key), None, False)

    def _insert(
        self, chunks: dict[str, _Chunk], before: Trees[str, Tree], after: Trees[str, Tree], path: Path, indent: int, column: int
    ) -> None:
        """Entries that the file does not have yet."""
        for key, tree in after.items():
            if key in chunks or (key in before and before[key] == tree):
                continue
            known = before.get(key)
            if isinstance(known, Trees) and isinstance(tree, Trees) and not path:
                changed = [name for name in known if known[name] != tree.get(name)]
                self.merge.refused += [((key, name), NOT_HERE) for name in changed]
                tree = Block({name: part for name, part in tree.items() if name not in known})
                if not tree:
                    continue
            elif why := self._why_not(key, tree, before, path):
                self.merge.refused.append(((*path, key), why))
                continue
            above = [""] if not indent and isinstance(tree, Block) else []
            chunks[key] = _Chunk(key, [*above, *note_lines(_note(after, key), indent)], entry_lines(key, tree, indent, column))


def _ordered(chunks: Trees[str, _Chunk], before: list[str], after: list[str]) -> list[_Chunk]:
    """New entries behind the one that they follow in the tree; if the order of the tree has changed, entries of the tree in that."""
    listed = [key for key in after if key in chunks]
    keys = [key for key in chunks if key in before or key not in after]
    for at, key in enumerate(listed):
        if key not in keys:
            behind = next((keys.index(other) + 1 for other in reversed(listed[:at]) if other in keys), None)
            keys.insert(len(keys) if behind is None and not keys else behind or 0, key)
    if [key for key in before if key in listed] != [key for key in listed if key in before]:
        wanted = iter(listed)
        keys = [next(wanted) if key in listed else key for key in keys]
    return [chunks[key] for key in keys]


def _note(tree: Trees[str, Tree], key: str) -> str:
    return tree.notes.get(key, "") if isinstance(tree, Block) else ""


def _with_remark(new: list[str], body: list[str], value: Node, text: str) -> list[str]:
    """The remark behind a value of one line (`# ...`) and blank lines below are kept."""
    end = text.find("\n", value.span[1])
    remark = text[value.span[1] : len(text) if end < 0 else end].strip()
    blank = next((number for number, line in enumerate(reversed(body)) if line.strip()), 0)
    tail = body[len(body) - blank :]
    if not remark.startswith("#") or (isinstance(value, Scalar) and value.style in ("|", ">")):
        return [*new, *tail]
    if len(new) == 1:
        return [f"{new[0]}  {remark}", *tail]
    return [f"{new[0][: len(new[0]) - len(new[0].lstrip())]}{remark}", *new, *tail]
