"""The built level `wild`: what is in it, and what the page about it says."""

import csv
import re
from collections import Counter
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from hard_families import WRITTEN

from dupeval.dataset.images import pixel_sha256, read_rgb
from dupeval.dataset.making.hard_edits import FILTERS
from dupeval.dataset.making.levels import NEWS, STUDY, WILD, Making
from dupeval.dataset.making.records import Record, library_versions
from dupeval.dataset.standin.manifest import read_manifest, read_versions
from dupeval.dataset.standin.recipe import Standin
from dupeval.edits import families_of

PAGE = Path(__file__).resolve().parents[3] / "docs" / "standin.md"
ROW = re.compile(r"^\| `(\w+)` \|(.*?)\| (.*) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def records(wild: Path) -> list[Record]:
    with (wild / "labels.csv").open(encoding="utf-8", newline="") as file:
        return [
            Record(*list(row.values())[:4], pixel_sha256(read_rgb(path)))
            for row in csv.DictReader(file)
            for path in [wild / "images" / row["query"] / row["image"]]
        ]


def test_is_the_published_one(records: list[Record]) -> None:
    published = read_manifest(Making(WILD))
    assert [astuple(record)[:4] for record in records] == [astuple(row)[:4] for row in published]
    if library_versions() != read_versions():
        pytest.skip(f"the pixels may differ: the manifest was made with {read_versions()}")
    assert records == published


@pytest.mark.parametrize("photographs", ["standin", "standin2"])
@pytest.mark.parametrize("draw", range(5))
def test_every_published_copy_has_one_hard_edit(photographs: str, draw: int) -> None:
    edits = [row.edit for row in read_manifest(Making(WILD, draw, photographs)) if row.edit]
    assert len(edits) == {"standin": 81, "standin2": 63}[photographs]
    families = Counter()
    for edit in edits:
        (family,) = families_of(edit) - {"jpeg"}
        families[family] += 1
        assert re.fullmatch(WRITTEN[family] + r"(?:\+jpeg:\d\d)?", edit)
    assert families.keys() == WILD.edits.keys()
    assert max(families.values()) - min(families.values()) <= 2


def test_no_two_images_of_a_query_have_the_same_pixels(records: list[Record]) -> None:
    assert len({(record.query, record.pixels_sha256) for record in records}) == 180


def test_no_image_is_a_blank(wild: Path, records: list[Record]) -> None:
    for record in records:
        pixels = read_rgb(wild / "images" / record.query / record.image)
        assert max(pixels.shape) <= 1024
        assert (max(pixels.shape) == 64) == record.edit.startswith("thumbnail")
        assert np.asarray(pixels).std() > 10, record


def test_the_other_levels_stay_what_they_were() -> None:
    # So that what was built of them is not built anew.
    assert Standin(Making(NEWS)).made_from()["level_sha256"][:12] == "63c80f454d2d"
    assert Standin(Making(STUDY)).made_from()["level_sha256"][:12] == "7c1e807fc2dd"


def test_the_page_lists_every_family_with_its_strengths() -> None:
    page = PAGE.read_text(encoding="utf-8")
    section = page[page.index("## The edits of `wild`") : page.index("## How `study`")]
    rows = {family: f"{strength} {what}" for family, strength, what in ROW.findall(section)}
    assert list(rows) == list(WILD.edits)
    for family, strengths in WILD.edits.items():
        numbers = re.findall(r"\d+(?:\.\d+)?", rows[family])
        for low, high in (span for spans in strengths.values() for span in spans):
            for end in (low, high):
                form = ".0f" if float(end).is_integer() else ".2f"
                assert f"{abs(end):{form}}" in numbers, (family, end)
    assert all(f"`{kind}`" in rows["filter"] for kind in FILTERS)
    quality = "-".join(str(end) for end in WILD.afterwards["jpeg"]["quality"][0])
    assert f"JPEG of quality {quality} after it" in page
