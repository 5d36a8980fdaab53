"""A define document as large as that of a big submission, made by counting: the same every time, valid and complete."""

from __future__ import annotations

from clintrail.define.model import (
    CodeList,
    Comment,
    DefineDataset,
    DefineDocument,
    DefineVariable,
    Document,
    DocumentRef,
    FormalExpression,
    Method,
    Origin,
    RangeCheck,
    Standard,
    Term,
    ValueListItem,
    WhereClause,
)

IG = Standard("SDTMIG", "IG", "3.4")
CT = Standard("CDISC/NCI", "CT", "2025-03-28", publishing_set="SDTM")

TERMS_OF_A_LIST = 200
TESTS = 20
CRF = Origin("Collected", "Investigator", documents=(DocumentRef("acrf", pages=(7, 9)),))
DERIVED = Origin("Derived", "Sponsor")
ASSIGNED = Origin("Assigned", "Sponsor")


def big_document(datasets: int = 60, variables: int = 3000, terms: int = 20_000) -> DefineDocument:
    """A document with these numbers in all; every dataset has value-level items, every third variable a method of its own.

    The variables are spread evenly, at least five a dataset; the terms stand in lists of 200, of which a dataset's test codes are one.
    """
    names = [f"{chr(65 + number // 26)}{chr(65 + number % 26)}" for number in range(datasets)]
    counts = [variables // datasets + (number < variables % datasets) for number in range(datasets)]
    codelists = tuple(code_list(number, terms) for number in range(-(-terms // TERMS_OF_A_LIST)))
    made = tuple(dataset(name, count, number, codelists) for number, (name, count) in enumerate(zip(names, counts, strict=True)))
    derived = [(home.name, variable.name) for home in made for variable in home.variables if variable.method]
    return DefineDocument(
        study_oid="ST.BIG",
        study_name="BIG",
        study_description="A study as large as they come",
        protocol_name="BIG-01",
        creation_datetime="2025-01-31T08:00:00",
        metadata_version_name="Data Definitions",
        standards=(IG, CT),
        datasets=made,
        codelists=codelists,
        methods=tuple(method(dataset, variable) for dataset, variable in derived),
        comments=tuple(Comment(name, f"Records of {name} were checked against the laboratory's own file.") for name in names),
        documents=(
            Document("acrf", "Annotated CRF", "acrf.pdf", is_annotated_crf=True),
            Document("csdrg", "Reviewer's Guide", "csdrg.pdf"),
        ),
    )


def code_list(number: int, terms: int) -> CodeList:
    """The list of a number, with as many of the terms as fall to it."""
    last = min(terms, (number + 1) * TERMS_OF_A_LIST)
    values = range(number * TERMS_OF_A_LIST, last)
    return CodeList(
        id=f"LIST{number}",
        name=f"Code list {number}",
        nci_code=f"C{100_000 + number}",
        standard=CT,
        terms=tuple(
            Term(f"T{value:05}", f"Meaning of the value {value}", f"C{200_000 + value}", place + 1) for place, value in enumerate(values)
        ),
    )


def dataset(name: str, count: int, number: int, codelists: tuple[CodeList, ...]) -> DefineDataset:
    """A dataset with `count` variables, of which the fourth holds results by test."""
    tests = codelists[number % len(codelists)]
    first = (
        text("STUDYID", "Study Identifier", 8, "Identifier", mandatory=True, origins=(ASSIGNED,)),
        text("USUBJID", "Unique Subject Identifier", 20, "Identifier", mandatory=True, origins=(CRF,)),
        text(f"{name}TESTCD", "Short Name", 8, "Topic", mandatory=True, codelist=tests.id, origins=(CRF,)),
        text(f"{name}ORRES", "Result", 40, "Result Qualifier", values=values(name, tests)),
    )
    others = tuple(variable(name, place, codelists[(number * 7 + place) % len(codelists)].id) for place in range(count - len(first)))
    return DefineDataset(
        name=name,
        label=f"Findings {name}",
        class_name="FINDINGS",
        structure="One record per test per visit per subject",
        domain=name,
        standard=IG,
        archive_location=f"{name.lower()}.xpt",
        keys=("STUDYID", "USUBJID", f"{name}TESTCD"),
        comment=name,
        variables=(*first, *others),
    )


def text(name: str, label: str, length: int, role: str, **more: object) -> DefineVariable:
    """A text variable."""
    return DefineVariable(name=name, label=label, data_type="text", length=length, role=role, **more)  # type: ignore[arg-type]


def variable(dataset: str, place: int, codelist: str) -> DefineVariable:
    """One of three kinds in turn: derived, with a codelist, a date."""
    name = f"{dataset}V{place:04}"
    if place % 3 == 0:
        return DefineVariable(
            name=name, label=f"Derived Number {place}", data_type="float", length=8, significant_digits=2, display_format="8.2",
            origins=(DERIVED,), method=f"{dataset}.{name}", role="Record Qualifier",
        )  # fmt: skip
    if place % 3 == 1:
        return DefineVariable(
            name=name, label=f"Coded Value {place}", data_type="text", length=8, codelist=codelist, origins=(CRF,), role="Record Qualifier"
        )
    return DefineVariable(name=name, label=f"Date {place}", data_type="date", origins=(CRF,), role="Timing")


def values(dataset: str, tests: CodeList) -> tuple[ValueListItem, ...]:
    """The results by test."""
    return tuple(
        ValueListItem(
            name=f"{dataset}ORRES",
            data_type="integer",
            length=3,
            origins=(CRF,),
            where=(WhereClause((RangeCheck(dataset, f"{dataset}TESTCD", "EQ", (term.value,)),)),),
        )
        for term in tests.terms[:TESTS]
    )


def method(dataset: str, variable: str) -> Method:
    """The method of a derived variable, in words and as SQL."""
    return Method(
        id=f"{dataset}.{variable}",
        name=f"{dataset}.{variable}",
        description=f"{dataset}ORRES of the first record of the visit, as a number, rounded to the nearest 0.01.",
        expressions=(FormalExpression("SQL", f"round(try_cast({dataset}ORRES as double), 2)"),),
        documents=(DocumentRef("csdrg", pages=(12,)),),
    )
