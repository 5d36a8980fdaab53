"""The trail of a package, and the study that it was built from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from clintrail.errors import Place, Problem, Problems, Severity
from clintrail.spec.yaml_text import Mapping, Scalar, read_yaml
from clintrail.trail.read import Trail

_FOLDER, _MANIFEST = "trail", "manifest.json"


def study_of(package: Path) -> Path | None:
    """The folder of the specs that a package was built from, as its trail names it; None where it is not at hand.

    It is looked for as seen from here, then from the folders above the package.
    """
    trail = read_trail(package)
    paths = [str(described.get("path", "")) for described in trail.datasets.values()] if trail else []
    if trail is None or not paths:
        return None
    named = Path(paths[0]).parent.parent
    for folder in (named, *(above / named for above in package.resolve().parents)):
        if _is_study(folder, str(trail.document.get("study", ""))):
            return folder
    return None


def read_trail(package: Path) -> Trail | None:
    """The trail of a package; None where it has none that can be read."""
    if not (package / _FOLDER / "plan.json").is_file():
        return None
    try:
        return Trail(package / _FOLDER)
    except Problems:
        return None


def changed_specs(package: Path, study: Path) -> list[Problem]:
    """A warning where the specs of a study are not those that a package was built from: its lines may have moved."""
    try:
        stated: dict[str, str] = json.loads((package / _MANIFEST).read_text("utf-8")).get("specs", {})
    except (OSError, ValueError):
        return []
    changed = [name for name, sha256 in sorted(stated.items()) if _sha256(study / name) != sha256]
    if not changed:
        return []
    what = f"changed since the package was built: {', '.join(changed)}"
    return [Problem(Place(study.as_posix()), "", what, "build it again, for lines as they are now", Severity.WARNING, "specs-changed")]


def _is_study(folder: Path, name: str) -> bool:
    path = folder / "study.yaml"
    if not path.is_file():
        return False
    try:
        root = read_yaml(path, path.as_posix())
    except Problems:
        return False
    stated = root.get("study") if isinstance(root, Mapping) else None
    return isinstance(stated, Scalar) and stated.text == name


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
