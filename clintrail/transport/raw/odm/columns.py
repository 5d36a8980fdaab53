"""The columns of a form: keys as the study calls them, items by their names, and what the metadata say of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Place, Problem, Severity, counted
from clintrail.transport.dataset import Variable
from clintrail.transport.raw.odm.keys import AUDIT, STORED
from clintrail.transport.raw.odm.metadata import CodeList, Item, Version, VersionKey
from clintrail.transport.raw.odm.records import AUDIT_RECORD, LINE, UNIT
from clintrail.transport.raw.odm.tables import Joined, codes_of

_NUMBERS = {"integer", "float", "double"}
_FRACTIONS = ("float", "double")


@dataclass(frozen=True)
class ItemColumn:
    """A column of a form: an item of an item group, or (`is_unit`) the unit in which it was measured."""

    name: str
    group: str
    item: Item
    is_unit: bool = False


def key_column(key: str, keys: pa.Table, versions: Mapping[VersionKey, Version], audits: Sequence[Mapping[str, str]]) -> pa.ChunkedArray:
    """One of `keys.KEYS` for each row, as text."""
    if key in STORED:
        return keys[key].cast(pa.string())
    if key in AUDIT:
        said = pa.array([audit.get(key) for audit in audits], pa.string())
        return pa.chunked_array([said.take(keys[AUDIT_RECORD].combine_chunks())])
    kind = {"StudyEventName": "events", "StudyEventInstance": "events", "FormName": "forms", "ItemGroupName": "groups"}[key]
    oid = {"events": "StudyEventOID", "forms": "FormOID", "groups": "ItemGroupOID"}[kind]

    def named(study: str, version: str, oid: str | None, repeat: str | None = None) -> str | None:
        definition = getattr(versions[study, version], kind).get(oid)
        if definition is None:
            return None
        return f"{definition.name} {repeat}" if definition.repeats and repeat else str(definition.name)

    also = ["StudyEventRepeatKey"] if key == "StudyEventInstance" else []
    return _mapped(keys, ["StudyOID", "MetaDataVersionOID", oid, *also], named)


def _mapped(keys: pa.Table, names: list[str], mapping: Callable[..., str | None]) -> pa.ChunkedArray:
    """A text for each row, from the values of some columns: made once for each combination."""
    codes = codes_of(keys, names)
    _, firsts = np.unique(codes, return_index=True)
    combinations = keys.select(names).take(pa.array(firsts)).to_pydict()
    texts = [mapping(*values) for values in zip(*combinations.values(), strict=True)]
    return pa.chunked_array([pa.array(texts, pa.string()).take(pa.array(codes))])


def item_columns(groups: Sequence[str], versions: Sequence[Version], names: str, found: Joined) -> list[ItemColumn]:
    """The items of the groups in the order of the metadata, each with its unit behind it where it has units."""
    columns: dict[tuple[str, str], ItemColumn] = {}
    for group in groups:
        for version in versions:
            for oid in version.groups[group].parts if group in version.groups else ():
                if oid in version.items and (group, oid) not in columns:
                    item = version.items[oid]
                    columns[group, oid] = ItemColumn(_name_of(item, names), group, item)
    listed = []
    for (group, oid), column in columns.items():
        listed.append(column)
        if column.item.units or (group, oid + UNIT) in found.items:
            listed.append(ItemColumn(f"{column.name}_UNIT", group, column.item, is_unit=True))
    return listed


def _name_of(item: Item, names: str) -> str:
    return {"sas": item.sas_name or item.name, "name": item.name}.get(names) or item.oid


def alike(columns: Sequence[ItemColumn], keys: Sequence[str], path: str, form: str) -> Iterator[Problem]:
    """Problems of items that would be columns of one name."""
    owners: dict[str, str] = {key.casefold(): f"the key {key}" for key in keys}
    for column in columns:
        said = f"{'the unit of ' * column.is_unit}{column.item.oid}"
        other = owners.setdefault(column.name.strip().casefold(), said)
        if other != said:
            fix = "write names: oid to call columns by their OIDs, or rename the key"
            yield Problem(Place(path), form, f"{other} and {said} would both be the column {column.name}", fix)


def values_of(
    column: ItemColumn, found: Joined, versions: Sequence[Version], decodes: bool, path: str, form: str
) -> tuple[pa.ChunkedArray, list[Problem]]:
    """The text of a column, and what is doubtful in it."""
    rows = found.keys.num_rows
    nothing = pa.chunked_array([pa.nulls(rows, pa.string())])
    values = found.items.get((column.group, column.item.oid), nothing)
    if column.is_unit:
        return _units(column, values, found.items.get((column.group, column.item.oid + UNIT), nothing), versions), []
    codelist = codelist_of(column.item, versions)
    if not codelist or not codelist.decodes:
        return values, []
    coded = pa.array(list(codelist.decodes), pa.string())
    at = pc.index_in(values, coded)
    strange = pc.and_(pc.is_valid(values), pc.is_null(at))
    problems = []
    if (count := pc.sum(strange).as_py() or 0) > 0:
        line = pc.min(found.keys[LINE].filter(strange)).as_py()
        what = f"{counted(count, 'value')} of {column.name} that code list {codelist.oid} does not have"
        problems.append(Problem(Place(path, line), form, what, "add the terms to the code list, or correct the data", Severity.WARNING))
    if decodes:
        values = pc.coalesce(pa.array(list(codelist.decodes.values()), pa.string()).take(at), values)
    return values, problems


def _units(column: ItemColumn, values: pa.ChunkedArray, said: pa.ChunkedArray, versions: Sequence[Version]) -> pa.ChunkedArray:
    """The units that data state; where they state none and the item has one unit only, that one."""
    symbols = {oid: symbol for version in reversed(versions) for oid, symbol in version.units.items()}
    if len(column.item.units) == 1:
        said = pc.coalesce(said, pc.if_else(pc.is_valid(values), column.item.units[0], pa.scalar(None, pa.string())))
    known = pa.array([symbol or oid for oid, symbol in symbols.items()], pa.string())
    return pc.coalesce(known.take(pc.index_in(said, pa.array(list(symbols), pa.string()))), said)


def codelist_of(item: Item, versions: Sequence[Version]) -> CodeList | None:
    """The code list of an item."""
    return next((v.codelists[item.codelist] for v in versions if item.codelist in v.codelists), None)


def variable_of(column: ItemColumn, versions: Sequence[Version]) -> Variable:
    """What the metadata say of a column."""
    item = column.item
    label = item.description or item.question or item.name
    if column.is_unit:
        return Variable(column.name, label=f"Unit of {label}", oid=item.oid)
    codelist = codelist_of(item, versions)
    digits = f".{item.digits}" if item.data_type in _FRACTIONS and item.digits is not None else "."
    shown = f"{item.length}{digits}" if item.data_type in _NUMBERS and item.length else ""
    sas_format = f"{codelist.sas_format.rstrip('.')}." if codelist and codelist.sas_format else shown
    return Variable(
        column.name,
        label,
        "Num" if item.data_type in _NUMBERS else "Char",
        item.length if item.data_type not in _NUMBERS else None,
        sas_format,
        data_type=item.data_type,
        oid=item.oid,
        decodes=dict(codelist.decodes) if codelist else {},
    )
