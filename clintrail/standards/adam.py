"""The Analysis Data Model: ADSL and BDS of ADaMIG 1.3, OCCDS 1.1 and its AE structure, and BDS for time to event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial

from clintrail.standards.info import DatasetInfo, VariableInfo
from clintrail.standards.sdtm import sdtm_dataset
from clintrail.standards.tables import Row, read_table, variable_from
from clintrail.standards.templates import fill_label, is_template, literal_length, match_template

_IDENTIFIERS = 4  # STUDYID, USUBJID, SUBJID, SITEID: variables carried from ADSL follow them
_BEHIND = 0.0001


def _structure(class_name: str) -> Row:
    rows = {row["Structure"]: row for row in read_table("adam", "structures")}
    if class_name not in rows:
        raise KeyError(f"no ADaM structure named {class_name}: {', '.join(rows)}")
    return rows[class_name]


@cache
def adam_dataset(class_name: str) -> DatasetInfo:
    """The structure ADSL, BDS, OCCDS, AE (adverse events in OCCDS) or TTE; KeyError for another name.

    Its variables keep the standard's templates; `variable('TRT01P')` fills them in.
    """
    row = _structure(class_name)
    return DatasetInfo(
        name=class_name,
        label=row["Label"],
        class_name=row["Class"],
        structure=row["Structure Statement"],
        keys=tuple(row["Keys"].split()),
        variables=_variables(class_name),
        repeating=row["Repeating"] == "Yes",
        purpose=row["Purpose"],
        subclass=row["Subclass"],
        standard=row["Standard"],
        find=partial(adam_variable, class_name=class_name),
    )


@cache
def _variables(class_name: str) -> tuple[VariableInfo, ...]:
    """The structure's own variables, then those of the structure it extends.

    Where both have one, the core is the narrower structure's and the place the wider one's. So is the wording when they
    come from different texts: TTE 1.0 is of 2012, and ADaMIG 1.3 has since reworded some of its labels. The one name
    that a structure has twice (DECDORGw, for MedDRA and for WHODrug) means the first.
    """
    rows = [row for row in read_table("adam", "variables") if row["Structure"] == class_name]
    own: dict[str, VariableInfo] = {}
    for row in rows:
        if row["Core"] != "Not used":
            own.setdefault(row["Variable"], variable_from(row))
    base = _structure(class_name)["Extends"]
    if not base:
        return tuple(own.values())
    newer = _structure(class_name)["Standard"] != _structure(base)["Standard"]
    inherited = {v.name: v for v in _variables(base)}
    known = {row["Variable"] for row in rows}
    merged = [_placed(v, inherited.get(v.name), newer) for v in own.values()] + [v for v in inherited.values() if v.name not in known]
    return tuple(sorted(merged, key=lambda v: v.order))


def _placed(variable: VariableInfo, base: VariableInfo | None, reworded: bool) -> VariableInfo:
    if base is None:
        return replace(variable, order=_IDENTIFIERS + variable.order / 1000)
    return replace(variable, label=base.label if reworded else variable.label, order=base.order)


@cache
def adam_variable(name: str, class_name: str) -> VariableInfo | None:
    """What the standards say about the concrete variable `name` in a dataset of structure `class_name`.

    First that wins: a name the structure spells out; one of ADSL; an SDTM variable, with SDTM's label and type, since a
    variable carried over unchanged keeps them (ADaMIG 1.3, section 3.1.1); the most specific template, of the structure,
    of ADSL; the number or text of another (RACEN); a name of another structure; a suffix family (*DT, *FL). None if no
    standard knows the name. A suffix family says nothing of the label, so that is empty unless an SDTM date tells it.
    """
    own = _exact(name, class_name)
    if own:
        return own
    of_adsl = _exact(name, "ADSL")
    carried = of_adsl or _from_sdtm(name)
    if carried:
        return _carried(carried, _from_templates(name, class_name), class_name, from_adsl=bool(of_adsl))
    template = _from_templates(name, class_name)
    if template:
        return template
    pooled = _from_templates(name, "ADSL")
    if pooled:
        return _carried(pooled, None, class_name, from_adsl=True)
    paired = _number_or_text_of(name, class_name)
    if paired:
        return paired
    other = _of_another_structure(name) or _from_suffix(name)
    return _carried(other, None, class_name) if other else None


def _exact(name: str, class_name: str) -> VariableInfo | None:
    return next((v for v in _variables(class_name) if v.name == name and not is_template(v.name)), None)


def _of_another_structure(name: str) -> VariableInfo | None:
    for structure in ("BDS", "OCCDS"):
        found = _exact(name, structure) or _from_templates(name, structure)
        if found:
            return found
    return None


def _carried(found: VariableInfo, template: VariableInfo | None, class_name: str, *, from_adsl: bool = False) -> VariableInfo:
    """`found` as it stands in this structure: core and place from the structure's template if it has one."""
    if template:
        return replace(found, core=template.core, order=template.order, codelists=found.codelists or template.codelists, role="")
    place = _IDENTIFIERS + found.order / 1000 if from_adsl else len(_variables(class_name)) + 1
    return replace(found, core="Perm", order=float(place), role="")


def _from_sdtm(name: str) -> VariableInfo | None:
    """An SDTM variable by its own name: of DM, of the domain its first two letters name, or common to all domains."""
    for dataset in ("DM", name[:2], "VS", "AE", "TA"):
        info = sdtm_dataset(dataset)
        found = info.variable(name) if info else None
        if found:
            return replace(found, core="", role="")
    return None


def _from_templates(name: str, class_name: str) -> VariableInfo | None:
    """The most specific template that the name fits, filled in; suffix families are left for later."""
    templates = (v for v in _variables(class_name) if is_template(v.name) and "*" not in v.name)
    return _best(name, templates)


def _best(name: str, templates: Iterator[VariableInfo]) -> VariableInfo | None:
    fitting = [(v, parts) for v in templates if (parts := match_template(v.name, name)) is not None]
    if not fitting:
        return None
    best, parts = max(fitting, key=lambda pair: literal_length(pair[0].name))
    return replace(best, name=name, label=fill_label(best.label, parts))


def _from_suffix(name: str) -> VariableInfo | None:
    """A variable that only its suffix describes; its label comes from the variable it is made of, where there is one."""
    timing = (v for v in _variables("BDS") if v.name.startswith("*"))
    found = _best(name, timing) or _best(name, _conventions())
    return replace(found, label=_date_label(name)) if found else None


def _conventions() -> Iterator[VariableInfo]:
    for row in read_table("adam", "conventions"):
        yield variable_from({"Order": "0", "Codelist Codes": "", "Described Value Domain": "", **row, "Variable": row["Suffix"]})


def _number_or_text_of(name: str, class_name: str) -> VariableInfo | None:
    """RACEN from RACE, SAFFN from SAFFL: the same label with (N), or with (C) for text made of a number.

    Its place is right behind that variable (ADaMIG 1.3, sections 3.1.1 and 3.1.4).
    """
    if name.endswith("FN"):
        source, type_, mark = name[:-1] + "L", "Char", "(N)"
    else:
        type_, mark = {"N": ("Char", "(N)"), "C": ("Num", "(C)")}.get(name[-1:], ("", ""))
        source = name[:-1] if mark else ""
    base = adam_variable(source, class_name) if len(source) > 1 else None
    if base is None or base.type != type_:
        return None
    values = tuple({"Y": "1", "N": "0"}[v] for v in base.values) if set(base.values) <= {"Y", "N"} else ()
    label = f"{base.label} {mark}" if base.label else ""
    return VariableInfo(name, label, "Num" if type_ == "Char" else "Char", "", "Perm", (), base.order + _BEHIND, "", values)


def _date_label(name: str) -> str:
    """RFENDT is made of RFENDTC, whose label says what the date is of."""
    for suffix, word in (("DT", "Date"), ("DTM", "Datetime"), ("TM", "Time")):
        source = _from_sdtm(name.removesuffix(suffix) + "DTC") if name.endswith(suffix) else None
        if source:
            return source.label.replace("Date/Time", word)
    return ""
