"""Small packages to check: built from the good study of `tests/broken`, with edits."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from clintrail.package.build import build_package

GOOD = Path(__file__).resolve().parents[1] / "broken" / "good"
Build = Callable[..., Path]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Builds the good study after edits of its files, and gives the folder of the package; the study is beside it."""

    def built(edits: Mapping[str, Mapping[str, str]] | None = None, files: Mapping[str, str] | None = None) -> Path:
        folder = tmp_path_factory.mktemp("small")
        study = folder / "study"
        shutil.copytree(GOOD, study)
        for name, replaced in (edits or {}).items():
            text = (study / name).read_text("utf-8")
            for old, new in replaced.items():
                assert text.count(old) == 1, f"{name} holds '{old}' {text.count(old)} times"
                text = text.replace(old, new)
            (study / name).write_text(text, "utf-8")
        for name, text in (files or {}).items():
            (study / name).parent.mkdir(parents=True, exist_ok=True)
            (study / name).write_text(text, "utf-8")
        build_package(study, folder / "package")
        return folder / "package"

    return built
