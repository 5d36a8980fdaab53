"""CDISC's public cases of its rules: data, and what its engine finds in them. Not copied here: read from `../shared/core-rules`."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clintrail.conformance import core
from clintrail.conformance.core import kinds
from clintrail.conformance.core.rule import CoreRule, comparisons
from clintrail.conformance.data import Data, read_example
from clintrail.conformance.rules.rule import Skipped
from clintrail.conformance.run import run_queries
from clintrail.terminology import Terminology

OF_GUIDE = frozenset({
    "required_variables", "expected_variables", "get_column_order_from_library", "get_model_column_order", "get_model_filtered_variables",
    "get_parent_model_column_order", "get_dataset_filtered_variables",
})  # fmt: skip
_OF_VARIABLES = (kinds.VARIABLES, kinds.WITH_LIBRARY, kinds.DEFINE_WITH_LIBRARY)
PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "core-rules"
Cell = tuple[str, str, str, str]  # dataset, record, variable, value


@dataclass(frozen=True)
class Case:
    """A case of a rule: `negative/01`, with what CDISC's engine finds; None where nothing is published, or only that it broke down."""

    rule: CoreRule
    name: str
    folder: Path
    expected: frozenset[Cell] | None

    @property
    def shown(self) -> str:
        return f"{self.rule.id} {self.name}"


@dataclass(frozen=True)
class Outcome:
    """What we find in a case, and what was not checked."""

    case: Case
    found: frozenset[Cell]
    skipped: tuple[Skipped, ...]
    another_version: frozenset[str] = frozenset()  # what a finding shows of a guide or a terminology that is not the one at hand

    @property
    def verdict_agrees(self) -> bool:
        expected = self.case.name.startswith("negative") if self.case.expected is None else bool(self.case.expected)
        return bool(self.found) == expected

    @property
    def agrees(self) -> bool:
        """Whether all is as expected, but for lists that come from another version of guide or terminology."""
        if self.case.expected is None:
            return self.verdict_agrees
        return self.without_lists(self.found) == self.without_lists(self.case.expected)

    @property
    def agrees_to_the_letter(self) -> bool:
        return self.verdict_agrees if self.case.expected is None else self.found == self.case.expected

    def without_lists(self, cells: frozenset[Cell]) -> frozenset[Cell]:
        return frozenset((d, r, variable, "" if variable in self.another_version else value) for d, r, variable, value in cells)


def cases(rules: tuple[CoreRule, ...]) -> Iterator[Case]:
    """All cases of the rules, in the order of rules and folders."""
    for rule in rules:
        for folder in sorted((PUBLISHED / rule.id).glob("*/*/data")):
            results = folder.parent / "results" / "results.csv"
            name = f"{folder.parent.parent.name}/{folder.parent.name}"
            yield Case(rule, name, folder, _expected(results))


def _expected(path: Path) -> frozenset[Cell] | None:
    if not path.is_file():
        return None
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    told = [row for row in rows if row["Variable"] not in ("", "EXECUTION_ERROR")]  # the rest says where the engine broke down
    if rows and not told and any(row["Variable"] for row in rows):
        return None
    return frozenset((row["Dataset"].upper(), row["Record"], row["Variable"], comparable(row["Value"])) for row in told)


def comparable(value: str | None) -> str:
    """A value as it is compared: numbers without trailing zeros, lists as their items in any order, nothing for missing."""
    text = (value or "").strip()
    if text.startswith("["):
        try:
            return ", ".join(sorted(str(item) for item in ast.literal_eval(text)))
        except (ValueError, SyntaxError):
            pass
    if ", " in text:
        return ", ".join(sorted(text.split(", ")))
    if text in ("null", "None"):
        return ""
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text


def outcome(case: Case, terminology: Terminology) -> Outcome:
    """Runs a case's rule on its data."""
    data = read_example(case.folder, terminology=terminology)
    try:
        ran = run_queries(data, core.compile_core((case.rule,), data))
        rows = data.con.execute("SELECT dataset, record, variables, vals FROM meta.findings").fetchall()
        found = frozenset(cell for row in rows for cell in _cells(case.rule, data, *row))
    finally:
        data.con.close()
    return Outcome(case, found, ran.skipped, frozenset(_of_another_version(case)))


def _of_another_version(case: Case) -> Iterator[str]:
    """The results of operations that no one can compare: the case names another guide than SDTMIG 3.4, or other terminology."""
    stated = (case.folder / ".env").read_text("utf-8").lower().replace("-", ".").split() if (case.folder / ".env").is_file() else []
    ours = {"product=sdtmig", "version=3.4"} <= {*stated}
    for operation in case.rule.operations:
        if operation.operator == "codelist_terms" or (operation.operator in OF_GUIDE and not ours):
            yield operation.id


def _cells(rule: CoreRule, data: Data, dataset: str | None, record: int | None, variables: list[str], vals: list[str]) -> Iterator[Cell]:
    """A finding as CDISC's engine lists it: the variable that it is about is a value there, and numbered by its place."""
    named = list(zip(variables, vals, strict=True))
    names = {*rule.outputs} or {one.name for one in comparisons(rule.check)}
    if rule.rule_type in kinds.VALUES:
        named[:1] = [("variable_name", variables[0]), ("variable_value", vals[0])]
    elif rule.rule_type in _OF_VARIABLES and (rule.sensitivity == "Record" or "variable_name" in names):
        named[:1] = [(name, variables[0]) for name in ("variable_name", "define_variable_name") if name in names]
        record = _place(rule, data, str(dataset), variables[0]) if rule.sensitivity == "Record" else None
    elif rule.rule_type == kinds.DATASETS and rule.sensitivity == "Record":
        record = 1
    for variable, value in named:
        yield dataset.upper() if dataset else "STUDY", "" if record is None else str(record), variable, comparable(value)


def _place(rule: CoreRule, data: Data, dataset: str, variable: str) -> int:
    if rule.rule_type == kinds.DEFINE_WITH_LIBRARY:
        described = next(d for d in data.define["sdtm"].datasets if d.name == dataset)
        return [v.name for v in described.variables].index(variable) + 1
    return [v.name for d in data.datasets if d.name == dataset for v in d.variables].index(variable) + 1


@dataclass(frozen=True)
class Summary:
    """Cases of some rules: how many there are, and have the expected verdict, exactly the expected findings, these to the letter."""

    cases: int
    verdicts: int
    exact: int
    to_the_letter: int
    differing: tuple[str, ...]


def summary(rules: tuple[CoreRule, ...], terminology: Terminology) -> Summary:
    """Runs all cases of rules."""
    outcomes = [outcome(case, terminology) for case in cases(rules)]
    return Summary(
        len(outcomes), sum(o.verdict_agrees for o in outcomes), sum(o.agrees for o in outcomes),
        sum(o.agrees_to_the_letter for o in outcomes), tuple(o.case.shown for o in outcomes if not o.agrees),
    )  # fmt: skip


def explained() -> tuple[str, ...]:
    """The cases that docs/core-differences.md explains."""
    text = (Path(__file__).resolve().parents[3] / "docs" / "core-differences.md").read_text("utf-8")
    return tuple(re.findall(r"^\| (CORE-\d{6} (?:positive|negative)/\d+) \|", text, re.M))
