"""Hashes, and in how many bits they differ: exclusive or and population count of machine words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.clustering.blocks import in_parallel, slices
from dupeval.clustering.memory import MOST_DOUBLE, check_memory, n_pairs

Places = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

BITS_OF_A_WORD = 64
# Tiles of pairs whose words stay in the cache of a core: 1 MB.
ROWS, COLUMNS = 64, 2048


class HashPairs:
    """Hashes to compare by the bits that differ; see `dupeval.clustering.pairs.Compared`.

    Parameters
    ----------
    packed : ndarray of uint8, shape (n, n_bytes)
        As `numpy.packbits` has them.
    known : ndarray of bool, shape (n,), optional
        Whether an image has a hash; one without is infinitely far from all. By default all have.
    """

    # All pairs are looked at.
    recall = 1.0

    def __init__(
        self, packed: npt.NDArray[np.uint8], known: npt.NDArray[np.bool_] | None = None
    ) -> None:
        self.packed = packed
        self.known = np.ones(len(packed), np.bool_) if known is None else known

    def __len__(self) -> int:
        return len(self.packed)

    @cached_property
    def words(self) -> Words:
        """The same as machine words, shape (n_words, n)."""
        n_bytes = BITS_OF_A_WORD // 8
        filled = np.zeros((len(self), -(-self.packed.shape[1] // n_bytes) * n_bytes), np.uint8)
        filled[:, : self.packed.shape[1]] = self.packed
        return np.ascontiguousarray(filled.view(np.uint64).T)

    def only(self, places: Places) -> HashPairs:
        """Return some of them, in this order."""
        return HashPairs(self.packed[places], self.known[places])

    def rows(self, places: Places) -> npt.NDArray[np.float32]:
        """Return the distances of some to all, shape (k, n), infinite where one has no hash."""
        found = self.between(places, slice(None)).astype(np.float32)
        found[:, ~self.known] = np.inf
        found[~self.known[places]] = np.inf
        return found

    def square(self) -> npt.NDArray[np.float64]:
        """Return the distances of all pairs, shape (n, n), infinite where one has no hash."""
        found = self.rows(np.arange(len(self))).astype(np.float64)
        np.fill_diagonal(found, 0.0)
        return found

    def between(self, rows: slice | Places, columns: slice | Places) -> npt.NDArray[np.uint16]:
        """Return in how many bits some differ from others, shape (n_rows, n_columns)."""
        words = self.words
        found = np.zeros((len(self.known[rows]), len(self.known[columns])), np.uint16)
        for word in words:
            found += np.bitwise_count(word[rows][:, None] ^ word[columns])
        return found

    def condensed(self) -> npt.NDArray[Any]:
        """Return the distances of all pairs, infinite where one has no hash.

        Returns
        -------
        ndarray, shape (n * (n - 1) / 2,)
            In scipy's condensed order; of float64 up to `MOST_DOUBLE` images, of float32 above.

        Raises
        ------
        SettingsError
            If they do not fit into memory.
        """
        n = len(self)
        check_memory(n, 8, "fewer images, or only the pairs within a radius")
        found = np.empty(n_pairs(n), np.float64 if n <= MOST_DOUBLE else np.float32)
        done = 0
        for rows in slices(n, ROWS):
            block = self.between(rows, slice(rows.start, n)).astype(found.dtype)
            block[:, ~self.known[rows.start :]] = np.inf
            block[~self.known[rows]] = np.inf
            for i, row in enumerate(block):
                found[done : done + len(row) - i - 1] = row[i + 1 :]
                done += len(row) - i - 1
        return found

    def within(self, limit: float) -> tuple[Places, Places, npt.NDArray[np.float64]]:
        """Return the pairs that differ in at most so many bits: places, the smaller first, bits."""
        parts = list(slices(len(self), ROWS * 16))
        # More bits than there are would not be a number of so many bits.
        most = int(min(limit, self.packed.shape[1] * 8))
        found = in_parallel(partial(self._near, limit=most), parts)
        first, second, bits = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((second, first))
        return first[order], second[order], bits[order].astype(np.float64)

    def _near(self, part: slice, limit: int) -> tuple[Places, Places, npt.NDArray[np.uint16]]:
        """Return the pairs whose first is among some."""
        tiles = [(rows, columns) for rows in _within(part, ROWS) for columns in self._beyond(rows)]
        found = [_near_of_tile(self.words, *tile, limit) for tile in tiles]
        first, second, bits = (np.concatenate(column) for column in zip(*found, strict=True))
        kept = (first < second) & self.known[first] & self.known[second]
        return first[kept], second[kept], bits[kept]

    def _beyond(self, rows: slice) -> Iterator[slice]:
        return _within(slice(rows.start, len(self)), COLUMNS)


def _within(part: slice, size: int) -> Iterator[slice]:
    starts = range(part.start, part.stop, size)
    return (slice(start, min(start + size, part.stop)) for start in starts)


def _near_of_tile(
    words: Words, rows: slice, columns: slice, limit: int
) -> tuple[Places, Places, npt.NDArray[np.uint16]]:
    bits: Any = np.bitwise_count(words[0, rows][:, None] ^ words[0, columns])
    if len(words) > 1:
        bits = bits.astype(np.uint16)
        for word in words[1:]:
            bits += np.bitwise_count(word[rows][:, None] ^ word[columns])
    flat = bits.ravel()
    at = np.flatnonzero(flat <= limit)
    first, second = np.divmod(at, columns.stop - columns.start)
    return first + rows.start, second + columns.start, flat[at].astype(np.uint16)
