"""SAS datasets: files that SAS wrote (`make sas-files` fetches them) and drawn ones, with their format catalogues."""

from __future__ import annotations

import csv
import math
import os
import struct
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from readstat_files import write_catalogue, write_sas

from clintrail.errors import Problems
from clintrail.transport.missing import missing_names
from clintrail.transport.raw.kind import kind_of
from clintrail.transport.raw.read import RawOptions, read_raw
from clintrail.transport.raw.sas7bdat import read_sas7bdat
from clintrail.transport.raw.table import read_table

FILES = Path(os.environ.get("CLINTRAIL_SAS_FILES", Path(__file__).resolve().parents[3] / "build" / "sas"))
COLUMNS = [
    ("USUBJID", "Subject", "$20", 20), ("AGE", "Age", "8.1", 0), ("DT", "Date", "DATE9", 0), ("DTM", "Moment", "DATETIME20", 0),
    ("TM", "Time", "TIME5", 0), ("SEX", "Sex", "$SEX", 1), ("YN", "Yes or no", "YN", 0),
]  # fmt: skip
ROWS = [
    ["001", 61.5, 23445.0, 2025648000.0, 30600.0, "F", 1.0],
    ["002", "A", None, None, None, "M", 0.0],
    ["é 3", "_", -1.0, 1.5, 0.0, "", "Z"],
]
needs_files = pytest.mark.skipif(not (FILES / "test1.sas7bdat").is_file(), reason="no files that SAS wrote: make sas-files fetches them")


@pytest.fixture(params=[False, True], ids=["plain", "compressed"])
def drawn(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write_sas(tmp_path / "ae.sas7bdat", COLUMNS, ROWS, compressed=request.param, label="Adverse Events")


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path / "formats.sas7bcat", {"YN": {1.0: "Yes", 0.0: "No"}, "$SEX": {"F": "Female", "M": "Male"}})


def problem_of(path: Path, **options: Path) -> str:
    with pytest.raises(Problems) as caught:
        read_sas7bdat(path, **options)
    (problem,) = caught.value.problems
    assert problem.fix
    return f"{Path(problem.place.path).name}: {problem.problem}"


# --- drawn files


def test_a_dataset_has_its_values_and_what_sas_knows_of_it(drawn: Path) -> None:
    dataset = read_sas7bdat(drawn)
    assert (dataset.name, dataset.label, dataset.created) == ("AE", "Adverse Events", datetime(2023, 11, 14, 22, 13, 20))
    assert dataset.table.to_pydict() == {
        "USUBJID": ["001", "002", "é 3"], "AGE": [61.5, None, None], "DT": [23445.0, None, -1.0], "DTM": [2025648000.0, None, 1.5],
        "TM": [30600.0, None, 0.0], "SEX": ["F", "M", ""], "YN": [1.0, 0.0, None],
    }  # fmt: skip
    assert [(v.name, v.label, v.type, v.length, v.format) for v in dataset.variables] == [
        ("USUBJID", "Subject", "Char", 20, "$20."), ("AGE", "Age", "Num", 8, "8.1"), ("DT", "Date", "Num", 8, "DATE9."),
        ("DTM", "Moment", "Num", 8, "DATETIME20."), ("TM", "Time", "Num", 8, "TIME5."), ("SEX", "Sex", "Char", 1, "$SEX."),
        ("YN", "Yes or no", "Num", 8, "YN."),
    ]  # fmt: skip


def test_special_missing_values_are_counted_or_kept(drawn: Path) -> None:
    notes = [(note.subject, note.problem) for note in read_sas7bdat(drawn).notes if note.subject]
    assert notes == [
        ("AGE", "2 special missing values (.A to .Z, ._) became plain missing"),
        ("YN", "1 special missing value (.A to .Z, ._) became plain missing"),
    ]
    kept = read_sas7bdat(drawn, special_missing=True)
    assert missing_names(kept.table["AGE"]).to_pylist() == [None, ".A", "._"]
    assert not [note for note in kept.notes if note.subject]


def test_a_catalogue_gives_the_decodes_and_its_absence_is_told(drawn: Path, catalogue: Path) -> None:
    dataset = read_sas7bdat(drawn, catalogue=catalogue)
    assert {v.name: dict(v.decodes) for v in dataset.variables if v.decodes} == {
        "SEX": {"F": "Female", "M": "Male"},
        "YN": {"1": "Yes", "0": "No"},
    }
    assert [note.problem for note in read_sas7bdat(drawn).notes if not note.subject] == [
        "no catalogue was given for the formats $SEX, YN: values have no decodes"
    ]
    other = write_catalogue(catalogue.with_name("other.sas7bcat"), {"YN": {1.0: "Yes"}})
    assert [note.problem for note in read_sas7bdat(drawn, catalogue=other).notes if not note.subject] == [
        "the catalogue other.sas7bcat does not have the formats $SEX: values have no decodes"
    ]


def test_a_catalogue_that_is_none_is_told(drawn: Path, tmp_path: Path) -> None:
    assert problem_of(drawn, catalogue=tmp_path / "no.sas7bcat") == "no.sas7bcat: the file cannot be read: No such file or directory"
    (tmp_path / "text.sas7bcat").write_text("YN 1 Yes", "utf-8")
    assert problem_of(drawn, catalogue=tmp_path / "text.sas7bcat").startswith("text.sas7bcat: this SAS catalogue cannot be read")


def test_as_a_raw_form_every_value_is_text_and_dates_are_iso(drawn: Path, catalogue: Path) -> None:
    file = read_raw(drawn, RawOptions(catalogue=catalogue))
    assert file.table.to_pydict() == {
        "USUBJID": ["001", "002", "é 3"], "AGE": ["61.5", None, None], "DT": ["2024-03-10", None, "1959-12-31"],
        "DTM": ["2024-03-10T00:00:00", None, "1960-01-01T00:00:01.5"], "TM": ["08:30:00", None, "00:00:00"],
        "SEX": ["F", "M", None], "YN": ["1", "0", None],
    }  # fmt: skip
    assert file.records.to_pylist() == [1, 2, 3]
    assert kind_of(drawn) == "sas7bdat"


def test_as_a_dataset_dates_are_dates(drawn: Path) -> None:
    table = read_table(drawn).table
    assert table["DT"].to_pylist() == [date(2024, 3, 10), None, date(1959, 12, 31)]
    assert table["SEX"].to_pylist() == ["F", "M", None]


def test_many_records_are_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clintrail.transport.raw.sas7bdat._CELLS", 0)  # the least: 1,000 records a piece
    many = [[f"{n}", float(n) if n != 1500 else "B"] for n in range(2_345)]
    path = write_sas(tmp_path / "many.sas7bdat", [("ID", "", "", 8), ("N", "", "", 0)], many)
    dataset = read_sas7bdat(path)
    assert dataset.table["ID"].num_chunks == 3
    assert dataset.table["ID"].to_pylist() == [f"{n}" for n in range(2_345)]
    assert dataset.table["N"].to_pylist() == [float(n) if n != 1500 else None for n in range(2_345)]


def test_a_dataset_without_records_has_its_columns(tmp_path: Path) -> None:
    table = read_sas7bdat(write_sas(tmp_path / "none.sas7bdat", COLUMNS, [])).table
    assert (table.num_rows, table.column_names, table.schema.field("AGE").type) == (0, [name for name, *_ in COLUMNS], pa.float64())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"SUBJECT\n1\n", "this is no SAS dataset (sas7bdat)"),
        (b"\0" * 500, "this is no SAS dataset (sas7bdat)"),
    ],
)
def test_what_is_no_sas_dataset_is_told(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "ae.sas7bdat"
    path.write_bytes(content)
    assert problem_of(path) == f"ae.sas7bdat: {problem}"


def test_a_dataset_that_stops_anywhere_is_an_error(drawn: Path) -> None:
    whole = drawn.read_bytes()
    for length in [*range(0, 400, 13), *range(400, len(whole), 4099), len(whole) - 1]:
        drawn.write_bytes(whole[:length])
        assert problem_of(drawn)


def test_a_header_that_counts_more_records_than_there_are_is_an_error(drawn: Path) -> None:
    content = bytearray(drawn.read_bytes())
    place = content.index(b"\xf7\xf7\xf7\xf7") + 48  # the subheader of row sizes, of 64 bits, has the number of records there
    assert struct.unpack_from("<Q", content, place) == (3,)
    struct.pack_into("<Q", content, place, 900)
    drawn.write_bytes(content)
    assert problem_of(drawn) == "ae.sas7bdat: this SAS dataset cannot be read: file did not contain the expected number of rows"


def test_an_encoding_that_there_is_not_is_told(drawn: Path) -> None:
    with pytest.raises(Problems, match="there is no encoding utf-9"):
        read_sas7bdat(drawn, encoding="utf-9")


def test_text_of_another_encoding_is_told_without_showing_it(tmp_path: Path) -> None:
    path = write_sas(tmp_path / "ae.sas7bdat", [("TERM", "", "", 20)], [["SECRET"]])
    path.write_bytes(path.read_bytes().replace(b"SECRET", b"SEC\xff\xfeT"))
    assert problem_of(path) == "ae.sas7bdat: the file holds text that is not of the encoding that it states"


# --- files that SAS wrote


def _told(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _assert_as_exported(path: Path, export: str, *, digits: int = 9, **options: str) -> None:
    """A table that was exported from SAS has dates as numbers, and not all digits."""
    dataset, expected = read_sas7bdat(path, **options), _told(FILES / export)  # type: ignore[arg-type]
    assert dataset.table.num_rows == len(expected) > 0
    for variable in dataset.variables:
        found, told = dataset.table[variable.name].to_pylist(), [row[variable.name] for row in expected]
        if variable.type == "Num":
            numbers = [math.nan if value is None else value for value in found]
            assert numbers == pytest.approx([float(value or "nan") for value in told], rel=10**-digits, nan_ok=True), variable.name
        else:
            assert found == told, variable.name


@needs_files
@pytest.mark.parametrize("number", range(1, 16))
def test_both_byte_orders_32_and_64_bits_and_both_compressions_give_the_same_records(number: int) -> None:
    """Ten records of 100 columns, as SAS wrote them on several machines."""
    _assert_as_exported(FILES / f"test{number}.sas7bdat", "test_sas7bdat_1.csv")


@needs_files
@pytest.mark.parametrize(("name", "digits"), [("airline", 6), ("productsales", 9)])
def test_real_datasets_have_the_values_that_were_exported(name: str, digits: int) -> None:
    """The numbers of `airline` are four bytes long: about six digits."""
    _assert_as_exported(FILES / f"{name}.sas7bdat", f"{name}.csv", digits=digits)


@needs_files
def test_a_wrong_encoding_is_noticed_and_can_be_corrected() -> None:
    path = FILES / "test16.sas7bdat"
    assert [note.problem for note in read_sas7bdat(path).notes] == ["the file states the encoding ISO-8859-1, and its text reads as UTF-8"]
    _assert_as_exported(path, "test_sas7bdat_2.csv", encoding="utf-8")
    assert read_raw(path, RawOptions(encoding="utf-8")).table["Column2"][0].as_py() == "高雄市"


@needs_files
def test_a_dataset_of_sas_that_stops_at_a_page_is_an_error(tmp_path: Path) -> None:
    """ReadStat reads on where whole pages are missing behind the records."""
    whole = (FILES / "test2.sas7bdat").read_bytes()
    (page,) = struct.unpack_from("<I", whole, 200)
    path = tmp_path / "cut.sas7bdat"
    path.write_bytes(whole[:-page])
    assert problem_of(path) == f"cut.sas7bdat: the file has {len(whole) - page:,} bytes of the {len(whole):,} that its header counts"
