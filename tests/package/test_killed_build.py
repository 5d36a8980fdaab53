"""A build that is killed at any moment leaves the package before it whole."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from clintrail.package.build import build_package
from clintrail.package.place import package_folder

GOOD = Path(__file__).resolve().parents[1] / "broken" / "good"
MOMENTS = 20


def is_whole(package: Path) -> bool:
    """Every file that the manifest lists is there with its bytes, and no other."""
    listed = json.loads((package / "manifest.json").read_text("utf-8"))["outputs"]
    there = {p.relative_to(package).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in package.rglob("*") if p.is_file()}
    there.pop("manifest.json")
    return bool(listed == there)


def test_killing_a_build_at_random_moments_leaves_a_whole_package(tmp_path: Path) -> None:
    study, out = shutil.copytree(GOOD, tmp_path / "study"), tmp_path / "package"
    started = time.monotonic()
    command = [sys.executable, "-c", "import sys; from clintrail.cli import main; sys.exit(main())", "build", str(study), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.monotonic() - started
    first = (out / "manifest.json").read_bytes()
    text = (study / "study.yaml").read_text("utf-8")
    chance, old, new = random.Random(20), 0, 0
    for moment in range(MOMENTS):
        (study / "study.yaml").write_text(f"{text}\n# version {moment}\n", "utf-8")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.3, 1.05) * seconds)
        process.kill()
        process.wait()
        assert is_whole(out), f"killed at moment {moment}"
        manifest = (out / "manifest.json").read_bytes()
        old, new = old + (manifest == first), new + (manifest != first)
        first = manifest
    print(f"\n{MOMENTS} kills of a build of {seconds:.1f} s: {old} left the old package, {new} came after the new one was in place")
    build_package(study, out)
    assert is_whole(out)
    assert not list(tmp_path.glob(".package.*"))


def test_a_failed_build_changes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "package"
    build_package(GOOD, out)
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    try:
        with package_folder(out) as building:
            (building / "m5").mkdir()
            raise RuntimeError("no space left")
    except RuntimeError:
        pass
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before
    assert not list(tmp_path.glob(".package.*"))


def test_what_else_lies_in_the_folder_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "package"
    build_package(GOOD, out)
    (out / "notes.txt").write_text("mine", "utf-8")
    build_package(GOOD, out)
    assert (out / "notes.txt").read_text("utf-8") == "mine"
