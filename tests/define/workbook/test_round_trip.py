"""A document written and read back is the same document, but for what its layout cannot hold; what is told to be lost is all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from big import big_document

from clintrail.define.model import (
    CodeList,
    DefineDataset,
    DefineDocument,
    DefineVariable,
    Document,
    DocumentRef,
    Item,
    Method,
    Origin,
    ResultDisplay,
    Term,
    WhereClause,
)
from clintrail.define.workbook.columns import Layout
from clintrail.define.workbook.read import read_workbook
from clintrail.define.workbook.write import write_workbook

ROOT = Path(__file__).resolve().parents[3]
LAYOUTS: tuple[Layout, ...] = ("current", "legacy")
SECONDS = 10


def held_by_any(document: DefineDocument) -> DefineDocument:
    """The document without what no workbook holds: titles of references to documents, and OIDs as others had them.

    Dictionaries stand in a sheet after that of the code lists.
    """
    return replace(
        document,
        datasets=tuple(replace(d, variables=tuple(variable_by_any(v) for v in d.variables)) for d in document.datasets),
        codelists=tuple(sorted(document.codelists, key=lambda codelist: bool(codelist.dictionary))),
        methods=tuple(replace(m, documents=untitled(m.documents)) for m in document.methods),
        comments=tuple(replace(c, documents=untitled(c.documents)) for c in document.comments),
        stated_oids={},
    )


def untitled(refs: tuple[DocumentRef, ...]) -> tuple[DocumentRef, ...]:
    return tuple(replace(ref, title="") for ref in refs)


def variable_by_any(variable: DefineVariable) -> DefineVariable:
    values = tuple(replace(item, origins=untitled_origins(item.origins)) for item in variable.values)
    return replace(variable, origins=untitled_origins(variable.origins), values=values)


def untitled_origins(origins: tuple[Origin, ...]) -> tuple[Origin, ...]:
    return tuple(replace(origin, documents=untitled(origin.documents)) for origin in origins)


def held_by_legacy(document: DefineDocument) -> DefineDocument:
    """The document without what the legacy layout has no column for, as it says itself when it is written (test below)."""
    main = next(standard for standard in document.standards if standard.type == "IG")
    plain = replace(main, comment="", status="Final")
    return replace(
        document,
        standards=(plain,),
        datasets=tuple(dataset_by_legacy(dataset, plain) for dataset in document.datasets),
        codelists=tuple(codelist_by_legacy(codelist) for codelist in document.codelists),
        documents=tuple(replace(document, is_listed=True) for document in document.documents),
        displays=tuple(display_by_legacy(display) for display in document.displays),
    )


def dataset_by_legacy(dataset: DefineDataset, main: Any) -> DefineDataset:
    """No subclass, no data flag, no standard and file of its own; the domain is read off the name."""
    return replace(
        dataset,
        subclass="",
        has_no_data=False,
        standard=main,
        archive_location=f"{dataset.name.lower()}.xpt",
        archive_title="",
        sas_name="",
        domain_description="",
        developer_notes="",
        variables=tuple(
            replace(item_by_legacy(v), role_codelist="", values_description="", values=tuple(item_by_legacy(item) for item in v.values))
            for v in dataset.variables
        ),
    )


def item_by_legacy(item: Any) -> Any:
    """No source but that which CRF and eDT tell apart, no description of origins that are no predecessors, no flags, no notes."""
    origins = tuple(
        replace(
            origin,
            source="Vendor" if (origin.type, origin.source) == ("Collected", "Vendor") else "",
            description=origin.description if origin.type == "Predecessor" else "",
        )
        for origin in item.origins
    )
    assert isinstance(item, Item)
    label = item.label if isinstance(item, DefineVariable) else ""
    plain = replace(item, origins=origins, label=label, sas_name="", assigned_value="", common="", developer_notes="")
    return replace(plain, has_no_data=False, is_non_standard=False)


def codelist_by_legacy(codelist: CodeList) -> CodeList:
    """Name, type, NCI code and terms with decodes; of a dictionary name and version."""
    extended = [bool(codelist.nci_code and not term.nci_code) for term in codelist.terms]
    terms = tuple(replace(t, is_extension=e, rank="", description="") for t, e in zip(codelist.terms, extended, strict=True))
    return replace(codelist, terms=terms, standard=None, comment="", description="", sas_format="", dictionary_href="", dictionary_ref="")


def display_by_legacy(display: ResultDisplay) -> ResultDisplay:
    return replace(display, name=display.id, results=tuple(replace(result, parameter=None) for result in display.results))


HELD: dict[Layout, Callable[[DefineDocument], DefineDocument]] = {
    "current": held_by_any,
    "legacy": lambda document: held_by_legacy(held_by_any(document)),
}


def check_round_trip(document: DefineDocument, layout: Layout, folder: Path) -> None:
    first, second = folder / "first.xlsx", folder / "second.xlsx"
    write_workbook(document, first, layout)
    read = read_workbook(first)
    assert read.format == f"workbook, {layout} layout"
    assert read.document == HELD[layout](document)
    again = write_workbook(read.document, second, layout)
    assert first.read_bytes() == second.read_bytes()
    assert again == [], "what was read from a workbook can be written to one"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_document_with_every_feature_comes_back(document: DefineDocument, layout: Layout, tmp_path: Path) -> None:
    check_round_trip(document, layout, tmp_path)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("kind", ["sdtm", "adam"])
def test_the_defines_of_a_built_study_come_back(melasma: Any, kind: str, layout: Layout, tmp_path: Path) -> None:
    check_round_trip(getattr(melasma, kind), layout, tmp_path)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_document_that_its_layout_holds_wholly_loses_nothing(document: DefineDocument, layout: Layout, tmp_path: Path) -> None:
    assert write_workbook(HELD[layout](document), tmp_path / "spec.xlsx", layout) == []


def test_a_document_is_read_without_problems(document: DefineDocument, tmp_path: Path) -> None:
    for layout in LAYOUTS:
        write_workbook(document, tmp_path / "spec.xlsx", layout)
        assert read_workbook(tmp_path / "spec.xlsx").problems == ()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_where_clauses_without_use_and_with_ids_of_their_own_come_back_in_the_legacy_layout(
    document: DefineDocument, layout: Layout, tmp_path: Path
) -> None:
    where = replace(next(iter(document.where_clauses())), id="Temperature only")
    unused = (where, WhereClause(where.checks))
    problems = write_workbook(replace(document, unused_where_clauses=unused), tmp_path / "spec.xlsx", layout)
    found = read_workbook(tmp_path / "spec.xlsx").document.unused_where_clauses
    assert found == ((where,) if layout == "legacy" else ())  # the second is that of an item, by its usual ID
    lost = "the current layout has no such sheet: 2 rows left out"
    assert (lost in [problem.problem for problem in problems]) == (layout == "current")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_references_to_nothing_stay(document: DefineDocument, layout: Layout, tmp_path: Path) -> None:
    vs = document.datasets[1]
    nowhere = replace(vs.variables[0], method="GONE", codelist="GONE", comment="GONE")
    faulty = replace(document, datasets=(replace(vs, variables=(nowhere,), keys=("GONE",)),), displays=())
    write_workbook(faulty, tmp_path / "spec.xlsx", layout)
    read = read_workbook(tmp_path / "spec.xlsx")
    variable = read.document.datasets[0].variables[0]
    assert (variable.method, variable.codelist, variable.comment) == ("GONE", "GONE", "GONE")
    kinds = ["dangling key", "dangling codelist", "dangling method", "dangling comment"]
    assert sorted(p.kind for p in read.problems) == sorted(kinds)


AWKWARD = (
    "=1+1", "+1", "-1", "@SUM(A1)", "#N/A", " blanks around ", "two\nlines\r\nof three", "bell \x07", "_x000D_",
    "é 漢字 🙂", "1-2", "8.0", "TRUE",
)  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_text_comes_back_letter_by_letter(document: DefineDocument, layout: Layout, tmp_path: Path) -> None:
    methods = tuple(Method(id=f"M{number}", name=text, description=f"{text}{text}") for number, text in enumerate(AWKWARD))
    codelist = CodeList(id="X", name="=X", terms=tuple(Term(text, text) for text in AWKWARD))
    awkward = replace(document, methods=methods, codelists=(codelist,), datasets=(), displays=())
    write_workbook(awkward, tmp_path / "spec.xlsx", layout)
    read = read_workbook(tmp_path / "spec.xlsx").document
    assert read.methods == methods
    assert read.codelists == (codelist,)


def test_the_same_document_gives_the_same_bytes_in_every_process_and_second(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/define'); import conftest; from pathlib import Path; "
        "from clintrail.define.workbook.write import write_workbook; write_workbook(conftest.DOCUMENT, Path(sys.argv[1]))"
    )
    paths = [tmp_path / "first.xlsx", tmp_path / "second.xlsx"]
    for seed, path in enumerate(paths):
        time.sleep(2 * seed)  # zip files keep the time in steps of two seconds
        environment = {**os.environ, "PYTHONHASHSEED": str(seed), "TZ": ("UTC", "Asia/Tokyo")[seed]}
        subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, env=environment, check=True)
    first, second = (path.read_bytes() for path in paths)
    assert first == second and len(first) > 10_000


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_big_workbook_is_written_and_read_in_seconds(layout: Layout, tmp_path: Path) -> None:
    document = big_document()
    start = time.process_time()  # not the clock's: other tests may run beside this one
    write_workbook(document, tmp_path / "big.xlsx", layout)
    written = time.process_time()
    read = read_workbook(tmp_path / "big.xlsx")
    done = time.process_time()
    print(f"\n{layout}: written in {written - start:.1f} s, read in {done - written:.1f} s")
    assert read.document == HELD[layout](document)
    assert written - start < SECONDS and done - written < SECONDS


def test_documents_that_are_annotated_crfs_under_other_names_are_marked(document: DefineDocument, tmp_path: Path) -> None:
    documents = (Document("forms", "Forms", "forms.pdf", is_annotated_crf=True), Document("acrf", "Blank CRF", "blank.pdf"))
    write_workbook(replace(document, documents=documents, datasets=(), displays=()), tmp_path / "spec.xlsx")
    assert read_workbook(tmp_path / "spec.xlsx").document.documents == documents
