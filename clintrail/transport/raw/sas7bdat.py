"""SAS datasets (sas7bdat) with their format catalogues (sas7bcat), read by ReadStat through pyreadstat."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyreadstat

from clintrail.errors import Place, Problem, Problems, Severity, counted, unreadable
from clintrail.transport.dataset import Dataset, Variable
from clintrail.transport.missing import tagged
from clintrail.transport.raw.text import as_text
from clintrail.transport.sas_formats.names import is_of_sas

_MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_CELLS = 2_000_000  # so many values are Python objects at a time
_WESTERN = {"ISO-8859-1": "latin-1", "WINDOWS-1252": "windows-1252"}
_LOOKED_AT = 1000  # so many values of a column
_WIDTH = re.compile(r"\d*(\.\d*)?$")
_AGAIN = "copy or export it again"


def read_sas7bdat(path: Path, *, catalogue: Path | None = None, encoding: str | None = None, special_missing: bool = False) -> Dataset:
    """Reads a SAS dataset of any SAS from 7 on: of either byte order, of 32 or 64 bits, compressed (CHAR, BINARY) or not.

    Char columns are strings without the blanks behind them, Num columns doubles, whatever their format. The labels of a format
    catalogue become `decodes`. Special missing values are null, and counted in a note, or tagged NaNs where `special_missing`.
    `encoding` is that of the text where the file states a wrong one; where it seems to, a note says so. Memory is that of the table
    and of 2 million values.
    Raises `Problems` where the file is none, is cut short or damaged, or its text is not of its encoding.
    """
    _check_whole(path)
    labels = _catalogue(catalogue) if catalogue else {}
    encoding = _name_for_iconv(path, encoding) if encoding else None
    known = _read(path, encoding, metadataonly=True)[1]
    names, rows = list(known.column_names), int(known.number_rows or 0)
    kinds = {name: pa.string() if known.readstat_variable_types[name] == "string" else pa.float64() for name in names}
    chunks: dict[str, list[pa.Array]] = {name: [] for name in names}
    letters: dict[str, int] = {}
    step = max(1000, _CELLS // max(1, len(names)))
    for start in range(0, rows if names else 0, step):
        values, meta = _read(path, encoding, row_offset=start, row_limit=step, user_missing=True)
        for name in names:
            column = values.pop(name)
            if name in meta.missing_user_values:
                letters[name] = letters.get(name, 0) + sum(isinstance(value, str) for value in column)
                column = [_special(value, special_missing) for value in column]
            chunks[name].append(pa.array(column, kinds[name]))
    variables = tuple(_variable(name, known, labels) for name in names)
    table = pa.table([pa.chunked_array(chunks[name], kinds[name]) for name in names], names=names)
    notes = [*_missing_notes(path, {} if special_missing else letters), *_format_notes(path, variables, catalogue)]
    if not encoding and _is_mistaken(table, known.file_encoding or ""):
        what = f"the file states the encoding {known.file_encoding}, and its text reads as UTF-8"
        notes.append(Problem(Place(str(path)), "", what, "write encoding: utf-8", Severity.WARNING))
    return Dataset(known.table_name or path.stem, known.file_label or "", variables, table, known.creation_time, tuple(notes))


def _read(path: Path, encoding: str | None, **options: Any) -> tuple[dict[str, list[Any]], Any]:
    try:
        found: tuple[dict[str, list[Any]], Any] = pyreadstat.read_sas7bdat(
            path, encoding=encoding, disable_datetime_conversion=True, output_format="dict", **options
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
        raise Problems([_damage(path, error, encoding)]) from None
    return found


def _damage(path: Path, error: Exception, encoding: str | None) -> Problem:
    text = str(error)
    if isinstance(error, UnicodeDecodeError) or "encod" in text or "convert" in text:
        what = f"the file holds text that is not of the encoding {encoding or 'that it states'}"
        return Problem(Place(str(path)), "", what, "state the one that it is of, as encoding: windows-1252")
    return Problem(Place(str(path)), "", f"this SAS dataset cannot be read: {text[:1].lower()}{text[1:]}", _AGAIN)


def _name_for_iconv(path: Path, encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name.replace("_", "-").upper()
    except LookupError:
        raise Problems([Problem(Place(str(path)), "", f"there is no encoding {encoding}", "write utf-8 or windows-1252")]) from None


def _is_mistaken(table: pa.Table, stated: str) -> bool:
    """Whether text that was read as Latin-1 or windows-1252 is UTF-8: other text hardly ever reads as that."""
    python = _WESTERN.get(stated.upper())
    if python is None:
        return False
    seen: set[str] = set()
    for column in table.columns:
        if pa.types.is_string(column.type) and not pc.all(pc.string_is_ascii(column)).as_py():
            seen.update(pc.unique(column.filter(pc.invert(pc.string_is_ascii(column)))).slice(0, _LOOKED_AT).to_pylist())
    try:
        return all(text.encode(python).decode("utf-8") for text in seen) and bool(seen)
    except UnicodeError:
        return False


def _check_whole(path: Path) -> None:
    """Raises `Problems` unless the file is a SAS dataset with all the pages that its header counts."""
    try:
        with path.open("rb") as file:
            header = file.read(288)
        size = path.stat().st_size
    except OSError as error:
        raise Problems([unreadable(path, error)]) from None
    place = Place(str(path))
    if not size:
        raise Problems([Problem(place, "", "the file is empty", _AGAIN)])
    if header[: len(_MAGIC)] != _MAGIC[: len(header)] or size < len(_MAGIC):
        raise Problems([Problem(place, "", "this is no SAS dataset (sas7bdat)", "give the file that SAS wrote")])
    if len(header) < 288 or size < (expected := _size(header)):
        what = f"the file has {size:,} bytes of the {expected:,} that its header counts" if len(header) == 288 else "it stops in its header"
        raise Problems([Problem(place, "", what, f"it was cut short: {_AGAIN}")])


def _size(header: bytes) -> int:
    """Bytes of the whole file: its header and its pages."""
    order: Literal["little", "big"] = "little" if header[37] == 1 else "big"
    shift = 4 if header[35] == 0x33 else 0  # alignment of 64 bits
    length, page = (int.from_bytes(header[at + shift : at + shift + 4], order) for at in (196, 200))
    pages = int.from_bytes(header[204 + shift : 204 + shift + (8 if header[32] == 0x33 else 4)], order)
    return length + page * pages


def _special(value: Any, keeps: bool) -> float | None:
    if not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    return tagged(value) if keeps else None


def _variable(name: str, known: Any, labels: Mapping[str, Mapping[str, str]]) -> Variable:
    is_text = known.readstat_variable_types[name] == "string"
    stated = known.original_variable_types.get(name) or ""
    sas_format = stated if not stated or "." in stated else f"{stated}."
    label = known.column_names_to_labels.get(name) or ""
    decodes = labels.get(_name_of(stated), {})
    return Variable(name, label, "Char" if is_text else "Num", int(known.variable_storage_width[name]), sas_format, decodes=dict(decodes))


def _name_of(sas_format: str) -> str:
    """The name of a format without width and decimals: `YN` of `YN3.`."""
    return _WIDTH.sub("", sas_format).upper()


def _catalogue(path: Path) -> dict[str, dict[str, str]]:
    """Labels by format and value, the value as text. Raises `Problems` where the catalogue cannot be read."""
    try:
        with path.open("rb"):
            pass
        known = pyreadstat.read_sas7bcat(path)[1]
    except OSError as error:
        raise Problems([unreadable(path, error)]) from None
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError) as error:
        what = f"this SAS catalogue cannot be read: {str(error)[:1].lower()}{str(error)[1:]}"
        raise Problems([Problem(Place(str(path)), "", what, "give the sas7bcat file in which PROC FORMAT stored the formats")]) from None
    return {name.upper(): {_value(value): text for value, text in labels.items()} for name, labels in known.value_labels.items()}


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value
    text = as_text(pa.chunked_array([[float(value)]]))
    return str(text[0].as_py()) if text is not None else ""


def _missing_notes(path: Path, letters: Mapping[str, int]) -> Iterator[Problem]:
    for name, count in letters.items():
        if count:
            what = f"{counted(count, 'special missing value')} (.A to .Z, ._) became plain missing"
            yield Problem(Place(str(path)), name, what, "", Severity.NOTE)


def _format_notes(path: Path, variables: Sequence[Variable], catalogue: Path | None) -> Iterator[Problem]:
    """The formats of users that no catalogue explains."""
    names = dict.fromkeys(name for v in variables if not v.decodes and not is_of_sas(name := _name_of(v.format)))
    if names:
        where = f"the catalogue {catalogue.name} does not have" if catalogue else "no catalogue was given for"
        fix = "name the file that has them: catalogue: FILE.sas7bcat"
        yield Problem(Place(str(path)), "", f"{where} the formats {', '.join(names)}: values have no decodes", fix, Severity.NOTE)
