"""What tests do with a page in a browser."""

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement


def shown(browser: webdriver.Chrome, selector: str) -> list[WebElement]:
    return [e for e in browser.find_elements(By.CSS_SELECTOR, selector) if e.is_displayed()]


def go(browser: webdriver.Chrome, fragment: str) -> None:
    """Open what a fragment names; the page has followed it when this returns."""
    browser.execute_async_script(
        "const done = arguments[1]; if (location.hash === arguments[0]) done();"
        "addEventListener('hashchange', () => done(), { once: true });"
        "location.hash = arguments[0];",
        fragment,
    )


def press(browser: webdriver.Chrome, key: str) -> None:
    ActionChains(browser).send_keys(key).perform()


def tab_to(browser: webdriver.Chrome, wanted: WebElement) -> None:
    """Press Tab until it has the focus."""
    for _ in range(60):
        press(browser, Keys.TAB)
        if browser.switch_to.active_element == wanted:
            return
    raise AssertionError(f"Tab never came to {wanted.get_attribute('outerHTML')}")
