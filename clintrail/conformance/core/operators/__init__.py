"""The operators of CDISC's rules as conditions in SQL, and checks put together from them."""

from __future__ import annotations

from clintrail.conformance.core.frame import Frame, Missing, Unsupported
from clintrail.conformance.core.logic import all_of, any_of, negated
from clintrail.conformance.core.operators import comparing, dates, order, sets, wording
from clintrail.conformance.core.operators.asked import Asked, Operator
from clintrail.conformance.core.rule import All, AnyOf, Check, Comparison, Not

OPERATORS: dict[str, Operator] = {
    **comparing.OPERATORS, **wording.OPERATORS, **sets.OPERATORS, **dates.OPERATORS, **order.OPERATORS,
}  # fmt: skip


def condition(frame: Frame, check: Check) -> str:
    """A check as an SQL condition over the rows of a frame.

    Raises `Missing` where the rows lack what all of it needs (of alternatives, those that can be asked are enough), `Unsupported` for
    an operator that is not known.
    """
    if isinstance(check, Comparison):
        operator = OPERATORS.get(check.operator)
        if operator is None:
            raise Unsupported(f"the operator {check.operator} is not known")
        return operator(Asked(frame, check))
    if isinstance(check, Not):
        return negated(condition(frame, check.part))
    if isinstance(check, All):
        return all_of([condition(frame, part) for part in check.parts])
    return _alternatives(frame, check)


def _alternatives(frame: Frame, check: AnyOf) -> str:
    found, missing = [], []
    for part in check.parts:
        try:
            found.append(condition(frame, part))
        except Missing as reason:
            missing.append(str(reason))
    if not found:
        raise Missing("; ".join(dict.fromkeys(missing)))
    return any_of(found)
