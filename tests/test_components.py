"""Principal components of vectors, and those that are kept by themselves."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from sklearn import decomposition

from dupeval.components import Components, Projection
from dupeval.errors import SettingsError
from dupeval.reduction import lossless_coordinates

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
        scores = Components(X).transform(NEW, n_components, whiten)
        _, expected = sklearn_scores(n_components, whiten)
        assert scores.shape == (6, n_components)
        np.testing.assert_allclose(np.abs(scores), np.abs(expected), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(pdist(scores), pdist(expected), rtol=1e-9)

    @pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.8, 0.95, 0.99, 0.9999])
    @pytest.mark.parametrize("whiten", [False, True])
    def test_a_share_of_the_variance_takes_as_many_components_as_in_sklearn(
        self, share: float, whiten: bool
    ) -> None:
        scores = Components(X).transform(NEW, share, whiten)
        pca, expected = sklearn_scores(share, whiten)
        assert scores.shape == (6, pca.n_components_)
        np.testing.assert_allclose(pdist(scores), pdist(expected), rtol=1e-9)

    def test_the_shares_of_the_test_above_need_different_numbers_of_components(self) -> None:
        counts = [Components(X).transform(NEW, s, False).shape[1] for s in (0.01, 0.5, 0.8, 0.9999)]
        assert counts == sorted(set(counts))
        assert counts[0] == 1

    def test_a_share_is_reached_by_the_fewest_components_that_explain_it(self) -> None:
        # Variances 8 : 2 along the axes; the first component explains 0.8.
        cross = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        components = Components(cross)
        assert components.transform(cross, 0.79, False).shape == (4, 1)
        assert components.transform(cross, 0.81, False).shape == (4, 2)
        scores = components.transform(cross, 1, False)[:, 0]
        assert np.abs(scores).tolist() == pytest.approx([2.0, 2.0, 0.0, 0.0])
        assert scores[0] == pytest.approx(-scores[1])

    def test_a_share_that_is_met_exactly_takes_one_component_more_as_in_sklearn(self) -> None:
        square = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        assert decomposition.PCA(0.5, svd_solver="full").fit(square).n_components_ == 2
        assert Components(square).transform(square, 0.5, False).shape == (4, 2)

    def test_components_are_found_after_centring(self) -> None:
        components = Components(X)
        assert components.transform(X, 8, False).mean(axis=0) == pytest.approx(np.zeros(8))
        assert components.transform(X.mean(axis=0, keepdims=True), 8, False) == pytest.approx(
            np.zeros((1, 8))
        )

    def test_whitened_components_have_unit_variance(self) -> None:
        whitened = Components(X).transform(X, 8, True)
        np.testing.assert_allclose(np.cov(whitened.T), np.eye(8), atol=1e-9)
        plain = Components(X).transform(X, 8, False)
        np.testing.assert_allclose(np.cov(plain.T)[0, 0] > 50, True)

    def test_fewer_components_are_the_first_of_more(self) -> None:
        components = Components(X)
        np.testing.assert_array_equal(
            components.transform(NEW, 3, False), components.transform(NEW, 8, False)[:, :3]
        )

    @pytest.mark.parametrize(
        ("n_images", "n_components", "n_most"), [(5, 5, 4), (5, 20, 4), (30, 9, 8), (2, 2, 1)]
    )
    def test_more_components_than_there_are_is_an_error_that_says_what_is_possible(
        self, n_images: int, n_components: int, n_most: int
    ) -> None:
        components = Components(X[:n_images])
        assert components.transform(NEW, n_most, False).shape == (6, n_most)
        with pytest.raises(SettingsError) as caught:
            components.transform(NEW, n_components, False)
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
            components = Components(X)
            beyond = components.transform(X, min(d, 11), whiten)[:, n_most:]
            assert (beyond == 0).all()
            scores = components.transform(X, n_most, whiten)
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
        scores = Components(vectors).transform(vectors, share, False)
        assert 1 <= scores.shape[1] <= min(n - 1, d)


class TestProjection:
    """Components by themselves, as they are kept without the images of their fit."""

    @pytest.mark.parametrize("n_components", [1, 5, 8, 0.9])
    @pytest.mark.parametrize("whiten", [False, True])
    def test_scores_are_those_of_the_fit(self, n_components: float, whiten: bool) -> None:
        fit = Components(X)
        kept = Projection.of(fit.first(n_components).tensors)
        expected = fit.transform(NEW, n_components, whiten)
        np.testing.assert_allclose(kept.project(NEW, whiten), expected, rtol=1e-9, atol=1e-12)
        assert kept.count(n_components) == fit.count(n_components) == expected.shape[1]

    @pytest.mark.parametrize("whiten", [False, True])
    def test_what_is_rounding_noise_stays_nothing(self, whiten: bool) -> None:
        twice = np.concatenate([X[:3], X[:3]])
        fit = Components(twice)
        scores = fit.first(5).project(NEW, whiten)
        np.testing.assert_allclose(scores, fit.transform(NEW, 5, whiten), atol=1e-9)
        assert (scores[:, 2:] == 0).all()

    def test_distances_are_those_of_the_coordinates_that_the_engine_fits_on(self) -> None:
        wide = rng.normal(size=(12, 40))
        coordinates = lossless_coordinates(wide)
        here, there = Components(coordinates).transform(coordinates, 4, True), Components(wide)
        np.testing.assert_allclose(pdist(here), pdist(there.first(4).project(wide, True)))

    @pytest.mark.parametrize(
        "changed",
        [
            {"mean": np.zeros(7)},
            {"deviations": np.zeros(3)},
            {"deviations": np.ones(2)},
            {"directions": np.full((3, 8), np.nan)},
            {"directions": np.empty((0, 8)), "deviations": np.empty(0)},
            {"more": np.zeros(1)},
        ],
    )
    def test_arrays_that_are_none_are_refused(self, changed: dict[str, np.ndarray]) -> None:
        kept = dict(Components(X).first(3).tensors)
        with pytest.raises(ValueError, match=r"principal components|fit each other"):
            Projection.of({**kept, **changed})

    def test_vectors_of_another_length_are_an_error(self) -> None:
        kept = Components(X).first(3)
        with pytest.raises(SettingsError, match="of vectors of 8 numbers, and these have 9"):
            kept.project(np.zeros((2, 9)), whiten=False)
