"""Rules for records: keys, subjects, and the items of value lists that they fall under."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc

from clintrail.define.check.data.beside import Filed
from clintrail.define.check.data.where import SUBJECT
from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import children, get
from clintrail.errors import Severity, counted


@rule(Severity.ERROR, "Define-XML 2.1, ItemRef: KeySequence")
def keys_are_unique(filed: Filed) -> Iterator[Finding]:
    """No two records have the same keys."""
    keyed = (get(item, "Name") for ref, item in filed.define.variables(filed.group) if get(ref, "KeySequence"))
    keys = list(dict.fromkeys(keyed))
    if not keys or not set(keys) <= set(filed.file.table.column_names):
        return
    sizes = filed.file.table.select(keys).group_by(keys).aggregate([([], "count_all")])["count_all"]
    if repeated := pc.sum(pc.greater(sizes, 1)).as_py():
        what = f"{counted(repeated, 'combination')} of {', '.join(keys)} occur more than once"
        yield Finding(filed.group, what, "name the variables that identify a record")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: Repeating")
def dataset_repeats_as_said(filed: Filed) -> Iterator[Finding]:
    """A dataset with Repeating="No" has one record per subject."""
    if SUBJECT in filed.file.table.column_names and get(filed.group, "Repeating") == "No":
        subjects = filed.values(SUBJECT)
        if (several := len(subjects) - len(subjects.unique())) > 0:
            yield Finding(filed.group, f"Repeating is No, but {counted(several, 'record')} more than subjects", 'write Repeating="Yes"')


@rule(Severity.WARNING, "Define-XML 2.1, def:ValueListDef")
def values_fall_under_an_item(filed: Filed) -> Iterator[Finding]:
    """Where a variable with a value list has a value, an item of the list applies."""
    for name, items in filed.cuts.items():
        column = filed.columns[name]
        if (left_out := column.filled & ~np.logical_or.reduce([mask for _, mask in items])).any():
            yield Finding(column.item, f"no item of its value list applies to {column.told(left_out)} with a value", "describe them too")


@rule(Severity.ERROR, "Define-XML 2.1, def:ValueListDef")
def values_fall_under_one_item(filed: Filed) -> Iterator[Finding]:
    """Where a variable with a value list has a value, not more than one item of the list applies."""
    for name, items in filed.cuts.items():
        column = filed.columns[name]
        applying = np.sum([mask for _, mask in items], axis=0)
        if (twice := column.filled & (applying > 1)).any():
            yield Finding(column.item, f"several items of its value list apply to {column.told(twice)}", "tell the where clauses apart")


@rule(Severity.NOTE, "Define-XML 2.1, def:ValueListDef")
def items_apply_to_records(filed: Filed) -> Iterator[Finding]:
    """Every item of a value list applies to some records."""
    for items in filed.cuts.values():
        for ref, mask in items:
            if not mask.any():
                yield Finding(ref, "applies to no record", "take the item away, or correct its where clause")


@rule(Severity.NOTE, "Define-XML 2.1, def:ValueListDef")
def where_clauses_can_be_followed(filed: Filed) -> Iterator[Finding]:
    """The where clauses of a value list can be followed in the data: on this dataset, or on one with one record per subject."""
    for name, column in filed.columns.items():
        refs = filed.define.value_refs(column.item)
        if name not in filed.cuts and any(children(ref, "def:WhereClauseRef") for ref in refs):
            yield Finding(column.item, "its value list was not compared with the data", "a join by other than USUBJID is not followed here")
