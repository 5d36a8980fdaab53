"""A file that takes its place when it is whole."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from clintrail.errors import Place, Problem, Problems

_DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def written_aside(path: Path) -> Iterator[BinaryIO]:
    """A new file, open for writing and reading, that takes its place when it is whole, and leaves nothing when it is not."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        file = beside.open("wb+")
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with file:
            yield file
        beside.replace(path)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if isinstance(error, IsADirectoryError) or (isinstance(error, OSError) and error.errno in _DISK_IS_FULL):
            raise _unwritable(path, error) from None
        raise


def _unwritable(path: Path, error: OSError) -> Problems:
    problem = f"the file cannot be written: {error.strerror or error}"
    return Problems([Problem(Place(str(path)), "", problem, "check its folder, who may write there, and the room on the disk")])
