"""The operations of CDISC's rules: what is found out before the check, as columns of the frame.

Values of another dataset become a query that is joined, counts and dates a column, and what is the same for all rows a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from clintrail.compile.plan import literal
from clintrail.conformance.core.frame import (
    ROWS,
    Column,
    Frame,
    Members,
    Missing,
    Unsupported,
    as_key,
    as_text,
    constant,
    own_column,
    texts,
)
from clintrail.conformance.core.library import LibraryVariable, domain_label, is_custom, model_variables, standard_variables
from clintrail.conformance.core.operators.dates import is_complete, known_part
from clintrail.conformance.core.rule import Operation
from clintrail.conformance.core.subject import Subject
from clintrail.conformance.data.model import table_of

Made = Column | Members
Maker = Callable[[Operation, Frame], Made]
_UNKNOWN = "0000-01-01T00:00:00"  # what a partial date is filled up with to be put in order


def with_operations(frame: Frame, operations: tuple[Operation, ...]) -> None:
    """Adds the result of each operation to the columns. Raises `Missing` where the data lack what it needs, `Unsupported`."""
    for operation in operations:
        make = OPERATIONS.get(operation.operator)
        if make is None:
            raise Unsupported(f"the operation {operation.operator} is not known")
        frame.columns[operation.id] = make(operation, frame)


def _table(operation: Operation, frame: Frame) -> str:
    """The table that an operation is about: that of its domain, else the frame's own."""
    name = operation.domain or frame.subject.name
    if name.endswith("--"):
        name = frame.subject.name if frame.subject.is_supplemental else name[:-2] + frame.subject.domain
    if not frame.data.columns(name):
        raise Missing(f"there is no {name}")
    return name


def _own(frame: Frame, table: str, name: str, domain: str = "") -> Column:
    """A column of a table. Raises `Missing`."""
    column = name.replace("--", domain or frame.subject.prefix, 1)
    type_ = frame.data.columns(table).get(column)
    if type_ is None:
        raise Missing(f"{table} has no {column}")
    return own_column(column, type_)


def _distinct(operation: Operation, frame: Frame) -> Made:
    """The values of a variable in a dataset; with groups, in the records that have the same values there."""
    table = _table(operation, frame)
    if operation.options.get("value_is_reference") is True:
        return _variables_referred_to(frame, table, operation.name)
    value = _own(frame, table, operation.name, operation.domain)
    groups = [(as_key(_own(frame, table, name, operation.domain)), as_key(frame.column(name))) for name in operation.group]
    named = "".join(f", {theirs} AS g{i}" for i, (theirs, _) in enumerate(groups))
    where = f"WHERE {value.sql} IS NOT NULL{_filtered(operation, frame, table)}"
    sql = f"SELECT DISTINCT {value.sql} AS value{named} FROM {table_of(table)} AS {ROWS} {where}"
    return Members(sql, value.kind, tuple(own for _, own in groups))


def _variables_referred_to(frame: Frame, table: str, name: str) -> Column:
    """The names in a variable (IDVAR) that are variables of the domain named beside them (RDOMAIN)."""
    value, domain = as_text(_own(frame, table, name)), as_text(_own(frame, table, "RDOMAIN"))
    rows = frame.data.con.execute(f"SELECT DISTINCT {domain}, {value} FROM {table_of(table)} AS {ROWS} ORDER BY ALL").fetchall()
    return texts(dict.fromkeys(str(v) for d, v in rows if d and v in frame.data.columns(str(d))))


def _filtered(operation: Operation, frame: Frame, table: str) -> str:
    """The operation's filter: variables with their values; one that ends in & is a beginning."""
    given = operation.options.get("filter")
    conditions = []
    for name, wanted in given.items() if isinstance(given, Mapping) else ():
        column = as_text(_own(frame, table, name, operation.domain))
        text = str(wanted)
        conditions.append(f"starts_with({column}, {literal(text[:-1])})" if text.endswith("&") else f"{column} = {literal(text)}")
    return "".join(f" AND {one}" for one in conditions)


def _record_count(operation: Operation, frame: Frame) -> Made:
    """How many records a dataset has that fit the filter; with groups, how many of the row's group."""
    table = _table(operation, frame)
    keys = []
    for name in frame.listed(operation.group):
        own, theirs = as_key(frame.column(name)), as_key(_own(frame, table, name))
        keys.append((_cut(own, operation), _cut(theirs, operation)))
    named = "".join(f", {theirs} AS k{i}" for i, (_, theirs) in enumerate(keys))
    where = f"WHERE TRUE{_filtered(operation, frame, table)}"
    sql = f"SELECT count(*) AS n{named} FROM {table_of(table)} AS {ROWS} {where}"
    if not operation.group:
        return Column(f"({sql})::DOUBLE", "number")
    grouped = f"{sql} GROUP BY {', '.join(f'k{i}' for i in range(len(keys)))}" if keys else sql
    alias = frame.joined(grouped, [(own, f"k{i}") for i, (own, _) in enumerate(keys)])
    return Column(f"coalesce({alias}.n, 0)::DOUBLE", "number")


def _cut(text: str, operation: Operation) -> str:
    """What a pattern finds at the beginning of a text, else the text."""
    if not (regex := operation.text("regex")):
        return text
    pattern = literal(f"^(?:{regex})")
    return f"CASE WHEN regexp_matches({text}, {pattern}) THEN regexp_extract({text}, {pattern}) ELSE {text} END"


def _date(first: bool) -> Maker:
    def make(operation: Operation, frame: Frame) -> Made:
        """The first or last date of a variable as far as it is known, within groups."""
        table = _table(operation, frame)
        known = known_part(as_text(_own(frame, table, operation.name, operation.domain)))
        key = f"({known} || substr('{_UNKNOWN}', length({known}) + 1))"
        keys = [(as_key(frame.column(name)), as_key(_own(frame, table, name, operation.domain))) for name in operation.group]
        named = "".join(f", {theirs} AS k{i}" for i, (_, theirs) in enumerate(keys))
        order = f"{key} {'ASC' if first else 'DESC'}, {ROWS}._row"
        groups = f" GROUP BY {', '.join(f'k{i}' for i in range(len(keys)))}" if keys else ""
        sql = f"SELECT first({known} ORDER BY {order}) AS d{named} FROM {table_of(table)} AS {ROWS} WHERE {known} IS NOT NULL{groups}"
        alias = frame.joined(sql, [(own, f"k{i}") for i, (own, _) in enumerate(keys)])
        return Column(f"{alias}.d", "text")

    return make


def _study_day(operation: Operation, frame: Frame) -> Made:
    """The study day of a complete date, counted from RFSTDTC of DM; missing where either is not complete."""
    columns = frame.data.columns("DM")
    if not {"USUBJID", "RFSTDTC"} <= {*columns}:
        raise Missing("there is no DM with RFSTDTC")
    date = as_text(frame.column(operation.name))
    start = "SELECT USUBJID AS k, first(RFSTDTC ORDER BY _row) AS d FROM data.DM GROUP BY USUBJID"
    alias = frame.joined(start, [(frame.column("USUBJID").sql, "k")])
    day, from_ = (f"try_cast(left({text}, 10) AS DATE)" for text in (date, f"{alias}.d"))
    both = f"{is_complete(date)} AND {is_complete(f'{alias}.d')}"
    return Column(f"CASE WHEN {both} THEN ({day} - {from_}) + CASE WHEN {day} >= {from_} THEN 1 ELSE 0 END END::DOUBLE", "number")


def _metadata(operation: Operation, frame: Frame) -> Made:
    """What the file says of the dataset."""
    facts = {
        "dataset_name": lambda part: literal(part.name), "dataset_label": lambda part: literal(part.label),
        "dataset_size": lambda part: f"{part.size}::DOUBLE", "record_count": lambda part: f"{part.records}::DOUBLE",
        "domain": lambda part: literal(frame.subject.domain),
    }  # fmt: skip
    if operation.name not in facts:
        raise Unsupported(f"extract_metadata of {operation.name} is not known")
    kind = constant(0.0 if operation.name in ("dataset_size", "record_count") else "").kind
    parts = [f"WHEN {literal(part.name)} THEN {facts[operation.name](part)}" for part in frame.subject.parts]
    return Column(f"(CASE {ROWS}._dataset {' '.join(parts)} END)", kind)


def _variable_exists(operation: Operation, frame: Frame) -> Made:
    name = operation.name.replace("--", operation.domain or frame.subject.prefix, 1)
    return constant(name in frame.data.columns(_table(operation, frame)))


def _variable_count(operation: Operation, frame: Frame) -> Made:
    """In how many domains of the study the variable is."""
    found = [s for s in frame.study.subjects if operation.name.replace("--", s.prefix, 1) in frame.data.columns(s.name)]
    return constant(float(len(found)))


def _study_domains(operation: Operation, frame: Frame) -> Made:
    return texts(dict.fromkeys(s.domain for s in frame.study.subjects if s.domain))


def _dataset_names(operation: Operation, frame: Frame) -> Made:
    return texts(sorted(part.name for s in frame.study.subjects for part in s.parts))


def _dataset_variables(operation: Operation, frame: Frame) -> Made:
    """The variables of the dataset, in the order of the file; of a domain in parts those of all."""
    return texts(dict.fromkeys(v.name for part in frame.subject.parts for v in part.variables))


def _library(wanted: Callable[[Operation, LibraryVariable], bool], source: Callable[[Subject], tuple[LibraryVariable, ...]]) -> Maker:
    def make(operation: Operation, frame: Frame) -> Made:
        """Names of variables that guide or model have for the domain."""
        return texts(dict.fromkeys(v.name for v in source(frame.subject) if wanted(operation, v)))

    return make


def _of_core(core: str) -> Maker:
    return _library(lambda _, variable: variable.core == core, standard_variables)


def _has_key(operation: Operation, variable: LibraryVariable) -> bool:
    """Whether a variable has the value that the operation asks for; without a key all have."""
    key = operation.text("key_name")
    return not key or getattr(variable, key, None) == operation.text("key_value")


def _filtered_of_dataset(operation: Operation, frame: Frame) -> Made:
    """Of the variables that the standard has with a key's value, those that the dataset has."""
    there = frame.data.columns(frame.subject.name)
    return texts(v.name for v in standard_variables(frame.subject) if _has_key(operation, v) and v.name in there)


def _of_parent(operation: Operation, frame: Frame) -> Made:
    """Names of variables that the model has for the domain that supplemental qualifiers belong to."""
    parents = [s for s in frame.study.subjects if s.domain and s.domain == frame.subject.parent]
    if not parents:
        raise Missing(f"there is no {frame.subject.parent or 'domain in RDOMAIN'}")
    return texts(dict.fromkeys(v.name for v in model_variables(parents[0])))


def _terms(operation: Operation, frame: Frame) -> Made:
    """Codes or submission values of the terms of code lists, or of the lists themselves."""
    names = operation.options.get("codelists")
    found: list[str] = []
    for name in names if isinstance(names, tuple) else ():
        codelist = next((c for c in frame.data.terminology.codelists if c.submission_value.upper() == str(name).upper()), None)
        if codelist is None:
            raise Missing(f"the terminology at hand has no code list {name}")
        by_code = operation.text("returntype") == "code"
        if operation.text("level") == "codelist":
            found.append(codelist.code if by_code else codelist.submission_value)
        else:
            found += [term.code if by_code else term.value for term in codelist.terms]
    return texts(dict.fromkeys(found))


OPERATIONS: dict[str, Maker] = {
    "distinct": _distinct,
    "record_count": _record_count,
    "min_date": _date(True),
    "max_date": _date(False),
    "dy": _study_day,
    "extract_metadata": _metadata,
    "variable_exists": _variable_exists,
    "variable_count": _variable_count,
    "study_domains": _study_domains,
    "dataset_names": _dataset_names,
    "domain_is_custom": lambda _, frame: constant(is_custom(frame.subject)),
    "domain_label": lambda _, frame: constant(domain_label(frame.subject)),
    "get_column_order_from_dataset": _dataset_variables,
    "get_column_order_from_library": _library(_has_key, standard_variables),
    "get_model_column_order": _library(_has_key, model_variables),
    "get_model_filtered_variables": _library(_has_key, model_variables),
    "get_parent_model_column_order": _of_parent,
    "get_dataset_filtered_variables": _filtered_of_dataset,
    "required_variables": _of_core("Req"),
    "expected_variables": _of_core("Exp"),
    "codelist_terms": _terms,
}
