"""The commands of docs/dataset-json.md work and print what it says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_commands_print_what_the_page_says(tmp_path: Path, melasma_package: Path) -> None:
    spec = importlib.util.spec_from_file_location("clintrail_docs_readme", ROOT / "docs" / "readme.py")
    assert spec is not None and spec.loader is not None
    readme = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(readme)
    text = (ROOT / "docs" / "dataset-json.md").read_text("utf-8")
    assert readme.refreshed(text, tmp_path, melasma_package) == text, "run `make docs`"
