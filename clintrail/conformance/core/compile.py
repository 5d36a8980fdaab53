"""From rules of CDISC to SQL for the data at hand: a query for each domain in a rule's scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from clintrail.compile.plan import literal
from clintrail.conformance.core import kinds
from clintrail.conformance.core.frame import NOT_THERE, ROWS, Column, Frame, Members, Missing, Unsupported, as_text
from clintrail.conformance.core.logic import FALSE, TRUE, any_of
from clintrail.conformance.core.matching import with_matches
from clintrail.conformance.core.operations import with_operations
from clintrail.conformance.core.operators import condition
from clintrail.conformance.core.rule import CoreRule, comparisons
from clintrail.conformance.core.subject import Study, Subject, in_scope, study_of
from clintrail.conformance.data.model import CheckedDataset, Data
from clintrail.conformance.rules.rule import Query, Skipped

_DATASET = "Dataset"
_PLACE = ("_dataset", "_record", "_row")
_NONE = "SELECT NULL::VARCHAR, NULL::BIGINT, []::VARCHAR[], []::VARCHAR[], NULL::VARCHAR WHERE FALSE"


def compile_core(rules: Sequence[CoreRule], data: Data) -> Iterator[Query | Skipped]:
    """Queries for the rules on the data; for each rule that is not for them, or that cannot be compiled, why.

    Where a rule cannot find anything (a variable that must not be there is not there) its one query is empty.
    """
    study = study_of(data)
    for rule in rules:
        yield from _compiled(rule, study, [s for s in study.subjects if in_scope(rule.scope, s)])


def _compiled(rule: CoreRule, study: Study, scope: list[Subject]) -> Iterator[Query | Skipped]:
    if rule.rule_type not in kinds.TYPES:
        yield Skipped(rule.id, "", f"rules of the type {rule.rule_type} are not compiled", expected=False)
        return
    if not scope:
        yield Skipped(rule.id, "", "no dataset in its scope")
        return
    made: list[Query | Skipped] = []
    for subject in scope[:1] if rule.rule_type == kinds.PRESENCE else scope:
        made += _of_subject(rule, study, subject)
    queries = [one for one in made if isinstance(one, Skipped) or one.sql != _NONE]
    yield from queries or [Query(rule.id, "", _NONE, spread=False)]


def _of_subject(rule: CoreRule, study: Study, subject: Subject) -> Iterator[Query | Skipped]:
    for name, make in _makers(rule, study, subject):
        try:
            yield Query(rule.id, name, make(), spread=False)
        except Missing as reason:
            yield Skipped(rule.id, name, str(reason))
        except Unsupported as reason:
            yield Skipped(rule.id, name, str(reason), expected=False)


def _makers(rule: CoreRule, study: Study, subject: Subject) -> Iterator[tuple[str, Callable[[], str]]]:
    """How the query of a rule is made, for the domain or for each of its datasets."""
    if rule.rule_type == kinds.RECORDS:
        yield subject.name, lambda: _query(rule, kinds.records(study, subject), match=True)
    elif rule.rule_type == kinds.PRESENCE:
        yield "", lambda: _query(rule, kinds.presence(study, subject))
    elif rule.rule_type in kinds.VALUES:
        yield subject.name, partial(_of_values, rule, study, subject)
    elif rule.rule_type == kinds.DATASETS:
        yield subject.name, lambda: _query(rule, kinds.datasets(study, subject))
    else:
        for part in subject.parts:
            yield part.name, partial(_of_variables, rule, study, subject, part)


def _of_variables(rule: CoreRule, study: Study, subject: Subject, part: CheckedDataset) -> str:
    """The variables of a dataset, as its file or as define.xml has them."""
    if rule.rule_type == kinds.DEFINE_WITH_LIBRARY:
        return _query(rule, kinds.defined(study, subject, part))
    return _query(rule, kinds.variables(study, subject, part, library=rule.rule_type == kinds.WITH_LIBRARY))


def _query(rule: CoreRule, frame: Frame, *, match: bool = False) -> str:
    """The rows of a frame that fulfil the check, with what the rule shows of them."""
    if match:
        with_matches(frame, rule)
    with_operations(frame, rule.operations)
    check = condition(frame, rule.check)
    if check == FALSE:
        return _NONE
    shown = _shown(rule, frame)
    of_variables = bool(frame.about) and (rule.sensitivity != _DATASET or frame.about in shown)
    shown = [name for name in shown if not of_variables or name != frame.about]
    columns = [f"{_value(frame, name)} AS v{i}" for i, name in enumerate(shown)]
    if of_variables:
        columns.append(f"{as_text(frame.column(frame.about))} AS _variable, NULL AS _value")
    selected = ", ".join([*(f"{ROWS}.{name}" for name in _PLACE), *columns])
    inner = f"SELECT {selected} FROM {frame.source} AS {ROWS} {' '.join(frame.joins)}"
    if check != TRUE:
        inner = f"{inner} {'QUALIFY' if ' OVER (' in check else 'WHERE'} {check}"
    return _finding(rule, frame, inner, shown, of_variables)


def _finding(rule: CoreRule, frame: Frame, inner: str, shown: list[str], of_variables: bool) -> str:
    """The columns of a finding over rows with `v0`, `v1`, ... ; of rules for a whole dataset the first row of each.

    A finding about a variable names it first.
    """
    names = ", ".join([*(["_variable"] if of_variables else []), *map(literal, shown)])
    values = ", ".join([*(["_value"] if of_variables else []), *(f"v{i}" for i in range(len(shown)))])
    record, message = "_record", literal(rule.message.replace("--", frame.subject.prefix))
    if rule.sensitivity == _DATASET:
        record = "NULL::BIGINT AS _record"
        inner = f"SELECT DISTINCT ON (_dataset) * FROM ({inner}) ORDER BY _dataset, _row"
    told = f"SELECT _dataset, {record}, [{names}]::VARCHAR[] AS variables, [{values}]::VARCHAR[] AS vals, {message} AS message"
    if frame.many and rule.sensitivity != _DATASET:
        return f"SELECT * EXCLUDE (_row) FROM (SELECT DISTINCT * FROM ({told}, _row FROM ({inner}))) ORDER BY _row, vals"
    return f"{told} FROM ({inner}) ORDER BY _row"


def _of_values(rule: CoreRule, study: Study, subject: Subject) -> str:
    """Each value of the records as a row of its own; one scan asks of all variables."""
    cases, checks = [], []
    frame = kinds.records(study, subject)
    for variable in {v.name: v for part in subject.parts for v in part.variables}.values():
        own = kinds.value_of(study, subject, variable)
        with_operations(own, rule.operations)
        check = condition(own, rule.check)
        if own.joins:
            raise Unsupported("a check of values does not look into other records")
        if check != FALSE:
            shown = [name for name in _shown(rule, own) if name not in (own.about, "variable_value")]
            packed = [f"_variable := {literal(variable.name)}", f"_value := {as_text(own.column('variable_value'))}"]
            packed += [f"v{i} := {_value(own, name)}" for i, name in enumerate(shown)]
            cases.append(f"CASE WHEN {check} THEN struct_pack({', '.join(packed)}) END")
            checks.append(check)
    if not cases:
        return _NONE
    place = ", ".join(_PLACE)
    found = f"SELECT {place}, unnest([{', '.join(cases)}]) AS f FROM {frame.source} AS {ROWS} WHERE {any_of(checks)}"
    return _finding(rule, frame, f"SELECT {place}, f.* FROM ({found}) WHERE f IS NOT NULL", shown, True)


def _shown(rule: CoreRule, frame: Frame) -> list[str]:
    """The variables of a finding: as the rule says, else those of its check; the variables in a list are shown behind it."""
    names = rule.outputs or tuple(one.name for one in comparisons(rule.check))
    found = list(dict.fromkeys(map(frame.named, names)))
    for name in tuple(found):
        column = frame.columns.get(name)
        if isinstance(column, Column) and column.values is not None:
            found += [v for v in column.values if v in frame.columns and v not in found]
    return found


def _value(frame: Frame, name: str) -> str:
    column = frame.columns.get(name)
    if column is None or isinstance(column, Column) and not column.there:
        return literal(NOT_THERE)
    if isinstance(column, Members):
        return "NULL::VARCHAR" if column.keys else f"(SELECT string_agg(value::VARCHAR, ', ' ORDER BY value) FROM ({column.sql}))"
    return as_text(column)
