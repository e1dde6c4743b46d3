"""The report in a browser: sorted, clicked through, by keyboard."""

import re
from pathlib import Path

import pytest
from hostile import IMAGE, PHOTOGRAPH, QUERY, TITLE
from in_chromium import in_a_browser
from in_pages import go, press, shown, tab_to
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from dupeval.report.page import address
from dupeval.stored import StoredResults
from dupeval.text import visible

pytestmark = in_a_browser


def column(table: WebElement, place: int) -> list[str]:
    rows = table.find_elements(By.CSS_SELECTOR, "tbody tr:not(.block)")
    return [row.find_elements(By.CSS_SELECTOR, "th, td")[place].text for row in rows]


def chosen(browser: webdriver.Chrome, what: str) -> str:
    return Select(browser.find_element(By.ID, f"choose-{what}")).first_selected_option.text


class TestTable1:
    def test_is_sorted_by_a_heading_numbers_as_numbers_and_empty_last(
        self, browser: webdriver.Chrome
    ) -> None:
        table = shown(browser, "#table1 table")[0]
        headings = table.find_elements(By.CSS_SELECTOR, "thead tr:last-child th")
        f1 = [heading.text for heading in headings].index("F1")
        unsorted = column(table, f1)
        figures = sorted((text for text in unsorted if text), key=float)
        empty = [""] * unsorted.count("")
        assert figures
        assert empty
        headings[f1].find_element(By.TAG_NAME, "button").click()
        assert headings[f1].get_attribute("aria-sort") == "descending"
        assert column(table, f1) == [*figures[::-1], *empty]
        headings[f1].find_element(By.TAG_NAME, "button").click()
        assert headings[f1].get_attribute("aria-sort") == "ascending"
        assert column(table, f1) == [*figures, *empty]
        headings[0].find_element(By.TAG_NAME, "button").click()
        assert headings[f1].get_attribute("aria-sort") is None
        assert column(table, 0) == ["raw", "raw_pca ~", "vgg", "vgg_pca", "visipics"]

    def test_is_sorted_by_keyboard_too(self, browser: webdriver.Chrome) -> None:
        heading = shown(browser, "#table1 thead th button")[1]
        tab_to(browser, heading)
        outline = browser.execute_script(
            "return getComputedStyle(arguments[0]).outlineStyle", heading
        )
        assert outline == "solid"
        press(browser, Keys.ENTER)
        cell = heading.find_element(By.XPATH, "..")
        assert cell.get_attribute("aria-sort") == "descending"

    def test_minus_infinity_is_below_all_numbers(self, browser: webdriver.Chrome) -> None:
        table = shown(browser, "#table1 table")[0]
        cells = table.find_elements(By.CSS_SELECTOR, "tbody tr td:nth-child(9)")
        for cell, value in zip(cells, ("0.5", "-Infinity", "", "10", "9"), strict=True):
            browser.execute_script("arguments[0].dataset.value = arguments[1]", cell, value)
        heading = table.find_element(By.CSS_SELECTOR, "thead tr:last-child th:nth-child(9) button")
        heading.click()
        cells = table.find_elements(By.CSS_SELECTOR, "tbody tr td:nth-child(9)")
        values = [cell.get_attribute("data-value") for cell in cells]
        assert values == ["10", "9", "0.5", "-Infinity", ""]

    def test_one_protocol_is_shown_at_a_time(self, browser: webdriver.Chrome) -> None:
        assert len(shown(browser, "#table1 .table1")) == 1
        assert shown(browser, "#table1 h3")[0].text.startswith("Threshold chosen on the other")
        browser.find_element(By.XPATH, "//fieldset//label[.='oracle']").click()
        assert shown(browser, "#table1 h3")[0].text.startswith("Best single threshold")
        assert Select(
            browser.find_element(By.ID, "choose-protocol")
        ).first_selected_option.text == ("oracle")


class TestGalleries:
    def test_a_row_leads_to_its_methods_queries_and_a_query_to_its_groups(
        self, browser: webdriver.Chrome, results: StoredResults
    ) -> None:
        browser.find_element(By.LINK_TEXT, "raw_pca").click()
        assert browser.switch_to.active_element.text == "All groups of a method in a query"
        links = browser.find_elements(By.CSS_SELECTOR, ".queries a")
        f1 = {
            slug: f"{row['f1']:.3f}"
            for (protocol, method, slug), row in results.per_query.items()
            if (protocol, method) == ("loqo", "raw_pca")
        }
        assert {
            link.find_element(By.CLASS_NAME, "slug").text: link.find_element(
                By.CLASS_NAME, "f1"
            ).text
            for link in links
        } == f1
        links[2].click()
        assert browser.find_element(By.CSS_SELECTOR, ".query h3").text.startswith("three")
        assert browser.switch_to.active_element.get_attribute("aria-current") == "true"

    def test_every_gallery_has_all_images_and_the_pairs_of_its_scores(
        self, browser: webdriver.Chrome, results: StoredResults, stored
    ) -> None:
        names = {query.slug: [i.name for i in query.images] for query in stored.dataset.queries}
        for place, row in results.per_query.items():
            go(browser, address(place))
            groups = browser.find_elements(By.CSS_SELECTOR, "#gallery .groups")[0]
            images = groups.find_elements(By.CSS_SELECTOR, ".thumbnail .picture")
            alts = [image.get_attribute("aria-label") or "" for image in images]
            assert sorted(alt.split(", photograph ")[0] for alt in alts) == sorted(
                map(visible, names[place[2]])
            )
            texts = browser.find_element(By.CLASS_NAME, "query").text
            found, _, torn = texts.partition("Photographs torn apart")
            wrong = re.findall(r"(\d+) wrong pair", found.partition("Groups found")[2])
            missed = re.findall(r"(\d+) missed pair", torn)
            assert sum(map(int, wrong)) == row["fp"]
            assert sum(map(int, missed)) == row["fn"]

    def test_a_wrong_and_a_torn_group_say_what_is_wrong(self, browser: webdriver.Chrome) -> None:
        go(browser, address(["oracle", "raw", "two"]))
        wrong = browser.find_element(By.CSS_SELECTOR, "#gallery .has-wrong")
        assert wrong.find_element(By.TAG_NAME, "h5").text == (
            "Group 1\n3 images\n2 wrong pairs\ncopies elsewhere"
        )
        assert [badge.text for badge in wrong.find_elements(By.CLASS_NAME, "badge")] == [
            *("B", "B", "A"),
        ]
        assert len(wrong.find_elements(By.CLASS_NAME, "sign")) == 1
        wrong.find_element(By.CLASS_NAME, "jump").click()
        assert browser.switch_to.active_element.get_attribute("id") == "group-2"
        torn = browser.find_elements(By.CSS_SELECTOR, "#gallery .groups")[1].text
        assert PHOTOGRAPH in torn
        assert "2 missed pairs" in torn

    def test_copies_stand_out_when_an_image_is_pointed_at(self, browser: webdriver.Chrome) -> None:
        go(browser, address(["oracle", "raw", "two"]))
        first = browser.find_element(By.CSS_SELECTOR, "#gallery .thumbnail")
        ActionChains(browser).move_to_element(first).perform()
        same = browser.find_elements(By.CSS_SELECTOR, ".thumbnail.same .badge")
        assert {badge.text for badge in same} == {"B"}
        assert len(same) >= 2

    def test_what_is_missed_by_edit_is_told(self, browser: webdriver.Chrome) -> None:
        go(browser, address(["oracle", "raw", "two"]))
        edits = browser.find_element(By.CLASS_NAME, "edits").text
        assert re.search(r"^crop\n\d+ of 8$", edits, re.MULTILINE)

    def test_another_method_and_protocol_keep_the_query_and_the_focus(
        self, browser: webdriver.Chrome
    ) -> None:
        go(browser, address(["loqo", "raw", "three"]))
        select = browser.find_element(By.ID, "choose-method")
        select.click()
        Select(select).select_by_index(1)
        assert browser.execute_script("return location.hash") == "#/loqo/raw_pca/three"
        assert browser.switch_to.active_element.get_attribute("id") == "choose-method"
        assert chosen(browser, "method").startswith("raw_pca: F1 ")

    def test_back_leads_to_what_was_there_before(self, browser: webdriver.Chrome) -> None:
        go(browser, address(["loqo", "raw", "three"]))
        go(browser, address(["loqo", "raw", "four"]))
        browser.back()
        assert browser.find_element(By.CSS_SELECTOR, ".query h3").text.startswith("three")

    @pytest.mark.parametrize("fragment", ["#/", "#/no/such/thing", "#/%E0%A4%A/x", "#/loqo//"])
    def test_an_address_that_leads_nowhere_shows_the_first(
        self, browser: webdriver.Chrome, fragment: str
    ) -> None:
        go(browser, fragment)
        assert Select(
            browser.find_element(By.ID, "choose-method")
        ).first_selected_option.text.startswith("raw")

    def test_hostile_names_are_texts(self, browser: webdriver.Chrome) -> None:
        go(browser, address(["loqo", "raw", QUERY]))
        heading = browser.find_element(By.CSS_SELECTOR, ".query h3")
        assert heading.get_attribute("textContent") == QUERY + TITLE
        pictures = shown(browser, "#gallery .picture")
        alts = [picture.get_attribute("aria-label") for picture in pictures]
        assert f"{visible(IMAGE)}, photograph A {PHOTOGRAPH}, crop:0.5+<script>" in alts
        assert not browser.find_elements(By.CSS_SELECTOR, "main script, main b img, main i")


class TestTheLargerView:
    def test_is_opened_and_closed_by_keyboard(self, browser: webdriver.Chrome) -> None:
        go(browser, address(["loqo", "raw", QUERY]))
        heading = browser.find_element(By.ID, "galleries-heading")
        browser.execute_script("arguments[0].focus()", heading)
        thumbnail = browser.find_element(By.CSS_SELECTOR, '#gallery .thumbnail[title^="<b>"]')
        tab_to(browser, thumbnail)
        press(browser, Keys.ENTER)
        viewer = browser.find_element(By.ID, "viewer")
        assert viewer.is_displayed()
        lines = [
            line.get_attribute("textContent") for line in viewer.find_elements(By.TAG_NAME, "p")
        ]
        assert lines == [
            visible(IMAGE),
            f"Photograph A {PHOTOGRAPH}",
            "3 images of this query show it",
            "edit crop:0.5+<script>",
        ]
        assert viewer.find_element(By.TAG_NAME, "img").get_property("naturalWidth") == 24
        press(browser, Keys.ESCAPE)
        assert not viewer.is_displayed()
        assert browser.switch_to.active_element == thumbnail

    def test_shows_figures_too(self, browser: webdriver.Chrome) -> None:
        browser.find_element(By.CSS_SELECTOR, "#figure-bars .zoom").click()
        viewer = browser.find_element(By.ID, "viewer")
        assert viewer.find_element(By.TAG_NAME, "img").get_property("naturalWidth") == 2000
        viewer.find_element(By.CLASS_NAME, "close").click()
        assert not viewer.is_displayed()


class TestPairsExplained:
    def test_have_a_picture_with_words_for_it_that_can_be_enlarged(
        self, browser: webdriver.Chrome
    ) -> None:
        pairs = browser.find_elements(By.CSS_SELECTOR, "#explained figure")
        assert pairs
        for pair in pairs:
            picture = pair.find_element(By.TAG_NAME, "img")
            heading, *verdicts, summary = [p.text for p in pair.find_elements(By.TAG_NAME, "p")]
            assert re.match(r"(Wrong pair|Missed pair|Right, but close) of raw in ", heading)
            assert re.match(r"(wrong|missed|rightly \w+) under \w+", verdicts[0])
            alt = picture.get_attribute("alt") or ""
            assert alt.endswith(f" as raw compares them: {summary.removesuffix('.')}")
            assert picture.get_attribute("loading") == "lazy"
        pairs[0].find_element(By.CLASS_NAME, "zoom").click()
        viewer = browser.find_element(By.ID, "viewer")
        assert int(viewer.find_element(By.TAG_NAME, "img").get_property("naturalWidth")) > 900

    def test_lead_to_the_gallery_of_their_query(self, browser: webdriver.Chrome) -> None:
        link = browser.find_element(By.CSS_SELECTOR, "#explained figcaption a")
        slug = link.text
        link.click()
        assert browser.find_element(By.CSS_SELECTOR, ".query h3").text.startswith(slug)


def test_without_scripts_the_tables_and_figures_are_there(
    chromium: webdriver.Chrome, report: Path
) -> None:
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chromium.get(report.as_uri())
        assert len(shown(chromium, "#table1 .table1")) == 2
        assert shown(chromium, "figure img")
        cards = chromium.find_elements(By.CSS_SELECTOR, ".card")
        assert len(cards) == len(shown(chromium, ".card")) > 3
        assert all(card.find_elements(By.CLASS_NAME, "picture") for card in cards)
        assert not shown(chromium, "form.filters")
        assert "galleries need JavaScript" in chromium.find_element(By.TAG_NAME, "main").text
    finally:
        chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
