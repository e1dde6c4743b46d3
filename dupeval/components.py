"""Principal components of vectors: all, of many vectors those wanted, or some by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from dupeval.clustering.distances import BLOCK
from dupeval.errors import SettingsError
from dupeval.reduction import Vectors, too_many
from dupeval.scatter import Scatter, principal_axes


class Components:
    """All principal components of some vectors; fewer are the first of them.

    Parameters
    ----------
    X : ndarray of float, shape (n, d)
        n >= 2.

    Attributes
    ----------
    block : int
        Of how many components distances are summed up at once; see
        `dupeval.clustering.truncated_distances`.
    """

    block = BLOCK

    def __init__(self, X: Vectors) -> None:
        # A second that a run does without which finds its rows stored.
        from sklearn import decomposition  # noqa: PLC0415

        # Centred, n vectors span n - 1 dimensions at most.
        self.n_most: int = min(len(X) - 1, X.shape[1])
        with np.errstate(invalid="ignore"):  # Equal vectors have no variance to take shares of.
            self._pca = decomposition.PCA(self.n_most, svd_solver="full").fit(X)
        # Where some vectors are equal they span fewer; the components beyond are rounding noise,
        # which whitening would blow up.
        lengths = self._pca.singular_values_
        rounding = float(np.linalg.norm(X)) * max(X.shape) * np.finfo(lengths.dtype).eps
        self._is_noise = lengths <= rounding

    def transform(self, X: Vectors, n_components: int | float, whiten: bool) -> Vectors:
        """Return the first principal components of vectors; see `count` for how many."""
        k = self.count(n_components)  # Those that are not known yet are found now.
        return self.project(X, whiten)[:, :k]

    def project(self, X: Vectors, whiten: bool) -> Vectors:
        """Return all principal components of vectors, shape (n, n_most).

        Parameters
        ----------
        X : ndarray of float, shape (n, d)
        whiten : bool
            Divide each component by its standard deviation.
        """
        scores: Vectors = self._pca.transform(X)
        scores[:, self._is_noise] = 0.0
        return self.whitened(scores) if whiten else scores

    def whitened(self, scores: Vectors) -> Vectors:
        """Return components that `project` returned, each divided by its standard deviation."""
        # Of noise there is nothing left to divide.
        scale = np.where(self._is_noise, 1.0, np.sqrt(self._pca.explained_variance_))
        scaled: Vectors = scores / scale.astype(scores.dtype)
        return scaled

    def count(self, n_components: int | float) -> int:
        """Return how many of the first components are meant.

        Parameters
        ----------
        n_components : int, or float below 1
            Their number, or the share of the variance that they reach together.

        Raises
        ------
        SettingsError
            If there are not that many.
        """
        shares = self._pca.explained_variance_ratio_
        return _count(n_components, shares, self.n_most, self._pca.n_samples_)

    def first(self, n_components: int | float) -> Projection:
        """Return the first components alone, to be kept; see `count` for how many."""
        k = self.count(n_components)
        directions = np.where(self._is_noise[:k, None], 0.0, self._pca.components_[:k])
        deviations = np.where(self._is_noise[:k], 1.0, np.sqrt(self._pca.explained_variance_[:k]))
        return Projection(np.array(self._pca.mean_), directions, deviations)


class ComponentsOfMany:
    """The same as `Components`, of many vectors: by how they scatter, and only those wanted.

    Parameters
    ----------
    scatter : callable
        ``scatter()`` returns the sums over the vectors; asked again where more components are
        wanted than were.
    wanted : sequence of int or float
        Numbers of components, or shares of the variance, that will be asked for.
    """

    block = 256

    def __init__(self, scatter: Callable[[], Scatter], wanted: Sequence[int | float]) -> None:
        self._scatter = scatter
        self._counts: dict[int | float, int] = {}
        self._find(wanted)

    def _find(self, wanted: Sequence[int | float]) -> None:
        scatter = self._scatter()
        self._n, self._mean = scatter.n, scatter.mean
        self.n_most: int = min(scatter.n - 1, len(scatter.mean))
        length = np.sqrt(np.trace(scatter.squares) / (scatter.n - 1))

        def enough(variances: npt.NDArray[np.float64]) -> int:
            # What is left of a variance of 0 where sums as large as these are subtracted.
            rounding = max(scatter.n, len(variances)) * np.finfo(np.float64).eps
            self._variances = np.where(variances > length**2 * rounding, variances, 0.0)
            counts = [self._count(each) for each in wanted if not self._is_beyond(each)]
            return max(counts, default=1)

        # A column an axis: vectors are turned by them, few at a time.
        self._axes = np.ascontiguousarray(principal_axes(scatter.covariance, enough)[1].T)

    def _is_beyond(self, n_components: int | float) -> bool:
        return isinstance(n_components, int) and n_components > self.n_most

    def transform(self, X: Vectors, n_components: int | float, whiten: bool) -> Vectors:
        """See `Components.transform`."""
        k = self.count(n_components)
        return self.project(X, whiten)[:, :k]

    def project(self, X: Vectors, whiten: bool) -> Vectors:
        """See `Components.project`: the components that were wanted, shape (n, n_wanted)."""
        scores: Vectors = (X - self._mean) @ self._axes
        scores[:, self._variances[: self._axes.shape[1]] == 0] = 0.0
        return self.whitened(scores) if whiten else scores

    def whitened(self, scores: Vectors) -> Vectors:
        """See `Components.whitened`."""
        variances = self._variances[: self._axes.shape[1]]
        scaled: Vectors = scores / np.sqrt(np.where(variances > 0, variances, 1.0))
        return scaled

    def count(self, n_components: int | float) -> int:
        """See `Components.count`."""
        if n_components not in self._counts:
            k = self._count(n_components)
            if k > self._axes.shape[1]:
                self._find([n_components])
            self._counts[n_components] = k
        return self._counts[n_components]

    def _count(self, n_components: int | float) -> int:
        shares = self._variances / max(self._variances.sum(), np.finfo(np.float64).tiny)
        return _count(n_components, shares[: self.n_most], self.n_most, self._n)


def _count(
    n_components: int | float, shares: npt.NDArray[np.floating], n_most: int, n_images: int
) -> int:
    if isinstance(n_components, float):
        reached = int(np.searchsorted(np.cumsum(shares), n_components, side="right")) + 1
        return min(reached, n_most)
    if n_components > n_most:
        raise too_many(n_components, n_images, n_most)
    return n_components


@dataclass(frozen=True, eq=False)
class Projection:
    """Some principal components by themselves, without the images that they were fitted on.

    Attributes
    ----------
    mean : ndarray of float64, shape (d,)
    directions : ndarray of float64, shape (k, d)
    deviations : ndarray of float64, shape (k,)
        The standard deviation along each, above 0.
    """

    block: ClassVar[int] = BLOCK

    mean: npt.NDArray[np.float64]
    directions: npt.NDArray[np.float64]
    deviations: npt.NDArray[np.float64]

    @classmethod
    def of(cls, tensors: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Return what `tensors` gave.

        Raises
        ------
        ValueError
            If they are no components.
        """
        if set(tensors) != {"mean", "directions", "deviations"}:
            raise ValueError("principal components are a mean, directions and deviations")
        made = cls(**{name: np.asarray(values, np.float64) for name, values in tensors.items()})
        k, d = len(made.deviations), len(made.mean)
        if not (k and d and made.directions.shape == (k, d)):
            raise ValueError("the mean, directions and deviations do not fit each other")
        if not (all(np.isfinite(x).all() for x in made.tensors.values()) and made._spread):
            raise ValueError("principal components are finite numbers, and deviations above 0")
        return made

    @property
    def tensors(self) -> Mapping[str, npt.NDArray[np.float64]]:
        """The arrays, by name."""
        return {
            "mean": self.mean,
            "directions": self.directions,
            "deviations": self.deviations,
        }

    @property
    def _spread(self) -> bool:
        return bool((self.deviations > 0).all())

    def project(self, X: Vectors, whiten: bool) -> Vectors:
        """Return the components of vectors, shape (n, k); see `Components.project`.

        Raises
        ------
        SettingsError
            If the vectors have another length.
        """
        if X.shape[1] != len(self.mean):
            raise SettingsError(
                f"the principal components are of vectors of {len(self.mean):,} numbers, and these "
                f"have {X.shape[1]:,}"
            )
        scores: Vectors = (X - self.mean) @ self.directions.T
        return self.whitened(scores) if whiten else scores

    def whitened(self, scores: Vectors) -> Vectors:
        """Return components that `project` returned, each divided by its standard deviation."""
        return scores / self.deviations

    def count(self, n_components: int | float) -> int:
        """Return how many there are: what was kept is what was chosen."""
        return len(self.directions)
