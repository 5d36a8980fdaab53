"""The ODM-XML and the workbook that `simulate.py` makes: valid, the same bytes every time, as tidy as an EDC keeps its data."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from clintrail.define.check.schema import shipped
from clintrail.transport.raw.odm import OdmOptions, read_raw_odm

STUDY = Path(__file__).resolve().parents[3] / "specs" / "melasma"
ODM = "{http://www.cdisc.org/ns/odm/v1.3}"


def simulate(folder: Path) -> Path:
    exports = ["--odm", str(folder / "melasma.xml"), "--xlsx", str(folder / "melasma.xlsx")]
    subprocess.run([sys.executable, "-B", str(STUDY / "simulate.py"), *exports], check=True)
    return folder


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("exports"))


def test_a_second_run_makes_the_same_bytes_and_no_csv_files(exports: Path, tmp_path: Path) -> None:
    simulate(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["melasma.xlsx", "melasma.xml"]
    for path in exports.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_odm_file_is_valid_by_the_public_schema_of_odm_1_3_2(exports: Path) -> None:
    schema = etree.XMLSchema(etree.parse(str(shipped("odmlib", Path("schemas", "odm", "1.3.2", "ODM1-3-2.xsd"), "0.2.1"))))
    document = etree.parse(str(exports / "melasma.xml"))
    assert schema.validate(document), str(schema.error_log)[:2000]
    item = document.getroot().find(f".//{ODM}ItemData")
    assert item is not None
    item.set("ItemOID", "")
    assert not schema.validate(document), "a schema that takes everything"


def test_an_edc_keeps_iso_dates_and_coded_answers(exports: Path) -> None:
    def column(form: str, name: str) -> set[str]:
        return set(read_raw_odm(exports / "melasma.xml", form, OdmOptions(keys={})).table[name].drop_null().to_pylist())

    assert {text for text in column("cm", "CMSTDAT") if len(text) < 10} >= {"2022", "2024"}
    assert "2026-03" in column("ae", "AESTDAT")
    assert column("ae", "AESER") == {"Y", "N"}
    assert column("sat", "Q1") <= {"1", "2", "3", "4", "5"}
    assert column("vs", "TEMP_UNIT") == {"C", "F"}


def test_every_record_of_the_csv_files_is_in_the_odm_file(exports: Path) -> None:
    for path in sorted((STUDY / "raw").glob("*.csv")):
        records = len(path.read_text("utf-8").splitlines()) - 1
        file = read_raw_odm(exports / "melasma.xml", path.stem, OdmOptions(keys={}))
        assert (file.table.num_rows, [note.problem for note in file.notes]) == (records, []), path.stem


def test_the_workbook_has_dates_and_numbers_of_their_kind_and_the_rest_as_text(exports: Path) -> None:
    book = openpyxl.load_workbook(exports / "melasma.xlsx")
    assert sorted(book.sheetnames) == sorted(path.stem for path in (STUDY / "raw").glob("*.csv"))
    events = list(book["ae"].iter_rows(values_only=True))
    starts = {row[events[0].index("AESTDAT")] for row in events[1:]}
    assert {type(start) for start in starts if start} == {datetime, str}
    assert "UN-MAR-2026" in starts
    assert {type(row[events[0].index("AENO")]) for row in events[1:] if row[events[0].index("AENO")]} == {int}
    scores = list(book["visia"].iter_rows(values_only=True))
    assert {type(row[scores[0].index("SPOT_SCR")]) for row in scores[1:]} == {float, str}, "32.860 is no number's shortest text"
