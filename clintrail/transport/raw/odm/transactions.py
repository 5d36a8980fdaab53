"""The state that a file of transactions leaves: Insert, Update, Upsert and Remove applied in the order of the file.

Source: ODM 1.3.2, section 2.7.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clintrail.errors import Place, Problem
from clintrail.transport.raw.odm.records import INSERT, LINE, NUMBER, OPERATION, REMOVE, REMOVED, UPDATE

_SWEPT = REMOVE + 1  # removed with what was around it
_TOLD = 20

# The number of the record before which something was removed as a whole, and which rows of a table were of it.
Removal = tuple[int, NDArray[np.bool_]]


def state_after(table: pa.Table, codes: NDArray[np.int64], removals: Iterable[Removal], path: str) -> tuple[pa.Table, list[Problem]]:
    """The records that are left, each with the last value of every column, in the order in which they were inserted.

    `codes` tells records apart. Problems are transactions that cannot be: an Insert of what is there, an Update of what is not.
    """
    rows, codes, numbers, operations = _in_order(table, codes, removals)
    if not len(rows):
        return table, []
    ends = np.isin(operations, (REMOVE, _SWEPT))
    begins = np.concatenate(([True], (codes[1:] != codes[:-1]) | ends[:-1]))  # the record is not there before these
    starts = np.flatnonzero(begins)
    problems = list(_faults(np.asarray(table[LINE])[rows], operations, begins, path))
    stays = ~ends[np.append(starts[1:], len(rows)) - 1]
    inserted = numbers[starts][stays]
    order = np.argsort(inserted, kind="stable")
    columns = [_last_value(column, rows, starts, stays)[order] for column in table.columns]
    left = [_without_removed(column.take(pa.array(at, mask=at < 0))) for column, at in zip(table.columns, columns, strict=True)]
    state = pa.table(left, names=table.column_names)
    number = table.column_names.index(NUMBER)
    return state.set_column(number, NUMBER, pa.array(inserted[order].astype(np.int64))), problems


def _in_order(
    table: pa.Table, codes: NDArray[np.int64], removals: Iterable[Removal]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int8]]:
    """The transactions record by record, in the order of the file: row (-1 for those of a removal as a whole), code, number, operation."""
    numbers: NDArray[np.float64] = np.asarray(table[NUMBER]).astype(np.float64)
    all_rows, all_codes, all_numbers = [np.arange(table.num_rows)], [codes], [numbers]
    for number, rows in removals:
        gone = np.unique(codes[rows & (numbers < number)])
        all_rows.append(np.full(len(gone), -1))
        all_codes.append(gone)
        all_numbers.append(np.full(len(gone), number - 0.5))
    every, codes, numbers = np.concatenate(all_rows), np.concatenate(all_codes), np.concatenate(all_numbers)
    operations = np.where(every < 0, _SWEPT, np.asarray(table[OPERATION])[every] if table.num_rows else _SWEPT).astype(np.int8)
    order = np.lexsort((numbers, codes))
    return every[order].astype(np.int64), codes[order], numbers[order], operations[order]


def _faults(lines: NDArray[np.int64], operations: NDArray[np.int8], begins: NDArray[np.bool_], path: str) -> Iterable[Problem]:
    """Told in the order of the file; `lines` of removals as a whole do not count."""
    again = (operations == INSERT) & ~begins
    missing = np.isin(operations, (UPDATE, REMOVE)) & begins
    for at in sorted(np.flatnonzero(again), key=lambda at: int(lines[at]))[:_TOLD]:
        what = f"a record is inserted again that is there since line {lines[at - 1]}"
        yield Problem(Place(path, int(lines[at])), "", what, "export it again: a change is an Update or an Upsert")
    for at in sorted(np.flatnonzero(missing), key=lambda at: int(lines[at]))[:_TOLD]:
        what = "a record is changed or removed that the file has not inserted"
        yield Problem(Place(path, int(lines[at])), "", what, "export the whole study: this file goes on where another one ends")


def _last_value(column: pa.ChunkedArray, rows: NDArray[np.int64], starts: NDArray[np.int64], stays: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each record that stays, the row with its last value of a column; -1 where it has none."""
    has = np.asarray(column.is_valid())[rows] & (rows >= 0)
    last = np.maximum.reduceat(np.where(has, np.arange(len(rows)), -1), starts)[stays]
    return np.where(last < 0, -1, rows[last])


def _without_removed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_string(column.type):
        return column
    return pc.if_else(pc.equal(column, REMOVED), pa.scalar(None, pa.string()), column)
