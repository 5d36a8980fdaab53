"""Which domains have records of which subjects, of tables that the test draws."""

from __future__ import annotations

from pathlib import Path

from drawn_tables import about


def subject_records(folder: Path, **tables: str) -> list[tuple[object, ...]]:
    return about(folder, "subject_records", "*", **tables)


def test_the_records_of_a_subject_are_counted_over_all_parts_of_a_domain(tmp_path: Path) -> None:
    lbch, lbhe = "DOMAIN,USUBJID\nLB,01\nLB,01\nLB,\n", "DOMAIN,USUBJID\nLB,01\nLB,02\n"
    assert subject_records(tmp_path, lbch=lbch, lbhe=lbhe) == [("LB", "01", 3), ("LB", "02", 1)]


def test_dm_and_what_only_speaks_of_other_records_do_not_count(tmp_path: Path) -> None:
    supplemental = "RDOMAIN,USUBJID,IDVAR,IDVARVAL,QNAM\nDM,01,,,RACE1\n"
    trial = "DOMAIN,ARMCD,TAETORD\nTA,A,1\n"
    assert subject_records(tmp_path, dm="DOMAIN,USUBJID\nDM,01\n", suppdm=supplemental, co="DOMAIN,USUBJID\nCO,01\n", ta=trial) == []
