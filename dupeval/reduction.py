"""Vectors -> fewer dimensions: how principal components are asked for; `components` finds them."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.errors import RowError, SettingsError
from dupeval.strict import STRICT

Vectors = npt.NDArray[np.floating]


@dataclass(frozen=True, config=STRICT)
class PCA:
    """How principal components are found.

    Attributes
    ----------
    n_components : int, or float below 1
        Their number, or the share of the variance they explain together.
    fit : {"others", "dataset", "query"}, default "others"
        The images they are fitted on: those of the other queries, of all queries, or of the
        query itself. What a protocol hides of a query is hidden from all others; with
        ``dataset`` and ``query`` a query's own images, never its labels, shape its own
        reduction, as they do for anybody who has a new query at hand.
    whiten : bool, default False
        Divide each component by its standard deviation.
    """

    # Strict, so that neither 1.0 nor True passes for one component.
    n_components: Annotated[int, Field(gt=0, strict=True)] | Annotated[float, Field(gt=0, lt=1)]
    fit: Literal["others", "dataset", "query"] = "others"
    whiten: bool = False


def check_components(reduction: PCA, n_images: int) -> None:
    """Raise SettingsError when PCA cannot be fitted as wanted on that many images."""
    if n_images < 2:
        raise RowError(
            f"fit={reduction.fit} leaves {n_images} images to fit PCA on; possible: fit=query, or "
            "a dataset with more queries"
        )
    if isinstance(reduction.n_components, int) and reduction.n_components >= n_images:
        raise too_many(reduction.n_components, n_images, n_images - 1)


def too_many(n_components: int | float, n_images: int, n_most: int) -> SettingsError:
    """Return what is to be said of more components than there can be."""
    return SettingsError(
        f"n_components={n_components}, but PCA is fitted on {n_images} images, which have no more "
        f"than {n_most}; possible: 1 to {n_most}, or a share of the variance below 1"
    )


def lossless_coordinates(X: Vectors) -> npt.NDArray[np.float64]:
    """Return n vectors in a basis of the space they span, so that d becomes at most n.

    All inner products stay as they are, up to rounding, and with them principal components and
    Euclidean and cosine distances: ``X = R.T Q.T`` with orthonormal Q, so the rows of ``R.T``
    are the vectors seen from another side.

    Parameters
    ----------
    X : ndarray of float, shape (n, d)

    Returns
    -------
    ndarray of float64, shape (n, min(n, d))
    """
    vectors = np.asarray(X, dtype=np.float64)
    if vectors.shape[0] >= vectors.shape[1]:
        return vectors
    triangle: npt.NDArray[np.float64] = np.asarray(np.linalg.qr(vectors.T, mode="r"))
    return np.ascontiguousarray(triangle.T)
