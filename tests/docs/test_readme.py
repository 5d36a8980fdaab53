"""The README's commands work and print what it says; what it shows of specs and datasets is there."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from clintrail.transport import xpt

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"


def test_the_commands_print_what_the_readme_says(readme: ModuleType, tmp_path: Path, melasma_package: Path) -> None:
    text = README.read_text("utf-8")
    assert readme.refreshed(text, tmp_path, melasma_package) == text, "run `make docs`"
    assert (tmp_path / "out" / "mystudy" / "manifest.json").is_file()
    assert list((tmp_path / "store").iterdir())


def test_the_smallest_study_takes_fifteen_lines() -> None:
    files = re.findall(r"cat > mystudy/\S+\.yaml <<'END'\n(.*?)END\n", README.read_text("utf-8"), re.S)
    assert sum(len(text.splitlines()) for text in files) == 15


def test_the_datasets_shown_are_those_that_are_built(melasma_package: Path) -> None:
    shown = re.findall(r"^  (\w+\.xpt) +([\d,]+) records +(\d+) variables", README.read_text("utf-8"), re.M)
    built = {path.name: xpt.read(path) for path in melasma_package.rglob("*.xpt")}
    demo = [(name, int(records.replace(",", "")), int(variables)) for name, records, variables in shown if name in built][: len(built)]
    assert sorted(demo) == sorted((name, data.table.num_rows, len(data.variables)) for name, data in built.items()), "run `make docs`"


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))])
def test_links_lead_to_files(page: str) -> None:
    path = ROOT / page
    targets = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8"))]
    assert [t for t in targets if t and not t.startswith("https:") and not (path.parent / t).exists()] == []
