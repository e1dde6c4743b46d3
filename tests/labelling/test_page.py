"""The labelling page in a browser: a whole session by keyboard alone, and what it looks like."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hostile import TITLE
from in_axe import AXE, violations
from in_chromium import in_a_browser
from label_keys import answer, answers, heading, press, true_of, wait
from label_page import Served, proposing, served, session_of
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from dupeval.labelling.questions import Question
from dupeval.labelling.simulation import judged

pytestmark = in_a_browser


@pytest.fixture
def open_page(
    chromium: webdriver.Chrome, tmp_path: Path, cache: Path, apart
) -> Iterator[Callable[[Path], Served]]:
    """Give a function that opens the page of a folder; at the end nothing went wrong unseen."""
    with ExitStack() as stack:
        chromium.get("about:blank")
        for log in ("browser", "performance"):
            chromium.get_log(log)

        def do(root: Path, by: Callable[[str, str], float] = apart) -> Served:
            session = stack.enter_context(session_of(root, tmp_path / "out", cache, proposing(by)))
            page = stack.enter_context(served(session))
            chromium.get(page.address)
            wait(chromium, lambda: heading(chromium) not in ("", "Loading"))
            return page

        yield do
        assert [entry["message"] for entry in chromium.get_log("browser")] == []
        messages = [json.loads(e["message"])["message"] for e in chromium.get_log("performance")]
        sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        urls = [params["request"]["url"] for params in sent]
        assert any(url.endswith("/page.js") for url in urls)
        assert all(url.startswith(("http://127.0.0.1:", "data:", "about:")) for url in urls)


def go_to(browser: webdriver.Chrome, page: Served, asked: str) -> Question:
    while page.session.question is not None and page.session.question.asked != asked:
        answer(browser, page.session)
    assert page.session.question is not None
    return page.session.question


def test_a_whole_session_by_keyboard(
    chromium: webdriver.Chrome, open_page, made: Path, tmp_path: Path
) -> None:
    page = open_page(made)
    assert chromium.current_url == f"http://127.0.0.1:{page.port}/"
    asked = set()
    while page.session.question is not None:
        asked.add(page.session.question.asked)
        answer(chromium, page.session)
    assert asked == {"pair", "look", "check"}
    assert heading(chromium) == "All is answered"
    result = judged(page.session.labels, true_of(page.session))
    assert (result.n_wrong, result.n_missed, result.n_pairs) == (0, 0, 20)
    assert answers(chromium) == result.n_answers
    labels = (tmp_path / "out" / "labels.csv").read_text().splitlines()
    assert len(labels) == 11
    assert "first,a3.png,p006" in labels


def test_an_image_is_taken_out_of_a_group_before_it_is_accepted(
    chromium: webdriver.Chrome, open_page, made: Path
) -> None:
    page = open_page(made, lambda a, b: 0.1 if max(a, b) < "c" else 2.0)
    question = go_to(chromium, page, "group")
    assert heading(chromium) == "Do all of these show one photograph?"
    names = [page.session.images.all[i].names[0] for i in question.images]
    assert names == ["a1.png", "a2.png", "a3.png", "b1.png"]
    press(chromium, "1", "4", "1")
    pressed = [
        x.get_attribute("aria-pressed") for x in chromium.find_elements(By.CLASS_NAME, "image")
    ]
    assert pressed == ["false", "false", "false", "true"]
    assert "Taken out" in chromium.find_elements(By.CLASS_NAME, "image")[3].text
    press(chromium, Keys.ENTER)
    wait(chromium, lambda: answers(chromium) == 2)
    labels = page.session.labels
    a1, a2, a3, b1 = question.images
    assert labels.links.together(a1, a3)
    assert labels.links.together(a2, a3)
    assert labels.links.apart(a1, b1)


def test_undo_and_later(chromium: webdriver.Chrome, open_page, made: Path) -> None:
    page = open_page(made)
    first = page.session.question
    answer(chromium, page.session)
    press(chromium, Keys.BACKSPACE)
    wait(chromium, lambda: answers(chromium) == 2)
    assert page.session.question == first
    before = chromium.find_element(By.ID, "shown").text
    press(chromium, Keys.ARROW_RIGHT)
    wait(chromium, lambda: chromium.find_element(By.ID, "shown").text != before)
    assert page.session.question != first
    press(chromium, Keys.BACKSPACE)
    wait(chromium, lambda: "no answer to take back" in chromium.find_element(By.ID, "error").text)
    chromium.get_log("browser")  # which notes that the server refused


def test_a_proposed_pair_is_accepted_by_enter_and_no_other_is(
    chromium: webdriver.Chrome, open_page, made: Path
) -> None:
    page = open_page(made)
    assert page.session.question is not None
    assert page.session.question.proposed
    press(chromium, Keys.ENTER)
    wait(chromium, lambda: answers(chromium) == 1)
    while page.session.question.proposed:
        answer(chromium, page.session)
    n_keys = page.session.labels.n_keys
    press(chromium, Keys.ENTER, "x", "9", Keys.TAB)
    time.sleep(0.3)
    assert page.session.labels.n_keys == n_keys


@pytest.mark.parametrize(
    ("key", "code", "said"),
    [("ㄴ", "KeyS", "same"), ("в", "KeyD", "different"), ("Process", "KeyU", "unsure")],
)
def test_keyboards_without_these_letters_answer_too(
    chromium: webdriver.Chrome, open_page, made: Path, key: str, code: str, said: str
) -> None:
    page = open_page(made)
    pressed = {"type": "keyDown", "key": key, "code": code}
    chromium.execute_cdp_cmd("Input.dispatchKeyEvent", pressed)
    wait(chromium, lambda: answers(chromium) == 1)
    assert page.session.labels.answers[0].said == said


def test_two_images_blink_in_one_place(chromium: webdriver.Chrome, open_page, made: Path) -> None:
    page = open_page(made)
    press(chromium, "b")
    layers = chromium.find_elements(By.CSS_SELECTOR, ".blinking img")
    assert len(layers) == 2
    wait(chromium, lambda: all(layer.get_property("naturalWidth") for layer in layers))

    def visible() -> list[str]:
        script = "return arguments[0].map((layer) => getComputedStyle(layer).visibility)"
        return list(chromium.execute_script(script, layers))

    before = visible()
    assert sorted(before) == ["hidden", "visible"]
    wait(chromium, lambda: visible() == before[::-1])
    press(chromium, "b")
    assert chromium.find_elements(By.CLASS_NAME, "blinking") == []
    assert page.session.labels.n_keys == 0


def test_who_wants_no_motion_changes_them_by_hand(
    chromium: webdriver.Chrome, open_page, made: Path
) -> None:
    features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    try:
        open_page(made)
        press(chromium, "b")
        layer = chromium.find_element(By.CSS_SELECTOR, ".blinking img")
        time.sleep(1)
        assert layer.value_of_css_property("visibility") == "visible"
        press(chromium, "b")
        assert layer.value_of_css_property("visibility") == "hidden"
        press(chromium, Keys.ESCAPE)
        assert chromium.find_elements(By.CLASS_NAME, "blinking") == []
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


class TestAContradiction:
    def test_is_shown_at_once_and_an_earlier_answer_falls(
        self, chromium: webdriver.Chrome, open_page, made: Path
    ) -> None:
        page = open_page(made)
        question = go_to(chromium, page, "check")
        n_keys = page.session.labels.n_keys
        press(chromium, "d")
        wait(chromium, lambda: "contradicts" in heading(chromium))
        earlier = chromium.find_elements(By.CSS_SELECTOR, ".earlier li")
        assert earlier[0].text.startswith("You ")
        assert len(earlier[0].find_elements(By.TAG_NAME, "img")) >= 2
        assert page.session.labels.n_keys == n_keys
        while "contradicts" in heading(chromium):
            press(chromium, "1")
            time.sleep(0.1)
        assert page.session.labels.links.apart(*question.images)

    def test_is_taken_back(self, chromium: webdriver.Chrome, open_page, made: Path) -> None:
        page = open_page(made)
        go_to(chromium, page, "check")
        n_keys = page.session.labels.n_keys
        press(chromium, "d")
        wait(chromium, lambda: "contradicts" in heading(chromium))
        press(chromium, Keys.ESCAPE)
        assert heading(chromium) == "Do these show the same photograph?"
        assert page.session.labels.n_keys == n_keys


def test_another_method_is_chosen_in_the_page(
    chromium: webdriver.Chrome, open_page, made: Path
) -> None:
    page = open_page(made)
    Select(chromium.find_element(By.ID, "method")).select_by_visible_text("other")
    wait(chromium, lambda: page.session.proposals.method == "other")
    wait(chromium, lambda: answers(chromium) == 0)
    assert chromium.find_element(By.ID, "method").get_property("value") == "other"


def test_buttons_do_what_keys_do_and_keys_can_be_turned_off(
    chromium: webdriver.Chrome, open_page, made: Path
) -> None:
    page = open_page(made)
    chromium.find_element(By.TAG_NAME, "summary").click()
    chromium.find_element(By.ID, "shortcuts").click()
    press(chromium, "s")
    chromium.find_element(By.XPATH, "//div[@id='keys']/button[starts-with(., 'Unsure')]").click()
    wait(chromium, lambda: answers(chromium) == 1)
    assert page.session.labels.answers[0].said == "unsure"


def test_names_and_titles_are_texts(chromium: webdriver.Chrome, open_page, made: Path) -> None:
    page = open_page(made)
    assert chromium.find_element(By.ID, "query").text == "<b>Second</b> & last"
    shown = set()
    while page.session.question is not None:
        shown.update(chromium.find_element(By.ID, "shown").text.splitlines())
        assert chromium.find_elements(By.CSS_SELECTOR, "#shown i, #query b") == []
        answer(chromium, page.session)
    assert "f <i>.png" in shown


def test_hostile_names_do_nothing(
    chromium: webdriver.Chrome, open_page, tmp_path: Path, write_query
) -> None:
    root = tmp_path / "mine"
    names = ["<img src=x onerror=alert(1)>\u202e.png", "'\"&\n<script>alert(2)<!--.png"]
    write_query(root / "images" / "q", dict(zip(names, "aa", strict=True)))
    (root / "queries.csv").write_text(f'query,title\nq,"{TITLE}"\n', encoding="utf-8")
    open_page(root, lambda *_: 0.1)
    assert chromium.find_element(By.ID, "query").get_attribute("textContent") == TITLE
    text = chromium.find_element(By.ID, "shown").text
    assert "onerror=alert(1)>\\u202e.png" in text
    assert chromium.execute_script("return document.querySelectorAll('[onerror]').length") == 0


def test_a_program_that_was_ended_is_told(
    chromium: webdriver.Chrome, tmp_path: Path, cache: Path, apart, made: Path
) -> None:
    with session_of(made, tmp_path / "out", cache, proposing(apart)) as session:
        with served(session) as page:
            chromium.get(page.address)
            wait(chromium, lambda: heading(chromium) not in ("", "Loading"))
        press(chromium, "s")
        error = chromium.find_element(By.ID, "error")
        wait(chromium, lambda: "all answers are kept" in error.text)


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=lambda size: str(size[0]))
def test_is_for_everybody_at_every_width(
    chromium: webdriver.Chrome, open_page, made: Path, size: tuple[int, int]
) -> None:
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    found: list[str] = []

    def look() -> None:
        wide = chromium.execute_script("return document.documentElement.scrollWidth")
        found.extend([f"{wide} pixels wide"] if wide > width else [])
        found.extend(violations(chromium))

    try:
        through_all(chromium, open_page(made, of_all_kinds), look)
    finally:
        chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert found == []


def test_axe_looked_at_it_too() -> None:
    if AXE is None:
        pytest.skip("no axe-core: AXE_CORE=axe.min.js, or pip install axe-playwright-python")


def of_all_kinds(a: str, b: str) -> float:
    if max(a, b) < "c":
        return 0.1
    return 0.45 if max(a, b)[0] == "e" and a[0] != b[0] else 2.0


def through_all(browser: webdriver.Chrome, page: Served, look: Callable[[], None]) -> None:
    """Look at each kind of question, before and after something is chosen, and at the end."""
    for asked, keys in (("group", "2"), ("pair", "b"), ("look", "1"), ("check", "d")):
        go_to(browser, page, asked)
        look()
        press(browser, keys)
        time.sleep(0.3)
        look()
        press(browser, Keys.ESCAPE if asked == "check" else keys)
    while page.session.question is not None:
        answer(browser, page.session)
    browser.find_element(By.TAG_NAME, "summary").click()
    for scheme in ("dark", "light"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        look()
