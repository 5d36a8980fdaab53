"""Code lists and how a collected value finds its term."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Term:
    """One term: NCI code, submission value, synonyms, NCI preferred term.

    `decode` is the value of the same NCI code in the paired list (Systolic Blood Pressure for SYSBP); empty without one.
    """

    code: str
    value: str
    synonyms: tuple[str, ...] = ()
    preferred: str = ""
    decode: str = ""


@dataclass(frozen=True)
class Package:
    """A version of one standard's terminology; `complete` is false for the part of it that clintrail ships."""

    standard: str
    version: str
    path: Path
    complete: bool


@dataclass(frozen=True)
class Codelist:
    """One code list: NCI code, name, short name (`submission_value`, "NY"), whether terms may be added, and its terms."""

    code: str
    name: str
    submission_value: str
    extensible: bool
    terms: tuple[Term, ...]
    standard: str = ""
    version: str = ""

    def term(self, value: str) -> Term | None:
        """The term with exactly this submission value."""
        return self._by_value.get(value)

    def matches(self, collected: str) -> tuple[Term, ...]:
        """Terms that a collected value may mean, in the list's order: one is an answer, several are an ambiguity.

        The first of these that finds any decides: the submission value; the submission value in any case; synonyms;
        the NCI preferred term; the decode. Case and runs of spaces do not matter, except for the first.
        """
        exact = self.term(collected)
        if exact:
            return (exact,)
        key = _folded(collected)
        for index in self._indexes:
            if key in index:
                return index[key]
        return ()

    def find(self, collected: str) -> Term | None:
        """The one term that a collected value means; None if there is none or more than one (see `matches`)."""
        found = self.matches(collected)
        return found[0] if len(found) == 1 else None

    @cached_property
    def _by_value(self) -> dict[str, Term]:
        return {term.value: term for term in self.terms}

    @cached_property
    def _indexes(self) -> tuple[dict[str, tuple[Term, ...]], ...]:
        ways: tuple[Callable[[Term], Iterable[str]], ...] = (
            lambda t: (t.value,),
            lambda t: t.synonyms,
            lambda t: (t.preferred,),
            lambda t: (t.decode,),
        )
        return tuple(_index(self.terms, way) for way in ways)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _index(terms: Iterable[Term], words: Callable[[Term], Iterable[str]]) -> dict[str, tuple[Term, ...]]:
    found: dict[str, dict[str, Term]] = {}
    for term in terms:
        for word in words(term):
            if word:
                found.setdefault(_folded(word), {})[term.code] = term
    return {word: tuple(by_code.values()) for word, by_code in found.items()}


class Terminology:
    """The code lists of some packages: SDTM's before ADaM's before Define-XML's where two have the same list."""

    def __init__(self, packages: Sequence[Package], codelists: Iterable[Codelist]) -> None:
        self.packages = tuple(packages)
        self._by_code: dict[str, Codelist] = {}
        self._by_name: dict[str, Codelist] = {}
        for codelist in codelists:
            self._by_code.setdefault(codelist.code, codelist)
            self._by_name.setdefault(codelist.submission_value, codelist)

    def __len__(self) -> int:
        return len(self._by_code)

    @property
    def codelists(self) -> tuple[Codelist, ...]:
        """All code lists, in the order of the packages."""
        return tuple(self._by_code.values())

    def codelist(self, key: str) -> Codelist | None:
        """The code list by NCI code (C66742) or by submission value (NY)."""
        return self._by_code.get(key) or self._by_name.get(key)

    def matches(self, codelist: str, collected: str) -> tuple[Term, ...]:
        """See `Codelist.matches`; empty too where the code list is not known."""
        found = self.codelist(codelist)
        return found.matches(collected) if found else ()

    def find(self, codelist: str, collected: str) -> Term | None:
        """See `Codelist.find`; None too where the code list is not known."""
        found = self.matches(codelist, collected)
        return found[0] if len(found) == 1 else None
