"""Which findings a report lists, in which order: that of their causes, then by dataset and record; a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from clintrail.conformance.check import Checked
from clintrail.conformance.run import FINDINGS

_ORDER = "cause, dataset NULLS FIRST, record NULLS FIRST, rule, message, variables, vals, rowid"
_BATCH = 100_000


def listed(checked: Checked, columns: str, most: int | None = None, joins: str = "") -> Iterator[pa.Table]:
    """Columns of all findings, or of at most `most`: of each cause the first ones, so that no large one crowds out others.

    Only their order is made at once, what is read of them (`columns` in SQL, with `joins`) batch by batch: texts can be long.
    """
    con, count = checked.data.con, sum(cause.count for cause in checked.causes)
    each = _of_each(checked, most) if most and count > most else count
    first = f"QUALIFY row_number() OVER (PARTITION BY cause ORDER BY {_ORDER}) <= {each}" if each < count else ""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE listed AS SELECT finding, row_number() OVER (ORDER BY place) AS position FROM"
        f" (SELECT rowid AS finding, row_number() OVER (ORDER BY {_ORDER}) AS place FROM {FINDINGS} {first})"
    )
    size = min(con.execute("SELECT count(*) FROM listed").fetchall()[0][0], most or count)
    for start in range(0, max(size, 1), _BATCH):
        yield con.sql(
            f"SELECT {columns} FROM {FINDINGS} JOIN listed ON {FINDINGS}.rowid = listed.finding {joins}"
            f" WHERE position > {start} AND position <= {min(start + _BATCH, size)} ORDER BY position"
        ).to_arrow_table()
    con.execute("DROP TABLE listed")


def _of_each(checked: Checked, most: int) -> int:
    """How many findings of each cause may be listed, the same for all, so that not more than `most` are listed."""
    left, rest = most, len(checked.causes)
    for count in sorted(cause.count for cause in checked.causes):
        if count * rest > left:
            return max(1, left // rest)
        left, rest = left - count, rest - 1
    return most
