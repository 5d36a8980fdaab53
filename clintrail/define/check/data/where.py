"""Where clauses applied to data: the records for which all conditions hold.

A missing value is none of the values it is compared with: EQ, IN and the order comparisons do not hold for it, NE and NOTIN do;
a blank CheckValue means missing. Source: Define-XML 2.1, RangeCheck.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree

from clintrail.define.check.rules.values import values_of
from clintrail.define.check.tree import children, get, number

if TYPE_CHECKING:
    from clintrail.define.check.data.beside import Filed, Mask

_ORDER: dict[str, Callable[[Any, Any], Any]] = {"LT": pc.less, "LE": pc.less_equal, "GT": pc.greater, "GE": pc.greater_equal}
SUBJECT = "USUBJID"


def holds(filed: Filed, where: etree._Element) -> Mask | None:
    """The records of a dataset for which a where clause holds; None where that cannot be told."""
    masks = [_holds(filed, check) for check in children(where, "RangeCheck")]
    known = [mask for mask in masks if mask is not None]
    return np.logical_and.reduce(known) if known and len(known) == len(masks) else None


def _holds(filed: Filed, check: etree._Element) -> Mask | None:
    """The records for which one condition holds, on this dataset or, by subject, on another with one record for each."""
    home, item = filed.define.dataset_of.get(get(check, "def:ItemOID")), filed.define.find("ItemDef", get(check, "def:ItemOID"))
    other = filed.beside.get(get(home, "OID")) if home is not None else None
    if item is None or other is None or get(item, "Name") not in other.file.table.column_names:
        return None
    mask = compared(other.values(get(item, "Name")), get(check, "Comparator"), values_of(check))
    return mask if home is filed.group else _by_subject(filed, other, mask)


def _by_subject(filed: Filed, other: Filed, mask: Mask) -> Mask | None:
    if any(SUBJECT not in one.file.table.column_names for one in (filed, other)):
        return None
    subjects = other.values(SUBJECT)
    if len(pc.unique(subjects)) != len(subjects):
        return None
    chosen = subjects.filter(pa.array(mask))
    return np.asarray(pc.is_in(filed.values(SUBJECT), value_set=chosen))


def compared(values: pa.Array, comparator: str, wanted: list[str]) -> Mask:
    """Where a comparison holds. Text is compared as text, numbers as numbers; what is no number then equals nothing."""
    is_number = pa.types.is_floating(values.type)
    stated: list[Any] = [number(text) if is_number else text for text in wanted if text]
    constants = pa.array([value for value in stated if value is not None], values.type)
    if comparator in _ORDER:
        held = _ORDER[comparator](values, constants[0]) if len(constants) else pa.nulls(len(values), pa.bool_())
        return np.asarray(held.fill_null(False))
    equal = np.asarray(pc.is_in(values, value_set=constants))
    if "" in wanted:
        equal = equal | np.asarray(values.is_null())
    return ~equal if comparator in ("NE", "NOTIN") else equal
