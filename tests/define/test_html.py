"""The page for readers: everything on it, every link leads somewhere, no text becomes markup."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from clintrail.define import oids
from clintrail.define.model import DefineDocument, Document
from clintrail.define.render import render_define, render_define_html

WITHOUT_END = {"meta", "br"}


class Page(HTMLParser):
    """A page taken apart; an element that is closed out of turn is an error."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.other_attributes: set[str] = set()
        self.text = ""
        self.feed(html.decode("utf-8"))
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href":
                self.links.append(value or "")
            else:
                self.other_attributes.add(name)
        if tag not in WITHOUT_END:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page(document: DefineDocument) -> Page:
    return Page(render_define_html(document))


def test_every_link_on_the_page_leads_to_one_place(page: Page) -> None:
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside and inside <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_links_elsewhere_are_files_beside_it_and_dictionaries(page: Page) -> None:
    assert {link for link in page.links if not link.startswith("#")} == {
        "dm.xpt",
        "vs.xpt",
        "acrf.pdf",
        "guides/reviewer's%20guide%20%C3%A9.pdf",
        "https://www.iso.org/iso-3166",
    }


def test_everything_in_the_document_is_on_the_page(page: Page, document: DefineDocument, nasty: str) -> None:
    anchors = [
        *(oids.variable(dataset.name, variable.name) for dataset in document.datasets for variable in dataset.variables),
        *(oids.value_list(dataset.name, variable.name) for dataset, variable in document.value_lists()),
        *(oids.value_item(d.name, v.name, item.where) for d, v in document.value_lists() for item in v.values),
        *(oids.codelist(codelist.id) for codelist in document.codelists),
        *(oids.method(method.id) for method in document.methods),
        *(oids.comment(comment.id) for comment in document.comments),
        *(oids.document(linked.id) for linked in document.documents),
    ]
    assert set(anchors) <= set(page.ids)
    for text in (
        nasty,
        "Mean of three. " * 1000,
        "filter (where y < 2",
        "VSTESTCD in (SYSBP, DIABP) and DM.SEX ≠ F",
        "or VSTESTCD = PULSE",
    ):
        assert text in page.text


def test_no_text_becomes_markup_and_there_is_no_script(page: Page) -> None:
    assert not {"script", "iframe", "object", "img", "link", "form"} & set(page.tags)
    assert not {name for name in page.other_attributes if name.startswith("on") or name in ("src", "style")}
    assert "{{ 7 * 7 }}" in page.text


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", " javascript:alert(1)", "java\nscript:x"]
)
def test_a_document_cannot_be_a_link_that_runs(href: str, document: DefineDocument) -> None:
    changed = replace(document, documents=(document.documents[0], Document("csdrg", "Guide", href)))
    assert not any(":" in link for link in Page(render_define_html(changed)).links if "iso.org" not in link)
    assert f'"{href}"'.encode() not in render_define(changed)


def test_tables_have_captions_and_headings_with_scope(page: Page) -> None:
    assert page.tags.count("caption") == page.tags.count("table") > 5
    assert "scope" in page.other_attributes and page.tags.count("h1") == 1
