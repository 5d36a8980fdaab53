"""Conditions on the order of records and on their neighbours within a group."""

from __future__ import annotations

from collections.abc import Mapping

from clintrail.conformance.core.frame import ROWS, Unsupported, as_text
from clintrail.conformance.core.logic import FALSE, any_of, negated
from clintrail.conformance.core.operators.asked import Asked, Operator


def _within(asked: Asked) -> str:
    """The variables of the group, as one SQL value."""
    value = asked.comparison.options.get("within")
    names = value if isinstance(value, tuple) else (value,)
    return f"row({', '.join(as_text(asked.frame.column(str(name))) for name in names if name)})"


def _ordering(asked: Asked, *others: str) -> str:
    """The order of the records in a group; records that are alike in it keep that of the file."""
    name = asked.comparison.text("ordering")
    return ", ".join([*([asked.frame.column(name).sql] if name else []), *others, f"{ROWS}._row"])


def _no_next(asked: Asked) -> str:
    """Whether the next record of the group does not begin with what the target has; the last has no next."""
    over = f"OVER (PARTITION BY {_within(asked)} ORDER BY {_ordering(asked)})"
    other = asked.frame.column(str(asked.comparison.value))
    return f"(lead({ROWS}._row) {over} IS NOT NULL AND {asked.target.sql} IS DISTINCT FROM lead({other.sql}) {over})"


def _on_several(asked: Asked) -> str:
    """Whether other records of the group have the same value."""
    least = asked.comparison.value if isinstance(asked.comparison.value, int) else 1
    return f"(count(*) OVER (PARTITION BY {_within(asked)}, {asked.target.sql}) > {least})"


def _empty_before_last(asked: Asked) -> str:
    """Whether the target is missing in a record that is not the last of its group."""
    group = asked.frame.column(str(asked.comparison.value))
    over = f"OVER (PARTITION BY {group.sql} ORDER BY {_ordering(asked)})"
    return f"({asked.target.sql} IS NULL AND lead({ROWS}._row) {over} IS NOT NULL)"


def _unsorted(asked: Asked) -> str:
    """Whether sorting the records of a group by the given variables would give the target another place."""
    value = asked.comparison.value
    return any_of([_out_of_place(asked, column) for column in (value if isinstance(value, tuple) else ())])


def _out_of_place(asked: Asked, column: object) -> str:
    if not isinstance(column, Mapping) or "name" not in column:
        raise Unsupported("a sorting needs name and sort_order")
    by, group = asked.frame.column(str(column["name"])), _within(asked)
    text, target = as_text(by), f"{asked.target.sql} ASC NULLS LAST, {ROWS}._row"
    down = "DESC" if str(column.get("sort_order", "asc")).lower() == "desc" else "ASC"
    vague = _overlaps(asked, text) if by.kind == "text" else FALSE
    alike = f"PARTITION BY {group}, {text} IS NULL, {vague}"
    moved = (
        f"({text} IS NOT NULL AND row_number() OVER ({alike} ORDER BY {target})"
        f" <> row_number() OVER ({alike} ORDER BY {by.sql} {down}, {target}))"
    )
    last = str(column.get("null_position", "last")).lower() == "last"
    beyond = "1 FOLLOWING AND UNBOUNDED FOLLOWING" if last else "UNBOUNDED PRECEDING AND 1 PRECEDING"
    known = f"count({text}) OVER (PARTITION BY {group} ORDER BY {target} ROWS BETWEEN {beyond})"
    return any_of([vague, moved, f"({text} IS NULL AND {known} > 0)"])


def _overlaps(asked: Asked, text: str) -> str:
    """Whether another date of the group lies within this one, or this one within it: their order cannot be told."""
    frame, group = asked.frame, _within(asked)
    dates = f"SELECT DISTINCT {group} AS g, {text} AS d FROM {frame.rows(group, text)} WHERE {text} IS NOT NULL"
    pairs = f"({dates}) a JOIN ({dates}) b ON a.g = b.g AND length(a.d) < length(b.d) AND starts_with(b.d, a.d)"
    alias = frame.joined(f"SELECT a.g, a.d FROM {pairs} UNION SELECT b.g, b.d FROM {pairs}", [(group, "g"), (text, "d")])
    return f"({alias}.d IS NOT NULL)"


OPERATORS: dict[str, Operator] = {
    "does_not_have_next_corresponding_record": _no_next,
    "has_next_corresponding_record": lambda asked: negated(_no_next(asked)),
    "present_on_multiple_rows_within": _on_several,
    "not_present_on_multiple_rows_within": lambda asked: negated(_on_several(asked)),
    "empty_within_except_last_row": _empty_before_last,
    "target_is_not_sorted_by": _unsorted,
    "target_is_sorted_by": lambda asked: negated(_unsorted(asked)),
}
