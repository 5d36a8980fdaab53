"""The simulated study as a workbook, a sheet a form: complete dates and plain numbers in cells of their kind, everything else as text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

MADE = datetime(2026, 6, 30)
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9])?")  # what a number's shortest text looks like: 61.5, not 61.50


def write_xlsx(path: Path, forms: Mapping[str, list[Mapping[str, str]]], columns: Mapping[str, list[str]]) -> None:
    """Writes the workbook, the same bytes every time."""
    book = Workbook(write_only=True)
    for form, rows in forms.items():
        sheet = book.create_sheet(form)
        sheet.append(columns[form])
        for row in rows:
            sheet.append([cell_of(row.get(column, "")) for column in columns[form]])
    written = BytesIO()
    book.save(written)
    path.write_bytes(without_clock(written.getvalue()))


def cell_of(text: str) -> str | int | float | date | None:
    """A cell's value."""
    day, _, rest = text.partition("-")
    if re.fullmatch(r"\d\d-[A-Z]{3}-\d{4}", text):
        return date(int(rest[4:]), MONTHS.index(rest[:3]) + 1, int(day))
    if NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text or None


def without_clock(content: bytes) -> bytes:
    """The workbook with a fixed time in place of the one when it was written."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            data = old.read(member)
            if member.filename == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", f"{MADE:%Y-%m-%dT%H:%M:%SZ}".encode(), data)
            new.writestr(zipfile.ZipInfo(member.filename, MADE.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()
