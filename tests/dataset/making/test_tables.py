"""What the stand-in says of its images: scenes, and pairs that collages leave unsure."""

import csv
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from dupeval.dataset.making.levels import WILD, Making
from dupeval.dataset.making.photographs import Photograph
from dupeval.dataset.making.plan import PlannedImage, plan_images
from dupeval.dataset.making.records import Record
from dupeval.dataset.making.tables import withdrawn_pairs, write_tables
from dupeval.dataset.standin.sources import read_sources

ROSE = Photograph("flowers", "Flowers", "rose", "", frozenset(), "")
TULIP, IRIS = replace(ROSE, photograph="tulip", scene="bed"), replace(ROSE, photograph="iris")


def made(*images: tuple[Photograph, Photograph | None]) -> list[tuple[PlannedImage, Record]]:
    return [
        (
            PlannedImage(source, 0, (), f"img_{place}", beside),
            Record(source.query, f"img_{place}", source.photograph, "", ""),
        )
        for place, (source, beside) in enumerate(images, 1)
    ]


@pytest.mark.parametrize(
    ("first", "second", "is_unsure"),
    [
        ((ROSE, None), (ROSE, None), False),
        ((ROSE, None), (TULIP, None), False),
        # The larger part is the photograph.
        ((ROSE, TULIP), (ROSE, None), False),
        ((ROSE, TULIP), (ROSE, IRIS), False),
        ((ROSE, TULIP), (ROSE, TULIP), False),
        # What only the smaller part shows.
        ((ROSE, TULIP), (TULIP, None), True),
        ((ROSE, TULIP), (IRIS, TULIP), True),
        ((ROSE, TULIP), (TULIP, IRIS), True),
        ((ROSE, TULIP), (TULIP, ROSE), True),
        ((ROSE, TULIP), (IRIS, None), False),
    ],
)
def test_pairs_that_share_a_part_and_are_no_copies_are_withdrawn(
    first: tuple[Photograph, Photograph | None],
    second: tuple[Photograph, Photograph | None],
    is_unsure: bool,
) -> None:
    expected = [("flowers", "img_1", "img_2")] if is_unsure else []
    assert list(withdrawn_pairs(made(first, second))) == expected
    assert list(withdrawn_pairs(made(second, first))) == expected


def test_images_of_other_queries_are_no_pair() -> None:
    elsewhere = replace(TULIP, query="fields")
    assert not list(withdrawn_pairs(made((ROSE, elsewhere), (elsewhere, None))))


def test_the_tables_as_they_are_written(tmp_path: Path) -> None:
    write_tables(tmp_path, made((ROSE, TULIP), (TULIP, None)))
    assert {path.name: path.read_bytes().decode() for path in tmp_path.iterdir()} == {
        "queries.csv": "query,title\nflowers,Flowers\n",
        "labels.csv": (
            "query,image,photograph,edit,scene\nflowers,img_1,rose,,\nflowers,img_2,tulip,,bed\n"
        ),
        "pairs.csv": "query,image_a,image_b,verdict\nflowers,img_1,img_2,unsure\n",
    }


def test_without_an_unsure_pair_there_is_no_table_of_pairs(tmp_path: Path) -> None:
    write_tables(tmp_path, made((ROSE, TULIP), (ROSE, None)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["labels.csv", "queries.csv"]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_collage_of_wild_is_withdrawn_against_all_that_shows_its_other_part(
    wild: Path,
) -> None:
    shown: dict[tuple[str, str], set[str]] = {}
    labels = read(wild / "labels.csv")
    planned = plan_images(read_sources(), Making(WILD))
    assert sum(image.beside is not None for image in planned) in (5, 6)
    for row, image in zip(labels, planned, strict=True):
        parts = {image.source.photograph} | ({image.beside.photograph} if image.beside else set())
        shown[row["query"], row["image"]] = parts
    expected = [
        {"query": a["query"], "image_a": a["image"], "image_b": b["image"], "verdict": "unsure"}
        for a, b in combinations(labels, 2)
        if a["query"] == b["query"]
        and a["photograph"] != b["photograph"]
        and shown[a["query"], a["image"]] & shown[b["query"], b["image"]]
    ]
    assert read(wild / "pairs.csv") == expected
    assert expected


def test_the_other_levels_have_no_unsure_pair(standin: Path, study: Path) -> None:
    assert not (standin / "pairs.csv").exists()
    assert not (study / "pairs.csv").exists()


def test_a_photograph_lies_in_one_scene_and_a_scene_in_one_query(standin: Path) -> None:
    labels = read(standin / "labels.csv")
    scenes = {(row["query"], row["photograph"]): row["scene"] for row in labels}
    assert all(scenes[row["query"], row["photograph"]] == row["scene"] for row in labels)
    queries = {(row["scene"], row["query"]) for row in labels if row["scene"]}
    assert len(queries) == len({scene for scene, _ in queries})


def test_the_scenes_are_those_of_the_lists() -> None:
    scenes: dict[str, set[str]] = {}
    for source in read_sources():
        scenes.setdefault(source.scene, set()).add(source.photograph)
    assert {scene: len(photographs) for scene, photographs in scenes.items() if scene} == {
        "orange_block": 4,
        "long_building": 9,
        "old_house": 6,
        "library": 4,
        "corner_house": 3,
        "eiffel_tower": 2,
        "aerial_survey": 12,
        "checkerboard": 6,
        "tomato_plants": 4,
        "model_house": 2,
        "brick_house": 2,
    }
    assert {"campus_491", "campus_492"} <= scenes["orange_block"]
    assert scenes["eiffel_tower"] == {"eiffel_1", "eiffel_2"}
    assert {source.scene for source in read_sources("standin2")} == {""}
