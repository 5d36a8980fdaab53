"""Rules for variables: names, labels, data types, lengths, display formats, roles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.rules.datasets import LONGEST_LABEL, NAME
from clintrail.define.check.tree import Define, children, get, whole, whole_number, words
from clintrail.define.model import TYPES_WITH_LENGTH
from clintrail.errors import Severity, closest

# SAS transport files of version 5 hold text of at most 200 bytes.
LONGEST_TEXT = 200
ROLES = frozenset({
    "identifier", "topic", "timing", "rule", "grouping qualifier", "record qualifier", "result qualifier", "synonym qualifier",
    "variable qualifier",
})  # fmt: skip
# The types of Define-XML; ODM has more.
TYPES = TYPES_WITH_LENGTH | {
    "date", "datetime", "time", "partialDate", "partialTime", "partialDatetime", "incompleteDate", "incompleteTime",
    "incompleteDatetime", "durationDatetime", "intervalDatetime",
}  # fmt: skip


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: Name and SASFieldName; SAS TS-140")
def variable_name_is_one(define: Define) -> Iterator[Finding]:
    """A variable's name has at most eight capital letters and digits, and SASFieldName is the same."""
    for _, _, item in define.all_variables():
        name, sas_name = get(item, "Name"), get(item, "SASFieldName")
        if not NAME.fullmatch(name):
            yield Finding(item, f"a variable cannot be named {name}", "use at most eight capital letters, digits and _")
        if sas_name and sas_name != name:
            yield Finding(item, f"named {name}, but {sas_name} as SAS field", "give the same name in both places")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: Name")
def variable_names_are_different(define: Define) -> Iterator[Finding]:
    """No two variables of a dataset have the same name."""
    for group in define.groups:
        seen: set[str] = set()
        for ref, item in define.variables(group):
            if get(item, "Name") in seen:
                yield Finding(ref, f"{get(group, 'Name')} has another variable {get(item, 'Name')}", "describe a variable once")
            seen.add(get(item, "Name"))


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: Description; SAS TS-140")
def variable_is_labelled(define: Define) -> Iterator[Finding]:
    """A variable has a label of at most 40 characters, as a transport file can hold."""
    for _, _, item in define.all_variables():
        if (length := len(words(item))) == 0:
            yield Finding(item, "no label", "describe the variable")
        elif length > LONGEST_LABEL:
            yield Finding(item, f"a label of {length} characters", f"shorten it to {LONGEST_LABEL}")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: DataType")
def type_is_of_define(define: Define) -> Iterator[Finding]:
    """A data type is one of those that Define-XML takes from ODM."""
    for item in define.all("ItemDef"):
        if (type_ := get(item, "DataType")) not in TYPES:
            near = closest(type_, TYPES)
            yield Finding(item, f"data type {type_}", f"did you mean {near}?" if near else "use text, integer, float or a type of dates")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: Length")
def length_fits_type(define: Define) -> Iterator[Finding]:
    """Text and numbers have a length above 0."""
    for item in define.all("ItemDef"):
        if (type_ := get(item, "DataType")) in TYPES_WITH_LENGTH and get(item, "Length") in ("", "0"):
            yield Finding(item, f"data type {type_} needs a Length", "state the longest value")


@rule(Severity.WARNING, "Define-XML 2.1, ItemDef: Length")
def dates_have_no_length(define: Define) -> Iterator[Finding]:
    """Dates, times and durations have no length: their type says it."""
    for item in define.all("ItemDef"):
        if (type_ := get(item, "DataType")) in TYPES - TYPES_WITH_LENGTH and get(item, "Length"):
            yield Finding(item, f"a Length, which data type {type_} does not have", "leave it out")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: SignificantDigits")
def digits_fit_type(define: Define) -> Iterator[Finding]:
    """Floats have significant digits; no other type has them."""
    for item in define.all("ItemDef"):
        type_ = get(item, "DataType")
        if bool(get(item, "SignificantDigits")) != (type_ == "float"):
            wanted = "needs SignificantDigits" if type_ == "float" else "has no SignificantDigits"
            yield Finding(item, f"data type {type_} {wanted}", "state the decimals" if "needs" in wanted else "leave them out")


@rule(Severity.WARNING, "Define-XML 2.1, ItemDef: Length and SignificantDigits")
def digits_fit_length(define: Define) -> Iterator[Finding]:
    """A float has fewer significant digits behind its point than its length."""
    for item in define.all("ItemDef"):
        length, digits = whole(item, "Length"), whole(item, "SignificantDigits")
        if length and digits is not None and length <= digits:
            yield Finding(item, f"{digits} significant digits in a length of {length}", "correct the one or the other")


@rule(Severity.WARNING, "SAS TS-140: transport files of version 5")
def text_fits_a_transport_file(define: Define) -> Iterator[Finding]:
    """A text variable is at most 200 characters long."""
    for _, _, item in define.all_variables():
        length = whole(item, "Length") or 0
        if get(item, "DataType") == "text" and length > LONGEST_TEXT:
            yield Finding(item, f"a length of {length}", f"split the text into variables of at most {LONGEST_TEXT} characters")


@rule(Severity.WARNING, "Define-XML 2.1, ItemDef: def:DisplayFormat")
def display_format_fits_type(define: Define) -> Iterator[Finding]:
    """Text is not shown by a format for numbers, nor a number by one for text; the decimals of a float are not cut off."""
    for item in define.all("ItemDef"):
        type_, format_ = get(item, "DataType"), get(item, "def:DisplayFormat")
        if not format_ or type_ not in TYPES_WITH_LENGTH:
            continue
        if (type_ == "text") != format_.startswith("$"):
            yield Finding(item, f"display format {format_} for data type {type_}", "text has formats that begin with $, numbers others")
        elif type_ == "float" and (shown := _decimals(format_)) is not None and shown < (whole(item, "SignificantDigits") or 0):
            digits = get(item, "SignificantDigits")
            yield Finding(item, f"display format {format_} cuts off some of {digits} decimals", "widen the format, or state fewer digits")


@rule(Severity.WARNING, "SDTMIG 3.4, section 4.4; Define-XML 2.1, ItemDef: DataType")
def dates_have_types_of_dates(define: Define) -> Iterator[Finding]:
    """A tabulation variable that ends in DTC has a data type of dates, one that ends in DUR a duration or an interval."""
    for group, _, item in define.all_variables():
        name, type_ = get(item, "Name"), get(item, "DataType")
        if get(group, "Purpose") == "Tabulation" and re.fullmatch(r"..\w*(DTC|DUR)", name) and type_ in TYPES_WITH_LENGTH:
            yield Finding(item, f"data type {type_} for {name}", "write date, datetime, partialDate, durationDatetime or their like")


@rule(Severity.NOTE, "Define-XML 2.1, ItemRef: Role; SDTM 2.0")
def role_is_stated(define: Define) -> Iterator[Finding]:
    """A tabulation variable has a role, where others of its dataset have."""
    for group in define.groups:
        refs = children(group, "ItemRef") if get(group, "Purpose") == "Tabulation" else []
        for ref in refs if any(get(ref, "Role") for ref in refs) else ():
            if not get(ref, "Role"):
                yield Finding(ref, "no role", "state the role that the SDTM gives the variable")


@rule(Severity.WARNING, "Define-XML 2.1, ItemRef: Role and RoleCodeListOID; SDTM 2.0")
def role_is_a_term(define: Define) -> Iterator[Finding]:
    """A role is one of the SDTM, unless a code list says which roles there are."""
    for _, ref, _ in define.all_variables():
        role = get(ref, "Role")
        if role and not get(ref, "RoleCodeListOID") and " ".join(role.lower().split()) not in ROLES:
            yield Finding(ref, f"role {role}", "write a role of the SDTM, such as Topic or Record Qualifier")


def _decimals(display_format: str) -> int | None:
    """The decimals of a plain format `8.2`; None of a named one, such as `DATE9.` or `BEST12.`."""
    found = re.fullmatch(r"[Ff]?\d+\.(\d*)", display_format)
    return whole_number(found[1] or "0") if found else None
