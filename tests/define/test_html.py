"""The page for readers: everything on it, every link leads somewhere and back, no text becomes markup, nothing is loaded."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from clintrail.content import content_dir
from clintrail.define import oids
from clintrail.define.model import (
    AnalysisDataset,
    AnalysisResult,
    Comment,
    DefineDocument,
    Document,
    Documentation,
    DocumentRef,
    Origin,
    ProgrammingCode,
    RangeCheck,
    ResultDisplay,
    WhereClause,
)
from clintrail.define.page import render_define_html
from clintrail.define.render import render_define
from clintrail.define.templates import href

WITHOUT_END = {"meta", "br", "input"}
APART = {"br", "td", "th", "p", "dt", "dd", "pre", "div", "small", "h3"}


class Page(HTMLParser):
    """A page taken apart; an element that is closed out of turn is an error. `text_of` holds the text of each element with an id."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.links_of: dict[str, list[str]] = {}
        self.other_attributes: set[str] = set()
        self.text = ""
        self.text_of: dict[str, str] = {}
        self.code: dict[str, str] = {}
        self.metas: list[dict[str, str | None]] = []
        self.feed(html.decode("utf-8"))
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "meta":
            self.metas.append(given)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if "href" in given:
            self.links.append(given["href"] or "")
            for _, id in self.open:
                self.links_of.setdefault(id, []).append(given["href"] or "")
        self.other_attributes |= given.keys() - {"id", "href"}
        if tag in APART:
            self.handle_data(" ")
        if tag not in WITHOUT_END:
            self.open.append((tag, given.get("id") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] in ("script", "style"):
            self.code[self.open[-1][0]] = self.code.get(self.open[-1][0], "") + data
            return
        self.text += data
        for _, id in self.open:
            self.text_of[id] = self.text_of.get(id, "") + data

    def said(self, id: str) -> str:
        """The text of an element, blanks as a reader sees them."""
        return " ".join(self.text_of[id].split())


@pytest.fixture
def page(document: DefineDocument) -> Page:
    return Page(render_define_html(document))


# -- complete and linked ------------------------------------------------------------------------------------------------------


def test_everything_in_the_document_is_on_the_page(page: Page, document: DefineDocument, nasty: str) -> None:
    anchors = [
        *(oids.standard(standard) for standard in document.standards),
        *(oids.dataset(dataset.name) for dataset in document.datasets),
        *(oids.variable(dataset.name, variable.name) for dataset in document.datasets for variable in dataset.variables),
        *(oids.value_list(dataset.name, variable.name) for dataset, variable in document.value_lists()),
        *(oids.value_item(d.name, v.name, item.where) for d, v in document.value_lists() for item in v.values),
        *(oids.codelist(codelist.id) for codelist in document.codelists),
        *(oids.method(method.id) for method in document.methods),
        *(oids.comment(comment.id) for comment in document.comments),
        *(oids.document(linked.id) for linked in document.documents),
    ]
    assert set(anchors) <= set(page.ids)
    for text in (nasty, "Mean of three. " * 1000, "filter (where y < 2", "Not decided", "ISO 3166, version 2020"):
        assert text in page.text


def test_every_link_on_the_page_leads_to_one_place(page: Page) -> None:
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside and inside <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_links_elsewhere_are_files_beside_it_their_pages_and_dictionaries(page: Page, document: DefineDocument) -> None:
    guide = "guides/reviewer's%20guide%20%C3%A9.pdf"
    elsewhere = {link for link in page.links if not link.startswith("#")}
    assert {"dm.xpt", "vs.xpt", "acrf.pdf", "acrf.pdf#page=7", "acrf.pdf#page=9"} < elsewhere
    assert {guide, f"{guide}#page=2", f"{guide}#nameddest=bp", "https://www.iso.org/iso-3166"} < elsewhere
    assert {link.split("#")[0] for link in elsewhere} == {
        "dm.xpt", "vs.xpt", "https://www.iso.org/iso-3166", *(href(linked.href) for linked in document.documents)
    }  # fmt: skip


def test_a_code_list_tells_who_uses_it_and_so_does_a_method_a_comment_and_a_document(page: Page) -> None:
    assert "#IT.DM.SEX" in page.links_of["CL.SEX"]
    assert "#IT.DM.COUNTRY" in page.links_of["CL.ISO3166"]
    assert {"#IT.VS.VSSTRESN.VSTESTCD.EQ.TEMP"} < set(page.links_of["MT.VSORRES.BP"])
    assert {"#IT.VS.VSNEW"} < set(page.links_of["COM.BP"])
    assert {"#study"} == set(page.links_of["COM.ALL"])
    assert {"#IT.DM.SEX", "#IT.VS.VSORRES.VSTESTCD.EQ.TEMP"} < set(page.links_of["LF.acrf"])


def test_a_split_dataset_tells_its_domain_and_what_has_another_name_in_sas_tells_it(document: DefineDocument) -> None:
    dm, vs, *others = document.datasets
    longer = replace(vs.variables[0], sas_name="USUBJ8")
    split = replace(vs, domain="VX", domain_description="Vital Signs, All", sas_name="VSLONG", variables=(longer, *vs.variables[1:]))
    page = Page(render_define_html(replace(document, datasets=(dm, split, *others))))
    assert "Domain VX Vital Signs, All SAS name VSLONG" in page.said("IG.VS")
    assert "SAS name USUBJ8" in page.said("IT.VS.USUBJID")
    assert "Domain" not in page.said("IG.DM").split("Variables of")[0]


def test_a_long_list_of_users_is_there_to_the_last(document: DefineDocument) -> None:
    dm = document.datasets[0]
    many = tuple(replace(dm.variables[2], name=f"SEX{number}") for number in range(30))
    page = Page(render_define_html(replace(document, datasets=(replace(dm, variables=many), *document.datasets[1:]))))
    assert [link for link in page.links_of["CL.SEX"] if link.startswith("#IT.DM")] == [f"#IT.DM.SEX{number}" for number in range(30)]
    assert "and 10 more" in page.said("CL.SEX")


def test_what_nothing_uses_says_so(document: DefineDocument) -> None:
    page = Page(render_define_html(replace(document, comments=(*document.comments, Comment("SPARE", "Said of nothing")))))
    assert page.said("COM.SPARE") == "SPARE Used by nothing Said of nothing"


# -- in words -----------------------------------------------------------------------------------------------------------------


def test_where_clauses_are_said_with_labels_and_decodes_and_formally(page: Page) -> None:
    said = page.said("VL.VS.VSORRES")
    assert "where Vstestcd is SYSBP or DIABP and Sex of DM is not F (Female)" in said
    assert "or where Vstestcd is PULSE" in said
    assert "VSTESTCD in (SYSBP, DIABP) and DM.SEX ≠ F or VSTESTCD = PULSE" in said
    assert "DM and VS are joined by USUBJID" in said


def test_a_predecessor_in_the_document_is_a_link_and_one_elsewhere_is_text(document: DefineDocument) -> None:
    vs = document.datasets[1]
    origins = (Origin("Predecessor", description="DM.USUBJID"), Origin("Predecessor", description="EX.EXTRT"))
    changed = replace(vs, variables=(replace(vs.variables[0], origins=origins), *vs.variables[1:]))
    page = Page(render_define_html(replace(document, datasets=(document.datasets[0], changed))))
    assert page.links_of["IT.VS.USUBJID"] == ["#IT.DM.USUBJID"]
    assert "EX.EXTRT" in page.said("IT.VS.USUBJID")


def test_a_short_code_list_is_read_where_it_is_used(page: Page) -> None:
    assert "Sex F = Female, M = Male, UNDEC" in page.said("IT.DM.SEX")
    assert "ISO 3166 2020" in page.said("IT.DM.COUNTRY")
    assert "datetime ISO 8601" in page.said("IT.DM.RFSTDTC")


def test_value_level_items_stand_in_the_table_of_their_variable(page: Page) -> None:
    assert "4 values" not in page.said("IG.VS") and "2 values" in page.said("IT.VS.VSORRES")
    order = [id for id in page.ids if id.startswith(("IT.VS.", "VL.VS."))]
    place = order.index("VL.VS.VSORRES")
    assert order[place - 1 : place + 2] == ["IT.VS.VSORRES", "VL.VS.VSORRES", "IT.VS.VSORRES.VSTESTCD.EQ.TEMP"]


def analysed(document: DefineDocument) -> DefineDocument:
    temperature = WhereClause((RangeCheck("VS", "VSTESTCD", "EQ", ("TEMP",)), RangeCheck("DM", "SEX", "EQ", ("M",))), comment="JOIN")
    result = AnalysisResult(
        id="T1.R1",
        description="Mean temperature of men",
        reason="SPECIFIED IN SAP",
        purpose="PRIMARY OUTCOME MEASURE",
        parameter=("VS", "VSTESTCD"),
        datasets=(AnalysisDataset("VS", ("VSSTRESN",), temperature), AnalysisDataset("NONE", ("NOVAR",))),
        join="JOIN",
        documentation=Documentation("As planned.", (DocumentRef("csdrg", (30,)),)),
        code=ProgrammingCode("SAS 9.4", "proc means data=vs; where a < b;"),
    )
    display = ResultDisplay(id="T1", name="Table 1", description="Temperature", results=(result,), documents=(DocumentRef("csdrg", (14,)),))
    return replace(document, displays=(display,))


def test_an_analysis_tells_its_records_in_words_its_variables_its_reason_and_its_code(document: DefineDocument) -> None:
    page = Page(render_define_html(analysed(document)))
    said = page.said("AR.T1.R1")
    for text in (
        "Reason SPECIFIED IN SAP Purpose PRIMARY OUTCOME MEASURE",
        "records where Vstestcd is TEMP and Sex of DM is M (Male)",
        "NONE: no such dataset in this document",
        "As planned. Reviewer's Guide page 30",
        "SAS 9.4 proc means data=vs; where a < b;",
    ):
        assert text in said
    assert {"#IG.VS", "#IT.VS.VSSTRESN", "#IT.VS.VSTESTCD", "#COM.JOIN"} < set(page.links_of["AR.T1.R1"])
    assert {"#AR.T1.R1", "#RD.T1"} < set(page.links_of["LF.csdrg"])
    assert "#AR.T1.R1" in page.links_of["COM.JOIN"]


# -- faulty documents of others -----------------------------------------------------------------------------------------------


def test_a_reference_to_nothing_is_told_and_is_no_link(document: DefineDocument) -> None:
    dm = document.datasets[0]
    nowhere = Origin("Collected", documents=(DocumentRef("none", (3,)),))
    lost = replace(dm.variables[1], codelist="GONE", method="LOST", comment="AWAY", origins=(nowhere,))
    page = Page(render_define_html(replace(document, datasets=(replace(dm, variables=(lost,)), *document.datasets[1:]))))
    said = page.said("IT.DM.USUBJID")
    for text in ("GONE: no such code list", "LOST: no such method", "AWAY: no such comment", "none: no such document"):
        assert text in said
    assert "IT.DM.USUBJID" not in page.links_of


def test_what_a_document_defines_twice_is_shown_twice_with_one_anchor(document: DefineDocument) -> None:
    vs = document.datasets[1]
    twice = replace(vs, variables=(*vs.variables, vs.variables[2], vs.variables[2]))
    page = Page(render_define_html(replace(document, datasets=(document.datasets[0], twice), codelists=document.codelists * 2)))
    assert len(page.ids) == len(set(page.ids))
    assert page.text.count("Sex of DM is not F (Female)") == 3


# -- nothing from elsewhere, nothing that runs --------------------------------------------------------------------------------


def test_nothing_is_loaded_and_nothing_but_the_pages_own_script_runs(page: Page) -> None:
    assert not {"iframe", "object", "img", "link", "form", "base", "embed"} & set(page.tags)
    assert page.tags.count("script") == page.tags.count("style") == 1
    assert not {name for name in page.other_attributes if name.startswith("on") or name in ("src", "style", "srcset")}
    assert "url(" not in page.code["style"] and "@import" not in page.code["style"]
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\b|fetch\(|XMLHttp|import\(", page.code["script"])


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(page: Page) -> None:
    policy = next(meta["content"] for meta in page.metas if meta.get("http-equiv") == "Content-Security-Policy") or ""
    hashes = {kind: "'sha256-" + b64encode(sha256(page.code[kind].encode()).digest()).decode() + "'" for kind in ("style", "script")}
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src {hashes['style']}",
        f"script-src {hashes['script']}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_no_text_becomes_markup(page: Page) -> None:
    assert "{{ 7 * 7 }}" in page.text and "49" not in page.text
    assert page.text.count("<script>alert(1)</script>") >= 3


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", " javascript:alert(1)", "java\nscript:x"]
)
def test_a_document_cannot_be_a_link_that_runs(href: str, document: DefineDocument) -> None:
    changed = replace(document, documents=(document.documents[0], Document("csdrg", "Guide", href)))
    assert not any(":" in link for link in Page(render_define_html(changed)).links if "iso.org" not in link)
    assert f'"{href}"'.encode() not in render_define(changed)


# -- for every reader ---------------------------------------------------------------------------------------------------------


def test_tables_have_captions_and_headings_with_scope(page: Page) -> None:
    assert page.tags.count("caption") == page.tags.count("table") > 5
    assert "scope" in page.other_attributes and page.tags.count("h1") == page.tags.count("main") == page.tags.count("nav") == 1


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "panel", "tint", "here"])
@pytest.mark.parametrize("ink", ["ink", "quiet", "mark", "warn"])
def test_every_ink_can_be_read_on_every_ground(ink: str, ground: str, theme: int) -> None:
    css = (content_dir("define_xml") / "define.css").read_text("utf-8")
    colours = {name: pair[theme] for name, *pair in re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", css)}
    darker, lighter = sorted(luminance(colours[name]) for name in (ink, ground))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5  # WCAG 2.2, 1.4.3, level AA
