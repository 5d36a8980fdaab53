"""What a check found, as JSON: every finding, written as it is read, so that any number of them fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from clintrail.conformance.causes import Cause
from clintrail.conformance.check import Checked
from clintrail.conformance.dispositions import Disposition
from clintrail.conformance.facts import RuleFacts
from clintrail.conformance.report.findings import listed
from clintrail.conformance.report.summary import STUDY, Counts, Summary, summary
from clintrail.errors import Problem
from clintrail.transport.aside import written_aside

_FINDING = (
    "rule := rule, dataset := dataset, record := record, keys := keys, variables := variables, values := vals, message := message,"
    " cause := cause, disposition := disposition"
)


def write_json(checked: Checked, path: Path) -> None:
    """Writes everything that was found, whole or not at all. Raises `Problems` where that cannot be."""
    with written_aside(path) as file:
        stream_json(checked, file)


def stream_json(checked: Checked, file: BinaryIO) -> None:
    """Writes one JSON object: `findings`, the last of its members, has a line for each finding."""
    head = orjson.dumps(_head(checked), option=orjson.OPT_INDENT_2)
    file.write(head.removesuffix(b"\n}") + b',\n  "findings": [')
    between = b"\n"
    for lines in _findings(checked):
        file.write(between + lines)
        between = b",\n"
    file.write(b"\n  ]\n}\n")


def _findings(checked: Checked) -> Iterator[bytes]:
    """Findings as lines, a batch at a time; DuckDB makes them."""
    for batch in listed(checked, f"CAST(to_json(struct_pack({_FINDING})) AS VARCHAR)"):
        if batch.num_rows:
            yield ",\n".join(batch.column(0).to_pylist()).encode()


def _head(checked: Checked) -> dict[str, Any]:
    found = summary(checked)
    return {
        "folder": checked.folder.as_posix(),
        "study": found.title,
        "agency": checked.agency,
        "counts": _counts(found.all),
        "on_the_study": _counts(found.datasets[STUDY]),
        "datasets": _datasets(checked, found),
        "rules": [_rule(rule, found.rules[rule.id]) for _, rule in sorted(checked.rules.items())],
        "not_checked": [asdict(one) for one in sorted(checked.skipped, key=lambda s: (s.expected, s.rule, s.dataset, s.reason))],
        "dispositions": [_disposition(one) for one in checked.dispositions],
        "explained": [{**asdict(one), "severity": one.severity.name.lower()} for one in checked.explained()],
        "problems": [_problem(problem) for problem in checked.problems],
        "causes": [_cause(cause) for cause in sorted(checked.causes, key=lambda cause: cause.id)],
    }


def _datasets(checked: Checked, found: Summary) -> list[dict[str, Any]]:
    return [
        {
            "dataset": d.name, "domain": d.domain, "kind": d.kind, "class": d.class_name, "structure": d.structure, "label": d.label,
            "file": d.path.name, "records": d.records, "variables": len(d.variables), "counts": _counts(found.datasets[d.name]),
        }
        for d in checked.data.datasets
    ]  # fmt: skip


def _rule(rule: RuleFacts, counts: Counts) -> dict[str, Any]:
    return {**asdict(rule), "severity": rule.severity.name.lower(), "counts": _counts(counts)}


def _cause(cause: Cause) -> dict[str, Any]:
    return {**asdict(cause), "severity": cause.severity.name.lower()}


def _disposition(one: Disposition) -> dict[str, Any]:
    return {
        "number": one.number, "rules": one.rules, "dataset": one.dataset, "variable": one.variable,
        "where": one.where.text if one.where else "", "explanation": one.explanation, "by": one.by, "date": one.date,
        "place": str(one.place), "found": one.found,
    }  # fmt: skip


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "place": str(problem.place), "subject": problem.subject, "problem": problem.problem, "fix": problem.fix,
        "severity": problem.severity.name.lower(),
    }  # fmt: skip


def _counts(counts: Counts) -> dict[str, int]:
    return asdict(counts)
