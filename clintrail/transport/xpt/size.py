"""How large an XPT file is, counted before it is written."""

from __future__ import annotations

from collections.abc import Iterable

from clintrail.transport.dataset import Variable

_RECORD = 80  # everything is padded to a multiple of it
_HEADERS = 9 * _RECORD  # library 3, member 4, descriptors 1, observations 1
_DESCRIPTOR = 140  # of a variable


def file_size(variables: Iterable[Variable], records: int) -> int:
    """Bytes of a version 5 file with one dataset, whose variables have their lengths. Source: SAS TS-140."""
    lengths = [variable.length or 0 for variable in variables]
    return _HEADERS + _padded(_DESCRIPTOR * len(lengths)) + _padded(sum(lengths) * records)


def records_within(variables: Iterable[Variable], size: int) -> int:
    """How many records a file of at most this size can hold."""
    lengths = [variable.length or 0 for variable in variables]
    room = (size - _HEADERS - _padded(_DESCRIPTOR * len(lengths))) // _RECORD * _RECORD
    return max(0, room // sum(lengths))


def _padded(size: int) -> int:
    return size + -size % _RECORD
