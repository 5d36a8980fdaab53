"""SAS formats and informats as text, and as the parts that a variable's descriptor holds."""

from __future__ import annotations

import re

_FORMAT = re.compile(r"(?P<name>\$?(?:[A-Z_](?:[A-Z0-9_]*[A-Z_])?)?)(?P<width>\d{1,5})?\.(?P<decimals>\d{1,2})?", re.IGNORECASE)
SHORT, LONG = 8, 32  # the longest name of a format in versions 5 and 8


def split_format(text: str, longest: int = SHORT) -> tuple[str, int, int] | None:
    """A SAS format as name, width and decimals: `DATE9.` is ('DATE', 9, 0), `8.2` is ('', 8, 2), '' is ('', 0, 0). None if it is none."""
    if not text:
        return "", 0, 0
    found = _FORMAT.fullmatch(text)
    if not found or text == "." or len(found["name"]) > longest or int(found["width"] or 0) > 32767:
        return None
    return found["name"].upper(), int(found["width"] or 0), int(found["decimals"] or 0)


def join_format(name: str, width: int, decimals: int) -> str:
    """The SAS format of a name, a width and decimals; '' where all are absent."""
    if not (name or width):
        return ""
    return f"{name}{width or ''}.{decimals or ''}"
