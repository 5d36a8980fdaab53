"""The page `docs/benchmarks.md`: its tables are renewed by a run, its words stay."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
_PACKAGES = ("numpy", "pyarrow", "pandas", "polars", "duckdb", "orjson", "pyreadstat", "polars-readstat", "nbase-converter", "datacompy")


def renew(tables: Mapping[str, Iterable[str]]) -> None:
    """Puts tables in place of those of the page, each between its two markers; what was not measured stays."""
    text = PAGE.read_text("utf-8")
    for name, lines in {**tables, "machine": _machine()}.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"{PAGE} has no place for {name}")
        text = before + begin + "\n".join(lines) + "\n" + end + after
    PAGE.write_text(text, "utf-8")


def _machine() -> Iterable[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB of memory, {platform.system()}, Python {platform.python_version()}."
    yield ", ".join(f"{name} {version(name)}" for name in _PACKAGES) + "."


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
