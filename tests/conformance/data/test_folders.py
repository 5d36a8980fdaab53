"""The datasets of a folder as tables: anybody's XPT and Dataset-JSON, split domains, dates, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from clintrail.conformance.data import Data, load_folder
from clintrail.conformance.data.metadata import TABLES, ensure
from clintrail.errors import Problems
from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Dataset, Variable


def written(folder: Path, name: str, columns: dict[str, list[object]], suffix: str = "xpt", **formats: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns)
    variables = tuple(
        Variable(n, n.title(), "Char" if pa.types.is_string(c.type) else "Num", format=formats.get(n, ""))
        for n, c in zip(table.column_names, table.columns, strict=True)
    )
    dataset, path = Dataset(name.upper(), f"Label of {name}", variables, table), folder / f"{name}.{suffix}"
    (xpt if suffix == "xpt" else dataset_json).write(dataset, path)
    return path


def rows(data: Data, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in data.con.execute(sql).fetchall()]


def test_the_parts_of_a_domain_share_a_table_and_keep_their_own_record_numbers(tmp_path: Path) -> None:
    written(tmp_path, "qsph", {"DOMAIN": ["QS", "QS"], "QSSEQ": [1.0, 2.0]})
    written(tmp_path, "qssl", {"DOMAIN": ["QS"], "QSSEQ": [3.0], "QSCAT": ["SLEEP"]})
    data = load_folder(tmp_path)
    assert [(d.name, d.domain, d.class_name) for d in data.datasets] == [("QSPH", "QS", "FINDINGS"), ("QSSL", "QS", "FINDINGS")]
    found = rows(data, "SELECT _dataset, _record, _row, QSSEQ, QSCAT FROM data.QS ORDER BY _row")
    assert found == [("QSPH", 1, 1, 1.0, None), ("QSPH", 2, 2, 2.0, None), ("QSSL", 1, 3, 3.0, "SLEEP")]
    assert rows(data, "SELECT QSSEQ FROM data.QSSL") == [(3.0,)]


def test_supplemental_qualifiers_of_parts_belong_to_those_of_the_domain(tmp_path: Path) -> None:
    for part in ("supplbch", "supplbhe"):
        written(tmp_path, part, {"RDOMAIN": ["LB"], "USUBJID": ["01"], "IDVAR": ["LBSEQ"], "IDVARVAL": ["1"]})
    assert {d.domain for d in load_folder(tmp_path).datasets} == {"SUPPLB"}


def test_a_dataset_named_like_a_part_of_another_domain_stands_alone(tmp_path: Path) -> None:
    written(tmp_path, "qsph", {"DOMAIN": ["FA"]})
    assert [d.domain for d in load_folder(tmp_path).datasets] == ["QSPH"]


def test_numbers_with_a_date_format_are_dates(tmp_path: Path) -> None:
    columns = {"USUBJID": ["01"], "TRTSDT": [23915.0], "ASTDTM": [86400.5], "ATM": [3661.0], "AGE": [40.0]}
    written(tmp_path, "adsl", columns, TRTSDT="DATE9.", ASTDTM="DATETIME20.", ATM="TIME8.")
    found = rows(load_folder(tmp_path), "SELECT CAST(TRTSDT AS VARCHAR), CAST(ASTDTM AS VARCHAR), CAST(ATM AS VARCHAR), AGE FROM data.ADSL")
    assert found == [("2025-06-23", "1960-01-02 00:00:00.5", "01:01:01", 40.0)]


def test_analysis_dates_without_a_format_are_dates_by_their_names(tmp_path: Path) -> None:
    written(tmp_path, "adsl", {"USUBJID": ["01"], "TRTSDT": [0.0]})
    assert load_folder(tmp_path).columns("ADSL")["TRTSDT"] == "DATE"


@pytest.mark.parametrize("suffix", ["json", "ndjson", "dsjc"])
def test_dataset_json_gives_what_xpt_gives(tmp_path: Path, suffix: str) -> None:
    columns: dict[str, list[object]] = {"DOMAIN": ["AE"], "USUBJID": ["01"], "AESEQ": [1.0], "AETERM": [None]}
    for folder, kind in (("a", "xpt"), ("b", suffix)):
        table = pa.table({name: pa.array(values, pa.string() if name != "AESEQ" else pa.float64()) for name, values in columns.items()})
        written(tmp_path / folder, "ae", dict(zip(table.column_names, table.columns, strict=True)), kind)  # type: ignore[arg-type]
    both = [load_folder(tmp_path / folder) for folder in ("a", "b")]
    first, second = (rows(data, "SELECT * FROM data.AE") for data in both)
    assert first == second and first[0][-1] is None


def test_a_package_in_two_formats_is_read_once(tmp_path: Path) -> None:
    written(tmp_path, "ae", {"DOMAIN": ["AE"]})
    written(tmp_path, "ae", {"DOMAIN": ["AE"]}, "json")
    assert len(load_folder(tmp_path).datasets) == 1


def test_two_datasets_of_one_name_are_refused(tmp_path: Path) -> None:
    written(tmp_path / "a", "ae", {"DOMAIN": ["AE"]})
    written(tmp_path / "b", "ae", {"DOMAIN": ["AE"]})
    with pytest.raises(Problems, match="the dataset is there twice"):
        load_folder(tmp_path)


def test_every_file_that_cannot_be_read_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "ae", {"DOMAIN": ["AE"], "AETERM": ["Cough"]})
    (tmp_path / "cm.xpt").write_bytes(path.read_bytes()[:700])
    (tmp_path / "dm.xpt").write_bytes(b"")
    with pytest.raises(Problems) as refused:
        load_folder(tmp_path)
    assert {Path(problem.place.path).name for problem in refused.value.problems} == {"cm.xpt", "dm.xpt"}


@pytest.mark.parametrize("made", [False, True])
def test_a_folder_without_datasets_is_refused(tmp_path: Path, made: bool) -> None:
    folder = tmp_path / "none"
    if made:
        folder.mkdir()
    with pytest.raises(Problems):
        load_folder(folder)


def test_a_dataset_without_records_is_a_table_without_rows(tmp_path: Path) -> None:
    written(tmp_path, "ie", {"DOMAIN": pa.array([], pa.string()), "IESEQ": pa.array([], pa.float64())})  # type: ignore[dict-item]
    data = load_folder(tmp_path)
    assert rows(data, "SELECT count(*) FROM data.IE") == [(0,)] and data.datasets[0].records == 0


def test_every_table_about_the_data_can_be_made_of_any_folder(tmp_path: Path) -> None:
    written(tmp_path, "ae", {"DOMAIN": ["AE"], "USUBJID": ["01"], "AESER": ["Y"]})
    written(tmp_path, "adsl", {"USUBJID": ["01"], "TRTSDT": [0.0]})
    data = load_folder(tmp_path)
    for name, table in TABLES.items():
        ensure(data, name)
        if table.pieces:
            continue  # too large to be made: rules read parts of it
        found = [column for (column,) in rows(data, f"SELECT column_name FROM duckdb_columns() WHERE table_name = '{name}'")]
        assert sorted(found) == sorted(table.columns), name
