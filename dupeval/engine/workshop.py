"""What is dear and depends on images alone, done once for all images of a dataset."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from dupeval.clustering.memory import check_memory
from dupeval.clustering.pairs import pairs_of
from dupeval.dataset import Dataset, ImageHandle
from dupeval.distance import PairScore
from dupeval.distance.gates import Gate, condensed_mask, gate_cost
from dupeval.distance.pairs import PairCache
from dupeval.distance.sharing import pairs_sharing_words
from dupeval.engine.coordinates import Coordinates
from dupeval.method import Resources
from dupeval.method.views import QueryImages, Vectors
from dupeval.representation import Representation
from dupeval.representation.cache import Represented, VectorCache
from dupeval.scatter import Scatter
from dupeval.timing import Stopwatch, one_thread
from dupeval.tool import Tool
from dupeval.tool.cache import ReplyCache
from dupeval.tool.process import Reply
from dupeval.tool.running import run_tool

# Of handles of two images, looked at together.
BYTES_OF_A_PAIR = 100


class Workshop:
    """Vectors, distances and tools' replies of a dataset's images, made when first asked for.

    Parameters
    ----------
    dataset : Dataset
    resources : Resources
    watch : Stopwatch
        Told how long each stage took.
    run : int, default 0
        Which of several runs of an external tool this is.
    shelf : dict, optional
        What workshops of the same dataset share: vectors, each read and held once.
    """

    def __init__(
        self,
        dataset: Dataset,
        resources: Resources,
        watch: Stopwatch,
        run: int = 0,
        shelf: dict[Representation, Represented] | None = None,
    ) -> None:
        self.dataset, self.watch = dataset, watch
        self._resources, self._run = resources, run
        self._shelf = {} if shelf is None else shelf
        self._ends = np.cumsum([len(query.images) for query in dataset.queries])[:-1]
        self._vectors: dict[Representation, Sequence[Vectors]] = {}
        self._coordinates: dict[Representation, Coordinates] = {}
        # One pass of a network gives several layers: it is timed once.
        self._timed: set[Representation] = set()
        self._replies: dict[Tool, Sequence[Reply]] = {}
        self._pairs: dict[tuple[PairScore, Gate | None], Sequence[npt.NDArray[np.float64]]] = {}

    def queries(self) -> tuple[QueryImages, ...]:
        """Return what methods are shown of each query."""
        return tuple(
            QueryImages(
                query.slug,
                query.images,
                partial(self._vectors_of, i),
                partial(self._coordinates_of, i),
                partial(self._reply_of, i),
                partial(self._pairs_of, i),
                partial(self._sharing_of, query.images),
            )
            for i, query in enumerate(self.dataset.queries)
        )

    def _vectors_of(self, query: int, representation: Representation) -> Vectors:
        if representation not in self._vectors:
            self._vectors[representation] = self._represent(representation)
        return self._vectors[representation][query]

    def _represent(self, representation: Representation) -> Sequence[Vectors]:
        source = representation.source
        made = self._shelf.get(representation)
        if made is None and source in self._shelf:
            whole = self._shelf[source]
            made = replace(whole, vectors=representation.from_source(whole.vectors))
        if made is None:
            cache = VectorCache(self._resources.cache_dir / "vectors")
            made = cache.represent(self.dataset.images, representation, self._resources.progress)
        self._shelf[representation] = replace(made, stored=True)
        first = source or representation
        if first not in self._timed:
            self.watch.add("representation", made.wall_s, made.cpu_s, stored=made.stored)
            self._timed.add(first)
        return np.split(made.vectors, self._ends)

    def scatter(self, queries: frozenset[int], representation: Representation) -> Scatter:
        """Return how the coordinates of all images of some queries scatter."""
        return self._all_coordinates(representation).scatter(queries)

    def _coordinates_of(
        self, query: int, representation: Representation, own: bool = False
    ) -> Vectors:
        coordinates = self._all_coordinates(representation)
        if own and coordinates.landmarks is not None:
            return self._vectors_of(query, representation)
        return coordinates.of_query(query)

    def _all_coordinates(self, representation: Representation) -> Coordinates:
        if representation not in self._coordinates:
            self._vectors_of(0, representation)
            with self.watch.time("coordinates"), one_thread():
                coordinates = Coordinates.of(self._vectors[representation])
            if coordinates.landmarks is not None:
                warnings.warn(
                    f"{self.watch.method}: the vectors are long and the images many, so principal "
                    f"components are fitted on at most {len(coordinates.landmarks)} of the "
                    f"{len(coordinates.matrix)} images, spread evenly",
                    stacklevel=2,
                )
            self._coordinates[representation] = coordinates
        return self._coordinates[representation]

    def _reply_of(self, query: int, tool: Tool, time_limit_s: float) -> Reply:
        if tool not in self._replies:
            self._replies[tool] = self._run_tool(tool, time_limit_s)
        return self._replies[tool][query]

    def _run_tool(self, tool: Tool, time_limit_s: float) -> Sequence[Reply]:
        resources = self._resources
        replies, stored = run_tool(
            tool,
            self.dataset,
            ReplyCache(resources.cache_dir / "replies"),
            time_limit_s,
            self._run,
            resources.fresh,
            self.watch.method if resources.progress else None,
        )
        self.watch.add(
            "tool",
            sum(reply.wall_s for reply in replies),
            sum(reply.cpu_s for reply in replies),
            max(reply.peak_memory_mb for reply in replies),
            stored,
        )
        return replies

    def _pairs_of(self, query: int, score: PairScore, gate: Gate | None) -> npt.NDArray[np.float64]:
        if (score, gate) not in self._pairs:
            self._pairs[score, gate] = self._compare(score, gate)
        return self._pairs[score, gate][query]

    def _sharing_of(
        self, images: Sequence[ImageHandle], score: PairScore, nearest: int, n_first: int | None
    ) -> npt.NDArray[np.int64]:
        progress = self._resources.progress
        return pairs_sharing_words(images, score, nearest, n_first, self._pair_cache, progress)

    @property
    def _pair_cache(self) -> PairCache:
        return PairCache(self._resources.cache_dir / "pairs", self._resources.workers)

    def _compare(self, score: PairScore, gate: Gate | None) -> Sequence[npt.NDArray[np.float64]]:
        queries = self.queries()
        asked, looked_at = [], []
        for query in queries:
            n = len(query.images)
            check_memory(n, BYTES_OF_A_PAIR, "methods on vectors, or fewer images")
            places = pairs_of(n) if gate is None else gate.looked_at(query, score)
            asked += [(query.images[a], query.images[b]) for a, b in places.tolist()]
            looked_at.append(condensed_mask(places, n))
        cost = gate_cost(self.dataset.queries, looked_at)
        if cost.n_left_out:
            warnings.warn(f"{self.watch.method}: {cost}", stacklevel=2)
        let_through = np.concatenate(looked_at)
        distances = np.full(len(let_through), score.largest)
        made = self._pair_cache.compare(asked, score, self._resources.progress)
        distances[let_through] = made.distances
        self.watch.add("features", *made.features, stored=made.features_stored)
        self.watch.add("matching", *made.matching, stored=made.stored)
        return np.split(distances, np.cumsum([len(mask) for mask in looked_at])[:-1])
