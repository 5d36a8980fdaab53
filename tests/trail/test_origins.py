"""The line of the spec behind each value, and the raw record behind each record, of the melasma study."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from clintrail.trail.origins import dataset_line, made_from, raw_record, record_rows, spec_lines
from clintrail.trail.read import Trail

SPECS = Path(__file__).resolve().parents[2] / "specs" / "melasma"


@pytest.fixture(scope="module")
def trail(melasma_package: Path) -> Trail:
    return Trail(melasma_package / "trail")


def lines(trail: Trail, dataset: str, variable: str) -> list[str]:
    """The texts of the lines (with single blanks) behind the values of a variable, the most frequent first."""
    found = Counter(spec_lines(trail, dataset, variable, record_rows(trail, dataset)))
    return [text_at(place) for place, _ in found.most_common()]


def text_at(place: str) -> str:
    path, _, line = place.rpartition(":")
    return " ".join(Path(path).read_text("utf-8").splitlines()[int(line) - 1].split())


def test_the_line_of_a_variable_is_that_of_its_rule(trail: Trail) -> None:
    assert lines(trail, "AE", "AESTDY") == ["AESTDY: study_day(AESTDTC, DM.RFSTDTC)"]


def test_each_source_of_records_has_its_own_line(trail: Trail) -> None:
    assert lines(trail, "EX", "EXTRT") == ["EXTRT: 'PICOSECOND LASER 755 NM'", "EXTRT: 'HUC-MSC'", "EXTRT: 'HUC-MSC'"]


def test_a_step_that_adds_records_has_its_own_line(trail: Trail) -> None:
    found = lines(trail, "ADMASI", "AVAL")
    assert found[0] == "AVAL: RS.RSSTRESN"
    assert any("'CHTOT'" in line for line in found)
    assert "AVAL: sas_round(AVAL['FHTOT'] + AVAL['RMTOT'] + AVAL['LMTOT'] + AVAL['CHTOT'], 0.1)" in found


def test_the_line_of_a_supplemental_qualifier_is_that_of_its_definition(trail: Trail) -> None:
    assert [line.partition(":")[0] for line in lines(trail, "SUPPEX", "QVAL")] == ["EXPASSES", "EXPOINTS"]


def test_a_dataset_has_the_line_at_which_its_spec_begins(trail: Trail) -> None:
    assert text_at(dataset_line(trail, "SUPPAE")) == "dataset: AE"


def test_a_variable_is_made_from_others_of_its_dataset_on_whatever_way(trail: Trail) -> None:
    assert {"AVAL", "BASE", "ADT", "PARAMCD"} <= made_from(trail, "ADMASI", "CHG")
    assert "AESTDTC" in made_from(trail, "AE", "AESTDY")
    assert made_from(trail, "AE", "AETERM") & {"AEDECOD", "AESEQ"} == set()


def test_the_raw_record_is_that_of_the_record_where_the_value_is_from_it(trail: Trail) -> None:
    """The last adverse event: its day is made from its own date and from the reference date of DM."""
    row = int(record_rows(trail, "AE")[-1])
    records = len((SPECS / "raw" / "ae.csv").read_text("utf-8").splitlines()) - 1
    file, record = raw_record(trail, "AE", "AESTDY", row) or ("", 0)
    assert file == "ae.csv"
    assert (file, record) == raw_record(trail, "AE", "", row)
    assert 1 <= record <= records


def test_a_value_from_a_table_of_the_spec_has_the_raw_record_of_its_record(trail: Trail) -> None:
    """RSTESTCD is drawn in a table of the spec; the record that has it was collected."""
    found = raw_record(trail, "RS", "RSTESTCD", 0)
    assert found is not None and found[0] == "masi.csv" and found == raw_record(trail, "RS", "", 0)


def test_a_total_leads_to_the_record_with_its_items(trail: Trail) -> None:
    found = trail.table("ADMASI")["PARAMCD"].to_pylist()
    row = found.index("MASITOT")
    assert (raw_record(trail, "ADMASI", "AVAL", row) or ("", 0))[0] == "masi.csv"


def test_a_record_of_a_csv_table_counts_as_raw_and_one_of_a_drawn_table_has_none(trail: Trail) -> None:
    summary = raw_record(trail, "TS", "TSVAL", 0)
    assert summary is not None and summary[0].endswith("tables/summary.csv")
    assert raw_record(trail, "TA", "EPOCH", 0) is None
