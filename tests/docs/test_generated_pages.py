"""Generated pages are what the program says now, and quoted examples are lines of the specs they are said to be from."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from clintrail.spec.hooks import load_hooks

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
QUOTE = re.compile(r"```(?:yaml|sql) (\S+)\n(.*?)```", re.S)


@pytest.mark.parametrize("page", ["commands.md", "functions.md", "define-checks.md", "rules-catalogue.md", "xpt.md"])
def test_a_generated_page_has_not_drifted(generate: ModuleType, page: str) -> None:
    assert (DOCS / page).read_text("utf-8") == generate.PAGES[page](), "run `make docs`"


@pytest.mark.parametrize("page", ["xpt.md", "compare.md", "dataset-json.md", "conformance.md", "rules.md"])
def test_the_commands_of_a_page_print_what_it_says(
    generate: ModuleType, readme: ModuleType, page: str, tmp_path: Path, melasma_package: Path
) -> None:
    assert page in generate.EXAMPLES
    text = (DOCS / page).read_text("utf-8")
    assert readme.refreshed(text, tmp_path, melasma_package) == text, "run `make docs`"


COMMANDS = [
    "build", "check", "compare", "compile", "define check", "functions", "lengths", "rules", "terminology import", "terminology list",
    "why", "xpt",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_page_has_every_option_that_help_has(command: str) -> None:
    arguments = [*command.split(), "--help"]
    program = [sys.executable, "-c", "from clintrail.cli import main; main()"]
    printed = subprocess.run([*program, *arguments], capture_output=True, text=True, check=True).stdout
    section = (DOCS / "commands.md").read_text("utf-8").split(f"## clintrail {command}\n")[1].split("\n## ")[0]
    options = set(re.findall(r"^\W*(--[a-z-]+)", printed, re.M)) - {"--help"}
    assert options and options == set(re.findall(r"^\| `(--[a-z-]+)", section, re.M))


def quotes() -> list[tuple[str, str, str]]:
    """(page, file, quoted text) of every fence that names the file it quotes."""
    pages = [ROOT / "README.md", DOCS / "language.md", DOCS / "rules.md"]
    return [(path.name, file, text) for path in pages for file, text in QUOTE.findall(path.read_text("utf-8"))]


def lines(text: str) -> list[str]:
    """Lines without indentation and comments, and with single blanks."""
    cut = (re.sub(r"\s+# .*|^# .*", "", line) for line in text.splitlines())
    return [" ".join(line.split()) for line in cut if line.strip()]


@pytest.mark.parametrize(("page", "file", "text"), quotes())
def test_a_quoted_example_stands_in_its_file(page: str, file: str, text: str) -> None:
    waiting = iter(lines((ROOT / file).read_text("utf-8")))
    assert [line for line in lines(text) if line not in waiting] == [], f"{page} quotes lines that {file} does not have in this order"


def test_the_hook_of_the_language_page_is_one(tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", (DOCS / "language.md").read_text("utf-8"), re.S)
    assert code is not None
    (tmp_path / "hooks.py").write_text(code[1], "utf-8")
    runs = load_hooks(tmp_path)["runs"]
    given = runs.function(pd.DataFrame({"USUBJID": ["1", "1"], "MG": ["5", "5"], "DAY": ["2024-01-02", "2024-01-01"]}))
    assert given[[*runs.gives]].values.tolist() == [["1", 5.0, "2024-01-01", "2024-01-02"]]
    assert given["origin"].tolist() == [[1, 0]]
