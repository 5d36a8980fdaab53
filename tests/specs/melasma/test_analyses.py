"""The analyses of the study: what the ADaM define.xml says of them, and that their code runs on the datasets and gives what it says."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from clintrail.define.built.build import build_define
from clintrail.define.model import DefineDocument, ResultDisplay
from clintrail.package.build import BuiltStudy, run_study

STUDY = Path(__file__).resolve().parents[3] / "specs" / "melasma"
DISPLAYS = STUDY / "documents" / "displays.pdf"
ARMS = ["Laser", "MSC Injection + Laser", "MSC Infusion + MSC Injection + Laser"]


@pytest.fixture(scope="module")
def built() -> BuiltStudy:
    return run_study(STUDY)


@pytest.fixture(scope="module")
def document(built: BuiltStudy) -> DefineDocument:
    return build_define(built.compiled, built.datasets, "adam")


@pytest.fixture(scope="module")
def totals(built: BuiltStudy) -> pd.DataFrame:
    """The records analysed, picked without the define."""
    data = built.datasets["ADMASI"].table.to_pandas()
    return data[(data.PARAMCD == "MASITOT") & (data.AVISITN == 24) & (data.ANL01FL == "Y") & (data.FASFL == "Y")]


def display(document: DefineDocument, name: str) -> ResultDisplay:
    return next(d for d in document.displays if d.name == name)


def run(built: BuiltStudy, shown: ResultDisplay) -> pd.DataFrame:
    code = shown.results[0].code
    assert code is not None and code.context == "SQL (DuckDB)"
    con = duckdb.connect()
    con.register("ADMASI", built.datasets["ADMASI"].table)
    return con.execute(code.text).fetch_df()


def test_the_primary_analysis_is_the_change_of_the_total_at_week_24(document: DefineDocument) -> None:
    (result,) = display(document, "Table 14.2.1").results
    assert result.purpose == "PRIMARY OUTCOME MEASURE" and result.parameter == ("ADMASI", "PARAMCD")
    (dataset,) = result.datasets
    assert dataset.where is not None and dataset.variables == ("TRTP", "CHG")
    assert [(c.variable, c.comparator, *c.values) for c in dataset.where.checks] == [
        ("PARAMCD", "EQ", "MASITOT"), ("AVISITN", "EQ", "24"), ("ANL01FL", "EQ", "Y"), ("FASFL", "EQ", "Y"),
    ]  # fmt: skip


def test_its_code_gives_the_means_by_treatment(built: BuiltStudy, document: DefineDocument, totals: pd.DataFrame) -> None:
    found = run(built, display(document, "Table 14.2.1"))
    assert found.TRTP.tolist() == ARMS
    expected = totals.groupby("TRTP").CHG.agg(["count", "mean", "std"]).loc[ARMS]
    assert found.n.tolist() == expected["count"].tolist()
    assert found["mean"].tolist() == pytest.approx(expected["mean"].tolist())
    assert found.sd.tolist() == pytest.approx(expected["std"].tolist())


def test_the_code_of_the_secondary_analysis_counts_the_responders(
    built: BuiltStudy, document: DefineDocument, totals: pd.DataFrame
) -> None:
    found = run(built, display(document, "Table 14.2.2"))
    responders = totals.assign(hit=totals.PCHG <= -50).groupby("TRTP").hit.agg(["sum", "mean"]).loc[ARMS]
    assert found.responders.tolist() == responders["sum"].tolist()
    assert found.proportion.tolist() == pytest.approx(responders["mean"].tolist())


def test_the_tables_show_what_the_code_gives_on_the_page_that_the_define_names(built: BuiltStudy, document: DefineDocument) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf reads the PDF")
    pages = [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(DISPLAYS).pages]
    for shown in document.displays:
        (ref,) = shown.documents
        (number,) = ref.pages
        printed = pages[int(number) - 1]
        assert f"{shown.name} {shown.description}" in printed and "simulated" in printed
        for row in run(built, shown).itertuples(index=False):
            expected = " ".join(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row)
            assert expected in printed, "run specs/melasma/displays.py"
