"""How many vectors scatter: sums that some leave, and the principal axes they tell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from dupeval.components import Components, ComponentsOfMany
from dupeval.errors import SettingsError
from dupeval.scatter import ROWS, Scatter, principal_axes

rng = np.random.default_rng(0)
# Columns of different spread, and a mean far from the origin.
X = rng.normal(size=(60, 8)) * [9, 7, 5, 4, 3, 2, 1, 0.5] + rng.normal(size=8) * 10
NEW = rng.normal(size=(6, 8)) * 5


def of_many(X: np.ndarray, *wanted: int | float) -> ComponentsOfMany:
    return ComponentsOfMany(lambda: Scatter.of(X, X[:3].mean(axis=0)), wanted)


class TestScatter:
    @pytest.mark.parametrize("n", [2, 60, ROWS + 1])
    def test_mean_and_covariance_are_those_of_the_vectors(self, n: int) -> None:
        vectors = np.random.default_rng(n).normal(size=(n, 4)).astype(np.float32) + 7
        scatter = Scatter.of(vectors, np.full(4, 6.5))
        exact = vectors.astype(np.float64)
        np.testing.assert_allclose(scatter.mean, exact.mean(axis=0), rtol=1e-13)
        np.testing.assert_allclose(scatter.covariance, np.cov(exact.T), rtol=1e-11, atol=1e-13)

    def test_vectors_may_leave(self) -> None:
        origin = X.mean(axis=0)
        rest = Scatter.of(X, origin).without(Scatter.of(X[10:25], origin))
        others = np.concatenate([X[:10], X[25:]])
        assert rest.n == 45
        np.testing.assert_allclose(rest.mean, others.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(rest.covariance, np.cov(others.T), rtol=1e-11, atol=1e-12)


class TestPrincipalAxes:
    @settings(deadline=None, max_examples=30)
    @given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99))
    def test_they_are_the_eigenvectors_of_the_largest_variances(
        self, d: int, n_axes: int, seed: int
    ) -> None:
        vectors = np.random.default_rng(seed).normal(size=(d + 5, d))
        covariance = np.atleast_2d(np.cov(vectors.T))
        n_axes = min(n_axes, d)
        variances, axes = principal_axes(covariance.copy(), lambda _: n_axes)
        expected = np.linalg.eigvalsh(covariance)[::-1]
        np.testing.assert_allclose(variances, expected, atol=1e-12 * expected[0])
        assert axes.shape == (n_axes, d)
        np.testing.assert_allclose(axes @ axes.T, np.eye(n_axes), atol=1e-11)
        np.testing.assert_allclose(
            axes @ covariance, variances[:n_axes, None] * axes, atol=1e-11 * expected[0]
        )

    def test_as_many_are_found_as_the_variances_say(self) -> None:
        seen: list[list[float]] = []

        def enough(variances: np.ndarray) -> int:
            seen.append(variances.tolist())
            return 2

        _, axes = principal_axes(np.diag([1.0, 4.0, 3.0, 2.0]), enough)
        assert seen == [pytest.approx([4.0, 3.0, 2.0, 1.0])]
        np.testing.assert_allclose(np.abs(axes), [[0, 1, 0, 0], [0, 0, 1, 0]], atol=1e-15)


class TestComponentsOfMany:
    @pytest.mark.parametrize("n_components", [1, 3, 8, 0.3, 0.8, 0.99, 0.9999])
    @pytest.mark.parametrize("whiten", [False, True])
    def test_they_are_those_that_are_found_from_the_vectors(
        self, n_components: int | float, whiten: bool
    ) -> None:
        many, few = of_many(X, n_components), Components(X)
        assert many.count(n_components) == few.count(n_components)
        scores = many.transform(NEW, n_components, whiten)
        expected = few.transform(NEW, n_components, whiten)
        np.testing.assert_allclose(np.abs(scores), np.abs(expected), rtol=1e-9, atol=1e-11)

    def test_more_than_were_wanted_are_found_when_asked_for(self) -> None:
        components = of_many(X, 2, 0.5)
        assert components.project(NEW, whiten=False).shape == (6, 2)
        assert components.transform(NEW, 0.9999, whiten=False).shape[1] == 8
        assert components.project(NEW, whiten=False).shape == (6, 8)

    @pytest.mark.parametrize("whiten", [False, True])
    def test_copies_of_a_vector_add_no_components(self, whiten: bool) -> None:
        different = np.random.default_rng(6).normal(size=(5, 9)) + 2
        vectors = np.concatenate([different, different, different[:2]])
        scores = of_many(vectors, 9).transform(vectors, 9, whiten)
        assert (scores[:, 4:] == 0).all()
        np.testing.assert_allclose(scores[:5], scores[5:10], atol=1e-7)
        if not whiten:
            np.testing.assert_allclose(pdist(scores), pdist(vectors), rtol=1e-7, atol=1e-7)

    def test_equal_vectors_have_no_components_and_are_no_error(self) -> None:
        components = of_many(np.ones((6, 3)), 0.9, 2)
        assert (components.transform(np.ones((2, 3)), 0.9, whiten=True) == 0).all()

    def test_more_than_there_are_is_an_error_that_says_what_is_possible(self) -> None:
        with pytest.raises(SettingsError) as caught:
            of_many(X, 9, 2).count(9)
        assert str(caught.value) == (
            "n_components=9, but PCA is fitted on 60 images, which have no more than 8; possible: "
            "1 to 8, or a share of the variance below 1"
        )
