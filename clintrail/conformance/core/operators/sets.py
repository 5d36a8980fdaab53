"""Values in lists, lists against lists, and how values repeat across the records: unique sets, one-to-one relations, agreement."""

from __future__ import annotations

from collections.abc import Sequence

from clintrail.compile.plan import literal
from clintrail.conformance.core.frame import Column, Frame, Members, Missing, Unsupported, as_key, as_number, as_text, constant
from clintrail.conformance.core.logic import any_of, holds, negated, truth
from clintrail.conformance.core.operators.asked import Asked, Operator, opposite
from clintrail.conformance.core.operators.comparing import same


def is_in(frame: Frame, value: Column, others: Column | Members) -> str:
    """Whether a value is one of a list, or of another dataset's values; a missing one is in no list."""
    if isinstance(others, Members):
        numbers = others.kind == "number"
        own = as_key(Column(as_number(value), "number") if numbers else value)
        number = as_key(Column("value", "number"))
        theirs = f"SELECT DISTINCT * REPLACE ({number} AS value) FROM ({others.sql})" if numbers else others.sql
        alias = frame.joined(theirs, [(own, "value"), *((key, f"g{i}") for i, key in enumerate(others.keys))])
        return f"({alias}.value IS NOT NULL)"
    if others.values is not None:
        listed = [v for v in others.values if v]
        if not listed:
            return truth(False)
        if value.kind == "list" and value.values is not None:
            return truth(bool({*value.values} & {*listed}))
        return _among(value, listed)
    if others.kind == "list":
        return holds(f"list_contains({others.sql}, {as_text(value)})")
    return holds(same(value, others))


def _among(value: Column, listed: Sequence[str]) -> str:
    if value.kind == "list":
        return holds(f"list_has_any({value.sql}, {constant(tuple(listed)).sql})")
    return holds(f"{as_text(value)} IN ({', '.join(map(literal, listed))})")


def _in_list(asked: Asked) -> str:
    """As `is_in`; the name of a column of the rows stands for all values of that column."""
    name = asked.comparison.value
    others = asked.others
    if isinstance(name, str) and asked.frame.has(name) and isinstance(others, Column) and others.kind != "list":
        others = Members(f"SELECT DISTINCT {others.sql} AS value FROM {asked.frame.rows(others.sql)}", others.kind)
    return is_in(asked.frame, asked.target, others)


def _list_of(asked: Asked) -> tuple[str, ...]:
    """The constant list that is compared with; names of constant lists in a list are spread."""
    found: list[str] = []
    for name in asked.names:
        column = asked.frame.any_column(name) if name.startswith("$") else constant(name)
        if isinstance(column, Members) or (name.startswith("$") and column.values is None):
            raise Unsupported(f"{name} is no list that is the same in all rows")
        found += column.values if column.values is not None else (name,)
    return tuple(found)


def _contains_all(asked: Asked) -> str:
    """Whether the values of the target in all rows, or its list, hold all of the list."""
    wanted, target = _list_of(asked), asked.target
    if target.values is not None:
        return truth({*wanted} <= {*target.values})
    if not wanted:
        return truth(True)
    held = f"(SELECT list(DISTINCT {as_text(target)}) FROM {asked.frame.rows(target.sql)})"
    return holds(f"list_has_all({held}, {constant(wanted).sql})")


def _shares_none(asked: Asked) -> str:
    if asked.target.values is None:
        raise Unsupported(f"{asked.comparison.name} is no list that is the same in all rows")
    return truth(not {*asked.target.values} & {*_list_of(asked)})


def _ordered_subset(asked: Asked) -> str:
    """Whether all of the target's list are in the other list, in its order."""
    if asked.target.values is None:
        raise Unsupported(f"{asked.comparison.name} is no list that is the same in all rows")
    places = {name: place for place, name in enumerate(_list_of(asked))}
    found = [places.get(name, -1) for name in asked.target.values]
    return truth(-1 not in found and found == sorted(found))


def _key(frame: Frame, name: str, regex: str = "") -> str:
    text = as_key(frame.column(name))
    if not regex or frame.column(name).kind == "number":
        return text
    pattern = literal(f"^(?:{regex})")
    return f"CASE WHEN regexp_matches({text}, {pattern}) THEN regexp_extract({text}, {pattern}) ELSE {text} END"


def _not_unique(asked: Asked) -> str:
    """Whether another record has the same values in target and list; missing values are equal here."""
    names = asked.frame.listed([asked.comparison.name, *asked.names])
    if not names:
        raise Missing(f"it has none of {', '.join(map(asked.frame.named, asked.names))}")
    keys = [_key(asked.frame, name, asked.comparison.text("regex")) for name in names]
    named = ", ".join(f"{key} AS k{i}" for i, key in enumerate(keys))
    rows = f"SELECT {named} FROM {asked.frame.rows(*keys)}"
    relation = f"SELECT *, 1 AS found FROM (SELECT * FROM ({rows}) GROUP BY ALL HAVING count(*) > 1)"
    alias = asked.frame.joined(relation, [(key, f"k{i}") for i, key in enumerate(keys)])
    return f"({alias}.found IS NOT NULL)"


def _not_one_to_one(asked: Asked) -> str:
    """Whether the target has several values of the other variable, or the other several of the target (a missing one counts)."""
    other = asked.other if asked.frame.has(str(asked.comparison.value)) else asked.frame.column(str(asked.comparison.value))
    one, two = as_key(asked.target), as_key(other)
    return any_of([_several(asked.frame, one, two), _several(asked.frame, two, one)])


def _several(frame: Frame, key: str, of: str) -> str:
    relation = (
        f"SELECT k, 1 AS found FROM (SELECT {key} AS k, {of} AS v FROM {frame.rows(key, of)}) WHERE k IS NOT NULL GROUP BY k"
        " HAVING min(v) <> max(v) OR (count(v) > 0 AND count(v) < count(*))"
    )
    alias = frame.joined(relation, [(key, "k")])
    return f"({alias}.found IS NOT NULL)"


def _inconsistent(asked: Asked) -> str:
    """Whether the value differs from the one that most records with the same list have; all do where several are as common."""
    frame, target = asked.frame, as_key(asked.target)
    keys = [as_key(frame.column(name)) for name in frame.listed(asked.names)]
    groups = ", ".join(f"k{i}" for i in range(len(keys)))
    named = "".join(f"{key} AS k{i}, " for i, key in enumerate(keys))
    within = f"OVER (PARTITION BY {groups})" if keys else "OVER ()"
    rows = f"SELECT {named}{target} AS v FROM {frame.rows(target, *keys)}"
    counted = f"SELECT *, count(*) AS n FROM ({rows}) GROUP BY ALL"
    ranked = f"SELECT *, max(n) {within} AS most, count(*) {within} AS kinds FROM ({counted})"
    tied = f"SELECT *, count(*) FILTER (WHERE n = most) {within} AS as_common FROM ({ranked}) WHERE kinds > 1"
    relation = f"SELECT *, 1 AS found FROM ({tied}) WHERE n < most OR as_common > 1"
    alias = frame.joined(relation, [(target, "v"), *((key, f"k{i}") for i, key in enumerate(keys))])
    return f"({alias}.found IS NOT NULL)"


OPERATORS: dict[str, Operator] = {
    "is_contained_by": _in_list,
    "is_not_contained_by": opposite(_in_list),
    "contains_all": _contains_all,
    "not_contains_all": opposite(_contains_all),
    "shares_no_elements_with": _shares_none,
    "is_ordered_subset_of": _ordered_subset,
    "is_not_ordered_subset_of": opposite(_ordered_subset),
    "is_unique_set": lambda asked: negated(_not_unique(asked)),
    "is_not_unique_set": _not_unique,
    "is_not_unique_relationship": _not_one_to_one,
    "is_inconsistent_across_dataset": _inconsistent,
}
