"""What the galleries show, as JSON values."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from labelled import Labelled, labelled_query

from dupeval.dataset import Dataset
from dupeval.figures.mistakes import found_groups, most_telling
from dupeval.report.data import ReportData, report_data
from dupeval.report.numbers import number, signed, sortable
from dupeval.report.pictures import EncodedPicture, Format
from dupeval.report.views import QueryView
from dupeval.stored import StoredResults

PHOTOGRAPHS = "rpqpsqp"
LABELS = [0, 0, 1, 0, 2, 3, 3]
LARGE = Format(400, 75)


def dataset(name: str = "q", photographs: Sequence[str] = PHOTOGRAPHS) -> Dataset:
    images = (
        Labelled(f"{i}.png", Path(f"{i}.png"), photograph, "mirror" if i == 6 else "", str(i))
        for i, photograph in enumerate(photographs)
    )
    return Dataset("d", (labelled_query(name, name.upper(), images),))


def results(of: Mapping[tuple[str, str, str], list[int]]) -> StoredResults:
    row = {
        **{"precision": 1 / 3, "recall": 0.25, "f1": 2 / 7, "threshold": -math.inf},
        **{"tp": 1, "fp": 2, "fn": 3, "params": '{"n_components":0.9}', "hidden": "[]"},
    }
    protocols = [protocol for protocol, _, _ in of]
    return StoredResults(
        Path(),
        pd.DataFrame({"protocol": [*protocols, "fixed", ""]}),
        {place: {**row, "method": place[1]} for place in of},
        {
            place: {f"{i}.png": label for i, label in enumerate(labels)}
            for place, labels in of.items()
        },
        {},
        ["q"],
    )


def views_of(
    of: Dataset, shown: Mapping[str, frozenset[int]], pictures: Mapping[str, EncodedPicture]
) -> dict[str, QueryView]:
    numbers = {name: i for i, name in enumerate(pictures)}
    return {query.slug: QueryView(query, shown[query.slug], numbers) for query in of.queries}


def made(
    shown: frozenset[int], pictured: str = "0123456", form: Format = LARGE
) -> tuple[ReportData, dict[str, Any]]:
    """Return the data of one query and one method, and what it says of the method."""
    of = results({("loqo", "raw", "q"): LABELS})
    pictures = {name: EncodedPicture(f"data:{name}", 4, 3) for name in pictured}
    groups = {("loqo", "raw", "q"): found_groups(PHOTOGRAPHS, LABELS)}
    views = views_of(dataset(), {"q": shown}, pictures)
    data = report_data(dataset(), of, groups, views, (pictures, form))
    return data, data.json["protocols"][0]["methods"][0]


class TestAllImagesShown:
    def test_photographs_with_copies_have_letters_and_come_first(self) -> None:
        (query,) = made(frozenset(range(7)))[0].json["queries"]
        assert (query["slug"], query["title"]) == ("q", "Q")
        assert query["photographs"] == [
            ["A", "p", 3, 0],
            ["B", "q", 2, 1],
            ["", "r", 1, None],
            ["", "s", 1, None],
        ]
        assert query["images"][0] == ["0.png", 2, "", 0]
        assert query["images"][6] == ["6.png", 0, "mirror", 6]

    def test_unlabelled_images_stand_for_a_photograph_without_name_and_copies(self) -> None:
        of, shown = dataset(photographs=["", "p", "", "q", "p"]), {"q": frozenset(range(5))}
        (query,) = report_data(of, results({}), {}, views_of(of, shown, {}), ({}, LARGE)).json[
            "queries"
        ]
        assert query["photographs"] == [["A", "p", 2, 0], ["", "q", 1, None], ["", "", 0, None]]
        assert [query["images"][i][1] for i in range(5)] == [2, 0, 2, 1, 0]

    def test_the_first_letter_is_the_first_images_though_another_has_more_copies(self) -> None:
        of, shown = dataset(photographs="qpppq"), {"q": frozenset(range(5))}
        data = report_data(of, results({}), {}, views_of(of, shown, {}), ({}, LARGE))
        names = [photograph[:3] for photograph in data.json["queries"][0]["photographs"]]
        assert names == [["A", "q", 2], ["B", "p", 3]]

    def test_each_group_has_its_wrong_pairs_and_its_parts(self) -> None:
        _, method = made(frozenset(range(7)))
        (query,) = method["queries"]
        assert query["groups"] == [
            [3, 2, [[0, 2, [1, 3]], [2, 1, [0]]]],
            [2, 1, [[1, 1, [5]], [0, 1, [6]]]],
            [1, 0, [[1, 1, [2]]]],
            [1, 0, [[3, 1, [4]]]],
        ]
        assert query["rest"] is None
        # Photograph p is in one group of two and one of one, q in two of one.
        assert query["torn"] == [[0, 2, [[2, [1, 3]], [1, [6]]]], [1, 1, [[1, [2]], [1, [5]]]]]

    def test_scores_are_for_reading_and_settings_as_stored(self) -> None:
        (query,) = made(frozenset(range(7)))[1]["queries"]
        texts = {name: query[name] for name in ("precision", "recall", "f1", "threshold")}
        assert texts == {"precision": "0.333", "recall": "0.250", "f1": "0.286", "threshold": "−∞"}
        assert (query["tp"], query["fp"], query["fn"]) == (1, 2, 3)
        assert query["params"] == {"n_components": 0.9}

    def test_what_is_missed_of_each_edit(self) -> None:
        assert made(frozenset(range(7)))[1]["edits"] == [("mirror", 2, 2)]

    def test_edits_of_which_the_largest_share_is_missed_come_first(self) -> None:
        edits = ("", "crop:0.8+mirror", "crop:0.5", "jpeg:9")
        images = (
            Labelled(f"{i}.png", Path(f"{i}.png"), "p", edit, str(i))
            for i, edit in enumerate(edits)
        )
        of = Dataset("d", (labelled_query("q", "Q", images),))
        labels = {("loqo", "raw", "q"): [0, 1, 0, 1]}
        groups = {place: found_groups("pppp", found) for place, found in labels.items()}
        views = views_of(of, {"q": frozenset()}, {})
        data = report_data(of, results(labels), groups, views, ({}, LARGE))
        (method,) = data.json["protocols"][0]["methods"]
        assert method["edits"] == [("jpeg", 1, 1), ("mirror", 1, 1), ("crop", 1, 2)]

    def test_a_picture_is_there_once_even_if_images_share_it(self) -> None:
        of = dataset()
        (query,) = of.queries
        twice = tuple(replace(image, sha256="0") for image in query.images)
        of = replace(of, queries=(replace(query, images=twice),))
        places = {("loqo", "raw", "q"): LABELS}
        groups = {("loqo", "raw", "q"): found_groups(PHOTOGRAPHS, LABELS)}
        pictures = {"0": EncodedPicture("data:0", 4, 3)}
        shown = {"q": frozenset(range(7))}
        views = views_of(of, shown, pictures)
        data = report_data(of, results(places), groups, views, (pictures, LARGE))
        assert {image[3] for image in data.json["queries"][0]["images"].values()} == {0}

    def test_nothing_is_to_be_noted(self) -> None:
        assert made(frozenset(range(7)))[0].notes == ()

    def test_a_protocol_without_results_has_no_methods(self) -> None:
        names = [(p["name"], len(p["methods"])) for p in made(frozenset())[0].json["protocols"]]
        assert names == [("loqo", 1), ("fixed", 0)]


class TestOfManyImages:
    def test_parts_and_groups_without_a_shown_image_are_left_out_and_counted(self) -> None:
        data, method = made(frozenset({1, 2}), "12")
        (query,) = method["queries"]
        assert data.json["queries"][0]["photographs"] == [["A", "p", 3, 0], ["B", "q", 2, 1]]
        assert query["groups"] == [[3, 2, [[0, 2, [1]]]], [1, 0, [[1, 1, [2]]]]]
        assert query["rest"] == [2, 3, 1]
        assert query["torn"] == [[0, 2, [[2, [1]], [1, []]]], [1, 1, [[1, [2]], [1, []]]]]

    def test_what_is_thinned_out_is_said(self) -> None:
        data, _ = made(frozenset({1, 2}), "1", Format(160, 60))
        shown, nameless, small = data.notes
        assert shown.startswith("Galleries show 2 of 7 images")
        assert nameless.startswith("1 of the images shown have a name but no picture")
        assert "at most 160 pixels" in small

    def test_the_size_does_not_grow_with_the_images(self) -> None:
        sizes = {}
        for n in (200, 2000):
            random = np.random.default_rng(n)
            photographs = [f"p{i}" for i in random.integers(0, n // 3, n)]
            of = dataset(photographs=photographs)
            places = [("loqo", f"method {i}", "q") for i in range(20)]
            labels = {place: random.integers(0, n // 3, n).tolist() for place in places}
            groups = {place: found_groups(photographs, labels[place]) for place in places}
            shown = most_telling(of.queries, {"q": list(groups.values())}, 60, 1500)
            views = views_of(of, shown, {})
            data = report_data(of, results(labels), groups, views, ({}, LARGE))
            sizes[n] = len(json.dumps(data.json))
        assert sizes[2000] < 1.5 * sizes[200] < 150_000


@pytest.mark.parametrize(
    ("value", "text"), [(0.12345, "0.123"), (math.nan, ""), (-math.inf, "−∞"), (math.inf, "∞")]
)
def test_figures_for_reading(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1234, "+0.123"), (-0.5, "−0.500"), (-0.0001, "+0.000"), (math.nan, "")],
)
def test_differences_have_a_sign(value: float, text: str) -> None:
    assert signed(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.5"), (math.nan, ""), (-math.inf, "-Infinity")]
)
def test_figures_are_sorted_as_javascript_reads_them(value: float, text: str) -> None:
    assert sortable(value) == text
