"""Where a dendrogram's leaves and merges are drawn."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist

from dupeval.clustering import Dendrogram
from dupeval.figures.dendrogram import DrawnTree, _draw_tree


def test_a_tree_drawn_by_hand() -> None:
    # 0 and 1 join at 1, 2 and 3 at 2, all at 5.
    dendrogram = Dendrogram(np.array([[0, 1], [2, 3], [4, 5]]), np.array([1.0, 2.0, 5.0]))
    tree = DrawnTree.of(dendrogram)
    assert tree.leaves.tolist() == [0, 1, 2, 3]
    assert tree.merges.tolist() == [
        [[0, 0], [0, 1], [1, 1], [1, 0]],
        [[2, 0], [2, 2], [3, 2], [3, 0]],
        [[0.5, 1], [0.5, 5], [2.5, 5], [2.5, 2]],
    ]


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 2), min_size=2, max_size=15))
def test_it_is_scipys_drawing(points: list[tuple[int, int]]) -> None:
    X = np.array(points, float)
    tree = DrawnTree.of(Dendrogram.from_vectors(X, "average", "euclidean"))
    drawn = hierarchy.dendrogram(hierarchy.linkage(pdist(X), "average"), no_plot=True)
    assert tree.leaves.tolist() == drawn["leaves"]
    # scipy draws the leaf at place i at 5 + 10 i, and the merges in another order.
    scipys = np.stack([(np.array(drawn["icoord"]) - 5) / 10, drawn["dcoord"]], axis=-1)
    np.testing.assert_allclose(in_order(tree.merges), in_order(scipys), atol=1e-9)


def in_order(merges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    corners = merges.reshape(len(merges), -1).round(9)
    return corners[np.lexsort(corners.T[::-1])]


def test_a_merge_at_the_threshold_is_below_it() -> None:
    # Where all together is best, the threshold is the highest merge.
    dendrogram = Dendrogram(np.array([[0, 1], [2, 3], [4, 5]]), np.array([1.0, 2.0, 5.0]))
    for threshold, n_dark in ((5.0, 3), (4.9, 2), (2.0, 2), (0.5, 0)):
        axes = Figure().subplots()
        _draw_tree(axes, DrawnTree.of(dendrogram), threshold)
        _, dark = axes.collections
        assert isinstance(dark, LineCollection)
        assert len(dark.get_segments()) == n_dark == 4 - len(set(dendrogram.cut(threshold)))


@pytest.mark.parametrize("n", [3000])
def test_a_chain_deeper_than_pythons_stack(n: int) -> None:
    merges = np.array([[0, 1], *([n + i, i + 2] for i in range(n - 2))])
    tree = DrawnTree.of(Dendrogram(merges, np.arange(1.0, n)))
    assert tree.leaves.tolist() == list(range(n))
    assert tree.merges[-1, 1, 1] == n - 1


def test_one_image_alone() -> None:
    tree = DrawnTree.of(Dendrogram.from_distances([]))
    assert tree.leaves.tolist() == [0]
    assert tree.merges.shape == (0, 4, 2)
