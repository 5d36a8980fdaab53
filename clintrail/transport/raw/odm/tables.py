"""The records of a form's item groups as one table: a row for each form that was filled in, or for each repeat in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from clintrail.errors import Place, Problem
from clintrail.transport.raw.odm.keys import FORM_IDENTITY, STORED
from clintrail.transport.raw.odm.records import AUDIT_RECORD, LINE, NUMBER, OPERATION

_TOLD = 20
_PLACED = (*STORED, LINE, NUMBER, OPERATION, AUDIT_RECORD)


@dataclass(frozen=True)
class Joined:
    """`keys` has `STORED` and the places of each row; `items` the columns of all item groups by the OIDs of group and item."""

    keys: pa.Table
    items: dict[tuple[str, str], pa.ChunkedArray]


def codes_of(keys: pa.Table, names: Sequence[str]) -> NDArray[np.int64]:
    """A number for each row, from 0 on without gaps; rows that agree on all these columns have the same one."""
    codes = np.zeros(keys.num_rows, dtype=np.int64)
    for name in names:
        column = keys[name].combine_chunks()
        values = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        codes = np.unique(codes * (len(column.dictionary) + 1) + values, return_inverse=True)[1].astype(np.int64)
    return codes


def repeated_keys(table: pa.Table, group: str, repeats: bool, path: str) -> Iterator[Problem]:
    """Records of one item group that have the same keys; where it does not repeat, records of one form."""
    codes = codes_of(table, (*FORM_IDENTITY, "ItemGroupRepeatKey") if repeats else FORM_IDENTITY)
    order = np.argsort(codes, kind="stable")
    again = np.flatnonzero(codes[order][1:] == codes[order][:-1]) + 1
    lines = np.asarray(table[LINE])
    second, first = lines[order[again]], lines[order[again - 1]]
    why = "has the same keys as" if repeats else "is on the same form as"
    fix = "export it again: ItemGroupRepeatKey tells repeats apart" if repeats else 'export it with Repeating="Yes" in its definition'
    for at in np.argsort(second, kind="stable")[:_TOLD]:
        yield Problem(Place(path, int(second[at])), "", f"a record of {group} {why} that of line {first[at]}", fix)
    if len(second) > _TOLD:
        yield Problem(Place(path, int(np.sort(second)[_TOLD])), "", f"{len(second) - _TOLD} more records of {group} are there twice", fix)


def joined(parts: Sequence[tuple[str, pa.Table]], repeating: str | None) -> Joined:
    """The records of item groups (OID, records) of one form, joined by the form in which they stand, in the order of the file.

    One group may repeat: then each of its records is a row, with the values of the others; a form without any is one row.
    """
    keys = parts[0][1].select(_PLACED)  # its dictionaries are those of the whole column
    if len(parts) > 1:
        keys = pa.concat_tables([table.select(_PLACED) for _, table in parts]).unify_dictionaries()
    sizes = [table.num_rows for _, table in parts]
    starts = np.concatenate(([0], np.cumsum(sizes)))[:-1]
    forms = codes_of(keys, FORM_IDENTITY)
    count = int(forms.max()) + 1 if len(forms) else 0
    numbers = np.asarray(keys[NUMBER])
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, forms, numbers)
    many = next((at for at, (group, _) in enumerate(parts) if group == repeating), None)
    rows = np.arange(starts[many], starts[many] + sizes[many]) if many is not None else np.zeros(0, dtype=np.int64)
    alone = np.setdiff1d(np.arange(count), forms[rows])  # forms without a record of the group that repeats
    form = np.concatenate((forms[rows], alone))
    order = np.lexsort((np.concatenate((numbers[rows], np.full(len(alone), -1))), first[form]))
    form, row = form[order], np.concatenate((rows, np.full(len(alone), -1)))[order]
    places: list[NDArray[np.int64]] = []  # of each part, the row of `keys` that goes into each row; -1 for none
    for at, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        of_form = np.full(count, -1)
        of_form[forms[start : start + size]] = np.arange(start, start + size)
        places.append(row if at == many else of_form[form])
    shown = row.copy()
    for place in places:
        shown = np.where(shown < 0, place, shown)
    items: dict[tuple[str, str], pa.ChunkedArray] = {}
    for (group, table), place, start in zip(parts, places, starts, strict=True):
        values = _taken(table.drop_columns(_PLACED), place - start, place < 0)
        items |= {(group, oid): values[oid] for oid in values.column_names}
    return Joined(_taken(keys, shown, shown < 0), items)


def _taken(table: pa.Table, rows: NDArray[np.int64], missing: NDArray[np.bool_]) -> pa.Table:
    """Rows of a table, null for those that are missing; the table itself, and no copy, where these are its rows."""
    if len(rows) == table.num_rows and bool((rows == np.arange(len(rows))).all()):
        return table
    return table.take(pa.array(rows, mask=missing))
