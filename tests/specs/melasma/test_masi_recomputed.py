"""ADMASI against a plain recomputation from the raw CSV, which shares no code with clintrail.

Scores are whole numbers and weights tenths, so totals are kept as whole tenths: every comparison with a threshold is exact.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

RAW = Path(__file__).resolve().parents[3] / "specs" / "melasma" / "raw"
WEIGHT = {"FH": 3, "RM": 3, "LM": 3, "CH": 1}  # tenths
ITEMS = {"AREA": "A", "DARK": "D", "HOMO": "H"}
WINDOWS = [(0, -999, 1, 1), (4, 2, 42, 29), (8, 43, 70, 57), (12, 71, 126, 85), (24, 127, 9999, 169)]  # visit, first and last day, target
KEYS = ["USUBJID", "PARAMCD", "AVISITN", "ADT", "DTYPE"]


def raw(form: str) -> pd.DataFrame:
    """A form; a woman who was screened again keeps the number of her first screening."""
    table = pd.read_csv(RAW / f"{form}.csv", dtype=str, keep_default_na=False)
    return table.assign(SUBJECT=table.SUBJECT.replace({"S024": "S009"}))


def first_treatment() -> pd.Series:
    days = [raw(form)[["SUBJECT", day]].set_axis(["SUBJECT", "day"], axis=1) for form, day in
            (("laser", "LASDAT"), ("injection", "INJDAT"), ("infusion", "INFDAT"))]
    sessions = pd.concat(days).query("day != ''")
    return pd.to_datetime(sessions.day, format="%d-%b-%Y").groupby(sessions.SUBJECT).min()


def tenths(row: pd.Series) -> dict[str, int | None]:
    """Every parameter of one assessment, in tenths; None where a score is missing."""
    values: dict[str, int | None] = {}
    regions: dict[str, tuple[int | None, int | None]] = {}
    for region, weight in WEIGHT.items():
        area, dark, homogeneous = (int(text) if (text := row[f"{region}_{item}"]) else None for item in ITEMS.values())
        for item, score in zip(ITEMS, (area, dark, homogeneous), strict=True):
            values[region + item] = None if score is None else 10 * score
        modified = None if area is None or dark is None else weight * area * dark
        whole = None if modified is None or homogeneous is None else weight * area * (dark + homogeneous)
        values[region + "TOT"], regions[region] = whole, (whole, modified)
    for parameter, place in (("MASITOT", 0), ("MMASITOT", 1)):
        parts = [part[place] for part in regions.values()]
        values[parameter] = None if None in parts else sum(part for part in parts if part is not None)
    return values


def observed() -> pd.DataFrame:
    start = first_treatment()
    records = []
    for _, row in raw("masi").query("MASIDAT != ''").iterrows():
        if row.SUBJECT in start.index:
            date = pd.to_datetime(row.MASIDAT, format="%d-%b-%Y")
            day = (date - start[row.SUBJECT]).days
            day += day >= 0
            visit, target = next((v, t) for v, first, last, t in WINDOWS if first <= day <= last)
            common = {"USUBJID": "DFSC-2025-CR-01-" + row.SUBJECT, "AVISITN": visit, "ADT": date, "day": day,
                      "away": abs(target - day), "DTYPE": ""}
            records += [common | {"PARAMCD": p, "tenths": v} for p, v in tenths(row).items() if v is not None]
    return pd.DataFrame(records).sort_values(["USUBJID", "PARAMCD", "ADT"], ignore_index=True)


def carried_forward(table: pd.DataFrame) -> pd.DataFrame:
    """The last total after baseline, for each later window that has none."""
    copies = []
    for _, one in table[table.PARAMCD.isin(["MASITOT", "MMASITOT"])].groupby(["USUBJID", "PARAMCD"]):
        for visit in (4, 8, 12, 24):
            before = one[one.AVISITN.between(1, visit - 1)]
            if visit not in set(one.AVISITN) and len(before):
                copies.append(before.sort_values("ADT").iloc[[-1]].assign(AVISITN=visit, DTYPE="LOCF", away=0))
    return pd.concat([table, *copies], ignore_index=True)


def expected() -> pd.DataFrame:
    table = carried_forward(observed())
    baseline = table[table.AVISITN == 0].sort_values("ADT").groupby(["USUBJID", "PARAMCD"]).tail(1)
    table["ABLFL"] = table.index.isin(baseline.index)
    closest = table.sort_values(["away", "day"], ascending=[True, False]).groupby(["USUBJID", "PARAMCD", "AVISITN"]).head(1)
    table["ANL01FL"] = table.index.isin(closest.index)
    base = baseline.rename(columns={"tenths": "base"})[["USUBJID", "PARAMCD", "base"]]
    table = table.merge(base, on=["USUBJID", "PARAMCD"], how="left")
    later, totals = table.AVISITN > 0, table.PARAMCD.isin(["MASITOT", "MMASITOT"])
    table["AVAL"], table["BASE"] = table.tenths / 10, table.base / 10
    table["CHG"] = ((table.tenths - table.base) / 10).where(later)
    table["PCHG"] = (100 * (table.tenths - table.base) / table.base).where(later & (table.base != 0))
    judged = totals & table.PCHG.notna()
    for flag, percent in (("CRIT1FL", 50), ("CRIT2FL", 75)):
        met = 100 * (table.base - table.tenths) >= percent * table.base
        table[flag] = met.map({True: "Y", False: "N"}).where(judged, "")
    return table


@pytest.fixture(scope="module")
def both(melasma_package: Path) -> pd.DataFrame:
    folder = melasma_package / "m5" / "datasets" / "dfsc-2025-cr-01" / "analysis" / "adam" / "datasets"
    built, _ = pyreadstat.read_xport(folder / "admasi.xpt")
    built["ADT"] = pd.to_datetime(built.ADT)
    for flag in ("ABLFL", "ANL01FL"):
        built[flag] = built[flag] == "Y"
    return expected().merge(built, on=KEYS, how="outer", suffixes=("_mine", ""), indicator=True)


def test_every_record_is_in_both(both):
    assert both[both._merge != "both"][[*KEYS, "_merge"]].to_dict("records") == []
    assert len(both) > 3000
    assert (both.DTYPE == "LOCF").sum() >= 8


@pytest.mark.parametrize("variable", ["AVAL", "BASE", "CHG", "PCHG"])
def test_numbers_agree_for_every_subject_visit_and_parameter(both, variable):
    mine, built = both[f"{variable}_mine"], both[variable]
    agree = (mine - built).abs().lt(1e-9) | mine.isna() & built.isna()
    assert both[~agree][[*KEYS, f"{variable}_mine", variable]].to_dict("records") == []


@pytest.mark.parametrize("flag", ["ABLFL", "ANL01FL", "CRIT1FL", "CRIT2FL"])
def test_flags_agree_for_every_subject_visit_and_parameter(both, flag):
    differ = both[both[f"{flag}_mine"] != both[flag].fillna("")]
    assert differ[[*KEYS, f"{flag}_mine", flag]].to_dict("records") == []
