"""What `simulate.py` may let happen: adverse events and medications, as tables.

The wording follows MedDRA's style; MedDRA's codes are licensed and left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

ALL = ("Group 1", "Group 2", "Control")
MSC = ("Group 1", "Group 2")
SESSIONS = ("Baseline", "Week 4", "Week 8")

GENERAL = "General disorders and administration site conditions"
SKIN = "Skin and subcutaneous tissue disorders"
INFECTIONS = "Infections and infestations"
NERVOUS = "Nervous system disorders"

# preferred term: lowest level term, high level term, high level group term, system organ class
AE_TERMS = {
    "Erythema": ("Erythema", "Erythemas", "Epidermal and dermal conditions", SKIN),
    "Swelling face": ("Facial swelling", "Oedema NEC", "General system disorders NEC", GENERAL),
    "Pruritus": ("Itching", "Pruritus NEC", "Epidermal and dermal conditions", SKIN),
    "Skin hyperpigmentation": ("Post inflammatory hyperpigmentation", "Hyperpigmentation disorders", "Pigmentation disorders", SKIN),
    "Petechiae": ("Petechiae", "Purpura and related conditions", "Skin vascular abnormalities", SKIN),
    "Injection site pain": ("Injection site pain", "Injection site reactions", "Administration site reactions", GENERAL),
    "Pyrexia": ("Fever", "Febrile disorders", "Body temperature conditions", GENERAL),
    "Headache": ("Headache", "Headaches NEC", "Headaches", NERVOUS),
    "Nasopharyngitis": ("Common cold", "Upper respiratory tract infections", "Infections - pathogen unspecified", INFECTIONS),
    "Appendicitis": ("Acute appendicitis", "Abdominal and gastrointestinal infections", "Infections - pathogen unspecified", INFECTIONS),
}


@dataclass(frozen=True)
class Common:
    """An event with the chance that a subject of these groups has it, after one of these visits."""

    term: str
    groups: tuple[str, ...]
    chance: float
    visits: tuple[str, ...]
    delay: tuple[int, int]  # days after the visit
    lasts: tuple[int, int]
    severities: tuple[str, ...]
    relation: str


COMMON_EVENTS = [
    Common("Erythema", ALL, 0.60, SESSIONS, (0, 0), (1, 4), ("Mild", "Mild", "Moderate"), "Related"),
    Common("Swelling face", ALL, 0.25, SESSIONS, (0, 1), (1, 3), ("Mild",), "Related"),
    Common("Pruritus", ALL, 0.15, SESSIONS, (1, 4), (2, 6), ("Mild",), "Possibly related"),
    Common("Petechiae", ALL, 0.12, SESSIONS, (0, 0), (3, 7), ("Mild",), "Related"),
    Common("Injection site pain", MSC, 0.50, SESSIONS, (0, 0), (0, 2), ("Mild", "Moderate"), "Related"),
    Common("Pyrexia", ("Group 1",), 0.35, ("Baseline", "Week 4"), (0, 1), (0, 1), ("Mild", "Moderate"), "Possibly related"),
    Common("Nasopharyngitis", ALL, 0.20, ("Week 4", "Week 8", "Week 12"), (5, 20), (4, 9), ("Mild",), "Not related"),
    Common("Headache", ALL, 0.12, ("Baseline", "Week 4"), (1, 9), (0, 1), ("Mild",), "Not related"),
]


@dataclass(frozen=True)
class Event:
    """One adverse event of one subject; the texts replace what the dates would print as."""

    term: str
    start: date
    end: date
    severity: str = "Mild"
    relation: str = "Not related"
    serious: bool = False
    action: str = "Dose not changed"
    verbatim: str = ""
    start_text: str = ""
    end_text: str | None = None  # '' is an event that goes on
    description: str = ""
    exported_twice: bool = False


@dataclass(frozen=True)
class Planted:
    """An oddity that real exports have; days count from the first treatment."""

    term: str
    starts: int
    ends: int
    more: dict[str, Any] = field(default_factory=dict)  # what else the event has, by the names of `Event`

    def of(self, treated: date) -> Event:
        return Event(self.term, treated + timedelta(self.starts), treated + timedelta(self.ends), **self.more)


DESCRIPTION = (
    "Pain in the right lower abdomen since the evening meal at the Café Liège, with nausea and a temperature of 38.4 °C. "
    "The subject went to the emergency department, was admitted for laparoscopic appendicectomy on the same night, "
    "received cefuroxime for three days and was discharged without complication. The next study visit took place as planned."
)

APPENDICITIS = {"serious": True, "severity": "Severe", "verbatim": "acute appendicitis", "description": DESCRIPTION}
FEVER = {"severity": "Moderate", "relation": "Related", "action": "Drug interrupted", "verbatim": "fever during infusion"}
UNKNOWN_DAYS = {"start_text": "UN-UNK-2025", "end_text": "UN-UNK-2025", "relation": "Possibly related"}

PLANTED_EVENTS = {
    "S003": [Planted("Headache", -2, -1)],  # before treatment
    "S005": [Planted("Nasopharyngitis", 20, 26, {"exported_twice": True})],
    "S011": [Planted("Appendicitis", 45, 49, APPENDICITIS)],
    "S013": [Planted("Erythema", 29, 1, {"relation": "Related"})],  # ends before it starts
    "S019": [Planted("Skin hyperpigmentation", 33, 80, {"severity": "Moderate", "relation": "Related", "end_text": ""})],  # goes on
    "S021": [Planted("Pruritus", 60, 62, UNKNOWN_DAYS)],
    "S023": [Planted("Pyrexia", 0, 1, FEVER)],  # during the infusion, which was stopped
    "S032": [Planted("Nasopharyngitis", 158, 163, {"start_text": "UN-MAR-2026", "end_text": "UN-MAR-2026"})],
}

# name as written, generic name, dose, unit, frequency, route
PRIOR_MEDICATIONS = [
    ("Tranexamic acid tablets", "Tranexamic acid", "250", "mg", "Twice daily", "Oral"),
    ("Hydroquinone cream 4%", "Hydroquinone", "", "", "Once daily", "Topical"),
    ("Vitamin C", "Ascorbic acid", "200", "mg", "Three times daily", "Oral"),
]
SUNSCREEN = ("Sunscreen SPF 50", "Sunscreen", "", "", "Twice daily", "Topical")
REMEDIES = {  # preferred term treated: the same
    "Pyrexia": ("Paracetamol", "Paracetamol", "500", "mg", "As needed", "Oral"),
    "Pruritus": ("Loratadine", "Loratadine", "10", "mg", "Once daily", "Oral"),
    "Appendicitis": ("Cefuroxime", "Cefuroxime", "1.5", "g", "Three times daily", "Intravenous"),
    "Skin hyperpigmentation": ("Mometasone cream 0.1%", "Mometasone", "", "", "Once daily", "Topical"),
}
