"""What IDVAR and IDVARVAL can point at, of tables that the test draws."""

from __future__ import annotations

from pathlib import Path

from drawn_tables import about

LBCH = "DOMAIN,USUBJID,LBSEQ,LBREFID,VISITNUM\nLB,01,1,A-01,1\nLB,01,2,A-02,1.1\n"
LBHE = "DOMAIN,USUBJID,LBSEQ,LBREFID,VISITNUM\nLB,02,1,H-01,\n"


def identified(folder: Path, **tables: str) -> list[tuple[object, ...]]:
    return about(folder, "identified", "*", **tables)


def test_all_parts_of_a_split_domain_are_pointed_at_by_its_name(tmp_path: Path) -> None:
    supplb = "RDOMAIN,USUBJID,IDVAR,IDVARVAL,QNAM\nLB,01,LBSEQ,1,LBCODE\n"
    assert identified(tmp_path, lbch=LBCH, lbhe=LBHE, supplbch=supplb) == [
        ("LB", "01", "LBSEQ", None, 1.0), ("LB", "01", "LBSEQ", None, 2.0), ("LB", "02", "LBSEQ", None, 1.0),
    ]  # fmt: skip


def test_numbers_are_numbers_and_texts_are_texts_and_missing_values_are_nothing(tmp_path: Path) -> None:
    relrec = "RDOMAIN,USUBJID,IDVAR,IDVARVAL,RELID\nLB,01,VISITNUM,1.1,R1\nLB,01,LBREFID,A-01,R1\n"
    assert identified(tmp_path, lbch=LBCH, lbhe=LBHE, relrec=relrec) == [
        ("LB", "01", "LBREFID", "A-01", None), ("LB", "01", "LBREFID", "A-02", None),
        ("LB", "01", "VISITNUM", None, 1.0), ("LB", "01", "VISITNUM", None, 1.1), ("LB", "02", "LBREFID", "H-01", None),
    ]  # fmt: skip


def test_records_without_subjects_can_be_pointed_at_too(tmp_path: Path) -> None:
    ts, suppts = "DOMAIN,TSSEQ,TSPARMCD\nTS,1,TITLE\n", "RDOMAIN,USUBJID,IDVAR,IDVARVAL,QNAM\nTS,,TSSEQ,1,TSNOTE\n"
    assert identified(tmp_path, ts=ts, suppts=suppts) == [("TS", None, "TSSEQ", None, 1.0)]


def test_nothing_is_there_where_nothing_points_or_what_it_points_at_is_not_there(tmp_path: Path) -> None:
    suppdm = "RDOMAIN,USUBJID,IDVAR,IDVARVAL,QNAM\nDM,01,,,RACE1\nCM,01,CMSEQ,1,CMATC\nLB,01,LBSPID,1,LBX\n"
    assert identified(tmp_path, lbch=LBCH, suppdm=suppdm) == []
