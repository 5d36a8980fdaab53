"""The rows that each type of rule speaks of: records, values, variables, datasets, or the study with its domains."""

from __future__ import annotations

from clintrail.compile.plan import literal
from clintrail.conformance.core.frame import ROWS, Column, Frame, Members, Missing, constant, own_column
from clintrail.conformance.core.library import standard_variables
from clintrail.conformance.core.subject import Study, Subject
from clintrail.conformance.data.model import CheckedDataset, table_of
from clintrail.define.model import DefineDataset, DefineDocument
from clintrail.transport.dataset import Variable

RECORDS = "Record Data"
VALUES = ("Value Check with Variable Metadata", "Value Check with Dataset Metadata")
DATASETS = "Dataset Metadata Check"
VARIABLES = "Variable Metadata Check"
WITH_LIBRARY = "Variable Metadata Check against Library Metadata"
DEFINE_WITH_LIBRARY = "Define Item Metadata Check against Library Metadata"
PRESENCE = "Domain Presence Check"
TYPES = (RECORDS, *VALUES, DATASETS, VARIABLES, WITH_LIBRARY, DEFINE_WITH_LIBRARY, PRESENCE)
_NAME, _DEFINED = "variable_name", "define_variable_name"
Row = dict[str, str | float | None]


def records(study: Study, subject: Subject) -> Frame:
    """The records of a domain."""
    columns = {n: own_column(n, t) for n, t in study.data.columns(subject.name).items() if not n.startswith("_")}
    return Frame(study, subject, table_of(subject.name), {**columns})


def presence(study: Study, subject: Subject) -> Frame:
    """The study: a column for each domain, with the name of its file."""
    files = {s.name: s.parts[0].path.name for s in study.subjects}
    source = "(SELECT NULL::VARCHAR AS _dataset, NULL::BIGINT AS _record, 1 AS _row)"
    return Frame(study, subject, source, {name: constant(file) for name, file in files.items()})


def value_of(study: Study, subject: Subject, variable: Variable) -> Frame:
    """The records of a domain, with one of its variables as `variable_value`."""
    frame = records(study, subject)
    value = frame.column(variable.name)
    facts: dict[str, Column | Members] = {_NAME: constant(variable.name), "variable_value": value, **_facts(variable)}
    dataset = subject.parts[0]
    facts |= {"dataset_name": constant(dataset.name), "dataset_label": constant(dataset.label)}
    frame.columns = facts
    frame.about = _NAME
    return frame


def _facts(variable: Variable) -> dict[str, Column]:
    return {
        "variable_label": constant(variable.label or None), "variable_data_type": constant(variable.type),
        "variable_size": constant(float(variable.length or 0)), "variable_format": constant(variable.format or None),
    }  # fmt: skip


def datasets(study: Study, subject: Subject) -> Frame:
    """The datasets of a domain, a row each."""
    rows: list[Row] = [
        {
            "_dataset": part.name, "_record": None, "_row": place, "dataset_name": part.name, "dataset_label": part.label or None,
            "dataset_size": float(part.size), "dataset_location": part.path.name, "record_count": float(part.records),
            "domain": subject.domain or None,
        }
        for place, part in enumerate(subject.parts, start=1)
    ]  # fmt: skip
    return _of_rows(study, subject, rows, ("dataset_size", "record_count"))


def variables(study: Study, subject: Subject, part: CheckedDataset, *, library: bool = False) -> Frame:
    """The variables of a dataset, a row each; with `library` what the standard says of them beside it."""
    known = {v.name: v for v in standard_variables(subject)} if library else {}
    rows: list[Row] = []
    for place, v in enumerate(part.variables, start=1):
        row: Row = {
            "_dataset": part.name, "_record": None, "_row": place, "variable_name": v.name, "variable_order_number": float(place),
            "variable_label": v.label or None, "variable_size": float(v.length or 0), "variable_data_type": v.type,
            "variable_format": v.format or None,
        }  # fmt: skip
        if library:
            row |= _standard(known.get(v.name))
        rows.append(row)
    return _of_rows(study, subject, rows, ("variable_order_number", "variable_size"))


def _standard(variable: object) -> Row:
    names = ("name", "label", "type", "role", "core", "codelist")
    shown = ("name", "label", "data_type", "role", "core", "ccode")
    return {f"library_variable_{key}": getattr(variable, name, None) or None for key, name in zip(shown, names, strict=True)}


def defined(study: Study, subject: Subject, part: CheckedDataset) -> Frame:
    """The variables of a dataset as define.xml has them, a row each, and what the standard says of them. Raises `Missing`."""
    document = study.data.define.get("sdtm")
    stated = next((d for d in document.datasets if d.name == part.name), None) if document else None
    if document is None or stated is None:
        raise Missing("no define.xml describes it")
    return _of_define(study, subject, part, document, stated)


def _of_define(study: Study, subject: Subject, part: CheckedDataset, document: DefineDocument, stated: DefineDataset) -> Frame:
    known = {v.name: v for v in standard_variables(subject)}
    lists = {c.id: c for c in document.codelists}
    rows: list[Row] = []
    for place, v in enumerate(stated.variables, start=1):
        codelist = lists.get(v.codelist) if v.codelist else None
        codes = [term.nci_code for term in codelist.terms if term.nci_code] if codelist else []
        values = [term.value for term in codelist.terms] if codelist else []
        rows.append({
            "_dataset": part.name, "_record": None, "_row": place, "define_variable_name": v.name, "define_variable_label": v.label or None,
            "define_variable_data_type": v.data_type, "define_variable_role": v.role or None, "define_variable_order_number": float(place),
            "define_variable_ccode": (codelist.nci_code if codelist else None) or None,
            "define_variable_codelist_coded_codes": "\t".join(codes) or None,
            "define_variable_codelist_coded_values": "\t".join(values) or None, **_standard(known.get(v.name)),
        })  # fmt: skip
    frame = _of_rows(study, subject, rows, ("define_variable_order_number",))
    for name in ("define_variable_codelist_coded_codes", "define_variable_codelist_coded_values"):
        text = frame.column(name).sql
        frame.columns[name] = Column(f"string_split(coalesce({text}, ''), '\t')", "list")
    return frame


def _of_rows(study: Study, subject: Subject, rows: list[Row], numbers: tuple[str, ...]) -> Frame:
    """A frame over rows at hand."""
    names = list(rows[0]) if rows else []
    own = {"_record": "BIGINT", "_row": "BIGINT", **dict.fromkeys(numbers, "DOUBLE")}
    values = ", ".join(f"({', '.join(_sql(row[name]) for name in names)})" for row in rows)
    typed = ", ".join(f"{name}::{own.get(name, 'VARCHAR')} AS {name}" for name in names)
    source = f"(SELECT {typed} FROM (VALUES {values}) AS v({', '.join(names)}))"
    columns = {n: Column(f"{ROWS}.{n}", "number" if n in numbers else "text") for n in names if not n.startswith("_")}
    return Frame(study, subject, source, {**columns}, next((name for name in (_NAME, _DEFINED) if name in columns), ""))


def _sql(value: str | float | None) -> str:
    if value is None:
        return "NULL"
    return literal(value) if isinstance(value, str) else repr(value)
