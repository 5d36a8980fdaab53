"""Which domains have records of which subjects."""

from __future__ import annotations

from collections.abc import Iterator

from clintrail.compile.plan import literal
from clintrail.conformance.data.model import Data, table_of

_EMPTY = "SELECT NULL::VARCHAR AS domain, NULL::VARCHAR AS USUBJID, NULL::BIGINT AS records"
_NOT_OBSERVED = ("DM", "CO", "POOLDEF")


def subject_records(data: Data) -> str:
    """In SQL: domain, USUBJID and how many records the domain has of the subject.

    Without DM itself, supplemental qualifiers, comments and relations, which tell nothing of a subject by themselves.
    """
    return " UNION ALL ".join([f"{_EMPTY} WHERE FALSE", *_selects(data)])


def _selects(data: Data) -> Iterator[str]:
    for parts in data.domains():
        first = parts[0]
        if first.kind != "sdtm" or not first.prefix or first.domain in _NOT_OBSERVED or "USUBJID" not in data.columns(first.domain):
            continue
        yield (
            f"SELECT {literal(first.domain)}, USUBJID, count(*) FROM {table_of(first.domain)}"
            " WHERE USUBJID IS NOT NULL GROUP BY USUBJID"
        )
