"""Simulates the raw exports of the melasma study: `python specs/melasma/simulate.py [FOLDER]` (default: raw/ beside this file).

`--odm FILE` and `--xlsx FILE` write the same records as an EDC's ODM-XML and as a workbook.
The same seed gives the same bytes on every Python from 3.11 on. No person's data went in: every number comes from the generator,
and the oddities that real exports have are planted on purpose, each on the subject that `ODD` and `PLANTED_EVENTS` name.
"""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from datetime import date, timedelta
from pathlib import Path
from random import Random

from simulate_events import AE_TERMS, MSC, PRIOR_MEDICATIONS, REMEDIES, SESSIONS, SUNSCREEN
from simulate_odm import write_odm
from simulate_subjects import COURSE, FAILURES, RESCREENED, SPELLINGS, WEEKS, Subject, enrol, left

INFUSIONS = ["Baseline", "Week 4"]
FEATURES = {  # VISIA feature: mean count of one view, mean score, how far it follows the melasma
    "SPOT": (110, 32, 0.5), "WRNK": (14, 9, 0.0), "TEXT": (420, 12, 0.1), "PORE": (560, 14, 0.1),
    "UVSP": (190, 21, 0.3), "BRSP": (230, 38, 0.9), "RDAR": (60, 17, 0.0), "PORP": (340, 8, 0.0),
}
SATISFACTION = ["Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"]
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
Row = dict[str, str]


def edc(day: date) -> str:
    """05-MAR-2026, whatever the language of the machine."""
    return f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year}"


def clock(rng: Random, first: int, last: int) -> str:
    return f"{rng.randint(first, last):02}:{rng.choice(range(0, 60, 5)):02}"


def cased(rng: Random, text: str) -> str:
    return rng.choice([text, text, text.upper(), text.lower()])


def demographics(subject: Subject) -> list[Row]:
    rng, day, born = subject.rng, subject.screening, subject.born
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    partial = rng.random() < 0.08
    return [{
        "PREVSUBJ": RESCREENED.get(subject.number, ""),
        "BRTHDAT": f"UN-UNK-{born.year}" if partial else edc(born),
        "AGE": str(age), "AGEU": rng.choice(["Years", "years", "YEARS"]),
        "SEX": rng.choice(["Female", "F", "female"]), "RACE": cased(rng, "Asian"),
        "NATION": subject.nation, "FITZ": rng.choice([subject.skin, subject.skin, subject.skin.lower()]),
        "ICYN": subject.yes(True), "ICDAT": edc(day), "ICTIM": clock(rng, 8, 11) if rng.random() < 0.5 else "", "DMDAT": edc(day),
    }]


def randomisation(subject: Subject) -> list[Row]:
    if not subject.group:
        return []
    day = subject.days["Baseline"]
    return [{"RANDDAT": edc(day), "RANDTIM": clock(subject.rng, 8, 8), "GROUP": cased(subject.rng, subject.group)}]


def criteria(subject: Subject) -> list[Row]:
    visit, day = next(iter(subject.days.items()))
    failed = FAILURES.get(subject.number, [])
    common = {"VISIT": visit, "IEDAT": edc(day), "IEYN": subject.yes(not failed)}
    return [common | {"IECAT": category, "IENO": number} for category, number in failed or [("", "")]]


def history(subject: Subject) -> list[Row]:
    rng = subject.rng
    if subject.number in RESCREENED.values():
        return []  # taken down once, under the new number
    onset = subject.screening.year - rng.randint(2, 14)
    month = rng.choice(["UN-UNK", "UN-UNK", "UN-MAY", "UN-JUL"])
    rows = [{"MHCAT": "Melasma", "MHTERM": cased(rng, "Melasma"), "MHPT": "Melasma", "MHSTDAT": f"{month}-{onset}", "MHENDAT": "",
             "MHONGO": subject.yes(True)}]
    for term in ["Allergic rhinitis", "Hypothyroidism", "Iron deficiency anaemia", "Gastritis"]:
        if rng.random() < 0.15:
            start = rng.randint(2008, 2023)
            over = rng.random() < 0.4
            rows.append({"MHCAT": "General", "MHTERM": cased(rng, term), "MHPT": term, "MHSTDAT": f"UN-UNK-{start}",
                         "MHENDAT": f"UN-UNK-{start + 1}" if over else "", "MHONGO": subject.yes(not over)})
    return [{"MHNO": str(n)} | row for n, row in enumerate(rows, 1)]


def vital_signs(subject: Subject) -> list[Row]:
    rng, rows, height = subject.rng, [], round(subject.rng.gauss(161, 5))
    for visit, day in subject.days.items():
        fahrenheit = subject.is_odd("temperature in Fahrenheit") and visit == "Week 4"
        first = visit in ("Screening", "Re-screening")
        celsius = rng.gauss(36.5, 0.2)
        rows.append({
            "VISIT": cased(rng, visit), "VSDAT": edc(day), "VSTIM": clock(rng, 8, 10) if rng.random() < 0.6 else "",
            "SYSBP": str(round(rng.gauss(116, 9))), "DIABP": str(round(rng.gauss(74, 7))), "BPU": rng.choice(["mmHg", "mmHg", "MMHG"]),
            "PULSE": str(round(rng.gauss(73, 7))), "PULSEU": rng.choice(["beats/min", "bpm", "BPM"]),
            "RESP": str(round(rng.gauss(16, 1.2))), "RESPU": "breaths/min",
            "TEMP": f"{celsius * 9 / 5 + 32:.1f}" if fahrenheit else f"{celsius:.1f}", "TEMPU": "F" if fahrenheit else "C",
            "HEIGHT": "" if not first else f"{height / 100:.2f}" if subject.is_odd("height in metres") else str(height),
            "HEIGHTU": "" if not first else "m" if subject.is_odd("height in metres") else "cm",
            "WEIGHT": f"{subject.weight + rng.gauss(0, 0.4):.1f}", "WEIGHTU": rng.choice(["kg", "KG", "kg"]),
        })
    return rows


def masi(subject: Subject) -> list[Row]:
    rng, rows = subject.rng, []
    rater = rng.choice(["R1", "R2"])
    for visit, day in subject.days.items():
        share = left(subject, visit) ** 0.5  # half of the change shows in the area, half in the two intensities
        row = {"VISIT": cased(rng, visit), "MASIDAT": edc(day), "MASIPERF": subject.yes(True), "RATER": rater}
        for region, scores in subject.severity.items():
            for item, score, most in zip("ADH", scores, (6, 4, 4), strict=True):
                wobble = rng.gauss(0, 0.18) if visit != "Baseline" else 0
                row[f"{region}_{item}"] = str(min(most, max(0, round(score * share + wobble))))
        if subject.is_odd("item missing") and visit == "Week 8":
            row["CH_H"] = ""
        rows.append(row)
    for visit in subject.missed:
        rows.append(dict.fromkeys(rows[0], "") | {"VISIT": visit, "MASIPERF": subject.yes(False)})
    return rows


def visia(subject: Subject) -> list[Row]:
    rng, rows = subject.rng, []
    level = {feature: rng.lognormvariate(0, 0.25) for feature in FEATURES}
    for visit, day in subject.days.items():
        if not subject.group or visit not in ("Baseline", *WEEKS) or subject.is_odd("images failed") and visit == "Week 12":
            continue
        for view in ("Left", "Right", "Front"):
            row = {"VISIT": visit, "VISIADAT": edc(day), "VIEW": cased(rng, view)}
            for feature, (count, score, follows) in FEATURES.items():
                size = level[feature] * (1 - follows * (1 - left(subject, visit))) * (1.4 if view == "Front" else 1)
                row[f"{feature}_CNT"] = str(max(0, round(count * size * rng.lognormvariate(0, 0.06))))
                row[f"{feature}_SCR"] = f"{score * size * rng.lognormvariate(0, 0.06):.3f}"
            rows.append(row)
    return rows


def satisfaction(subject: Subject) -> list[Row]:
    rng, rows = subject.rng, []
    for visit, day in subject.days.items():
        if visit in WEEKS:
            mood = 1.6 + 3.6 * subject.response * COURSE[visit]
            answers = [SATISFACTION[min(4, max(0, round(mood + rng.gauss(0, 0.7))))] for _ in range(4)]
            rows.append({"VISIT": visit, "SATDAT": edc(day)} | {f"Q{n}": cased(rng, a) for n, a in enumerate(answers, 1)})
    return rows


def infusions(subject: Subject) -> list[Row]:
    rng, rows = subject.rng, []
    for visit in INFUSIONS if subject.group == "Group 1" else []:
        if visit in subject.days:
            interrupted = subject.is_odd("infusion interrupted") and visit == "Baseline"
            hour, dose = rng.randint(9, 10), round(subject.weight)
            rows.append({
                "VISIT": visit, "INFYN": subject.yes(True), "INFDAT": edc(subject.days[visit]),
                "INFSTTIM": f"{hour:02}:{rng.randint(10, 25)}", "INFENTIM": f"{hour + 1:02}:{rng.randint(10, 30)}",
                "INFDOSE": str(dose // 2 if interrupted else dose), "INFDOSEU": rng.choice(["10^6 cells", "x10^6 Cells", "10^6 CELLS"]),
                "INFINT": subject.yes(interrupted), "LOT": lot(subject.days[visit]),
            })
    return rows


def lot(day: date) -> str:
    return f"UCM{day.year % 100:02}{day.month:02}"


def injections(subject: Subject) -> list[Row]:
    rng, rows = subject.rng, []
    for visit in SESSIONS if subject.group in MSC else []:
        if visit in subject.days:
            rows.append({
                "VISIT": visit, "INJYN": subject.yes(True), "INJDAT": edc(subject.days[visit]), "INJTIM": clock(rng, 13, 13),
                "INJDOSE": "10", "INJDOSEU": rng.choice(["10^6 cells", "x10^6 Cells"]), "POINTS": str(rng.randint(40, 60)),
                "LOT": lot(subject.days[visit]),
            })
        elif visit in subject.missed:
            rows.append({"VISIT": visit, "INJYN": subject.yes(False)})
    return rows


def lasers(subject: Subject) -> list[Row]:
    rng, rows = subject.rng, []
    for visit in SESSIONS if subject.group else []:
        if visit in subject.days:
            rows.append({
                "VISIT": cased(rng, visit), "LASYN": subject.yes(True), "LASDAT": edc(subject.days[visit]),
                "LASTIM": clock(rng, 14, 15) if rng.random() < 0.7 else "",
                "FLUENCE": rng.choice(["0.40", "0.57", "0.71"]), "FLUENCEU": rng.choice(["J/cm2", "J/CM2"]), "PASSES": rng.choice("23"),
            })
        elif visit in subject.missed:
            rows.append({"VISIT": visit, "LASYN": subject.yes(False)})
    return rows


def adverse_events(subject: Subject) -> list[Row]:
    rng, rows = subject.rng, []
    for number, event in enumerate(subject.events, 1):
        lowest, high, higher, organ = AE_TERMS[event.term]
        treated, goes_on = event.start >= subject.days["Baseline"], event.end_text == ""
        rows.append({
            "AEYN": subject.yes(True), "AENO": str(number), "AETERM": event.verbatim or cased(rng, event.term),
            "LLT": lowest, "PT": event.term, "HLT": high, "HLGT": higher, "SOC": organ,
            "AESTDAT": event.start_text or edc(event.start),
            "AESTTIM": clock(rng, 16, 21) if rng.random() < 0.3 and not event.start_text else "",
            "AEENDAT": edc(event.end) if event.end_text is None else event.end_text, "AEONGO": subject.yes(goes_on),
            "AESEV": cased(rng, event.severity), "AESER": subject.yes(event.serious),
            "SERDTH": subject.yes(False), "SERLIFE": subject.yes(False), "SERHOSP": subject.yes(event.serious),
            "SERDIS": subject.yes(False), "SERCONG": subject.yes(False), "SERMIE": subject.yes(False),
            "AEREL": cased(rng, event.relation), "AEACN": event.action if treated else "Not applicable",
            "AETRT": subject.yes(event.term in REMEDIES), "AEOUT": "Not recovered" if goes_on else "Recovered", "AEDESC": event.description,
        })
        if event.exported_twice:
            rows.append(dict(rows[-1]))
    return rows or [{"AEYN": subject.yes(False)}]


def taken(remedy: tuple[str, ...], reason: str, start: str, end: str, event: str = "", goes_on: str = "") -> Row:
    name, generic, dose, unit, frequency, route = remedy
    return {"CMTRT": name, "CMGEN": generic, "CMDOSE": dose, "CMDOSEU": unit, "CMFREQ": frequency, "CMROUTE": route,
            "CMINDC": reason, "AENO": event, "CMSTDAT": start, "CMENDAT": end, "CMONGO": goes_on}


def medications(subject: Subject) -> list[Row]:
    """What was taken before the study, sunscreen, and what was given for an adverse event (AENO names it)."""
    rng, rows = subject.rng, []
    for remedy in PRIOR_MEDICATIONS if subject.number not in RESCREENED.values() else []:
        if rng.random() < 0.3:
            year = rng.randint(2022, 2024)
            end = f"UN-{rng.choice(['FEB', 'MAR', 'OCT'])}-{year + 1}" if year < 2024 else "UN-UNK-2025"
            rows.append(taken(remedy, "Melasma", f"UN-UNK-{year}", end))
    if subject.group:
        rows.append(taken(SUNSCREEN, "Sun protection", edc(subject.screening), "", goes_on=subject.yes(True)))
    for number, event in enumerate(subject.events, 1):
        if event.term in REMEDIES:
            start, end = event.start_text or edc(event.start), event.end_text or edc(event.start + timedelta(3))
            rows.append(taken(REMEDIES[event.term], event.term, start, end, str(number)))
    return [{"CMNO": str(n)} | row for n, row in enumerate(rows, 1)]


def disposition(subject: Subject) -> list[Row]:
    last, ended, words = max(subject.days.values()), 0, ""
    reason = cased(subject.rng, "Completed")
    if subject.number in FAILURES:
        reason = "Screen failure"
    elif subject.is_odd("withdraws"):
        ended, reason, words = 12, "Withdrawal by subject", "Moves to another city"
    elif subject.is_odd("lost"):
        ended, reason, words = 70, "Lost to follow-up", "Three calls without answer"
    return [{"DSSTDAT": edc(last + timedelta(ended)), "DSREAS": reason, "DSSPEC": words, "LASTDAT": edc(last)}]


def visits(subject: Subject) -> list[Row]:
    rows = [{"VISIT": visit, "VISDAT": edc(day), "VISYN": subject.yes(True), "VISREAS": ""} for visit, day in subject.days.items()]
    missed = [{"VISIT": visit, "VISDAT": "", "VISYN": subject.yes(False), "VISREAS": "Subject travelled"} for visit in subject.missed]
    return rows + missed


FORMS = {
    "dm": demographics, "rand": randomisation, "ie": criteria, "mh": history, "cm": medications, "vs": vital_signs, "masi": masi,
    "visia": visia, "sat": satisfaction, "infusion": infusions, "injection": injections, "laser": lasers, "ae": adverse_events,
    "ds": disposition, "sv": visits,
}


def fill_in() -> dict[str, list[Row]]:
    """The records of every form."""
    subjects = enrol()
    forms: dict[str, list[Row]] = {}
    for form, fill in FORMS.items():
        forms[form] = []
        for subject in subjects:
            subject.spelling = subject.rng.choice(SPELLINGS)  # whoever typed this form for her
            forms[form] += [{"SUBJECT": subject.number} | row for row in fill(subject)]
    return forms


def write_csv(folder: Path, forms: dict[str, list[Row]], columns: dict[str, list[str]]) -> None:
    for form, rows in forms.items():
        with (folder / f"{form}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns[form], restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def main(folder: Path | None, odm: Path | None, xlsx: Path | None) -> None:
    """The same records as CSV files in a folder, as an ODM file and as a workbook: those that are asked for."""
    forms = fill_in()
    columns = {form: list(max(rows, key=len)) for form, rows in forms.items()}  # the fullest record has every column
    if folder:
        write_csv(folder, forms, columns)
    if odm:
        write_odm(odm, forms, columns, Path(__file__).parent / "tables" / "crf_pages.csv")
    if xlsx:
        from simulate_xlsx import write_xlsx  # needs openpyxl

        write_xlsx(xlsx, forms, columns)


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="of the CSV files")
    parser.add_argument("--odm", type=Path, metavar="FILE", help="the records as ODM-XML 1.3.2")
    parser.add_argument("--xlsx", type=Path, metavar="FILE", help="the records as a workbook")
    said = parser.parse_args()
    everyday = None if said.odm or said.xlsx else Path(__file__).parent / "raw"
    main(said.folder or everyday, said.odm, said.xlsx)
