"""The report at the width of a phone, and on paper."""

import base64
import re
from collections.abc import Iterator

import pytest
from in_chromium import in_a_browser
from in_pages import go, shown
from selenium import webdriver
from selenium.webdriver.common.by import By

from dupeval.report.page import address
from dupeval.stored import StoredResults

pytestmark = in_a_browser

# Inside the margins, in CSS pixels: paper is 96 of them an inch.
A4, LETTER = (210 - 28) / 25.4 * 96, (215.9 - 28) / 25.4 * 96


class TestOnAPhone:
    @pytest.fixture
    def phone(self, browser: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
        size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        yield browser
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def test_nothing_sticks_out_to_the_side(
        self, phone: webdriver.Chrome, results: StoredResults
    ) -> None:
        width = "return [document.documentElement.scrollWidth, innerWidth]"
        for place in results.per_query:
            go(phone, address(place))
            assert phone.execute_script(width) == [390, 390]

    def test_a_table_scrolls_in_its_own_frame(self, phone: webdriver.Chrome) -> None:
        frame = shown(phone, ".scroll")[0]
        assert frame.get_property("scrollWidth") > frame.get_property("clientWidth")
        assert frame.get_property("clientWidth") <= 390
        assert frame.get_attribute("tabindex") == "0"

    def test_letters_are_large_enough_to_read(self, phone: webdriver.Chrome) -> None:
        smallest = phone.execute_script(
            "return Math.min(...[...document.querySelectorAll('main *')].filter((e) => "
            "e.checkVisibility() && e.childElementCount === 0 && e.textContent.trim())"
            ".map((e) => parseFloat(getComputedStyle(e).fontSize)))"
        )
        assert smallest >= 11

    def test_the_interval_is_seen_without_scrolling(self, phone: webdriver.Chrome) -> None:
        (cell, *_) = shown(phone, "#table1 tbody td.interval")
        assert " to " in cell.text
        right = phone.execute_script("return arguments[0].getBoundingClientRect().right", cell)
        assert right <= 390

    def test_a_figure_opens_larger_than_the_screen_and_can_be_fitted(
        self, phone: webdriver.Chrome
    ) -> None:
        phone.find_element(By.CSS_SELECTOR, "#figure-bars .zoom").click()
        frame = phone.find_element(By.ID, "viewer-picture")
        assert frame.get_property("scrollWidth") == 2000
        assert frame.get_property("clientWidth") < 390
        assert frame.get_attribute("tabindex") == "0"
        size = phone.find_element(By.ID, "viewer-size")
        assert size.text == "Fit to window"
        size.click()
        assert frame.get_property("scrollWidth") == frame.get_property("clientWidth")
        assert size.text == "Full size"


class TestOnPaper:
    @pytest.fixture(params=[A4, LETTER], ids=["A4", "Letter"])
    def paper(
        self, browser: webdriver.Chrome, request: pytest.FixtureRequest
    ) -> Iterator[tuple[webdriver.Chrome, int]]:
        width = int(request.param)
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        yield browser, width
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

    def test_nothing_is_clipped(self, paper: tuple[webdriver.Chrome, int]) -> None:
        browser, width = paper
        too_wide = browser.execute_script(
            "return [...document.querySelectorAll('body *')].filter((e) => e.checkVisibility() && "
            "e.getBoundingClientRect().right > arguments[0] + 1).map((e) => e.outerHTML)",
            width,
        )
        assert too_wide == []

    def test_what_one_would_click_is_not_there(self, paper: tuple[webdriver.Chrome, int]) -> None:
        browser, _ = paper
        for selector in ("header nav", "form.filters", ".protocols", ".permalink", ".choices"):
            assert not shown(browser, selector)

    def test_all_protocols_are(self, paper: tuple[webdriver.Chrome, int]) -> None:
        browser, _ = paper
        assert len(shown(browser, "#table1 .table1")) == 2

    def test_headings_are_no_buttons_which_would_be_empty_on_the_next_page(
        self, paper: tuple[webdriver.Chrome, int]
    ) -> None:
        browser, _ = paper
        displays = browser.execute_script(
            "return [...document.querySelectorAll('th button')]"
            ".map((button) => getComputedStyle(button).display)"
        )
        assert set(displays) == {"contents"}

    def test_what_is_folded_is_read(self, paper: tuple[webdriver.Chrome, int]) -> None:
        browser, _ = paper
        settings = browser.find_element(By.CSS_SELECTOR, "dl.settings div")
        assert settings.get_property("offsetHeight") > 0


def test_pages_have_numbers(browser: webdriver.Chrome) -> None:
    options = {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69}
    made = browser.execute_cdp_cmd("Page.printToPDF", options)
    content = base64.b64decode(made["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", content)) > 1
    # What the margin says is text of the page's own style.
    rules = browser.execute_script(
        "return [...document.styleSheets[0].cssRules].filter((rule) => rule instanceof CSSPageRule)"
        ".map((rule) => rule.cssText).join()"
    )
    assert "counter(page)" in rules
    assert "counter(pages)" in rules
