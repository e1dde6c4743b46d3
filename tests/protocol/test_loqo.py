"""Leave one query out: nothing of the scored query enters any choice or fit."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from given import GivenCurves, GivenMethod, GivenVectors, perfect_between
from labelled import scored_answers

from dupeval.engine.curves import Curves
from dupeval.errors import SettingsError
from dupeval.method.vectors import VectorMethod
from dupeval.protocol import Decision
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.nested import Nested
from dupeval.reduction import PCA


def decide(curves: Curves, protocol: LeaveOneQueryOut | None = None) -> list[Decision]:
    return (protocol or LeaveOneQueryOut()).decide("mine", {"mine": curves})


class TestChoice:
    def test_each_query_gets_the_threshold_that_is_best_on_the_others(self) -> None:
        curves = GivenCurves([perfect_between(2, 4), perfect_between(3, 6), perfect_between(3, 5)])
        choices = decide(curves)
        # The others are perfect together in [3, 5), [3, 4) and [3, 4).
        assert [choice.threshold for choice in choices] == [4.0, 3.5, 3.5]
        reached = [
            curves.curves(q, [c.params], c.hidden)[0].at(c.threshold) for q, c in enumerate(choices)
        ]
        assert [scores.f1 for scores in reached] == [0.0, 1.0, 1.0]

    def test_setting_and_threshold_are_chosen_together(self) -> None:
        curves = GivenCurves(
            [perfect_between(1, 4), perfect_between(5, 7), perfect_between(5, 7)],
            [perfect_between(2, 4), perfect_between(2, 4), perfect_between(8, 9)],
        )
        choices = decide(curves)
        # Query 1's choice is a tie at mean F1 1/2: the first setting, and its widest interval.
        assert [choice.params["n_components"] for choice in choices] == [0, 0, 1]
        assert [choice.threshold for choice in choices] == [6.0, 2.5, 3.0]

    def test_the_scored_query_is_hidden_from_all_that_is_looked_at_and_never_looked_at(
        self,
    ) -> None:
        curves = GivenCurves([perfect_between(q, q + 2) for q in range(4)])
        choices = decide(curves)
        assert [choice.hidden for choice in choices] == [{0}, {1}, {2}, {3}]
        assert set(curves.asked) == {
            (other, frozenset({query}))
            for query in range(4)
            for other in range(4)
            if other != query
        }

    def test_two_queries_choose_for_each_other(self) -> None:
        curves = GivenCurves([perfect_between(2, 4), perfect_between(6, 9)])
        assert [choice.threshold for choice in decide(curves)] == [7.5, 3.0]

    def test_parameters_are_as_configured_where_only_the_cut_is_chosen(self) -> None:
        curves = GivenCurves(
            [perfect_between(1, 4), perfect_between(5, 7)],
            [perfect_between(2, 4), perfect_between(2, 4)],
        )
        candidates = [{"n_components": 0}, {"n_components": 1}]
        curves.method = GivenMethod(candidates, cut_candidates=candidates[:1])
        assert [decided.params["n_components"] for decided in decide(curves)] == [0, 0]
        assert [d.params["n_components"] for d in decide(curves, Nested())] == [0, 0]
        curves.method = GivenMethod(candidates, cut_candidates=candidates[1:])
        assert [decided.params["n_components"] for decided in decide(curves)] == [1, 1]

    def test_other_methods_of_the_run_do_not_matter(self) -> None:
        mine = GivenCurves([perfect_between(2, 4), perfect_between(6, 9)])
        other = GivenCurves([perfect_between(1, 2), perfect_between(1, 2)])
        assert LeaveOneQueryOut().decide("mine", {"other": other, "mine": mine}) == decide(mine)
        assert other.asked == []

    def test_one_query_is_an_error_that_says_what_is_possible(self) -> None:
        with pytest.raises(SettingsError) as caught:
            decide(GivenCurves([perfect_between(2, 4)]))
        assert str(caught.value) == (
            "leaving one query out needs at least 2 queries, the dataset has 1; possible: "
            "protocol=fixed, protocol=oracle"
        )


N_QUERIES, N_IMAGES, D = 5, 9, 7
Labels = list[npt.NDArray[np.str_]]
Vectors = list[npt.NDArray[np.float64]]


def draw_dataset() -> tuple[Labels, Vectors]:
    """Draw queries of three noisy photographs each, in spaces of different noise."""
    rng = np.random.default_rng(12)
    labels, vectors = [], []
    for _ in range(N_QUERIES):
        photographs = rng.integers(0, 3, N_IMAGES)
        noise = rng.normal(size=(N_IMAGES, D)) * rng.uniform(0.2, 1.5, D)
        vectors.append(rng.normal(size=(3, D))[photographs] * 1.5 + noise)
        labels.append(photographs.astype(np.str_))
    return labels, vectors


THE_CUT_ALONE: dict[str, tuple[Any, ...]] = {}
WITH_COMPONENTS: dict[str, tuple[Any, ...]] = {
    "n_components": (1, 2, 3, 5),
    "whiten": (False, True),
}
WITH_ALL: dict[str, tuple[Any, ...]] = {
    "n_components": (2, 4),
    "linkage": ("single", "average", "complete"),
    "metric": ("euclidean", "cosine"),
}


@pytest.mark.parametrize("fit", ["others", "dataset", "query"])
@pytest.mark.parametrize(
    "grid",
    [THE_CUT_ALONE, WITH_COMPONENTS, WITH_ALL],
    ids=["cut", "cut and components", "everything"],
)
class TestTheHeldOutQueryIsNeverSeen:
    def decide(
        self, fit: Any, grid: dict[str, tuple[Any, ...]], labels: Labels, vectors: Vectors
    ) -> list[Decision]:
        method = VectorMethod(GivenVectors(), PCA(3, fit), metric="euclidean", grid=grid)
        photographs = [list(map(str, of_query)) for of_query in labels]
        protocol = Nested() if grid else LeaveOneQueryOut()
        return decide(scored_answers(method, photographs, vectors), protocol)

    def test_its_choice_stays_whatever_its_labels(self, fit: str, grid: dict[str, Any]) -> None:
        labels, vectors = draw_dataset()
        before = self.decide(fit, grid, labels, vectors)
        rng = np.random.default_rng(0)
        others_changed = 0
        for query in range(N_QUERIES):
            for other_labels in (rng.permutation(labels[query]), np.full(N_IMAGES, "one")):
                poisoned = [*labels[:query], other_labels, *labels[query + 1 :]]
                after = self.decide(fit, grid, poisoned, vectors)
                assert after[query] == before[query]
                others_changed += sum(a != b for a, b in zip(after, before, strict=True))
        # The labels do matter, to the choices for other queries.
        assert others_changed > N_QUERIES

    def test_its_choice_stays_whatever_its_vectors(self, fit: str, grid: dict[str, Any]) -> None:
        labels, vectors = draw_dataset()
        before = self.decide(fit, grid, labels, vectors)
        rng = np.random.default_rng(0)
        others_changed = 0
        for query in range(N_QUERIES):
            for other_vectors in (
                rng.permutation(vectors[query]),
                rng.normal(size=(N_IMAGES, D)) * 1e6,
                np.zeros((N_IMAGES, D)) + rng.normal(size=(N_IMAGES, D)) * 1e-3,
            ):
                poisoned = [*vectors[:query], other_vectors, *vectors[query + 1 :]]
                after = self.decide(fit, grid, labels, poisoned)
                assert after[query] == before[query]
                others_changed += sum(a != b for a, b in zip(after, before, strict=True))
        assert others_changed > N_QUERIES

    def test_choices_differ_from_query_to_query(self, fit: str, grid: dict[str, Any]) -> None:
        choices = self.decide(fit, grid, *draw_dataset())
        assert len({choice.threshold for choice in choices}) > 1


def test_components_for_the_others_are_not_fitted_on_the_held_out_query_either() -> None:
    # With two queries each is the only one the other could be fitted on.
    labels, vectors = (both[:2] for both in draw_dataset())
    method = VectorMethod(GivenVectors(), PCA(2, "others"))
    photographs = [list(map(str, of_query)) for of_query in labels]
    with pytest.raises(SettingsError, match="leaves 0 images to fit PCA on"):
        decide(scored_answers(method, photographs, vectors))
