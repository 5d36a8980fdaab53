"""Where content lives: the tables, functions and templates in `sdtm/`, `adam/` and `define_xml/`."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def content_dir(name: str) -> Path:
    """The folder of one kind of content: `sdtm`, `adam` or `define_xml`.

    In a wheel it lies inside the package; in a checkout or an editable install beside it.
    """
    inside = _PACKAGE / "content" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
