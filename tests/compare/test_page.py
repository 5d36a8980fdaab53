"""The report as a page: whole in one file, escaped, and in a real browser where one is at hand (`make browser`)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from two_datasets import dataset

from clintrail.compare import Comparison, Options, compare_datasets
from clintrail.compare.page import as_page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
NASTY = "</td><script>alert(1)</script>{{ 7 * 7 }}"


@pytest.fixture
def comparison() -> Comparison:
    pairs = [
        (dataset(f"K|T|SAME\n1|{NASTY}|x", "AE"), dataset("K|T|SAME\n1|b|x", "AE")),
        (dataset("K|AVAL#\n1|1", "ADXX"), dataset("K|AVAL#\n1|2", "ADXX")),
        (dataset("K|T\n1|a", "TA"), dataset("K|T\n1|a", "TA")),
    ]
    return Comparison("one", "other", tuple(compare_datasets(a, b, Options(by=("K",))) for a, b in pairs), Options())


def test_the_same_comparison_gives_the_same_page_with_every_text_escaped(comparison: Comparison) -> None:
    page = as_page(comparison).decode()
    assert page == as_page(comparison).decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}" in page
    assert "http:" not in page and "https:" not in page


@pytest.fixture
def opened(comparison: Comparison, tmp_path: Path) -> Iterator[Any]:
    """The page in a browser; in the end, nothing but the file was asked for and nothing went wrong."""
    api = pytest.importorskip("playwright.sync_api", reason="the PyPI package playwright is not installed")
    if not Path(CHROMIUM).is_file():
        pytest.skip("the browser chromium is not installed: make browser")
    file = tmp_path / "report.html"
    file.write_bytes(as_page(comparison))
    requests, complaints = [], []
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"])
        page = browser.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(file.as_uri())
        yield page
        browser.close()
    assert ({url.split("#")[0] for url in requests}, complaints) == ({file.as_uri()}, [])


def shown(page: Any) -> list[str]:
    return [name for name in ("AE", "ADXX", "TA") if page.locator(f"section#{name}").is_visible()]


def test_one_filters_by_name_and_by_what_differs_and_reads_in_the_dark(opened: Any) -> None:
    page = opened
    assert shown(page) == ["AE", "ADXX", "TA"]
    page.get_by_label("only what differs").check()
    assert shown(page) == ["AE", "ADXX"]
    assert page.locator("section#AE th", has_text="SAME").is_hidden()
    page.locator("#filter").fill("aval")
    assert shown(page) == ["ADXX"]
    assert page.locator("#datasets tbody tr:visible").count() == 1
    page.locator("#filter").fill("")
    page.get_by_label("only what differs").uncheck()
    assert shown(page) == ["AE", "ADXX", "TA"]
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 30)"
    page.locator("section#ADXX").get_by_role("link", name="AVAL").click()
    assert page.url.endswith("#ADXX.AVAL")
