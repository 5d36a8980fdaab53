"""The header records of an XPT file that is written, in the layout of its version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.xpt import layout
from clintrail.transport.xpt.format import LONG, split_format
from clintrail.transport.xpt.layout import RECORD, V8, Version


@dataclass(frozen=True)
class Stated:
    """What the headers state of the file itself."""

    version: Version
    encoding: str
    created: datetime
    modified: datetime
    sas_version: str
    system: str


def headers(dataset: Dataset, stated: Stated) -> bytes:
    """All headers up to the observations', which `observations` gives."""
    version, encoding = stated.version, stated.encoding
    created, modified = layout.timestamp(stated.created), layout.timestamp(stated.modified)
    system = _padded(stated.sas_version, 8, "ascii") + _padded(stated.system, 8, "ascii")
    blanks = b" " * (64 - 8 - version.longest_name - 8 - 16)
    namestrs = b"".join(_namestrs(dataset.variables, version, encoding))
    return b"".join(
        (
            layout.header(version.library),
            b"SAS     SAS     SASLIB  " + system + b" " * 24 + created,
            modified.ljust(RECORD),
            layout.header(version.member, layout.MEMBER_NUMBERS),
            layout.header(version.descriptor),
            b"SAS     " + _padded(dataset.name, version.longest_name, "ascii") + b"SASDATA " + system + blanks + created,
            modified + b" " * 16 + _padded(dataset.label, 40, encoding) + b" " * 8,
            layout.header(version.namestrs, f"{len(dataset.variables):010d}{'0' * 20}"),
            _filled(namestrs),
            _long_labels(dataset.variables, encoding) if version is V8 else b"",
        )
    )


def observations(version: Version, records: int) -> bytes:
    """The header before the records; version 8 tells how many there are."""
    return layout.header(version.observations, f"{records:15d}" if version is V8 else layout.ZEROS)


def _padded(text: str, width: int, encoding: str) -> bytes:
    """Text in so many bytes; too long a text ends before the character that does not fit."""
    data = text.encode(encoding)
    return (data if len(data) <= width else data[:width].decode(encoding, errors="ignore").encode(encoding)).ljust(width)


def _filled(data: bytes) -> bytes:
    return data + b" " * (-len(data) % RECORD)


def _namestrs(variables: tuple[Variable, ...], version: Version, encoding: str) -> Iterator[bytes]:
    position = 0
    for number, variable in enumerate(variables, start=1):
        name, width, decimals = _parts(variable.format)
        in_name, in_width, in_decimals = _parts(variable.informat)
        length = variable.length or 0
        longer = (_padded(variable.name, 32, "ascii"), len(variable.label.encode(encoding)), len(name), len(in_name))
        yield layout.NAMESTR.pack(
            layout.NUM if variable.type == "Num" else layout.CHAR, 0, length, number,
            _padded(variable.name, layout.SHORT_NAME, "ascii"), _padded(variable.label, layout.SHORT_LABEL, encoding),
            _padded(name, layout.SHORT_FORMAT, "ascii"), width, decimals, 0, b"",
            _padded(in_name, layout.SHORT_FORMAT, "ascii"), in_width, in_decimals, position,
            *(longer if version is V8 else (b"", 0, 0, 0)), b"",
        )  # fmt: skip
        position += length


def _parts(text: str) -> tuple[str, int, int]:
    return split_format(text, LONG) or ("", 0, 0)


def _long_labels(variables: tuple[Variable, ...], encoding: str) -> bytes:
    """The labels over 40 bytes; where a format's name has over 8, formats too, and the labels and formats of those variables."""
    long_formats = [max(len(_parts(v.format)[0]), len(_parts(v.informat)[0])) > layout.SHORT_FORMAT for v in variables]
    pieces = []
    for number, (variable, has_long_format) in enumerate(zip(variables, long_formats, strict=True), start=1):
        label = variable.label.encode(encoding)
        if has_long_format or len(label) > layout.SHORT_LABEL:
            texts = [variable.name.encode("ascii"), label]
            if any(long_formats):
                texts += [variable.format.upper().encode("ascii"), variable.informat.upper().encode("ascii")]
            sizes = (number, *(len(text) for text in texts))
            pieces.append(b"".join((*(size.to_bytes(2, "big") for size in sizes), *texts)))
    if not pieces:
        return b""
    kind = layout.LONG_FORMATS if any(long_formats) else layout.LONG_LABELS
    return layout.header(kind, str(len(pieces))) + _filled(b"".join(pieces))
