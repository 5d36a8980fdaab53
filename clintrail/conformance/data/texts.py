"""What the text of each variable is like, counted in one pass over a dataset; only variables with something odd are looked at closer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.model import CheckedDataset, Data, table_of
from clintrail.transport.dataset import Variable

# Each kind of oddity, and the condition in SQL under which a text {} has it.
ODDITIES = {
    "leading_blanks": "starts_with({}, ' ')",
    "trailing_blanks": "ends_with({}, ' ')",
    "full_stops": "trim({}) = '.'",
    "control_characters": r"regexp_matches({}, '[\x00-\x1f\x7f]')",
    "non_ascii": r"regexp_matches({}, '[^\x00-\x7f]')",
    "damaged": r"regexp_matches({}, '\x{{FFFD}}|[\x{{C2}}\x{{C3}}][\x{{80}}-\x{{BF}}]|\x{{E2}}[\x{{80}}-\x{{82}}\x{{20AC}}]')",
    "entities": r"regexp_matches({}, '&(#[0-9]+|#x[0-9A-Fa-f]+|amp|lt|gt|quot|apos|nbsp);')",
    "placeholders": "upper(trim({})) IN ('NULL', 'NAN', '#N/A', '#NAME?', '#REF!', '#VALUE!', '#DIV/0!', '<NA>', 'UNDEFINED')",
}
# What any of them implies: one pattern for the one pass over all texts.
_SUSPECT = r"regexp_matches({}, '^ | $|^\.$|[^\x20-\x7e]|&|^#|(?i)^ *(null|nan|<na>|undefined) *$')"


def text_rows(data: Data) -> Iterator[dict[str, Any]]:
    """A row a Char variable: for each oddity the number of records that have it and the first of them."""
    for dataset in data.datasets:
        variables = [v for v in dataset.variables if v.type == "Char"]
        suspects = _suspects(data, dataset, variables)
        for variable in variables:
            counts = _counts(data, dataset, variable) if suspects[variable.name] else dict.fromkeys(ODDITIES, (0, None))
            row: dict[str, Any] = {"dataset": dataset.name, "variable": variable.name, "domain": dataset.domain}
            row["class"] = dataset.class_name or None
            for name, (count, first) in counts.items():
                row[name], row[f"first_{name}"] = count, first
            yield row


def _suspects(data: Data, dataset: CheckedDataset, variables: list[Variable]) -> dict[str, bool]:
    if not variables:
        return {}
    parts = ", ".join(f"coalesce(bool_or({_SUSPECT.format(quoted(v.name))}), FALSE)" for v in variables)
    row = data.con.execute(f"SELECT {parts} FROM {table_of(dataset.name)}").fetchall()[0]
    return dict(zip((v.name for v in variables), row, strict=True))


def _counts(data: Data, dataset: CheckedDataset, variable: Variable) -> dict[str, tuple[int, int | None]]:
    parts = []
    for condition in ODDITIES.values():
        has = condition.format(quoted(variable.name))
        parts += [f"count(*) FILTER ({has})", f"min(_record) FILTER ({has})"]
    suspect = _SUSPECT.format(quoted(variable.name))
    row = data.con.execute(f"SELECT {', '.join(parts)} FROM {table_of(dataset.name)} WHERE {suspect}").fetchall()[0]
    return {name: (row[2 * i], row[2 * i + 1]) for i, name in enumerate(ODDITIES)}


def repeats_sql(data: Data) -> str:
    """SQL for the records that repeat an earlier one of their dataset in all values but --SEQ: dataset, record and the first such.

    Records are told apart by a hash, and those that it finds alike are compared with the first of them value by value.
    """
    made = []
    for d in data.datasets:
        columns = [quoted(v.name) for v in d.variables if v.name != f"{d.prefix}SEQ"]
        if columns and d.records > 1:
            key, table = f"hash({', '.join(columns)})", table_of(d.name)
            firsts = f"SELECT {key} AS key, min(_record) AS first FROM {table} GROUP BY 1 HAVING count(*) > 1"
            alike = " AND ".join(f"r.{column} IS NOT DISTINCT FROM f.{column}" for column in columns)
            made.append(
                f"SELECT {literal(d.name)} AS dataset, {literal(d.domain)} AS domain, {literal(d.class_name)} AS class,"
                f" r._record AS record, k.first FROM (SELECT *, {key} AS key FROM {table}) r JOIN ({firsts}) k ON k.key = r.key"
                f" JOIN {table} f ON f._record = k.first WHERE r._record > k.first AND {alike} ORDER BY r._record"
            )
    nothing = "SELECT NULL::VARCHAR AS dataset, NULL::VARCHAR AS domain, NULL::VARCHAR AS class, NULL::BIGINT AS record, 0::BIGINT AS first"
    return " UNION ALL ".join(f"({sql})" for sql in made) or f"{nothing} WHERE FALSE"
