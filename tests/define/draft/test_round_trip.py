"""A define document is written as drafts, and the drafts are the same define document again."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from random_defines import defines, kept

from clintrail.define import model
from clintrail.define.draft.document import draft_define
from clintrail.define.draft.write import write_study
from clintrail.define.model import DefineDocument, Method
from clintrail.define.usual import Kind
from clintrail.spec.read import read_study


def again(document: DefineDocument, folder: Path) -> DefineDocument:
    """The document by way of a spec."""
    write_study([document], folder)
    kind: Kind = "adam" if document.datasets[0].purpose == "Analysis" else "sdtm"
    found, _ = draft_define(read_study(folder), kind)
    return found


def test_the_hand_made_define_comes_back(document: DefineDocument, tmp_path: Path) -> None:
    tabulations = replace(document, datasets=tuple(d for d in document.datasets if d.purpose == "Tabulation"))
    assert again(tabulations, tmp_path) == kept(tabulations)


def test_the_defines_of_a_built_study_come_back(melasma: Any, tmp_path: Path) -> None:
    for kind, document in (("sdtm", melasma.sdtm), ("adam", melasma.adam)):
        assert again(document, tmp_path / kind) == kept(document)


def test_two_defines_share_one_study_and_come_back_apart(melasma: Any, tmp_path: Path) -> None:
    write_study([melasma.sdtm, melasma.adam], tmp_path)
    study = read_study(tmp_path)
    assert draft_define(study, "sdtm")[0] == kept(melasma.sdtm)
    assert draft_define(study, "adam")[0] == kept(melasma.adam)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(defines())
def test_any_define_comes_back(document: DefineDocument) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        assert again(document, folder) == kept(document)
    finally:
        shutil.rmtree(folder)


def test_the_same_define_gives_the_same_bytes(document: DefineDocument, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_study([document], tmp_path / name)
    one, two = ({p.relative_to(tmp_path / n): p.read_bytes() for p in (tmp_path / n).rglob("*.*")} for n in ("one", "two"))
    assert one == two and len(one) == 5  # study.yaml, analyses.yaml, DM and VS, ADTTE


@pytest.mark.parametrize(
    "thing", [thing for thing in vars(model).values() if hasattr(thing, "__dataclass_fields__") and thing.__module__ == model.__name__]
)
def test_random_defines_vary_every_field(thing: type) -> None:
    """Whoever adds a field to the model is told here that drafts have to keep it."""
    text = (Path(__file__).parent / "random_defines.py").read_text("utf-8") + Path(__file__).read_text("utf-8")
    positional = {"Origin", "Document", "DocumentRef", "Standard", "RangeCheck", "WhereClause", "Term", "FormalExpression", "Comment",
                  "AnalysisDataset", "Documentation", "ProgrammingCode", "ReadDefine"}  # fmt: skip
    if thing.__name__ not in positional:
        assert [field.name for field in fields(thing) if f"{field.name}=" not in text and f'"{field.name}"' not in text] == []


def test_methods_stand_as_comments_above_what_is_to_be_derived(document: DefineDocument, tmp_path: Path) -> None:
    methods = (Method(id="USUBJID", name="Subject", description="STUDYID, SITEID and SUBJID\njoined by dashes"),)
    write_study([replace(document, methods=methods)], tmp_path)
    lines = (tmp_path / "sdtm" / "dm.yaml").read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  USUBJID:"))
    assert lines[at - 1] == "  # to derive: STUDYID, SITEID and SUBJID joined by dashes"
