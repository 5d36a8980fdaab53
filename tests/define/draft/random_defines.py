"""Random define documents with hostile texts: what others may have typed into a workbook or a define.xml."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from clintrail.define import model
from clintrail.define.model import DefineDocument

# What YAML, SQL, CSV, templates and drawn tables could take for their own.
TRAPS = (
    "", " ", " x", "x ", "a: b", "a #b", "#a", "'", '"', "it's", 'say "x"', "{{ x }}", "{x}", "[x]", "a, b", "- a", "? a", "a:", "|", ">",
    "a|b", "a => b", "a\nb", "a\n", "\n a", "a\r\nb", "a\tb", "\u00a0a", "a\u2028b", "é漢字😀", "null", "~", "yes", "No", "1", "1.0", "007",
    "2024-01-01", "*a", "&a", "!a", "%a", "@a", "`a`", "---", "...", "\\", "--", "/*", "select", "x  y", "word " * 60 + "end", "x" * 2000,
    "<b>&amp;</b>",
)  # fmt: skip
texts = st.sampled_from(TRAPS) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
words = st.sampled_from(("A", "b.c", "X-1", "'q'", "#1", "{x}", "a:b", "é", "ADAE.ADURN", "x" * 600))
names = st.sampled_from(("AETERM", "AESEV", "PARAMCD", "ORDER", "select", "lower", "LONGERTHAN8", "A B", "a,b", "'q'", "é", "x: y"))
numbers = st.none() | st.integers(0, 3000)
page = st.integers(1, 99)

refs = st.one_of(
    st.builds(model.DocumentRef, words, st.lists(page, max_size=3).map(tuple), title=texts),
    st.builds(model.DocumentRef, words, first_page=page, last_page=st.none() | page, title=texts),
    st.builds(
        model.DocumentRef,
        words,
        st.lists(st.sampled_from(("bp", "7", "2-6")), max_size=2).map(tuple),
        page_type=st.just("NamedDestination"),
        title=texts,
    ),
)
places = st.lists(refs, max_size=3).map(tuple)
origins = st.builds(
    model.Origin, st.sampled_from(("Collected", "Predecessor", "Other", "eDT")), st.sampled_from(("", "Sponsor")), texts, places
)
standards = st.builds(
    model.Standard,
    st.sampled_from(("SDTMIG", "ADaMIG", "CDISC/NCI")),
    st.sampled_from(("IG", "CT")),
    st.sampled_from(("3.4", "2025-03-28")),
    st.sampled_from(("Final", "Draft", "")),
    st.sampled_from(("", "SDTM", "ADaM")),
    words | st.just(""),
)
checks = st.builds(
    model.RangeCheck,
    st.sampled_from(("AE", "DM", "A B")),
    names,
    st.sampled_from(("EQ", "NE", "LT", "GE", "IN", "NOTIN")),
    st.lists(texts, max_size=3).map(tuple),
)
clauses = st.builds(model.WhereClause, st.lists(checks, min_size=1, max_size=2).map(tuple), words | st.just(""))
undefined = st.builds(model.WhereClause, st.just(()), words | st.just(""), words)
where = st.lists(clauses | undefined, max_size=2).map(tuple)

id_ = words | st.just("")
item: dict[str, Any] = {
    "data_type": st.sampled_from(("text", "integer", "float", "date", "")),
    "label": texts,
    "length": numbers,
    "significant_digits": numbers,
    "display_format": texts,
    "mandatory": st.booleans(),
    "codelist": id_,
    "origins": st.lists(origins, max_size=2).map(tuple),
    "method": id_,
    "comment": id_,
    "has_no_data": st.booleans(),
    "is_non_standard": st.booleans(),
    "sas_name": texts,
    "assigned_value": texts,
    "common": texts,
    "developer_notes": texts,
    "role": texts,
    "role_codelist": id_,
}
values = st.builds(model.ValueListItem, name=names, where=where, **item)
variables = st.builds(
    model.DefineVariable,
    name=names,
    values=st.lists(values, max_size=3).map(tuple),
    values_description=texts,
    **item,
)


def once(things: st.SearchStrategy[Any], by: str, most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    """Things with different names (or ids), in any order."""
    return st.lists(things, max_size=most, unique_by=lambda thing: getattr(thing, by)).map(tuple)


terms = st.builds(
    model.Term,
    texts,
    texts,
    texts,
    numbers,
    st.booleans(),
    texts,
    texts,
)
codelists = st.builds(
    model.CodeList,
    id=words,
    name=texts,
    data_type=st.sampled_from(("text", "float")),
    nci_code=texts,
    terms=st.lists(terms, max_size=4).map(tuple),
    standard=st.none(),
    dictionary=texts,
    dictionary_version=texts,
    dictionary_href=texts,
    dictionary_ref=texts,
    description=texts,
    comment=id_,
    sas_format=texts,
    stated_non_standard=st.none() | st.booleans(),
)
expressions = st.builds(model.FormalExpression, st.sampled_from(("SAS", "R", "")), texts)
methods = st.builds(
    model.Method,
    id=words,
    name=texts,
    description=texts,
    type=st.sampled_from(("Computation", "Imputation")),
    expressions=st.lists(expressions, max_size=2).map(tuple),
    documents=places,
)
comments = st.builds(model.Comment, words, texts, places)
documents = st.builds(model.Document, words, texts, texts, st.booleans(), st.booleans())
stated = texts.filter(lambda text: text != "")
analysed = st.builds(
    model.AnalysisDataset, st.sampled_from(("ADAE", "A B", "ADSL")), st.lists(names, max_size=2).map(tuple), st.none() | clauses
)
results = st.builds(
    model.AnalysisResult,
    id=words,
    description=texts,
    reason=texts,
    purpose=texts,
    datasets=st.lists(analysed, max_size=3).map(tuple),
    parameter=st.none() | st.tuples(st.just("ADAE"), names),
    join=id_,
    documentation=st.none() | st.builds(model.Documentation, stated, places),
    code=st.none() | st.builds(model.ProgrammingCode, texts, texts, places),
)
displays = st.builds(
    model.ResultDisplay, id=words, name=words, description=texts, results=st.lists(results, max_size=2).map(tuple), documents=places
)


@st.composite
def defines(draw: st.DrawFn) -> DefineDocument:
    """A document of one kind of datasets; what it refers to may be there or not."""
    purpose = draw(st.sampled_from(("Tabulation", "Analysis")))
    known = draw(st.lists(standards, max_size=3, unique=True).map(tuple))
    standard = st.none() | (st.sampled_from(known) if known else st.none())
    datasets = st.builds(
        model.DefineDataset,
        name=st.sampled_from(("AE", "DM", "SUPPAE", "ae", "ADVERSEEVENTS", "A B", "é", "../x")),
        label=texts,
        class_name=texts,
        subclass=texts,
        structure=texts,
        variables=once(variables, "name"),
        keys=st.lists(names, max_size=2).map(tuple),
        purpose=st.just(purpose),
        domain=texts,
        domain_description=texts,
        repeating=st.booleans(),
        is_reference_data=st.booleans(),
        has_no_data=st.booleans(),
        standard=standard,
        archive_location=texts,
        archive_title=texts,
        sas_name=texts,
        comment=id_,
        developer_notes=texts,
    )
    lists = tuple(dataclasses.replace(c, standard=draw(standard)) for c in draw(once(codelists, "id")))
    return draw(
        st.builds(
            DefineDocument,
            study_oid=texts,
            study_name=texts,
            study_description=texts,
            protocol_name=texts,
            creation_datetime=texts,
            as_of_datetime=texts,
            metadata_version_name=texts,
            metadata_version_description=texts,
            standards=st.just(known),
            datasets=st.lists(datasets, min_size=1, max_size=3, unique_by=lambda d: d.name).map(tuple),
            codelists=st.just(lists),
            methods=once(methods, "id"),
            comments=once(comments, "id"),
            documents=once(documents, "id"),
            comment=id_,
            originator=texts,
            source_system=texts,
            source_system_version=texts,
            context=st.sampled_from(("Submission", "Other")),
            define_version=st.sampled_from(("2.1.9", "2.0.0")),
            language=texts,
            displays=once(displays, "name", 2),
            unused_where_clauses=st.lists(clauses, max_size=1).map(tuple),
            stated_oids=st.just({}) | st.just({"IT.AE.AETERM": "IT.1"}),
        )
    )


def kept(document: DefineDocument) -> DefineDocument:
    """The document without what a spec does not keep: OIDs and names of where clauses that a file gave, and clauses without use."""

    def unnamed(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(unnamed(item) for item in value)
        if isinstance(value, model.WhereClause):
            return value if not value.checks else dataclasses.replace(value, id="")
        if hasattr(value, "__dataclass_fields__"):
            return dataclasses.replace(value, **{field.name: unnamed(getattr(value, field.name)) for field in dataclasses.fields(value)})
        return value

    return dataclasses.replace(unnamed(document), stated_oids={}, unused_where_clauses=())
