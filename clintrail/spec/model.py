"""What a study spec says, checked for form and immutable; every part knows its file and line.

Nothing here knows SDTM, ADaM or SQL: names are text until `compile` resolves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clintrail.errors import Place, Problem
from clintrail.spec.hooks import Hook


@dataclass(frozen=True)
class Expression:
    """A scalar expression as typed. `double_quoted` tells a probable constant in the wrong quotes."""

    text: str
    place: Place
    double_quoted: bool = False


@dataclass(frozen=True)
class Constant:
    """A text constant (a single-quoted scalar)."""

    text: str
    place: Place


@dataclass(frozen=True)
class Copy:
    """The column of the same name of `source` (`A, B: source`)."""

    source: str
    place: Place


@dataclass(frozen=True)
class DocumentPlace:
    """A document of the study by its name, and pages in it: `5 7`, `2-6`, or a named destination; empty for all of it.

    `type` (PhysicalRef or NamedDestination) is given only where the pages do not tell it.
    """

    document: str
    pages: str = ""
    title: str = ""
    type: str = ""


@dataclass(frozen=True)
class OriginSpec:
    """One of several origins of a variable, or one that the attributes `origin`, `source`, `pages` and `predecessor` cannot say."""

    type: str
    source: str = ""
    description: str = ""
    documents: tuple[DocumentPlace, ...] = ()


@dataclass(frozen=True)
class Branch:
    """One branch; a condition of None is `else`. `attributes` are the metadata of this branch's value.

    In a draft, `joins` names the comments on how the records of each alternative are joined.
    """

    condition: Expression | None
    value: Expression | Constant
    attributes: Mapping[str, str]
    place: Place
    origins: tuple[OriginSpec, ...] = ()
    joins: tuple[str, ...] = ()


@dataclass(frozen=True)
class Branches:
    """The first branch whose condition is true gives the value; without `else` the rest is missing."""

    branches: tuple[Branch, ...]
    place: Place


Rule = Expression | Constant | Copy | Branches


@dataclass(frozen=True)
class Variable:
    """A variable, or a working column where the name is in lower case, with the metadata that the spec adds or overrides."""

    name: str
    rule: Rule | None
    place: Place
    attributes: Mapping[str, str] = field(default_factory=dict)
    origins: tuple[OriginSpec, ...] = ()

    @property
    def is_working(self) -> bool:
        """Working columns have lower-case names and are never written."""
        return self.name != self.name.upper()


@dataclass(frozen=True)
class Table:
    """A small table of the spec: key columns first; all cells are text, blank is None."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    lines: tuple[int, ...]
    place: Place


@dataclass(frozen=True)
class Pick:
    """`first` or `last` by these expressions (with an optional `asc`/`desc`), which decide among several records."""

    which: str
    by: tuple[Expression, ...]
    place: Place


@dataclass(frozen=True)
class Lookup:
    """Another dataset, form or table under a name: at most one row of it for each record."""

    name: str
    source: str
    place: Place
    where: Expression | None = None
    match: Expression | None = None
    pick: Pick | None = None


@dataclass(frozen=True)
class Record:
    """One source of records."""

    source: str
    place: Place
    where: Expression | None = None
    columns: str | None = None
    joined: Mapping[str, Expression] = field(default_factory=dict)
    set: Mapping[str, Variable] = field(default_factory=dict)


@dataclass(frozen=True)
class AddedStep:
    """Records added: one for each `per` group (and row of table `each`), a copy of one record with `set` put in."""

    name: str
    per: tuple[str, ...]
    copy: Pick
    set: Mapping[str, Variable]
    place: Place
    where: Expression | None = None
    each: str | None = None
    keep_missing: bool = False


@dataclass(frozen=True)
class Relation:
    """A declared relation of records, which becomes RELREC."""

    name: str
    left: str
    right: str
    match: Expression
    place: Place


@dataclass(frozen=True)
class SplitSpec:
    """How a dataset that is too large is cut: `by` the values of variables, and last, as `subject`, by subjects.

    `parts` gives the parts' names and labels by those values; without it they are numbered, and their labels begin with `label`.
    """

    by: tuple[str, ...]
    place: Place
    label: str | None = None
    parts: Table | None = None


@dataclass(frozen=True)
class DatasetSpec:
    """One dataset's spec: `kind` is `sdtm` or `adam`.

    A `draft` has metadata but no rules yet: it is exported, compared and imported, and no build makes it. `facts` are what a
    define.xml says of a dataset beside the fields here (`DATASET_FACTS` of `read`), as typed.
    """

    name: str
    kind: str
    path: str
    place: Place
    label: str | None = None
    class_name: str | None = None
    structure: str | None = None
    comment: str | None = None
    keys: tuple[str, ...] = ()
    keys_place: Place = Place()
    records: tuple[Record, ...] = ()
    one_per: tuple[str, ...] = ()
    keep: Pick | None = None
    order: tuple[Expression, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    added: tuple[AddedStep, ...] = ()
    final: Mapping[str, Variable] = field(default_factory=dict)
    supplemental: Mapping[str, Variable] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    draft: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    split: SplitSpec | None = None


@dataclass(frozen=True)
class Form:
    """A raw file and the expression that names the subject of its records (over the file's own columns).

    `options` are how it is read and who gave its data, as typed. `keys` are the columns that an ODM file has as keys around its
    records, with the names of the keys.
    """

    name: str
    file: str
    subject: Expression | None
    place: Place
    options: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CodelistSpec:
    """A sponsor's code list, or an extension of a published one (`extends`)."""

    name: str
    title: str
    extends: str | None
    terms: tuple[tuple[str, str | None], ...]
    place: Place
    dictionary: str | None = None
    version: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)  # `CODELIST_FACTS` of `defines`, as typed
    term_facts: tuple[Mapping[str, str], ...] = ()  # of each term: the further columns of its table, as typed


@dataclass(frozen=True)
class DocumentSpec:
    """A document of the submission: a `file` of the study's documents, put beside define.xml, or an `href` that is left as it is."""

    name: str
    title: str
    place: Place
    file: str | None = None
    href: str | None = None
    is_annotated_crf: bool = False
    is_listed: bool = True


@dataclass(frozen=True)
class CodeSpec:
    """Code in a language that `context` names."""

    context: str
    text: str


@dataclass(frozen=True)
class MethodSpec:
    """A method declared once, to which variables refer by its name: words, and code or documents where there are any."""

    name: str
    title: str
    type: str
    words: str
    place: Place
    codes: tuple[CodeSpec, ...] = ()
    documents: tuple[DocumentPlace, ...] = ()


@dataclass(frozen=True)
class CommentSpec:
    """A comment declared once, to which datasets, variables and code lists refer by its name."""

    name: str
    words: str
    place: Place
    documents: tuple[DocumentPlace, ...] = ()


@dataclass(frozen=True)
class AnalysisDatasetSpec:
    """A dataset of an analysis: which of its records (a condition) and which variables."""

    dataset: str
    place: Place
    where: Expression | None = None
    variables: tuple[str, ...] = ()
    join: str = ""  # the name of the comment of its where clause


@dataclass(frozen=True)
class AnalysisSpec:
    """One result of a display. `parameter` is as `ADQS.PARAMCD`; `join` says how several datasets are joined."""

    name: str
    description: str
    reason: str
    purpose: str
    datasets: tuple[AnalysisDatasetSpec, ...]
    place: Place
    parameter: str | None = None
    join: str | None = None
    documentation: str | None = None
    documents: tuple[DocumentPlace, ...] = ()
    code: CodeSpec | None = None
    code_documents: tuple[DocumentPlace, ...] = ()
    id: str = ""  # where it is not what follows from the names


@dataclass(frozen=True)
class DisplaySpec:
    """A table or figure of the study report, with the analyses behind its results."""

    name: str
    title: str
    results: tuple[AnalysisSpec, ...]
    place: Place
    documents: tuple[DocumentPlace, ...] = ()
    id: str = ""  # where it is not what follows from the name


@dataclass(frozen=True)
class DefineSpec:
    """What the define.xml of one kind of datasets (`sdtm` or `adam`) says of itself, and what is declared for it alone.

    `facts` are as typed (`DEFINE_FACTS` of `defines`). `standards` are in place of those that follow from the study's,
    `order` is the order of its datasets where it is not the usual one.
    """

    place: Place
    facts: Mapping[str, str] = field(default_factory=dict)
    standards: tuple[Mapping[str, str], ...] = ()
    order: tuple[str, ...] = ()
    codelists: Mapping[str, CodelistSpec] = field(default_factory=dict)
    methods: Mapping[str, MethodSpec] = field(default_factory=dict)
    comments: Mapping[str, CommentSpec] = field(default_factory=dict)
    documents: Mapping[str, DocumentSpec] = field(default_factory=dict)


@dataclass(frozen=True)
class StudySpec:
    """A whole study: its folder, what holds for all datasets, and the datasets."""

    name: str
    folder: Path
    place: Place
    title: str
    protocol: str
    created: str | None
    standards: Mapping[str, str]
    sdtm_is_input: bool
    forms: Mapping[str, Form]
    tables: Mapping[str, Table]
    lookups: Mapping[str, Lookup]
    groups: Mapping[str, tuple[str, ...]]
    codelists: Mapping[str, CodelistSpec]
    common: Mapping[str, Variable]
    datasets: Mapping[str, DatasetSpec]
    files: tuple[Path, ...]
    places: Mapping[str, Place]  # of the keys of study.yaml
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    drafts: Mapping[str, DatasetSpec] = field(default_factory=dict)  # datasets without rules yet, apart from `datasets`
    documents: Mapping[str, DocumentSpec] = field(default_factory=dict)
    methods: Mapping[str, MethodSpec] = field(default_factory=dict)
    comments: Mapping[str, CommentSpec] = field(default_factory=dict)
    displays: tuple[DisplaySpec, ...] = ()
    define: Mapping[str, DefineSpec] = field(default_factory=dict)  # by kind: `sdtm`, `adam`
    warnings: tuple[Problem, ...] = ()  # of drafts: what no dataset with rules may have
    lengths: Mapping[str, int] = field(default_factory=dict)  # bytes of text variables, by name
    largest_dataset: int | None = None  # bytes of a file
