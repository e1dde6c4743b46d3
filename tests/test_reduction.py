"""Principal components: how many, fitted on what, and the coordinates they are found in."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import ValidationError
from scipy.spatial.distance import pdist
from sklearn import decomposition

from dupeval.errors import SettingsError
from dupeval.reduction import PCA, Components, Scope, lossless_coordinates

rng = np.random.default_rng(0)
# Columns of different spread, and a mean far from the origin.
X = rng.normal(size=(30, 8)) * [9, 7, 5, 4, 3, 2, 1, 0.5] + rng.normal(size=8) * 10
NEW = rng.normal(size=(6, 8)) * 5


def sklearn_scores(
    n_components: float, whiten: bool = False
) -> tuple[decomposition.PCA, npt.NDArray[np.float64]]:
    pca = decomposition.PCA(n_components, whiten=whiten, svd_solver="full").fit(X)
    return pca, pca.transform(NEW)


class TestComponents:
    @pytest.mark.parametrize("n_components", [1, 2, 5, 8])
    @pytest.mark.parametrize("whiten", [False, True])
    def test_scores_are_those_of_sklearn_up_to_sign(self, n_components: int, whiten: bool) -> None:
        scores = Components(X, whiten).transform(NEW, n_components)
        _, expected = sklearn_scores(n_components, whiten)
        assert scores.shape == (6, n_components)
        np.testing.assert_allclose(np.abs(scores), np.abs(expected), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(pdist(scores), pdist(expected), rtol=1e-9)

    @pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.8, 0.95, 0.99, 0.9999])
    @pytest.mark.parametrize("whiten", [False, True])
    def test_a_share_of_the_variance_takes_as_many_components_as_in_sklearn(
        self, share: float, whiten: bool
    ) -> None:
        scores = Components(X, whiten).transform(NEW, share)
        pca, expected = sklearn_scores(share, whiten)
        assert scores.shape == (6, pca.n_components_)
        np.testing.assert_allclose(pdist(scores), pdist(expected), rtol=1e-9)

    def test_the_shares_of_the_test_above_need_different_numbers_of_components(self) -> None:
        counts = [Components(X, False).transform(NEW, s).shape[1] for s in (0.01, 0.5, 0.8, 0.9999)]
        assert counts == sorted(set(counts))
        assert counts[0] == 1

    def test_a_share_is_reached_by_the_fewest_components_that_explain_it(self) -> None:
        # Variances 8 : 2 along the axes; the first component explains 0.8.
        cross = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        components = Components(cross, whiten=False)
        assert components.transform(cross, 0.79).shape == (4, 1)
        assert components.transform(cross, 0.81).shape == (4, 2)
        scores = components.transform(cross, 1)[:, 0]
        assert np.abs(scores).tolist() == pytest.approx([2.0, 2.0, 0.0, 0.0])
        assert scores[0] == pytest.approx(-scores[1])

    def test_a_share_that_is_met_exactly_takes_one_component_more_as_in_sklearn(self) -> None:
        square = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        assert decomposition.PCA(0.5, svd_solver="full").fit(square).n_components_ == 2
        assert Components(square, whiten=False).transform(square, 0.5).shape == (4, 2)

    def test_components_are_found_after_centring(self) -> None:
        components = Components(X, whiten=False)
        assert components.transform(X, 8).mean(axis=0) == pytest.approx(np.zeros(8))
        assert components.transform(X.mean(axis=0, keepdims=True), 8) == pytest.approx(
            np.zeros((1, 8))
        )

    def test_whitened_components_have_unit_variance(self) -> None:
        whitened = Components(X, whiten=True).transform(X, 8)
        np.testing.assert_allclose(np.cov(whitened.T), np.eye(8), atol=1e-9)
        plain = Components(X, whiten=False).transform(X, 8)
        np.testing.assert_allclose(np.cov(plain.T)[0, 0] > 50, True)

    def test_fewer_components_are_the_first_of_more(self) -> None:
        components = Components(X, whiten=False)
        np.testing.assert_array_equal(
            components.transform(NEW, 3), components.transform(NEW, 8)[:, :3]
        )

    @pytest.mark.parametrize(
        ("n_images", "n_components", "n_most"), [(5, 5, 4), (5, 20, 4), (30, 9, 8), (2, 2, 1)]
    )
    def test_more_components_than_there_are_is_an_error_that_says_what_is_possible(
        self, n_images: int, n_components: int, n_most: int
    ) -> None:
        components = Components(X[:n_images], whiten=False)
        assert components.transform(NEW, n_most).shape == (6, n_most)
        with pytest.raises(SettingsError) as caught:
            components.transform(NEW, n_components)
        assert str(caught.value) == (
            f"n_components={n_components}, but PCA is fitted on {n_images} images, which have no "
            f"more than {n_most}; possible: 1 to {n_most}, or a share of the variance below 1"
        )

    @pytest.mark.parametrize("whiten", [False, True])
    @pytest.mark.parametrize("d", [3, 40, 2000])
    def test_copies_of_a_vector_add_no_components(self, d: int, whiten: bool) -> None:
        different = np.random.default_rng(6).normal(size=(5, d)) + 2
        n_most = min(4, d)
        vectors = np.concatenate([different, different, different[:2]])
        for X in (vectors, lossless_coordinates(vectors)):
            components = Components(X, whiten)
            beyond = components.transform(X, min(d, 11))[:, n_most:]
            assert (beyond == 0).all()
            scores = components.transform(X, n_most)
            np.testing.assert_allclose(scores[:5], scores[5:10], atol=1e-9)
            if whiten:
                np.testing.assert_allclose(np.cov(scores.T), np.eye(n_most), atol=1e-9)
            else:
                np.testing.assert_allclose(pdist(scores), pdist(vectors), rtol=1e-9, atol=1e-9)

    @settings(deadline=None, max_examples=20)
    @given(st.integers(2, 12), st.integers(1, 20), st.floats(0.01, 0.9999))
    def test_a_share_never_needs_more_components_than_there_are(
        self, n: int, d: int, share: float
    ) -> None:
        vectors = np.random.default_rng(n * 100 + d).normal(size=(n, d))
        scores = Components(vectors, whiten=False).transform(vectors, share)
        assert 1 <= scores.shape[1] <= min(n - 1, d)


class TestPCA:
    @pytest.mark.parametrize(
        ("fit", "query", "hidden", "fitted_on"),
        [
            ("others", 1, set(), {0, 2, 3}),
            ("others", 1, {1}, {0, 2, 3}),
            ("others", 1, {3}, {0, 2}),
            ("others", 1, {0, 2, 3}, set()),
            ("others", 0, {1, 2}, {3}),
            ("dataset", 1, set(), {0, 1, 2, 3}),
            ("dataset", 1, {1}, {0, 1, 2, 3}),
            ("dataset", 1, {3}, {0, 1, 2}),
            ("dataset", 1, {0, 2, 3}, {1}),
            ("query", 1, set(), {1}),
            ("query", 1, {1}, {1}),
            ("query", 1, {3}, {1}),
        ],
    )
    def test_of_four_queries_it_is_fitted_on(
        self, fit: Scope, query: int, hidden: set[int], fitted_on: set[int]
    ) -> None:
        assert PCA(2, fit).fitted_on(query, frozenset(hidden), 4) == fitted_on

    @pytest.mark.parametrize("fit", ["others", "dataset", "query"])
    def test_what_is_hidden_is_never_part_of_another_querys_fit(self, fit: Scope) -> None:
        for query in range(3):
            for hidden in range(3):
                fitted_on = PCA(2, fit).fitted_on(query, frozenset((hidden,)), 3)
                assert hidden not in fitted_on or (hidden == query and fit != "others")

    def test_by_default_it_is_fitted_on_the_other_queries_and_does_not_whiten(self) -> None:
        assert PCA(2) == PCA(n_components=2, fit="others", whiten=False)

    @pytest.mark.parametrize("n_components", [0, -1, 1.5, 0.0, -0.5, "many"])
    def test_components_are_a_positive_number_or_a_share_below_1(
        self, n_components: object
    ) -> None:
        with pytest.raises(ValidationError, match="n_components"):
            PCA(n_components=n_components)  # type: ignore[arg-type]

    def test_unknown_scopes_and_settings_are_errors(self) -> None:
        with pytest.raises(ValidationError, match="'others', 'dataset' or 'query'"):
            PCA(2, "all")  # type: ignore[arg-type]
        with pytest.raises(ValidationError, match="whitened"):
            PCA(2, whitened=True)  # type: ignore[call-arg]


class TestLosslessCoordinates:
    @settings(deadline=None, max_examples=60)
    @given(st.data(), st.integers(1, 7), st.integers(1, 12))
    def test_inner_products_stay_as_they_are(self, data: st.DataObject, n: int, d: int) -> None:
        vectors = data.draw(arrays(np.float64, (n, d), elements=st.integers(-50, 50).map(float)))
        coordinates = lossless_coordinates(vectors)
        assert coordinates.shape == (n, min(n, d))
        np.testing.assert_allclose(coordinates @ coordinates.T, vectors @ vectors.T, atol=1e-8)

    @pytest.mark.parametrize("shape", [(10, 400), (10, 10), (400, 10)])
    def test_distances_of_principal_components_stay_as_they_are(
        self, shape: tuple[int, int]
    ) -> None:
        vectors = np.random.default_rng(4).normal(size=shape) + 3
        coordinates = lossless_coordinates(vectors)
        for n_components in (1, 4, 9):
            np.testing.assert_allclose(
                pdist(Components(coordinates, False).transform(coordinates, n_components)),
                pdist(Components(vectors, False).transform(vectors, n_components)),
                rtol=1e-8,
                atol=1e-10,
            )

    def test_vectors_no_longer_than_they_are_many_are_left_alone(self) -> None:
        np.testing.assert_array_equal(lossless_coordinates(X), X)

    def test_single_precision_vectors_come_back_in_double_precision(self) -> None:
        vectors = np.random.default_rng(5).normal(size=(4, 50)).astype(np.float32)
        coordinates = lossless_coordinates(vectors)
        exact = vectors.astype(np.float64) @ vectors.astype(np.float64).T
        assert coordinates.dtype == np.float64
        np.testing.assert_allclose(coordinates @ coordinates.T, exact, rtol=1e-13, atol=1e-12)
