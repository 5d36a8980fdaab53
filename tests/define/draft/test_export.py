"""`clintrail spec export`, and its round: export, import, export again gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from clintrail.cli import main
from clintrail.define.draft.merge import only_used
from clintrail.define.model import DefineDocument
from clintrail.define.read.document import read_define
from clintrail.define.usual import Kind
from clintrail.define.workbook.read import read_workbook
from clintrail.package.export import export_study, study_defines, write_defines
from clintrail.package.imports import import_files

ROOT = Path(__file__).resolve().parents[3]
PILOT = ROOT / ".." / "shared" / "pilot"
FORMS = [("workbook", "current"), ("workbook", "legacy"), ("define", "2.1"), ("define", "2.0")]


Defines = Mapping[Kind, DefineDocument]


def export(defines: Defines, folder: Path, form: tuple[str, str]) -> tuple[Path, ...]:
    """Write the defines of a study into a new folder."""
    folder.mkdir()
    what, kind = form
    if what == "workbook":
        return write_defines(defines, folder / "spec.xlsx", layout=kind).files  # type: ignore[arg-type]
    return write_defines(defines, define=folder / "define.xml", define_version=kind).files  # type: ignore[arg-type]


def same_again(defines: Defines, tmp_path: Path, form: tuple[str, str]) -> None:
    """Export, import what came out as a new study, and export that: the files are the same."""
    first = export(defines, tmp_path / "A", form)
    import_files(first, tmp_path / "new")
    again = export(study_defines(tmp_path / "new").documents, tmp_path / "B", form)
    assert [p.name for p in first] == [p.name for p in again]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]


STUDIES = [("melasma", None), ("cdiscpilot-sdtm", PILOT / "raw"), ("cdiscpilot-adam", PILOT / "pilot_sdtm")]


@pytest.fixture(scope="module", params=STUDIES, ids=lambda study: str(study[0]))
def built(request: pytest.FixtureRequest) -> Defines:
    """The defines of each study of this project, built once."""
    name, raw = request.param
    if raw is not None and not raw.is_dir():
        pytest.skip("the pilot's data (../shared/pilot) are not here")
    return study_defines(ROOT / "specs" / name, raw).documents


@pytest.mark.parametrize("form", FORMS)
def test_a_built_study_comes_back_in_every_form(built: Defines, tmp_path: Path, form: tuple[str, str]) -> None:
    same_again(built, tmp_path, form)


PUBLISHED = [
    "SpecADaM_define20.xlsx",
    "SpecSDTM_define20.xlsx",
    "define_pilot_adam_10.xml",
    "define_tdf_adam_20.xml",
    "define_tdf_sdtm_20.xml",
]


@pytest.fixture(scope="module", params=PUBLISHED)
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A file that others published, and the study that was imported from it."""
    if not PILOT.is_dir():
        pytest.skip("the pilot's data (../shared/pilot) are not here")
    study = tmp_path_factory.mktemp("published") / "study"
    import_files([PILOT / "spec" / request.param], study)
    return PILOT / "spec" / request.param, study


@pytest.mark.parametrize("form", FORMS)
def test_what_others_published_comes_back(published: tuple[Path, Path], tmp_path: Path, form: tuple[str, str]) -> None:
    """From the second export on where the form is another than the file's: a cell holds less than an attribute, and the other way round."""
    file, study = published
    defines = study_defines(study).documents
    if file.suffix != {"workbook": ".xlsx", "define": ".xml"}[form[0]]:
        import_files(export(defines, tmp_path / "other", form), tmp_path / "once")
        defines = study_defines(tmp_path / "once").documents
    same_again(defines, tmp_path, form)


def test_what_others_published_is_no_different_from_the_study_made_of_it(published: tuple[Path, Path]) -> None:
    file, study = published
    assert import_files([file], study).differences == ()


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_study_of_both_standards_gives_two_files_and_says_so(
    toy: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    toy()
    draft(tmp_path, "adam/adsl.yaml", "dataset: ADSL\ndraft: yes\nvariables:\n  AGE: {predecessor: DM.AGE}\n")
    code, out, _ = call(capsys, "spec", "export", tmp_path, "--workbook", tmp_path / "spec.xlsx")
    assert code == 0 and out.splitlines()[1:] == [f"{tmp_path}/spec-sdtm.xlsx", f"{tmp_path}/spec-adam.xlsx"]
    assert call(capsys, "spec", "export", tmp_path, "--workbook", tmp_path / "one.xlsx", "--standard", "adam")[0] == 0
    assert [d.name for d in read_workbook(tmp_path / "one.xlsx").document.datasets] == ["ADSL"]


def draft(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def test_drafts_stand_among_what_is_built(toy: Callable[..., Any], tmp_path: Path) -> None:
    toy()
    draft(
        tmp_path,
        "sdtm/ae.yaml",
        "dataset: AE\ndraft: yes\nlabel: Adverse Events\nvariables:\n  AESEV: {label: Severity, length: 8, codelist: SEX}\n",
    )
    (path,) = export_study(tmp_path, tmp_path / "spec.xlsx").files
    document = read_workbook(path).document
    assert [d.name for d in document.datasets] == ["DM", "AE", "SUPPDM", "VS"]
    assert document.datasets[1].variables[0].codelist == "SEX" and "SEX" in {c.id for c in document.codelists}


DECLARED = """
methods:
  USED: {words: As told}
  SPARE: {words: For later}
comments:
  SPARE: {words: To be said}
"""


def test_what_is_declared_and_not_used_is_in_the_workbook_and_not_in_the_define(toy: Callable[..., Any], tmp_path: Path) -> None:
    toy()
    study = tmp_path / "study.yaml"
    study.write_text(study.read_text("utf-8") + DECLARED, "utf-8")
    draft(tmp_path, "sdtm/ae.yaml", "dataset: AE\ndraft: yes\nvariables:\n  AESEV: {origin: Derived, method: USED}\n")
    files = export_study(tmp_path, tmp_path / "spec.xlsx", tmp_path / "define.xml").files
    workbook, define = read_workbook(files[0]).document, read_define(files[1]).document
    assert {"USED", "SPARE"} <= {m.id for m in workbook.methods} and "SPARE" in {c.id for c in workbook.comments}
    assert "USED" in {m.id for m in define.methods}
    assert "SPARE" not in {thing.id for thing in (*define.methods, *define.comments)}


def test_only_used_goes_down_to_what_the_unused_alone_refers_to(document: Any) -> None:
    kept = only_used(document)
    assert "VSORRES.BP" in {m.id for m in kept.methods}
    assert only_used(kept) == kept


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "nothing to write"),
        (["--workbook", "out/there/spec.xlsx"], "is in a folder that is not there"),
        (["--workbook", "."], "is a folder"),
        (["--workbook", "spec.xlsx", "--standard", "adam"], "the study has no adam datasets"),
    ],
)
def test_nothing_is_written_where_it_cannot_be(
    arguments: Sequence[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    draft(tmp_path, "study.yaml", "study: X\n")
    draft(tmp_path, "sdtm/ae.yaml", "dataset: AE\ndraft: yes\nvariables:\n  AESEV: {label: Severity}\n")
    monkeypatch.chdir(tmp_path)
    code, _, err = call(capsys, "spec", "export", ".", *arguments)
    assert code == 2 and says in err and sorted(p.name for p in tmp_path.iterdir()) == ["sdtm", "study.yaml"]


def test_references_to_nothing_are_told_and_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft(tmp_path, "study.yaml", "study: X\n")
    draft(tmp_path, "sdtm/ae.yaml", "dataset: AE\ndraft: yes\nkeys: NONE\nvariables:\n  AESEV: {codelist: SEV, method: MT, comment: COM}\n")
    code, _, err = call(capsys, "spec", "export", tmp_path, "--workbook", tmp_path / "spec.xlsx")
    assert code == 0 and all(f"no {what}" in err for what in ("code list named SEV", "method named MT", "comment named COM"))
    variable = read_workbook(tmp_path / "spec.xlsx").document.datasets[0].variables[0]
    assert (variable.codelist, variable.method, variable.comment) == ("SEV", "MT", "COM")
