"""What a check found, for the terminal: what was checked, the causes from the worst on, and what could not be checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clintrail.conformance.causes import Cause
from clintrail.conformance.check import Checked
from clintrail.conformance.report.summary import (
    SEVERITIES,
    Counts,
    Summary,
    fix_of,
    not_checked,
    ordered_causes,
    rule_of,
    subject,
    summary,
    what_was_checked,
)
from clintrail.errors import Severity, counted

_MOST = 10  # causes of a severity, and rules that could not be checked
_WIDEST = 200  # characters of a message


def as_text(checked: Checked, least: Severity = Severity.WARNING, *, every: bool = False) -> str:
    """The causes that are at least as severe as `least`, of each severity the first ten, and the counts of all.

    `every` lists all causes, notes too, those that are explained with their explanation, and every rule that could not be checked.
    """
    found = summary(checked)
    lines = [found.title or checked.folder.as_posix(), what_was_checked(checked), ""]
    for severity in SEVERITIES:
        if every or severity >= least:
            lines += _of_severity(checked, found, severity, every)
    if every:
        lines += _explained(checked, found)
    lines += _failed(checked, every)
    lines.append(_verdict(found, Severity.NOTE if every else least))
    return "\n".join(map(_printable, lines))


def _verdict(found: Summary, least: Severity) -> str:
    """The last line: how much was found of each severity, of how many causes."""
    told = []
    for severity in SEVERITIES:
        causes = sum(counts.worst == severity for counts in found.causes.values())
        more = ", --all lists them" if severity < least else ""
        told.append(counted(found.all.of(severity), severity.name.lower()) + (f" ({counted(causes, 'cause')}{more})" if causes else ""))
    explained = f"; {counted(found.all.explained, 'finding')} explained" if found.all.explained else ""
    return ", ".join(told) + explained


def _of_severity(checked: Checked, found: Summary, severity: Severity, every: bool) -> Iterator[str]:
    causes = [cause for cause in ordered_causes(checked) if found.causes[cause.id].worst == severity]
    shown = causes if every else causes[:_MOST]
    for cause in shown:
        yield from _cause(checked, cause, found.causes[cause.id])
    if len(causes) > len(shown):
        rest = causes[len(shown) :]
        findings = sum(found.causes[cause.id].all for cause in rest)
        yield f"and {counted(len(rest), 'more cause')} of {counted(findings, 'finding')}, the worst of which are {severity.name.lower()}s"
        yield "(--all lists all, --report findings.html shows them)"
        yield ""


def _cause(checked: Checked, cause: Cause, counts: Counts) -> Iterator[str]:
    rule = rule_of(checked, cause)
    severity = counts.worst.name.lower() if counts.worst else "explained"
    head = "" if severity == "error" else f"{severity}: "
    explained = f", {counts.explained:,} of them explained" if 0 < counts.explained < counts.all else ""
    where = "  ".join(filter(None, (cause.place, subject(cause.dataset, cause.variables))))
    yield f"{head}{where}  {counted(counts.all, 'finding')}{explained}"
    yield f"  problem: {_cut(cause.message)}" + (f"  (from {cause.raw})" if cause.raw else "")
    yield f"  rule:    {_rules(checked, cause)}"
    if rule.fix:
        yield f"  fix:     {_cut(fix_of(checked, cause, rule))}"
    yield ""


def _rules(checked: Checked, cause: Cause) -> str:
    """The rules that found it, with the published identifiers that they stand for."""
    told = []
    for name in cause.rules:
        stands_for = ", ".join(checked.rules[name].stands_for)
        told.append(f"{name} ({stands_for})" if stands_for else name)
    return ", ".join(told)


def _explained(checked: Checked, found: Summary) -> Iterator[str]:
    causes = [cause for cause in ordered_causes(checked) if found.causes[cause.id].all == found.causes[cause.id].explained]
    for cause in causes:
        yield from _cause(checked, cause, found.causes[cause.id])
    for one in (one for one in checked.dispositions if one.found):
        what = "explains" if one.explains else f"says {one.count:,}, explains none of"
        yield f"{one.place}  {', '.join(one.rules)}  {what} {counted(one.found, 'finding')}"
        yield f"  {' '.join(one.explanation.split())}"
        yield ""


def _failed(checked: Checked, every: bool) -> Iterator[str]:
    failed = not_checked(checked)
    if not failed:
        return
    yield "could not be checked:"
    shown = list(failed.items()) if every else list(failed.items())[:_MOST]
    for (rule, reason), datasets in shown:
        yield f"  {rule}{_on(datasets)}: {_cut(reason)}"
    if len(failed) > len(shown):
        yield f"  and {len(failed) - len(shown):,} more (--all lists all)"
    yield ""


def _on(datasets: Sequence[str]) -> str:
    return f" on {', '.join(datasets)}" if datasets else ""


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"


def _printable(text: str) -> str:
    """Text with what cannot be printed escaped: values of anybody's files must not steer a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
