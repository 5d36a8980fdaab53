"""A comparison as one self-contained HTML page, by the template beside this module."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from clintrail.compare.model import Comparison
from clintrail.compare.text import criterion, pairing, size, summary, verdict
from clintrail.errors import Severity
from clintrail.transport.aside import written_aside

_HERE = Path(__file__).resolve().parent


def as_page(comparison: Comparison) -> bytes:
    """The report as HTML, UTF-8; the same comparison gives the same bytes.

    Every text is escaped. Style and script stand in the page, and its content security policy lets nothing else run or be loaded.
    """
    css, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    text = _environment().get_template("page.html.j2").render(
        comparison=comparison, summary=summary(comparison), criterion=criterion(comparison), verdict=verdict, pairing=pairing, size=size,
        worst=_worst(comparison), css=Markup(css), css_hash=_hash(css), script=Markup(script), script_hash=_hash(script),
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


def _hash(text: str) -> str:
    """A source of the content security policy (CSP level 3, section 2.3.1): this very text and no other."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
