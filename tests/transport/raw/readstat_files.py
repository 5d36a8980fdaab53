"""SAS datasets and format catalogues of any content for tests, written by ReadStat, the library inside pyreadstat."""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

_STRING, _DOUBLE = 0, 5
_DATA_WRITER = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
_POINTERS = ("readstat_writer_init", "readstat_add_variable", "readstat_add_label_set")
Column = tuple[str, str, str, int]  # name, label, SAS format without its dot, length in bytes (0: a number)


def write_sas(path: Path, columns: Sequence[Column], rows: Sequence[Sequence[Any]], *, compressed: bool = False, label: str = "") -> Path:
    """A sas7bdat. A number is a float, None, or the letter of a special missing value."""
    readstat, writer, content, keep = _writer()
    if label:
        readstat.readstat_writer_set_file_label(writer, label.encode())
    readstat.readstat_writer_set_file_timestamp(writer, ctypes.c_long(1_700_000_000))
    readstat.readstat_writer_set_table_name(writer, b"AE")
    readstat.readstat_writer_set_compression(writer, int(compressed))
    variables = []
    for name, text, sas_format, length in columns:
        variable = ctypes.c_void_p(
            readstat.readstat_add_variable(writer, name.encode(), _STRING if length else _DOUBLE, ctypes.c_size_t(length))
        )
        readstat.readstat_variable_set_label(variable, text.encode())
        readstat.readstat_variable_set_format(variable, sas_format.encode())
        variables.append(variable)
    _must(readstat.readstat_begin_writing_sas7bdat(writer, None, ctypes.c_long(len(rows))))
    for row in rows:
        _must(readstat.readstat_begin_row(writer))
        for variable, (*_, length), value in zip(variables, columns, row, strict=True):
            _must(_insert(readstat, writer, variable, value, is_text=bool(length)))
        _must(readstat.readstat_end_row(writer))
    return _end(readstat, writer, content, path)


def write_catalogue(path: Path, formats: Mapping[str, Mapping[float | str, str]]) -> Path:
    """A sas7bcat: labels by format and value."""
    readstat, writer, content, keep = _writer()
    for name, labels in formats.items():
        kind = _STRING if name.startswith("$") else _DOUBLE
        label_set = ctypes.c_void_p(readstat.readstat_add_label_set(writer, kind, name.encode()))
        for value, text in labels.items():
            if isinstance(value, str):
                readstat.readstat_label_string_value(label_set, value.encode(), text.encode())
            else:
                readstat.readstat_label_double_value(label_set, ctypes.c_double(value), text.encode())
    _must(readstat.readstat_begin_writing_sas7bcat(writer, None))
    return _end(readstat, writer, content, path)


def _writer() -> tuple[ctypes.CDLL, ctypes.c_void_p, bytearray, Any]:
    found = importlib.util.find_spec("pyreadstat._readstat_writer")
    try:
        readstat = ctypes.CDLL(str(found.origin if found else ""))
        for name in _POINTERS:
            getattr(readstat, name).restype = ctypes.c_void_p
    except (OSError, AttributeError):
        pytest.skip("pyreadstat's library does not show its own functions here")
    content = bytearray()

    def keep(data: int, length: int, _: object) -> int:
        content.extend(ctypes.string_at(data, length))
        return length

    callback = _DATA_WRITER(keep)
    writer = ctypes.c_void_p(readstat.readstat_writer_init())
    _must(readstat.readstat_set_data_writer(writer, callback))
    _CALLBACKS.append(callback)
    return readstat, writer, content, callback


_CALLBACKS: list[Any] = []


def _insert(readstat: ctypes.CDLL, writer: ctypes.c_void_p, variable: ctypes.c_void_p, value: Any, *, is_text: bool) -> int:
    if is_text:
        return readstat.readstat_insert_string_value(writer, variable, (value or "").encode())
    if value is None:
        return readstat.readstat_insert_missing_value(writer, variable)
    if isinstance(value, str):
        return readstat.readstat_insert_tagged_missing_value(writer, variable, ctypes.c_char(value.encode()))
    return readstat.readstat_insert_double_value(writer, variable, ctypes.c_double(value))


def _end(readstat: ctypes.CDLL, writer: ctypes.c_void_p, content: bytearray, path: Path) -> Path:
    _must(readstat.readstat_end_writing(writer))
    readstat.readstat_writer_free(writer)
    path.write_bytes(content)
    return path


def _must(code: int) -> None:
    assert code == 0, f"ReadStat says {code}"
