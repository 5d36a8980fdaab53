"""A workbook's file: the same bytes for the same cells, texts that stay texts, and sheets too long to hold in memory.

openpyxl and zip files keep clocks: they are set to the date that is given and to 1980.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from clintrail.transport.aside import written_aside

LONGEST_CELL = 32_767
FORMULA = re.compile(r"[=+\-@]")  # a text that begins so is run by a spreadsheet unless its cell says that it is text
_FIRST_DATE = "1980-01-01T00:00:00"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_END_OF_ROWS = b"</sheetData>"
# What an XML file cannot hold, and what spreadsheets would take for it, is written as they do: _x000D_.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def fitted(text: str) -> str:
    """A text as a cell holds it: cut where it is too long."""
    return _UNFIT.sub(lambda found: f"_x{ord(found[0]):04X}_", text)[:LONGEST_CELL]


def save_workbook(book: Any, path: Path, created: str = _FIRST_DATE, rows: Mapping[str, Iterable[bytes]] | None = None) -> None:
    """Write openpyxl's workbook to `path`, whole or not at all, with no clock of ours in it. Raises `Problems` where that cannot be.

    `created` is ISO 8601. `rows` has, by the title of a sheet, `<row>` elements that come behind those that it has.
    """
    made = io.BytesIO()
    parts = {f"xl/worksheets/sheet{number}.xml": title for number, title in enumerate(book.sheetnames, 1)}
    book.save(made)
    with written_aside(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out, zipfile.ZipFile(made) as given:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            more = (rows or {}).get(parts.get(name, ""), ())
            content = given.read(name)
            before, end, after = content.rpartition(_END_OF_ROWS) if more else (content, b"", b"")
            with out.open(entry, "w", force_zip64=bool(more)) as part:
                part.write(_dated(name, before, created))
                for written in more:
                    part.write(written)
                part.write(end + after)


def _dated(name: str, content: bytes, created: str) -> bytes:
    if name != "docProps/core.xml":
        return content
    return _MODIFIED.sub(lambda found: found[1] + _w3c_date(created), content)


def _w3c_date(text: str) -> bytes:
    """A date as a workbook wants it; for one that is not understood, the first that zip files know."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(timespec="seconds").encode() + b"Z"
    except ValueError:
        return _FIRST_DATE.encode() + b"Z"
