"""Read a study's folder into a `StudySpec`: `study.yaml`, `sdtm/*.yaml`, `adam/*.yaml`, tables and forms."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from clintrail.errors import Place, Problem, Problems, Severity
from clintrail.spec.defines import codelists, define_specs
from clintrail.spec.documents import comments, declared_methods, displays, documents, methods, yes
from clintrail.spec.forms import read_forms
from clintrail.spec.hooks import Hook, load_hooks
from clintrail.spec.model import (
    AddedStep,
    DatasetSpec,
    DisplaySpec,
    Lookup,
    Pick,
    Record,
    Relation,
    StudySpec,
    Variable,
)
from clintrail.spec.parts import LONGEST_NAME, NAME, Reader
from clintrail.spec.sizes import read_lengths, read_size, read_split
from clintrail.spec.tables import tables
from clintrail.spec.yaml_text import Mapping, Node, Sequence, read_yaml

_STUDY = (
    "study", "title", "protocol", "created", "standards", "sdtm", "forms", "tables", "lookups", "groups", "codelists", "common",
    "documents", "methods", "comments", "define", "lengths", "largest_dataset",
)  # fmt: skip
# What a define.xml says of a dataset, as typed: of drafts all, of datasets with rules the guide and the data say the most.
DATASET_FACTS = (
    "subclass", "repeating", "reference_data", "no_data", "standard", "domain", "domain_description", "file", "file_title",
    "sas_name", "notes",
)  # fmt: skip
_DATASET = (
    "dataset", "draft", "label", "class", "structure", "comment", "keys", "records", "one_per", "keep", "order", "tables", "lookups",
    "groups", "variables", "added", "final", "supplemental", "relations", "split", *DATASET_FACTS,
)  # fmt: skip
_RECORD = ("from", "where", "columns", "with", "set")
_LOOKUP = ("from", "where", "match", "first", "last")
_ADDED = ("name", "where", "per", "each", "copy", "set", "keep_missing")


def read_study(folder: Path) -> StudySpec:
    """The study spec in `folder`, checked for form.

    Raises `Problems` with every problem of every file.
    """
    shown = folder.as_posix()
    if not (folder / "study.yaml").is_file():
        fix = "name the folder that holds study.yaml"
        raise Problems([Problem(Place(shown), "", "no study.yaml in this folder", fix)])
    reader = Reader()
    files = [folder / "study.yaml"]
    root = _root(reader, files[0], f"{shown}/study.yaml")
    datasets: dict[str, DatasetSpec] = {}
    drafts: dict[str, DatasetSpec] = {}
    for kind in ("sdtm", "adam"):
        for path in sorted((folder / kind).glob("*.yaml")):
            files.append(path)
            node = _root(reader, path, f"{shown}/{kind}/{path.name}")
            dataset = _dataset(reader, node, kind, folder, f"{shown}/{kind}/{path.name}") if node else None
            before = datasets.get(dataset.name) or drafts.get(dataset.name) if dataset else None
            if dataset and before:
                reader.problem(dataset.place, dataset.name, f"also given in {before.path}", "keep one of the two files")
            if dataset:
                (drafts if dataset.draft else datasets)[dataset.name] = dataset
    if root is not None and not datasets and not drafts and not reader.problems:
        reader.problem(Place(shown), "", "no dataset specs", "write sdtm/dm.yaml, or adam/adsl.yaml")
    reader.draft = False
    study = _study(reader, root, folder, shown, datasets, tuple(files)) if root is not None else None
    reader.draft = bool(drafts)  # what drafts refer to may have the faults of the file that they were imported from
    if root is not None and study is not None:
        study = _described(reader, study, root, folder, shown)
        declared_methods(reader, datasets.values(), study.methods)
    for lookups in (study.lookups if study else {}, *(dataset.lookups for dataset in datasets.values())):
        reader.alike({name: lookup.place for name, lookup in lookups.items()}, datasets)
    hooks = _hooks(reader, folder, files)
    analyses = _analyses(reader, folder, shown, files)
    if study is None or any(problem.severity == Severity.ERROR for problem in reader.problems):
        raise Problems(reader.problems)
    return replace(study, hooks=hooks, files=tuple(files), drafts=drafts, displays=analyses, warnings=tuple(reader.problems))


def _analyses(reader: Reader, folder: Path, shown: str, files: list[Path]) -> tuple[DisplaySpec, ...]:
    """`analyses.yaml`: the displays of the report and the analyses behind them."""
    path = folder / "analyses.yaml"
    if not path.is_file():
        return ()
    files.append(path)
    root = _root(reader, path, f"{shown}/analyses.yaml")
    return displays(reader, root) if root else ()


def _hooks(reader: Reader, folder: Path, files: list[Path]) -> dict[str, Hook]:
    if (folder / "hooks.py").is_file():
        files.append(folder / "hooks.py")
    try:
        return load_hooks(folder)
    except Problems as error:
        reader.problems.extend(error.problems)
        return {}


def _root(reader: Reader, path: Path, shown: str) -> Mapping | None:
    try:
        node = read_yaml(path, shown)
    except Problems as error:
        reader.problems.extend(error.problems)
        return None
    if not isinstance(node, Mapping):
        reader.problem(Place(shown, 1), "", "a spec is a mapping of keys", "begin with 'study: NAME' or 'dataset: NAME'")
        return None
    return node


def _study(reader: Reader, root: Mapping, folder: Path, shown: str, datasets: dict[str, DatasetSpec], files: tuple[Path, ...]) -> StudySpec:
    reader.known_keys(root, _STUDY, "study")
    name = reader.text(root.get("study"), "study")
    if not name:
        reader.problem(root.place, "study", "the study has no name", "write study: NAME (STUDYID)")
    sdtm = reader.text(root.get("sdtm"), "sdtm")
    if sdtm not in (None, "input"):
        reader.problem(root.place, "sdtm", f"sdtm: {sdtm} is not known", "write sdtm: input where the SDTM exists already, or leave it out")
    standards = {key.text: reader.text(value, key.text) or "" for key, value in reader.mapping(root.get("standards"), "standards")}
    return StudySpec(
        name=name or "",
        folder=folder,
        place=Place(f"{shown}/study.yaml"),
        title=reader.text(root.get("title"), "title") or name or "",
        protocol=reader.text(root.get("protocol"), "protocol") or name or "",
        created=reader.text(root.get("created"), "created"),
        standards=standards,
        sdtm_is_input=sdtm == "input",
        forms=read_forms(reader, root.get("forms")),
        tables=tables(reader, root.get("tables"), folder, shown),
        lookups=_lookups(reader, root.get("lookups")),
        groups=_groups(reader, root.get("groups")),
        codelists={},
        common=reader.variables(root.get("common"), "common"),
        datasets=datasets,
        files=files,
        places={key.text: key.place for key, _ in root.entries},
        lengths=read_lengths(reader, root.get("lengths")),
        largest_dataset=read_size(reader, root.get("largest_dataset"), "largest_dataset"),
    )


def _described(reader: Reader, study: StudySpec, root: Mapping, folder: Path, shown: str) -> StudySpec:
    """The study with what is declared once for all its datasets, rules or none."""
    return replace(
        study,
        codelists=codelists(reader, root.get("codelists"), folder, shown),
        documents=documents(reader, root.get("documents")),
        methods=methods(reader, root.get("methods")),
        comments=comments(reader, root.get("comments")),
        define=define_specs(reader, root.get("define"), folder, shown),
    )


def _lookups(reader: Reader, node: Node | None) -> dict[str, Lookup]:
    found: dict[str, Lookup] = {}
    for key, value in reader.mapping(node, "lookups"):
        if not isinstance(value, Mapping):
            reader.problem(value.place, key.text, "a lookup is a mapping", f"write {key.text}: {{from: DATASET, where: ...}}")
            continue
        reader.known_keys(value, _LOOKUP, key.text)
        source = reader.text(value.get("from"), key.text)
        if not source:
            reader.problem(value.place, key.text, "the lookup does not say where it looks", "add from: DATASET, a form or a table")
            continue
        picks = [Pick(w, reader.expressions(value.get(w), w), value.place) for w in ("first", "last") if value.get(w)]
        if len(picks) > 1:
            reader.problem(value.place, key.text, "both first and last choose the record", "keep one of the two")
        where, match = reader.expression(value.get("where"), "where"), reader.expression(value.get("match"), "match")
        found[key.text] = Lookup(key.text, source, key.place, where, match, picks[0] if picks else None)
    reader.alike({name: lookup.place for name, lookup in found.items()})
    return found


def _groups(reader: Reader, node: Node | None) -> dict[str, tuple[str, ...]]:
    return {key.text: reader.names(value, key.text) for key, value in reader.mapping(node, "groups")}


def _dataset(reader: Reader, root: Mapping, kind: str, folder: Path, shown: str) -> DatasetSpec | None:
    reader.known_keys(root, _DATASET, "dataset")
    name = reader.text(root.get("dataset"), "dataset")
    reader.draft = bool(yes(reader, root.get("draft"), "draft"))
    if not name or not NAME.match(name) or name != name.upper() or len(name) > LONGEST_NAME:
        fix = "write dataset: AE (capital letters and digits, at most 8)"
        reader.drafted(root.place, "dataset", "the dataset has no valid name", fix)
        if not name or not reader.draft:
            return None
    keep, keys = root.get("keep"), root.get("keys")
    return DatasetSpec(
        name=name,
        kind=kind,
        path=shown,
        place=Place(shown, root.place.line),
        label=reader.text(root.get("label"), "label"),
        class_name=reader.text(root.get("class"), "class"),
        structure=reader.text(root.get("structure"), "structure"),
        comment=reader.text(root.get("comment"), "comment"),
        keys=reader.listed(keys, "keys") if reader.draft else reader.names(keys, "keys"),
        keys_place=keys.place if keys else Place(shown, root.place.line),
        records=tuple(_records(reader, root.get("records"), root.place, bool(root.get("relations")) or reader.draft)),
        one_per=reader.names(root.get("one_per"), "one_per"),
        keep=reader.pick(keep, "keep") if keep else None,
        order=reader.expressions(root.get("order"), "order"),
        tables=tables(reader, root.get("tables"), folder, shown.rsplit("/", 2)[0]),
        lookups=_lookups(reader, root.get("lookups")),
        groups=_groups(reader, root.get("groups")),
        variables=reader.variables(root.get("variables"), "variables"),
        added=tuple(_added(reader, root.get("added"))),
        final=reader.variables(root.get("final"), "final"),
        supplemental=reader.variables(root.get("supplemental"), "supplemental"),
        relations=tuple(_relations(reader, root.get("relations"))),
        draft=reader.draft,
        facts={key: reader.said(root.get(key), key, "") for key in DATASET_FACTS if root.get(key) is not None},
        split=read_split(reader, root.get("split"), name, kind),
    )


def _steps(reader: Reader, node: Node | None, subject: str, known: tuple[str, ...]) -> list[Mapping]:
    if node is None:
        return []
    if not isinstance(node, Sequence):
        reader.problem(node.place, subject, f"{subject} is a list", f"begin each entry with '- {known[0]}:'")
        return []
    steps = []
    for item in node.items:
        if isinstance(item, Mapping):
            reader.known_keys(item, known, subject)
            steps.append(item)
        else:
            reader.problem(item.place, subject, "an entry is a mapping", f"write - {known[0]}: ...")
    return steps


def _records(reader: Reader, node: Node | None, place: Place, optional: bool) -> list[Record]:
    if node is None and not optional:
        reader.problem(place, "records", "the dataset does not say where its records come from", "add records: and below it - from: FORM")
    records = []
    for item in _steps(reader, node, "records", _RECORD):
        source = reader.text(item.get("from"), "from")
        if not source:
            reader.problem(item.place, "records", "an entry without from", "write - from: FORM")
            continue
        joined = {key.text: reader.expression(value, key.text) for key, value in reader.mapping(item.get("with"), "with")}
        records.append(
            Record(
                source,
                item.place,
                reader.expression(item.get("where"), "where"),
                reader.text(item.get("columns"), "columns"),
                {name: on for name, on in joined.items() if on},
                reader.variables(item.get("set"), "set"),
            )
        )
    return records


def _added(reader: Reader, node: Node | None) -> list[AddedStep]:
    steps = []
    for item in _steps(reader, node, "added", _ADDED):
        name = reader.text(item.get("name"), "name")
        copy = reader.pick(item.get("copy"), "copy")
        per = reader.names(item.get("per"), "per")
        values: dict[str, Variable] = reader.variables(item.get("set"), "set")
        missing = [k for k, v in (("name", name), ("per", per), ("copy", copy or item.get("copy")), ("set", values)) if not v]
        if missing:
            fix = "write name:, per: (a group or variables), copy: first by ..., and set:"
            reader.problem(item.place, name or "added", f"the step has no {', '.join(missing)}", fix)
        if name and copy and per:
            where = reader.expression(item.get("where"), "where")
            each = reader.text(item.get("each"), "each")
            keep = reader.text(item.get("keep_missing"), "keep_missing") == "yes"
            steps.append(AddedStep(name, per, copy, values, item.place, where, each, keep))
    return steps


def _relations(reader: Reader, node: Node | None) -> list[Relation]:
    found = []
    for key, value in reader.mapping(node, "relations"):
        if not isinstance(value, Mapping):
            reader.problem(value.place, key.text, "a relation is a mapping", f"write {key.text}: {{from: AE, to: CM, match: ...}}")
            continue
        reader.known_keys(value, ("from", "to", "match"), key.text)
        left, right = reader.text(value.get("from"), "from"), reader.text(value.get("to"), "to")
        match = reader.expression(value.get("match"), "match")
        if left and right and match:
            found.append(Relation(key.text, left, right, match, key.place))
        else:
            reader.problem(
                value.place, key.text, "a relation needs from, to and match", "write {from: AE, to: CM, match: CM.x = AE.AESPID}"
            )
    return found
