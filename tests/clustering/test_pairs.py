"""Pairs that are near enough, of vectors and of hashes, against the distances of all pairs."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import squareform

from dupeval.clustering import (
    Metric,
    blocks,
    distances,
    hashes,
    index,
    pairwise_distances,
    vectors,
)
from dupeval.clustering.blocks import condensed_in_blocks
from dupeval.clustering.hashes import HashPairs
from dupeval.clustering.pairs import AllPairs, ComparedPairs, SomePairs, among, pairs_of
from dupeval.clustering.vectors import VectorPairs
from dupeval.errors import SettingsError

METRICS: tuple[Metric, ...] = ("euclidean", "cosine", "cityblock", "correlation")


def draw_vectors(seed: int, n: int, d: int = 6) -> np.ndarray:
    """Draw vectors, some equal, some without length or variance, far from the origin."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)).astype(np.float32) + 5 * rng.integers(0, 2)
    X[rng.random(n) < 0.2] = X[0]
    X[rng.random(n) < 0.1] = 0.0
    X[rng.random(n) < 0.1] = 3.0
    return X


def as_set(found: tuple[np.ndarray, np.ndarray, np.ndarray]) -> dict[tuple[int, int], float]:
    first, second, apart = (column.tolist() for column in found)
    return {(a, b): d for a, b, d in zip(first, second, apart, strict=True)}


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (vectors, index, blocks):
        monkeypatch.setattr(module, "BLOCK", 8)


@pytest.mark.usefixtures("small_blocks")
class TestVectors:
    @pytest.mark.parametrize("metric", METRICS)
    def test_within_a_limit_are_those_of_all_pairs_with_their_distances(
        self, metric: Metric
    ) -> None:
        for seed in range(12):
            X = draw_vectors(seed, 25)
            apart = pairwise_distances(X, metric)
            pairs = list(combinations(range(25), 2))
            for limit in (0.0, 0.05, 1.0, float(np.median(apart)), float(apart.max())):
                found = as_set(VectorPairs(X, metric).within(limit))
                # What rounding puts on either side of the limit itself is not looked at.
                sure = [p for p, d in zip(pairs, apart, strict=True) if d < limit - 1e-12]
                near = {p: d for p, d in zip(pairs, apart, strict=True) if d <= limit + 1e-12}
                assert set(sure) <= set(found) <= set(near)
                np.testing.assert_allclose(
                    list(found.values()), [near[pair] for pair in found], atol=1e-12
                )
                assert all(a < b for a, b in found)
                assert list(found) == sorted(found)

    @pytest.mark.parametrize("metric", METRICS)
    def test_equal_ones_are_within_nothing(self, metric: Metric) -> None:
        X = np.repeat(np.random.default_rng(0).normal(size=(5, 40)).astype(np.float32), 2, axis=0)
        found = as_set(VectorPairs(X, metric).within(0.0))
        assert found == {(i, i + 1): 0.0 for i in range(0, 10, 2)}

    @pytest.mark.parametrize("metric", METRICS)
    def test_in_blocks_are_those_of_all_pairs_to_float32(self, metric: Metric) -> None:
        for seed in range(8):
            X = draw_vectors(seed, 30)
            expected = pairwise_distances(X, metric)
            found = condensed_in_blocks(X, metric)
            assert found.dtype == np.float32
            np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)
            # Small ones were computed anew, so that what is equal has no distance.
            assert (found[expected == 0] == 0).all()

    def test_of_many_rows_are_of_float32(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(distances, "MOST_DOUBLE", 9)
        X = np.random.default_rng(3).normal(size=(10, 4))
        assert pairwise_distances(X[:9], "cosine").dtype == np.float64
        assert pairwise_distances(X, "cosine").dtype == np.float32

    def test_that_are_not_finite_are_refused(self) -> None:
        with pytest.raises(ValueError, match="finite numbers"):
            VectorPairs(np.array([[1.0, np.nan]]), "cosine")

    def test_some_of_them_are_compared_as_in_all(self) -> None:
        X = draw_vectors(4, 20)
        places = np.array([3, 5, 11, 19])
        pairs = ComparedPairs(VectorPairs(X, "euclidean"))
        expected = pairwise_distances(X[places], "euclidean")
        np.testing.assert_allclose(squareform(pairs.among(places)), expected, atol=1e-12)
        np.testing.assert_allclose(pairs.only(places).condensed(np.arange(4)), expected)

    def test_a_radius_leaves_so_many_others_on_average(self) -> None:
        X = np.random.default_rng(5).normal(size=(150, 3))
        pairs = ComparedPairs(VectorPairs(X, "euclidean"))
        radius = pairs.radius(neighbours=6)
        # All 150 are the sample: 6 others each are 450 pairs.
        assert len(pairs.within(radius * (1 + 1e-6))[0]) == 450


def test_more_near_pairs_than_fit_are_refused_before_they_are_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dupeval.clustering.pairs.MOST_DOUBLE", 10)
    monkeypatch.setattr("dupeval.clustering.memory.free_bytes", lambda: 100_000)
    pairs = ComparedPairs(VectorPairs(np.repeat(np.eye(4), 20, axis=0), "cosine"))
    # Each of 80 is near 20, itself with them.
    assert len(pairs.within(0.5)[0]) == 4 * 190
    with pytest.raises(SettingsError) as caught:
        pairs.within(1.0)
    assert str(caught.value) == (
        "about 3,200 pairs are within 1 of each other and take 0.0 GB of memory, and 0.0 GB are "
        "free; possible: a lower threshold, or fewer images"
    )


class TestTheIndex:
    @pytest.mark.parametrize("metric", ["cosine", "euclidean", "correlation"])
    def test_finds_copies_and_nothing_else_and_says_which_share(
        self, metric: Metric, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rng = np.random.default_rng(6)
        photographs = rng.normal(size=(300, 24)).astype(np.float32)
        X = np.repeat(photographs, 3, axis=0) + rng.normal(size=(900, 24), scale=0.1)
        exact = as_set(VectorPairs(X, metric).within(1.5 if metric == "euclidean" else 0.05))
        monkeypatch.setattr(vectors, "MOST_LOOKED_AT", 100)
        searched = VectorPairs(X, metric)
        found = as_set(searched.within(1.5 if metric == "euclidean" else 0.05))
        assert found.items() <= exact.items()
        assert len(exact) == 900
        # All are the sample: the share is that of all pairs.
        assert searched.recall == len(found) / len(exact) >= index.ENOUGH

    def test_takes_more_lists_where_too_little_is_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []
        own = index._codes
        monkeypatch.setattr(
            index,
            "_codes",
            lambda v, n_lists, limit: asked.append(n_lists) or own(v, n_lists, limit),
        )
        monkeypatch.setattr(index, "LISTS", (1, 2, 4, 50))
        monkeypatch.setattr(index, "ENOUGH", 1.0)
        X = np.random.default_rng(7).normal(size=(120, 3))
        *_, recall = index.pairs_by_index(blocks.Vectors(X, "euclidean"), 1.0)
        assert asked == [1, 2, 4, 50][: len(asked)]
        assert len(asked) > 1
        assert recall == 1.0

    def test_a_grouping_of_all_pairs_says_what_was_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(vectors, "MOST_LOOKED_AT", 10)
        pairs = ComparedPairs(VectorPairs(np.eye(20)[np.arange(40) % 20], "cosine"))
        assert pairs.recall == 1.0
        assert len(pairs.within(0.5)[0]) == 20
        assert pairs.recall == 1.0


def draw_hashes(seed: int, n: int, n_bytes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    packed = rng.integers(0, 256, (n, n_bytes), dtype=np.uint8)
    packed[rng.random(n) < 0.4] = packed[0]
    return packed, rng.random(n) < 0.9


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 30),
    st.sampled_from([1, 3, 8, 9, 32, 33]),
    st.sampled_from([-1.0, 0.0, 0.5, 3.0, 17.0, 60.0, 1e9]),
)
def test_hashes_differ_in_the_bits_that_differ(
    seed: int, n: int, n_bytes: int, limit: float
) -> None:
    packed, known = draw_hashes(seed, n, n_bytes)
    compared = HashPairs(packed, known)
    bits = np.unpackbits(packed, axis=1)
    expected = {
        (a, b): int((bits[a] != bits[b]).sum()) if known[a] and known[b] else np.inf
        for a, b in combinations(range(n), 2)
    }
    condensed = compared.condensed()
    assert condensed.tolist() == list(expected.values())
    assert condensed.dtype == np.float64
    found = as_set(compared.within(limit))
    assert found == {pair: d for pair, d in expected.items() if d <= min(limit, 1e6)}
    assert list(found) == sorted(found)
    assert squareform(compared.square(), checks=False).tolist() == condensed.tolist()


def test_hashes_in_several_tiles_and_parts_are_all_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "ROWS", 4)
    monkeypatch.setattr(hashes, "COLUMNS", 9)
    packed, known = draw_hashes(1, 150, 8)
    apart = squareform(HashPairs(packed, known).condensed())
    found = as_set(HashPairs(packed, known).within(25))
    first, second = np.nonzero(np.triu(apart <= 25, 1))
    assert list(found) == list(zip(first.tolist(), second.tolist(), strict=True))
    assert len(found) > 150


@given(st.integers(2, 9), st.data())
def test_those_of_some_images_are_found_among_those_of_all(n: int, data: st.DataObject) -> None:
    places = np.array(
        data.draw(st.lists(st.integers(0, n - 1), min_size=1, unique=True).map(sorted))
    )
    condensed = np.arange(n * (n - 1) // 2, dtype=float)
    square = squareform(condensed)[places][:, places]
    assert among(condensed, places).tolist() == squareform(square).tolist()
    pairs = pairs_of(n)
    some = SomePairs(n, pairs, condensed, 99.0)
    for known in (some, AllPairs(n, condensed)):
        assert known.condensed(places).tolist() == squareform(square).tolist()
