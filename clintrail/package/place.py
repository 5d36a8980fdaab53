"""Put a finished package in place as a whole: a killed or failed build leaves the one before.

A package is built beside its folder and exchanged with it in one step of the file system.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clintrail.errors import Place, Problem, Problems

MANIFEST = "manifest.json"
OWN = ("m5", "trail", MANIFEST)
_RENAME_EXCHANGE, _AT_FDCWD = 2, -100


@contextmanager
def package_folder(out: Path) -> Iterator[Path]:
    """A new folder to build in, which takes the place of `out` if the block ends well; else nothing is changed.

    What else lies in `out` is kept. Raises `Problems` where `out` is a file, or holds an `m5` that no build of ours made.
    """
    _check(out)
    out = out.absolute()
    out.parent.mkdir(parents=True, exist_ok=True)
    building = out.parent / f".{out.name}.building"
    previous = out.parent / f".{out.name}.previous"
    _recover(out, previous)
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    try:
        yield building
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    if out.exists():
        building.rename(previous)
        _exchange(previous, out)
        _recover(out, previous)
    else:
        building.rename(out)


def _check(out: Path) -> None:
    place = Place(out.as_posix())
    if out.exists() and not out.is_dir():
        raise Problems([Problem(place, "--out", "is a file", "name a folder")])
    if (out / "m5").exists() and not (out / MANIFEST).is_file():
        fix = "name an empty folder, or move that m5 away"
        raise Problems([Problem(place, "--out", "holds an m5 that is not of a clintrail package", fix)])


def _recover(out: Path, previous: Path) -> None:
    """Bring back what else lay in the folder from the package before, and delete that; also after a killed build."""
    if not previous.is_dir():
        return
    for entry in previous.iterdir():
        if entry.name not in OWN and not (out / entry.name).exists():
            entry.rename(out / entry.name)
    shutil.rmtree(previous, ignore_errors=True)


def _exchange(new: Path, old: Path) -> None:
    """Exchange two folders in one step where the system can (Linux); elsewhere in two."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
        if renameat2(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(old), _RENAME_EXCHANGE) == 0:
            return
    except (OSError, AttributeError):
        pass
    aside = old.parent / f".{old.name}.aside"
    old.rename(aside)
    new.rename(old)
    aside.rename(new)
