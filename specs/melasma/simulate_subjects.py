"""The subjects of the simulated study: who is screened, randomised and treated when, how she responds, and what befalls her."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from simulate_events import COMMON_EVENTS, PLANTED_EVENTS, Event

SEED = 6911281
FIRST_SCREENING = date(2025, 7, 1)
SCREENED = [f"S{n:03}" for n in range(1, 38)]  # 37 numbers for 36 women: one was screened twice
RESCREENED = {"S024": "S009"}  # new number: first number
FAILURES = {  # number: criteria not met
    "S004": [("Inclusion", "03")],
    "S009": [("Exclusion", "04")],
    "S012": [("exclusion", "02")],
    "S017": [("Inclusion", "01"), ("Exclusion", "05")],
    "S022": [("INCLUSION", "02")],
    "S028": [("Exclusion", "01")],
    "S033": [("Exclusion", "06")],
}
GROUPS = ["Group 1", "Group 2", "Control"]
REDUCTION = {"Group 1": 0.62, "Group 2": 0.50, "Control": 0.33}  # mean reduction of MASI at week 24
COURSE = {"Week 4": 0.35, "Unscheduled 3.1": 0.30, "Week 8": 0.65, "Week 12": 0.90, "Week 24": 1.0}  # share reached by then
WEEKS = {"Week 4": 4, "Week 8": 8, "Week 12": 12, "Week 24": 24}
ODD = {
    "withdraws": "S015",  # after week 8
    "lost": "S026",  # after week 4
    "missed": "S007",  # week 8
    "unscheduled": "S019",  # between weeks 4 and 8
    "item missing": "S027",  # one MASI item at week 8
    "height in metres": "S008",
    "temperature in Fahrenheit": "S014",
    "infusion interrupted": "S023",  # the first one, for a fever
    "images failed": "S025",  # no VISIA at week 12
}
REGIONS = {"FH": 0.8, "RM": 1.0, "LM": 1.0, "CH": 0.55}  # how strongly each region is affected, against the malar ones
SPELLINGS = [("Yes", "No"), ("Y", "N"), ("1", "0")]  # a subject's form keeps to one


@dataclass
class Subject:
    """One screening number: what is fixed before any form is filled in."""

    number: str
    rng: Random
    screening: date
    born: date
    weight: float
    nation: str
    skin: str  # Fitzpatrick's type
    group: str = ""
    days: dict[str, date] = field(default_factory=dict)  # visits that took place
    missed: list[str] = field(default_factory=list)
    severity: dict[str, tuple[int, int, int]] = field(default_factory=dict)  # at baseline: area, darkness, homogeneity
    response: float = 0.0
    events: list[Event] = field(default_factory=list)
    spelling: tuple[str, str] = SPELLINGS[0]

    def is_odd(self, what: str) -> bool:
        return ODD[what] == self.number

    def yes(self, answer: bool) -> str:
        return self.spelling[0] if answer else self.spelling[1]


def severity(rng: Random) -> dict[str, tuple[int, int, int]]:
    whole = rng.gauss(0, 0.5)
    score = {}
    for region, share in REGIONS.items():
        area = min(6, max(1, round(4.2 * share + whole + rng.gauss(0, 0.6))))
        dark, homogeneous = (min(4, max(1, round(2.7 * (0.5 + share / 2) + whole / 2 + rng.gauss(0, 0.4)))) for _ in range(2))
        score[region] = (area, dark, homogeneous)
    return score


def plan_visits(subject: Subject) -> None:
    """Dates of the visits that take place; the missed ones by name."""
    rng, start = subject.rng, subject.screening + timedelta(subject.rng.randint(3, 10))
    subject.days = {"Screening": subject.screening, "Baseline": start}
    if subject.number in RESCREENED:
        subject.days = {"Re-screening": subject.screening, "Baseline": start}
    for visit, week in WEEKS.items():
        day = start + timedelta(7 * week + rng.randint(-3, 4))
        if subject.is_odd("withdraws") and week > 8 or subject.is_odd("lost") and week > 4:
            continue
        if subject.is_odd("missed") and visit == "Week 8":
            subject.missed.append(visit)
            continue
        subject.days[visit] = day
        if subject.is_odd("unscheduled") and visit == "Week 4":
            subject.days["Unscheduled 3.1"] = day + timedelta(9)


def enrol() -> list[Subject]:
    rng = Random(SEED)
    subjects, day, block = [], FIRST_SCREENING, []
    for number in SCREENED:
        own = Random(f"{SEED}-{number}")
        born = day - timedelta(int(365.25 * own.uniform(26, 56)))
        nation, skin = own.choices(["Han", "Hui", "Manchu", "Zhuang"], [92, 3, 3, 2])[0], own.choice(["III", "III", "IV"])
        subject = Subject(number, own, day, born, round(own.gauss(57, 6), 1), nation, skin)
        if number in RESCREENED:
            first = next(s for s in subjects if s.number == RESCREENED[number])
            subject.born, subject.weight, subject.nation, subject.skin = first.born, first.weight, first.nation, first.skin
        if number in FAILURES:
            subject.days = {"Screening": day}
        else:
            if not block:
                block = GROUPS * 2
                rng.shuffle(block)
            subject.group = block.pop()
            plan_visits(subject)
        subject.severity = severity(own)
        subject.response = min(0.95, max(0.0, REDUCTION.get(subject.group, 0.0) + own.gauss(0, 0.13)))
        subject.events = draw_events(subject)
        subjects.append(subject)
        day += timedelta(rng.randint(1, 4))
    return subjects


def draw_events(subject: Subject) -> list[Event]:
    """The adverse events of this subject, planted ones included, in order of their first day."""
    rng, events = subject.rng, []
    if subject.group:
        events = [planted.of(subject.days["Baseline"]) for planted in PLANTED_EVENTS.get(subject.number, [])]
    for common in COMMON_EVENTS:
        visit = rng.choice(common.visits)
        if subject.group in common.groups and visit in subject.days and rng.random() < common.chance:
            start = subject.days[visit] + timedelta(rng.randint(*common.delay))
            end = start + timedelta(rng.randint(*common.lasts))
            events.append(Event(common.term, start, end, rng.choice(common.severities), common.relation))
    return sorted(events, key=lambda event: (event.start, event.term))


def left(subject: Subject, visit: str) -> float:
    """The share of the melasma that is left at a visit."""
    return 1 - subject.response * COURSE.get(visit, 0.0)
