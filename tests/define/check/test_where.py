"""Where clauses applied to data: missing values, numbers, order, other datasets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from small_study import write_package

from clintrail.define.check.data.beside import Filed, read_beside
from clintrail.define.check.data.where import compared, holds
from clintrail.define.check.validate import read_tree

TEXT = pa.array(["A", "B", None])
NUMBERS = pa.array([1.0, 2.5, None])


@pytest.mark.parametrize(
    ("comparator", "wanted", "held"),
    [
        ("EQ", ["A"], [True, False, False]),
        ("NE", ["A"], [False, True, True]),
        ("IN", ["A", "B"], [True, True, False]),
        ("NOTIN", ["A", "C"], [False, True, True]),
        ("LT", ["B"], [True, False, False]),
        ("GE", ["B"], [False, True, False]),
    ],
)
def test_text_is_compared_as_text_and_missing_is_none_of_the_values(comparator: str, wanted: list[str], held: list[bool]) -> None:
    assert compared(TEXT, comparator, wanted).tolist() == held


def test_a_blank_value_means_missing() -> None:
    assert compared(TEXT, "EQ", [""]).tolist() == [False, False, True]
    assert compared(TEXT, "NE", [""]).tolist() == [True, True, False]
    assert compared(TEXT, "IN", ["A", ""]).tolist() == [True, False, True]


def test_numbers_are_compared_as_numbers() -> None:
    assert compared(NUMBERS, "EQ", ["1"]).tolist() == compared(NUMBERS, "EQ", ["1.0"]).tolist() == [True, False, False]
    assert compared(NUMBERS, "GT", ["1"]).tolist() == [False, True, False]


def test_what_is_no_number_equals_no_number() -> None:
    assert compared(NUMBERS, "EQ", ["one"]).tolist() == [False, False, False]
    assert compared(NUMBERS, "LT", ["one"]).tolist() == [False, False, False]


def vs(path: Path) -> Filed:
    return read_beside(read_tree(path), path.parent).filed["IG.VS"]


def test_all_conditions_of_a_where_clause_must_hold_also_on_the_subjects_record_elsewhere(tmp_path: Path) -> None:
    filed = vs(write_package(tmp_path, "sdtm"))
    women = filed.define.find("def:WhereClauseDef", "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.EQ.F")
    men = filed.define.find("def:WhereClauseDef", "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.NE.F")
    assert women is not None and men is not None
    assert [mask.tolist() for where in (women, men) if (mask := holds(filed, where)) is not None] == [
        [True, False, False, False],  # S1-01 is a woman
        [False, False, True, False],
    ]


def test_a_dataset_with_several_records_a_subject_cannot_be_joined(tmp_path: Path) -> None:
    filed = vs(write_package(tmp_path, "sdtm"))
    dm = filed.beside["IG.DM"]
    filed.beside["IG.DM"] = replace(dm, file=replace(dm.file, table=pa.concat_tables([dm.file.table, dm.file.table])))
    where = filed.define.find("def:WhereClauseDef", "WC.VS.VSTESTCD.IN.SYSBP-DIABP.DM.SEX.EQ.F")
    assert where is not None and holds(filed, where) is None
