"""From a study's folder to a package: the whole way, and the only place that knows all layers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import clintrail
from clintrail.compile.library import library
from clintrail.compile.study import CompiledStudy, compile_study
from clintrail.compile.text import NotTokens, calls, tokens
from clintrail.define.built.analyses import check_analyses
from clintrail.define.built.build import build_define
from clintrail.define.built.documents import check_documents, missing_files
from clintrail.define.built.origins import check_origins
from clintrail.define.check.validate import stylesheet_path
from clintrail.define.draft.document import stated_facts
from clintrail.define.model import DefineDocument, DefineVersion
from clintrail.define.page import render_define_html
from clintrail.define.render import STYLESHEETS, render_define
from clintrail.define.usual import Kind
from clintrail.errors import Problem, Problems, Severity, collected
from clintrail.package.cuts import Cut
from clintrail.package.datasets import Format, with_files, write_dataset
from clintrail.package.drafts import check_drafts
from clintrail.package.place import MANIFEST, package_folder
from clintrail.package.split import split_datasets, write_parts
from clintrail.run.checks import check_datasets
from clintrail.run.datasets import BuiltDataset, assemble, of_kind
from clintrail.run.execute import Progress, Result, execute
from clintrail.run.lengths import check_lengths, with_one_length
from clintrail.run.load import RawData, load_raw, longest_texts
from clintrail.spec.model import StudySpec
from clintrail.spec.read import read_study
from clintrail.terminology import default_store, load_codelists
from clintrail.trail.store import write_trail

FOLDERS: dict[Kind, str] = {"sdtm": "tabulations/sdtm", "adam": "analysis/adam/datasets"}


@dataclass(frozen=True)
class BuiltStudy:
    """A built study in memory, with everything that was noticed (`problems`, none of them an error)."""

    compiled: CompiledStudy
    raw: Mapping[str, RawData]
    result: Result
    datasets: Mapping[str, BuiltDataset]
    problems: tuple[Problem, ...]
    splits: Mapping[str, Cut] = field(default_factory=dict)  # the parts of datasets that are too large, by the dataset's name


def compile_folder(folder: Path, raw_folder: Path | None = None) -> tuple[CompiledStudy, dict[str, RawData]]:
    """Read and compile a study with its raw files; raises `Problems` with those of all files."""
    problems: list[Problem] = []
    with collected(problems):
        functions = library(folder / "functions", f"{folder.as_posix()}/functions")
    with collected(problems):
        study = read_study(folder)
        problems += [p for p in check_drafts(study) if p.severity == Severity.ERROR]
    if problems:
        raise Problems(problems)
    raw, unread = load_raw(study, raw_folder or folder / "raw")
    problems += unread
    with collected(problems):
        created(study)
    with collected(problems):
        terminology = load_codelists(
            study.standards.get("terminology"), store_dirs=terminology_folders(study), place=study.places.get("standards", study.place)
        )
        columns = {name: data.types for name, data in raw.items()}
        compiled = compile_study(study, functions, terminology, columns, longest_texts(raw))
        problems += check_documents(study, columns)
    if problems:
        raise Problems(problems)
    return compiled, raw


def terminology_folders(study: StudySpec) -> list[Path]:
    """Where imported terminology is looked for: the study's own `terminology/`, then the user's."""
    return [folder for folder in (study.folder / "terminology", default_store()) if folder.is_dir()]


def run_study(folder: Path, raw_folder: Path | None = None, *, threads: int | None = None, progress: Progress | None = None) -> BuiltStudy:
    """Compile and run a study; raises `Problems` for every error, of the spec or of the data."""
    compiled, raw = compile_folder(folder, raw_folder)
    result = execute(compiled.plan, compiled.builder, raw, threads=threads, progress=progress)
    datasets = with_one_length(compiled.study, assemble(compiled, result), raw)
    problems = [*check_drafts(compiled.study), *(note for data in raw.values() for note in data.file.notes), *compiled.notes]
    problems += [*result.problems, *check_datasets(compiled, datasets, result, raw)]
    splits, noticed = split_datasets(compiled.study, datasets)
    problems += [*check_lengths(compiled.study, datasets), *noticed]
    problems += [*check_origins(compiled, datasets), *check_analyses(compiled.study, datasets)]
    if any(p.severity >= Severity.ERROR for p in problems):
        raise Problems(p for p in problems if p.severity >= Severity.WARNING)
    return BuiltStudy(compiled, raw, result, datasets, tuple(dict.fromkeys(problems)), splits)


def build_package(
    folder: Path,
    out: Path,
    raw_folder: Path | None = None,
    documents_folder: Path | None = None,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    define_version: DefineVersion = "2.1",
    formats: Sequence[Format] = ("xpt",),
) -> BuiltStudy:
    """Build a study into the folder `out`: datasets in each of the formats, define.xml, trail and manifest.

    Raises `Problems` and then changes nothing.
    """
    with package_folder(out) as building:
        built = run_study(folder, raw_folder, threads=threads, progress=progress)
        documents = documents_folder or folder / "documents"
        if missing := list(missing_files(built.compiled.study, documents)):
            raise Problems(missing)
        _write_datasets(building, built, documents, define_version, formats)
        write_trail(building / "trail", built.compiled, built.result, built.raw)
        manifest = _manifest(built, building)
        (building / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    return built


def created(study: StudySpec) -> datetime:
    """The study's stated time, or 1960-01-01: never the clock."""
    if study.created is None:
        return datetime(1960, 1, 1)
    try:
        return datetime.fromisoformat(study.created)
    except ValueError:
        fix = "write created: '2026-01-31T00:00:00'"
        raise Problems([Problem(study.places["created"], "created", "not a date and time in ISO 8601", fix)]) from None


def package_name(study: StudySpec) -> str:
    """The study's folder in m5/datasets: its name in small letters, as the eCTD wants folder names."""
    return "".join(c if c.isalnum() else "-" for c in study.name.lower())


def _write_datasets(
    building: Path, built: BuiltStudy, documents: Path, define_version: DefineVersion, formats: Sequence[Format]
) -> None:
    study, moment = built.compiled.study, created(built.compiled.study)
    problems: list[Problem] = []
    for kind, below in FOLDERS.items():
        datasets = list(of_kind(built.datasets, kind))
        if not datasets:
            continue
        folder = building / "m5" / "datasets" / package_name(study) / below
        folder.mkdir(parents=True)
        document = with_files(built_define(built, kind), formats)
        for dataset in datasets:
            problems += write_dataset(dataset, folder, moment, document, formats)
            if dataset.name in built.splits and "xpt" in formats and not problems:
                write_parts(dataset, built.splits[dataset.name], folder, moment)
        if not problems:
            _write_define(folder, study, documents, document, define_version)
    if problems:
        raise Problems(problems)


def built_define(built: BuiltStudy, kind: Kind) -> DefineDocument:
    """The define of what a study built of one kind, with what the study states of it."""
    return replace(build_define(built.compiled, built.datasets, kind), **stated_facts(built.compiled.study, kind))


def _write_define(folder: Path, study: StudySpec, documents: Path, document: DefineDocument, version: DefineVersion) -> None:
    """define.xml, its page, and beside them the stylesheet and the study's documents that it refers to."""
    (folder / "define.xml").write_bytes(render_define(document, version))
    (folder / "define.html").write_bytes(render_define_html(document))
    if version == "2.1":  # nobody ships CDISC's stylesheet for 2.0 as a package
        (folder / STYLESHEETS[version]).write_bytes(stylesheet_path().read_bytes())
    for linked in document.documents:
        file = study.documents[linked.id].file
        if file:
            (folder / linked.href).write_bytes((documents / file).read_bytes())


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _manifest(built: BuiltStudy, building: Path) -> dict[str, Any]:
    compiled, study = built.compiled, built.compiled.study
    spec_files = [*study.files, *sorted((study.folder / "tables").glob("*.csv"))]
    used = _functions_used(compiled)
    return {
        "clintrail": clintrail.__version__,
        "study": study.name,
        "inputs": {Path(d.file.path).name: d.file.sha256 for d in built.raw.values()},
        "specs": {p.relative_to(study.folder).as_posix(): _sha256(p) for p in spec_files},
        "functions": {n: hashlib.sha256(compiled.functions[n].body.encode()).hexdigest() for n in used},
        "terminology": {f"{p.standard} {p.version}": _sha256(p.path) for p in compiled.codelists.terminology.packages},
        "outputs": {p.relative_to(building).as_posix(): _sha256(p) for p in sorted(building.rglob("*")) if p.is_file()},
    }


def _functions_used(compiled: CompiledStudy) -> list[str]:
    found: set[str] = set()
    texts = {c.text for f in compiled.plan.frames.values() for c in f.columns.values() if c.text}
    waiting = [t for text in texts for t in text.split("\n")]
    while waiting:
        try:
            names = {c.name for c in calls(tokens(waiting.pop()))} & set(compiled.functions)
        except NotTokens:  # a line of a composed text that is no expression by itself
            continue
        waiting += [compiled.functions[n].body for n in names - found]
        found |= names
    return sorted(found)
