"""Forms out of an ODM-XML 1.3 file (1.2 too): one pass over it, in memory of about three times the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clintrail.errors import Place, Problem, Problems, collected, did_you_mean
from clintrail.transport.dataset import Variable
from clintrail.transport.raw.file import RawFile, blank_to_null, raw_file
from clintrail.transport.raw.odm.clinical import REMOVED_BY
from clintrail.transport.raw.odm.columns import alike, item_columns, key_column, values_of, variable_of
from clintrail.transport.raw.odm.keys import AUDIT, FORM_IDENTITY, KEYS, STORED, USUAL
from clintrail.transport.raw.odm.metadata import Version
from clintrail.transport.raw.odm.records import LINE, Records
from clintrail.transport.raw.odm.scan import Scan, read_metadata, scan_odm
from clintrail.transport.raw.odm.tables import codes_of, joined, repeated_keys
from clintrail.transport.raw.odm.targets import Target
from clintrail.transport.raw.odm.transactions import Removal, state_after


@dataclass(frozen=True)
class OdmOptions:
    """How forms are read.

    `keys`: columns and the keys of `KEYS` that they hold; None for the usual ones by their own names. `decodes`: the texts of
    code lists in place of coded values. `metadata`: another ODM file with the definitions. `names`: what items are called by,
    SASFieldName (Name where an item has none), Name, or OID.
    """

    keys: Mapping[str, str] | None = None
    decodes: bool = False
    metadata: Path | None = None
    names: Literal["sas", "name", "oid"] = "sas"


def odm_forms(path: Path) -> tuple[str, ...]:
    """The OIDs of the forms that a file defines. Raises `Problems` where it is no ODM that is read here."""
    return tuple(dict.fromkeys(oid for version in read_metadata(path).values() for oid in version.forms))


def read_raw_odm(path: Path, form: str, options: OdmOptions | None = None) -> RawFile:
    """One form, named as in the file. See `read_odm_forms`."""
    return read_odm_forms(path, {form: form}, options)[form]


def read_odm_forms(path: Path, forms: Mapping[str, str], options: OdmOptions | None = None) -> dict[str, RawFile]:
    """Forms by our names, `forms` being these and what each is called in the file (see `target_of`); all in one pass.

    Columns are the keys, then the items in the order of the metadata, each with `NAME_UNIT` behind it where it has measurement
    units. Every value is text, or null. A row is a form that was filled in, or a repeat in it; `lines` are those of its
    ItemGroupData. Of a Transactional file, the state at its end. Raises `Problems`, those of all forms.
    Source: ODM 1.3.2.
    """
    options = options or OdmOptions()
    keys = {key: key for key in USUAL} if options.keys is None else dict(options.keys)
    _check_keys(keys, path)
    found = scan_odm(path, forms, options.metadata, audited=bool({*AUDIT} & {*keys.values()}))
    problems: list[Problem] = []
    tables = {}
    for group, records in found.records.items():
        tables[group], wrong = _state(group, records, found)
        problems += wrong
    if problems:
        raise Problems(problems)
    files = {}
    for name in forms:
        with collected(problems):
            files[name] = _form(name, found, tables, keys, options)
            found.notes.clear()  # what concerns the whole file is told once, with its first form
    if problems:
        raise Problems(problems)
    return files


def _check_keys(keys: Mapping[str, str], path: Path) -> None:
    wrong = [
        Problem(Place(str(path)), column, f"ODM has no key {key}", did_you_mean(key, KEYS, f"write one of {', '.join(KEYS)}"))
        for column, key in keys.items()
        if key not in KEYS
    ]
    if wrong:
        raise Problems(wrong)


def _state(group: str, records: Records, found: Scan) -> tuple[pa.Table, list[Problem]]:
    """The records of an item group as they are at the end of the file."""
    table = records.table()
    repeats = any(version.groups[group].repeats for version in found.versions.values() if group in version.groups)
    if not found.transactional:
        return table, list(repeated_keys(table, group, repeats, found.path))
    codes = codes_of(table, (*FORM_IDENTITY, "ItemGroupRepeatKey"))
    table, problems = state_after(table, codes, _removals(table, found), found.path)
    return table, problems or list(repeated_keys(table, group, repeats, found.path))


def _removals(table: pa.Table, found: Scan) -> Iterator[Removal]:
    """What was removed as a whole, as the rows of a table that were of it."""
    for level, values, number in found.removals:
        rows = np.ones(table.num_rows, dtype=bool)
        for at, value in zip(REMOVED_BY[level], values, strict=True):
            column = table[STORED[at]]
            same = pc.is_null(column) if value is None else pc.fill_null(pc.equal(column.cast(pa.string()), value), False)
            rows &= np.asarray(same)
        yield number, rows


def _form(name: str, found: Scan, tables: Mapping[str, pa.Table], keys: Mapping[str, str], options: OdmOptions) -> RawFile:
    target, versions = found.targets[name], list(found.versions.values())
    empty = Records().table()
    parts = [(group, _of_form(tables.get(group, empty), target)) for group in target.groups]
    rows = joined(parts or [("", empty)], target.repeating)
    columns = item_columns(target.groups, versions, options.names, rows)
    problems = list(alike(columns, list(keys), found.path, name))
    problems += _undefined(name, target, versions, found.path)
    if problems:
        raise Problems(problems)
    table = {column: key_column(key, rows.keys, found.versions, found.audits) for column, key in keys.items()}
    notes = [*found.notes]
    for column in columns:
        table[column.name], doubts = values_of(column, rows, versions, options.decodes, found.path, name)
        notes += doubts
    variables = (*(Variable(column, label=key) for column, key in keys.items()), *(variable_of(column, versions) for column in columns))
    text = pa.table({column: blank_to_null(values) for column, values in table.items()})
    lines = rows.keys[LINE].combine_chunks()
    sheet = target.form or target.groups[0]
    return raw_file(Path(found.path), text, sha256=found.sha256, lines=lines, variables=variables, notes=tuple(notes), sheet=sheet)


def _of_form(table: pa.Table, target: Target) -> pa.Table:
    """The records that are on the form."""
    if target.form is None or not table.num_rows:
        return table
    on_form = pc.equal(table["FormOID"].cast(pa.string()), target.form)
    return table.filter(pc.fill_null(on_form, False))


def _undefined(name: str, target: Target, versions: list[Version], path: str) -> Iterator[Problem]:
    for group in target.groups:
        for version in versions:
            for oid in version.groups[group].parts if group in version.groups else ():
                if oid not in version.items:
                    what = f"item group {group} has an item {oid} that the metadata do not define"
                    yield Problem(Place(path), name, what, "export the data with all their metadata")
