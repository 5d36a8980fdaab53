"""The drafts of a study as a define document: what is typed, and nothing that data would tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from clintrail.define import usual
from clintrail.define.conditions import where_clauses_of
from clintrail.define.displays import result_displays
from clintrail.define.draft import defaults
from clintrail.define.draft.declared import Declared
from clintrail.define.model import (
    Comment,
    DefineDataset,
    DefineDocument,
    DefineVariable,
    Method,
    Origin,
    Standard,
    ValueListItem,
    WhereClause,
)
from clintrail.define.places import document_ref
from clintrail.define.usual import Kind
from clintrail.errors import Place, Problem, Severity, collected
from clintrail.spec.model import Branch, Branches, DatasetSpec, DefineSpec, DocumentPlace, OriginSpec, StudySpec, Variable

Facts = dict[str, Any]

# The fields of a define document that facts of the spec give, where they are called otherwise.
_FIELDS = {
    "study": "study_name", "title": "study_description", "protocol": "protocol_name", "oid": "study_oid", "created": "creation_datetime",
    "as_of": "as_of_datetime", "name": "metadata_version_name", "description": "metadata_version_description",
}  # fmt: skip


def draft_define(study: StudySpec, kind: Kind) -> tuple[DefineDocument, tuple[Problem, ...]]:
    """The define document of a study's drafts of one kind, and its problems: what it refers to and does not have, as warnings.

    Everything that the study declares for this kind is in it, used or not: code lists, methods, comments, documents.
    """
    return _Drafts(study, kind).document()


class _Drafts:
    def __init__(self, study: StudySpec, kind: Kind) -> None:
        self.study, self.kind = study, kind
        self.define = study.define.get(kind, DefineSpec(study.place))
        self.standards = define_standards(study, kind)
        others = (s for other in usual.KINDS if other != kind for s in define_standards(study, other))
        self.named = {**defaults.by_name(others), **defaults.by_name(self.standards)}
        self.problems: list[Problem] = []
        self.declared = Declared(study, kind, self.named, self.problems)

    def document(self) -> tuple[DefineDocument, tuple[Problem, ...]]:
        drafts = {name: draft for name, draft in self.study.drafts.items() if draft.kind == self.kind}
        stated = [name for name in self.define.order if name in drafts]
        names = [*stated, *(name for name in usual.order(drafts) if name not in stated)]
        facts = {**self._facts(), "standards": self.standards}
        document = DefineDocument(
            **facts,
            datasets=tuple(self._dataset(drafts[name]) for name in names),
            displays=result_displays(self.study.displays, self.declared) if self._has_displays() else (),
        )
        document = self.declared.put_into(document)
        for use, id_ in ((document.comment, "define"), *((standard.comment, standard.name) for standard in document.standards)):
            self.declared.check("comment", use, self.define.place, id_)
        return document, tuple(dict.fromkeys(self.problems))

    def _has_displays(self) -> bool:
        """Displays are of the analysis datasets; of a study that has none, they are in its only define."""
        kinds = {dataset.kind for dataset in (*self.study.drafts.values(), *self.study.datasets.values())}
        return self.kind == "adam" or "adam" not in kinds

    def _facts(self) -> Facts:
        study, said = self.study, self.define.facts
        facts = {**defaults.define_facts(said.get("study", study.name), self.kind), **said}
        return {
            "study_name": study.name,
            "study_description": study.title,
            "protocol_name": study.protocol,
            "creation_datetime": study.created or usual.NO_DATE,
            **{_FIELDS.get(key, key): text for key, text in facts.items()},
        }

    # -- datasets ------------------------------------------------------------------------------------------------------------

    def _dataset(self, draft: DatasetSpec) -> DefineDataset:
        facts, name = draft.facts, draft.name
        variables = tuple(self._variable(draft, v) for v in draft.variables.values() if not (v.is_working and v.rule and not v.attributes))
        for key in set(draft.keys) - {v.name for v in variables}:
            self._warn(draft.keys_place, name, f"key {key} is no variable of the dataset", "name a variable, or delete the key")
        empty = usual.is_yes(facts.get("no_data"))
        return DefineDataset(
            name=name,
            label=draft.label or "",
            class_name=draft.class_name or "",
            subclass=facts.get("subclass", ""),
            structure=draft.structure or "",
            variables=variables,
            keys=draft.keys,
            purpose=usual.PURPOSES[self.kind],
            domain=facts.get("domain", usual.domain(name, usual.PURPOSES[self.kind])),
            domain_description=facts.get("domain_description", ""),
            repeating=usual.is_yes(facts.get("repeating", "yes")),
            is_reference_data=usual.is_yes(facts.get("reference_data")),
            has_no_data=empty,
            standard=self._standard(draft),
            archive_location=facts.get("file", usual.file(name, empty)),
            archive_title=facts.get("file_title", ""),
            sas_name=facts.get("sas_name", ""),
            comment=self._comment(name, draft.comment or "", draft.place, name),
            developer_notes=facts.get("notes", ""),
        )

    def _standard(self, draft: DatasetSpec) -> Standard | None:
        stated = draft.facts.get("standard")
        return usual.guide(self.standards) if stated is None else self.declared.standard(stated, draft.place, draft.name)

    def _comment(self, id_: str, text: str, place: Place, subject: str) -> str:
        """The id of a comment: the name of a declared one, or of one that is made of the text. One word is a name."""
        if not text or text in self.declared.comments or not any(c.isspace() for c in text):
            self.declared.check("comment", text, place, subject)
            return text
        return self.declared.add(Comment(self.declared.free(id_, self.declared.comments), text))

    # -- variables -----------------------------------------------------------------------------------------------------------

    def _variable(self, draft: DatasetSpec, variable: Variable) -> DefineVariable:
        own, name, attributes = f"{draft.name}.{variable.name}", variable.name, variable.attributes
        facts = self._item(own, draft.name, name, attributes, variable.origins, variable.place)
        branches = variable.rule.branches if isinstance(variable.rule, Branches) else ()
        values = tuple(self._value(draft, variable, branch, number) for number, branch in enumerate(branches, 1))
        return DefineVariable(
            **facts,
            name=name,
            values=values,
            values_description=attributes.get("values_description", ""),
        )

    def _value(self, draft: DatasetSpec, variable: Variable, branch: Branch, number: int) -> ValueListItem:
        own = f"{draft.name}.{variable.name}"
        facts = self._item(f"{own}.{number}", draft.name, variable.name, branch.attributes, branch.origins, branch.place)
        return ValueListItem(**facts, name=branch.attributes.get("name", variable.name), where=self._where(draft, branch, own))

    def _where(self, draft: DatasetSpec, branch: Branch, subject: str) -> tuple[WhereClause, ...]:
        found: tuple[WhereClause, ...] = ()
        if branch.condition is not None:
            with collected(self.problems):
                found = where_clauses_of(branch.condition, draft.name)
        for join in branch.joins:
            self.declared.check("comment", join, branch.place, subject)
        joins = branch.joins if len(branch.joins) != 1 else branch.joins * len(found)
        return tuple(replace(clause, comment=joins[i] if i < len(joins) else "") for i, clause in enumerate(found))

    def _item(
        self, own: str, dataset: str, variable: str, stated: Mapping[str, str], origins: tuple[OriginSpec, ...], place: Place
    ) -> Facts:
        """What variables and their value-level items have in common."""
        method, codelist, role_codelist = (stated.get(kind, "") for kind in ("method", "codelist", "role_codelist"))
        self.declared.check("method", method, place, own)
        self.declared.check("codelist", codelist, place, own)
        self.declared.check("codelist", role_codelist, place, own)
        if not method and "words" in stated:
            id_ = self.declared.free(own, self.declared.methods)
            method = self.declared.add(Method(id=id_, name=defaults.method_name(dataset, variable), description=stated["words"]))
        return {
            "data_type": "" if stated.get("data_type") == defaults.NO_TYPE else stated.get("data_type", "text"),
            "label": stated.get("label", ""),
            "length": _whole(stated.get("length")),
            "significant_digits": _whole(stated.get("significant_digits")),
            "display_format": stated.get("format", ""),
            "mandatory": usual.is_yes(stated.get("mandatory")),
            "codelist": codelist,
            "origins": tuple(self._origins(stated, origins, place, own)),
            "method": method,
            "comment": self._comment(own, stated.get("comment", ""), place, own),
            "has_no_data": usual.is_yes(stated.get("no_data")),
            "is_non_standard": usual.is_yes(stated.get("non_standard")),
            "role": stated.get("role", ""),
            "role_codelist": role_codelist,
            "sas_name": stated.get("sas_name", ""),
            "assigned_value": stated.get("assigned", ""),
            "common": stated.get("common", ""),
            "developer_notes": stated.get("notes", ""),
        }

    def _origins(self, stated: Mapping[str, str], listed: Iterable[OriginSpec], place: Place, subject: str) -> Iterator[Origin]:
        """The origins that are listed, else the one of the attributes; pages are those of the annotated CRF."""
        for origin in listed:
            refs = self.declared.refs(origin.documents, place, subject)
            yield Origin(origin.type, origin.source, origin.description, refs)
        predecessor, pages = stated.get("predecessor", ""), stated.get("pages", "")
        type_ = stated.get("origin") or ("Predecessor" if predecessor else "Collected" if pages else "")
        if type_ or "source" in stated:
            crf = self.declared.annotated_crf
            if pages and not crf:
                fix = "add documents: {acrf: {title: Annotated CRF, href: acrf.pdf, annotated_crf: yes}} to study.yaml"
                self._warn(place, subject, "has pages, but the study has no annotated CRF", fix)
            refs = (document_ref(DocumentPlace(crf, pages)),) if pages and crf else ()
            yield Origin(type_, stated.get("source", ""), predecessor, refs)

    def _warn(self, place: Place, subject: str, what: str, fix: str) -> None:
        self.problems.append(Problem(place, subject, what, fix, Severity.WARNING))


def stated_facts(study: StudySpec, kind: Kind) -> Facts:
    """What the study states of its define of one kind, by the fields of a define document: for defines that are built."""
    stated = study.define.get(kind)
    if stated is None:
        return {}
    facts: Facts = {_FIELDS.get(key, key): text for key, text in stated.facts.items()}
    return {**facts, **({"standards": define_standards(study, kind)} if stated.standards else {})}


def define_standards(study: StudySpec, kind: Kind) -> tuple[Standard, ...]:
    """The standards that the study states for its define of one kind, else those that follow from its `standards:`."""
    stated = study.define[kind].standards if kind in study.define else ()
    found: list[Standard] = []
    for facts in stated:
        type_ = "CT" if facts.get("type") == "CT" else "IG"
        rest = {key: facts.get(key, "") for key in ("publishing_set", "comment")}
        found.append(Standard(facts.get("name", ""), type_, facts.get("version", ""), facts.get("status", "Final"), **rest))  # type: ignore[arg-type]
    return tuple(found) if stated else defaults.standards(study.standards, kind)


def _whole(stated: str | None) -> int | None:
    return int(stated) if stated and stated.isascii() and stated.isdecimal() else None
