"""Files and folders of any format: what is compared with what, and by which keys."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from clintrail.compare import Comparison, Options, compare_paths
from clintrail.errors import Problems
from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.missing import tagged

VARIABLES = (
    Variable("STUDYID", "Study Identifier", "Char", 6),
    Variable("USUBJID", "Subject", "Char", 8),
    Variable("AVAL", "Analysis Value", "Num", 8, "8.2"),
    Variable("ADT", "Analysis Date", "Num", 8, "DATE9."),
)
ADXX = Dataset(
    "ADXX", "Values", VARIABLES,
    pa.table({"STUDYID": ["ST-1", "ST-1"], "USUBJID": ["S1", "S2"], "AVAL": [1.25, None], "ADT": [23435.0, 23436.0]}),
)  # fmt: skip
DATES = [date(2024, 2, 29), date(2024, 3, 1)]


def as_xpt(folder: Path, data: Dataset = ADXX) -> None:
    xpt.write(data, folder / f"{data.name.lower()}.xpt", created=datetime(2024, 5, 1))


def as_parquet(folder: Path, data: Dataset = ADXX) -> None:
    table = data.table.set_column(3, "ADT", pa.array(DATES))
    pa.parquet.write_table(table, folder / "adxx.parquet")


def as_csv(folder: Path, data: Dataset = ADXX) -> None:
    pa.csv.write_csv(data.table.set_column(3, "ADT", pa.array(DATES)), folder / "adxx.csv")


def as_json(folder: Path, data: Dataset = ADXX) -> None:
    variables = [replace(v, length=None, data_type={"AVAL": "double", "ADT": "date"}.get(v.name, "string")) for v in data.variables]
    dataset_json.write(
        replace(data, variables=tuple(variables), table=data.table.set_column(3, "ADT", pa.array(DATES))), folder / "adxx.json"
    )


WRITERS = {"xpt": as_xpt, "parquet": as_parquet, "csv": as_csv, "json": as_json}


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    for side in ("a", "b"):
        (tmp_path / side).mkdir()
    return tmp_path / "a", tmp_path / "b"


def texts(found: Comparison) -> list[str]:
    return [f"{finding.severity.name} {finding.subject} {finding.text}" for finding in found.findings()]


@pytest.mark.parametrize("one", WRITERS)
@pytest.mark.parametrize("other", WRITERS)
def test_the_same_data_in_any_two_formats_have_no_difference(sides: tuple[Path, Path], one: str, other: str) -> None:
    a, b = sides
    WRITERS[one](a)
    WRITERS[other](b)
    (found,) = compare_paths(a, b).datasets
    assert (found.different, found.paired, found.keys) == ((), 2, ("STUDYID", "USUBJID"))
    assert [f for f in found.findings() if f.severity.name == "ERROR"] == []


@pytest.mark.parametrize("other", WRITERS)
def test_a_changed_value_is_found_in_any_format(sides: tuple[Path, Path], other: str) -> None:
    a, b = sides
    as_xpt(a)
    WRITERS[other](b, replace(ADXX, table=ADXX.table.set_column(2, "AVAL", pa.array([1.5, None]))))
    (found,) = compare_paths(a / "adxx.xpt", b / f"adxx.{other}").datasets
    assert [(v.name, [(e.key, e.a, e.b) for e in v.examples]) for v in found.different] == [("AVAL", [(("S1",), "1.25", "1.5")])]


def test_special_missing_values_of_xpt_are_compared(sides: tuple[Path, Path]) -> None:
    a, b = sides
    as_xpt(a)
    as_xpt(b, replace(ADXX, table=ADXX.table.set_column(2, "AVAL", pa.array([1.25, tagged("A")]))))
    (found,) = compare_paths(a, b).datasets
    assert [(e.a, e.b) for v in found.different for e in v.examples] == [(".", ".A")]


def test_folders_are_paired_by_name_and_what_only_one_has_is_told(sides: tuple[Path, Path]) -> None:
    a, b = sides
    (b / "deep").mkdir()
    for folder, names in ((a, ("ADXX", "AE")), (b / "deep", ("ADXX", "CM", "DM"))):
        for name in names:
            as_xpt(folder, replace(ADXX, name=name))
    found = compare_paths(a, b)
    assert ([d.name for d in found.datasets], found.only_a, found.only_b) == (["ADXX"], ("AE",), ("CM", "DM"))
    assert texts(found) == ["ERROR AE dataset only in A", "ERROR CM dataset only in B", "ERROR DM dataset only in B"]


def test_a_file_beside_a_folder_is_compared_with_its_dataset_of_that_name(sides: tuple[Path, Path]) -> None:
    a, b = sides
    as_xpt(a)
    as_json(b)
    as_xpt(b, replace(ADXX, name="AE"))
    found = compare_paths(a / "adxx.xpt", b)
    assert ([d.b.path for d in found.datasets], found.only_b) == ([str(b / "adxx.json")], ())


def test_two_files_are_compared_whatever_their_names(sides: tuple[Path, Path]) -> None:
    a, b = sides
    as_xpt(a)
    as_xpt(b, replace(ADXX, name="QC"))
    assert texts(compare_paths(a / "adxx.xpt", b / "qc.xpt")) == ["NOTE  name: ADXX in A, QC in B"]


def test_a_dataset_in_several_formats_is_taken_in_the_one_that_both_have(sides: tuple[Path, Path]) -> None:
    a, b = sides
    as_xpt(a)
    as_json(a)
    as_json(b)
    found = compare_paths(a, b)
    assert [d.a.path for d in found.datasets] == [str(a / "adxx.json")]
    assert found.notes == (f"{a}: ADXX is there in several formats, .json was compared",)


def test_two_files_whose_datasets_have_one_name_are_told_apart_by_their_files(sides: tuple[Path, Path]) -> None:
    for side in sides:
        as_xpt(side)
        shutil.copy(side / "adxx.xpt", side / "copy.xpt")
    assert [dataset.name for dataset in compare_paths(*sides).datasets] == ["ADXX", "COPY"]


def test_a_file_with_several_datasets_counts_as_a_folder_of_them(sides: tuple[Path, Path]) -> None:
    a, b = sides
    for name in ("ADXX", "AE"):
        as_xpt(b, replace(ADXX, name=name))
    one, other = ((b / f"{name}.xpt").read_bytes() for name in ("adxx", "ae"))
    (a / "all.xpt").write_bytes(one + other[240:])
    found = compare_paths(a / "all.xpt", b)
    assert ([dataset.name for dataset in found.datasets], texts(found)) == (["ADXX", "AE"], [])


def test_two_files_of_a_dataset_in_one_folder_cannot_be_told_apart(sides: tuple[Path, Path]) -> None:
    a, b = sides
    (a / "old").mkdir()
    for folder in (a, a / "old", b):
        as_xpt(folder)
    assert problems(a, b) == [("ADXX", "2 files hold this dataset: adxx.xpt, old/adxx.xpt")]


def test_the_trail_of_a_package_and_the_parts_of_large_datasets_are_passed_over(sides: tuple[Path, Path]) -> None:
    a, b = sides
    for folder in (a / "m5", a / "m5" / "split", a / "trail", b):
        folder.mkdir(exist_ok=True)
        as_xpt(folder)
    (a / "manifest.json").write_text("{}")
    assert texts(compare_paths(a, b)) == []


DEFINE = """<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><Study><MetaDataVersion>
<ItemGroupDef Name="ADXX">
<ItemRef ItemOID="I.A" KeySequence="2"/><ItemRef ItemOID="I.S" KeySequence="1"/><ItemRef ItemOID="I.V"/></ItemGroupDef>
<ItemDef OID="I.A" Name="ADT"/><ItemDef OID="I.S" Name="USUBJID"/><ItemDef OID="I.V" Name="AVAL"/>
</MetaDataVersion></Study></ODM>"""


def test_the_keys_of_the_define_beside_a_file_are_used(sides: tuple[Path, Path]) -> None:
    a, b = sides
    as_xpt(a)
    as_xpt(b)
    (b / "define.xml").write_text(DEFINE)
    (found,) = compare_paths(a, b).datasets
    assert (found.keys, found.why_keys) == (("USUBJID", "ADT"), "as the define.xml of B states")
    (found,) = compare_paths(a, b, Options(by=("USUBJID",))).datasets
    assert (found.keys, found.why_keys) == (("USUBJID",), "as asked")


def test_a_define_that_cannot_be_read_is_told_and_left_out(sides: tuple[Path, Path]) -> None:
    a, b = sides
    as_xpt(a)
    as_xpt(b)
    (a / "define.xml").write_text("<ODM>")
    found = compare_paths(a, b)
    assert found.datasets[0].why_keys == "usual for ADSL in ADaM"
    assert texts(found) == [f"NOTE  {a / 'define.xml'} cannot be read, so that its keys were not used"]


def test_the_keys_that_a_json_file_states_are_used(sides: tuple[Path, Path]) -> None:
    a, b = sides
    as_json(a, replace(ADXX, variables=tuple(replace(v, key=1 if v.name == "USUBJID" else None) for v in VARIABLES)))
    as_xpt(b)
    (found,) = compare_paths(a, b).datasets
    assert (found.keys, found.why_keys) == (("USUBJID",), "as the file of A states")


def problems(*given: Any) -> list[tuple[str, str]]:
    with pytest.raises(Problems) as caught:
        compare_paths(*given)
    assert all(problem.fix for problem in caught.value.problems)
    return [(problem.subject, problem.problem) for problem in caught.value.problems]


def test_what_cannot_be_compared_is_told_all_at_once(sides: tuple[Path, Path]) -> None:
    a, b = sides
    assert problems(a, b) == [("", "there is no dataset here")] * 2
    as_xpt(a)
    as_xpt(b, replace(ADXX, name="AE"))
    assert problems(a, b) == [("", "there is no dataset here that A has too")]
    assert problems(a / "adxx.xpt", b / "none.xpt") == [("", "the file cannot be read: No such file or directory")]
    options = Options(by=("USUBJD",), only=("AVAL", "FOO"), ignore=("BAR",))
    assert [subject for subject, _ in problems(a / "adxx.xpt", b / "ae.xpt", options)] == ["--by USUBJD", "--ignore BAR", "--only FOO"]


def test_a_file_that_was_cut_is_not_compared(sides: tuple[Path, Path]) -> None:
    a, b = sides
    as_xpt(a)
    shutil.copy(a / "adxx.xpt", b)
    (b / "adxx.xpt").write_bytes((a / "adxx.xpt").read_bytes()[:-40])
    assert problems(a, b)
