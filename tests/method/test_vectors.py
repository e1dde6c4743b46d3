"""Methods on vectors: their parameters, checked when made, and what may be chosen."""

from typing import Any

import numpy as np
import pytest
from given import GivenVectors, draw_queries
from labelled import dataset_of, given_workshop
from pydantic import ValidationError

from dupeval.deployment.identity import as_they_are
from dupeval.errors import SettingsError
from dupeval.method.vectors import VectorMethod
from dupeval.method.views import TrainingView
from dupeval.reduction import PCA
from dupeval.representation.raw import RawPixels


def method(**settings: Any) -> VectorMethod:
    return VectorMethod(representation=GivenVectors(), **settings)


class TestCandidates:
    def test_without_a_grid_there_is_one_the_method_as_it_is(self) -> None:
        assert list(method().candidates) == [{}]
        assert list(method().cut_candidates) == [{}]

    def test_they_are_all_combinations_in_the_order_of_the_grid(self) -> None:
        grid = {"linkage": ("single", "average"), "n_components": (8, 2, 0.9)}
        tuned = method(reduction=PCA(2), grid=grid)
        assert list(tuned.candidates) == [
            {"linkage": linkage, "n_components": n_components}
            for linkage in ("single", "average")
            for n_components in (8, 2, 0.9)
        ]
        assert list(tuned.cut_candidates) == [{}]

    def test_parameters_of_the_representation_may_be_among_them(self) -> None:
        raw = VectorMethod(RawPixels(size=8), grid={"size": (4, 8), "metric": ("euclidean",)})
        sizes = [raw.at(params).representation.size for params in raw.candidates]  # type: ignore[attr-defined]
        assert sizes == [4, 8]

    def test_combinations_without_meaning_are_none_of_them(self) -> None:
        grid = {"linkage": ("average", "ward"), "metric": ("euclidean", "cosine")}
        assert list(method(grid=grid).candidates) == [
            {"linkage": "average", "metric": "euclidean"},
            {"linkage": "average", "metric": "cosine"},
            {"linkage": "ward", "metric": "euclidean"},
        ]

    def test_a_grid_of_nothing_but_those_is_an_error(self) -> None:
        with pytest.raises(SettingsError, match="no combination of its values is possible"):
            method(grid={"linkage": ("ward",), "metric": ("cosine",)})

    def test_an_unknown_parameter_is_an_error_that_lists_the_known_ones(self) -> None:
        with pytest.raises(SettingsError) as caught:
            method(grid={"components": (1, 2)})
        assert str(caught.value) == (
            "grid.components: there is no such parameter to try; possible: linkage, metric"
        )

    def test_a_parameter_needs_values(self) -> None:
        with pytest.raises(SettingsError, match=r"grid\.linkage is empty"):
            method(grid={"linkage": ()})

    def test_components_cannot_be_chosen_without_a_reduction(self) -> None:
        with pytest.raises(SettingsError, match=r"grid\.n_components: there is no such parameter"):
            method(grid={"n_components": (2, 4)})

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
    def test_values_are_checked_like_the_parameters_they_stand_for(
        self, name: str, value: object
    ) -> None:
        good = {"linkage": "single", "metric": "euclidean", "n_components": 2}[name]
        assert len(method(reduction=PCA(2), grid={name: (good,)}).candidates) == 1
        with pytest.raises((SettingsError, ValidationError), match=name):
            method(reduction=PCA(2), grid={name: (good, value)})


class TestParameters:
    def test_linkage_and_metric_must_fit_together(self) -> None:
        with pytest.raises(SettingsError) as caught:
            method(linkage="ward", metric="cosine")
        assert str(caught.value) == (
            "linkage=ward needs metric=euclidean, not cosine; with metric=cosine these linkages "
            "are possible: single, complete, average, weighted"
        )
        assert method(linkage="ward", metric="euclidean").linkage == "ward"

    def test_correlation_has_no_meaning_for_components(self) -> None:
        with pytest.raises(SettingsError, match="depends on the signs of principal components"):
            method(reduction=PCA(2), metric="correlation")

    def test_those_chosen_replace_the_configured_ones(self) -> None:
        representation = RawPixels()
        configured = VectorMethod(
            representation, PCA(2), linkage="average", grid={"metric": ("cosine",)}
        )
        chosen = {"n_components": 4, "fit": "query", "linkage": "single", "metric": "euclidean"}
        meant = VectorMethod(representation, PCA(4, "query"), linkage="single", metric="euclidean")
        assert configured.at(chosen) == meant

    def test_a_fit_depends_on_those_of_its_own_stage_and_before_alone(self) -> None:
        params = {"size": 4, "whiten": True, "n_components": 2, "metric": "cosine", "fit": "query"}
        assert method().fit_params(params) == {"size": 4}

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


class TestKeptFits:
    def test_a_kept_fit_answers_as_the_fit_does(self) -> None:
        queries, vectors = draw_queries(3, 8, 6, seed=1)
        learning = method(reduction=PCA(3, whiten=True), metric="euclidean")
        dataset = dataset_of(*queries)
        workshop = given_workshop(dataset, np.concatenate(vectors), learning.representation)
        shown = [as_they_are(query) for query in workshop.queries()]
        params = {"n_components": 2, "linkage": "single"}
        fit = learning.fit(TrainingView(tuple(shown[:2])), params)
        kept = learning.unpacked_fit(learning.packed_fit(fit, params))
        ((_, own),) = learning.answers(fit, shown[2], [params])
        ((_, again),) = learning.answers(kept, shown[2], [params])
        np.testing.assert_allclose(again.condensed, own.condensed, rtol=1e-9)
        # The engine fits on coordinates in which the same images have the same distances.
        engine = workshop.queries()
        ((_, engines),) = learning.answers(
            learning.fit(TrainingView(engine[:2]), params), engine[2], [params]
        )
        np.testing.assert_allclose(own.condensed, engines.condensed, rtol=1e-6)

    def test_without_a_reduction_there_is_none(self) -> None:
        with pytest.raises(ValueError, match="nothing is fitted"):
            method().packed_fit(None, {})
