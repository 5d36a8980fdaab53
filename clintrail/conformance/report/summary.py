"""What all reports say at the top: what was checked, how much was found of each severity, and what could not be checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clintrail.conformance.causes import Cause
from clintrail.conformance.check import Checked
from clintrail.conformance.data.model import CheckedDataset
from clintrail.conformance.facts import RuleFacts
from clintrail.conformance.rules.rule import Skipped
from clintrail.conformance.run import FINDINGS
from clintrail.errors import Severity, counted

# What dictionaries of reports are in order of: the worst first.
SEVERITIES = tuple(sorted(Severity, reverse=True))
_WILD = re.compile(r"--(?=[A-Z])")
STUDY = ""  # where findings on no dataset count


@dataclass(frozen=True)
class Counts:
    """Numbers of findings by severity without those that are explained, and of explained ones of any severity."""

    error: int = 0
    warning: int = 0
    note: int = 0
    explained: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.error + other.error, self.warning + other.warning, self.note + other.note, self.explained + other.explained
        )  # fmt: skip

    @property
    def all(self) -> int:
        """All findings, explained or not."""
        return self.error + self.warning + self.note + self.explained

    def of(self, severity: Severity) -> int:
        """Those of a severity."""
        return int(getattr(self, severity.name.lower()))

    @property
    def worst(self) -> Severity | None:
        """The worst severity of a finding that nothing explains."""
        return next((severity for severity in SEVERITIES if self.of(severity)), None)


@dataclass(frozen=True)
class Summary:
    """The findings counted: in all, and by dataset, rule and cause; what has none is there too.

    `title` is the study as its define.xml calls it, which tells whether data are simulated; empty without one.
    """

    title: str
    all: Counts
    datasets: Mapping[str, Counts]
    rules: Mapping[str, Counts]
    causes: Mapping[int, Counts]


def summary(checked: Checked) -> Summary:
    """Count what was found."""
    rows = checked.data.con.execute(
        f"SELECT rule, coalesce(dataset, ''), cause, disposition IS NOT NULL, count(*) FROM {FINDINGS} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    datasets = {STUDY: Counts()} | {d.name: Counts() for d in checked.data.datasets}
    rules, causes, every = dict.fromkeys(checked.rules, Counts()), {cause.id: Counts() for cause in checked.causes}, Counts()
    for rule, dataset, cause, explained, count in rows:
        name = "explained" if explained else checked.rules[rule].severity.name.lower()
        one = Counts(**{name: count})
        every += one
        datasets[dataset] = datasets.get(dataset, Counts()) + one
        rules[rule] += one
        causes[cause] = causes.get(cause, Counts()) + one
    return Summary(_title(checked), every, datasets, rules, causes)


def has_unexplained(checked: Checked, least: Severity) -> bool:
    """Whether there is a finding of at least this severity that nothing explains."""
    rows = checked.data.con.execute(f"SELECT DISTINCT rule FROM {FINDINGS} WHERE disposition IS NULL").fetchall()
    return any(checked.rules[rule].severity >= least for (rule,) in rows)


def ordered_causes(checked: Checked) -> list[Cause]:
    """The causes, the worst first, of each severity those with most findings."""
    return sorted(checked.causes, key=lambda cause: (-cause.severity, -cause.count, cause.dataset, cause.variables, cause.id))


def not_checked(checked: Checked) -> dict[tuple[str, str], list[str]]:
    """What could not be checked although it should be: by rule and reason, the datasets."""
    return _by_reason(one for one in checked.skipped if not one.expected)


def not_for_such_data(checked: Checked) -> dict[tuple[str, str], list[str]]:
    """Rules that ran on no dataset since they are for other data: by rule and reason, the datasets."""
    failed = {one.rule for one in checked.skipped if not one.expected}
    return _by_reason(one for one in checked.skipped if one.expected and one.rule not in checked.rules and one.rule not in failed)


def _by_reason(skipped: Iterable[Skipped]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for one in sorted(skipped, key=lambda s: (s.rule, s.reason, s.dataset)):
        found.setdefault((one.rule, one.reason), []).extend([one.dataset] if one.dataset else [])
    return found


def what_was_checked(checked: Checked) -> str:
    """`28 datasets, 22,508 records; 245 rules ran, 12 are not for such data, 3 could not be checked`."""
    records = sum(dataset.records for dataset in checked.data.datasets)
    told = [f"{counted(len(checked.rules), 'rule')} ran"]
    if other := len({rule for rule, _ in not_for_such_data(checked)}):
        told.append(f"{other:,} {'is' if other == 1 else 'are'} not for such data")
    if failed := len({rule for rule, _ in not_checked(checked)}):
        told.append(f"{failed:,} could not be checked")
    return f"{counted(len(checked.data.datasets), 'dataset')}, {counted(records, 'record')}; {', '.join(told)}"


def subject(dataset: str, variables: Iterable[str]) -> str:
    """What a finding or a cause is about: `AE.AESTDY, AESTDTC`, `AE`, or the study."""
    names = ", ".join(variables)
    return f"{dataset}.{names}" if dataset and names else dataset or names or "study"


def rule_of(checked: Checked, cause: Cause) -> RuleFacts:
    """The worst of the rules of a cause, whose words stand for it."""
    return max((checked.rules[rule] for rule in cause.rules), key=lambda rule: rule.severity)


def fix_of(checked: Checked, cause: Cause, rule: RuleFacts) -> str:
    """What a rule says is to be done, in the names of the cause's dataset."""
    dataset = checked.data.dataset(cause.dataset)
    return _WILD.sub(dataset.prefix, rule.fix) if dataset and dataset.prefix else rule.fix


def kind_of(dataset: CheckedDataset) -> str:
    """`SDTM, EVENTS` or `ADaM, BDS`."""
    return ", ".join(filter(None, ("ADaM" if dataset.kind == "adam" else "SDTM", dataset.structure or dataset.class_name)))


def _title(checked: Checked) -> str:
    for document in checked.data.define.values():
        return ": ".join(dict.fromkeys(filter(None, (document.study_name, document.study_description))))
    return ""
