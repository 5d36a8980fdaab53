"""What a check found as one self-contained HTML page, by the template beside this module."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from typing import Any

from markupsafe import Markup

from clintrail.conformance.check import Checked
from clintrail.conformance.report.packed import packed
from clintrail.conformance.report.summary import (
    STUDY,
    Summary,
    kind_of,
    not_checked,
    not_for_such_data,
    ordered_causes,
    subject,
    summary,
    what_was_checked,
)
from clintrail.transport.aside import written_aside
from clintrail.transport.page_file import policy_hash, script, style, templates

MOST = 500_000  # findings that are listed; more would make a page that no browser opens quickly
_WITHOUT_SCRIPT = 200  # causes shown where the script does not run
_HERE = Path(__file__).resolve().parent


def write_page(checked: Checked, path: Path) -> None:
    """Writes the page, whole or not at all. Raises `Problems` where that cannot be."""
    with written_aside(path) as file:
        file.write(as_page(checked))


def as_page(checked: Checked) -> bytes:
    """The report as HTML, UTF-8; the same findings give the same bytes.

    Every text is escaped; the findings stand in the page compressed. Style and script stand in it too, and its content security
    policy lets nothing else run or be loaded. Of more than `MOST` findings the first of each cause are listed.
    """
    found = summary(checked)
    css, code = style(_HERE / "page.css"), script(_HERE / "page_data.js", _HERE / "page.js")
    text = templates(_HERE).get_template("page.html.j2").render(
        checked=checked, found=found, title=found.title or checked.folder.as_posix(), what=what_was_checked(checked), study=STUDY,
        causes=ordered_causes(checked)[:_WITHOUT_SCRIPT], rules=_rules(checked, found), failed=not_checked(checked),
        others=not_for_such_data(checked), subject=subject, kind_of=kind_of, Markup=Markup,
        data=Markup(b64encode(packed(checked, _told(checked, found), MOST)).decode()),
        css=Markup(css), css_hash=policy_hash(css), script=Markup(code), script_hash=policy_hash(code),
    )  # fmt: skip
    return text.encode("utf-8", errors="replace")


def _told(checked: Checked, found: Summary) -> dict[str, Any]:
    """What the script knows beside the findings: rules, datasets, causes and dispositions."""
    return {
        "all": found.all.all,
        "rules": {name: {**asdict(rule), "severity": rule.severity.name.lower()} for name, rule in sorted(checked.rules.items())},
        "datasets": {d.name: {"label": d.label, "kind": kind_of(d), "records": d.records} for d in checked.data.datasets},
        "causes": {
            cause.id: {
                "dataset": cause.dataset, "subject": subject(cause.dataset, cause.variables), "place": cause.place, "raw": cause.raw,
                "message": cause.message, "count": cause.count,
            }
            for cause in checked.causes
        },
        "dispositions": {
            one.number: {"explanation": one.explanation, "by": one.by, "date": one.date, "place": str(one.place)}
            for one in checked.dispositions
        },
    }  # fmt: skip


def _rules(checked: Checked, found: Summary) -> list[tuple[Any, Any]]:
    """The rules with their counts: those with findings first, the worst of them first."""
    listed = [(rule, found.rules[rule.id]) for _, rule in sorted(checked.rules.items())]
    return sorted(listed, key=lambda one: (one[1].all == 0, -one[0].severity if one[1].all else 0, -one[1].all))
