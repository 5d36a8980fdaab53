"""The findings packed for a page: columns of whole numbers beside the texts that they number, compressed.

A page of 200,000 findings would be slow to read as HTML or as objects of JSON. Layout, before compression (zlib): the length of the
header (four bytes, the least first), the header in JSON, then the columns that it lists, each at a multiple of four bytes: numbers
are of four bytes, texts JSON arrays of strings. Lists of variables and of values are texts in which U+001F stands before each.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import orjson
import pyarrow as pa

from clintrail.conformance.check import Checked
from clintrail.conformance.report.findings import listed

NUMBERS, TEXTS = ("record", "cause", "disposition"), ("rule", "dataset", "variables", "vals", "keys", "message")


def packed(checked: Checked, told: Mapping[str, Any], most: int) -> bytes:
    """At most `most` findings, of each cause the first ones, with what is told beside them."""
    table = _findings(checked, most)
    columns: dict[str, dict[str, int]] = {}
    parts: list[bytes] = []
    at = 0

    def add(content: bytes) -> int:
        nonlocal at
        begin = at
        parts.extend((content, bytes(-len(content) % 4)))
        at += len(content) + -len(content) % 4
        return begin

    for name in NUMBERS:
        columns[name] = {"at": add(_numbers(table[name]))}
    for name in TEXTS:
        encoded = table[name].combine_chunks().dictionary_encode()
        texts = orjson.dumps(encoded.dictionary.to_pylist())
        columns[name] = {"at": add(_numbers(encoded.indices)), "texts": add(texts), "bytes": len(texts)}
    header = orjson.dumps({**told, "listed": table.num_rows, "columns": columns}, option=orjson.OPT_NON_STR_KEYS)
    header += b" " * (-(len(header) + 4) % 4)
    return zlib.compress(b"".join((len(header).to_bytes(4, "little"), header, *parts)), 6)


def _numbers(column: pa.Array | pa.ChunkedArray) -> bytes:
    return bytes(column.to_numpy().astype("<i4").tobytes())


def _findings(checked: Checked, most: int) -> pa.Table:
    texts = ", ".join(
        f"array_to_string(list_transform({name}, lambda v: chr(31) || coalesce(v, '')), '') AS {name}" if name in ("variables", "vals")
        else f"coalesce({name}, '') AS {name}" for name in TEXTS
    )  # fmt: skip
    numbers = ", ".join(f"coalesce({name}, 0)::INTEGER AS {name}" for name in NUMBERS)
    return pa.concat_tables(listed(checked, f"{texts}, {numbers}", most))
