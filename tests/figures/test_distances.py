"""The distances that are drawn are those from which dendrograms are made."""

import numpy as np
import pytest

from dupeval.clustering import Dendrogram, pairwise_distances
from dupeval.errors import SettingsError
from dupeval.figures.distances import DistancesOfPairs, distances_of, reduced
from dupeval.figures.material import Material
from dupeval.method.vectors import VectorCurves, VectorMethod
from dupeval.protocol import Choice
from dupeval.reduction import PCA
from dupeval.representation.raw import RawPixels


def given_curves(
    vectors: list[list[list[float]]], labels: list[str], pca: PCA | None
) -> VectorCurves:
    method = VectorMethod(RawPixels(size=4), pca, metric="euclidean")
    return VectorCurves(
        method, [np.array(list(text)) for text in labels], [*map(np.array, vectors)]
    )


def test_pairs_of_one_photograph_and_of_two_of_all_queries() -> None:
    curves = given_curves([[[0.0], [1], [10]], [[0.0], [7]]], ["ppq", "rr"], None)
    found = distances_of(curves, [Choice({}, 1.0), Choice({}, 4.0)])
    assert found.same.tolist() == [1, 7]
    assert found.different.tolist() == [10, 9]
    assert found.threshold == 2.5


@pytest.mark.parametrize("fit", ["others", "dataset", "query"])
@pytest.mark.parametrize("hidden", [frozenset[int](), frozenset((1,))])
def test_reduced_as_for_the_dendrogram(fit: str, hidden: frozenset[int]) -> None:
    X = np.random.default_rng(0).normal(size=(3, 6, 5))
    pca = PCA(n_components=2, fit=fit, whiten=True)
    curves = given_curves(list(X), ["ppqqrs"] * 3, pca)
    for query in range(3):
        choice = Choice({}, 1.0, hidden)
        distances = pairwise_distances(reduced(curves, query, choice), "euclidean")
        own = Dendrogram.from_distances(distances, "average")
        used = curves.dendrogram(query, {}, hidden)
        np.testing.assert_allclose(own.heights, used.heights)


@pytest.mark.usefixtures("in_style")
class TestTheFigure:
    def test_areas_are_one_and_counts_are_told(self, material: Material) -> None:
        picture = DistancesOfPairs(methods=("raw",)).draw(material)
        (axes,) = picture.canvas.axes
        areas = [patch.get_data() for patch in axes.patches]
        assert [np.sum(a.values * np.diff(a.edges)) for a in areas] == pytest.approx([1, 1])
        # 10 + 6 + 1 pairs, of which 3 + 2 are true.
        assert "5 of the same photograph, 12 of different ones" in picture.text

    def test_a_method_without_vectors_or_not_there(self, material: Material) -> None:
        with pytest.raises(
            SettingsError, match="'phash' is not in the run; possible: raw, raw_pca"
        ):
            DistancesOfPairs(methods=("phash",)).draw(material)
