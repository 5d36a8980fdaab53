"""Rules for value-level metadata: value lists, their items and where clauses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from lxml import etree

from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import Define, children, get, number, terms, whole
from clintrail.errors import Severity

TAKE_MANY_VALUES = frozenset({"IN", "NOTIN"})
_NUMBERS = ("integer", "float")


@rule(Severity.ERROR, "Define-XML 2.1, RangeCheck: def:ItemOID")
def condition_is_on_a_variable(define: Define) -> Iterator[Finding]:
    """A condition is on a variable of a dataset."""
    for check, oid, item in _conditions(define):
        if item is not None and oid not in define.dataset_of:
            yield Finding(check, f"the condition is on {oid}, which is no variable of a dataset", "use a variable of a dataset")


@rule(Severity.ERROR, "Define-XML 2.1, RangeCheck: Comparator and CheckValue")
def condition_has_its_values(define: Define) -> Iterator[Finding]:
    """A condition has one value, or with IN and NOTIN several different ones."""
    for check, _, _ in _conditions(define):
        comparator, values = get(check, "Comparator"), values_of(check)
        if comparator not in TAKE_MANY_VALUES and len(values) != 1:
            yield Finding(check, f"{comparator} with {len(values)} values", "give one value, or use IN or NOTIN")
        elif len(set(values)) != len(values):
            yield Finding(check, f"{comparator} with the same value twice", "give each value once")


@rule(Severity.ERROR, "Define-XML 2.1, RangeCheck: CheckValue")
def condition_is_in_the_codelist(define: Define) -> Iterator[Finding]:
    """The values of a condition are terms of its variable's code list."""
    for check, oid, item in _conditions(define):
        known = set() if item is None else {get(term, "CodedValue") for term in terms(define.codelist(item))}
        if known and (unknown := sorted(set(values_of(check)) - known - {""})):
            fix = "use a term of the codelist, or add it there"
            yield Finding(check, f"not in the codelist of {oid}: {', '.join(unknown)}", fix)


@rule(Severity.ERROR, "Define-XML 2.1, RangeCheck: CheckValue")
def condition_fits_type(define: Define) -> Iterator[Finding]:
    """A condition on a number compares it with numbers."""
    for check, oid, item in _conditions(define):
        is_number = item is not None and get(item, "DataType") in _NUMBERS and not get(item, "def:DisplayFormat")
        if is_number and (wrong := [value for value in values_of(check) if value and number(value) is None]):
            yield Finding(check, f"{oid} is a number, but is compared with {', '.join(wrong)}", "compare it with numbers")


@rule(Severity.WARNING, "Define-XML 2.1, def:WhereClauseDef")
def conditions_can_hold(define: Define) -> Iterator[Finding]:
    """The conditions of a where clause can all hold at once."""
    for where in define.all("def:WhereClauseDef"):
        for one, other in combinations(children(where, "RangeCheck"), 2):
            same = get(one, "def:ItemOID") == get(other, "def:ItemOID")
            if same and _is_list(one) and _is_list(other) and not set(values_of(one)) & set(values_of(other)):
                what = f"two conditions on {get(one, 'def:ItemOID')} exclude each other"
                yield Finding(where, what, "no record can meet both: correct one")


@rule(Severity.WARNING, "Define-XML 2.1, def:WhereClauseDef: def:CommentOID")
def join_is_explained(define: Define) -> Iterator[Finding]:
    """A where clause on another dataset than its variable's says in a comment how records are joined."""
    for value_list in define.all("def:ValueListDef"):
        variable = define.variable_of.get(get(value_list, "OID"))
        home = define.dataset_of.get(get(variable, "OID")) if variable is not None else None
        for ref in children(value_list, "ItemRef"):
            for where in where_clauses(define, ref):
                others = (define.dataset_of.get(get(check, "def:ItemOID"), home) for check in children(where, "RangeCheck"))
                if home is not None and not get(where, "def:CommentOID") and any(other is not home for other in others):
                    fix = "add a comment that says how records are joined"
                    yield Finding(where, "a condition on another dataset, without a comment", fix)


@rule(Severity.ERROR, "Define-XML 2.1, def:ValueListDef: def:WhereClauseRef")
def value_has_a_where_clause(define: Define) -> Iterator[Finding]:
    """Every item of a value list says when it applies."""
    for value_list in define.all("def:ValueListDef"):
        for ref in children(value_list, "ItemRef"):
            if not children(ref, "def:WhereClauseRef"):
                yield Finding(ref, "an item of a value list without a where clause", "say when it applies")


@rule(Severity.ERROR, "Define-XML 2.1, def:ValueListDef")
def where_clauses_are_different(define: Define) -> Iterator[Finding]:
    """No two items of a value list apply under the same conditions."""
    for value_list in define.all("def:ValueListDef"):
        seen: dict[frozenset[tuple[str, str, frozenset[str]]], str] = {}
        for ref in children(value_list, "ItemRef"):
            for where in where_clauses(define, ref):
                if (same := seen.get(_meaning(where))) is not None:
                    yield Finding(ref, f"applies under the same conditions as {same}", "tell the items apart, or keep one")
                seen.setdefault(_meaning(where), get(ref, "ItemOID"))


@rule(Severity.WARNING, "Define-XML 2.1, def:ValueListDef")
def where_clauses_do_not_overlap(define: Define) -> Iterator[Finding]:
    """No item of a value list applies to some of what another of the list applies to."""
    for value_list in define.all("def:ValueListDef"):
        clauses = [(ref, where) for ref in children(value_list, "ItemRef") for where in where_clauses(define, ref)]
        lists = [(ref, where, found) for ref, where in clauses if (found := _lists(where)) is not None]
        for (before, one, first), (ref, other, second) in combinations(lists, 2):
            nested = before is not ref and (first.keys() <= second.keys() or second.keys() <= first.keys())
            both = nested and not any(first[oid].isdisjoint(second[oid]) for oid in first.keys() & second.keys())
            if both and _meaning(one) != _meaning(other):
                what = f"{get(other, 'OID')} holds for records for which {get(one, 'OID')} holds too"
                yield Finding(ref, what, "let each record fall under one item")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: def:ValueListRef")
def value_list_is_a_variables(define: Define) -> Iterator[Finding]:
    """Value lists are those of variables, not of their values."""
    for ref in define.all("def:ValueListRef"):
        if (item := ref.getparent()) is not None and get(item, "OID") not in define.dataset_of:
            yield Finding(ref, "a value list of what is no variable of a dataset", "give it to the variable")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: DataType of value-level items")
def value_type_fits_variable(define: Define) -> Iterator[Finding]:
    """The values of a numeric variable are numbers, those of an integer whole ones."""
    for variable, item in _values(define):
        type_, wanted = get(item, "DataType"), get(variable, "DataType")
        if (wanted == "integer" and type_ != "integer") or (wanted == "float" and type_ not in _NUMBERS):
            yield Finding(item, f"data type {type_}, but the variable {get(variable, 'OID')} has {wanted}", "correct one of the two")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: Length of value-level items")
def value_length_fits_variable(define: Define) -> Iterator[Finding]:
    """No value is longer than its variable, nor has more significant digits."""
    for variable, item in _values(define):
        for attribute in ("Length", "SignificantDigits"):
            value, longest = whole(item, attribute), whole(variable, attribute)
            if value is not None and longest is not None and value > longest:
                yield Finding(item, f"{attribute} {value}, but the variable {get(variable, 'OID')} has {longest}", "correct one of the two")


@rule(Severity.ERROR, "Define-XML 2.1, def:WhereClauseDef")
def where_clause_is_of_values(define: Define) -> Iterator[Finding]:
    """Only items of value lists have where clauses; a variable of a dataset applies to all records."""
    for group in define.groups:
        for ref in children(group, "ItemRef"):
            if children(ref, "def:WhereClauseRef"):
                yield Finding(ref, "a variable of a dataset with a where clause", "put it into a value list")


def values_of(check: etree._Element) -> list[str]:
    """What a condition compares with."""
    return [(value.text or "").strip() for value in children(check, "CheckValue")]


def where_clauses(define: Define, ref: etree._Element) -> Iterator[etree._Element]:
    """The where clauses of an item of a value list, as far as they are defined."""
    for where_ref in children(ref, "def:WhereClauseRef"):
        if (where := define.find("def:WhereClauseDef", get(where_ref, "WhereClauseOID"))) is not None:
            yield where


def _conditions(define: Define) -> Iterator[tuple[etree._Element, str, etree._Element | None]]:
    for check in define.all("RangeCheck"):
        oid = get(check, "def:ItemOID")
        yield check, oid, define.find("ItemDef", oid)


def _values(define: Define) -> Iterator[tuple[etree._Element, etree._Element]]:
    """Each variable that has a value list, with each of its value-level items."""
    for _, _, variable in define.all_variables():
        for ref in define.value_refs(variable):
            if (item := define.item(ref)) is not None:
                yield variable, item


def _is_list(check: etree._Element) -> bool:
    return get(check, "Comparator") in ("EQ", "IN")


def _meaning(where: etree._Element) -> frozenset[tuple[str, str, frozenset[str]]]:
    """What a where clause says, whatever the order; EQ is IN with one value."""
    same = {"EQ": "IN", "NE": "NOTIN"}
    return frozenset(
        (get(check, "def:ItemOID"), same.get(get(check, "Comparator"), get(check, "Comparator")), frozenset(values_of(check)))
        for check in children(where, "RangeCheck")
    )


def _lists(where: etree._Element) -> dict[str, set[str]] | None:
    """Variable -> the values that a where clause wants; None if it says more than that."""
    checks = children(where, "RangeCheck")
    wanted = {get(check, "def:ItemOID"): set(values_of(check)) for check in checks}
    return wanted if len(wanted) == len(checks) and all(map(_is_list, checks)) else None
