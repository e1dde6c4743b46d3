"""A gate says which pairs of a large query are looked at, and what that costs is counted."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_dataset import byte_copies
from fake_pairs import Sums
from given import GivenVectors
from hypothesis import given
from hypothesis import strategies as st
from labelled import Labelled, dataset_of, given_workshop, labelled_query
from photographs import handle, photograph
from scipy.spatial.distance import squareform

from dupeval.dataset import Dataset, Label, Query
from dupeval.distance.gates import (
    GateCost,
    Near,
    SharedWords,
    among_nearest,
    condensed_mask,
    gate_cost,
)
from dupeval.distance.local.sift import SiftInliers
from dupeval.engine.workshop import Workshop
from dupeval.errors import SettingsError
from dupeval.method import Resources
from dupeval.timing import Stopwatch
from dupeval.truth import Verdict

VECTORS = np.array([[0.0], [1.0], [5.0], [0.0]])


def test_near_pairs_are_looked_at() -> None:
    gate = Near(representation=GivenVectors(), within=1.0, metric="euclidean", small=2)
    (query,) = given_workshop(dataset_of("aabc"), VECTORS, gate.representation).queries()
    assert gate.looked_at(query, Sums()).tolist() == [[0, 1], [0, 3], [1, 3]]


def test_pairs_are_looked_at_in_which_one_is_among_the_nearest_of_the_other() -> None:
    gate = Near(representation=GivenVectors(), nearest=1, metric="euclidean", small=2)
    vectors = np.array([[0.0], [1.0], [5.0], [7.0]])
    (query,) = given_workshop(dataset_of("aabc"), vectors, gate.representation).queries()
    assert gate.looked_at(query, Sums()).tolist() == [[0, 1], [2, 3]]
    assert replace(gate, within=1.0).looked_at(query, Sums()).tolist() == [[0, 1]]


@given(st.integers(2, 9), st.integers(1, 10), st.integers(0, 100))
def test_the_nearest_are_those_of_a_loop(n: int, nearest: int, seed: int) -> None:
    condensed = np.random.default_rng(seed).integers(0, 4, n * (n - 1) // 2).astype(float)
    square = squareform(condensed)
    expected = []
    for i, j in itertools.combinations(range(n), 2):
        ranks = []
        for one, other in ((i, j), (j, i)):
            others = sorted((k for k in range(n) if k != one), key=lambda k: (square[one, k], k))
            ranks.append(others.index(other))
        expected.append(min(ranks) < nearest)
    assert among_nearest(condensed, n, nearest).tolist() == expected


def test_only_pairs_across_two_lists_where_these_are_wanted() -> None:
    gate = Near(representation=GivenVectors(), within=1.0, metric="euclidean", small=2)
    (query,) = given_workshop(dataset_of("aabc"), VECTORS, gate.representation).queries()
    assert gate.looked_at(query, Sums(), n_first=1).tolist() == [[0, 1], [0, 3]]
    whole = replace(gate, small=4)
    assert whole.looked_at(query, Sums(), n_first=3).tolist() == [[0, 3], [1, 3], [2, 3]]


def test_pairs_that_share_most_words_are_looked_at(tmp_path: Path) -> None:
    names = ("astronaut", "chelsea", "coffee")
    images = [photograph(name) for name in names]
    handles = [handle(image) for image in (*images, *(image.rotate(9) for image in images))]
    labels = tuple(Label(name) for name in (*names, *names))
    dataset = Dataset("it", (Query("q", "q", tuple(handles), labels),))
    (query,) = Workshop(dataset, Resources(tmp_path), Stopwatch("it")).queries()
    gate = SharedWords(nearest=1, small=0)
    assert gate.looked_at(query, SiftInliers()).tolist() == [[0, 3], [1, 4], [2, 5]]
    assert len(SharedWords(nearest=1, small=6).looked_at(query, SiftInliers())) == 15


def test_a_score_without_key_points_shares_no_words(tmp_path: Path) -> None:
    names = {"q": {f"{n}.png": "p" for n in ("a", "b", "c")}}
    dataset = byte_copies(tmp_path / "data", names)
    (query,) = Workshop(dataset, Resources(tmp_path), Stopwatch("it")).queries()
    with pytest.raises(SettingsError, match="key points, which sums has none of; possible: anoth"):
        SharedWords(small=2).looked_at(query, Sums())


@given(st.integers(2, 9), st.integers(0, 100))
def test_a_mask_says_of_all_pairs_which_are_among_some(n: int, seed: int) -> None:
    every = list(itertools.combinations(range(n), 2))
    chosen = np.random.default_rng(seed).random(len(every)) < 0.5
    pairs = np.array(every, np.int64)[chosen]
    assert condensed_mask(pairs, n).tolist() == chosen.tolist()


def test_a_gate_without_a_limit_is_refused() -> None:
    with pytest.raises(SettingsError, match="a gate needs a limit; possible: within, nearest"):
        Near(representation=GivenVectors())


def test_small_queries_are_looked_at_whole() -> None:
    gate = Near(representation=GivenVectors(), within=0.0, small=4)
    (query,) = given_workshop(dataset_of("aabc"), VECTORS, gate.representation).queries()
    assert len(gate.looked_at(query, Sums())) == 6


def test_what_a_gate_costs_is_counted_over_labelled_pairs() -> None:
    names = ["p", "p", "q", "", "", "p"]
    query = labelled_query(
        "one", "One", [Labelled(f"{i}", Path(), name) for i, name in enumerate(names)]
    )
    looked_at = np.ones(15, bool)
    looked_at[[0, 1, 12]] = False  # p-p, p-q, and the two that nobody labelled
    cost = gate_cost([query, query], [looked_at, np.ones(15, bool)])
    assert cost == GateCost(n_pairs=30, n_left_out=3, n_true=6, n_true_left_out=1)
    assert str(cost) == "the gate leaves out 3 of 30 pairs, among them 1 of 6 true ones"


def test_verdicts_decide_which_true_pairs_a_gate_costs() -> None:
    query = replace(
        dataset_of(["p", "p", ""]).queries[0],
        verdicts=(Verdict(0, 1, "unsure"), Verdict(1, 2, "same")),
    )
    assert gate_cost([query], [np.zeros(3, bool)]) == GateCost(3, 3, n_true=1, n_true_left_out=1)


def test_without_labels_only_pairs_are_counted() -> None:
    assert str(GateCost(1000, 1, 0, 0)) == "the gate leaves out 1 of 1,000 pairs"


def test_everything_that_changes_its_answers_is_in_its_key() -> None:
    gates = [
        Near(representation=GivenVectors(), within=1.0),
        Near(representation=GivenVectors(), within=2.0),
        Near(representation=GivenVectors(), within=1.0, metric="euclidean"),
        Near(representation=GivenVectors(), within=1.0, small=5),
        Near(representation=GivenVectors(), within=1.0, nearest=3),
        SharedWords(nearest=3),
        SharedWords(nearest=4),
        SharedWords(nearest=3, small=5),
    ]
    keys = [str(gate.key) for gate in gates]
    assert len(set(keys)) == len(keys)


def test_a_distance_below_0_is_refused() -> None:
    with pytest.raises(ValueError, match="within"):
        Near(representation=GivenVectors(), within=-1.0)
