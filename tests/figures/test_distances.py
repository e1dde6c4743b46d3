"""The distances that are drawn are those from which dendrograms are made."""

import numpy as np
import pytest
from given import GivenVectors
from labelled import dataset_of, given_workshop

from dupeval.engine.answers import Answers
from dupeval.errors import SettingsError
from dupeval.figures.distances import DistancesOfPairs, distances_of
from dupeval.figures.inputs import FigureInputs
from dupeval.method.vectors import VectorMethod
from dupeval.protocol import Decision


def test_pairs_of_one_photograph_and_of_two_of_all_queries() -> None:
    method = VectorMethod(GivenVectors(), metric="euclidean")
    vectors = np.array([[0.0], [1], [10], [0], [7]])
    dataset = dataset_of("ppq", "rr")
    answers = Answers(method, given_workshop(dataset, vectors, method.representation))
    decisions = [Decision({}, 1.0), Decision({}, 4.0)]
    found = distances_of(answers, decisions, [q.truth for q in dataset.queries])
    assert {name: part.tolist() for name, part in found.items()} == {
        "same": [1, 7],
        "different": [10, 9],
    }


def test_pairs_with_an_unlabelled_image_are_in_neither() -> None:
    method = VectorMethod(GivenVectors(), metric="euclidean")
    dataset = dataset_of(["p", "", "p", "q", ""])
    vectors = np.array([[0.0], [100], [1], [10], [100]])
    answers = Answers(method, given_workshop(dataset, vectors, method.representation))
    found = distances_of(answers, [Decision({}, 1.0)], [dataset.queries[0].truth])
    assert (found["same"].tolist(), found["different"].tolist()) == ([1], [10, 9])


def test_they_are_those_of_the_chosen_parameters() -> None:
    method = VectorMethod(GivenVectors(), metric="euclidean")
    dataset = dataset_of("pp", "rr")
    vectors = np.array([[0.0, 0], [3, 4], [0, 0], [3, 4]])
    answers = Answers(method, given_workshop(dataset, vectors, method.representation))
    decisions = [Decision({"metric": "cityblock"}, 1.0), Decision({}, 1.0)]
    found = distances_of(answers, decisions, [q.truth for q in dataset.queries])
    assert found["same"].tolist() == [7, 5]


@pytest.mark.usefixtures("in_style")
class TestTheFigure:
    def test_areas_are_one_and_counts_are_told(self, inputs: FigureInputs) -> None:
        picture = DistancesOfPairs(methods=("raw",)).draw(inputs)
        (axes,) = picture.canvas.axes
        areas = [patch.get_data() for patch in axes.patches]
        assert [np.sum(a.values * np.diff(a.edges)) for a in areas] == pytest.approx([1, 1])
        # 10 + 6 + 1 pairs, of which 3 + 2 are true.
        assert "5 of the same photograph, 12 of different ones" in picture.text

    def test_a_method_without_vectors_or_not_there(self, inputs: FigureInputs) -> None:
        with pytest.raises(
            SettingsError, match="'phash' is not in the run; possible: raw, raw_pca"
        ):
            DistancesOfPairs(methods=("phash",)).draw(inputs)
