"""What a cell's number format makes of a number: a date, a moment, a time of day, a duration, or a number."""

from __future__ import annotations

import re
from enum import IntEnum

from clintrail.transport.raw.xlsx.package import Parts, whole_number


class Kind(IntEnum):
    """What a cell holds."""

    BLANK, TEXT, NUMBER, DATE, MOMENT, TIME, DURATION = range(7)


# ECMA-376 part 1, 18.8.30: formats that have a number and no code; 27-36 and 50-58 are those of East Asian languages
_BUILT_IN = dict.fromkeys([14, 15, 16, 17, *range(27, 32), 36, 50, 51, 52, 53, 54, 57, 58], Kind.DATE)
_BUILT_IN |= dict.fromkeys([18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56], Kind.TIME) | {22: Kind.MOMENT, 46: Kind.DURATION}
_LITERAL = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_MINUTES = re.compile(r"(?<=h)([^a-z]*)m+|m+(?=[^a-z]*s)")


def kinds_of_styles(parts: Parts) -> list[Kind]:
    """The kind that each style of a workbook (a cell's `s`) makes of a number."""
    if parts.styles is None:
        return []
    codes: dict[int, str] = {}
    kinds: list[Kind] = []
    for element in parts.elements(parts.styles, "numFmt", "cellXfs"):
        if element.get("numFmtId") is not None:
            codes[whole_number(element.get("numFmtId", ""))] = element.get("formatCode", "")
        else:
            numbers = [whole_number(xf.get("numFmtId", "0")) for xf in element]
            kinds = [kind_of_format(codes[n]) if n in codes else _BUILT_IN.get(n, Kind.NUMBER) for n in numbers]
    return kinds


def kind_of_format(code: str) -> Kind:
    """The kind of a format's code, by its section for positive numbers: `yyyy-mm-dd` is a date, `[h]:mm` a duration."""
    shown = _LITERAL.sub("", code).split(";")[0].lower()
    if shown.strip() in ("general", "@") or re.search(r"[0#?]", re.sub(r"s\.0+", "s", shown)):
        return Kind.NUMBER
    if "[" in shown:
        return Kind.DURATION
    shown = shown.replace("am/pm", "h").replace("a/p", "h")
    has_time = "h" in shown or "s" in shown
    rest = _MINUTES.sub(r"\1", shown)
    has_date = any(letter in rest for letter in "ymdeg")
    if has_date:
        return Kind.MOMENT if has_time else Kind.DATE
    return Kind.TIME if has_time else Kind.NUMBER
