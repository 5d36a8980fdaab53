"""Broken specs, raw files and questions: each is told at its place, with what is wrong and what to type instead.

`good/` is a small study with nothing wrong. A case of `cases/*.yaml` edits one of its files (`replace` and `by`, `append`, or the whole
`text`; `also` holds further edits), runs a command (a build, unless it names another), and gives all that must be said, word for word
(`among`: among others).
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from clintrail.cli import main

HERE = Path(__file__).resolve().parent
CASES = [case for path in sorted((HERE / "cases").glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8"))]
BUILD = "build study --out out --quiet"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("good") / "package"
    assert main(["build", str(HERE / "good"), "--out", str(out), "--quiet"]) == 0
    return out


def test_the_good_study_has_nothing_wrong(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", str(HERE / "good"), "--out", str(package), "--quiet"]) == 0
    assert _said(capsys.readouterr().err) == ""


def test_case_names_are_unique() -> None:
    names = [case["name"] for case in CASES]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_it_is_told(
    case: Mapping[str, Any], package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(HERE / "good", "study")
    Path("package").symlink_to(package)
    for edit in [case, *case.get("also", [])]:
        _edit(edit)
    capsys.readouterr()
    exit_code = main(shlex.split(case.get("command", BUILD)))
    out, err = capsys.readouterr()
    said = _said(err)
    assert case["says"].strip() in said if case.get("among") else said == case["says"].strip()
    assert exit_code == case.get("exit", 2)
    assert case.get("prints", "") in out
    if "command" not in case:
        assert [value for value in _subject_data() if value in out + err] == []
        assert Path("out").exists() == (exit_code == 0), "a failed build leaves nothing behind"


def _said(err: str) -> str:
    return re.sub(r"^and \d+ notes? .*$", "", err, flags=re.M).strip()


def _edit(edit: Mapping[str, Any]) -> None:
    if "file" not in edit:
        return
    path, encoding = Path("study") / edit["file"], edit.get("encoding", "utf-8")
    if edit.get("delete"):
        path.unlink()
        return
    text = edit["text"] if "text" in edit else path.read_text("utf-8") + edit.get("append", "")
    if "replace" in edit:
        assert text.count(edit["replace"]) == 1, f"{edit['file']} holds '{edit['replace']}' {text.count(edit['replace'])} times"
        text = text.replace(edit["replace"], edit["by"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))


def _subject_data() -> Iterator[str]:
    """The cells of all raw files, as far as they are long enough not to be met by chance."""
    for path in Path("study/raw").glob("*.csv"):
        lines = path.read_bytes().decode("utf-8", "replace").splitlines()
        yield from (cell for line in lines[1:] for cell in re.split(r'[,;"]', line) if len(cell.strip()) > 2)
