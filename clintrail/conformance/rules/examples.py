"""The examples of a rule: folders `pass*` in which it finds nothing, and `fail*` in which it finds what `findings.csv` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from clintrail.compile.functions import Function
from clintrail.conformance.data.example import read_csv, read_example
from clintrail.conformance.data.model import Data
from clintrail.conformance.rules.compile import compile_rules
from clintrail.conformance.rules.rule import Rule
from clintrail.conformance.run import FINDINGS, run_queries
from clintrail.errors import Place, Problem
from clintrail.terminology import Terminology

EXPECTED = "findings.csv"
_COLUMNS = ("dataset", "record", "variables", "values", "message")


def example_folders(folder: Path) -> tuple[list[Path], list[Path]]:
    """The folders of the examples of a rule's folder: those that pass and those that fail."""
    found = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    return [p for p in found if p.name.startswith("pass")], [p for p in found if p.name.startswith("fail")]


def read_examples(folder: Path, terminology: Terminology | None = None) -> tuple[dict[Path, Data], dict[Path, Data]]:
    """The data of the examples of a rule's folder, by their folders: those that pass and those that fail."""
    passing, failing = example_folders(folder)
    return {p: read_example(p, terminology=terminology) for p in passing}, {p: read_example(p, terminology=terminology) for p in failing}


def check_examples(
    rule: Rule, passing: Mapping[Path, Data], failing: Mapping[Path, Data], functions: Mapping[str, Function]
) -> Iterator[Problem]:
    """What is wrong with a rule by its own examples: nothing, where it finds in each what it should."""
    for kind, found in (("pass", passing), ("fail", failing)):
        if not found:
            yield Problem(rule.place, rule.name, f"there is no example to {kind}", f"draw one in {kind}/")
    for path, data in passing.items():
        for found_row in findings_of(rule, data, functions):
            what = f"finds something in an example that passes: {_shown(found_row)}"
            yield Problem(Place(str(path)), rule.name, what, "mend the rule or the example")
    for path, data in failing.items():
        header, rows = read_csv(path / EXPECTED)
        columns = [column for column in header if column in _COLUMNS]
        if "message" not in columns or "dataset" not in columns:
            fix = "write a header with dataset and message, of record, variables and values what there is"
            yield Problem(Place(str(path / EXPECTED)), rule.name, "does not say what is found", fix)
            continue
        wanted = sorted(tuple(row[column] for column in columns) for row in rows)
        got = sorted(tuple(row[column] for column in columns) for row in findings_of(rule, data, functions))
        if wanted != got or not wanted:
            lines = [f"  - {line}" for line in wanted if line not in got] + [f"  + {line}" for line in got if line not in wanted]
            what = "does not find what findings.csv says:\n" + "\n".join(lines)
            yield Problem(Place(str(path)), rule.name, what, "mend the rule or the example")


def findings_of(rule: Rule, data: Data, functions: Mapping[str, Function]) -> list[dict[str, str]]:
    """What a rule finds in an example, as text: dataset, record, variables and values (separated by spaces) and message.

    What could not be checked is a finding whose message says so, unless the rule is simply not for the example's data.
    """
    data.con.execute(f"DROP TABLE IF EXISTS {FINDINGS}")
    ran = run_queries(data, compile_rules([rule], data, functions))
    rows = data.con.execute(f"SELECT dataset, record, variables, vals, message FROM {FINDINGS}").fetchall()
    found = [
        {
            "dataset": dataset or "", "record": "" if record is None else str(record), "variables": " ".join(variables),
            "values": " ".join("" if value is None else value for value in values), "message": message,
        }
        for dataset, record, variables, values, message in rows
    ]  # fmt: skip
    blank = {"record": "", "variables": "", "values": ""}
    return found + [{"dataset": s.dataset, **blank, "message": s.reason} for s in ran.skipped if not s.expected]


def _shown(row: Mapping[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in row.items() if value)
