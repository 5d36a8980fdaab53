"""What IDVAR and IDVARVAL can point at: the values of the variables that supplemental qualifiers, comments and relations name."""

from __future__ import annotations

from collections.abc import Iterator

from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.model import Data, table_of

_EMPTY = "SELECT NULL::VARCHAR AS domain, NULL::VARCHAR AS USUBJID, NULL::VARCHAR AS idvar, NULL::VARCHAR AS text, NULL::DOUBLE AS number"


def identified(data: Data) -> str:
    """In SQL: domain, USUBJID, idvar and its value on each record of the domain, as text or as number by the variable's type.

    Only for the pairs of RDOMAIN and IDVAR that are used. All parts of a split domain are one domain, so SUPPLB may point into LBCH.
    """
    selects = [_values(data, domain, idvar) for domain, idvar in _used(data) if idvar in data.columns(domain)]
    return " UNION ALL ".join([f"{_EMPTY} WHERE FALSE", *selects])


def _used(data: Data) -> list[tuple[str, str]]:
    """The pairs of RDOMAIN and IDVAR that are used anywhere."""
    selects = list(_references(data))
    if not selects:
        return []
    rows = data.con.execute(f"SELECT DISTINCT * FROM ({' UNION ALL '.join(selects)}) WHERE RDOMAIN <> '' AND IDVAR <> '' ORDER BY ALL")
    return [(str(domain), str(idvar)) for domain, idvar in rows.fetchall()]


def _references(data: Data) -> Iterator[str]:
    for parts in data.domains():
        domain = parts[0].domain
        if {"RDOMAIN", "IDVAR"} <= data.columns(domain).keys():
            yield f"SELECT DISTINCT CAST(RDOMAIN AS VARCHAR) AS RDOMAIN, CAST(IDVAR AS VARCHAR) AS IDVAR FROM {table_of(domain)}"


def _values(data: Data, domain: str, idvar: str) -> str:
    columns, value = data.columns(domain), quoted(idvar)
    subject = "USUBJID" if "USUBJID" in columns else "NULL"
    both = f"NULL, {value}" if columns[idvar] == "DOUBLE" else f"CAST({value} AS VARCHAR), NULL"
    return f"SELECT {literal(domain)}, {subject}, {literal(idvar)}, {both} FROM {table_of(domain)} WHERE {value} IS NOT NULL"
