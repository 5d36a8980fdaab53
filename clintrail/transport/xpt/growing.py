"""A file that grows to hundreds of megabytes, with room taken ahead."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

_LEAST = 16 << 20  # for less than this, taking room ahead is not worth it


@dataclass
class Growing:
    """A file while it is written, and the bytes written so far."""

    file: BinaryIO
    size: int = 0
    _reserved: int = _LEAST

    def reserve(self, size: int) -> None:
        """Takes the room for so many bytes at once: taken piece by piece, while writing, it costs more than the writing."""
        if size > self._reserved and hasattr(os, "posix_fallocate"):
            self._reserved = size
            with suppress(OSError):  # what the file system cannot do is only slower; a full disk is told by the writing
                os.posix_fallocate(self.file.fileno(), 0, size)

    def write(self, data: bytes | memoryview) -> None:
        """Adds to the file's end."""
        self.size += len(data)
        if self.size > self._reserved:
            self.reserve(2 * self.size)
        self.file.write(data)

    def write_over(self, start: int, data: bytes) -> None:
        """Puts other bytes in the place of some that were written."""
        self.file.seek(start)
        self.file.write(data)

    def end(self) -> None:
        """Gives back what room is left."""
        self.file.truncate(self.size)
