"""Merging many images: by the nearest-neighbour chain, and by the minimum spanning tree.

Both ask for one image's distances at a time, so that numpy does the work, and both keep the
distances of all pairs once, condensed, in float32: half of what scipy's take, which copies them
besides. The chain is Murtagh's (Computer Journal 26, 1983; Muellner, arXiv:1109.2378, has both
and their proofs), the tree is Prim's.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dupeval.clustering.distances import Linkage
from dupeval.clustering.tree import Places, Values

Floats = npt.NDArray[np.float32]

# Linkages by which merging two clusters never brings a third one nearer.
CHAINED: tuple[Linkage, ...] = ("complete", "average", "weighted")
# Rows that are mirrored together.
TILE = 64
# Clusters that are gone are left out once they are this share.
GONE = 0.25


def merge_pairs(condensed: Floats, n: int, linkage: Linkage) -> tuple[Places, Places, Values]:
    """Return the n - 1 merges of n images, each behind those that made its clusters.

    Parameters
    ----------
    condensed : ndarray of float32, shape (n * (n - 1) / 2,)
        Distances, which are lost.
    n : int
    linkage : {"single", "complete", "average", "weighted"}

    Returns
    -------
    first, second : ndarray of int64, shape (n - 1,)
        An observation of each of the two clusters.
    heights : ndarray of float64, shape (n - 1,)
    """
    rows = _Rows(condensed, n)
    return _spanned(rows) if linkage == "single" else _chained(rows, linkage)


class _Rows:
    """The distances of clusters, a row at a time.

    They are condensed at first, where half a row lies scattered, and square as soon as what is left
    fits so into the same memory.

    Attributes
    ----------
    n : int
        How many there are, those that are gone since the last `keep` with them.
    """

    def __init__(self, condensed: Floats, n: int) -> None:
        self.n, self._values = n, condensed
        self._square: Floats | None = None
        self._at = np.empty(n, np.int64)
        self._count()

    def _count(self) -> None:
        rows = np.arange(self.n, dtype=np.int64)
        # Where the pairs of each row begin, and would if the row began with its first image.
        self._starts = rows * (2 * self.n - rows - 1) // 2
        self._base = self._starts - rows - 1

    def read(self, i: int, out: Floats) -> None:
        """Write the distances of one to all, itself infinitely far."""
        if self._square is not None:
            out[:] = self._square[i]
        else:
            at = np.add(self._base[:i], i, out=self._at[:i])
            np.take(self._values, at, out=out[:i], mode="clip")
            start = self._starts[i]
            out[i + 1 :] = self._values[start : start + self.n - i - 1]
        out[i] = np.inf

    def write(self, i: int, row: Floats) -> None:
        """Give one other distances."""
        if self._square is not None:
            self._square[i] = row
            self._square[:, i] = row
            return
        self._values[np.add(self._base[:i], i, out=self._at[:i])] = row[:i]
        start = self._starts[i]
        self._values[start : start + self.n - i - 1] = row[i + 1 :]

    def keep(self, places: Places) -> None:
        """Leave out all but some, in their order."""
        k = len(places)
        if self._square is not None:
            square = self._values[: k * k].reshape(k, k)
            # Nothing is written beyond what was read.
            for i, place in enumerate(places.tolist()):
                square[i] = self._square[place, places]
            self._square = square
        else:
            done = 0
            for i, place in enumerate(places.tolist()):
                row = self._values[self._base[place] + places[i + 1 :]]
                self._values[done : done + len(row)] = row
                done += len(row)
        self.n = k
        if self._square is None:
            self._count()
            if k * k <= len(self._values):
                self._make_square()

    def _make_square(self) -> None:
        n = self.n
        square = self._values[: n * n].reshape(n, n)
        # From the last row on, for each lies farther back than it did.
        for i in range(n - 1, -1, -1):
            start = self._starts[i]
            square[i, i + 1 :] = self._values[start : start + n - i - 1].copy()
        for start in range(0, n, TILE):
            columns = slice(start, min(start + TILE, n))
            square[columns, :start] = square[:start, columns].T
            corner = np.triu(square[columns, columns], 1)
            square[columns, columns] = corner + corner.T
        self._square = square


def _spanned(rows: _Rows) -> tuple[Places, Places, Values]:
    n = rows.n
    row, nearest = np.empty(n, np.float32), np.zeros(n, np.int64)
    distance, outside = np.full(n, np.inf, np.float32), np.ones(n, np.bool_)
    first, second = np.empty(n - 1, np.int64), np.empty(n - 1, np.int64)
    heights = np.empty(n - 1)
    last = 0
    outside[0] = False
    for step in range(n - 1):
        rows.read(last, row)
        nearer = (row < distance) & outside
        np.copyto(distance, row, where=nearer)
        nearest[nearer] = last
        last = int(distance.argmin())
        first[step], second[step], heights[step] = nearest[last], last, distance[last]
        outside[last], distance[last] = False, np.inf
    return first, second, heights


def _chained(rows: _Rows, linkage: Linkage) -> tuple[Places, Places, Values]:
    n = rows.n
    names = np.arange(n, dtype=np.int64)
    sizes, gone = np.ones(n, np.int64), np.zeros(n, np.float32)
    one, other = np.empty(n, np.float32), np.empty(n, np.float32)
    first, second = np.empty(n - 1, np.int64), np.empty(n - 1, np.int64)
    heights = np.empty(n - 1)
    chain: list[int] = []
    for step in range(n - 1):
        if not chain:
            chain.append(int(gone.argmin()))
        read = -1
        while True:
            rows.read(chain[-1], one)
            one += gone
            to = int(one.argmin())
            # Of several that are nearest the one it came from, or the chain would not end.
            if len(chain) > 1 and one[chain[-2]] <= one[to]:
                break
            read = chain[-1]
            one, other = other, one
            chain.append(to)
        a, b = chain.pop(), chain.pop()
        if read != b:
            rows.read(b, other)
        first[step], second[step], heights[step] = names[b], names[a], one[b]
        rows.write(b, _joined(one, other, sizes[a], sizes[b], linkage))
        sizes[b] += sizes[a]
        gone[a] = np.inf
        left = n - 1 - step
        if left < (1 - GONE) * rows.n and left > 1:
            places = np.flatnonzero(gone == 0)
            rows.keep(places)
            new = np.zeros(len(gone), np.int64)
            new[places] = np.arange(len(places))
            chain = new[chain].tolist()
            names, sizes, gone = names[places], sizes[places], gone[places]
            one, other = one[: len(places)], other[: len(places)]
    return first, second, heights


def _joined(a: Floats, b: Floats, n_a: int, n_b: int, linkage: Linkage) -> Floats:
    """Return the distances of two clusters as one, by Lance and Williams."""
    if linkage == "complete":
        return np.maximum(a, b)
    share = 0.5 if linkage == "weighted" else float(n_a / (n_a + n_b))
    mean = np.float32(share) * a + np.float32(1 - share) * b
    # A mean that rounds below both would bring a third one nearer, and equal ones stay equal.
    bounded: Floats = np.clip(mean, np.minimum(a, b), np.maximum(a, b), out=mean)
    return bounded
