"""Pandas hooks: rows made in Python, their origins kept, broken words told at the hook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clintrail.errors import Problems
from clintrail.package.build import run_study
from clintrail.trail.read import Trail
from clintrail.trail.store import write_trail
from clintrail.trail.walk import Node, find_row, walk

STUDY = """\
study: HOOKED
standards: {SDTMIG: 3.4, terminology: 2025-03-28}
forms:
  subject: concat('H-', ID)
  dm: dm.csv
  dose: dose.csv
"""
DM = """\
dataset: DM
records: [{from: dm}]
variables:
  SUBJID: dm.ID
  SITEID: '01'
  SEX: ct(dm.SEX)
  ARMCD: null
  ARM: null
  ACTARMCD: null
  ACTARM: null
  COUNTRY: 'CHN'
  AGE: number(dm.AGE)
  RFSTDTC: min(EX.EXSTDTC)
"""
EX = """\
dataset: EX
records: [{from: runs}]
order: EXSTDTC
variables:
  EXTRT: 'DRUG'
  EXDOSE: runs.DOSE
  EXSTDTC: iso8601(runs.FIRST)
  EXENDTC: iso8601(runs.LAST)
"""
HOOKS = """\
import pandas as pd
from clintrail import hook


@hook(reads=["dose"], gives={"USUBJID": "text", "DOSE": "number", "FIRST": "text", "LAST": "text"})
def runs(dose):
    \"\"\"Consecutive days with the same dose, as one record.\"\"\"
    found = []
    for (subject, amount), days in dose.groupby(["USUBJID", "MG"], sort=True):
        days = days.sort_values("DAY")
        found.append((subject, float(amount), days.DAY.iloc[0], days.DAY.iloc[-1], list(days.index)))
    return pd.DataFrame(found, columns=["USUBJID", "DOSE", "FIRST", "LAST", "origin"])
"""
FILES = {
    "study.yaml": STUDY,
    "sdtm/dm.yaml": DM,
    "sdtm/ex.yaml": EX,
    "hooks.py": HOOKS,
    "raw/dm.csv": "ID,SEX,AGE\n1,F,30\n2,F,40\n",
    "raw/dose.csv": "ID,DAY,MG\n1,2024-01-02,5\n1,2024-01-01,5\n2,2024-01-03,5\n1,2024-01-03,10\n",
}


def study(folder: Path, **changes: str) -> Path:
    for name, text in (FILES | changes).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def leaves(node: Node) -> set[tuple[str, int, str, Any]]:
    below = [leaf for child in (*node.made, *node.decided) for leaf in leaves(child)]
    return {(node.file, node.record, node.column, node.value), *below} if node.file else set(below)


def test_a_hook_gives_the_records_of_a_dataset(tmp_path: Path) -> None:
    built = run_study(study(tmp_path))
    table = built.datasets["EX"].table
    columns = [table[name].to_pylist() for name in ("USUBJID", "EXSEQ", "EXDOSE", "EXSTDTC", "EXENDTC")]
    assert list(zip(*columns, strict=True)) == [
        ("H-1", 1, 5, "2024-01-01", "2024-01-02"),
        ("H-1", 2, 10, "2024-01-03", "2024-01-03"),
        ("H-2", 1, 5, "2024-01-03", "2024-01-03"),
    ]


def test_a_value_is_walked_through_the_hook_to_the_raw_records(tmp_path: Path) -> None:
    built = run_study(study(tmp_path))
    write_trail(tmp_path / "trail", built.compiled, built.result, built.raw)
    trail = Trail(tmp_path / "trail")
    node = walk(trail, "EX", "EXENDTC", find_row(trail, "EX", "USUBJID = 'H-1' AND EXSEQ = 1"))
    days = {leaf for leaf in leaves(node) if leaf[2] == "DAY"}
    assert days == {("dose.csv", 1, "DAY", "2024-01-02"), ("dose.csv", 2, "DAY", "2024-01-01")}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("list(days.index)", "None", "3 rows have no origin, or one that is no row of what was read"),
        ('"LAST", "origin"', '"END", "origin"', "does not give LAST"),
        ("float(amount)", "'much'", "holds values that are no number"),
        ("days.DAY.iloc[0]", "days.DAY.iloc[99]", "the hook failed: IndexError"),
        ('["dose"]', '["doses"]', "no dataset, form or table named doses"),
        ('"number"', '"numeric"', "gives a column of type numeric"),
        ("import pandas", "import pandos", "the hook cannot be loaded: ModuleNotFoundError"),
        ("return pd.DataFrame(found", "return list(found) or pd.DataFrame(found", "gives a list"),
    ],
)
def test_a_hook_that_breaks_its_word_is_told_at_its_place(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in HOOKS
    with pytest.raises(Problems) as raised:
        run_study(study(tmp_path, **{"hooks.py": HOOKS.replace(old, new, 1)}))
    told = [p for p in raised.value.problems if p.place.path.endswith("hooks.py")]
    assert [p.problem for p in told] == [problem]
    assert all(p.place.line for p in told)
