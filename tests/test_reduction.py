"""Principal components: how many, fitted on what, and the coordinates they are found in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import ValidationError
from scipy.spatial.distance import pdist

from dupeval.components import Components
from dupeval.reduction import PCA, lossless_coordinates

rng = np.random.default_rng(0)
# Columns of different spread, and a mean far from the origin.
X = rng.normal(size=(30, 8)) * [9, 7, 5, 4, 3, 2, 1, 0.5] + rng.normal(size=8) * 10
NEW = rng.normal(size=(6, 8)) * 5


class TestPCA:
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
                pdist(Components(coordinates).transform(coordinates, n_components, False)),
                pdist(Components(vectors).transform(vectors, n_components, False)),
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
