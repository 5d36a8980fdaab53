"""XPT read plainly, record by record and byte by byte, after SAS's technical notes and without a look at our reader."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Any

RECORD = 80
Plain = tuple[list[str], list[list[Any]]]


def read_plainly(data: bytes) -> list[Plain]:
    """The names and rows of every dataset of a whole, sound file. Missing numbers and blank texts are None."""
    found, at = [], 3 * RECORD
    while at < len(data):
        plain, at = _member(data, at)
        found.append(plain)
    return found


def _member(data: bytes, at: int) -> tuple[Plain, int]:
    each = 136 if data[at + 74 : at + 78] == b"0136" else 140
    at += 4 * RECORD
    long_names = data[at + 20 : at + 25] == b"NAMST"
    count = int(data[at + 48 : at + 58])
    at += RECORD
    fields = []
    for number in range(count):
        piece = data[at + number * each : at + (number + 1) * each]
        kind, _, length = struct.unpack(">hhh", piece[:6])
        name = (piece[88:120] if long_names else b"").rstrip(b" \0") or piece[8:16].rstrip(b" \0")
        fields.append((name.decode("utf-8"), kind, length, struct.unpack(">i", piece[84:88])[0]))
    at += -(-count * each // RECORD) * RECORD
    while data[at : at + 20] == b"HEADER RECORD*******" and data[at + 20 : at + 23] != b"OBS":  # long labels
        at += RECORD
        while data[at : at + 20] != b"HEADER RECORD*******":
            at += RECORD
    at += RECORD
    end = _next_member(data, at)
    size = max((position + length for _, _, length, position in fields), default=0)
    rows = _rows(data[at:end], size)
    return ([name for name, *_ in fields], [[_cell(row, *field[1:]) for field in fields] for row in rows]), end


def _next_member(data: bytes, at: int) -> int:
    for place in range(at, len(data), RECORD):
        if data[place : place + 26] in (b"HEADER RECORD*******MEMBER", b"HEADER RECORD*******MEMBV8"):
            following = data[place + RECORD : place + RECORD + 27]
            if following.startswith((b"HEADER RECORD*******DSCRPTR", b"HEADER RECORD*******DSCPTV8")):
                return place
    return len(data)


def _rows(data: bytes, size: int) -> list[bytes]:
    """Records end where less than a record is left; blank ones within the last 80 bytes are padding."""
    if not size:
        return []
    rows = [data[at : at + size] for at in range(0, len(data) - size + 1, size)]
    while rows and not rows[-1].strip(b" ") and (len(rows) - 1) * size > len(data) - RECORD:
        rows.pop()
    return rows


def _cell(row: bytes, kind: int, length: int, position: int) -> Any:
    cell = row[position : position + length]
    if kind == 2:
        return cell.decode("utf-8").rstrip(" ") or None
    if cell[0] in b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ" and not cell[1:].strip(b"\0"):
        return None
    fraction = int.from_bytes(cell[1:].ljust(7, b"\0"), "big")
    size = Fraction(fraction) * Fraction(16) ** ((cell[0] & 0x7F) - 64 - 14)
    return float(-size if cell[0] & 0x80 else size) + 0.0
