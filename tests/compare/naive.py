"""The same comparison by loops over records in plain Python, as independent as it can be: what a reader would do by hand."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

Rows = list[dict[str, Any]]


@dataclass
class Naive:
    """Pairs of record numbers, records that are left, repeated keys, and for each variable the numbers of pairs that differ."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    only_a: list[int] = field(default_factory=list)
    only_b: list[int] = field(default_factory=list)
    repeated_a: int = 0
    repeated_b: int = 0
    differing: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    largest: dict[str, float] = field(default_factory=dict)


def naive_compare(a: pd.DataFrame, b: pd.DataFrame, by: list[str], absolute: float, relative: float) -> Naive:
    rows_a, rows_b = a.to_dict("records"), b.to_dict("records")
    found = Naive()
    waiting: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, row in enumerate(rows_b):
        waiting[_key(row, by)].append(number)
    found.repeated_b = sum(len(numbers) > 1 for numbers in waiting.values())
    seen: dict[tuple[Any, ...], int] = defaultdict(int)
    for number, row in enumerate(rows_a):
        seen[_key(row, by)] += 1
        if waiting[_key(row, by)]:
            found.pairs.append((number, waiting[_key(row, by)].pop(0)))
        else:
            found.only_a.append(number)
    found.repeated_a = sum(count > 1 for count in seen.values())
    found.only_b = sorted(number for numbers in waiting.values() for number in numbers)
    for name in a.columns:
        if name in b.columns and name not in by:
            found.differing[name] = [(i, j) for i, j in found.pairs if not _same(rows_a[i][name], rows_b[j][name], absolute, relative)]
            apart = [abs(rows_a[i][name] - rows_b[j][name]) for i, j in found.differing[name] if _numbers(rows_a[i][name], rows_b[j][name])]
            found.largest[name] = max(apart, default=0.0)
    return found


def _key(row: dict[str, Any], by: list[str]) -> tuple[Any, ...]:
    return tuple(_plain(row[name]) for name in by)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.rstrip(" ") or None
    if value is None or math.isnan(value):
        return None
    return float(value)


def _numbers(a: Any, b: Any) -> bool:
    return all(not isinstance(value, str) and _plain(value) is not None for value in (a, b))


def _same(a: Any, b: Any, absolute: float, relative: float) -> bool:
    a, b = _plain(a), _plain(b)
    if a is None or b is None or isinstance(a, str):
        return bool(a == b)
    return a == b or abs(a - b) <= absolute or abs(a - b) <= relative * (abs(a) / 2 + abs(b) / 2)
