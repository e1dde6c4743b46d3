"""Mistakes one by one in a browser: filtered, paged, linked to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from in_chromium import in_a_browser
from in_pages import go, press, shown, tab_to
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from dupeval.stored import StoredResults

pytestmark = in_a_browser


def choose(browser: webdriver.Chrome, field: str, value: str) -> None:
    Select(browser.find_element(By.ID, f"mistakes-{field}")).select_by_value(value)


def fragment(browser: webdriver.Chrome) -> str:
    return browser.execute_script("return location.hash")


def told(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.ID, "mistakes-count").text


def cards(browser: webdriver.Chrome) -> list[str]:
    return [card.get_attribute("id") for card in shown(browser, "#mistakes-cards .card")]


@pytest.fixture
def in_short_pages(
    chromium: webdriver.Chrome, report: Path, tmp_path: Path
) -> Iterator[webdriver.Chrome]:
    """Give the report with two mistakes a page; the policy does not know its script any more."""
    html = report.read_text(encoding="utf-8").replace("A_PAGE = 24", "A_PAGE = 2")
    (tmp_path / "report.html").write_text(html, encoding="utf-8")
    chromium.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    chromium.get((tmp_path / "report.html").as_uri())
    yield chromium
    chromium.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})


def test_first_those_of_the_honest_protocol_are_shown(
    browser: webdriver.Chrome, results: StoredResults
) -> None:
    assert (
        Select(browser.find_element(By.ID, "mistakes-protocol")).first_selected_option.text
        == "loqo"
    )
    facts = [card.find_element(By.CLASS_NAME, "facts").text for card in shown(browser, ".card")]
    assert facts
    assert all("loqo" in text for text in facts)


@pytest.mark.parametrize(
    ("field", "value"),
    [("method", "raw_pca"), ("query", "two"), ("kind", "missed"), ("edit", "crop")],
)
def test_each_choice_leaves_those_that_have_it_and_stands_in_the_address(
    browser: webdriver.Chrome, field: str, value: str
) -> None:
    before = len(cards(browser))
    choose(browser, field, value)
    assert fragment(browser) == f"#mistakes?{field}={value}"
    left = shown(browser, "#mistakes-cards .card")
    assert 0 < len(left) < before
    assert all(value in (card.get_attribute(f"data-{field}") or "") for card in left)
    assert told(browser).startswith(f"{len(left)} of ")


def test_an_address_brings_back_what_was_chosen(browser: webdriver.Chrome) -> None:
    choose(browser, "method", "raw")
    choose(browser, "kind", "wrong")
    address, left = fragment(browser), cards(browser)
    assert address == "#mistakes?method=raw&kind=wrong"
    go(browser, "#mistakes?")
    assert cards(browser) != left
    browser.back()
    assert cards(browser) == left
    browser.refresh()
    assert cards(browser) == left
    assert Select(browser.find_element(By.ID, "mistakes-kind")).first_selected_option.text == (
        "wrong: different photographs in one group"
    )


def test_all_is_done_by_keyboard(browser: webdriver.Chrome) -> None:
    heading = browser.find_element(By.ID, "mistakes-heading")
    browser.execute_script("arguments[0].focus()", heading)
    method = browser.find_element(By.ID, "mistakes-method")
    tab_to(browser, method)
    press(browser, Keys.ARROW_DOWN)
    assert "method=" in fragment(browser)
    tab_to(browser, browser.find_element(By.CSS_SELECTOR, "#mistakes-filters [type=reset]"))
    press(browser, Keys.ENTER)
    assert len(cards(browser)) == len(browser.find_elements(By.CSS_SELECTOR, ".card"))


def test_a_choice_that_there_is_not_chooses_nothing(browser: webdriver.Chrome) -> None:
    before = cards(browser)
    go(browser, "#mistakes?query=%3Cb%3E&page=x&kind=none")
    assert cards(browser) == before


def test_each_mistake_has_an_address_that_leads_to_it(browser: webdriver.Chrome) -> None:
    links = browser.find_elements(By.CSS_SELECTOR, ".card .permalink")
    assert all(link.text == "#" for link in links if link.is_displayed())
    names = [link.get_attribute("aria-label") or "" for link in links]
    assert all(name.startswith("Link to this mistake: ") for name in names)
    last = browser.find_elements(By.CSS_SELECTOR, ".card")[-1].get_attribute("id")
    assert last.startswith("m-")
    # Though it was filtered away.
    choose(browser, "kind", "wrong")
    go(browser, f"#{last}")
    assert browser.switch_to.active_element.get_attribute("id") == last
    assert last in cards(browser)


def test_an_address_of_a_mistake_is_opened_from_elsewhere(
    browser: webdriver.Chrome, report: Path
) -> None:
    last = browser.find_elements(By.CSS_SELECTOR, ".card")[-1].get_attribute("id")
    browser.get("about:blank")
    browser.get(f"{report.as_uri()}#{last}")
    assert browser.switch_to.active_element.get_attribute("id") == last
    top = browser.execute_script(
        "return document.getElementById(arguments[0]).getBoundingClientRect().top", last
    )
    assert 0 < top < 900


def test_one_that_is_not_there_changes_nothing(browser: webdriver.Chrome) -> None:
    before = cards(browser)
    go(browser, "#m-000000000000")
    assert cards(browser) == before


def test_many_are_paged(in_short_pages: webdriver.Chrome) -> None:
    browser = in_short_pages
    first = cards(browser)
    assert len(first) == 2
    assert ", 1 to 2 shown" in told(browser)
    browser.find_element(By.XPATH, "//nav[@id='mistakes-pages']/button[.='Next']").click()
    assert fragment(browser) == "#mistakes?page=2"
    assert len(cards(browser)) == 2
    assert not set(cards(browser)) & set(first)
    assert browser.switch_to.active_element.get_attribute("id") == "mistakes-count"
    # A choice begins at its first page.
    choose(browser, "method", "raw")
    assert fragment(browser) == "#mistakes?method=raw"
    last = browser.find_elements(By.CSS_SELECTOR, ".card")[-1].get_attribute("id")
    go(browser, f"#{last}")
    assert last in cards(browser)


def test_an_image_is_enlarged_and_its_groups_are_a_link_away(browser: webdriver.Chrome) -> None:
    card = shown(browser, ".card")[0]
    card.find_element(By.CLASS_NAME, "thumbnail").click()
    viewer = browser.find_element(By.ID, "viewer")
    assert viewer.is_displayed()
    assert viewer.find_element(By.TAG_NAME, "img").get_property("naturalWidth") == 24
    press(browser, Keys.ESCAPE)
    link = card.find_element(By.CSS_SELECTOR, ".facts a")
    query = card.get_attribute("data-query")
    link.click()
    assert browser.switch_to.active_element.get_attribute("id") == "galleries-heading"
    assert browser.find_element(By.CSS_SELECTOR, ".query h3").text.startswith(query[:3])
