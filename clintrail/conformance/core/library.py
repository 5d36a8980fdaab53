"""What the SDTM and its implementation guide say of a domain, as the lists that CDISC's rules ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from clintrail.conformance.core.subject import Subject
from clintrail.standards.tables import Row, read_table

_GENERAL = ("INTERVENTIONS", "EVENTS", "FINDINGS", "FINDINGS ABOUT")


@dataclass(frozen=True)
class LibraryVariable:
    """A variable of a standard. `core` is `Req`, `Exp` or `Perm`; of variables that only the model has `Perm`."""

    name: str
    label: str
    type: str
    role: str
    core: str
    codelist: str
    order: int


def is_custom(subject: Subject) -> bool:
    """Whether neither guide nor model have the domain."""
    return _base(subject) not in _datasets()


def domain_label(subject: Subject) -> str:
    """The guide's label of the domain; empty where it is not in the guide."""
    row = _datasets().get(subject.name)
    return row["Label"] if row and row["Standard"].startswith("SDTMIG") else ""


def standard_variables(subject: Subject) -> tuple[LibraryVariable, ...]:
    """The variables of a domain in the model's order, as the guide describes those that it lists.

    Of general observation classes all that the model has in the class; else those of the guide's own table.
    """
    return _standard(*_key(subject))


def model_variables(subject: Subject) -> tuple[LibraryVariable, ...]:
    """The variables that the model has for a domain: those of its class, or of its own table; else the guide's table."""
    return _of_model(*_key(subject))


def variable_names(subject: Subject, others: tuple[str, ...]) -> frozenset[str]:
    """The names that variables of a domain, and of other datasets beside it, can have by guide and model."""
    own = {v.name for v in standard_variables(subject)} | {v.name for v in model_variables(subject)}
    return frozenset(own | {v.name for name in others for v in _guide_table(name)})


def _key(subject: Subject) -> tuple[str, str, str, bool]:
    return _base(subject), subject.class_name, subject.prefix, subject.is_associated and not subject.is_supplemental


@cache
def _standard(base: str, class_name: str, prefix: str, associated: bool) -> tuple[LibraryVariable, ...]:
    own = {v.name: v for v in _guide_table(base)}
    if class_name not in _GENERAL:
        return tuple(own.values()) or _of_model(base, class_name, prefix, associated)
    found = [own.pop(v.name, v) for v in _of_model(base, class_name, prefix, associated)]
    for missing in own.values():  # of the guide alone: at the end of those of its role
        places = [i for i, v in enumerate(found) if v.role == missing.role]
        found.insert(places[-1] + 1 if places else len(found), missing)
    return tuple(found)


@cache
def _of_model(base: str, class_name: str, prefix: str, associated: bool) -> tuple[LibraryVariable, ...]:
    if class_name in _GENERAL:
        return tuple(_of_class(class_name, prefix, associated))
    return tuple(_named(_model(base), prefix)) or _guide_table(base)


def _base(subject: Subject) -> str:
    if subject.is_supplemental:
        return "SUPPQUAL"
    return subject.name[2:] if subject.name.startswith("AP") and len(subject.name) == 4 else subject.domain or subject.name


def _of_class(class_name: str, prefix: str, associated: bool) -> Iterator[LibraryVariable]:
    general = _model("General Observations")
    identifiers = [row for row in general if row["Role"] == "Identifier"]
    if associated:
        people = _model("Associated Persons")
        identifiers = [row for row in identifiers if row["Variable"] != "USUBJID"] + list(people)
    yield from _named(identifiers, prefix)
    qualifiers = list(_model("Findings" if class_name == "FINDINGS ABOUT" else class_name.title()))
    if class_name == "FINDINGS ABOUT":
        behind = next(i for i, row in enumerate(qualifiers) if row["Variable"] == "--TEST")
        qualifiers[behind + 1 : behind + 1] = _model("Findings About")
    yield from _named(qualifiers, prefix)
    yield from _named((row for row in general if row["Role"] == "Timing"), prefix)


def _named(rows: Iterable[Row], prefix: str) -> Iterator[LibraryVariable]:
    for row in rows:
        codelists = row["Codelist Codes"].split()
        yield LibraryVariable(
            row["Variable"].replace("--", prefix), row["Label"], row["Type"], row["Role"], row.get("Core") or "Perm",
            codelists[0] if codelists else "", int(row["Order"]),
        )  # fmt: skip


@cache
def _guide_table(name: str) -> tuple[LibraryVariable, ...]:
    return tuple(_named((row for row in read_table("sdtm", "variables") if row["Dataset"] == name), ""))


@cache
def _model(table: str) -> tuple[Row, ...]:
    return tuple(row for row in read_table("sdtm", "model") if row["Table"] == table)


@cache
def _datasets() -> dict[str, Row]:
    return {row["Dataset"]: row for row in read_table("sdtm", "datasets")}
