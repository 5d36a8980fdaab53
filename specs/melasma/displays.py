"""Draws `documents/displays.pdf`: the tables of `analyses.yaml`, one a page, as their code computes them from the built datasets.

Run `python specs/melasma/displays.py` after a change of data or analyses. The numbers come from simulated data (see README.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from fpdf import FPDF

from clintrail.package.build import BuiltStudy, run_study
from clintrail.spec.model import DisplaySpec

HERE = Path(__file__).parent
PDF = HERE / "documents" / "displays.pdf"
NOTE = "Melasma study DFSC-2025-CR-01: all data are simulated"


def computed(built: BuiltStudy, display: DisplaySpec) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Heads and rows of each result of a display, as text."""
    for result in display.results:
        con = duckdb.connect()
        for part in result.datasets:
            con.register(part.dataset, built.datasets[part.dataset].table)
        found = con.execute(result.code.text if result.code else "")
        heads = [column[0] for column in found.description or ()]
        yield heads, [[f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row] for row in found.fetchall()]


def draw(built: BuiltStudy) -> FPDF:
    """One page a display."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime(2026, 6, 30, tzinfo=UTC))
    pdf.set_title(NOTE)
    for display in built.compiled.study.displays:
        pdf.add_page()
        pdf.set_font("Helvetica", "B", size=12)
        pdf.multi_cell(0, 8, f"{display.name}\n{display.title}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", size=10)
        for heads, rows in computed(built, display):
            with pdf.table(col_widths=(4, *[1] * (len(heads) - 1)), text_align="LEFT") as table:
                for cells in (heads, *rows):
                    table.row(cells)
        pdf.set_font("Helvetica", "I", size=8)
        pdf.cell(0, 10, NOTE)
    return pdf


if __name__ == "__main__":
    draw(run_study(HERE)).output(str(PDF))
