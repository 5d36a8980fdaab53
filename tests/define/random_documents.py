"""Small random define documents, all of which a define.xml 2.1 can hold, for tests of what comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hypothesis import strategies as st

from clintrail.define import model
from clintrail.define.model import DefineDocument, RangeCheck, Standard, WhereClause

TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn"), include_characters="\t\n\r"), max_size=30).map(str.strip)
WORDS = TEXT.filter(bool)
NAME = st.from_regex(r"[A-Z][A-Z0-9]{0,3}", fullmatch=True)
SAS_NAME = st.from_regex(r"x[a-z0-9_]{0,7}", fullmatch=True)
ID = st.sampled_from(["A", "B.1", "C-2", "D_3", "9"])
SOME_ID = st.just("") | ID
PATH = st.text("abcXYZ/._- é#:", min_size=1, max_size=12)
NUMBER = st.none() | st.integers(1, 200)
STANDARDS = (
    Standard("SDTMIG", "IG", "3.4"),
    Standard("ADaMIG", "IG", "1.3", "Provisional", comment="A"),
    Standard("CDISC/NCI", "CT", "2025-03-28", publishing_set="SDTM"),
)

PAGES = st.one_of(
    st.builds(model.DocumentRef, ID, st.tuples(st.integers(1, 99)) | st.tuples(st.integers(1, 99), st.integers(1, 99)), title=TEXT),
    st.builds(model.DocumentRef, ID, st.tuples(SAS_NAME), page_type=st.just("NamedDestination")),
    st.builds(lambda id_, first, more: model.DocumentRef(id_, (), first, first + more), ID, st.integers(1, 99), st.integers(0, 9)),
    st.builds(model.DocumentRef, ID),
)
REFS = st.lists(PAGES, max_size=3).map(tuple)
ORIGIN = st.builds(
    model.Origin, st.sampled_from(get_args(model.OriginType)), st.sampled_from(get_args(model.OriginSource)), TEXT, REFS
)  # fmt: skip
CHECK = st.builds(RangeCheck, NAME, NAME, st.sampled_from(get_args(model.Comparator)), st.lists(TEXT, min_size=1, max_size=2).map(tuple))
# The same conditions always have the same comment: a document cannot define them twice.
WHERE = st.lists(CHECK, min_size=1, max_size=2).map(lambda checks: WhereClause(tuple(checks), "A" if len(checks) > 1 else ""))

FACTS = {
    "data_type": st.sampled_from(get_args(model.DataType)),
    "label": TEXT,
    "length": NUMBER,
    "significant_digits": NUMBER,
    "display_format": TEXT,
    "mandatory": st.booleans(),
    "codelist": SOME_ID,
    "origins": st.lists(ORIGIN, max_size=2).map(tuple),
    "method": SOME_ID,
    "comment": SOME_ID,
    "has_no_data": st.booleans(),
    "is_non_standard": st.booleans(),
    "role": TEXT,
    "role_codelist": SOME_ID,
    "sas_name": st.just("") | SAS_NAME,
}
VALUE = st.builds(model.ValueListItem, name=WORDS, where=st.lists(WHERE, min_size=1, max_size=2).map(tuple), **FACTS)
TERM = st.builds(model.Term, TEXT, WORDS | st.just(""), SOME_ID, NUMBER, st.booleans(), TEXT, st.sampled_from(["", "1", "2.5"]))
ANALYSED = st.builds(model.AnalysisDataset, NAME, st.lists(NAME, max_size=2).map(tuple), st.none() | WHERE)
RESULT = {
    "description": TEXT,
    "reason": TEXT,
    "purpose": TEXT,
    "datasets": st.lists(ANALYSED, max_size=2).map(tuple),
    "parameter": st.none() | st.tuples(NAME, NAME),
    "join": SOME_ID,
    "documentation": st.none() | st.builds(model.Documentation, TEXT, REFS),
    "code": st.none() | st.builds(model.ProgrammingCode, TEXT, TEXT, REFS),
}


@st.composite
def variables(draw: st.DrawFn) -> model.DefineVariable:
    values = draw(st.lists(VALUE, max_size=2).map(tuple))
    about = draw(TEXT) if values else ""
    made = st.builds(model.DefineVariable, name=NAME, **FACTS)
    return replace(draw(made), values=values, values_description=about)


@st.composite
def datasets(draw: st.DrawFn, name: str, standards: tuple[Standard, ...]) -> model.DefineDataset:
    found = draw(st.lists(variables(), max_size=3, unique_by=lambda variable: variable.name).map(tuple))
    location = draw(st.just("") | PATH)
    class_name = draw(st.sampled_from(["", "EVENTS", "FINDINGS"]))
    return draw(
        st.builds(
            model.DefineDataset,
            name=st.just(name),
            label=TEXT,
            class_name=st.just(class_name),
            subclass=st.just("ADVERSE EVENT" if class_name == "EVENTS" else ""),
            structure=TEXT,
            variables=st.just(found),
            keys=st.permutations([variable.name for variable in found]).map(lambda names: tuple(names[:2])),
            purpose=st.sampled_from(["Tabulation", "Analysis"]),
            domain=TEXT,
            domain_description=TEXT,
            repeating=st.booleans(),
            is_reference_data=st.booleans(),
            has_no_data=st.booleans(),
            standard=st.sampled_from([None, *standards]),
            archive_location=st.just(location),
            archive_title=st.just("The file of it" if location else ""),
            sas_name=st.just("") | SAS_NAME,
            comment=SOME_ID,
        )
    )


@st.composite
def documents(draw: st.DrawFn) -> DefineDocument:
    """A document; ids in it may name nothing, and texts are whatever XML can hold."""
    standards = tuple(draw(st.lists(st.sampled_from(STANDARDS), unique=True)))
    names = draw(st.lists(NAME, max_size=2, unique=True))
    linked = [draw(st.builds(model.Document, st.just(id_), WORDS, PATH)) for id_ in draw(st.lists(ID, unique=True))]
    listed = st.sampled_from([(False, False), (False, True), (True, True)])
    document = DefineDocument(
        study_oid=draw(WORDS),
        study_name=draw(TEXT),
        study_description=draw(TEXT),
        protocol_name=draw(TEXT),
        creation_datetime="2025-01-31T08:00:00",
        as_of_datetime=draw(st.sampled_from(["", "2025-01-30T08:00:00"])),
        metadata_version_name=draw(TEXT),
        metadata_version_description=draw(TEXT),
        standards=standards,
        datasets=tuple(draw(datasets(name, standards)) for name in names),
        codelists=tuple(draw(code_lists(id_, standards)) for id_ in draw(st.lists(ID, max_size=2, unique=True))),
        methods=tuple(draw(methods(id_)) for id_ in draw(st.lists(ID, max_size=2, unique=True))),
        comments=tuple(draw(st.builds(model.Comment, st.just(id_), TEXT, REFS)) for id_ in draw(st.lists(ID, max_size=2, unique=True))),
        documents=tuple(model.Document(one.id, one.title, one.href, *draw(listed)) for one in linked),
        comment=draw(SOME_ID),
        originator=draw(TEXT),
        source_system=draw(TEXT),
        source_system_version=draw(TEXT),
        context=draw(st.sampled_from(["Submission", "Other"])),
        define_version=draw(st.sampled_from(["2.1.0", "2.1.9"])),
        displays=tuple(draw(displays(id_)) for id_ in draw(st.lists(ID, max_size=2, unique=True))),
    )
    used = document.where_clauses()
    return replace(document, unused_where_clauses=tuple(w for w in draw(st.lists(WHERE, max_size=1)) if w not in used))


def code_lists(id_: str, standards: tuple[Standard, ...]) -> st.SearchStrategy[model.CodeList]:
    """Code lists of an id; a dictionary has a name and no terms."""
    common = {"id": st.just(id_), "name": TEXT, "data_type": st.sampled_from(["text", "integer", "float"]), "nci_code": SOME_ID}
    common |= {"standard": st.sampled_from([None, *standards]), "description": TEXT, "comment": SOME_ID, "sas_format": TEXT}
    dictionary = {"dictionary": WORDS, "dictionary_version": TEXT, "dictionary_href": st.just("") | PATH, "dictionary_ref": TEXT}
    return st.builds(model.CodeList, terms=st.lists(TERM, max_size=3).map(tuple), **common) | st.builds(
        model.CodeList, **common, **dictionary
    )


def methods(id_: str) -> st.SearchStrategy[model.Method]:
    """Methods of an id."""
    codes = st.lists(st.builds(model.FormalExpression, TEXT, TEXT), max_size=2).map(tuple)
    types = st.sampled_from(["Computation", "Imputation"])
    return st.builds(model.Method, id=st.just(id_), name=TEXT, description=TEXT, type=types, expressions=codes, documents=REFS)


@st.composite
def displays(draw: st.DrawFn, id_: str) -> model.ResultDisplay:
    results = draw(st.lists(st.builds(model.AnalysisResult, id=st.just(f"{id_}.R"), **RESULT), max_size=1).map(tuple))
    return draw(st.builds(model.ResultDisplay, id=st.just(id_), name=TEXT, description=TEXT, documents=REFS, results=st.just(results)))
