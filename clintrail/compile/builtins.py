"""DuckDB's own functions: which of them an expression may use, and where they aggregate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import duckdb

from clintrail.compile.text import Token, calls, tokens

_WINDOW = frozenset(
    {
        "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value", "last_value",
        "nth_value",
    }
)  # fmt: skip
_REFUSED = re.compile(
    r"random|setseed|uuid|now|today|current_|get_current|transaction|txid|version|getenv|getvariable|nextval|currval|pragma|read_|"
    r"sleep|in_search_path|pg_|duckdb_|has_.*_privilege|error$|write_log|query|stats$|vector_type|create_sort_key|add_parquet_key|approx_|reservoir"
)
CLOCK = frozenset(
    {
        "current_date", "current_time", "current_timestamp", "current_user", "current_role", "current_catalog", "current_schema",
        "localtime", "localtimestamp", "session_user",
    }
)  # fmt: skip


@lru_cache(maxsize=1)
def builtins() -> Mapping[str, str]:
    """DuckDB's functions that an expression may use, by name: `scalar`, `aggregate` or `window`."""
    con = duckdb.connect()
    rows = con.execute(
        "SELECT DISTINCT lower(function_name), function_type, coalesce(stability, 'CONSISTENT') FROM duckdb_functions()"
    ).fetchall()
    found = {name: "window" for name in _WINDOW} | {"coalesce": "scalar", "nullif": "scalar", "try_cast": "scalar", "cast": "scalar"}
    found |= {"try": "scalar", "if": "scalar", "ifnull": "scalar", "greatest": "scalar", "least": "scalar", "extract": "scalar"}
    for name, kind, stability in rows:
        allowed = kind in ("scalar", "aggregate", "macro") and stability == "CONSISTENT" and not _REFUSED.match(name)
        if allowed and name not in found:
            found[name] = "aggregate" if kind == "aggregate" else "scalar"
    return found


def is_refused(name: str) -> bool:
    """Whether a function of DuckDB's is kept out: its value does not follow from the study's data alone."""
    return bool(_REFUSED.match(name.lower()))


def is_clock_word(token: Token) -> bool:
    """Whether a word is a value of the session or the clock, which SQL writes without brackets."""
    return token.is_word and token.text.lower() in CLOCK


def not_from_data(name: str) -> tuple[str, str]:
    """What is wrong with using such a name, and the fix."""
    return f"{name} is not allowed: its value does not follow from the study's data", "write a rule that the data alone decide"


def open_aggregates(text: str) -> list[int]:
    """End offsets of the aggregate and window calls in `text` that have no OVER of their own (outermost ones)."""
    toks = tokens(text)
    ends, behind = [], 0
    for call in calls(toks):
        if call.first >= behind and call.over < 0 and builtins().get(call.name.lower()) in ("aggregate", "window"):
            ends.append(toks[call.end - 1].end)
            behind = call.end
    return ends
