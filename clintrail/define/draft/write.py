"""Define documents as the folder of a study: metadata filled, derivations as comments above the variables that need a rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from clintrail.define.draft.analyses_tree import analyses_tree
from clintrail.define.draft.study_trees import Files, file_stem, study_tree
from clintrail.define.draft.trees import Context, context_of, dataset_tree
from clintrail.define.model import DefineDataset, DefineDocument, DefineVariable
from clintrail.define.usual import KINDS, PURPOSES, Kind
from clintrail.errors import Place, Problem, Severity, counted
from clintrail.spec.yaml_write import Block, yaml_text


def write_study(documents: Sequence[DefineDocument], folder: Path) -> list[Problem]:
    """Write the documents, at most one with datasets of each purpose, as the spec of a new study into an empty folder.

    Returns, as warnings and notes, what of them a spec does not keep. The same documents give the same bytes.
    """
    files, problems = study_files(documents)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8"))
    return problems


def study_files(documents: Sequence[DefineDocument]) -> tuple[Files, list[Problem]]:
    """The files of a study, by their path in its folder, and what of the documents a spec does not keep."""
    problems: list[Problem] = []
    parts = by_kind(documents, problems)
    files: Files = {}
    contexts = {kind: (document, context_of(document, kind)) for kind, document in parts.items()}
    study = study_tree(contexts, files)
    written = {"study.yaml": yaml_text(study), **{path: tree for path, tree in _datasets(contexts)}}
    shown = analysed(contexts)
    if shown is not None:
        written["analyses.yaml"] = yaml_text(shown)
    return {**written, **files}, problems


def analysed(contexts: Mapping[Kind, tuple[DefineDocument, Context]]) -> Block | None:
    """analyses.yaml; None where there are no displays."""
    document, context = contexts["adam"] if "adam" in contexts else next(iter(contexts.values()))
    return analyses_tree(document.displays, context) if document.displays else None


def by_kind(documents: Iterable[DefineDocument], problems: list[Problem]) -> dict[Kind, DefineDocument]:
    """Each kind of dataset with its document; one that has both kinds is cut in two. What stands twice is kept once, and told."""
    found: dict[Kind, DefineDocument] = {}
    names: set[str] = set()
    for document in documents:
        for kind in KINDS:
            datasets = [dataset for dataset in document.datasets if dataset.purpose == PURPOSES[kind]]
            if datasets and kind in found:
                fix = f"give one file with {PURPOSES[kind]} datasets, and the others to studies of their own"
                problems.append(Problem(Place(), document.study_name, f"a second file with {PURPOSES[kind]} datasets", fix))
            elif datasets:
                once = tuple(_once(dataset, problems) for dataset in datasets if _is_new(dataset.name, names, "dataset", problems))
                displays = document.displays if kind == "adam" or all(d.purpose == PURPOSES[kind] for d in document.datasets) else ()
                found[kind] = replace(document, datasets=once, displays=displays)
        problems += not_kept(document)
    return {kind: found[kind] for kind in KINDS if kind in found}


def not_kept(document: DefineDocument) -> list[Problem]:
    """What a spec does not keep of a document: names that a file gave to OIDs and where clauses, and what nothing uses."""
    named = sum(bool(where.id) for where in document.where_clauses() if where not in document.unused_where_clauses)
    counts = {
        counted(len(document.unused_where_clauses), "where clause") + " that nothing refers to": len(document.unused_where_clauses),
        counted(len(document.stated_oids), "OID") + " of the file's own": len(document.stated_oids),
        counted(named, "name") + " of where clauses": named,
    }
    fix = "nothing to do: a define that is written gets them from names and conditions"
    return [
        Problem(Place(), document.study_name, f"a spec does not keep {what}", fix, Severity.NOTE) for what, count in counts.items() if count
    ]


def _once(dataset: DefineDataset, problems: list[Problem]) -> DefineDataset:
    names: set[str] = set()
    variables: list[DefineVariable] = []
    for variable in dataset.variables:
        if _is_new(variable.name, names, f"variable of {dataset.name}", problems):
            variables.append(variable)
    return replace(dataset, variables=tuple(variables))


def _is_new(name: str, names: set[str], what: str, problems: list[Problem]) -> bool:
    if name and name not in names:
        names.add(name)
        return True
    problem = f"a second {what} with this name is left out" if name else f"a {what} without a name is left out"
    problems.append(Problem(Place(), name, problem, "name each once", Severity.WARNING))
    return False


def _datasets(contexts: Mapping[Kind, tuple[DefineDocument, Context]]) -> Iterable[tuple[str, str]]:
    for kind, (document, context) in contexts.items():
        taken: set[str] = set()
        for dataset in document.datasets:
            path = dataset_path(kind, dataset.name, taken)
            taken.add(path)
            yield path, yaml_text(dataset_tree(dataset, context))


def dataset_path(kind: Kind, name: str, taken: Iterable[str]) -> str:
    """`sdtm/ae.yaml`; a name that files cannot have is changed, and numbered where another has it."""
    stem = file_stem(name) or "dataset"
    path, number = f"{kind}/{stem}.yaml", 2
    while path in taken:
        path, number = f"{kind}/{stem}-{number}.yaml", number + 1
    return path
