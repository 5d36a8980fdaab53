"""Data flows one way: a module imports only from the layers above its own (see the design's list)."""

from __future__ import annotations

import ast
from pathlib import Path

import clintrail

PACKAGE = Path(clintrail.__file__).parent
LAYERS = [
    {"errors", "content"},
    {"transport"},
    {"spec"},
    {"standards", "terminology"},
    {"compile"},
    {"run"},
    {"trail", "define", "compare", "conformance", "package"},
    {"show"},
    {"cli"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
# The package layer writes what the trail and the define make, and conformance checks what they say (decision 0015).
NEIGHBOURS = {
    ("package", "trail"), ("package", "define"), ("package", "compare"), ("package", "conformance"),
    ("conformance", "define"), ("conformance", "trail"),
}  # fmt: skip


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("clintrail."):
            found.add(node.module.split(".")[1])
        if isinstance(node, ast.ImportFrom) and node.module == "clintrail":
            found |= {alias.name for alias in node.names if alias.name in LEVEL}
    return found


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_module_belongs_to_a_layer() -> None:
    parts = {part_of(path) for path in PACKAGE.rglob("*.py")} - {"__init__", "content"}
    assert parts <= set(LEVEL), parts - set(LEVEL)


def test_imports_go_up_the_list_only() -> None:
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        part = part_of(path)
        for other in imports(path) if part in LEVEL else ():
            allowed = other == part or LEVEL[other] < LEVEL[part] or (part, other) in NEIGHBOURS
            if not allowed:
                wrong.append(f"{path.relative_to(PACKAGE)} imports clintrail.{other}")
    assert wrong == []
