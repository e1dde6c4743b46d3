"""Methods: their settings, checked when made, and their curves on a dataset."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from given import GivenVectors
from pydantic import ValidationError
from sklearn import decomposition

from dupeval.clustering import Dendrogram
from dupeval.dataset import Dataset, LabelledImage, Query
from dupeval.errors import SettingsError
from dupeval.method.vectors import VectorCurves, VectorMethod
from dupeval.metrics import PairCurve, pair_curve
from dupeval.reduction import PCA, Scope

NOTHING_HIDDEN: frozenset[int] = frozenset()


def method(**settings: Any) -> VectorMethod:
    return VectorMethod(representation=GivenVectors(), **settings)


def dataset_of(*photographs: str) -> Dataset:
    """Make one query of each string, an image of each of its letters."""
    return Dataset(
        "test",
        tuple(
            Query(
                f"q{q}",
                f"Query {q}",
                tuple(
                    LabelledImage(f"{i}.png", Path(f"{i}.png"), letter, "", f"{q}-{i}")
                    for i, letter in enumerate(letters)
                ),
            )
            for q, letters in enumerate(photographs)
        ),
    )


DATASET = dataset_of("aabbc", "aaabcd", "abcabca", "aabb")
SLICES = [slice(0, 5), slice(5, 11), slice(11, 18), slice(18, 22)]


def draw(d: int, seed: int = 0) -> npt.NDArray[np.float64]:
    """Draw the vectors of all images of DATASET, far from the origin and not round."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(22, d)) * np.geomspace(4, 0.5, d) + rng.normal(size=d)


def assert_same(curve: PairCurve, expected: PairCurve, **tolerance: float) -> None:
    np.testing.assert_allclose(curve.thresholds, expected.thresholds, **tolerance)
    for name in ("tp", "fp", "fn", "tn"):
        np.testing.assert_array_equal(getattr(curve, name), getattr(expected, name))


class TestSettings:
    def test_only_the_threshold_is_tuned_by_default_so_there_is_one_empty_setting(self) -> None:
        assert method().tuned == ("threshold",)
        assert method().settings == ({},)

    def test_settings_are_all_combinations_in_the_order_of_the_grid(self) -> None:
        tuned = method(
            reduction=PCA(2),
            tuned=("threshold", "linkage", "n_components"),
            grid={"n_components": (8, 2, 0.9), "linkage": ("single", "average")},
        )
        assert list(tuned.settings) == [
            {"linkage": linkage, "n_components": n_components}
            for linkage in ("single", "average")
            for n_components in (8, 2, 0.9)
        ]

    def test_grids_of_parameters_that_are_not_tuned_are_left_alone(self) -> None:
        assert method(grid={"linkage": ("single", "average")}).settings == ({},)

    def test_the_place_of_the_threshold_does_not_matter(self) -> None:
        tuned = method(tuned=("metric", "threshold"), grid={"metric": ("cosine", "euclidean")})
        assert tuned.settings == ({"metric": "cosine"}, {"metric": "euclidean"})

    @pytest.mark.parametrize("tuned", [(), ("metric",)])
    def test_the_threshold_is_always_tuned(self, tuned: tuple[str, ...]) -> None:
        with pytest.raises(SettingsError, match="must include threshold"):
            method(tuned=tuned, grid={"metric": ("cosine",)})

    def test_an_unknown_tuned_parameter_is_an_error_that_lists_the_known_ones(self) -> None:
        with pytest.raises(SettingsError) as caught:
            method(tuned=("threshold", "components"), grid={"components": (1, 2)})
        assert str(caught.value) == (
            "tuned: 'components' is unknown; possible: threshold, n_components, linkage, metric"
        )

    @pytest.mark.parametrize("grid", [{}, {"linkage": ()}, {"metric": ("cosine",)}])
    def test_a_tuned_parameter_needs_values(self, grid: dict[str, tuple[str, ...]]) -> None:
        with pytest.raises(SettingsError, match=r"linkage needs its values in grid\.linkage"):
            method(tuned=("threshold", "linkage"), grid=grid)

    def test_components_cannot_be_tuned_without_a_reduction(self) -> None:
        with pytest.raises(SettingsError, match="n_components needs a reduction"):
            method(tuned=("threshold", "n_components"), grid={"n_components": (2, 4)})

    def test_linkage_and_metric_must_fit_together(self) -> None:
        with pytest.raises(SettingsError, match="linkage=ward needs metric=euclidean, not cosine"):
            method(linkage="ward", metric="cosine")
        assert method(linkage="ward", metric="euclidean").settings == ({},)

    def test_every_combination_of_the_grid_must_fit_together(self) -> None:
        grid = {"linkage": ("average", "ward"), "metric": ("euclidean", "cosine")}
        with pytest.raises(SettingsError) as caught:
            method(tuned=("threshold", "linkage", "metric"), grid=grid)
        assert str(caught.value) == (
            "linkage=ward needs metric=euclidean, not cosine; with metric=cosine these linkages "
            "are possible: single, complete, average, weighted"
        )
        with pytest.raises(SettingsError, match="linkage=ward needs metric=euclidean"):
            method(metric="cosine", tuned=("threshold", "linkage"), grid=grid)

    def test_combinations_that_no_setting_makes_are_no_error(self) -> None:
        tuned = method(
            *(), linkage="ward", tuned=("threshold", "metric"), grid={"metric": ("euclidean",)}
        )
        assert tuned.settings == ({"metric": "euclidean"},)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("linkage", "mean"),
            ("metric", "angle"),
            ("n_components", 0),
            ("n_components", -1),
            ("n_components", 1.5),
            ("n_components", "many"),
        ],
    )
    def test_values_of_the_grid_are_checked_like_the_parameters_they_stand_for(
        self, name: str, value: object
    ) -> None:
        good = {"linkage": "single", "metric": "euclidean", "n_components": 2}[name]
        settings: dict[str, Any] = {"reduction": PCA(2), "tuned": ("threshold", name)}
        assert len(method(grid={name: (good,)}, **settings).settings) == 1
        with pytest.raises((SettingsError, ValidationError), match=name):
            method(grid={name: (good, value)}, **settings)

    @pytest.mark.parametrize(
        "settings",
        [{"linkage": "mean"}, {"metric": "angle"}, {"threshold": "low"}, {"treshold": 0.2}],
    )
    def test_unknown_values_and_unknown_settings_are_errors(self, settings: dict[str, Any]) -> None:
        with pytest.raises(ValidationError, match=next(iter(settings))):
            method(**settings)

    def test_a_representation_is_needed(self) -> None:
        with pytest.raises(ValidationError, match="representation"):
            VectorMethod()  # type: ignore[call-arg]
        with pytest.raises(ValidationError, match="Representation"):
            VectorMethod(representation="raw")  # type: ignore[arg-type]


class TestCurves:
    def test_vectors_are_split_by_query_and_used_as_they_are_without_a_reduction(self) -> None:
        X = draw(40).astype(np.float32)
        curves = VectorCurves.of(method(linkage="complete", metric="cityblock"), DATASET, X)
        assert curves.n_queries == 4
        for q, own in enumerate(SLICES):
            np.testing.assert_array_equal(curves.vectors[q], X[own])
            dendrogram = Dendrogram.from_vectors(X[own], "complete", "cityblock")
            expected = pair_curve(dendrogram, DATASET.queries[q].photographs)
            assert_same(curves.curve(q, {}, NOTHING_HIDDEN), expected, rtol=0)

    def test_hand_computed_curves(self) -> None:
        vectors = np.array([[0.0], [1.0], [5.0], [10.0], [12.0]], np.float32)
        curves = VectorCurves.of(
            method(linkage="single", metric="euclidean"), dataset_of("aab", "aa"), vectors
        )
        first, second = (curves.curve(q, {}, NOTHING_HIDDEN) for q in range(2))
        assert first.thresholds.tolist() == [-np.inf, 1.0, 4.0]
        assert first.f1.tolist() == [0.0, 1.0, 0.5]
        assert second.thresholds.tolist() == [-np.inf, 2.0]
        assert second.f1.tolist() == [0.0, 1.0]

    @pytest.mark.parametrize("d", [6, 300], ids=["short vectors", "long vectors"])
    @pytest.mark.parametrize("whiten", [False, True])
    @pytest.mark.parametrize("n_components", [3, 0.8])
    @pytest.mark.parametrize(
        ("fit", "fitted_on"), [("others", [0, 3]), ("dataset", [0, 1, 3]), ("query", [1])]
    )
    def test_a_curve_is_what_one_gets_by_hand(
        self, d: int, whiten: bool, n_components: float, fit: Scope, fitted_on: list[int]
    ) -> None:
        X = draw(d)
        curves = VectorCurves.of(
            method(reduction=PCA(n_components, fit, whiten), metric="cosine"), DATASET, X
        )
        pca = decomposition.PCA(n_components, whiten=whiten, svd_solver="full")
        pca.fit(np.concatenate([X[SLICES[q]] for q in fitted_on]))
        dendrogram = Dendrogram.from_vectors(pca.transform(X[SLICES[1]]), "average", "cosine")
        expected = pair_curve(dendrogram, DATASET.queries[1].photographs)
        curve = curves.curve(1, {}, frozenset({2}))
        assert_same(curve, expected, rtol=1e-7)
        np.testing.assert_allclose(
            curves.dendrogram(1, {}, frozenset({2})).heights, dendrogram.heights, rtol=1e-7
        )

    def test_a_setting_replaces_the_methods_parameters(self) -> None:
        X = draw(6)
        configured = method(reduction=PCA(2), linkage="average", metric="cosine")
        chosen = {"n_components": 4, "linkage": "single", "metric": "euclidean"}
        meant = method(reduction=PCA(4), linkage="single", metric="euclidean")
        for q in range(4):
            assert_same(
                VectorCurves.of(configured, DATASET, X).curve(q, chosen, NOTHING_HIDDEN),
                VectorCurves.of(meant, DATASET, X).curve(q, {}, NOTHING_HIDDEN),
                rtol=0,
            )

    def test_a_curve_is_computed_once_and_never_mistaken_for_another(self) -> None:
        curves = VectorCurves.of(method(reduction=PCA(2)), DATASET, draw(6))
        first = curves.curve(1, {}, frozenset({2}))
        assert curves.curve(1, {}, frozenset({2})) is first
        # What is hidden of the query itself changes nothing: it is not fitted on anyway.
        assert curves.curve(1, {}, frozenset({1, 2})) is first
        others = [
            curves.curve(0, {}, frozenset({2})),
            curves.curve(1, {}, NOTHING_HIDDEN),
            curves.curve(1, {}, frozenset({3})),
            curves.curve(1, {"n_components": 3}, frozenset({2})),
            curves.curve(1, {"metric": "euclidean"}, frozenset({2})),
            curves.curve(1, {"linkage": "single"}, frozenset({2})),
        ]
        for other in others:
            assert not np.array_equal(other.thresholds, first.thresholds)

    def test_settings_threshold_and_default_are_those_of_the_method(self) -> None:
        tuned = method(
            threshold=0.25,
            tuned=("threshold", "linkage"),
            grid={"linkage": ("single", "complete")},
        )
        curves = VectorCurves.of(tuned, DATASET, draw(6))
        assert list(curves.settings) == [{"linkage": "single"}, {"linkage": "complete"}]
        assert curves.threshold == 0.25
        assert curves.default == {}
        assert VectorCurves.of(method(), DATASET, draw(6)).threshold is None

    @pytest.mark.parametrize("hidden", [set(), {0}])
    def test_a_dataset_of_one_query_has_no_others_to_fit_on(self, hidden: set[int]) -> None:
        dataset, X = dataset_of("aabbc"), draw(6)[:5]
        curves = VectorCurves.of(method(reduction=PCA(2, fit="others")), dataset, X)
        with pytest.raises(SettingsError) as caught:
            curves.curve(0, {}, frozenset(hidden))
        assert str(caught.value) == (
            "fit=others leaves 0 images to fit PCA on; possible: fit=query, or a dataset with more "
            "queries"
        )
        alone = VectorCurves.of(method(reduction=PCA(2, fit="query")), dataset, X)
        assert len(alone.curve(0, {}, frozenset(hidden))) == 5

    def test_more_components_than_the_fitted_images_have_is_an_error(self) -> None:
        curves = VectorCurves.of(method(reduction=PCA(5, fit="query")), DATASET, draw(6))
        with pytest.raises(SettingsError, match=r"fitted on 4 images.* possible: 1 to 3"):
            curves.curve(3, {}, NOTHING_HIDDEN)


class TestHiding:
    @pytest.mark.parametrize("fit", ["others", "dataset", "query"])
    def test_vectors_of_a_hidden_query_never_enter_the_curves_of_others(self, fit: Scope) -> None:
        clean, poisoned = draw(6), draw(6)
        poisoned[SLICES[2]] = np.random.default_rng(9).normal(size=(7, 6)) * 1e6
        before, after = (
            VectorCurves.of(method(reduction=PCA(2, fit)), DATASET, X) for X in (clean, poisoned)
        )
        for q in (0, 1, 3):
            hidden = frozenset({2})
            assert_same(after.curve(q, {}, hidden), before.curve(q, {}, hidden), rtol=0)
            seen = after.curve(q, {}, NOTHING_HIDDEN), before.curve(q, {}, NOTHING_HIDDEN)
            # The poison is strong enough to be seen where it is not hidden.
            differs = not np.allclose(seen[0].thresholds, seen[1].thresholds)
            assert differs == (fit != "query")

    def test_they_do_not_enter_through_the_lossless_coordinates_of_long_vectors(self) -> None:
        clean, poisoned = draw(300), draw(300)
        poisoned[SLICES[2]] = np.random.default_rng(9).normal(size=(7, 300)) * 1e6
        before, after = (
            VectorCurves.of(method(reduction=PCA(4)), DATASET, X) for X in (clean, poisoned)
        )
        for q in (0, 1, 3):
            hidden = frozenset({2})
            assert_same(after.curve(q, {}, hidden), before.curve(q, {}, hidden), rtol=1e-8)

    @pytest.mark.parametrize("reduction", [None, PCA(2), PCA(2, "dataset"), PCA(2, "query")])
    def test_labels_of_a_query_enter_no_curve_but_its_own(self, reduction: PCA | None) -> None:
        X = draw(6)
        relabelled = dataset_of("aabbc", "aaabcd", "aaaaaab", "aabb")
        before, after = (
            VectorCurves.of(method(reduction=reduction), dataset, X)
            for dataset in (DATASET, relabelled)
        )
        for q in (0, 1, 3):
            assert_same(
                after.curve(q, {}, NOTHING_HIDDEN), before.curve(q, {}, NOTHING_HIDDEN), rtol=0
            )
        own = after.curve(2, {}, NOTHING_HIDDEN), before.curve(2, {}, NOTHING_HIDDEN)
        assert own[0].tp.tolist() != own[1].tp.tolist()
