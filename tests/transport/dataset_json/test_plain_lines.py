"""Lines that are read as columns at once give what orjson gives; what JSON does not have, or another type, is not read so."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clintrail.transport.dataset_json.cells import plain_column
from clintrail.transport.dataset_json.kinds import Kind
from clintrail.transport.dataset_json.plain import PlainLines

KINDS: list[Kind] = ["text", "number", "boolean", "integer"]


def by_orjson(block: bytes, kinds: list[Kind]) -> list[list[Any]] | None:
    """The columns by orjson; None where a line is no record of these kinds. Whether numbers are whole is seen to later."""
    try:
        rows = [orjson.loads(line) for line in block.split(b"\n")[:-1]]
    except orjson.JSONDecodeError:
        return None
    if any(type(row) is not list or len(row) != len(kinds) for row in rows):
        return None
    plain: list[Kind] = ["number" if kind == "integer" else kind for kind in kinds]
    columns = [plain_column(cells, kind) for cells, kind in zip(zip(*rows, strict=True), plain, strict=True)]
    return None if any(wrong for _, wrong in columns) else [column.to_pylist() for column, _ in columns]


def at_once(block: bytes, kinds: list[Kind]) -> list[list[Any]] | None:
    columns = PlainLines(kinds).columns(block)
    return None if columns is None else [column.to_pylist() for column in columns]


@pytest.mark.parametrize(
    "line",
    [
        '["a",1,true,1]',
        '["",-0.0,false,-5]',
        '["null",1.5e-300,null,0]',
        "[null,null,null,null]",
        '[" , [1],{} ",0.1,true,9007199254740991]',
        '["Grüße, 日本 🙂",1E5,true,1e3]',
        "[\"it's\",12345678901234567890,true,1]",
    ],
)
def test_a_plain_line_is_read_as_by_orjson(line: str) -> None:
    block = f"{line}\n".encode() * 2
    found = at_once(block, KINDS)
    assert found is not None
    assert repr(found) == repr(by_orjson(block, KINDS))


@pytest.mark.parametrize(
    "line",
    [
        '["a",1,true]', '["a",1,true,1,1]', '[1,1,true,1]', '["a","1",true,1]', '["a",1,1,1]', '["a",1,"true",1]', '["a",1,true,1.5e400]',
        '["a",01,true,1]', '["a",+1,true,1]', '["a",.5,true,1]', '["a",5.,true,1]', '["a",NaN,true,1]', '["a",1,true,1]]', '["a,1,true,1]',
        '["a\tb",1,true,1]', "['a',1,true,1]", '["a",1,TRUE,1]', '["a",1,true,9007199254740993]', '["a\\"",1,true,1]', '[ "a",1,true,1]',
        '["a" ,1,true,1]', '["a",1, true,1]', "[null ,1,true,1]", "[,1,true,1]", '["a",[1],true,1]', '["a"b,1,true,1]', "", '{"a":1}', "1",
    ],
)  # fmt: skip
def test_everything_else_is_left_to_orjson(line: str) -> None:
    assert at_once(f'["a",1,true,1]\n{line}\n["a",1,true,1]\n'.encode(), KINDS) is None


def test_text_that_is_not_utf_8_is_not_read() -> None:
    assert at_once(b'["\xff",1,true,1]\n', KINDS) is None


def test_very_many_columns_are_read_or_left() -> None:
    kinds: list[Kind] = ["text"] * 5000
    block = (json.dumps(["x"] * 5000, separators=(",", ":")) + "\n").encode()
    assert at_once(block, kinds) in (None, by_orjson(block, kinds))


_CELLS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)


@given(
    rows=st.lists(st.lists(_CELLS, min_size=2, max_size=2), min_size=1, max_size=4),
    kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=2),
)
@settings(max_examples=300, deadline=None)
def test_whatever_is_read_at_once_is_what_orjson_reads(rows: list[list[Any]], kinds: list[Kind]) -> None:
    block = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows if _fits_json(row))
    if (found := at_once(block, kinds)) is not None:
        assert repr(found) == repr(by_orjson(block, kinds))


def _fits_json(row: list[Any]) -> bool:
    return all(not isinstance(cell, int) or -(2**63) <= cell < 2**64 for cell in row)


_PIECES = st.binary(max_size=2) | st.sampled_from([b'"', b",", b"]", b"\n[", b" ", b'","'])


@given(start=st.floats(0, 1), length=st.integers(0, 3), new=_PIECES)
@settings(max_examples=500, deadline=None)
def test_a_mutated_line_is_read_as_orjson_reads_it_or_not_at_once(start: float, length: int, new: bytes) -> None:
    block = b'["abc",1.5,true,12]\n["d,e",null,null,-3]\n'
    at = int(start * len(block))
    block = block[:at] + new + block[at + length :]
    if (found := at_once(block, KINDS)) is not None:
        assert repr(found) == repr(by_orjson(block, KINDS))


def test_columns_have_the_types_of_json() -> None:
    columns = PlainLines(KINDS).columns(b'["a",1,true,1]\n')
    assert columns is not None
    assert [column.type for column in columns] == [pa.string(), pa.float64(), pa.bool_(), pa.float64()]
