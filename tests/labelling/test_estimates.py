"""Bounds by random samples: against the definition, and how often they hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from dupeval.labelling.estimates import Counts, estimate, most_marked, needed


@given(st.data())
def test_the_most_that_may_be_marked_is_the_largest_number_that_is_not_improbable(data) -> None:
    n = data.draw(st.integers(1, 60))
    n_drawn = data.draw(st.integers(0, n))
    n_found = data.draw(st.integers(0, n_drawn))
    found = [
        marked
        for marked in range(n_found, n - (n_drawn - n_found) + 1)
        if hypergeom.cdf(n_found, n, marked, n_drawn) >= 0.05 - 1e-10
    ]
    assert most_marked(n, n_drawn, n_found) == max(found)


def test_examples() -> None:
    # One of 20 drawn, and not marked: as likely as 5 % where 19 are marked.
    assert most_marked(20, 1, 0) == 19
    # The rule of three: of many, nothing found among 59 says 5 in 100 at most.
    assert most_marked(100_000, 59, 0) / 100_000 == pytest.approx(0.05, abs=0.001)
    assert most_marked(180, 180, 3) == 3
    assert most_marked(180, 0, 0) == 180
    assert most_marked(180, 46, 0) == 9


def test_the_bound_holds_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    n, n_drawn = 150, 40
    for n_marked in (1, 5, 12, 40):
        found = rng.hypergeometric(n_marked, n - n_marked, n_drawn, 2000)
        held = np.mean([most_marked(n, n_drawn, int(x)) >= n_marked for x in found])
        assert held > 0.94


def test_so_many_are_drawn_that_few_can_be_left() -> None:
    n = needed(180, 0, 9)
    assert most_marked(180, n, 0) <= 9 < most_marked(180, n - 1, 0)
    # What was found is left no more, but says that there is more.
    assert needed(180, 4, 9) > n
    assert needed(10, 0, 0) == 10


def counts(**changed: int) -> Counts:
    told = {
        **{"n_images": 180, "n_settled": 60, "n_drawn": 46, "n_missed": 0, "n_found_pairs": 0},
        **{"n_together": 150, "n_undecided": 800, "n_checked": 20, "n_wrong": 0, "largest": 20},
    }
    return Counts(**{**told, **changed})


class TestEstimate:
    def test_where_nothing_wrong_was_found(self) -> None:
        found = estimate(counts())
        assert (found.precision, found.recall, found.left) == (1.0, 1.0, 0.0)
        assert found.precision_at_least == pytest.approx(1 - most_marked(150, 20, 0) / 150)
        # 9 images that miss a copy miss 36 pairs at most.
        assert found.left_at_most == 9
        assert found.recall_at_least == pytest.approx(150 / (150 + 36))

    def test_errors_found_count_though_they_are_repaired(self) -> None:
        found = estimate(counts(n_wrong=2, n_missed=4, n_found_pairs=2))
        assert found.precision == 0.9
        # 4 of 46 missed a copy, one each: of the 120 that are open as many in proportion.
        assert found.left == pytest.approx(120 * 4 / 46)
        assert found.recall == pytest.approx(150 / (150 + 120 * 4 / 46 / 2))
        assert found.recall_at_least < found.recall

    def test_where_all_is_settled_nothing_is_left(self) -> None:
        found = estimate(counts(n_settled=180, n_drawn=180, n_undecided=0, n_missed=7))
        assert (found.recall, found.recall_at_least, found.left_at_most) == (1.0, 1.0, 0)

    def test_before_anything_was_drawn_nothing_is_known(self) -> None:
        found = estimate(counts(n_drawn=0, n_checked=0))
        assert np.isnan([found.precision, found.recall]).all()
        assert found.recall_at_least == 0
