"""The built dataset: what it must contain, whatever the recipe."""

import csv
import json
import re
from collections import Counter, defaultdict
from dataclasses import astuple
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dupeval.dataset.images import pixel_sha256, read_rgb
from dupeval.dataset.making.build import build_into
from dupeval.dataset.making.levels import STUDY, Making
from dupeval.dataset.making.records import Record, library_versions
from dupeval.dataset.standin import DEFAULT
from dupeval.dataset.standin.manifest import (
    differing,
    manifest_csv,
    manifest_text,
    read_manifest,
    read_versions,
)
from dupeval.dataset.standin.recipe import Standin
from dupeval.dataset.standin.sources import read_sources

Rows = list[dict[str, str]]

NUMBER = r"-?\d+(?:\.\d+)?"
SOURCES = {source.photograph: source for source in read_sources()}

# Of every family: the form of its strength, and the spans its number may lie in.
STRENGTHS = {
    "resize": (rf"({NUMBER})", [(0.35, 0.90)]),
    "jpeg": (r"(\d+)", [(25, 85)]),
    "crop": (rf"({NUMBER})", [(0.60, 0.90)]),
    "aspect": (r"\d+x\d+", []),
    "watermark": (rf"({NUMBER})", [(0.20, 0.60)]),
    "caption": (rf"({NUMBER})", [(0.10, 0.20)]),
    "border": (rf"(?:frame|letterbox|pillarbox)=({NUMBER})", [(0.02, 0.16)]),
    "colour": (
        rf"(?:brightness|contrast|saturation|balance)=({NUMBER})",
        [(0.30, 0.87), (1.15, 1.80)],
    ),
    "greyscale": ("", []),
    "mirror": ("", []),
    "sharpness": (rf"(?:blur|sharpen)=({NUMBER})", [(0.80, 2.20)]),
    "rotate": (rf"({NUMBER})", [(-5, -1), (1, 5)]),
    "format": (r"(?:png|gif|webp=(\d+))", [(30, 90)]),
    "inset": (rf"({NUMBER})", [(0.35, 0.60)]),
}


def chain(row: dict[str, str]) -> list[tuple[str, str]]:
    links = row["edit"].split("+") if row["edit"] else []
    return [(family, strength) for family, _, strength in (link.partition(":") for link in links)]


def families(row: dict[str, str]) -> list[str]:
    return [family for family, _ in chain(row)]


def by_query(labels: Rows) -> dict[str, Rows]:
    queries = defaultdict(list)
    for row in labels:
        queries[row["query"]].append(row)
    return queries


def group_sizes(rows: Rows) -> list[int]:
    return list(Counter(row["photograph"] for row in rows).values())


def test_nine_queries_of_twenty_images(standin: Path, labels: Rows) -> None:
    with (standin / "queries.csv").open(encoding="utf-8", newline="") as file:
        queries = list(csv.DictReader(file))
    assert len({row["query"] for row in queries}) == 9
    assert all(row["title"] for row in queries)
    assert {query: len(rows) for query, rows in by_query(labels).items()} == {
        row["query"]: 20 for row in queries
    }


def test_the_files_are_those_in_the_labels(standin: Path, labels: Rows) -> None:
    files = {
        path.relative_to(standin / "images").as_posix()
        for path in standin.rglob("images/*/*")
        if path.is_file()
    }
    assert files == {f"{row['query']}/{row['image']}" for row in labels}


def test_groups_pairs_and_singles(labels: Rows) -> None:
    drawn = []
    for rows in by_query(labels).values():
        sizes = group_sizes(rows)
        drawn += sizes
        assert max(sizes) <= 6
        assert sizes.count(1) >= 5
        assert sum(size * (size - 1) // 2 for size in sizes) >= 8
    assert set(drawn) == {1, 2, 3, 4, 5, 6}


def test_every_photograph_is_used_in_its_own_query(labels: Rows) -> None:
    assert len(SOURCES) == 99
    assert {(row["query"], row["photograph"]) for row in labels} == {
        (source.query, source.photograph) for source in SOURCES.values()
    }


def test_every_photograph_is_there_once_as_first_published(labels: Rows) -> None:
    unedited = Counter(row["photograph"] for row in labels if not row["edit"])
    assert unedited == dict.fromkeys(SOURCES, 1)


def test_chains_have_one_to_three_different_edits(labels: Rows) -> None:
    chains = [families(row) for row in labels if row["edit"]]
    assert {len(names) for names in chains} == {1, 2, 3}
    assert all(len(set(names)) == len(names) for names in chains)


def test_families_are_used_evenly(labels: Rows) -> None:
    counts = Counter(family for row in labels for family in families(row))
    assert set(counts) == set(STRENGTHS)
    assert min(counts.values()) >= 6
    assert max(counts.values()) - min(counts.values()) <= 3


def test_strengths_can_be_parsed_and_are_in_range(labels: Rows) -> None:
    for row in labels:
        for family, strength in chain(row):
            form, spans = STRENGTHS[family]
            match = re.fullmatch(form, strength)
            assert match, (row, family)
            for number in filter(None, match.groups()):
                assert any(low <= float(number) <= high for low, high in spans), (row, family)


def test_edits_come_in_a_sensible_order(labels: Rows) -> None:
    for row in labels:
        names = families(row)
        assert not {"jpeg", "format"} & set(names[:-1])
        around = [name for name in names if name in ("watermark", "caption", "border", "inset")]
        order = ["watermark", "caption", "border", "inset"]
        assert around == sorted(around, key=order.index)
        assert not {"crop", "aspect"} <= set(names)


def test_what_a_photograph_avoids_is_not_done_to_it(labels: Rows) -> None:
    for row in labels:
        assert not SOURCES[row["photograph"]].avoid & set(families(row)), row


def test_views_that_overlap_are_not_cropped() -> None:
    for number in (491, 492, 495, 496, 500, 501, 502, 504, 508, 510):
        assert {"crop", "aspect"} <= SOURCES[f"campus_{number}"].avoid


def test_grey_photographs_get_no_edit_of_colours(standin: Path, labels: Rows) -> None:
    first = {row["photograph"]: row for row in labels if not row["edit"]}
    for row in labels:
        path = standin / "images" / row["query"] / first[row["photograph"]]["image"]
        with Image.open(path) as image:
            grey = image.mode == "L"
        if grey:
            assert "greyscale" not in families(row)
            assert "saturation" not in row["edit"]
            assert "balance" not in row["edit"]


def test_names_are_neutral_and_in_order(labels: Rows) -> None:
    for rows in by_query(labels).values():
        names = [row["image"] for row in rows]
        stems = [name.split(".")[0] for name in names]
        assert stems == [f"img_{number:02d}" for number in range(1, 21)]
        assert {name.split(".")[1] for name in names} <= {"jpg", "png", "gif", "webp"}


def test_order_gives_no_group_away(labels: Rows) -> None:
    # In a random order, neighbours show the same photograph as often as any two images do.
    neighbours = same = expected = 0.0
    for rows in by_query(labels).values():
        neighbours += len(rows) - 1
        same += sum(a["photograph"] == b["photograph"] for a, b in pairwise(rows))
        pairs = sum(size * (size - 1) / 2 for size in group_sizes(rows))
        expected += (len(rows) - 1) * pairs / 190
    assert neighbours == 9 * 19
    assert abs(same - expected) < 3 * expected**0.5
    assert any(rows[0]["edit"] for rows in by_query(labels).values())


def test_extensions_are_the_formats(standin: Path, labels: Rows) -> None:
    formats = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP"}
    seen = set()
    for row in labels:
        with Image.open(standin / "images" / row["query"] / row["image"]) as image:
            assert image.format == formats[row["image"].split(".")[1]]
            seen.add(image.format)
            if not row["edit"]:
                assert image.format == "JPEG"
                assert max(image.size) <= 1024
    assert seen == set(formats.values())


def test_the_aerial_tiles_have_the_size_of_their_crop_boxes(standin: Path, labels: Rows) -> None:
    for row in labels:
        if row["query"] == "aerial_city" and not row["edit"]:
            assert read_rgb(standin / "images" / "aerial_city" / row["image"]).shape == (
                450,
                600,
                3,
            )


def test_no_two_images_of_a_query_have_the_same_pixels(standin: Path, labels: Rows) -> None:
    for query, rows in by_query(labels).items():
        hashes = {pixel_sha256(read_rgb(standin / "images" / query / row["image"])) for row in rows}
        assert len(hashes) == 20


def test_no_image_is_a_blank(standin: Path, labels: Rows) -> None:
    for row in labels:
        pixels = read_rgb(standin / "images" / row["query"] / row["image"])
        assert min(pixels.shape[:2]) >= 60, row
        assert np.asarray(pixels).std() > 10, row


def test_the_manifest_is_what_is_built(standin: Path, labels: Rows) -> None:
    records = [
        Record(*list(row.values())[:4], pixel_sha256(read_rgb(path)))
        for row in labels
        for path in [standin / "images" / row["query"] / row["image"]]
    ]
    expected = read_manifest(DEFAULT)
    assert [astuple(record)[:4] for record in records] == [astuple(row)[:4] for row in expected]
    stamp = json.loads((standin / "standin.json").read_text(encoding="utf-8"))
    assert stamp["differs_from_manifest"] == differing(records, expected)
    if library_versions() != read_versions():
        pytest.skip(f"the pixels may differ: the manifest was made with {read_versions()}")
    assert manifest_text(records) == manifest_csv(DEFAULT).read_text(encoding="utf-8")


class TestTheLevelStudy:
    def test_is_the_same_to_the_byte_each_time(self, study: Path, tmp_path: Path) -> None:
        again = tmp_path / "again"
        records = build_into(again, Standin(Making(STUDY)), progress=False)
        files = [path.relative_to(again) for path in again.rglob("*.*")]
        assert len(files) == 182
        for path in files:
            assert (study / path).read_bytes() == (again / path).read_bytes()
        if library_versions() != read_versions():
            pytest.skip(f"the pixels may differ: the manifest was made with {read_versions()}")
        assert records == read_manifest(Making(STUDY))

    def test_no_two_images_of_a_query_have_the_same_pixels(self, study: Path) -> None:
        for query in (study / "images").iterdir():
            assert len({pixel_sha256(read_rgb(path)) for path in query.iterdir()}) == 20

    def test_copies_have_one_mild_edit(self, study: Path) -> None:
        with (study / "labels.csv").open(encoding="utf-8", newline="") as file:
            edits = [row["edit"].split(":") for row in csv.DictReader(file) if row["edit"]]
        assert Counter(family for family, _ in edits).keys() == STUDY.edits.keys()
        for family, strength in edits:
            ((_, spans),) = STUDY.edits[family].items()
            number = float(strength.removeprefix("brightness="))
            assert any(low - 0.005 <= number <= high + 0.005 for low, high in spans)


@pytest.mark.slow
def test_the_second_photographs_are_fetched_and_built(tmp_path: Path) -> None:
    making = Making(STUDY, 0, "standin2")
    records = build_into(tmp_path / "built", Standin(making), progress=False)
    assert list(Counter(record.query for record in records).values()) == 7 * [20]
    if library_versions() != read_versions():
        pytest.skip(f"the pixels may differ: the manifest was made with {read_versions()}")
    assert records == read_manifest(making)
