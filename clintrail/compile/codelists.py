"""Code lists as specs use them: the published ones, the study's own and extended ones, and the study's words for collected values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clintrail.errors import Problem, closest
from clintrail.spec.model import StudySpec
from clintrail.terminology import Codelist, Term, Terminology


@dataclass(frozen=True)
class CodelistTable:
    """What a frame of a code list holds: collected text in capitals, and the term it means."""

    name: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class UsedCodelist:
    """A code list in use: the study's name for it, the published list behind it (None for a sponsor's own), and its terms.

    `added` are the submission values that the study adds to the published list; `open` tells that other values are allowed.
    """

    key: str
    name: str
    published: Codelist | None
    terms: tuple[Term, ...]
    added: frozenset[str]
    open: bool
    dictionary: str | None = None
    version: str | None = None


class Codelists:
    """The code lists of one study. Keys are the study's names, NCI codes (C66742) or short names (NY)."""

    def __init__(self, study: StudySpec, terminology: Terminology) -> None:
        self.study, self.terminology = study, terminology
        self._words = _words(study)

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the study's own code lists."""
        for spec in self.study.codelists.values():
            if spec.extends and self.terminology.codelist(spec.extends) is None:
                near = closest(spec.extends, [c.submission_value for c in self.terminology.codelists])
                fix = f"did you mean {near}?" if near else "name a published list by its NCI code or short name"
                yield Problem(spec.place, spec.name, f"extends {spec.extends}, which the terminology does not have", fix)
            published = self.terminology.codelist(spec.extends) if spec.extends else None
            if published is not None and not published.extensible:
                what = f"extends {published.submission_value} ({published.code}), which is not extensible"
                yield Problem(spec.place, spec.name, what, "use its terms; map the study's words to them in the table terms")

    def find(self, key: str) -> UsedCodelist | None:
        """The code list by any of its names; a study's list of that name comes first."""
        own = self.study.codelists.get(key)
        published = self.terminology.codelist((own.extends or "") if own else key)
        if own is None:
            if published is None:
                return None
            extended = next((s for s in self.study.codelists.values() if s.extends in (published.code, published.submission_value)), None)
            if extended is not None and key in (published.code, published.submission_value):
                return self.find(extended.name)
            return UsedCodelist(published.submission_value, published.name, published, published.terms, frozenset(), published.extensible)
        known = {t.value for t in published.terms} if published else set()
        added = tuple(Term("", value, decode=decode or "") for value, decode in own.terms if value not in known)
        terms = (*(published.terms if published else ()), *added)
        return UsedCodelist(
            own.name, own.title, published, terms, frozenset(t.value for t in added), bool(own.dictionary), own.dictionary, own.version
        )

    def table(self, key: str, variable: str) -> CodelistTable | None:
        """Collected text to term, with the study's words for this variable or list first; None for an unknown list."""
        found = self.find(key)
        if found is None:
            only = self._words.get(key) or self._words.get(variable)
            return CodelistTable(f"words for {key if key in self._words else variable}", tuple(sorted(only.items()))) if only else None
        short = found.published.submission_value if found.published else found.key
        words = {**self._words.get(found.key, {}), **self._words.get(short, {}), **self._words.get(variable, {})}
        rows: dict[str, str] = {}
        for way in (_values, _synonyms, _preferred, _decodes):
            level: dict[str, set[str]] = {}
            for term in found.terms:
                for text in way(term):
                    level.setdefault(text.strip().upper(), set()).add(term.value)
            for text, values in level.items():
                if len(values) == 1:
                    rows.setdefault(text, next(iter(values)))
        rows |= words
        own_words = f" for {variable}" if variable in self._words else ""
        return CodelistTable(f"codelist {found.key}{own_words}", tuple(sorted(rows.items())))


def _values(term: Term) -> tuple[str, ...]:
    return (term.value,)


def _synonyms(term: Term) -> tuple[str, ...]:
    return term.synonyms


def _preferred(term: Term) -> tuple[str, ...]:
    return (term.preferred,) if term.preferred else ()


def _decodes(term: Term) -> tuple[str, ...]:
    return (term.decode,) if term.decode else ()


def _words(study: StudySpec) -> dict[str, dict[str, str]]:
    """The table `terms` (codelist | collected => term): by code list or variable, collected text in capitals to term."""
    table = study.tables.get("terms")
    found: dict[str, dict[str, str]] = {}
    if table is None or not {"codelist", "collected", "term"} <= set(table.columns):
        return found
    at = [table.columns.index(c) for c in ("codelist", "collected", "term")]
    for row in table.rows:
        codelist, collected, term = (row[i] for i in at)
        if codelist and collected and term:
            found.setdefault(codelist, {})[collected.strip().upper()] = term
    return found
