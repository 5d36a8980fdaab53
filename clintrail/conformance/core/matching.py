"""Match Datasets: the records of other datasets beside those that are checked, as joins.

Three kinds: by keys (DM by USUBJID), by supplemental qualifiers (each QNAM a column) and by RELREC (`RELREC.FAOBJ` of the related
record). `Child` names the dataset that is checked itself: its parent record is found by RDOMAIN, IDVAR and IDVARVAL.
"""

from __future__ import annotations

from dataclasses import dataclass

from clintrail.compile.plan import literal, quoted
from clintrail.conformance.core.frame import ROWS, Column, Frame, Missing, as_key, as_number, as_text, own_column
from clintrail.conformance.core.rule import CoreRule, Match, comparisons
from clintrail.conformance.core.subject import is_supplemental
from clintrail.conformance.data.model import table_of

_PEOPLE = ("STUDYID", "USUBJID", "APID", "POOLID", "SPDEVID")


def with_matches(frame: Frame, rule: CoreRule) -> None:
    """Joins what the rule matches. A dataset that is not there is left out, as is the checked one itself. Raises `Missing`."""
    frame.matched = tuple(match.name for match in rule.matches)
    for match in rule.matches:
        if match.child:
            _with_parent(frame, match)
        elif match.name == "RELREC":
            _with_related(frame, match, _names(rule))
        elif match.name in (frame.subject.domain, frame.subject.name):
            continue
        elif is_supplemental(match.name):
            _with_qualifiers(frame, match, _names(rule))
        elif frame.data.columns(match.name):
            _with_records(frame, match)


def _names(rule: CoreRule) -> set[str]:
    """All names that a rule speaks of."""
    found = {*rule.outputs}
    for one in comparisons(rule.check):
        found.add(one.name)
        found.update(str(v) for v in (one.value if isinstance(one.value, tuple) else (one.value,)))
    return found


def _with_records(frame: Frame, match: Match) -> None:
    """Beside each row each record with the same keys; rows without one are not checked."""
    alias = f"m{len(frame.joins)}"
    theirs = frame.data.columns(match.name)
    on = []
    for key in match.keys:
        own, other = frame.column(key), key.replace("--", match.name, 1)
        if other not in theirs:
            raise Missing(f"{match.name} has no {other}")
        on.append(f"{as_key(own)} = {as_key(_of(alias, other, theirs[other]))}")
    added = {name: _of(alias, name, type_) for name, type_ in theirs.items() if not name.startswith("_")}
    _rebase(frame, f"JOIN {table_of(match.name)} AS {alias} ON {' AND '.join(on)}", added, match.name)


def _of(alias: str, name: str, type_: str) -> Column:
    column = own_column(name, type_)
    return Column(column.sql.replace(f"{ROWS}.", f"{alias}.", 1), column.kind)


def _rebase(frame: Frame, join: str, added: dict[str, Column], domain: str) -> None:
    """A join as the frame's new source; a column of the other dataset is there as `DM.X`, and as `X` where no other is named so."""
    new: dict[str, Column] = {}
    for name, column in added.items():
        new[f"{domain}.{name}"] = column
        if name not in frame.columns:
            new[name] = column
    shown = "".join(f", {column.sql} AS {quoted(name)}" for name, column in new.items())
    frame.source = f"(SELECT {ROWS}.*{shown} FROM {frame.source} AS {ROWS} {join})"
    frame.many = True
    for name, column in new.items():
        frame.columns[name] = Column(f"{ROWS}.{quoted(name)}", column.kind)


def _with_qualifiers(frame: Frame, match: Match, names: set[str]) -> None:
    """The values of supplemental qualifiers as columns, by the variable that IDVAR names, else by subject."""
    table = match.name.replace("--", frame.subject.domain)
    if not frame.data.columns(table):
        return
    rows = frame.data.con.execute(f"SELECT DISTINCT QNAM, IDVAR FROM {table_of(table)} WHERE QNAM IS NOT NULL ORDER BY ALL").fetchall()
    for name in sorted(names & {str(qnam) for qnam, _ in rows} - {*frame.columns}):
        idvars = [str(idvar or "") for qnam, idvar in rows if qnam == name and (not idvar or frame.has(str(idvar)))]
        values = [_qualifier(frame, table, name, idvar) for idvar in idvars]
        frame.columns[name] = Column(f"coalesce({', '.join(values)}, NULL)" if values else "NULL::VARCHAR")


def _qualifier(frame: Frame, table: str, qnam: str, idvar: str) -> str:
    """The value of a qualifier that is given by one variable (none: by subject)."""
    own = [name for name in _PEOPLE if frame.has(name) and name in frame.data.columns(table)]
    pairs = [(frame.column(name), name) for name in own] + ([(frame.column(idvar), "IDVARVAL")] if idvar else [])
    keys = ", ".join(f"{_identified(Column(quoted(name)))} AS k{i}" for i, (_, name) in enumerate(pairs))
    of = f"QNAM = {literal(qnam)} AND IDVAR {f'= {literal(idvar)}' if idvar else 'IS NULL'}"
    values = f"SELECT {keys}, QVAL, _row FROM {table_of(table)} WHERE {of}"
    groups = ", ".join(f"k{i}" for i in range(len(pairs)))
    relation = f"SELECT {groups}, first(QVAL ORDER BY _row) AS v FROM ({values}) GROUP BY {groups}"
    return f"{frame.joined(relation, [(_identified(column), f'k{i}') for i, (column, _) in enumerate(pairs)])}.v"


def _identified(column: Column) -> str:
    """A text as it is compared with a value of any type: a number as the number."""
    number = as_key(Column(as_number(column), "number"))
    return f"coalesce({number}, trim({as_text(column)}))"


def _with_parent(frame: Frame, match: Match) -> None:
    """What the variable named in IDVAR has in the record referred to, as the column `IDVAR -> value`; missing without such a record."""
    applies = match.name in (frame.subject.domain, frame.subject.name) or (match.name == "SUPP--" and frame.subject.is_supplemental)
    if not applies or not {"RDOMAIN", "IDVAR", "IDVARVAL"} <= {*frame.columns}:
        return
    combinations = frame.data.con.execute(
        f"SELECT DISTINCT RDOMAIN, IDVAR FROM {table_of(frame.subject.name)} WHERE IDVAR IS NOT NULL ORDER BY ALL"
    ).fetchall()
    keys = [key for key in match.keys if key not in ("IDVAR", "IDVARVAL")]
    relations = []
    for domain, idvar in combinations:
        theirs = frame.data.columns(_domain_table(frame, str(domain)))
        if str(idvar) in theirs and {*keys} <= {*theirs}:
            value = _identified(own_column(str(idvar), theirs[str(idvar)]))
            named = "".join(f", {as_text(own_column(key, theirs[key]))} AS g{i}" for i, key in enumerate(keys))
            where = f"{quoted(str(idvar))} IS NOT NULL"
            relations.append(
                f"SELECT DISTINCT {literal(str(domain))} AS d, {literal(str(idvar))} AS i, {value} AS v{named}"
                f" FROM {table_of(_domain_table(frame, str(domain)))} AS {ROWS} WHERE {where}"
            )
    frame.columns["IDVAR -> value"] = _referred(frame, relations, keys)


def _referred(frame: Frame, relations: list[str], keys: list[str]) -> Column:
    if not relations:
        return Column("NULL::VARCHAR")
    union = " UNION ALL ".join(relations)
    told = [(f"{ROWS}.RDOMAIN", "d"), (f"{ROWS}.IDVAR", "i"), (_identified(Column(f"{ROWS}.IDVARVAL")), "v")]
    own = [as_text(frame.column(key)) for key in keys]
    alias = frame.joined(f"SELECT DISTINCT * FROM ({union})", [*told, *((one, f"g{i}") for i, one in enumerate(own))])
    found = f"{alias}.v"
    if own:  # a record that names no subject refers to any
        anyone = frame.joined(f"SELECT DISTINCT d, i, v FROM ({union})", told)
        found = f"coalesce({found}, CASE WHEN {' AND '.join(f'{one} IS NULL' for one in own)} THEN {anyone}.v END)"
    return Column(f"CASE WHEN {found} IS NOT NULL THEN {ROWS}.IDVARVAL END")


def _domain_table(frame: Frame, domain: str) -> str:
    """The table with the records whose DOMAIN is this."""
    if frame.data.columns(domain):
        return domain
    return next((s.name for s in frame.study.subjects if s.domain == domain), domain)


@dataclass(frozen=True)
class _Relation:
    """How RELREC relates a domain to another: by its own variable, the other's domain and variable.

    Record by record (`by_values`), of one subject (`by_subject`) or of any, or dataset by dataset.
    """

    own: str
    domain: str
    other: str
    by_values: bool
    by_subject: bool


def _with_related(frame: Frame, match: Match, names: set[str]) -> None:
    """Beside each row each record of another domain that RELREC relates to it, as columns `RELREC.X`.

    The prefix of such a column is the match's wildcard (`RELREC.**TERM`, `RELREC.FAOBJ`) for whatever domain the record is of.
    """
    if not frame.data.columns("RELREC"):
        raise Missing("there is no RELREC")
    wanted = sorted(name for name in names if name.startswith("RELREC."))
    selects, there = [], set()
    for relation in _relations(frame):
        table = _domain_table(frame, relation.domain)
        prefix = next((s.prefix for s in frame.study.subjects if s.name == table), "")
        own = {name: name.removeprefix("RELREC.").replace(match.wildcard or "**", prefix, 1) for name in wanted}
        theirs = frame.data.columns(table)
        shown = {name: as_text(_of("x", column, theirs[column])) for name, column in own.items() if column in theirs}
        there |= {*shown}
        columns = "".join(f", {shown.get(name, 'NULL::VARCHAR')} AS {quoted(name)}" for name in wanted)
        selects.append(f"SELECT {ROWS}.*{columns} FROM {frame.source} AS {ROWS} {_related(frame, relation, table)}")
    nothing = "".join(f", NULL::VARCHAR AS {quoted(name)}" for name in wanted)
    none = f"SELECT {ROWS}.*{nothing} FROM {frame.source} AS {ROWS} WHERE FALSE"
    frame.source, frame.many = f"({' UNION ALL '.join(selects or [none])})", True
    for name in wanted:
        frame.columns[name] = Column(f"{ROWS}.{quoted(name)}", there=name in there)


_BY_VALUES = "(l.IDVARVAL IS NOT NULL AND r.IDVARVAL IS NOT NULL)"
_PAIRS = "data.RELREC l JOIN data.RELREC r ON l.RELID = r.RELID AND l.USUBJID IS NOT DISTINCT FROM r.USUBJID"


def _relations(frame: Frame) -> list[_Relation]:
    domain = literal(frame.subject.domain)
    rows = frame.data.con.execute(
        f"SELECT DISTINCT l.IDVAR, r.RDOMAIN, r.IDVAR, {_BY_VALUES}, {_BY_VALUES} AND l.USUBJID IS NOT NULL FROM {_PAIRS}"
        f" WHERE l.RDOMAIN = {domain} AND r.RDOMAIN <> {domain} ORDER BY ALL"
    ).fetchall()
    found = [_Relation(str(own), str(domain), str(other), bool(values), bool(subject)) for own, domain, other, values, subject in rows]
    return [r for r in found if r.own in frame.columns and r.other in frame.data.columns(_domain_table(frame, r.domain))]


def _related(frame: Frame, relation: _Relation, table: str) -> str:
    """The join of the related records, `x`."""
    mine = _identified(frame.column(relation.own))
    theirs = _identified(_of("x", relation.other, frame.data.columns(table)[relation.other]))
    if not relation.by_values:
        return f"JOIN {table_of(table)} AS x ON x.USUBJID = {ROWS}.USUBJID AND {theirs} = {mine}"
    values = f"{_identified(Column('l.IDVARVAL'))} AS a, {_identified(Column('r.IDVARVAL'))} AS b"
    told = {
        "l.RDOMAIN": frame.subject.domain, "r.RDOMAIN": relation.domain, "l.IDVAR": relation.own, "r.IDVAR": relation.other,
    }  # fmt: skip
    where = " AND ".join(f"{column} = {literal(value)}" for column, value in told.items())
    of = f"l.USUBJID IS {'NOT ' if relation.by_subject else ''}NULL"
    pairs = f"SELECT DISTINCT l.USUBJID AS u, {values} FROM {_PAIRS} WHERE {where} AND {_BY_VALUES} AND {of}"
    subject = f"p.u = {ROWS}.USUBJID AND " if relation.by_subject else ""
    return f"JOIN ({pairs}) AS p ON {subject}p.a = {mine} JOIN {table_of(table)} AS x ON x.USUBJID = {ROWS}.USUBJID AND {theirs} = p.b"
