"""Reads the datasets of a folder, anybody's, into the database: XPT and Dataset-JSON, with the define.xml beside them if there is one."""

from __future__ import annotations

import re
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from clintrail.compile.bind import SETTINGS
from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.model import CheckedDataset, Data, Kind, class_and_structure, table_of
from clintrail.define.model import DefineDocument
from clintrail.define.read.document import read_define
from clintrail.errors import Place, Problem, Problems, collected
from clintrail.terminology import Terminology, default_store, load_codelists
from clintrail.transport import dataset_json, xpt
from clintrail.transport.dataset import Variable

_JSON = (".json", ".ndjson", ".dsjc")
_NOT_SEARCHED = frozenset({"trail", "split"})
_DATE = re.compile(r"(DATE|YYMMDD|MMDDYY|DDMMYY|E8601DA|B8601DA|IS8601DA|DAY|WEEKDAT|WORDDAT|JULIAN|MONYY)", re.I)
_MOMENT = re.compile(r"(DATETIME|E8601DT|B8601DT|IS8601DT|DATEAMPM|DTDATE)", re.I)
_TIME = re.compile(r"(TIME|E8601TM|B8601TM|IS8601TM|TOD|HHMM|HOUR|MMSS)", re.I)
MEMORY = "1GB"


@dataclass(frozen=True)
class _File:
    """A dataset that can be read in batches."""

    name: str
    label: str
    variables: tuple[Variable, ...]
    records: int
    path: Path
    member: str | None

    def batches(self) -> Iterator[pa.RecordBatch]:
        if self.path.suffix.lower() == ".xpt":
            with xpt.open(self.path) as file:
                yield from file.batches(self.member)
        else:
            yield from dataset_json.open(self.path).batches()


def load_folder(
    folder: Path, *, terminology: Terminology | None = None, study: Path | None = None, database: Path | None = None
) -> Data:
    """The datasets of a folder, or of a package of ours (its `m5`), as tables.

    The database is in memory, or in the new file `database`, where memory stays within bounds. Without `terminology`, that of
    define.xml is used, else the newest at hand: of the folder of specs `study`, of the user's store, or shipped. Raises `Problems`:
    no datasets, files that cannot be read, two of one name.
    """
    files = _files(folder)
    read = {path: read_define(path).document for path in _defines(folder)}
    defines = {kind: path for path, document in read.items() if (kind := _kind_of_define(document))}
    documents = {kind: read[path] for kind, path in defines.items()}
    con = connect(database)
    used = terminology or terminology_of(documents.values(), study)
    data = Data(con, (), used, documents, defines, place=folder, is_on_disk=database is not None)
    return with_datasets(data, files)


def connect(database: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A database with the settings that compiled expressions rely on and the schemas `data` and `meta`."""
    con = duckdb.connect(str(database) if database else ":memory:")
    con.execute(f"SET memory_limit = '{MEMORY}'")
    if database is None:  # else what does not fit into memory would go into the folder that one works in
        aside = Path(tempfile.gettempdir()) / f"clintrail-{uuid.uuid4().hex}"
        con.execute(f"SET temp_directory = {literal(str(aside))}")
    con.execute("SET preserve_insertion_order = true")
    for setting in SETTINGS:
        con.execute(setting)
    con.execute("CREATE SCHEMA data")
    con.execute("CREATE SCHEMA meta")
    return con


def _files(folder: Path) -> list[_File]:
    if not folder.is_dir():
        raise Problems([Problem(Place(str(folder)), "", "no such folder", "give a package, or a folder of XPT or Dataset-JSON files")])
    root = folder / "m5" if (folder / "m5").is_dir() else folder
    paths = [p for p in sorted(root.rglob("*")) if p.is_file() and not _NOT_SEARCHED & set(p.relative_to(root).parts[:-1])]
    found: list[_File] = []
    problems: list[Problem] = []
    for path in paths:
        with collected(problems):
            found += _of_file(path)
    by_name: dict[str, _File] = {}
    for file in found:
        first = by_name.setdefault(file.name, file)
        if first is not file and first.path.with_suffix("") != file.path.with_suffix(""):
            what = f"the dataset is there twice: {first.path.name} in {first.path.parent.name}, {file.path.name} in {file.path.parent.name}"
            problems.append(Problem(Place(str(file.path)), file.name, what, "take one of them out"))
    if not found and not problems:
        fix = "give a package, or a folder of XPT or Dataset-JSON files"
        problems.append(Problem(Place(str(folder)), "", "there are no datasets here", fix))
    if problems:
        raise Problems(problems)
    return list(by_name.values())


def _of_file(path: Path) -> Iterator[_File]:
    if path.suffix.lower() == ".xpt":
        with xpt.open(path) as file:
            for member in file.members:
                only = member.name if len(file.members) > 1 else None
                yield _File(member.name.upper(), member.label, member.variables, member.records, path, only)
    elif path.suffix.lower() in _JSON and (path.suffix.lower() != ".json" or b"datasetJSONVersion" in path.read_bytes()[: 1 << 16]):
        opened = dataset_json.open(path)
        yield _File(opened.dataset.name.upper(), opened.dataset.label, opened.dataset.variables, opened.records, path, None)


def _defines(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.rglob("define*.xml")) if not _NOT_SEARCHED & set(p.relative_to(folder).parts[:-1])]


def _kind_of_define(document: DefineDocument) -> Kind | None:
    """What a define.xml describes: analysis datasets where one says so."""
    if not document.datasets:
        return None
    return "adam" if any(d.purpose == "Analysis" or d.name == "ADSL" for d in document.datasets) else "sdtm"


def terminology_of(documents: Iterable[DefineDocument], study: Path | None = None, version: str | None = None) -> Terminology:
    """The terminology of a version, else that which the define.xml names, where it is at hand, else the newest.

    It is looked for where a build looks: in the study's own `terminology/`, in the user's store, and in what is shipped. Raises
    `Problems` for a version that was asked for and is not at hand.
    """
    stores = [path for path in (*([study / "terminology"] if study else []), default_store()) if path.is_dir()]
    if version:
        return load_codelists(version, store_dirs=stores)
    asked = {s.publishing_set: s.version for d in documents for s in d.standards if s.type == "CT" and s.publishing_set}
    wanted = {name: version for name, version in asked.items() if name in ("SDTM", "ADaM")}
    try:
        return load_codelists(wanted or None, store_dirs=stores)
    except Problems:
        return load_codelists(None, store_dirs=stores)


def with_datasets(data: Data, files: Sequence[_File]) -> Data:
    """The data with the records of files: a table a domain."""
    for file in files:
        _load(data.con, file, _kind(file, data))
    found = tuple(_described(data, file) for file in files)
    return with_tables(replace(data, datasets=found))


def _kind(file: _File, data: Data) -> Kind:
    for kind, document in data.define.items():
        if any(d.name == file.name for d in document.datasets):
            return kind
    return "adam" if file.name.startswith("AD") and len(file.name) > 2 else "sdtm"


def _load(con: duckdb.DuckDBPyConnection, file: _File, kind: Kind) -> None:
    batches = file.batches()
    first = next(batches, None)
    name = file_table(file.name)
    columns = ", ".join(["row_number() OVER () AS _record", *(_column(v, kind) for v in file.variables)])
    if first is None:
        schema = pa.schema([(v.name, pa.string() if v.type == "Char" else pa.float64()) for v in file.variables])
        reader = pa.RecordBatchReader.from_batches(schema, [])
    else:
        reader = pa.RecordBatchReader.from_batches(first.schema, _chain(first, batches))
    con.register("incoming", reader)
    con.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM incoming")
    con.unregister("incoming")


def _chain(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest


def _column(variable: Variable, kind: Kind) -> str:
    """A column as it is read: blank text is missing, and SAS's counts become dates."""
    name = quoted(variable.name)
    if variable.type == "Char":
        return f"CASE WHEN trim({name}) <> '' THEN {name} END AS {name}"
    found = date_type(variable, kind)
    origin = "DATE '1960-01-01'"
    if found == "DATE":
        return f"({origin} + CAST(floor({name}) AS INTEGER)) AS {name}"
    if found == "TIMESTAMP":
        return f"(TIMESTAMP '1960-01-01 00:00:00' + to_microseconds(CAST(round({name} * 1e6) AS BIGINT))) AS {name}"
    if found == "TIME":
        return f"(TIME '00:00:00' + to_microseconds(CAST(round({name} * 1e6) AS BIGINT))) AS {name}"
    return name


def date_type(variable: Variable, kind: Kind) -> str:
    """DATE, TIMESTAMP or TIME for a number that counts from 1960, by its format, else by the ADaM suffixes DT, DTM, TM; else empty."""
    shown = variable.format or {"date": "DATE9.", "datetime": "DATETIME20.", "time": "TIME8."}.get(variable.data_type, "")
    for pattern, found in ((_MOMENT, "TIMESTAMP"), (_DATE, "DATE"), (_TIME, "TIME")):
        if pattern.match(shown):
            return found
    if kind == "adam" and not shown:
        for suffix, found in (("DTM", "TIMESTAMP"), ("DT", "DATE"), ("TM", "TIME")):
            if variable.name.endswith(suffix) and len(variable.name) > len(suffix):
                return found
    return ""


def _described(data: Data, file: _File) -> CheckedDataset:
    kind = _kind(file, data)
    document = data.define.get(kind)
    stated = next((d for d in document.datasets if d.name == file.name), None) if document else None
    domain = file.name if kind == "adam" else _domain(data.con, file)
    names = frozenset(v.name for v in file.variables)
    class_name, structure = class_and_structure(
        kind, domain, stated.class_name.upper() if stated else "", stated.subclass.upper() if stated else "", names
    )
    size = file.path.stat().st_size if file.path.is_file() else 0
    return CheckedDataset(file.name, domain, kind, file.label, file.variables, file.records, file.path, size, class_name, structure)


def _domain(con: duckdb.DuckDBPyConnection, file: _File) -> str:
    """The domain that the records of a part name: its name begins as the domain's, with at most two characters more."""
    supplemental = file.name.startswith("SUPP") and len(file.name) > 6
    column = "RDOMAIN" if supplemental else "DOMAIN"
    own = file.name[4:] if supplemental else file.name
    if not any(v.name == column for v in file.variables) or len(own) not in (3, 4):
        return file.name
    found = con.execute(f"SELECT DISTINCT {column} FROM {file_table(file.name)} LIMIT 2").fetchall()
    if len(found) == 1 and found[0][0] and own.startswith(found[0][0]):
        return f"SUPP{found[0][0]}" if supplemental else str(found[0][0])
    return file.name


def with_tables(data: Data) -> Data:
    """What the tables of the files hold by domain, and of each part by its own name.

    In memory they are tables, of which queries are planned faster; on disk views, so that no record is stored twice.
    """
    kind = "VIEW" if data.is_on_disk else "TABLE"
    for parts in data.domains():
        selects, offset = [], 0
        for part in parts:
            selects.append(f"SELECT '{part.name}' AS _dataset, _record + {offset} AS _row, * FROM {file_table(part.name)}")
            offset += part.records
        name = table_of(parts[0].domain)
        data.con.execute(f"CREATE {kind} {name} AS {' UNION ALL BY NAME '.join(selects)}")
        for part, select in zip(parts, selects, strict=True):
            if part.name != part.domain:
                data.con.execute(f"CREATE {kind} {table_of(part.name)} AS {select}")
        for part in parts if kind == "TABLE" else ():
            data.con.execute(f"DROP TABLE {file_table(part.name)}")
    return data


def file_table(name: str) -> str:
    """The table with the records of a file's dataset, in SQL."""
    return f"meta.{quoted('file ' + name)}"
