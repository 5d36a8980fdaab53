"""Dates, moments and durations in ISO 8601, with the precision that they have.

Two dates are compared to the precision that both have; they are equal only where it is the same. Source: SDTMIG 3.4, section 4.4.
"""

from __future__ import annotations

from clintrail.compile.plan import literal
from clintrail.conformance.core.frame import as_text
from clintrail.conformance.core.logic import holds, negated
from clintrail.conformance.core.operators.asked import Asked, Operator

_ZONE = r"(Z|[+-]\d{2}:?\d{2})?"
_CLOCK = r"(T\d{2}(:\d{2}(:\d{2}([.,]\d+)?)?)?" + _ZONE + ")?"
_KNOWN = r"^\d{4}(-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?)?)?)?"  # as far as a date is known
_ONE = (
    r"(-?\d{4}|-)(-{1,2}(1[0-2]|0[1-9]|-))?(-{1,2}(3[01]|0[1-9]|[12]\d|-))?"
    r"(T(2[0-3]|[01]\d|-)(:([0-5]\d|-)(:([0-5]\d|-)?(\.\d+)?)?)?(Z|[+-](2[0-3]|[01]\d):[0-5]\d)?)?"
)
_VALID = f"({_ONE}(/{_ONE})?|-{{4,8}}T(2[0-3]|[01]\\d|-)(:([0-5]\\d|-)(:([0-5]\\d|-)?(\\.\\d+)?)?)?)"
_WITHOUT_GAPS = r"\d{4}(-(1[0-2]|0[1-9])(-\d{2}(T(2[0-3]|[01]\d)(:[0-5]\d(:[0-5]\d(\.\d+)?)?)?(Z|[+-](2[0-3]|[01]\d):[0-5]\d)?)?)?)?"
_PLAIN_DAY = r"\d{4}-\d{2}-\d{2}.*"
_UNSURE = r"(/|--|-:)"


def known_part(text: str) -> str:
    """The part of a date up to its first missing component; missing where there is none."""
    return f"nullif(regexp_extract({text}, {literal(_KNOWN)}), '')"


def is_complete(text: str) -> str:
    """Whether a text is a date to the day at least, and one of the calendar; unknown where it is missing."""
    shape = literal(r"\d{4}-\d{2}-\d{2}" + _CLOCK)
    return f"(regexp_full_match({text}, {shape}) AND try_cast(left({text}, 10) AS DATE) IS NOT NULL)"


def is_valid(text: str) -> str:
    """Whether a text is ISO 8601 as SDTM has it: partial, with gaps or an interval; days are those of the calendar."""
    day = f"(NOT regexp_full_match({text}, {literal(_PLAIN_DAY)}) OR try_cast(left({text}, 10) AS DATE) IS NOT NULL)"
    gaps = f"(regexp_matches({text}, {literal(_UNSURE)}) AND regexp_full_match({text}, {literal(_VALID)}))"
    shape = f"regexp_full_match({text}, {literal(_WITHOUT_GAPS)}) OR {gaps}"
    return f"(({shape}) AND {day})"


def _compared(sign: str) -> Operator:
    def compare(asked: Asked) -> str:
        one, other = as_text(asked.target), as_text(asked.other)
        left, right = known_part(one), known_part(other)
        length = f"least(length({left}), length({right}))"
        held = f"{left} {sign} {right}" if sign in ("=", "<>") else f"left({left}, {length}) {sign[0]} left({right}, {length})"
        if sign in ("<=", ">="):
            held = f"({held} OR {left} = {right})"
        return holds(f"({is_valid(one)} AND {is_valid(other)} AND {held})")

    return compare


def _complete(asked: Asked) -> str:
    return holds(is_complete(as_text(asked.target)))


def _invalid(asked: Asked) -> str:
    return negated(holds(is_valid(as_text(asked.target))))


def _invalid_duration(asked: Asked) -> str:
    """ISO 8601 durations: weeks, or units from years to seconds; only the last may have decimals."""
    whole, last = r"\d+", r"\d+([.,]\d*)?"
    sign = "" if asked.comparison.options.get("negative") is False else "-?"
    units = [_duration(whole, last, "YMD", ""), _duration(whole, last, "YMD", "HMS"), f"{last}W"]
    text = as_text(asked.target)
    shape = literal(f"{sign}P({'|'.join(units)})")
    return negated(holds(f"(regexp_full_match({text}, {shape}) AND NOT regexp_matches({text}, '(P|T)$'))"))


def _duration(whole: str, last: str, days: str, clock: str) -> str:
    """Units in their order, each optional, decimals in the last one that is there."""
    ordered = [*days, *(["T"] if clock else []), *clock]
    plain = [unit if unit == "T" else f"({whole}{unit})?" for unit in ordered]
    options = []
    for place, unit in enumerate(ordered):
        if unit != "T":
            options.append("".join(plain[:place]) + f"({last}{unit})")
    return f"({'|'.join(reversed(options))})"


OPERATORS: dict[str, Operator] = {
    "date_equal_to": _compared("="),
    "date_not_equal_to": _compared("<>"),
    "date_less_than": _compared("<"),
    "date_less_than_or_equal_to": _compared("<="),
    "date_greater_than": _compared(">"),
    "date_greater_than_or_equal_to": _compared(">="),
    "is_complete_date": _complete,
    "is_incomplete_date": lambda asked: negated(_complete(asked)),
    "invalid_date": _invalid,
    "invalid_duration": _invalid_duration,
}
