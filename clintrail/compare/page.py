"""A comparison as one self-contained HTML page, by the template beside this module."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from clintrail.compare.model import Comparison
from clintrail.compare.text import criterion, pairing, size, summary, verdict
from clintrail.errors import Severity
from clintrail.transport.aside import written_aside
from clintrail.transport.page_file import policy_hash, script, style, templates

_HERE = Path(__file__).resolve().parent


def as_page(comparison: Comparison) -> bytes:
    """The report as HTML, UTF-8; the same comparison gives the same bytes.

    Every text is escaped. Style and script stand in the page, and its content security policy lets nothing else run or be loaded.
    """
    css, code = style(_HERE / "page.css"), script(_HERE / "page.js")
    text = templates(_HERE).get_template("page.html.j2").render(
        comparison=comparison, summary=summary(comparison), criterion=criterion(comparison), verdict=verdict, pairing=pairing, size=size,
        worst=_worst(comparison), css=Markup(css), css_hash=policy_hash(css), script=Markup(code), script_hash=policy_hash(code),
    )  # fmt: skip
    return text.encode("utf-8", errors="replace")


def write_page(comparison: Comparison, path: Path) -> None:
    """Writes the page, whole or not at all. Raises `Problems` where that cannot be."""
    with written_aside(path) as file:
        file.write(as_page(comparison))


def _worst(comparison: Comparison) -> dict[str, str]:
    """The worst severity found in each dataset, `equal` where there is none."""
    worst = {}
    for dataset in comparison.datasets:
        found = max((finding.severity for finding in dataset.findings()), default=None)
        worst[dataset.name] = Severity(found).name.lower() if found else "equal"
    return worst
