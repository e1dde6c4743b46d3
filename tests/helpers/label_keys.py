"""The labelling page as somebody uses it who has a keyboard only."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from dupeval.labelling.questions import Question, Reply
from dupeval.labelling.session import Session
from dupeval.labelling.simulation import Known, true_reply

if TYPE_CHECKING:
    from selenium import webdriver

KEYS = "123456789abcdefghijklmno"
SAID = {"same": "s", "different": "d", "scene": "c", "unsure": "u"}


def wait(browser: "webdriver.Chrome", until: Callable[[], object]) -> None:
    WebDriverWait(browser, 20, 0.02).until(lambda _: until())


def heading(browser: "webdriver.Chrome") -> str:
    return browser.find_element(By.ID, "question").text


def press(browser: "webdriver.Chrome", *keys: str) -> None:
    for key in keys:
        ActionChains(browser).send_keys(key).perform()


def answers(browser: "webdriver.Chrome") -> int:
    """Return how many answers the page counts; -1 while it works."""
    first = browser.find_element(By.ID, "status").text.split()[0]
    return int(first) if first.isdigit() else -1


def keys_of(question: Question, reply: Reply) -> list[str]:
    """Return what is pressed for a reply."""
    if question.asked in ("pair", "check"):
        return [SAID[reply.said]]
    choices = question.images if question.asked == "group" else question.images[1:]
    return [*(KEYS[choices.index(image)] for image in reply.chosen), Keys.ENTER]


def true_of(session: Session) -> list[Known]:
    return [Known(shown.names[0][0]) for shown in session.images.all]


def answer(
    browser: "webdriver.Chrome", session: Session, truth: Sequence[Known] | None = None
) -> None:
    """Answer one question by the truth, with keys alone; by default the names' first letters."""
    question = session.question
    assert question is not None
    n_keys = session.labels.n_keys
    keys = keys_of(question, true_reply(question, truth or true_of(session)))
    press(browser, *keys)
    wait(browser, lambda: answers(browser) == n_keys + len(keys))
