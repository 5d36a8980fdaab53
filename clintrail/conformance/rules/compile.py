"""From a rule to SQL for the data at hand: a query for each domain in its scope, or one over a table about the data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from clintrail.compile.builtins import builtins
from clintrail.compile.functions import Function
from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.metadata import TABLES, ensure
from clintrail.conformance.data.model import CheckedDataset, Data, table_of
from clintrail.conformance.rules.expression import Translator
from clintrail.conformance.rules.pieces import chosen, in_pieces
from clintrail.conformance.rules.read import table_for
from clintrail.conformance.rules.rows import NotForThis, Rows
from clintrail.conformance.rules.rule import DATASET, RECORD, Query, Rule, Scope, Skipped
from clintrail.conformance.rules.template import rules_for


def compile_rules(rules: Sequence[Rule], data: Data, functions: Mapping[str, Function]) -> Iterator[Query | Skipped]:
    """Queries for the rules on the data, and for each rule that is not for them why.

    Raises `Problems` for an expression that cannot be read: a fault of the rule.
    """
    for rule in rules:
        made = list(_compiled(rule, data, functions))
        yield from made or [Skipped(rule.name, "", "no dataset in its scope")]


def _compiled(rule: Rule, data: Data, functions: Mapping[str, Function]) -> Iterator[Query | Skipped]:
    if rule.each == RECORD:
        for parts in data.domains():
            if in_scope(rule, parts[0]):
                for one in rules_for(rule, parts[0]):
                    yield _attempt(one, parts[0].domain, partial(_of_records, one, data, functions, parts[0]))
    elif rule.each == DATASET and _looks_into_datasets(rule, functions):
        for dataset in data.datasets:
            if in_scope(rule, dataset):
                yield _attempt(rule, dataset.name, partial(_of_dataset, rule, data, functions, dataset))
    elif rule.each not in rule.tables and in_pieces(data, table_for(rule.each)):
        columns, of_chosen = _columns(table_for(rule.each)), replace(rule, where=None)
        for name, source in chosen(rule, data, functions, table_for(rule.each)):
            yield _attempt(rule, name, partial(_of_rows, Translator(of_chosen, data, functions, Rows(source, columns, "r", "", None))))
    else:
        yield _attempt(rule, "", partial(_of_table, rule, data, functions))


def _looks_into_datasets(rule: Rule, functions: Mapping[str, Function]) -> bool:
    """Whether a rule for each dataset needs the dataset's own records or prefix; any other is one query over the table of datasets."""
    expressions = [rule.condition, rule.where, rule.message, *(e for lookup in rule.lookups.values() for e in (lookup.match, lookup.where))]
    text = " ".join(expression.text for expression in expressions if expression)
    called = set(re.findall(r"\b([a-z_0-9]+)\s*\(", text, re.I))
    aggregates = (name for name in called if builtins().get(name.lower()) == "aggregate" or (f := functions.get(name)) and f.is_aggregate)
    return "--" in text or "present" in called or any(aggregates)


def _attempt(rule: Rule, domain: str, make: Callable[[], str]) -> Query | Skipped:
    try:
        return Query(rule.name, domain, make(), spread=rule.each not in rule.tables)
    except NotForThis as reason:
        return Skipped(rule.name, domain, str(reason))


def in_scope(rule: Rule, dataset: CheckedDataset) -> bool:
    """Whether a rule is for a dataset."""
    if rule.kind in ("sdtm", "adam") and dataset.kind not in (rule.scope.kinds or (rule.kind,)):
        return False
    return _within(rule.scope, dataset)


def _within(scope: Scope, dataset: CheckedDataset) -> bool:
    names = {dataset.name, dataset.domain, *(["SUPP--"] if dataset.domain.startswith("SUPP") else [])}
    structures = {dataset.structure, *(["BDS"] if dataset.structure == "TTE" else []), *(["OCCDS"] if dataset.structure == "AE" else [])}
    if names & set(scope.exclude):
        return False
    if scope.domains and not names & set(scope.domains):
        return False
    if scope.structures and not structures & set(scope.structures):
        return False
    return not scope.classes or dataset.class_name in scope.classes


def _of_records(rule: Rule, data: Data, functions: Mapping[str, Function], dataset: CheckedDataset) -> str:
    rows = Rows(table_of(dataset.domain), data.columns(dataset.domain), "r", "r._row", dataset)
    translator = Translator(rule, data, functions, rows)
    if rule.distinct:
        wanted, optional = ([translator.filled(name) for name in names] for names in (rule.distinct, rule.optional))
        translator.rows = _each_combination(rows, wanted, optional)
    failing = _failing(translator)
    shown = _shown_variables(rule, translator)
    values = ", ".join(translator.shown(variable) for variable in shown)
    names = ", ".join(literal(variable) for variable in shown)
    head = f"SELECT r._dataset, r._record, [{names}]::VARCHAR[], [{values}]::VARCHAR[], {_message(translator)}"
    return f"{head} FROM {failing} ORDER BY r._row"


def _each_combination(rows: Rows, wanted: Sequence[str], optional: Sequence[str]) -> Rows:
    """Each combination of values once, with the first record that has it and the number of those that do."""
    names = [name for name in dict.fromkeys(wanted) if name in rows.columns]
    if missing := [name for name in wanted if name not in rows.columns and name not in optional]:
        raise NotForThis(f"there is no {', '.join(missing)}")
    columns = ", ".join(quoted(name) for name in names)
    first = "min(_row) AS _row, arg_min(_dataset, _row) AS _dataset, arg_min(_record, _row) AS _record, count(*) AS records"
    source = f"(SELECT {', '.join(filter(None, [columns, first]))} FROM {rows.source}{f' GROUP BY {columns}' if columns else ''})"
    return replace(rows, source=source, columns={**{name: rows.columns[name] for name in names}, "records": "BIGINT"})


def _of_dataset(rule: Rule, data: Data, functions: Mapping[str, Function], dataset: CheckedDataset) -> str:
    ensure(data, "datasets")
    columns = dict.fromkeys(TABLES["datasets"].columns, "")
    own = Rows(table_of(dataset.name), data.columns(dataset.name), "d", "d._row", dataset)
    source = f"(SELECT * FROM meta.datasets WHERE dataset = {literal(dataset.name)})"
    translator = Translator(rule, data, functions, Rows(source, columns, "r", "", dataset, own))
    failing = _failing(translator)
    variables = ", ".join(literal(translator.filled(v)) for v in rule.variables)
    head = f"SELECT r.dataset, NULL::BIGINT, [{variables}]::VARCHAR[], []::VARCHAR[], {translator.message()}"
    return f"{head} FROM {failing}"


def _of_table(rule: Rule, data: Data, functions: Mapping[str, Function]) -> str:
    if rule.each in rule.tables:
        table = rule.tables[rule.each]
        translator = Translator(rule, data, functions, Rows("", dict.fromkeys(table.columns, "VARCHAR"), "r", "", None))
        translator.rows = Rows(translator.drawn(rule.each), translator.rows.columns, "r", "", None)
    else:
        name = table_for(rule.each)
        ensure(data, name)
        columns = _columns(name)
        source = f"meta.{quoted(name)}"
        if "dataset" in columns and (kinds := _restricted(rule, data)) is not None:
            source = f"(SELECT * FROM {source} WHERE dataset IN ({', '.join(literal(name) for name in kinds)}))"
        translator = Translator(rule, data, functions, Rows(source, columns, "r", "", None))
    return _of_rows(translator)


def _columns(name: str) -> dict[str, str]:
    """The columns of a table about the data and their types."""
    return {column: str(kind) for column, kind in TABLES[name].columns.items()}


def _of_rows(translator: Translator) -> str:
    rule, of = translator.rule, translator.rows.columns
    dataset = "r.dataset" if "dataset" in of else "NULL::VARCHAR"
    named = [f"r.{column}" for column in ("variable",) if column in of]
    variables = f"[{', '.join(named) or ', '.join(literal(v) for v in rule.variables)}]::VARCHAR[]"
    values = "[r.value]::VARCHAR[]" if "value" in of else "[]::VARCHAR[]"
    record = "r.record" if of.get("record") == "int64" else "NULL::BIGINT"
    order = ", ".join(f"r.{quoted(column)}" for column in of if column in ("dataset", "variable", "value", "position", "record"))
    failing = _failing(translator)
    sql = f"SELECT {dataset}, {record}, {variables}, {values}, {_message(translator)} FROM {failing}"
    return f"{sql} ORDER BY {order}" if order else sql


def _restricted(rule: Rule, data: Data) -> list[str] | None:
    """The datasets in the scope of a rule; None where nothing restricts it."""
    if rule.kind not in ("sdtm", "adam") and rule.scope == Scope():
        return None
    found = [d.name for d in data.datasets if in_scope(rule, d)]
    if not found:
        raise NotForThis("no dataset in its scope")
    return found


def _failing(translator: Translator) -> str:
    """The rows that do not fulfil the condition, where it is for them; unknown is no failure."""
    where, condition, message = translator.where(), translator.condition(), translator.message()
    told = f", CASE WHEN NOT ({condition}) THEN {message} END AS _message" if _looks_at_rows(message) else ""
    columns = f"r.*, ({where}) AS _where, ({condition}) AS _holds{told}"
    return f"(SELECT {columns} FROM {translator.source()} AS r) AS r WHERE r._where AND NOT r._holds"


def _message(translator: Translator) -> str:
    """The message of a row that fails."""
    message = translator.message()
    return "r._message" if _looks_at_rows(message) else message


def _looks_at_rows(message: str) -> bool:
    """Whether a message has a window, which must run over all rows, not over those that fail."""
    return " OVER (" in message


def _shown_variables(rule: Rule, translator: Translator) -> list[str]:
    """The variables of a finding: as the rule says, else those of its condition, own ones first."""
    if rule.variables:
        return [v for v in map(translator.filled, rule.variables) if translator.has(v)]
    return translator.used()
