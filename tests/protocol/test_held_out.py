"""Protocols that say they are honest: nothing of a scored query enters its decision."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from given import GivenVectors, Labels, draw_queries, given_answers
from labelled import dataset_of

from dupeval.errors import SettingsError
from dupeval.method.vectors import VectorMethod
from dupeval.method.views import Vectors
from dupeval.protocol import Decision, Protocol
from dupeval.protocol.fixed import Fixed
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.nested import Nested
from dupeval.protocol.oracle import Oracle
from dupeval.protocol.shared import Shared
from dupeval.reduction import PCA

HONEST = (LeaveOneQueryOut(), Nested())
N_QUERIES, N_IMAGES, D = 4, 8, 6
GRIDS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "components": {"n_components": (1, 2, 3, 5)},
    "everything": {
        "n_components": (2, 4),
        "linkage": ("single", "average", "complete"),
        "metric": ("euclidean", "cosine"),
    },
    "scopes": {"fit": ("others", "dataset", "query"), "whiten": (False, True)},
}
CASES = [
    pytest.param(protocol, grid, id=f"{type(protocol).__name__} {name}")
    for protocol, names in ((HONEST[0], ["components"]), (HONEST[1], GRIDS))
    for name, grid in GRIDS.items()
    if name in names
]


def draw() -> tuple[Labels, list[Vectors]]:
    labels, vectors = draw_queries(N_QUERIES, N_IMAGES, D, seed=12)
    return labels, list(vectors)


def test_they_are_those_that_hold_out_the_scored_query() -> None:
    assert all(protocol.honest for protocol in HONEST)
    assert not any(protocol.honest for protocol in (Fixed, Oracle, Shared))


@pytest.mark.parametrize("protocol", [*HONEST, Fixed(), Oracle(), Shared()])
def test_every_protocol_says_what_it_is(protocol: Protocol) -> None:
    assert protocol.description == {
        "title": protocol.title,
        "caption": protocol.caption,
        "explanation": protocol.explanation,
        "honest": protocol.honest,
    }
    assert protocol.title and protocol.caption and protocol.explanation.endswith(".")


@pytest.mark.parametrize("fit", ["others", "dataset", "query"])
@pytest.mark.parametrize(("protocol", "grid"), CASES)
class TestTheHeldOutQueryIsNeverSeen:
    def decide(
        self, protocol: Protocol, fit: Any, grid: Any, labels: Labels, vectors: list[Vectors]
    ) -> list[Decision]:
        method = VectorMethod(GivenVectors(), PCA(3, fit), metric="euclidean", grid=grid)
        answers = given_answers(method, dataset_of(*labels), np.concatenate(vectors))
        return protocol.decide("mine", {"mine": answers})

    def test_its_decision_stays_whatever_its_labels(
        self, protocol: Protocol, grid: Any, fit: Any
    ) -> None:
        labels, vectors = draw()
        before = self.decide(protocol, fit, grid, labels, vectors)
        rng = np.random.default_rng(0)
        others_changed = 0
        for query in range(N_QUERIES):
            for other_labels in (rng.permutation(labels[query]), np.full(N_IMAGES, "one")):
                poisoned = [*labels[:query], other_labels, *labels[query + 1 :]]
                after = self.decide(protocol, fit, grid, poisoned, vectors)
                assert after[query] == before[query]
                others_changed += sum(a != b for a, b in zip(after, before, strict=True))
        # The labels do matter, to the decisions for other queries.
        assert others_changed > N_QUERIES

    def test_its_decision_stays_whatever_its_vectors(
        self, protocol: Protocol, grid: Any, fit: Any
    ) -> None:
        labels, vectors = draw()
        before = self.decide(protocol, fit, grid, labels, vectors)
        rng = np.random.default_rng(0)
        others_changed = 0
        for query in range(N_QUERIES):
            for other_vectors in (
                rng.permutation(vectors[query]),
                rng.normal(size=(N_IMAGES, D)) * 1e6,
                np.zeros((N_IMAGES, D)) + rng.normal(size=(N_IMAGES, D)) * 1e-3,
            ):
                poisoned = [*vectors[:query], other_vectors, *vectors[query + 1 :]]
                after = self.decide(protocol, fit, grid, labels, poisoned)
                assert after[query] == before[query]
                others_changed += sum(a != b for a, b in zip(after, before, strict=True))
        assert others_changed > N_QUERIES

    def test_decisions_differ_from_query_to_query(
        self, protocol: Protocol, grid: Any, fit: Any
    ) -> None:
        decisions = self.decide(protocol, fit, grid, *draw())
        assert len({decision.threshold for decision in decisions}) > 1


@pytest.mark.parametrize("protocol", HONEST)
def test_components_for_the_others_are_not_fitted_on_the_held_out_query_either(
    protocol: Protocol,
) -> None:
    # With two queries each is the only one the other could be fitted on.
    labels, vectors = (both[:2] for both in draw())
    method = VectorMethod(GivenVectors(), PCA(2, "others"))
    answers = given_answers(method, dataset_of(*labels), np.concatenate(vectors))
    with pytest.raises(SettingsError, match="leaves 0 images to fit PCA on"):
        protocol.decide("it", {"it": answers})
