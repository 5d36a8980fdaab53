"""What must hold for the definitions of a define.xml beyond its schema: methods, origins, where clauses, keys, lengths.

Every rule is a function from the document to its problems, listed in `RULES`.
Source: CDISC Define-XML Specification 2.1, the rules given with each element and attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from clintrail.define.check.tree import Define, children, get
from clintrail.define.model import TYPES_WITH_LENGTH
from clintrail.errors import Problem, Severity

# Origins that say by themselves who is behind the values.
NEED_NO_SOURCE = frozenset({"Predecessor", "Not Available", "Other"})
TAKE_MANY_VALUES = frozenset({"IN", "NOTIN"})


def derived_has_method(define: Define) -> Iterator[Problem]:
    """A Derived variable or value has a method; a variable may leave it to its value-level items."""
    for ref in define.all("ItemRef"):
        item = define.find("ItemDef", get(ref, "ItemOID"))
        if item is None or get(ref, "MethodOID") or "Derived" not in _origin_types(item):
            continue
        if not any(get(value, "MethodOID") for value in _value_refs(define, item)):
            yield define.problem(ref, "Derived, but without a method", "say how it is derived", subject=get(item, "OID"))


def method_has_words(define: Define) -> Iterator[Problem]:
    """A method and a comment say something."""
    for element in (*define.all("MethodDef"), *define.all("def:CommentDef")):
        if not "".join(text for part in children(element, "Description") for text in part.itertext() if isinstance(text, str)).strip():
            yield define.problem(element, "the description is empty", "say it in words")


def origin_is_stated(define: Define) -> Iterator[Problem]:
    """Every variable, or else each of its values, has an origin; a predecessor is named."""
    for oid in define.dataset_of:
        item = define.find("ItemDef", oid)
        if item is None or _origin_types(item):
            continue
        values = [define.find("ItemDef", get(ref, "ItemOID")) for ref in _value_refs(define, item)]
        if not values or not all(value is not None and _origin_types(value) for value in values):
            yield define.problem(item, "no origin", "give the variable, or each of its values, an origin")
    for origin in define.all("def:Origin"):
        if get(origin, "Type") == "Predecessor" and not children(origin, "Description"):
            yield define.problem(origin, "the predecessor is not named", "describe the origin by its variable, such as DM.AGE")
        elif get(origin, "Type") not in NEED_NO_SOURCE and not get(origin, "Source"):
            fix = "give Investigator, Sponsor, Subject or Vendor"
            yield define.problem(origin, f"origin {get(origin, 'Type')} without a source", fix, Severity.WARNING)


def where_clause_is_sound(define: Define) -> Iterator[Problem]:
    """Conditions are on variables of datasets, with as many values as the comparator takes, all of them in the codelist."""
    for check in define.all("RangeCheck"):
        oid, comparator = get(check, "def:ItemOID"), get(check, "Comparator")
        values = [value.text or "" for value in children(check, "CheckValue")]
        item = define.find("ItemDef", oid)
        if item is not None and oid not in define.dataset_of:
            yield define.problem(check, f"the condition is on {oid}, which is no variable of a dataset", "use a variable of a dataset")
        if comparator not in TAKE_MANY_VALUES and len(values) != 1:
            yield define.problem(check, f"{comparator} with {len(values)} values", "give one value, or use IN or NOTIN")
        terms = _terms(define, item)
        if terms and (unknown := sorted(set(values) - terms)):
            fix = "use a term of the codelist, or add it there"
            yield define.problem(check, f"not in the codelist of {oid}: {', '.join(unknown)}", fix)


def join_is_explained(define: Define) -> Iterator[Problem]:
    """A where clause on another dataset than its variable's says in a comment how records are joined."""
    for value_list in define.all("def:ValueListDef"):
        variable = define.variable_of.get(get(value_list, "OID"))
        home = define.dataset_of.get(get(variable, "OID")) if variable is not None else None
        for ref in value_list.iter("{*}WhereClauseRef"):
            where = define.find("def:WhereClauseDef", get(ref, "WhereClauseOID"))
            if where is None or home is None or get(where, "def:CommentOID"):
                continue
            if any(define.dataset_of.get(get(check, "def:ItemOID"), home) is not home for check in children(where, "RangeCheck")):
                fix = "add a comment that says how records are joined"
                yield define.problem(where, "a condition on another dataset, without a comment", fix, Severity.WARNING)


def keys_are_counted(define: Define) -> Iterator[Problem]:
    """A dataset has keys, numbered from 1 without a gap; so are its variables and the items of a value list."""
    for group in define.all("ItemGroupDef"):
        keys = sorted(int(get(ref, "KeySequence")) for ref in children(group, "ItemRef") if get(ref, "KeySequence").isdecimal())
        if not keys:
            yield define.problem(group, "no key variables", "say which variables identify a record", Severity.WARNING)
        elif keys != list(range(1, len(keys) + 1)):
            yield define.problem(group, f"key sequence {_listed(keys)}", f"number the keys 1 to {len(keys)}")
    for group in (*define.all("ItemGroupDef"), *define.all("def:ValueListDef")):
        orders = sorted(int(order) for ref in children(group, "ItemRef") if (order := get(ref, "OrderNumber")).isdecimal())
        if orders and orders != list(range(1, len(children(group, "ItemRef")) + 1)):
            yield define.problem(group, f"order numbers {_listed(orders)}", "number the items from 1 without a gap")


def length_fits_type(define: Define) -> Iterator[Problem]:
    """Text and numbers have a length, floats significant digits; no other type has either."""
    for item in define.all("ItemDef"):
        type_ = get(item, "DataType")
        if bool(get(item, "Length")) != (type_ in TYPES_WITH_LENGTH):
            wanted = "needs a Length" if type_ in TYPES_WITH_LENGTH else "has no Length"
            yield define.problem(item, f"data type {type_} {wanted}", "state the longest value" if "needs" in wanted else "leave it out")
        if bool(get(item, "SignificantDigits")) != (type_ == "float"):
            wanted = "needs SignificantDigits" if type_ == "float" else "has no SignificantDigits"
            yield define.problem(item, f"data type {type_} {wanted}", "state the decimals" if "needs" in wanted else "leave them out")


def codelist_fits_type(define: Define) -> Iterator[Problem]:
    """A variable and its codelist have the same data type."""
    for ref in define.all("CodeListRef"):
        item, codelist = ref.getparent(), define.find("CodeList", get(ref, "CodeListOID"))
        if item is None or codelist is None or get(item, "DataType") == get(codelist, "DataType"):
            continue
        yield define.problem(
            ref,
            f"data type {get(item, 'DataType')}, but its codelist {get(codelist, 'OID')} has {get(codelist, 'DataType')}",
            "give both the same data type",
        )


def standard_is_stated(define: Define) -> Iterator[Problem]:
    """A dataset follows a standard or says that it does not; terminology names its publishing set."""
    for group in define.all("ItemGroupDef"):
        if bool(get(group, "def:StandardOID")) == (get(group, "def:IsNonStandard") == "Yes"):
            yield define.problem(group, "neither or both of a standard and def:IsNonStandard", "state one of them")
    for standard in define.all("def:Standard"):
        if (get(standard, "Type") == "CT") != bool(get(standard, "PublishingSet")):
            fix = "state it for type CT (SDTM, ADaM), leave it out for IG"
            yield define.problem(standard, "terminology, and nothing else, has a PublishingSet", fix)


def file_is_named(define: Define) -> Iterator[Problem]:
    """A dataset names its file and holds the leaf itself, unless it has no data."""
    for group in define.all("ItemGroupDef"):
        leaves = {get(leaf, "ID") for leaf in children(group, "def:leaf")}
        location = get(group, "def:ArchiveLocationID")
        if location not in leaves and not (location == "" and get(group, "def:HasNoData") == "Yes"):
            yield define.problem(group, "the dataset's file is not named in it", "give the dataset's file, or say that it has no data")


def _origin_types(item: etree._Element) -> list[str]:
    return [get(origin, "Type") for origin in children(item, "def:Origin")]


def _value_refs(define: Define, item: etree._Element) -> list[etree._Element]:
    """The ItemRefs of a variable's value list; none if it has none."""
    for ref in children(item, "def:ValueListRef"):
        value_list = define.find("def:ValueListDef", get(ref, "ValueListOID"))
        return [] if value_list is None else children(value_list, "ItemRef")
    return []


def _terms(define: Define, item: etree._Element | None) -> set[str]:
    """The coded values of an item's codelist; none if it has no codelist or an external one."""
    refs = [] if item is None else children(item, "CodeListRef")
    codelist = define.find("CodeList", get(refs[0], "CodeListOID")) if refs else None
    return set() if codelist is None else {get(term, "CodedValue") for term in codelist if get(term, "CodedValue")}


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


RULES: tuple[Callable[[Define], Iterator[Problem]], ...] = (
    derived_has_method,
    method_has_words,
    origin_is_stated,
    where_clause_is_sound,
    join_is_explained,
    keys_are_counted,
    length_fits_type,
    codelist_fits_type,
    standard_is_stated,
    file_is_named,
)
