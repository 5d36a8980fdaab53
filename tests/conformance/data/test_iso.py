"""Which values of the variables that are to be ISO 8601 need a closer look."""

from __future__ import annotations

from pathlib import Path

from drawn_tables import about


def test_plain_dates_of_the_calendar_need_none(tmp_path: Path) -> None:
    plain = ["2024-02-29", "2024-03-10T08:00", "2024-03-10T23:59:59"]
    odd = ["2023-02-29", "2024-03", "2024-03-10T24:00", "2024-03-10T08", "10MAR2024"]
    found = about(tmp_path, "iso_values", "variable, value, described, records", ae="AESTDTC\n" + "\n".join([*plain, *odd, odd[0]]) + "\n")
    assert found == [("AESTDTC", value, "ISO 8601 datetime or interval", 2 if value == odd[0] else 1) for value in sorted(odd)]


def test_all_durations_do(tmp_path: Path) -> None:
    assert about(tmp_path, "iso_values", "variable, value", ae="AEDUR,AETERM\nP3D,Rash\n3 DAYS,Rash\n,Rash\n") == [
        ("AEDUR", "3 DAYS"),
        ("AEDUR", "P3D"),
    ]


def test_there_may_be_no_such_variable(tmp_path: Path) -> None:
    assert about(tmp_path, "iso_values", "variable", ae="AETERM\nRash\n") == []
