"""How the values of the data stand to the terminology: each value of a variable with a code list, and each pair of a code and its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clintrail.compile.plan import quoted
from clintrail.conformance.data.model import CheckedDataset, Data, table_of
from clintrail.terminology import Codelist, Term

Row = dict[str, Any]
# the name of a code is in the variable without it: VSTEST for VSTESTCD, TSPARM for TSPARMCD
_CODE = "CD"


def value_rows(data: Data) -> Iterator[Row]:
    """Each value of each variable that has code lists at hand: those of define.xml's NCI codes, else of the guide.

    The names of codes are not among them (--TEST beside --TESTCD), since it is the code that says what a name should be.
    """
    for d in data.datasets:
        for v in d.variables:
            lists = codelists_of(data, d, v.name) if v.type == "Char" else ()
            code = d.variable(f"{v.name}{_CODE}")
            if not lists or (code and codelists_of(data, d, code.name)):
                continue
            name = quoted(v.name)
            found = data.con.execute(
                f"SELECT {name}, count(*) FROM {table_of(d.name)} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 1"
            ).fetchall()
            for value, count in found:
                yield {**_scoped(d), "variable": v.name, "generic": d.generic(v.name), "value": value, "records": count} | _standing(
                    str(value), lists
                )


def _scoped(d: CheckedDataset) -> Row:
    return {"dataset": d.name, "domain": d.domain, "class": d.class_name or None}


def _standing(value: str, lists: tuple[Codelist, ...]) -> Row:
    """What the code lists say of a value: whether they have it, and if not, which term it differs from in case or is a synonym of."""
    known = any(c.term(value) for c in lists)
    matches = [] if known else _matches(value, lists)
    other_case = [t for t in matches if _folded(t.value) == _folded(value)]
    synonym_of = [t.value for t in matches] if not other_case else []
    return {
        "codelists": [c.code for c in lists], "codelist": lists[0].code, "codelist_name": lists[0].name,
        "extensible": any(c.extensible for c in lists), "known": known, "known_in_other_case": bool(other_case),
        "term": other_case[0].value if other_case else None, "synonym_of": " or ".join(synonym_of) or None,
    }  # fmt: skip


def _matches(value: str, lists: tuple[Codelist, ...]) -> list[Term]:
    found = [t for c in lists for t in c.matches(value)]
    return list({t.value: t for t in found}.values())


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def code_name_rows(data: Data) -> Iterator[Row]:
    """Each pair of a code that terminology has (of --TESTCD, TSPARMCD) and the name that the data give it, with the term's own."""
    for d in data.datasets:
        for v in d.variables:
            name = v.name.removesuffix(_CODE)
            if v.type != "Char" or name == v.name or d.variable(name) is None:
                continue
            lists = [c for c in codelists_of(data, d, v.name) if any(t.decode for t in c.terms)]
            if not lists:
                continue
            code, called = quoted(v.name), quoted(name)
            found = data.con.execute(
                f"SELECT {code}, {called}, count(*) FROM {table_of(d.name)}"
                f" WHERE {code} IS NOT NULL AND {called} IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
            ).fetchall()
            for value, given, count in found:
                term = next((t for c in lists if (t := c.term(value)) and t.decode), None)
                if term is not None:
                    shown = {"code": value, "name": given, "decode": term.decode, "records": count}
                    yield {**_scoped(d), "variable": v.name} | shown


def codelists_of(data: Data, d: CheckedDataset, variable: str) -> tuple[Codelist, ...]:
    """The code lists of a variable that are at hand."""
    document = data.define.get(d.kind)
    stated = next((x for x in document.datasets if x.name == d.name), None) if document else None
    item = next((x for x in stated.variables if x.name == variable), None) if stated else None
    if document and item and item.codelist:
        listed = next((c for c in document.codelists if c.id == item.codelist), None)
        found = data.terminology.codelist(listed.nci_code) if listed and listed.nci_code else None
        return (found,) if found else ()
    info = d.guide.variable(variable) if d.guide else None
    return tuple(c for code in (info.codelists if info else ()) if (c := data.terminology.codelist(code)))
