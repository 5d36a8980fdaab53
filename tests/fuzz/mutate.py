"""Damage as files suffer it: bytes changed, lost, doubled, moved, cut off, numbers and marks put in their place."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Damage = Callable[[Random, bytes, bytes], bytes]
_MARKS = [
    b"\0", b" ", b"\xff", b"\n", b"\r\n", b'"', b'""', b",", b";", b"<", b">", b"&", b"&amp;", b"&x;", b"<!DOCTYPE x>", b"]]>", b"{", b"}",
    b"[", b"]", b"null", b"1e999", b"-0", b"NaN", b"\\u0000", b"\xc3\xa9", b"\xef\xbb\xbf", b"\xff\xfe", b"HEADER RECORD*******", b"0" * 48,
    b"9999999999", b"-1", b"2147483648", b"." + b"\0" * 7, b"\x7f" + b"\xff" * 7, b" " * 80,
]  # fmt: skip


def mutated(random: Random, data: bytes, other: bytes) -> bytes:
    """The bytes with one to four damages, some of them with pieces of another file of the kind."""
    for _ in range(random.choice([1, 1, 1, 2, 4])):
        data = random.choice(DAMAGES)(random, data, other)
    return data


def _span(random: Random, data: bytes, most: int = 200) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice([1, 2, 8, 80, random.randrange(1, most)]))


def _flip_bit(random: Random, data: bytes, other: bytes) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]


def _change_byte(random: Random, data: bytes, other: bytes) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]


def _lose(random: Random, data: bytes, other: bytes) -> bytes:
    start, end = _span(random, data)
    return data[:start] + data[end:]


def _double(random: Random, data: bytes, other: bytes) -> bytes:
    start, end = _span(random, data)
    return data[:end] + data[start:end] * random.choice([1, 1, 2, 50]) + data[end:]


def _move(random: Random, data: bytes, other: bytes) -> bytes:
    start, end = _span(random, data)
    rest = data[:start] + data[end:]
    at = random.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _cut(random: Random, data: bytes, other: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _put_mark(random: Random, data: bytes, other: bytes) -> bytes:
    at, mark = random.randrange(len(data) + 1), random.choice(_MARKS)
    return data[:at] + mark + data[at + random.choice([0, len(mark)]) :]


def _splice(random: Random, data: bytes, other: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other) + 1) :]


def _change_number(random: Random, data: bytes, other: bytes) -> bytes:
    digits = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    if not digits:
        return data
    at = random.choice(digits)
    return data[:at] + random.choice([b"0", b"9", b"-", b".", b"99", b"A", b""]) + data[at + 1 :]


DAMAGES: tuple[Damage, ...] = (_flip_bit, _change_byte, _lose, _double, _move, _cut, _put_mark, _splice, _change_number)
