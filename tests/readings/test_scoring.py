"""The figures of every reading, held against plain cuts at the thresholds of its rules."""

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from given import draw_queries

from dupeval.readings.cuts import Cuts, Partitions, Truth, trees_of
from dupeval.readings.scoring import DEFINITIONS, ORDERS, mean_scores, score_readings
from dupeval.readings.space import RULES, SCALES, Reading, Reduction, Space

LABELS, RAW = draw_queries(3, 8, 10, seed=7)
_, DEEP = draw_queries(3, 8, 6, seed=8)
TRUTH = Truth(
    [np.unique(own, return_inverse=True)[1] for own in LABELS],
    np.array([sum(a == b for i, a in enumerate(own) for b in own[:i]) for own in LABELS]),
    np.full(3, 28),
)
SPACE = Space(
    sizes=(8,),
    networks={"net": {}},
    features=("plain",),
    components={"query": (2,), "dataset": (3,)},
)
PUBLISHED = np.array([[0.1, 0.1, 0.1], [0.3, 0.8, 0.4], [0.2, 0.1, 0.1], [1.0, 0.7, 0.8]])


def forest() -> dict[Any, dict[tuple[str, str], Partitions]]:
    return {
        (name, "plain", reduction): trees
        for name, vectors in (("8", RAW), ("net", DEEP))
        for reduction, trees in trees_of(np.concatenate(vectors), TRUTH, "plain", SPACE.reductions)
    }


FOREST = forest()
SCORED = score_readings(SPACE, FOREST, TRUTH, PUBLISHED)
READINGS = list(SPACE.readings())


def cuts_of(reading: Reading) -> list[Cuts]:
    clustering, reduction = (
        (reading.linkage, reading.metric),
        Reduction(reading.n_components, reading.fit),
    )
    found = [
        FOREST[name, "plain", wanted][clustering].cut_by(reading.cut)
        for name in ("8", "net")
        for wanted in (None, reduction)
    ]
    factor = SCALES[reading.scale]
    return [*(each.scaled(factor) for each in found[:2]), *found[2:]]


def means(cuts: Cuts, threshold: float) -> npt.NDArray[np.float64]:
    """Score one cut, query after query, by the definitions."""
    (tp,), (claimed,) = cuts.at(np.array([threshold]))
    rows = [
        (t / c if c else 0.0, t / n, 2 * t / (c + n))
        for t, c, n in zip(tp, claimed, TRUTH.n_true, strict=True)
    ]
    return np.array(rows).mean(axis=0)


def middles(cuts: Cuts) -> list[float]:
    starts = sorted({0.0, *(t for t in cuts.thresholds.ravel() if 0 < t < np.inf)})
    return [*((a + b) / 2 for a, b in pairwise(starts)), starts[-1]]


def test_there_is_one_for_every_reading_of_the_space() -> None:
    assert SCORED.figures.shape == (len(READINGS), len(RULES), len(DEFINITIONS), 4, 3)
    assert SCORED.nearest.shape == (len(READINGS), 24)
    assert len(set(READINGS)) == len(READINGS) == 2 * (8 * 2 + 3 + 22)


@pytest.mark.parametrize("place", range(0, len(READINGS), 7))
def test_the_rules_are_what_they_say(place: int) -> None:
    cuts = cuts_of(READINGS[place])
    tried = np.array([[means(each, t) for each in cuts] for t in middles(cuts[3])])
    precision, recall, f1 = tried[:, 3].T
    by_rule = dict(zip([rule.name for rule in RULES], SCORED.figures[place, :, 0], strict=True))
    assert by_rule["best_f1"][3, 2] == pytest.approx(f1.max())
    assert by_rule["best_of_all"][:, 2].mean() == pytest.approx(tried[:, :, 2].mean(axis=1).max())
    for name, least in (("precision_1", 1.0), ("precision_97", 0.97)):
        enough = precision >= min(least, precision.max()) - 1e-9
        assert by_rule[name][3, 1] == pytest.approx(recall[enough].max())
    reached = recall[recall >= 0.7 - 1e-9]
    assert by_rule["published_recall"][3, 1] == pytest.approx(reached.min())
    if READINGS[place].cut == "fraction":
        expected = [means(each, 0.7) for each in cuts]
        np.testing.assert_allclose(by_rule["scipy_default"], expected)
    else:
        assert np.isnan(by_rule["scipy_default"]).all()
    # What the rules choose is one threshold for all four methods.
    for name, found in by_rule.items():
        if name != "scipy_default":
            assert any(np.allclose(found[3], row[3]) for row in tried)


@pytest.mark.parametrize("place", range(0, len(READINGS), 11))
def test_the_nearest_threshold_is_that_of_all(place: int) -> None:
    cuts = cuts_of(READINGS[place])
    tried = np.array([[means(each, t) for each in cuts] for t in middles(cuts[3])])
    for order, distance in zip(ORDERS, SCORED.nearest[place], strict=True):
        apart = np.sqrt(((tried - PUBLISHED[list(order)]) ** 2).mean(axis=(1, 2)))
        assert distance == pytest.approx(apart.min())


@pytest.mark.parametrize("place", range(0, len(READINGS), 11))
def test_a_threshold_of_its_own_is_the_best_of_each_method(place: int) -> None:
    for cuts, best in zip(cuts_of(READINGS[place]), SCORED.own[place], strict=True):
        assert best == pytest.approx(max(means(cuts, t)[2] for t in middles(cuts)))


def test_definitions_count_as_the_slides_print_them() -> None:
    tp, claimed = np.array([[2, 1, 0]]), np.array([[4, 1, 0]])
    cuts = Cuts(np.zeros((3, 1)), tp.T, claimed.T)
    truth = Truth([np.zeros(8, int)] * 3, np.array([5, 5, 5]), np.full(3, 28))
    found = [mean_scores(*cuts.at(np.zeros(1)), truth, each)[0] for each in DEFINITIONS]
    np.testing.assert_allclose(found[0], [(0.5 + 1 + 0) / 3, 0.2, (4 / 9 + 2 / 6) / 3])
    np.testing.assert_allclose(found[1], [(0.5 + 1 + 1) / 3, 0.2, (4 / 9 + 2 / 6) / 3])
    # FP: together in neither, of which there are 28 - 4 - 3, 28 - 1 - 4 and 28 - 0 - 5.
    np.testing.assert_allclose(found[2][0], (2 / 23 + 1 / 24 + 0) / 3)
    # FN: together in the prediction alone.
    np.testing.assert_allclose(found[2][1], (2 / 4 + 1 + 0) / 3)
    np.testing.assert_allclose(found[3][:2], [(0.5 + 1 + 0) / 3] * 2)
