"""Where clauses of define.xml as conditions in SQL over the data, which are also how messages show them: `VSTESTCD = 'SYSBP'`.

A missing value is none of the values it is compared with: EQ, IN and the order comparisons do not hold for it, NE and NOTIN do; a blank
CheckValue means missing. Source: Define-XML 2.1, RangeCheck.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.model import Data, table_of
from clintrail.define.model import RangeCheck, WhereClause

SUBJECT = "USUBJID"
_ORDER = {"LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def applies(data: Data, dataset: str, where: Sequence[WhereClause]) -> str | None:
    """When one of the where clauses holds for a record of a dataset; None where that cannot be told from the data at hand.

    A condition on another dataset is followed by subject, if that has one record for each.
    """
    clauses = [_clause(data, dataset, clause) for clause in where]
    told = [clause for clause in clauses if clause is not None]
    if not told or len(told) < len(clauses):
        return None
    return told[0] if len(told) == 1 else " or ".join(f"({clause})" for clause in told)


def _clause(data: Data, dataset: str, clause: WhereClause) -> str | None:
    checks = [_check(data, dataset, check) for check in clause.checks]
    told = [check for check in checks if check is not None]
    return " and ".join(told) if told and len(told) == len(checks) else None


def _check(data: Data, dataset: str, check: RangeCheck) -> str | None:
    columns = data.columns(check.dataset)
    if check.variable not in columns:
        return None
    condition = _comparison(check, columns[check.variable])
    if check.dataset == dataset:
        return condition
    if SUBJECT not in columns or SUBJECT not in data.columns(dataset) or not _is_unique(data, check.dataset):
        return None
    return f"{SUBJECT} in (select {SUBJECT} from {table_of(check.dataset)} where {condition})"


def _is_unique(data: Data, dataset: str) -> bool:
    found = data.con.execute(f"SELECT count(*) = count(DISTINCT {SUBJECT}) FROM {table_of(dataset)}").fetchall()
    return bool(found[0][0])


def _comparison(check: RangeCheck, type_: str) -> str:
    name = _name(check.variable)
    column = name if type_ in ("VARCHAR", "DOUBLE") else f"cast({name} as varchar)"
    is_number = type_ == "DOUBLE"
    values = [v if is_number else literal(v) for v in check.values if v and (not is_number or _NUMBER.fullmatch(v))]
    if check.comparator in _ORDER:
        return f"{column} {_ORDER[check.comparator]} {values[0]}" if values else "false"
    equal = f"{column} = {values[0]}" if len(values) == 1 else f"{column} in ({', '.join(values)})" if values else ""
    if "" in check.values:
        equal = f"({equal} or {column} is null)" if equal else f"{column} is null"
    if check.comparator in ("NE", "NOTIN"):
        return f"not coalesce({equal or 'false'}, false)"
    return equal or "false"


def _name(text: str) -> str:
    return text if re.fullmatch(r"[A-Z][A-Z0-9_]*", text) else quoted(text)
