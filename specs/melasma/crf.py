"""Draws `documents/acrf.pdf`: the forms of `tables/crf_pages.csv`, one a page, annotated with the SDTM variables that come of them.

Run `python specs/melasma/crf.py` after a change of forms or mappings. The forms are as simulated as the data (see README.md).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from fpdf import FPDF

from clintrail.define.built.origins import Origins
from clintrail.define.built.sites import Sites
from clintrail.package.build import compile_folder

HERE = Path(__file__).parent
PDF = HERE / "documents" / "acrf.pdf"
TITLE = "Melasma study DFSC-2025-CR-01: annotated case report form (simulated)"


def annotations() -> dict[tuple[str, str], list[str]]:
    """(form, column) -> SDTM variables that hold what is collected there, as the lineage of the rules tells."""
    compiled, _ = compile_folder(HERE)
    frames = compiled.plan.frames
    origins = Origins(compiled, Sites(compiled))
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for plan in compiled.plan.datasets.values():
        spec = compiled.study.datasets[plan.name]
        names = [(name, f"{plan.name}.{name}") for name in plan.variables] + [
            (name, f"SUPP{plan.name}.QVAL where QNAM = {name}") for name in spec.supplemental
        ]
        for name, shown in names if plan.kind == "sdtm" and not plan.name.startswith("SUPP") else ():
            trace = origins.of_column(plan.frame, name)
            for raw in sorted(trace.raw if "Collected" in trace.kinds else ()):
                found[raw].append(shown)
    for needed in (i for frame in frames.values() for column in frame.columns.values() for i in column.inputs):
        if frames[needed.frame].kind == "form":
            raw = frames[needed.frame].dataset, needed.column
            found[raw] = found[raw] or ["[used in derivations]"]
    return found


def draw(rows: list[dict[str, str]], annotated: dict[tuple[str, str], list[str]]) -> FPDF:
    """One page a form: its questions, boxes to fill in, and the annotations in blue."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime(2026, 6, 30, tzinfo=UTC))
    pdf.set_title(TITLE)
    for _, group in groupby(rows, key=lambda row: row["pages"]):
        (head, *questions) = group
        pdf.add_page()
        pdf.set_font("Helvetica", size=8)
        pdf.cell(0, 6, f"{TITLE}, page {head['pages']}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", "B", size=14)
        pdf.cell(0, 10, head["question"], new_x="LMARGIN", new_y="NEXT")
        for row in questions:
            _question(pdf, row, annotated.get((row["form"], row["column"]), []))
    return pdf


def _question(pdf: FPDF, row: dict[str, str], variables: list[str]) -> None:
    pdf.set_font("Helvetica", size=9)
    pdf.set_text_color(0)
    pdf.cell(75, 6.5, row["question"])
    pdf.cell(35, 6.5, "", border=1)
    pdf.set_text_color(0, 0, 200)
    pdf.set_font("Helvetica", "I", size=7)
    pdf.cell(0, 6.5, "  " + (", ".join(variables) or "[NOT SUBMITTED]"), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)


def main() -> None:
    """Write the PDF; a first one is empty, since the study names it before it is drawn."""
    PDF.parent.mkdir(exist_ok=True)
    PDF.touch()
    with (HERE / "tables" / "crf_pages.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    draw(rows, annotations()).output(str(PDF))


if __name__ == "__main__":
    main()
