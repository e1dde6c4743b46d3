"""The page of groups in a browser: nothing hidden in names runs, and large ones open at once."""

import dataclasses
import io
import json
import time
from pathlib import Path

import numpy as np
import pytest
from in_chromium import in_a_browser
from own_images import image_file, write_photograph
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from dupeval.clustering.pairs import SomePairs
from dupeval.grouping.finding import Unread
from dupeval.grouping.groups import Grouping, grouped_by_distance
from dupeval.grouping.page import human_size, render
from dupeval.grouping.reading import ImageFile

HOSTILE = "</script><img src=x onerror=alert(1)>\u202egpj.'\"&<b>\n.png"


def thumbnail(size: tuple[int, int] = (160, 120)) -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).save(buffer, "WEBP", quality=60)
    return buffer.getvalue()


def pictured(path: str, content: str = "", picture: bytes = b"") -> ImageFile:
    file = image_file(path, content)
    shown = dataclasses.replace(file.content, thumbnail=picture or thumbnail())
    return dataclasses.replace(file, content=shown)


def grouping_of(files: list[ImageFile], pairs: dict[tuple[int, int], float]) -> Grouping:
    n = len({file.content.sha256 for file in files})
    known = SomePairs(n, np.array(list(pairs)).reshape(-1, 2), np.array(list(pairs.values())), 1.0)
    groups, near = grouped_by_distance(files, known, 0.5, "average", "name")
    return Grouping(tuple(files), groups, near, (Unread("<i>x</i>", "<b>"),), "verified", 0.5)


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (123_456_789, "123 MB")]
)
def test_sizes_as_people_read_them(n: int, text: str) -> None:
    assert human_size(n) == text


def test_names_are_text() -> None:
    page = render(grouping_of([pictured(HOSTILE, "a"), pictured("b", "a")], {})).decode()
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert "<i>x" not in page


def opened(browser: webdriver.Chrome, folder: Path, grouping: Grouping) -> None:
    path = folder / "groups.html"
    path.write_bytes(render(grouping))
    browser.get(path.as_uri())


def asked_for(browser: webdriver.Chrome) -> list[str]:
    messages = [json.loads(e["message"])["message"] for e in browser.get_log("performance")]
    sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return [params["request"]["url"] for params in sent]


@in_a_browser
class TestInABrowser:
    def test_groups_chains_near_misses_and_what_was_not_read(
        self, chromium: webdriver.Chrome, tmp_path: Path
    ) -> None:
        files = [pictured(str(tmp_path / name)) for name in "abcdef"]
        pairs = {(0, 1): 0.1, (1, 2): 0.1, (0, 2): 0.9, (3, 4): 0.2, (4, 5): 0.55, (3, 5): 0.55}
        opened(chromium, tmp_path, grouping_of(files, pairs))
        groups = chromium.find_elements(By.CSS_SELECTOR, "#gallery .group")
        headings = [group.find_element(By.TAG_NAME, "h3").text for group in groups]
        assert headings == [
            "Group 1\n3 images · together from 0.500 on",
            "Group 2\n2 images · together from 0.200 on · with others from 0.550 on",
        ]
        assert "are 0.900 apart" in groups[0].find_element(By.CLASS_NAME, "chain").text
        kept = [group.find_element(By.CSS_SELECTOR, ".kept .name").text for group in groups]
        assert [name.rpartition("/")[2] for name in kept] == ["a", "d"]
        assert "↔ 0.550" in chromium.find_element(By.ID, "misses").text
        assert "<i>x</i> <b>" in chromium.find_element(By.ID, "unread").text
        assert chromium.get_log("browser") == []

    def test_hostile_names_do_nothing(self, chromium: webdriver.Chrome, tmp_path: Path) -> None:
        asked_for(chromium)
        files = [pictured(f"{tmp_path}/{HOSTILE}", "a"), pictured(f"{tmp_path}/b{HOSTILE}", "a")]
        opened(chromium, tmp_path, grouping_of(files, {}))
        assert chromium.execute_script("return document.querySelectorAll('[onerror]').length") == 0
        assert chromium.get_log("browser") == []
        assert all(url.startswith(("file:", "data:")) for url in asked_for(chromium))

    def test_an_image_is_shown_whole_from_where_it_lies_or_else_small(
        self, chromium: webdriver.Chrome, tmp_path: Path
    ) -> None:
        there = tmp_path / "é #%?.png"
        write_photograph(there, "x")
        files = [pictured(str(there), "a"), pictured(str(tmp_path / "gone.png"), "a")]
        opened(chromium, tmp_path, grouping_of(files, {}))
        sizes = {}
        for button in chromium.find_elements(By.CLASS_NAME, "image"):
            button.send_keys(Keys.ENTER)
            time.sleep(0.3)
            name = chromium.find_element(By.ID, "viewer-name").text
            script = "return document.querySelector('#viewer-picture img').naturalWidth"
            sizes[Path(name).name] = chromium.execute_script(script)
            chromium.find_element(By.CLASS_NAME, "close").send_keys(Keys.ENTER)
        assert sizes == {"é #%?.png": 256, "gone.png": 160}

    def test_ten_thousand_images_open_at_once_page_by_page(
        self, chromium: webdriver.Chrome, tmp_path: Path
    ) -> None:
        noise = np.random.default_rng(1).bytes(4000)
        picture = thumbnail() + noise  # as large as that of a photograph
        files = [pictured(f"{tmp_path}/{i}.jpg", f"{i // 4}", picture) for i in range(10_000)]
        page = grouping_of(files, {})
        path = tmp_path / "groups.html"
        path.write_bytes(render(page))
        assert path.stat().st_size > 40e6
        chromium.get(path.as_uri())
        script = "return performance.getEntriesByType('navigation')[0].domComplete"
        # 1.5 s where ten other processes want the two cores; in ms.
        assert chromium.execute_script(script) < 10_000
        status = "#pages-above span"
        assert chromium.find_element(By.CSS_SELECTOR, status).text == "page 1 of 63"
        assert len(chromium.find_elements(By.CSS_SELECTOR, "#gallery .group")) == 40
        (following,) = chromium.find_elements(By.XPATH, "//nav[@id='pages-above']//button[2]")
        following.click()
        assert chromium.find_element(By.CSS_SELECTOR, status).text == "page 2 of 63"
        first = chromium.find_element(By.CSS_SELECTOR, "#gallery .group").get_attribute("id")
        assert first == "group-41"
