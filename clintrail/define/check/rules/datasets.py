"""Rules for datasets: names, labels, classes, keys, order, files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote

from lxml import etree

from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import Define, children, get, repeated, whole, words
from clintrail.errors import Severity, closest

NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
LONGEST_LABEL = 40
ADAM_CLASSES = frozenset({
    "ADAM OTHER", "BASIC DATA STRUCTURE", "DEVICE LEVEL ANALYSIS DATASET", "MEDICAL DEVICE BASIC DATA STRUCTURE",
    "MEDICAL DEVICE OCCURRENCE DATA STRUCTURE", "OCCURRENCE DATA STRUCTURE", "REFERENCE DATA STRUCTURE",
    "SUBJECT LEVEL ANALYSIS DATASET",
})  # fmt: skip
SDTM_CLASSES = frozenset({
    "EVENTS", "FINDINGS", "FINDINGS ABOUT", "INTERVENTIONS", "RELATIONSHIP", "SPECIAL PURPOSE", "STUDY REFERENCE", "TRIAL DESIGN",
})  # fmt: skip
SUBCLASSES = {
    "ADVERSE EVENT": "OCCURRENCE DATA STRUCTURE",
    "MEDICAL DEVICE TIME-TO-EVENT": "MEDICAL DEVICE BASIC DATA STRUCTURE",
    "NON-COMPARTMENTAL ANALYSIS": "BASIC DATA STRUCTURE",
    "TIME-TO-EVENT": "BASIC DATA STRUCTURE",
}


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: SASDatasetName; CDISC conformance rules 109, 110")
def dataset_name_is_one(define: Define) -> Iterator[Finding]:
    """A dataset's name has at most eight capital letters and digits, and SASDatasetName is the same."""
    for group in define.groups:
        name, sas_name = get(group, "Name"), get(group, "SASDatasetName")
        if not NAME.fullmatch(name):
            yield Finding(group, f"a dataset cannot be named {name}", "use at most eight capital letters, digits and _")
        if sas_name and sas_name != name:
            yield Finding(group, f"named {name}, but {sas_name} as SAS dataset", "give the same name in both places")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: Name")
def dataset_names_are_different(define: Define) -> Iterator[Finding]:
    """No two datasets have the same name."""
    for group, count in repeated(define.groups, "Name"):
        yield Finding(group, f"{count} datasets are named {get(group, 'Name')}", "describe a dataset once")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: Description; CDISC conformance rule 128")
def dataset_is_labelled(define: Define) -> Iterator[Finding]:
    """A dataset has a label of at most 40 characters, as a transport file can hold."""
    for group in define.groups:
        if (length := len(words(group))) == 0:
            yield Finding(group, "no label", "describe the dataset")
        elif length > LONGEST_LABEL:
            yield Finding(group, f"a label of {length} characters", f"shorten it to {LONGEST_LABEL}")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: def:Structure")
def structure_is_stated(define: Define) -> Iterator[Finding]:
    """A dataset says what one of its records is."""
    for group in define.groups:
        if not get(group, "def:Structure").strip():
            yield Finding(group, "the structure is blank", "say it, such as: One record per subject")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11.2: def:Class; Define-XML 2.0, def:Class; terminology C103329 (GNRLOBSC)")
def class_is_a_term(define: Define) -> Iterator[Finding]:
    """A dataset has a class, in the words of the terminology; in 2.1 one that follows no standard need not."""
    for group in define.groups:
        name = _class(define, group)
        if not name and get(group, "def:IsNonStandard") != "Yes":
            yield Finding(group, "no class", "state the class, such as FINDINGS or BASIC DATA STRUCTURE")
        elif name and name not in ADAM_CLASSES | SDTM_CLASSES:
            near = closest(name, ADAM_CLASSES | SDTM_CLASSES)
            yield Finding(group, f"no class is called {name}", f"did you mean {near}?" if near else "use a term of codelist C103329")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: Purpose and def:Class")
def class_fits_purpose(define: Define) -> Iterator[Finding]:
    """Classes of ADaM are for analysis datasets, those of SDTM for tabulations."""
    for group in define.groups:
        name, purpose = _class(define, group), get(group, "Purpose")
        if (name in ADAM_CLASSES and purpose == "Tabulation") or (name in SDTM_CLASSES and purpose == "Analysis"):
            yield Finding(group, f"class {name} for purpose {purpose}", "correct the class or the purpose")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11.2.1: def:SubClass", ("2.1",))
def subclass_fits_class(define: Define) -> Iterator[Finding]:
    """A subclass is one of its class."""
    for subclass in define.all("def:SubClass"):
        above = SUBCLASSES.get(get(subclass, "Name"))
        parent = get(subclass, "ParentClass") or get(subclass.getparent(), "Name")  # type: ignore[arg-type]
        if above and parent not in (above, *(name for name, its in SUBCLASSES.items() if its == above)):
            yield Finding(subclass, f"subclass {get(subclass, 'Name')} of class {parent}", f"it belongs to {above}")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: Purpose; CDISC conformance rules 251, 252")
def purpose_fits_standard(define: Define) -> Iterator[Finding]:
    """Datasets of SDTM and SEND have the purpose Tabulation, those of ADaM Analysis."""
    for group in define.groups:
        name = _standard_name(define, group)
        wanted = "Analysis" if "ADaM" in name else "Tabulation" if re.search("SDTM|SEND", name) else ""
        if wanted and (stated := get(group, "Purpose")) != wanted:
            yield Finding(group, f"purpose {stated or 'not stated'}, but it follows {name}", f'write Purpose="{wanted}"')


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: Domain; CDISC conformance rules 105, 106")
def domain_is_stated(define: Define) -> Iterator[Finding]:
    """A tabulation dataset says of which domain it is; an analysis dataset has none."""
    for group in define.groups:
        domain = get(group, "Domain")
        if get(group, "Purpose") == "Tabulation" and not domain:
            yield Finding(group, "no domain", 'state it, such as Domain="AE"')
        elif get(group, "Purpose") == "Analysis" and domain:
            yield Finding(group, f"an analysis dataset of domain {domain}", "leave Domain out")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: def:StandardOID and def:IsNonStandard; CDISC conformance rules 121, 122", ("2.1",))
def dataset_follows_a_standard(define: Define) -> Iterator[Finding]:
    """A dataset either follows a standard or says that it does not."""
    for group in define.groups:
        if bool(get(group, "def:StandardOID")) == (get(group, "def:IsNonStandard") == "Yes"):
            yield Finding(group, "neither or both of a standard and def:IsNonStandard", "state one of them")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: def:StandardOID; CDISC conformance rule 124", ("2.1",))
def standard_is_of_the_right_type(define: Define) -> Iterator[Finding]:
    """A dataset follows an implementation guide (IG), a code list terminology (CT)."""
    for element, wanted in [(group, "IG") for group in define.groups] + [(codelist, "CT") for codelist in define.all("CodeList")]:
        standard = define.find("def:Standard", get(element, "def:StandardOID"))
        if standard is not None and get(standard, "Type") != wanted:
            yield Finding(element, f"its standard has type {get(standard, 'Type')}", f"refer to a standard of type {wanted}")


@rule(Severity.WARNING, "Define-XML 2.1, 5.3.11: Repeating; CDISC conformance rule 260")
def reference_data_does_not_repeat(define: Define) -> Iterator[Finding]:
    """Reference data, which are of no subject, have Repeating="No"."""
    for group in define.groups:
        if get(group, "IsReferenceData") == "Yes" and get(group, "Repeating") == "Yes":
            yield Finding(group, "reference data that repeat", 'write Repeating="No": nothing repeats within a subject')


@rule(Severity.WARNING, "Define-XML 2.1, 5.3.11: IsReferenceData; CDISC conformance rule 239")
def reference_data_have_no_subjects(define: Define) -> Iterator[Finding]:
    """Datasets of trial design are reference data; datasets with USUBJID are not."""
    for group in define.groups:
        is_reference, names = get(group, "IsReferenceData") == "Yes", {get(item, "Name") for _, item in define.variables(group)}
        if is_reference and "USUBJID" in names:
            yield Finding(group, "reference data with USUBJID", 'write IsReferenceData="No"')
        elif not is_reference and _class(define, group) == "TRIAL DESIGN":
            yield Finding(group, "a dataset of trial design that is no reference data", 'write IsReferenceData="Yes"')


@rule(Severity.WARNING, "Define-XML 2.1, 5.3.11: Repeating")
def one_record_does_not_repeat(define: Define) -> Iterator[Finding]:
    """A dataset of one record per subject has Repeating="No", any other of subjects "Yes"."""
    for group in define.groups:
        keys = {get(item, "Name") for ref, item in define.variables(group) if get(ref, "KeySequence")}
        one = bool(keys) and keys <= {"STUDYID", "USUBJID", "DOMAIN"} and "USUBJID" in keys
        if one and get(group, "Repeating") == "Yes":
            yield Finding(group, "its keys allow one record per subject, but it repeats", "correct Repeating or the keys")
        elif "USUBJID" in keys and not one and get(group, "Repeating") == "No":
            yield Finding(group, "its keys allow several records per subject, but it does not repeat", "correct Repeating or the keys")


@rule(Severity.WARNING, "Define-XML 2.1, ItemRef: KeySequence")
def keys_are_stated(define: Define) -> Iterator[Finding]:
    """A dataset says which variables identify a record."""
    for group in define.groups:
        if not any(get(ref, "KeySequence") for ref in children(group, "ItemRef")):
            yield Finding(group, "no key variables", "say which variables identify a record")


@rule(Severity.ERROR, "Define-XML 2.1, ItemRef: KeySequence")
def keys_are_counted(define: Define) -> Iterator[Finding]:
    """The keys of a dataset are numbered from 1 without a gap."""
    for group in define.groups:
        keys = _numbers(children(group, "ItemRef"), "KeySequence")
        if keys and keys != list(range(1, len(keys) + 1)):
            yield Finding(group, f"key sequence {', '.join(map(str, keys))}", f"number the keys 1 to {len(keys)}")


@rule(Severity.ERROR, "Define-XML 2.1, ItemRef: OrderNumber")
def items_are_counted(define: Define) -> Iterator[Finding]:
    """The variables of a dataset, and the items of a value list, are numbered from 1 without a gap, or not at all."""
    for group in (*define.groups, *define.all("def:ValueListDef")):
        orders = _numbers(children(group, "ItemRef"), "OrderNumber")
        if orders and orders != list(range(1, len(children(group, "ItemRef")) + 1)):
            yield Finding(group, f"order numbers {_listed(orders)}", "number the items from 1 without a gap")


@rule(Severity.WARNING, "Define-XML 2.1, ItemRef: OrderNumber")
def items_stand_in_order(define: Define) -> Iterator[Finding]:
    """The variables of a dataset, and the items of a value list, stand in the order of their numbers."""
    for group in (*define.groups, *define.all("def:ValueListDef")):
        orders = [order for ref in children(group, "ItemRef") if (order := whole(ref, "OrderNumber")) is not None]
        if orders != sorted(orders):
            yield Finding(group, "items stand in another order than their numbers say", "write them in order")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: def:ArchiveLocationID; CDISC conformance rules 119, 120")
def file_is_named(define: Define) -> Iterator[Finding]:
    """A dataset names its file and holds the leaf itself, unless it has no data."""
    for group in define.groups:
        leaves = {get(leaf, "ID") for leaf in children(group, "def:leaf")}
        location = get(group, "def:ArchiveLocationID")
        if location not in leaves and not (location == "" and get(group, "def:HasNoData") == "Yes"):
            yield Finding(group, "the dataset's file is not named in it", "give the dataset's file, or say that it has no data")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: SASDatasetName; CDISC conformance rule 112")
def file_has_the_datasets_name(define: Define) -> Iterator[Finding]:
    """The file of a dataset is called as the dataset."""
    for group in define.groups:
        for leaf in children(group, "def:leaf"):
            stem = PurePosixPath(unquote(get(leaf, "xlink:href"))).stem
            if stem.upper() != get(group, "Name").upper():
                yield Finding(leaf, f"its file is called {stem}", f"call it {get(group, 'Name').lower()}.xpt", get(group, "OID"))


@rule(Severity.WARNING, "Define-XML 2.1, 5.3.11: def:HasNoData and def:CommentOID; CDISC conformance rule 240", ("2.1",))
def no_data_is_explained(define: Define) -> Iterator[Finding]:
    """A comment says why a dataset or a variable has no data."""
    for group in define.groups:
        if get(group, "def:HasNoData") == "Yes" and not get(group, "def:CommentOID"):
            yield Finding(group, "no data, without a comment", "add a comment that says why")
    for ref in define.all("ItemRef"):
        item = define.item(ref)
        if item is not None and get(ref, "def:HasNoData") == "Yes" and not get(item, "def:CommentOID"):
            yield Finding(ref, "no data, without a comment", "add a comment that says why")


def _class(define: Define, group: etree._Element) -> str:
    """The class of a dataset: an element in 2.1, an attribute in 2.0."""
    return get(group, "def:Class") or next((get(element, "Name") for element in children(group, "def:Class")), "")


def _standard_name(define: Define, group: etree._Element) -> str:
    """The name of the guide that a dataset follows: its own in 2.1, the file's in 2.0."""
    standard = define.find("def:Standard", get(group, "def:StandardOID"))
    return get(standard, "Name") if standard is not None else next((get(v, "def:StandardName") for v in define.all("MetaDataVersion")), "")


def _numbers(refs: list[etree._Element], attribute: str) -> list[int]:
    return sorted(value for ref in refs if (value := whole(ref, attribute)) is not None)


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) if len(numbers) <= 12 else f"{', '.join(map(str, numbers[:11]))}, ... {numbers[-1]}"
