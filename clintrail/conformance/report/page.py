"""What a check found as one self-contained HTML page, by the template beside this module."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
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
    css = (_HERE / "page.css").read_text(encoding="utf-8")
    script = "".join((_HERE / name).read_text(encoding="utf-8") for name in ("page_data.js", "page.js"))
    text = _environment().get_template("page.html.j2").render(
        checked=checked, found=found, title=found.title or checked.folder.as_posix(), what=what_was_checked(checked), study=STUDY,
        causes=ordered_causes(checked)[:_WITHOUT_SCRIPT], rules=_rules(checked, found), failed=not_checked(checked),
        others=not_for_such_data(checked), subject=subject, kind_of=kind_of, Markup=Markup,
        data=Markup(b64encode(packed(checked, _told(checked, found), MOST)).decode()),
        css=Markup(css), css_hash=_hash(css), script=Markup(script), script_hash=_hash(script),
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


def _hash(text: str) -> str:
    """A source of the content security policy (CSP level 3, section 2.3.1): this very text and no other."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
