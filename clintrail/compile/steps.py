"""The steps of a plan: one narrow query for the columns of a frame that are ready at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clintrail.compile.links import joined
from clintrail.compile.plan import Column, Frame, Step, quoted


def steps_of(frames: Mapping[str, Frame]) -> list[Step]:
    """The queries that build all frames, in an order in which each finds what it needs."""
    grouped: dict[tuple[int, int, str], list[Column]] = {}
    steps: list[tuple[tuple[int, int, str, str], Step]] = []
    for frame in frames.values():
        if frame.kind == "hook":
            steps.append(((frame.level, 0, frame.name, ""), Step("hook", frame.name, tuple(frame.columns), "")))
        elif frame.rows_sql:
            steps.append(((frame.level, 0, frame.name, ""), Step("rows", frame.name, (), frame.rows_sql)))
        for column in frame.columns.values():
            if column.kind == "link" and column.whole:
                steps.append(((column.level, 1, frame.name, column.name), Step("link", frame.name, (column.name,), column.whole)))
            elif column.sql and column.type not in ("carrier",):
                grouped.setdefault((column.level, 2, frame.name), []).append(column)
    for (level, rank, name), columns in grouped.items():
        steps.append(((level, rank, name, ""), Step("columns", name, tuple(c.name for c in columns), columns_sql(frames[name], columns))))
    return [step for _, step in sorted(steps, key=lambda s: s[0])]


def columns_sql(frame: Frame, columns: Sequence[Column]) -> str:
    """One narrow query for some columns of a frame."""
    own = quoted(frame.name)
    parts = [f"{own}._row", *(f"{c.sql} AS {quoted(c.name)}" for c in columns)]
    joins = joined(j for c in columns for j in c.joins)
    return "SELECT " + ",\n  ".join(parts) + f"\nFROM {own}{joins}\nORDER BY {own}._row"
