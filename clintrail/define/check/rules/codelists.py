"""Rules for code lists: terms, decodes, NCI codes, dictionaries."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import Define, children, get, number, repeated, terms, whole, words
from clintrail.errors import Severity, counted

NCI = "nci:ExtCodeID"
_NCI_CODE = re.compile(r"C\d+")


@rule(Severity.ERROR, "Define-XML 2.1, CodeList: DataType")
def codelist_fits_type(define: Define) -> Iterator[Finding]:
    """A variable and its code list have the same data type."""
    for ref in define.all("CodeListRef"):
        item, codelist = ref.getparent(), define.find("CodeList", get(ref, "CodeListOID"))
        if item is None or codelist is None or get(item, "DataType") == get(codelist, "DataType"):
            continue
        yield Finding(
            ref,
            f"data type {get(item, 'DataType')}, but its codelist {get(codelist, 'OID')} has {get(codelist, 'DataType')}",
            "give both the same data type",
        )


@rule(Severity.ERROR, "Define-XML 2.1, CodeListItem and EnumeratedItem: CodedValue")
def terms_are_different(define: Define) -> Iterator[Finding]:
    """No term stands twice in a code list."""
    for codelist in define.all("CodeList"):
        count = Counter(get(term, "CodedValue") for term in terms(codelist))
        seen: set[str] = set()
        for term in terms(codelist):
            value = get(term, "CodedValue")
            if count[value] > 1 and value in seen:
                yield Finding(term, f"the term {value} stands {count[value]} times", "keep one of them")
            seen.add(value)


@rule(Severity.WARNING, "Define-XML 2.1, CodeListItem: Decode")
def decodes_are_different(define: Define) -> Iterator[Finding]:
    """No two terms of a code list have the same decode."""
    for codelist in define.all("CodeList"):
        decodes = [(term, words(term, "Decode")) for term in children(codelist, "CodeListItem")]
        count = Counter(decode for _, decode in decodes)
        for term, decode in decodes:
            if decode and count[decode] > 1:
                what = f"{count[decode]} terms are decoded as this one, {get(term, 'CodedValue')}"
                yield Finding(term, what, "tell the terms apart")


@rule(Severity.ERROR, "Define-XML 2.1, CodeListItem: Decode")
def decode_has_words(define: Define) -> Iterator[Finding]:
    """The decode of a term is not blank."""
    for term in define.all("CodeListItem"):
        if not words(term, "Decode"):
            yield Finding(term, f"the decode of {get(term, 'CodedValue')} is blank", "say what the term means, or enumerate the terms")


@rule(Severity.ERROR, "Define-XML 2.1, CodeListItem and EnumeratedItem: CodedValue")
def term_is_not_blank(define: Define) -> Iterator[Finding]:
    """A term is not blank and has no blanks around it."""
    for codelist in define.all("CodeList"):
        for term in terms(codelist):
            if (value := get(term, "CodedValue")) != value.strip() or not value:
                yield Finding(term, "a term that is blank or has blanks around it", "write the value as it stands in the data")


@rule(Severity.ERROR, "Define-XML 2.1, CodeList: DataType")
def terms_fit_type(define: Define) -> Iterator[Finding]:
    """The terms of a numeric code list are numbers, whole ones if it is of integers."""
    for codelist in define.all("CodeList"):
        for term in terms(codelist) if (type_ := get(codelist, "DataType")) in ("integer", "float") else ():
            value = number(get(term, "CodedValue"))
            if value is None or (type_ == "integer" and not value.is_integer()):
                yield Finding(term, f"{get(term, 'CodedValue')} is a term of data type {type_}", "correct the term or the data type")


@rule(Severity.NOTE, "Define-XML 2.1, ItemDef: Length")
def terms_fit_length(define: Define) -> Iterator[Finding]:
    """No term of a code list that only this variable has is longer than the variable."""
    users = Counter(get(ref, "CodeListOID") for ref in define.all("CodeListRef"))
    for _, _, item in define.all_variables():
        if any(users[get(ref, "CodeListOID")] > 1 for ref in children(item, "CodeListRef")):
            continue
        length = (whole(item, "Length") or 0) if get(item, "DataType") == "text" else 0
        too_long = [value for term in terms(define.codelist(item)) if len(value := get(term, "CodedValue")) > length]
        if length and too_long:
            what = f"length {length}, but the code list has {', '.join(too_long[:3])}"
            yield Finding(item, what, "lengthen it, or list only what is used")


@rule(Severity.ERROR, "Define-XML 2.1, CodeListItem and EnumeratedItem: def:ExtendedValue; CDISC conformance rules 98, 99, 186, 201")
def extension_is_marked(define: Define) -> Iterator[Finding]:
    """In a code list with an NCI code a term has its own NCI code or is marked as the sponsor's, not both."""
    for codelist in define.all("CodeList"):
        for term in terms(codelist) if _nci_codes(codelist) else ():
            if bool(_nci_codes(term)) == (get(term, "def:ExtendedValue") == "Yes"):
                what = "an NCI code and def:ExtendedValue" if _nci_codes(term) else "neither an NCI code nor def:ExtendedValue"
                yield Finding(term, f"{get(term, 'CodedValue')} has {what}", "mark the sponsor's terms, and give others their code")


@rule(Severity.ERROR, "Define-XML 2.1, CodeListItem and EnumeratedItem: def:ExtendedValue")
def extension_has_a_standard(define: Define) -> Iterator[Finding]:
    """Only a code list with an NCI code has terms that extend it."""
    for codelist in define.all("CodeList"):
        for term in () if _nci_codes(codelist) else terms(codelist):
            if get(term, "def:ExtendedValue"):
                what = f"{get(term, 'CodedValue')} extends a list of the standard, but this list is none"
                yield Finding(term, what, "give the code list its NCI code, or take the mark away")


@rule(Severity.NOTE, "Define-XML 2.1, Alias: Context nci:ExtCodeID")
def coded_terms_are_of_a_coded_list(define: Define) -> Iterator[Finding]:
    """Terms with NCI codes stand in a code list with one, unless it is put together from several of the standard."""
    for codelist in define.all("CodeList"):
        coded = [] if _nci_codes(codelist) else [term for term in terms(codelist) if _nci_codes(term)]
        if coded:
            yield Finding(codelist, f"{counted(len(coded), 'term')} with an NCI code, but the list has none", "give the list its NCI code")


@rule(Severity.WARNING, "Define-XML 2.1, Alias: Context nci:ExtCodeID; CDISC conformance rule 249")
def nci_code_is_one(define: Define) -> Iterator[Finding]:
    """A code list or term has at most one NCI code, which is C and a number."""
    for codelist in define.all("CodeList"):
        for element in (codelist, *terms(codelist)):
            codes = _nci_codes(element)
            if len(codes) > 1 or not all(_NCI_CODE.fullmatch(code) for code in codes):
                yield Finding(element, f"NCI code {', '.join(codes)}", "write the one code of the terminology, such as C66742")


@rule(Severity.ERROR, "Define-XML 2.1, CodeList: def:StandardOID and def:IsNonStandard; CDISC conformance rules 153, 249", ("2.1",))
def codelist_says_whose_it_is(define: Define) -> Iterator[Finding]:
    """A code list with an NCI code names its terminology; one without says that it is non-standard. Dictionaries need neither."""
    for codelist in define.all("CodeList"):
        has_standard, is_own = bool(get(codelist, "def:StandardOID")), get(codelist, "def:IsNonStandard") == "Yes"
        if _nci_codes(codelist) and (is_own or not has_standard):
            yield Finding(codelist, "an NCI code, but no terminology", "refer to the terminology by def:StandardOID")
        elif terms(codelist) and not _nci_codes(codelist) and (has_standard or not is_own):
            yield Finding(codelist, "no NCI code, but not marked as non-standard", 'give its code, or write def:IsNonStandard="Yes"')


@rule(Severity.ERROR, "Define-XML 2.1, CodeListItem and EnumeratedItem: OrderNumber and Rank")
def terms_are_counted(define: Define) -> Iterator[Finding]:
    """Terms have an order (or a rank) all or not at all, and no two the same."""
    for codelist in define.all("CodeList"):
        for attribute in ("OrderNumber", "Rank"):
            stated = [value for term in terms(codelist) if (value := get(term, attribute))]
            if stated and (len(stated) != len(terms(codelist)) or len(set(stated)) != len(stated)):
                what = f"{attribute} is given for {len(stated)} of {len(terms(codelist))} terms, {len(set(stated))} of them different"
                yield Finding(codelist, what, "number all terms, each by its own number")


@rule(Severity.WARNING, "Define-XML 2.1, CodeList: Name")
def codelist_names_are_different(define: Define) -> Iterator[Finding]:
    """No two code lists have the same name."""
    for codelist, count in repeated(define.all("CodeList"), "Name"):
        yield Finding(codelist, f"{count} code lists are named {get(codelist, 'Name')}", "tell them apart")


@rule(Severity.ERROR, "Define-XML 2.1, ExternalCodeList: Dictionary")
def dictionary_is_named(define: Define) -> Iterator[Finding]:
    """An external code list names its dictionary."""
    for external in define.all("ExternalCodeList"):
        if not get(external, "Dictionary").strip():
            yield Finding(external, "the dictionary is not named", "name it, such as MedDRA")


@rule(Severity.WARNING, "Define-XML 2.1, ExternalCodeList: Version")
def dictionary_version_is_stated(define: Define) -> Iterator[Finding]:
    """An external code list states the version of its dictionary, except ISO 3166 and the like that have none."""
    for external in define.all("ExternalCodeList"):
        if not get(external, "Version").strip() and not get(external, "Dictionary").upper().startswith("ISO"):
            yield Finding(external, "the version of the dictionary is not stated", "state it, such as 27.1")


def _nci_codes(element: etree._Element) -> list[str]:
    return [get(alias, "Name") for alias in children(element, "Alias") if get(alias, "Context") == NCI]
