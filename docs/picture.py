"""Renews the picture of define.html in the README, `define-adam.png`: the melasma study's ADaM page with values open (`make picture`)."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from clintrail.package.build import build_package

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
OPENED, TOP = "IT.ADMASI.AVAL", "IT.ADMASI.PARAMCD"
BAR = 82  # pixels that the bar and the heads of the columns take


def take_picture(page: Path, picture: Path) -> None:
    """Opens the values of one variable on the page and writes what a window of 1280 x 800 shows."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        tab.goto(page.as_uri())
        tab.locator(f'[id="{OPENED}"] button').click()
        tab.evaluate("([id, bar]) => scrollBy(0, document.getElementById(id).getBoundingClientRect().top - bar)", [TOP, BAR])
        tab.evaluate("document.activeElement.blur()")
        tab.mouse.move(0, 0)
        tab.wait_for_timeout(300)
        tab.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        build_package(ROOT / "specs" / "melasma", Path(folder) / "melasma")
        take_picture(next(Path(folder).rglob("adam/datasets/define.html")), ROOT / "docs" / "define-adam.png")
