"""What tests hand to the library in place of images: vectors and curves they know by heart."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from labelled import given_workshop

from dupeval.dataset import Dataset, ImageHandle
from dupeval.engine.answers import Answers, cut
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.folds import Folds
from dupeval.engine.workshop import Workshop
from dupeval.method import Method, Params, Resources
from dupeval.method.vectors import VectorMethod
from dupeval.method.views import Vectors
from dupeval.metrics import PairCurve
from dupeval.representation import Representation
from dupeval.timing import Stopwatch

Labels = list[npt.NDArray[np.str_]]


class GivenVectors(Representation):
    """Vectors come from the test; nothing is read."""

    @property
    def key(self) -> Mapping[str, Any]:
        return {"representation": "given"}

    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[npt.NDArray[np.float32]]:
        raise AssertionError(f"the test gives the vectors, but {len(images)} images were asked for")


class GivenMethod:
    """What a method says of itself, as protocols ask for it."""

    external = False

    def __init__(
        self,
        candidates: Sequence[Mapping[str, Any]],
        default: Mapping[str, Any] | None = None,
        cut: float | None = None,
        cut_candidates: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        self.candidates = candidates
        self.cut_candidates = candidates if cut_candidates is None else cut_candidates
        self.default = {} if default is None else default
        self.cut = cut


class GivenCurves:
    """Curves by number of components and query; remembers what was asked for."""

    def __init__(self, *settings: Sequence[PairCurve], **said: Any) -> None:
        self.by_setting = settings
        self.asked: list[tuple[int, frozenset[int]]] = []
        self.method: Any = GivenMethod([{"n_components": i} for i in range(len(settings))])
        vars(self.method).update(said)

    @property
    def folds(self) -> Folds:
        return Folds.each_query(len(self.by_setting[0]))

    def curves(
        self, query: int, many: Sequence[Mapping[str, Any]], hidden: frozenset[int]
    ) -> list[PairCurve]:
        self.asked.append((query, hidden))
        return [self.by_setting[params["n_components"]][query] for params in many]


def given_answers(method: VectorMethod, dataset: Dataset, vectors: Vectors) -> ScoredAnswers:
    """Make the scored answers of a method, the vectors of all images known beforehand."""
    workshop = given_workshop(dataset, vectors, method.representation)
    return ScoredAnswers(Answers(method, workshop), [query.truth for query in dataset.queries])


def worked(
    method: Method, dataset: Dataset, resources: Resources, watch: Stopwatch, run: int = 0
) -> ScoredAnswers:
    """Let a method do its work on real files, and score what it answers."""
    answers = Answers(method, Workshop(dataset, resources, watch, run))
    answers.prepare([method.default])
    return ScoredAnswers(answers, [query.truth for query in dataset.queries])


def groups_of(
    scored: ScoredAnswers, query: int, threshold: float, params: Params | None = None
) -> list[int]:
    """Return the groups of a query's images, numbered as they first appear."""
    default = scored.method.default
    (found,) = scored.answers.found(query, [default if params is None else params])
    labels: list[int] = cut(found, threshold).tolist()
    return labels


def draw_queries(n_queries: int, n_images: int, d: int, seed: int) -> tuple[Labels, list[Vectors]]:
    """Draw queries of three noisy photographs each, in spaces of different noise."""
    rng = np.random.default_rng(seed)
    labels, vectors = [], []
    for _ in range(n_queries):
        photographs = rng.integers(0, 3, n_images)
        noise = rng.normal(size=(n_images, d)) * rng.uniform(0.2, 1.5, d)
        vectors.append(rng.normal(size=(3, d))[photographs] * 1.5 + noise)
        labels.append(photographs.astype(np.str_))
    return labels, vectors


def perfect_between(low: float, high: float) -> PairCurve:
    """Make the curve of a query that is perfect from `low` to just below `high`, else at F1 0."""
    counts = [[0, 1, 0], [0, 0, 1], [1, 0, 1], [2, 2, 1]]
    return PairCurve(np.array([-math.inf, low, high]), *np.array(counts))
