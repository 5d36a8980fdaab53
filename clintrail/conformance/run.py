"""Runs compiled rules where the data are: every finding becomes a row of the table `meta.findings`, and memory stays within bounds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.model import Data, table_of
from clintrail.conformance.rules.rule import Query, Skipped

FINDINGS = "meta.findings"
_COLUMNS = "rule VARCHAR, dataset VARCHAR, record BIGINT, variables VARCHAR[], vals VARCHAR[], message VARCHAR"


@dataclass(frozen=True)
class Ran:
    """How many queries ran, and what was not checked."""

    queries: int
    skipped: tuple[Skipped, ...]


def run_queries(data: Data, compiled: Iterable[Query | Skipped]) -> Ran:
    """Run queries into `meta.findings` (rule, dataset, record, variables, vals, message), which is made if it is not there."""
    data.con.execute(f"CREATE TABLE IF NOT EXISTS {FINDINGS} ({_COLUMNS})")
    count, skipped = 0, []
    for one in compiled:
        if isinstance(one, Skipped):
            skipped.append(one)
            continue
        count += 1
        try:
            data.con.execute(f"INSERT INTO {FINDINGS} SELECT {literal(one.rule)}, * FROM ({one.sql})")
        except duckdb.Error as error:
            skipped.append(Skipped(one.rule, one.domain, _in_words(error), expected=False))
    _to_records(data)
    return Ran(count, tuple(skipped))


def _to_records(data: Data) -> None:
    """Findings on a value become findings on the records that have it."""
    found = data.con.execute(
        f"SELECT DISTINCT rule, dataset, variables[1] FROM {FINDINGS} WHERE record IS NULL AND len(variables) = 1 AND len(vals) = 1"
    ).fetchall()
    for rule, dataset, variable in sorted(found):
        if variable not in data.columns(dataset):
            continue
        told = (
            f"rule = {literal(rule)} AND dataset = {literal(dataset)} AND record IS NULL"
            f" AND len(vals) = 1 AND variables[1] = {literal(variable)}"
        )
        data.con.execute(
            f"INSERT INTO {FINDINGS} SELECT f.rule, f.dataset, d._record, f.variables, f.vals, f.message FROM {FINDINGS} f"
            f" JOIN {table_of(dataset)} d ON d.{quoted(variable)} = f.vals[1] WHERE {told} ORDER BY d._row"
        )
        data.con.execute(f"DELETE FROM {FINDINGS} WHERE {told}")


def _in_words(error: duckdb.Error) -> str:
    text = str(error)
    try:
        return str(json.loads(text[text.index("{") :]).get("exception_message", text)).split("\n")[0]
    except ValueError:
        return text.split("\n")[0]
