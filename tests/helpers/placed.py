"""Methods on images that lie on a line, so that what is chosen is known without any image."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from labelled import dataset_of

from dupeval.dataset import Dataset
from dupeval.method import Answer, Distances, Method, Params
from dupeval.method.views import QueryImages


@dataclass(frozen=True)
class Placed(Method):
    """Images are as far apart as they lie on a line.

    Attributes
    ----------
    places : mapping of str to float
        By the image's hash.
    stretched : sequence of float
        What may be chosen: by how much the line is stretched.
    """

    places: Mapping[str, float]
    stretched: Sequence[float] = (1.0,)
    own_cut: float | None = None

    @property
    def description(self) -> Mapping[str, Any]:
        return {}

    @property
    def key(self) -> Mapping[str, Any]:
        return {"placed": True, "grid": list(self.stretched)}

    @property
    def candidates(self) -> Sequence[Params]:
        return [{"by": by} for by in self.stretched]

    @property
    def cut(self) -> float | None:
        return self.own_cut

    def answers(
        self, fit: Any, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        at = np.array([self.places[image.sha256] for image in query.images])
        left, right = np.triu_indices(len(at), 1)
        for params in many:
            yield params, Distances(abs(at[left] - at[right]) * params["by"])


def on_lines(*queries: Sequence[tuple[str, float]]) -> tuple[Dataset, dict[str, float]]:
    """Return a dataset of queries of (photograph, place), and the places by hash."""
    dataset = dataset_of(*([photograph for photograph, _ in query] for query in queries))
    places = {
        image.sha256: place
        for query, images in zip(queries, dataset.queries, strict=True)
        for (_, place), image in zip(query, images.images, strict=True)
    }
    return dataset, places


def copies_apart(near: float, n_photographs: int, gap: float = 10.0) -> list[tuple[str, float]]:
    """Return photographs of two images each, so near to each other, and far from others."""
    return [(f"p{i}", i * gap + side) for i in range(n_photographs) for side in (0.0, near)]
