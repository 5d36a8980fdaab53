"""The displays of a study with data: ids, comments and places in documents as the study states them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clintrail.define.built.analyses import analysed_displays
from clintrail.define.built.documents import Documents
from clintrail.define.model import Comment, DocumentRef, ResultDisplay
from clintrail.spec.read import read_study

GOOD = Path(__file__).resolve().parents[2] / "broken" / "good"
DECLARED = """
documents:
  sap: {title: Analysis Plan, href: sap.pdf}
comments:
  BYSUBJ: {words: Joined by USUBJID, documents: {sap: 2}}
"""
ANALYSES = """
Table 1:
  id: T1
  title: Age
  documents: {sap: {pages: 5-6, title: Plan}}
  results:
    - name: age
      id: T1.AGE
      description: Mean age
      reason: DATA DRIVEN
      purpose: EXPLORATORY OUTCOME MEASURE
      join: BYSUBJ
      datasets:
        ADSL: {where: SEX = 'F', variables: AGE, join: BYSUBJ}
    - name: sex
      description: Sex
      reason: DATA DRIVEN
      purpose: EXPLORATORY OUTCOME MEASURE
      join: The datasets are joined by subject
      datasets: {ADSL: {variables: SEX}}
"""


@pytest.fixture
def made(tmp_path: Path) -> tuple[ResultDisplay, dict[str, Comment]]:
    shutil.copytree(GOOD, tmp_path / "study")
    with (tmp_path / "study" / "study.yaml").open("a", encoding="utf-8") as stream:
        stream.write(DECLARED)
    (tmp_path / "study" / "analyses.yaml").write_text(ANALYSES, "utf-8")
    study = read_study(tmp_path / "study")
    comments: dict[str, Comment] = {}
    (display,) = analysed_displays(study, Documents(study), comments)
    return display, comments


def test_stated_ids_are_kept_and_others_follow_from_the_names(made: tuple[ResultDisplay, dict[str, Comment]]) -> None:
    display, _ = made
    assert [display.id, *(result.id for result in display.results)] == ["T1", "T1.AGE", "T1.sex"]


def test_a_join_is_a_declared_comment_or_a_new_one(made: tuple[ResultDisplay, dict[str, Comment]]) -> None:
    display, comments = made
    assert [result.join for result in display.results] == ["BYSUBJ", "T1.sex"]
    assert comments["BYSUBJ"] == Comment("BYSUBJ", "Joined by USUBJID", (DocumentRef("sap", (2,)),))
    assert comments["T1.sex"].description == "The datasets are joined by subject"


def test_a_where_clause_has_the_comment_on_its_join(made: tuple[ResultDisplay, dict[str, Comment]]) -> None:
    where = made[0].results[0].datasets[0].where
    assert where is not None and where.comment == "BYSUBJ"


def test_a_place_in_a_document_keeps_its_title_and_range(made: tuple[ResultDisplay, dict[str, Comment]]) -> None:
    assert made[0].documents == (DocumentRef("sap", first_page=5, last_page=6, title="Plan"),)
