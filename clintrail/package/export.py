"""The define documents of a study, drafts and all, as workbooks or define.xml: what programmers take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from clintrail.define.draft.document import draft_define
from clintrail.define.draft.merge import merged, only_used
from clintrail.define.model import DefineDocument, DefineVersion
from clintrail.define.render import render_define
from clintrail.define.usual import KINDS, Kind
from clintrail.define.workbook.columns import Layout
from clintrail.define.workbook.write import write_workbook
from clintrail.errors import Place, Problem, Problems, Severity, collected
from clintrail.package.build import built_define, run_study
from clintrail.run.execute import Progress
from clintrail.spec.read import read_study


@dataclass(frozen=True)
class StudyDefines:
    """The define documents of a study by kind, and what was noticed."""

    documents: Mapping[Kind, DefineDocument]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Exported:
    """The files that were written, and what was noticed: of the study, and of what a file does not hold."""

    files: tuple[Path, ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def study_defines(folder: Path, raw: Path | None = None, progress: Progress | None = None) -> StudyDefines:
    """The define documents of a study: of its datasets with rules as they are built, and of its drafts as they are written.

    A study of drafts only needs no raw data. Raises `Problems` for everything that stops a build.
    """
    study = read_study(folder)
    built = run_study(folder, raw, progress=progress) if study.datasets else None
    problems = list(built.problems if built else study.warnings)
    found: dict[Kind, DefineDocument] = {}
    for kind in KINDS:
        is_built = any(dataset.kind == kind for dataset in study.datasets.values())
        if not is_built and not any(draft.kind == kind for draft in study.drafts.values()):
            continue
        document, noticed = draft_define(study, kind)
        if built and is_built:
            document = merged(built_define(built, kind), document)
        known = {("codelist", codelist.id) for codelist in document.codelists}
        found[kind] = document
        problems += [p for p in noticed if tuple(p.kind.split(":", 1)) not in known]
    if any(p.severity == Severity.ERROR for p in problems):
        raise Problems(problems)
    return StudyDefines(found, tuple(dict.fromkeys(problems)))


def export_study(
    study: Path,
    workbook: Path | None = None,
    define: Path | None = None,
    *,
    layout: Layout = "current",
    define_version: DefineVersion = "2.1",
    standard: Kind | None = None,
    raw: Path | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Write the define documents of a study, or that of one standard, as a workbook, as define.xml, or both.

    Where there are two, their files are named apart: `spec-sdtm.xlsx` and `spec-adam.xlsx`. Raises `Problems`, and then writes nothing.
    """
    if workbook is None and define is None:
        raise Problems([Problem(Place(), "spec export", "nothing to write", "add --workbook spec.xlsx, or --define define.xml, or both")])
    defines = study_defines(study, raw, progress)
    wanted = {kind: d for kind, d in defines.documents.items() if standard in (None, kind)}
    if not wanted:
        has = " and ".join(kind.upper() for kind in defines.documents)
        raise Problems([Problem(Place(study.as_posix()), "--standard", f"the study has no {standard} datasets", f"it has {has}")])
    written = write_defines(wanted, workbook, define, layout=layout, define_version=define_version)
    return Exported(written.files, (*defines.problems, *written.problems))


def write_defines(
    documents: Mapping[Kind, DefineDocument],
    workbook: Path | None = None,
    define: Path | None = None,
    *,
    layout: Layout = "current",
    define_version: DefineVersion = "2.1",
) -> Exported:
    """Write documents as workbooks, as define.xml (without what nothing in them uses), or both: all files or none."""
    problems: list[Problem] = []
    writers: list[tuple[Path, Callable[[Path], None]]] = []
    for kind, document in documents.items():
        if workbook is not None:
            writers.append((_named(workbook, kind, documents), _workbook_writer(document, layout, problems)))
        if define is not None:
            writers.append((_named(define, kind, documents), _define_writer(document, define_version)))
    _write(writers)
    return Exported(tuple(path for path, _ in writers), tuple(problems))


def _named(path: Path, kind: Kind, documents: Mapping[Kind, DefineDocument]) -> Path:
    return path if len(documents) == 1 else path.with_name(f"{path.stem}-{kind}{path.suffix}")


def _workbook_writer(document: DefineDocument, layout: Layout, problems: list[Problem]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        noticed = write_workbook(document, path, layout)
        problems.extend(replace(p, place=replace(p.place, path=path.name)) for p in noticed)

    return write


def _define_writer(document: DefineDocument, version: DefineVersion) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(render_define(only_used(document), version))

    return write


def _write(writers: list[tuple[Path, Callable[[Path], None]]]) -> None:
    """All files or none: each is written aside, then put in place."""
    problems: list[Problem] = []
    for path, _ in writers:
        if path.is_dir() or not path.absolute().parent.is_dir():
            what = "is a folder" if path.is_dir() else "is in a folder that is not there"
            problems.append(Problem(Place(path.as_posix()), "", what, "name a file in a folder that exists"))
    if problems:
        raise Problems(problems)
    with ExitStack() as stack:
        made = []
        for path, write in writers:
            aside = stack.enter_context(TemporaryDirectory(dir=path.absolute().parent, prefix=".export-"))
            made.append(Path(aside) / path.name)
            with collected(problems):
                write(made[-1])
        if problems:
            raise Problems(problems)
        for (path, _), written in zip(writers, made, strict=True):
            written.replace(path)
