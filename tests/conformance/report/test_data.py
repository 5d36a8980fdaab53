"""The findings as JSON: all of them, with what is told of rules, causes and dispositions."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from drawn_check import DAYS, NASTY, drawn_check, large_check

from clintrail.conformance.check import Checked
from clintrail.conformance.report import stream_json, write_json


def as_data(checked: Checked) -> dict[str, Any]:
    file = io.BytesIO()
    stream_json(checked, file)
    found: dict[str, Any] = json.loads(file.getvalue())
    return found


def test_a_finding_names_its_rule_record_values_cause_and_disposition() -> None:
    data = as_data(drawn_check())
    assert data["findings"][2] == {
        "rule": DAYS, "dataset": "AE", "record": 3, "keys": "USUBJID 02, AESEQ 1", "variables": ["AESTDY", "AESTDTC"],
        "values": ["9", None], "message": "AESTDY is 9 without a date", "cause": 1, "disposition": 1,
    }  # fmt: skip
    assert data["findings"][3]["values"] == [f"=1+1 {NASTY}"]
    assert (data["findings"][4]["dataset"], data["findings"][4]["record"], data["findings"][4]["values"]) == (None, None, [])


def test_beside_them_stand_counts_causes_rules_and_what_was_not_checked() -> None:
    data = as_data(drawn_check())
    assert data["counts"] == {"error": 2, "warning": 1, "note": 0, "explained": 2}
    assert [d["counts"]["error"] for d in data["datasets"]] == [2, 0]
    assert data["causes"][0]["place"] == "specs/x/sdtm/ae.yaml:14" and data["causes"][0]["severity"] == "error"
    assert {rule["id"]: rule["counts"]["explained"] for rule in data["rules"]}[DAYS] == 1
    assert [(one["rule"], one["dataset"], one["expected"]) for one in data["not_checked"]] == [
        ("CORE-000123", "AE", False), ("CORE-000123", "CM", False), ("eg_has_a_method", "", True),
    ]  # fmt: skip
    assert data["dispositions"][0]["explanation"] == "The site said so."
    assert [one["problem"] for one in data["problems"]] == ["define.xml names another version"]


def test_a_check_that_found_nothing_is_json_too() -> None:
    checked = drawn_check()
    checked.data.con.execute("DELETE FROM meta.findings")
    assert as_data(checked)["findings"] == []


def test_every_finding_is_written_in_one_order_whatever_the_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_json(large_check(2_500), tmp_path / "at_once.json")
    monkeypatch.setattr("clintrail.conformance.report.findings._BATCH", 1_000)
    write_json(large_check(2_500), tmp_path / "in_three.json")
    found = [json.loads((tmp_path / f"{name}.json").read_bytes())["findings"] for name in ("at_once", "in_three")]
    assert found[0] == found[1] and len(found[0]) == 2_500
