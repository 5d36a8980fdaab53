"""A study is the same package whatever the encoding and the line ends of its raw files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from clintrail.package.build import BuiltStudy, build_package

STUDY = Path(__file__).resolve().parents[2] / "specs" / "melasma"
RAW = sorted((STUDY / "raw").glob("*.csv"))


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plain") / "package"
    build_package(STUDY, out)
    return out


def encoded(encode: Callable[[str], bytes]) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        for path in RAW:
            (folder / path.name).write_bytes(encode(path.read_text("utf-8")))
        return folder

    return write


FORMS: dict[str, tuple[Callable[[Path], Path], list[str]]] = {
    "Latin-1": (encoded(lambda text: text.encode("latin-1")), ["read as windows-1252 (Latin-1), which is a guess"]),
    "UTF-16": (encoded(lambda text: text.encode("utf-16")), ["read as UTF-16-LE, as found by its byte order mark"] * len(RAW)),
    "Windows line ends": (encoded(lambda text: text.replace("\n", "\r\n").encode()), []),
}


def test_the_raw_data_have_letters_that_are_not_ascii() -> None:
    assert [path.name for path in RAW if not path.read_text("utf-8").isascii()] == ["ae.csv"]


@pytest.mark.parametrize("form", FORMS)
def test_the_package_is_the_same_but_for_the_hashes_of_its_inputs(package: Path, tmp_path: Path, form: str) -> None:
    write, told = FORMS[form]
    (tmp_path / "raw").mkdir()
    built = build_package(STUDY, tmp_path / "package", write(tmp_path / "raw"))
    plain, other = files(package), files(tmp_path / "package")
    assert {name for name in plain | other if plain.get(name) != other.get(name)} == {"manifest.json", "trail/plan.json"}
    assert _without_inputs(plain) == _without_inputs(other)
    assert noticed(built) == told


def _without_inputs(package: dict[str, bytes]) -> tuple[object, object]:
    """The two files that name the raw files, without their names and hashes (and the hash of the one in the other)."""
    manifest, plan = json.loads(package["manifest.json"]), json.loads(package["trail/plan.json"])
    del manifest["inputs"], manifest["outputs"]["trail/plan.json"]
    for file in plan["files"].values():
        del file["path"], file["sha256"]
    return manifest, plan


def noticed(built: BuiltStudy) -> list[str]:
    return [problem.problem for problem in built.problems if problem.problem.startswith("read as")]
