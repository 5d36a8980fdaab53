"""Rules for Analysis Results Metadata."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import Define, children, get, repeated, words
from clintrail.errors import Severity

REASONS = ("SPECIFIED IN PROTOCOL", "SPECIFIED IN SAP", "DATA DRIVEN", "REQUESTED BY REGULATORY AGENCY")
PURPOSES = ("PRIMARY OUTCOME MEASURE", "SECONDARY OUTCOME MEASURE", "EXPLORATORY OUTCOME MEASURE")


@rule(Severity.ERROR, "ARM 1.0, arm:ResultDisplay and arm:AnalysisResult: Description")
def analysis_has_words(define: Define) -> Iterator[Finding]:
    """A display and an analysis result say what they are."""
    for element in (*define.all("arm:ResultDisplay"), *define.all("arm:AnalysisResult"), *define.all("arm:Documentation")):
        if not words(element):
            yield Finding(element, "the description is empty", "say it in words")


@rule(Severity.WARNING, "ARM 1.0, arm:ResultDisplay: Name")
def displays_are_different(define: Define) -> Iterator[Finding]:
    """No two displays have the same name."""
    for display, count in repeated(define.all("arm:ResultDisplay"), "Name"):
        yield Finding(display, f"{count} displays are named {get(display, 'Name')}", "tell them apart")


@rule(Severity.NOTE, "ARM 1.0, arm:AnalysisResult: AnalysisReason and AnalysisPurpose, which may be extended")
def reason_is_a_term(define: Define) -> Iterator[Finding]:
    """The reason and the purpose of an analysis are terms of ARM."""
    for result in define.all("arm:AnalysisResult"):
        for attribute, known in (("AnalysisReason", REASONS), ("AnalysisPurpose", PURPOSES)):
            if (stated := get(result, attribute)) not in known:
                yield Finding(result, f"{attribute} is {stated}", f"the terms are {', '.join(known)}")


@rule(Severity.ERROR, "ARM 1.0, arm:AnalysisVariable: ItemOID")
def analysis_variable_is_of_its_dataset(define: Define) -> Iterator[Finding]:
    """The variables of an analysis are those of the dataset that they stand under."""
    for dataset in define.all("arm:AnalysisDataset"):
        group = define.find("ItemGroupDef", get(dataset, "ItemGroupOID"))
        known = set() if group is None else {get(ref, "ItemOID") for ref in children(group, "ItemRef")}
        for variable in children(dataset, "arm:AnalysisVariable"):
            oid = get(variable, "ItemOID")
            if group is not None and oid not in known and define.find("ItemDef", oid) is not None:
                yield Finding(variable, f"{oid} is no variable of {get(group, 'OID')}", "name a variable of this dataset")


@rule(Severity.WARNING, "ARM 1.0, arm:AnalysisDataset: arm:AnalysisVariable")
def analysis_has_variables(define: Define) -> Iterator[Finding]:
    """An analysis result names the variables that are analysed."""
    for result in define.all("arm:AnalysisResult"):
        if not any(children(dataset, "arm:AnalysisVariable") for dataset in _datasets(result)):
            yield Finding(result, "no analysis variable", "name the variables that are analysed, such as CHG")


@rule(Severity.ERROR, "ARM 1.0, arm:AnalysisResult: ParameterOID")
def parameter_is_of_an_analysed_dataset(define: Define) -> Iterator[Finding]:
    """The parameter variable of an analysis, as PARAMCD, is one of a dataset that is analysed."""
    for result in define.all("arm:AnalysisResult"):
        home = define.dataset_of.get(oid := get(result, "ParameterOID"))
        analysed = {get(dataset, "ItemGroupOID") for dataset in _datasets(result)}
        if oid and define.find("ItemDef", oid) is not None and (home is None or get(home, "OID") not in analysed):
            yield Finding(result, f"the parameter {oid} is of no analysed dataset", "name PARAMCD of a dataset of this analysis")


@rule(Severity.ERROR, "ARM 1.0, arm:AnalysisDatasets: def:CommentOID")
def joined_analysis_is_explained(define: Define) -> Iterator[Finding]:
    """A comment says how the datasets of an analysis are joined if they are several."""
    for datasets in define.all("arm:AnalysisDatasets"):
        if len(children(datasets, "arm:AnalysisDataset")) > 1 and not get(datasets, "def:CommentOID"):
            yield Finding(datasets, "several datasets, without a comment", "add a comment that says how records are joined")


@rule(Severity.WARNING, "ARM 1.0, arm:Documentation")
def analysis_is_documented(define: Define) -> Iterator[Finding]:
    """An analysis result has a documentation."""
    for result in define.all("arm:AnalysisResult"):
        if not children(result, "arm:Documentation"):
            yield Finding(result, "no documentation", "say how the result was made")


@rule(Severity.NOTE, "ARM 1.0, arm:ProgrammingCode")
def analysis_has_code(define: Define) -> Iterator[Finding]:
    """An analysis result has the code that made it."""
    for result in define.all("arm:AnalysisResult"):
        if not children(result, "arm:ProgrammingCode"):
            yield Finding(result, "no programming code", "give the code, or the program as a document")


@rule(Severity.ERROR, "ARM 1.0, arm:ProgrammingCode")
def code_is_there(define: Define) -> Iterator[Finding]:
    """Programming code is given as text in a named language, or by a document."""
    for code in define.all("arm:ProgrammingCode"):
        text = "".join(element.text or "" for element in children(code, "arm:Code")).strip()
        if not text and not children(code, "def:DocumentRef"):
            yield Finding(code, "neither code nor a document", "write the code, or refer to the program")
        elif text and not get(code, "Context").strip():
            yield Finding(code, "code without a language", 'name it, such as Context="R 4.4"')


@rule(Severity.NOTE, "ARM 1.0, arm:ResultDisplay: def:DocumentRef")
def display_is_in_a_document(define: Define) -> Iterator[Finding]:
    """A display refers to the document that shows it."""
    for display in define.all("arm:ResultDisplay"):
        if not children(display, "def:DocumentRef"):
            yield Finding(display, "no document shows this display", "refer to the report and its page")


def _datasets(result: etree._Element) -> list[etree._Element]:
    return [dataset for datasets in children(result, "arm:AnalysisDatasets") for dataset in children(datasets, "arm:AnalysisDataset")]
