"""Truth in SQL: conditions that are never unknown, and what is certain folded away, so that needless queries are not made."""

from __future__ import annotations

from collections.abc import Iterable

TRUE, FALSE = "TRUE", "FALSE"


def truth(value: bool) -> str:
    """A condition that is the same for all rows."""
    return TRUE if value else FALSE


def holds(sql: str) -> str:
    """A condition that is false where it is unknown."""
    return f"coalesce({sql}, FALSE)"


def negated(condition: str) -> str:
    """The opposite of a condition."""
    return {TRUE: FALSE, FALSE: TRUE}.get(condition, f"NOT {condition}")


def all_of(conditions: Iterable[str]) -> str:
    """All conditions together."""
    left = [one for one in conditions if one != TRUE]
    if FALSE in left:
        return FALSE
    return f"({' AND '.join(left)})" if left else TRUE


def any_of(conditions: Iterable[str]) -> str:
    """One of the conditions."""
    left = [one for one in conditions if one != FALSE]
    if TRUE in left:
        return TRUE
    return f"({' OR '.join(left)})" if left else FALSE
