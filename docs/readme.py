"""Runs the README's commands: `make docs` puts what they print into it, and a test sees that it still is what they print.

A fence `sh` is run, one after the other in one folder; the fence `text` that follows holds what it printed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"```(sh|text)\n(.*?)```\n", re.S)
MAKE = ("make demo\n", "make test\n")
TERMINOLOGY = (
    "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value\tCDISC Synonym(s)\tCDISC Definition\t"
    "NCI Preferred Term\n"
    "C66731\t\tNo\tSex\tSEX\tSex\t\tCDISC Sex\n"
    "C16576\tC66731\t\tSex\tF\tFemale\t\tFemale\n"
)


def refreshed(text: str, folder: Path, package: Path) -> str:
    """The README with its commands run in `folder` and their output put in. `package` is the melasma study as built.

    What `make` prints is left as it is. Raises `RuntimeError` with what was printed for a command that fails.
    """
    (folder / "out").mkdir()
    (folder / "out" / "melasma").symlink_to(package)
    (folder / "specs").symlink_to(ROOT / "specs")
    (folder / "SDTM Terminology 2025-09-26.txt").write_text(TERMINOLOGY, "utf-8")
    printed: list[str | None] = [None]

    def fence(match: re.Match[str]) -> str:
        kind, body = match[1], match[2]
        if kind == "sh":
            printed.append(None if body in MAKE else _run(body, folder))
            return match[0]
        return match[0] if printed[-1] is None else f"```text\n{printed[-1]}```\n"

    return FENCE.sub(fence, text)


def _run(commands: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "CLINTRAIL_TERMINOLOGY": str(folder / "store")}
    run = subprocess.run(
        ["sh", "-e"], input=commands, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if run.returncode:
        raise RuntimeError(f"{commands}\n{run.stdout}")
    return run.stdout.replace(f"{ROOT}/", "")


def with_demo(text: str) -> str:
    """The README with what `make demo` prints: the part behind the setting up, which differs from machine to machine."""
    printed = subprocess.run(["make", "-s", "demo"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return re.sub(r"(```sh\nmake demo\n```.*?```text\n).*?```", lambda match: f"{match[1]}{printed}```", text, count=1, flags=re.S)
