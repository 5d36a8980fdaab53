"""XML that would harm its reader is refused at once: entities, documents from elsewhere, depth and size without end."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from odm_files import ROOT, group, odm, on_form

from clintrail.errors import Problems
from clintrail.transport.raw.odm import read_raw_odm

BOMB = '<!DOCTYPE ODM [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
DATA = on_form("F.DM", group("IG.DM", {"I.SEX": "?"}).replace("?", "&j;"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study.xml"


@pytest.fixture(autouse=True)
def little_time_and_memory() -> Iterator[None]:
    started, before = time.monotonic(), _peak()
    yield
    assert time.monotonic() - started < 20
    assert _peak() - before < 300, "megabytes"


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def refusal(path: Path) -> str:
    with pytest.raises(Problems) as caught:
        read_raw_odm(path, "DM")
    (problem,) = caught.value.problems
    assert problem.place.line > 0
    return problem.problem


def with_doctype(doctype: str) -> str:
    head, _, rest = odm(DATA).partition("\n")
    return f"{head}\n{doctype}\n{rest}"


@pytest.mark.parametrize(
    "doctype",
    [
        BOMB + "]>",
        '<!DOCTYPE ODM [<!ENTITY j SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE ODM SYSTEM "http://127.0.0.1:9/odm.dtd">',
        '<!DOCTYPE ODM PUBLIC "-//CDISC//ODM" "http://127.0.0.1:9/odm.dtd" [<!ENTITY % all SYSTEM "http://127.0.0.1:9/x"> %all;]>',
        "<!DOCTYPE ODM>",
    ],
)
def test_a_doctype_is_refused_before_anything_in_it_is_read(path: Path, doctype: str) -> None:
    path.write_text(with_doctype(doctype), "utf-8")
    assert refusal(path) == "a DOCTYPE, which can hold entities"


def test_an_entity_that_nothing_declares_is_no_text(path: Path) -> None:
    path.write_text(odm(DATA), "utf-8")
    assert refusal(path) == "not well-formed XML: undefined entity"


@pytest.mark.parametrize("name", ["a", "Study", "ItemGroupData"])
def test_a_hundred_thousand_levels_are_refused(path: Path, name: str) -> None:
    path.write_text(f"<ODM {ROOT}>" + f"<{name}>" * 100_000, "utf-8")
    assert refusal(path) == "elements are nested deeper than 100 levels"


@pytest.mark.parametrize(
    ("start", "what"),
    [
        ('<Study OID="', "a tag or a comment is longer than 10 million bytes"),
        ("<Study ", "a tag or a comment is longer than 10 million bytes"),
        ("<!-- ", "a tag or a comment is longer than 10 million bytes"),
        ("<AdminData>", "the XML stops in the middle"),
        ("<Study><MetaDataVersion><ItemDef><Question><TranslatedText>", "a text is longer than 10 million characters"),
    ],
)
def test_one_tag_or_text_of_fifty_megabytes_is_refused(path: Path, start: str, what: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(f"<ODM {ROOT}>{start}")
        for number in range(50):
            file.write("x" * 1_000_000 if start != "<Study " else "".join(f"a{number}x{at}='1' " for at in range(70_000)))
    assert refusal(path) == what


def test_a_million_elements_that_mean_nothing_take_no_memory(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(odm("").removesuffix("</ODM>"))
        for _ in range(200):
            file.write('<AdminData><User OID="U"/></AdminData>' * 2_500)
        file.write("</ODM>")
    with pytest.raises(Problems, match="the file holds no clinical data"):
        read_raw_odm(path, "DM")


def test_a_hundred_thousand_unknown_items_are_told_in_time(path: Path) -> None:
    items = {f"I.{number}": "x" for number in range(100_000)}
    path.write_text(odm(on_form("F.DM", group("IG.DM", items))), "utf-8")
    with pytest.raises(Problems) as caught:
        read_raw_odm(path, "DM")
    assert len(caught.value.problems) == 201
    assert caught.value.problems[0].problem == "99,800 more problems of other kinds"
