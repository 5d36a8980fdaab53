"""What the self-contained HTML pages share: settings of templates, hashes of the security policy, colours and the theme button."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).resolve().parent


@cache
def templates(folder: Path) -> Environment:
    """The templates of a folder, every text escaped; a name that a template does not know is an error."""
    return Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip


def policy_hash(text: str) -> str:
    """A source of the content security policy (CSP level 3, section 2.3.1): this very text and no other."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def style(file: Path) -> str:
    """The colours of all pages, light and dark, and behind them the page's own style."""
    return _text(_HERE / "colours.css") + _text(file)


def script(*files: Path) -> str:
    """The page's own scripts, and behind them the button between light and dark (`startTheme`)."""
    return "".join(map(_text, files)) + _text(_HERE / "theme.js")


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
