"""Many dendrograms at once: what each of them gives alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupeval.clustering import Dendrogram
from dupeval.engine.many_curves import pair_curves
from dupeval.metrics import pair_curve
from dupeval.truth import Truth, Verdict


def draw(n: int, m: int, seed: int) -> list[Dendrogram]:
    """Draw dendrograms with many equal heights."""
    rng = np.random.default_rng(seed)
    n_pairs = n * (n - 1) // 2
    return [
        Dendrogram.from_distances(rng.integers(0, 6, n_pairs).astype(float), linkage)
        for linkage in ("single", "average", "complete")
        for _ in range(m)
    ]


def assert_each_is_as_alone(dendrograms: list[Dendrogram], truth: Truth) -> None:
    together = pair_curves(dendrograms, truth)
    assert len(together) == len(dendrograms)
    for curve, dendrogram in zip(together, dendrograms, strict=True):
        alone = pair_curve(dendrogram, truth)
        for name in ("thresholds", "tp", "fp", "fn", "tn", "f1"):
            np.testing.assert_array_equal(getattr(curve, name), getattr(alone, name))
            assert getattr(curve, name).dtype == getattr(alone, name).dtype


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 64), st.integers(1, 4), st.data())
def test_each_has_the_curve_that_it_has_alone(n: int, m: int, data: st.DataObject) -> None:
    photographs = data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    known = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    truth = Truth.of(np.array(photographs), known)
    assert_each_is_as_alone(draw(n, m, data.draw(st.integers(0, 99))), truth)


@pytest.mark.parametrize("n", [1, 2, 63, 64, 65, 80])
def test_any_number_of_images_will_do(n: int) -> None:
    assert_each_is_as_alone(draw(n, 2, 0), Truth.of(np.arange(n) // 3))


def test_pairs_that_are_named_count_as_they_do_alone() -> None:
    photographs = ["a", "a", "b", "b", ""]
    known = [bool(name) for name in photographs]
    verdicts = [Verdict(0, 4, "same"), Verdict(0, 2, "unsure"), Verdict(2, 4, "different")]
    assert_each_is_as_alone(draw(5, 3, 1), Truth.of(photographs, known, verdicts=verdicts))


def test_of_no_dendrogram_there_is_no_curve() -> None:
    assert pair_curves([], Truth.of(["a", "b"])) == []
