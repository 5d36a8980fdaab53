"""Where clauses as one line of text, as they stand in a cell: `VSTESTCD IN (SYSBP, DIABP) AND DM.SEX EQ F`.

    alternatives = clause {" OR " clause}
    clause       = check {" AND " check}
    check        = [dataset "."] variable " " comparator " " (value | "(" [value {", " value}] ")")
    value        = bare | quoted                dataset, variable = the same, a bare one without "."
    bare         = characters other than blanks , ; | " ( )         (and other than the words AND and OR)
    quoted       = '"' characters, a quote among them doubled '"'

IN and NOTIN have a list, the others a value (a list, too, where a document gives several). A variable of the dataset that the clause
is for stands without its dataset. Every where clause can be written so, and is read back as it was.

Reading is more lenient than writing: comparators in any case and as signs (`=`, `<>`, `NOT IN`), and values of several words without
quotes, as `AVISIT EQ Week 2 AND PARAMCD EQ X`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast, get_args

from clintrail.define.model import Comparator, RangeCheck, WhereClause
from clintrail.errors import did_you_mean

COMPARATORS: tuple[str, ...] = get_args(Comparator)
_SIGNS = {"=": "EQ", "==": "EQ", "!=": "NE", "<>": "NE", "^=": "NE", "~=": "NE", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}
_TOKEN = re.compile(r'\s*(?:("(?:[^"]|"")*")|([(),])|([^\s,()"]+)|(.))', re.DOTALL)
_NOT_BARE = re.compile(r'[\s,;|"()]')
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_JOINING = ("AND", "OR")


class BadClause(ValueError):
    """What is wrong with the text of a where clause; `fix` is what to type instead."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.fix = fix


def format_clauses(where: Sequence[WhereClause], home: str) -> str:
    """The alternatives as one text, as seen from the dataset `home` (empty: every dataset is named)."""
    return " OR ".join(" AND ".join(_format(check, home) for check in clause.checks) for clause in where)


def parse_clauses(text: str, home: str) -> tuple[WhereClause, ...]:
    """The where clauses of a text. Raises `BadClause`."""
    return _Parser(text, home).alternatives()


def format_values(values: Sequence[str]) -> str:
    """`A, "B, C"`: the values of a list."""
    return ", ".join(map(quoted, values))


def parse_values(text: str) -> tuple[str, ...]:
    """The values of a list. Raises `BadClause`."""
    parser = _Parser(text, "")
    values = parser.values(end="")
    parser.ended()
    return values


def quoted(value: str, not_bare: re.Pattern[str] = _NOT_BARE) -> str:
    """A value as it stands in a text: in double quotes unless it needs none."""
    plain = value and not not_bare.search(value) and value.upper() not in _JOINING
    return value if plain else '"' + value.replace('"', '""') + '"'


def unquoted(text: str) -> str:
    """The value of a text that is in double quotes as a whole; any other text as it is."""
    return text[1:-1].replace('""', '"') if _QUOTED.fullmatch(text) else text


def comparator_of(text: str) -> Comparator | None:
    """The comparator that a word or sign means."""
    word = "".join(text.upper().split())
    word = _SIGNS.get(word, word)
    return cast(Comparator, word) if word in COMPARATORS else None


def _format(check: RangeCheck, home: str) -> str:
    name = _name(check.variable) if check.dataset == home else f"{_name(check.dataset)}.{_name(check.variable)}"
    one = check.comparator not in ("IN", "NOTIN") and len(check.values) == 1
    return f"{name} {check.comparator} {quoted(check.values[0]) if one else f'({format_values(check.values)})'}"


def _name(name: str) -> str:
    return quoted(name, re.compile(r'[\s,;|"().]'))


class _Parser:
    """Walks the tokens of a text: (kind, text, start, end), kind being quoted, mark (one of `(),`), bare or other."""

    def __init__(self, text: str, home: str) -> None:
        self.text, self.home, self.at = text, home, 0
        found = _TOKEN.finditer(text.rstrip())
        kinds = ("quoted", "mark", "bare", "other")
        self.tokens = [(kinds[(m.lastindex or 1) - 1], m[m.lastindex or 1], m.start(m.lastindex or 1), m.end()) for m in found]
        if any(kind == "other" for kind, *_ in self.tokens):
            raise BadClause("a double quote that is not closed", 'close it, and double a quote within the value: "5"" pipe"')

    def alternatives(self) -> tuple[WhereClause, ...]:
        clauses, checks = [], [self._check()]
        while self._word() in _JOINING:
            if self._word() == "OR":
                clauses.append(WhereClause(tuple(checks)))
                checks = []
            self.at += 1
            checks.append(self._check())
        self.ended()
        return (*clauses, WhereClause(tuple(checks)))

    def ended(self) -> None:
        if self.at < len(self.tokens):
            fix = "join conditions by AND, alternatives by OR; put a value with blanks, commas or parentheses in double quotes"
            raise BadClause(f"'{self.tokens[self.at][1]}' is one too many", fix)

    def values(self, end: str) -> tuple[str, ...]:
        """Values parted by commas, up to the mark `end` (or the end of the text)."""
        found: list[str] = []
        while self.at < len(self.tokens) and not self._mark(end):
            if found and not self._mark(","):
                raise BadClause("the values of a list are not parted by commas", "write (A, B)")
            self.at += bool(found)
            found.append(self._value())
        return tuple(found)

    def _mark(self, mark: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][:2] == ("mark", mark)

    def _word(self) -> str:
        """The bare word here in capitals; empty if there is none."""
        return self.tokens[self.at][1].upper() if self.at < len(self.tokens) and self.tokens[self.at][0] == "bare" else ""

    def _check(self) -> RangeCheck:
        dataset, variable = self._variable()
        comparator = self._comparator(variable)
        values = self._listed() if self._mark("(") else (self._value(),)
        if comparator in ("IN", "NOTIN") and not values:
            raise BadClause(f"{comparator} without values", f"write {comparator} (A, B)")
        return RangeCheck(dataset, variable, comparator, values)

    def _listed(self) -> tuple[str, ...]:
        self.at += 1
        values = self.values(end=")")
        if not self._mark(")"):
            raise BadClause("a parenthesis that is not closed", "write (A, B)")
        self.at += 1
        return values

    def _variable(self) -> tuple[str, str]:
        """`SEX`, `DM.SEX`, `"A B".SEX`."""
        parts = [""]
        while self.at < len(self.tokens) and self.tokens[self.at][0] != "mark":
            kind, text, start, _ = self.tokens[self.at]
            if parts != [""] and start != self.tokens[self.at - 1][3]:
                break
            pieces = [unquoted(text)] if kind == "quoted" else text.split(".")
            parts[-1] += pieces[0]
            parts.extend(pieces[1:])
            self.at += 1
        if len(parts) > 2 or parts[-1] == "":
            raise BadClause("a condition does not begin with a variable", "write VARIABLE EQ VALUE, or DATASET.VARIABLE EQ VALUE")
        return (self.home, parts[0]) if len(parts) == 1 else (parts[0], parts[1])

    def _comparator(self, variable: str) -> Comparator:
        word = self._word()
        self.at += 1
        if word == "NOT" and self._word() == "IN":
            word, self.at = "NOTIN", self.at + 1
        found = comparator_of(word)
        if found is None:
            what = f"'{word}' is no comparator" if word else f"no comparator after {variable}"
            raise BadClause(what, did_you_mean(word, COMPARATORS, f"write one of {', '.join(COMPARATORS)}"))
        return found

    def _value(self) -> str:
        """A quoted value, or words up to the next comma, parenthesis, AND or OR."""
        if self.at >= len(self.tokens) or self.tokens[self.at][0] == "mark" or self._word() in _JOINING:
            raise BadClause("a condition without a value", 'write the value; "" is the empty one')
        first = self.at
        if self.tokens[first][0] == "quoted":
            self.at += 1
            return unquoted(self.tokens[first][1])
        while self._word() and self._word() not in _JOINING:
            self.at += 1
        return self.text[self.tokens[first][2] : self.tokens[self.at - 1][3]]
