"""A gate says which pairs of a large query are looked at, and what that costs is counted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from given import GivenVectors
from labelled import Labelled, dataset_of, given_workshop, labelled_query

from dupeval.distance.gates import GateCost, Near, gate_cost
from dupeval.truth import Verdict

VECTORS = np.array([[0.0], [1.0], [5.0], [0.0]])


def test_near_pairs_are_looked_at() -> None:
    gate = Near(GivenVectors(), within=1.0, metric="euclidean", small=2)
    (query,) = given_workshop(dataset_of("aabc"), VECTORS, gate.representation).queries()
    assert gate.lets_through(query).tolist() == [True, False, True, False, True, False]


def test_small_queries_are_looked_at_whole() -> None:
    gate = Near(GivenVectors(), within=0.0, small=4)
    (query,) = given_workshop(dataset_of("aabc"), VECTORS, gate.representation).queries()
    assert gate.lets_through(query).all()


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
        Near(GivenVectors(), within=1.0),
        Near(GivenVectors(), within=2.0),
        Near(GivenVectors(), within=1.0, metric="euclidean"),
        Near(GivenVectors(), within=1.0, small=5),
    ]
    keys = [str(gate.key) for gate in gates]
    assert len(set(keys)) == 4


def test_a_distance_below_0_is_refused() -> None:
    with pytest.raises(ValueError, match="within"):
        Near(GivenVectors(), within=-1.0)
