"""Up to a limit, clustering part by part is the clustering of everything at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import squareform

from dupeval.clustering import Dendrogram, Linkage
from dupeval.clustering import sparse as module
from dupeval.clustering.pairs import AllPairs, SomePairs, crossing, pairs_of
from dupeval.clustering.sparse import components
from dupeval.errors import SettingsError
from dupeval.grouping.linkage import Merge, cut, merges_within

LINKAGES = ("single", "complete", "average", "weighted")


def labels(clusters: list[tuple[int, ...]], n: int) -> list[int]:
    of = {place: number for number, cluster in enumerate(clusters) for place in cluster}
    return [of[place] for place in range(n)]


@given(st.integers(0, 2**32 - 1), st.integers(2, 14), st.sampled_from(LINKAGES))
def test_every_cut_up_to_the_limit_is_that_of_the_whole_dendrogram(
    seed: int, n: int, linkage: Linkage
) -> None:
    rng = np.random.default_rng(seed)
    pairs = pairs_of(n)
    distances = rng.random(len(pairs))  # no two alike: of equal ones either may come first
    # Those that were not looked at are at 1.
    looked_at = rng.random(len(pairs)) < 0.6
    distances[~looked_at] = 1.0
    whole = Dendrogram.from_distances(distances, linkage)
    some = SomePairs(n, pairs[looked_at], distances[looked_at], 1.0)
    for limit in (0.0, 0.2, 0.5, 0.9):
        for known in (some, AllPairs(n, distances)):
            merges = merges_within(known, limit, linkage)
            heights = [height for height in whole.heights if height <= limit]
            assert np.allclose([merge.height for merge in merges], heights)
            for threshold in (0.0, limit / 2, limit):
                assert labels(cut(n, merges, threshold), n) == whole.cut(threshold).tolist()


def test_a_merge_says_what_it_joins() -> None:
    square = np.array([[0, 1, 4, 9], [1, 0, 2, 9], [4, 2, 0, 9], [9, 9, 9, 0]], float)
    merges = merges_within(AllPairs(4, squareform(square)), 5, "average")
    assert merges == [Merge((0,), (1,), 1.0), Merge((0, 1), (2,), 3.0)]


def test_parts_are_what_pairs_connect() -> None:
    assert components(6, np.array([4, 1, 0]), np.array([5, 4, 2])) == [[0, 2], [1, 4, 5]]


def test_pairs_across_two_lists() -> None:
    assert crossing(2, 2).tolist() == [[0, 2], [0, 3], [1, 2], [1, 3]]


@given(st.integers(2, 9))
def test_all_pairs_are_found_where_they_stand(n: int) -> None:
    condensed = np.arange(n * (n - 1) // 2, dtype=float)
    known = AllPairs(n, condensed)
    first, second, distances = known.within(np.inf)
    assert np.stack([first, second], axis=1).tolist() == pairs_of(n).tolist()
    assert distances.tolist() == condensed.tolist()
    places = np.arange(n)[::-1].copy()
    assert known.among(places).tolist() == squareform(condensed)[::-1, ::-1].tolist()


@pytest.mark.parametrize("linkage", ["centroid", "median", "ward"])
def test_linkages_of_euclidean_distances_are_refused(linkage: Linkage) -> None:
    with pytest.raises(SettingsError, match="possible: single"):
        merges_within(AllPairs(2, np.ones(1)), 1, linkage)


def test_too_many_connected_images_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CONNECTED", 2)
    with pytest.raises(SettingsError, match="3 images are connected"):
        merges_within(AllPairs(3, np.zeros(3)), 1, "average")


@given(st.integers(2, 40), st.sampled_from([0.1, 0.3, 0.7]))
def test_equal_distances_are_one_cluster_however_means_are_rounded(n: int, apart: float) -> None:
    distances = AllPairs(n, np.full(n * (n - 1) // 2, apart))
    for linkage in LINKAGES:
        merges = merges_within(distances, 0.8, linkage)
        assert cut(n, merges, 0.8) == [tuple(range(n))]
