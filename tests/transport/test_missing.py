"""Special missing values in columns of doubles."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from clintrail.transport.missing import LETTERS, missing_names, tagged, tags_of, without_special_missing


def test_there_are_27_of_them_and_each_is_a_nan_of_its_own() -> None:
    values = np.array([tagged(letter) for letter in LETTERS])
    assert len(set(values.view(np.uint64).tolist())) == 27 and np.isnan(values).all()
    assert bytes(tags_of(values)).decode() == LETTERS
    assert hex(int(np.array([tagged("A")]).view(np.uint64)[0])) == "0x7ff8000000000041"


def test_no_other_value_is_one() -> None:
    others = np.array([0.0, -0.0, 65.0, math.inf, -math.inf, math.nan, -math.nan, 5e-324])
    bits = [0x7FF8000000000040, 0x7FF800000000005B, 0x7FF8000000000141, 0xFFF8000000000041, 0x7FF80000000000FF, 0x41]
    assert not tags_of(others).any() and not tags_of(np.array(bits, dtype=np.uint64).view(np.float64)).any()


@pytest.mark.parametrize("letter", ["", "a", "AB", ".", "1"])
def test_only_their_letters_make_them(letter: str) -> None:
    with pytest.raises(ValueError, match="none of the letters"):
        tagged(letter)


def test_they_are_named_as_sas_shows_them() -> None:
    column = pa.chunked_array([[1.0, tagged("A")], [None, tagged("_"), math.nan]])
    assert missing_names(column).to_pylist() == [None, ".A", None, "._", None]
    assert missing_names(pa.array([], pa.float64())).to_pylist() == []


def test_they_become_null_and_nothing_else_does() -> None:
    column = pa.chunked_array([[1.0, tagged("A"), None, -2.0]])
    assert without_special_missing(column).to_pylist() == [1.0, None, None, -2.0]
    assert math.isnan(without_special_missing(pa.array([math.nan, tagged("Z")]))[0].as_py())
    text = pa.array(["A"])
    assert without_special_missing(text) is text


def test_they_survive_parquet_and_pandas(tmp_path: Path) -> None:
    table = pa.table({"X": [tagged("A"), 1.0, tagged("_")]})
    parquet.write_table(table, tmp_path / "x.parquet")
    assert missing_names(parquet.read_table(tmp_path / "x.parquet")["X"]).to_pylist() == [".A", None, "._"]
    assert bytes(tags_of(table.to_pandas()["X"].to_numpy())).decode() == "A\0_"
