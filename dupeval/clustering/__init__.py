"""Vectors or hashes -> distances -> the full merge tree -> cuts.

`distances` of all pairs, condensed; `dendrogram` of them. Of many images: `blocks` of float32,
`chain` merges them, and `memory` says beforehand what does not fit. Of more: `pairs` knows the
distances of some pairs or makes them when asked (`vectors`, `hashes`, found through an `index`
where even looking at all is too much), and `sparse` merges what is near enough to matter.
"""

from dupeval.clustering.dendrogram import Dendrogram
from dupeval.clustering.distances import (
    EUCLIDEAN_LINKAGES,
    Linkage,
    Metric,
    check_combination,
    pairwise_distances,
    truncated_distances,
)

__all__ = [
    "EUCLIDEAN_LINKAGES",
    "Dendrogram",
    "Linkage",
    "Metric",
    "check_combination",
    "pairwise_distances",
    "truncated_distances",
]
