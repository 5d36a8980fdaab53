"""What is checked beside the rules over tables: define.xml by itself (`clintrail define check`) and the technical rules of agencies
(`clintrail xpt --check`), told as findings of the same table.

Of these checks only what no rule over the tables says is told: how define.xml agrees with the data is the matter of `define_xml/rules`,
and of two rules that say the same of one dataset or variable, ours tells it (`_SAME`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from clintrail.compile.plan import literal
from clintrail.conformance.agency import Agency, check_files
from clintrail.conformance.agency import Rule as AgencyRule
from clintrail.conformance.agency import rules as agency_rules
from clintrail.conformance.data.model import Data
from clintrail.conformance.facts import RuleFacts
from clintrail.conformance.run import FINDINGS, make_findings
from clintrail.define.check.data import files
from clintrail.define.check.data.beside import Beside
from clintrail.define.check.rule import Rule as DefineRule
from clintrail.define.check.rules import RULES
from clintrail.define.check.schema import schema_problems
from clintrail.define.check.tree import Define, get
from clintrail.define.check.validate import read_tree
from clintrail.errors import Problem, Severity

# The rules for the files beside a define.xml that need no data; those that do are rules over the tables.
_FILES = (files.data_lie_beside, files.dataset_file_exists, files.document_file_exists, files.pages_exist)
_MEND = "mend the metadata that define.xml is written from"
_SCHEMA = RuleFacts(
    "define.schema", "define.xml is as CDISC's XML schema of its version wants it.", Severity.ERROR, (), "Define-XML 2.1 and 2.0: schemas",
    _MEND, "define",
)  # fmt: skip
# Rules for agencies that rules over the tables tell better, since they know what the guide says.
_BETTER = frozenset({"label_is_the_same_everywhere", "type_is_the_same_everywhere"})
# One of these rules is not told of a dataset (and variable) of which a rule over the tables tells the same.
_SAME = {
    "define.dataset_file_exists": ("described_dataset_is_in_the_package", "dataset_file_is_named_as_in_define"),
    "define.predecessor_exists": ("predecessor_is_in_the_data",),
    "define.text_fits_a_transport_file": ("values_are_within_200_bytes",),
    "define.variable_is_labelled": ("variable_label_is_that_of_the_guide", "analysis_variable_has_a_label"),
    "agency.file_is_named_as_its_dataset": ("file_has_the_name_of_its_dataset",),
    "agency.large_file_has_parts": ("file_is_within_5_gb",),
    "agency.dataset_name_is_valid": ("dataset_name_is_valid",),
    "agency.variable_name_is_valid": ("variable_name_is_valid",),
    "agency.dataset_is_labelled": ("dataset_is_labelled", "analysis_dataset_has_a_label"),
    "agency.variable_is_labelled": ("variable_label_is_that_of_the_guide", "analysis_variable_has_a_label"),
    "agency.label_is_within_limit": ("variable_label_is_within_40_bytes",),
    "agency.dataset_has_records": ("dataset_has_records", "empty_dataset_is_said_to_have_no_data"),
    "agency.text_length_is_within_limit": ("values_are_within_200_bytes",),
    "agency.values_have_no_control_characters": ("values_have_no_control_characters",),
    "agency.values_are_ascii": ("values_are_ascii",),
    "agency.text_is_utf8": ("values_were_read_in_their_encoding",),
    "agency.values_have_no_leading_blanks": ("values_have_no_leading_blanks",),
    "agency.values_are_no_full_stop": ("values_are_no_full_stop",),
}  # fmt: skip


class _Told(NamedTuple):
    """A finding of an older check, on a dataset and a variable as far as it is on one."""

    rule: str
    dataset: str | None
    variable: str | None
    message: str


def other_findings(data: Data, folder: Path, agency: str | None) -> tuple[RuleFacts, ...]:
    """Write what the older checks find into `meta.findings`, and tell of the rules that were checked.

    Their identifiers are the names of the rules behind `define.` or `agency.`, since both have rules of one name. Without an agency its
    rules are those that are certain for all three. A finding on define.xml ends with its line. XPT files are read once more, in bounded
    memory.
    """
    told: list[_Told] = []
    facts: list[RuleFacts] = []
    for path in data.define_paths.values():
        define = read_tree(path)
        told += _of_define(define, path, folder)
        facts += [_SCHEMA, *(_facts_of_define(rule) for rule in (*RULES, *_FILES) if define.version in rule.versions)]
    paths = sorted({d.path for d in data.datasets if d.path.suffix.lower() == ".xpt"})
    if paths:
        asking: Agency | None = next((name for name in ("fda", "pmda", "nmpa") if name == agency), None)
        told += _of_agency(data, paths, asking)
        facts += [found for rule in agency_rules() if (found := _facts_of_agency(rule, asking))]
    _write(data, told)
    return tuple({rule.id: rule for rule in facts}.values())


# -- define.xml ------------------------------------------------------------------------------------------------------------------


def _of_define(define: Define, path: Path, folder: Path) -> Iterator[_Told]:
    owners = _owners(define)
    beside = Beside(define, path.parent, {}, [])
    problems = [*schema_problems(define)]
    problems += [problem for rule in RULES for problem in rule.problems(define, define)]
    problems += [problem for rule in _FILES for problem in rule.problems(define, beside)]
    shown = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    for problem in sorted(set(problems), key=lambda p: (p.place, p.subject, p.problem)):
        dataset, variable = owners.get(problem.subject, (None, None))
        about = "" if dataset or not problem.subject else f"{problem.subject}: "
        message = f"{about}{_words(problem)} ({shown}:{problem.place.line})"
        yield _Told(f"define.{problem.kind.split()[0]}", dataset, variable, message)


def _owners(define: Define) -> dict[str, tuple[str, str | None]]:
    """OID of a dataset, variable or item of a value list -> dataset and variable. What several share is the first's."""
    found: dict[str, tuple[str, str | None]] = {}
    for group in define.groups:
        dataset = get(group, "Name")
        found.setdefault(get(group, "OID"), (dataset, None))
        for _, item in define.variables(group):
            for oid in (get(item, "OID"), *(get(ref, "ItemOID") for ref in define.value_refs(item))):
                found.setdefault(oid, (dataset, get(item, "Name")))
    return found


def _facts_of_define(rule: DefineRule[Any]) -> RuleFacts:
    return RuleFacts(f"define.{rule.name}", rule.holds, rule.severity, (), rule.source, _MEND, "define")


# -- agencies --------------------------------------------------------------------------------------------------------------------


def _of_agency(data: Data, paths: Iterable[Path], agency: Agency | None) -> Iterator[_Told]:
    names = {d.path: d.name for d in data.datasets}
    for problem in check_files(sorted(paths), agency).problems:
        if problem.kind not in _BETTER:
            yield _Told(f"agency.{problem.kind}", names.get(Path(problem.place.path)), problem.subject or None, _words(problem))


def _facts_of_agency(rule: AgencyRule, agency: Agency | None) -> RuleFacts | None:
    """What is told of a rule; None where the agency does not ask for it."""
    severity = rule.severity(agency)
    if severity is None or rule.name in _BETTER:
        return None
    asking = [demand.source for name, demand in rule.demands.items() if agency in (None, name)]
    fix = re.sub(r"\{(\w+)\}", lambda word: f"{rule.limit:,}" if word[1] == "limit" else "...", rule.fix)
    return RuleFacts(f"agency.{rule.name}", rule.holds, severity, (), "; ".join(dict.fromkeys(asking)), fix, "agency")


# -- findings --------------------------------------------------------------------------------------------------------------------


def _words(problem: Problem) -> str:
    return f"{problem.problem}; {problem.fix}"


def _write(data: Data, told: Iterable[_Told]) -> None:
    rows = list(told)
    make_findings(data)
    table = pa.table({
        "place": pa.array(range(len(rows)), pa.int64()),
        "rule": pa.array([t.rule for t in rows], pa.string()),
        "dataset": pa.array([t.dataset for t in rows], pa.string()),
        "variable": pa.array([t.variable for t in rows], pa.string()),
        "message": pa.array([t.message for t in rows], pa.string()),
    })  # fmt: skip
    data.con.register("told", table)
    same = ", ".join(f"({literal(older)}, {literal(ours)})" for older, rules in _SAME.items() for ours in rules)
    data.con.execute(
        f"INSERT INTO {FINDINGS} SELECT rule, dataset, NULL, CASE WHEN variable IS NULL THEN [] ELSE [variable] END, [], message"
        f" FROM told t WHERE NOT EXISTS (SELECT 1 FROM {FINDINGS} f JOIN (VALUES {same}) AS same(older, ours) ON f.rule = same.ours"
        " WHERE same.older = t.rule AND f.dataset = t.dataset AND (t.variable IS NULL OR list_contains(f.variables, t.variable)))"
        " ORDER BY place"
    )
    data.con.unregister("told")
