"""What running rules leaves: findings on records, and how many of too many are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from clintrail.conformance import run
from clintrail.conformance.data import Data, read_example
from clintrail.conformance.rules import Query
from clintrail.conformance.run import FINDINGS, Cut, run_queries


@pytest.fixture
def data(tmp_path: Path) -> Data:
    (tmp_path / "ae.csv").write_text("AESEQ,AETERM\n1,Rash\n2,\n3,Rash\n4,Rash\n", "utf-8")
    return read_example(tmp_path)


def records(data: Data) -> list[int]:
    return [row[0] for row in data.con.execute(f"SELECT record FROM {FINDINGS} ORDER BY record").fetchall()]


def on_value(value: str) -> Query:
    return Query("drawn", "", f"SELECT 'AE', NULL::BIGINT, ['AETERM'], [{value}]::VARCHAR[], 'x'")


@pytest.mark.parametrize(("value", "found"), [("'Rash'", [1, 3, 4]), ("NULL", [2]), ("'Cough'", [])])
def test_a_finding_on_a_value_is_on_the_records_that_have_it(data: Data, value: str, found: list[int]) -> None:
    run_queries(data, [on_value(value)])
    assert records(data) == found


def test_of_too_many_the_first_are_kept_and_all_are_counted(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MOST_KEPT", 2)
    of_records = Query("drawn", "AE", "SELECT 'AE', _record, ['AESEQ'], ['x'], 'x' FROM data.AE ORDER BY _row")
    assert run_queries(data, [of_records]).cut == (Cut("drawn", "AE", 4),) and records(data) == [1, 2]
    data.con.execute(f"DELETE FROM {FINDINGS}")
    assert run_queries(data, [on_value("'Rash'")]).cut == (Cut("drawn", "AE", 3),) and records(data) == [1, 3]
