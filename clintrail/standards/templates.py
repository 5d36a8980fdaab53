"""Names as ADaM writes them, with placeholders: TRTxxP, CRITyFL, PxxSwSDT, --TERM, *DTF."""

from __future__ import annotations

import re
from functools import cache

# ADaMIG 1.3, section 3: xx and zz are two digits from 01, y and w count from 1 without leading zeros
_PLACEHOLDERS = {"xx": "0[1-9]|[1-9][0-9]", "zz": "0[1-9]|[1-9][0-9]", "y": "[1-9][0-9]?", "w": "[1-9][0-9]?"}
_PARTS = re.compile(r"xx|zz|y|w|--|\*")


def is_template(name: str) -> bool:
    """Whether a name holds a placeholder."""
    return bool(_PARTS.search(name))


def literal_length(name: str) -> int:
    """How many characters of a template are fixed: the more, the more specific it is."""
    return len(_PARTS.sub("", name))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    def group(found: re.Match[str]) -> str:
        part = found.group()
        if part == "--":
            return "(?P<domain>[A-Z][A-Z0-9])"
        return "(?P<stem>[A-Z][A-Z0-9]*)" if part == "*" else f"(?P<{part}>{_PLACEHOLDERS[part]})"

    return re.compile(_PARTS.sub(group, template))


def match_template(template: str, name: str) -> dict[str, str] | None:
    """What the placeholders stand for in a concrete name: TRTxxP and TRT01P give {'xx': '01'}; None if it does not fit."""
    found = _pattern(template).fullmatch(name)
    return found.groupdict() if found else None


def fill_label(label: str, parts: dict[str, str]) -> str:
    """The label with its placeholders filled in; empty where the standard leaves wording to the study ("{Date}", "...")."""
    if "{" in label or "..." in label:
        return ""
    numbers = {key: value for key, value in parts.items() if key in _PLACEHOLDERS}
    return re.sub(r"\b(xx|zz|y|w)\b", lambda found: numbers.get(found.group(), found.group()), label)
