"""Rules for the files beside a define.xml: datasets and documents."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lxml import etree

from clintrail.define.check.data.beside import SUFFIXES, Beside
from clintrail.define.check.rule import Finding, rule
from clintrail.define.check.tree import get, terms, whole_number
from clintrail.errors import Severity, counted

_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_LARGEST_STREAM = 1 << 24
_START = 1 << 12
_PACKED = re.compile(rb"/ObjStm.*?stream\r?\n(.*?)endstream", re.DOTALL)


@rule(Severity.NOTE, "Define-XML 2.1, def:leaf: xlink:href")
def data_lie_beside(beside: Beside) -> Iterator[Finding]:
    """The datasets lie beside the define.xml; otherwise agreement with data is not checked."""
    if beside.is_alone and (count := len(list(beside.leaves()))):
        what = f"none of the files of {counted(count, 'dataset')} is here: agreement with data was not checked"
        yield Finding(beside.define.root, what, "put the define.xml beside its datasets", "define.xml")


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: def:ArchiveLocationID")
def dataset_file_exists(beside: Beside) -> Iterator[Finding]:
    """The file of a dataset lies where its leaf says."""
    for group, leaf, path in beside.leaves() if not beside.is_alone else ():
        if not path.is_file():
            yield Finding(leaf, f"there is no file {get(leaf, 'xlink:href')}", "write the file, or correct the link", get(group, "OID"))


@rule(Severity.WARNING, "Define-XML 2.1, def:leaf: xlink:href")
def document_file_exists(beside: Beside) -> Iterator[Finding]:
    """A document lies where its leaf says."""
    for leaf, path in beside.documents() if not beside.is_alone else ():
        if not path.is_file():
            yield Finding(leaf, f"there is no file {get(leaf, 'xlink:href')}", "put the document there, or correct the link")


@rule(Severity.ERROR, "SAS TS-140; Dataset-JSON 1.1")
def dataset_file_is_readable(beside: Beside) -> Iterator[Finding]:
    """A dataset that is an XPT or a Dataset-JSON file can be read."""
    for leaf, problem in beside.unread:
        yield Finding(leaf, f"{get(leaf, 'xlink:href')}: {problem.problem}", problem.fix)


@rule(Severity.ERROR, "Define-XML 2.1, 5.3.11: ItemGroupDef")
def datasets_are_described(beside: Beside) -> Iterator[Finding]:
    """Every XPT and Dataset-JSON file in the folder is described, or is another form of one that is."""
    named = {path.resolve() for _, _, path in beside.leaves()}
    forms = {(path.parent.resolve(), path.stem.lower()) for _, _, path in beside.leaves() if path.suffix.lower() in SUFFIXES}
    for path in sorted(beside.folder.iterdir()) if not beside.is_alone else ():
        is_other_form = path.suffix.lower() != ".xpt" and (path.parent.resolve(), path.stem.lower()) in forms
        if path.resolve() not in named and not is_other_form and _is_dataset(path):
            what = f"{path.name} lies here, but is not described"
            yield Finding(beside.define.root, what, "describe it, or take it away", path.stem.upper())


def _is_dataset(path: Path) -> bool:
    """Whether a file is a dataset by its suffix; one that ends in .json by what it starts with too."""
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    with path.open("rb") as file:
        return path.suffix.lower() != ".json" or b'"datasetJSONVersion"' in file.read(_START)


@rule(Severity.WARNING, "Define-XML 2.1, def:PDFPageRef")
def pages_exist(beside: Beside) -> Iterator[Finding]:
    """A document has the pages that are referred to."""
    count = {get(leaf, "ID"): _page_count(path) for leaf, path in beside.documents() if path.suffix.lower() == ".pdf" and path.is_file()}
    for ref in beside.define.all("def:PDFPageRef"):
        owner = ref.getparent()
        leaf = "" if owner is None else get(owner, "leafID")
        if 0 < (pages := count.get(leaf, 0)) < (last := _last_page(ref)):
            yield Finding(ref, f"page {last} of {leaf}, which has {counted(pages, 'page')}", "correct the page")


@rule(Severity.NOTE, "Define-XML 2.1, CodeList: terms that are used")
def terms_occur(beside: Beside) -> Iterator[Finding]:
    """Every term of a code list occurs in the data of a variable that has the list."""
    found: dict[str, set[str]] = {}
    for filed in beside.filed.values():
        for column in filed.described:
            if (codelist := beside.define.codelist(column.item)) is not None:
                values = {_as_term(value) for value in column.values.unique().to_pylist() if value is not None}
                found.setdefault(get(codelist, "OID"), set()).update(values)
    for oid, used in found.items():
        codelist = beside.define.find("CodeList", oid)
        unused = [value for term in terms(codelist) if _as_term(value := get(term, "CodedValue")) not in used]
        if codelist is not None and unused:
            listed = ", ".join(unused[:5]) + (", ..." if len(unused) > 5 else "")
            what = f"{len(unused)} of {counted(len(terms(codelist)), 'term')} never occur in the data: {listed}"
            yield Finding(codelist, what, "list what could have been collected, no more")


def _as_term(value: str | float) -> str:
    """A value as terms write it: numbers without a point that they do not need."""
    try:
        return f"{float(value):g}"
    except ValueError:
        return str(value)


def _last_page(ref: etree._Element) -> int:
    """The highest page number of a reference by numbers; 0 if it has none."""
    pages = f"{get(ref, 'PageRefs')} {get(ref, 'LastPage')}".split() if get(ref, "Type") == "PhysicalRef" else []
    return max((number for page in pages if (number := whole_number(page)) is not None), default=0)


def _page_count(path: Path) -> int:
    """The pages of a PDF, counted among its objects, also packed ones; 0 if none can be seen (an encrypted file)."""
    data = path.read_bytes()
    count = len(_PAGE.findall(data))
    for packed in _PACKED.finditer(data):
        with suppress(zlib.error):
            count += len(_PAGE.findall(zlib.decompressobj().decompress(packed[1], _LARGEST_STREAM)))
    return count
