"""What a check found as a workbook, with the sheets that users of Pinnacle 21 and of CDISC's engine know.

The sheet of all findings may have a million rows: DuckDB makes its rows, a batch at a time. Every text is written as text, also one
that begins with = + - or @, which a spreadsheet would run as a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from clintrail.conformance.check import Checked
from clintrail.conformance.report.summary import STUDY, Counts, Summary, kind_of, not_checked, not_for_such_data, summary, what_was_checked
from clintrail.conformance.report.workbook_rows import StyleIds, detail_rows
from clintrail.conformance.run import FINDINGS
from clintrail.transport.workbook_file import FORMULA, fitted, save_workbook

MOST = 1_000_000  # rows of Issue Details; a sheet has 1,048,576 at most
_COUNTS = (("Errors", 9), ("Warnings", 9), ("Notes", 9), ("Explained", 10))
_DETAILS = "Issue Details"
# The columns of each sheet and their widths in characters.
_SHEETS: dict[str, tuple[tuple[str, int], ...]] = {
    "Conformance Details": (("What", 22), ("Value", 100)),
    "Dataset Summary": (("Dataset", 12), ("Label", 40), ("Class", 24), ("Source", 18), ("Records", 10), ("Variables", 10), *_COUNTS),
    "Issue Summary": (
        ("Dataset", 12), ("Rule ID", 45), ("Publisher ID", 22), ("What Must Hold", 90), ("Severity", 10), ("Found", 10), ("Explained", 10),
    ),
    _DETAILS: (
        ("Dataset", 12), ("Record", 9), ("Keys", 40), ("Variables", 24), ("Values", 30), ("Rule ID", 45), ("Publisher ID", 22),
        ("Message", 80), ("Severity", 10), ("Cause", 8), ("Made At", 34), ("Explanation", 50),
    ),
    "Rules": (
        ("Rule ID", 45), ("Publisher ID", 22), ("What Must Hold", 90), ("Severity", 10), ("Rules Of", 12), ("Source", 34), ("Fix", 60),
        *_COUNTS,
    ),
    "Not Checked": (("Rule ID", 45), ("Datasets", 30), ("Reason", 90), ("Why Not", 22)),
}  # fmt: skip
Value = str | int


def write_workbook(checked: Checked, path: Path, most: int = MOST) -> None:
    """Writes the workbook (.xlsx), whole or not at all. Raises `Problems` where that cannot be.

    Of more than `most` findings the first of each cause are written, and a last line says how many are left out.
    """
    found = summary(checked)
    book = Workbook(write_only=True)
    book.properties.creator = "clintrail"
    rows: dict[str, Iterable[Sequence[Value]]] = {
        "Conformance Details": _about(checked, found),
        "Dataset Summary": _datasets(checked, found),
        "Issue Summary": _issues(checked),
        _DETAILS: (),
        "Rules": _rules(checked, found),
        "Not Checked": _not_checked(checked),
    }
    styles = {title: _write_sheet(book, title, columns, list(rows[title])) for title, columns in _SHEETS.items()}
    book[_DETAILS].auto_filter.ref = f"A1:{get_column_letter(len(_SHEETS[_DETAILS]))}{min(found.all.all, most) + 1}"
    save_workbook(book, path, rows={_DETAILS: detail_rows(checked, styles[_DETAILS].ids(), most, found.all.all)})


# -- sheets --------------------------------------------------------------------------------------------------------------------


class _Styles:
    """The cells of a column: a text, a text that begins as a formula does, a number, a header. They are used again for every row."""

    def __init__(self, page: Any) -> None:
        self.text, self.formula, self.number, self.header = (WriteOnlyCell(page) for _ in range(4))
        for cell in (self.text, self.formula, self.number):
            cell.alignment = Alignment(vertical="top")
        for cell in (self.text, self.formula):
            cell.number_format = "@"
        self.formula.quotePrefix = True
        self.number.number_format = "#,##0"
        self.header.font = Font(bold=True, color="FFFFFF")
        self.header.fill = PatternFill("solid", fgColor="1F4E78")

    def ids(self) -> StyleIds:
        """The numbers by which a sheet's XML refers to the styles."""
        return StyleIds(self.text.style_id, self.formula.style_id, self.number.style_id)

    def cell(self, value: Value, header: bool = False) -> Any:
        """One of the cells with a value in it; None where there is none."""
        if value == "":
            return None
        if isinstance(value, int):
            self.number.value = value
            return self.number
        cell = self.header if header else self.formula if FORMULA.match(value) else self.text
        cell.value = fitted(value)
        cell.data_type = "s"
        return cell


def _write_sheet(book: Any, title: str, columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[Value]]) -> _Styles:
    page = book.create_sheet(title)
    styles = [_Styles(page) for _ in columns]
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"
    for number, (_, width) in enumerate(columns, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.append([style.cell(header, header=True) for style, (header, _) in zip(styles, columns, strict=True)])
    for row in rows:
        page.append([style.cell(value) for style, value in zip(styles, row, strict=True)])
    return styles[0]


def _about(checked: Checked, found: Summary) -> Iterator[Sequence[Value]]:
    yield "Study", found.title
    yield "Folder", checked.folder.as_posix()
    yield "SDTMIG", checked.data.ig_version
    yield "Agency", checked.agency or ""
    yield "Checked", what_was_checked(checked)
    yield from (("About this check", f"{one.subject or one.place}: {one.problem}") for one in checked.problems)
    yield from zip((title for title, _ in _COUNTS), astuple(found.all), strict=True)


def _datasets(checked: Checked, found: Summary) -> Iterator[Sequence[Value]]:
    for d in checked.data.datasets:
        yield d.name, d.label, kind_of(d), d.path.name, d.records, len(d.variables), *_numbers(found.datasets[d.name])
    if found.datasets[STUDY].all:
        yield "(study)", "Findings on no one dataset", "", "", "", "", *_numbers(found.datasets[STUDY])


def _issues(checked: Checked) -> Iterator[Sequence[Value]]:
    rows = checked.data.con.execute(
        f"SELECT coalesce(dataset, '(study)'), rule, count(*), count(disposition) FROM {FINDINGS} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for dataset, name, count, explained in rows:
        rule = checked.rules[name]
        yield dataset, name, ", ".join(rule.stands_for), rule.holds, rule.severity.name.capitalize(), count, explained


def _rules(checked: Checked, found: Summary) -> Iterator[Sequence[Value]]:
    for name, rule in sorted(checked.rules.items()):
        told = (", ".join(rule.stands_for), rule.holds, rule.severity.name.capitalize(), rule.origin, rule.source, rule.fix)
        yield name, *told, *_numbers(found.rules[name])


def _not_checked(checked: Checked) -> Iterator[Sequence[Value]]:
    for why, skipped in (("could not be checked", not_checked(checked)), ("not for such data", not_for_such_data(checked))):
        for (rule, reason), datasets in skipped.items():
            yield rule, ", ".join(datasets), reason, why


def _numbers(counts: Counts) -> tuple[int, ...]:
    return tuple(astuple(counts))
