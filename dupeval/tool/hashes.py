"""Hashes as tools tell them: bits, of which the number that differ is the distance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Hashes:
    """A hash of each of n images; their distance is the number of bits that differ.

    Attributes
    ----------
    packed : ndarray of uint8, shape (n, n_bytes)
        As `numpy.packbits` has them.
    known : ndarray of bool, shape (n,)
        Whether an image has one: what a tool could not read has none, and is near to nothing.
    """

    packed: npt.NDArray[np.uint8]
    known: npt.NDArray[np.bool_]

    @classmethod
    def of_bits(cls, bits: Sequence[npt.ArrayLike | None]) -> Hashes:
        """Return hashes of equally many bits each, True or 1 where set; None where there is none.

        Raises
        ------
        ValueError
            If they are not equally many.
        """
        known = np.array([of_image is not None for of_image in bits], np.bool_)
        rows = [np.asarray(of_image, np.bool_).ravel() for of_image in bits if of_image is not None]
        packed = np.packbits(np.stack(rows), axis=1) if rows else np.zeros((0, 1), np.uint8)
        every = np.zeros((len(bits), packed.shape[1]), np.uint8)
        every[known] = packed
        return cls(every, known)

    @classmethod
    def of_bytes(cls, hashes: Sequence[bytes | None]) -> Hashes:
        """Return hashes of equally many bytes each; None where there is none."""
        return cls.of_bits(
            [None if x is None else np.unpackbits(np.frombuffer(x, np.uint8)) for x in hashes]
        )

    def __len__(self) -> int:
        return len(self.packed)
