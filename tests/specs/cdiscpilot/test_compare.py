"""`clintrail compare` finds the same in the rebuilt pilot and its publication as the script that came with the data."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from clintrail.compare import Options, compare_paths

FILES = {"DM": "dm", "AE": "ae", "DS": "ds", "EX": "ex", "VS": "vs", "QS": "qs_adas", "SC": "sc"}
UNIQUE = {"AE": ["USUBJID", "AESEQ"]}  # the script's keys repeat in AE, and it puts such records in an order of its own


@pytest.fixture(scope="module")
def script(pilot: Path) -> ModuleType:
    """The script, as a module: how it reads and pairs."""
    spec = importlib.util.spec_from_file_location("pilot_compare", pilot / "compare.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", FILES)
def test_pairs_and_differing_cells_are_those_of_the_script(pilot: Path, script: Any, sdtm_package: Path, name: str) -> None:
    published, built = pilot / "sdtm_ref" / f"{FILES[name]}.parquet", next(sdtm_package.rglob(f"{name.lower()}.xpt"))
    keys = UNIQUE.get(name, script.KEYS[name])
    one = script.canonical(pd.read_parquet(published), list(keys))
    other = script.canonical(pyreadstat.read_xport(str(built), disable_datetime_conversion=True)[0], list(keys))
    assert {*one.index.get_level_values("#"), *other.index.get_level_values("#")} == {0}
    both = one.index.intersection(other.index)
    expected = {column: int((one.loc[both, column] != other.loc[both, column]).sum()) for column in one if column in other}

    (found,) = compare_paths(published, built, Options(tuple(key for key in keys if key in pd.read_parquet(published)))).datasets
    assert (found.paired, found.only_a.count, found.only_b.count) == (len(both), len(one) - len(both), len(other) - len(both))
    assert {variable.name: variable.differing for variable in found.variables} == expected
    print(f"\n{name}: {found.paired:,} records, {sum(expected.values()):,} cells of {len(expected)} variables differ")
