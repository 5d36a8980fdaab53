"""The code lists of a define: those that its variables use, with the terms that occur, and the dictionaries."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from clintrail.compile.codelists import Codelists, UsedCodelist
from clintrail.define.model import CodeList, Standard, Term

YES_NO, DOMAINS = "C66742", "C66734"
# Value domains of the guide that are dictionaries kept by others: (what the guide calls them) -> (id, name, dictionary, web page).
DICTIONARIES = {
    "MedDRA": ("MEDDRA", "Medical Dictionary for Regulatory Activities", "MedDRA", "https://www.meddra.org"),
    "WHODrug": ("WHODRUG", "WHODrug Global", "WHODrug", "https://who-umc.org/whodrug"),
    "ISO 3166-1 alpha-3": ("ISO3166", "Countries", "ISO 3166-1 alpha-3", "https://www.iso.org/iso-3166-country-codes.html"),
}


class Terms:
    """Collects which lists are used and with which values; `codelists` then gives them for the define."""

    def __init__(self, codelists: Codelists, versions: dict[str, str]) -> None:
        self.known, self.versions = codelists, versions
        self._used: dict[str, UsedCodelist] = {}
        self._values: dict[str, set[str]] = {}
        self._dictionaries: dict[str, CodeList] = {}
        self._own: dict[str, CodeList] = {}

    def use(self, key: str, values: pa.ChunkedArray, allowed: tuple[str, ...] = (), described: str = "") -> str:
        """Note that a variable with these values uses a list, and give the list's id; empty where it has none.

        `allowed` are the only values that the guide allows, for flags (Y, N) that it ties to no list by number.
        """
        if not pa.types.is_string(values.type):
            return ""
        if not key and allowed and set(allowed) <= {"Y", "N"}:
            key = YES_NO
        found = self.known.find(key) if key else None
        present = {str(value) for value in pc.unique(values).to_pylist() if value is not None}
        if found is None:
            return self._dictionary(described) if present else ""
        if found.dictionary:
            return self._external(found.key, found.name, found.dictionary, found.version or "", "")
        if not present and found.published is not None and not found.added:
            return ""  # an empty list says nothing, and no value needs it
        self._used[found.key] = found
        self._values.setdefault(found.key, set()).update(present)
        return found.key

    def use_several(self, id_: str, keys: tuple[str, ...], values: pa.ChunkedArray) -> str:
        """A variable to which the guide gives several lists: the one that has all its values, or one made of those that have some."""
        present = {str(value) for value in pc.unique(values).to_pylist() if value is not None}
        lists = [found for key in keys if (found := self.known.find(key)) is not None]
        having = [used for used in lists if present & {t.value for t in used.terms}]
        whole = next((used for used in lists if present <= {t.value for t in used.terms}), None)
        if whole is not None or len(having) < 2:
            return self.use((whole or [*having, *lists][0]).key if lists else "", values)
        terms = {t.value: t for used in having for t in used.terms if t.value in present}
        rest = sorted(present - set(terms))
        kept = [Term(t.value, t.decode, t.code) for t in terms.values()] + [Term(value, is_extension=True) for value in rest]
        numbered = tuple(Term(t.value, t.decode, t.nci_code, order, t.is_extension) for order, t in enumerate(kept, start=1))
        return self.own(CodeList(id=id_, name="; ".join(used.name for used in having), terms=numbered))

    def own(self, codelist: CodeList) -> str:
        """Put in a list made from the data: parameters and their names."""
        self._own[codelist.id] = codelist
        return codelist.id

    def _dictionary(self, described: str) -> str:
        name = next((name for name in DICTIONARIES if name in described), "")
        if not name:
            return ""
        id_, title, dictionary, href = DICTIONARIES[name]
        return self._external(id_, title, dictionary, self.versions.get(name, ""), href)

    def _external(self, id_: str, name: str, dictionary: str, version: str, href: str) -> str:
        self._dictionaries[id_] = CodeList(id=id_, name=name, dictionary=dictionary, dictionary_version=version, dictionary_href=href)
        return id_

    def codelists(self) -> tuple[CodeList, ...]:
        """Every list in use: published ones, the study's, those made from data, by name; dictionaries last."""
        lists = [*(self._codelist(used, self._values[key]) for key, used in self._used.items()), *self._own.values()]
        dictionaries = sorted(self._dictionaries.values(), key=lambda c: c.name)
        return (*sorted(lists, key=lambda c: (c.name, c.id)), *dictionaries)

    def _codelist(self, used: UsedCodelist, present: set[str]) -> CodeList:
        """The terms that occur, all that the study itself gives, and values that are in no list as additions."""
        kept = [t for t in used.terms if t.value in present or t.value in used.added]
        known = {t.value for t in used.terms}
        extends = used.published is not None
        terms = [Term(t.value, t.decode, t.code, is_extension=extends and t.value in used.added) for t in kept]
        terms += [Term(value, is_extension=extends) for value in sorted(present - known)]
        own = self.known.study.codelists.get(used.key)
        stated = {value: facts for (value, _), facts in zip(own.terms, own.term_facts, strict=True)} if own else {}
        return CodeList(
            id=used.key,
            name=used.name,
            nci_code=used.published.code if used.published else own.facts.get("code", "") if own else "",
            terms=tuple(_numbered(t, order, stated.get(t.value, {})) for order, t in enumerate(terms, start=1)),
            standard=self.standard_of(used),
            description=own.facts.get("description", "") if own else "",
        )

    @staticmethod
    def standard_of(used: UsedCodelist) -> Standard | None:
        """The package of terminology that a list is from."""
        return terminology_standard(used.published.standard, used.published.version) if used.published else None

    def standards(self) -> list[Standard]:
        """The packages of terminology that the lists in use are from."""
        return list(dict.fromkeys(s for used in self._used.values() if (s := self.standard_of(used)) is not None))


def _numbered(term: Term, order: int, stated: Mapping[str, str]) -> Term:
    """A term in its place, with the code, rank and description that the study states for it."""
    code, rank, description = (stated.get(fact, "") for fact in ("code", "rank", "description"))
    return Term(term.value, term.decode, term.nci_code or code, order, term.is_extension, description, rank)


def terminology_standard(publishing_set: str, version: str) -> Standard:
    """A package of controlled terminology as a define names it; publishing sets are those of code list C172331."""
    return Standard("CDISC/NCI", "CT", version, publishing_set=publishing_set.upper() if publishing_set == "Define-XML" else publishing_set)


def parameters(dataset: str, table: pa.Table) -> CodeList:
    """The parameters of an analysis dataset as a code list, in the order of PARAMN."""
    columns = [name for name in ("PARAMN", "PARAMCD", "PARAM") if name in table.column_names]
    found = table.select(columns).group_by(columns).aggregate([]).sort_by([(name, "ascending") for name in columns])
    rows = [row for row in found.to_pylist() if row["PARAMCD"] is not None]
    pairs = dict.fromkeys((str(row["PARAMCD"]), str(row.get("PARAM") or "")) for row in rows)
    terms = tuple(Term(code, name, order=order) for order, (code, name) in enumerate(pairs, start=1))
    return CodeList(id=f"{dataset}.PARAMCD", name=f"{dataset} Parameter Code", terms=terms)
