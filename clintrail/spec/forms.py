"""`forms:` of a study: raw files, how each is read, and who its records are about."""

from __future__ import annotations

from pathlib import PurePosixPath

from clintrail.errors import did_you_mean
from clintrail.spec.model import Form
from clintrail.spec.parts import NAME, Reader
from clintrail.spec.yaml_text import Mapping, Node, Scalar
from clintrail.transport.raw.kind import HOLDS_SEVERAL, OPTIONS, SUFFIXES, TITLES
from clintrail.transport.raw.odm.keys import KEYS

# Who gave the data of a form: the source of its collected variables in define.xml. Without it, the investigator.
FORM_SOURCES = ("Investigator", "Subject", "Vendor")
_CHOICES = {"source": FORM_SOURCES, "decodes": ("yes", "no"), "names": ("sas", "name", "oid")}
_FILES = ("metadata", "catalogue")  # options that name another file beside the raw file
_FOR_ALL = ("subject", "keys")


def read_forms(reader: Reader, node: Node | None) -> dict[str, Form]:
    """The forms by name. `subject` and `keys` among them are for all forms that do not say them themselves."""
    entries = list(reader.mapping(node, "forms"))
    for_all = {key.text: value for key, value in entries if key.text in _FOR_ALL}
    subject = reader.expression(for_all.get("subject"), "subject")
    keys = _keys(reader, for_all.get("keys"))
    forms: dict[str, Form] = {}
    for key, value in entries:
        if key.text in _FOR_ALL:
            continue
        form = Form(key.text, value.text if isinstance(value, Scalar) else "", subject, key.place, keys=keys)
        if isinstance(value, Mapping):
            form = _described(reader, form, value)
        if not _is_file(form.file):
            reader.problem(value.place, key.text, "a form needs the name of its raw file", "write ae: ae.csv")
        elif not NAME.match(key.text):
            reader.problem(key.place, key.text, f"'{key.text}' is no name for a form", "use letters, digits and _")
        else:
            forms[key.text] = form
    return forms


def _described(reader: Reader, form: Form, node: Mapping) -> Form:
    reader.known_keys(node, ("file", *_FOR_ALL, "source", *OPTIONS), form.name)
    subject = reader.expression(node.get("subject"), "subject") if node.get("subject") else form.subject
    keys = _keys(reader, node.get("keys")) if node.get("keys") else form.keys
    options = {key: text for key in ("source", *OPTIONS) if (text := reader.text(node.get(key), key))}
    form = Form(form.name, reader.text(node.get("file"), form.name) or "", subject, form.place, options, keys)
    for key, text in options.items():
        if problem := _fault(form, key, text):
            reader.problem(node.place, form.name, *problem)
    return form


def _fault(form: Form, key: str, text: str) -> tuple[str, str] | None:
    """What is wrong with an option of a form, and what to write."""
    kind = SUFFIXES.get(PurePosixPath(form.file).suffix.lower())
    if key == "source" and text not in FORM_SOURCES:
        return f"no source of data is named {text}", f"write source: {', '.join(FORM_SOURCES[:-1])} or {FORM_SOURCES[-1]}"
    if key in _CHOICES and text not in _CHOICES[key]:
        return f"{key}: {text} is not known", f"write {key}: {', '.join(_CHOICES[key][:-1])} or {_CHOICES[key][-1]}"
    if key == "header_row" and not (text.isdecimal() and text.isascii() and 0 < int(text) <= 1_048_576):
        return f"header_row: {text} is no row", "write the number of the row that has the columns' names, as header_row: 3"
    if key in _FILES and not _is_file(text):
        return f"{key}: {text} is no file beside the raw file", f"write {key}: and the name of a file in the folder of the raw files"
    # What tells a form among several in one file may be said beside another file, for --raw FILE.
    if kind and key in OPTIONS and kind not in OPTIONS[key] and not set(OPTIONS[key]) & set(HOLDS_SEVERAL):
        return f"{key} is said of {TITLES[kind]}, for which it means nothing", f"take {key}: out of the form"
    return None


def _keys(reader: Reader, node: Node | None) -> dict[str, str]:
    """`keys`: columns of the raw files that an ODM file has as keys around its records, by name."""
    found = {key.text: reader.text(value, key.text) or "" for key, value in reader.mapping(node, "keys")}
    for key, value in reader.mapping(node, "keys"):
        if found[key.text] not in KEYS:
            fix = did_you_mean(found[key.text], KEYS, f"write one of {', '.join(KEYS)}")
            reader.problem(value.place, f"keys {key.text}", f"no key of ODM is named {found[key.text]}", fix)
    return found


def _is_file(name: str) -> bool:
    """Whether it names a file within the folder."""
    return bool(name) and not name.startswith("/") and ".." not in name.split("/")
