"""The page of findings: whole in one file, escaped, and in a real browser where one is at hand (`make browser`)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from drawn_check import DAYS, drawn_check, large_check

from clintrail.conformance.check import Checked
from clintrail.conformance.report.page import as_page, write_page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
Open = Callable[[Checked], Any]


def test_the_same_check_gives_the_same_page_with_every_text_escaped() -> None:
    page = as_page(drawn_check()).decode()
    assert page == as_page(drawn_check()).decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}" in page
    assert "http:" not in page and "https:" not in page


def test_without_its_script_the_page_tells_causes_datasets_and_rules() -> None:
    page = as_page(drawn_check()).decode()
    noscript = page.split("<noscript>")[1].split("</noscript>")[0]
    assert "specs/x/sdtm/ae.yaml:14" in noscript and "AE.AESTDY, AESTDTC" in noscript
    assert "no function named is_term" in page and "AE, CM" in page
    assert "terminology: define.xml names another version" in page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="the PyPI package playwright is not installed")
    if not Path(CHROMIUM).is_file():
        pytest.skip("the browser chromium is not installed: make browser")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"])
        yield started
        started.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a check; in the end, nothing but the file was asked for and nothing went wrong."""
    file = tmp_path / "findings.html"
    requests, complaints = [], []
    page = browser.new_page(viewport={"width": 1300, "height": 800})
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_page(checked: Checked) -> Any:
        write_page(checked, file)
        page.goto(file.as_uri())
        page.locator("#groups .row").first.wait_for()
        return page

    yield open_page
    page.close()
    assert ({url.split("#")[0] for url in requests}, complaints) == ({file.as_uri()}, [])


def rows(page: Any, box: str = "groups") -> list[str]:
    """The titles of the rows of a list that are in sight."""
    return [str(text) for text in page.locator(f"#{box} .row b").all_text_contents()]


def test_explained_findings_are_hidden_until_they_are_asked_for(opened: Open) -> None:
    page = opened(drawn_check())
    assert rows(page) == ["AE.AESTDY, AESTDTC", "VS.VSORRES"]
    page.get_by_role("button", name="show 2 findings that are explained").click()
    assert rows(page) == ["AE.AESTDY, AESTDTC", "VS.VSORRES", "study"]
    assert [mark.get_attribute("aria-label") for mark in page.locator("#groups .mark").all()] == ["error", "warning", "explained"]
    page.locator("#explained").select_option("only")
    assert page.locator("#told").text_content() == "2 findings of 2 causes"
    assert page.locator(".because").text_content() == "ExplainedThe site said so.specs/x/dispositions.yaml:3  Data management  2026-01-05"


def test_one_filters_groups_and_clears(opened: Open) -> None:
    page = opened(drawn_check())
    page.get_by_role("checkbox", name="Error").uncheck()
    assert rows(page) == ["VS.VSORRES"]
    page.get_by_role("button", name="Clear").click()
    page.locator("select#dataset").select_option("AE")
    assert rows(page) == ["AE.AESTDY, AESTDTC"]
    page.locator("select#dataset").select_option("*")
    page.get_by_label("Rules of").select_option("CDISC")
    assert rows(page) == ["VS.VSORRES"]
    page.get_by_label("Rules of").select_option("")
    page.get_by_label("Group by").select_option("rule")
    assert rows(page) == [DAYS, "CORE-000123"]
    page.get_by_label("Group by").select_option("dataset")
    assert rows(page) == ["AE", "VS"]
    page.keyboard.press("Escape")
    page.locator("#groups").focus()
    page.keyboard.press("/")
    page.keyboard.type("aestdy 03-12")
    page.get_by_text("1 finding of 1 dataset").wait_for(timeout=3000)
    assert rows(page, "records") == ["AE  record 2"]


def test_a_finding_opens_by_keyboard_to_its_values_line_raw_record_and_rule(opened: Open) -> None:
    page = opened(drawn_check())
    page.locator("#explained").select_option("")
    about = page.locator("#about").text_content()
    for told in ("specs/x/sdtm/ae.yaml:14", "ae.csv, record 7", "A study day counts", "CG0220, CG0221", "SDTMIG 3.4", "derive"):
        assert told in about
    page.locator("#groups").focus()
    page.keyboard.press("Enter")
    for key in ("ArrowDown", "End"):
        page.keyboard.press(key)
    record = page.locator("#record")
    assert record.locator("h2").text_content() == "AE, record 3"
    names, values = record.locator("dt").all_text_contents(), record.locator("dd").all_text_contents()
    assert dict(zip(names, values, strict=True)) == {
        "keys": "USUBJID 02, AESEQ 1", "AESTDY": "9", "AESTDTC": "(missing)",
        "made at": "specs/x/sdtm/ae.yaml:14", "raw record of the first": "ae.csv, record 7",
    }  # fmt: skip
    page.keyboard.press("Escape")
    assert record.is_hidden()


def test_it_reads_in_the_dark_and_prints_its_groups(opened: Open) -> None:
    page = opened(drawn_check())
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 30)"
    page.get_by_role("button", name="Rules").click()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#printed tbody th").all_text_contents() == ["AE.AESTDY, AESTDTC", "VS.VSORRES"]
    assert page.locator("#datasets").is_visible() and page.locator(".panes").is_hidden()


def test_200_000_findings_open_in_3_seconds_and_are_searched_grouped_and_opened(opened: Open) -> None:
    page = opened(large_check(200_000))
    assert page.evaluate("performance.now()") < 3000  # milliseconds since the page was asked for, and its rows are there
    assert page.locator("#told").text_content() == "200,000 findings of 44 causes"
    assert page.locator(".row").count() < 100  # only those in sight are there
    page.locator("#text").fill("01-77, ae.yaml:26")
    page.get_by_text("2 findings of 1 cause").wait_for(timeout=3000)
    page.locator("#text").fill("")
    page.get_by_label("Group by").select_option("rule")
    assert rows(page) == [DAYS, "CORE-000123"]
    page.locator("#records").focus()
    page.keyboard.press("End")
    assert page.locator("#record h2").text_content() == "VS, record 199,938"


def test_of_more_findings_than_a_page_holds_the_first_of_each_cause_are_listed(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clintrail.conformance.report.page.MOST", 440)
    page = opened(large_check(4_400))
    told = "440 findings of 44 causes of the 440 listed here, the first of each cause (4,400 in all)"
    assert page.locator("#told").text_content() == told
