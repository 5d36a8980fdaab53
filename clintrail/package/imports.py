"""Workbooks and define.xml files of others as the spec of a study: a new one, or what is different from the one that is there."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from clintrail.define.draft.apply import Changes, changes
from clintrail.define.draft.compare import Difference, combined, differences
from clintrail.define.draft.write import by_kind, write_study
from clintrail.define.model import DefineDocument, DefineVersion, ReadDefine
from clintrail.define.read.document import read_define
from clintrail.define.render import render_define
from clintrail.define.usual import Kind
from clintrail.define.workbook.columns import Layout
from clintrail.define.workbook.read import read_workbook
from clintrail.define.workbook.write import write_workbook
from clintrail.errors import Place, Problem, Problems, Severity, collected
from clintrail.package.export import study_defines
from clintrail.run.execute import Progress
from clintrail.spec.model import StudySpec
from clintrail.spec.read import read_study

# What a study's folder holds beside its spec: not copied to try out a change of the spec.
_NOT_SPEC = ("raw", "terminology", "documents", "out")


@dataclass(frozen=True)
class Imported:
    """What an import found: problems of the files, and the new study, or how the study that is there differs from the files.

    `written` are the files that were made, changed or deleted; `refused` what of the differences could not be put in, and why.
    """

    problems: tuple[Problem, ...]
    study: StudySpec | None = None
    differences: tuple[Difference, ...] = ()
    written: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    is_new: bool = False

    def has_findings(self, *, applied: bool) -> bool:
        """Whether a file has errors, or there are differences that were not put in."""
        left = self.refused if applied else self.differences
        return bool(left) or any(problem.severity == Severity.ERROR for problem in self.problems)


def import_files(
    files: Sequence[Path],
    to: Path,
    *,
    apply: bool = False,
    raw: Path | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Import workbooks or define.xml files into the folder `to`.

    Without a study.yaml there, they become a study of drafts. With one, the differences are told, and put in if `apply`.
    Raises `Problems` where a file or the folder cannot be used, and then changes nothing.
    """
    problems: list[Problem] = []
    read: list[ReadDefine] = []
    for file in files:
        with collected(problems):
            read.append(read_file(file))
    with collected(problems):
        _check_folder(to)
    for file, one in zip(files, read, strict=False):
        if not one.document.datasets and not problems:
            fix = "give a specification workbook or a define.xml with datasets"
            problems += [*one.problems, Problem(Place(file.as_posix()), "", "describes no dataset", fix)]
    if problems:
        raise Problems(problems)
    found = tuple(problem for one in read for problem in one.problems)
    if not (to / "study.yaml").is_file():
        return _new_study(read, to, found)
    return _compared(read, to, found, apply, raw, progress)


def read_file(path: Path) -> ReadDefine:
    """A workbook or a define.xml, told apart by how it begins. Raises `Problems` if it is neither."""
    place = Place(path.as_posix())
    try:
        with path.open("rb") as stream:
            start = stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError as error:
        fix = "check the path" if isinstance(error, FileNotFoundError) else "name a file that can be read"
        raise Problems([Problem(place, "", f"cannot be read ({type(error).__name__})", fix)]) from None
    if start.startswith(b"PK"):
        return read_workbook(path)
    if start.startswith(b"<") or start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return read_define(path)
    raise Problems([Problem(place, "", "is neither a workbook (.xlsx) nor XML", "give a Pinnacle 21 workbook or a define.xml")])


def _check_folder(to: Path) -> None:
    place = Place(to.as_posix())
    if to.exists() and not to.is_dir():
        raise Problems([Problem(place, "--to", "is a file", "name a folder, which need not be there yet")])
    names = {"sdtm", "adam", "tables", "analyses.yaml"}
    there = sorted(path.name for path in to.iterdir() if path.name in names) if to.is_dir() else []
    if there and not (to / "study.yaml").is_file():
        fix = "name an empty folder, or add the study.yaml that belongs to them"
        raise Problems([Problem(place, "--to", f"has no study.yaml, but {', '.join(there)}", fix)])


def _new_study(read: Sequence[ReadDefine], to: Path, found: tuple[Problem, ...]) -> Imported:
    """Write the spec aside, read it, and put it in place as a whole."""
    base = to.absolute().parent
    while not base.is_dir():
        base = base.parent
    with TemporaryDirectory(dir=base, prefix=".import-") as aside:
        noticed = write_study([one.document for one in read], Path(aside))
        if any(p.severity == Severity.ERROR for p in noticed):
            raise Problems(p for p in noticed if p.severity == Severity.ERROR)
        with _told_at(Path(aside), to):
            study = read_study(Path(aside))
        to.mkdir(parents=True, exist_ok=True)
        for path in sorted(Path(aside).iterdir()):
            path.rename(to / path.name)
    warnings = _moved(study.warnings, Path(aside), to)
    return Imported((*found, *noticed, *warnings), study, written=tuple(_files(study, Path(aside))), is_new=True)


def _files(study: StudySpec, folder: Path) -> Iterator[str]:
    yield from (path.relative_to(folder).as_posix() for path in study.files)


def _compared(
    read: Sequence[ReadDefine],
    to: Path,
    found: tuple[Problem, ...],
    apply: bool,
    raw: Path | None,
    progress: Progress | None,
) -> Imported:
    study, ours = read_study(to), study_defines(to, raw, progress)
    problems = [*found, *(p for p in ours.problems if p.severity >= Severity.WARNING)]
    after: dict[Kind, DefineDocument] = dict(ours.documents)
    told: list[Difference] = []
    seen: set[Kind] = set()
    for one in read:
        for kind, theirs in by_kind([one.document], problems).items():
            if kind in seen:
                fix = "give one file for SDTM and one for ADaM"
                raise Problems([Problem(Place(), theirs.study_name, f"a second file with datasets of {kind.upper()}", fix)])
            seen.add(kind)
            before = ours.documents.get(kind)
            after[kind] = _wanted(before, theirs, one.format) if before else theirs
            told += differences(before, after[kind]) if before else differences(replace(theirs, datasets=()), theirs)
    wanted = Changes()
    if apply and told:
        wanted = changes(study, ours.documents, after)
        _apply(wanted, to)
    return Imported(tuple(dict.fromkeys(problems)), study, tuple(told), tuple(sorted(wanted.files)), tuple(wanted.refused))


def _wanted(ours: DefineDocument, theirs: DefineDocument, format: str) -> DefineDocument:
    """What the file says, with what the study has and a file of its format cannot say."""
    oldest = format.startswith("Define-XML 1")
    return cast(DefineDocument, combined(ours, _through(ours, format), theirs, sparse=oldest))


def _through(document: DefineDocument, format: str) -> DefineDocument:
    """The document as a file of this format has it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / ("define.xlsx" if format.startswith("workbook") else "define.xml")
        if format.startswith("workbook"):
            layout: Layout = "legacy" if "legacy" in format else "current"
            write_workbook(document, path, layout)
            return read_workbook(path).document
        version: DefineVersion = "2.1" if format.startswith("Define-XML 2.1") else "2.0"
        path.write_bytes(render_define(document, version))
        return read_define(path).document


def _apply(wanted: Changes, to: Path) -> None:
    """Try the changes on a copy of the spec, which must be readable; then change the files."""
    with TemporaryDirectory() as aside:
        copy = Path(aside) / "study"
        shutil.copytree(to, copy, ignore=lambda folder, names: [n for n in names if Path(folder) == to and n in _NOT_SPEC])
        _write(wanted.files, copy)
        with _told_at(copy, to):
            read_study(copy)
    _write(wanted.files, to)


def _write(files: Mapping[str, str | None], folder: Path) -> None:
    for name, text in sorted(files.items(), key=lambda item: item[1] is None):  # what is deleted goes last
        path = folder / name
        if text is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.new")
        aside.write_bytes(text.encode("utf-8"))
        aside.replace(path)


@contextmanager
def _told_at(aside: Path, to: Path) -> Iterator[None]:
    """Problems of files that were written aside are told where the files will be."""
    try:
        yield
    except Problems as error:
        raise Problems(_moved(error.problems, aside, to)) from None


def _moved(problems: Iterable[Problem], aside: Path, to: Path) -> tuple[Problem, ...]:
    old, new = aside.as_posix(), to.as_posix()
    return tuple(replace(p, place=replace(p.place, path=p.place.path.replace(old, new, 1))) for p in problems)
