"""Every name, label, type, role, core and code list against the published standards, where those are at hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from clintrail.content import content_dir

PUBLISHED = Path(__file__).resolve().parents[2] / ".." / "shared" / "standards"
pytestmark = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published standards (../shared/standards) are not here")

# where our tables differ from the published files, and why
SDTM_DIFFERENCES = {
    ("DM", "COUNTRY", "described"): "the guide asks for ISO 3166-1 alpha-3 in the notes; terminology has no code list for it",
}
ADAM_DIFFERENCES = {
    ("OCCDS", "--STDY", "label"): "the published label ends in an asterisk, the mark of a footnote",
    ("OCCDS", "--ENDY", "label"): "the published label ends in an asterisk, the mark of a footnote",
    ("AE", "--STDY", "label"): "the published label ends in an asterisk, the mark of a footnote",
    ("AE", "--ENDY", "label"): "the published label ends in an asterisk, the mark of a footnote",
}
CLASS_NAMES = {"Special-Purpose": "SPECIAL PURPOSE"}


def table(standard: str, name: str) -> list[dict[str, str]]:
    with (content_dir(standard) / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def published(name: str) -> dict[str, Any]:
    return json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8"))


def facts(row: dict[str, str]) -> dict[str, str]:
    return {
        "label": row["Label"], "type": row["Type"], "role": row.get("Role", ""), "core": row.get("Core", ""),
        "codelists": row["Codelist Codes"], "described": row["Described Value Domain"], "values": row.get("Values", ""),
    }


def published_facts(variable: dict[str, Any]) -> dict[str, str]:
    return {
        "label": variable["label"], "type": variable["type"], "role": variable.get("role", ""),
        "core": variable.get("core", "").replace("Not Used", "Not used"), "codelists": " ".join(variable.get("codelist", [])),
        "described": variable.get("described", ""), "values": " ".join(variable.get("valueList", [])),
    }


def differences(ours: dict[Any, dict[str, str]], theirs: dict[Any, dict[str, str]]) -> set[tuple[Any, ...]]:
    found = {(*key, "only in one") for key in ours.keys() ^ theirs.keys()}
    return found | {(*key, fact) for key in ours.keys() & theirs.keys() for fact in ours[key] if ours[key][fact] != theirs[key][fact]}


def test_all_variables_of_the_63_datasets_are_as_published() -> None:
    ours = {(row["Dataset"], row["Variable"]): facts(row) for row in table("sdtm", "variables")}
    theirs = {(d["name"], v["name"]): published_facts(v) for d in published("sdtmig-3-4")["datasets"] for v in d["variables"]}
    assert len(ours) == len(theirs) == 1917
    assert differences(ours, theirs) == set(SDTM_DIFFERENCES)


def test_variables_stand_in_the_published_order() -> None:
    ours = [(row["Dataset"], float(row["Order"]), row["Variable"]) for row in table("sdtm", "variables")]
    theirs = [(d["name"], float(v["order"]), v["name"]) for d in published("sdtmig-3-4")["datasets"] for v in d["variables"]]
    assert sorted(ours) == sorted(theirs)


def test_labels_classes_and_structures_of_datasets_are_as_published() -> None:
    ours = {r["Dataset"]: (r["Label"], r["Class"], r["Structure"]) for r in table("sdtm", "datasets") if r["Standard"] == "SDTMIG 3.4"}
    theirs = {
        d["name"]: (d["label"], CLASS_NAMES.get(d["class"], d["class"].upper()), d["structure"])
        for d in published("sdtmig-3-4")["datasets"]
    }
    assert len(ours) == 63
    assert ours == theirs


def test_the_model_has_every_published_variable_but_the_nonclinical_datasets() -> None:
    model = published("sdtm-model-2-0")
    theirs = {
        (t["name"], v["name"]): {k: v[k] for k in ("label", "type", "role")}
        for t in model["classes"] + model["datasets"] for v in t["variables"]
    }
    ours = {(r["Table"], r["Variable"]): {"label": r["Label"], "type": r["Type"], "role": r["Role"]} for r in table("sdtm", "model")}
    # SJ, TT and TP describe stages of reproduction in animals: not for human trials (SDTM 2.0)
    assert {key[0] for key in theirs.keys() - ours.keys()} == {"SJ", "TT", "TP"}
    assert len(ours) == 500
    assert {key: value for key, value in theirs.items() if key in ours} == ours


def test_all_adam_variables_are_as_published() -> None:
    structures = {
        **{s["name"]: s for s in published("adamig-1-3")["structures"] if s["name"] != "TTE"},
        **{s["name"]: s for s in published("adam-occds-1-1")["structures"]},
        "TTE": published("adam-tte-1-0")["structures"][0],
    }
    theirs = {
        (name, s["name"].strip(), v["name"]): published_facts(v)
        for name, structure in structures.items() for s in structure["variableSets"] for v in s["variables"]
    }
    ours = {(r["Structure"], r["Variable Set"], r["Variable"]): facts(r) for r in table("adam", "variables")}
    assert len(ours) == len(theirs) == 593
    assert {(d[0], d[2], d[3]) for d in differences(ours, theirs)} == set(ADAM_DIFFERENCES)
