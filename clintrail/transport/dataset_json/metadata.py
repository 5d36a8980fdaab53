"""The metadata of a Dataset-JSON file, and the dataset (without records) that they describe.

Source: Dataset-JSON 1.1, Top-level Metadata Attributes and Column Metadata.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

import pyarrow as pa

from clintrail.errors import Place, Problem, Problems, Severity, did_you_mean
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.dataset_json.kinds import ARROW_TYPES, DATA_TYPES, TARGETS, kind_of, kind_of_variable, target_of

VERSION = "1.1.0"
_VERSION = re.compile(r"1\.1(\.(0|[1-9]\d*))?")
_MOMENT = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([+-]([01]\d|2[0-3]):[0-5]\d|Z)?")
_CREATED = "datasetJSONCreationDateTime"
# In the standard's order. A draft of 1.1 had isReferenceData; it is kept where a file has it.
_TEXTS = (
    _CREATED, "datasetJSONVersion", "fileOID", "dbLastModifiedDateTime", "originator", "studyOID", "metaDataVersionOID",
    "metaDataRef", "itemGroupOID", "name", "label",
)  # fmt: skip
ATTRIBUTES = (*_TEXTS[:5], "sourceSystem", *_TEXTS[5:9], "isReferenceData", "records", *_TEXTS[9:], "columns", "rows")
_REQUIRED = (_CREATED, "datasetJSONVersion", "itemGroupOID", "records", "name", "label", "columns")
_COLUMN_TEXTS = ("itemOID", "name", "label", "dataType", "targetDataType", "displayFormat")
_COLUMN_NUMBERS = ("length", "keySequence")
_NOT_BLANK = ("fileOID", "studyOID", "metaDataVersionOID", "itemGroupOID", "name", "itemOID")
NUMBER_LENGTH = 8  # bytes of a double, which every Num variable is
_SYSTEM = ("name", "version")


@dataclass(frozen=True)
class Header:
    """A dataset without its records, and how many records there are."""

    dataset: Dataset
    records: int


# -- reading ---------------------------------------------------------------------------------------------------------------------


def read_metadata(text: bytes, path: str) -> Header:
    """The metadata as they stand in a file (`rows` left out); raises `Problems` with everything that the standard does not have."""
    found = _parsed(text, path)
    place = Place(path, 1)
    if {"clinicalData", "referenceData"} & set(found):
        _refuse(place, "this is Dataset-JSON version 1.0, which has another layout", "convert it to version 1.1")
    problems = list(_check_top(found, place))
    columns: list[Any] = found["columns"] if isinstance(found.get("columns"), list) else []
    for number, column in enumerate(columns, start=1):
        problems += _check_column(column, number, place)
    if not problems:
        problems += _check_alike(columns, place)
    errors = [p for p in problems if p.severity == Severity.ERROR]
    if errors:
        raise Problems(errors)
    return Header(_dataset(found, tuple(problems)), found["records"])


def _refuse(place: Place, problem: str, fix: str) -> NoReturn:
    raise Problems([Problem(place, "", problem, fix)])


def _parsed(text: bytes, path: str) -> dict[str, Any]:
    twice: Counter[str] = Counter()

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice.update(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        return dict(pairs)

    def no_number(name: str) -> NoReturn:
        raise ValueError(name)

    place = Place(path, 1)
    try:
        found = json.loads(text.decode("utf-8"), object_pairs_hook=members, parse_constant=no_number)
    except UnicodeDecodeError:
        _refuse(place, "the metadata are not UTF-8 text", "export it again as UTF-8")
    except RecursionError:
        _refuse(place, "the metadata are nested too deeply", "write them as Dataset-JSON 1.1 says")
    except ValueError:
        _refuse(place, "the metadata are not JSON", "export it again")
    if not isinstance(found, dict):
        _refuse(place, "the file does not start with the object of metadata", "give a file of Dataset-JSON 1.1")
    if twice:
        names = ", ".join(sorted(twice))
        _refuse(place, f"attributes stand twice in one object: {names}", "write each once")
    return found


def _check_top(found: dict[str, Any], place: Place) -> Iterator[Problem]:
    for name in _REQUIRED:
        if name not in found:
            near = [other for other in found if other not in ATTRIBUTES]
            yield Problem(place, name, "the attribute is missing", did_you_mean(name, near, "add it: Dataset-JSON 1.1 requires it"))
    for name in set(_TEXTS) & set(found):
        yield from _check_text(found, name, name, place)
    if isinstance(version := found.get("datasetJSONVersion"), str) and not _VERSION.fullmatch(version):
        yield Problem(place, "datasetJSONVersion", "this is not version 1.1", "convert it to version 1.1")
    for name in (_CREATED, "dbLastModifiedDateTime"):
        if isinstance(found.get(name), str) and not _MOMENT.fullmatch(found[name]):
            yield Problem(place, name, "not a date and time in ISO 8601", "write it like 2026-01-31T00:00:00")
    if "records" in found and not _is_count(found["records"], least=0):
        yield Problem(place, "records", "not a whole number of 0 or more", "write the count of records")
    if "isReferenceData" in found and not isinstance(found["isReferenceData"], bool):
        yield Problem(place, "isReferenceData", "neither true nor false", "write true or false")
    if "columns" in found and not (isinstance(found["columns"], list) and found["columns"]):
        yield Problem(place, "columns", "not an array of columns", "describe at least one column")
    if found.get("rows", []) != []:
        yield Problem(place, "rows", "not an array", "write the records as an array of arrays")
    yield from _check_system(found.get("sourceSystem", {"name": "", "version": ""}), place)
    yield from _check_unknown(found, ATTRIBUTES, "", place)


def _check_system(system: object, place: Place) -> Iterator[Problem]:
    if not isinstance(system, dict) or any(not isinstance(system.get(name), str) for name in _SYSTEM):
        yield Problem(place, "sourceSystem", "not an object with name and version as text", 'write {"name": ..., "version": ...}')
    else:
        yield from _check_unknown(system, _SYSTEM, "sourceSystem", place)


def _check_column(column: object, number: int, place: Place) -> Iterator[Problem]:
    if not isinstance(column, dict):
        yield Problem(place, f"columns[{number}]", "not an object", "describe the column by its attributes")
        return
    name = column.get("name")
    subject = name if isinstance(name, str) and name else f"columns[{number}]"
    for required in _COLUMN_TEXTS[:4]:
        if required not in column:
            yield Problem(place, subject, f"the column's {required} is missing", "add it: Dataset-JSON 1.1 requires it")
    for key in set(_COLUMN_TEXTS) & set(column):
        yield from _check_text(column, key, subject, place)
    for key in set(_COLUMN_NUMBERS) & set(column):
        if not _is_count(column[key], least=1):
            yield Problem(place, subject, f"{key} is no whole number of 1 or more", "correct it, or leave it out")
    yield from _check_types(column, subject, place)
    yield from _check_unknown(column, (*_COLUMN_TEXTS, *_COLUMN_NUMBERS), subject, place)


def _check_types(column: dict[str, Any], subject: str, place: Place) -> Iterator[Problem]:
    data_type, target = column.get("dataType"), column.get("targetDataType", "")
    if not isinstance(data_type, str) or not isinstance(target, str):
        return
    if data_type not in DATA_TYPES:
        yield Problem(place, subject, "its dataType is none of the standard's", f"write one of {', '.join(DATA_TYPES)}")
    elif target and target not in TARGETS:
        yield Problem(place, subject, "its targetDataType is none of the standard's", f"write {' or '.join(TARGETS)}, or leave it out")
    elif kind_of(data_type, target) is None:
        yield Problem(place, subject, f"targetDataType {target} does not go with dataType {data_type}", "leave it out, or correct it")


def _check_text(found: dict[str, Any], name: str, subject: str, place: Place) -> Iterator[Problem]:
    if not isinstance(found[name], str):
        yield Problem(place, subject, f"{name} is not text", "write it in quotes")
    elif name in _NOT_BLANK and not found[name]:
        yield Problem(place, subject, f"{name} is empty", "state it")


def _check_unknown(found: dict[str, Any], known: tuple[str, ...], subject: str, place: Place) -> Iterator[Problem]:
    if unknown := [name for name in found if name not in known]:
        what = f"attributes that Dataset-JSON 1.1 does not have, which are not kept: {', '.join(unknown)}"
        yield Problem(place, subject, what, "", Severity.NOTE)


def _check_alike(columns: list[dict[str, Any]], place: Place) -> Iterator[Problem]:
    for key in ("name", "itemOID"):
        for text, count in Counter(column[key] for column in columns).items():
            if count > 1:
                yield Problem(place, text, f"{count} columns have this {key}", "rename all but one")


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= 2**53


def _dataset(found: dict[str, Any], notes: tuple[Problem, ...]) -> Dataset:
    variables = tuple(_variable(column) for column in found["columns"])
    facts = {name: found[name] for name in _TEXTS[:9] if name in found}
    facts |= {f"sourceSystem.{name}": found["sourceSystem"][name] for name in _SYSTEM if "sourceSystem" in found}
    if "isReferenceData" in found:
        facts["isReferenceData"] = "true" if found["isReferenceData"] else "false"
    schema = pa.schema([(v.name, ARROW_TYPES[kind_of_variable(v)]) for v in variables])
    return Dataset(found["name"], found["label"], variables, schema.empty_table(), _moment(found[_CREATED]), notes, facts)


def _variable(column: dict[str, Any]) -> Variable:
    kind = kind_of(column["dataType"], column.get("targetDataType", ""))
    is_text, length = kind in ("text", "boolean"), column.get("length")
    return Variable(
        column["name"],
        column["label"],
        "Char" if is_text else "Num",
        length if is_text else NUMBER_LENGTH,
        column.get("displayFormat", ""),
        data_type=column["dataType"],
        key=column.get("keySequence"),
        oid=column["itemOID"],
        digits=None if is_text else length,
    )


def _moment(text: str) -> datetime | None:
    """The moment as the text has it, without its zone; None where the calendar has no such day."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


# -- writing ---------------------------------------------------------------------------------------------------------------------


def metadata_of(header: Header) -> dict[str, Any]:
    """The metadata in the standard's order, `rows` left out. What nobody stated is made of the names: `IG.AE`, `IT.AE.AETERM`."""
    dataset, facts = header.dataset, header.dataset.facts
    made: dict[str, Any] = {name: facts[name] for name in _TEXTS[:9] if facts.get(name)}
    if {"sourceSystem.name", "sourceSystem.version"} <= set(facts):
        made["sourceSystem"] = {name: facts[f"sourceSystem.{name}"] for name in _SYSTEM}
    if "isReferenceData" in facts:
        made["isReferenceData"] = facts["isReferenceData"] == "true"
    made |= {"records": header.records, "name": dataset.name, "label": dataset.label}
    made["columns"] = [_column(variable) for variable in dataset.variables]
    return {name: made[name] for name in ATTRIBUTES if name in made}


def with_usual_facts(dataset: Dataset) -> Dataset:
    """The dataset with what the standard requires: its version, the time of creation, and OIDs."""
    created = dataset.created or datetime(1960, 1, 1)
    stated = dataset.facts.get(_CREATED, "")
    facts = {
        **dataset.facts,
        "datasetJSONVersion": dataset.facts.get("datasetJSONVersion", VERSION),
        _CREATED: stated if stated and _moment(stated) == created else created.isoformat(),
        "itemGroupOID": dataset.facts.get("itemGroupOID") or f"IG.{dataset.name}",
    }
    variables = tuple(replace(v, oid=v.oid or f"IT.{dataset.name}.{v.name}") for v in dataset.variables)
    return replace(dataset, created=created, facts=facts, variables=variables)


def _column(variable: Variable) -> dict[str, Any]:
    kind = kind_of_variable(variable)
    length = variable.digits if variable.type == "Num" else variable.length
    said = {
        "itemOID": variable.oid,
        "name": variable.name,
        "label": variable.label,
        "dataType": variable.data_type,
        "targetDataType": target_of(kind),
        "length": length,
        "displayFormat": variable.format,
        "keySequence": variable.key,
    }
    return {name: value for name, value in said.items() if value or name == "label"}
