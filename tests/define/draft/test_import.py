"""`clintrail spec import`: a new study, and one that is there, which keeps what its programmers wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from clintrail.cli import main
from clintrail.define.draft.document import draft_define
from clintrail.define.model import Comment, DefineDataset, DefineDocument, DefineVariable, Method, Origin, Term
from clintrail.define.render import render_define
from clintrail.define.workbook.write import write_workbook
from clintrail.spec.read import read_study

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in an empty folder: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def tabulations(document: DefineDocument) -> DefineDocument:
    """The tabulation datasets of the hand-made define."""
    return replace(document, datasets=tuple(d for d in document.datasets if d.purpose == "Tabulation"), displays=())


@pytest.fixture
def study(run: Run, tabulations: DefineDocument) -> Path:
    """A study that was imported from them."""
    Path("define.xml").write_bytes(render_define(tabulations))
    assert run("spec", "import", "define.xml", "--to", "new")[0] == 0
    return Path("new")


def changed(document: DefineDocument, dataset: str, variable: str, **facts: Any) -> DefineDocument:
    """The document with something else said of one variable."""
    edited = tuple(
        replace(d, variables=tuple(replace(v, **facts) if v.name == variable else v for v in d.variables)) if d.name == dataset else d
        for d in document.datasets
    )
    return replace(document, datasets=edited)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1, text
    path.write_text(text.replace(old, new), "utf-8")


# -- a new study ---------------------------------------------------------------------------------------------------------------------


def test_a_define_becomes_a_study_of_drafts(run: Run, study: Path) -> None:
    assert sorted(p.relative_to(study).as_posix() for p in study.rglob("*.yaml")) == ["sdtm/dm.yaml", "sdtm/vs.yaml", "study.yaml"]
    found = read_study(study)
    assert list(found.drafts) == ["DM", "VS"] and not found.datasets


def test_a_study_of_drafts_cannot_be_built_and_says_so(run: Run, study: Path) -> None:
    code, _, err = run("build", "new", "--out", "out")
    assert code == 2 and "nothing to build: the study has 2 drafts and no dataset with rules" in err and not Path("out").exists()


def test_drafts_beside_rules_are_noted_by_a_build(run: Run, toy: Callable[..., Any], tmp_path: Path) -> None:
    toy()
    (tmp_path / "sdtm" / "ae.yaml").write_text("dataset: AE\ndraft: yes\nvariables:\n  AETERM: {label: Term}\n", "utf-8")
    code, _, err = run("build", ".", "--out", "out", "--fail-on", "note")
    assert code == 1 and "is a draft and is not built" in err
    assert not list(Path("out").rglob("ae.xpt")) and list(Path("out").rglob("dm.xpt"))


def test_a_file_that_is_not_there(run: Run) -> None:
    code, _, err = run("spec", "import", "spec.xlsx", "--to", "new")
    assert code == 2 and "spec.xlsx\n  problem: cannot be read (FileNotFoundError)" in err and not Path("new").exists()


@pytest.mark.parametrize("content", [b"", b"study: X\n", b"\x00\x01"])
def test_a_file_that_is_neither(run: Run, content: bytes) -> None:
    Path("spec.xlsx").write_bytes(content)
    code, _, err = run("spec", "import", "spec.xlsx", "--to", "new")
    assert code == 2 and "is neither a workbook (.xlsx) nor XML" in err and not Path("new").exists()


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 no zip", b"<?xml version='1.0'?><a", b"<html/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"]
)
def test_a_file_that_only_begins_like_one(run: Run, content: bytes) -> None:
    Path("file.xlsx" if content.startswith(b"PK") else "file.xml").write_bytes(content)
    code, _, err = run("spec", "import", *(p.name for p in Path().iterdir()), "--to", "new")
    assert code == 2 and "problem:" in err and "Traceback" not in err and not Path("new").exists()


def test_a_workbook_without_datasets(run: Run) -> None:
    openpyxl.Workbook().save("empty.xlsx")
    code, _, err = run("spec", "import", "empty.xlsx", "--to", "new")
    assert code == 2 and "problem:" in err and "Traceback" not in err and not Path("new").exists()


def test_to_a_file(run: Run, tabulations: DefineDocument) -> None:
    write_workbook(tabulations, Path("spec.xlsx"))
    Path("new").write_text("mine", "utf-8")
    code, _, err = run("spec", "import", "spec.xlsx", "--to", "new")
    assert code == 2 and "new  --to\n  problem: is a file" in err and Path("new").read_text("utf-8") == "mine"


def test_to_a_folder_with_other_things(run: Run, tabulations: DefineDocument) -> None:
    write_workbook(tabulations, Path("spec.xlsx"))
    (Path("new") / "raw").mkdir(parents=True)
    (Path("new") / "raw" / "dm.csv").write_text("SUBJECT\n", "utf-8")
    assert run("spec", "import", "spec.xlsx", "--to", "new")[0] == 0
    assert sorted(p.name for p in Path("new").iterdir()) == ["raw", "sdtm", "study.yaml"]


def test_to_a_folder_with_specs_of_its_own(run: Run, tabulations: DefineDocument) -> None:
    write_workbook(tabulations, Path("spec.xlsx"))
    (Path("new") / "sdtm").mkdir(parents=True)
    code, _, err = run("spec", "import", "spec.xlsx", "--to", "new")
    assert code == 2 and "has no study.yaml, but sdtm" in err and [p.name for p in Path("new").rglob("*")] == ["sdtm"]


def test_two_files_of_the_same_kind(run: Run, tabulations: DefineDocument) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tabulations, Path(name))
    code, _, err = run("spec", "import", "a.xlsx", "b.xlsx", "--to", "new")
    assert code == 2 and "a second file with Tabulation datasets" in err and not Path("new").exists()


def test_faults_of_the_file_are_told_and_stay_as_they_are(run: Run, tabulations: DefineDocument) -> None:
    faulty = changed(tabulations, "DM", "SEX", codelist="NONE", method="GONE.AWAY")
    faulty = replace(faulty, datasets=(*faulty.datasets, replace(faulty.datasets[0], name="lowercaseandlong")))
    write_workbook(faulty, Path("spec.xlsx"))
    code, _, err = run("spec", "import", "spec.xlsx", "--to", "new")
    assert code == 1 and "NONE" in err and "GONE.AWAY" in err
    document, problems = draft_define(read_study(Path("new")), "sdtm")
    sex = next(v for v in document.datasets[0].variables if v.name == "SEX")
    assert (sex.codelist, sex.method) == ("NONE", "GONE.AWAY")
    assert {"no code list named NONE", "no method named GONE.AWAY"} <= {p.problem for p in problems}


# -- a study that is there -----------------------------------------------------------------------------------------------------------


def test_the_same_file_again_has_no_differences(run: Run, study: Path) -> None:
    code, out, _ = run("spec", "import", "define.xml", "--to", "new")
    assert (code, out) == (0, "new says what the file says: nothing to do\n")


@pytest.mark.parametrize("layout", ["current", "legacy"])
def test_what_a_workbook_cannot_say_is_no_difference(run: Run, study: Path, tabulations: DefineDocument, layout: Any) -> None:
    write_workbook(tabulations, Path("spec.xlsx"), layout)
    code, out, _ = run("spec", "import", "spec.xlsx", "--to", "new")
    assert (code, out) == (0, "new says what the file says: nothing to do\n")


def test_differences_are_told_and_nothing_is_changed(run: Run, study: Path, tabulations: DefineDocument) -> None:
    before = {path: path.read_bytes() for path in study.rglob("*.*")}
    Path("other.xml").write_bytes(render_define(changed(tabulations, "DM", "SEX", label="Sex at Birth", length=2)))
    code, out, _ = run("spec", "import", "other.xml", "--to", "new")
    assert code == 1
    assert out == (
        "variable DM.SEX  label: Sex in the study, Sex at Birth in the file\n"
        "variable DM.SEX  length: 1 in the study, 2 in the file\n"
        "\n2 differences; nothing was changed (--apply puts them in)\n"
    )
    assert {path: path.read_bytes() for path in study.rglob("*.*")} == before


def test_new_and_gone_things_are_told(run: Run, study: Path, tabulations: DefineDocument) -> None:
    ae = DefineDataset(
        name="AE",
        label="Adverse Events",
        class_name="EVENTS",
        structure="One record per event",
        variables=(),
        standard=tabulations.standards[0],
    )
    dm = replace(tabulations.datasets[0], variables=tabulations.datasets[0].variables[:-1])
    sex = replace(tabulations.codelists[0], terms=(*tabulations.codelists[0].terms[:2], Term("U", "Unknown")))
    other = replace(tabulations, datasets=(dm, ae), codelists=(sex, *tabulations.codelists[1:]))
    Path("other.xml").write_bytes(render_define(other))
    _, out, _ = run("spec", "import", "other.xml", "--to", "new")
    lines = out.splitlines()
    assert {"dataset AE  only in the file", "dataset VS  only in the study", "variable DM.DTHDTC  only in the study"} <= set(lines)
    assert {"term SEX.U  only in the file", "term SEX.UNDEC  only in the study"} <= set(lines)


def test_applying_keeps_rules_comments_and_order(run: Run, study: Path, tabulations: DefineDocument) -> None:
    dm, vs = study / "sdtm" / "dm.yaml", study / "sdtm" / "vs.yaml"
    edit(dm, "variables:\n", "records:\n  - from: dm     # the enrolment form\nvariables:\n  num: number(dm.N)   # mine\n")
    edit(dm, "  SEX:", "  # reviewed by the statistician\n  SEX:")
    edit(dm, "label: Country, ", "label: Country, value: \"'CHN'\", ")
    edit(vs, "      VSTESTCD = 'TEMP': {data_type: float,", "      VSTESTCD = 'TEMP': {value: number(vs.T), data_type: float,")
    other = changed(tabulations, "DM", "SEX", label="Sex at Birth")
    other = changed(other, "DM", "COUNTRY", label="Country of the Site")
    other = changed(other, "VS", "VSSTRESN", label="Result", values=tuple(replace(v, length=9) for v in _values(other, "VSSTRESN")))
    new = DefineVariable(name="ARM", data_type="text", label="Arm: planned", length=20, origins=(Origin("Derived"),), method="ARM")
    datasets = (replace(other.datasets[0], variables=(*other.datasets[0].variables, new)), *other.datasets[1:])
    other = replace(other, datasets=datasets, methods=(*other.methods, Method(id="ARM", name="ARM", description="As randomised")))
    Path("other.xml").write_bytes(render_define(other))
    assert run("spec", "import", "other.xml", "--to", "new")[0] == 1
    code, out, err = run("spec", "import", "other.xml", "--to", "new", "--apply")
    assert code == 0, out + err
    text = dm.read_text("utf-8")
    assert "  - from: dm     # the enrolment form\nvariables:\n  num: number(dm.N)   # mine\n" in text
    assert "  # reviewed by the statistician\n  SEX:" in text and "label: Sex at Birth" in text
    assert "label: Country of the Site" in text and "value: \"'CHN'\"" in text
    assert "  # to derive: As randomised\n  ARM:     {label: 'Arm: planned', length: 20, origin: Derived, method: ARM}\n" in text
    assert "value: number(vs.T)" in vs.read_text("utf-8") and "length: 9" in vs.read_text("utf-8")
    code, out, _ = run("spec", "import", "other.xml", "--to", "new")
    assert (code, out) == (0, "new says what the file says: nothing to do\n")


def _values(document: DefineDocument, variable: str) -> Any:
    return next(v.values for d in document.datasets for v in d.variables if v.name == variable)


def test_a_dataset_with_a_rule_is_not_deleted(run: Run, study: Path, tabulations: DefineDocument) -> None:
    edit(study / "sdtm" / "vs.yaml", "  VSTESTCD: {", "  VSTESTCD: {value: vs.CODE, ")
    Path("other.xml").write_bytes(render_define(replace(tabulations, datasets=tabulations.datasets[:1])))
    code, out, _ = run("spec", "import", "other.xml", "--to", "new", "--apply")
    assert code == 1 and "not put in: VS: has rules: delete its file by hand" in out and (study / "sdtm" / "vs.yaml").exists()


def test_a_dataset_without_rules_goes_with_its_file(run: Run, study: Path, tabulations: DefineDocument) -> None:
    Path("other.xml").write_bytes(render_define(replace(tabulations, datasets=tabulations.datasets[:1])))
    code, out, _ = run("spec", "import", "other.xml", "--to", "new", "--apply")
    assert code == 0 and not (study / "sdtm" / "vs.yaml").exists(), out
    assert run("spec", "import", "other.xml", "--to", "new")[0] == 0


def test_code_lists_and_comments_are_brought_up_to_date_among_other_things(run: Run, study: Path, tabulations: DefineDocument) -> None:
    path = study / "study.yaml"
    edit(path, "codelists:\n", "codelists:                 # the sponsor's\n")
    path.write_text(path.read_text("utf-8") + "\nforms:\n  subject: SUBJECT\n  dm: dm.csv\n", "utf-8")
    sex = replace(tabulations.codelists[0], terms=(Term("F", "Female", order=1), Term("X|Y", "a => b", order=2)))
    comments = tuple(replace(c, description="Changed") if c.id == "VS" else c for c in tabulations.comments)
    other = replace(tabulations, codelists=(sex, *tabulations.codelists[1:]), comments=(*comments, Comment("NEW", "New one")))
    other = changed(other, "VS", "VSNEW", comment="NEW")
    Path("other.xml").write_bytes(render_define(other))
    code, out, _ = run("spec", "import", "other.xml", "--to", "new", "--apply")
    text = path.read_text("utf-8")
    assert code == 0 and "codelists:                 # the sponsor's\n" in text and text.endswith("  dm: dm.csv\n"), out
    assert "  NEW: {words: New one}\n" in text and "X|Y" in (study / "tables" / "sex.csv").read_text("utf-8")
    assert run("spec", "import", "other.xml", "--to", "new")[0] == 0


# -- studies with rules --------------------------------------------------------------------------------------------------------------


def test_a_built_study_is_compared_with_its_own_export(run: Run, toy: Callable[..., Any]) -> None:
    toy()
    assert run("spec", "export", ".", "--workbook", "spec.xlsx")[0] == 0
    code, out, _ = run("spec", "import", "spec.xlsx", "--to", ".")
    assert (code, out) == (0, ". says what the file says: nothing to do\n")


def test_attributes_are_put_beside_rules_and_what_is_computed_is_refused(run: Run, toy: Callable[..., Any]) -> None:
    built = toy()
    other = changed(built.sdtm, "VS", "VSSTRESC", label="Standard Result", data_type="integer")
    other = changed(other, "VS", "VSORRES", label="Original Result")
    write_workbook(other, Path("spec.xlsx"))
    code, out, err = run("spec", "import", "spec.xlsx", "--to", ".", "--apply")
    assert code == 1 and "not put in: VS  variables.VSSTRESC.data_type: follows from rules, data or the guide" in out, out + err
    text = Path("sdtm/vs.yaml").read_text("utf-8")
    assert "  VSSTRESC: {label: Standard Result, comment: As collected, value: VSORRES}\n" in text
    assert "  VSORRES:  {label: Original Result, value: cell}\n" in text
    assert run("build", ".", "--out", "out", "--quiet")[0] == 0
    _, out, _ = run("spec", "import", "spec.xlsx", "--to", ".")
    assert out.splitlines()[0] == "variable VS.VSSTRESC  data_type: text in the study, integer in the file"


def test_analysis_datasets_come_as_drafts_to_a_study_that_builds_tabulations(
    run: Run, toy: Callable[..., Any], document: DefineDocument
) -> None:
    toy()
    analysis = replace(document, datasets=document.datasets[2:], displays=())
    Path("adam.xml").write_bytes(render_define(analysis))
    assert run("spec", "import", "adam.xml", "--to", ".")[0] == 1
    code, out, err = run("spec", "import", "adam.xml", "--to", ".", "--apply")
    assert code == 0, out + err
    assert list(read_study(Path()).drafts) == ["ADTTE"] and list(read_study(Path()).datasets) == ["DM", "VS"]
    code, out, err = run("build", ".", "--out", "out", "--quiet")
    assert code == 0, out + err
    assert run("spec", "import", "adam.xml", "--to", ".")[:2] == (0, ". says what the file says: nothing to do\n")
