"""Text that remembers where each character was typed, and the tokens and calls in it.

Expressions are never regenerated: pieces are spliced into the author's own text, so that what runs is what was typed and
an error's position leads back to the character in the spec.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import TokenType

_NO_CALL = frozenset(
    {
        "IN", "AND", "OR", "NOT", "WHEN", "THEN", "ELSE", "CASE", "BETWEEN", "OVER", "FILTER", "WHERE", "BY", "ON", "IS", "LIKE",
        "ILIKE", "VALUES", "AS", "DISTINCT", "EXISTS", "SELECT", "FROM",
    }
)  # fmt: skip
_OPEN, _CLOSE = (TokenType.L_PAREN, TokenType.L_BRACKET), (TokenType.R_PAREN, TokenType.R_BRACKET)


@dataclass(frozen=True)
class Marked:
    """Text with, for each character, its offset in the author's expression."""

    text: str
    marks: tuple[int, ...]

    @staticmethod
    def typed(text: str, start: int = 0) -> Marked:
        """Text as the author typed it."""
        return Marked(text, tuple(range(start, start + len(text))))

    @staticmethod
    def made(text: str, mark: int) -> Marked:
        """Text that clintrail put in for what stands at `mark`."""
        return Marked(text, (mark,) * len(text))

    def __getitem__(self, part: slice) -> Marked:
        return Marked(self.text[part], self.marks[part])

    def __len__(self) -> int:
        return len(self.text)


def join(parts: Iterable[Marked]) -> Marked:
    """The pieces one after the other."""
    parts = list(parts)
    return Marked("".join(p.text for p in parts), tuple(m for p in parts for m in p.marks))


@dataclass(frozen=True)
class Token:
    """One token: `[start, end)` in the text."""

    kind: Any
    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """A name or keyword, not quoted."""
        return self.text[:1].isalpha() or self.text[:1] == "_"


@dataclass(frozen=True)
class Call:
    """A function call: token indices of name, brackets, arguments and the clauses behind it (-1 where absent)."""

    name: str
    first: int
    open: int
    close: int
    filter_open: int
    filter_close: int
    over: int
    end: int  # index behind the last token of the call and its clauses


class NotTokens(Exception):
    """The text cannot be cut into tokens; holds the reason."""


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of an expression; raises `NotTokens`."""
    try:
        found = DuckDB().tokenize(text)
    except TokenError:
        raise NotTokens("a quote is not closed") from None
    return tuple(Token(t.token_type, text[t.start : t.end + 1], t.start, t.end + 1) for t in found)


def matching(toks: tuple[Token, ...], opening: int) -> int:
    """The index of the bracket that closes the one at `opening`, or -1."""
    depth = 0
    for index in range(opening, len(toks)):
        if toks[index].kind in _OPEN:
            depth += 1
        elif toks[index].kind in _CLOSE:
            depth -= 1
            if depth == 0:
                return index
    return -1


def call_at(toks: tuple[Token, ...], index: int) -> Call | None:
    """The call whose name stands at `index`, or None."""
    token = toks[index]
    if not token.is_word or token.text.upper() in _NO_CALL or index + 1 >= len(toks) or toks[index + 1].kind != TokenType.L_PAREN:
        return None
    if index and toks[index - 1].kind == TokenType.DOT:
        return None
    close = matching(toks, index + 1)
    if close < 0:
        return None
    end, filter_open, filter_close, over = close + 1, -1, -1, -1
    if _word(toks, end) == "FILTER" and end + 1 < len(toks) and toks[end + 1].kind == TokenType.L_PAREN:
        filter_open, filter_close = end + 1, matching(toks, end + 1)
        end = filter_close + 1
    if _word(toks, end) == "OVER" and end + 1 < len(toks):
        over = end
        end = matching(toks, end + 1) + 1 if toks[end + 1].kind == TokenType.L_PAREN else end + 2
    return Call(token.text, index, index + 1, close, filter_open, filter_close, over, end)


def arguments(toks: tuple[Token, ...], call: Call) -> list[tuple[int, int]]:
    """Token ranges `[first, behind)` of the call's arguments."""
    if call.close == call.open + 1:
        return []
    found, depth, start = [], 0, call.open + 1
    for index in range(call.open + 1, call.close):
        kind = toks[index].kind
        depth += kind in _OPEN
        depth -= kind in _CLOSE
        if kind == TokenType.COMMA and depth == 0:
            found.append((start, index))
            start = index + 1
    return [*found, (start, call.close)]


def calls(toks: tuple[Token, ...]) -> Iterator[Call]:
    """Every call, outer before inner."""
    for index in range(len(toks)):
        call = call_at(toks, index)
        if call:
            yield call


def has_order(toks: tuple[Token, ...], first: int, behind: int) -> bool:
    """Whether ORDER BY stands in a token range, outside inner brackets (sqlglot reads it as one token)."""
    depth = 0
    for token in toks[first:behind]:
        depth += token.kind in _OPEN
        depth -= token.kind in _CLOSE
        if depth == 0 and token.kind == TokenType.ORDER_BY:
            return True
    return False


def span(toks: tuple[Token, ...], first: int, behind: int) -> slice:
    """The characters of a token range."""
    return slice(toks[first].start, toks[behind - 1].end) if behind > first else slice(0, 0)


def _word(toks: tuple[Token, ...], index: int) -> str:
    return toks[index].text.upper() if index < len(toks) else ""
