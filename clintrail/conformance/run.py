"""Runs compiled rules where the data are: every finding becomes a row of the table `meta.findings`, and memory stays within bounds."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue

import duckdb
import pyarrow as pa

from clintrail.compile.plan import literal, quoted
from clintrail.conformance.data.model import Data, table_of
from clintrail.conformance.rules.rule import Query, Skipped

FINDINGS = "meta.findings"
MOST_KEPT = 100_000  # of a rule on a domain: more are counted, and the first are kept
_MOST_WAITING = 64  # queries
_COLUMNS = "rule VARCHAR, dataset VARCHAR, record BIGINT, variables VARCHAR[], vals VARCHAR[], message VARCHAR"


@dataclass(frozen=True)
class Cut:
    """A rule that found more on a domain than is kept: how many there are."""

    rule: str
    domain: str
    found: int


@dataclass(frozen=True)
class Ran:
    """How many queries ran, what was not checked, of what only the first findings are kept, and which rules ran on something."""

    queries: int
    skipped: tuple[Skipped, ...]
    cut: tuple[Cut, ...] = ()
    rules: frozenset[str] = frozenset()


def make_findings(data: Data) -> None:
    """Make the table `meta.findings` if it is not there yet."""
    data.con.execute(f"CREATE TABLE IF NOT EXISTS {FINDINGS} ({_COLUMNS})")


def run_queries(data: Data, compiled: Iterable[Query | Skipped]) -> Ran:
    """Run queries into `meta.findings` (rule, dataset, record, variables, vals, message), which is made if it is not there.

    Some run while others are compiled, two at a time where the data are in memory; what is found stands in the order of the queries.
    """
    make_findings(data)
    collected = _Collected(data)
    threads = 1 if data.is_on_disk else 2
    cursors: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
    for _ in range(threads):
        cursors.put(data.con.cursor())
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[tuple[Query, Future[pa.Table]]] = deque()
        for one in compiled:
            if isinstance(one, Skipped):
                collected.skipped.append(one)
                continue
            waiting.append((one, pool.submit(_found_by, one, cursors)))
            while len(waiting) > _MOST_WAITING:
                collected.take(*waiting.popleft())
        for query, future in waiting:
            collected.take(query, future)
    collected.cut += _to_records(data, collected.spread)
    cut = tuple(one for one in collected.cut if one.found > MOST_KEPT)
    return Ran(collected.count, tuple(collected.skipped), cut, frozenset(collected.rules))


def _found_by(query: Query, cursors: SimpleQueue[duckdb.DuckDBPyConnection]) -> pa.Table:
    """What a query finds, at most as many as are kept; asked on a cursor that no other thread uses."""
    cursor = cursors.get()
    try:
        return cursor.sql(f"SELECT {literal(query.rule)} AS rule, * FROM ({query.sql}) LIMIT {MOST_KEPT}").to_arrow_table()
    finally:
        cursors.put(cursor)


@dataclass
class _Collected:
    """What the queries so far have found, put into the table, and what is told of them."""

    data: Data
    count: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    cut: list[Cut] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)
    spread: set[str] = field(default_factory=set)

    def take(self, query: Query, future: Future[pa.Table]) -> None:
        """Put what a query found into the table, once it has."""
        self.count += 1
        con = self.data.con
        try:
            found = future.result()
            if found.num_rows:
                con.register("incoming", found)
                con.execute(f"INSERT INTO {FINDINGS} SELECT * FROM incoming")
                con.unregister("incoming")
            if found.num_rows == MOST_KEPT:
                total = con.execute(f"SELECT count(*) FROM ({query.sql})").fetchall()[0][0]
                self.cut.append(Cut(query.rule, query.domain, total))
        except duckdb.Error as error:
            self.skipped.append(Skipped(query.rule, query.domain, _in_words(error), expected=False))
            return
        self.rules.add(query.rule)
        if query.spread:
            self.spread.add(query.rule)


def _to_records(data: Data, rules: set[str]) -> Iterator[Cut]:
    """Findings on a value become findings on the records that have it; on a missing one, on those that have none."""
    found = data.con.execute(
        f"SELECT DISTINCT rule, dataset, variables[1] FROM {FINDINGS} WHERE record IS NULL AND len(variables) = 1 AND len(vals) = 1"
    ).fetchall()
    for rule, dataset, variable in sorted(found, key=str):
        if rule not in rules or variable not in data.columns(dataset or ""):
            continue
        told = (
            f"rule = {literal(rule)} AND dataset = {literal(dataset)} AND record IS NULL"
            f" AND len(vals) = 1 AND variables[1] = {literal(variable)}"
        )
        joined = f"{FINDINGS} f JOIN {table_of(dataset)} d ON d.{quoted(variable)} IS NOT DISTINCT FROM f.vals[1] WHERE {told}"
        rows = f"SELECT f.rule, f.dataset, d._record, f.variables, f.vals, f.message FROM {joined} ORDER BY d._row LIMIT {MOST_KEPT}"
        if data.con.execute(f"INSERT INTO {FINDINGS} {rows}").fetchall()[0][0] == MOST_KEPT:
            yield Cut(rule, dataset, data.con.execute(f"SELECT count(*) FROM {joined}").fetchall()[0][0])
        data.con.execute(f"DELETE FROM {FINDINGS} WHERE {told}")


def _in_words(error: duckdb.Error) -> str:
    text = str(error)
    try:
        return str(json.loads(text[text.index("{") :]).get("exception_message", text)).split("\n")[0]
    except ValueError:
        return text.split("\n")[0]
