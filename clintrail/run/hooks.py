"""Call a hook with DataFrames and check what it hands back: its columns, their types, and the origin of every row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Problem, Problems
from clintrail.spec.hooks import ORIGIN, Hook, failed

_ARROW = {"text": pa.string(), "number": pa.float64(), "date": pa.date32(), "datetime": pa.timestamp("us")}


def run_hook(hook: Hook, tables: Mapping[str, pa.Table]) -> tuple[pa.Table, dict[str, pa.Table]]:
    """The rows that a hook gives, numbered in the order of their cells, and for each table read the pairs (row, row of that table).

    `tables` has `_row` beside the columns to read. Raises `Problems` if the hook fails or breaks its word.
    """
    frames = [_frame(tables[name]) for name in hook.reads]
    try:
        given = hook.function(*frames)
    except Exception as error:
        raise Problems([failed(hook, error)]) from None
    problems = _broken_word(hook, given)
    if problems:
        raise Problems(problems)
    pairs = _origins(hook, given, {name: table.num_rows for name, table in tables.items()})
    table = _typed(hook, given)
    order = (
        pc.sort_indices(table, sort_keys=[(name, "ascending") for name in hook.gives]).to_numpy() if hook.gives else np.arange(len(given))
    )
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    table = table.take(pa.array(order)).append_column("_row", pa.array(np.arange(len(order), dtype=np.int64)))
    renumbered = {name: pa.table({"_row": place[own], "_other": other}) for name, (own, other) in pairs.items()}
    return table, renumbered


def _frame(table: pa.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame.set_index("_row")


def _broken_word(hook: Hook, given: Any) -> list[Problem]:
    def told(what: str, fix: str) -> list[Problem]:
        return [Problem(hook.place, hook.name, what, fix)]

    if not isinstance(given, pd.DataFrame):
        return told(f"gives a {type(given).__name__}", "return a pandas DataFrame")
    missing = [name for name in (*hook.gives, ORIGIN) if name not in given.columns]
    if missing:
        return told(
            f"does not give {', '.join(missing)}", "return every column of gives, and origin: the index of the rows each row came from"
        )
    return []


def _origins(hook: Hook, given: pd.DataFrame, sizes: Mapping[str, int]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    pairs: dict[str, tuple[list[int], list[int]]] = {name: ([], []) for name in hook.reads}
    wrong = 0
    for row, origin in enumerate(given[ORIGIN]):
        by_table = origin if isinstance(origin, dict) else {hook.reads[0]: origin} if len(hook.reads) == 1 else {}
        good, bad = 0, 0
        for name, labels in by_table.items():
            for label in labels if isinstance(labels, (list, tuple, set, np.ndarray, pd.Index)) else [labels]:
                if name not in pairs or not isinstance(label, (int, np.integer)) or not 0 <= int(label) < sizes[name]:
                    bad += 1
                    continue
                pairs[name][0].append(row)
                pairs[name][1].append(int(label))
                good += 1
        wrong += bool(bad) or not good
    if wrong:
        fix = "origin holds index labels of the tables read: a label, a list, or {'ae': label, 'EX': [labels]}"
        raise Problems([Problem(hook.place, hook.name, f"{wrong} rows have no origin, or one that is no row of what was read", fix)])
    return {name: (np.array(a, dtype=np.int64), np.array(b, dtype=np.int64)) for name, (a, b) in pairs.items()}


def _typed(hook: Hook, given: pd.DataFrame) -> pa.Table:
    columns, problems = {}, []
    for name, kind in hook.gives.items():
        try:
            columns[name] = pa.Array.from_pandas(given[name].reset_index(drop=True), type=_ARROW[kind], safe=False)
        except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, TypeError):
            fix = f"make it {kind} in the hook, or change its type in gives"
            problems.append(Problem(hook.place, f"{hook.name}.{name}", f"holds values that are no {kind}", fix))
    if problems:
        raise Problems(problems)
    return pa.table(columns)
