"""The values that SRCDOM, SRCVAR and SRCSEQ of analysis datasets name."""

from __future__ import annotations

from pathlib import Path

from drawn_tables import about

COLUMNS = "source, variable, USUBJID, sequence, value"
AE = "USUBJID,AESEQ,AETERM,AESTDTC\n01,1,Cough,2024-03-10\n02,1,Rash,2024-03-11\n"


def test_only_what_is_named_is_looked_up_and_each_record_without_a_variable(tmp_path: Path) -> None:
    times = "USUBJID,PARAMCD,AVAL,SRCDOM,SRCVAR,SRCSEQ\n01,TTE,3,AE,AESTDTC,1\n"
    assert about(tmp_path, "source_values", COLUMNS, adtte=times, ae=AE) == [
        ("AE", None, "01", 1.0, None),
        ("AE", None, "02", 1.0, None),
        ("AE", "AESTDTC", "01", 1.0, "2024-03-10"),
        ("AE", "AESTDTC", "02", 1.0, "2024-03-11"),
    ]


def test_a_dataset_of_one_record_per_subject_has_no_sequence_number(tmp_path: Path) -> None:
    times = "USUBJID,PARAMCD,AVAL,SRCDOM,SRCVAR\n01,TTE,3,ADSL,TRTEDT\n"
    assert about(tmp_path, "source_values", COLUMNS, adtte=times, adsl="USUBJID,TRTEDT\n01,2024-04-01\n") == [
        ("ADSL", None, "01", 0.0, None),
        ("ADSL", "TRTEDT", "01", 0.0, "2024-04-01"),
    ]


def test_what_is_not_there_has_no_values(tmp_path: Path) -> None:
    times = "USUBJID,PARAMCD,AVAL,SRCDOM,SRCVAR,SRCSEQ\n01,TTE,3,DS,DSSTDTC,1\n01,TTE,3,AE,AEENDTC,1\n"
    found = about(tmp_path, "source_values", "DISTINCT source, variable", adtte=times, ae=AE)
    assert found == [("AE", None)]


def test_without_analysis_datasets_the_table_is_empty(tmp_path: Path) -> None:
    assert about(tmp_path, "source_values", COLUMNS, ae=AE) == []
