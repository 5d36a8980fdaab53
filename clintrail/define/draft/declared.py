"""What a study declares once for its defines, as parts of one define: code lists, methods, comments, documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from clintrail.define.built.documents import href_of
from clintrail.define.conditions import where_clauses_of
from clintrail.define.model import (
    CodeList,
    Comment,
    DefineDocument,
    Document,
    DocumentRef,
    FormalExpression,
    Method,
    Standard,
    Term,
    WhereClause,
)
from clintrail.define.places import document_ref
from clintrail.define.uses import references
from clintrail.define.usual import Kind
from clintrail.errors import Place, Problem, Severity, collected, did_you_mean
from clintrail.spec.model import (
    AnalysisDatasetSpec,
    AnalysisSpec,
    Branches,
    CodelistSpec,
    CommentSpec,
    DefineSpec,
    DocumentPlace,
    DocumentSpec,
    MethodSpec,
    StudySpec,
)

_SECTIONS = {"codelist": "codelists", "method": "methods", "comment": "comments", "document": "documents"}
_MOST_GUESSED = 20  # where hundreds are missing, likely names take long to find and help nobody
_Spec = TypeVar("_Spec", CodelistSpec, MethodSpec, CommentSpec, DocumentSpec)


class Declared:
    """The declared things that a define of one kind may refer to; `put_into` gives them to the document that does."""

    def __init__(self, study: StudySpec, kind: Kind, standards: Mapping[str, Standard], problems: list[Problem]) -> None:
        self.study, self.kind, self.standards, self.problems = study, kind, standards, problems
        own = study.define.get(kind, DefineSpec(study.place))
        self.own = {section: set(getattr(own, section)) for section in _SECTIONS.values()}
        documents = {**study.documents, **own.documents}
        self.documents = {name: _document(spec) for name, spec in documents.items()}
        self.methods: dict[str, Method] = {}
        self.comments: dict[str, Comment] = {}
        for spec in {**study.comments, **own.comments}.values():
            self.comments[spec.name] = Comment(spec.name, spec.words, self.refs(spec.documents, spec.place, spec.name))
        for method in {**study.methods, **own.methods}.values():
            self.methods[method.name] = self._method(method)
        self.codelists = {spec.name: self._codelist(spec) for spec in {**study.codelists, **own.codelists}.values()}

    @property
    def annotated_crf(self) -> str:
        """The document that `pages` of an origin are in; empty if there is none."""
        return next((document.id for document in self.documents.values() if document.is_annotated_crf), "")

    def check(self, kind: str, id_: str, place: Place, subject: str) -> None:
        """Warn of a reference to nothing."""
        known: Mapping[str, Any] = getattr(self, _SECTIONS[kind])
        if id_ and id_ not in known:
            what = {"codelist": "code list"}.get(kind, kind)
            fix = f"declare it under {_SECTIONS[kind]}: in study.yaml"
            if len(self.problems) < _MOST_GUESSED:
                fix = did_you_mean(id_, known, fix)
            self.problems.append(Problem(place, subject, f"no {what} named {id_}", fix, Severity.WARNING, f"{kind}:{id_}"))

    def refs(self, places: Iterable[DocumentPlace], place: Place, subject: str) -> tuple[DocumentRef, ...]:
        """References to documents, also to those that are not there, of which it warns."""
        found = tuple(document_ref(where) for where in places)
        for ref in found:
            self.check("document", ref.document, place, subject)
        return found

    def standard(self, name: str, place: Place, subject: str) -> Standard | None:
        """The standard that is stated by its name and version; None, with a warning, if it is not among the define's."""
        if name and name not in self.standards:
            fix = did_you_mean(name, self.standards, "name it in standards: of study.yaml")
            self.problems.append(Problem(place, subject, f"no standard named {name}", fix, Severity.WARNING))
        return self.standards.get(name)

    def free(self, id_: str, taken: Mapping[str, Any]) -> str:
        """The id, or one like it that is not taken."""
        number = 2
        free = id_
        while free in taken:
            free, number = f"{id_}.{number}", number + 1
        return free

    def join(self, result: AnalysisSpec, id_: str) -> str:
        """The id of the comment on how the datasets of a result are joined. One word is a name, even of a comment that is not there."""
        text = result.join or ""
        if not text or text in self.comments or not any(c.isspace() for c in text):
            self.check("comment", text, result.place, result.name)
            return text
        return self.add(Comment(self.free(id_, self.comments), text))

    def where(self, part: AnalysisDatasetSpec) -> WhereClause | None:
        """Which records of a dataset are analysed; None, with a warning, where no where clause can say that."""
        if part.where is None:
            return None
        self.check("comment", part.join, part.place, part.dataset)
        with collected(self.problems):
            found = where_clauses_of(part.where, part.dataset)
            return replace(found[0], comment=part.join) if found else WhereClause((), part.join)
        return None

    def add(self, made: Method | Comment) -> str:
        """Take in what is made of a text that stands with a variable; gives its id."""
        if isinstance(made, Method):
            self.methods[made.id] = made
        else:
            self.comments[made.id] = made
        return made.id

    def put_into(self, document: DefineDocument) -> DefineDocument:
        """The document with all that is declared for it. Where the study has a define of the other kind too, what only that uses is out."""
        whole = replace(
            document,
            codelists=tuple(self.codelists.values()),
            methods=tuple(self.methods.values()),
            comments=tuple(self.comments.values()),
            documents=tuple(self.documents.values()),
        )
        kinds = {dataset.kind for dataset in (*self.study.drafts.values(), *self.study.datasets.values())}
        if kinds <= {self.kind}:
            return whole
        for section in _SECTIONS.values():  # in this order: code lists use comments, and all of them documents
            used = references(whole)
            kept = tuple(item for item in getattr(whole, section) if (section, item.id) in used or self._is_ours(section, item))
            whole = replace(whole, **{section: kept})  # type: ignore[arg-type]
        return whole

    def _is_ours(self, section: str, item: Any) -> bool:
        """Whether something that nothing here refers to is of this define too: it is declared for it, or for whoever will use it."""
        if item.id in self.own[section]:
            return True
        if section == "documents":
            return bool(item.is_listed and not (item.is_annotated_crf and self.kind == "adam"))
        return item.id not in self.elsewhere

    @cached_property
    def elsewhere(self) -> set[str]:
        """What the datasets of the other kind state, names of methods, comments and code lists among it."""
        others = [d for d in (*self.study.drafts.values(), *self.study.datasets.values()) if d.kind != self.kind]
        variables = [v for d in others for part in (d.variables, d.final, d.supplemental) for v in part.values()]
        branches = [b for v in variables if isinstance(v.rule, Branches) for b in v.rule.branches]
        found = {d.comment or "" for d in others} | {join for branch in branches for join in branch.joins}
        found |= {text for variable in variables for text in variable.attributes.values()}
        found |= {text for branch in branches for text in branch.attributes.values()}
        return found | {c.comment for c in self.codelists.values() if c.id in found}

    def _method(self, spec: MethodSpec) -> Method:
        expressions = tuple(FormalExpression(code.context, code.text) for code in spec.codes)
        refs = self.refs(spec.documents, spec.place, spec.name)
        facts: dict[str, Any] = {"type": spec.type}  # as stated, also where it is none of the two
        return Method(id=spec.name, name=spec.title, description=spec.words, expressions=expressions, documents=refs, **facts)

    def _codelist(self, spec: CodelistSpec) -> CodeList:
        facts, stated = spec.facts, spec.facts.get("standard", "")
        self.check("comment", facts.get("comment", ""), spec.place, spec.name)
        data_type: dict[str, Any] = {"data_type": facts.get("data_type", "text")}
        further = spec.term_facts or ({},) * len(spec.terms)
        return CodeList(
            id=spec.name,
            name=spec.title,
            **data_type,
            nci_code=facts.get("code", ""),
            terms=tuple(_term(*term, more) for term, more in zip(spec.terms, further, strict=True)),
            standard=self.standard(stated, spec.place, spec.name) if stated else None,
            dictionary=spec.dictionary or "",
            dictionary_version=spec.version or "",
            dictionary_href=facts.get("href", ""),
            dictionary_ref=facts.get("ref", ""),
            description=facts.get("description", ""),
            comment=facts.get("comment", ""),
            sas_format=facts.get("sas_format", ""),
            stated_non_standard={"yes": True, "no": False}.get(facts.get("non_standard", "").lower()),
        )


def _document(spec: DocumentSpec) -> Document:
    return Document(spec.name, spec.title, href_of(spec), spec.is_annotated_crf, spec.is_listed)


def _term(value: str, decode: str | None, more: Mapping[str, str]) -> Term:
    order = more.get("order", "")
    return Term(
        value=value,
        decode=decode or "",
        nci_code=more.get("code", ""),
        order=int(order) if order.isascii() and order.isdecimal() else None,
        is_extension=more.get("extended", "").lower() == "yes",
        description=more.get("description", ""),
        rank=more.get("rank", ""),
    )
