"""The OIDs of a define.xml, all of them made here, from names and ids alone: `IT.AE.AETERM`, `CL.NY`, `WC.VS.VSTESTCD.EQ.TEMP`.

The same thing has the same OID in every build; different things have different OIDs. What cannot stand in an xs:ID, or is
too long to read, is shortened and told apart by eight digits of its SHA-256. `Oids` gives those of a document that was read.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence

from clintrail.define.model import DefineDocument, DefineVariable, Standard, ValueListItem, WhereClause

LONGEST = 80
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_]+")


def study(document: DefineDocument) -> str:
    """The OID of the study, as stated."""
    return document.study_oid


def metadata_version(document: DefineDocument) -> str:
    """The OID of the one MetaDataVersion."""
    return f"MDV.{document.study_oid}.{_UNFIT.sub('-', document.metadata_version_name)}"


def file(document: DefineDocument) -> str:
    """The FileOID."""
    return f"DEF.{document.study_oid}.{_UNFIT.sub('-', document.metadata_version_name)}"


def standard(item: Standard) -> str:
    """`STD.SDTMIG.3.4` or `STD.CT.SDTM.2024-03-29`."""
    name = f"CT.{item.publishing_set}" if item.type == "CT" else item.name
    return f"STD.{_fit(f'{name}.{item.version}')}"


def dataset(name: str) -> str:
    """`IG.AE`."""
    return f"IG.{_fit(name)}"


def variable(dataset: str, name: str) -> str:
    """`IT.AE.AETERM`."""
    return f"IT.{_fit(dataset)}.{_fit(name)}"


def value_list(dataset: str, name: str) -> str:
    """`VL.VS.VSORRES`."""
    return f"VL.{_fit(dataset)}.{_fit(name)}"


def value_item(dataset: str, name: str, where: Sequence[WhereClause]) -> str:
    """`IT.VS.VSORRES.VSTESTCD.EQ.TEMP`: the variable and when it applies."""
    return f"{variable(dataset, name)}.{_conditions(where, dataset)}"


def value_items(dataset: str, variable: DefineVariable) -> list[tuple[str, ValueListItem]]:
    """The value-level items of a variable, in order, each with its OID.

    Items that a faulty document gives twice for the same conditions are numbered from the second on.
    """
    made: Counter[str] = Counter()
    items = []
    for item in variable.values:
        oid = value_item(dataset, variable.name, item.where)
        made[oid] += 1
        items.append((oid if made[oid] == 1 else f"{oid}.{made[oid]}", item))
    return items


def where_clause(where: WhereClause) -> str:
    """`WC.VS.VSTESTCD.EQ.TEMP`, or from its id where it has one."""
    return f"WC.{_fit(where.id) if where.id else _conditions((where,), '')}"


def codelist(id: str) -> str:
    """`CL.NY`."""
    return f"CL.{_fit(id)}"


def method(id: str) -> str:
    """`MT.AE.AESTDY`."""
    return f"MT.{_fit(id)}"


def comment(id: str) -> str:
    """`COM.AE`."""
    return f"COM.{_fit(id)}"


def document(id: str) -> str:
    """`LF.acrf`, the ID of a leaf."""
    return f"LF.{_fit(id)}"


def result_display(id: str) -> str:
    """`RD.Table-14.2.1`."""
    return f"RD.{_fit(id)}"


def analysis_result(id: str) -> str:
    """`AR.Table-14.2.1.R1`."""
    return f"AR.{_fit(id)}"


def dataset_file(name: str) -> str:
    """`LF.IG.AE`, the ID of a dataset's leaf; apart from those of documents."""
    return document(dataset(name))


_MAKERS: dict[str, Callable[..., str]] = {
    make.__name__: make
    for make in (
        study, metadata_version, file, standard, dataset, variable, value_list, value_item, where_clause, codelist, method,
        comment, document, result_display, analysis_result, dataset_file,
    )
}  # fmt: skip


class Oids:
    """The OIDs of one document: the functions above as methods, with the OIDs that the document states instead of ours."""

    def __init__(self, document: DefineDocument) -> None:
        self._stated = document.stated_oids

    def __getattr__(self, kind: str) -> Callable[..., str]:
        if kind not in _MAKERS:
            raise AttributeError(kind)
        make, stated = _MAKERS[kind], self._stated

        def oid(*names: object) -> str:
            made = make(*names)
            return stated.get(made, made)

        return oid

    def value_items(self, dataset: str, variable: DefineVariable) -> list[tuple[str, ValueListItem]]:
        """As the function of this name."""
        return [(self._stated.get(oid, oid), item) for oid, item in value_items(dataset, variable)]


def _fit(text: str, exact: str | None = None) -> str:
    """A text that can stand in an xs:ID; `exact` holds everything that it must tell apart."""
    fitting = _UNFIT.sub("-", text)
    if fitting == text and len(text) <= LONGEST and exact is None:
        return text
    digest = hashlib.sha256((exact or text).encode()).hexdigest()[:8]
    return f"{fitting[: LONGEST - 9].rstrip('-.')}.{digest}"


def _conditions(where: Sequence[WhereClause], home: str) -> str:
    """`VSTESTCD.EQ.TEMP` for each condition; the dataset is named where it is not the home."""
    checks = [check for clause in where for check in clause.checks]
    parts = []
    for check in checks:
        name = check.variable if check.dataset == home else f"{check.dataset}.{check.variable}"
        parts.append(f"{name}.{check.comparator}.{'-'.join(check.values)}")
    # Values with dashes or dots of their own, and alternatives, could read like other conditions.
    plain = len(where) == 1 and all(_PLAIN_VALUE.fullmatch(value) for check in checks for value in check.values)
    return _fit(".".join(parts), None if plain else repr(where))
