"""XPT v5 files made byte by byte from the technical note, so that they can hold what our writer refuses."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

ONE = bytes.fromhex("4110000000000000")  # 1.0 as an IBM double
MISSING = b".\0\0\0\0\0\0\0"
LARGEST = b"\x7f" + b"\xff" * 7
TIME = b"01JAN24:00:00:00"


@dataclass(frozen=True)
class Var:
    """A variable as a descriptor has it."""

    name: str
    type: str = "Char"
    length: int = 8
    label: bytes = b"A label"
    format: tuple[str, int, int] = ("", 0, 0)
    informat: tuple[str, int, int] = ("", 0, 0)


@dataclass(frozen=True)
class Data:
    """A dataset, its cells as bytes without padding."""

    name: str
    label: bytes
    variables: Sequence[Var]
    records: Sequence[Sequence[bytes]]


def record(text: bytes) -> bytes:
    return text.ljust(80)


def head(kind: str, numbers: str = "0" * 30) -> bytes:
    return record(f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{numbers}".encode())


def filled(data: bytes) -> bytes:
    return data + b" " * (-len(data) % 80)


def xpt_bytes(*datasets: Data, created: bytes = TIME, modified: bytes = TIME) -> bytes:
    """A file with these datasets; the times are the library's."""
    library = head("LIBRARY") + record(b"SAS     SAS     SASLIB  9.4     X64_10PR" + b" " * 24 + created) + record(modified)
    return library + b"".join(map(_member, datasets))


def _member(data: Data) -> bytes:
    first = record(b"SAS     " + data.name.encode().ljust(8) + b"SASDATA 9.4     X64_10PR" + b" " * 24 + TIME)
    second = record(TIME + b" " * 16 + data.label.ljust(40))
    starts = [sum(v.length for v in data.variables[:at]) for at in range(len(data.variables))]
    namestrs = b"".join(_namestr(number, v, start) for number, (v, start) in enumerate(zip(data.variables, starts, strict=True), 1))
    rows = b"".join(cell.ljust(v.length)[: v.length] for cells in data.records for v, cell in zip(data.variables, cells, strict=True))
    counted = head("NAMESTR", f"000000{len(data.variables):04d}{'0' * 20}")
    member = head("MEMBER", "000000000000000001600000000140") + head("DSCRPTR") + first + second + counted
    return member + filled(namestrs) + head("OBS") + filled(rows)


def _namestr(number: int, v: Var, start: int) -> bytes:
    kind = 1 if v.type == "Num" else 2
    names = v.name.encode().ljust(8), v.label.ljust(40)
    (form, width, decimals), (inform, in_width, in_decimals) = v.format, v.informat
    return struct.pack(
        ">hhhh8s40s8shhh2s8shhi52s", kind, 0, v.length, number, *names, form.encode().ljust(8), width, decimals, 0, b"",
        inform.encode().ljust(8), in_width, in_decimals, start, b"",
    )  # fmt: skip
