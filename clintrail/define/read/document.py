"""Reads a define.xml of any version. What the standard defines is kept; what is faulty or cannot be kept is told by its place.

Source: CDISC Define-XML Specification 1.0, 2.0 and 2.1; Analysis Results Metadata Specification 1.0.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from clintrail.define import oids
from clintrail.define.check.tree import REFERENCES, Define, children, get
from clintrail.define.model import DefineDocument, ReadDefine
from clintrail.define.read.datasets import Datasets
from clintrail.define.read.displays import result_displays
from clintrail.define.read.draft_results import DraftResults
from clintrail.define.read.known import unknown_parts
from clintrail.define.read.older import OlderDatasets, computation_methods
from clintrail.define.read.shared import codelists, comments, documents, methods, standards
from clintrail.define.read.source import Element, Source, child_text
from clintrail.errors import Place, Problem, Problems
from clintrail.transport.safe_xml import parse_xml


def read_define(path: Path | str) -> ReadDefine:
    """The document of a define.xml 1.0, 2.0 or 2.1, and what was wrong with the file or could not be kept, in its order.

    The document has OIDs of its own making; `stated_oids` holds those of a 2.0 or 2.1 file that are others, so that it can be written
    back. Raises `Problems` for what is no define.xml: unreadable, not well-formed, with a DOCTYPE, or of another kind.
    """
    define = Define(parse_xml(Path(path)).getroot(), str(path))
    version = _metadata(define)
    source = Source(define)
    _check_definitions(source)
    source.problems += unknown_parts(define)
    document = _older(source, version) if define.version == "1.0" else _document(source, version)
    problems = sorted(set(source.problems), key=lambda p: (p.place, p.subject, p.problem))
    return ReadDefine(document, tuple(problems), f"Define-XML {get(version, 'def:DefineVersion') or define.version}")


def _metadata(define: Define) -> Element:
    """The MetaDataVersion; raises `Problems` if there is none, or several."""
    versions = list(define.all("MetaDataVersion"))
    what = ""
    if not define.version:
        what = "no define.xml of version 1.0, 2.0 or 2.1: none of their namespaces is declared"
    elif len(versions) != 1:
        what = f"a define.xml has one MetaDataVersion, this file {len(versions)}"
    if what:
        raise Problems([Problem(Place(define.path, 1), "define.xml", what, "give a define.xml of one study")])
    return versions[0]


def _check_definitions(source: Source) -> None:
    """Definitions of one kind with the same OID, or without one, are faults."""
    for kind in ("ItemGroupDef", *dict.fromkeys(REFERENCES.values())):
        definitions = list(source.define.all(kind))
        count = Counter(get(element, "OID") or get(element, "ID") for element in definitions)
        for element in definitions:
            oid = get(element, "OID") or get(element, "ID")
            if not oid:
                source.error(element, f"a {kind} without OID", "give it an OID of its own")
            elif count[oid] > 1:
                source.error(
                    element, f"{count[oid]} definitions {kind} have the OID {oid}; references are read as to the last", "rename it"
                )


def _document(source: Source, version: Element) -> DefineDocument:
    """A document of 2.0 or 2.1; the order of reading gives ids to definitions before references ask for them."""
    linked = documents(source)
    said, how = comments(source), methods(source)
    known = standards(source)
    lists = codelists(source, known)
    datasets = Datasets(source, known)
    found = datasets.datasets()
    return _whole(
        source,
        version,
        standards=tuple(dict.fromkeys(known.values())),
        datasets=found,
        codelists=lists,
        methods=how,
        comments=said,
        documents=linked,
        displays=result_displays(datasets),
        unused_where_clauses=datasets.where.unused(),
    )


def _older(source: Source, version: Element) -> DefineDocument:
    """A document of 1.0. Its OIDs are not stated: it is not written back as 1.0, and 2.x names things otherwise."""
    linked, how = documents(source), computation_methods(source)
    known = standards(source)
    lists = codelists(source, known)
    older = OlderDatasets(source, linked, lists, known)
    found = older.datasets()
    decodes = {(term.value, term.decode) for codelist in lists for term in codelist.terms}
    displays = DraftResults(source, found, older.comments, decodes).displays()
    source.stated.clear()
    return _whole(
        source,
        version,
        standards=tuple(known.values()),
        datasets=found,
        codelists=lists,
        methods=how,
        comments=tuple(older.comments.values()),
        documents=linked,
        displays=displays,
    )


def _whole(source: Source, version: Element, **parts: Any) -> DefineDocument:
    """The document with what its root, study and MetaDataVersion say."""
    root = source.define.root
    study = next(version.iterancestors(), root)
    names = next(iter(children(study, "GlobalVariables")), study)
    if get(root, "FileType") not in ("Snapshot", ""):
        source.note(root, f"FileType {get(root, 'FileType')} is read as Snapshot, which every define.xml is")
    context: Any = source.one_of(root, "def:Context", ("Submission", "Other")) if source.define.version == "2.1" else "Submission"
    document = DefineDocument(
        study_oid=get(study, "OID"),
        study_name=child_text(names, "StudyName"),
        study_description=child_text(names, "StudyDescription"),
        protocol_name=child_text(names, "ProtocolName"),
        creation_datetime=get(root, "CreationDateTime"),
        as_of_datetime=get(root, "AsOfDateTime"),
        metadata_version_name=get(version, "Name"),
        metadata_version_description=get(version, "Description"),
        comment=source.ref(version, "def:CommentOID", oids.comment),
        originator=get(root, "Originator"),
        source_system=get(root, "SourceSystem"),
        source_system_version=get(root, "SourceSystemVersion"),
        context=context or "Submission",
        define_version=get(version, "def:DefineVersion") or source.define.version,
        language=source.language,
        stated_oids=source.stated,
        **parts,
    )
    if source.define.version != "1.0":
        source.state(oids.file(document), get(root, "FileOID"))
        source.state(oids.metadata_version(document), get(version, "OID"))
    return document
