"""The twelve figures of each reading, and how far from the published ones they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dupeval.metrics import scores_of_counts
from dupeval.protocol.search import TIE, middle_of_widest
from dupeval.readings.cuts import Cuts, Floats, Ints, Partitions, Truth
from dupeval.readings.space import RULES, SCALES, Pipeline, Reduction, Space

METHODS = ("raw", "raw_pca", "vgg", "vgg_pca")
# Every way of giving the four published rows to the four methods; the first is as published.
ORDERS = tuple(permutations(range(len(METHODS))))
_ORDERS = np.array(ORDERS)
# Of the highest merge: where scipy colours the branches of a dendrogram.
SCIPY_DEFAULT = 0.7


class Definition(NamedTuple):
    """What precision and recall are made of.

    Attributes
    ----------
    name : str
        ``standard``; the slides print the text of FP twice and that of FN wrongly: ``first_fp``
        takes their first FP (pairs that are together in neither partition) and their FN (pairs
        that are together in the prediction only), ``second_fp`` their second FP and their FN.
    empty : float
        The precision of a query in which nothing is claimed.
    """

    name: str
    empty: float = 0.0


DEFINITIONS = (
    Definition("standard"),
    Definition("standard", 1.0),
    Definition("first_fp"),
    Definition("second_fp"),
)

Trees = Mapping[tuple[str, str], Partitions]
# By what vectors come from, features, and reduction (None: without one).
Forest = Mapping[tuple[str, str, Reduction | None], Trees]


@dataclass(frozen=True, eq=False)
class Scored:
    """What comes of every reading on one dataset, in the order of `Space.readings`.

    Attributes
    ----------
    figures : ndarray of float64, shape (n_readings, n_rules, n_definitions, 4, 3)
        Precision, recall and F1, means over queries, of the four methods; NaN of rules that have no
        meaning for a kind of cut.
    nearest : ndarray of float64, shape (n_readings, n_orders)
        The least distance from the published rows, in each order, at any one threshold.
    own : ndarray of float64, shape (n_readings, 4)
        The best F1 of each method with a threshold of its own.
    """

    figures: Floats
    nearest: Floats
    own: Floats


def score_readings(space: Space, forest: Forest, truth: Truth, published: Floats) -> Scored:
    """Score every reading exactly, over all cuts.

    Parameters
    ----------
    space : Space
    forest : mapping
        The trees of the sizes of raw pixels (as texts) and of the networks.
    truth : Truth
    published : ndarray of float64, shape (4, 3)
    """

    @cache  # Raw pixels without a reduction, say, are a part of very many readings.
    def cuts_of(source: str, pipeline: Pipeline, reduction: Reduction | None) -> _Part:
        clustering = (pipeline.linkage, pipeline.metric)
        cuts = forest[source, pipeline.features, reduction][clustering].cut_by(pipeline.cut)
        return _Part(cuts, float(_steps(cuts, truth)[1][:, 2].max()))

    def parts(source: str, pipeline: Pipeline) -> list[_Part]:
        reduction = Reduction(pipeline.n_components, pipeline.fit)
        bare = pipeline._replace(network="", n_components=0, fit="query")
        return [cuts_of(source, bare, wanted) for wanted in (None, reduction)]

    figures, nearest, own = [], [], []
    for pipeline in space.pipelines():
        of_vgg = parts(pipeline.network, pipeline)
        thresholds = _Thresholds(of_vgg[1].cuts, truth, published, pipeline.cut == "fraction")
        counts = [part.cuts.at(thresholds.all) for part in of_vgg]
        for size, scale in space.pixels(pipeline):
            of_raw = parts(str(size), pipeline)
            scaled = [part.cuts.scaled(SCALES[scale]).at(thresholds.all) for part in of_raw]
            found, least = thresholds.read([*scaled, *counts])
            figures.append(found)
            nearest.append(least)
            own.append([part.best_f1 for part in (*of_raw, *of_vgg)])
    return Scored(np.array(figures), np.array(nearest), np.array(own))


class _Part(NamedTuple):
    """The cuts of one of the four methods, and its best F1 with a threshold of its own."""

    cuts: Cuts
    best_f1: float


def _steps(cuts: Cuts, truth: Truth) -> tuple[Floats, Floats]:
    """Return where the means over queries change, and the means from there on, shape (n, 3)."""
    starts = np.unique(cuts.thresholds[cuts.thresholds < np.inf])
    return starts, mean_scores(*cuts.at(starts), truth, DEFINITIONS[0])


def mean_scores(tp: Ints, claimed: Ints, truth: Truth, definition: Definition) -> Floats:
    """Return mean precision, recall and F1 of counts, shape (..., n_queries) -> (..., 3)."""
    false, missed = claimed - tp, truth.n_true - tp
    if definition.name == "first_fp":
        false, missed = truth.n_pairs - claimed - missed, false
    elif definition.name == "second_fp":
        missed = false
    scores = scores_of_counts(tp, false, missed, definition.empty)
    if definition.name != "standard":
        # As printed, nothing that is claimed leaves nothing to count; there is a pair to find yet.
        for score in scores:
            score[(claimed == 0) & (truth.n_true > 0)] = 0.0
    return np.stack([score.mean(axis=-1) for score in scores], axis=-1)


class _Thresholds:
    """The thresholds at which readings that share VGG + PCA are looked at.

    Attributes
    ----------
    all : ndarray of float64
        The middle of every step of VGG + PCA, then what rules that look at it alone choose.
    """

    def __init__(self, cuts: Cuts, truth: Truth, published: Floats, of_fractions: bool) -> None:
        self._truth, self._published = truth, published
        starts, means = _steps(cuts, truth)
        precision, recall, f1 = means.T
        low, high = np.maximum(starts, 0.0), np.append(starts[1:], starts[-1])
        self._grid = (low + high) / 2
        reached = np.flatnonzero(recall >= published[3, 1] - TIE)
        at = recall[reached[0]] if len(reached) else recall[-1]
        chosen = {
            "best_f1": f1 >= f1.max() - TIE,
            "precision_1": _most_recall(precision, recall, 1.0),
            "precision_97": _most_recall(precision, recall, 0.97),
            "published_recall": np.abs(recall - at) <= TIE,
        }
        own = {name: middle_of_widest(starts, holds) for name, holds in chosen.items()}
        own |= {"scipy_default": SCIPY_DEFAULT} if of_fractions else {}
        self.all = np.append(self._grid, list(own.values()))
        self._places = {name: len(self._grid) + i for i, name in enumerate(own)}

    def read(self, counts: Sequence[tuple[Ints, Ints]]) -> tuple[Floats, Floats]:
        """Return the figures by every rule and definition, and the distance of the nearest.

        Parameters
        ----------
        counts : sequence of (ndarray, ndarray)
            Of the four methods, `Cuts.at` the thresholds.
        """
        n = len(self._grid)
        # Shape (methods, thresholds, queries).
        tp, claimed = (np.array(each) for each in zip(*counts, strict=True))
        everywhere = mean_scores(tp[:, :n], claimed[:, :n], self._truth, DEFINITIONS[0])
        of_all = int(everywhere[:, :, 2].mean(axis=0).argmax())
        places = [self._places.get(rule.name, of_all) for rule in RULES]
        tp, claimed = tp[:, places], claimed[:, places]
        figures = np.array([mean_scores(tp, claimed, self._truth, each) for each in DEFINITIONS])
        figures = figures.transpose(2, 0, 1, 3)
        if "scipy_default" not in self._places:
            figures[[rule.name == "scipy_default" for rule in RULES]] = np.nan
        # Shape (methods, thresholds, published rows).
        apart = ((everywhere[:, :, None] - self._published) ** 2).sum(axis=3)
        total = sum(apart[method][:, _ORDERS[:, method]] for method in range(len(METHODS)))
        return figures, np.sqrt(np.min(total, axis=0) / self._published.size)


def _most_recall(precision: Floats, recall: Floats, least: float) -> npt.NDArray[np.bool_]:
    """Return where recall is the most that a precision allows; the best one if none is enough."""
    enough = precision >= min(least, precision.max()) - TIE
    holds: npt.NDArray[np.bool_] = enough & (recall >= recall[enough].max() - TIE)
    return holds
