"""From a rule to SQL for the data at hand: a query for each domain in its scope, or one over a table about the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from clintrail.compile.functions import Function
from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.metadata import TABLES, ensure
from clintrail.conformance.data.model import CheckedDataset, Data, table_of
from clintrail.conformance.rules.expression import NotForThis, Rows, Translator
from clintrail.conformance.rules.rule import DATASET, RECORD, Query, Rule, Scope, Skipped

VALUE = "value"


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
                yield _attempt(rule, parts[0].domain, partial(_of_records, rule, data, functions, parts[0]))
    elif rule.each == DATASET:
        for dataset in data.datasets:
            if in_scope(rule, dataset):
                yield _attempt(rule, dataset.name, partial(_of_dataset, rule, data, functions, dataset))
    else:
        yield _attempt(rule, "", partial(_of_table, rule, data, functions))


def _attempt(rule: Rule, domain: str, make: Callable[[], str]) -> Query | Skipped:
    try:
        return Query(rule.name, domain, make())
    except NotForThis as reason:
        return Skipped(rule.name, domain, str(reason))


def in_scope(rule: Rule, dataset: CheckedDataset) -> bool:
    """Whether a rule is for a dataset."""
    if rule.kind in ("sdtm", "adam") and rule.kind != dataset.kind:
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
    shown = _shown_variables(rule, translator)
    values = ", ".join(translator.shown(variable) for variable in shown)
    names = ", ".join(literal(variable) for variable in shown)
    head = f"SELECT r._dataset, r._record, [{names}]::VARCHAR[], [{values}]::VARCHAR[], {translator.message()}"
    return f"{head} FROM {_failing(translator)} ORDER BY r._row"


def _of_dataset(rule: Rule, data: Data, functions: Mapping[str, Function], dataset: CheckedDataset) -> str:
    ensure(data, "datasets")
    columns = dict.fromkeys(TABLES["datasets"].columns, "")
    own = Rows(table_of(dataset.name), data.columns(dataset.name), "d", "d._row", dataset)
    source = f"(SELECT * FROM meta.datasets WHERE dataset = {literal(dataset.name)})"
    translator = Translator(rule, data, functions, Rows(source, columns, "r", "", dataset, own))
    variables = ", ".join(literal(translator.filled(v)) for v in rule.variables)
    head = f"SELECT r.dataset, NULL::BIGINT, [{variables}]::VARCHAR[], []::VARCHAR[], {translator.message()}"
    return f"{head} FROM {_failing(translator)}"


def _of_table(rule: Rule, data: Data, functions: Mapping[str, Function]) -> str:
    if rule.each in rule.tables:
        table = rule.tables[rule.each]
        translator = Translator(rule, data, functions, Rows("", dict.fromkeys(table.columns, "VARCHAR"), "r", "", None))
        translator.rows = Rows(translator.drawn(rule.each), translator.rows.columns, "r", "", None)
    else:
        name = f"{rule.each}s"
        ensure(data, name)
        columns = {column: str(kind) for column, kind in TABLES[name].columns.items()}
        source = f"meta.{quoted(name)}"
        if "dataset" in columns and (kinds := _restricted(rule, data)) is not None:
            source = f"(SELECT * FROM {source} WHERE dataset IN ({', '.join(literal(name) for name in kinds)}))"
        translator = Translator(rule, data, functions, Rows(source, columns, "r", "", None))
    of = translator.rows.columns
    dataset = "r.dataset" if "dataset" in of else "NULL::VARCHAR"
    named = [f"r.{column}" for column in ("variable",) if column in of]
    variables = f"[{', '.join(named) or ', '.join(literal(v) for v in rule.variables)}]::VARCHAR[]"
    values = "[r.value]::VARCHAR[]" if "value" in of else "[]::VARCHAR[]"
    order = ", ".join(f"r.{quoted(column)}" for column in of if column in ("dataset", "variable", "value", "position"))
    sql = f"SELECT {dataset}, NULL::BIGINT, {variables}, {values}, {translator.message()} FROM {_failing(translator)}"
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
    where, condition = translator.where(), translator.condition()
    rows = translator.rows
    return f"(SELECT r.*, ({where}) AS _where, ({condition}) AS _holds FROM {rows.source} AS r) AS r WHERE r._where AND NOT r._holds"


def _shown_variables(rule: Rule, translator: Translator) -> list[str]:
    """The variables of a finding: as the rule says, else those of its condition, own ones first."""
    if rule.variables:
        return [v for v in map(translator.filled, rule.variables) if translator.has(v)]
    return translator.used()
