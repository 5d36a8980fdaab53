"""Writing XPT v5: whole columns are padded or converted, then stored by stride into one buffer of records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Problems, Severity
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.xpt import format as layout
from clintrail.transport.xpt import ibm
from clintrail.transport.xpt.check import check_dataset
from clintrail.transport.xpt.columns import as_numbers, as_text
from clintrail.transport.xpt.format import EPOCH, RECORD

Encoding = Literal["ascii", "utf-8", "latin-1"]
_SAS_VERSION, _SYSTEM = "9.4", ""
_BUFFER_BYTES = 4 << 20
_BUFFER_RECORDS = 16384


def write(dataset: Dataset, path: Path, *, created: datetime | None = None, encoding: Encoding = "ascii") -> Dataset:
    """Writes a dataset as an XPT v5 file and returns it as written: names in upper case, every length filled in.

    The header's times are `created`, or the dataset's own, or 1 January 1960: never the clock, so the same input gives the same
    bytes. Null text is blanks, a null number is SAS's `.`. Raises `Problems` with everything that version 5 cannot hold (names,
    labels, lengths, characters, numbers out of range) before a byte is written. Numbers too small for the format become 0 and
    the result's `notes` say so. Columns of the table that no variable names are not written. Source: SAS TS-140.
    """
    moment = created or dataset.created or EPOCH
    resolved, problems = check_dataset(dataset, moment, encoding)
    if any(p.severity == Severity.ERROR for p in problems):
        raise Problems(p for p in problems if p.severity == Severity.ERROR)
    with path.open("wb") as file:
        file.write(_headers(resolved, moment, encoding))
        written = 0
        for records in _record_blocks(resolved, encoding):
            written += file.write(records)
        file.write(b" " * (-written % RECORD))
    return resolved


def _padded(text: str, width: int, encoding: str) -> bytes:
    return text.encode(encoding).ljust(width)


def _headers(dataset: Dataset, moment: datetime, encoding: str) -> bytes:
    time = layout.timestamp(moment)
    system = _padded(_SAS_VERSION, 8, "ascii") + _padded(_SYSTEM, 8, "ascii") + b" " * 24 + time
    namestrs = b"".join(_namestrs(dataset.variables, encoding))
    return b"".join(
        (
            layout.LIBRARY,
            b"SAS     SAS     SASLIB  " + system,
            time.ljust(RECORD),
            layout.MEMBER,
            layout.DESCRIPTOR,
            b"SAS     " + _padded(dataset.name, 8, "ascii") + b"SASDATA " + system,
            time + b" " * 16 + _padded(dataset.label, 40, encoding) + b" " * 8,
            layout.header("NAMESTR", f"000000{len(dataset.variables):04d}{'0' * 20}"),
            namestrs + b" " * (-len(namestrs) % RECORD),
            layout.OBSERVATIONS,
        )
    )


def _namestrs(variables: tuple[Variable, ...], encoding: str) -> Iterator[bytes]:
    position = 0
    for number, variable in enumerate(variables, start=1):
        kind = layout.NUM if variable.type == "Num" else layout.CHAR
        name, width, decimals = layout.split_format(variable.format) or ("", 0, 0)
        length = variable.length or 0
        yield layout.NAMESTR.pack(
            kind, 0, length, number, _padded(variable.name, 8, "ascii"), _padded(variable.label, 40, encoding),
            _padded(name, 8, "ascii"), width, decimals, 0, b"", b" " * 8, 0, 0, position, b"",
        )  # fmt: skip
        position += length


def _record_blocks(dataset: Dataset, encoding: str) -> Iterator[memoryview]:
    """The records, some thousands at a time, in one buffer that is used again for each block."""
    size = sum(v.length or 0 for v in dataset.variables)
    most = max(1, min(_BUFFER_RECORDS, _BUFFER_BYTES // size))
    buffer = bytearray(most * size)
    for batch in dataset.table.to_batches(max_chunksize=most):
        position = 0
        for variable, column in zip(dataset.variables, batch.columns, strict=True):
            length = variable.length or 0
            cells = _number_cells(column) if variable.type == "Num" else _text_cells(column, length, encoding)
            target = np.ndarray((len(column),), dtype=f"V{length}", buffer=buffer, offset=position, strides=(size,))
            target[:] = cells
            position += length
        yield memoryview(buffer)[: batch.num_rows * size]


def _text_cells(column: pa.Array, length: int, encoding: str) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    text = pc.fill_null(as_text(column, encoding), "")
    if pc.max(pc.binary_length(text)).as_py() > length:  # by trailing blanks; more was refused
        text = pc.ascii_rtrim(text, characters=" ")
    padded = pc.ascii_rpad(text, width=length)
    return np.frombuffer(padded.buffers()[2], dtype=f"V{length}", count=len(column))


def _number_cells(column: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    numbers = as_numbers(column)
    patterns = ibm.to_ibm(np.asarray(numbers.fill_null(0.0)))
    if numbers.null_count:
        patterns[np.asarray(numbers.is_null())] = ibm.MISSING
    return patterns.astype(">u8").view("V8")
