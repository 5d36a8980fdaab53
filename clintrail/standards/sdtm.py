"""The Study Data Tabulation Model: datasets of SDTMIG 3.4, and domains built from their class in SDTM 2.0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from clintrail.standards.info import DatasetInfo, VariableInfo
from clintrail.standards.tables import Row, read_table, variable_from

_CLASS_TABLE = {"INTERVENTIONS": "Interventions", "EVENTS": "Events", "FINDINGS": "Findings", "FINDINGS ABOUT": "Findings"}


@cache
def sdtm_dataset_names(standard: str = "SDTMIG 3.4") -> tuple[str, ...]:
    """The names of all datasets of the guide, in the order in which a define.xml lists them."""
    return tuple(row["Dataset"] for row in read_table("sdtm", "datasets") if row["Standard"] == standard)


@cache
def sdtm_dataset(name: str, *, class_name: str | None = None) -> DatasetInfo | None:
    """What the standard says about dataset `name`.

    Finds the guide's datasets (AE), supplemental qualifiers (SUPPAE), split datasets (QSPH is a QS), datasets that only
    the model has (POOLDEF) and domains for which there is no table (IG, a sponsor's own), built from their class in the
    model's order (source: SDTMIG 3.4, section 2.6). `class_name`, any case, is the general observation class; a domain
    in `domains.csv` needs none. None where nothing is known.
    """
    rows = {row["Dataset"]: row for row in read_table("sdtm", "datasets")}
    if name in rows:
        return _from_table(rows[name], name)
    if name.startswith("SUPP") and len(name) > 4:
        base = _from_table(rows["SUPPQUAL"], "SUPPQUAL")
        return replace(base, name=name, label=f"Supplemental Qualifiers for {name[4:]}")
    known = {row["Domain"]: row for row in read_table("sdtm", "domains")}.get(name, {})
    class_name = class_name or known.get("Class")
    if class_name:
        return _from_class(name, class_name.upper(), known.get("Label", ""))
    domain = rows.get(name[:2])
    if 3 <= len(name) <= 4 and domain and domain["Class"] in _CLASS_TABLE:
        return replace(_from_table(domain, name[:2]), name=name)
    return None


def _from_table(row: Row, domain: str) -> DatasetInfo:
    """A dataset that has a table of its own, in the guide or (POOLDEF) only in the model."""
    own = tuple(variable_from(r) for r in read_table("sdtm", "variables") if r["Dataset"] == domain)
    model = _class_variables(row["Class"], domain) if row["Class"] in _CLASS_TABLE else _model_table(domain)
    return _dataset(row, own or tuple(replace(v, core="") for v in model), model)


def _dataset(row: Row, own: tuple[VariableInfo, ...], model: Sequence[VariableInfo]) -> DatasetInfo:
    known = {v.name: v for v in _between(own, model)}
    return DatasetInfo(
        name=row["Dataset"],
        label=row["Label"],
        class_name=row["Class"],
        structure=row["Structure"],
        keys=tuple(row["Keys"].split()),
        variables=own,
        repeating=row["Repeating"] == "Yes",
        reference_data=row["Reference Data"] == "Yes",
        purpose=row["Purpose"],
        standard=row["Standard"],
        find=known.get,
    )


def _from_class(domain: str, class_name: str, label: str) -> DatasetInfo | None:
    """A domain without a table: identifiers, the class's topic and qualifiers, timing."""
    rules = next((row for row in read_table("sdtm", "classes") if row["Class"] == class_name), None)
    if rules is None:
        return None
    required, expected = (set(rules[kind].replace("--", domain).split()) for kind in ("Required", "Expected"))
    variables = tuple(
        replace(v, core="Req" if v.name in required else "Exp" if v.name in expected else "Perm")
        for v in _class_variables(class_name, domain)
    )
    variables = tuple(replace(v, values=(domain,)) if v.name == "DOMAIN" else v for v in variables)
    row = {
        "Dataset": domain,
        "Label": label,
        "Class": class_name,
        "Structure": rules["Structure"],
        "Repeating": "Yes",
        "Keys": rules["Keys"].replace("--", domain),
        "Reference Data": "No",
        "Purpose": "Tabulation",
        "Standard": "SDTM 2.0",
    }
    return _dataset(row, variables, variables)


def _class_variables(class_name: str, domain: str) -> list[VariableInfo]:
    """All variables that the model allows in a domain of the class, named and numbered in the model's order."""
    general = _allowed("General Observations", domain)
    qualifiers = _allowed(_CLASS_TABLE[class_name], domain)
    if class_name == "FINDINGS ABOUT":  # the object follows the name of the test, as in FA and SR
        qualifiers[2:2] = _allowed("Findings About", domain)
    identifiers = [v for v in general if v.role == "Identifier"]
    timing = [v for v in general if v.role == "Timing"]
    return [replace(v, order=float(i)) for i, v in enumerate(identifiers + qualifiers + timing, start=1)]


def _allowed(table: str, domain: str) -> list[VariableInfo]:
    """Variables of one table of the model, without those the guide forbids or keeps for another domain (section 2.7)."""
    rows = (row for row in read_table("sdtm", "model") if row["Table"] == table)
    usable = (row for row in rows if row["Use in SDTMIG"] in ("", f"{domain} only"))
    return [replace(v, name=v.name.replace("--", domain)) for v in (variable_from(row, core="Perm") for row in usable)]


@cache
def sdtm_not_allowed(domain: str) -> frozenset[str]:
    """Variables of the model, with `--` for the prefix, that the guide allows in no domain, or in others only (SDTMIG 3.4, section 2.7)."""
    rows = ((row["Variable"], row["Use in SDTMIG"]) for row in read_table("sdtm", "model"))
    return frozenset(name for name, use in rows if use not in ("", f"{domain} only"))


def _model_table(name: str) -> list[VariableInfo]:
    return _allowed(name, name)


def _between(own: Iterable[VariableInfo], model: Sequence[VariableInfo]) -> list[VariableInfo]:
    """The guide's variables, and the model's others behind the one they follow in the model.

    The k-th variable behind the guide's number n gets the order n + k/1000. In all 46 domains of a general
    observation class the guide keeps the model's order, so every place is defined.
    """
    guide = {v.name: v for v in own}
    merged: list[VariableInfo] = list(guide.values())
    place, step = 0.0, 0
    for variable in model:
        if variable.name in guide:
            place, step = guide[variable.name].order, 0
        else:
            step += 1
            merged.append(replace(variable, order=place + step / 1000))
    return sorted(merged, key=lambda v: v.order)
