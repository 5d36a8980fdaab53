"""What kind of file a raw file is: by its name, and by its first bytes, which must agree."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from clintrail.errors import Place, Problem, Problems, unreadable

Kind = Literal["text", "workbook", "xpt", "sas7bdat", "parquet", "dataset_json", "odm"]

SUFFIXES: Mapping[str, Kind] = {
    ".csv": "text", ".tsv": "text", ".tab": "text", ".txt": "text", ".xlsx": "workbook", ".xlsm": "workbook", ".xpt": "xpt",
    ".sas7bdat": "sas7bdat", ".parquet": "parquet", ".json": "dataset_json", ".ndjson": "dataset_json", ".dsjc": "dataset_json",
    ".xml": "odm", ".odm": "odm",
}  # fmt: skip
OPTIONS: Mapping[str, tuple[Kind, ...]] = {  # what a spec may say of a form's file, and of which kinds
    "encoding": ("text", "sas7bdat"), "delimiter": ("text",), "sheet": ("workbook",), "header_row": ("workbook",),
    "catalogue": ("sas7bdat",), "form": ("odm",), "decodes": ("odm",), "metadata": ("odm",), "names": ("odm",),
}  # fmt: skip
HOLDS_SEVERAL = ("workbook", "odm")  # kinds of which one file holds many forms
TITLES: Mapping[str, str] = {
    "text": "delimited text", "workbook": "a workbook (.xlsx)", "xpt": "a SAS transport file (.xpt)", "parquet": "a Parquet file",
    "sas7bdat": "a SAS dataset (.sas7bdat)", "dataset_json": "JSON", "odm": "XML",
}  # fmt: skip
_SAS = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"PK\x03\x04", "workbook"), (b"PAR1", "parquet"), (b"HEADER RECORD*******", "xpt"), (_SAS, "sas7bdat"),
)  # fmt: skip
_FOREIGN = (
    (b"\x1f\x8b", "a file packed by gzip", "unpack it"),
    (b"PK\x05\x06", "an empty zip file", "export it again"),
    (b"%PDF", "a PDF", "export the data as CSV"),
    (b"{\\rtf", "a document (RTF)", "export the data as CSV"),
)
_FILE_TYPES = "give a .csv, .tsv, .xlsx, .xpt, .sas7bdat, .parquet, Dataset-JSON or ODM file"


def kind_of(path: Path) -> Kind:
    """The kind of a raw file. Raises `Problems` where its name tells none, or its content is of another kind than its name says."""
    place, suffix = Place(str(path)), path.suffix.lower()
    try:
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError as error:
        raise Problems([unreadable(path, error)]) from None
    kind = SUFFIXES.get(suffix)
    if start.startswith(_OLE):
        raise Problems([_ole(path, place)])
    for mark, what, fix in _FOREIGN:
        if start.startswith(mark):
            raise Problems([Problem(place, "", f"this is {what}", fix)])
    if _is_page(start):
        raise Problems([Problem(place, "", "this is a web page (HTML)", "export the data as CSV or .xlsx, not as a page")])
    if kind is None:
        raise Problems([Problem(place, "", f"files of type {suffix or '(none)'} are not read", _FILE_TYPES)])
    seen = _seen(start)
    if seen and seen != kind and not (seen == "text" and kind in ("dataset_json", "odm")):
        right = next(s for s, k in SUFFIXES.items() if k == seen)
        what = f"the file is named as {TITLES[kind]}, but is {TITLES[seen]}"
        raise Problems([Problem(place, "", what, f"name it {path.stem}{right}, in the spec too")])
    return kind


def _seen(start: bytes) -> Kind | None:
    """What the first bytes are; None where they may be anything, or nothing whole."""
    for mark, kind in _STARTS:
        if start.startswith(mark):
            return kind
    text = _plain(start)
    if text.startswith(b"<?xml") or text.startswith(b"<ODM"):
        return "odm"
    if text.startswith((b'{"', b"{\n", b"{\r")):
        return "dataset_json"
    letters = sum(32 <= byte < 127 or byte >= 0x80 or byte in b"\t\r\n" for byte in text)
    return "text" if b"\n" in text and letters == len(text) and not start.startswith(b"x") else None


def _plain(start: bytes) -> bytes:
    """The first bytes of a text without byte order mark, the zero bytes of UTF-16 and leading blanks."""
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        start = start.removeprefix(mark)
    return (start.replace(b"\0", b"") if start[:1] == b"\0" or start[1:2] == b"\0" else start).lstrip()


def _is_page(start: bytes) -> bool:
    text = _plain(start).lower()
    return text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")) or text.startswith(b"<") and b"<html" in text


def _ole(path: Path, place: Place) -> Problem:
    with path.open("rb") as file:
        tail = b""
        while block := file.read(1 << 20):
            if "EncryptedPackage".encode("utf-16-le") in tail + block:
                return Problem(place, "", "the workbook is protected by a password", "save it without one")
            tail = block[-64:]
    return Problem(place, "", "this is a workbook of the old kind (.xls), or another document of that time", "save it as .xlsx or CSV")
