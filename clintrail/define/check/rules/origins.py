"""Rules for where values come from: origins, methods, comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import Define, children, get, origin_types, words
from clintrail.errors import Severity

# Origins that say by themselves who is behind the values.
NEED_NO_SOURCE = frozenset({"Predecessor", "Not Available", "Other"})
# Who can be behind values of an origin.
SOURCES = {
    "Collected": ("Investigator", "Subject", "Vendor"),
    "Derived": ("Sponsor", "Vendor", "Investigator"),
    "Assigned": ("Sponsor", "Vendor", "Investigator"),
    "Protocol": ("Sponsor",),
}
TYPES_2_0 = ("CRF", "Derived", "Assigned", "Protocol", "eDT", "Predecessor")
# Collected on a form, in the words of 2.1 and of 2.0.
ON_A_FORM = frozenset({("Collected", "Investigator"), ("Collected", "Subject"), ("CRF", "")})
_VARIABLE = re.compile(r"([A-Z_][A-Z0-9_]{0,7})\.([A-Z_][A-Z0-9_]{0,7})(?![.\w])")


@rule(Severity.ERROR, "Define-XML 2.1, ItemRef: MethodOID")
def derived_has_method(define: Define) -> Iterator[Finding]:
    """A Derived variable or value has a method; a variable may leave it to its value-level items."""
    for ref in define.all("ItemRef"):
        item = define.item(ref)
        if item is None or get(ref, "MethodOID") or "Derived" not in origin_types(item):
            continue
        if not any(get(value, "MethodOID") for value in define.value_refs(item)):
            yield Finding(ref, "Derived, but without a method", "say how it is derived")


@rule(Severity.NOTE, "Define-XML 2.1, ItemRef: MethodOID")
def method_is_for_derived(define: Define) -> Iterator[Finding]:
    """A variable or value with a method is Derived, or some of its values are."""
    for ref in define.all("ItemRef"):
        item = define.item(ref) if get(ref, "MethodOID") else None
        if item is None or not (types := origin_types(item)) or "Derived" in types:
            continue
        values = [define.item(value) for value in define.value_refs(item)]
        if not any(value is not None and "Derived" in origin_types(value) for value in values):
            yield Finding(ref, f"a method, but the origin is {' and '.join(types)}", "take the method away, or call it Derived")


@rule(Severity.ERROR, "Define-XML 2.1, MethodDef: Description")
def method_has_words(define: Define) -> Iterator[Finding]:
    """A method says something."""
    for method in define.all("MethodDef"):
        if not words(method):
            yield Finding(method, "the description is empty", "say it in words")


@rule(Severity.ERROR, "Define-XML 2.1, def:CommentDef: Description; in 2.0 a document will do")
def comment_has_words(define: Define) -> Iterator[Finding]:
    """A comment says something; in 2.0 it may leave that to a document."""
    for comment in define.all("def:CommentDef"):
        if not words(comment) and not (define.version == "2.0" and children(comment, "def:DocumentRef")):
            yield Finding(comment, "the description is empty", "say it in words")


@rule(Severity.ERROR, "Define-XML 2.1, MethodDef: Type")
def method_has_a_type(define: Define) -> Iterator[Finding]:
    """A method is a Computation or an Imputation."""
    for method in define.all("MethodDef"):
        if (type_ := get(method, "Type")) not in ("Computation", "Imputation"):
            yield Finding(method, f"method type {type_ or 'not stated'}", "write Computation or Imputation")


@rule(Severity.WARNING, "Define-XML 2.1, FormalExpression")
def expression_has_a_language(define: Define) -> Iterator[Finding]:
    """A formal expression names its language and is not blank."""
    for expression in define.all("FormalExpression"):
        if not get(expression, "Context").strip() or not (expression.text or "").strip():
            yield Finding(expression, "a formal expression without a language or without text", "write both, or leave it out")


@rule(Severity.ERROR, "Define-XML 2.1, ItemDef: def:Origin; CDISC conformance rule 155")
def origin_is_stated(define: Define) -> Iterator[Finding]:
    """Every variable, or else each of its values, has an origin.

    In 2.0, which has no word for values that are not there, a comment will do.
    """
    for _, _, item in define.all_variables():
        if origin_types(item) or (define.version == "2.0" and get(item, "def:CommentOID")):
            continue
        values = [define.item(ref) for ref in define.value_refs(item)]
        if not values or not all(value is not None and origin_types(value) for value in values):
            yield Finding(item, "no origin", "give the variable, or each of its values, an origin")


@rule(Severity.ERROR, "Define-XML 2.0, def:Origin: Type", ("2.0",))
def origin_is_a_term(define: Define) -> Iterator[Finding]:
    """The type of an origin is one of Define-XML 2.0."""
    for origin in define.all("def:Origin"):
        if (type_ := get(origin, "Type")) not in TYPES_2_0:
            yield Finding(origin, f"origin {type_}", f"write one of {', '.join(TYPES_2_0)}")


@rule(Severity.ERROR, "Define-XML 2.1, def:Origin: Type Predecessor")
def predecessor_is_named(define: Define) -> Iterator[Finding]:
    """An origin of type Predecessor names the variable."""
    for origin in _predecessors(define):
        if not words(origin):
            yield Finding(origin, "the predecessor is not named", "describe the origin by its variable, such as DM.AGE")


@rule(Severity.WARNING, "Define-XML 2.1, def:Origin: Type Predecessor")
def predecessor_is_a_variable(define: Define) -> Iterator[Finding]:
    """A predecessor reads as a variable: dataset, point, name."""
    for origin in _predecessors(define):
        if (said := words(origin)) and not _VARIABLE.search(said):
            yield Finding(origin, f"the predecessor is called {said[:40]}", "name its dataset and variable, such as DM.AGE")


@rule(Severity.ERROR, "Define-XML 2.1, def:Origin: Type Predecessor")
def predecessor_exists(define: Define) -> Iterator[Finding]:
    """A predecessor from a dataset that the file describes is a variable of it."""
    known = {(get(group, "Name"), get(item, "Name")) for group, _, item in define.all_variables()}
    datasets = {dataset for dataset, _ in known}
    for origin in _predecessors(define):
        for dataset, variable in _VARIABLE.findall(words(origin)):
            if dataset in datasets and (dataset, variable) not in known:
                yield Finding(origin, f"{dataset} has no variable {variable}", "name a variable that the dataset has")


@rule(Severity.WARNING, "Define-XML 2.1, def:Origin: Source", ("2.1",))
def source_is_stated(define: Define) -> Iterator[Finding]:
    """An origin of collected, derived, assigned or protocol values says who is behind them."""
    for origin in define.all("def:Origin"):
        type_, source = get(origin, "Type"), get(origin, "Source")
        if type_ not in NEED_NO_SOURCE and not source:
            fix = "give Investigator, Sponsor, Subject or Vendor"
            yield Finding(origin, f"origin {type_} without a source", fix)


@rule(Severity.WARNING, "Define-XML 2.1, def:Origin: Type and Source", ("2.1",))
def source_fits_origin(define: Define) -> Iterator[Finding]:
    """Nobody is behind values of an origin that cannot be: a sponsor collects nothing, an investigator writes no protocol."""
    for origin in define.all("def:Origin"):
        type_, source = get(origin, "Type"), get(origin, "Source")
        if source and source not in SOURCES.get(type_, (source,)):
            yield Finding(origin, f"origin {type_} of source {source}", f"give {' or '.join(SOURCES[type_])}")


@rule(Severity.WARNING, "Define-XML 2.1, def:AnnotatedCRF; SDTM Metadata Submission Guidelines 2.0")
def form_is_annotated(define: Define) -> Iterator[Finding]:
    """Where tabulation variables are collected on forms, the file names an annotated CRF."""
    if next(define.all("def:AnnotatedCRF"), None) is not None:
        return
    for _, item, origin in _collected(define):
        yield Finding(item, f"origin {get(origin, 'Type')}, but no annotated CRF is named", "name it in def:AnnotatedCRF")
        return


@rule(Severity.WARNING, "Define-XML 2.1, def:Origin: def:DocumentRef; SDTM Metadata Submission Guidelines 2.0")
def collected_has_pages(define: Define) -> Iterator[Finding]:
    """A tabulation variable that is collected on a form, or each of its values, names pages of the annotated CRF."""
    forms = {get(ref, "leafID") for listed in define.all("def:AnnotatedCRF") for ref in children(listed, "def:DocumentRef")}
    for ref, item, origin in _collected(define) if forms else ():
        values = [value for value_ref in define.value_refs(item) if (value := define.item(value_ref)) is not None]
        origins = [origin, *(one for value in values for one in children(value, "def:Origin"))]
        if not any(_has_pages(one, forms) for one in origins):
            what = f"origin {get(origin, 'Type')}, but no page of the annotated CRF"
            yield Finding(ref, what, "refer to the pages where it is collected")


def _predecessors(define: Define) -> Iterator[etree._Element]:
    return (origin for origin in define.all("def:Origin") if get(origin, "Type") == "Predecessor")


def _collected(define: Define) -> Iterator[tuple[etree._Element, etree._Element, etree._Element]]:
    """The ItemRef, ItemDef and origin of tabulation variables that are collected on a form."""
    for group, ref, item in define.all_variables():
        for origin in children(item, "def:Origin") if get(group, "Purpose") == "Tabulation" else ():
            if (get(origin, "Type"), get(origin, "Source")) in ON_A_FORM:
                yield ref, item, origin


def _has_pages(origin: etree._Element, forms: set[str]) -> bool:
    return any(get(ref, "leafID") in forms and children(ref, "def:PDFPageRef") for ref in children(origin, "def:DocumentRef"))
