"""The study's datasets as built, and the tables that tests draw of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

SUBJECT = "DFSC-2025-CR-01-"


def text(value: object) -> str:
    """A cell as it is drawn: numbers without trailing zeros, dates in ISO 8601, subjects by their last part, missing as blank."""
    if value is None or value is pd.NaT or isinstance(value, float) and pd.isna(value):
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return value.isoformat() if isinstance(value, datetime.date) else str(value).removeprefix(SUBJECT)


@pytest.fixture(scope="session")
def built(melasma_package: Path) -> Callable[[str], pd.DataFrame]:
    """A dataset by its name."""
    files = {path.stem: path for path in melasma_package.glob("m5/**/*.xpt")}

    @cache
    def read(name: str) -> pd.DataFrame:
        return pyreadstat.read_xport(files[name.lower()])[0]

    return read


@pytest.fixture(scope="session")
def shows(built: Callable[[str], pd.DataFrame]) -> Callable[..., None]:
    """Check that the records of a dataset with the given values are those of the drawn table, in its order."""

    def check(dataset: str, drawn: str, **values: object) -> None:
        lines = [[cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines()]
        records = built(dataset)
        for name, value in values.items():
            several = value if isinstance(value, tuple) else (value,)
            records = records[records[name].isin([f"{SUBJECT}{one}" if name == "USUBJID" else one for one in several])]
        found = [[text(value) for value in row] for row in records[lines[0]].itertuples(index=False)]
        assert [lines[0], *found] == lines

    return check
