"""What a column is written as: its data type, stated or told by its values, and its values in the one Arrow type of that."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clintrail.transport.dataset import Variable
from clintrail.transport.dataset_json.cells import EXACT_TO
from clintrail.transport.dataset_json.kinds import ARROW_TYPES, DATA_TYPES, Kind, kind_of_variable
from clintrail.transport.missing import tags_of
from clintrail.transport.moments import as_moments, moment_of
from clintrail.transport.xpt.columns import holds_text, is_exact

Mask = NDArray[np.bool_]
# Types of Define-XML whose values are text that Dataset-JSON has no type of its own for.
_DEFINE_TEXTS = frozenset(
    {
        "text", "partialDate", "partialTime", "partialDatetime", "incompleteDate", "incompleteTime", "incompleteDatetime",
        "durationDatetime", "intervalDatetime",
    }
)  # fmt: skip
_MOMENTS = frozenset({"date", "datetime", "time"})


def settled(variable: Variable, column: pa.Array | pa.ChunkedArray, *, is_whole: bool) -> Variable:
    """The variable with its data type: the stated one if Dataset-JSON has it, else what the column's values are.

    `column` has all the values, or with `is_whole` false none: then doubles are `float`, or what their SAS format shows.
    """
    kind = _value_type(column.type)
    stated = "string" if variable.data_type in _DEFINE_TEXTS else variable.data_type
    if pa.types.is_boolean(kind):
        return replace(variable, type="Char", data_type=stated or "boolean")
    found = _moment_type(kind)
    if found:  # Define-XML calls SAS's dates integers
        return replace(variable, data_type=stated if stated in _MOMENTS else found)
    if stated:
        return replace(variable, data_type=stated)
    return replace(variable, data_type="string" if variable.type == "Char" else _number_type(variable, column, kind, is_whole))


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _moment_type(kind: pa.DataType) -> str:
    if pa.types.is_date(kind):
        return "date"
    return "datetime" if pa.types.is_timestamp(kind) else "time" if pa.types.is_time(kind) else ""


def _number_type(variable: Variable, column: pa.Array | pa.ChunkedArray, kind: pa.DataType, is_whole: bool) -> str:
    if pa.types.is_decimal(kind):
        return "decimal"
    if pa.types.is_integer(kind):
        return "integer"
    moment = moment_of(variable.format)
    if not is_whole or not pa.types.is_floating(kind):
        return moment or "float"
    values = _plain(column, nan_is_missing=True)
    if moment and as_moments(values, moment) is not None:
        return moment
    numbers = np.asarray(values.fill_null(0.0))
    return "integer" if (np.floor(numbers) == numbers).all() and (np.abs(numbers) <= EXACT_TO).all() else "float"


def _plain(column: pa.Array | pa.ChunkedArray, *, nan_is_missing: bool) -> pa.Array | pa.ChunkedArray:
    doubles = column.cast(pa.float64(), safe=False)
    return pc.if_else(pc.is_nan(doubles), pa.scalar(None, pa.float64()), doubles) if nan_is_missing else doubles


def goes_with(variable: Variable, kind: pa.DataType) -> bool:
    """Whether a column of this Arrow type can hold the variable."""
    kind = _value_type(kind)
    if variable.data_type not in DATA_TYPES or pa.types.is_null(kind):
        return variable.data_type in DATA_TYPES
    wanted = kind_of_variable(variable)
    is_number = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    if wanted == "boolean":
        return pa.types.is_boolean(kind) or holds_text(kind)
    if wanted == "text":
        return variable.type == "Char" and holds_text(kind)
    if wanted in _MOMENTS:
        is_zoned = pa.types.is_timestamp(kind) and kind.tz is not None
        return (_moment_type(kind) == wanted and not is_zoned) or pa.types.is_floating(kind) or pa.types.is_integer(kind)
    return variable.type == "Num" and bool(is_number)


# -- values ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wrong:
    """Values that cannot be written: which, what they are, and how to mend them."""

    mask: Mask
    what: str
    fix: str


_INFINITE = ("values that are infinite or not a number", "make them missing")
_NOT_WHOLE = ("values that are not whole numbers", "write them as data type float")
_TOO_LARGE = ("values that are whole numbers over 2**53, which a double cannot hold exactly", "write them as data type decimal, or as text")


def in_type(column: pa.Array, kind: Kind, *, nan_is_missing: bool) -> tuple[pa.Array, list[Wrong], int]:
    """The values in the Arrow type of their kind, what is wrong with some, and how many are special missing values, now null."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_null(column.type):
        return column.cast(ARROW_TYPES[kind]), [], 0
    if kind == "text":
        return column.cast(pa.string()), [], 0
    if kind == "boolean":
        return _booleans(column)
    if kind == "decimal" and pa.types.is_decimal(column.type):
        return column, [], 0
    if kind in _MOMENTS and not pa.types.is_floating(column.type) and not pa.types.is_integer(column.type):
        return _moments(column, kind)
    return _numbers(column, kind, nan_is_missing)


def _booleans(column: pa.Array) -> tuple[pa.Array, list[Wrong], int]:
    text = column.cast(pa.string())
    other = np.asarray(pc.and_(text.is_valid(), pc.invert(pc.is_in(text, pa.array(["true", "false"])))))
    return text, _told((other, "values that are neither true nor false", "write them as data type string")), 0


def _moments(column: pa.Array, kind: Kind) -> tuple[pa.Array, list[Wrong], int]:
    coarse = column.cast(ARROW_TYPES[kind], safe=False)
    finer = np.asarray(pc.fill_null(pc.not_equal(coarse.cast(column.type), column), False))
    return coarse, _told((finer, "values with parts of a microsecond", "round them")), 0


def _numbers(column: pa.Array, kind: Kind, nan_is_missing: bool) -> tuple[pa.Array, list[Wrong], int]:
    doubles = column.cast(pa.float64(), safe=False)
    values = np.asarray(doubles.fill_null(0.0))
    special = tags_of(values) != 0
    missing = np.isnan(values) if nan_is_missing else special
    if missing.any():
        doubles = pc.if_else(pa.array(missing), pa.scalar(None, pa.float64()), doubles)
        values = np.where(missing, 0.0, values)
    wrong = _told((~np.isfinite(values), *_INFINITE), (~is_exact(column), *_TOO_LARGE))
    if kind == "integer":
        wrong += _told((np.isfinite(values) & (np.floor(values) != values), *_NOT_WHOLE), (np.abs(values) > EXACT_TO, *_TOO_LARGE))
    if kind in _MOMENTS and not wrong:
        moments = as_moments(doubles, kind)  # type: ignore[arg-type]
        if moments is not None:
            return moments, [], int(special.sum())
        alone = [as_moments(doubles.slice(place, 1), kind) is None for place in range(len(doubles))]  # type: ignore[arg-type]
        wrong = _told((np.array(alone, dtype=np.bool_), f"values that are no {kind}s", "write them as data type float"))
    return doubles, wrong, int(special.sum())


def _told(*checks: tuple[Mask, str, str]) -> list[Wrong]:
    return [Wrong(mask, what, fix) for mask, what, fix in checks if mask.any()]
