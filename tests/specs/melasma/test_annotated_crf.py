"""The annotated CRF: every question stands on the page that define.xml names, and is annotated with what the specs make of it."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

pypdf = pytest.importorskip("pypdf", reason="pypdf reads the PDF")
pytest.importorskip("fpdf", reason="fpdf2 draws the PDF")

STUDY = Path(__file__).resolve().parents[3] / "specs" / "melasma"


@pytest.fixture(scope="module")
def crf() -> ModuleType:
    """specs/melasma/crf.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("melasma_crf", STUDY / "crf.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (STUDY / "tables" / "crf_pages.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def printed() -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(STUDY / "documents" / "acrf.pdf").pages]


def test_every_column_of_every_form_is_on_the_crf(rows: list[dict[str, str]]) -> None:
    for path in sorted((STUDY / "raw").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            columns = set(next(csv.reader(stream)))
        asked = {row["column"] for row in rows if row["form"] == path.stem and row["column"]}
        assert columns - {"SUBJECT"} == asked - {"SUBJECT"}, path.name


def test_every_question_stands_on_its_page_with_its_annotation(crf: ModuleType, rows: list[dict[str, str]], printed: list[str]) -> None:
    annotated = crf.annotations()
    assert len(annotated) > 100
    for row in rows:
        shown = ", ".join(annotated.get((row["form"], row["column"]), [])) or ("[NOT SUBMITTED]" if row["column"] else "")
        assert " ".join(f"{row['question']} {shown}".split()) in printed[int(row["pages"]) - 1], "run specs/melasma/crf.py"
