"""The committed raw files of the melasma study are what `simulate.py` makes, and hold the oddities its README names."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

STUDY = Path(__file__).resolve().parents[3] / "specs" / "melasma"


def form(name: str) -> list[dict[str, str]]:
    with (STUDY / "raw" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_simulate_makes_the_committed_files_byte_for_byte(tmp_path):
    command = [sys.executable, "-B", str(STUDY / "simulate.py"), str(tmp_path)]
    subprocess.run(command, check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in (STUDY / "raw").glob("*.csv")}
    assert sorted(made) == sorted(committed)
    assert [name for name in made if made[name] != committed[name]] == []


def test_36_women_were_screened_and_10_randomised_to_each_group():
    assert len(form("dm")) - sum(row["PREVSUBJ"] != "" for row in form("dm")) == 36
    assert Counter(row["GROUP"].upper() for row in form("rand")) == {"GROUP 1": 10, "GROUP 2": 10, "CONTROL": 10}
    failed = {row["SUBJECT"] for row in form("ds") if row["DSREAS"] == "Screen failure"}
    assert len(failed - {row["PREVSUBJ"] for row in form("dm")}) == 6


@pytest.mark.parametrize(
    ("name", "column", "text"),
    [
        ("ae", "AESTDAT", "UN-MAR-2026"),
        ("ae", "AESTDAT", "UN-UNK-2025"),
        ("vs", "TEMPU", "F"),
        ("vs", "HEIGHTU", "m"),
        ("sv", "VISIT", "Unscheduled 3.1"),
        ("ds", "DSREAS", "Withdrawal by subject"),
        ("ds", "DSREAS", "Lost to follow-up"),
    ],
)
def test_an_oddity_is_in_the_files(name, column, text):
    assert text in {row[column] for row in form(name)}


def test_yes_has_three_spellings():
    assert {row["MASIPERF"] for row in form("masi")} >= {"Yes", "Y", "1"}


def test_one_adverse_event_was_exported_twice():
    rows = [tuple(row.values()) for row in form("ae")]
    assert [count for count in Counter(rows).values() if count > 1] == [2]


def test_a_description_is_longer_than_200_characters_and_has_an_accent():
    longest = max((row["AEDESC"] for row in form("ae")), key=len)
    assert len(longest) > 200
    assert "Café" in longest


def test_masi_scores_stay_in_their_ranges():
    for row in form("masi"):
        scores = {column: int(text) for column, text in row.items() if column[-2:] in ("_A", "_D", "_H") and text}
        assert all(0 <= score <= (6 if column.endswith("_A") else 4) for column, score in scores.items())
