"""The page in a browser: nothing overflows, nothing fails, the keyboard works, dark is dark.

On a machine without Chromium the same pages are read by the parser alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.report.outline import faults
from tests.tiers import few_quick

Page = Callable[[str], str]
WIDTHS = (1280, 390)
LOOK = """
const all = [...document.images];
return {
  width: document.documentElement.scrollWidth, view: innerWidth,
  pictures: all.length, decoded: all.filter(image => image.complete && image.naturalWidth > 0).length,
  drawings: [...document.querySelectorAll('svg')].filter(svg => svg.getBoundingClientRect().width > 40).length,
  beyond: [...document.querySelectorAll('main *')].filter(
    element => !element.closest('.scroll, pre, svg') && element.getBoundingClientRect().right > innerWidth + 1
  ).map(element => element.outerHTML.slice(0, 80)),
  paper: getComputedStyle(document.body).backgroundColor,
};
"""


def show(browser: Any, path: Path, width: int, scheme: str = "light") -> dict[str, Any]:
    phone = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    browser.get(path.as_uri())
    return browser.execute_script(LOOK)


@pytest.fixture
def saved(page: Page, tmp_path: Path) -> Callable[[str], Path]:
    def save(kind: str) -> Path:
        path = tmp_path / "report.html"
        path.write_text(page(kind), encoding="utf-8")
        return path

    return save


SHOWN = (
    "grey image with labels", "colour image", "table", "many columns", "signal", "one column", "conditional images",
    "no likelihood",
)  # fmt: skip
FEW = ("grey image with labels", "many columns")


@pytest.mark.parametrize("kind", few_quick(SHOWN, FEW))
def test_a_page_fits_at_both_widths(browser: Any, page: Page, saved: Callable[[str], Path], kind: str) -> None:
    if browser is None:
        assert faults(page(kind)) == []
    for width in WIDTHS if browser else ():
        seen = show(browser, saved(kind), width)
        assert seen["width"] <= seen["view"] == width
        assert seen["beyond"] == []
        assert seen["decoded"] == seen["pictures"] == page(kind).count("<img ")
        assert seen["drawings"] == page(kind).count("<svg ")
        assert browser.get_log("browser") == []


def test_dark_is_dark(browser: Any, page: Page, saved: Callable[[str], Path]) -> None:
    assert "prefers-color-scheme: dark" in page("table")
    if browser:
        light, dark = (show(browser, saved("table"), 1280, scheme)["paper"] for scheme in ("light", "dark"))
        assert (light, dark) == ("rgb(255, 255, 255)", "rgb(20, 23, 27)")


def test_charts_follow_the_scheme(browser: Any, page: Page, saved: Callable[[str], Path]) -> None:
    assert "var(--c0)" in page("table")
    if browser:
        ask = "return getComputedStyle(document.querySelector('#dimensions svg text')).fill"
        inks = []
        for scheme in ("light", "dark"):
            show(browser, saved("table"), 1280, scheme)
            inks.append(browser.execute_script(ask))
        assert inks[0] != inks[1]


def test_the_keyboard_reaches_the_skip_link_first_and_then_the_text(
    browser: Any, page: Page, saved: Callable[[str], Path]
) -> None:
    if browser is None:
        assert faults(page("table")) == []
    else:
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        show(browser, saved("table"), 390)
        ActionChains(browser).send_keys(Keys.TAB).perform()
        assert browser.switch_to.active_element.text == "Skip to the report"
        assert browser.execute_script("return document.activeElement.getBoundingClientRect().top") >= 0
        ActionChains(browser).send_keys(Keys.ENTER).perform()
        assert browser.switch_to.active_element.get_attribute("id") == "main"


def test_nothing_is_fetched(browser: Any, page: Page, saved: Callable[[str], Path]) -> None:
    assert "default-src 'none'" in page("colour image")
    if browser:
        show(browser, saved("colour image"), 1280)
        asked = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
        assert [name for name in asked if not name.startswith("data:")] == []
