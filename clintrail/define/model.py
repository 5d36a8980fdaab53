"""What a Define-XML document says, as frozen records: our own, and those of others that were read.

The records know nothing of the engine that fills them, nor of XML. Things that several others share (methods, comments,
code lists, documents) are referred to by `id`, which is unique among its kind; what belongs to one owner (the values of a
variable, their where clauses) is held by it. OIDs are made from ids and names in `oids`, nowhere else.
An empty string or None means: not stated. A document that was read may be faulty: an id may name nothing, a key no variable.
Facts are told in the words of Define-XML 2.1; readers and writers of other versions and of workbooks translate.
Source: CDISC Define-XML Specification 2.1; Analysis Results Metadata Specification 1.0 for Define-XML 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from clintrail.errors import Problem

DataType = Literal[
    "text", "integer", "float", "date", "datetime", "time", "partialDate", "partialTime", "partialDatetime",
    "incompleteDate", "incompleteTime", "incompleteDatetime", "durationDatetime", "intervalDatetime",
]  # fmt: skip
OriginType = Literal["Collected", "Derived", "Assigned", "Protocol", "Predecessor", "Not Available", "Other"]
OriginSource = Literal["", "Investigator", "Sponsor", "Subject", "Vendor"]
# The versions of Define-XML that we write.
DefineVersion = Literal["2.1", "2.0"]
Comparator = Literal["EQ", "NE", "LT", "LE", "GT", "GE", "IN", "NOTIN"]

# The data types that have a Length; of the others the type itself says how long a value is.
TYPES_WITH_LENGTH = frozenset({"text", "integer", "float"})


@dataclass(frozen=True)
class Standard:
    """An implementation guide (type IG) or a package of controlled terminology (type CT, which needs a publishing set)."""

    name: str
    type: Literal["IG", "CT"]
    version: str
    status: str = "Final"
    publishing_set: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Document:
    """A file that the define points at: an annotated CRF, a reviewer's guide, a program. `href` is relative to define.xml.

    `is_listed` tells whether it stands among the supplemental documents (or annotated CRFs), or is only referred to.
    """

    id: str
    title: str
    href: str
    is_annotated_crf: bool = False
    is_listed: bool = True


@dataclass(frozen=True)
class DocumentRef:
    """A place in a document: single pages, a range of pages or named destinations; without any, all of it."""

    document: str
    pages: tuple[int | str, ...] = ()
    first_page: int | None = None
    last_page: int | None = None
    page_type: Literal["PhysicalRef", "NamedDestination"] = "PhysicalRef"
    title: str = ""


@dataclass(frozen=True)
class Origin:
    """Where values come from. `description` names the predecessor (`DM.AGE`) where the type is Predecessor."""

    type: OriginType | str
    source: OriginSource | str = ""
    description: str = ""
    documents: tuple[DocumentRef, ...] = ()


@dataclass(frozen=True)
class RangeCheck:
    """One condition on a variable: `VS.VSTESTCD IN (SYSBP, DIABP)`."""

    dataset: str
    variable: str
    comparator: Comparator
    values: tuple[str, ...]


@dataclass(frozen=True)
class WhereClause:
    """Conditions that must all hold. `comment` says how records are joined if a condition is on another dataset.

    `id` is given only where a document that was read names it otherwise than we would.
    """

    checks: tuple[RangeCheck, ...]
    comment: str = ""
    id: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Item:
    """What variables and their value-level items have in common. `length` is in characters (numbers: digits).

    `sas_name` is given only where it is not the name. `assigned_value`, `common` and `developer_notes` are kept for workbooks;
    no define.xml has a place for them.
    """

    name: str
    data_type: DataType
    label: str = ""
    length: int | None = None
    significant_digits: int | None = None
    display_format: str = ""
    mandatory: bool = False
    codelist: str = ""
    origins: tuple[Origin, ...] = ()
    method: str = ""
    comment: str = ""
    has_no_data: bool = False
    is_non_standard: bool = False
    role: str = ""
    role_codelist: str = ""
    sas_name: str = ""
    assigned_value: str = ""
    common: str = ""
    developer_notes: str = ""


@dataclass(frozen=True, kw_only=True)
class ValueListItem(Item):
    """The metadata of a variable's values where one of the where clauses holds. `name` is usually the variable's."""

    where: tuple[WhereClause, ...]


@dataclass(frozen=True, kw_only=True)
class DefineVariable(Item):
    """A variable; `values` are its value-level metadata, in order, which `values_description` may explain."""

    values: tuple[ValueListItem, ...] = ()
    values_description: str = ""


@dataclass(frozen=True, kw_only=True)
class DefineDataset:
    """A dataset and its variables, in the order of the file. `keys` are the names of its key variables, in order.

    `archive_location` is the file relative to define.xml; empty for a dataset without data. `archive_title` and `sas_name` are
    given only where they are not that location and the name.
    """

    name: str
    label: str
    class_name: str
    structure: str
    variables: tuple[DefineVariable, ...]
    keys: tuple[str, ...] = ()
    purpose: Literal["Tabulation", "Analysis"] = "Tabulation"
    subclass: str = ""
    domain: str = ""
    domain_description: str = ""
    repeating: bool = True
    is_reference_data: bool = False
    has_no_data: bool = False
    standard: Standard | None = None
    archive_location: str = ""
    archive_title: str = ""
    sas_name: str = ""
    comment: str = ""
    developer_notes: str = ""

    def key_sequence(self, variable: str) -> int | None:
        """The place of a variable among the keys, from 1; None if it is no key."""
        return self.keys.index(variable) + 1 if variable in self.keys else None


@dataclass(frozen=True)
class Term:
    """One value of a code list. `is_extension` marks a sponsor's value in an extensible list of the standard."""

    value: str
    decode: str = ""
    nci_code: str = ""
    order: int | None = None
    is_extension: bool = False
    description: str = ""
    rank: str = ""


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """A code list, or an external dictionary (MedDRA, ISO 3166) if `dictionary` is given.

    Where one term has a decode, a term without decodes as its own value. `stated_non_standard` is given only where a document that was
    read says otherwise than `is_non_standard` would.
    """

    id: str
    name: str
    data_type: Literal["text", "integer", "float"] = "text"
    nci_code: str = ""
    terms: tuple[Term, ...] = ()
    standard: Standard | None = None
    dictionary: str = ""
    dictionary_version: str = ""
    dictionary_href: str = ""
    dictionary_ref: str = ""
    description: str = ""
    comment: str = ""
    sas_format: str = ""
    stated_non_standard: bool | None = None

    @property
    def is_non_standard(self) -> bool:
        """Whether the list is of no standard: as stated, else a list of terms with neither a standard nor a code of NCI."""
        if self.stated_non_standard is not None:
            return self.stated_non_standard
        return not (self.standard or self.dictionary or self.nci_code)

    @property
    def has_decodes(self) -> bool:
        """Whether the terms are code and meaning, not only an enumeration."""
        return any(term.decode for term in self.terms)


@dataclass(frozen=True)
class FormalExpression:
    """A method in a formal language; `context` names it: `SQL`."""

    context: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Method:
    """How values are derived, in words and, if given, formally."""

    id: str
    name: str
    description: str
    type: Literal["Computation", "Imputation"] = "Computation"
    expressions: tuple[FormalExpression, ...] = ()
    documents: tuple[DocumentRef, ...] = ()


@dataclass(frozen=True)
class Comment:
    """A comment on anything that can have one."""

    id: str
    description: str
    documents: tuple[DocumentRef, ...] = ()


@dataclass(frozen=True)
class AnalysisDataset:
    """A dataset of an analysis, the records that it takes from it (None: all) and the variables that are analysed."""

    dataset: str
    variables: tuple[str, ...] = ()
    where: WhereClause | None = None


@dataclass(frozen=True)
class Documentation:
    """What a text, and the documents it refers to, say of an analysis."""

    description: str
    documents: tuple[DocumentRef, ...] = ()


@dataclass(frozen=True)
class ProgrammingCode:
    """The code of an analysis, as text or in documents; `context` names the language and its version."""

    context: str = ""
    text: str = ""
    documents: tuple[DocumentRef, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AnalysisResult:
    """One result of a display. `parameter` is (dataset, variable), as ("ADQS", "PARAMCD"), where one is analysed.

    `join` is the id of the comment that says how its datasets are joined, where they are several.
    Source: Analysis Results Metadata 1.0; its reasons and purposes are extensible lists.
    """

    id: str
    description: str
    reason: str
    purpose: str
    datasets: tuple[AnalysisDataset, ...]
    parameter: tuple[str, str] | None = None
    join: str = ""
    documentation: Documentation | None = None
    code: ProgrammingCode | None = None


@dataclass(frozen=True, kw_only=True)
class ResultDisplay:
    """A table or figure of the study report and its results. `name` is as `Table 14.2.1`, `description` its title."""

    id: str
    name: str
    description: str
    results: tuple[AnalysisResult, ...]
    documents: tuple[DocumentRef, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DefineDocument:
    """A whole define.xml. `creation_datetime` is ISO 8601 and stated by the study, never read from the clock.

    `stated_oids` gives, for OIDs that we would make, those that a document which was read has instead (also FileOID and IDs of
    leaves), so that it can be written back as it was. `unused_where_clauses` are defined there but never referred to.
    What a faulty document refers to without defining it is held by its name alone: a variable or item without a data type, a where
    clause with an id but no checks, a document with neither title nor href.
    """

    study_oid: str
    study_name: str
    study_description: str
    protocol_name: str
    creation_datetime: str
    as_of_datetime: str = ""
    metadata_version_name: str
    metadata_version_description: str = ""
    standards: tuple[Standard, ...]
    datasets: tuple[DefineDataset, ...]
    codelists: tuple[CodeList, ...] = ()
    methods: tuple[Method, ...] = ()
    comments: tuple[Comment, ...] = ()
    documents: tuple[Document, ...] = ()
    comment: str = ""
    originator: str = ""
    source_system: str = ""
    source_system_version: str = ""
    context: Literal["Submission", "Other"] = "Submission"
    define_version: str = "2.1.9"
    language: str = "en"
    displays: tuple[ResultDisplay, ...] = ()
    unused_where_clauses: tuple[WhereClause, ...] = ()
    stated_oids: Mapping[str, str] = field(default_factory=dict)

    def value_lists(self) -> Iterator[tuple[DefineDataset, DefineVariable]]:
        """Every variable with value-level metadata and its dataset."""
        for dataset in self.datasets:
            for variable in dataset.variables:
                if variable.values:
                    yield dataset, variable

    def where_clauses(self) -> list[WhereClause]:
        """Every where clause once, in the order of first use: values, analyses, then those that nothing uses."""
        of_values = [where for _, variable in self.value_lists() for item in variable.values for where in item.where]
        analysed = [part for display in self.displays for result in display.results for part in result.datasets]
        return list(dict.fromkeys([*of_values, *(part.where for part in analysed if part.where), *self.unused_where_clauses]))


@dataclass(frozen=True)
class ReadDefine:
    """A define.xml or a workbook as read: its document, what was wrong with it or could not be kept (by place), and its format.

    `format` is as `Define-XML 2.0.0` or `workbook, legacy layout`. A problem of severity ERROR is a fault of what was read, such as
    a reference to nothing; the document keeps the reference.
    """

    document: DefineDocument
    problems: tuple[Problem, ...]
    format: str
