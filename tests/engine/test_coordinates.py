"""Coordinates of few and of many images, and fits that many queries share."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from given import GivenVectors
from labelled import dataset_of, given_workshop
from sklearn import decomposition

from dupeval.clustering import pairwise_distances
from dupeval.components import Components, ComponentsOfMany
from dupeval.engine import coordinates as module
from dupeval.engine.answers import Answers
from dupeval.engine.coordinates import Coordinates
from dupeval.engine.folds import folds_of
from dupeval.method.vectors import VectorMethod
from dupeval.reduction import PCA

# More than are left out one by one.
N_QUERIES, N_IMAGES = 24, 4
DATASET = dataset_of(*["aabb"] * N_QUERIES)
FOLDS = folds_of(DATASET, 5)


def draw(d: int) -> npt.NDArray[np.float64]:
    rng = np.random.default_rng(d)
    return rng.normal(size=(N_QUERIES * N_IMAGES, d)) * np.geomspace(4, 0.5, d) + rng.normal(size=d)


def answers_of(X: npt.NDArray[np.floating], reduction: PCA, metric: Any = "cosine") -> Answers:
    method = VectorMethod(GivenVectors(), reduction, metric=metric)
    return Answers(method, given_workshop(DATASET, X, method.representation), FOLDS)


def of_queries(X: npt.NDArray[np.floating]) -> list[npt.NDArray[np.floating]]:
    return np.split(X, N_QUERIES)


@pytest.fixture
def landmarks(monkeypatch: pytest.MonkeyPatch) -> npt.NDArray[np.int64]:
    """Let components be fitted on some of the images, and return which."""
    monkeypatch.setattr(module, "LONG", 90)
    monkeypatch.setattr(module, "LANDMARKS", 30)
    return np.linspace(0, N_QUERIES * N_IMAGES - 1, 30).round().astype(np.int64)


class TestCoordinates:
    @pytest.mark.parametrize("d", [6, 300])
    def test_keep_all_inner_products(self, d: int) -> None:
        X = draw(d)
        made = Coordinates.of(of_queries(X))
        assert made.landmarks is None
        assert made.matrix.shape == (96, min(d, 96))
        np.testing.assert_allclose(made.matrix @ made.matrix.T, X @ X.T, rtol=1e-9, atol=1e-9)
        np.testing.assert_array_equal(made.of_query(3), made.matrix[12:16])

    def test_of_many_long_vectors_keep_those_with_the_landmarks(
        self, landmarks: npt.NDArray[np.int64]
    ) -> None:
        X = draw(100)
        made = Coordinates.of(of_queries(X))
        assert made.landmarks is not None
        assert made.landmarks.tolist() == landmarks.tolist()
        assert made.matrix.shape == (96, 30)
        np.testing.assert_allclose(
            made.matrix @ made.matrix[landmarks].T, X @ X[landmarks].T, rtol=1e-9, atol=1e-9
        )

    @pytest.mark.parametrize("rows", [1, 5, 1024])
    def test_are_the_same_however_many_images_are_turned_at_once(
        self, rows: int, landmarks: npt.NDArray[np.int64], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        X = of_queries(draw(100))
        expected = Coordinates.of(X).matrix
        monkeypatch.setattr(module, "ROWS", rows)
        np.testing.assert_allclose(Coordinates.of(X).matrix, expected, rtol=1e-12, atol=1e-12)

    @pytest.mark.usefixtures("landmarks")
    def test_of_few_queries_lose_nothing(self) -> None:
        assert Coordinates.of(np.split(draw(100), 16)).landmarks is None

    @pytest.mark.parametrize("queries", [{2}, {0, 1, 2}, set(range(20)), set(range(24))])
    @pytest.mark.parametrize("d", [6, 100])
    @pytest.mark.usefixtures("landmarks")
    def test_scatter_of_some_queries_is_that_of_their_images(
        self, d: int, queries: set[int]
    ) -> None:
        made = Coordinates.of(of_queries(draw(d)))
        rows = range(96) if made.landmarks is None else made.landmarks.tolist()
        own = made.matrix[[row for row in rows if row // N_IMAGES in queries]]
        scatter = made.scatter(frozenset(queries))
        assert scatter.n == len(own)
        np.testing.assert_allclose(scatter.mean, own.mean(axis=0), rtol=1e-10, atol=1e-11)
        if len(own) > 1:
            np.testing.assert_allclose(scatter.covariance, np.cov(own.T), rtol=1e-9, atol=1e-9)


class TestFits:
    @pytest.mark.parametrize("d", [6, 300])
    @pytest.mark.parametrize("whiten", [False, True])
    @pytest.mark.parametrize("n_components", [3, 0.8])
    @pytest.mark.parametrize("fit", ["others", "dataset", "query"])
    def test_are_those_of_all_images_that_are_not_hidden(
        self, d: int, whiten: bool, n_components: float, fit: Any
    ) -> None:
        X = draw(d)
        hidden = FOLDS.members[1]
        query = min(set(range(N_QUERIES)) - hidden)
        seen = [query] if fit == "query" else sorted(set(range(N_QUERIES)) - hidden)
        self.check(X, X, seen, query, PCA(n_components, fit, whiten))

    @pytest.mark.parametrize("fit", ["others", "dataset"])
    def test_of_many_long_vectors_are_those_of_the_landmarks(
        self, fit: Any, landmarks: npt.NDArray[np.int64]
    ) -> None:
        X, hidden = draw(100), FOLDS.members[1]
        fitted = np.full_like(X, np.nan)
        fitted[landmarks] = X[landmarks]
        seen = sorted(set(range(N_QUERIES)) - hidden)
        said = "given: the vectors are long .* at most 30 of the 96 images"
        with pytest.warns(UserWarning, match=said):
            self.check(X, fitted, seen, seen[4], PCA(0.8, fit, whiten=True))

    @pytest.mark.usefixtures("landmarks")
    @pytest.mark.filterwarnings("ignore:given:UserWarning")
    def test_on_a_query_alone_see_all_its_images(self) -> None:
        X = draw(100)
        self.check(X, X, [7], 7, PCA(3, "query"))

    def check(
        self,
        X: npt.NDArray[np.float64],
        fitted: npt.NDArray[np.float64],
        seen: list[int],
        query: int,
        reduction: PCA,
    ) -> None:
        """Compare with scikit-learn's PCA on rows of `fitted` that are not NaN."""
        on = np.concatenate([of_queries(fitted)[q] for q in seen])
        pca = decomposition.PCA(
            reduction.n_components, whiten=reduction.whiten, svd_solver="full"
        ).fit(on[~np.isnan(on[:, 0])])
        expected = pairwise_distances(pca.transform(of_queries(X)[query]), "cosine")
        found = answers_of(X, reduction).distances(query, {}, FOLDS.members[1])
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)

    def test_what_is_hidden_changes_nothing(self) -> None:
        X, hidden = draw(6), FOLDS.members[1]
        other = X.copy()
        for query in hidden:
            other[query * N_IMAGES : (query + 1) * N_IMAGES] += 5
        shown = min(set(range(N_QUERIES)) - hidden)
        found = [answers_of(each, PCA(3)).distances(shown, {}, hidden) for each in (X, other)]
        np.testing.assert_allclose(found[0], found[1], rtol=1e-9)

    def test_of_many_queries_are_made_by_how_images_scatter_and_once_a_fold(self) -> None:
        answers = answers_of(draw(6), PCA(3))
        for fold in FOLDS.members:
            for query in range(N_QUERIES):
                answers.distances(query, {}, fold)
        assert [type(fit) for fit in answers._fits.values()] == [ComponentsOfMany] * 5
        own = answers_of(draw(6), PCA(2, "query"))
        own.distances(0, {})
        assert [type(fit) for fit in own._fits.values()] == [Components]
