"""Trees of what is near enough: exact up to their reach, and they say how far that is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupeval.clustering import Dendrogram, Linkage, pairwise_distances, sparse
from dupeval.clustering.pairs import AllPairs, ComparedPairs, SomePairs, pairs_of
from dupeval.clustering.sparse import dendrogram_near, dendrogram_within, known, spanning_forest
from dupeval.clustering.vectors import VectorPairs
from dupeval.errors import SettingsError

LINKAGES: tuple[Linkage, ...] = ("single", "complete", "average", "weighted")


@pytest.mark.parametrize("small", [500, 3])
@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(2, 20), st.sampled_from(LINKAGES))
def test_every_cut_up_to_the_limit_is_that_of_all_pairs(
    small: int, seed: int, n: int, linkage: Linkage
) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    whole = Dendrogram.from_vectors(X, linkage, "euclidean")
    condensed = pairwise_distances(X, "euclidean")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse, "SMALL", small)
        for limit in np.quantile(condensed, [0.0, 0.1, 0.3, 0.7]):
            for pairs in (
                AllPairs(n, condensed),
                ComparedPairs(VectorPairs(X, "euclidean")),
                SomePairs(n, pairs_of(n), condensed, np.inf),
            ):
                tree = dendrogram_within(pairs, float(limit) * (1 + 1e-9), linkage)
                made = whole.heights[whole.heights <= limit]
                assert tree.reach == float(limit) * (1 + 1e-9)
                np.testing.assert_allclose(tree.heights[: len(made)], made)
                assert (tree.heights[len(made) :] == np.inf).all()
                for threshold in (*made, limit):
                    up_to = float(threshold) * (1 + 1e-9)
                    assert tree.cut(up_to).tolist() == whole.cut(up_to).tolist()


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 12))
def test_many_pairs_have_the_spanning_forest_of_few(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = pairs_of(n)[rng.random(n * (n - 1) // 2) < 0.7]
    # Zeros and ties among them.
    apart = rng.integers(0, 4, len(pairs)).astype(float)
    *_, heights = spanning_forest(n, pairs[:, 0], pairs[:, 1], apart)
    root = list(range(n))
    expected = []
    for at in np.argsort(apart, kind="stable"):
        a, b = (root[i] for i in pairs[at])
        if a != b:
            root = [a if x == b else x for x in root]
            expected.append(apart[at])
    assert heights.tolist() == expected


class TestWhereTooManyAreConnected:
    # Images on a line, 1, 2, 3, ... apart.
    LINE = np.array([[0.0], [1], [3], [6], [10], [15]])

    @pytest.fixture(autouse=True)
    def few_are_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sparse, "MOST_CONNECTED", 3)
        monkeypatch.setattr(sparse, "ENOUGH_CONNECTED", 3)

    @property
    def pairs(self) -> ComparedPairs:
        return ComparedPairs(VectorPairs(self.LINE, "euclidean"))

    def test_the_limit_is_lowered_to_just_below_and_the_tree_says_so(self) -> None:
        tree = dendrogram_within(self.pairs, 4.5, "average", at_least=1.0)
        assert tree.reach == np.nextafter(3.0, 0)
        assert tree.heights.tolist() == [1.0, 2.5, np.inf, np.inf, np.inf]
        assert known(self.pairs, tree) == (
            "of 6 images only the pairs within 3 were looked at: every cut up to there is that "
            "of all pairs, and none above it is known"
        )

    def test_it_is_not_lowered_below_what_is_needed(self) -> None:
        with pytest.raises(SettingsError) as caught:
            dendrogram_within(self.pairs, 4.5, "average", at_least=3.5)
        assert str(caught.value) == (
            "4 images are connected by pairs within 3.5, more than the 3 that are clustered "
            "together; possible: a lower threshold, or linkage=single"
        )

    def test_nor_at_all_where_nobody_says_that_it_may_be(self) -> None:
        with pytest.raises(SettingsError, match="5 images are connected by pairs"):
            dendrogram_within(self.pairs, 4.5, "complete")

    def test_single_linkage_needs_the_pairs_alone(self) -> None:
        tree = dendrogram_within(self.pairs, 4.5, "single")
        assert tree.reach == 4.5
        assert tree.heights.tolist() == [1.0, 2.0, 3.0, 4.0, np.inf]


def test_a_radius_is_chosen_that_leaves_enough_others() -> None:
    X = np.random.default_rng(0).normal(size=(300, 2))
    pairs = ComparedPairs(VectorPairs(X, "euclidean"))
    tree = dendrogram_near(pairs, "single")
    whole = Dendrogram.from_vectors(X, "single", "euclidean")
    assert tree.reach == pairs.radius() < whole.heights.max() * 10
    assert tree.cut(tree.reach).tolist() == whole.cut(tree.reach).tolist()
