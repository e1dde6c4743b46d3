"""Groups as labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dupeval.method import Partition


def labels_of(groups: Sequence[Sequence[int]], n_images: int) -> Partition:
    """Return labels, shape (n_images,), that put groups which share an image together."""
    from scipy.sparse import coo_array  # noqa: PLC0415  (as in dupeval.clustering)

    pairs = [(group[0], other) for group in groups for other in group[1:]]
    rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
    return connected(coo_array((np.ones(len(rows)), (rows, columns)), shape=(n_images, n_images)))


def connected(together: Any) -> Partition:
    """Return labels, shape (n_images,), of what a matrix of pairs connects."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    return connected_components(together, directed=False)[1].astype(np.int64)
