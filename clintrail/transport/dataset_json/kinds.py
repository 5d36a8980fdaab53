"""The data types of Dataset-JSON and what their values are in JSON and in Arrow.

Source: Dataset-JSON 1.1, Supported Column Data Type Combinations.
"""

from __future__ import annotations

from typing import Literal

import pyarrow as pa

from clintrail.transport.dataset import Variable
from clintrail.transport.moments import moment_of

Kind = Literal["text", "number", "integer", "decimal", "boolean", "date", "datetime", "time"]

DATA_TYPES = ("string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time", "URI")
TARGETS = ("integer", "decimal")
# (dataType, targetDataType): what the values are. A target that is the type itself says nothing.
_KINDS: dict[tuple[str, str], Kind] = {
    ("string", ""): "text", ("URI", ""): "text", ("boolean", ""): "boolean",
    ("integer", ""): "integer", ("integer", "integer"): "integer", ("float", ""): "number", ("double", ""): "number",
    ("decimal", ""): "decimal", ("decimal", "decimal"): "decimal",
    ("date", ""): "text", ("datetime", ""): "text", ("time", ""): "text",
    ("date", "integer"): "date", ("datetime", "integer"): "datetime", ("time", "integer"): "time",
}  # fmt: skip
_TARGET_OF: dict[Kind, str] = {"decimal": "decimal", "date": "integer", "datetime": "integer", "time": "integer"}
# What the column of a Dataset has for values of each kind; decimals that no double has exactly are Arrow decimals.
ARROW_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(), "boolean": pa.string(), "number": pa.float64(), "integer": pa.float64(), "decimal": pa.float64(),
    "date": pa.date32(), "datetime": pa.timestamp("us"), "time": pa.time64("us"),
}  # fmt: skip


def kind_of(data_type: str, target: str) -> Kind | None:
    """What the values of a column with this dataType and targetDataType are; None where the standard has no such pair."""
    return _KINDS.get((data_type, target))


def kind_of_variable(variable: Variable) -> Kind:
    """What the values of a variable whose data type is known are: numeric dates are those of a Num variable."""
    target = "integer" if variable.type == "Num" and variable.data_type in ("date", "datetime", "time") else ""
    kind = _KINDS[variable.data_type, target]
    # A moment that is shown as a date is one: SAS counts it in days.
    return "date" if kind == "datetime" and moment_of(variable.format) == "date" else kind


def target_of(kind: Kind) -> str:
    """The targetDataType of a kind of values; '' where none is stated."""
    return _TARGET_OF.get(kind, "")
